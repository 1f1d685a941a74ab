package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sportello/cmd/sportello/files"
	"sportello/policies/acts"
	"sportello/referrals/store"

	"github.com/spf13/cobra"
)

// restoring is what a restore was asked for.
type restoring struct {
	main, shred string
	inPlace     bool
	fresh       bool // the folder holds keys and nothing else: a new machine
}

// testOnlyAtRestore is told each step of a restore, for the test that kills it there.
var testOnlyAtRestore = func(step string) {}

func (p *program) restoreCommand() *cobra.Command {
	var r restoring
	c := &cobra.Command{
		Use: "restore", GroupID: "keep", Args: cobra.NoArgs,
		Short: "Put a backup back, and make it safe to work with",
		Long: `Puts main.db in place of the database, with the shred secrets of today: what was
erased since the copy stays erased. Only where DIR/secrets/shred.db is gone is a
backed-up one taken, with --shred; what was erased after it was made may then open
again, so look at the log.

With --in-place the folder itself was put back, from an image of the machine or by
hand: nothing is copied unless --main says so, and a missing keys/state is accepted.

On a new machine, where DIR holds nothing else, the key files come from keys.age first,
then both copies; there is no keys/state yet, and none is asked:

  mkdir -p -m 700 DIR/keys
  age -d -i recovery.txt keys.age | tar -xpC DIR/keys
  sportello restore --dir DIR --main main.db --shred shred.db

Afterwards all sessions have ended; every account is suspended until an
administrator, or "sportello user lift NAME", lifts it; every referral is shut until
its desk has confirmed it; a record whose secret is gone counts as erased. The
restore is in the log. What was written after the copy is gone for good, and so are
its secrets: to look first, restore into another folder.

The database that was there is kept as DIR/replaced-1.db.`,
		Example: `  sportello restore --main /backup/2026-11-20/main.db
  sportello restore --main main.db --shred shred.db
  sportello restore --in-place
  sportello user lift dario`,
		RunE: func(c *cobra.Command, _ []string) error {
			if r.main == "" && !r.inPlace {
				return wrongUse("give --main, or --in-place for a folder that was put back as a whole")
			}
			return p.restore(c.Context(), r)
		},
	}
	c.Flags().StringVar(&r.main, "main", "", "the backup's main.db")
	c.Flags().StringVar(&r.shred, "shred", "", "the backup's shred.db, only where the folder has none")
	c.Flags().BoolVar(&r.inPlace, "in-place", false, "the folder was put back: a missing keys/state is accepted")
	p.takes(c, "clock-checked")
	return c
}

func (p *program) restore(ctx context.Context, r restoring) error {
	dir := p.text("dir")
	lock, err := lockFolder(dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	cut, err := readMark(dir)
	if err != nil {
		return err
	}
	if r.fresh, err = r.isFresh(dir); err != nil {
		return err
	}
	r.fresh = r.fresh || cut.fresh
	k, err := readKeys(dir, !r.inPlace && !r.fresh)
	if err != nil {
		return err
	}
	if cut.main && r.main == "" {
		return refuse(nil, "a restore with --main was cut short: give --main again")
	}
	if err := r.look(ctx, dir, k.public, cut); err != nil {
		return err
	}
	testOnlyAtRestore("looked")
	if err := markOf(r, cut).write(dir); err != nil {
		return err
	}
	testOnlyAtRestore("marked")
	if err := r.put(dir); err != nil {
		return err
	}
	testOnlyAtRestore("placed")
	in := &instance{dir: dir, lock: lock}
	err = in.start(ctx, opening{now: time.Now, stretches: 1, clockChecked: p.yes("clock-checked"), restoring: true, stateMayMiss: r.inPlace || r.fresh})
	if err != nil {
		return err
	}
	testOnlyAtRestore("opened")
	if err := errors.Join(p.settle(ctx, in), in.store.Close()); err != nil {
		return err
	}
	testOnlyAtRestore("settled")
	// A new session key: no cookie of before opens anything.
	if err := os.Remove(keyPath(dir, sessionFile)); err != nil {
		return fmt.Errorf("ending all sessions: %w", err)
	}
	testOnlyAtRestore("sessions ended")
	if err := os.Remove(filepath.Join(dir, restoringMark)); err != nil {
		return fmt.Errorf("ending the restore: %w", err)
	}
	testOnlyAtRestore("unmarked")
	return files.Sync(dir)
}

// cutShort is what the mark of a restore says, until the restore is done: a
// second one finishes it, and must be given as much.
type cutShort struct{ main, shred, fresh bool }

// markOf remembers, over as many tries as it takes, that the shred secrets there
// are the backup's and not those of today.
func markOf(r restoring, before cutShort) cutShort {
	return cutShort{main: r.main != "", shred: r.shred != "" || before.shred, fresh: r.fresh || before.fresh}
}

func (c cutShort) write(dir string) error {
	var text string
	if c.main {
		text += "main\n"
	}
	if c.shred {
		text += "shred\n"
	}
	if c.fresh {
		text += "fresh\n"
	}
	return files.Replace(filepath.Join(dir, restoringMark), []byte(text))
}

// readMark reads what an earlier restore left; the zero value without one.
func readMark(dir string) (cutShort, error) {
	b, err := os.ReadFile(filepath.Join(dir, restoringMark))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cutShort{}, fmt.Errorf("reading the mark of a restore: %w", err)
	}
	words := strings.Fields(string(b))
	return cutShort{main: slices.Contains(words, "main"), shred: slices.Contains(words, "shred"), fresh: slices.Contains(words, "fresh")}, nil
}

