package casework_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"sportello/server/servertest"
)

var (
	inputField = regexp.MustCompile(`<input[^>]*name="([a-z_0-9]+)" value="([^"]*)"`)
	checkedBox = regexp.MustCompile(`<input[^>]*name="([a-z_0-9]+)" value="([^"]*)"[^>]* checked`)
	textArea   = regexp.MustCompile(`(?s)<textarea[^>]*name="([a-z_0-9]+)"[^>]*>(.*?)</textarea>`)
)

// formOn is the form of the page a browser is on, as it would be sent untouched.
func formOn(b *servertest.Client) url.Values {
	_, body, _ := strings.Cut(b.Page.Body, `id="f"`)
	form := url.Values{}
	for _, m := range inputField.FindAllStringSubmatch(body, -1) {
		if !strings.Contains(m[0], `type="radio"`) && !strings.Contains(m[0], `type="checkbox"`) {
			form.Set(m[1], m[2])
		}
	}
	for _, m := range checkedBox.FindAllStringSubmatch(body, -1) {
		form.Add(m[1], m[2])
	}
	for _, m := range textArea.FindAllStringSubmatch(body, -1) {
		form.Set(m[1], m[2])
	}
	form.Del("token")
	return form
}

// openForm opens a page and returns its form with some fields changed.
func openForm(b *servertest.Client, path string, changed ...string) url.Values {
	b.T.Helper()
	b.Status(b.Get(path), http.StatusOK)
	form := formOn(b)
	for name, values := range servertest.Pairs(changed...) {
		form[name] = values
	}
	return form
}

