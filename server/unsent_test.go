package server_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"sportello/crypto"
	"sportello/referrals/cases"
	"sportello/referrals/sharing"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// authorise gives an authorisation that is not sent, in a file of its own.
func authorise(t *testing.T, w *storetest.World) (file, id string) {
	t.Helper()
	ctx, anna := t.Context(), w.Caller("anna")
	out, _, err := w.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: "Rosa", Request: "ascolto"}})
	if err != nil {
		t.Fatalf("opening a file: %v", err)
	}
	id, _, err = w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support", Fields: []string{"alias"},
		Feedback: "state", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	if err != nil {
		t.Fatalf("giving consent: %v", err)
	}
	return out.CaseID, id
}

// What she allowed and nobody sent stands in her file, and is taken back from
// there, from its preview, and from the Agenda after a restore.
func TestUnsentAuthorisationIsTakenBack(t *testing.T) {
	w := storetest.New(t).Standard()
	file, id := authorise(t, w)
	s := serve(t, w)
	anna, revoke := s.signedIn("anna"), "/autorizzazioni/"+id+"/revoca"
	anna.says(anna.get("/schede/"+file+"/invii"), "Autorizzazioni non ancora inviate", "Ascolto e sostegno", revoke)
	anna.says(anna.get("/autorizzazioni/"+id), "Conferma e invia", revoke)
	anna.says(anna.get(revoke), "Revoca l’autorizzazione", "Al centro non è arrivato niente")
	anna.status(anna.post(revoke), http.StatusUnprocessableEntity)
	anna.leads(anna.post(revoke, "recognised", "code_word"), "/schede/"+file+"/invii")
	anna.says(anna.follow(), "Revocata. Al centro non era arrivato niente.")
	anna.silent(anna.page, id)
	anna.leads(anna.get("/autorizzazioni/"+id), "/schede/"+file+"/invii")
	anna.leads(anna.get(revoke), "/schede/"+file+"/invii")
	anna.leads(anna.post(revoke, "recognised", "code_word"), "/schede/"+file+"/invii") // a second press
	anna.says(anna.get("/schede/"+file+"/diario"), "Lei ha revocato un’autorizzazione.")
}

func TestAfterARestoreUnsentAuthorisationsAreAsked(t *testing.T) {
	w := storetest.New(t).Standard()
	file, id := authorise(t, w)
	copied := filepath.Join(t.TempDir(), "main.db")
	if err := store.CopyMain(t.Context(), w.Dir, copied); err != nil {
		t.Fatalf("copying the database: %v", err)
	}
	restore(t, w, copied)
	anna, confirm := serve(t, w).signedIn("anna"), "/autorizzazioni/"+id+"/conferma"
	anna.says(anna.get("/agenda"), "da confermare dopo un ripristino", confirm)
	anna.leads(anna.get("/autorizzazioni/"+id), confirm)
	anna.says(anna.get("/schede/"+file+"/invii"), "Dopo un ripristino va confermata prima di inviare.", confirm, "/autorizzazioni/"+id+"/revoca")
	anna.says(anna.get(confirm), "L’autorizzazione vale ancora?", "Non ancora inviata", "/autorizzazioni/"+id+"/revoca")
	anna.status(anna.post(confirm), http.StatusUnprocessableEntity)
	anna.leads(anna.stepUp("anna", confirm, "checked", "she_said"), "/autorizzazioni/"+id)
	anna.says(anna.follow(), "Confermata. Adesso si può inviare.", "Conferma e invia")
	anna.silent(anna.get("/agenda"), "da confermare dopo un ripristino")
}

// What was sent to this centre and holds is asked about on the form.
func TestFormAsksWhatBecomesOfTheOneThatWasSent(t *testing.T) {
	w := storetest.New(t).Standard()
	first := refer(t, w, "Rosa")
	v, _, err := w.Desk.Sharing.ReadReferral(t.Context(), w.Caller("anna"), first)
	if err != nil {
		t.Fatal(err)
	}
	anna := serve(t, w).signedIn("anna")
	step := "/schede/" + v.CaseID + "/centri/" + w.Units["centre"] + "/invio"
	typed := func(more ...string) []string {
		return append([]string{"step", "2", "go", "next", "form", string(typed.NewForm()), "given", "spoken", "urgency", "today", "heard", "yes"}, more...)
	}
	anna.get("/schede/" + v.CaseID + "/centri/" + w.Units["centre"])
	anna.says(anna.status(anna.post(step, typed()...), http.StatusUnprocessableEntity), "Scegliere che cosa diventa l’autorizzazione già inviata.", "Per quale altro scopo")
	anna.says(anna.status(anna.post(step, typed("beside", "besides")...), http.StatusUnprocessableEntity), "Scegliere lo scopo di quella nuova.")
	anna.says(anna.status(anna.post(step, typed("beside", "besides", "purpose", "support")...), http.StatusUnprocessableEntity), "Anche per questo scopo")
	anna.status(anna.post(step, typed("beside", "besides", "purpose", "legal")...), http.StatusSeeOther)
	if v, _, err := w.Desk.Sharing.ReadReferral(t.Context(), w.Caller("anna"), first); err != nil || v.State == "withdrawn" {
		t.Fatalf("the first after one besides: %s, %v", v.State, err)
	}
	anna.get("/schede/" + v.CaseID + "/centri/" + w.Units["centre"])
	anna.status(anna.post(step, typed("beside", "instead")...), http.StatusSeeOther)
	anna.says(anna.follow(), "Conferma e invia")
	if v, _, err := w.Desk.Sharing.ReadReferral(t.Context(), w.Caller("anna"), first); err != nil || v.State != "withdrawn" {
		t.Fatalf("the first after one instead: %s, %v", v.State, err)
	}
	anna.says(anna.get("/schede/"+v.CaseID+"/diario"), "ne ha data una nuova al suo posto")
}
