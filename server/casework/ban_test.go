package casework_test

import (
	"net/http"
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
)

// TestOneNumberTwoAnswers: a file says mai of a number that another one allows. The page
// of calls says so before anybody dials and leads to the other file.
func TestOneNumberTwoAnswers(t *testing.T) {
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
	anna.Says(anna.Get(allows+"/tentativi"), "Un’altra scheda dice “mai” per questo numero", `href="`+bans+`"`, `value="in_person"`)
	refused := anna.Status(anna.Post(allows+"/tentativi", "form", anna.Hidden("form"), "channel", "call", "outcome", "no_answer"), http.StatusUnprocessableEntity)
	anna.Says(refused, "Un’altra scheda dice “mai” per questo numero")
	anna.Get(allows + "/tentativi")
	refused = anna.Status(anna.Post(allows+"/richiamo", "version", anna.Hidden("version"), "recall", "2026-11-24"), http.StatusUnprocessableEntity)
	anna.Says(refused, "Un’altra scheda dice “mai” per questo numero", `value="24/11/2026"`)
	anna.Silent(anna.Get(bans+"/tentativi"), "Un’altra scheda dice")
}
