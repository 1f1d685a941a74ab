package frame

import (
	"strings"
	"testing"
	"time"

	"sportello/crypto"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func held(own owner, id string, at time.Time) *answer {
	a := &answer{id: id, owner: own.name, signed: true, at: at}
	a.page = own.seal(id, "page", wholePage{Path: "/x", Status: 200, Body: []byte("Testo di " + id)})
	return a
}

// TestHistoryIsOfOneBrowser: a kept page opens for the browser that it is of, in clear
// nowhere, and follows it into the session that its step-up opened.
func TestHistoryIsOfOneBrowser(t *testing.T) {
	var s history
	anna, other, next := ownerOf(crypto.NewID()), ownerOf(crypto.NewID()), ownerOf(crypto.NewID())
	s.put(held(anna, "A", noon))
	if s.get(other.name, "A", noon) != nil || s.get("", "A", noon) != nil {
		t.Fatal("another browser has the page")
	}
	a := s.get(anna.name, "A", noon)
	var w wholePage
	if other.open("A", "page", a.page, &w) || anna.open("B", "page", a.page, &w) || strings.Contains(string(a.page), "Testo") {
		t.Fatal("the page opens for another browser, or in another place")
	}
	s.follow(anna, next)
	if s.get(anna.name, "A", noon) != nil {
		t.Error("the session before still has it")
	}
	if a := s.get(next.name, "A", noon); a == nil || !next.open("A", "page", a.page, &w) || string(w.Body) != "Testo di A" {
		t.Error("the session that goes on does not have it")
	}
	s.end(next.name)
	if len(s.held) != 0 {
		t.Error("a session that ended left a page")
	}
	if own := ownerOf("short"); own.name != "" {
		t.Error("a cookie that is none owns something")
	}
}

// TestHistoryIsBounded: in time, and in number for each browser; a form in steps stays for
// a shift, and what is shown once until something else is asked for.
func TestHistoryIsBounded(t *testing.T) {
	var s history
	anna, other := ownerOf(crypto.NewID()), ownerOf(crypto.NewID())
	s.put(held(other, "O", noon))
	form := &answer{id: "F", owner: anna.name, signed: true, steps: true, at: noon, form: anna.seal("F", "form", 1)}
	s.put(form)
	for i := range 2 * mostAnswers {
		s.put(held(anna, strings.Repeat("x", i+1), noon))
	}
	if n := len(s.held); n != mostAnswers+2 {
		t.Errorf("%d pages are kept", n)
	}
	if s.get(other.name, "O", noon) == nil || s.get(anna.name, "F", noon) == nil {
		t.Error("many pages of one browser took the place of another's, or of a form")
	}
	later := noon.Add(answerFor)
	if s.get(other.name, "O", later) != nil || s.get(anna.name, "F", later) == nil || s.get(anna.name, "F", noon.Add(formFor)) != nil {
		t.Error("a page stays too long, or a form not long enough")
	}
	once := held(anna, "once", later)
	once.once = true
	s.put(once)
	if s.leave(anna.name, "once"); s.get(anna.name, "once", later) == nil {
		t.Error("what is shown once cannot be loaded again")
	}
	if s.leave(anna.name, ""); s.get(anna.name, "once", later) != nil {
		t.Error("what is shown once is there for who goes back to it")
	}
}
