package sharing

import (
	"context"
	"errors"
	"reflect"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
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
	kept.Part
	EndedDay string
	Shut     bool `row:",later"` // after a restore, until the desk confirms it
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

	_ = kept.Register(consentRows, kept.Kind[*ConsentRow]{Object: policies.KindConsent, Class: "referral", Names: true, Heads: true,
		Hangs: []kept.Hang{kept.On("case_file", consentsOfCase)}, Of: func(c *ConsentRow) string { return c.CaseID }})
)

// Authorisation is what she agreed to: one centre, one purpose, exactly these
// fields, told back this much, until then. It is a sharing authorisation, not
// the GDPR's legal basis of consent.
type Authorisation struct {
	// Form is the id of the form it was typed in: sent twice, it is one
	// authorisation. Without one, each call is another.
	Form typed.Form `json:"-"`
	// Instead says that it takes the place of one that was sent for the same
	// recipient and purpose: that one is revoked in the same act.
	Instead     bool     `json:"-"`
	Centre      string   `json:"centre"`
	Purpose     string   `json:"purpose"`
	Fields      []string `json:"fields"` // codes; empty is valid
	DeskOnly    bool     `json:"desk_only,omitempty"`
	Feedback    string   `json:"feedback"`
	KeepCopy    bool     `json:"keep_copy,omitempty"`
	UntilReply  bool     `json:"until_reply"`
	Until       string   `json:"until"` // day; empty means thirty days
	Way         string   `json:"way"`   // spoken, signed, interpreter
	Interpreter string   `json:"interpreter,omitempty"`
	Text        string   `json:"text"` // version of the text read out
	Language    string   `json:"language"`
	Urgency     string   `json:"urgency"`
	Shown       Marks    `json:"shown,omitempty"` // what she was shown of each field
}

// shown is the authorisation for bind: one from before there were marks has
// none, and not what the case holds now.
func (a Authorisation) shown() *Authorisation {
	if a.Shown == nil {
		a.Shown = Marks{}
	}
	return &a
}

// The codes of an authorisation, in the order they are shown.
var (
	Fields = []string{"alias", "name", "surname", "born", "language", "mediator", "town", rule.ItemNumber, rule.ItemMail, rule.ItemCodeWord, "request", "needs",
		"children_where", "children_count", "children_ages", "children"}
	Purposes  = []string{"support", "shelter", "legal", "counselling"}
	Feedbacks = []string{"state", "came", "more"}
	Ways      = []string{"spoken", "signed", "interpreter"}
	Urgencies = []string{"today", "three_days", "no_hurry"}
	fields    = typed.Codes(append([]string{rule.ItemReach}, Fields...)...)
	purposes  = typed.Codes(Purposes...)
	feedbacks = typed.Codes(Feedbacks...)
	ways      = typed.Codes(Ways...)
	urgencies = typed.Codes(Urgencies...)
)

// AuthorisationText is the version of the text that is read out.
const AuthorisationText = "2026-11-26"

// consentDays is how long an authorisation holds unless she says otherwise;
// longest is the most she can be asked for at once.
const (
	consentDays = 30
	longestDays = 365
)

func (a *Authorisation) check(today time.Time) error {
	bad := typed.Check{}
	bad.OneOf("purpose", a.Purpose, purposes)
	bad.OneOf("feedback", a.Feedback, feedbacks)
	bad.OneOf("way", a.Way, ways)
	bad.OneOf("urgency", a.Urgency, urgencies)
	bad.OneOf("text", a.Text, typed.Codes(AuthorisationText))
	for _, f := range a.Fields {
		bad.OneOf("fields", f, fields)
	}
	if a.Way == "interpreter" && a.Interpreter == "" {
		bad["interpreter"] = "error.interpreter"
	}
	bad.Max("interpreter", a.Interpreter, typed.MaxShort)
	bad.Max("language", a.Language, typed.MaxShort)
	if a.Until == "" {
		a.Until = today.AddDate(0, 0, consentDays).Format(time.DateOnly)
	}
	_, err := time.Parse(time.DateOnly, a.Until)
	if err != nil || a.Until < today.Format(time.DateOnly) || a.Until > today.AddDate(0, 0, longestDays).Format(time.DateOnly) {
		bad["until"] = "error.until"
	}
	return bad.Err()
}

// consentObject is a consent as the policy sees it.
func consentObject(who acts.Caller, c *kept.CaseRow, row *ConsentRow, day string) policies.Object {
	o := kept.CaseObject(who, c)
	o.Kind, o.ID, o.Centre, o.State = policies.KindConsent, row.ID, row.Centre, row.State
	o.Consent, o.KeepCopy, o.RestoredShut = row.standing(day), row.KeepCopy, row.Shut
	return o
}