// TestTwoWorkersOnOneFile: whatever form of a file two workers have open at once, what each
// changed alone is kept, what both changed is shown to the second with who and when, and
// her rule is never made wider by putting two halves together.
func TestTwoWorkersOnOneFile(t *testing.T) {
	person, rule, closing, recall := "/persona", "/contatto-sicuro", "/chiudi", "/tentativi"
	for name, c := range map[string]struct {
		first, second   string // the pages
		theirs, mine    []string
		status          int
		to              string // where the second form is sent, if not to its page
		stands, stands2 string // what stands in the end, on the page person or rule
	}{
		"two fields of a person":       {person, person, []string{"alias", "Rosalia"}, []string{"born", "1988"}, http.StatusSeeOther, "", `value="Rosalia"`, `value="1988"`},
		"the same field":               {person, person, []string{"alias", "Rosalia"}, []string{"alias", "Rosetta", "born", "1988"}, http.StatusConflict, "", `value="Rosalia"`, ""},
		"the same field, the same":     {person, person, []string{"alias", "Rosalia"}, []string{"alias", "Rosalia", "born", "1988"}, http.StatusSeeOther, "", `value="Rosalia"`, `value="1988"`},
		"a person and her rule":        {person, rule, []string{"alias", "Rosalia"}, []string{"say", "Sono la scuola."}, http.StatusSeeOther, "", `value="Rosalia"`, ""},
		"her rule and a person":        {rule, person, []string{"say", "Sono la scuola."}, []string{"alias", "Rosetta"}, http.StatusSeeOther, "", `value="Rosetta"`, ""},
		"two narrower":                 {rule, rule, []string{"ch_sms", "never"}, []string{"ch_whatsapp", "never"}, http.StatusSeeOther, "", "", "ch_sms never ch_whatsapp never"},
		"wider here, narrower there":   {rule, rule, []string{"ch_call", "never"}, []string{"number", "333 000 1234"}, http.StatusConflict, "", "", "ch_call never"},
		"narrower here, wider there":   {rule, rule, []string{"ch_whatsapp", "yes"}, []string{"ch_call", "never"}, http.StatusSeeOther, "", "", "ch_call never"},
		"both hours":                   {rule, rule, []string{"from0", "09:00", "to0", "10:00", "days0", "mon"}, []string{"from0", "15:00", "to0", "16:00", "days0", "mon"}, http.StatusConflict, "", "", "from0 09:00"},
		"a person and closing":         {person, closing, []string{"alias", "Rosalia"}, []string{"reason", "moved"}, http.StatusSeeOther, "", `value="Rosalia"`, ""},
		"her rule and closing":         {rule, closing, []string{"ch_call", "never"}, []string{"reason", "moved"}, http.StatusConflict, "", "", "ch_call never"},
		"a person and a call":          {person, recall, []string{"alias", "Rosalia"}, []string{"go", "clear"}, http.StatusSeeOther, "/richiamo", `value="Rosalia"`, ""},
		"closing and a person's field": {closing, person, []string{"reason", "moved"}, []string{"alias", "Rosetta"}, http.StatusSeeOther, "", `value="Rosetta"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := site.Town(t)
			file := "/schede/" + s.Fill(t).File
			anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
			know := func(path string, form url.Values) url.Values {
				if path == rule {
					form.Set("recognised", "in_person")
				}
				return form
			}
			mine := know(c.second, openForm(anna, file+c.second, c.mine...))
			if c.second == recall {
				mine = url.Values{"version": {anna.Hidden("version")}, "was": {anna.Hidden("was")}, "go": {"clear"}}
			}
			theirs := know(c.first, openForm(lucia, file+c.first, c.theirs...))
			lucia.Status(lucia.Send(file+c.first, theirs), http.StatusSeeOther)
			to := c.second
			if c.to != "" {
				to = c.to
			}
			got := anna.Status(anna.Send(file+to, mine), c.status)
			if c.status == http.StatusConflict && c.first == c.second {
				anna.Says(got, "Cambiato da", s.People["lucia"].Username)
				for i := 1; i < len(c.mine); i += 2 {
					if c.mine[i-1] == "days0" || c.mine[i-1] == "from0" || c.mine[i-1] == "to0" {
						continue
					}
					anna.Says(got, c.mine[i])
				}
			}
			check := func() {
				t.Helper()
				if c.stands != "" {
					anna.Says(anna.Get(file+person), c.stands)
				}
				if strings.HasPrefix(c.stands2, "value") {
					anna.Says(anna.Get(file+person), c.stands2)
				} else if words := strings.Fields(c.stands2); len(words) > 0 {
					form := openForm(anna, file+rule)
					for i := 0; i+1 < len(words); i += 2 {
						if got := form.Get(words[i]); got != words[i+1] {
							t.Errorf("%s is %q, want %q", words[i], got, words[i+1])
						}
					}
				}
			}
			check()
			s.Quiet(t)
		})
	}
}

// TestTheWorkerChooses: of a field that both changed each version can be kept, and what
// one alone changed is saved whichever is chosen.
func TestTheWorkerChooses(t *testing.T) {
	for keep, want := range map[string]string{"theirs": "Rosalia", "mine": "Rosetta"} {
		s := site.Town(t)
		path := "/schede/" + s.Fill(t).File + "/persona"
		anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
		mine := openForm(anna, path, "alias", "Rosetta", "born", "1988")
		lucia.Status(lucia.Send(path, openForm(lucia, path, "alias", "Rosalia", "children_note", "Due.")), http.StatusSeeOther)
		anna.Status(anna.Send(path, mine), http.StatusConflict)
		chosen := formOn(anna)
		chosen.Set("keep", keep)
		anna.Status(anna.Send(path, chosen), http.StatusSeeOther)
		anna.Says(anna.Get(path), `value="`+want+`"`, `value="1988"`, "Due.")
		s.Quiet(t)
	}
}

// TestManyWorkersAtOnce: each changes a field of her own in the same moment, and none is
// refused or lost.
func TestManyWorkersAtOnce(t *testing.T) {
	s := site.Town(t)
	path := "/schede/" + s.Fill(t).File + "/persona"
	fields := map[string]string{"alias": "Rosalia", "born": "1988", "children_note": "Due bambine.", "language": "ar"}
	var all sync.WaitGroup
	for name, value := range fields {
		b := s.Inside(t, map[bool]string{true: "anna", false: "lucia"}[len(name)%2 == 0])
		form := openForm(b, path, name, value)
		all.Go(func() {
			if got := b.Send(path, form); got.Status != http.StatusSeeOther {
				t.Errorf("%s: %d", name, got.Status)
			}
		})
	}
	all.Wait()
	got := s.Inside(t, "anna").Get(path)
	for name, value := range fields {
		if !strings.Contains(got.Body, value) {
			t.Errorf("%s is lost", name)
		}
	}
	s.Quiet(t)
}
