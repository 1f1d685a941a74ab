package sharing

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
)

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
	From, To    kept.Side
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
	DeskNews    string        `row:",later"` // what the centre did last, as a code, until somebody of the desk has seen it
	CentreNews  string        `row:",later"` // what the desk did last, until somebody of the centre has seen it
}

// Table is the name of the table of referrals.
func (*ReferralRow) Table() string { return "referral" }

var (
	referralRows = acts.Declare[ReferralRow]()
	// referralsOfCase lists the referrals of a case, newest first.
	referralsOfCase = referralRows.Find().Is("case_id").By("sent_day desc", "id")
	// referralsFrom lists what a unit sent, newest first.
	referralsFrom = referralRows.Find().Is("from_unit").By("sent_day desc", "id")
	// ReferralsTo lists what a unit received, newest first.
	ReferralsTo = referralRows.Find().Is("to_unit").By("sent_day desc", "id")
	// endedReferrals and lapsedReferrals find those of all units that still hold
	// something and were declined or closed, or that run out before a day.
	endedReferrals  = referralRows.Find().Holds("body").In("state", "declined", "closed").By("id")
	lapsedReferrals = referralRows.Find().Holds("body").Before("until_day").By("id")
	// EveryReferral lists the referrals of all units, newest first.
	EveryReferral = referralRows.Find().By("sent_day desc", "id")

	_ = kept.Register(referralRows, kept.Kind[*ReferralRow]{Object: policies.KindReferral, Class: "referral", Names: true, Heads: true, Stays: true,
		Hangs: []kept.Hang{kept.On("case_file", referralsOfCase)}, Empty: (*ReferralRow).empty, Retell: tellCentre, Calls: (*ReferralRow).calls,
		Up:    func(row *ReferralRow) (string, string) { return "case_file", row.CaseID },
		Ended: referralsToEnd, Over: referralOver,
		Forget: func(row *ReferralRow, day string) bool { return row.holds() && row.overNow(day) }})
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

	_ = kept.Register(stepRows, kept.Kind[*ReferralStepRow]{Class: "referral", Stays: true, Hangs: []kept.Hang{kept.On("referral", stepsOf)}})
)

// calls is the unit that would contact her by a referral.
func (row *ReferralRow) calls() string {
	if !row.holds() {
		return ""
	}
	return row.ToUnit
}

// Package is what a centre sees: exactly the fields that her authorisation
// names, and her safe-contact rule. The preview and the page the centre opens
// are made from this one value.
type Package struct {
	FromUnit   string         `json:"from_unit"`
	ToUnit     string         `json:"to_unit"`
	Day        string         `json:"day"`
	Urgency    string         `json:"urgency"`
	Purpose    string         `json:"purpose"`
	Fields     []PackageField `json:"fields"`
	Withheld   int            `json:"withheld"` // how many fields stay private; never which
	Feedback   string         `json:"feedback"`
	KeepCopy   bool           `json:"keep_copy"`
	Until      string         `json:"until"`
	UntilReply bool           `json:"until_reply"`
	Way        string         `json:"way"`
	Text       string         `json:"text"`
}

// PackageField is one field she allowed, with its content.
type PackageField struct {
	Code   string   `json:"code"`
	Value  string   `json:"value,omitempty"`
	Values []string `json:"values,omitempty"` // codes, for needs
}

// safeUnder is what the centre of an authorisation learns of the rule.
func safeUnder(a Authorisation, safe rule.SafeContact) rule.PackageSafe {
	return rule.For(safe, a.DeskOnly, a.items())
}

// items are the codes of what she shares in a package.
func (p Package) items() []string {
	var list []string
	for _, f := range p.Fields {
		list = append(list, f.Code)
	}
	return list
}

