package referrals

import (
	"context"
	"errors"
	"strconv"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// CaseCard is the small index card that lists and search read. The reason she
// came is never on it.
type CaseCard struct {
	Code    string   `json:"code"`
	Alias   string   `json:"alias,omitempty"`
	Names   []string `json:"names,omitempty"` // only while she is identified
	Phones  []string `json:"phones,omitempty"`
	Last    string   `json:"last"` // day of the last contact
	Channel string   `json:"channel,omitempty"`
	// The hours of the next call, HH:MM; its day is in the case row.
	RecallFrom string `json:"recall_from,omitempty"`
	RecallTo   string `json:"recall_to,omitempty"`
}

// CaseWho names a case on a list of its own unit: code and alias, never more.
type CaseWho struct{ Code, Alias string }

func (c *CaseCard) who() CaseWho { return CaseWho{c.Code, c.Alias} }

// Told is what the woman agreed to tell.
type Told struct {
	Request  string   `json:"request,omitempty"`
	Needs    []string `json:"needs,omitempty"`
	Where    string   `json:"children_where,omitempty"`
	HowMany  string   `json:"children_count,omitempty"`
	Ages     string   `json:"children_ages,omitempty"`
	Children string   `json:"children,omitempty"` // in her words
	Language string   `json:"language,omitempty"`
	Mediator string   `json:"mediator,omitempty"` // yes, no
	Town     string   `json:"town,omitempty"`     // a municipality she names, never a street
}

// Identity is who she is, as far as she wants.
type Identity struct {
	Name    string `json:"name,omitempty"`
	Surname string `json:"surname,omitempty"`
	Born    string `json:"born,omitempty"`
}

// caseFile is a case row with what its keys open.
type caseFile struct {
	row        *CaseRow
	secret     []byte
	cardSecret []byte
	key        crypto.Key // the case key
	drawn      earlierKey // the key before it, where this act drew it
	data       crypto.Key // HKDF(case key, shred secret)
	card       CaseCard
	safe       rule.SafeContact
	told       Told
	toldRead   bool // told is what the row holds; else it was not opened
	// newCardSecret is set when the card was erased: the next write makes one anew.
	newCardSecret func() acts.Secret
}

// newCase makes a case file from a first contact, with the rows to write.
func (d *Desk) newCase(r Reader, act *acts.Act, in NewContact) (*caseFile, []acts.Row, error) {
	secret, cardSecret := act.NewSecret(), act.NewSecret()
	c := &caseFile{secret: secret.Bytes, cardSecret: cardSecret.Bytes, key: crypto.NewKey(), safe: in.Safe}
	c.row = &CaseRow{RowKey: newRow(), Unit: act.Who.Unit(), State: "open", OpenedDay: act.Day,
		LastDay: act.Day, Secret: secret.ID, CardSecret: cardSecret.ID, KeyVersion: 1}
	rows := []acts.Row{c.row}
	if in.Restrict {
		wraps, err := d.nameTo(r, act.Who, c, acts.List("").With(act.Who.Person()))
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, wraps...)
	}
	c.card = CaseCard{Code: newCode(), Alias: in.Alias, Last: act.Day, Channel: in.Channel}
	if p := in.Safe.Phone(); p != "" {
		c.card.Phones = append(c.card.Phones, p)
	}
	c.toldRead = true
	c.told = Told{Request: in.Request, Needs: in.Needs, Where: in.Children, HowMany: in.HowMany, Ages: in.Ages}
	c.toCall(in.Outcome, act.Day)
	return c, rows, d.sealCase(act.Who, c)
}

// toCall puts a case on "Da richiamare" after a contact that goes on, where her
// rule lets a phone ring. A call that was planned stays planned.
func (c *caseFile) toCall(outcome, day string) {
	if outcome == "stay_in_touch" && c.row.RecallDay == "" && c.safe.Phone() != "" {
		c.row.RecallDay = day
	}
}

