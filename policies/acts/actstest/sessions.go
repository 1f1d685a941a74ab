package actstest

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"sportello/policies/acts"
)

// Edge keeps in memory what stands before the gate: sessions, attempts and drafts. With
// a Store it is all that signing in needs.
type Edge struct {
	*Store
	mu       sync.Mutex
	sessions []*acts.SessionRow
	pending  map[string]*acts.PendingRow
	counts   map[string]int64
	devices  map[string]int64
	drafts   map[string]*acts.DraftRow
}

// NewEdge is an edge before a store.
func NewEdge(s *Store) *Edge {
	return &Edge{Store: s, pending: map[string]*acts.PendingRow{}, counts: map[string]int64{}, devices: map[string]int64{}, drafts: map[string]*acts.DraftRow{}}
}

func (e *Edge) at(hash []byte) int {
	return slices.IndexFunc(e.sessions, func(r *acts.SessionRow) bool { return bytes.Equal(r.Hash, hash) })
}

// change calls f with a session, if it is there.
func (e *Edge) change(hash []byte, f func(*acts.SessionRow)) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if i := e.at(hash); i >= 0 {
		f(e.sessions[i])
	}
	return nil
}

// remove takes sessions out.
func (e *Edge) remove(which func(*acts.SessionRow) bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sessions = slices.DeleteFunc(e.sessions, which)
	return nil
}

// list copies sessions.
func (e *Edge) list(which func(*acts.SessionRow) bool) (all []*acts.SessionRow, _ error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.sessions {
		if which(r) {
			c := *r
			all = append(all, &c)
		}
	}
	return all, nil
}

// PutSession keeps a new session.
func (e *Edge) PutSession(_ context.Context, r *acts.SessionRow) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := *r
	e.sessions = append(e.sessions, &c)
	return nil
}

// UpdateSession replaces what the version before sealed.
func (e *Edge) UpdateSession(_ context.Context, r *acts.SessionRow) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := e.at(r.Hash)
	if i < 0 || e.sessions[i].Version != r.Version-1 {
		return acts.ErrConflict
	}
	c := *r
	e.sessions[i] = &c
	return nil
}

// Session reads a session.
func (e *Edge) Session(_ context.Context, hash []byte) (*acts.SessionRow, error) {
	all, _ := e.list(func(r *acts.SessionRow) bool { return bytes.Equal(r.Hash, hash) })
	if len(all) == 0 {
		return nil, acts.ErrNoRow
	}
	return all[0], nil
}

// AllSessions lists everybody's.
func (e *Edge) AllSessions(context.Context) ([]*acts.SessionRow, error) {
	return e.list(func(*acts.SessionRow) bool { return true })
}

// SessionsOf lists a person's.
func (e *Edge) SessionsOf(_ context.Context, person string) ([]*acts.SessionRow, error) {
	return e.list(func(r *acts.SessionRow) bool { return r.Person == person })
}

// TouchSession notes that a session was used.
func (e *Edge) TouchSession(_ context.Context, hash []byte, seen int64) error {
	return e.change(hash, func(r *acts.SessionRow) { r.Seen = seen })
}

// CoverSession takes the keys of a generation, and of those before, out.
func (e *Edge) CoverSession(_ context.Context, hash []byte, generation int64) error {
	return e.change(hash, func(r *acts.SessionRow) {
		if r.Generation <= generation {
			r.Covered, r.Sealed, r.Version = true, nil, r.Version+1
		}
	})
}

// EndSession ends one session.
func (e *Edge) EndSession(_ context.Context, hash []byte) error {
	return e.remove(func(r *acts.SessionRow) bool { return bytes.Equal(r.Hash, hash) })
}

// EndSessionsOf ends a person's sessions except one.
func (e *Edge) EndSessionsOf(_ context.Context, person string, except []byte) error {
	return e.remove(func(r *acts.SessionRow) bool { return r.Person == person && !bytes.Equal(r.Hash, except) })
}

// EndAllSessions ends everybody's.
func (e *Edge) EndAllSessions(context.Context) error {
	return e.remove(func(*acts.SessionRow) bool { return true })
}

// Sweep takes out what ended.
func (e *Edge) Sweep(_ context.Context, now int64) error {
	return e.remove(func(r *acts.SessionRow) bool { return r.Ends <= now })
}

// PutPending keeps what waits for its next page.
func (e *Edge) PutPending(_ context.Context, p *acts.PendingRow) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pending[string(p.Hash)] = p
	return nil
}

// Pending reads it.
func (e *Edge) Pending(_ context.Context, hash []byte) (*acts.PendingRow, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pending[string(hash)]; p != nil {
		return p, nil
	}
	return nil, acts.ErrNoRow
}

// TakePending reads it once.
func (e *Edge) TakePending(ctx context.Context, hash []byte) (*acts.PendingRow, error) {
	p, err := e.Pending(ctx, hash)
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.pending, string(hash))
	return p, err
}

// Count raises a counter in its window.
func (e *Edge) Count(_ context.Context, key []byte, window, now int64) (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	k := string(key) + text(now-now%window)
	e.counts[k]++
	return e.counts[k], nil
}

// Uncount takes back one that was counted at a time.
func (e *Edge) Uncount(_ context.Context, key []byte, window, at int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if k := string(key) + text(at-at%window); e.counts[k] > 0 {
		e.counts[k]--
	}
	return nil
}

// KnowDevice remembers a device of a person.
func (e *Edge) KnowDevice(_ context.Context, hash []byte, person string, ends int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.devices[string(hash)+person] = ends
	return nil
}

// DeviceOf tells whether a device is remembered.
func (e *Edge) DeviceOf(_ context.Context, hash []byte, person string, now int64) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.devices[string(hash)+person] > now, nil
}

// PutDraft keeps a draft.
func (e *Edge) PutDraft(_ context.Context, d *acts.DraftRow) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drafts[d.ID] = d
	return nil
}

// Drafts reads a person's.
func (e *Edge) Drafts(_ context.Context, person string) ([]*acts.DraftRow, error) {
	return e.draftsThat(func(d *acts.DraftRow) bool { return d.Person == person }), nil
}

// DraftsOver reads those of that time or before that have a text.
func (e *Edge) DraftsOver(_ context.Context, at int64) ([]*acts.DraftRow, error) {
	return e.draftsThat(func(d *acts.DraftRow) bool { return d.At <= at && len(d.Sealed) > 0 }), nil
}

func (e *Edge) draftsThat(is func(*acts.DraftRow) bool) (all []*acts.DraftRow) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range e.drafts {
		if is(d) {
			all = append(all, d)
		}
	}
	return all
}

// DropDraft forgets one.
func (e *Edge) DropDraft(_ context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.drafts, id)
	return nil
}