// The states of a consent as stored. One that another took the place of before it
// was sent is superseded.
const (
	consentLive       = "live"
	consentWithdrawn  = "withdrawn"
	consentSuperseded = "superseded"
)

// standing is where a consent stands on a day. Expiry is a predicate: no
// nightly job has to run for a consent to end.
func (row *ConsentRow) standing(day string) policies.ConsentState {
	switch {
	case row.State == consentWithdrawn:
		return policies.ConsentWithdrawn
	case row.State != consentLive || day > row.UntilDay:
		return policies.ConsentExpired
	}
	return policies.ConsentLive
}

// GiveConsent records her authorisation. Nothing is sent by it. What she had
// allowed the same recipient for the same purpose ends with it if it was not sent;
// ErrLive if it was, unless the new one is given instead. It returns the
// consent's id: the same for the same form, and ErrRepeated when that says
// something else. A Changed names what is not as she was shown it.
func (d *Desk) GiveConsent(ctx context.Context, who acts.Caller, caseID string, in Authorisation) (string, audit.Receipt, error) {
	var id string
	receipt, err := d.work.Do(ctx, who, policies.ConsentGive, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, caseID)
		if err != nil {
			return err
		}
		if err := in.check(act.Now); err != nil {
			return err
		}
		if in.Form != "" {
			id = in.Form.Row(act.Who, "consent", caseID)
		} else {
			id = crypto.NewID()
		}
		if done, err := givenAlready(r, c, id, in); done || err != nil {
			return err
		}
		if c.Row.State != "open" {
			return kept.ErrState
		}
		var centre acts.Unit
		if err := r.Get(&centre, in.Centre); err != nil || !centre.Is().Packages {
			return errors.Join(&typed.Invalid{Fields: map[string]string{"centre": "error.choose_one"}}, kept.NotNoRow(err))
		}
		if err := kept.Ended(r, act.Day, &centre); err != nil {
			return err
		}
		m, err := newMarker(r, c)
		if err != nil {
			return err
		}
		if err := m.bind(&in); err != nil {
			return err
		}
		l, err := liveFor(r, act.Day, c, in.Centre)
		if err != nil {
			return err
		}
		before, err := succeeded(r, act.Day, c, l, in)
		if err != nil {
			return err
		}
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		row := &ConsentRow{RowKey: acts.RowKey{ID: id, Version: 1}, CaseID: caseID, Unit: act.Who.Unit(), Centre: in.Centre, State: consentLive,
			Day: act.Day, UntilDay: in.Until, UntilReply: in.UntilReply, Way: in.Way, KeepCopy: in.KeepCopy,
			Feedback: in.Feedback, Text: in.Text}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		if err := c.Put(r, act, row, in); err != nil {
			return err
		}
		l.take(in.Purpose, id)
		lives, err := l.seal(r, act, c)
		if err != nil {
			return err
		}
		replaced, err := noteReplaced(r, act, c, before)
		if err != nil {
			return err
		}
		change, err := endAll(r, act, c, before, append(append(rows, row, lives), replaced...)...)
		act.Commit = change.Write
		return err
	})
	return id, receipt, err
}

// givenAlready tells whether a form's authorisation was recorded already.
func givenAlready(r kept.Reader, c *kept.File, id string, in Authorisation) (bool, error) {
	row := &ConsentRow{}
	there, err := typed.Made(r, row, id)
	if !there || err != nil {
		return there, err
	}
	old, err := openConsent(r, c, row)
	if err != nil {
		return true, err
	}
	old.Form, old.Instead, old.Shown = in.Form, in.Instead, in.Shown
	if row.State != consentLive || !reflect.DeepEqual(old, in) {
		return true, typed.ErrRepeated
	}
	return true, nil
}

// ConsentView is a consent as the desk reads it.
type ConsentView struct {
	Head                             kept.CaseHead // where it was asked for on its own; see ReferralView
	ID, CaseID, State, Day, EndedDay string
	Standing                         policies.ConsentState
	Shut                             bool // a restore shut it, and the desk has not confirmed it
	ReferralID                       string
	Authorisation
}

func viewConsent(row *ConsentRow, day string, a Authorisation) ConsentView {
	return ConsentView{ID: row.ID, CaseID: row.CaseID, State: row.State, Day: row.Day, EndedDay: row.EndedDay,
		Standing: row.standing(day), Shut: row.Shut, Authorisation: a}
}

// openConsent opens a consent with the data key of its case.
func openConsent(r kept.Reader, c *kept.File, row *ConsentRow) (Authorisation, error) {
	var a Authorisation
	err := c.Get(r, row, &a)
	return a, err
}

