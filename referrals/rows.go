package referrals

import (
	"context"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// ContactRow is one confidential contact: somebody came, phoned or wrote. It has
// its own key, so that it can stay alone when no case file follows.
type ContactRow struct {
	acts.RowKey
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

var (
	contactRows = acts.Declare[ContactRow]()
	// openContacts lists the contacts of a unit that wait for an outcome.
	openContacts = contactRows.Find().Is("unit").In("state", openState).By("day", "id")
	// unlinkedContacts lists the notes of other people and bodies, newest first.
	unlinkedContacts = contactRows.Find().Is("unit").In("state", unlinkedState).By("day desc", "id")
	// contactsOfCase lists the contacts of a case, newest first.
	contactsOfCase = contactRows.Find().Is("case_id").Not("case_id", "").By("day desc", "id")
)

// CaseRow is a case file. The safe-contact rule and the walls are columns of
// the row, so that its digest covers them.
type CaseRow struct {
	acts.RowKey
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
	Named      acts.List // people a restricted case is named to
	Walled     acts.List // people for whom this case does not exist
	Card       crypto.Sealed
	Safe       crypto.Sealed
	Told       crypto.Sealed
	IdentityID string
}

// Table is the name of the table of case files.
func (*CaseRow) Table() string { return "case_file" }

var (
	caseRows = acts.Declare[CaseRow]()
	// recallCases lists the open cases with a call due on or before a day.
	recallCases = caseRows.Find().Is("unit").Not("recall_day", "").UpTo("recall_day").Not("state", "closed").By("recall_day", "id")
	// sharedCases finds the cases of a unit that are open to all its members.
	sharedCases = caseRows.Find().Is("unit").Unset("restricted")
	// casesSentBy finds the cases of the referrals and of the open tasks that a unit sent.
	casesSentBy = caseRows.Find().Among("id", referralsFrom.Of("case_id"), tasksFrom.Of("case_id"))
)

// CaseWrapRow is a restricted case's key kept for one named person, or for the
// unit's recovery recipient. Its id is CASE.PERSON.
type CaseWrapRow struct {
	acts.RowKey
	CaseID     string
	Person     string
	KeyVersion int64
	Symmetric  bool `row:"symmetric_wrap"` // under the person's own key; by age until she next signs in
	Wrapped    crypto.Sealed
	Commitment []byte
	Recovery   int64 `row:",later"` // which of the unit's recovery recipients it is for; 0 for a person, and for an agency's of before
}

// Table is the name of the table of restricted cases' keys.
func (*CaseWrapRow) Table() string { return "case_wrap" }

var (
	caseWrapRows = acts.Declare[CaseWrapRow]()
	// caseWrapsOf lists the restricted cases' keys kept for a person.
	caseWrapsOf = caseWrapRows.Find().Is("person").By("case_id")
)

// CaseKeyRow keeps an earlier version of a case's or a referral's key, sealed
// under the next one, for rows written before. Its id is RECORD.VERSION.
type CaseKeyRow struct {
	acts.RowKey
	CaseID     string
	KeyVersion int64
	Wrapped    crypto.Sealed
}

// Table is the name of the table of earlier case keys.
func (*CaseKeyRow) Table() string { return "case_key" }

var _ = acts.Declare[CaseKeyRow]()

// IdentityRow is who she is, as far as she wants. It has its own shred secret:
// going back to an alias shreds it with all its versions.
type IdentityRow struct {
	acts.RowKey
	CaseID     string
	Secret     string
	KeyVersion int64
	Body       crypto.Sealed
}

// Table is the name of the table of identities.
func (*IdentityRow) Table() string { return "identity" }

var _ = acts.Declare[IdentityRow]()

// NoteRow is one entry of the diary, with its own shred secret so that a note
// in the wrong file can be made unreadable there.
type NoteRow struct {
	acts.RowKey
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

var (
	noteRows = acts.Declare[NoteRow]()
	// notesOfCase lists the notes of a case, newest first.
	notesOfCase = noteRows.Find().Is("case_id").By("day desc", "id")
)

// NoteVersionRow is an earlier text of a corrected note. Its id is NOTE.VERSION.
type NoteVersionRow struct {
	acts.RowKey
	NoteID     string
	Author     string
	Day        string
	KeyVersion int64
	Body       crypto.Sealed
}

// Table is the name of the table of earlier texts of notes.
func (*NoteVersionRow) Table() string { return "note_version" }

var (
	noteVersionRows = acts.Declare[NoteVersionRow]()
	// versionsOfNote lists the earlier texts of a note, oldest first.
	versionsOfNote = noteVersionRows.Find().Is("note_id").By("id")
)

// Side is one unit's hold on a record's key: by age as it arrives, then under
// the unit key of an epoch. Exactly one of Wrap and Box is set while it holds.
type Side struct {
	Epoch int64
	Wrap  crypto.Sealed
	Box   crypto.Sealed
}

// TaskRow is something another unit must do by a day: a small package with its
// own key and shred secret, the key wrapped to that unit.
type TaskRow struct {
	acts.RowKey
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
	KeyVersion  int64 `row:",later"` // where it is not BodyVersion: each sealing draws a new key, unless none may be sealed
	Shut        bool  `row:",later"` // after a restore, until the desk tells her rule again
	OwnCase     bool  `row:",later"` // the unit that has it opened a case file of its own from it
	FromCaseKey int64 `row:",later"` // as of a referral
}

// Table is the name of the table of tasks.
func (*TaskRow) Table() string { return "task" }

var (
	taskRows = acts.Declare[TaskRow]()
	// tasksOfUnit lists the tasks that wait for a unit, by deadline.
	tasksOfUnit = taskRows.Find().Is("to_unit").Not("state", taskDone).By("due_day", "id")
	// tasksFrom lists the tasks that a unit sent and that are not done, by deadline.
	tasksFrom = taskRows.Find().Is("from_unit").Not("state", taskDone).By("due_day", "id")
	// tasksOfCase lists the tasks that speak of a case, newest first.
	tasksOfCase = taskRows.Find().Is("case_id").Not("case_id", "").By("day desc", "id")
	// tasksToEnd lists the tasks that are done and still hold something.
	tasksToEnd = taskRows.Find().Holds("body").In("state", taskDone).By("id")
	// tasksHeld lists the tasks of all units that hold something.
	tasksHeld = taskRows.Find().Holds("body").By("id")
)

// ConsentRow is her authorisation: one centre, one purpose, exactly these
// fields, until a day. What it names is sealed; that it lives and until when is
// plaintext, so that expiry is a predicate.
type ConsentRow struct {
	acts.RowKey
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
	Text       string `row:"text_version"` // version of the text read out
	KeyVersion int64
	Body       crypto.Sealed
	EndedDay   string
	Shut       bool `row:",later"` // after a restore, until the desk confirms it
	// BodyVersion is the version that Body is sealed for, where it is not the
	// row's own: what a restore changes it cannot seal again.
	BodyVersion int64 `row:",later"`
}

// Table is the name of the table of consents.
func (*ConsentRow) Table() string { return "consent" }

var (
	consentRows = acts.Declare[ConsentRow]()
	// consentsOfCase lists the authorisations of a case, newest first.
	consentsOfCase = consentRows.Find().Is("case_id").By("day desc", "id")
	// liveConsents lists the authorisations of all units that did not end.
	liveConsents = consentRows.Find().In("state", consentLive).By("id")
	// shutConsents lists a unit's authorisations that a restore shut, newest first.
	shutConsents = consentRows.Find().Is("unit").Set("shut").By("day desc", "id")
)

// LiveConsentRow names the one authorisation that lives for a case and a
// recipient, for each purpose. Its id is made from both.
type LiveConsentRow struct {
	acts.RowKey
	CaseID     string
	Centre     string
	KeyVersion int64
	Body       crypto.Sealed
}

// Table is the name of the table of what lives.
func (*LiveConsentRow) Table() string { return "live_consent" }

var _ = acts.Declare[LiveConsentRow]()

// ReferralRow is what travels to a centre: a sealed package with its own key,
// which each side holds. Her safe-contact rule is sealed apart, so that a new
// rule replaces the old one.
type ReferralRow struct {
	acts.RowKey
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
	Shut        bool          // after a restore, until the desk confirms it
	SentEpoch   int64         `row:",later"` // the sender's, when it was sent; 0 in what an older program sent
	FromCaseKey int64         `row:",later"` // the case key that From is kept under, where the case is restricted to people; 0 where the unit keeps it
	FromReply   crypto.Sealed `row:",later"` // then: whom the receiving unit seals a new key to, under the data key of KeyVersion
	KeyDue      bool          `row:",later"` // with the next word a new key is drawn: somebody who may not read on holds this one
}

// Table is the name of the table of referrals.
func (*ReferralRow) Table() string { return "referral" }

var (
	referralRows = acts.Declare[ReferralRow]()
	// referralsOfCase lists the referrals of a case, newest first.
	referralsOfCase = referralRows.Find().Is("case_id").By("sent_day desc", "id")
	// referralsFrom lists what a unit sent, newest first.
	referralsFrom = referralRows.Find().Is("from_unit").By("sent_day desc", "id")
	// referralsTo lists what a unit received, newest first.
	referralsTo = referralRows.Find().Is("to_unit").By("sent_day desc", "id")
	// endedReferrals and lapsedReferrals find those of all units that still hold
	// something and were declined or closed, or that run out before a day.
	endedReferrals  = referralRows.Find().Holds("body").In("state", "declined", "closed").By("id")
	lapsedReferrals = referralRows.Find().Holds("body").Before("until_day").By("id")
	// everyReferral lists the referrals of all units, newest first.
	everyReferral = referralRows.Find().By("sent_day desc", "id")
)

// ReferralStepRow is one step of a referral's line of states.
type ReferralStepRow struct {
	acts.RowKey
	ReferralID string
	State      string
	Unit       string
	Day        string
	Place      int64 // the referral's version at this step: a day does not tell two of its steps apart
}

// Table is the name of the table of referral steps.
func (*ReferralStepRow) Table() string { return "referral_step" }

var (
	stepRows = acts.Declare[ReferralStepRow]()
	// stepsOf lists the steps of a referral in order.
	stepsOf = stepRows.Find().Is("referral_id").By("place", "id")
)

// MessageRow is one message between desk and centre about a referral, sealed
// under the referral's key.
type MessageRow struct {
	acts.RowKey
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

var (
	messageRows = acts.Declare[MessageRow]()
	// messagesOf lists the messages of a referral in order.
	messagesOf = messageRows.Find().Is("referral_id").By("day", "id")
)

// DeclarationRow is whom a worker should not be given, by her own choice. It has
// its own key and shred secret; once taken back it is empty.
type DeclarationRow struct {
	acts.RowKey
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

var (
	declarationRows = acts.Declare[DeclarationRow]()
	// declarationsOf lists what a person declared, newest first.
	declarationsOf = declarationRows.Find().Is("person").By("day desc", "id")
	// declarationsIn lists what holds now in a unit, newest first.
	declarationsIn = declarationRows.Find().Is("unit").In("state", declarationLive).By("day desc", "id")
)

// DeclarationWrapRow is a declaration's key kept for its author or for a lead of
// her unit. Its id is DECLARATION.PERSON.
type DeclarationWrapRow struct {
	acts.RowKey
	Declaration string
	Person      string
	Symmetric   bool `row:"symmetric_wrap"` // under the person's own key; by age until she next signs in
	Wrapped     crypto.Sealed
}

// Table is the name of the table of declarations' keys.
func (*DeclarationWrapRow) Table() string { return "declaration_wrap" }

var (
	declarationWrapRows = acts.Declare[DeclarationWrapRow]()
	// wrapsOfDeclaration lists for whom a declaration's key is kept.
	wrapsOfDeclaration = declarationWrapRows.Find().Is("declaration").By("id")
	// declarationWrapsOf lists the declarations' keys kept for a person.
	declarationWrapsOf = declarationWrapRows.Find().Is("person").By("id")
)

// Reader reads verified casework rows of one snapshot.
type Reader interface {
	acts.Reader
	// EachCard hands out the cards of a unit without comparing digests: the
	// caller opens each (an authenticated box) and gets the whole row, which is
	// compared, for those it shows.
	EachCard(unit string, f func(c *Card) error) error
	// Cases reads rows by id, at most SearchMax at once; an id without a row
	// gives ErrNoRow.
	Cases(ids []string) ([]*CaseRow, error)
	// CheckShown holds cards from EachCard to the rows that the log names.
	CheckShown(cards []Shown) error
	LeavesOf(limit int, objects ...string) ([]audit.Leaf, error)
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
	Named      acts.List
	Walled     acts.List
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
	acts.Store
	// View runs f on one snapshot.
	View(ctx context.Context, f func(Reader) error) error
	// EndAllSessions takes away the rows of all sessions, which an act has ended.
	EndAllSessions(ctx context.Context) error
	// Source reads the log, for export.
	Source() audit.Source
	// EachRecord hands out every stored row, for the check against the log.
	EachRecord(ctx context.Context, f func(audit.Record) error) error
	// Details gives every sealed detail, for the same check.
	Details() audit.Records
}
