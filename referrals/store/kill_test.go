package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"

	"golang.org/x/mod/sumdb/tlog"
)

// The kill loop: a child process writes to an instance until it is killed, by
// its parent at any moment or by itself at a point of the writer; the parent
// opens the instance again and looks for every acknowledged write.

// killWriters is how many goroutines write in the child, each in its own case.
const killWriters = 4

// ack is one line of the child's output: a write that was acknowledged.
type ack struct {
	Kind    string // contact, note, declaration, erasure
	Case    string // empty for the last two
	Text    string
	Index   int64
	Receipt string
}

// TestKillChild is the child. Run as a test of its own it has nothing to do.
func TestKillChild(t *testing.T) {
	path := os.Getenv("SPORTELLO_KILL_WORLD")
	if path == "" {
		return
	}
	stage, err := os.OpenFile(path+".stage", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	at, after := os.Getenv("SPORTELLO_KILL_AT"), 25
	var one sync.Mutex // two goroutines pass points; the last one passed is the one that died
	w, cookies := storetest.Load(t, path, func(name string) {
		one.Lock()
		defer one.Unlock()
		// The file is in the page cache: it outlives a kill, if not a power cut.
		stage.WriteAt([]byte(fmt.Sprintf("%-16s", name)), 0)
		if name == at {
			if after--; after <= 0 {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	})
	who, err := w.Door.Caller(t.Context(), cookies["anna"])
	if err != nil {
		t.Fatalf("resuming the session: %v", err)
	}
	var mu sync.Mutex
	say := func(a ack, r audit.Receipt) {
		a.Index, a.Receipt = r.Index, r.String()
		line, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		mu.Lock()
		defer mu.Unlock()
		os.Stdout.Write(append(append([]byte("ack "), line...), '\n'))
	}
	left, _, _, err := w.Desk.Cases.MyDeclarations(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range left { // of a child that was killed before it took them back
		receipt, err := w.Desk.Cases.WithdrawDeclaration(t.Context(), who, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		say(ack{Kind: "erasure", Text: d.Name}, receipt)
	}
	var group sync.WaitGroup
	for range killWriters {
		group.Go(func() { killWriter(w, who, say) })
	}
	group.Wait()
}

// killWriter writes without end: contacts that open cases, notes, and
// declarations that are taken back, whose secret is erased.
func killWriter(w *storetest.World, who acts.Caller, say func(ack, audit.Receipt)) {
	ctx := context.Background()
	for {
		alias, note, goes := crypto.NewID(), crypto.NewID(), crypto.NewID()
		out, receipt, err := w.Desk.Cases.RecordContact(ctx, who, cases.NewContact{Form: crypto.NewID(), OpenCase: true,
			Contact: cases.Contact{Speaker: "she", Alias: alias, Outcome: "info_only"}})
		if err != nil {
			panic(err)
		}
		say(ack{Kind: "contact", Case: out.CaseID, Text: alias}, receipt)
		if receipt, err = w.Desk.Cases.AddNote(ctx, who, out.CaseID, typed.NewForm(), "other", note); err != nil {
			panic(err)
		}
		say(ack{Kind: "note", Case: out.CaseID, Text: note}, receipt)
		if receipt, err = w.Desk.Cases.Declare(ctx, who, typed.NewForm(), cases.Declared{Name: goes}); err != nil {
			panic(err)
		}
		say(ack{Kind: "declaration", Text: goes}, receipt)
		mine, _, _, err := w.Desk.Cases.MyDeclarations(ctx, who)
		if err != nil {
			panic(err)
		}
		for _, d := range mine {
			if d.Name != goes {
				continue
			}
			if receipt, err = w.Desk.Cases.WithdrawDeclaration(ctx, who, d.ID); err != nil {
				panic(err)
			}
			say(ack{Kind: "erasure", Text: goes}, receipt)
		}
	}
}

// killLoop is the parent's side.
type killLoop struct {
	t       *testing.T
	path    string
	acks    []ack
	stages  map[string]int
	orphans int
	opened  int

	dir, public string
	unfinished  map[string]int // checks that found something, by the last point passed
}

func TestKillLoop(t *testing.T) {
	w := storetest.New(t).Standard()
	cookie, _ := w.Cookie("anna")
	k := &killLoop{t: t, path: filepath.Join(t.TempDir(), "world"), stages: map[string]int{},
		dir: w.Dir, public: w.Public, unfinished: map[string]int{}}
	w.Save(k.path, map[string]string{"anna": cookie})
	deadline := time.Now().Add(35 * time.Second)
	for range 21 {
		k.round("between files")
	}
	for _, point := range []string{"written", "before secrets", "before commit", "committed", "truncated"} {
		for range 3 {
			k.round(point)
		}
	}
	// A group that took nothing out leaves nothing unfinished once it is committed.
	for i := 0; i < 12 && k.unfinished["committed"] < 3; i++ {
		k.round("committed")
	}
	for i := 0; i < 12 && time.Now().Before(deadline); i++ {
		k.round("")
	}
	k.openAll()
	uncommitted := k.stages["written"] + k.stages["before secrets"] + k.stages["between files"]
	t.Logf("kills by the last point passed: %v; between first write and commit: %d; between the two files: %d; "+
		"acknowledged writes: %d; orphan secrets found and removed: %d", k.stages, uncommitted, k.stages["between files"], len(k.acks), k.orphans)
	t.Logf("checks beside the dead process that found something unfinished: %v", k.unfinished)
	if k.unfinished["committed"] < 3 || k.unfinished["between files"] < 20 {
		t.Errorf("a check before the next start does not see what is unfinished: %v", k.unfinished)
	}
	if uncommitted < 20 || k.stages["between files"] < 20 {
		t.Fatalf("too few kills hit: %d between first write and commit, %d between the two files; 20 are needed", uncommitted, k.stages["between files"])
	}
	if len(k.acks) < 500 || k.orphans < 20 {
		t.Fatalf("the loop did too little: %d acknowledged writes, %d orphan secrets", len(k.acks), k.orphans)
	}
}

// round runs one child until it is dead, opens the instance again and checks it.
func (k *killLoop) round(at string) {
	k.t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKillChild$", "-test.timeout=60s")
	child.Env = append(os.Environ(), "SPORTELLO_KILL_WORLD="+k.path, "SPORTELLO_KILL_AT="+at)
	var errors strings.Builder
	child.Stderr = &errors
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		k.t.Fatalf("starting the child: %v", err)
	}
	k.listen(out, func() {
		if at == "" {
			time.AfterFunc(time.Duration(rand.IntN(300))*time.Millisecond, func() { child.Process.Kill() })
		}
	})
	state, _ := child.Process.Wait()
	if status := state.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		k.t.Fatalf("the child was to be killed at %q, but ended: %v\n%s", at, state, errors.String())
	}
	stage, err := os.ReadFile(k.path + ".stage")
	if err != nil {
		k.t.Fatal(err)
	}
	reached := strings.TrimSpace(string(stage))
	if at != "" && reached != at {
		k.t.Fatalf("the child was to die at %q and died at %q", at, reached)
	}
	k.stages[reached]++
	k.inspect(reached)
	k.check()
}

// listen reads acknowledgements until the child is dead; first runs at the
// first one.
func (k *killLoop) listen(out io.Reader, first func()) {
	k.t.Helper()
	lines := bufio.NewReader(out)
	for n := 0; ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return // the last line may be cut: it was not acknowledged
		}
		text, ok := strings.CutPrefix(line, "ack ")
		if !ok {
			continue
		}
		var a ack
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			k.t.Fatalf("reading an acknowledgement: %v", err)
		}
		k.acks = append(k.acks, a)
		if n++; n == 1 {
			first()
		}
	}
}

