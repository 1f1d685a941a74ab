package casework_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// TestContactThatGoesOnNeedsACase: "Restiamo in contatto" without a case file
// would leave nobody able to find her again. It is refused, nothing typed is
// lost, and the page leads to the file.
func TestContactThatGoesOnNeedsACase(t *testing.T) {
	anna := site.Serve(t, storetest.New(t).Standard()).Inside(t, "anna")
	typed := []string{"step", "3", "go", "next", "id", crypto.NewID(), "speaker", "she", "name", "Irene", "request", "Un letto per due notti",
		"outcome", "stay_in_touch"}
	post := func(act string) servertest.Answer {
		typed[3] = act
		return anna.Post("/contatti/nuovo", typed...)
	}
	refused := anna.Status(post("close"), http.StatusUnprocessableEntity)
	anna.Says(refused, "Per restare in contatto serve una scheda", "Irene", "Un letto per due notti", `value="stay_in_touch" autocomplete="off" checked`)
	if i, j := strings.Index(refused.Body, `value="open_case"`), strings.Index(refused.Body, `value="close"`); i < 0 || i > j ||
		!strings.Contains(refused.Body, `class="btn btn-primary go-case"`) {
		t.Errorf("opening a file is not the main button: %d, %d", i, j)
	}
	anna.Status(post("add_case"), http.StatusUnprocessableEntity) // no file was chosen
	anna.Status(post("open_case"), http.StatusSeeOther)
	anna.Says(anna.Follow(), "Contatto registrato", "Il suo codice", "può tenere a mente il codice", "Apri la scheda")

	anna.Status(anna.Post("/contatti/nuovo", "step", "3", "go", "close", "id", crypto.NewID(), "speaker", "she", "name", "Chiara", "outcome", "thinking"), http.StatusSeeOther)
	anna.Says(anna.Follow(), "Contatto registrato", "Chiara", "Il suo codice", "tenere a mente il codice", "Apri una nuova scheda")
}

// recorded is what a contact holds that has to be read again, in the words of the page.
var recorded = []string{"In pericolo adesso", "Sì", "Può arrivare presto", "Chiamiamo noi, alle 11", "Detto, prima che raccontasse", "000 000 0177", "Con lei", "Numeri e luoghi aperti adesso, letto", "versione 1"}

// TestContactIsReadAgain: what was asked and said in a contact stands in the
// diary of its file, and the danger on the summary; of a contact without a file
// at its own address, for whoever may open it.
func TestContactIsReadAgain(t *testing.T) {
	s := site.Open(t, storetest.New(t).Town(), servertest.Fictional)
	s.Post(t)
	anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
	anna.Call("go", "open_case", "name", "Irene", "outcome", "stay_in_touch")
	anna.Follow()
	file := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.Page.Body)
	anna.Says(anna.Get(file), "In pericolo all’ultimo contatto", "Può arrivare presto")
	anna.Says(anna.Get(file+"/diario"), append(recorded, "Restiamo in contatto", "anna", `<details class="more"><summary>Che cosa è stato registrato`)...)
	s.Clock.Add(time.Minute)
	added := anna.Status(anna.Post("/contatti/nuovo", "step", "3", "go", "add_case", "id", crypto.NewID(), "speaker", "she", "case", strings.TrimPrefix(file, "/schede/"), "recognised", "known_voice", "danger", "no", "outcome", "thinking"), http.StatusSeeOther)
	anna.Silent(anna.Get(file), "In pericolo all’ultimo contatto")
	anna.Silent(anna.Get(added.Leads), "Che cosa è stato registrato") // it is read in the file

	alone := anna.Call("go", "close", "name", "Chiara", "outcome", "thinking", "request", "Un parere legale", "ch_call", "yes", "number", "000 000 0188")
	for _, b := range []*servertest.Client{anna, lucia} {
		b.Says(b.Status(b.Get(alone.Leads), http.StatusOK), append(recorded, "Un parere legale", "Vuole pensarci", "000 000 0188")...)
	}
	for _, stranger := range []string{"bruna", "vera"} {
		b := s.Inside(t, stranger)
		b.Silent(b.Status(b.Get(alone.Leads), http.StatusNotFound), recorded...)
	}
}

// TestOwnOpenContactIsNamed: whoever is about to begin another contact sees her own
// that is still open, and nobody else's.
func TestOwnOpenContactIsNamed(t *testing.T) {
	s := site.Serve(t, storetest.New(t).Town())
	anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
	const open = "C’è un contatto ancora aperto:"
	anna.Silent(anna.Get("/contatti/nuovo"), open)
	id := anna.Hidden("id")
	kept := anna.Status(anna.Post("/contatti/nuovo", "step", "1", "go", "next", "id", id, "speaker", "she", "name", "Irene"), http.StatusOK)
	anna.Silent(kept, open)
	if id == anna.Hidden("id") {
		t.Error("the page chose the contact's id")
	}
	id = anna.Hidden("id")
	anna.Says(anna.Get("/contatti/nuovo"), open, "Irene", "iniziato alle ", `href="/contatti/`+id+`"`, "Riprendi")
	anna.Says(anna.Status(anna.Get("/contatti/"+id), http.StatusOK), `value="Irene"`)
	lucia.Silent(lucia.Status(lucia.Get("/contatti/nuovo"), http.StatusOK), open, "Irene")
	anna.Status(anna.Post("/contatti/nuovo", "step", "3", "go", "close", "id", id, "version", anna.Hidden("version"), "speaker", "she", "name", "Irene", "outcome", "thinking"), http.StatusSeeOther)
	anna.Silent(anna.Get("/contatti/nuovo"), open)
}

// TestSearchLeadsToWhatItFound: the page after a search begins at the result, with
// the focus there, without script.
func TestSearchLeadsToWhatItFound(t *testing.T) {
	anna := site.Serve(t, storetest.New(t).Standard()).Inside(t, "anna")
	anna.Says(anna.Get("/contatti/nuovo"), `value="search" formaction="/contatti/nuovo#found"`)
	anna.Says(anna.Status(anna.Post("/contatti/nuovo", "step", "1", "go", "search", "id", crypto.NewID(), "speaker", "she", "q", "Nessuna"), http.StatusOK),
		`<div id="found" tabindex="-1"`, "Nessuna scheda corrisponde")
}

// TestWhatDiffersStandsFirst: of two versions of a page, what has to be chosen is
// read before what was changed here alone, and what is the same is not shown.
func TestWhatDiffersStandsFirst(t *testing.T) {
	anna := site.Serve(t, storetest.New(t).Standard()).Inside(t, "anna")
	anna.Call("go", "open_case", "name", "Irene", "outcome", "stay_in_touch")
	anna.Follow()
	person := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.Page.Body) + "/persona"
	anna.Get(person)
	at, was := anna.Hidden("version"), anna.Hidden("was")
	anna.Status(anna.Post(person, "version", at, "was", was, "alias", "Irene", "town", "Frascati"), http.StatusSeeOther)
	got := anna.Status(anna.Post(person, "version", at, "was", was, "alias", "Irene", "born", "1988", "town", "Marino"), http.StatusConflict)
	for _, list := range strings.Split(got.Body, "<dl>")[1:] {
		list, _, _ = strings.Cut(list, "</dl>")
		if !strings.HasPrefix(list, "<dt>Comune") || strings.Count(list, "<strong>") != 1 || strings.Contains(list, "Irene") {
			t.Errorf("what differs does not stand first: %.200s", list)
		}
	}
}
