package desk_test

import (
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
)

// TestAgendaNamesTwoAnswers: a file says mai of a number that another one allows. The
// lead's Agenda names both and what to do, and shows no number; a worker's does not.
func TestAgendaNamesTwoAnswers(t *testing.T) {
	w := storetest.New(t).Wide()
	file := func(by, alias, number, call string) string {
		out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller(by), cases.NewContact{Form: "ban-" + alias, OpenCase: true,
			Contact: cases.Contact{Speaker: "she", Outcome: "thinking", Alias: alias, Safe: rule.SafeContact{
				Channels: map[string]string{"call": call, "in_person": "yes"}, Number: number, Hours: []rule.Hours{{From: "08:00", To: "23:00"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		return "/schede/" + out.CaseID
	}
	allows, bans := file("anna", "Mirela", "333 1234567", "yes"), file("lia", "Dorina", "+39 333 1234567", "never")
	for _, name := range []string{"anna", "lia"} {
		if _, err := w.House.Confirm(t.Context(), w.SignIn("gina"), w.People[name].ID); err != nil {
			t.Fatal(err)
		}
	}
	s := site.Serve(t, w)
	anna := s.Inside(t, "anna")
	anna.Silent(anna.Get("/agenda"), "Un numero, due risposte")
	gina := s.Inside(t, "gina")
	gina.Says(gina.Get("/agenda"), "Un numero, due risposte", "Mirela", "Dorina", `href="`+allows+`/contatto-sicuro"`, `href="`+bans+`/contatto-sicuro"`)
	gina.Silent(gina.Page, "333")
}
