package sharing_test

import (
	"errors"
	"slices"
	"testing"

	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestDeclineLeavesTheAgendaOnceRead: until somebody read it and said what comes
// next, and no longer; the centre does not see it.
func TestDeclineLeavesTheAgendaOnceRead(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna := t.Context(), w.Caller("anna"), w.Caller("bruna")
	_, id := storetest.Send(t, w, storetest.Rosa(t, w).CaseID, "alias")
	waits := func() bool {
		t.Helper()
		a, _, err := w.Desk.ReadAgenda(ctx, anna)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(a.Waiting, func(l sharing.ReferralLine) bool { return l.ID == id })
	}
	if _, err := w.Desk.Sharing.MarkAnswerSeen(ctx, anna, id, "with_her"); !errors.Is(err, kept.ErrState) {
		t.Errorf("an answer that was not given: got %v, want ErrState", err)
	}
	if _, err := w.Desk.Sharing.Decline(ctx, bruna, id, "full"); err != nil {
		t.Fatal(err)
	}
	if !waits() { // the consent ended with the answer: it waits all the same
		t.Fatal("the decline is not on the Agenda")
	}
	if _, err := w.Desk.Sharing.MarkAnswerSeen(ctx, anna, id, "because"); !errors.Is(err, typed.ErrInvalid) {
		t.Errorf("words of her own: got %v, want ErrInvalid", err)
	}
	if _, err := w.Desk.Sharing.MarkAnswerSeen(ctx, bruna, id, "nothing"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the centre marks it: got %v, want ErrDenied", err)
	}
	before := w.Store.Log().Size()
	if _, err := w.Desk.Sharing.MarkAnswerSeen(ctx, anna, id, "another_centre"); err != nil {
		t.Fatalf("marking it as read: %v", err)
	}
	if w.Store.Log().Size() != before+1 {
		t.Error("marking it left no leaf of its own")
	}
	if waits() {
		t.Error("what was read stays on the Agenda")
	}
	v, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, id)
	if err != nil || v.State != "declined" || v.AfterAnswer != "another_centre" {
		t.Errorf("the desk reads %+v, %v", v.ReferralLine, err)
	}
	if _, err := w.Desk.Sharing.MarkAnswerSeen(ctx, anna, id, "nothing"); !errors.Is(err, kept.ErrState) {
		t.Errorf("marking it twice: got %v, want ErrState", err)
	}
	cards, _, err := w.Desk.Sharing.Inbox(ctx, bruna)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cards {
		if c.AfterAnswer != "" {
			t.Error("the centre sees what the desk does next")
		}
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}

// TestStepsInOrder: a referral's line of states reads as it went, though all of
// it went on one day and a step tells its day only.
func TestStepsInOrder(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, bruna, ctx := w.Caller("anna"), w.Caller("bruna"), t.Context()
	_, id := storetest.Send(t, w, storetest.Rosa(t, w).CaseID, "alias")
	_, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id)
	storetest.Try(t, "opening", err)
	for range 3 {
		_, err = w.Desk.Sharing.Ask(ctx, bruna, id, typed.NewForm(), "quando?")
		storetest.Try(t, "asking", err)
		_, err = w.Desk.Sharing.SendMessage(ctx, anna, id, typed.NewForm(), "domani")
		storetest.Try(t, "answering", err)
	}
	_, err = w.Desk.Sharing.Decline(ctx, bruna, id, "full")
	storetest.Try(t, "declining", err)
	v, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, id)
	storetest.Try(t, "reading", err)
	var got []string
	for _, s := range v.Steps {
		got = append(got, s.State)
	}
	asked := []string{"more_info", "acknowledged"}
	want := slices.Concat([]string{"sent", "acknowledged"}, asked, asked, asked, []string{"declined"})
	if !slices.Equal(got, want) {
		t.Errorf("the line of states: got %v, want %v", got, want)
	}
}
