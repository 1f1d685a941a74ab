package walls_test

import (
	"errors"
	"net/http"
	"regexp"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/store/storetest"
	"sportello/referrals/walls"
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

// opens is a case file as somebody opens it, or nil.
func opens(t *testing.T, s *servertest.Site, name, id string) *referrals.CaseView {
	t.Helper()
	v, _, err := s.Desk.OpenCase(t.Context(), s.Entered(t, name).Caller, id)
	if errors.Is(err, acts.ErrDenied) {
		return nil
	}
	if err != nil {
		t.Fatalf("%s opens a file: %v", name, err)
	}
	return &v
}

// asked is what stands on somebody's Agenda to be hidden with a colleague.
func asked(t *testing.T, s *servertest.Site, name string) []walls.Asked {
	t.Helper()
	a, _, err := s.Desk.ReadAgenda(t.Context(), s.Entered(t, name).Caller)
	if err != nil {
		t.Fatalf("%s reads the Agenda: %v", name, err)
	}
	return a.Walls
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
	mara.Status(mara.Get(path), http.StatusNotFound)
	if v := opens(t, s, "mara", r.File); v != nil {
		t.Error("she opens what is hidden from her")
	}
	anna = again(t, s, "anna") // what was kept for her by age her passphrase takes up
	if v := opens(t, s, "anna", r.File); v == nil || v.Restricted {
		t.Error("to her colleague the file is not as before")
	}
	anna.Silent(anna.Status(anna.Get(path), http.StatusOK), "A chi è nascosta")
	lucia.Leads(lucia.StepUp("lucia", path, "version", versionOf(t, lucia, path)), path)
	mara.Status(mara.Get(path), http.StatusOK)
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
	lucia.Silent(lucia.Get(path), "Aspetta la parola di")
	if len(asked(t, s, "lucia"))+len(asked(t, s, "anna")) != 0 {
		t.Error("it stands on the Agenda of somebody who was not asked")
	}
	waits := asked(t, s, "mara")
	if len(waits) != 1 {
		t.Fatal("it does not stand on her Agenda")
	}
	hers := path + "/" + waits[0].ID
	lucia.Status(lucia.Get(hers), http.StatusNotFound)
	lucia.Status(lucia.Post(hers+"/ferma"), http.StatusNotFound)
	mara.Says(mara.Get(hers), "anna", "Nascosta a", "lucia", "Confermo")
	mara.Leads(mara.StepUp("mara", hers), file)
	lucia.Status(lucia.Get(path), http.StatusNotFound)
	if opens(t, s, "lucia", r.File) != nil {
		t.Error("the lead opens what is hidden from her")
	}
	anna = again(t, s, "anna")
	anna.Says(anna.Get(path), "Al posto della responsabile ne risponde", "anna")
	anna.Status(anna.Post(hers), http.StatusNotFound)
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
	lucia.Status(lucia.Get(path), http.StatusNotFound)
	hers := again(t, s, "mara")
	if v := opens(t, s, "mara", r.Restricted); v == nil || !v.Restricted {
		t.Error("who was given the file does not open it")
	}
	hers.Status(hers.Post(path+"/apri", "version", versionOf(t, hers, path)), http.StatusUnprocessableEntity)
	hers.Leads(hers.StepUp("mara", path+"/apri", "agreed", "yes", "version", versionOf(t, hers, path)), file)
	if v := opens(t, s, "anna", r.Restricted); v == nil || v.Restricted {
		t.Error("a colleague does not open what is the unit's again")
	}
}
