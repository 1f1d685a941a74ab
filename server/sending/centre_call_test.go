package sending_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/store/storetest"
)

// TestCallToACentreKeepsTheNumberOnScreen: nothing is sent, what came of it stands in the
// diary, and nothing of it is on a list that asks her whether she called.
func TestCallToACentreKeepsTheNumberOnScreen(t *testing.T) {
	f := storetest.NewFlow(t)
	centre := f.Units["centre"]
	u, err := f.House.KeptEntry(t.Context(), f.Caller("bruna"), centre)
	storetest.Try(t, "reading the directory", err)
	_, err = f.House.UpdateEntry(t.Context(), f.StepUp("bruna", policies.DirectoryUpdate, centre), centre, units.Entry{Phone: "000 000 0299", Cost: units.CostFree}, u.Version)
	storetest.Try(t, "publishing a number", err)
	anna := site.Serve(t, f.World).Inside(t, "anna")
	way := "/schede/" + f.Case + "/centri/" + centre
	anna.Get(way)
	for _, chosen := range []string{"she_calls", "together"} {
		anna.Leads(anna.Post(way, "form", anna.Hidden("form"), "chose", "yes", "way", chosen), way+"/chiama")
		anna.Get(way)
	}
	agenda := func() referrals.Agenda {
		t.Helper()
		a, _, err := f.Desk.ReadAgenda(t.Context(), f.Caller("anna"))
		storetest.Try(t, "reading the Agenda", err)
		return a
	}
	before := agenda()
	page := anna.Get(way + "/chiama")
	anna.Says(page, "000 000 0299", "non resta nessun promemoria")
	form := anna.Hidden("form")
	page = anna.Status(anna.Post(way+"/chiama", "form", form, "text", "Parla con loro lunedì"), http.StatusUnprocessableEntity)
	anna.Says(page, "000 000 0299", "Parla con loro lunedì")
	for range 2 {
		anna.Leads(anna.Post(way+"/chiama", "form", form, "outcome", "she_will_call", "text", "Parla con loro lunedì"), "/schede/"+f.Case)
	}
	v, _, err := f.Desk.OpenCase(t.Context(), f.Caller("anna"), f.Case, referrals.PartDiary)
	storetest.Try(t, "opening", err)
	n := 0
	for _, note := range v.Notes {
		if note.Kind == "centre_call" && note.Outcome == "she_will_call" && note.Centre == centre && strings.Contains(note.Text, "lunedì") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the diary has %d entries of the call, want 1", n)
	}
	after := agenda()
	if len(after.Tasks) != len(before.Tasks) || len(after.Waiting) != len(before.Waiting) || len(after.Recall) != len(before.Recall) || len(after.Now) != len(before.Now) || len(after.Meet) != len(before.Meet) {
		t.Errorf("a call to a centre is on a list: %+v", after)
	}
}

// TestStopShowsWhomToTelephone: the desk sees the centre's number until the centre answers,
// and says that it told it.
func TestStopShowsWhomToTelephone(t *testing.T) {
	f := storetest.NewFlow(t)
	_, err := f.Desk.Sharing.Revoke(t.Context(), f.Caller("anna"), f.Consent, "code_word")
	storetest.Try(t, "revoking", err)
	anna := site.Serve(t, f.World).Inside(t, "anna")
	at := "/invii/" + f.Consent
	anna.Says(anna.Get(at), "non ha ancora confermato di essersi fermato", "Avvisato per telefono")
	anna.Leads(anna.Post(at+"/visto", "go", "told"), "/agenda")
	page := anna.Get(at)
	anna.Says(page, "Il centro è stato avvisato per telefono")
	anna.Silent(page, `value="told"`)
	anna.Leads(anna.Post(at+"/visto", "go", "told"), at)
	_, err = f.Desk.Sharing.AcknowledgeStop(t.Context(), f.Caller("bruna"), f.Consent, "contacted")
	storetest.Try(t, "stating", err)
	page = anna.Get(at)
	anna.Says(page, "Dopo la revoca il centro dichiara")
	anna.Silent(page, "avvisato per telefono")
}
