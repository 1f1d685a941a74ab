package accounts

import (
	"context"
	"errors"
	"sync"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
)

// throttle says how often may be tried, and counts what was refused.
type throttle struct {
	*base
	buckets  buckets
	spent    spent
	refusals refusals
}

// ErrBusy says that as many unknown devices wait for their passphrase as may wait;
// nothing was checked or counted.
var ErrBusy = errors.New("too many people sign in at this moment")

// Throttled is ErrThrottled, or ErrBusy, with the time after which to come back.
type Throttled struct {
	After time.Duration
	cause error
}

func (t *Throttled) Error() string { return t.cause.Error() }

// Unwrap is ErrThrottled or ErrBusy.
func (t *Throttled) Unwrap() error { return t.cause }

// limit is how many tries are let through in a window of seconds.
type limit struct{ window, most int64 }

// The limits that are kept across restarts. A device that signed in before has one
// with its person and is bound by no other; so has a session that asks for the
// passphrase again.
var (
	accountLimit    = limit{900, 10}
	globalLimit     = limit{60, 600}
	deviceLimit     = limit{900, 20}
	invitationLimit = limit{900, 20}
)

// busyFor is when somebody for whom there was no slot comes back: nine passphrases
// take about that long.
const busyFor = 5 * time.Second

// try is one attempt that was let through, and what it was counted against: a
// success gives back its own, and nobody else's.
type try struct {
	Address string // whose bucket it took from; empty for somebody known
	Counted []counted
}

// counted is one entry of a durable counter.
type counted struct {
	Key        []byte
	Window, At int64
}

// giveBack undoes what a try was counted for, once it has succeeded. What cannot
// be given back stays counted until its window ends: nobody is turned away for it.
func (d *throttle) giveBack(ctx context.Context, tries ...*try) {
	for _, t := range tries {
		if t == nil {
			continue
		}
		if t.Address != "" {
			d.buckets.giveBack(t.Address, d.gate.Now())
		}
		for _, c := range t.Counted {
			_ = d.store.Uncount(ctx, c.Key, c.Window, c.At)
		}
	}
}

// fromBucket takes one try from the source's bucket in memory. Over it nothing
// else happens: nothing is read, written, stretched, recorded or counted.
func (d *throttle) fromBucket(from From) (*try, error) {
	if wait := d.buckets.take(from.Address, d.gate.Now()); wait > 0 {
		return nil, &Throttled{wait, ErrThrottled}
	}
	return &try{Address: from.Address}, nil
}

// strangerMay refuses, from memory, what is over the limits of the account or of
// the whole service already.
func (d *throttle) strangerMay(name string) error {
	for _, key := range [][]byte{d.throttleKey("account", name), d.throttleKey("all", "")} {
		if err := d.spentBefore(key); err != nil {
			return err
		}
	}
	return nil
}

// strangerCounts counts a stranger's try against the account and the whole
// service, for whoever asks from anywhere, across restarts.
func (d *throttle) strangerCounts(ctx context.Context, t *try, name string, p *acts.Person) error {
	if err := d.count(ctx, t, d.throttleKey("account", name), accountLimit, p.ID); err != nil {
		return err
	}
	return d.count(ctx, t, d.throttleKey("all", ""), globalLimit, "")
}

// known lets a try through of somebody who was here before: by the device that she
// signed in on, or by her open session. It has one count of its own; what strangers
// do from wherever does not bind it.
func (d *throttle) known(ctx context.Context, p *acts.Person, from From, who acts.Caller) (*try, error) {
	key := d.throttleKey("session", string(who.Inside(us).Session))
	if here, err := d.knownDevice(ctx, p, from); err != nil {
		return nil, err
	} else if here {
		key = d.deviceKey(p, from)
	}
	t := &try{}
	return t, d.count(ctx, t, key, deviceLimit, p.ID)
}

func (d *throttle) deviceKey(p *acts.Person, from From) []byte {
	return d.throttleKey("device", p.Username+" "+from.Device)
}

func (d *throttle) throttleKey(kind, what string) []byte {
	m := d.keys.Throttle.MAC(crypto.LabelThrottle, []byte(kind), []byte(what))
	return m[:]
}

// knownDevice tells whether a person signed in on this device before.
func (d *throttle) knownDevice(ctx context.Context, p *acts.Person, from From) (bool, error) {
	if from.Device == "" || p.ID == "" {
		return false, nil
	}
	return d.store.DeviceOf(ctx, crypto.Hash([]byte(from.Device)), p.ID, d.gate.Now().Unix())
}

// count counts a try before anything is verified. Over the limit the try is a
// refusal of whose account it is, and the next ones in the window cost no write.
func (d *throttle) count(ctx context.Context, t *try, key []byte, l limit, person string) error {
	if err := d.spentBefore(key); err != nil {
		return err
	}
	now := d.gate.Now().Unix()
	n, err := d.store.Count(ctx, key, l.window, now)
	if err != nil {
		return err
	}
	if n > l.most {
		until := now - now%l.window + l.window
		d.spent.note(key, until, person, now)
		return d.overLimit(until-now, person)
	}
	t.Counted = append(t.Counted, counted{key, l.window, now})
	return nil
}

// spentBefore refuses what is known to be over its limit, without a look at the
// disk, and counts the refusal.
func (d *throttle) spentBefore(key []byte) error {
	now := d.gate.Now().Unix()
	wait, person, over := d.spent.over(key, now)
	if !over {
		return nil
	}
	return d.overLimit(wait, person)
}

func (d *throttle) overLimit(seconds int64, person string) error {
	d.refusals.add(refusal{policies.SignIn, person}, d.gate.Now().Unix())
	return &Throttled{time.Duration(seconds) * time.Second, ErrThrottled}
}

// spent remembers which durable counters are over their limit, until their window
// ends. What it does not remember is counted on the disk again.
type spent struct {
	mu    sync.Mutex
	until map[string]spentCount
}

type spentCount struct {
	until  int64
	person string
}

// maxSpent bounds it: so many accounts are not over their limit at a time, since
// the whole service's comes first.
const maxSpent = 4096

func (s *spent) note(key []byte, until int64, person string, now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil || len(s.until) >= maxSpent {
		kept := map[string]spentCount{}
		for k, c := range s.until {
			if c.until > now {
				kept[k] = c
			}
		}
		s.until = kept
	}
	if len(s.until) < maxSpent {
		s.until[string(key)] = spentCount{until, person}
	}
}

// over tells whether a counter is over its limit, how many seconds longer, and
// whose it is.
func (s *spent) over(key []byte, now int64) (wait int64, person string, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.until[string(key)]
	return c.until - now, c.person, ok && c.until > now
}