// codeLetters leaves out what is misheard or misread: 0 O, 1 I L, 2 Z, 5 S, 8 B.
const codeLetters = "ACDEFGHJKMNPQRTUVWXY34679"

// newCode makes the code that a woman can come back with: eight signs, about
// 37 bits, said in two groups of four.
func newCode() string {
	var out []byte
	for len(out) < 8 {
		for _, b := range crypto.NewSalt() {
			if int(b) < 250 && len(out) < 8 {
				out = append(out, codeLetters[int(b)%len(codeLetters)])
			}
		}
	}
	return string(out[:4]) + "-" + string(out[4:])
}

// sealCase seals every sealed column for the row's version. A unit-visible
// case's key and card are wrapped under the unit key; a restricted one's under
// the named people's (see restrict.go).
func (d *Desk) sealCase(who acts.Caller, c *caseFile) error {
	if !c.toldRead {
		return errors.New("sealing a case: what it holds was not read")
	}
	c.data = c.key.Derive(crypto.LabelData, c.secret)
	if c.newCardSecret != nil {
		fresh := c.newCardSecret()
		c.row.CardSecret, c.cardSecret, c.newCardSecret = fresh.ID, fresh.Bytes, nil
	}
	if c.card.Code == "" {
		c.card.Code = newCode() // the one before went with its card
	}
	var err error
	v := c.row.Version
	cardKey := c.key.Derive(crypto.LabelCard, c.cardSecret)
	if !c.row.Restricted {
		if c.row.KeyBox, c.row.Epoch, err = wrapRecordKey(who, c.row, "key_box", v, c.key, crypto.LabelCaseWrap); err != nil {
			return err
		}
		unit, _ := who.UnitKey(c.row.Epoch)
		cardKey = unit.Derive(crypto.LabelCard, c.cardSecret)
	}
	if c.row.Card, err = seal(cardKey, c.row, "card", c.card); err != nil {
		return err
	}
	if c.row.Safe, err = seal(c.data, c.row, "safe", c.safe); err != nil {
		return err
	}
	c.row.Told, err = seal(c.data, c.row, "told", c.told)
	return err
}

// caseObject is a case row as the policy sees it for a caller.
func caseObject(who acts.Caller, row *CaseRow) policies.Object {
	return policies.Object{Kind: policies.KindCase, ID: row.ID, Unit: row.Unit, UnitKind: who.UnitKind(), State: row.State,
		Restricted: row.Restricted, Named: row.Named.Has(who.Person()), WalledOff: row.Walled.Has(who.Person())}
}

// load looks a case up, asks the policy about the act, and opens it.
func (d *Desk) load(r Reader, act *acts.Act, id string) (*caseFile, error) {
	row := &CaseRow{}
	if err := r.Get(row, id); err != nil {
		return nil, err
	}
	if err := act.Allow(caseObject(act.Who, row)); err != nil {
		return nil, err
	}
	return d.openCase(r, act, row)
}

// openCase opens what the policy allowed.
func (d *Desk) openCase(r Reader, act *acts.Act, row *CaseRow) (*caseFile, error) {
	c := &caseFile{row: row}
	var err error
	if c.secret, err = r.Secret(row.Secret); err != nil {
		return nil, err
	}
	c.cardSecret, err = r.Secret(row.CardSecret)
	named := errors.Is(err, acts.ErrErased) // a restored copy: this card named her, and she went back to her alias
	if err != nil && !named {
		return nil, err
	}
	act.Salt = c.secret
	cardKey := crypto.Key{}
	if row.Restricted {
		if c.key, err = d.restrictedKey(r, act.Who, row); err != nil {
			return nil, err
		}
		cardKey = c.key.Derive(crypto.LabelCard, c.cardSecret)
	} else {
		if c.key, err = openRecordKey(act.Who, row, "key_box", row.Version, row.Epoch, row.KeyBox, crypto.LabelCaseWrap); err != nil {
			return nil, err
		}
		unit, _ := act.Who.UnitKey(row.Epoch)
		cardKey = unit.Derive(crypto.LabelCard, c.cardSecret)
	}
	c.data = c.key.Derive(crypto.LabelData, c.secret)
	if named {
		c.newCardSecret = act.NewSecret
	} else if err := open(cardKey, row, "card", row.Card, &c.card); err != nil {
		return nil, err
	}
	return c, open(c.data, row, "safe", row.Safe, &c.safe)
}

