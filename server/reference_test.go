package server_test

import (
	"regexp"
	"strings"
	"testing"

	"sportello/referrals"
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
	sent, gone := referrals.Reference(r.sent), referrals.Reference(r.withdrawn)
	bruna.says(bruna.get("/arrivi"), sent, gone)
	bruna.says(bruna.get("/arrivi/"+r.sent), "Riferimento", sent)
	bruna.says(bruna.get("/arrivi/"+r.withdrawn+"/avviso"), "Riferimento", gone)
	anna.says(anna.get("/invii/"+r.sent), "Riferimento", sent)
	anna.says(anna.get("/invii/"+r.withdrawn), "Riferimento", gone)
	copies := "/arrivi/" + r.sent + "/copia"
	bruna.get(copies)
	got := bruna.post(copies, "which", "other", "recipient", identity(t).Recipient().String())
	if name := got.header.Get("Content-Disposition"); !strings.Contains(name, `filename="invio-`+sent+`.age"`) {
		t.Errorf("the sealed copy is called %s", name)
	}
	s.quiet(t)
}
