package frame

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"sportello/crypto"
	"sportello/server/locale"
)

// A form that is answered with a page is answered with the address of that page: a
// browser that goes back to it asks for the page, and never whether to send the form
// again. The page waits in memory, sealed under what only this browser's cookie holds,
// and goes with its session, when that is covered, or after a while; its address then
// leads to what stands there now. What was sent from it is kept with it: going back, she
// finds what she typed.

// asAnswer is the part of an address that names a kept page: random, and about nobody.
const asAnswer = "risposta"

const (
	answerFor    = 30 * time.Minute
	formFor      = 12 * time.Hour // a shift: forms in steps, which what is stored would else fill
	mostAnswers  = 60             // of one browser, and as many forms
	mostHeld     = 64 << 20       // of sealed bytes, of people signed in
	mostOfOthers = 8 << 20        // likewise of people who are not
)

// history are the kept pages of all browsers, oldest first.
type history struct {
	mu   sync.Mutex
	held []*answer
}

// owner is one browser in one session: its name here, and the key of what it keeps.
type owner struct {
	name string
	key  crypto.Key
}

// answer is one page, or a form in several steps.
type answer struct {
	id, owner string
	signed    bool
	at        time.Time
	once      bool // it is gone when something else is asked for
	refused   bool // it says why a form was not taken, and is over when it is taken
	steps     bool // it is a form in several steps, and no page
	page      crypto.Sealed
	form      crypto.Sealed // what was sent from it
}

// wholePage is what is sealed of an answer.
type wholePage struct {
	Path   string
	Status int
	Lang   locale.Lang
	Retry  string
	Body   []byte
}

// ownerOf makes an owner of a cookie; its zero value is nobody.
func ownerOf(cookie string) owner {
	if len(cookie) < 20 {
		return owner{}
	}
	key, err := crypto.KeyFromBytes(crypto.Hash([]byte(cookie)))
	if err != nil {
		return owner{}
	}
	name := key.MAC(crypto.LabelAnswer, []byte("name"))
	return owner{string(name[:]), key.Derive(crypto.LabelAnswer)}
}

// owner is whose pages this request may keep and see.
func (q *Request) owner() owner {
	switch {
	case q.opened != "":
		return ownerOf(q.opened)
	case q.Signed:
		return ownerOf(q.Cookie(SessionCookie))
	}
	return ownerOf(q.Cookie(formCookie))
}

// deliver sends a page, or, of one that answers a form, its address. A script that asks
// for a page beside the one on the screen gets it at once: it leaves no trace in history.
func (q *Request) deliver(status int, page *Page, body []byte) {
	mode := q.R.Header.Get("Sec-Fetch-Mode")
	if own := q.owner(); q.posted && own.name != "" && (mode == "" || mode == "navigate") {
		path := q.LocalPath(page.Here)
		w := wholePage{Path: path, Status: status, Lang: page.Lang, Retry: q.W.Header().Get("Retry-After"), Body: pressed(body)}
		a := &answer{id: crypto.NewID(), owner: own.name, signed: q.Signed, at: q.Door.Gate().Now(), once: page.Once,
			refused: status >= http.StatusBadRequest}
		a.page = own.seal(a.id, "page", w)
		if status < http.StatusBadRequest {
			q.answered()
		}
		q.history.put(a)
		http.Redirect(q.W, q.R, (&url.URL{Path: path, RawQuery: asAnswer + "=" + a.id}).String(), http.StatusSeeOther)
		return
	}
	send(q.W, status, page.Lang, body)
}

// shownBefore shows the kept page that is asked for, and tells whether there is one. What
// was sent from it comes back in the page as it is now.
func (q *Request) shownBefore() bool {
	own := q.owner()
	id := ""
	if !q.posted {
		id = q.Asked(asAnswer)
	}
	q.history.leave(own.name, id)
	a := q.history.get(own.name, id, q.Door.Gate().Now())
	if a == nil {
		return false
	}
	var w wholePage
	if !own.open(a.id, "page", a.page, &w) || w.Path != q.R.URL.Path {
		return false
	}
	if own.open(a.id, "form", a.form, &q.form) {
		q.Filled, q.Back = true, true
		return false
	}
	body, err := io.ReadAll(flate.NewReader(bytes.NewReader(w.Body)))
	if err != nil {
		return false
	}
	if w.Retry != "" {
		q.W.Header().Set("Retry-After", w.Retry)
	}
	send(q.W, w.Status, w.Lang, body)
	return true
}

