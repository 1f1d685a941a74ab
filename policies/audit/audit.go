// Package audit records every decision, allowed or refused, in a tree that shows tampering.
//
// Each act is one leaf of an RFC 6962 Merkle tree, written in the transaction of the act and covered by a
// checkpoint signed in the same transaction. Who can write to the database but holds no key cannot change,
// drop, insert or reorder a leaf, nor roll a row back, without the next start, the next batch or the hourly
// check of the records saying so; who can also put back an older copy of the whole database is found by the
// state file, which lies beside the keys.
//
// It does not defend against who holds the log's signing key: against him only a checkpoint kept elsewhere
// helps, and VerifyBundle compares with one. It keeps no names and no content, decides nothing, and does not
// say that an act was right, only that it was recorded.
package audit

import (
	"errors"
	"fmt"
)

// What callers test for with errors.Is.
var (
	// ErrLogTampered says that leaves, stored hashes and signed checkpoint do not belong together.
	// A TamperError in the chain says where.
	ErrLogTampered = errors.New("the log was tampered with")
	// ErrStateFile says that the state file is missing beside a log that has leaves, or cannot be believed.
	ErrStateFile = errors.New("the log's state file is missing or not genuine")
	// ErrBehindState says that the log is shorter than the state file's checkpoint: an older copy was put back.
	ErrBehindState = errors.New("the log is older than its state file")
	// ErrClock says that the clock is behind the last write, or more than ClockAhead after it.
	ErrClock = errors.New("the clock does not fit the last write of the log")
	// ErrLeaf says that a leaf cannot be written or read as line text.
	ErrLeaf = errors.New("not a leaf of the log")
	// ErrCheckpoint says that a note is not a checkpoint signed by the log's key.
	ErrCheckpoint = errors.New("not a checkpoint of this log")
	// ErrBundle says that a bundle, a key or a checkpoint has not the form of one, before anything could be said of it.
	ErrBundle = errors.New("it cannot be read as what it should be")
	// ErrBatch says that a batch was used out of turn: a second one, or one that is signed or over.
	ErrBatch = errors.New("batch out of turn")
	// ErrReadOnly says that the log was opened with the public key only, or is closed.
	ErrReadOnly = errors.New("the log takes no leaves")
	// ErrDetail says that a sealed detail does not open, or is not the one its leaf commits to.
	ErrDetail = errors.New("not the detail of the leaf")
	// ErrDetailKey says that a detail key belongs to an earlier epoch of the audit unit.
	ErrDetailKey = errors.New("the detail key is of an earlier epoch")
	// ErrNoLeaf says that the log has no leaf of that index.
	ErrNoLeaf = errors.New("no such leaf")
)

// TamperError names what did not fit. Leaf is the index of the first bad leaf, or -1 where the damage cannot
// be pinned on one. It is an ErrLogTampered.
type TamperError struct {
	Leaf int64
	What string
}

func (e *TamperError) Error() string {
	if e.Leaf < 0 {
		return fmt.Sprintf("%v: %s", ErrLogTampered, e.What)
	}
	return fmt.Sprintf("%v: leaf %d: %s", ErrLogTampered, e.Leaf, e.What)
}

// Is makes every TamperError an ErrLogTampered.
func (e *TamperError) Is(target error) bool { return target == ErrLogTampered }
