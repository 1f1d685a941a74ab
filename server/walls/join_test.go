package walls_test

import (
	"net/http"
	"testing"

	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
)

// TestJoinPage: both codes are typed, what follows is shown, and nothing is done without
// her word, the tick and the step-up; undone from the same page.
func TestJoinPage(t *testing.T) {
	s, r := town(t)
	out, _, err := s.Desk.Cases.RecordContact(t.Context(), s.Caller("anna"), cases.NewContact{Form: "join-page", OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "thinking", Alias: "Doppia", Safe: rule.SafeContact{Channels: map[string]string{"call": "never", "email": "yes"}, Mail: "x@example.org"}}})
	if err != nil {
		t.Fatal(err)
	}
	code := func(id string) string {
		v, _, err := s.Desk.OpenCase(t.Context(), s.Caller("anna"), id)
		if err != nil {
			t.Fatal(err)
		}
		return v.Card.Code
	}
	one, two := code(r.File), code(out.CaseID)
	page := "/schede/" + r.File + "/unione"
	anna := s.Inside(t, "anna")
	anna.Silent(anna.Get(page), two, "Doppia", "Che cosa succede")
	anna.Says(anna.Status(anna.Post(page, "code_first", one, "code_second", "AAAA-AAAA", "go", "preview"), http.StatusUnprocessableEntity),
		"Nessuna scheda che si possa aprire ha questo codice", `value="`+one+`"`)
	follows := anna.Status(anna.Post(page, "code_first", one, "code_second", two, "go", "preview"), http.StatusOK)
	anna.Says(follows, "Doppia", "Che cosa succede", "vede più nessuna delle due")
	typed := []string{"version", anna.Hidden("version"), "version_second", anna.Hidden("version_second"), "code_first", one, "code_second", two, "go", "join"}
	anna.Says(anna.Status(anna.Post(page, typed...), http.StatusUnprocessableEntity), "Scrivere che cosa ha detto.")
	asked := anna.Status(anna.Post(page, append(typed, "said", "Sì, unitele", "agreed", "yes")...), http.StatusOK)
	anna.Says(asked, "Unisci questa scheda", one)
	if v, _, err := s.Desk.OpenCase(t.Context(), s.Caller("anna"), r.File, referrals.PartJoined); err != nil || v.Joined != nil {
		t.Fatal("joined without a step-up")
	}
	anna.Leads(anna.StepUp("anna", page, append(typed, "said", "Sì, unitele", "agreed", "yes")...), "/schede/"+r.File)
	anna.Says(anna.Get(page), "Questa scheda è unita a", "Doppia", "Separare le schede")
	anna.Leads(anna.StepUp("anna", page+"/annulla"), "/schede/"+r.File)
	anna.Silent(anna.Get(page), "Doppia")
	anna.Says(anna.Status(anna.Post(page+"/annulla"), http.StatusConflict), "non si possono separare")
}
