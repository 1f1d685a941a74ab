package accounts

import (
	"context"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// A draft is a form that was typed and not sent. One that an open session left, as
// it was covered, comes back into its form. One that arrived without an open
// session, from whoever held its cookie, is late: she reads it, with its day and
// time, and says whether it is hers, before anything of it enters a form.

const (
	// draftFor is how long a draft waits for its writer, and lostFor how long it is
	// remembered that there was one.
	draftFor = time.Hour
	lostFor  = 30 * 24 * time.Hour
	// mostLate bounds what waits for one person: the oldest makes room.
	mostLate = 5
)

func draftContext(person, id string) crypto.WrapContext {
	return crypto.WrapContext{Purpose: "draft", Person: person, Record: id}
}

// turn counts, in the log, how often drafts were given back to somebody. A draft holds
// for the turn that it was kept in: a row that comes back after its use is none.
func (d *base) turn(person string) int64 {
	m, _ := d.gate.Log().Session(audit.DraftsID(person))
	return m.Version
}

// nextTurn marks in the leaf of an act that drafts are given back to somebody.
func nextTurn(tx acts.Tx, person string) {
	id := audit.DraftsID(person)
	m, _ := tx.Session(id)
	tx.Mark(audit.RowMark{Table: audit.SessionTable, ID: id, Version: m.Version + 1,
		Digest: crypto.RowDigest(audit.SessionTable, id, m.Version+1)})
}

// draftMAC binds a draft to this service and to a turn: anybody can seal to a public
// key, and whether it is late, or gone, must not be for the file to say.
func (d *base) draftMAC(r *acts.DraftRow, turn int64) []byte {
	kind := []byte("in time")
	switch {
	case len(r.Sealed) == 0:
		kind = []byte("gone")
	case r.Late:
		kind = []byte("late")
	}
	m := d.keys.Session.MAC(crypto.LabelDraft, []byte(r.ID), []byte(r.Person), kind,
		binary.BigEndian.AppendUint64(nil, uint64(r.At)), binary.BigEndian.AppendUint64(nil, uint64(turn)), crypto.Hash(r.Sealed))
	return m[:]
}

func (d *base) genuine(r *acts.DraftRow, turn int64) bool {
	return hmac.Equal(r.MAC, d.draftMAC(r, turn))
}

// KeepDraft seals what an open session held to the public key of its person: it
// comes back into its form after the next passphrase, to her alone.
func (d *sessions) KeepDraft(ctx context.Context, person string, text []byte) error {
	return d.keepDraft(ctx, person, text, false)
}

// KeepLate keeps likewise what arrived while a session was covered or had just
// ended: nothing typed is lost, and nothing comes back unasked.
func (d *sessions) KeepLate(ctx context.Context, person string, text []byte) error {
	return d.keepDraft(ctx, person, text, true)
}

func (d *sessions) keepDraft(ctx context.Context, person string, text []byte, late bool) error {
	var p acts.Person
	if err := d.look(ctx, func(r acts.Reader) error { return r.Get(&p, person) }); err != nil {
		return fmt.Errorf("reading whom a draft is for: %w", err)
	}
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return fmt.Errorf("reading a recipient: %w", err)
	}
	now := d.gate.Now()
	row := &acts.DraftRow{ID: crypto.NewID(), Person: person, At: now.Unix(), Ends: now.Add(lostFor).Unix(), Late: late}
	if row.Sealed, err = crypto.SealPadded(to, draftContext(person, row.ID), text); err != nil {
		return fmt.Errorf("sealing a draft: %w", err)
	}
	turn := d.turn(person)
	row.MAC = d.draftMAC(row, turn)
	if err := d.store.PutDraft(ctx, row); err != nil {
		d.unwritten.put(row) // sealed all the same, and hers as long as the process lives
		return nil
	}
	d.makeRoom(ctx, row, turn)
	return nil
}

