package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
)

// snapshot reads one consistent state of the database. It belongs to one
// goroutine and ends with the function it was given to.
type snapshot struct {
	ctx   context.Context
	c     *conn
	log   *audit.Log
	store *Store
	size  int64 // of the log when the snapshot began
	seen  []acts.Seen
	begun bool
}

// begin starts the snapshot's transaction with its first statement: a request
// that meets only remembered rows needs none.
func (s *snapshot) begin() error {
	if s.begun {
		return nil
	}
	if err := lookAgain(s.c.c); err != nil {
		return fmt.Errorf("beginning a snapshot: %w", err)
	}
	s.size = s.log.Size()
	if err := s.c.exec(s.ctx, beginRead); err != nil {
		return fmt.Errorf("beginning a snapshot: %w", err)
	}
	s.begun = true
	return nil
}

func (s *snapshot) end() error {
	if !s.begun {
		return nil
	}
	return s.c.exec(s.ctx, "ROLLBACK")
}

func (s *snapshot) row(text string, args ...any) row {
	if err := s.begin(); err != nil {
		return row{err: err}
	}
	return s.c.queryRow(s.ctx, text, args...)
}

func (s *snapshot) query(text string, args ...any) (*sql.Rows, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	return s.c.query(s.ctx, text, args...)
}

var _ kept.Reader = (*snapshot)(nil)

// Seen lists the rows that were read.
func (s *snapshot) Seen() []acts.Seen { return s.seen }

// Newest is the digest the log names for a row.
func (s *snapshot) Newest(table, id string) (audit.Digest16, bool) { return s.log.Newest(table, id) }

// Unnamed tells that the log names no row with this id.
func (s *snapshot) Unnamed(table, id string) bool {
	if _, ok := s.log.Newest(table, id); ok {
		return false
	}
	s.seen = append(s.seen, acts.Seen{Table: table, ID: id})
	return true
}

// Epoch is the highest epoch of a unit that a leaf names. Who asks relies on it:
// the writer looks again whether the next one is still absent, so that nothing
// prepared under the keys of an epoch is written after the next began.
func (s *snapshot) Epoch(unit string) int64 {
	epoch := s.log.Epoch(unit)
	s.seen = append(s.seen, acts.Seen{Table: audit.EpochTable, ID: unit + "." + strconv.FormatInt(epoch+1, 10)})
	return epoch
}

// unsettled tells that a group is between its commit and its answer.
func (s *snapshot) unsettled() bool { return s.store.writing.Load() }

// Secret reads a shred secret. One that has a tombstone, or that no leaf names,
// is erased, whatever the file says; one that is altered, or gone without
// a tombstone, is ErrTampered.
func (s *snapshot) Secret(id string) ([]byte, error) {
	want, ok := s.log.Newest("shred", id)
	if !ok {
		return nil, acts.ErrErased
	}
	b, err := s.store.secrets.get(s.ctx, id, want)
	if !errors.Is(err, acts.ErrErased) {
		return b, err
	}
	if _, ok := s.log.Newest("shred", id); !ok {
		return nil, err // erased between the two looks
	}
	return nil, fmt.Errorf("%w: shred %s", acts.ErrTampered, id)
}

// Secrets reads shred secrets as Secret does, those that were not read before in one
// statement.
func (s *snapshot) Secrets(ids []string) []kept.Shred {
	out := make([]kept.Shred, len(ids))
	wants := make([]audit.Digest16, len(ids))
	named := make([]bool, len(ids))
	for i, id := range ids {
		wants[i], named[i] = s.log.Newest("shred", id)
	}
	found := s.store.secrets.getAll(s.ctx, ids, wants, named, out)
	for i, id := range ids {
		if !found[i] {
			var b []byte
			if b, out[i].Err = s.Secret(id); out[i].Err == nil {
				copy(out[i].Secret[:], b)
			}
		}
	}
	return out
}

// selectCards reads the cards of a unit; the other two the keys of restricted cases that
// are kept for one person: those under her own key, from an index that holds them, and
// those that came by age.
const (
	selectCards     = "SELECT id, version, state, last_day, card_secret, epoch, restricted, named, walled, card, key_version FROM case_file WHERE unit = $1"
	selectOwnWraps  = "SELECT version, case_id, key_version, wrapped, commitment FROM case_wrap WHERE person = $1 AND symmetric_wrap = 1"
	selectSentWraps = "SELECT version, case_id, key_version, wrapped, commitment FROM case_wrap WHERE person = $1 AND symmetric_wrap = 0"
)