// readTold opens what she agreed to tell, once. Every write needs it, before the row
// moves to its next version.
func (c *caseFile) readTold() error {
	if c.toldRead {
		return nil
	}
	err := open(c.data, c.row, "told", c.row.Told, &c.told)
	c.toldRead = err == nil
	return err
}

// advance moves a case to its next version, before anything is sealed into it.
// The first write after a new epoch of the unit draws a new case key, and so
// does the first write to a restricted case after somebody it names left the
// unit, or the unit's recovery changed: neither reads anything of it. The earlier
// key stays, sealed under the new one, for rows written before. It returns the
// rows to write.
func (d *Desk) advance(r Reader, who acts.Caller, c *caseFile) ([]acts.Row, error) {
	if err := c.readTold(); err != nil {
		return nil, err
	}
	c.row.Version++
	if !c.row.Restricted {
		if c.row.Epoch == who.Epoch() {
			return []acts.Row{c.row}, nil
		}
		return []acts.Row{c.row, c.drawKey()}, nil
	}
	stay, err := d.stillHere(r, who.Unit(), c.row.Named)
	if err != nil {
		return nil, err
	}
	recovery, err := units.RecoveryOf(r, c.row.Unit)
	if err != nil {
		return nil, err
	}
	kept, err := keptFor(r, c.row, recovery)
	if err != nil {
		return nil, err
	}
	if stay == c.row.Named && kept {
		return []acts.Row{c.row}, nil
	}
	rows := []acts.Row{c.row, c.drawKey()}
	wraps, err := d.keepNamed(r, who, c, stay, recovery)
	return append(rows, wraps...), err
}

// drawKey gives a case a new key version and returns the row that keeps the one
// before under it.
func (c *caseFile) drawKey() *CaseKeyRow {
	old := &CaseKeyRow{RowKey: acts.RowKey{ID: c.row.ID + "." + strconv.FormatInt(c.row.KeyVersion, 10), Version: 1},
		CaseID: c.row.ID, KeyVersion: c.row.KeyVersion}
	next := crypto.NewKey()
	old.Wrapped = next.Derive(crypto.LabelCaseWrap).Seal(binding(old, "wrapped", 1), c.key.Bytes())
	c.drawn = earlierKey{c.row.KeyVersion, c.key}
	c.key = next
	c.row.KeyVersion++
	return old
}

// earlierKey is a key that was a case's own until this act.
type earlierKey struct {
	version int64
	key     crypto.Key
}

// keyAt is the case key of a version: the newest, or one that the chain of
// earlier keys opens.
func (c *caseFile) keyAt(r Reader, version int64) (crypto.Key, error) {
	if version <= c.drawn.version {
		return keyBefore(r, c.row.ID, c.drawn.key, c.drawn.version, version)
	}
	return keyBefore(r, c.row.ID, c.key, c.row.KeyVersion, version)
}

// touchCase notes something new on an existing case, in an act about something else:
// whether the caller may do so to this case is asked beside it.
func (d *Desk) touchCase(r Reader, act *acts.Act, a policies.Action, id string) (*caseFile, []acts.Row, error) {
	row := &CaseRow{}
	if err := r.Get(row, id); err != nil {
		return nil, nil, err
	}
	if err := act.Also(a, caseObject(act.Who, row)); err != nil {
		return nil, nil, err
	}
	salt := act.Salt
	c, err := d.openCase(r, act, row)
	act.Salt = salt
	if err != nil {
		return nil, nil, err
	}
	rows, err := d.advance(r, act.Who, c)
	if err != nil {
		return nil, nil, err
	}
	c.card.Last, c.row.LastDay = act.Day, act.Day
	return c, rows, d.sealCase(act.Who, c)
}

