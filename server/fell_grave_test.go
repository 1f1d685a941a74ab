package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/referrals/store/storetest"
)

// acted lists the actions of the leaves after a place in the log that say that an
// act was done.
func (s *site) acted(t *testing.T, since int64) []string {
	t.Helper()
	var all []string
	err := s.Store.Source().EachLeaf(t.Context(), since, s.Store.Log().Size(), func(_ int64, body []byte) error {
		leaf, err := audit.ParseLeaf(append([]byte(nil), body...))
		if err == nil && leaf.Outcome == audit.Allowed {
			all = append(all, leaf.Action)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var caseCode = regexp.MustCompile(`class="mono">([A-Z0-9]{4}-[A-Z0-9]{4})<`)

// TestAttackStolenCookie: whoever has a session's cookie and nothing else (T4)
// gets ordinary reads and writes, and none of the acts that cannot be taken back.
func TestAttackStolenCookie(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	ctx, console := t.Context(), acts.ConsoleCaller()
	invited, _, _, err := s.Office.CreatePerson(ctx, console, office.NewPerson{Username: "ida", Role: policies.IntakeWorker,
		Agency: s.Agency, Unit: s.Units[storetest.TownDesk], Language: "it"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Door.Suspend(ctx, console, s.People["sofia"].ID); err != nil {
		t.Fatal(err)
	}
	offline, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	anna, bruna, dario := s.inside(t, "anna"), s.inside(t, "bruna"), s.inside(t, "dario")
	file := "/schede/" + r.file
	anna.get(file + "/persona")
	anna.post(file+"/persona", "alias", secretWord, "name", "Rosa", "surname", "Ferri", "version", anna.hidden("version"))
	other := caseCode.FindStringSubmatch(anna.get("/schede/" + r.closed).body)
	if other == nil {
		t.Fatal("the other file shows no code")
	}
	for _, attack := range []struct {
		does, page, path string
		by               *client
		form             url.Values
	}{
		{"note.move", file + "/diario/" + r.note + "/sposta", file + "/diario/" + r.note + "/sposta", anna, pairs("to", other[1], "why", "x")},
		{"case.anonymise", file + "/persona/dimentica", file + "/persona/dimentica", anna, pairs()},
		{"referral.copy", "/arrivi/" + r.sent + "/copia", "/arrivi/" + r.sent + "/copia", bruna, pairs("which", "other", "recipient", offline.Recipient().String())},
		{"agency.create", "/enti/nuovo", "/enti/nuovo", dario, pairs("name", "Ente di comodo", "kind", "operator", "responsibility", "processor", "ends", s.Clock.Now().AddDate(1, 0, 0).Format("2006-01-02"))},
		{"agency.end", "/enti/" + s.Agency, "/enti/" + s.Agency, dario, pairs("ends", s.Clock.Now().AddDate(1, 0, 0).Format("2006-01-02"))},
		{"unit.create", "/unita/nuova", "/unita/nuova", dario, pairs("agency", s.Agency, "name", "Sportello di comodo", "kind", "desk")},
		{"person.create", "/personale/invita", "/personale/invita", dario, pairs("username", "complice", "office", "intake_worker", "unit", s.Units[storetest.TownDesk], "language", "it")},
		{"person.invite", "/personale", "/personale/reinvita", dario, pairs("person", invited)},
		{"person.lift", "/personale", "/personale/riammetti", dario, pairs("person", s.People["sofia"].ID)},
	} {
		t.Run(attack.does, func(t *testing.T) {
			page := attack.by.get(attack.page)
			if page.status != http.StatusOK {
				t.Fatalf("%s: status %d", attack.page, page.status)
			}
			if m := regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(page.body); m != nil {
				attack.form.Set("version", m[1])
			}
			before := s.Store.Log().Size()
			got := attack.by.send(attack.path, attack.form)
			if slices.Contains(s.acted(t, before), attack.does) {
				t.Errorf("FELL: with a stolen cookie alone, %s was done by %s (status %d)", attack.does, attack.path, got.status)
			} else if got.status != http.StatusOK || s.Store.Log().Size() == before {
				t.Errorf("%s: got %d, want the page that asks for passphrase and code", attack.path, got.status)
			}
		})
	}
}

// TestAttackOddIDs: what stands in an address where an id should neither stops
// a page nor gets into the signed log, which nobody can mend.
func TestAttackOddIDs(t *testing.T) {
	s := newSite(t)
	anna, dario := s.inside(t, "anna"), s.inside(t, "dario")
	for _, odd := range []string{"%00", "%20", "%c3%a8", strings.Repeat("A", 300), "%e2%80%aeABC"} {
		for _, b := range []*client{anna, dario} {
			if got := b.get("/centri/" + odd); got.status >= http.StatusInternalServerError {
				t.Errorf("FELL: /centri/%.20s answers %d", odd, got.status)
			}
		}
	}
	const name = "Rosa-Ferri-via-Roma-7"
	before := s.Store.Log().Size()
	for _, b := range []*client{anna, dario} {
		b.get("/centri/" + name)
		b.send("/centri/"+name, pairs("words", "a b c d", "number", "1", "same", "no"))
	}
	err := s.Store.Source().EachLeaf(t.Context(), before, s.Store.Log().Size(), func(_ int64, body []byte) error {
		if strings.Contains(string(body), name) {
			t.Error("FELL: a name typed into an address stands in the signed log")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAttackClientChoosesAnID: a form that calls itself like a case file makes
// a contact of its own, with an id that nothing else has.
func TestAttackClientChoosesAnID(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	anna := s.inside(t, "anna")
	got := anna.post("/contatti/nuovo", "step", "3", "go", "close", "id", r.file, "speaker", "she", "name", "Rosa", "outcome", "thinking")
	if got.leads == "/contatti/"+r.file {
		t.Error("FELL: a client chose the id of a contact, and it is the one of a case file")
	} else if got.status != http.StatusSeeOther {
		t.Errorf("recording a contact: status %d", got.status)
	}
}
