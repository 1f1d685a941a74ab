package referrals

import (
	"context"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/policies/audit"
)

// ContactRow is one confidential contact: somebody came, phoned or wrote. It has
// its own key, so that it can stay alone when no case file follows.
type ContactRow struct {
	accounts.RowKey
	Unit   string
	Author string
	Day    string
	State  string // open, or the outcome
	CaseID string
	Secret string
	// KeyBox is the contact's own key: under the unit key of Epoch while it
	// stands alone, under version KeyVersion of the case key once it belongs to
	// a case.
	Epoch      int64
	KeyVersion int64
	KeyBox     crypto.Sealed
	Body       crypto.Sealed
}

// Table is the name of the table of contacts.
func (*ContactRow) Table() string { return "contact" }

// Values are the columns after id and version.
func (c *ContactRow) Values() []any {
	return []any{&c.Unit, &c.Author, &c.Day, &c.State, &c.CaseID, &c.Secret, &c.Epoch,
		&c.KeyVersion, &c.KeyBox, &c.Body}
}

// CaseRow is a case file. The safe-contact rule and the walls are columns of
// the row, so that its digest covers them.
type CaseRow struct {
	accounts.RowKey
	Unit       string
	State      string
	OpenedDay  string
	LastDay    string
	RecallDay  string // day of the next call she allowed, or empty
	Secret     string
	CardSecret string // of the card alone: going back to an alias shreds every card with her name
	Epoch      int64  // unit epoch whose key wraps KeyBox
	KeyVersion int64
	KeyBox     crypto.Sealed
	Restricted bool
	Named      accounts.List // people a restricted case is named to
	Walled     accounts.List // people for whom this case does not exist
	Card       crypto.Sealed
	Safe       crypto.Sealed
	Told       crypto.Sealed
	IdentityID string
}

// Table is the name of the table of case files.
func (*CaseRow) Table() string { return "case_file" }

// Values are the columns after id and version.
func (c *CaseRow) Values() []any {
	return []any{&c.Unit, &c.State, &c.OpenedDay, &c.LastDay, &c.RecallDay, &c.Secret, &c.CardSecret, &c.Epoch,
		&c.KeyVersion, &c.KeyBox, &c.Restricted, (*string)(&c.Named), (*string)(&c.Walled),
		&c.Card, &c.Safe, &c.Told, &c.IdentityID}
}

// CaseWrapRow is a restricted case's key kept for one named person, or for the
// unit's recovery recipient. Its id is CASE.PERSON.
type CaseWrapRow struct {
	accounts.RowKey
	CaseID     string
	Person     string
	KeyVersion int64
	Symmetric  bool // under the person's own key; by age until she next signs in
	Wrapped    crypto.Sealed
	Commitment []byte
	Recovery   int64 // which of the unit's recovery recipients it is for; 0 for a person, and for an agency's of before
}

// Table is the name of the table of restricted cases' keys.
func (*CaseWrapRow) Table() string { return "case_wrap" }

// Values are the columns after id and version.
func (c *CaseWrapRow) Values() []any {
	return []any{&c.CaseID, &c.Person, &c.KeyVersion, &c.Symmetric, &c.Wrapped, &c.Commitment,
		crypto.Later{Name: "recovery", Value: &c.Recovery}}
}

// CaseKeyRow keeps an earlier version of a case's or a referral's key, sealed
// under the next one, for rows written before. Its id is RECORD.VERSION.
type CaseKeyRow struct {
	accounts.RowKey
	CaseID     string
	KeyVersion int64
	Wrapped    crypto.Sealed
}

// Table is the name of the table of earlier case keys.
func (*CaseKeyRow) Table() string { return "case_key" }

// Values are the columns after id and version.
func (c *CaseKeyRow) Values() []any { return []any{&c.CaseID, &c.KeyVersion, &c.Wrapped} }

// IdentityRow is who she is, as far as she wants. It has its own shred secret:
// going back to an alias shreds it with all its versions.
type IdentityRow struct {
	accounts.RowKey
	CaseID     string
	Secret     string
	KeyVersion int64
	Body       crypto.Sealed
}

// Table is the name of the table of identities.
func (*IdentityRow) Table() string { return "identity" }

// Values are the columns after id and version.
func (i *IdentityRow) Values() []any {
	return []any{&i.CaseID, &i.Secret, &i.KeyVersion, &i.Body}
}

// NoteRow is one entry of the diary, with its own shred secret so that a note
// in the wrong file can be made unreadable there.
type NoteRow struct {
	accounts.RowKey
	CaseID     string
	Author     string
	Day        string
	State      string // current, moved
	Kind       string // note, attempt
	Secret     string
	KeyVersion int64
	Body       crypto.Sealed
}

// Table is the name of the table of notes.
func (*NoteRow) Table() string { return "note" }

