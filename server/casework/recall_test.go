package casework_test

import (
	"net/http"
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
)

func TestRecallPage(t *testing.T) {
	w := storetest.New(t).Standard()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: "recall", OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "thinking", Alias: "Mirela", Safe: rule.SafeContact{
			Channels: map[string]string{"call": "yes"}, Number: "000 000 0300", Hours: []rule.Hours{{From: "08:00", To: "09:00"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	anna := site.Serve(t, w).Inside(t, "anna")
	file := "/schede/" + out.CaseID
	tries, plan := file+"/tentativi", file+"/richiamo"
	anna.Says(anna.Get(tries), "Nessuna chiamata prevista.")
	refused := anna.Status(anna.Post(plan, "version", anna.Hidden("version"), "recall", "2026-11-24", "recall_from", "20:00", "recall_to", "21:00"), http.StatusUnprocessableEntity)
	anna.Says(refused, "Queste ore sono fuori da quelle che ha permesso", `value="24/11/2026"`, `value="20:00"`)
	anna.Leads(anna.Post(plan, "version", anna.Hidden("version"), "recall", "2026-11-24", "recall_from", "08:00", "recall_to", "08:30"), tries)
	anna.Says(anna.Follow(), "Segnata “Da richiamare”.", "mar 24 nov", "08:00–08:30")
	anna.Says(anna.Get(file), "mar 24 nov", "08:00–08:30")
	anna.Silent(anna.Page, "Richiamarla") // it is not yet the next thing to do
	anna.Get(tries)
	anna.Says(anna.Status(anna.Post(plan, "version", "1", "go", "clear"), http.StatusConflict), "Intanto")
	anna.Leads(anna.Post(plan, "version", anna.Hidden("version"), "go", "clear"), tries)
	anna.Says(anna.Follow(), "Tolta da “Da richiamare”.", "Nessuna chiamata prevista.")
}
