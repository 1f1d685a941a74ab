package accounts

import "context"

// strangersWaiting is how many unknown devices may wait while one passphrase of
// theirs is stretched. The next is told to come back.
const strangersWaiting = 8

// line is a few places in which Argon2 runs, 64 MiB each, and the people who wait
// for one of them.
type line struct {
	standing chan struct{} // nil: as many as come
	places   chan struct{}
}

// The two lines never meet: whatever strangers do, there is a place for those who
// are known.
func knownLine(places int) line { return line{places: make(chan struct{}, places)} }
func strangersLine() line {
	return line{standing: make(chan struct{}, 1+strangersWaiting), places: make(chan struct{}, 1)}
}

// join stands in the line; ErrBusy at once when it is too long.
func (l line) join() (leave func(), err error) {
	if l.standing == nil {
		return func() {}, nil
	}
	select {
	case l.standing <- struct{}{}:
		return func() { <-l.standing }, nil
	default:
		return nil, &Throttled{busyFor, ErrBusy}
	}
}

// place waits for a place.
func (l line) place(ctx context.Context) (free func(), err error) {
	select {
	case l.places <- struct{}{}:
		return func() { <-l.places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
