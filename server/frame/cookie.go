package frame

import (
	"net/http"
	"strconv"
	"time"
)

// The cookies. Each is host-bound, never sent by another site's page, and never
// read by a script.
const (
	SessionCookie = "__Host-session"
	PendingCookie = "__Host-pending"
	deviceCookie  = "__Host-device"
	formCookie    = "__Host-form"
	LangCookie    = "__Host-lang"
	FlashCookie   = "__Host-flash"
	lostCookie    = "__Host-lost"
)

// SetCookie sets a cookie for a time; 0 means until the browser closes, less
// than 0 deletes it.
func (q *Request) SetCookie(name, value string, d time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if d != 0 {
		c.MaxAge = int(d / time.Second)
	}
	http.SetCookie(q.W, c)
}

// Cookie is the value of a cookie, or empty.
func (q *Request) Cookie(name string) string {
	c, err := q.R.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// TellLost has the next page say, once, that something typed was not kept.
func TellLost(q *Request) {
	if at := q.Who.Lost(); at > 0 {
		q.SetCookie(lostCookie, strconv.FormatInt(at, 10), time.Hour)
	}
}

// lost is when it was typed, to be said on this page; zero without.
func lost(q *Request) time.Time {
	value := q.Cookie(lostCookie)
	if value == "" {
		return time.Time{}
	}
	q.SetCookie(lostCookie, "", -1)
	at, err := strconv.ParseInt(value, 10, 64)
	now := q.Door.Gate().Now()
	if err != nil || at <= 0 || at > now.Unix() {
		return time.Time{}
	}
	return time.Unix(at, 0).In(now.Location())
}

// flash is the message key of what was just done; it is shown once.
func (q *Request) flash() string {
	key := q.Cookie(FlashCookie)
	if key == "" {
		return ""
	}
	q.SetCookie(FlashCookie, "", -1)
	if !q.Render.Catalogue().Has(q.Lang, key) {
		return ""
	}
	return key
}
