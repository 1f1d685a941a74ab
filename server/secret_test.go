package server_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sportello/referrals/store/storetest"
	"sportello/server/casework"
	"sportello/server/frame"
	"sportello/server/locale"
)

// What is planted where her number, address and word stand in a page.
const (
	plantedNumber = "3339990001"
	plantedMail   = "piantata@example.org"
	plantedWord   = "melagrana"
)

// asked is what a page shows only when somebody asks for it, and what it carries along
// without showing it.
var askedFor = regexp.MustCompile(`(?s)<details class="reveal[^"]*"[^>]*>.*?</details>|<input type="hidden"[^>]*>`)

// inClear names what of her stands on a page without being asked for.
func inClear(page string, secrets ...string) string {
	page = askedFor.ReplaceAllString(page, "")
	for _, secret := range secrets {
		if i := strings.Index(page, secret); i >= 0 {
			return page[max(0, i-120):min(len(page), i+80)]
		}
	}
	return ""
}

// TestNumberAndWordStandNowhereInClear: on no page of any room, wherever a page can hold
// them; they open one at a time, each in its own "Mostra".
func TestNumberAndWordStandNowhereInClear(t *testing.T) {
	r, planted := newRenderer(t), 0
	for _, s := range samplePages() {
		was := plant(reflect.ValueOf(s.page).Elem())
		if was == 0 {
			continue
		}
		planted++
		for _, lang := range locale.Langs {
			setLang(s.page, lang)
			body, err := r.Bytes(s.page)
			if err != nil {
				t.Fatalf("%s: %v", s.name, detail(err))
			}
			page := string(body)
			if clear := inClear(page, plantedNumber, plantedMail, plantedWord); clear != "" {
				t.Errorf("%s in %s shows it in clear: …%s…", s.name, lang, clear)
			}
			for _, shown := range askedFor.FindAllString(page, -1) {
				if strings.HasPrefix(shown, "<details") && strings.Count(shown, plantedNumber)+strings.Count(shown, plantedMail)+strings.Count(shown, plantedWord) > 1 {
					t.Errorf("%s in %s opens two at once: %s", s.name, lang, shown)
				}
				if strings.HasPrefix(shown, "<details") && !strings.Contains(shown, `name="shown"`) {
					t.Errorf("%s in %s opens one beside another: %s", s.name, lang, shown)
				}
			}
		}
	}
	if planted < 30 {
		t.Fatalf("they were planted on %d pages", planted)
	}
}

// plant puts them wherever a page holds them, and counts the places.
func plant(v reflect.Value) (n int) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return plant(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += plant(v.Index(i))
		}
	case reflect.Struct:
		switch of := v.Addr().Interface().(type) {
		case *frame.Strip:
			of.Number, of.Mail, of.CodeWord = plantedNumber, plantedMail, plantedWord
			return 1
		case *casework.SafeForm:
			of.Number, of.Mail, of.CodeWord = plantedNumber, plantedMail, plantedWord
			return 1
		case *frame.Shareable:
			if of.Secret != "" {
				of.Secret = plantedNumber
				n++
			}
		case *casework.Fact:
			if of.Secret != "" {
				of.Secret = plantedNumber
				n++
			}
		case *casework.ContactForm:
			of.CallNumber = plantedNumber
			n++
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				n += plant(v.Field(i))
			}
		}
	}
	return n
}

// TestNumberAndWordOfAFile: the same on the pages of a real file.
func TestNumberAndWordOfAFile(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna := s.Inside(t, "anna")
	file := "/schede/" + r.File
	for _, path := range []string{file, file + "/diario", file + "/persona", file + "/invii", file + "/aperture", file + "/tentativi", file + "/contatto-sicuro",
		file + "/chiudi", file + "/diario/nuova", file + "/centro", file + "/centri/" + s.Units[storetest.Ginestra], "/autorizzazioni/" + r.Unsent, "/invii/" + r.Sent, "/agenda"} {
		page := anna.Get(path)
		if page.Status != 200 {
			t.Fatalf("%s: status %d", path, page.Status)
		}
		if clear := inClear(page.Body, "333 000 7731", "girasole"); clear != "" {
			t.Errorf("%s shows it in clear: …%s…", path, clear)
		}
	}
}