// Values are the columns after id and version.
func (n *NoteRow) Values() []any {
	return []any{&n.CaseID, &n.Author, &n.Day, &n.State, &n.Kind, &n.Secret, &n.KeyVersion, &n.Body}
}

// NoteVersionRow is an earlier text of a corrected note. Its id is NOTE.VERSION.
type NoteVersionRow struct {
	accounts.RowKey
	NoteID     string
	Author     string
	Day        string
	KeyVersion int64
	Body       crypto.Sealed
}

// Table is the name of the table of earlier texts of notes.
func (*NoteVersionRow) Table() string { return "note_version" }

// Values are the columns after id and version.
func (n *NoteVersionRow) Values() []any {
	return []any{&n.NoteID, &n.Author, &n.Day, &n.KeyVersion, &n.Body}
}

// Side is one unit's hold on a record's key: by age as it arrives, then under
// the unit key of an epoch. Exactly one of Wrap and Box is set while it holds.
type Side struct {
	Epoch int64
	Wrap  crypto.Sealed
	Box   crypto.Sealed
}

func (s *Side) values() []any { return []any{&s.Epoch, &s.Wrap, &s.Box} }

// TaskRow is something another unit must do by a day: a small package with its
// own key and shred secret, the key wrapped to that unit.
type TaskRow struct {
	accounts.RowKey
	FromUnit    string
	ToUnit      string
	Kind        string
	State       string // open, taken, done
	CaseID      string // of the sender's case it speaks of, or empty: its walls hold for the sender
	Worker      string // who took it on in her own name, or empty
	TakenDay    string
	Reason      string // why it was handed back, until somebody takes it on again
	Day         string
	DueDay      string
	Secret      string
	Commitment  []byte
	From, To    Side
	Body        crypto.Sealed
	BodyVersion int64
	KeyVersion  int64 // where it is not BodyVersion: each sealing draws a new key, unless none may be sealed
	Shut        bool  // after a restore, until the desk tells her rule again
	OwnCase     bool  // the unit that has it opened a case file of its own from it
}

// Table is the name of the table of tasks.
func (*TaskRow) Table() string { return "task" }

// Values are the columns after id and version.
func (t *TaskRow) Values() []any {
	v := []any{&t.FromUnit, &t.ToUnit, &t.Kind, &t.State, &t.CaseID, &t.Worker, &t.TakenDay, &t.Reason, &t.Day, &t.DueDay, &t.Secret, &t.Commitment}
	v = append(append(v, t.From.values()...), t.To.values()...)
	return append(v, &t.Body, &t.BodyVersion, crypto.Later{Name: "key_version", Value: &t.KeyVersion}, crypto.Later{Name: "shut", Value: &t.Shut},
		crypto.Later{Name: "own_case", Value: &t.OwnCase})
}

// ConsentRow is her authorisation: one centre, one purpose, exactly these
// fields, until a day. What it names is sealed; that it lives and until when is
// plaintext, so that expiry is a predicate.
type ConsentRow struct {
	accounts.RowKey
	CaseID     string
	Unit       string
	Centre     string
	State      string // live, withdrawn, superseded
	Day        string
	UntilDay   string
	UntilReply bool // ends with the centre's first answer
	Way        string
	KeepCopy   bool
	Feedback   string
	Text       string // version of the text read out
	KeyVersion int64
	Body       crypto.Sealed
	EndedDay   string
	Shut       bool // after a restore, until the desk confirms it
	// BodyVersion is the version that Body is sealed for, where it is not the
	// row's own: what a restore changes it cannot seal again.
	BodyVersion int64
}

// Table is the name of the table of consents.
func (*ConsentRow) Table() string { return "consent" }

// Values are the columns after id and version.
func (c *ConsentRow) Values() []any {
	return []any{&c.CaseID, &c.Unit, &c.Centre, &c.State, &c.Day, &c.UntilDay, &c.UntilReply,
		&c.Way, &c.KeepCopy, &c.Feedback, &c.Text, &c.KeyVersion, &c.Body, &c.EndedDay,
		crypto.Later{Name: "shut", Value: &c.Shut}, crypto.Later{Name: "body_version", Value: &c.BodyVersion}}
}

// LiveConsentRow names the one authorisation that lives for a case and a
// recipient, for each purpose. Its id is made from both.
type LiveConsentRow struct {
	accounts.RowKey
	CaseID     string
	Centre     string
	KeyVersion int64
	Body       crypto.Sealed
}

// Table is the name of the table of what lives.
func (*LiveConsentRow) Table() string { return "live_consent" }

// Values are the columns after id and version.
func (l *LiveConsentRow) Values() []any {
	return []any{&l.CaseID, &l.Centre, &l.KeyVersion, &l.Body}
}

