package server_test

import (
	"regexp"
	"testing"

	"sportello/referrals/store/storetest"
)

// TestStoppedPages: the rule changed at the social service; the desk's Agenda and pages
// say so, and neither of whom it is known.
func TestStoppedPages(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna, sofia := s.Inside(t, "anna"), s.Inside(t, "sofia")
	file, stopped := "/schede/"+f.Case, "Le sue regole di contatto sono cambiate altrove"
	anna.Silent(anna.Get(file), stopped)
	sofia.Says(sofia.Get("/compiti/"+f.Task), f.Code)
	own := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(sofia.Post("/cerca", "q", f.Code).Body)
	sofia.Get(own + "/contatto-sicuro")
	sofia.Leads(sofia.Post(own+"/contatto-sicuro", "version", sofia.Hidden("version"), "recognised", "in_person", "ch_call", "never"), own)
	anna.Says(anna.Get("/agenda"), "Regole di contatto cambiate altrove", file+"/contatto-sicuro")
	anna.Says(anna.Get(file), stopped, "sospeso")
	anna.Silent(anna.Page, f.Words["number"], "sofia ha")
	anna.Says(anna.Get(file+"/tentativi"), "non la si contatta finché non dice")
	sofia.Says(sofia.Get("/compiti/"+f.Task), stopped)
	anna.Get(file + "/contatto-sicuro")
	anna.Leads(anna.Post(file+"/contatto-sicuro", "version", anna.Hidden("version"), "recognised", "known_voice", "ch_in_person", "yes"), file)
	anna.Silent(anna.Follow(), stopped)
	anna.Silent(anna.Get("/agenda"), "Regole di contatto cambiate altrove")
}