// CaseHead is what every page about a woman shows of her case: who she is on its
// lists, how she may be reached, and where the case stands.
type CaseHead struct {
	ID         string
	Version    int64
	State      string
	OpenedDay  string
	LastDay    string
	Recall     rule.Recall
	Restricted bool
	Card       CaseCard
	Safe       rule.SafeContact
}

func (c *caseFile) head() CaseHead {
	return CaseHead{ID: c.row.ID, Version: c.row.Version, State: c.row.State, OpenedDay: c.row.OpenedDay,
		LastDay: c.row.LastDay, Recall: c.recall(), Restricted: c.row.Restricted, Card: c.card, Safe: c.safe}
}

// Part is a part of a case file that a page asks for. What it does not ask for is
// neither read nor opened.
type Part string

// The parts of a case file.
const (
	PartPerson    Part = "person"    // what she agreed to tell, and who she is
	PartDiary     Part = "diary"     // the notes
	PartContacts  Part = "contacts"  // the contacts that belong to it
	PartConsents  Part = "consents"  // her authorisations
	PartReferrals Part = "referrals" // what was sent to centres, without what is in it
	PartTasks     Part = "tasks"     // what a social service was asked, without what is in it
	PartKnown     Part = "known"     // the units that know how to reach her, and what of it
	partChoices   Part = "choices"   // what she can share with a centre, on the page on which she chooses
)

// Parts are all that the log says of what was shown of a case file.
var Parts = []Part{PartPerson, PartDiary, PartContacts, PartConsents, PartReferrals, PartTasks, PartKnown, partChoices}

// CaseView is a case file as its unit reads it: its head, and the parts asked for.
type CaseView struct {
	CaseHead
	Told      Told
	Identity  *Identity
	Notes     []NoteView
	Contacts  []ContactView
	Consents  []ConsentView
	Referrals []ReferralLine
	Sent      []SentTask // what the social service was asked, newest first
	Known     []Recipient
}

// OpenCase reads a case file's head and the parts asked for: one act, one leaf,
// whose sealed detail names the parts.
func (d *Desk) OpenCase(ctx context.Context, who acts.Caller, id string, parts ...Part) (CaseView, audit.Receipt, error) {
	var v CaseView
	receipt, err := d.do(ctx, who, policies.CaseOpen, func(r Reader, act *acts.Act) error {
		c, err := d.load(r, act, id)
		if err != nil {
			return err
		}
		v, err = d.viewCase(r, act, c, parts...)
		return err
	})
	return v, receipt, err
}

// readParts is how each part is read into a view.
var readParts = map[Part]func(*Desk, Reader, *acts.Act, *caseFile, *CaseView) error{
	PartPerson: func(d *Desk, r Reader, _ *acts.Act, c *caseFile, v *CaseView) (err error) {
		if err := c.readTold(); err != nil {
			return err
		}
		v.Told = c.told
		v.Identity, err = d.identity(r, c)
		return err
	},
	PartDiary: func(d *Desk, r Reader, _ *acts.Act, c *caseFile, v *CaseView) (err error) {
		v.Notes, err = d.notes(r, c)
		return err
	},
	PartContacts: func(d *Desk, r Reader, act *acts.Act, c *caseFile, v *CaseView) (err error) {
		v.Contacts, err = d.contacts(r, act, c)
		return err
	},
	PartConsents: func(d *Desk, r Reader, act *acts.Act, c *caseFile, v *CaseView) (err error) {
		v.Consents, err = d.consents(r, act, c)
		return err
	},
	PartReferrals: func(d *Desk, r Reader, act *acts.Act, c *caseFile, v *CaseView) (err error) {
		if err := act.Also(policies.ReferralList, d.unitObject(act.Who)); err != nil {
			return err
		}
		v.Referrals, err = d.referralLines(r, act, c)
		return err
	},
	PartTasks: func(d *Desk, r Reader, act *acts.Act, c *caseFile, v *CaseView) (err error) {
		v.Sent, err = d.sentOfCase(r, act, c)
		return err
	},
	PartKnown: func(d *Desk, r Reader, act *acts.Act, c *caseFile, v *CaseView) (err error) {
		salt := act.Salt
		v.Known, err = d.recipients(r, act, c)
		act.Salt = salt
		return err
	},
}