// SealedAt is the version that the body is sealed for.
func (row *ConsentRow) SealedAt() int64 {
	if row.BodyVersion != 0 {
		return row.BodyVersion
	}
	return row.Version
}

// setShut shuts a consent, or opens it again, without a key.
func (row *ConsentRow) setShut(shut bool) {
	if row.BodyVersion == 0 {
		row.BodyVersion = row.Version
	}
	row.Version++
	row.Shut = shut
}

// ConsentsOf opens the authorisations of a case, newest first.
func ConsentsOf(r kept.Reader, act *acts.Act, c *kept.File) ([]ConsentView, error) {
	rows, err := consentsOfCase.Rows(r, c.Row.ID)
	if err != nil {
		return nil, err
	}
	var all []ConsentView
	for _, row := range rows {
		a, err := openConsent(r, c, row)
		if err != nil {
			return nil, err
		}
		all = append(all, viewConsent(row, act.Day, a))
	}
	return all, nil
}

// loadConsent looks a consent and its case up, asks the policy and opens both.
func loadConsent(r kept.Reader, act *acts.Act, id string) (*kept.File, *ConsentRow, Authorisation, error) {
	row, caseRow := &ConsentRow{}, &kept.CaseRow{}
	if err := r.Get(row, id); err != nil {
		return nil, nil, Authorisation{}, kept.LikeThere(r, err, &kept.CaseRow{})
	}
	if err := r.Get(caseRow, row.CaseID); err != nil {
		return nil, nil, Authorisation{}, err
	}
	if err := act.Allow(consentObject(act.Who, caseRow, row, act.Day)); err != nil {
		return nil, nil, Authorisation{}, err
	}
	c, err := kept.Open(r, act, caseRow)
	if err != nil {
		return nil, nil, Authorisation{}, err
	}
	a, err := openConsent(r, c, row)
	return c, row, a, err
}

// Revoke takes her authorisation back: in one act the consent and what was sent
// under it end, the centre's hold on the key is taken off, the package is
// emptied, and its shred secret gets its tombstone. No step-up: she may be on
// the phone, and it only takes away. What was read or downloaded stays read.
func (d *Desk) Revoke(ctx context.Context, who acts.Caller, consentID, recognised string) (audit.Receipt, error) {
	bad := typed.Check{}
	cases.CheckRecognised(bad, recognised)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.ConsentRevoke, func(r kept.Reader, act *acts.Act) error {
		c, row, a, err := loadConsent(r, act, consentID)
		if err != nil {
			return err
		}
		if row.State == consentWithdrawn {
			return kept.ErrState
		}
		it, err := endingOf(r, c, consentID)
		if err != nil {
			return err
		}
		l, err := liveFor(r, act.Day, c, row.Centre)
		if err != nil {
			return err
		}
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		l.drop(a.Purpose, consentID)
		lives, err := l.seal(r, act, c)
		if err != nil {
			return err
		}
		note, err := cases.NewNote(r, act, c, cases.Note{Kind: "revoked", Text: recognised})
		if err != nil {
			return err
		}
		change, err := endAll(r, act, c, []lapse{it}, append(append(rows, lives), note...)...)
		act.Commit = change.Write
		return err
	})
}

// noteReplaced writes into the diary that what was sent was taken back for a new
// authorisation.
func noteReplaced(r kept.Reader, act *acts.Act, c *kept.File, before []lapse) (rows []acts.Row, err error) {
	for _, e := range before {
		if e.ref == nil {
			continue
		}
		note, err := cases.NewNote(r, act, c, cases.Note{Kind: "revoked", Text: "instead"})
		if err != nil {
			return nil, err
		}
		rows = append(rows, note...)
	}
	return rows, nil
}

// shownHead is a case's head in an act on something of the case; empty where the case
// itself may not be opened any more.
func shownHead(act *acts.Act, c *kept.File) kept.CaseHead {
	if !act.May(policies.CaseOpen, kept.CaseObject(act.Who, c.Row)) {
		return kept.CaseHead{}
	}
	return c.Head()
}

// ReadConsent is an authorisation as the desk reads it, in every state, with the
// id of the referral that was sent under it, if there is one.
func (d *Desk) ReadConsent(ctx context.Context, who acts.Caller, id string) (ConsentView, audit.Receipt, error) {
	var v ConsentView
	receipt, err := d.work.Do(ctx, who, policies.ReferralRead, func(r kept.Reader, act *acts.Act) error {
		c, row, a, err := loadConsent(r, act, id)
		if err != nil {
			return err
		}
		v = viewConsent(row, act.Day, a)
		v.Head = shownHead(act, c)
		ref, err := sentUnder(r, id)
		if ref != nil {
			v.ReferralID = ref.ID
		}
		return err
	})
	return v, receipt, err
}
