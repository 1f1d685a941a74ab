package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sportello/policies/accounts"
	"sportello/referrals/store"

	"github.com/spf13/cobra"
)

// restoring is what a restore was asked for.
type restoring struct {
	main, shred string
	inPlace     bool
}

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
The key files come from keys.age first: age -d -i recovery.txt keys.age | tar -xC DIR/keys

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
	k, err := readKeys(dir, !r.inPlace)
	if err != nil {
		return err
	}
	if err := r.look(ctx, dir, k.public); err != nil {
		return err
	}
	mark := filepath.Join(dir, restoringMark)
	if err := replaceFile(mark, nil); err != nil {
		return err
	}
	if err := r.put(dir); err != nil {
		return err
	}
	in := &instance{dir: dir, lock: lock}
	err = in.open(ctx, opening{now: time.Now, stretches: 1, clockChecked: p.yes("clock-checked"), restoring: true, stateMayMiss: r.inPlace})
	if err != nil {
		return err
	}
	if err := errors.Join(p.settle(ctx, in), in.store.Close()); err != nil {
		return err
	}
	// A new session key: no cookie of before opens anything.
	if err := os.Remove(keyPath(dir, sessionFile)); err != nil {
		return fmt.Errorf("ending all sessions: %w", err)
	}
	if err := os.Remove(mark); err != nil {
		return fmt.Errorf("ending the restore: %w", err)
	}
	return syncFolder(dir)
}

// look holds the copy to its own log before anything is replaced.
func (r restoring) look(ctx context.Context, dir, public string) error {
	shred := filepath.Join(dir, store.SecretsDir, store.ShredFile)
	_, err := os.Stat(shred)
	gone := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !gone:
		return fmt.Errorf("looking for the shred secrets: %w", err)
	case r.shred != "" && !gone:
		return refuse(nil, "the shred secrets of today are there, and know what was erased since: leave --shred out")
	case r.shred == "" && gone:
		return refuse(err, "secrets/shred.db is missing: give the backup's with --shred")
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
		if err := os.MkdirAll(filepath.Join(dir, store.SecretsDir), 0o700); err != nil {
			return fmt.Errorf("making the folder of secrets: %w", err)
		}
		if err := copyFile(r.shred, filepath.Join(dir, store.SecretsDir, store.ShredFile)); err != nil {
			return err
		}
	}
	if r.main == "" {
		return nil
	}
	there := filepath.Join(dir, store.MainFile)
	next := there + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clearing a half-made copy: %w", err)
	}
	if err := copyFile(r.main, next); err != nil {
		return err
	}
	// The write-ahead log belongs to the database that goes.
	aside, err := newName(filepath.Join(dir, "replaced"))
	if err != nil {
		return err
	}
	for _, name := range []string{there, there + "-wal", there + "-shm"} {
		to := aside + name[len(there):]
		if err := os.Rename(name, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("setting the old database aside: %w", err)
		}
	}
	if err := os.Rename(next, there); err != nil {
		return fmt.Errorf("putting the copy in place: %w", err)
	}
	return syncFolder(dir)
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
	return writeStream(to, func(w io.Writer) error {
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
	out, _, err := in.desk.Restore(ctx, accounts.ConsoleCaller(), erased)
	if err != nil {
		return deed("recording the restore", err)
	}
	if report, err = in.store.Log().CheckRecords(ctx, in.store); err != nil {
		return differs{err}
	}
	if err := p.problems(report); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "restored: %d records held to %d leaves\naccounts suspended: %d\nreferrals shut: %d\nsecrets gone: %d\n",
		report.Checked, report.Checkpoint.Size, out.Suspended, out.Shut, out.Erased)
	return nil
}
