package walls_test

import (
	"net/http"
	"regexp"
	"testing"

	"sportello/policies"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// town has lucia, who leads the desk, and anna and mara, who know each other.
func town(t *testing.T) (*servertest.Site, *servertest.Records) {
	t.Helper()
	s := site.Town(t)
	r := s.Fill(t)
	s.Join(storetest.TownDesk, "mara", policies.IntakeWorker, "anna")
	for by, other := range map[string][]string{"lucia": {"anna", "mara"}, "mara": {"anna", "lucia"}, "anna": {"mara"}} {
		for _, name := range other {
			if _, err := s.House.Confirm(t.Context(), s.SignIn(by), s.People[name].ID); err != nil {
				t.Fatalf("%s confirms %s: %v", by, name, err)
			}
		}
	}
	return s, r
}

// again is somebody who typed her passphrase just now, with what that keeps for her.
func again(t *testing.T, s *servertest.Site, name string) *servertest.Client {
	t.Helper()
	if err := s.Desk.Cases.AdoptNamed(t.Context(), s.Entered(t, name).Caller); err != nil {
		t.Fatalf("keeping what came to %s by age: %v", name, err)
	}
	return s.Inside(t, name)
}

var version = regexp.MustCompile(`name="version" value="(\d+)"`)

func versionOf(t *testing.T, b *servertest.Client, path string) string {
	t.Helper()
	m := version.FindStringSubmatch(b.Status(b.Get(path), http.StatusOK).Body)
	if m == nil {
		t.Fatalf("%s has no version", path)
	}
	return m[1]
}

// TestLeadWallsOff: the lead hides a file from a worker, and takes the wall down; to the
// worker it is absent, to her colleague nothing of it shows.
func TestLeadWallsOff(t *testing.T) {
	s, r := town(t)
	lucia, anna, mara := s.Inside(t, "lucia"), s.Inside(t, "anna"), s.Inside(t, "mara")
	file := "/schede/" + r.File
	path := file + "/muri"
	anna.Status(anna.Post(path, "off", s.People["mara"].ID, "version", "1"), http.StatusNotFound)
	lucia.Status(lucia.Post(path, "off", s.People["mara"].ID, "version", "1"), http.StatusConflict)
	lucia.Leads(lucia.StepUp("lucia", path, "off", s.People["mara"].ID, "version", versionOf(t, lucia, path)), path)
	mara.Status(mara.Get(file), http.StatusNotFound)
	mara.Status(mara.Get(path), http.StatusNotFound)
	anna = again(t, s, "anna") // what was kept for her by age her passphrase takes up
	anna.Silent(anna.Status(anna.Get(file), http.StatusOK), "riservata")
	anna.Silent(anna.Get(path), "mara\" checked")
	lucia.Leads(lucia.StepUp("lucia", path, "version", versionOf(t, lucia, path)), path)
	mara.Status(mara.Get(file), http.StatusOK)
}

// TestTwoHideItFromTheLead: one asks the other, on whose Agenda alone it stands; the
// lead sees nothing, before and after.
func TestTwoHideItFromTheLead(t *testing.T) {
	s, r := town(t)
	lucia, anna, mara := s.Inside(t, "lucia"), s.Inside(t, "anna"), s.Inside(t, "mara")
	file := "/schede/" + r.File
	path, lead, second := file+"/muri", s.People["lucia"].ID, s.People["mara"].ID
	anna.Says(anna.Get(path), "servono due persone", "lucia", "mara")
	anna.Status(anna.Post(path+"/insieme", "second", second, "stands", "me"), http.StatusUnprocessableEntity)
	anna.Status(anna.Post(path+"/insieme", "off_leads", lead, "stands", "me"), http.StatusUnprocessableEntity)
	anna.Says(anna.Status(anna.Post(path+"/insieme", "off_leads", lead, "second", second), http.StatusUnprocessableEntity), "Scegliere una voce.")
	anna.Leads(anna.StepUp("anna", path+"/insieme", "off_leads", lead, "second", second, "stands", "me"), path)
	anna.Says(anna.Follow(), "Aspetta la parola di", "mara")
	lucia.Silent(lucia.Get("/agenda"), "nascondere insieme")
	lucia.Silent(lucia.Get(path), "Aspetta la parola di")
	anna.Silent(anna.Get("/agenda"), "nascondere insieme")
	asked := regexp.MustCompile(`href="(/schede/[A-Z0-9]{26}/muri/[A-Z0-9]{26})"`)
	agenda := mara.Get("/agenda")
	mara.Says(agenda, "nascondere insieme")
	m := asked.FindStringSubmatch(agenda.Body)
	if m == nil {
		t.Fatal("it does not stand on her Agenda")
	}
	lucia.Status(lucia.Get(m[1]), http.StatusNotFound)
	lucia.Status(lucia.Post(m[1]+"/ferma"), http.StatusNotFound)
	mara.Says(mara.Get(m[1]), "anna", "Nascosta a", "lucia", "Confermo")
	mara.Leads(mara.StepUp("mara", m[1]), file)
	lucia.Status(lucia.Get(file), http.StatusNotFound)
	lucia.Silent(lucia.Get("/agenda"), "nascondere insieme", r.File)
	anna = again(t, s, "anna")
	anna.Says(anna.Get(path), "Al posto della responsabile ne risponde", "anna")
	anna.Status(anna.Post(m[1]), http.StatusNotFound)
}

// TestRestrictedPage: who is named shares a file, hands it on and opens it to the unit,
// each where the woman agreed.
func TestRestrictedPage(t *testing.T) {
	s, r := town(t)
	lucia, anna := s.Inside(t, "lucia"), s.Inside(t, "anna")
	file := "/schede/" + r.Restricted
	path, mara := file+"/riservata", s.People["mara"].ID
	anna.Status(anna.Get(path), http.StatusNotFound)
	anna.Status(anna.Get("/schede/"+r.File+"/riservata"), http.StatusNotFound) // not hers to say
	lucia.Status(lucia.Get("/schede/"+r.File+"/riservata"), http.StatusOK)
	v := versionOf(t, lucia, path)
	lucia.Says(lucia.Status(lucia.Post(path, "named", mara, "version", v), http.StatusUnprocessableEntity), "Prima si chiede alla donna")
	lucia.Status(lucia.Post(path, "agreed", "yes", "version", v), http.StatusUnprocessableEntity)
	lucia.Leads(lucia.StepUp("lucia", path, "named", mara, "agreed", "yes", "version", v), "/agenda")
	lucia.Status(lucia.Get(file), http.StatusNotFound)
	hers := again(t, s, "mara")
	hers.Says(hers.Status(hers.Get(file), http.StatusOK), "riservata")
	hers.Status(hers.Post(path+"/apri", "version", versionOf(t, hers, path)), http.StatusUnprocessableEntity)
	hers.Leads(hers.StepUp("mara", path+"/apri", "agreed", "yes", "version", versionOf(t, hers, path)), file)
	anna.Silent(anna.Status(anna.Get(file), http.StatusOK), "riservata")
}
