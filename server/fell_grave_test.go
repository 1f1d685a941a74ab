package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

var caseCode = regexp.MustCompile(`class="mono">([A-Z0-9]{4}-[A-Z0-9]{4})<`)

// TestAttackStolenCookie: whoever has a session's cookie and nothing else (T4)
// gets ordinary reads and writes, and none of the acts that cannot be taken back.
func TestAttackStolenCookie(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
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
	anna, bruna, dario := s.Inside(t, "anna"), s.Inside(t, "bruna"), s.Inside(t, "dario")
	file := "/schede/" + r.File
	anna.Get(file + "/persona")
	anna.Post(file+"/persona", "alias", servertest.SecretWord, "name", "Rosa", "surname", "Ferri", "version", anna.Hidden("version"))
	other := caseCode.FindStringSubmatch(anna.Get("/schede/" + r.Closed).Body)
	if other == nil {
		t.Fatal("the other file shows no code")
	}
	for _, attack := range []struct {
		does, page, path string
		by               *servertest.Client
		form             url.Values
	}{
		{"note.move", file + "/diario/" + r.Note + "/sposta", file + "/diario/" + r.Note + "/sposta", anna, servertest.Pairs("to", other[1], "why", "x")},
		{"case.anonymise", file + "/persona/dimentica", file + "/persona/dimentica", anna, servertest.Pairs()},
		{"referral.copy", "/arrivi/" + r.Sent + "/copia", "/arrivi/" + r.Sent + "/copia", bruna, servertest.Pairs("which", "other", "recipient", offline.Recipient().String())},
		{"agency.create", "/enti/nuovo", "/enti/nuovo", dario, servertest.Pairs("name", "Ente di comodo", "kind", "operator", "responsibility", "processor", "ends", s.Clock.Now().AddDate(1, 0, 0).Format("2006-01-02"))},
		{"agency.end", "/enti/" + s.Agency, "/enti/" + s.Agency, dario, servertest.Pairs("ends", s.Clock.Now().AddDate(1, 0, 0).Format("2006-01-02"))},
		{"unit.create", "/unita/nuova", "/unita/nuova", dario, servertest.Pairs("agency", s.Agency, "name", "Sportello di comodo", "kind", "desk")},
		{"person.create", "/personale/invita", "/personale/invita", dario, servertest.Pairs("username", "complice", "office", "intake_worker", "unit", s.Units[storetest.TownDesk], "language", "it")},
		{"person.invite", "/personale", "/personale/reinvita", dario, servertest.Pairs("person", invited)},
		{"person.lift", "/personale", "/personale/riammetti", dario, servertest.Pairs("person", s.People["sofia"].ID)},
	} {
		t.Run(attack.does, func(t *testing.T) {
			page := attack.by.Get(attack.page)
			if page.Status != http.StatusOK {
				t.Fatalf("%s: status %d", attack.page, page.Status)
			}
			if m := regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(page.Body); m != nil {
				attack.form.Set("version", m[1])
			}
			before := s.Store.Log().Size()
			got := attack.by.Send(attack.path, attack.form)
			if slices.Contains(s.Acted(t, before), attack.does) {
				t.Errorf("FELL: with a stolen cookie alone, %s was done by %s (status %d)", attack.does, attack.path, got.Status)
			} else if got.Status != http.StatusOK || s.Store.Log().Size() == before {
				t.Errorf("%s: got %d, want the page that asks for passphrase and code", attack.path, got.Status)
			}
		})
	}
}
