package frame

import (
	"bytes"
	"compress/flate"
	"io"
	"net/http"
	"net/url"

	"sportello/crypto"
	"sportello/server/history"
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

// wholePage is what is sealed of an answer.
type wholePage struct {
	Path   string
	Status int
	Lang   locale.Lang
	Retry  string
	Body   []byte
}

// owner is whose pages this request may keep and see.
func owner(q *Request) history.Owner {
	switch {
	case q.opened != "":
		return history.OwnerOf(q.opened)
	case q.Signed:
		return history.OwnerOf(q.Cookie(SessionCookie))
	}
	return history.OwnerOf(q.Cookie(formCookie))
}

// deliver sends a page, or, of one that answers a form, its address. What a script asks for
// beside the page leaves no trace in history, nor does a refusal for now, which is cheap.
func deliver(q *Request, status int, page *Page, body []byte) {
	mode, later := q.R.Header.Get("Sec-Fetch-Mode"), status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
	if own := owner(q); q.posted && !later && own.Name != "" && (mode == "" || mode == "navigate") {
		path := q.LocalPath(page.Here)
		w := wholePage{Path: path, Status: status, Lang: page.Lang, Retry: q.W.Header().Get("Retry-After"), Body: pressed(body)}
		a := &history.Answer{ID: crypto.NewID(), Owner: own.Name, Signed: q.Signed, At: q.Door.Gate().Now(), Once: page.Once,
			Refused: status >= http.StatusBadRequest}
		a.Page = own.Seal(a.ID, "page", w)
		if status < http.StatusBadRequest {
			answered(q)
		}
		q.history.Put(a)
		http.Redirect(q.W, q.R, (&url.URL{Path: path, RawQuery: asAnswer + "=" + a.ID}).String(), http.StatusSeeOther)
		return
	}
	send(q.W, status, page.Lang, body)
}

// shownBefore shows the kept page that is asked for, and tells whether there is one. What
// was sent from it comes back in the page as it is now.
func shownBefore(q *Request) bool {
	own := owner(q)
	id := ""
	if !q.posted {
		id = q.Asked(asAnswer)
	}
	q.history.Leave(own.Name, id)
	a := q.history.Get(own.Name, id, q.Door.Gate().Now())
	if a == nil {
		return false
	}
	var w wholePage
	if !own.Open(a.ID, "page", a.Page, &w) || w.Path != q.R.URL.Path {
		return false
	}
	if own.Open(a.ID, "form", a.Form, &q.form) {
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
func answered(q *Request) {
	if !q.posted || !q.Ours {
		return
	}
	if q.narrows { // what anybody goes back to is asked of the policy again
		q.history.Pages()
	}
	from, err := url.Parse(q.R.Referer())
	if err != nil || from.Host != q.R.Host {
		return
	}
	own, id := owner(q), from.Query().Get(asAnswer)
	a := q.history.Get(own.Name, id, q.Door.Gate().Now())
	switch {
	case a == nil || a.Once:
	case a.Refused:
		q.history.Drop(func(b *history.Answer) bool {
			var w wholePage
			return b.Owner == own.Name && b.Refused && own.Open(b.ID, "page", b.Page, &w) && w.Path == from.Path
		})
	default:
		q.history.Typed(a, own.Seal(a.ID, "form", Sealable(q)))
	}
}

// Sealable is a form without what is for one request alone.
func Sealable(q *Request) url.Values {
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
func Remember(q *Request, id string, form url.Values) {
	own := owner(q)
	if own.Name == "" || !q.Signed {
		return
	}
	a := &history.Answer{ID: id, Owner: own.Name, Signed: true, Steps: true, At: q.Door.Gate().Now()}
	a.Form = own.Seal(id, "form", form)
	q.history.Drop(func(b *history.Answer) bool { return b.Owner == a.Owner && b.ID == id })
	q.history.Put(a)
}

// Recall puts back a form in several steps, and tells whether there is one.
func Recall(q *Request, id string) bool {
	own := owner(q)
	a := q.history.Get(own.Name, id, q.Door.Gate().Now())
	if a == nil || !own.Open(id, "form", a.Form, &q.form) {
		return false
	}
	q.Filled = true
	return true
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
