package storetest

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
)

// saved is a world in a file, so that a child process can open the same
// instance. It holds every key: never outside a test's folder.
type saved struct {
	Dir, Signer, Public, Agency string
	Pepper, Session, Throttle   []byte
	Codes                       []byte
	Now                         time.Time
	Units                       map[string]string
	Cookies                     map[string]string
}

// Save closes the world and writes what a child process needs to open it.
// cookies are sessions of people, so that the child needs no Argon2.
func (w *World) Save(path string, cookies map[string]string) {
	w.T.Helper()
	w.Close()
	text, err := json.Marshal(saved{w.Dir, w.Signer, w.Public, w.Agency, w.Keys.Pepper.Bytes(), w.Keys.Session.Bytes(),
		w.Keys.Throttle.Bytes(), w.Codes.Bytes(), w.Clock.Now(), w.Units, cookies})
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		w.T.Fatalf("saving a world: %v", err)
	}
}

// Load opens a saved world, with the store's hook or nil, and returns the
// cookies that were saved with it.
func Load(t testing.TB, path string, point func(string)) (*World, map[string]string) {
	t.Helper()
	var s saved
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		t.Fatalf("loading a world: %v", err)
	}
	w := &World{T: t, Dir: s.Dir, Clock: &Clock{now: s.Now}, Signer: s.Signer, Public: s.Public, Agency: s.Agency,
		Units: s.Units, Point: point, People: map[string]*Account{}}
	var errs [4]error
	w.Keys.Pepper, errs[0] = crypto.ParsePepper(s.Pepper)
	w.Keys.Session, errs[1] = crypto.KeyFromBytes(s.Session)
	w.Keys.Throttle, errs[2] = crypto.KeyFromBytes(s.Throttle)
	w.Codes, errs[3] = crypto.KeyFromBytes(s.Codes)
	if errs != [4]error{} {
		t.Fatalf("loading a world: %v", errs)
	}
	w.Open()
	return w, s.Cookies
}

// Cookie signs a person in and returns her session's cookie.
func (w *World) Cookie(name string) (string, acts.Caller) {
	w.T.Helper()
	in, err := w.TrySignIn(w.People[name])
	if err != nil {
		w.T.Fatalf("signing in %s: %v", name, err)
	}
	return in.Cookie, in.Caller
}
