package accounts

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// liveSessions says whether a session still holds, and ends it.
type liveSessions struct {
	*base
	unrecorded unrecorded // sessions that ended while the log took no leaf
	sweeping   sync.Mutex // guards missing
	missing    map[string]bool
}

// A session stands in the log. The leaf of sign-in and of step-up marks it open;
// what covers or ends it is a leaf of its own, or of the act that ends it. The row
// in the sessions file only holds the keys: one that is put back, by whatever
// means, stands as the newest leaf says, which is held in memory, and so does one
// whose change came late or was never carried out.

// sessionState is how a session stands.
type sessionState string

const (
	sessionGone    sessionState = ""        // ended, or never in the log
	sessionOver    sessionState = "over"    // ended by time; whose it was stays known, to keep for her what she typed
	sessionCovered sessionState = "covered" // her passphrase brings the keys back
	sessionOpen    sessionState = "open"
)

// sessionStates are those that the log names, from the first to the last.
var sessionStates = []sessionState{sessionOpen, sessionCovered, sessionOver}

// worse tells whether a session that stands as s is further from open than as t.
func (s sessionState) worse(t sessionState) bool { return s.rank() > t.rank() }

func (s sessionState) rank() int {
	for i, t := range sessionStates {
		if s == t {
			return i
		}
	}
	return len(sessionStates)
}

// markOf is what a leaf says of a session. A generation is the time from a
// passphrase to the next one; what must not change enters the digest. The sealed
// keys do not: they are fetched anew with each epoch.
func markOf(r *acts.SessionRow, generation int64, s sessionState) audit.RowMark {
	id := r.MarkID()
	return audit.RowMark{Table: audit.SessionTable, ID: id, Version: generation, Gone: s == sessionGone,
		Digest: crypto.RowDigest(audit.SessionTable, id, generation, r.Created, r.Ends, string(s))}
}

// stateBy is the state that a mark says of the session. A row that says another
// beginning or end than the mark is of no session.
func stateBy(r *acts.SessionRow, m audit.SessionMark) sessionState {
	for _, s := range sessionStates {
		if m.Is(markOf(r, m.Version, s)) {
			return s
		}
	}
	return sessionGone
}

// stands asks how a session stands: the log, and what this process could not
// write to it.
func (d *liveSessions) stands(r *acts.SessionRow) (s sessionState, generation int64) {
	m, ok := d.gate.Log().Session(r.MarkID())
	if !ok {
		return sessionGone, 0
	}
	s = stateBy(r, m)
	if here := d.unrecorded.of(r); here.worse(s) {
		s = here
	}
	return s, m.Version
}

// moveSession marks, in the leaf of an act, that a session is covered or ended. It
// never brings one nearer to open, and leaves one that ended alone.
func moveSession(tx acts.Tx, r *acts.SessionRow, to sessionState) {
	m, ok := tx.Session(r.MarkID())
	if ok && to.worse(stateBy(r, m)) {
		tx.Mark(markOf(r, m.Version, to))
	}
}

// ErrUnrecorded says that a session was covered or ended in this process alone:
// the log takes no leaf. It holds until the process ends; the sweep writes it down
// as soon as it can.
var ErrUnrecorded = errors.New("the end of a session is not recorded")

// Cover takes the keys out of the session at once. It is covered in any case;
// ErrUnrecorded when the log could not say so.
func (d *liveSessions) Cover(ctx context.Context, who acts.Caller) error {
	return d.move(ctx, who, policies.SessionCover, sessionCovered)
}

// SignOut ends the caller's session. It has ended in any case; ErrUnrecorded when
// the log could not say so.
func (d *liveSessions) SignOut(ctx context.Context, who acts.Caller) error {
	return d.move(ctx, who, policies.SessionClose, sessionGone)
}

// move covers or ends a session with a leaf, and then changes its row. What
// becomes of the row decides nothing; the sweep looks after it again.
func (d *liveSessions) move(ctx context.Context, who acts.Caller, a policies.Action, to sessionState) error {
	if who.Inside(us).Row == nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // a closed tab must not leave a session half ended
	err := d.recordMove(ctx, who, a, to)
	if err != nil {
		d.unrecorded.put(who.Inside(us).Row, to)
		err = fmt.Errorf("%w: %w", ErrUnrecorded, err)
	}
	_ = d.changeRow(ctx, who.Inside(us).Row, who.Inside(us).Generation, to)
	return err
}

func (d *liveSessions) recordMove(ctx context.Context, who acts.Caller, a policies.Action, to sessionState) error {
	bare := who
	bare.Inside(us).Covered, bare.Inside(us).Epochs, bare.Inside(us).Kept = true, nil, false // it needs no key, and no newest one
	_, err := acts.Do(ctx, d.gate, d.store.Look, bare, a, func(_ acts.Reader, act *acts.Act) error {
		act.Commit = func(tx acts.Tx) error {
			moveSession(tx, who.Inside(us).Row, to)
			return nil
		}
		return act.Allow(policies.Object{Kind: policies.KindPerson, ID: who.Person(), Person: who.Person(), Unit: act.Who.Unit()})
	})
	return err
}

// changeRow takes the keys out of a row, or the row away.
func (d *liveSessions) changeRow(ctx context.Context, r *acts.SessionRow, generation int64, s sessionState) error {
	if s == sessionGone {
		return d.store.EndSession(ctx, r.Hash)
	}
	return d.store.CoverSession(ctx, r.Hash, generation)
}

