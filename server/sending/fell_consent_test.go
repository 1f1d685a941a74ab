package sending_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/referrals/cases"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
)

// TestAttackUnsentAuthorisationCannotBeTakenBack: she said no before anything was
// sent. The worker looks for where to write that down; a colleague sends it.
func TestAttackUnsentAuthorisationCannotBeTakenBack(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, who := t.Context(), w.Caller("anna")
	out, _, err := w.Desk.Cases.RecordContact(ctx, who, cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: "Rosa"}})
	if err != nil {
		t.Fatalf("opening a file: %v", err)
	}
	id, _, err := w.Desk.Sharing.GiveConsent(ctx, who, out.CaseID, sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support", Fields: []string{"alias"},
		Feedback: "state", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	if err != nil {
		t.Fatalf("giving consent: %v", err)
	}
	anna := site.Serve(t, w).Inside(t, "anna")
	for _, page := range []string{"/schede/" + out.CaseID + "/invii", "/autorizzazioni/" + id} {
		if a := anna.Status(anna.Get(page), http.StatusOK); !strings.Contains(a.Body, "revoca\"") {
			t.Error("FELL: no page of an authorisation that was not sent leads to where she takes it back")
		}
	}
	anna.Post("/autorizzazioni/"+id+"/revoca", "recognised", "code_word")
	if a := anna.Get("/autorizzazioni/" + id); a.Status == http.StatusOK && strings.Contains(a.Body, "/autorizzazioni/"+id+"/invia") {
		t.Error("FELL: after she said no, the authorisation is still offered to be sent")
	}
}
