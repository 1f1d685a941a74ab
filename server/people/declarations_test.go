package people_test

import (
	"net/http"
	"net/url"
	"testing"

	"sportello/server/servertest"
)

// Anna says whom she should not be given; lucia, who leads, reads it with the
// file that looks like it, and nobody else is told anything.
func TestWhomOneShouldNotBeGiven(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna, vera := s.Inside(t, "anna"), s.Inside(t, "vera")
	page := anna.Get("/credenziali/dichiarazioni")
	if page.Status != http.StatusOK {
		t.Fatalf("her own declarations: %d", page.Status)
	}
	long := make([]byte, 300)
	for i := range long {
		long[i] = 'a'
	}
	back := anna.Send("/credenziali/dichiarazioni", url.Values{"id": {"f1"}, "declared_surname": {string(long)}, "declared_phone": {"<em>UHOH</em>"}})
	if back.Status != http.StatusUnprocessableEntity || !back.Says("&lt;em&gt;UHOH", string(long), "Scrivere il numero per intero") {
		t.Fatalf("what does not fit comes back as %d:\n%s", back.Status, servertest.Main(back.Body))
	}
	form := url.Values{"id": {"f2"}, "declared_name": {"Zaffiro"}, "declared_surname": {""}}
	for range 2 {
		if got := anna.Send("/credenziali/dichiarazioni", form); got.Status != http.StatusSeeOther {
			t.Fatalf("declaring: %d", got.Status)
		}
	}
	if got := anna.Get("/credenziali/dichiarazioni"); !got.Says("Zaffiro", "Vicina", "lucia") {
		t.Fatalf("her declarations:\n%s", servertest.Main(got.Body))
	}
	lucia := s.Client(t)
	lucia.Leads(lucia.Enter(s.People["lucia"]), "/") // what is sealed to her is hers from when she signs in
	lucia.Says(lucia.Get("/ammissioni"), "/ammissioni/dichiarazioni")
	lucia.Says(lucia.Get("/ammissioni/dichiarazioni"), "anna", "Zaffiro", "Queste schede somigliano", servertest.SecretWord, r.File, "Vicina", "Nessuna scheda")
	for _, c := range []*servertest.Client{anna, vera} {
		if got := c.Get("/ammissioni/dichiarazioni"); got.Status != http.StatusNotFound {
			t.Errorf("%s reads the unit's declarations: %d", c.Name, got.Status)
		}
	}
	if got := anna.Get("/ammissioni"); got.Says("dichiarazioni") {
		t.Error("anna's page of members leads to the declarations")
	}
	if got := anna.Post("/credenziali/dichiarazioni/" + r.Declared + "/togli"); got.Status != http.StatusSeeOther {
		t.Fatalf("taking back: %d", got.Status)
	}
	lucia.Silent(lucia.Get("/ammissioni/dichiarazioni"), "Vicina")
	s.Quiet(t)
}
