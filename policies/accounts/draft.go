package accounts

import (
	"context"
	"encoding/binary"
	"fmt"
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

// draftFor is how long a draft waits for its writer.
const draftFor = time.Hour

func draftContext(person, id string) crypto.WrapContext {
	return crypto.WrapContext{Purpose: "draft", Person: person, Record: id}
}

// draftMAC binds a draft to this service: anybody can seal to a public key, and
// whether it is late must not be for the file to say.
func (d *sessions) draftMAC(r *acts.DraftRow) []byte {
	late := []byte("in time")
	if r.Late {
		late = []byte("late")
	}
	m := d.keys.Session.MAC(crypto.LabelDraft, []byte(r.ID), []byte(r.Person), late,
		binary.BigEndian.AppendUint64(nil, uint64(r.At)), crypto.Hash(r.Sealed))
	return m[:]
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
	row := &acts.DraftRow{ID: crypto.NewID(), Person: person, At: now.Unix(), Ends: now.Add(draftFor).Unix(), Late: late}
	if row.Sealed, err = crypto.SealPadded(to, draftContext(person, row.ID), text); err != nil {
		return fmt.Errorf("sealing a draft: %w", err)
	}
	row.MAC = d.draftMAC(row)
	if err := d.store.PutDraft(ctx, row); err != nil {
		d.unwritten.put(row) // sealed all the same, and hers as long as the process lives
	}
	return nil
}

// drafts opens what waits for a person, with the identity that her passphrase just
// opened: the draft of an open session, and the late one. What is not genuine, or
// not to be opened, is no draft.
func (d *sessions) drafts(ctx context.Context, c *acts.Caller) (waiting []*acts.DraftRow) {
	now := d.gate.Now().Unix()
	rows, err := d.store.Drafts(ctx, c.Person(), now)
	if err != nil {
		rows = nil
	}
	for _, r := range append(rows, d.unwritten.of(c.Person(), now)...) {
		text, err := crypto.OpenPadded(c.Inside(us).Identity, draftContext(c.Person(), r.ID), r.Sealed)
		if err != nil || string(r.MAC) != string(d.draftMAC(r)) {
			continue
		}
		if r.Late {
			c.Inside(us).Late = &acts.LateDraft{ID: r.ID, At: r.At, Text: text}
			continue // it waits on until she said what becomes of it
		}
		c.Inside(us).Draft = text
		waiting = append(waiting, r)
	}
	return waiting
}

// dropDrafts forgets drafts whose text a session holds now.
func (d *sessions) dropDrafts(ctx context.Context, rows []*acts.DraftRow) {
	for _, r := range rows {
		d.unwritten.drop(r.ID)
		_ = d.store.DropDraft(ctx, r.ID) // its hour ends it otherwise
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
	if who.Late() == nil || who.Late().ID != id {
		return audit.Receipt{}, ErrOver
	}
	receipt, err := d.askDraft(ctx, who)
	if err != nil {
		return receipt, err
	}
	err = d.rewrite(ctx, who, func(c *acts.Caller) {
		if take {
			c.Inside(us).Draft = who.Late().Text
		}
		c.Inside(us).Late = nil
	})
	if err != nil {
		return receipt, err
	}
	d.dropDrafts(ctx, []*acts.DraftRow{{ID: id}})
	return receipt, nil
}

// askDraft decides and records that somebody sees to her own unfinished form.
func (d *sessions) askDraft(ctx context.Context, who acts.Caller) (audit.Receipt, error) {
	return acts.Do(ctx, d.gate, d.store.Look, who, policies.DraftKeep, func(_ acts.Reader, act *acts.Act) error {
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

func (u *unwritten) of(person string, now int64) []*acts.DraftRow {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all []*acts.DraftRow
	for key, r := range u.rows {
		if r.Ends <= now {
			delete(u.rows, key)
		} else if r.Person == person {
			all = append(all, r)
		}
	}
	return all
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
