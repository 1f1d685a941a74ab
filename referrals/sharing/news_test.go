package sharing_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// onAgenda is a referral's line on anna's Agenda, of what waits or of the stops.
func onAgenda(t *testing.T, w *storetest.World, id string, of func(referrals.Agenda) []sharing.ReferralLine) *sharing.ReferralLine {
	t.Helper()
	a, _, err := w.Desk.ReadAgenda(t.Context(), w.Caller("anna"))
	storetest.Try(t, "reading the Agenda", err)
	all := of(a)
	if i := slices.IndexFunc(all, func(l sharing.ReferralLine) bool { return l.ID == id }); i >= 0 {
		return &all[i]
	}
	return nil
}

func waiting(a referrals.Agenda) []sharing.ReferralLine { return a.Waiting }
func stops(a referrals.Agenda) []sharing.ReferralLine   { return a.Stops }

// TestWhatTheCentreDidStandsUntilSeen: each thing that a centre does is on the Agenda of
// the desk until somebody there opened the referral, and no longer.
func TestWhatTheCentreDidStandsUntilSeen(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna := t.Context(), w.Caller("anna"), w.Caller("bruna")
	_, id := storetest.Send(t, w, storetest.Rosa(t, w).CaseID, "alias")
	desk := w.Desk.Sharing
	for _, c := range []struct {
		news string
		do   func() error
	}{
		{"accepted", func() error { _, err := desk.Accept(ctx, bruna, id); return err }},
		{"question", func() error { _, err := desk.Ask(ctx, bruna, id, typed.NewForm(), "Serve una culla?"); return err }},
		{"message", func() error {
			_, err := desk.SendMessage(ctx, bruna, id, typed.NewForm(), "La stanza è pronta.")
			return err
		}},
		{"appointment", func() error {
			_, err := desk.Propose(ctx, bruna, id, typed.NewForm(), w.Gate.Now().AddDate(0, 0, 1).Format(time.DateOnly), "10:00", "Sede")
			return err
		}},
		{"engaged", func() error { _, err := desk.Outcome(ctx, bruna, id, "engaged"); return err }},
		{"closed", func() error { _, err := desk.Outcome(ctx, bruna, id, "closed"); return err }},
	} {
		storetest.Try(t, c.news, c.do())
		if l := onAgenda(t, w, id, waiting); l == nil || l.News != c.news {
			t.Fatalf("%s: the Agenda shows %+v", c.news, l)
		}
		_, _, err := desk.ReadReferral(ctx, anna, id)
		storetest.Try(t, "reading", err)
		if l := onAgenda(t, w, id, waiting); l != nil && l.News != "" {
			t.Errorf("%s: it was seen and stands there still: %+v", c.news, l)
		}
	}
	if l := onAgenda(t, w, id, waiting); l != nil {
		t.Errorf("what was seen and asks nothing stands there still: %+v", l)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}

// TestWhatTheDeskDidStandsUntilSeen in the inbox of the centre.
func TestWhatTheDeskDidStandsUntilSeen(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna := t.Context(), w.Caller("anna"), w.Caller("bruna")
	rosa := storetest.Rosa(t, w)
	_, id := storetest.Send(t, w, rosa.CaseID, "alias")
	news := func() string {
		t.Helper()
		cards, _, err := w.Desk.Sharing.Inbox(ctx, bruna)
		storetest.Try(t, "reading the inbox", err)
		return cards[0].News
	}
	opened := func() {
		t.Helper()
		_, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id)
		storetest.Try(t, "opening", err)
	}
	opened()
	if got := news(); got != "" {
		t.Errorf("nothing was written, and %q is new", got)
	}
	_, err := w.Desk.Sharing.Propose(ctx, bruna, id, typed.NewForm(), w.Gate.Now().AddDate(0, 0, 1).Format(time.DateOnly), "10:00", "Sede")
	storetest.Try(t, "proposing", err)
	for want, do := range map[string]func() error{
		"message": func() error {
			_, err := w.Desk.Sharing.SendMessage(ctx, anna, id, typed.NewForm(), "Arriva domani.")
			return err
		},
		"answer": func() error {
			_, err := w.Desk.Sharing.AnswerAppointment(ctx, anna, id, typed.NewForm(), "yes")
			return err
		},
	} {
		storetest.Try(t, want, do())
		if _, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, id); err != nil || news() != want {
			t.Errorf("%s: %q is new, %v", want, news(), err)
		}
		opened()
		if got := news(); got != "" {
			t.Errorf("%s: it was seen, and %q is new", want, got)
		}
	}
}

