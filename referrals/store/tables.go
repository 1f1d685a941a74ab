package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"sportello/policies/accounts"
	"sportello/policies/audit"
	"sportello/referrals"
)

// table is the SQL of one kind of row. The column list stands here once, in
// the order of the row's Values; a test compares it with schema and data map.
type table struct {
	name    string
	columns string
	make    func() accounts.Row

	selects, insert, update string
}

var tables = prepareTables([]*table{
	{name: "agency", columns: "name, kind, responsibility, ends, recovery, recovery_epoch, proposed, proposed_by",
		make: func() accounts.Row { return new(accounts.Agency) }},
	{name: "unit_recovery", columns: "in_force, number, changed, changed_by, proposed, proposed_by, proposed_day, witnesses, words_by",
		make: func() accounts.Row { return new(accounts.UnitRecovery) }},
	{name: "unit", columns: "agency, kind, name, town, area, hours, languages, phone, needs, cost, lat, lon, copy_key, copy_key_by, copy_key_day, copy_key_version",
		make: func() accounts.Row { return new(accounts.Unit) }},
	{name: "person", columns: "username, role, agency, unit, state, language, recipient, salt, box, box_version, wrong_codes, removed, stretch",
		make: func() accounts.Row { return new(accounts.Person) }},
	{name: "unit_epoch", columns: "unit, epoch, recipient, identity, commitment, before, mac, made_by, day, cause",
		make: func() accounts.Row { return new(accounts.UnitEpoch) }},
	{name: "unit_wrap", columns: "unit, epoch, person, wrapped, made_by, day, words",
		make: func() accounts.Row { return new(accounts.UnitWrap) }},
	{name: "rescue", columns: "epoch, person, recipient, identity, commitment, before, mac, wrapped, day, words",
		make: func() accounts.Row { return new(accounts.Rescue) }},
	{name: "pin", columns: "unit, centre, recipient, epoch, made_by, day",
		make: func() accounts.Row { return new(accounts.Pin) }},
	{name: "acquaintance", columns: "person, colleague, day",
		make: func() accounts.Row { return new(accounts.Acquaintance) }},
	{name: "lead_word", columns: "unit, state, first_by, first_day, before, second_by, second_day, words",
		make: func() accounts.Row { return new(accounts.LeadWord) }},
	{name: "seen", columns: "person, notice, day",
		make: func() accounts.Row { return new(accounts.Sight) }},
	{name: "invitation", columns: "person, token, ends, made_by, state",
		make: func() accounts.Row { return new(accounts.Invitation) }},
	{name: "contact", columns: "unit, author, day, state, case_id, secret, epoch, key_version, key_box, body",
		make: func() accounts.Row { return new(referrals.ContactRow) }},
	{name: "case_file", columns: "unit, state, opened_day, last_day, recall_day, secret, card_secret, epoch, key_version, key_box, restricted, named, walled, card, safe, told, identity_id",
		make: func() accounts.Row { return new(referrals.CaseRow) }},
	{name: "case_wrap", columns: "case_id, person, key_version, symmetric_wrap, wrapped, commitment, recovery",
		make: func() accounts.Row { return new(referrals.CaseWrapRow) }},
	{name: "case_key", columns: "case_id, key_version, wrapped",
		make: func() accounts.Row { return new(referrals.CaseKeyRow) }},
	{name: "identity", columns: "case_id, secret, key_version, body",
		make: func() accounts.Row { return new(referrals.IdentityRow) }},
	{name: "note", columns: "case_id, author, day, state, kind, secret, key_version, body",
		make: func() accounts.Row { return new(referrals.NoteRow) }},
	{name: "note_version", columns: "note_id, author, day, key_version, body",
		make: func() accounts.Row { return new(referrals.NoteVersionRow) }},
	{name: "task", columns: "from_unit, to_unit, kind, state, case_id, worker, taken_day, reason, day, due_day, secret, commitment, from_epoch, from_wrap, from_box, to_epoch, to_wrap, to_box, body, body_version, key_version, shut, own_case",
		make: func() accounts.Row { return new(referrals.TaskRow) }},
	{name: "consent", columns: "case_id, unit, centre, state, day, until_day, until_reply, way, keep_copy, feedback, text_version, key_version, body, ended_day, shut, body_version",
		make: func() accounts.Row { return new(referrals.ConsentRow) }},
	{name: "live_consent", columns: "case_id, centre, key_version, body",
		make: func() accounts.Row { return new(referrals.LiveConsentRow) }},
	{name: "referral", columns: "case_id, consent_id, from_unit, to_unit, state, sent_day, until_day, until_reply, secret, key_version, commitment, from_epoch, from_wrap, from_box, to_epoch, to_wrap, to_box, body, body_version, safe, safe_version, safe_day, code, after_answer, feedback, keep_copy, shut, sent_epoch",
		make: func() accounts.Row { return new(referrals.ReferralRow) }},
	{name: "referral_step", columns: "referral_id, state, unit, day, place",
		make: func() accounts.Row { return new(referrals.ReferralStepRow) }},
	{name: "message", columns: "referral_id, unit, author, day, kind, key_version, body",
		make: func() accounts.Row { return new(referrals.MessageRow) }},
	{name: "declaration", columns: "person, unit, day, state, secret, commitment, body",
		make: func() accounts.Row { return new(referrals.DeclarationRow) }},
	{name: "declaration_wrap", columns: "declaration, person, symmetric_wrap, wrapped",
		make: func() accounts.Row { return new(referrals.DeclarationWrapRow) }},
})

