package storetest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
)

// template is the usual cast, made once in a process: making it costs a dozen
// Argon2 runs, copying its files almost nothing. Every copy has the same keys.
type template struct {
	dir     string
	now     time.Time
	keys    accounts.Keys
	signer  string
	public  string
	people  map[string]*Account
	units   map[string]string
	agency  string
	callers map[string]accounts.Caller
}

var (
	making sync.Mutex
	made   *template
)

// CleanUp removes the template's files; a TestMain may call it.
func CleanUp() {
	making.Lock()
	defer making.Unlock()
	if made != nil {
		os.RemoveAll(made.dir)
		made = nil
	}
}

// standardTemplate makes the template, or returns the one that was made.
func standardTemplate(t testing.TB) *template {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	if made != nil {
		return made
	}
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		t.Fatal(err)
	}
	w := create(t, dir)
	w.cast()
	m := &template{dir: dir, keys: w.Keys, signer: w.Signer, public: w.Public, people: w.People, units: w.Units,
		agency: w.Agency, callers: map[string]accounts.Caller{}}
	for name := range w.People {
		m.callers[name] = w.SignIn(name)
	}
	m.now = w.Clock.Now()
	w.Close()
	made = m
	return m
}

// cast makes an auditor, a desk, a social service and a centre, the last two
// pinned by the desk.
func (w *World) cast() {
	w.T.Helper()
	w.Found("audit", accounts.KindAudit, "clara", policies.Auditor)
	w.Found("desk", accounts.KindDesk, "anna", policies.IntakeWorker)
	w.Found("service", accounts.KindSocial, "sofia", policies.SocialWorker)
	w.Found("centre", accounts.KindCentre, "bruna", policies.CentreWorker)
	w.Pin("anna", "desk", "centre", "bruna")
	w.Pin("anna", "desk", "service", "sofia")
}

// become turns an empty world into a copy of the template.
func (w *World) become(m *template) {
	w.T.Helper()
	w.Close()
	if err := os.RemoveAll(w.Dir); err != nil {
		w.T.Fatal(err)
	}
	CopyDir(w.T, m.dir, w.Dir)
	w.Clock.set(m.now)
	w.Keys, w.Signer, w.Public, w.Agency = m.keys, m.signer, m.public, m.agency
	for name, a := range m.people {
		copied := *a
		w.People[name] = &copied
	}
	for name, id := range m.units {
		w.Units[name] = id
	}
	w.callers = m.callers
	w.Open()
}

// CopyDir copies a folder of an instance that is closed.
func CopyDir(t testing.TB, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatalf("copying %s: %v", filepath.Base(from), err)
	}
}
