package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sportello/policies/audit"
)

// CopyMain writes a consistent copy of a folder's database to a new file of the
// caller's alone, while acts go on in this process or another. Copy it before the
// shred secrets: the copy must not need a secret that the other copy lacks.
func CopyMain(ctx context.Context, dir, path string) error {
	return copyDurably(ctx, filepath.Join(dir, MainFile), mainFile, path)
}

// CopyShred writes a copy of a folder's shred secrets to a new file of the caller's
// alone. How long such copies are kept is how long erasing takes to be final.
func CopyShred(ctx context.Context, dir, path string) error {
	return copyDurably(ctx, filepath.Join(dir, SecretsDir, ShredFile), secretsFile, path)
}

func copyDurably(ctx context.Context, from string, f file, path string) (err error) {
	db, err := openSource(from, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// SQLite would make the file for everybody; it takes an empty one.
	copied, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("making the copy's file: %w", err)
	}
	err = copyTo(ctx, db, path)
	if err == nil {
		err = copied.Sync()
	}
	if err = errors.Join(err, copied.Close()); err != nil {
		return errors.Join(fmt.Errorf("making the copy durable: %w", err), os.Remove(path))
	}
	return nil
}

// ErrOlderSchema says that a copy was written by an older program: opening it
// as an instance brings it up to date, inspecting it cannot.
var ErrOlderSchema = errors.New("the copy was written by an older version of sportello")

// Inspection says what to look at without changing it.
type Inspection struct {
	Main      string // path of the database
	Shred     string // path of the shred secrets; empty to leave them out
	Sessions  string // path of the sessions, of which only the schema is looked at; empty or not there to leave them out
	Verifier  string // the log's public key
	StateFile string // held against the log; empty for a copy
	Live      bool   // a server may be writing to the files
	Now       func() time.Time
}

// Inspect replays a log and holds every row to it, with the public key alone.
// It opens no sealed column and changes nothing. Details are checked too. In a
// folder that a crash may have left, what it leaves is told apart from damage.
func Inspect(ctx context.Context, i Inspection) (audit.RecordReport, error) {
	s, err := still(ctx, i)
	if err != nil {
		return audit.RecordReport{}, err
	}
	defer s.closeFiles()
	log, err := audit.Open(ctx, audit.Options{Source: source{s}, VerifierKey: i.Verifier, StateFile: i.StateFile,
		Now: i.Now, ClockChecked: true})
	if err != nil {
		return audit.RecordReport{}, fmt.Errorf("opening the log: %w", err)
	}
	report, err := log.CheckRecords(ctx, s)
	if err == nil && i.Live {
		err = s.unfinished(ctx, &report)
	}
	if err != nil {
		return report, err
	}
	details, err := log.CheckDetails(ctx, s.Details())
	report.Checked += details.Checked
	report.Problems = append(report.Problems, details.Problems...)
	return report, err
}

// still opens files only to read them.
func still(ctx context.Context, i Inspection) (*Store, error) {
	for _, path := range []string{i.Main, i.Shred} {
		if _, err := os.Stat(path); path != "" && err != nil {
			return nil, fmt.Errorf("looking for a database file: %w", err)
		}
	}
	s := &Store{}
	var err error
	if s.read, err = openStill(i.Main, mainFile, i.Live); err != nil {
		return nil, err
	}
	if err := sameSchema(ctx, s.read); err != nil {
		s.closeFiles()
		return nil, err
	}
	if i.Shred != "" {
		shred, err := openStill(i.Shred, secretsFile, i.Live)
		if err != nil {
			s.closeFiles()
			return nil, err
		}
		s.secrets = newShredFile(i.Shred, shred, hooks{})
	}
	if err := lookAtSessions(i); err != nil {
		s.closeFiles()
		return nil, err
	}
	return s, nil
}

// lookAtSessions compares the schema of the file of sessions, which a folder may lack.
func lookAtSessions(i Inspection) error {
	if i.Sessions == "" {
		return nil
	}
	if info, err := os.Stat(i.Sessions); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	db, err := openStill(i.Sessions, sessionsFile, i.Live)
	if err != nil {
		return err
	}
	return db.Close()
}

// sameSchema refuses a file whose tables are not those of this program.
func sameSchema(ctx context.Context, db *sql.DB) error {
	var have int64
	if err := db.QueryRowContext(ctx, bind("SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1")).Scan(&have); err != nil {
		return fmt.Errorf("reading the schema version: %w", err)
	}
	all, err := versions(mainFile.folder)
	if err != nil {
		return err
	}
	known := all[len(all)-1]
	if have > known {
		return ErrNewerSchema
	}
	if have < known {
		return ErrOlderSchema
	}
	return nil
}

// unfinished moves in a report what a crash leaves between the commits of the two
// files, and the next start puts right: secrets that no act needs yet, and those of
// the last group that are not deleted yet. An older one that is there again was put
// there by somebody.
func (s *Store) unfinished(ctx context.Context, report *audit.RecordReport) error {
	since, err := s.lastGroup(ctx, report.Checkpoint.Size)
	if err != nil {
		return err
	}
	var damage []audit.RecordProblem
	for _, p := range report.Problems {
		left := false
		switch {
		case p.Table != shredTable || s.secrets == nil:
		case p.Fault == audit.Returned:
			left = p.Last && p.Leaf >= since
		case p.Fault == audit.Unlogged:
			if left, err = s.secrets.ours(ctx, p.ID, report.Checkpoint.Size); err != nil {
				return err
			}
		}
		if left {
			report.Unfinished = append(report.Unfinished, p)
		} else {
			damage = append(damage, p)
		}
	}
	report.Problems = damage
	return nil
}

// groupLeaves is more than one group appends: an act has its leaf, and at times
// that of a new detail key.
const groupLeaves = 2 * groupMax

// lastGroup is how many leaves there were before the last group. The table of
// checkpoints says it, and it is believed only as far as a group reaches.
func (s *Store) lastGroup(ctx context.Context, size int64) (since int64, err error) {
	err = s.read.QueryRowContext(ctx, bind("SELECT coalesce(max(size), 0) FROM checkpoint WHERE size < $1"), size).Scan(&since)
	if err != nil {
		return 0, fmt.Errorf("reading the checkpoint before the last: %w", err)
	}
	return max(since, size-groupLeaves), nil
}

// Apart takes the faults of shred secrets out of a report on a copy: the ones
// erased since (a leaf names them, they are gone) and the ones made since. A
// copy of the database and today's secrets differ in exactly these. What stays
// in the report is damage.
func Apart(report *audit.RecordReport) (erased, newer []string) {
	var kept []audit.RecordProblem
	for _, p := range report.Problems {
		switch {
		case p.Table == shredTable && p.Fault == audit.Missing:
			erased = append(erased, p.ID)
		case p.Table == shredTable && (p.Fault == audit.Unlogged || p.Fault == audit.Returned):
			newer = append(newer, p.ID)
		default:
			kept = append(kept, p)
		}
	}
	report.Problems = kept
	return erased, newer
}

// shredTable is the name under which leaves mark shred secrets.
const shredTable = "shred"
