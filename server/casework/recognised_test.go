package casework_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/referrals/store/storetest"
)

const askHer = "Non leggere i nomi che compaiono. Chiedere a lei il codice, la parola, o il nome che usa."

// TestContactAsksHowSheWasRecognised: where what was found is only like her, the
// contact goes on with its file once it is said how she was recognised, and nothing
// typed is lost.
func TestContactAsksHowSheWasRecognised(t *testing.T) {
	s := site.Serve(t, storetest.New(t).Standard())
	anna := s.Inside(t, "anna")
	anna.Call("go", "open_case", "name", "Paola Ferrari", "outcome", "stay_in_touch", "ch_whatsapp", "yes", "number", "347 555 7788", "say", "Chiamo per la bolletta.")
	anna.Follow()
	file := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.Page.Body)
	id := strings.TrimPrefix(file, "/schede/")
	const asks = "Come è stata riconosciuta"
	question := regexp.MustCompile(`name="recognised" value="code_word"`)

	anna.Get("/contatti/nuovo")
	form := []string{"step", "1", "go", "search", "id", anna.Hidden("id"), "speaker", "she", "call_number", "000 000 0177", "q", "paola ferrari"}
	sure := anna.Status(anna.Post("/contatti/nuovo", form...), http.StatusOK)
	anna.Says(sure, askHer, "Paola Ferrari (stesso nome)", `value="`+id+`"`)
	if question.MatchString(sure.Body) {
		t.Error("a name that is the same asks how she was recognised")
	}
	form[len(form)-1] = "Ferari"
	unsure := anna.Status(anna.Post("/contatti/nuovo", form...), http.StatusOK)
	anna.Says(unsure, asks, askHer, "Paola Ferrari (suona uguale)")
	if !question.MatchString(unsure.Body) {
		t.Error("a name that only sounds alike does not ask how she was recognised")
	}
	form[3] = "next"
	form = append(form, "case", id)
	refused := anna.Status(anna.Post("/contatti/nuovo", form...), http.StatusUnprocessableEntity)
	anna.Says(refused, "Quello che compare le somiglia soltanto", `value="000 000 0177"`, "Paola Ferrari (suona uguale)")
	anna.Silent(refused, "Chiamo per la bolletta.")
	anna.Says(anna.Status(anna.Post("/contatti/nuovo", append(form, "recognised", "not_recognised")...), http.StatusUnprocessableEntity), "La scheda resta chiusa.")
	for _, at := range []string{"2", "3"} { // a step that is asked for by hand
		straight := append([]string{"step", "3", "go", "add_case", "id", crypto.NewID(), "outcome", "thinking"}, form[6:]...)
		straight[1] = at
		if at == "3" {
			anna.Says(anna.Status(anna.Post("/contatti/nuovo", straight...), http.StatusUnprocessableEntity), "Quello che compare le somiglia soltanto")
			continue
		}
		straight[3] = "next"
		anna.Silent(anna.Status(anna.Post("/contatti/nuovo", straight...), http.StatusUnprocessableEntity), "Chiamo per la bolletta.")
	}
	for _, more := range [][]string{{"go", "close"}, {"go", "x"}, {"go", "x", "recognised", "not_recognised"}} {
		last := append(append([]string{"step", "3", "id", crypto.NewID()}, form[6:]...), more...)
		anna.Silent(anna.Post("/contatti/nuovo", last...), "347 555 7788")
	}
	anna.Says(anna.Post("/contatti/nuovo", append(append([]string{"step", "3", "id", crypto.NewID(), "go", "x"}, form[6:]...), "recognised", "known_voice")...), "347 555 7788")
	anna.Get("/contatti/nuovo")
	anna.Status(anna.Post("/contatti/nuovo", append(form, "recognised", "code_word")...), http.StatusOK)
	anna.Says(anna.Page, `type="hidden" name="recognised" value="code_word"`)
	anna.Status(anna.Post("/contatti/nuovo", "step", "3", "go", "add_case", "id", anna.Hidden("id"), "version", anna.Hidden("version"), "speaker", "she", "case", id, "q", "Ferari",
		"recognised", "code_word", "outcome", "thinking"), http.StatusSeeOther)
	anna.Says(anna.Get(file+"/diario"), "Ha detto la parola")
}
