package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// ClockAhead is how far the clock may be after the last write before somebody must look at it.
const ClockAhead = 60 * 24 * time.Hour

const (
	stateHeader = "sportello log state v1"
	maxState    = maxCheckpoint + 1<<10
)

// state is what lies beside the keys, out of reach of who can write to the database: the last checkpoint
// and when it was written. An empty log's state has no checkpoint.
type state struct {
	At   time.Time // to the second, UTC
	Note []byte
}

// marshal gives three parts: a header line, a time line, and the checkpoint note as it is.
func (s state) marshal() []byte {
	head := fmt.Sprintf("%s\ntime %s\n", stateHeader, s.At.UTC().Format(time.RFC3339))
	return append([]byte(head), s.Note...)
}

// parseState reads what marshal writes and nothing else. It verifies no signature.
func parseState(b []byte) (state, error) {
	bad := fmt.Errorf("reading the state file: %w", ErrStateFile)
	if len(b) > maxState {
		return state{}, bad
	}
	header, rest, _ := strings.Cut(string(b), "\n")
	when, msg, ok := strings.Cut(rest, "\n")
	when, timed := strings.CutPrefix(when, "time ")
	if !ok || !timed || header != stateHeader {
		return state{}, bad
	}
	at, err := time.Parse(time.RFC3339, when)
	if err != nil || at.UTC().Format(time.RFC3339) != when {
		return state{}, bad
	}
	s := state{At: at.UTC()}
	if msg != "" {
		s.Note = []byte(msg)
	}
	return s, nil
}

// readState gives the state and its checkpoint, found false when there is no file.
func readState(path string, verifier note.Verifier) (s state, c Checkpoint, found bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return state{}, Checkpoint{}, false, nil
	}
	if err != nil {
		return state{}, Checkpoint{}, false, fmt.Errorf("reading the state file: %w", err)
	}
	if s, err = parseState(b); err != nil {
		return state{}, Checkpoint{}, false, err
	}
	if s.Note == nil {
		return s, Checkpoint{}, true, nil
	}
	if c, err = openCheckpoint(s.Note, verifier); err != nil {
		return state{}, Checkpoint{}, false, fmt.Errorf("%w: %w", ErrStateFile, err)
	}
	return s, c, true, nil
}

// checkClock compares now with the last write, to the second.
func checkClock(now, last time.Time) error {
	now = now.Truncate(time.Second)
	if now.Before(last) {
		return fmt.Errorf("comparing the clock: behind the last write: %w", ErrClock)
	}
	if now.After(last.Add(ClockAhead)) {
		return fmt.Errorf("comparing the clock: long after the last write: %w", ErrClock)
	}
	return nil
}

// writeState replaces the file at once or not at all; a crash leaves the old or the new one.
func writeState(path string, s state) error {
	tmp := path + ".tmp"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clearing the new state file: %w", err)
	}
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("making the new state file: %w", err)
	}
	_, err = f.Write(s.marshal())
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the new state file: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("replacing the state file: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the state file's folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing the state file's folder: %w", err)
	}
	return nil
}

// keeper writes the newest state in the background: commits hand it over and never wait. What came since the
// last write is written once, as the newest.
type keeper struct {
	path string
	wake chan struct{}
	stop chan struct{}
	done chan struct{}

	mu    sync.Mutex // guards what follows
	next  *state     // not yet written
	err   error      // of the last write
	ended bool
}

func startKeeper(path string, rest func() <-chan time.Time) *keeper {
	k := &keeper{path: path, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go k.run(rest)
	return k
}

func (k *keeper) run(rest func() <-chan time.Time) {
	defer close(k.done)
	for {
		select {
		case <-k.wake:
			k.flush()
		case <-k.stop:
			k.flush()
			return
		}
		if rest != nil {
			select {
			case <-rest():
			case <-k.stop:
			}
		}
	}
}

func (k *keeper) flush() {
	k.mu.Lock()
	s := k.next
	k.next = nil
	k.mu.Unlock()
	if s == nil {
		return
	}
	err := writeState(k.path, *s)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
	if err != nil && k.next == nil {
		k.next = s // Close, or the next commit, tries again
	}
}

func (k *keeper) put(s state) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended {
		return
	}
	k.next = &s
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

func (k *keeper) lastError() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// close writes what is left and waits for it. A second close changes nothing.
func (k *keeper) close() error {
	k.mu.Lock()
	if !k.ended {
		k.ended = true
		close(k.stop)
	}
	k.mu.Unlock()
	<-k.done
	return k.lastError()
}
