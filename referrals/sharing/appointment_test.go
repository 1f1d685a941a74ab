package sharing_test

import (
	"testing"
	"time"

	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestProposedAppointmentWaitsOnTheAgenda: from the proposal to her answer, and
// also where the centre has said meanwhile that it welcomes her.
func TestProposedAppointmentWaitsOnTheAgenda(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna := t.Context(), w.Caller("anna"), w.Caller("bruna")
	_, id := storetest.Send(t, w, storetest.Rosa(t, w).CaseID, "alias")
	proposed := func() time.Time {
		t.Helper()
		a, _, err := w.Desk.ReadAgenda(ctx, anna)
		storetest.Try(t, "reading the Agenda", err)
		for _, l := range a.Waiting {
			if l.ID == id {
				if l.Who.Alias != "Rosa" {
					t.Errorf("the line is about %q", l.Who.Alias)
				}
				return l.Proposed
			}
		}
		return time.Time{}
	}
	waits := func(day, hour string) {
		t.Helper()
		want, err := time.ParseInLocation("2006-01-02 15:04", day+" "+hour, w.Clock.Now().Location())
		storetest.Try(t, "reading the day", err)
		if got := proposed().Format("2006-01-02 15:04"); got != want.Format("2006-01-02 15:04") {
			t.Errorf("the Agenda has an appointment on %s, want %s", got, want)
		}
	}
	propose := func(day, hour string) {
		t.Helper()
		_, err := w.Desk.Sharing.Propose(ctx, bruna, id, typed.NewForm(), day, hour, "Sede")
		storetest.Try(t, "proposing", err)
		w.Clock.Add(time.Minute)
	}
	answer := func(said string) {
		t.Helper()
		_, err := w.Desk.Sharing.AnswerAppointment(ctx, anna, id, typed.NewForm(), said)
		storetest.Try(t, "answering", err)
		w.Clock.Add(time.Minute)
		if got := proposed(); !got.IsZero() {
			t.Errorf("an answered appointment still waits: %v", got)
		}
	}
	if got := proposed(); !got.IsZero() {
		t.Fatalf("an appointment that nobody proposed: %v", got)
	}
	propose("2026-12-01", "10:00")
	waits("2026-12-01", "10:00")
	answer("no")
	propose("2026-12-03", "15:30")
	waits("2026-12-03", "15:30")
	_, err := w.Desk.Sharing.Accept(ctx, bruna, id)
	storetest.Try(t, "accepting", err)
	waits("2026-12-03", "15:30")
	answer("yes")
	v, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id)
	storetest.Try(t, "opening", err)
	if a := sharing.LastAppointment(v.Messages); a.Place != "Sede" || a.Answer != "yes" || a.When.Day() != 3 {
		t.Errorf("the centre reads %+v", a)
	}
}
