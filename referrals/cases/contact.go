package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cards"
	"sportello/referrals/kept"
	"sportello/referrals/match"
	"sportello/referrals/rule"
	"sportello/referrals/sheets"
	"sportello/referrals/typed"
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
	kept.Alone
}

// Table is the name of the table of contacts.
func (*ContactRow) Table() string { return "contact" }

var (
	contactRows = acts.Declare[ContactRow]()
	// openContacts lists the contacts of a unit that wait for an outcome.
	openContacts = contactRows.Find().Is("unit").In("state", openState).By("day", "id")
	// unlinkedContacts lists the notes of other people and bodies, newest first.
	unlinkedContacts = contactRows.Find().Is("unit").In("state", unlinkedState).By("day desc", "id")
	// contactsAlone lists the contacts that were begun up to a day, that somebody closed
	// and that led to no case.
	contactsAlone = contactRows.Find().UpTo("day").In("case_id", "").Not("state", openState, unlinkedState).By("day", "id")
	// contactsOfCase lists the contacts of a case, newest first.
	contactsOfCase = contactRows.Find().Is("case_id").Not("case_id", "").By("day desc", "id")

	_ = kept.Register(contactRows, kept.Kind[*ContactRow]{Object: policies.KindContact, Class: "contact", Names: true, Past: true, Hangs: []kept.Hang{kept.On("case_file", contactsOfCase)},
		Ended: func(r kept.Reader, day string) ([]*ContactRow, error) {
			return contactsAlone.Rows(r, kept.YearBefore(day))
		},
		Over: func(r kept.Reader, c *ContactRow, day string) (bool, error) {
			return cards.ClosedForAYear(r, policies.KindContact, c.ID, policies.ContactClose, day)
		}})
)

// Contact is what a worker writes down while somebody is in front of her or on
// the phone. Nothing in it is required but who is speaking and the outcome: no
// name, birth date, tax code, residence or permit ever blocks, and the form of
// violence, his offences and her permit are never asked.
type Contact struct {
	Speaker   string            `json:"speaker"` // she, someone, body
	Channel   string            `json:"channel,omitempty"`
	At        time.Time         `json:"at"`
	Overheard map[string]string `json:"overheard,omitempty"` // question -> yes, no, unknown, refused
	CallBack  string            `json:"call_back,omitempty"`
	Danger    string            `json:"danger,omitempty"` // yes, no, unknown, refused; empty is not asked
	WhereHe   string            `json:"where_he,omitempty"`
	Children  string            `json:"children,omitempty"` // none, with_her, elsewhere, with_person
	HowMany   string            `json:"how_many,omitempty"`
	Ages      string            `json:"ages,omitempty"`
	WhoCalls  string            `json:"who_calls,omitempty"` // the emergency call: she, desk, later
	CallWhen  string            `json:"call_when,omitempty"`
	DutyTold  bool              `json:"duty_told,omitempty"`
	Alias     string            `json:"alias,omitempty"`
	Request   string            `json:"request,omitempty"`
	Needs     []string          `json:"needs,omitempty"`
	Safe      rule.SafeContact  `json:"safe"`
	Given     []Given           `json:"given,omitempty"`
	Outcome   string            `json:"outcome,omitempty"`
	// Recognised says how she was known, where she was here before: nothing typed of
	// her rule gets wider without. It is asked where only a name
	// like hers was found: one of Recognitions.
	Recognised string `json:"recognised,omitempty"`
	Note       string `json:"note,omitempty"`
	Minor      bool   `json:"minor,omitempty"`    // she is under 18
	With       string `json:"with,omitempty"`     // who came with her, in the worker's words; "yes" where nobody said who
	Language   string `json:"language,omitempty"` // hers
	Mediator   string `json:"mediator,omitempty"` // yes, no
	Again      string `json:"again,omitempty"`    // yes, no: she wants to be found again by name and number
	Course
	// For "someone for her" and "a body": requester and subject stay apart.
	Requester string `json:"requester,omitempty"`
	Phone     string `json:"phone,omitempty"` // a body's published number
	Subject   string `json:"subject,omitempty"`
	Source    string `json:"source,omitempty"` // police, 114, red_code, hospital, health_authority, other_municipality, citizen …
}

// Signs are what of it proposes a sheet: what she asks for, and what she said.
func (c *Contact) Signs() []string {
	all := slices.Clone(c.Needs)
	for sign, said := range map[string]bool{"danger": c.Danger == "yes", "minor": c.Minor, "children": typed.Codes("with_her", "elsewhere", "with_person")[c.Children]} {
		if said {
			all = append(all, sign)
		}
	}
	return all
}