// content is what a case holds for each field code.
func content(c *kept.File, id *cases.Identity) map[string]PackageField {
	all := map[string]PackageField{}
	add := func(code, v string) {
		if strings.TrimSpace(v) != "" {
			all[code] = PackageField{Code: code, Value: v}
		}
	}
	add("alias", c.Card.Alias)
	if id != nil {
		add("name", id.Name)
		add("surname", id.Surname)
		add("born", id.Born)
	}
	add("request", c.Told.Request)
	if len(c.Told.Needs) > 0 {
		all["needs"] = PackageField{Code: "needs", Values: c.Told.Needs}
	}
	add("language", c.Told.Language)
	add("mediator", c.Told.Mediator)
	add("town", c.Told.Town)
	add("children_where", c.Told.Where)
	add("children_count", c.Told.HowMany)
	add("children_ages", c.Told.Ages)
	add("children", c.Told.Children)
	shared := rule.For(c.Safe, false, rule.Items).Rule
	add(rule.ItemNumber, shared.Number)
	add(rule.ItemMail, shared.Mail)
	add(rule.ItemCodeWord, shared.CodeWord)
	return all
}

// pack builds the package from the authorisation: a field that it does not name
// is never touched. Of her rule it says only which items she shares: the rule
// travels beside it and changes without it.
func pack(all map[string]PackageField, from string, a Authorisation, consent *ConsentRow, day string) Package {
	p := Package{FromUnit: from, ToUnit: a.Centre, Day: day, Urgency: a.Urgency, Purpose: a.Purpose, Feedback: a.Feedback,
		KeepCopy: a.KeepCopy, Until: consent.UntilDay, UntilReply: a.UntilReply, Way: a.Way, Text: a.Text}
	items := a.items()
	for _, code := range Fields {
		f, there := all[code]
		allowed := slices.Contains(items, code)
		if rule.IsItem[code] {
			f, allowed = PackageField{Code: code}, rule.Shares(items, code)
		}
		switch {
		case allowed && (there || rule.IsItem[code]):
			p.Fields = append(p.Fields, f)
		case there:
			p.Withheld++
		}
	}
	return p
}

// Choices are what a case holds for each field code, for the page on which she
// chooses, with the marks of it, and those of her ticks of an earlier page that
// were not for what stands there now.
type Choices struct {
	Fields  []PackageField
	Rule    rule.SafeContact // what number, address and code word bring with them
	Shown   Marks
	Changed []string
}

// ChoicesOf reads what she can share. Ticked and seen are what an earlier page of this
// choice held.
func ChoicesOf(r kept.Reader, c *kept.File, ticked []string, seen Marks) (Choices, error) {
	m, err := newMarker(r, c)
	if err != nil {
		return Choices{}, err
	}
	v := Choices{Rule: rule.For(c.Safe, false, rule.Items).Rule}
	for _, code := range Fields {
		if f, ok := m.all[code]; ok {
			v.Fields = append(v.Fields, f)
		}
	}
	if v.Shown, err = m.marks(Fields); err != nil {
		return Choices{}, err
	}
	v.Changed, err = m.changed(slices.DeleteFunc(slices.Clone(ticked), func(code string) bool { return !fields[code] }), seen)
	return v, err
}

// Draft is the package, and the rule in it, as they would be if she authorised a now.
// Safe is her rule, from the same reading as the choices.
func (v Choices) Draft(from string, a Authorisation, safe rule.SafeContact, today time.Time) (Package, rule.PackageSafe) {
	a.check(today) // for how long, where she did not say; what does not fit is refused when she authorises
	all := map[string]PackageField{}
	for _, f := range v.Fields {
		all[f.Code] = f
	}
	return pack(all, from, a, &ConsentRow{UntilDay: a.Until}, today.Format(time.DateOnly)), safeUnder(a, safe)
}

// Preview is the package and the rule as the centre would see them today.
type Preview struct {
	Head      kept.CaseHead
	ConsentID string
	Sent      string // the referral that was sent under it already, or empty
	Standing  policies.ConsentState
	Several   bool // an older program let another live beside it: it is not sent so
	CaseID    string
	Package   Package
	Safe      rule.PackageSafe
	Changed   []string // items that are not what she was shown any more: they are left out, and nothing can be sent
}

