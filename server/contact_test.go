package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/referrals/store/storetest"
)

// TestContactThatGoesOnNeedsACase: "Restiamo in contatto" without a case file
// would leave nobody able to find her again. It is refused, nothing typed is
// lost, and the page leads to the file.
func TestContactThatGoesOnNeedsACase(t *testing.T) {
	anna := serve(t, storetest.New(t).Standard()).signedIn("anna")
	typed := []string{"step", "3", "go", "next", "id", crypto.NewID(), "speaker", "she", "name", "Irene", "request", "Un letto per due notti",
		"outcome", "stay_in_touch"}
	post := func(act string) answer {
		typed[3] = act
		return anna.post("/contatti/nuovo", typed...)
	}
	refused := anna.status(post("close"), http.StatusUnprocessableEntity)
	anna.says(refused, "Per restare in contatto serve una scheda", "Irene", "Un letto per due notti", `value="stay_in_touch" autocomplete="off" checked`)
	if i, j := strings.Index(refused.body, `value="open_case"`), strings.Index(refused.body, `value="close"`); i < 0 || i > j ||
		!strings.Contains(refused.body, `class="btn btn-primary go-case"`) {
		t.Errorf("opening a file is not the main button: %d, %d", i, j)
	}
	anna.status(post("add_case"), http.StatusUnprocessableEntity) // no file was chosen
	anna.status(post("open_case"), http.StatusSeeOther)
	anna.says(anna.follow(), "Contatto registrato", "Il suo codice", "può tenere a mente il codice", "Apri la scheda")

	anna.status(anna.post("/contatti/nuovo", "step", "3", "go", "close", "id", crypto.NewID(), "speaker", "she", "name", "Chiara", "outcome", "thinking"), http.StatusSeeOther)
	anna.says(anna.follow(), "Contatto registrato", "Chiara")
	anna.silent(anna.page, "Il suo codice", "tenere a mente il codice")
}

// TestContactWithoutANameHasALink: an open contact is gone on with from the
// Agenda, whether she said a name or not.
func TestContactWithoutANameHasALink(t *testing.T) {
	anna := serve(t, storetest.New(t).Standard()).signedIn("anna")
	anna.status(anna.post("/contatti/nuovo", "step", "1", "go", "next", "id", crypto.NewID(), "speaker", "she"), http.StatusOK)
	id := anna.hidden("id")
	anna.says(anna.get("/agenda"), `<a href="/contatti/`+id+`">Senza nome, iniziato alle `)
}

// recorded is what a contact holds that has to be read again, in the words of the page.
var recorded = []string{"In pericolo adesso", "Sì", "Può arrivare presto", "Chiamiamo noi, alle 11", "Detto, prima che raccontasse", "000 000 0177", "Con lei", "Numeri e luoghi sicuri", "versione 1"}

// call is a contact about which everything was asked.
func (b *client) call(more ...string) answer {
	b.t.Helper()
	form := append([]string{"step", "3", "id", crypto.NewID(), "speaker", "she", "danger", "yes", "where", "near", "danger_caller", "desk", "danger_when", "alle 11",
		"duty_said", "yes", "call_back", "yes", "call_number", "000 000 0177", "children", "with_her", "given", "numeri-1-it"}, more...)
	return b.status(b.post("/contatti/nuovo", form...), http.StatusSeeOther)
}

// TestContactIsReadAgain: what was asked and said in a contact stands in the
// diary of its file, and the danger on the summary; of a contact without a file
// at its own address, for whoever may open it.
func TestContactIsReadAgain(t *testing.T) {
	s := open(t, storetest.New(t).Town(), fictional)
	anna, lucia := s.signedIn("anna"), s.signedIn("lucia")
	anna.call("go", "open_case", "name", "Irene", "outcome", "stay_in_touch")
	anna.follow()
	file := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.page.body)
	anna.says(anna.get(file), "In pericolo all’ultimo contatto", "Può arrivare presto")
	anna.says(anna.get(file+"/diario"), append(recorded, "Restiamo in contatto", "anna", `<details class="more"><summary>Che cosa è stato registrato`)...)
	s.Clock.Add(time.Minute)
	added := anna.status(anna.post("/contatti/nuovo", "step", "3", "go", "add_case", "id", crypto.NewID(), "speaker", "she", "case", strings.TrimPrefix(file, "/schede/"), "danger", "no", "outcome", "thinking"), http.StatusSeeOther)
	anna.silent(anna.get(file), "In pericolo all’ultimo contatto")
	anna.silent(anna.get(added.leads), "Che cosa è stato registrato") // it is read in the file

	alone := anna.call("go", "close", "name", "Chiara", "outcome", "thinking", "request", "Un parere legale", "ch_call", "yes", "number", "000 000 0188")
	for _, b := range []*client{anna, lucia} {
		b.says(b.status(b.get(alone.leads), http.StatusOK), append(recorded, "Un parere legale", "Vuole pensarci", "000 000 0188")...)
	}
	for _, stranger := range []string{"bruna", "vera"} {
		b := s.signedIn(stranger)
		b.silent(b.status(b.get(alone.leads), http.StatusNotFound), recorded...)
	}
}

