// Package history keeps the pages that answered forms, so that a browser that goes back
// asks for a page and never whether to send a form again. They lie in memory alone, each
// sealed under what only its browser's cookie holds.
package history

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"sportello/crypto"
)

const (
	answerFor    = 30 * time.Minute
	formFor      = 12 * time.Hour // a shift: forms in steps, which what is stored would else fill
	mostAnswers  = 60             // of one browser, and as many forms
	mostHeld     = 64 << 20       // of sealed bytes, of people signed in
	mostOfOthers = 8 << 20        // likewise of people who are not
)

// Store are the kept pages of all browsers, oldest first.
type Store struct {
	mu   sync.Mutex
	held []*Answer
}

// Owner is one browser in one session: its name here, and the key of what it keeps.
type Owner struct {
	Name string
	key  crypto.Key
}

// Answer is one page, or a form in several steps.
type Answer struct {
	ID, Owner string
	Signed    bool
	At        time.Time
	Once      bool // it is gone when something else is asked for
	Refused   bool // it says why a form was not taken, and is over when it is taken
	Steps     bool // it is a form in several steps, and no page
	Page      crypto.Sealed
	Form      crypto.Sealed // what was sent from it
}

// OwnerOf makes an owner of a cookie; its zero value is nobody.
func OwnerOf(cookie string) Owner {
	if len(cookie) < 20 {
		return Owner{}
	}
	key, err := crypto.KeyFromBytes(crypto.Hash([]byte(cookie)))
	if err != nil {
		return Owner{}
	}
	name := key.MAC(crypto.LabelAnswer, []byte("name"))
	return Owner{string(name[:]), key.Derive(crypto.LabelAnswer)}
}

// Seal seals a value, written as JSON, for a place of an answer; nil where it cannot be written.
func (o Owner) Seal(id, what string, v any) crypto.Sealed {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return o.key.Seal(crypto.Binding{Table: "answer", Row: id, Column: what}, text)
}

// Open opens what Seal sealed into v, and tells whether it is this owner's, of this place.
func (o Owner) Open(id, what string, s crypto.Sealed, v any) bool {
	text, err := o.key.Open(crypto.Binding{Table: "answer", Row: id, Column: what}, s)
	return err == nil && json.Unmarshal(text, v) == nil
}

func (a *Answer) over(now time.Time) bool {
	if a.Steps {
		return now.Sub(a.At) >= formFor
	}
	return now.Sub(a.At) >= answerFor
}

// Put keeps an answer; what is over, or too much, goes.
func (s *Store) Put(a *Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = append(s.held, a)
	kept := s.held[:0:0]
	own, size := map[bool]int{}, map[bool]int{}
	for _, b := range slices.Backward(s.held) {
		if b.Owner == a.Owner {
			own[b.Steps]++
		}
		size[b.Signed] += len(b.Page) + len(b.Form)
		most := mostOfOthers
		if b.Signed {
			most = mostHeld
		}
		if !b.over(a.At) && size[b.Signed] <= most && (b.Owner != a.Owner || own[b.Steps] <= mostAnswers) {
			kept = append(kept, b)
		}
	}
	slices.Reverse(kept)
	s.held = kept
}

// Get is a copy of an answer of an owner, or nil where there is none or it is over.
func (s *Store) Get(owner, id string, now time.Time) *Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.held {
		if owner != "" && id != "" && a.Owner == owner && a.ID == id && !a.over(now) {
			copied := *a
			return &copied
		}
	}
	return nil
}

// Typed keeps what was sent from a page.
func (s *Store) Typed(a *Answer, form crypto.Sealed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.held {
		if b.Owner == a.Owner && b.ID == a.ID {
			b.Form = form
		}
	}
}

// Leave forgets what was shown once, as soon as something else is asked for.
func (s *Store) Leave(owner, id string) {
	s.Drop(func(a *Answer) bool { return a.Once && a.Owner == owner && a.ID != id })
}

// End forgets all that a browser kept.
func (s *Store) End(owner string) {
	s.Drop(func(a *Answer) bool { return a.Owner == owner })
}

// Pages forgets the pages of all who are signed in, and no form.
func (s *Store) Pages() {
	s.Drop(func(a *Answer) bool { return a.Signed && !a.Steps })
}

// Follow takes what a session kept into the one that goes on from it.
func (s *Store) Follow(from, to Owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if from.Name == "" || from.Name == to.Name {
		return
	}
	for _, a := range s.held {
		if a.Owner != from.Name {
			continue
		}
		for what, sealed := range map[string]*crypto.Sealed{"page": &a.Page, "form": &a.Form} {
			b := crypto.Binding{Table: "answer", Row: a.ID, Column: what}
			if text, err := from.key.Open(b, *sealed); err == nil {
				*sealed = to.key.Seal(b, text)
			}
		}
		a.Owner = to.Name
	}
}

// Drop forgets the answers that are over by a test.
func (s *Store) Drop(over func(*Answer) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = slices.DeleteFunc(s.held, over)
}
