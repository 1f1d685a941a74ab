package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"sportello/policies/accounts"
	"sportello/policies/audit"
	"sportello/referrals"
)

// snapshot reads one consistent state of the database. It belongs to one
// goroutine and ends with the function it was given to.
type snapshot struct {
	ctx   context.Context
	c     *conn
	log   *audit.Log
	store *Store
	size  int64 // of the log when the snapshot began
	seen  []accounts.Seen
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
	if err := s.c.exec(s.ctx, "BEGIN"); err != nil {
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

var _ referrals.Reader = (*snapshot)(nil)

// Seen lists the rows that were read.
func (s *snapshot) Seen() []accounts.Seen { return s.seen }

// Newest is the digest the log names for a row.
func (s *snapshot) Newest(table, id string) (audit.Digest16, bool) { return s.log.Newest(table, id) }

// Unnamed tells that the log names no row with this id.
func (s *snapshot) Unnamed(table, id string) bool {
	if _, ok := s.log.Newest(table, id); ok {
		return false
	}
	s.seen = append(s.seen, accounts.Seen{Table: table, ID: id})
	return true
}

// Epoch is the highest epoch of a unit that a leaf names. Who asks relies on it:
// the writer looks again whether the next one is still absent, so that nothing
// prepared under the keys of an epoch is written after the next began.
func (s *snapshot) Epoch(unit string) int64 {
	epoch := s.log.Epoch(unit)
	s.seen = append(s.seen, accounts.Seen{Table: audit.EpochTable, ID: unit + "." + strconv.FormatInt(epoch+1, 10)})
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
		return nil, accounts.ErrErased
	}
	b, err := s.store.secrets.get(s.ctx, id, want)
	if !errors.Is(err, accounts.ErrErased) {
		return b, err
	}
	if _, ok := s.log.Newest("shred", id); !ok {
		return nil, err // erased between the two looks
	}
	return nil, fmt.Errorf("%w: shred %s", accounts.ErrTampered, id)
}

// PersonByUsername finds the person of a normalised user name.
func (s *snapshot) PersonByUsername(username string) (*accounts.Person, error) {
	return one[accounts.Person](s, "WHERE username = $1 AND state <> 'removed'", username)
}

// People lists everybody, by user name.
func (s *snapshot) People() ([]*accounts.Person, error) {
	return list[accounts.Person](s, "ORDER BY username, id")
}

// PeopleOfUnit lists the people of a unit, by user name.
func (s *snapshot) PeopleOfUnit(unit string) ([]*accounts.Person, error) {
	return list[accounts.Person](s, "WHERE unit = $1 ORDER BY username, id", unit)
}

// Agencies lists the agencies, by name.
func (s *snapshot) Agencies() ([]*accounts.Agency, error) {
	return list[accounts.Agency](s, "ORDER BY name, id")
}

// Units lists the units, by name.
func (s *snapshot) Units() ([]*accounts.Unit, error) {
	return list[accounts.Unit](s, "ORDER BY name, id")
}

// WrapsOfPerson lists the unit keys wrapped to a person.
func (s *snapshot) WrapsOfPerson(person string) ([]*accounts.UnitWrap, error) {
	return list[accounts.UnitWrap](s, "WHERE person = $1 ORDER BY unit, epoch", person)
}

// WrapsOfEpoch lists who holds an epoch's key.
func (s *snapshot) WrapsOfEpoch(unit string, epoch int64) ([]*accounts.UnitWrap, error) {
	return list[accounts.UnitWrap](s, "WHERE unit = $1 AND epoch = $2 ORDER BY person", unit, epoch)
}

// PinsOfUnit lists the centres whose words a desk compared.
func (s *snapshot) PinsOfUnit(unit string) ([]*accounts.Pin, error) {
	return list[accounts.Pin](s, "WHERE unit = $1 ORDER BY centre", unit)
}

// AcquaintancesOf lists the colleagues a member confirmed.
func (s *snapshot) AcquaintancesOf(person string) ([]*accounts.Acquaintance, error) {
	return list[accounts.Acquaintance](s, "WHERE person = $1 ORDER BY colleague", person)
}

// LeadWordsOf lists the members of a unit for whom somebody was asked, or gave,
// the second word that makes a lead.
func (s *snapshot) LeadWordsOf(unit string) ([]*accounts.LeadWord, error) {
	return list[accounts.LeadWord](s, "WHERE unit = $1 ORDER BY id", unit)
}

// SightsOf lists the notices that a person has seen.
func (s *snapshot) SightsOf(person string) ([]*accounts.Sight, error) {
	return list[accounts.Sight](s, "WHERE person = $1 ORDER BY id", person)
}

// InvitationByToken finds the invitation whose token has this hash.
func (s *snapshot) InvitationByToken(hash []byte) (*accounts.Invitation, error) {
	return one[accounts.Invitation](s, "WHERE token = $1", hash)
}

// OpenInvitations lists the invitations that wait.
func (s *snapshot) OpenInvitations() ([]*accounts.Invitation, error) {
	return list[accounts.Invitation](s, "WHERE state = 'open' ORDER BY ends, id")
}

// InvitationsOf lists a person's invitations, newest first.
func (s *snapshot) InvitationsOf(person string) ([]*accounts.Invitation, error) {
	return list[accounts.Invitation](s, "WHERE person = $1 ORDER BY ends DESC, id", person)
}

// EachCard hands out the cards of a unit, undigested. A card is the callback's
// until it returns.
func (s *snapshot) EachCard(unit string, f func(*referrals.Card) error) error {
	rows, err := s.query(`SELECT id, version, state, last_day, card_secret, epoch, restricted, named, walled, card
		FROM case_file WHERE unit = $1`, unit)
	if err != nil {
		return fmt.Errorf("reading the cards: %w", err)
	}
	defer rows.Close()
	var c referrals.Card
	var box sql.RawBytes
	columns := []any{&c.ID, &c.Version, &c.State, &c.LastDay, &c.Secret, &c.Epoch, &c.Restricted, (*string)(&c.Named), (*string)(&c.Walled), &box}
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return fmt.Errorf("reading the cards: %w", err)
		}
		c.Box = []byte(box)
		if err := f(&c); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Cases reads rows by id in one statement, whatever their number.
func (s *snapshot) Cases(ids []string) ([]*referrals.CaseRow, error) {
	if len(ids) > referrals.SearchMax {
		return nil, errors.New("reading cases: too many at once")
	}
	args := make([]any, referrals.SearchMax)
	for i := range args {
		args[i] = ""
		if i < len(ids) {
			args[i] = ids[i]
		}
	}
	rows, err := list[referrals.CaseRow](s, casesByID, args...)
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
func (s *snapshot) CheckShown(cards []referrals.Shown) error {
	var unknown []string
	shown := map[string][32]byte{}
	s.seen = slices.Grow(s.seen, len(cards))
	for _, c := range cards {
		newest, ok := s.log.Newest("case_file", c.ID)
		if ok && s.store.cards.genuine(c.Card, newest) {
			s.seen = append(s.seen, accounts.Seen{Table: "case_file", ID: c.ID, Digest: newest, Present: true})
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
func (s *snapshot) missing(ids []string, rows []*referrals.CaseRow) error {
	there := map[string]bool{}
	for _, r := range rows {
		there[r.ID] = true
	}
	for _, id := range ids {
		if !there[id] {
			return s.absent("case_file", id)
		}
	}
	return accounts.ErrNoRow
}

var casesByID = "WHERE id IN (" + placeholders(1, referrals.SearchMax) + ")"

// RecallCases lists the open cases with a call due on or before a day.
func (s *snapshot) RecallCases(unit, day string) ([]*referrals.CaseRow, error) {
	return list[referrals.CaseRow](s, "WHERE unit = $1 AND recall_day <> '' AND recall_day <= $2 AND state <> 'closed' ORDER BY recall_day, id", unit, day)
}

// CountCases counts the cases of a unit that are not restricted to people.
func (s *snapshot) CountCases(unit string) (n int, err error) {
	err = s.c.queryRow(s.ctx, "SELECT count(*) FROM case_file WHERE unit = $1 AND restricted = 0", unit).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting the cases of a unit: %w", err)
	}
	return n, nil
}

// CaseWrapsOf lists the restricted cases' keys kept for a person.
func (s *snapshot) CaseWrapsOf(person string) ([]*referrals.CaseWrapRow, error) {
	return list[referrals.CaseWrapRow](s, "WHERE person = $1 ORDER BY case_id", person)
}

// OpenContacts lists the contacts of a unit that wait for an outcome.
func (s *snapshot) OpenContacts(unit string) ([]*referrals.ContactRow, error) {
	return list[referrals.ContactRow](s, "WHERE unit = $1 AND state = 'open' ORDER BY day, id", unit)
}

// UnlinkedContacts lists the notes of other people and bodies, newest first.
func (s *snapshot) UnlinkedContacts(unit string) ([]*referrals.ContactRow, error) {
	return list[referrals.ContactRow](s, "WHERE unit = $1 AND state = 'unlinked' ORDER BY day DESC, id", unit)
}

// ContactsOfCase lists the contacts of a case, newest first.
func (s *snapshot) ContactsOfCase(caseID string) ([]*referrals.ContactRow, error) {
	return list[referrals.ContactRow](s, "WHERE case_id = $1 AND case_id <> '' ORDER BY day DESC, id", caseID)
}

// NotesOfCase lists the notes of a case, newest first.
func (s *snapshot) NotesOfCase(caseID string) ([]*referrals.NoteRow, error) {
	return list[referrals.NoteRow](s, "WHERE case_id = $1 ORDER BY day DESC, id", caseID)
}

// NoteVersions lists the earlier texts of a note, oldest first.
func (s *snapshot) NoteVersions(noteID string) ([]*referrals.NoteVersionRow, error) {
	return list[referrals.NoteVersionRow](s, "WHERE note_id = $1 ORDER BY id", noteID)
}

// TasksOfUnit lists the tasks that wait for a unit, by deadline.
func (s *snapshot) TasksOfUnit(unit string) ([]*referrals.TaskRow, error) {
	return list[referrals.TaskRow](s, "WHERE to_unit = $1 AND state <> 'done' ORDER BY due_day, id", unit)
}

// TasksFrom lists the tasks that a unit sent and that are not done, by deadline.
func (s *snapshot) TasksFrom(unit string) ([]*referrals.TaskRow, error) {
	return list[referrals.TaskRow](s, "WHERE from_unit = $1 AND state <> 'done' ORDER BY due_day, id", unit)
}

// TasksOfCase lists the tasks that speak of a case, newest first.
func (s *snapshot) TasksOfCase(caseID string) ([]*referrals.TaskRow, error) {
	return list[referrals.TaskRow](s, "WHERE case_id = $1 AND case_id <> '' ORDER BY day DESC, id", caseID)
}

// ConsentsOfCase lists the authorisations of a case, newest first.
func (s *snapshot) ConsentsOfCase(caseID string) ([]*referrals.ConsentRow, error) {
	return list[referrals.ConsentRow](s, "WHERE case_id = $1 ORDER BY day DESC, id", caseID)
}

// LiveConsents lists the authorisations that did not end.
func (s *snapshot) LiveConsents() ([]*referrals.ConsentRow, error) {
	return list[referrals.ConsentRow](s, "WHERE state = 'live' ORDER BY id")
}

// ShutConsents lists a unit's authorisations that a restore shut, newest first.
func (s *snapshot) ShutConsents(unit string) ([]*referrals.ConsentRow, error) {
	return list[referrals.ConsentRow](s, "WHERE unit = $1 AND shut <> 0 ORDER BY day DESC, id", unit)
}

// ReferralsOfCase lists the referrals of a case, newest first.
func (s *snapshot) ReferralsOfCase(caseID string) ([]*referrals.ReferralRow, error) {
	return list[referrals.ReferralRow](s, "WHERE case_id = $1 ORDER BY sent_day DESC, id", caseID)
}

// CasesSentBy lists the cases of the referrals and the open tasks that a unit sent.
func (s *snapshot) CasesSentBy(unit string) ([]*referrals.CaseRow, error) {
	return list[referrals.CaseRow](s, `WHERE id IN (SELECT case_id FROM referral WHERE from_unit = $1
		UNION SELECT case_id FROM task WHERE from_unit = $1 AND state <> 'done')`, unit)
}

// ReferralsFrom lists what a unit sent.
func (s *snapshot) ReferralsFrom(unit string) ([]*referrals.ReferralRow, error) {
	return list[referrals.ReferralRow](s, "WHERE from_unit = $1 ORDER BY sent_day DESC, id", unit)
}

// ReferralsTo lists what a unit received.
func (s *snapshot) ReferralsTo(unit string) ([]*referrals.ReferralRow, error) {
	return list[referrals.ReferralRow](s, "WHERE to_unit = $1 ORDER BY sent_day DESC, id", unit)
}

// Referrals lists every referral, for the auditor.
func (s *snapshot) Referrals() ([]*referrals.ReferralRow, error) {
	return list[referrals.ReferralRow](s, "ORDER BY sent_day DESC, id")
}

// ReferralsToEnd lists the referrals with content that were declined or closed, or
// whose authorisation ran out.
func (s *snapshot) ReferralsToEnd(day string) ([]*referrals.ReferralRow, error) {
	return list[referrals.ReferralRow](s, "WHERE body IS NOT NULL AND (state IN ('declined', 'closed') OR until_day < $1) ORDER BY id", day)
}

// TasksToEnd lists the tasks with content that are done.
func (s *snapshot) TasksToEnd() ([]*referrals.TaskRow, error) {
	return list[referrals.TaskRow](s, "WHERE body IS NOT NULL AND state = 'done' ORDER BY id")
}

// TasksHeld lists the tasks with content.
func (s *snapshot) TasksHeld() ([]*referrals.TaskRow, error) {
	return list[referrals.TaskRow](s, "WHERE body IS NOT NULL ORDER BY id")
}

// StepsOf lists the steps of a referral in order.
func (s *snapshot) StepsOf(referralID string) ([]*referrals.ReferralStepRow, error) {
	return list[referrals.ReferralStepRow](s, "WHERE referral_id = $1 ORDER BY place, id", referralID)
}

// MessagesOf lists the messages of a referral in order.
func (s *snapshot) MessagesOf(referralID string) ([]*referrals.MessageRow, error) {
	return list[referrals.MessageRow](s, "WHERE referral_id = $1 ORDER BY day, id", referralID)
}

// CaseKeys lists the earlier keys of a case, newest first.
func (s *snapshot) CaseKeys(caseID string) ([]*referrals.CaseKeyRow, error) {
	return list[referrals.CaseKeyRow](s, "WHERE case_id = $1 ORDER BY key_version DESC", caseID)
}

// DeclarationsOf lists what a person declared, newest first.
func (s *snapshot) DeclarationsOf(person string) ([]*referrals.DeclarationRow, error) {
	return list[referrals.DeclarationRow](s, "WHERE person = $1 ORDER BY day DESC, id", person)
}

// DeclarationsIn lists what holds now in a unit, newest first.
func (s *snapshot) DeclarationsIn(unit string) ([]*referrals.DeclarationRow, error) {
	return list[referrals.DeclarationRow](s, "WHERE unit = $1 AND state = 'live' ORDER BY day DESC, id", unit)
}

// DeclarationWraps lists for whom a declaration's key is kept.
func (s *snapshot) DeclarationWraps(declaration string) ([]*referrals.DeclarationWrapRow, error) {
	return list[referrals.DeclarationWrapRow](s, "WHERE declaration = $1 ORDER BY id", declaration)
}

// DeclarationWrapsOf lists the declarations' keys kept for a person.
func (s *snapshot) DeclarationWrapsOf(person string) ([]*referrals.DeclarationWrapRow, error) {
	return list[referrals.DeclarationWrapRow](s, "WHERE person = $1 ORDER BY id", person)
}