// viewCase reads the parts of a case that was allowed to be opened. One that is not
// allowed to be shown refuses the act.
func (d *Desk) viewCase(r Reader, act *acts.Act, c *caseFile, parts ...Part) (CaseView, error) {
	v := CaseView{CaseHead: c.head()}
	for _, p := range parts {
		read, ok := readParts[p]
		if !ok {
			return CaseView{}, errors.New("reading a case: an unknown part")
		}
		act.Shows(string(p))
		if err := read(d, r, act, c, &v); err != nil {
			return CaseView{}, err
		}
	}
	return v, nil
}

func (d *Desk) contacts(r Reader, act *acts.Act, c *caseFile) ([]ContactView, error) {
	rows, err := contactsOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	var all []ContactView
	for _, row := range rows {
		v, err := d.viewContact(r, act, c, row)
		if errors.Is(err, acts.ErrErased) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// versionOf says ErrConflict when a form was filled from an older version.
func versionOf(c *caseFile, version int64) error {
	if c.row.Version != version {
		return acts.ErrConflict
	}
	return nil
}

// edit loads a case for a form filled at a version, lets f change it, and
// writes it.
func (d *Desk) edit(ctx context.Context, who acts.Caller, a policies.Action, id string, version int64,
	f func(Reader, *acts.Act, *caseFile) ([]acts.Row, error)) (audit.Receipt, error) {
	return d.do(ctx, who, a, func(r Reader, act *acts.Act) error {
		c, err := d.load(r, act, id)
		if err != nil {
			return err
		}
		if err := versionOf(c, version); err != nil {
			return err
		}
		rows, err := d.advance(r, act.Who, c)
		if err != nil {
			return err
		}
		more, err := f(r, act, c)
		if err != nil {
			return err
		}
		if err := d.sealCase(act.Who, c); err != nil {
			return err
		}
		act.Commit = putAll(append(rows, more...)...)
		return nil
	})
}

// PersonForm is the page "Persona" as it is saved: the alias, who she is as far
// as she wants, and what she agreed to tell.
type PersonForm struct {
	Alias    string
	Identity Identity
	Told     Told
}

func (f *PersonForm) check() error {
	bad := typed.Check{}
	t := f.Told
	for field, v := range map[string]string{"alias": f.Alias, "name": f.Identity.Name, "surname": f.Identity.Surname, "born": f.Identity.Born,
		"language": t.Language, "town": t.Town, "children_count": t.HowMany, "children_ages": t.Ages} {
		bad.Max(field, v, typed.MaxShort)
	}
	bad.Max("request", t.Request, typed.MaxText)
	bad.Max("children_note", t.Children, typed.MaxText)
	bad.OneOf("mediator", t.Mediator, rule.IsYesNo)
	bad.OneOf("children", t.Where, where)
	for _, n := range t.Needs {
		bad.OneOf("needs", n, needs)
	}
	return bad.Err()
}

// SavePerson writes what she agreed to tell. Who she is goes into a row with a
// shred secret of its own; emptying it again is Anonymise, never this.
// ErrConflict when somebody else saved meanwhile: nothing is overwritten
// silently.
func (d *Desk) SavePerson(ctx context.Context, who acts.Caller, id string, version int64, f PersonForm) (audit.Receipt, error) {
	if err := f.check(); err != nil {
		return audit.Receipt{}, err
	}
	action := policies.CaseUpdate
	if f.Identity != (Identity{}) {
		action = policies.CaseIdentify
	}
	return d.edit(ctx, who, action, id, version, func(r Reader, act *acts.Act, c *caseFile) ([]acts.Row, error) {
		if f.Identity == (Identity{}) && c.row.IdentityID != "" {
			return nil, &typed.Invalid{Fields: map[string]string{"name": "error.empty_identity"}}
		}
		c.told, c.card.Alias = f.Told, f.Alias
		if f.Identity == (Identity{}) {
			return nil, nil
		}
		return d.identify(r, act, c, f.Identity)
	})
}

// identify seals who she is into the case's identity row.
func (d *Desk) identify(r Reader, act *acts.Act, c *caseFile, in Identity) ([]acts.Row, error) {
	row, secret, err := d.identityRow(r, act, c)
	if err != nil {
		return nil, err
	}
	row.KeyVersion = c.row.KeyVersion
	c.card.Names = []string{in.Name, in.Surname}
	c.row.IdentityID = row.ID
	row.Body, err = seal(c.key.Derive(crypto.LabelData, secret), row, "body", in)
	return []acts.Row{row}, err
}

// CloseCase closes a case with the worker's word for how it ended.
func (d *Desk) CloseCase(ctx context.Context, who acts.Caller, id string, version int64, reason, text string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("reason", reason, caseOutcomes)
	bad.Max("note", text, typed.MaxText)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.edit(ctx, who, policies.CaseClose, id, version, func(_ Reader, act *acts.Act, c *caseFile) ([]acts.Row, error) {
		next, err := caseTransition(c.row.State, "close")
		if err != nil {
			return nil, err
		}
		c.row.State, c.row.RecallDay = next, ""
		return d.addNote(act, c, Note{Kind: "closed", Outcome: reason, Text: text})
	})
}

// CaseOutcomes are the ways a case ends; none of them is a failure.
var CaseOutcomes = []string{"path_done", "no_more_wished", "moved", "no_safe_way", "lost_contact", "handed_over"}

var caseOutcomes = typed.Codes(CaseOutcomes...)

// ReopenCase opens a closed case again: always allowed, never judged.
func (d *Desk) ReopenCase(ctx context.Context, who acts.Caller, id string, version int64, text string) (audit.Receipt, error) {
	if len(text) > typed.MaxText {
		return audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"note": "error.too_long"}}
	}
	return d.edit(ctx, who, policies.CaseReopen, id, version, func(_ Reader, act *acts.Act, c *caseFile) ([]acts.Row, error) {
		next, err := caseTransition(c.row.State, "reopen")
		if err != nil {
			return nil, err
		}
		c.row.State = next
		return d.addNote(act, c, Note{Kind: "reopened", Text: text})
	})
}

