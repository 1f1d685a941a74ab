package server_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/referrals/sharing"
	"sportello/server/servertest"
)

// TestWhatIsDoneIsNotDenied: where the act is durable and only something after it
// could not be written, the page says so, with its receipt; where nothing was
// done, she goes on in the session that she had.
func TestWhatIsDoneIsNotDenied(t *testing.T) {
	d := newBadDay(t, func(string) {})
	anna := d.People["anna"]
	b := d.SignedIn("anna")
	nothing, done := "Niente di questa pagina è stato salvato", "È salvato e registrato: non va rifatto."

	mend := d.BreakTable("INSERT", "session")
	d.Clock.Add(31e9)
	b.Get("/credenziali")
	b.Post("/credenziali/codici", "from", "/credenziali")
	b.Says(b.Status(b.Post("/credenziali/codici", "from", "/credenziali", "passphrase", anna.Passphrase, "code", d.Code(anna)), http.StatusInternalServerError), nothing)
	mend()
	b.Status(b.Get("/credenziali"), http.StatusOK)

	d.Clock.Add(61e9)
	b.Get("/credenziali") // which notes that the session is used
	mend = d.BreakTable("UPDATE", "session")
	got := b.Status(b.StepUp("anna", "/credenziali/codici", "from", "/credenziali"), http.StatusInternalServerError)
	b.Says(got, done, "non è riuscito ad aggiornare le sessioni", "Uscire e accedere di nuovo")
	b.Silent(got, nothing)
	codes := b.List("codes mono")
	if len(codes) != 10 || got.Header.Get("Sportello-Receipt") == "" {
		t.Errorf("%d new codes are shown, receipt %q", len(codes), got.Header.Get("Sportello-Receipt"))
	}
	mend()
	d.Clock.Add(61e9)
	b.Get("/credenziali")
	mend = d.BreakTable("UPDATE", "session")
	phrase := string(crypto.NewPassphrase())
	got = b.Status(b.Post("/credenziali/frase", "choice", "words", "words", phrase, "again", phrase, "current", anna.Passphrase, "code", d.Code(anna)), http.StatusInternalServerError)
	b.Says(got, "È fatto, ma manca qualcosa", done, `action="/esci"`)
	b.Silent(got, nothing, "Torna all’inizio")
	if got.Header.Get("Sportello-Receipt") == "" {
		t.Error("a passphrase that was changed has no receipt")
	}
	mend()
	anna.Passphrase = phrase
	d.Clock.Add(31e9)
	b = d.SignedIn("anna")
	b.Status(b.Get("/agenda"), http.StatusOK)
	d.erasedLater(b, nothing, done)
}

// erasedLater: a revocation whose secret the disk does not let go is a revocation.
func (d *badDay) erasedLater(b *servertest.Client, nothing, done string) {
	d.t.Helper()
	ctx := d.t.Context()
	consent, _, err := d.Desk.Sharing.GiveConsent(ctx, d.Caller("anna"), d.caseID, sharing.Authorisation{Centre: d.Units["centre"], Purpose: "support",
		Fields: []string{"alias"}, Feedback: "more", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	if err != nil {
		d.t.Fatal(err)
	}
	d.Clock.Add(31e9)
	if _, _, err := d.Desk.Sharing.SendReferral(ctx, d.StepUp("anna", policies.ReferralSend, consent), consent); err != nil {
		d.t.Fatal(err)
	}
	mend := d.BreakTable("DELETE", "shred")
	defer mend()
	page := "/invii/" + consent
	leaves := d.Store.Log().Size()
	got := b.Status(b.Post(page+"/revoca", "from", page+"/revoca", "recognised", "known_voice"), http.StatusInternalServerError)
	b.Says(got, done, "la sua chiave è ancora sul disco", "assistenza", `href="`+page+`"`)
	b.Silent(got, nothing)
	if got.Header.Get("Sportello-Receipt") == "" || !strings.Contains(d.Log.String(), "finishing an act that is done") {
		d.t.Errorf("receipt %q; the server logged:\n%s", got.Header.Get("Sportello-Receipt"), d.Log)
	}
	if n := d.Store.Log().Size() - leaves; n != 2 { // the referral was read, and revoked: nothing failed
		d.t.Errorf("%d leaves, want 2", n)
	}
	b.Says(b.Status(b.Get(page), http.StatusOK), "Autorizzazione revocata")
}
