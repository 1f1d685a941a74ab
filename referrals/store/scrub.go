package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/policies/acts"
)

// Erasing a secret makes what was sealed under it unreadable. What an act takes out
// of the main file besides, a package that she took back, is overwritten there, but
// stays in the write-ahead log until that is truncated: so an erasure is answered
// once it was. A reader who began before keeps the log from being truncated; the
// writer does not wait for him, and tries again between its groups.

const (
	scrubPatience = "100" // ms that a try waits for readers, in which nothing is written
	truncateEvery = 250 * time.Millisecond
)

// scrubWait is how long an erasure waits for readers before it is answered as
// unfinished. The tries go on.
var scrubWait = 20 * time.Second

// scrubber is the writer's: what it still owes to who erased something.
type scrubber struct {
	c       *conn
	owed    bool // something was taken out since the log was truncated last
	waiting []*job
	since   time.Time // of the first that waits
}

func newScrubber(ctx context.Context, s *Store) (*scrubber, error) {
	c, err := newConn(ctx, s.main, hooks{})
	if err != nil {
		return nil, err
	}
	if _, err := c.c.ExecContext(ctx, patient); err != nil {
		return nil, errors.Join(fmt.Errorf("preparing to truncate the write-ahead log: %w", err), c.close())
	}
	return &scrubber{c: c}, nil
}

// later takes an act that erased something and is durable; it is answered by try.
func (b *scrubber) later(j *job) {
	if len(b.waiting) == 0 {
		b.since = time.Now()
	}
	b.owed, b.waiting = true, append(b.waiting, j)
}

// try truncates the log if that is owed, and answers who waited for it.
func (b *scrubber) try(answer func(*job)) {
	if !b.owed {
		return
	}
	err := checkpoint(context.Background(), b.c.c)
	if errors.Is(err, errBusy) && time.Since(b.since) < scrubWait {
		return
	}
	b.owed = err != nil
	for _, j := range b.waiting {
		if err != nil {
			j.err = &acts.Unfinished{Receipt: j.receipt, Erasing: true, Cause: err}
		}
		answer(j)
	}
	b.waiting = nil
}

// again is when to try again, or never.
func (b *scrubber) again() <-chan time.Time {
	if !b.owed {
		return nil
	}
	return time.After(truncateEvery)
}

// end tries once more and lets nobody wait.
func (b *scrubber) end(answer func(*job)) {
	b.since = time.Time{}
	b.try(answer)
	b.c.close()
}