// TestOwnOpenContactIsNamed: whoever is about to begin another contact sees her own
// that is still open, and nobody else's.
func TestOwnOpenContactIsNamed(t *testing.T) {
	s := serve(t, storetest.New(t).Town())
	anna, lucia := s.signedIn("anna"), s.signedIn("lucia")
	const open = "C’è un contatto ancora aperto:"
	anna.silent(anna.get("/contatti/nuovo"), open)
	id := anna.hidden("id")
	kept := anna.status(anna.post("/contatti/nuovo", "step", "1", "go", "next", "id", id, "speaker", "she", "name", "Irene"), http.StatusOK)
	anna.silent(kept, open)
	if id == anna.hidden("id") {
		t.Error("the page chose the contact's id")
	}
	id = anna.hidden("id")
	anna.says(anna.get("/contatti/nuovo"), open, "Irene", "iniziato alle ", `href="/contatti/`+id+`"`, "Riprendi")
	anna.says(anna.status(anna.get("/contatti/"+id), http.StatusOK), `value="Irene"`)
	lucia.silent(lucia.status(lucia.get("/contatti/nuovo"), http.StatusOK), open, "Irene")
	anna.status(anna.post("/contatti/nuovo", "step", "3", "go", "close", "id", id, "version", anna.hidden("version"), "speaker", "she", "name", "Irene", "outcome", "thinking"), http.StatusSeeOther)
	anna.silent(anna.get("/contatti/nuovo"), open)
}

// TestHoursThatWereNotSaid: days without hours are no dash, on strip and Agenda.
func TestHoursThatWereNotSaid(t *testing.T) {
	anna := serve(t, storetest.New(t).Standard()).signedIn("anna")
	form := []string{"step", "3", "go", "open_case", "id", crypto.NewID(), "speaker", "she", "name", "Irene", "outcome", "stay_in_touch", "ch_call", "yes", "number", "000 000 0177"}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		form = append(form, "days0", day)
	}
	anna.status(anna.post("/contatti/nuovo", form...), http.StatusSeeOther)
	anna.follow()
	file := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.page.body)
	anna.says(anna.get(file), "gio, ven, sab, dom, a qualsiasi ora")
	anna.says(anna.get("/agenda"), "Irene", "tutto il giorno")
	anna.silent(anna.page, "fino alle")
}

// TestSearchLeadsToWhatItFound: the page after a search begins at the result, with
// the focus there, without script.
func TestSearchLeadsToWhatItFound(t *testing.T) {
	anna := serve(t, storetest.New(t).Standard()).signedIn("anna")
	anna.says(anna.get("/contatti/nuovo"), `value="search" formaction="/contatti/nuovo#found"`)
	anna.says(anna.status(anna.post("/contatti/nuovo", "step", "1", "go", "search", "id", crypto.NewID(), "speaker", "she", "q", "Nessuna"), http.StatusOK),
		`<div id="found" tabindex="-1"`, "Nessuna scheda corrisponde")
}

// TestWhatDiffersStandsFirst: of two versions of a page, what has to be chosen is
// read before what is the same.
func TestWhatDiffersStandsFirst(t *testing.T) {
	anna := serve(t, storetest.New(t).Standard()).signedIn("anna")
	anna.call("go", "open_case", "name", "Irene", "outcome", "stay_in_touch")
	anna.follow()
	person := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.page.body) + "/persona"
	anna.get(person)
	at := anna.hidden("version")
	anna.status(anna.post(person, "version", at, "alias", "Irene", "town", "Frascati"), http.StatusSeeOther)
	got := anna.status(anna.post(person, "version", at, "alias", "Irene", "town", "Marino"), http.StatusConflict)
	for _, list := range strings.Split(got.body, "<dl>")[1:] {
		if !strings.HasPrefix(list, "<dt>Comune") || strings.Index(list, "<strong>") > strings.Index(list, "Irene") {
			t.Errorf("what differs does not stand first: %.200s", list)
		}
	}
}
