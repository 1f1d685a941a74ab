package sharing_test

import (
	"errors"
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

// TestAppointmentIsStillToCome: what is past, mistyped or after her authorisation is not
// proposed, nothing is written of it, and the field that is wrong is named.
func TestAppointmentIsStillToCome(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, bruna := t.Context(), w.Caller("bruna")
	_, id := storetest.Send(t, w, storetest.Rosa(t, w).CaseID, "alias")
	now := w.Clock.Now()
	for _, c := range []struct{ day, hour, field, key string }{
		{"2025-01-01", "10:00", "day", "error.day_past"},
		{"0026-12-10", "10:00", "day", "error.day_past"},
		{now.Format(time.DateOnly), now.Add(-time.Hour).Format("15:04"), "hour", "error.hour_past"},
		{now.AddDate(0, 6, 0).Format(time.DateOnly), "10:00", "day", "error.day_unauthorised"},
		{"2027-03-28", "02:30", "hour", "error.hour_skipped"},
		{"2026-12-01", "25:00", "hour", "error.hour"},
		{"2026-12-01", "", "hour", "error.hour_missing"},
	} {
		_, err := w.Desk.Sharing.Propose(ctx, bruna, id, typed.NewForm(), c.day, c.hour, "Sede")
		var bad *typed.Invalid
		if !errors.As(err, &bad) || bad.Fields[c.field] != c.key {
			t.Errorf("%s %q: got %v %+v, want %s", c.day, c.hour, err, bad, c.key)
		}
	}
	v, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id)
	storetest.Try(t, "opening", err)
	if a := sharing.LastAppointment(v.Messages); !a.When.IsZero() {
		t.Errorf("an appointment was kept: %v", a.When)
	}
	form := typed.NewForm()
	for range 2 { // the same form again is one appointment, also once its hour has come
		_, err := w.Desk.Sharing.Propose(ctx, bruna, id, form, now.AddDate(0, 0, 1).Format(time.DateOnly), "09:30:00", "Sede")
		storetest.Try(t, "proposing", err)
		w.Clock.Add(48 * time.Hour)
	}
}