// ReferralRow is what travels to a centre: a sealed package with its own key,
// which each side holds. Her safe-contact rule is sealed apart, so that a new
// rule replaces the old one.
type ReferralRow struct {
	accounts.RowKey
	CaseID      string
	ConsentID   string
	FromUnit    string
	ToUnit      string
	State       string
	SentDay     string
	UntilDay    string
	UntilReply  bool
	Secret      string
	KeyVersion  int64
	Commitment  []byte
	From, To    Side
	Body        crypto.Sealed
	BodyVersion int64
	Safe        crypto.Sealed
	SafeVersion int64
	SafeDay     string // the day the rule last changed, until the centre has seen it
	Code        string // coded reason of a decline, or what the centre did after a revoke
	AfterAnswer string // what the desk does next, once it read a decline; the centre never sees it
	Feedback    string
	KeepCopy    bool
	Shut        bool  // after a restore, until the desk confirms it
	SentEpoch   int64 // the sender's, when it was sent; 0 in what an older program sent
}

// Table is the name of the table of referrals.
func (*ReferralRow) Table() string { return "referral" }

// Values are the columns after id and version.
func (r *ReferralRow) Values() []any {
	v := []any{&r.CaseID, &r.ConsentID, &r.FromUnit, &r.ToUnit, &r.State, &r.SentDay, &r.UntilDay,
		&r.UntilReply, &r.Secret, &r.KeyVersion, &r.Commitment}
	v = append(append(v, r.From.values()...), r.To.values()...)
	return append(v, &r.Body, &r.BodyVersion, &r.Safe, &r.SafeVersion, &r.SafeDay, &r.Code, &r.AfterAnswer,
		&r.Feedback, &r.KeepCopy, &r.Shut, crypto.Later{Name: "sent_epoch", Value: &r.SentEpoch})
}

// ReferralStepRow is one step of a referral's line of states.
type ReferralStepRow struct {
	accounts.RowKey
	ReferralID string
	State      string
	Unit       string
	Day        string
	Place      int64 // the referral's version at this step: a day does not tell two of its steps apart
}

// Table is the name of the table of referral steps.
func (*ReferralStepRow) Table() string { return "referral_step" }

// Values are the columns after id and version.
func (s *ReferralStepRow) Values() []any {
	return []any{&s.ReferralID, &s.State, &s.Unit, &s.Day, &s.Place}
}

// MessageRow is one message between desk and centre about a referral, sealed
// under the referral's key.
type MessageRow struct {
	accounts.RowKey
	ReferralID string
	Unit       string
	Author     string
	Day        string
	Kind       string // message, question, appointment, safe_contact
	KeyVersion int64
	Body       crypto.Sealed
}

// Table is the name of the table of messages.
func (*MessageRow) Table() string { return "message" }

// Values are the columns after id and version.
func (m *MessageRow) Values() []any {
	return []any{&m.ReferralID, &m.Unit, &m.Author, &m.Day, &m.Kind, &m.KeyVersion, &m.Body}
}

// DeclarationRow is whom a worker should not be given, by her own choice. It has
// its own key and shred secret; once taken back it is empty.
type DeclarationRow struct {
	accounts.RowKey
	Person     string // who declared
	Unit       string
	Day        string
	State      string // live, removed
	Secret     string
	Commitment []byte
	Body       crypto.Sealed
}

// Table is the name of the table of declarations.
func (*DeclarationRow) Table() string { return "declaration" }

// Values are the columns after id and version.
func (r *DeclarationRow) Values() []any {
	return []any{&r.Person, &r.Unit, &r.Day, &r.State, &r.Secret, &r.Commitment, &r.Body}
}

// DeclarationWrapRow is a declaration's key kept for its author or for a lead of
// her unit. Its id is DECLARATION.PERSON.
type DeclarationWrapRow struct {
	accounts.RowKey
	Declaration string
	Person      string
	Symmetric   bool // under the person's own key; by age until she next signs in
	Wrapped     crypto.Sealed
}

// Table is the name of the table of declarations' keys.
func (*DeclarationWrapRow) Table() string { return "declaration_wrap" }

// Values are the columns after id and version.
func (w *DeclarationWrapRow) Values() []any {
	return []any{&w.Declaration, &w.Person, &w.Symmetric, &w.Wrapped}
}

