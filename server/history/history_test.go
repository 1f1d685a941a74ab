package history

import (
	"strings"
	"testing"
	"time"

	"sportello/crypto"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// whole is something that is kept.
type whole struct{ Body []byte }

func held(own Owner, id string, at time.Time) *Answer {
	a := &Answer{ID: id, Owner: own.Name, Signed: true, At: at}
	a.Page = own.Seal(id, "page", whole{Body: []byte("Testo di " + id)})
	return a
}

// TestHistoryIsOfOneBrowser: a kept page opens for the browser that it is of, in clear
// nowhere, and follows it into the session that its step-up opened.
func TestHistoryIsOfOneBrowser(t *testing.T) {
	var s Store
	anna, other, next := OwnerOf(crypto.NewID()), OwnerOf(crypto.NewID()), OwnerOf(crypto.NewID())
	s.Put(held(anna, "A", noon))
	if s.Get(other.Name, "A", noon) != nil || s.Get("", "A", noon) != nil {
		t.Fatal("another browser has the page")
	}
	a := s.Get(anna.Name, "A", noon)
	var w whole
	if other.Open("A", "page", a.Page, &w) || anna.Open("B", "page", a.Page, &w) || strings.Contains(string(a.Page), "Testo") {
		t.Fatal("the page opens for another browser, or in another place")
	}
	s.Follow(anna, next)
	if s.Get(anna.Name, "A", noon) != nil {
		t.Error("the session before still has it")
	}
	if a := s.Get(next.Name, "A", noon); a == nil || !next.Open("A", "page", a.Page, &w) || string(w.Body) != "Testo di A" {
		t.Error("the session that goes on does not have it")
	}
	s.End(next.Name)
	if len(s.held) != 0 {
		t.Error("a session that ended left a page")
	}
	if own := OwnerOf("short"); own.Name != "" {
		t.Error("a cookie that is none owns something")
	}
}

// TestHistoryIsBounded: in time, and in number for each browser; a form in steps stays for
// a shift, and what is shown once until something else is asked for.
func TestHistoryIsBounded(t *testing.T) {
	var s Store
	anna, other := OwnerOf(crypto.NewID()), OwnerOf(crypto.NewID())
	s.Put(held(other, "O", noon))
	form := &Answer{ID: "F", Owner: anna.Name, Signed: true, Steps: true, At: noon, Form: anna.Seal("F", "form", 1)}
	s.Put(form)
	for i := range 2 * mostAnswers {
		s.Put(held(anna, strings.Repeat("x", i+1), noon))
	}
	if n := len(s.held); n != mostAnswers+2 {
		t.Errorf("%d pages are kept", n)
	}
	if s.Get(other.Name, "O", noon) == nil || s.Get(anna.Name, "F", noon) == nil {
		t.Error("many pages of one browser took the place of another's, or of a form")
	}
	later := noon.Add(answerFor)
	if s.Get(other.Name, "O", later) != nil || s.Get(anna.Name, "F", later) == nil || s.Get(anna.Name, "F", noon.Add(formFor)) != nil {
		t.Error("a page stays too long, or a form not long enough")
	}
	once := held(anna, "once", later)
	once.Once = true
	s.Put(once)
	if s.Leave(anna.Name, "once"); s.Get(anna.Name, "once", later) == nil {
		t.Error("what is shown once cannot be loaded again")
	}
	if s.Leave(anna.Name, ""); s.Get(anna.Name, "once", later) != nil {
		t.Error("what is shown once is there for who goes back to it")
	}
}