// answered notes, with the kept page that a form was sent from, that it was taken: a page
// that said why it was not is over, any other keeps what was sent from it.
func (q *Request) answered() {
	if !q.posted || !q.Ours {
		return
	}
	if q.narrows { // what anybody goes back to is asked of the policy again
		q.history.pages()
	}
	from, err := url.Parse(q.R.Referer())
	if err != nil || from.Host != q.R.Host {
		return
	}
	own, id := q.owner(), from.Query().Get(asAnswer)
	a := q.history.get(own.name, id, q.Door.Gate().Now())
	switch {
	case a == nil || a.once:
	case a.refused:
		q.history.drop(func(b *answer) bool {
			var w wholePage
			return b.owner == own.name && b.refused && own.open(b.id, "page", b.page, &w) && w.Path == from.Path
		})
	default:
		q.history.typed(a, own.seal(a.id, "form", q.Sealable()))
	}
}

// Sealable is a form without what is for one request alone.
func (q *Request) Sealable() url.Values {
	form := url.Values{}
	for name, values := range q.form {
		if !q.secret(name) {
			form[name] = values
		}
	}
	return form
}

// Remember keeps a form in several steps while its steps have addresses of their own:
// each of them shows what was typed last.
func (q *Request) Remember(id string, form url.Values) {
	own := q.owner()
	if own.name == "" || !q.Signed {
		return
	}
	a := &answer{id: id, owner: own.name, signed: true, steps: true, at: q.Door.Gate().Now()}
	a.form = own.seal(id, "form", form)
	q.history.drop(func(b *answer) bool { return b.owner == a.owner && b.id == id })
	q.history.put(a)
}

// Recall puts back a form in several steps, and tells whether there is one.
func (q *Request) Recall(id string) bool {
	own := q.owner()
	a := q.history.get(own.name, id, q.Door.Gate().Now())
	if a == nil || !own.open(id, "form", a.form, &q.form) {
		return false
	}
	q.Filled = true
	return true
}

func (o owner) seal(id, what string, v any) crypto.Sealed {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return o.key.Seal(crypto.Binding{Table: "answer", Row: id, Column: what}, text)
}

func (o owner) open(id, what string, s crypto.Sealed, v any) bool {
	text, err := o.key.Open(crypto.Binding{Table: "answer", Row: id, Column: what}, s)
	return err == nil && json.Unmarshal(text, v) == nil
}

func pressed(body []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil
	}
	w.Write(body)
	w.Close()
	return b.Bytes()
}

func (a *answer) over(now time.Time) bool {
	if a.steps {
		return now.Sub(a.at) >= formFor
	}
	return now.Sub(a.at) >= answerFor
}

// put keeps an answer; what is over, or too much, goes.
func (s *history) put(a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = append(s.held, a)
	kept := s.held[:0:0]
	own, size := map[bool]int{}, map[bool]int{}
	for _, b := range slices.Backward(s.held) {
		if b.owner == a.owner {
			own[b.steps]++
		}
		size[b.signed] += len(b.page) + len(b.form)
		most := mostOfOthers
		if b.signed {
			most = mostHeld
		}
		if !b.over(a.at) && size[b.signed] <= most && (b.owner != a.owner || own[b.steps] <= mostAnswers) {
			kept = append(kept, b)
		}
	}
	slices.Reverse(kept)
	s.held = kept
}

func (s *history) get(owner, id string, now time.Time) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.held {
		if owner != "" && id != "" && a.owner == owner && a.id == id && !a.over(now) {
			copied := *a
			return &copied
		}
	}
	return nil
}

// typed keeps what was sent from a page.
func (s *history) typed(a *answer, form crypto.Sealed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.held {
		if b.owner == a.owner && b.id == a.id {
			b.form = form
		}
	}
}

// leave forgets what was shown once, as soon as something else is asked for.
func (s *history) leave(owner, id string) {
	s.drop(func(a *answer) bool { return a.once && a.owner == owner && a.id != id })
}

// end forgets all that a browser kept.
func (s *history) end(owner string) {
	s.drop(func(a *answer) bool { return a.owner == owner })
}

// pages forgets the pages of all who are signed in, and no form.
func (s *history) pages() {
	s.drop(func(a *answer) bool { return a.signed && !a.steps })
}

// follow takes what a session kept into the one that goes on from it.
func (s *history) follow(from, to owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if from.name == "" || from.name == to.name {
		return
	}
	for _, a := range s.held {
		if a.owner != from.name {
			continue
		}
		for what, sealed := range map[string]*crypto.Sealed{"page": &a.page, "form": &a.form} {
			b := crypto.Binding{Table: "answer", Row: a.id, Column: what}
			if text, err := from.key.Open(b, *sealed); err == nil {
				*sealed = to.key.Seal(b, text)
			}
		}
		a.owner = to.name
	}
}

func (s *history) drop(over func(*answer) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = slices.DeleteFunc(s.held, over)
}
