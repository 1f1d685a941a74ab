package accounts

import "context"

// strangersWaiting is how many unknown devices may wait while one passphrase of
// theirs is stretched. The next is told to come back.
const strangersWaiting = 8

// queue is a semaphore of a few slots in which Argon2 runs, 64 MiB each, and the
// bounded number of those who wait for one.
type queue struct {
	waiting chan struct{} // nil: as many as come
	slots   chan struct{}
}

// knownQueue and strangersQueue share nothing: whatever strangers do, there is a slot
// for those who are known.
func knownQueue(slots int) queue { return queue{slots: make(chan struct{}, slots)} }
func strangersQueue() queue {
	return queue{waiting: make(chan struct{}, 1+strangersWaiting), slots: make(chan struct{}, 1)}
}

// join waits in the queue; ErrBusy at once when it is too long.
func (l queue) join() (leave func(), err error) {
	if l.waiting == nil {
		return func() {}, nil
	}
	select {
	case l.waiting <- struct{}{}:
		return func() { <-l.waiting }, nil
	default:
		return nil, &Throttled{busyFor, ErrBusy}
	}
}

// slot waits for a slot.
func (l queue) slot(ctx context.Context) (free func(), err error) {
	select {
	case l.slots <- struct{}{}:
		return func() { <-l.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