// EachCard hands out the cards of a unit, undigested. The keys of restricted ones are
// read at once before: a look-up for each, or a join, takes several times as long.
func (s *snapshot) EachCard(unit, person string, empty func() *kept.CardBatch, f func(*kept.CardBatch)) error {
	wraps, err := s.wrapsOf(person)
	if err != nil {
		return err
	}
	rows, err := s.query(selectCards, unit)
	if err != nil {
		return fmt.Errorf("reading the cards: %w", err)
	}
	defer rows.Close()
	var b *kept.CardBatch
	var c kept.Card
	var box sql.RawBytes
	columns := []any{&c.ID, &c.Version, &c.State, &c.LastDay, &c.Secret, &c.Epoch, &c.Restricted, (*string)(&c.Named), (*string)(&c.Walled), &box, &c.KeyVersion}
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return fmt.Errorf("reading the cards: %w", err)
		}
		if b == nil {
			b = empty()
			b.Wraps = wraps
		}
		c.Box = b.Box(box)
		if b.Cards = append(b.Cards, c); len(b.Cards) == kept.CardsAtOnce {
			f(b)
			b = nil
		}
	}
	if b != nil {
		f(b)
	}
	return rows.Err()
}

// wrapsOf reads the keys of restricted cases that are kept for a person, undigested,
// by case.
func (s *snapshot) wrapsOf(person string) (map[string]*kept.CaseWrapRow, error) {
	wraps := map[string]*kept.CaseWrapRow{}
	err := s.eachWrap(selectOwnWraps, kept.CaseWrapRow{Person: person, Symmetric: true}, wraps)
	if err == nil {
		err = s.eachWrap(selectSentWraps, kept.CaseWrapRow{Person: person}, wraps)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the keys of cards: %w", err)
	}
	return wraps, nil
}

// eachWrap adds the keys that a statement reads, each like a first one. A row's id is
// that of its case and its person.
func (s *snapshot) eachWrap(text string, like kept.CaseWrapRow, wraps map[string]*kept.CaseWrapRow) error {
	rows, err := s.query(text, like.Person)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		w := like
		if err := rows.Scan(&w.Version, &w.CaseID, &w.KeyVersion, (*[]byte)(&w.Wrapped), &w.Commitment); err != nil {
			return err
		}
		w.ID = w.CaseID + "." + w.Person
		wraps[w.CaseID] = &w
	}
	return rows.Err()
}

// Cases reads rows by id in one statement, whatever their number.
func (s *snapshot) Cases(ids []string) ([]*kept.CaseRow, error) {
	if len(ids) > cases.SearchMax {
		return nil, errors.New("reading cases: too many at once")
	}
	args := make([]any, cases.SearchMax)
	for i := range args {
		args[i] = ""
		if i < len(ids) {
			args[i] = ids[i]
		}
	}
	var rows []*kept.CaseRow
	err := s.rows(tables["case_file"], casesByID, args, func(row acts.Row) error {
		rows = append(rows, row.(*kept.CaseRow))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(rows) != len(ids) {
		return nil, s.missing(ids, rows)
	}
	return rows, nil
}

// CheckShown compares cards with the rows that the log names. A row is read
// whole, and its digest made, once for each of its versions: then the card's
// own digest is remembered, and a card like it is known to be genuine.
func (s *snapshot) CheckShown(cards []kept.Shown) error {
	var unknown []string
	shown := map[string][32]byte{}
	s.seen = slices.Grow(s.seen, len(cards))
	for _, c := range cards {
		newest, ok := s.log.Newest("case_file", c.ID)
		if ok && s.store.cards.genuine(c.Card, newest) {
			s.seen = append(s.seen, acts.Seen{Table: "case_file", ID: c.ID, Digest: newest, Present: true})
			continue
		}
		unknown, shown[c.ID] = append(unknown, c.ID), c.Card
	}
	if len(unknown) == 0 {
		return nil
	}
	rows, err := s.Cases(unknown)
	if err != nil {
		return err
	}
	for _, row := range rows {
		card := row.CardDigest()
		if card != shown[row.ID] {
			return s.doubt("case_file", row.ID)
		}
		s.store.cards.learn(card, digestOf(row))
	}
	return nil
}

// missing says which of some rows is not there, as a look-up of it alone would.
func (s *snapshot) missing(ids []string, rows []*kept.CaseRow) error {
	there := map[string]bool{}
	for _, r := range rows {
		there[r.ID] = true
	}
	for _, id := range ids {
		if !there[id] {
			return s.absent("case_file", id)
		}
	}
	return acts.ErrNoRow
}

var casesByID = "WHERE id IN (" + placeholders(1, cases.SearchMax) + ")"