// caseTransition is the state machine of a case file.
func caseTransition(state, step string) (string, error) {
	switch {
	case state == "open" && step == "close":
		return "closed", nil
	case state == "closed" && step == "reopen":
		return "open", nil
	}
	return state, ErrState
}

// Recognitions are the ways a worker knew that it was she.
var Recognitions = []string{"code_word", "known_voice", "in_person", "call_back"}

var recognitions = typed.Codes(Recognitions...)

// NotRecognised says that nobody knew that it was she: nothing is changed then.
const NotRecognised = "not_recognised"

// checkRecognised refuses to go on for somebody who was not.
func checkRecognised(bad typed.Check, how string) {
	switch {
	case how == NotRecognised:
		bad["recognised"] = "safe.not_recognised"
	case !recognitions[how]:
		bad["recognised"] = "safe.recognised_missing"
	}
}

// ChangeSafeContact replaces the safe-contact rule. recognised says how the
// caller knew her: one of Recognitions. What does not hold any more is taken, in
// the same act, from every centre and social service that she is known to; what is
// new reaches none of them before TellSafeContact.
func (d *Desk) ChangeSafeContact(ctx context.Context, who acts.Caller, id string, version int64, safe rule.SafeContact, recognised string) (audit.Receipt, error) {
	bad := typed.Check{}
	safe.Check(bad)
	checkRecognised(bad, recognised)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.edit(ctx, who, policies.CaseSafeContact, id, version, func(r Reader, act *acts.Act, c *caseFile) ([]acts.Row, error) {
		safe.Recognised = recognised
		c.safe = safe
		c.card.Phones = nil
		if p := safe.Phone(); p != "" {
			c.card.Phones = []string{p}
		}
		c.keepRecall(act.Now.Location())
		return d.tellAll(r, act, c, &told{})
	})
}