// makeRoom lets one draft come back into its form, the newest, and offers the others;
// of what is too much, the oldest is gone.
func (d *sessions) makeRoom(ctx context.Context, row *acts.DraftRow, turn int64) {
	rows, err := d.store.Drafts(ctx, row.Person)
	if err != nil {
		return
	}
	var late []*acts.DraftRow
	for _, r := range rows {
		if len(r.Sealed) == 0 || !d.genuine(r, turn) {
			continue
		}
		if !r.Late && !row.Late && r.ID != row.ID {
			r.Late = true
			r.MAC = d.draftMAC(r, turn)
			_ = d.store.PutDraft(ctx, r)
		}
		if r.Late {
			late = append(late, r)
		}
	}
	for _, r := range late[:max(0, len(late)-mostLate)] {
		_ = d.loseDraft(ctx, r, turn) // the next one tries again
	}
}

// loseDraft takes the text of a draft out and leaves that there was one.
func (d *base) loseDraft(ctx context.Context, r *acts.DraftRow, turn int64) error {
	r.Sealed = crypto.Sealed{}
	r.MAC = d.draftMAC(r, turn)
	return d.store.PutDraft(ctx, r)
}

// loseDrafts does so with those whose hour is over.
func (d *base) loseDrafts(ctx context.Context, now time.Time) error {
	rows, err := d.store.DraftsOver(ctx, now.Add(-draftFor).Unix())
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range rows {
		if turn := d.turn(r.Person); d.genuine(r, turn) {
			errs = append(errs, d.loseDraft(ctx, r, turn))
		} else {
			errs = append(errs, d.store.DropDraft(ctx, r.ID))
		}
	}
	return errors.Join(errs...)
}

// drafts opens what waits for a person, with the identity that her passphrase just
// opened: the draft of an open session, the late ones, and when something was typed
// that is gone. What is not genuine, or not to be opened, is no draft. The late ones, and
// those that her session before held, wait on until she said what becomes of them.
func (d *sessions) drafts(ctx context.Context, c *acts.Caller, held []*acts.LateDraft) (taken []*acts.DraftRow) {
	now, turn := d.gate.Now().Unix(), d.turn(c.Person())
	rows, err := d.store.Drafts(ctx, c.Person())
	if err != nil {
		rows = nil
	}
	in := c.Inside(us)
	in.Late = nil
	for _, l := range held {
		in.Late = append(in.Late, &acts.LateDraft{ID: l.ID, At: l.At, Turn: turn, Text: l.Text})
	}
	for _, r := range append(rows, d.unwritten.of(c.Person())...) {
		switch {
		case !d.genuine(r, turn), slices.ContainsFunc(held, func(l *acts.LateDraft) bool { return l.ID == r.ID }):
			continue
		case len(r.Sealed) == 0, now-r.At >= int64(draftFor/time.Second):
			if now-r.At < int64(lostFor/time.Second) {
				in.Lost = max(in.Lost, r.At)
			}
			taken = append(taken, r)
			continue
		}
		text, err := crypto.OpenPadded(in.Identity, draftContext(c.Person(), r.ID), r.Sealed)
		if err != nil {
			continue
		}
		if r.Late {
			in.Late = append(in.Late, &acts.LateDraft{ID: r.ID, At: r.At, Turn: turn, Text: text})
			continue
		}
		in.Draft = text
		taken = append(taken, r)
	}
	if len(taken) > 0 {
		for _, late := range in.Late {
			late.Turn = turn + 1
		}
	}
	return taken
}

// dropDrafts forgets drafts that were given back, in the turn that began with the leaf
// of that act, and takes what still waits into the new turn.
func (d *sessions) dropDrafts(ctx context.Context, person string, used []*acts.DraftRow) {
	if len(used) == 0 {
		return
	}
	for _, r := range used {
		d.unwritten.drop(r.ID)
		_ = d.store.DropDraft(ctx, r.ID) // its turn is over
	}
	rows, _ := d.store.Drafts(ctx, person)
	turn := d.turn(person)
	for _, r := range append(rows, d.unwritten.of(person)...) {
		if d.genuine(r, turn-1) && !slices.ContainsFunc(used, func(u *acts.DraftRow) bool { return u.ID == r.ID }) {
			r.MAC = d.draftMAC(r, turn)
			if !d.unwritten.has(r.ID) {
				_ = d.store.PutDraft(ctx, r)
			}
		}
	}
}