// PreviewReferral builds, from a live consent, exactly what would be sent.
func (d *Desk) PreviewReferral(ctx context.Context, who acts.Caller, consentID string) (Preview, audit.Receipt, error) {
	var v Preview
	receipt, err := d.work.Do(ctx, who, policies.ReferralPreview, func(r kept.Reader, act *acts.Act) error {
		c, consent, a, err := loadConsent(r, act, consentID)
		if err != nil {
			return err
		}
		m, err := newMarker(r, c)
		if err != nil {
			return err
		}
		l, err := liveFor(r, act.Day, c, consent.Centre)
		if err != nil {
			return err
		}
		sent, err := sentUnder(r, consentID)
		if err != nil {
			return err
		}
		if err := act.Also(policies.CaseOpen, kept.CaseObject(act.Who, c.Row)); err != nil {
			return err
		}
		v = Preview{Head: c.Head(), ConsentID: consentID, Standing: consent.standing(act.Day), Several: errors.Is(l.alone(a.Purpose, consentID), ErrSeveral), CaseID: consent.CaseID}
		if v.Changed, err = m.changed(a.items(), a.Shown); err != nil {
			return err
		}
		a.Fields = slices.DeleteFunc(a.Fields, func(code string) bool { return slices.Contains(v.Changed, code) })
		v.Package, v.Safe = pack(m.all, act.Who.Unit(), a, consent, act.Day), safeUnder(a, c.Safe)
		if sent != nil {
			v.Sent = sent.ID
		}
		return nil
	})
	return v, receipt, err
}

// SendReferral sends what she authorised, once. The caller has stepped up for
// this consent. ErrPin, ErrEnded, ErrSeveral, ErrState if it was sent already or
// another stands in its place, or a Changed that names what is not as she was shown
// it: then she is asked again.
func (d *Desk) SendReferral(ctx context.Context, who acts.Caller, consentID string) (string, audit.Receipt, error) {
	var sent string
	receipt, err := d.work.Do(ctx, who, policies.ReferralSend, func(r kept.Reader, act *acts.Act) error {
		c, consent, a, err := loadConsent(r, act, consentID)
		if err != nil {
			return err
		}
		if err := r.Get(&ReferralRow{}, consentID); !errors.Is(err, acts.ErrNoRow) {
			return errors.Join(kept.ErrState, err)
		}
		l, err := liveFor(r, act.Day, c, consent.Centre)
		if err != nil {
			return err
		}
		if err := l.alone(a.Purpose, consentID); err != nil {
			return err
		}
		if err := kept.MayReceive(r, act.Day, act.Who.Unit(), consent.Centre); err != nil {
			return err
		}
		m, err := newMarker(r, c)
		if err != nil {
			return err
		}
		if err := m.bind(a.shown()); err != nil {
			return err
		}
		row, err := sealReferral(r, act, c, consent, pack(m.all, act.Who.Unit(), a, consent, act.Day), safeUnder(a, c.Safe))
		if err != nil {
			return err
		}
		sent = row.ID
		act.Commit = kept.PutAll(row, step(row, act))
		return nil
	})
	if errors.Is(err, acts.ErrConflict) {
		err = kept.ErrState // another send of this consent committed first
	}
	return sent, receipt, err
}

// sealReferral makes the referral. Its id is that of the consent: one consent is
// sent once, and whoever takes the row out of the database cannot hide from
// a revoke that it was sent. It has its own key, its own shred secret, wrapped
// with age to the centre and kept on the sender's side.
func sealReferral(r kept.Reader, act *acts.Act, c *kept.File, consent *ConsentRow, p Package, safe rule.PackageSafe) (*ReferralRow, error) {
	secret := act.NewSecret()
	act.Salt = secret.Bytes
	row := &ReferralRow{RowKey: acts.RowKey{ID: consent.ID}, CaseID: consent.CaseID, ConsentID: consent.ID, FromUnit: act.Who.Unit(), ToUnit: consent.Centre,
		State: "sent", SentDay: act.Day, UntilDay: consent.UntilDay, UntilReply: consent.UntilReply, Secret: secret.ID,
		KeyVersion: 1, Feedback: consent.Feedback, KeepCopy: consent.KeepCopy, SentEpoch: act.Who.Epoch()}
	s := sentReferral(row, c)
	if err := s.Send(r, act, secret.Bytes); err != nil {
		return nil, err
	}
	if err := errors.Join(s.sealBody(p), s.sealSafe(safe)); err != nil {
		return nil, err
	}
	row.Next()
	return row, nil
}

