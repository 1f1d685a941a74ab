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
	s := site.Serve(t, w)
	anna, revoke := s.SignedIn("anna"), "/autorizzazioni/"+id+"/revoca"
	anna.Says(anna.Get("/schede/"+file+"/invii"), "Autorizzazioni non ancora inviate", "Ascolto e sostegno", revoke)
	anna.Says(anna.Get("/autorizzazioni/"+id), "Conferma e invia", revoke)
	anna.Says(anna.Get(revoke), "Revoca l’autorizzazione", "Al centro non è arrivato niente")
	anna.Status(anna.Post(revoke), http.StatusUnprocessableEntity)
	anna.Leads(anna.Post(revoke, "recognised", "code_word"), "/schede/"+file+"/invii")
	anna.Says(anna.Follow(), "Revocata. Al centro non era arrivato niente.")
	anna.Silent(anna.Page, id)
	anna.Leads(anna.Get("/autorizzazioni/"+id), "/schede/"+file+"/invii")
	anna.Leads(anna.Get(revoke), "/schede/"+file+"/invii")
	anna.Leads(anna.Post(revoke, "recognised", "code_word"), "/schede/"+file+"/invii") // a second press
	anna.Says(anna.Get("/schede/"+file+"/diario"), "Autorizzazione revocata")
}

func TestAfterARestoreUnsentAuthorisationsAreAsked(t *testing.T) {
	w := storetest.New(t).Standard()
	file, id := authorise(t, w)
	copied := filepath.Join(t.TempDir(), "main.db")
	if err := store.CopyMain(t.Context(), w.Dir, copied); err != nil {
		t.Fatalf("copying the database: %v", err)
	}
	restore(t, w, copied)
	anna, confirm := site.Serve(t, w).SignedIn("anna"), "/autorizzazioni/"+id+"/conferma"
	anna.Says(anna.Get("/agenda"), "da confermare dopo un ripristino", confirm)
	anna.Leads(anna.Get("/autorizzazioni/"+id), confirm)
	anna.Says(anna.Get("/schede/"+file+"/invii"), "Dopo un ripristino va confermata prima di inviare.", confirm, "/autorizzazioni/"+id+"/revoca")
	anna.Says(anna.Get(confirm), "L’autorizzazione vale ancora?", "Non ancora inviata", "/autorizzazioni/"+id+"/revoca")
	anna.Status(anna.Post(confirm), http.StatusUnprocessableEntity)
	anna.Leads(anna.StepUp("anna", confirm, "checked", "she_said"), "/autorizzazioni/"+id)
	anna.Says(anna.Follow(), "Confermata. Adesso si può inviare.", "Conferma e invia")
	anna.Silent(anna.Get("/agenda"), "da confermare dopo un ripristino")
}

// What was sent to this centre and holds is asked about on the form.
func TestFormAsksWhatBecomesOfTheOneThatWasSent(t *testing.T) {
	w := storetest.New(t).Standard()
	first := refer(t, w, "Rosa")
	v, _, err := w.Desk.Sharing.ReadReferral(t.Context(), w.Caller("anna"), first)
	if err != nil {
		t.Fatal(err)
	}
	anna := site.Serve(t, w).SignedIn("anna")
	step := "/schede/" + v.CaseID + "/centri/" + w.Units["centre"] + "/invio"
	typed := func(more ...string) []string {
		return append([]string{"step", "1", "go", "next", "form", string(typed.NewForm()), "given", "spoken", "urgency", "today", "heard", "yes"}, more...)
	}
	anna.Get("/schede/" + v.CaseID + "/centri/" + w.Units["centre"])
	anna.Says(anna.Status(anna.Post(step, typed()...), http.StatusUnprocessableEntity), "Scegliere che cosa diventa l’autorizzazione già inviata.", "Per quale altro scopo")
	anna.Says(anna.Status(anna.Post(step, typed("beside", "besides")...), http.StatusUnprocessableEntity), "Scegliere lo scopo di quella nuova.")
	anna.Says(anna.Status(anna.Post(step, typed("beside", "besides", "purpose", "support")...), http.StatusUnprocessableEntity), "Anche per questo scopo")
	anna.Status(anna.Post(step, typed("beside", "besides", "purpose", "legal")...), http.StatusSeeOther)
	if v, _, err := w.Desk.Sharing.ReadReferral(t.Context(), w.Caller("anna"), first); err != nil || v.State == "withdrawn" {
		t.Fatalf("the first after one besides: %s, %v", v.State, err)
	}
	anna.Get("/schede/" + v.CaseID + "/centri/" + w.Units["centre"])
	anna.Status(anna.Post(step, typed("beside", "instead")...), http.StatusSeeOther)
	anna.Says(anna.Follow(), "Conferma e invia")
	if v, _, err := w.Desk.Sharing.ReadReferral(t.Context(), w.Caller("anna"), first); err != nil || v.State != "withdrawn" {
		t.Fatalf("the first after one instead: %s, %v", v.State, err)
	}
	anna.Says(anna.Get("/schede/"+v.CaseID+"/diario"), "ne ha data una nuova al suo posto")
}
