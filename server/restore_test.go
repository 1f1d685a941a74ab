package server_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/sharing"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// A copy of the database is put back that is older than a revocation. The pages
// ask the desk before anything opens again: what stands is confirmed with
// passphrase and code, what does not is revoked without, and what she took back
// since is gone whoever says otherwise. In both languages.
func TestAfterARestoreTheDeskIsAsked(t *testing.T) {
	w := storetest.New(t).Standard()
	stands, doubted, taken := refer(t, w, "Rosa"), refer(t, w, "Lina"), refer(t, w, "Nadia")
	copied := filepath.Join(t.TempDir(), "main.db")
	if err := store.CopyMain(t.Context(), w.Dir, copied); err != nil {
		t.Fatalf("copying the database: %v", err)
	}
	if _, err := w.Desk.Sharing.Revoke(t.Context(), w.SignIn("anna"), taken, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	restore(t, w, copied)

	s := site.Serve(t, w)
	anna, bruna := s.SignedIn("anna"), s.SignedIn("bruna")
	for _, id := range []string{stands, doubted, taken} {
		bruna.Status(bruna.Get("/arrivi/"+id), http.StatusNotFound)
	}
	agenda := anna.Get("/agenda")
	anna.Says(agenda, "Invii da confermare dopo un ripristino", "/invii/"+stands+"/conferma", "/invii/"+doubted+"/conferma", "/invii/"+taken+"/conferma")
	anna.Silent(agenda, "Invio senza risposta")

	confirm := "/invii/" + stands + "/conferma"
	anna.Says(anna.Get("/invii/"+stands), "Dopo un ripristino questo invio è chiuso", confirm)
	anna.Says(anna.Get(confirm), "L’autorizzazione vale ancora?", "che la donna ha revocato nel frattempo può risultare ancora valida", "/invii/"+stands+"/revoca")
	anna.Says(anna.Status(anna.Post(confirm), http.StatusUnprocessableEntity), "Dire come si sa che l’autorizzazione vale ancora.")
	anna.Status(anna.Post(confirm, "checked", "perhaps"), http.StatusUnprocessableEntity)
	bruna.Status(bruna.Post(confirm, "checked", "papers"), http.StatusNotFound)
	bruna.Status(bruna.Get("/arrivi/"+stands), http.StatusNotFound)
	anna.Leads(anna.StepUp("anna", confirm, "checked", "papers"), "/invii/"+stands)
	anna.Says(anna.Follow(), "Confermato. Il centro può aprire di nuovo l’invio.")
	bruna.Says(bruna.Status(bruna.Get("/arrivi/"+stands), http.StatusOK), "Rosa")
	anna.Leads(anna.Post(confirm, "checked", "papers"), "/invii/"+stands) // a second press
	anna.Leads(anna.Get(confirm), "/invii/"+stands)

	anna.Get("/invii/" + doubted + "/revoca")
	anna.Leads(anna.Post("/invii/"+doubted+"/revoca", "recognised", "known_voice"), "/invii/"+doubted)
	anna.Follow()
	file := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.Page.Body)
	anna.Says(anna.Get(file+"/diario"), "Autorizzazione revocata", "Riconosciuta dalla voce") // what she was recognised for
	bruna.Says(bruna.Get("/arrivi/"+doubted+"/avviso"), "Non contattatela")

	gone := "/invii/" + taken + "/conferma"
	anna.Says(anna.Get(gone), "La donna ha revocato questa autorizzazione dopo la copia", "Registra la revoca")
	anna.Silent(anna.Page, "Conferma l’invio")
	anna.Status(anna.Post(gone, "checked", "she_said"), http.StatusConflict)
	anna.Says(anna.Get("/invii/"+taken+"/revoca"), "Revoca l’autorizzazione")
	anna.Leads(anna.Post("/invii/"+taken+"/revoca", "recognised", "code_word"), "/invii/"+taken)
	anna.Silent(anna.Get("/agenda"), "Invii da confermare")
}

func TestAfterARestoreInEnglish(t *testing.T) {
	w := storetest.New(t).Standard()
	id := refer(t, w, "Rosa")
	copied := filepath.Join(t.TempDir(), "main.db")
	if err := store.CopyMain(t.Context(), w.Dir, copied); err != nil {
		t.Fatalf("copying the database: %v", err)
	}
	restore(t, w, copied)
	anna := site.Serve(t, w).SignedIn("anna")
	anna.Get("/agenda")
	anna.Status(anna.Post("/lingua", "lang", "en", "from", "/agenda"), http.StatusSeeOther)
	anna.Says(anna.Get("/agenda"), "Referrals to confirm after a restore", "/invii/"+id+"/conferma")
	anna.Says(anna.Get("/invii/"+id+"/conferma"), "Does the authorisation still hold?", "an authorisation that she took back meanwhile may look live again", "Passphrase and code are not needed")
	anna.Says(anna.Post("/invii/"+id+"/conferma", "checked", "she_said"), "Open the referral again: her authorisation still holds")
}

// refer sends what a woman authorised, and returns the referral.
func refer(t *testing.T, w *storetest.World, alias string) string {
	t.Helper()
	ctx, anna := t.Context(), w.Caller("anna")
	out, _, err := w.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: alias, OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: alias}})
	if err != nil {
		t.Fatalf("opening a file: %v", err)
	}
	id, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support", Fields: []string{"alias"},
		Feedback: "state", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	if err != nil {
		t.Fatalf("giving consent: %v", err)
	}
	if _, _, err := w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, id), id); err != nil {
		t.Fatalf("sending: %v", err)
	}
	return id
}

// restore puts a copy of the database back and lifts everybody.
func restore(t *testing.T, w *storetest.World, from string) {
	t.Helper()
	w.Restore(from)
	for name, p := range w.People {
		if _, err := w.Office.Lift(t.Context(), acts.ConsoleCaller(), p.ID); err != nil {
			t.Fatalf("lifting %s: %v", name, err)
		}
	}
}
