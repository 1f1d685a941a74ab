package accounts

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// How often a leaf says how many were refused: for an account, and for all that
// belongs to nobody.
const (
	refusedEvery = 900
	nobodyEvery  = 60
)

// refusal is what was refused to whom: a person's pseudonym, or empty for a name
// or a code that nobody has.
type refusal struct {
	action policies.Action
	person string
}

// refused is how many refusals no leaf has told yet, and when the last one did.
type refused struct{ count, said int64 }

// refusals counts what is refused at the door, known and unknown names alike, and
// costs the one who is refused nothing. Leaves that tell the numbers are written
// beside it, so that a stranger can neither fill the log nor time its writing.
type refusals struct {
	mu      sync.Mutex // guards all
	all     map[refusal]*refused
	telling sync.Mutex // one at a time
}

func (r *refusals) add(what refusal, now int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = map[refusal]*refused{}
	}
	one := r.all[what]
	if one == nil {
		one = &refused{said: now - refusedEvery}
		r.all[what] = one
	}
	one.count++
}

// due takes what a leaf may tell now, or whatever is left, and forgets what has
// been quiet.
func (r *refusals) due(now int64, left bool) map[refusal]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := map[refusal]int64{}
	for what, one := range r.all {
		every := int64(refusedEvery)
		if what.person == "" {
			every = nobodyEvery
		}
		switch waited := now - one.said; {
		case one.count > 0 && (left || waited >= every || waited < 0):
			found[what] = one.count
			one.count, one.said = 0, now
		case one.count == 0 && waited >= every:
			delete(r.all, what)
		}
	}
	return found
}

// putBack counts again what could not be told.
func (r *refusals) putBack(what refusal, n, now int64) {
	r.add(what, now)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[what].count += n - 1
	r.all[what].said = now - refusedEvery
}

// RecordRefusals writes the leaves that are due for what was refused at the door:
// at most one for an account and quarter of an hour, and one a minute for all
// names nobody has. With left it writes what is not told yet, for the end of the
// service.
func (d *throttle) RecordRefusals(ctx context.Context, left bool) error {
	d.refusals.telling.Lock()
	defer d.refusals.telling.Unlock()
	now := d.gate.Now().Unix()
	var errs []error
	for what, n := range d.refusals.due(now, left) {
		if err := d.tell(ctx, what, n); err != nil {
			d.refusals.putBack(what, n, now)
			errs = append(errs, fmt.Errorf("recording what was refused: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (d *throttle) tell(ctx context.Context, what refusal, n int64) error {
	who := what.person
	if who == "" {
		who = "nobody"
	}
	object := "person:" + who
	if what.action == policies.InvitationAccept {
		object = "none"
	}
	leaf := audit.Leaf{Day: d.gate.Day(), Actor: who, Unit: "none", Action: string(what.action),
		Object: object, Outcome: audit.Refused, Rules: []string{"credentials"}, Count: n}
	_, err := d.store.Do(ctx, acts.Work{Do: func(tx acts.Tx) error { return tx.Record(leaf, nil) }})
	return err
}