// Reader reads verified casework rows of one snapshot.
type Reader interface {
	accounts.Reader
	// EachCard hands out the cards of a unit without comparing digests: the
	// caller opens each (an authenticated box) and gets the whole row, which is
	// compared, for those it shows.
	EachCard(unit string, f func(c *Card) error) error
	// Cases reads rows by id, at most SearchMax at once; an id without a row
	// gives ErrNoRow.
	Cases(ids []string) ([]*CaseRow, error)
	// CheckShown holds cards from EachCard to the rows that the log names.
	CheckShown(cards []Shown) error
	RecallCases(unit, day string) ([]*CaseRow, error)
	// CountCases counts the cases of a unit that are open to all its members.
	CountCases(unit string) (int, error)
	CaseWrapsOf(person string) ([]*CaseWrapRow, error)
	OpenContacts(unit string) ([]*ContactRow, error)
	UnlinkedContacts(unit string) ([]*ContactRow, error)
	ContactsOfCase(caseID string) ([]*ContactRow, error)
	NotesOfCase(caseID string) ([]*NoteRow, error)
	NoteVersions(noteID string) ([]*NoteVersionRow, error)
	// TasksOfUnit lists the tasks that wait for a unit, TasksFrom those that
	// a unit sent and that are not done.
	TasksOfUnit(unit string) ([]*TaskRow, error)
	TasksFrom(unit string) ([]*TaskRow, error)
	TasksOfCase(caseID string) ([]*TaskRow, error)
	ConsentsOfCase(caseID string) ([]*ConsentRow, error)
	// LiveConsents lists the authorisations of all units that did not end, for
	// a restore; ShutConsents those of a unit that wait for it after one.
	LiveConsents() ([]*ConsentRow, error)
	ShutConsents(unit string) ([]*ConsentRow, error)
	ReferralsOfCase(caseID string) ([]*ReferralRow, error)
	// CasesSentBy lists the cases of the referrals and the tasks that a unit sent.
	CasesSentBy(unit string) ([]*CaseRow, error)
	ReferralsFrom(unit string) ([]*ReferralRow, error)
	ReferralsTo(unit string) ([]*ReferralRow, error)
	Referrals() ([]*ReferralRow, error)
	// ReferralsToEnd lists those of all units that may be over on a day and still
	// hold something, TasksToEnd the tasks that are done and do.
	ReferralsToEnd(day string) ([]*ReferralRow, error)
	TasksToEnd() ([]*TaskRow, error)
	// TasksHeld lists the tasks of all units that hold content, for a restore.
	TasksHeld() ([]*TaskRow, error)
	StepsOf(referralID string) ([]*ReferralStepRow, error)
	MessagesOf(referralID string) ([]*MessageRow, error)
	CaseKeys(caseID string) ([]*CaseKeyRow, error)
	// DeclarationsOf lists what a person declared, DeclarationsIn what holds
	// now in a unit; both newest first.
	DeclarationsOf(person string) ([]*DeclarationRow, error)
	DeclarationsIn(unit string) ([]*DeclarationRow, error)
	DeclarationWraps(declaration string) ([]*DeclarationWrapRow, error)
	DeclarationWrapsOf(person string) ([]*DeclarationWrapRow, error)
	LeavesOfObject(object string, limit int) ([]audit.Leaf, error)
	// LeavesBackward hands out leaves below an index (0: from the newest),
	// newest first, until f says false.
	LeavesBackward(before int64, f func(index int64, l *audit.Leaf) (bool, error)) error
	// DetailOf reads the sealed detail of a leaf and the wrapped key it is under.
	DetailOf(index int64) (*audit.SealedDetail, *audit.DetailKeyRow, error)
}

// Card is the part of a case row that search reads. Its fields are valid only
// inside the callback.
type Card struct {
	ID         string
	Version    int64
	State      string
	LastDay    string
	Secret     string // of the card
	Epoch      int64
	Restricted bool
	Named      accounts.List
	Walled     accounts.List
	Box        crypto.Sealed
}

// Digest is over everything a card says, as [CaseRow.CardDigest] makes it of
// a whole row.
func (c *Card) Digest() crypto.Digest {
	return crypto.RowDigest("card", c.ID, c.Version, &c.State, &c.LastDay, &c.Secret, &c.Epoch, &c.Restricted,
		(*string)(&c.Named), (*string)(&c.Walled), &c.Box)
}

// CardDigest is over the part of a case row that is its card.
func (c *CaseRow) CardDigest() crypto.Digest {
	card := Card{ID: c.ID, Version: c.Version, State: c.State, LastDay: c.LastDay, Secret: c.CardSecret, Epoch: c.Epoch,
		Restricted: c.Restricted, Named: c.Named, Walled: c.Walled, Box: c.Card}
	return card.Digest()
}

// Shown is a card that a list shows.
type Shown struct {
	ID   string
	Card crypto.Digest
}

// Store is what the casework needs of the storage.
type Store interface {
	accounts.Store
	// View runs f on one snapshot.
	View(ctx context.Context, f func(Reader) error) error
	// Source reads the log, for export.
	Source() audit.Source
	// EachRecord hands out every stored row, for the check against the log.
	EachRecord(ctx context.Context, f func(audit.Record) error) error
	// Details gives every sealed detail, for the same check.
	Details() audit.Records
}