// Given is one sheet or notice that was handed over or read out.
type Given struct {
	Sheet    string `json:"sheet"`
	Version  string `json:"version"`
	Language string `json:"language"`
	How      string `json:"how,omitempty"` // one of sheets.Ways; empty where nobody said
}

// The codes of a contact, in the order they are shown.
var (
	Speakers = []string{"she", "someone", "body"}
	Channels = []string{"in_person", "phone", "email", "message", "brought"}
	Answers  = []string{"", "yes", "no", "unknown", "refused"}
	Outcomes = []string{"info_only", "stay_in_touch", "social_service", "emergency",
		"thinking", "nothing_more", "line_dropped", "no_safe_way"}
	Needs   = []string{"listen", "information", "cav", "bed", "legal", "health", "psychology", "child", "work", "money", "home", "care", "language_help", "other"}
	Where   = []string{"", "none", "with_her", "elsewhere", "with_person", "unknown", "refused"}
	Sources = []string{"", "relative", "friend", "citizen", "police", "judicial_police", "114", "red_code", "hospital", "health_authority", "other_municipality", "other"}
	// EmergencyCallers are who makes the emergency call.
	EmergencyCallers = []string{"she", "desk", "later"}
	speakers         = typed.Codes(Speakers...)
	channels         = typed.Codes(append([]string{""}, Channels...)...)
	answers          = typed.Codes(Answers...)
	outcomes         = typed.Codes(Outcomes...)
	needs            = typed.Codes(Needs...)
	where            = typed.Codes(Where...)
	sources          = typed.Codes(Sources...)
	callers          = typed.Codes(append([]string{""}, EmergencyCallers...)...)
)

// GoesOn tells whether an outcome says that she will be called or come back: it
// needs a case file, or nobody finds her again. "thinking" does not: whether she
// leaves a trace is hers to say. A social service gets its package in the task.
func GoesOn(outcome string) bool { return outcome == "stay_in_touch" }

