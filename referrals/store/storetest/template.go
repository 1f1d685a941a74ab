package storetest

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
)

// template is the usual cast, made once in a process: making it costs hundreds of
// acts, copying its files almost nothing. Every copy has the same keys.
type template struct {
	dir     string
	now     time.Time
	keys    accounts.Keys
	codes   crypto.Key
	signer  string
	public  string
	people  map[string]*Account
	units   map[string]string
	agency  string
	callers map[string]acts.Caller
	rescue  crypto.Identity
}

var (
	making sync.Mutex
	made   = map[string]*template{}
)

// CleanUp removes the templates' files; a TestMain may call it.
func CleanUp() {
	making.Lock()
	defer making.Unlock()
	for _, m := range made {
		os.RemoveAll(m.dir)
	}
	clear(made)
}

// templateOf makes a template of a cast, or returns the one that was made.
func templateOf(t testing.TB, name string, stretcher crypto.Stretcher, cast func(*World)) *template {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	name = fmt.Sprintf("%s by %T", name, stretcher)
	if m, ok := made[name]; ok {
		return m
	}
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		t.Fatal(err)
	}
	w := create(t, dir, stretcher)
	cast(w)
	m := &template{dir: dir, keys: w.Keys, codes: w.Codes, signer: w.Signer, public: w.Public, people: w.People, units: w.Units,
		agency: w.Agency, callers: map[string]acts.Caller{}, rescue: w.Rescue}
	for name := range w.People {
		who, ok := w.callers[name]
		if !ok {
			who = w.SignIn(name)
		}
		m.callers[name] = who
	}
	m.now = w.Clock.Now()
	w.Close()
	made[name] = m
	return m
}

// cast makes an auditor, a desk, a social service and a centre, the last two
// pinned by the desk.
func cast(w *World) {
	w.T.Helper()
	w.castBy(w.Found)
}

func (w *World) castBy(found func(unit, kind, person string, role policies.Role)) {
	w.T.Helper()
	found("audit", acts.KindAudit, "clara", policies.Auditor)
	found("desk", acts.KindDesk, "anna", policies.IntakeWorker)
	found("service", acts.KindSocial, "sofia", policies.SocialWorker)
	found("centre", acts.KindCentre, "bruna", policies.CentreWorker)
	w.Pin("anna", "desk", "centre", "bruna")
	w.Pin("anna", "desk", "service", "sofia")
}

// wideCast is the usual cast, a second worker and the lead of the desk; every
// unit has a recovery, without which nothing can be restricted.
func wideCast(w *World) {
	w.T.Helper()
	var err error
	if w.Rescue, err = crypto.NewIdentity(); err != nil {
		w.T.Fatal(err)
	}
	w.castBy(func(unit, kind, person string, role policies.Role) {
		w.FoundKeeping(unit, kind, person, role, w.Rescue)
	})
	w.Join("desk", "lia", policies.IntakeWorker, "anna")
	w.Join("desk", "gina", policies.Lead, "anna")
	w.Name("gina", "lia")
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
	w.Keys, w.Codes, w.Signer, w.Public, w.Agency = m.keys, m.codes, m.signer, m.public, m.agency
	for name, a := range m.people {
		copied := *a
		w.People[name] = &copied
	}
	for name, id := range m.units {
		w.Units[name] = id
	}
	w.callers, w.Rescue = m.callers, m.rescue
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
