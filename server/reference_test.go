package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/referrals/sharing"
	"sportello/server/servertest"
)

// TestSidesNameAReferralAlike: on the telephone desk and centre say the same few
// characters, and no two links of the inbox read the same.
func TestSidesNameAReferralAlike(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna, bruna := s.Inside(t, "anna"), s.Inside(t, "bruna")
	said := map[string]string{}
	inbox := bruna.Get("/arrivi").Body
	for _, m := range regexp.MustCompile(`<a href="(/arrivi/[^"]+)">(.*?)</a>`).FindAllStringSubmatch(inbox, -1) {
		if other, ok := said[m[2]]; ok {
			t.Errorf("the links to %s and %s read the same", other, m[1])
		}
		said[m[2]] = m[1]
	}
	if len(said) < 2 {
		t.Fatalf("%d links in the inbox", len(said))
	}
	sent, gone := sharing.Reference(r.Sent), sharing.Reference(r.Withdrawn)
	bruna.Says(bruna.Get("/arrivi"), sent, gone)
	bruna.Says(bruna.Get("/arrivi/"+r.Sent), "Riferimento", sent)
	bruna.Says(bruna.Get("/arrivi/"+r.Withdrawn+"/avviso"), "Riferimento", gone)
	anna.Says(anna.Get("/invii/"+r.Sent), "Riferimento", sent)
	anna.Says(anna.Get("/invii/"+r.Withdrawn), "Riferimento", gone)
	copies := "/arrivi/" + r.Sent + "/copia"
	bruna.Get(copies)
	got := bruna.StepUp("bruna", copies, "which", "other", "recipient", servertest.Identity(t).Recipient().String())
	if name := got.Header.Get("Content-Disposition"); !strings.Contains(name, `filename="invio-`+sent+`.age"`) {
		t.Errorf("the sealed copy is called %s", name)
	}
	s.Quiet(t)
}

// TestStopStatementHoldsTogether: the centre is told what cannot both be true,
// and says tomorrow what it did since.
func TestStopStatementHoldsTogether(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	bruna := s.Inside(t, "bruna")
	notice := "/arrivi/" + r.Withdrawn + "/avviso"
	bruna.Get(notice)
	got := bruna.Status(bruna.Post(notice, "done", "not_used", "done", "contacted"), http.StatusUnprocessableEntity)
	bruna.Says(got, "non possono valere insieme", `value="not_used" autocomplete="off" checked`, `value="contacted" autocomplete="off" checked`)
	bruna.Leads(bruna.Post(notice, "done", "not_used"), notice)
	bruna.Says(bruna.Get("/arrivi"), notice) // its inbox still leads there
	got = bruna.Get(notice)
	bruna.Says(got, "Non li abbiamo usati", "Quello che è dichiarato resta", `value="copy_destroyed"`)
	bruna.Silent(got, `value="contacted"`, `value="not_used"`)
	bruna.Says(bruna.Status(bruna.Post(notice), http.StatusUnprocessableEntity), "Segnare almeno una voce.")
	bruna.Leads(bruna.Post(notice, "done", "copy_destroyed"), notice)
	bruna.Says(bruna.Get(notice), "Non li abbiamo usati", "Abbiamo distrutto la copia")
	anna := s.Inside(t, "anna")
	anna.Says(anna.Get("/invii/"+r.Withdrawn), "Non li abbiamo usati", "Abbiamo distrutto la copia")
	s.Quiet(t)
}

// TestAppointmentIsSeenByBothSides: the centre sees what it proposed and what she
// said; the desk's Agenda says that somebody has to answer, until somebody did.
func TestAppointmentIsSeenByBothSides(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna, bruna := s.Inside(t, "anna"), s.Inside(t, "bruna")
	received, sent := "/arrivi/"+r.Sent, "/invii/"+r.Sent
	anna.Silent(anna.Get("/agenda"), "Il centro propone un appuntamento")
	bruna.Get(received)
	bruna.Leads(bruna.Post(received+"/appuntamento", "form", bruna.Hidden("form"), "day", "2026-12-01", "hour", "09:30", "place", "Sede del centro"), received)
	bruna.Says(bruna.Follow(), "Appuntamento proposto.", "mar 1 dic 09:30", "Sede del centro", "Si aspetta la sua risposta")
	agenda := anna.Get("/agenda")
	anna.Says(agenda, "Il centro propone un appuntamento", `href="`+sent+`"`, "mar 1 dic 09:30")
	anna.Silent(agenda, "Sede")
	anna.Get(sent)
	anna.Leads(anna.Post(sent+"/appuntamento", "form", anna.Hidden("form"), "answer", "yes"), sent)
	anna.Says(anna.Follow(), "Risposta inviata.")
	anna.Silent(anna.Get("/agenda"), "Il centro propone un appuntamento")
	bruna.Says(bruna.Get(received), "mar 1 dic 09:30", "Sede del centro", "La donna ha risposto: Sì")
	bruna.Silent(bruna.Page, "Si aspetta la sua risposta")
	// Once the centre has accepted, an appointment does not bring the question back.
	bruna.Get(received)
	bruna.Leads(bruna.Post(received+"/accogli", "version", bruna.Hidden("version")), received)
	bruna.Get(received)
	bruna.Leads(bruna.Post(received+"/appuntamento", "form", bruna.Hidden("form"), "day", "2026-12-03", "hour", "10:00", "place", "Sede"), received)
	bruna.Silent(bruna.Get(received), received+"/accogli", received+"/non-accogli")
	for _, again := range []string{"/accogli", "/non-accogli"} {
		bruna.Status(bruna.Post(received+again, "version", "9", "reason", "full"), http.StatusConflict)
	}
	s.Quiet(t)
}