// dropRows takes the rows of sessions away that an act has ended with its leaf.
// One that stays opens nothing, and the sweep tries again.
func (d *liveSessions) dropRows(ctx context.Context, person string, kept acts.Caller) {
	_ = d.store.EndSessionsOf(ctx, person, kept.Inside(us).Session)
}

// unrecorded are the sessions that ended, or were covered, while the log took no
// leaf. They are no more than there were sessions.
type unrecorded struct {
	mu    sync.RWMutex
	moved map[string]movedSession
}

type movedSession struct {
	row *acts.SessionRow
	to  sessionState
}

func (u *unrecorded) of(r *acts.SessionRow) sessionState {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if m, ok := u.moved[string(r.Hash)]; ok {
		return m.to
	}
	return sessionOpen
}

func (u *unrecorded) put(r *acts.SessionRow, to sessionState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.moved == nil {
		u.moved = map[string]movedSession{}
	}
	if was, ok := u.moved[string(r.Hash)]; !ok || to.worse(was.to) {
		u.moved[string(r.Hash)] = movedSession{r, to}
	}
}

// forget takes a session out that is recorded as s or worse now.
func (u *unrecorded) forget(r *acts.SessionRow, s sessionState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if was, ok := u.moved[string(r.Hash)]; ok && !was.to.worse(s) {
		delete(u.moved, string(r.Hash))
	}
}

func (u *unrecorded) all() []movedSession {
	u.mu.RLock()
	defer u.mu.RUnlock()
	var all []movedSession
	for _, m := range u.moved {
		all = append(all, m)
	}
	return all
}

// byTime is how a session stands by its times alone.
func byTime(r *acts.SessionRow, now time.Time) sessionState {
	idle := now.Sub(time.Unix(r.Seen, 0))
	switch {
	case now.Unix() >= r.Ends:
		return sessionGone
	case idle > idleAfter:
		return sessionOver
	case idle > coverAfter:
		return sessionCovered
	}
	return sessionOpen
}

// Sweep ends what time has ended, with one leaf for all sessions that it covers
// or ends; none where there are none. It writes down what could not be, and takes
// the keys out of rows where that was not carried out.
func (d *liveSessions) Sweep(ctx context.Context) error {
	d.sweeping.Lock()
	defer d.sweeping.Unlock()
	now := d.gate.Now()
	rows, err := d.store.AllSessions(ctx)
	if err != nil {
		return err
	}
	moves := d.overdue(rows, now)
	lost := d.lost(rows)
	if len(moves)+len(lost) > 0 {
		if err := d.recordSweep(ctx, moves, lost); err != nil {
			return err
		}
	}
	errs := []error{d.loseDrafts(ctx, now), d.store.Sweep(ctx, now.Unix())}
	for _, r := range rows {
		errs = append(errs, d.tidy(ctx, r, now))
	}
	return errors.Join(errs...)
}

// overdue are the sessions that stand nearer to open than their time says, or
// than they were left in this process.
func (d *liveSessions) overdue(rows []*acts.SessionRow, now time.Time) []movedSession {
	moves := d.unrecorded.all()
	for _, r := range rows {
		m, ok := d.gate.Log().Session(r.MarkID())
		if want := byTime(r, now); ok && want.worse(stateBy(r, m)) {
			moves = append(moves, movedSession{r, want})
		}
	}
	return moves
}

// lost are the sessions that the log names while their rows were missing now and
// at the sweep before: nothing can open them, unless somebody has the rows.
func (d *liveSessions) lost(rows []*acts.SessionRow) []string {
	there := map[string]bool{}
	for _, r := range rows {
		there[r.MarkID()] = true
	}
	missing := map[string]bool{}
	var lost []string
	for _, id := range d.gate.Log().Sessions("") {
		if there[id] {
			continue
		}
		missing[id] = true
		if d.missing[id] {
			lost = append(lost, id)
		}
	}
	d.missing = missing
	return lost
}

func (d *liveSessions) recordSweep(ctx context.Context, moves []movedSession, lost []string) error {
	leaf := audit.Leaf{Day: d.gate.Day(), Actor: "nobody", Unit: "none", Action: string(policies.SessionClose), Object: "session",
		Outcome: audit.Allowed, Rules: []string{"time"}, Count: int64(len(moves) + len(lost))}
	_, err := d.store.Do(ctx, acts.Work{Do: func(tx acts.Tx) error {
		for _, m := range moves {
			moveSession(tx, m.row, m.to)
		}
		for _, id := range lost {
			if m, ok := tx.Session(id); ok {
				tx.Mark(audit.RowMark{Table: audit.SessionTable, ID: id, Version: m.Version, Gone: true})
			}
		}
		return tx.Record(leaf, nil)
	}})
	if err != nil {
		return fmt.Errorf("recording the sessions that ended: %w", err)
	}
	for _, m := range moves {
		d.unrecorded.forget(m.row, m.to)
	}
	return nil
}

// openingFor is how long a row may wait for the leaf that opens it.
const openingFor = time.Minute

// tidy makes a row hold no more than its session may.
func (d *liveSessions) tidy(ctx context.Context, r *acts.SessionRow, now time.Time) error {
	s, generation := d.stands(r)
	switch {
	case s == sessionGone && now.Sub(time.Unix(r.Created, 0)) < openingFor:
		return nil // its leaf may be on the way
	case s == sessionGone, s != sessionOpen && r.Sealed != nil:
		return d.changeRow(ctx, r, generation, s)
	}
	return nil
}
