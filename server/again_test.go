package server_test

import (
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// notWriting makes every change of a record fail, until the function it returns;
// the log still takes leaves, so what is read is still read.
func notWriting(s *servertest.Site) (mend func()) {
	log := []string{"leaf", "leaf_hash", "checkpoint", "detail", "detail_key"}
	others := []string{"shred", "session", "pending", "throttle", "device", "draft"} // of other files
	return s.Break(func(text string, _ []any, _ func()) error {
		if _, table := storetest.Change(text); table != "" && !slices.Contains(log, table) && !slices.Contains(others, table) {
			return storetest.ErrBroken
		}
		return nil
	})
}

// pageOf is the page that a form is on, for the forms whose own address shows none.
func (f filled) pageOf() string {
	path := f.path()
	switch {
	case f.pattern == "/schede/{id}/richiamo":
		return "/schede/" + f.vars[0] + "/tentativi"
	}
	for path != "" && routeOf(http.MethodGet, path) == "" {
		path = path[:strings.LastIndexByte(path, '/')]
	}
	return path
}

// typedIn are the values of a form that a person chose or typed and that no page
// keeps from her.
func (f filled) typedIn() []string {
	var all []string
	for name, values := range f.form {
		if slices.Contains([]string{"version", "form", "id", "step", "go", "keep", "at", "passphrase", "code", "current", "own", "again", "from"}, name) {
			continue
		}
		for _, v := range values {
			if v != "" {
				all = append(all, v)
			}
		}
	}
	return all
}

// TestNothingTypedIsLostWhenWritingFails: of every form of somebody who is signed
// in, what she typed comes back with the page that says that it was not saved.
func TestNothingTypedIsLostWhenWritingFails(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	r := s.Fill(t)
	people := map[string]*servertest.Client{}
	forms := goodForms(s, r)
	for _, f := range forms {
		if f.who != "" && people[f.who] == nil {
			people[f.who] = s.Inside(t, f.who)
		}
	}
	notWriting(s)
	failed, onItsPage := 0, 0
	for _, f := range forms {
		if f.who == "" {
			continue
		}
		f.form = url.Values(f.form)
		for name, values := range f.form {
			if values[0] == "x" && name != "version" { // words that stand on no page by themselves
				f.form.Set(name, "digitato-"+name)
			}
		}
		f.form.Set("from", f.pageOf())
		got := people[f.who].Send(f.path(), f.form)
		if got.AsksStepUp() {
			f.form.Set("passphrase", s.People[f.who].Passphrase)
			f.form.Set("code", s.Code(s.People[f.who]))
			got = people[f.who].Send(f.path(), f.form)
		}
		if got.Status < http.StatusInternalServerError {
			continue
		}
		failed++
		text := html.UnescapeString(got.Body)
		for _, v := range f.typedIn() {
			if day, err := time.Parse(time.DateOnly, v); err == nil && strings.Contains(text, day.Format("02/01/2006")) {
				continue // as the page's language writes it
			}
			if !strings.Contains(text, v) {
				t.Errorf("%s: %q is lost:\n%s", f.pattern, v, servertest.Main(got.Body))
			}
		}
		if !got.Says("Niente di questa pagina è stato salvato.", "Provare a inviare di nuovo.", "assistenza") {
			t.Errorf("%s does not say what to do:\n%s", f.pattern, servertest.Main(got.Body))
		}
		if !got.Says("Invia quello che era scritto") {
			onItsPage++
		}
	}
	if failed < 20 || onItsPage < 12 {
		t.Errorf("%d forms failed, %d of them came back on their own page", failed, onItsPage)
	}
	t.Logf("%d forms failed, %d of them came back on their own page", failed, onItsPage)
}

// TestRefusedStepLeadsOn: where something changed meanwhile, the page is the one
// that she was on, as it is now, or leads to it in the words that it says.
func TestRefusedStepLeadsOn(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	r := s.Fill(t)
	anna, bruna := s.Inside(t, "anna"), s.Inside(t, "bruna")
	card := "/arrivi/" + r.Declined
	got := bruna.Status(bruna.Post(card+"/accogli", "from", card, "version", "1"), http.StatusConflict)
	bruna.Says(got, "Invio ricevuto", "Lo stato non è più quello di prima", "Niente di questa pagina è stato salvato.", "La pagina mostra com’è adesso.")
	closed := "/schede/" + r.Closed
	got = anna.Status(anna.Post(closed+"/chiudi", "from", closed+"/chiudi", "version", "1", "reason", "moved", "note", "una frase lunga"), http.StatusConflict)
	anna.Says(got, "una frase lunga", "da copiare prima di andare avanti", "Andare avanti dalla pagina com’è adesso.", `href="`+closed+`">Apri la pagina com’è adesso</a>`)
	anna.Silent(got, "Riapri la scheda", "Torna all’inizio", "indietro")
	end := "/schede/" + r.File + "/chiudi"
	got = anna.Status(anna.Post(end, "from", end, "version", "1", "reason", "moved", "note", "una frase lunga"), http.StatusConflict)
	anna.Says(got, "Qualcun altro ha salvato la stessa cosa", "una frase lunga</textarea>", "Quello che era scritto è ancora in questa pagina.", "La pagina mostra com’è adesso.")
	anna.Leads(anna.Post(end, "from", end, "version", anna.Hidden("version"), "reason", "moved", "note", "una frase lunga"), "/schede/"+r.File)
	huge := anna.Status(anna.Post(closed+"/riapri", "from", closed, "note", strings.Repeat("x", 600<<10)), http.StatusRequestEntityTooLarge)
	anna.Says(huge, `href="`+closed+`/riapri">Torna alla pagina di prima</a>`)
	anna.Silent(huge, "Torna all’inizio")
	s.Quiet(t)
}
