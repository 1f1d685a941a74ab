package frame

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// Draft is what was typed, and on which page.
type Draft struct {
	From string     `json:"from"`
	Form url.Values `json:"form"`
}

// ofOneRequest are what any form may bring besides its own inputs: its token, and what a
// step-up asks.
var ofOneRequest = []string{"token", "passphrase", "code"}

// secret tells that an input is for this one request: it is never kept in a draft and
// never carried to a next page. Which of a form are, its struct says; and wherever it was
// pasted, the secret half of a key is.
func (q *Request) secret(name string) bool {
	return Contains(ofOneRequest, name) || q.inputs[name].Secret || slices.ContainsFunc(q.form[name], IsSecretKey)
}

// keepTyped seals what a form sent when its session had ended or been covered, for
// whose it is alone, and then says why it went no further. Whoever has her cookie can
// send as much: it is offered to her, and fills no form by itself.
func keepTyped(q *Request, person string, why error) error {
	if q.R.Method != http.MethodPost || person == "" || len(q.TypedFields()) == 0 {
		return why
	}
	text, err := q.DraftText()
	if err != nil {
		return err
	}
	if err := q.Door.KeepLate(q.Context(), person, text); err != nil {
		return err
	}
	q.kept = true
	return why
}

// KeepDraft keeps what a form of an open session held, for her alone.
func (q *Request) KeepDraft() error {
	text, err := q.DraftText()
	if err != nil {
		return err
	}
	return q.Door.KeepDraft(q.Context(), q.Who.Person(), text)
}

// DraftText is what a form held, without what is secret, and where it belongs.
func (q *Request) DraftText() ([]byte, error) {
	return json.Marshal(Draft{From: q.LocalPath(q.form.Get("from")), Form: Sealable(q)})
}

// takeDraft gives back, on the page it was typed on, what was kept.
func (q *Request) takeDraft() {
	var d Draft
	if len(q.Who.Draft()) == 0 || json.Unmarshal(q.Who.Draft(), &d) != nil || d.From != q.R.URL.Path {
		return
	}
	q.form, q.Filled = d.Form, true
}

// DraftFrom is the page on which a draft that was given back belongs.
func (q *Request) DraftFrom() string {
	var d Draft
	if len(q.Who.Draft()) == 0 || json.Unmarshal(q.Who.Draft(), &d) != nil {
		return ""
	}
	return q.LocalPath(d.From)
}