// step is one entry of a referral's line of states.
func step(row *ReferralRow, act *acts.Act) *ReferralStepRow {
	return &ReferralStepRow{RowKey: kept.NewRow(), ReferralID: row.ID, State: row.State, Unit: act.Who.Unit(), Day: act.Day,
		Place: row.Version}
}

// stepCopied marks, in a referral's steps, that the centre made a sealed copy.
// It is no state.
const stepCopied = "copied"

// ReferralStates are the states of a referral (domain 1.4 as the pages name
// them). Withdrawn and expired are exits from any of them; expiry is a
// predicate and never stored.
var ReferralStates = []string{"sent", "acknowledged", "more_info", "appointment", "accepted", "engaged", "no_show", "declined", "closed", "withdrawn"}

// transitions says, for each step, from which state it leads where.
var transitions = map[string]map[string]string{
	"open":    {"sent": "acknowledged"},
	"accept":  {"sent": "accepted", "acknowledged": "accepted", "more_info": "accepted", "appointment": "accepted"},
	"decline": {"sent": "declined", "acknowledged": "declined", "more_info": "declined", "appointment": "declined"},
	"ask": {"sent": "more_info", "acknowledged": "more_info", "more_info": "more_info", "appointment": "appointment", "accepted": "accepted",
		"engaged": "engaged", "no_show": "no_show", "declined": "declined", "closed": "closed"},
	"answer":      {"more_info": "acknowledged"},
	"appointment": {"sent": "appointment", "acknowledged": "appointment", "more_info": "appointment", "appointment": "appointment", "accepted": "appointment", "no_show": "appointment"},
	"engaged":     {"accepted": "engaged", "appointment": "engaged", "no_show": "engaged"},
	"no_show":     {"accepted": "no_show", "appointment": "no_show"},
	"closed":      {"accepted": "closed", "engaged": "closed", "no_show": "closed", "appointment": "closed"},
	"revoke": {"sent": "withdrawn", "acknowledged": "withdrawn", "more_info": "withdrawn", "appointment": "withdrawn", "accepted": "withdrawn",
		"engaged": "withdrawn", "no_show": "withdrawn", "declined": "withdrawn", "closed": "withdrawn"},
}

// Undecided tells whether a referral's state still lets its centre accept it.
func Undecided(state string) bool {
	_, err := referralTransition(state, "accept")
	return err == nil
}

// referralTransition refuses what a referral's state does not allow.
func referralTransition(state, step string) (string, error) {
	next, ok := transitions[step][state]
	if !ok {
		return state, kept.ErrState
	}
	return next, nil
}

// Standing is the consent's standing as the referral row carries it.
func (row *ReferralRow) Standing(day string) policies.ConsentState {
	switch {
	case row.State == "withdrawn":
		return policies.ConsentWithdrawn
	case day > row.UntilDay, row.UntilReply && row.State == "declined":
		return policies.ConsentExpired
	}
	return policies.ConsentLive
}

// referralObject is a referral as the policy sees it, with the walls of its
// case for the sending unit, and that case's row for it, nil for the other.
func referralObject(r kept.Reader, act *acts.Act, row *ReferralRow) (policies.Object, *kept.CaseRow, error) {
	o := policies.Object{Kind: policies.KindReferral, ID: row.ID, Unit: row.FromUnit, Centre: row.ToUnit, State: row.State,
		Consent: row.Standing(act.Day), KeepCopy: row.KeepCopy, RestoredShut: row.Shut}
	var from acts.Unit
	if err := r.Get(&from, row.FromUnit); err != nil {
		return o, nil, err
	}
	o.UnitKind = from.Kind
	walls := row.CaseID
	if act.Who.Unit() != row.FromUnit {
		walls = "" // they bind the sending unit
	}
	c, err := kept.WallsOf(r, act, walls, &o)
	return o, c, err
}

// likeReferral is likeThere for a referral: its unit, which is a row of the
// roster, and its case are looked up.
func likeReferral(r kept.Reader, act *acts.Act, err error) error {
	if !errors.Is(err, acts.ErrNoRow) {
		return err
	}
	if err := r.Get(&acts.Unit{}, act.Who.Unit()); kept.NotNoRow(err) != nil {
		return err
	}
	return kept.LikeThere(r, err, &kept.CaseRow{})
}

