package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/referrals/sharing"
	"sportello/referrals/typed"
)

// TestSidesNameAReferralAlike: on the telephone desk and centre say the same few
// characters, and no two links of the inbox read the same.
func TestSidesNameAReferralAlike(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	anna, bruna := s.inside(t, "anna"), s.inside(t, "bruna")
	said := map[string]string{}
	inbox := bruna.get("/arrivi").body
	for _, m := range regexp.MustCompile(`<a href="(/arrivi/[^"]+)">(.*?)</a>`).FindAllStringSubmatch(inbox, -1) {
		if other, ok := said[m[2]]; ok {
			t.Errorf("the links to %s and %s read the same", other, m[1])
		}
		said[m[2]] = m[1]
	}
	if len(said) < 2 {
		t.Fatalf("%d links in the inbox", len(said))
	}
	sent, gone := sharing.Reference(r.sent), sharing.Reference(r.withdrawn)
	bruna.says(bruna.get("/arrivi"), sent, gone)
	bruna.says(bruna.get("/arrivi/"+r.sent), "Riferimento", sent)
	bruna.says(bruna.get("/arrivi/"+r.withdrawn+"/avviso"), "Riferimento", gone)
	anna.says(anna.get("/invii/"+r.sent), "Riferimento", sent)
	anna.says(anna.get("/invii/"+r.withdrawn), "Riferimento", gone)
	copies := "/arrivi/" + r.sent + "/copia"
	bruna.get(copies)
	got := bruna.stepUp("bruna", copies, "which", "other", "recipient", identity(t).Recipient().String())
	if name := got.header.Get("Content-Disposition"); !strings.Contains(name, `filename="invio-`+sent+`.age"`) {
		t.Errorf("the sealed copy is called %s", name)
	}
	s.quiet(t)
}

// TestStopStatementHoldsTogether: the centre is told what cannot both be true,
// and says tomorrow what it did since.
func TestStopStatementHoldsTogether(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	bruna := s.inside(t, "bruna")
	notice := "/arrivi/" + r.withdrawn + "/avviso"
	bruna.get(notice)
	got := bruna.status(bruna.post(notice, "done", "not_used", "done", "contacted"), http.StatusUnprocessableEntity)
	bruna.says(got, "non possono valere insieme", `value="not_used" autocomplete="off" checked`, `value="contacted" autocomplete="off" checked`)
	bruna.leads(bruna.post(notice, "done", "not_used"), notice)
	bruna.says(bruna.get("/arrivi"), notice) // its inbox still leads there
	got = bruna.get(notice)
	bruna.says(got, "Non li abbiamo usati", "Quello che è dichiarato resta", `value="copy_destroyed"`)
	bruna.silent(got, `value="contacted"`, `value="not_used"`)
	bruna.says(bruna.status(bruna.post(notice), http.StatusUnprocessableEntity), "Segnare almeno una voce.")
	bruna.leads(bruna.post(notice, "done", "copy_destroyed"), notice)
	bruna.says(bruna.get(notice), "Non li abbiamo usati", "Abbiamo distrutto la copia")
	anna := s.inside(t, "anna")
	anna.says(anna.get("/invii/"+r.withdrawn), "Non li abbiamo usati", "Abbiamo distrutto la copia")
	s.quiet(t)
}

// TestAppointmentIsSeenByBothSides: the centre sees what it proposed and what she
// said; the desk's Agenda says that somebody has to answer, until somebody did.
func TestAppointmentIsSeenByBothSides(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	anna, bruna := s.inside(t, "anna"), s.inside(t, "bruna")
	received, sent := "/arrivi/"+r.sent, "/invii/"+r.sent
	anna.silent(anna.get("/agenda"), "Il centro propone un appuntamento")
	bruna.get(received)
	bruna.leads(bruna.post(received+"/appuntamento", "form", bruna.hidden("form"), "day", "2026-12-24", "hour", "09:30", "place", "Sede del centro"), received)
	bruna.says(bruna.follow(), "Appuntamento proposto.", "gio 24 dic 09:30", "Sede del centro", "Si aspetta la sua risposta")
	agenda := anna.get("/agenda")
	anna.says(agenda, "Il centro propone un appuntamento", `href="`+sent+`"`, "gio 24 dic 09:30")
	anna.silent(agenda, "Sede")
	anna.get(sent)
	anna.leads(anna.post(sent+"/appuntamento", "form", anna.hidden("form"), "answer", "yes"), sent)
	anna.says(anna.follow(), "Risposta inviata.")
	anna.silent(anna.get("/agenda"), "Il centro propone un appuntamento")
	bruna.says(bruna.get(received), "gio 24 dic 09:30", "Sede del centro", "Lei ha risposto: Sì")
	bruna.silent(bruna.page, "Si aspetta la sua risposta")
	// Once the centre has accepted, an appointment does not bring the question back.
	bruna.get(received)
	bruna.leads(bruna.post(received+"/accogli", "version", bruna.hidden("version")), received)
	bruna.get(received)
	bruna.leads(bruna.post(received+"/appuntamento", "form", bruna.hidden("form"), "day", "2026-12-28", "hour", "10:00", "place", "Sede"), received)
	bruna.silent(bruna.get(received), received+"/accogli", received+"/non-accogli")
	for _, again := range []string{"/accogli", "/non-accogli"} {
		bruna.status(bruna.post(received+again, "version", "9", "reason", "full"), http.StatusConflict)
	}
	s.quiet(t)
}

// TestCentreHasOneMainButton: while it has not answered, that is to welcome her;
// and its inbox speaks from its own side.
func TestCentreHasOneMainButton(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	bruna := s.inside(t, "bruna")
	received := "/arrivi/" + r.sent
	bruna.says(bruna.get("/arrivi"), "Da aprire")
	bruna.silent(bruna.page, "Inviato<", "Aperto dal centro")
	bruna.get(received)
	bruna.says(bruna.get("/arrivi"), "Aperto, si aspetta la nostra risposta")
	bruna.silent(bruna.page, "Inviato<", "Aperto dal centro")
	_, err := s.Desk.Sharing.Propose(t.Context(), s.Caller("bruna"), r.sent, typed.NewForm(), "2026-12-24", "09:30", "Sede")
	if err != nil {
		t.Fatal(err)
	}
	one := func(want string) {
		t.Helper()
		got := regexp.MustCompile(`<button class="btn btn-primary">([^<]*)`).FindAllStringSubmatch(bruna.get(received).body, -1)
		if len(got) != 1 || got[0][1] != want {
			t.Errorf("the main buttons are %q, want %q alone", got, want)
		}
	}
	bruna.says(bruna.get(received), "Comunica allo sportello")
	one("Accogliamo")
	if _, err := s.Desk.Sharing.Accept(t.Context(), s.Caller("bruna"), r.sent); err != nil {
		t.Fatal(err)
	}
	one("Comunica allo sportello")
	s.quiet(t)
}