// inspect checks the records before the next start: what the crash left is
// unfinished, and nothing else is. What somebody does to a copy of it is damage.
func (k *killLoop) inspect(reached string) {
	k.t.Helper()
	report, err := k.inspected(k.dir)
	if err != nil || len(report.Problems) != 0 || report.Checked < 20 {
		k.t.Fatalf("checking after a kill at %q: %d checked, %v, %v", reached, report.Checked, report.Problems, err)
	}
	if len(report.Unfinished) > 0 {
		k.unfinished[reached]++
	}
	if k.stages[reached] > 1 {
		return
	}
	for name, c := range map[string]struct{ file, text string }{
		"a changed secret":  {shredFile, "UPDATE shred SET secret = zeroblob(32) WHERE id = (SELECT min(id) FROM shred)"},
		"a missing secret":  {shredFile, "DELETE FROM shred WHERE id = (SELECT min(id) FROM shred)"},
		"a planted secret":  {shredFile, "INSERT INTO shred VALUES ('ffffffffffABCDEFGHIJKLMNOPQRSTUVWXYZ', randomblob(32))"},
		"a planted text":    {shredFile, "INSERT INTO shred VALUES ('0000000001ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAST('a text' AS BLOB))"},
		"a changed contact": {store.MainFile, "UPDATE contact SET day = '2020-01-01' WHERE id = (SELECT min(id) FROM contact)"},
		"a missing note":    {store.MainFile, "DELETE FROM note WHERE id = (SELECT min(id) FROM note)"},
	} {
		dir := filepath.Join(k.t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(k.dir)); err != nil {
			k.t.Fatal(err)
		}
		alter(k.t, filepath.Join(dir, c.file), c.text)
		if report, err := k.inspected(dir); err != nil || len(report.Problems) != 1 {
			k.t.Errorf("%s after a kill at %q: %v, %v", name, reached, report.Problems, err)
		}
		os.RemoveAll(dir)
	}
}