func prepareTables(list []*table) map[string]*table {
	m := make(map[string]*table, len(list))
	for _, t := range list {
		names := strings.Split(t.columns, ", ")
		t.selects = "SELECT id, version, " + t.columns + " FROM " + t.name + " "
		t.insert = bind("INSERT INTO " + t.name + " (id, version, " + t.columns + ") VALUES (" + placeholders(1, len(names)+2) + ")")
		set := make([]string, len(names))
		for i, n := range names {
			set[i] = fmt.Sprintf("%s = $%d", n, i+3)
		}
		t.update = bind("UPDATE " + t.name + " SET version = $2, " + strings.Join(set, ", ") + " WHERE id = $1 AND version = $2 - 1")
		m[t.name] = t
	}
	return m
}

// Get reads one row by id. A row that differs from the newest digest the log
// names, or lacks a leaf, or is missing against the log, is not handed out:
// the snapshot may be older than the log, so the caller prepares again, and
// what stays different is ErrTampered.
func (s *snapshot) Get(row accounts.Row, id string) error {
	t, ok := tables[row.Table()]
	if !ok {
		return errors.New("reading a row: unknown table")
	}
	err := s.row(t.selects+"WHERE id = $1", id).Scan(accounts.Columns(row)...)
	if errors.Is(err, sql.ErrNoRows) {
		return s.absent(row.Table(), id)
	}
	if err != nil {
		return fmt.Errorf("reading a row of %s: %w", t.name, err)
	}
	return s.verify(row)
}

// absent says that a row is not there, if the log agrees.
func (s *snapshot) absent(table, id string) error {
	if !s.Unnamed(table, id) {
		return s.doubt(table, id)
	}
	return accounts.ErrNoRow
}

// verify compares a row with the log and remembers it for the commit.
func (s *snapshot) verify(row accounts.Row) error {
	got := digestOf(row)
	id, _ := row.Key()
	want, ok := s.log.Newest(row.Table(), id)
	if !ok || want != got {
		return s.doubt(row.Table(), id)
	}
	s.seen = append(s.seen, accounts.Seen{Table: row.Table(), ID: id, Digest: got, Present: true})
	s.store.roster.keep(row, id, got)
	return nil
}

func digestOf(row accounts.Row) (d audit.Digest16) {
	m := audit.MarkOf(row)
	copy(d[:], m.Digest[:])
	return d
}

// doubt is a row that does not fit the log: stale while writes are under way,
// tampered with when the log has not moved since the snapshot began.
func (s *snapshot) doubt(table, id string) error {
	if s.unsettled() || s.log.Size() != s.size { // in this order: the flag falls after the log has grown
		return accounts.ErrStale
	}
	return fmt.Errorf("%w: %s %s", accounts.ErrTampered, table, id)
}

// list reads the rows that a condition selects, each verified.
func list[R any, P interface {
	*R
	accounts.Row
}](s *snapshot, condition string, args ...any) ([]P, error) {
	t := tables[P(new(R)).Table()]
	rows, err := s.query(t.selects+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("reading rows of %s: %w", t.name, err)
	}
	defer rows.Close()
	var all []P
	for rows.Next() {
		row := P(new(R))
		if err := rows.Scan(accounts.Columns(row)...); err != nil {
			return nil, fmt.Errorf("reading rows of %s: %w", t.name, err)
		}
		if err := s.verify(row); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// one reads the single row that a condition selects; ErrNoRow without one.
func one[R any, P interface {
	*R
	accounts.Row
}](s *snapshot, condition string, args ...any) (P, error) {
	all, err := list[R, P](s, condition, args...)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, accounts.ErrNoRow
	}
	return all[0], nil
}
