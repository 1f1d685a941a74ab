package referrals_test

import (
	"errors"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// TestAppointmentStandsOnTheAgendaOnItsDay, and from then on until somebody says how it
// went; for whom its case is walled off it does not exist.
func TestAppointmentStandsOnTheAgendaOnItsDay(t *testing.T) {
	w := storetest.New(t).Wide()
	ctx, anna := t.Context(), w.Caller("anna")
	rosa := storetest.Rosa(t, w).CaseID
	in := cases.AppointmentForm{Day: w.Gate.Now().AddDate(0, 0, 2).Format(time.DateOnly), Hour: "10:30", With: "Anna", Where: "Sportello", Text: "un colloquio", Mediator: "yes"}
	form := typed.NewForm()
	for range 2 {
		_, err := w.Desk.Cases.AddAppointment(ctx, anna, rosa, form, in)
		storetest.Try(t, "agreeing", err)
	}
	other := in
	other.Where = "Altrove"
	if _, err := w.Desk.Cases.AddAppointment(ctx, anna, rosa, form, other); !errors.Is(err, typed.ErrRepeated) {
		t.Errorf("the form again with other words: got %v, want ErrRepeated", err)
	}
	for field, bad := range map[string]cases.AppointmentForm{
		"day":      {Day: "2020-01-01", Hour: "10:30", With: "Anna", Where: "Sportello"},
		"hour":     {Day: in.Day, Hour: "25", With: "Anna", Where: "Sportello"},
		"with":     {Day: in.Day, Hour: "10:30", Where: "Sportello"},
		"where":    {Day: in.Day, Hour: "10:30", With: "Anna"},
		"mediator": {Day: in.Day, Hour: "10:30", With: "Anna", Where: "Sportello", Mediator: "perhaps"},
	} {
		var invalid *typed.Invalid
		if _, err := w.Desk.Cases.AddAppointment(ctx, anna, rosa, typed.NewForm(), bad); !errors.As(err, &invalid) || len(invalid.Fields) != 1 || invalid.Fields[field] == "" {
			t.Errorf("%s: got %v", field, err)
		}
	}
	meets := func() []cases.AppointmentView {
		t.Helper()
		v, _, err := w.Desk.OpenCase(ctx, w.Caller("anna"), rosa, referrals.PartMeet)
		storetest.Try(t, "opening", err)
		return v.Meet
	}
	due := func(name string) []cases.AppointmentLine {
		t.Helper()
		a, _, err := w.Desk.ReadAgenda(ctx, w.SignIn(name))
		storetest.Try(t, "reading the Agenda", err)
		return a.Meet
	}
	if all := meets(); len(all) != 1 || all[0].With != "Anna" || all[0].Where != "Sportello" || all[0].When.Format("15:04") != "10:30" {
		t.Fatalf("the case shows %+v", all)
	}
	if l := due("anna"); len(l) != 0 {
		t.Errorf("two days before it is on the Agenda: %+v", l)
	}
	w.Clock.Add(48 * time.Hour)
	if l := due("anna"); len(l) != 1 || l[0].CaseID != rosa || l[0].Who.Code == "" || !l[0].Mediator {
		t.Fatalf("on its day the Agenda shows %+v", l)
	}
	v, _, err := w.Desk.OpenCase(ctx, w.SignIn("anna"), rosa)
	storetest.Try(t, "opening", err)
	_, err = w.Desk.Walls.Set(ctx, w.StepUp("gina", policies.CaseWall, rosa), rosa, v.Version, walls.Change{Off: acts.List(w.People["lia"].ID)})
	storetest.Try(t, "walling off", err)
	if l := due("lia"); len(l) != 0 {
		t.Errorf("who is walled off sees %+v", l)
	}
	w.Clock.Add(24 * time.Hour)
	if l := due("anna"); len(l) != 1 {
		t.Errorf("the day after, with nothing said of it, the Agenda shows %+v", l)
	}
	anna = w.Caller("anna")
	first := meets()[0]
	next := in
	next.Day = w.Gate.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	_, err = w.Desk.Cases.MoveAppointment(ctx, anna, rosa, first.ID, typed.NewForm(), next)
	storetest.Try(t, "moving", err)
	if l := due("anna"); len(l) != 0 {
		t.Errorf("it was moved, and the Agenda shows %+v", l)
	}
	if _, err := w.Desk.Cases.EndAppointment(ctx, anna, rosa, first.ID, "done"); !errors.Is(err, kept.ErrState) {
		t.Errorf("ending what was moved: got %v, want ErrState", err)
	}
	all := meets()
	if len(all) != 2 || !all[0].Planned() || all[1].State != "moved" {
		t.Fatalf("after moving the case shows %+v", all)
	}
	w.Clock.Add(24 * time.Hour)
	anna = w.SignIn("anna")
	if _, err := w.Desk.Cases.EndAppointment(ctx, anna, storetest.Rosa(t, w).CaseID, all[0].ID, "done"); err == nil {
		t.Error("an appointment was ended by way of another case")
	}
	if _, err := w.Desk.Cases.EndAppointment(ctx, anna, rosa, all[0].ID, "perhaps"); !errors.Is(err, typed.ErrInvalid) {
		t.Errorf("an end of her own: got %v", err)
	}
	_, err = w.Desk.Cases.EndAppointment(ctx, anna, rosa, all[0].ID, "missed")
	storetest.Try(t, "ending", err)
	if l := due("anna"); len(l) != 0 || meets()[0].State != "missed" {
		t.Errorf("it was ended, and the Agenda shows %+v", l)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}