// DropDraft forgets the draft that a session gave back.
func (d *sessions) DropDraft(ctx context.Context, who acts.Caller) error {
	if len(who.Draft()) == 0 {
		return nil
	}
	return d.HoldDraft(ctx, who, nil)
}

// HoldDraft keeps what was typed in the open session that typed it, sealed with
// its keys, until the next form of that session; it ends with the session.
func (d *sessions) HoldDraft(ctx context.Context, who acts.Caller, text []byte) error {
	return d.rewrite(ctx, who, func(c *acts.Caller) { c.Inside(us).Draft = text })
}

// Late is the caller's late draft; ErrOver when there is none.
func (d *sessions) Late(ctx context.Context, who acts.Caller) (*acts.LateDraft, error) {
	if who.Late() == nil {
		return nil, ErrOver
	}
	_, err := d.askDraft(ctx, who)
	return who.Late(), err
}

// TakeLate makes the late draft of that id the one that comes back into its form;
// ErrOver when there is none any more.
func (d *sessions) TakeLate(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return d.settleLate(ctx, who, id, true)
}

// DropLate forgets the late draft of that id; ErrOver when there is none any more.
func (d *sessions) DropLate(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return d.settleLate(ctx, who, id, false)
}

func (d *sessions) settleLate(ctx context.Context, who acts.Caller, id string, take bool) (audit.Receipt, error) {
	late := who.Late()
	if late == nil || late.ID != id {
		return audit.Receipt{}, ErrOver
	}
	receipt, err := d.ask(ctx, who, func(tx acts.Tx) error {
		nextTurn(tx, who.Person())
		return nil
	})
	if err != nil {
		return receipt, err
	}
	err = d.rewrite(ctx, who, func(c *acts.Caller) {
		if take {
			c.Inside(us).Draft = late.Text
		}
		c.Inside(us).Late = nil
		for _, l := range who.Inside(us).Late {
			if l.ID != id {
				c.Inside(us).Late = append(c.Inside(us).Late, &acts.LateDraft{ID: l.ID, At: l.At, Turn: d.turn(who.Person()), Text: l.Text})
			}
		}
	})
	if err != nil {
		return receipt, err
	}
	d.dropDrafts(ctx, who.Person(), []*acts.DraftRow{{ID: id}})
	return receipt, nil
}

// askDraft decides and records that somebody sees to her own unfinished form.
func (d *sessions) askDraft(ctx context.Context, who acts.Caller) (audit.Receipt, error) {
	return d.ask(ctx, who, nil)
}

func (d *sessions) ask(ctx context.Context, who acts.Caller, commit func(acts.Tx) error) (audit.Receipt, error) {
	return acts.Do(ctx, d.gate, d.store.Look, who, policies.DraftKeep, func(_ acts.Reader, act *acts.Act) error {
		act.Commit = commit
		return act.Allow(policies.Object{Kind: policies.KindPerson, ID: who.Person(), Person: who.Person(), Unit: act.Who.Unit()})
	})
}

// unwritten are drafts that the disk did not take: for each person the newest of
// either kind.
type unwritten struct {
	mu   sync.Mutex
	rows map[string]*acts.DraftRow
}

func (u *unwritten) put(r *acts.DraftRow) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.rows == nil {
		u.rows = map[string]*acts.DraftRow{}
	}
	key := r.Person
	if r.Late {
		key += " late"
	}
	u.rows[key] = r
}

func (u *unwritten) of(person string) []*acts.DraftRow {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all []*acts.DraftRow
	for _, r := range u.rows {
		if r.Person == person {
			all = append(all, r)
		}
	}
	return all
}

func (u *unwritten) has(id string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, r := range u.rows {
		if r.ID == id {
			return true
		}
	}
	return false
}

func (u *unwritten) drop(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for key, r := range u.rows {
		if r.ID == id {
			delete(u.rows, key)
		}
	}
}