// identityRow is the case's identity row at its next version, or a new one. A
// new epoch draws the case key first, so the identity is sealed under it.
func (d *Desk) identityRow(r Reader, act *acts.Act, c *caseFile) (*IdentityRow, []byte, error) {
	if c.row.IdentityID == "" {
		s := act.NewSecret()
		return &IdentityRow{RowKey: newRow(), CaseID: c.row.ID, Secret: s.ID}, s.Bytes, nil
	}
	row := &IdentityRow{}
	if err := r.Get(row, c.row.IdentityID); err != nil {
		return nil, nil, err
	}
	secret, err := r.Secret(row.Secret)
	row.Version++
	return row, secret, err
}

// Anonymise goes back to the alias: the identity row is deleted, and its secret
// and that of the cards which named her are shredded, with all their versions
// in every backup of the main file. What was shared about her and is over ends too.
func (d *Desk) Anonymise(ctx context.Context, who acts.Caller, id string, version int64) (audit.Receipt, error) {
	return d.do(ctx, who, policies.CaseAnonymise, func(r Reader, act *acts.Act) error {
		c, err := d.load(r, act, id)
		if err != nil {
			return err
		}
		if err := versionOf(c, version); err != nil {
			return err
		}
		if c.row.IdentityID == "" {
			return ErrState
		}
		row := &IdentityRow{}
		if err := r.Get(row, c.row.IdentityID); err != nil {
			return err
		}
		rows, err := d.advance(r, act.Who, c)
		if err != nil {
			return err
		}
		past, err := overOf(r, act.Day, c.row.ID)
		if err != nil {
			return err
		}
		named, fresh := c.row.CardSecret, act.NewSecret()
		c.row.CardSecret, c.cardSecret, c.newCardSecret = fresh.ID, fresh.Bytes, nil
		c.row.IdentityID, c.card.Names = "", nil
		if err := d.sealCase(act.Who, c); err != nil {
			return err
		}
		act.Commit = func(tx acts.Tx) error {
			return errors.Join(putAll(rows...)(tx), tx.Delete(row), eraseOnce(tx, row.Secret), eraseOnce(tx, named), past.commit(tx))
		}
		return nil
	})
}

// eraseOnce erases a secret that a restored copy may have lost already.
func eraseOnce(tx acts.Tx, id string) error {
	if err := tx.Erase(id); !errors.Is(err, acts.ErrErased) {
		return err
	}
	return nil
}

func (d *Desk) identity(r Reader, c *caseFile) (*Identity, error) {
	id, _, err := d.identityAndSecret(r, c)
	return id, err
}

// identityAndSecret is who she is and the secret that goes when she goes back to
// her alias; nil for neither.
func (d *Desk) identityAndSecret(r Reader, c *caseFile) (*Identity, []byte, error) {
	if c.row.IdentityID == "" {
		return nil, nil, nil
	}
	row := &IdentityRow{}
	if err := r.Get(row, c.row.IdentityID); err != nil {
		return nil, nil, err
	}
	secret, err := r.Secret(row.Secret)
	if errors.Is(err, acts.ErrErased) {
		return nil, nil, nil // a restored copy from before she went back to her alias
	}
	if err != nil {
		return nil, nil, err
	}
	key, err := c.keyAt(r, row.KeyVersion)
	if err != nil {
		return nil, nil, err
	}
	var id Identity
	return &id, secret, open(key.Derive(crypto.LabelData, secret), row, "body", row.Body, &id)
}
