package storetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
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

var (
	emptying sync.Mutex
	empty    string
)

// emptyFolder is an instance in which nothing happened yet, made once in a process: its
// schema takes longer to make than to copy. It holds no key and no word of the log, so
// that every copy goes on with its own.
func emptyFolder(t testing.TB) string {
	t.Helper()
	emptying.Lock()
	defer emptying.Unlock()
	if empty != "" {
		return empty
	}
	dir, err := os.MkdirTemp(memory(), "storetest")
	if err != nil {
		t.Fatal(err)
	}
	w := unopened(t, dir, Cheap)
	w.Open()
	if size := w.Store.Log().Size(); size != 0 {
		t.Fatalf("an empty instance has %d leaves", size)
	}
	w.Close()
	if err := os.Remove(filepath.Join(dir, "state")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	empty = dir
	return empty
}

// memory is where the instances of tests lie: a file system in memory, if there is one
// with room, else the usual place. An instance writes there what it writes elsewhere, and
// waits for no disk. What tries crashes has a folder of its own, on the disk.
var memory = sync.OnceValue(func() string {
	var at syscall.Statfs_t
	if syscall.Statfs("/dev/shm", &at) != nil || at.Bavail*uint64(at.Bsize) < 1<<30 {
		return ""
	}
	return "/dev/shm"
})

// folder is a new folder for an instance, until the test ends. A benchmark's is on the
// disk: what that costs is measured.
func folder(t testing.TB) string {
	t.Helper()
	if _, measured := t.(*testing.B); measured {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory(), "storetest")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// CleanUp removes the templates' files; a TestMain may call it.
func CleanUp() {
	emptying.Lock()
	defer emptying.Unlock()
	os.RemoveAll(empty)
	empty = ""
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
	dir, err := os.MkdirTemp(memory(), "storetest")
	if err != nil {
		t.Fatal(err)
	}
	w := unopened(t, dir, stretcher)
	w.Open()
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