// isFresh tells whether the folder is of a new machine, and both copies are given: then
// there is no state yet that could miss. Where a database or secrets are, one that is gone
// is asked about.
func (r restoring) isFresh(dir string) (bool, error) {
	if r.main == "" || r.shred == "" {
		return false, nil
	}
	for _, name := range []string{store.MainFile, filepath.Join(store.SecretsDir, store.ShredFile)} {
		_, err := os.Lstat(filepath.Join(dir, name))
		if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return true, nil
}

// look holds the copy to its own log before anything is replaced.
func (r restoring) look(ctx context.Context, dir, public string, cut cutShort) error {
	shred := filepath.Join(dir, store.SecretsDir, store.ShredFile)
	_, err := os.Stat(shred)
	gone := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !gone:
		return fmt.Errorf("looking for the shred secrets: %w", err)
	case r.shred != "" && !gone && !cut.shred:
		return refuse(nil, "the shred secrets of today are there, and know what was erased since: leave --shred out")
	case r.shred == "" && gone:
		return refuse(err, "secrets/shred.db is missing: give the backup's with --shred")
	}
	stays := []string{store.SessionFile}
	if r.main == "" {
		stays = append(stays, store.MainFile)
	}
	if r.shred == "" {
		stays = append(stays, store.ShredFile)
	}
	if err := store.Known(ctx, dir, stays...); err != nil {
		return explain(err)
	}
	if r.main == "" {
		return nil
	}
	report, err := inspectCopy(ctx, r.main, r.shred, public)
	if errors.Is(err, store.ErrOlderSchema) {
		return nil // brought up to date, and checked, once it is in place
	}
	if err != nil {
		return explain(err)
	}
	if store.Apart(&report); len(report.Problems) > 0 {
		return differs{fmt.Errorf("checking the copy: %d of its records are not what its log says; nothing was changed", len(report.Problems))}
	}
	return nil
}

// put copies the artefacts into the folder, the database last.
func (r restoring) put(dir string) error {
	if r.shred != "" {
		if err := putShred(dir, r.shred); err != nil {
			return err
		}
		testOnlyAtRestore("shred placed")
	}
	if r.main == "" {
		return nil
	}
	there := filepath.Join(dir, store.MainFile)
	next := there + ".next"
	if err := copyOver(r.main, next); err != nil {
		return err
	}
	testOnlyAtRestore("main copied")
	// The write-ahead log belongs to the database that goes. It goes first: a
	// restore that is cut here finds the same free name for the database.
	aside, err := newName(filepath.Join(dir, "replaced"))
	if err != nil {
		return err
	}
	for _, name := range []string{there + "-wal", there + "-shm", there} {
		if err := setAside(name, aside+name[len(there):]); err != nil {
			return err
		}
		testOnlyAtRestore("aside" + name[len(there):])
	}
	if err := os.Rename(next, there); err != nil {
		return fmt.Errorf("putting the copy in place: %w", err)
	}
	return files.Sync(dir)
}

func setAside(name, to string) error {
	if err := os.Rename(name, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("setting the old database aside: %w", err)
	}
	return nil
}

// putShred puts the backup's shred secrets where there are none, whole or not at all.
func putShred(dir, from string) error {
	there := filepath.Join(dir, store.SecretsDir, store.ShredFile)
	if err := os.MkdirAll(filepath.Dir(there), 0o700); err != nil {
		return fmt.Errorf("making the folder of secrets: %w", err)
	}
	if err := copyOver(from, there+".next"); err != nil {
		return err
	}
	// What a database that is gone left beside it is not this one's.
	for _, name := range []string{there + "-wal", there + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clearing what old secrets left: %w", err)
		}
	}
	if err := os.Rename(there+".next", there); err != nil {
		return fmt.Errorf("putting the shred secrets in place: %w", err)
	}
	return files.Sync(filepath.Dir(there))
}

// copyOver copies a file, in place of a copy that was cut short.
func copyOver(from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clearing a half-made copy: %w", err)
	}
	return copyFile(from, to)
}

// newName is PATH-N.db for the first N that is free: what an earlier try set
// aside is not lost.
func newName(path string) (string, error) {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s-%d.db", path, n)
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name, nil
		} else if err != nil {
			return "", fmt.Errorf("looking for a free name: %w", err)
		}
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("opening the copy: %w", err)
	}
	defer in.Close()
	return files.WriteStream(to, func(w io.Writer) error {
		if _, err := io.Copy(w, in); err != nil {
			return fmt.Errorf("copying a file: %w", err)
		}
		return nil
	})
}

// settle makes the opened copy safe, in one recorded act, and checks it.
func (p *program) settle(ctx context.Context, in *instance) error {
	report, err := in.store.Log().CheckRecords(ctx, in.store)
	if err != nil {
		return differs{err}
	}
	erased, _ := store.Apart(&report)
	if err := p.problems(report); err != nil {
		return err
	}
	out, _, err := in.desk.Restore(ctx, acts.ConsoleCaller(), erased)
	if err != nil {
		return deed("recording the restore", err)
	}
	testOnlyAtRestore("recorded")
	if report, err = in.store.Log().CheckRecords(ctx, in.store); err != nil {
		return differs{err}
	}
	if err := p.problems(report); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "restored: %d records held to %d leaves\naccounts suspended: %d\nreferrals shut: %d\nauthorisations shut: %d\ntasks shut: %d\nsecrets gone: %d\n",
		report.Checked, report.Checkpoint.Size, out.Suspended, out.Shut, out.Consents, out.Tasks, out.Erased)
	return nil
}
