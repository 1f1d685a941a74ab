package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/store"
)

// Restore puts a copy of the database back beside today's shred secrets, and
// settles it as `sportello restore` does.
func (w *World) Restore(from string) referrals.Restored {
	t := w.T
	t.Helper()
	ctx := context.Background()
	w.Close()
	main := filepath.Join(w.Dir, store.MainFile)
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{main + "-wal", main + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(main, b, 0o600); err != nil {
		t.Fatal(err)
	}
	w.Accept = true
	w.Open()
	w.Accept = false
	report := w.CheckRecords()
	erased, _ := store.Apart(&report)
	if len(report.Problems) != 0 {
		t.Fatalf("checking the copy: %v", report.Problems)
	}
	out, _, err := w.Desk.Restore(ctx, acts.ConsoleCaller(), erased)
	if err != nil {
		t.Fatalf("recording the restore: %v", err)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the restored records: %v", r.Problems)
	}
	return out
}