func (k *killLoop) inspected(dir string) (audit.RecordReport, error) {
	return store.Inspect(context.Background(), store.Inspection{Main: filepath.Join(dir, store.MainFile), Shred: filepath.Join(dir, shredFile),
		Verifier: k.public, StateFile: filepath.Join(dir, "state"), Live: true, Now: time.Now})
}

// check opens the instance and holds it to everything that was promised.
func (k *killLoop) check() {
	k.t.Helper()
	before := k.secrets()
	w, _ := storetest.Load(k.t, k.path, nil)
	defer w.Close()
	log := w.Store.Log()
	after := k.secrets()
	k.orphans += len(before) - len(after)
	for id := range after {
		if _, ok := log.Newest("shred", id); !ok {
			k.t.Errorf("a secret has no live leaf: %s", id)
		}
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 || r.Checked < 20 {
		k.t.Fatalf("checking the records: %d checked, problems %v", r.Checked, r.Problems)
	}
	for ; k.opened < len(k.acks); k.opened++ {
		k.promised(w, k.acks[k.opened])
	}
}

// promised checks the receipt of one acknowledged write: its leaf is there,
// and the log goes on from the checkpoint it was given.
func (k *killLoop) promised(w *storetest.World, a ack) {
	k.t.Helper()
	receipt, err := audit.ParseReceipt(a.Receipt)
	if err != nil {
		k.t.Fatalf("reading a receipt: %v", err)
	}
	c, err := audit.OpenCheckpoint(receipt.Checkpoint, w.Public)
	if err != nil || receipt.Index >= c.Size || c.Size > w.Store.Log().Size() {
		k.t.Fatalf("a receipt for leaf %d under size %d, in a log of %d: %v", receipt.Index, c.Size, w.Store.Log().Size(), err)
	}
	root, err := tlog.TreeHash(c.Size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return w.Store.Source().Hashes(k.t.Context(), indexes)
	}))
	if err != nil || root != c.Root {
		k.t.Fatalf("the log does not go on from a receipt's checkpoint: %v", err)
	}
}

// openAll opens every case that was acknowledged and looks for every text.
func (k *killLoop) openAll() {
	k.t.Helper()
	w, cookies := storetest.Load(k.t, k.path, nil)
	defer w.Close()
	ctx := k.t.Context()
	who, err := w.Door.Caller(ctx, cookies["anna"])
	if err != nil {
		k.t.Fatal(err)
	}
	declared := map[string]bool{}
	mine, _, _, err := w.Desk.Cases.MyDeclarations(ctx, who)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, d := range mine {
		declared[d.Name] = true
	}
	texts := map[string]map[string]bool{}
	for _, a := range k.acks {
		switch a.Kind {
		case "erasure":
			if declared[a.Text] {
				k.t.Error("a declaration that was taken back is still read")
			}
			continue
		case "declaration": // whose taking back may have been cut off, and done all the same
			continue
		}
		if texts[a.Case] == nil {
			texts[a.Case] = k.textsOf(w, who, a.Case)
		}
		if !texts[a.Case][a.Text] {
			k.t.Errorf("an acknowledged %s is not there", a.Kind)
		}
	}
}

func (k *killLoop) textsOf(w *storetest.World, who acts.Caller, id string) map[string]bool {
	v, _, err := w.Desk.OpenCase(context.Background(), who, id, storetest.Parts...)
	if err != nil {
		k.t.Errorf("opening an acknowledged case: %v", err)
		return map[string]bool{}
	}
	texts := map[string]bool{v.Card.Alias: true}
	for _, n := range v.Notes {
		texts[n.Text] = true
	}
	return texts
}

// secrets reads the ids in shred.db with a connection of its own.
func (k *killLoop) secrets() map[string]bool {
	k.t.Helper()
	text, err := os.ReadFile(k.path)
	var s struct{ Dir string }
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, store.SecretsDir, store.ShredFile)+"?_journal_mode=WAL")
	if err != nil {
		k.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT id FROM shred")
	if err != nil {
		k.t.Fatal(err)
	}
	defer rows.Close()
	ids := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			k.t.Fatal(err)
		}
		ids[id] = true
	}
	return ids
}
