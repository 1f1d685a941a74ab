package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/store"
)

// instance is an open data folder:
//
//	DIR/sportello.db        the database, with the log
//	DIR/secrets/shred.db    what makes erasing final; short-lived backups only
//	DIR/secrets/sessions.db in no backup
//	DIR/keys/…              the key files, see keys.go
//	DIR/lock                held by the one process that works here
type instance struct {
	dir    string
	keys   *keys
	lock   *os.File
	store  *store.Store
	gate   *acts.Gate
	door   *accounts.Door
	house  *units.House
	office *office.Office
	desk   *referrals.Desk
}

// opening says how to open an instance. The zero value, with a clock, is the
// ordinary start.
type opening struct {
	now          func() time.Time
	stretches    int
	stretcher    crypto.Stretcher // nil: passphrases are stretched in this process
	clockChecked bool
	fresh        bool // init: files are made
	restoring    bool // restore: an older log is accepted
	stateMayMiss bool // restore --in-place
}

// leastPlaces are one for unknown devices and one that is kept for the known.
const leastPlaces = 2

// The marks of half-done work in a folder.
const restoringMark = "restoring"

// openInstance locks and opens a folder. It makes nothing that is missing but
// the session key and the sessions file.
func openInstance(ctx context.Context, dir string, o opening) (*instance, error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	in := &instance{dir: dir, lock: lock}
	if err := in.start(ctx, o); err != nil {
		lock.Close()
		return nil, err
	}
	return in, nil
}

// boundMemory has the collector work harder before the process outgrows what its
// work needs: what each slot for stretching holds, twice since the last ones are
// garbage by then, and room for the rest. Where a process of its own stretches, with
// a bound of its own, there is none here, and room for one: commands given while it
// runs compute words here. GOMEMLIMIT overrides it.
func boundMemory(slots int) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(64<<20 + int64(slots)*2*crypto.StretchMemory)
	}
}

func (in *instance) start(ctx context.Context, o opening) error {
	if !o.fresh {
		if err := complete(in.dir, o.restoring); err != nil {
			return err
		}
	}
	var err error
	if in.keys, err = readKeys(in.dir, !o.fresh && !o.stateMayMiss); err != nil {
		return err
	}
	in.store, err = store.Open(ctx, store.Options{Dir: in.dir, Audit: audit.Options{SignerKey: in.keys.signer,
		StateFile: keyPath(in.dir, stateFile), Now: o.now, AcceptOlder: o.restoring, ClockChecked: o.clockChecked}})
	if err != nil {
		return explain(err)
	}
	err = in.keys.needCodes(in.dir, len(in.store.Log().Codes()) > 0, o.restoring)
	if err != nil {
		return errors.Join(err, in.store.Close())
	}
	if err := in.wire(o); err != nil {
		return errors.Join(err, in.store.Close())
	}
	return nil
}

// wire builds what stands on the store.
func (in *instance) wire(o opening) error {
	policy, err := policies.New()
	if err != nil {
		return err
	}
	if in.gate, err = acts.NewGate(in.store, policy, in.store.Log(), o.now); err != nil {
		return err
	}
	in.gate.CodesUnder(in.keys.codes)
	in.gate.EvenOut(store.Pace(store.PaceStep))
	places := max(leastPlaces, o.stretches)
	if in.door, err = accounts.NewDoor(in.gate, in.store, in.keys.Keys, places); err != nil {
		return err
	}
	in.house, in.office = in.door.House(), office.New(in.door.House())
	if o.stretcher != nil {
		in.door.StretchWith(o.stretcher)
		places = 1
	}
	boundMemory(places)
	in.desk, err = referrals.NewDesk(in.gate, in.store)
	return err
}

// Close closes the files and lets others in.
func (in *instance) Close() error {
	return errors.Join(in.store.Close(), in.lock.Close())
}

// complete refuses a folder that lacks a database: making an empty one would
// look like an instance that lost everything.
func complete(dir string, restoring bool) error {
	for file, artefact := range map[string]string{
		store.MainFile: "main artefact of the backup (main.db)",
		filepath.Join(store.SecretsDir, store.ShredFile): "shred artefact of the backup (shred.db)",
	} {
		if _, err := os.Stat(filepath.Join(dir, file)); errors.Is(err, fs.ErrNotExist) {
			return refuse(err, "%s is missing: restore it with `sportello restore` from the %s", file, artefact)
		} else if err != nil {
			return fmt.Errorf("looking for %s: %w", file, err)
		}
	}
	_, err := os.Stat(filepath.Join(dir, restoringMark))
	if err == nil && !restoring {
		return refuse(nil, "a restore of this folder was cut short: run it again")
	}
	return nil
}

// lockFolder lets one process work on a folder; the lock ends with it.
func lockFolder(dir string) (*os.File, error) {
	if free, err := empty(dir); err != nil {
		return nil, err
	} else if _, err := os.Stat(filepath.Join(dir, keysDir)); free || errors.Is(err, fs.ErrNotExist) && !anyDatabase(dir) {
		return nil, refuse(err, "there is no data folder here: name it with --dir, or make one with `sportello init`")
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, refuse(err, "another sportello works on this folder")
		}
		return nil, fmt.Errorf("locking the folder: %w", err)
	}
	return f, nil
}

func anyDatabase(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, store.MainFile))
	return err == nil
}

// explain says what can be done about a database that is not opened.
func explain(err error) error {
	switch {
	case errors.Is(err, store.ErrNewerSchema):
		return refuse(err, "%v", store.ErrNewerSchema)
	case errors.Is(err, audit.ErrLogTampered):
		return refuse(err, "%v\nThe database is not the one that keys/log signed: it belongs to another instance, or somebody changed it. "+
			"Nothing was changed now. `sportello audit verify --records` says more; `sportello restore` puts a backup back.", err)
	case errors.Is(err, audit.ErrBehindState):
		return refuse(err, "the database is older than keys/state: an old copy was put back. If that was meant, run `sportello restore`")
	case errors.Is(err, audit.ErrStateFile):
		return refuse(err, "keys/state is missing or not genuine. If the folder was put back on purpose, run `sportello restore --in-place`")
	case errors.Is(err, audit.ErrClock):
		return refuse(err, "%v. Compare the clock; if it is right, start with `sportello serve --clock-checked`", err)
	}
	return refuse(err, "%v", err)
}

// unlike refuses where a file has another schema; any other error stays what it is.
func unlike(err error) error {
	if errors.Is(err, store.ErrSchema) {
		return refuse(err, "%v", err)
	}
	return err
}

// empty tells whether a folder is not there or holds nothing.
func empty(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading the data folder: %w", err)
	}
	return len(entries) == 0, nil
}