// sharedReferral is a referral that one of its two sides opened.
type sharedReferral struct {
	*kept.Shared
	row    *ReferralRow
	body   Package
	safe   rule.PackageSafe
	sealed rule.PackageSafe // the rule as it stands in the row: an older one says more than the centre is shown
}

// sentReferral is a referral on the side of the unit that sent it.
func sentReferral(row *ReferralRow, c *kept.File) *sharedReferral {
	return &sharedReferral{Shared: kept.SentOf(row, c), row: row}
}

// Held is how two units hold a referral.
func (row *ReferralRow) Held() kept.Held {
	return kept.Held{FromUnit: row.FromUnit, ToUnit: row.ToUnit, From: &row.From, To: &row.To, CaseID: row.CaseID, Secret: row.Secret,
		Version: row.KeyVersion, Commitment: &row.Commitment, FromCaseKey: &row.FromCaseKey, Label: crypto.LabelReferralData,
		Renewed: &kept.Renewed{KeyVersion: &row.KeyVersion, SentEpoch: &row.SentEpoch, FromReply: &row.FromReply, KeyDue: &row.KeyDue}}
}

// open opens a referral from the side of the caller's unit.
func (s *sharedReferral) open(r kept.Reader, act *acts.Act) error {
	err := s.Open(r, act.Who)
	if s.Secret != nil {
		act.Salt = s.Secret
	}
	if err != nil {
		return err
	}
	if err := errors.Join(s.OpenColumn("body", s.row.BodyVersion, s.row.Body, &s.body),
		s.OpenColumn("safe", s.row.SafeVersion, s.row.Safe, &s.sealed)); err != nil {
		return err
	}
	// What was sealed before there was an allow-list is shown by it all the same.
	s.safe = rule.For(s.sealed.Rule, s.sealed.Chosen, s.body.items())
	return nil
}

// reads is what the centre reads of the rule: nothing while contacts are stopped.
func (s *sharedReferral) reads(r kept.Reader) (rule.PackageSafe, error) {
	stopped, err := kept.Stopped(r, s.row.ID)
	if err != nil || stopped {
		return rule.StoppedFor(s.safe.Chosen), err
	}
	return s.safe, nil
}

// renew renews the key where that is due, and then seals the package again under it.
// It is called before the row's version goes up.
func (s *sharedReferral) renew(r kept.Reader, act *acts.Act) ([]acts.Row, error) {
	rows, drawn, err := s.Renew(r, act)
	if err != nil || !drawn {
		return rows, err
	}
	return rows, errors.Join(s.sealBody(s.body), s.sealSafe(s.safe))
}

// sealBody seals a package into the row's next version.
func (s *sharedReferral) sealBody(p Package) (err error) {
	s.row.BodyVersion = s.row.Version + 1
	s.row.Body, err = s.Seal("body", s.row.BodyVersion, p)
	return err
}

// sealSafe seals a safe-contact rule into the row's next version.
func (s *sharedReferral) sealSafe(safe rule.PackageSafe) (err error) {
	s.row.SafeVersion = s.row.Version + 1
	s.row.Safe, err = s.Seal("safe", s.row.SafeVersion, safe)
	return err
}

// loadReferral looks a referral up, asks the policy and opens it from the
// caller's side.
func loadReferral(r kept.Reader, act *acts.Act, id string) (*sharedReferral, error) {
	row := &ReferralRow{}
	if err := r.Get(row, id); err != nil {
		return nil, likeReferral(r, act, err)
	}
	o, c, err := referralObject(r, act, row)
	if err != nil {
		return nil, err
	}
	if err := act.Allow(o); err != nil {
		return nil, err
	}
	s := &sharedReferral{row: row}
	if row.State == "withdrawn" {
		s.Shared = kept.SentOf(row, nil)
		if act.Who.Unit() != row.FromUnit {
			s.Shared = kept.ReceivedOf(row)
		}
		return s, nil // there is nothing to open any more
	}
	if s.Shared, err = kept.SharedOf(r, act.Who, row, c); err != nil {
		return nil, err
	}
	return s, s.open(r, act)
}