// TestStopWaitsUntilTheCentreAnswers: it cannot wait at the desk, with the day since which
// it stands; what the centre did comes back until it was seen. The centre is told which
// appointment it proposed, by a reference that says nothing of her.
func TestStopWaitsUntilTheCentreAnswers(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna := t.Context(), w.Caller("anna"), w.Caller("bruna")
	desk := w.Desk.Sharing
	consent, id := storetest.Send(t, w, storetest.Rosa(t, w).CaseID, "alias")
	_, err := desk.Propose(ctx, bruna, id, typed.NewForm(), w.Gate.Now().AddDate(0, 0, 1).Format(time.DateOnly), "10:00", "Sede")
	storetest.Try(t, "proposing", err)
	v, _, err := desk.OpenReferral(ctx, bruna, id)
	storetest.Try(t, "opening", err)
	ref := sharing.Reference(sharing.LastAppointment(v.Messages).ID)
	if _, err := desk.MarkStopTold(ctx, anna, id); !errors.Is(err, kept.ErrState) {
		t.Errorf("telling a stop that is none: got %v, want ErrState", err)
	}
	_, err = desk.Revoke(ctx, anna, consent, "code_word")
	storetest.Try(t, "revoking", err)
	if l := onAgenda(t, w, id, stops); l == nil || l.EndedDay != w.Desk.Day() || l.Who.Code == "" {
		t.Fatalf("the stop is not on the Agenda: %+v", l)
	}
	shift := func() []sharing.ReferralLine {
		t.Helper()
		s, _, err := w.Desk.ReadShift(ctx, anna)
		storetest.Try(t, "reading the shift", err)
		return s.Stops
	}
	if s := shift(); len(s) != 1 || s[0].ID != id || s[0].Who.Code == "" || s[0].EndedDay != w.Desk.Day() {
		t.Errorf("the shift ends without the stop: %+v", s)
	}
	cards, _, err := desk.Inbox(ctx, bruna)
	storetest.Try(t, "reading the inbox", err)
	want := []sharing.Proposed{{Reference: ref, Day: w.Desk.Day()}}
	if !cards[0].Stop || !slices.Equal(cards[0].Cancel, want) {
		t.Errorf("the centre is told %+v, want %+v", cards[0].Cancel, want)
	}
	n, _, err := desk.Notice(ctx, bruna, id)
	if err != nil || !slices.Equal(n.Cancel, want) {
		t.Errorf("the notice says %+v, %v", n.Cancel, err)
	}
	if _, err := desk.MarkStopTold(ctx, bruna, id); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the centre says that it was told: got %v, want ErrDenied", err)
	}
	_, err = desk.MarkStopTold(ctx, anna, id)
	storetest.Try(t, "telling by telephone", err)
	if l := onAgenda(t, w, id, stops); l != nil {
		t.Errorf("it was told by telephone, and still cannot wait: %+v", l)
	}
	if s := shift(); len(s) != 0 {
		t.Errorf("it was told by telephone, and still stands at the end of the shift: %+v", s)
	}
	if cards, _, err = desk.Inbox(ctx, bruna); err != nil || !cards[0].Stop {
		t.Errorf("the stop left the inbox before the centre answered: %+v, %v", cards, err)
	}
	for _, done := range []string{"contacted", "appointment_cancelled"} {
		_, err = desk.AcknowledgeStop(ctx, bruna, id, done)
		storetest.Try(t, "stating", err)
		if l := onAgenda(t, w, id, waiting); l == nil || l.News != "stop_done" || l.Who.Code == "" {
			t.Fatalf("%s: what the centre did is not on the Agenda: %+v", done, l)
		}
		_, _, err = desk.ReadReferral(ctx, anna, id)
		storetest.Try(t, "reading", err)
		if l := onAgenda(t, w, id, waiting); l != nil {
			t.Errorf("%s: it was seen, and stands there still", done)
		}
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}
