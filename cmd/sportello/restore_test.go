package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/store"
)

// The restore loop: a child process restores a folder and is killed, by itself at
// a step or by its parent at any moment; the parent looks at what it left.

// TestRestoreChild is the child. Run as a test of its own it has nothing to do.
func TestRestoreChild(t *testing.T) {
	args := os.Getenv("SPORTELLO_RESTORE")
	if args == "" {
		return
	}
	at := os.Getenv("SPORTELLO_RESTORE_AT")
	testOnlyAtRestore = func(step string) {
		if step == at {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	os.Exit(run(context.Background(), strings.Split(args, "\n"), os.Stdout, os.Stderr))
}

// restoreLoop is the parent's side. from is a folder as its server left it when
// it was killed, with the newest acts still in the write-ahead log; backup is a
// copy made before.
type restoreLoop struct {
	t            *testing.T
	from, backup string
	cut          int // kills that left a restore half done
}

// yesterday is an agency that was entered after the backup.
const yesterday = "Comune di Ieri"

func newRestoreLoop(t *testing.T) *restoreLoop {
	t.Helper()
	l := &restoreLoop{t: t, from: filepath.Join(t.TempDir(), "from"), backup: t.TempDir()}
	live := filepath.Join(t.TempDir(), "live")
	if err := seedInto(live); err != nil {
		t.Fatal(err)
	}
	l.run(0, "backup", "--dir", live, "--to", l.backup, "--without-keys")
	in, err := openInstance(t.Context(), live, opening{now: time.Now, stretches: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, _, err := in.office.CreateAgency(t.Context(), acts.ConsoleCaller(),
		office.NewAgency{Name: yesterday, Kind: "municipality", Responsibility: "controller"}); err != nil {
		t.Fatal(err)
	}
	// The state file follows the commit in the background.
	for tries := 0; ; tries++ {
		if err = copyFolder(live, l.from); err == nil {
			break
		}
		if err = errors.Join(err, os.RemoveAll(l.from)); tries == 20 {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if info, err := os.Stat(filepath.Join(l.from, store.MainFile+"-wal")); err != nil || info.Size() == 0 {
		t.Fatalf("the copied folder has no write-ahead log: %v", err)
	}
	return l
}

// run does one command in this process.
func (l *restoreLoop) run(want int, args ...string) string {
	l.t.Helper()
	var out, errOut bytes.Buffer
	if got := run(l.t.Context(), args, &out, &errOut); got != want {
		l.t.Fatalf("%v: exit code %d, want %d: %s", args, got, want, errOut.String())
	}
	return errOut.String()
}

func TestKillRestore(t *testing.T) {
	l := newRestoreLoop(t)
	for _, step := range []string{"looked", "marked", "main copied", "aside-wal", "aside-shm", "aside", "placed", "opened", "recorded", "settled", "sessions ended", "unmarked"} {
		l.round(step, false)
	}
	for _, step := range []string{"marked", "shred placed", "main copied", "aside-wal", "aside-shm", "aside", "placed", "opened", "recorded", "settled", "sessions ended"} {
		l.round(step, true)
	}
	random := 0
	for range 10 {
		before := l.cut
		l.round("", false)
		random += l.cut - before
	}
	t.Logf("kills that left a restore half done: %d, %d of them at any moment", l.cut, random)
	if l.cut < 20 {
		t.Fatalf("too few kills fell inside a restore: %d, want 20", l.cut)
	}
}

// round kills one restore, looks at the folder, and restores it again.
func (l *restoreLoop) round(at string, noSecrets bool) {
	l.t.Helper()
	dir := filepath.Join(l.t.TempDir(), "data")
	if err := copyFolder(l.from, dir); err != nil {
		l.t.Fatal(err)
	}
	args := []string{"restore", "--dir", dir, "--main", filepath.Join(l.backup, mainArtefact)}
	if noSecrets {
		args = append(args, "--shred", filepath.Join(l.backup, shredArtefact))
		if err := os.Remove(filepath.Join(dir, store.SecretsDir, store.ShredFile)); err != nil {
			l.t.Fatal(err)
		}
	}
	what := fmt.Sprintf("killed at %q, without secrets %t", at, noSecrets)
	l.kill(dir, at, args)
	_, err := os.Stat(filepath.Join(dir, restoringMark))
	if half := err == nil; half {
		l.cut++
		l.shut(what, dir)
		l.run(exitRefused, "restore", "--dir", dir, "--in-place")
	} else if at == "looked" {
		l.untouched(what, dir)
	} else if at != "" && at != "unmarked" {
		l.t.Fatalf("%s: there is no mark", what)
	}
	l.run(exitDone, args...)
	l.restored(what, dir)
}

// kill starts a restore and kills it: at a step, or after a while.
func (l *restoreLoop) kill(dir, at string, args []string) {
	l.t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestRestoreChild$")
	child.Env = append(os.Environ(), "SPORTELLO_RESTORE="+strings.Join(args, "\n"), "SPORTELLO_RESTORE_AT="+at)
	var said bytes.Buffer
	child.Stdout, child.Stderr = &said, &said
	if err := child.Start(); err != nil {
		l.t.Fatal(err)
	}
	if at == "" {
		for range 5000 { // until it is at it
			if _, err := os.Stat(filepath.Join(dir, restoringMark)); err == nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
		child.Process.Kill()
	}
	err := child.Wait()
	var exit *exec.ExitError
	killed := errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	if !killed && at != "" {
		l.t.Fatalf("the child was to be killed at %q, but ended: %v\n%s", at, err, said.String())
	}
}

// shut checks that a half-restored folder is opened by nothing.
func (l *restoreLoop) shut(what, dir string) {
	l.t.Helper()
	in, err := openInstance(l.t.Context(), dir, opening{now: time.Now, stretches: 1})
	var refused *refusal
	if err == nil {
		in.Close()
	}
	if !errors.As(err, &refused) {
		l.t.Fatalf("%s: opening the half-restored folder: %v", what, err)
	}
	if said := l.run(exitRefused, "serve", "--dir", dir, "--insecure-loopback", "--addr", "127.0.0.1:0"); !strings.Contains(said, "restore") {
		l.t.Errorf("%s: serve does not say what to do: %s", what, said)
	}
}

// untouched checks that a folder is as it was before the restore.
func (l *restoreLoop) untouched(what, dir string) {
	l.t.Helper()
	agencies, suspended := l.look(what, dir)
	if !agencies[yesterday] || suspended != 0 {
		l.t.Errorf("%s: the old state is not intact: %v, %d suspended", what, agencies, suspended)
	}
}

// restored checks that the second restore finished the first.
func (l *restoreLoop) restored(what, dir string) {
	l.t.Helper()
	agencies, suspended := l.look(what, dir)
	if agencies[yesterday] || len(agencies) != 3 || suspended != 7 {
		l.t.Errorf("%s: after the second restore: %v, %d suspended", what, agencies, suspended)
	}
	aside, err := filepath.Glob(filepath.Join(dir, "replaced-*.db"))
	if err != nil {
		l.t.Fatal(err)
	}
	kept := false
	for _, path := range aside {
		kept = kept || holds(path, yesterday)
	}
	if !kept {
		l.t.Errorf("%s: the database that was there is not kept whole: %d set aside", what, len(aside))
	}
}

// holds tells whether a database, with the write-ahead log beside it, has an agency.
func holds(path, agency string) bool {
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		return false
	}
	defer db.Close()
	n := 0
	return db.QueryRow("SELECT count(*) FROM agency WHERE name = ?", agency).Scan(&n) == nil && n == 1
}

// look opens a folder, holds every record to the log, and lists what is there.
func (l *restoreLoop) look(what, dir string) (agencies map[string]bool, suspended int) {
	l.t.Helper()
	in, err := openInstance(l.t.Context(), dir, opening{now: time.Now, stretches: 1})
	if err != nil {
		l.t.Fatalf("%s: opening the folder: %v", what, err)
	}
	defer in.Close()
	report, err := in.store.Log().CheckRecords(l.t.Context(), in.store)
	if err != nil || len(report.Problems) != 0 || report.Checked < 20 {
		l.t.Fatalf("%s: checking the records: %d checked, %v, %v", what, report.Checked, report.Problems, err)
	}
	all, err := in.office.Administration(l.t.Context(), acts.ConsoleCaller())
	if err != nil {
		l.t.Fatal(err)
	}
	agencies = map[string]bool{}
	for _, a := range all.Agencies {
		agencies[a.Name] = true
	}
	for _, p := range all.People {
		if p.State == string(acts.Suspended) {
			suspended++
		}
	}
	return agencies, suspended
}