// ReferralLine is a referral in a list of the sending unit.
type ReferralLine struct {
	ID, ConsentID, CaseID, FromUnit, ToUnit, State, SentDay, UntilDay, Code string
	AfterAnswer                                                             string // of the sending unit alone
	Standing                                                                policies.ConsentState
	News                                                                    string       // what the other side did last and nobody of this one has seen, one of NewsCodes
	Stop                                                                    bool         // she took it back, and nobody of the centre said that it stopped
	Ends                                                                    bool         // within seven days
	Shut                                                                    bool         // a restore shut it, and the desk has not confirmed it
	EndedDay                                                                string       // of a withdrawn one, where it was asked for
	Who                                                                     kept.CaseWho // on the sender's Agenda only
	Proposed                                                                time.Time    // an appointment that waits for her answer; on the sender's Agenda only
}

// Reference is how two people name a referral to each other: the first six
// characters of its id, "ABC-DEF". It says nothing of her. It opens nothing, and
// among very many referrals two can have the same.
func Reference(id string) string {
	if len(id) < 6 {
		return id
	}
	return id[:3] + "-" + id[3:6]
}

// warnDays is how long before the end of an authorisation both sides are told.
const warnDays = 7

// Line is what a list shows of a referral.
func Line(row *ReferralRow, act *acts.Act) ReferralLine {
	soon := act.Now.AddDate(0, 0, warnDays).Format("2006-01-02")
	l := ReferralLine{ID: row.ID, ConsentID: row.ConsentID, CaseID: row.CaseID, FromUnit: row.FromUnit, ToUnit: row.ToUnit, State: row.State,
		SentDay: row.SentDay, UntilDay: row.UntilDay, Code: row.Code, Standing: row.Standing(act.Day), Shut: row.Shut}
	l.Stop, l.News = row.State == "withdrawn" && row.Code == "", row.CentreNews
	if act.Who.Unit() == row.FromUnit {
		l.AfterAnswer, l.News = row.AfterAnswer, row.DeskNews
	}
	l.Ends = l.Standing == policies.ConsentLive && row.State != "closed" && row.UntilDay <= soon
	return l
}

// LinesOf lists the referrals of a case.
func LinesOf(r kept.Reader, act *acts.Act, c *kept.File) ([]ReferralLine, error) {
	rows, err := referralsOfCase.Rows(r, c.Row.ID)
	if err != nil {
		return nil, err
	}
	var all []ReferralLine
	for _, row := range rows {
		all = append(all, Line(row, act))
	}
	return all, nil
}

// ReferralView is a referral with its messages, as either side reads it.
type ReferralView struct {
	ReferralLine
	Head     kept.CaseHead // of her case file, for the unit that sent it; empty where that may not be opened any more
	Version  int64
	Package  Package
	Safe     rule.PackageSafe
	SafeDay  string
	KeepCopy bool
	Copied   bool // the centre made a sealed copy
	Erased   bool // its secret is gone: it is over, or she took it back after the copy that was restored
	Feedback string
	Steps    []ReferralStepRow
	Messages []MessageView
	Cancel   []Proposed // of one that she took back
	Compare  string     // the other unit, where nothing can be written to it before its words are compared
}

// ReadReferral is the sending unit's view. It works in every state; of
// a withdrawn referral only the line of states is left, of one that is over, and of
// one whose secret is gone though a restored copy still calls it live.
func (d *Desk) ReadReferral(ctx context.Context, who acts.Caller, id string) (ReferralView, audit.Receipt, error) {
	return d.readReferral(ctx, who, policies.ReferralRead, id)
}

func (d *Desk) readReferral(ctx context.Context, who acts.Caller, a policies.Action, id string) (ReferralView, audit.Receipt, error) {
	var v ReferralView
	receipt, err := d.work.Do(ctx, who, a, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, id)
		erased := s.emptied(err) && a == policies.ReferralRead
		if err != nil && !erased {
			return err
		}
		if v, err = viewReferral(r, act, s, erased); err != nil {
			return err
		}
		if v.Head, err = headOf(r, act, s); err != nil {
			return err
		}
		if erased {
			return noteSeen(act, s)
		}
		return noteOpened(act, s, a)
	})
	return v, receipt, err
}

