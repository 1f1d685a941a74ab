package frame

import (
	"time"

	"sportello/server/locale"
)

// askAgain lets a page that asks for passphrase and code come back in the other
// language: nothing is done, because nothing secret goes on.
func (q *Request) askAgain() error {
	for name := range q.form {
		if q.secret(name) && name != "token" {
			q.form.Del(name)
		}
	}
	return q.SpeakNow()
}

// SpeakNow takes the language that a page's switch was pressed for.
func (q *Request) SpeakNow() error {
	lang := locale.Lang(q.form.Get("lang"))
	if lang != locale.Italian && lang != locale.English {
		return errForm
	}
	q.form.Del("lang")
	q.Lang = lang
	q.SetCookie(LangCookie, string(lang), 365*24*time.Hour)
	return nil
}