// check is Contact's, that a task carries only what there is to tick, and that she
// can be found again where the outcome goes on.
func (in *NewContact) check(open bool) error {
	if err := in.Contact.check(open); err != nil {
		return err
	}
	bad := typed.Check{}
	for _, item := range in.Share {
		bad.OneOf("share", item, typed.Codes(rule.Items...))
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if !open && GoesOn(in.Outcome) && !in.OpenCase && in.CaseID == "" {
		return &typed.Invalid{Fields: map[string]string{"outcome": "contact.needs_case"}}
	}
	return nil
}

func (c *Contact) check(open bool) error {
	bad := typed.Check{}
	bad.OneOf("speaker", c.Speaker, speakers)
	bad.OneOf("channel", c.Channel, channels)
	bad.OneOf("danger", c.Danger, answers)
	bad.OneOf("children", c.Children, where)
	bad.OneOf("source", c.Source, sources)
	bad.OneOf("danger_caller", c.WhoCalls, callers)
	if c.Recognised != "" && c.Recognised != NotRecognised {
		bad.OneOf("recognised", c.Recognised, recognitions)
	}
	if c.Outcome != "" || !open {
		bad.OneOf("outcome", c.Outcome, outcomes)
	}
	for q, a := range c.Overheard {
		bad.OneOf(q, a, answers)
	}
	for _, n := range c.Needs {
		bad.OneOf("needs", n, needs)
	}
	for field, v := range map[string]string{"name": c.Alias, "call_number": c.CallBack, "children_count": c.HowMany,
		"children_ages": c.Ages, "danger_when": c.CallWhen, "phone": c.Phone} {
		bad.Max(field, v, typed.MaxShort)
	}
	for field, v := range map[string]string{"where_he": c.WhereHe, "requester": c.Requester} {
		bad.Max(field, v, typed.MaxLine)
	}
	for field, v := range map[string]string{"request": c.Request, "note": c.Note, "subject": c.Subject} {
		bad.Max(field, v, typed.MaxText)
	}
	c.Safe.Check(bad)
	for _, g := range c.Given {
		if why := sheets.PaperRefused(c.Safe, c.At); g.How == sheets.OnPaper && why != "" {
			bad["given"] = why
		}
	}
	if c.Speaker != "she" && (c.Outcome == "stay_in_touch" || c.Outcome == "social_service") {
		bad["outcome"] = "error.not_she"
	}
	return bad.Err()
}

// NewContact is a contact and what should follow from it.
type NewContact struct {
	Contact
	Form     string // drawn when the form was first shown: a replayed form finds its contact; with a version, the contact's id
	Version  int64  // of the contact as it was kept while it is open; 0 when it was not
	OpenCase bool   // "Apri una nuova scheda"
	Restrict bool
	// LineDropped says that the line drops now: she may be called back, if she said so.
	LineDropped bool
	CaseID      string   // she has been here: the case she was found in
	Chosen      string   // the same while the contact goes on, when nothing is written to it yet
	Query       string   // what she was looked for by
	Service     string   // the social service that gets the task
	Share       []string // of RuleItems: what she lets the task carry; nothing is only through the desk
	// FromTask is the task that another unit sent and the case file is opened from.
	FromTask string
	// CaseVersion is the version of the case whose rule the page showed for Share,
	// where it is not typed in the contact; 0 where it is.
	CaseVersion int64
}

// Recorded is what a contact became.
type Recorded struct {
	ContactID string
	Version   int64
	CaseID    string
	Code      string // the code she can come back with
	TaskID    string
}

// unlinkedState marks a note about somebody who did not speak herself.
const unlinkedState = "unlinked"

// openState marks a contact that nobody closed yet.
const openState = "open"

// KeepContact keeps what was typed of a contact that goes on: a call that drops,
// or a browser that dies, loses nothing, and a colleague finds it on the Agenda.
// ErrConflict when it was kept from another tab meanwhile, ErrState once closed.
func (d *Desk) KeepContact(ctx context.Context, who acts.Caller, in NewContact) (Recorded, audit.Receipt, error) {
	return d.contact(ctx, who, policies.ContactCreate, in, openState)
}

// RecordContact closes a contact with its outcome, and opens a case file or sets
// a task where that asks for it, in one act. The same form twice gives the same
// contact. An outcome that goes on is refused without a case file.
func (d *Desk) RecordContact(ctx context.Context, who acts.Caller, in NewContact) (Recorded, audit.Receipt, error) {
	if in.Speaker == "someone" || in.Speaker == "body" {
		in.OpenCase, in.CaseID = false, ""
		return d.contact(ctx, who, policies.UnlinkedAdd, in, unlinkedState)
	}
	return d.contact(ctx, who, policies.ContactClose, in, in.Outcome)
}

func (d *Desk) contact(ctx context.Context, who acts.Caller, action policies.Action, in NewContact, state string) (Recorded, audit.Receipt, error) {
	var out Recorded
	again := false
	prepare := func(r kept.Reader, act *acts.Act) error {
		out = Recorded{}
		row, err := started(r, act, &in, again)
		if err != nil {
			return err
		}
		out.ContactID = row.ID // said of what others kept meanwhile too
		if err := in.check(state == openState); err != nil {
			return err
		}
		if row.Version > 0 && row.State != openState {
			if state == openState {
				return kept.ErrState
			}
			out.CaseID, out.Version = row.CaseID, row.Version
			return nil // this very form was recorded already
		}
		if row.Version != in.Version {
			return acts.ErrConflict
		}
		row.State = state
		return d.recordContact(r, act, in, row, &out)
	}
	receipt, err := d.work.Do(ctx, who, action, prepare)
	if errors.Is(err, acts.ErrConflict) {
		again = true
		receipt, err = d.work.Do(ctx, who, action, prepare) // the same form, sent twice at once: now it is found
	}
	return out, receipt, err
}

// started asks the policy about the contact of a form, and returns its row: the
// stored one, or a new one at version 0. Again says that writing a new one met
// a row that is there.
//
// A new contact's id is made from the form's and from who sends it: nobody can
// choose one that something else has, nor learn by trying that it does. Only a form
// that goes on with a contact, as its version says, names a row as it is.
func started(r kept.Reader, act *acts.Act, in *NewContact, again bool) (*ContactRow, error) {
	bad := typed.Check{}
	if typed.Form(in.Form).Check(bad); len(bad) > 0 {
		return nil, bad.Err()
	}
	row := &ContactRow{}
	if in.Version > 0 {
		if err := r.Get(row, in.Form); err != nil {
			return nil, kept.LikeThere(r, err, &kept.CaseRow{})
		}
		return row, allowContact(r, act, row)
	}
	id, err := typed.Form(in.Form).Row(act.Who, "contact", act.Who.Unit()), acts.ErrNoRow
	if again || !r.Unnamed(row.Table(), id) {
		err = r.Get(row, id)
	}
	if errors.Is(err, acts.ErrNoRow) {
		row.ID, row.Unit, row.Author, row.Day = id, act.Who.Unit(), act.Who.Person(), act.Day
		if act.Action == policies.ContactClose { // begun and closed in one act
			return row, act.Allow(contactObject(act.Who, row))
		}
		return row, act.Allow(kept.UnitObject(act.Who))
	}
	if err != nil {
		return nil, err
	}
	return row, allowContact(r, act, row)
}

// contactObject is a contact as the policy sees it, without the walls of its case.
func contactObject(who acts.Caller, row *ContactRow) policies.Object {
	return policies.Object{Kind: policies.KindContact, ID: row.ID, Unit: row.Unit, UnitKind: who.UnitKind(), Author: row.Author, State: row.State}
}

// allowContact asks the policy about a contact that is there.
func allowContact(r kept.Reader, act *acts.Act, row *ContactRow) error {
	o := contactObject(act.Who, row)
	if _, err := kept.WallsOf(r, act, row.CaseID, &o); err != nil {
		return err
	}
	return act.Allow(o)
}

func (d *Desk) recordContact(r kept.Reader, act *acts.Act, in NewContact, row *ContactRow, out *Recorded) error {
	in.At = act.Now
	secret, err := contactSecret(r, act, row)
	if err != nil {
		return err
	}
	if err := in.follow(r, act, row, secret); err != nil {
		return err
	}
	row.Version++
	c, writes, err := caseOfContact(r, act, row, in)
	if err != nil {
		return err
	}
	if c != nil {
		row.CaseID, out.CaseID, in.Code = c.Row.ID, c.Row.ID, c.Card.Code
	} else if in.Code == "" && row.State != openState && in.Speaker == "she" {
		in.Code = kept.NewCode()
	}
	if out.Code = in.Code; c == nil && in.Code != "" {
		if err := act.GiveCode(policies.KindContact, row.ID, acts.Secret{ID: row.Secret, Bytes: secret}, match.CodeSigns(in.Code)); err != nil {
			return err
		}
	}
	if err := kept.PutAlone(act.Who, c, row, secret, in.Contact); err != nil {
		return err
	}
	if err := in.knownChoice(r, act); err != nil {
		return err
	}
	writes = append(writes, row)
	cards, err := cardsOfContact(r, act, row, &in.Contact)
	if err != nil {
		return err
	}
	if in.Outcome == "social_service" && row.State != openState {
		task, err := d.ask(r, act, in, c)
		if err != nil {
			return err
		}
		out.TaskID, _ = task.Key()
		writes = append(writes, task)
	}
	out.Version = row.Version
	cards.Put = append(writes, cards.Put...)
	act.Commit = cards.Write
	return nil
}

// contactSecret is a contact's shred secret, made with its first version.
func contactSecret(r kept.Reader, act *acts.Act, row *ContactRow) (secret []byte, err error) {
	if row.Version == 0 {
		s := act.NewSecret()
		row.Secret, secret = s.ID, s.Bytes
	} else if secret, err = r.Secret(row.Secret); err != nil {
		return nil, err
	}
	act.Salt = secret
	return secret, nil
}

// caseOfContact is the case that a contact opens or belongs to, with the rows
// it changes; nil for a contact that stands alone.
func caseOfContact(r kept.Reader, act *acts.Act, row *ContactRow, in NewContact) (*kept.File, []acts.Row, error) {
	switch {
	case in.OpenCase:
		if err := act.Also(policies.CaseOpenNew, kept.UnitObject(act.Who)); err != nil {
			return nil, nil, err
		}
		return NewCase(r, act, row.ID, in)
	case in.CaseID != "":
		c, rows, err := kept.Touch(r, act, policies.CaseUpdate, in.CaseID)
		if err == nil {
			err = in.Known(&c.Card)
		}
		if err == nil && len(in.Share) > 0 && !in.Safe.Said() && in.CaseVersion != 0 && in.CaseVersion != c.Row.Version-1 {
			err = &typed.Invalid{Fields: map[string]string{"share": "share.changed"}} // her rule may be another now
		}
		if err == nil && row.State != openState {
			var more []acts.Row
			more, err = comeBack(r, act, c, in)
			rows = append(rows, more...)
		}
		if err == nil {
			c.ToCall(in.Outcome, act.Day)
			in.mark(c, row.ID)
			err = c.Seal(act.Who)
		}
		return c, rows, err
	}
	return nil, nil, nil
}

// Known refuses a case that is only like what she was looked for by, unless it was
// recorded how she was recognised: search is not recognition.
func (in *NewContact) Known(card *kept.CaseCard) error {
	by, class := match.NewQuery(in.Query).Record(card.ComparedBy(), card.Code)
	switch {
	case recognitions[in.Recognised] || certain[foundBy(by, class)]:
		return nil
	case in.Recognised == NotRecognised:
		return typed.Bad("recognised", "contact.not_recognised")
	}
	return typed.Bad("recognised", "contact.recognise")
}

// knownChoice is Known of the case that was chosen while the contact goes on. Of one
// that the caller may not open, nothing is said.
func (in *NewContact) knownChoice(r kept.Reader, act *acts.Act) error {
	if in.Chosen == "" || recognitions[in.Recognised] {
		return nil
	}
	row := &kept.CaseRow{}
	if err := r.Get(row, in.Chosen); err != nil {
		return kept.NotNoRow(err)
	}
	if !act.May(policies.CaseUpdate, kept.CaseObject(act.Who, row)) {
		return nil
	}
	salt := act.Salt
	c, err := kept.Open(r, act, row)
	act.Salt = salt
	if err != nil {
		return act.Spare(err)
	}
	return in.Known(&c.Card)
}

// ContactView is a contact as its unit reads it.
type ContactView struct {
	ID, Author, Day, CaseID string
	Code                    string // her code, when a case file was opened
	Version                 int64
	Open                    bool
	Contact
}

// OpenContact reads one contact of the caller's unit that stands alone; one
// that belongs to a case is read with the case.
func (d *Desk) OpenContact(ctx context.Context, who acts.Caller, id string) (ContactView, audit.Receipt, error) {
	var v ContactView
	receipt, err := d.work.Do(ctx, who, policies.ContactOpen, func(r kept.Reader, act *acts.Act) error {
		var row ContactRow
		if err := r.Get(&row, id); err != nil {
			return kept.LikeThere(r, err, &kept.CaseRow{})
		}
		o := contactObject(act.Who, &row)
		c, err := kept.WallsOf(r, act, row.CaseID, &o)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		var f *kept.File
		if c != nil {
			if f, err = kept.Open(r, act, c); err != nil {
				return err
			}
		}
		v, err = viewContact(r, act, f, &row)
		return err
	})
	return v, receipt, err
}

// viewContact opens a contact, with the case it belongs to or nil.
func viewContact(r kept.Reader, act *acts.Act, c *kept.File, row *ContactRow) (ContactView, error) {
	secret, err := r.Secret(row.Secret)
	if err != nil {
		return ContactView{}, err
	}
	if c == nil {
		act.Salt = secret
	}
	v := ContactView{ID: row.ID, Author: row.Author, Day: row.Day, CaseID: row.CaseID, Version: row.Version, Open: row.State == openState}
	if c != nil {
		v.Code = c.Card.Code
	}
	err = kept.GetAlone(r, act.Who, c, row, secret, &v.Contact)
	return v, err
}

// ContactLine is a contact that nobody closed yet.
type ContactLine struct {
	ID, Alias string
	Begun     time.Time
}

// OpenContacts lists what somebody began to write down and nobody closed: one
// author, or the whole unit.
func OpenContacts(r kept.Reader, act *acts.Act, author string) ([]ContactLine, error) {
	rows, err := openContacts.Rows(r, act.Who.Unit())
	return kept.Lines(act, rows, err, func(row *ContactRow) (l ContactLine, shown bool, err error) {
		if author != "" && row.Author != author {
			return l, false, nil
		}
		v, err := viewContact(r, act, nil, row)
		if err != nil {
			return l, false, err
		}
		act.Detail.IDs = append(act.Detail.IDs, row.ID)
		return ContactLine{ID: row.ID, Alias: v.Alias, Begun: v.At}, true, nil
	})
}

// EarlierNotes are what other people and bodies told before reports were kept as such,
// newest first: they are read as they are.
func EarlierNotes(r kept.Reader, act *acts.Act) ([]ContactView, error) {
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	rows, err := unlinkedContacts.Rows(r, act.Who.Unit())
	return kept.Lines(act, rows, err, func(row *ContactRow) (ContactView, bool, error) {
		v, err := viewContact(r, act, nil, row)
		if err != nil {
			return v, false, err
		}
		act.Detail.IDs = append(act.Detail.IDs, row.ID)
		return v, true, nil
	})
}