// headOf is the head of the case that a referral speaks of, for the unit that sent it.
func headOf(r kept.Reader, act *acts.Act, s *sharedReferral) (kept.CaseHead, error) {
	if !s.Sender() {
		return kept.CaseHead{}, nil
	}
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	row := &kept.CaseRow{}
	if err := r.Get(row, s.row.CaseID); err != nil {
		return kept.CaseHead{}, err
	}
	if !act.May(policies.CaseOpen, kept.CaseObject(act.Who, row)) {
		return kept.CaseHead{}, nil
	}
	c, err := kept.Open(r, act, row)
	if err != nil {
		return kept.CaseHead{}, err
	}
	return c.Head(), nil
}

// noteOpened keeps a key that arrived, and moves a referral that the centre
// opens for the first time.
func noteOpened(act *acts.Act, s *sharedReferral, a policies.Action) error {
	next, err := referralTransition(s.row.State, "open")
	first := a == policies.ReferralOpen && err == nil
	seen := a == policies.ReferralOpen && s.row.SafeDay != ""
	news := s.see(act.Who)
	if !s.Arrived() && !first && !seen && !news {
		return nil
	}
	if seen {
		s.row.SafeDay = "" // the centre has the new rule before it
	}
	if err := s.Adopt(act.Who); err != nil {
		return err
	}
	s.row.Version++
	rows := []acts.Row{s.row}
	if first {
		s.row.State = next
		rows = append(rows, step(s.row, act))
	}
	act.Commit = kept.PutAll(rows...)
	return nil
}

func viewReferral(r kept.Reader, act *acts.Act, s *sharedReferral, erased bool) (ReferralView, error) {
	v := ReferralView{ReferralLine: Line(s.row, act), Version: s.row.Version, Erased: erased, Package: s.body,
		SafeDay: s.row.SafeDay, KeepCopy: s.row.KeepCopy, Feedback: s.row.Feedback}
	var err error
	if v.Safe, err = s.reads(r); err != nil {
		return v, err
	}
	steps, err := stepsOf.Rows(r, s.row.ID)
	if err != nil {
		return v, err
	}
	for _, st := range steps {
		if st.State == stepCopied {
			v.Copied = true
			continue
		}
		v.Steps = append(v.Steps, *st)
	}
	if s.row.State == "withdrawn" {
		v.Cancel, err = proposedOf(r, s.row)
	}
	if s.row.State == "withdrawn" || erased {
		return v, err
	}
	if err := s.Reach(r, act); errors.Is(err, kept.ErrPin) {
		v.Compare = s.Other()
	} else if err != nil && !kept.Unreachable(err) {
		return v, err
	}
	v.Messages, err = messagesOn(r, s, act.Who.Unit())
	return v, err
}

// tellCentre makes a changed safe-contact rule hold for the centre of a live referral,
// in the act that changes it: what does not hold any more goes, and what is new comes
// where she lets it be told. One whose words have to be compared again learns only
// that she is reached through the desk: under the key that it has, since nothing is
// sealed to its new one.
func tellCentre(r kept.Reader, act *acts.Act, c *kept.File, row *ReferralRow, t *kept.Telling) (kept.Change, error) {
	if row.Standing(act.Day) != policies.ConsentLive {
		return kept.Change{}, nil
	}
	s := sentReferral(row, c)
	err := s.open(r, act)
	if errors.Is(err, acts.ErrErased) {
		return kept.Change{}, nil // nobody can open it any more: there is no rule in it to replace
	}
	if err != nil {
		return kept.Change{}, err
	}
	safe, news := t.Rule(row.ID, s.safe, rule.For(c.Safe, s.safe.Chosen, s.body.items()))
	var rows []acts.Row
	if err = s.Reach(r, act); kept.Unreachable(err) && !news {
		safe = rule.PackageSafe{DeskOnly: true, Chosen: s.safe.Chosen}
		err = s.Adopt(act.Who)
	} else if err == nil && !s.sealed.Same(safe) {
		rows, err = s.renew(r, act)
	}
	if err != nil || s.sealed.Same(safe) { // it had nothing of what changed, and is told nothing
		return kept.Change{}, err
	}
	if err := s.sealSafe(safe); err != nil {
		return kept.Change{}, err
	}
	row.Next()
	row.SafeDay, row.CentreNews = act.Day, "rule"
	return kept.Change{Put: append(rows, row)}, nil
}
