package admin_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"
)

// TestAgencyNamesForWhomItWorks: municipalities by any spelling, kept by code; what a
// list has wrong is said line by line, a municipality named twice is asked about, what
// no unit is there for is flagged, and an ended mandate says so.
func TestAgencyNamesForWhomItWorks(t *testing.T) {
	s := site.Standard(t)
	b := s.Administrator()
	agency := "/enti/" + s.Agency
	b.Says(b.Get(agency), "Nessun incarico per conto di altri.")
	path := agency + "/incarichi/nuovo"
	day := func(months int) string { return s.Clock.Now().AddDate(0, months, 0).Format(time.DateOnly) }

	b.Get(path)
	b.Says(b.Status(b.Post(path, "controller", "Comune di Velletri", "towns", "Velletri\nCastro\nAtlantide\nVELLETRI", "ends", day(-1)), http.StatusUnprocessableEntity),
		"Castro</strong>: quale? Castro (LE), Castro (BG)", "Atlantide</strong>: non conosciamo questo comune", "VELLETRI</strong>: c’è già",
		"Scrivere il numero di protocollo", "entro dieci anni", "Velletri\nCastro\nAtlantide")
	for _, ends := range []string{"", "domani", day(-1), day(1200)} {
		b.Says(b.Status(b.Post(path, "controller", "x", "towns", "Roma", "protocol", "1", "ends", ends), http.StatusUnprocessableEntity), "entro dieci anni")
	}
	b.Leads(b.Post(path, "controller", "Comune di Velletri", "towns", "Velletri; Quero Vas", "protocol", "12/2026", "ends", day(1)), agency)
	b.Says(b.Follow(), "Incarico salvato.", "Comune di Velletri", "12/2026", "fino a", "Velletri (RM)", "058111", "025075, 025002, 025070", "Nessuna unità si occupa di: Setteville (BL), Velletri (RM)")
	b.Says(b.Get("/enti"), "2 comuni di cui non si occupa nessuna unità", "1 incarico verso un comune sta per finire")

	// Sent again it is not made twice; another that names one of them is asked about.
	b.Get(path)
	b.Says(b.Status(b.Post(path, "controller", "Comune di Velletri", "towns", "Roma", "protocol", "12/2026", "ends", day(1)), http.StatusConflict), "ha già un incarico di questo titolare")
	other := []string{"controller", "Distretto", "towns", "Alano di Piave", "protocol", "13/2026", "ends", day(24)}
	b.Says(b.Status(b.Post(path, other...), http.StatusUnprocessableEntity), "comprende già questi comuni", "Setteville (BL)")
	b.Leads(b.Post(path, append(other, "also", "yes")...), agency)

	// A unit's territory.
	unit := "/unita/" + s.Units["centre"] + "/territorio"
	b.Says(b.Get(unit), "Nessuna unità si occupa di: Setteville (BL), Velletri (RM)")
	version := b.Hidden("version")
	b.Says(b.Status(b.Post(unit, "version", version, "towns", "castro"), http.StatusUnprocessableEntity), "quale? Castro (LE), Castro (BG)")
	b.Leads(b.Post(unit, "version", version, "towns", "velletri\n025002"), agency)
	b.Says(b.Follow(), "Comuni salvati.", "2 comuni")
	b.Silent(b.Page, "Nessuna unità si occupa di")
	b.Status(b.Post(unit, "version", version, "towns", "Roma"), http.StatusConflict)
	b.Status(b.Post(unit, "version", "x", "towns", "Roma"), http.StatusConflict)

	// Changed, and in two tabs; ended, it says so, and flags what nobody names any more.
	b.Get(agency)
	mandate := regexp.MustCompile(agency+`/incarichi/[A-Z2-7]{26}`).FindAllString(b.Page.Body, -1)[0]
	b.Says(b.Get(mandate), "Comune di Velletri", "Setteville (BL)\nVelletri (RM)")
	version = b.Hidden("version")
	change := []string{"version", version, "controller", "Comune di Velletri", "towns", "Velletri\nFrascati", "protocol", "12/2026", "ends", day(1)}
	b.Leads(b.Post(mandate, change...), agency)
	b.Says(b.Follow(), "Nessuna unità si occupa di: Frascati (RM)")
	b.Status(b.Post(mandate, change...), http.StatusConflict)
	s.Clock.Add(24 * 40 * time.Hour)
	b = s.Inside(t, "dario")
	b.Says(b.Get(agency), "finito", "L’incarico è finito per: Frascati (RM), Velletri (RM)")
	b.Silent(b.Page, "Nessuna unità si occupa di")
	b.Says(b.Get("/enti"), "2 comuni di incarichi finiti")

	anna := s.Inside(t, "anna")
	for _, closed := range []string{path, mandate, unit} {
		anna.Status(anna.Get(closed), http.StatusNotFound)
		anna.Status(anna.Post(closed, change...), http.StatusNotFound)
	}
	b.Status(b.Get("/enti/"+s.Units["centre"]+"/incarichi/nuovo"), http.StatusNotFound)
}
