package referrals

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/rule"
)

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
func content(c *caseFile, id *Identity) map[string]PackageField {
	all := map[string]PackageField{}
	add := func(code, v string) {
		if strings.TrimSpace(v) != "" {
			all[code] = PackageField{Code: code, Value: v}
		}
	}
	add("alias", c.card.Alias)
	if id != nil {
		add("name", id.Name)
		add("surname", id.Surname)
		add("born", id.Born)
	}
	add("request", c.told.Request)
	if len(c.told.Needs) > 0 {
		all["needs"] = PackageField{Code: "needs", Values: c.told.Needs}
	}
	add("language", c.told.Language)
	add("mediator", c.told.Mediator)
	add("town", c.told.Town)
	add("children_where", c.told.Where)
	add("children_count", c.told.HowMany)
	add("children_ages", c.told.Ages)
	add("children", c.told.Children)
	shared := rule.For(c.safe, false, rule.Items).Rule
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

// choices reads what she can share. Ticked and seen are what an earlier page of this
// choice held.
func (d *Desk) choices(r Reader, c *caseFile, ticked []string, seen Marks) (Choices, error) {
	m, err := d.marker(r, c)
	if err != nil {
		return Choices{}, err
	}
	v := Choices{Rule: rule.For(c.safe, false, rule.Items).Rule}
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

// Preview is the package and the rule as the centre would see them today.
type Preview struct {
	Head      CaseHead
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
	receipt, err := d.do(ctx, who, policies.ReferralPreview, func(r Reader, act *acts.Act) error {
		c, consent, a, err := d.loadConsent(r, act, consentID)
		if err != nil {
			return err
		}
		m, err := d.marker(r, c)
		if err != nil {
			return err
		}
		l, err := d.liveFor(r, act.Day, c, consent.Centre)
		if err != nil {
			return err
		}
		sent, err := sentUnder(r, consentID)
		if err != nil {
			return err
		}
		if err := act.Also(policies.CaseOpen, caseObject(act.Who, c.row)); err != nil {
			return err
		}
		v = Preview{Head: c.head(), ConsentID: consentID, Standing: consent.standing(act.Day), Several: errors.Is(l.alone(a.Purpose, consentID), ErrSeveral), CaseID: consent.CaseID}
		if v.Changed, err = m.changed(a.items(), a.Shown); err != nil {
			return err
		}
		a.Fields = slices.DeleteFunc(a.Fields, func(code string) bool { return slices.Contains(v.Changed, code) })
		v.Package, v.Safe = pack(m.all, act.Who.Unit(), a, consent, act.Day), safeUnder(a, c.safe)
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
	receipt, err := d.do(ctx, who, policies.ReferralSend, func(r Reader, act *acts.Act) error {
		c, consent, a, err := d.loadConsent(r, act, consentID)
		if err != nil {
			return err
		}
		if err := r.Get(&ReferralRow{}, consentID); !errors.Is(err, acts.ErrNoRow) {
			return errors.Join(ErrState, err)
		}
		l, err := d.liveFor(r, act.Day, c, consent.Centre)
		if err != nil {
			return err
		}
		if err := l.alone(a.Purpose, consentID); err != nil {
			return err
		}
		to, err := mayReceive(r, act.Day, act.Who.Unit(), consent.Centre, 0)
		if err != nil {
			return err
		}
		m, err := d.marker(r, c)
		if err != nil {
			return err
		}
		if err := m.bind(a.shown()); err != nil {
			return err
		}
		row, err := d.sealReferral(act, c, to, consent, pack(m.all, act.Who.Unit(), a, consent, act.Day), safeUnder(a, c.safe))
		if err != nil {
			return err
		}
		sent = row.ID
		act.Commit = putAll(row, step(row, act))
		return nil
	})
	if errors.Is(err, acts.ErrConflict) {
		err = ErrState // another send of this consent committed first
	}
	return sent, receipt, err
}

// sealReferral makes the referral. Its id is that of the consent: one consent is
// sent once, and whoever takes the row out of the database cannot hide from
// a revoke that it was sent. It has its own key, its own shred secret, wrapped
// with age to the centre and kept on the sender's side.
func (d *Desk) sealReferral(act *acts.Act, c *caseFile, to addressee, consent *ConsentRow, p Package, safe rule.PackageSafe) (*ReferralRow, error) {
	secret := act.NewSecret()
	act.Salt = secret.Bytes
	row := &ReferralRow{RowKey: acts.RowKey{ID: consent.ID, Version: 1}, CaseID: consent.CaseID, ConsentID: consent.ID, FromUnit: act.Who.Unit(), ToUnit: consent.Centre,
		State: "sent", SentDay: act.Day, UntilDay: consent.UntilDay, UntilReply: consent.UntilReply, Secret: secret.ID,
		KeyVersion: 1, BodyVersion: 1, SafeVersion: 1, Feedback: consent.Feedback, KeepCopy: consent.KeepCopy,
		SentEpoch: act.Who.Epoch()}
	key := crypto.NewKey()
	row.Commitment = recordCommitment(key, row, 1)
	data := key.Derive(crypto.LabelReferralData, secret.Bytes)
	if err := row.keepFrom(act.Who, c.restricted(), key, data); err != nil {
		return nil, err
	}
	if err := row.To.send(to, row, 1, key); err != nil {
		return nil, err
	}
	var err error
	if row.Body, err = seal(data, row, "body", p); err != nil {
		return nil, err
	}
	row.Safe, err = seal(data, row, "safe", safe)
	return row, err
}

// step is one entry of a referral's line of states.
func step(row *ReferralRow, act *acts.Act) *ReferralStepRow {
	return &ReferralStepRow{RowKey: newRow(), ReferralID: row.ID, State: row.State, Unit: act.Who.Unit(), Day: act.Day,
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
		return state, ErrState
	}
	return next, nil
}

// standing is the consent's standing as the referral row carries it.
func (row *ReferralRow) standing(day string) policies.ConsentState {
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
func (d *Desk) referralObject(r Reader, act *acts.Act, row *ReferralRow) (policies.Object, *CaseRow, error) {
	o := policies.Object{Kind: policies.KindReferral, ID: row.ID, Unit: row.FromUnit, Centre: row.ToUnit, State: row.State,
		Consent: row.standing(act.Day), KeepCopy: row.KeepCopy, RestoredShut: row.Shut}
	var from acts.Unit
	if err := r.Get(&from, row.FromUnit); err != nil {
		return o, nil, err
	}
	o.UnitKind = from.Kind
	walls := row.CaseID
	if act.Who.Unit() != row.FromUnit {
		walls = "" // they bind the sending unit
	}
	c, err := d.wallsOf(r, act, walls, &o)
	return o, c, err
}

// likeReferral is likeThere for a referral: its unit, which is a row of the
// roster, and its case are looked up.
func likeReferral(r Reader, act *acts.Act, err error) error {
	if !errors.Is(err, acts.ErrNoRow) {
		return err
	}
	if err := r.Get(&acts.Unit{}, act.Who.Unit()); notNoRow(err) != nil {
		return err
	}
	return likeThere(r, err, &CaseRow{})
}

// sharedReferral is a referral that one of its two sides opened.
type sharedReferral struct {
	row     *ReferralRow
	key     crypto.Key
	secret  []byte
	data    crypto.Key
	body    Package
	safe    rule.PackageSafe
	sealed  rule.PackageSafe // the rule as it stands in the row: an older one says more than the centre is shown
	arrived bool             // the key came by age and should now be kept
	file    *caseFile        // the restricted case it speaks of, on the sender's side
	side    *Side
	column  string
}

// loadReferral looks a referral up, asks the policy and opens it from the
// caller's side.
func (d *Desk) loadReferral(r Reader, act *acts.Act, id string) (*sharedReferral, error) {
	row := &ReferralRow{}
	if err := r.Get(row, id); err != nil {
		return nil, likeReferral(r, act, err)
	}
	o, c, err := d.referralObject(r, act, row)
	if err != nil {
		return nil, err
	}
	if err := act.Allow(o); err != nil {
		return nil, err
	}
	s := &sharedReferral{row: row, side: &row.To, column: "to_box"}
	if act.Who.Unit() == row.FromUnit {
		s = sentReferral(row, nil)
	}
	if row.State == "withdrawn" {
		return s, nil // there is nothing to open any more
	}
	if s.file, err = d.fileOf(r, act.Who, c); err != nil {
		return nil, err
	}
	return s, d.openReferral(r, act, s)
}

// sentReferral is a referral on the side of the unit that sent it.
func sentReferral(row *ReferralRow, c *caseFile) *sharedReferral {
	return &sharedReferral{row: row, file: c.restricted(), side: &row.From, column: "from_box"}
}

func (d *Desk) openReferral(r Reader, act *acts.Act, s *sharedReferral) error {
	var err error
	if s.secret, err = r.Secret(s.row.Secret); err != nil {
		return err
	}
	act.Salt = s.secret
	if err = s.openKey(r, act.Who); err != nil {
		return err
	}
	s.data = s.key.Derive(crypto.LabelReferralData, s.secret)
	if err := errors.Join(
		s.data.OpenValue(binding(s.row, "body", s.row.BodyVersion), s.row.Body, &s.body),
		s.data.OpenValue(binding(s.row, "safe", s.row.SafeVersion), s.row.Safe, &s.sealed)); err != nil {
		return err
	}
	// What was sealed before there was an allow-list is shown by it all the same.
	s.safe = rule.For(s.sealed.Rule, s.sealed.Chosen, s.body.items())
	return nil
}

// keyBefore walks the chain of a record's earlier keys back to a version.
func keyBefore(r Reader, id string, key crypto.Key, at, version int64) (crypto.Key, error) {
	for ; at > version; at-- {
		var row CaseKeyRow
		if err := r.Get(&row, id+"."+strconv.FormatInt(at-1, 10)); err != nil {
			return crypto.Key{}, err
		}
		b, err := key.Derive(crypto.LabelCaseWrap).Open(binding(&row, "wrapped", 1), row.Wrapped)
		if err != nil {
			return crypto.Key{}, err
		}
		if key, err = crypto.KeyFromBytes(b); err != nil {
			return crypto.Key{}, err
		}
	}
	if at != version {
		return crypto.Key{}, acts.ErrTampered
	}
	return key, nil
}

// openKey gets the record's key from the caller's side.
func (s *sharedReferral) openKey(r Reader, who acts.Caller) (err error) {
	if s.side == &s.row.From && s.row.FromCaseKey != 0 {
		s.key, err = s.side.openNamed(r, who, s.file, s.row.FromCaseKey, s.row, s.column, s.row.KeyVersion, s.row.Commitment)
		return err
	}
	s.key, s.arrived, err = s.side.open(who, s.row, s.column, s.row.KeyVersion, s.row.Commitment)
	return err
}

// keepFrom keeps the record's key of KeyVersion on the sender's own side: by name
// for a restricted case f, under the unit key where that is nil.
func (row *ReferralRow) keepFrom(who acts.Caller, f *caseFile, key, data crypto.Key) error {
	row.FromCaseKey, row.FromReply = 0, nil
	if f == nil {
		return row.From.keep(who, row, "from_box", row.KeyVersion, key)
	}
	row.SentEpoch = row.met() // what a side says of it is about to change
	reply, err := row.From.keepNamed(who, f, row, "from_box", row.KeyVersion, key)
	if err != nil {
		return err
	}
	row.FromCaseKey = f.row.KeyVersion
	row.FromReply, err = data.SealValue(binding(row, "from_reply", row.KeyVersion), reply.String())
	return err
}

// sendFrom puts a new key on the sender's side, from the receiving unit: the key
// before it opens whom to seal it to.
func (row *ReferralRow) sendFrom(to addressee, before, key, data crypto.Key) error {
	if row.FromCaseKey == 0 {
		return row.From.send(to, row, row.KeyVersion, key)
	}
	var text string
	if err := before.OpenValue(binding(row, "from_reply", row.KeyVersion-1), row.FromReply, &text); err != nil {
		return err
	}
	reply, err := crypto.ParseRecipient(text)
	if err != nil {
		return crypto.ErrOpen
	}
	if row.FromReply, err = data.SealValue(binding(row, "from_reply", row.KeyVersion), text); err != nil {
		return err
	}
	return row.From.sendNamed(to, reply, row, row.KeyVersion, key)
}

// adopt keeps, on the caller's own side, a key that arrived by age, and one that is
// not kept as its file is.
func (s *sharedReferral) adopt(who acts.Caller) error {
	sender := s.side == &s.row.From
	if !s.arrived && (!sender || !s.misplaced()) {
		return nil
	}
	s.arrived = false
	if sender {
		return s.row.keepFrom(who, s.file, s.key, s.data)
	}
	return s.side.keep(who, s.row, s.column, s.row.KeyVersion, s.key)
}

// misplaced tells that the sender's side is not kept under the newest key of the
// restricted case that it speaks of.
func (s *sharedReferral) misplaced() bool {
	return s.file != nil && s.row.FromCaseKey != s.file.row.KeyVersion
}

// moved tells, to the sender, that her restricted case has a newer key than her
// side was kept under: somebody is named no longer.
func (s *sharedReferral) moved(sender bool) bool {
	return sender && s.row.FromCaseKey != 0 && s.misplaced()
}

// renew draws a new key version when either unit has a newer epoch than the one
// its side was kept under, or a restricted case a newer key or other names, and seals
// the package again under it: who left either unit, or is named no longer, reads nothing written
// from now on. The earlier key stays, sealed
// under the new one, for the messages written before. It is called before the
// row's version goes up, and refuses where the other unit may not be written to.
func (s *sharedReferral) renew(r Reader, act *acts.Act) ([]acts.Row, error) {
	to, err := s.reach(r, act)
	if err != nil {
		return nil, err
	}
	other, sender := &s.row.From, s.side == &s.row.From
	if sender {
		other = &s.row.To
	}
	if s.side.Epoch == act.Who.Epoch() && other.Epoch == to.epoch && !s.row.KeyDue && !s.moved(sender) {
		return nil, s.adopt(act.Who)
	}
	old := &CaseKeyRow{RowKey: acts.RowKey{ID: s.row.ID + "." + strconv.FormatInt(s.row.KeyVersion, 10), Version: 1},
		CaseID: s.row.ID, KeyVersion: s.row.KeyVersion}
	next, before := crypto.NewKey(), s.data
	old.Wrapped = next.Derive(crypto.LabelCaseWrap).Seal(binding(old, "wrapped", 1), s.key.Bytes())
	s.key, s.data, s.arrived = next, next.Derive(crypto.LabelReferralData, s.secret), false
	s.row.KeyVersion++
	s.row.KeyDue = false
	s.row.Commitment = recordCommitment(next, s.row, s.row.KeyVersion)
	if sender {
		err = errors.Join(s.row.keepFrom(act.Who, s.file, next, s.data), other.send(to, s.row, s.row.KeyVersion, next))
	} else {
		err = errors.Join(s.side.keep(act.Who, s.row, s.column, s.row.KeyVersion, next), s.row.sendFrom(to, before, next, s.data))
	}
	if err != nil {
		return nil, err
	}
	s.row.BodyVersion = s.row.Version + 1
	if s.row.Body, err = s.data.SealValue(binding(s.row, "body", s.row.BodyVersion), s.body); err != nil {
		return nil, err
	}
	return []acts.Row{old}, s.sealSafe(s.safe)
}

// sealSafe seals a safe-contact rule into the row's next version.
func (s *sharedReferral) sealSafe(safe rule.PackageSafe) (err error) {
	s.row.SafeVersion = s.row.Version + 1
	s.row.Safe, err = s.data.SealValue(binding(s.row, "safe", s.row.SafeVersion), safe)
	return err
}

// ReferralLine is a referral in a list of the sending unit.
type ReferralLine struct {
	ID, ConsentID, CaseID, FromUnit, ToUnit, State, SentDay, UntilDay, Code string
	AfterAnswer                                                             string // of the sending unit alone
	Standing                                                                policies.ConsentState
	Ends                                                                    bool      // within seven days
	Shut                                                                    bool      // a restore shut it, and the desk has not confirmed it
	EndedDay                                                                string    // of a withdrawn one, where it was asked for
	Who                                                                     CaseWho   // on the sender's Agenda only
	Proposed                                                                time.Time // an appointment that waits for her answer; on the sender's Agenda only
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

func line(row *ReferralRow, act *acts.Act) ReferralLine {
	soon := act.Now.AddDate(0, 0, warnDays).Format("2006-01-02")
	l := ReferralLine{ID: row.ID, ConsentID: row.ConsentID, CaseID: row.CaseID, FromUnit: row.FromUnit, ToUnit: row.ToUnit, State: row.State,
		SentDay: row.SentDay, UntilDay: row.UntilDay, Code: row.Code, Standing: row.standing(act.Day), Shut: row.Shut}
	if act.Who.Unit() == row.FromUnit {
		l.AfterAnswer = row.AfterAnswer
	}
	l.Ends = l.Standing == policies.ConsentLive && row.State != "closed" && row.UntilDay <= soon
	return l
}

func (d *Desk) referralLines(r Reader, act *acts.Act, c *caseFile) ([]ReferralLine, error) {
	rows, err := referralsOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	var all []ReferralLine
	for _, row := range rows {
		all = append(all, line(row, act))
	}
	return all, nil
}

// ReferralView is a referral with its messages, as either side reads it.
type ReferralView struct {
	ReferralLine
	Head     CaseHead // of her case file, for the unit that sent it; empty where that may not be opened any more
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
	Compare  string // the other unit, where nothing can be written to it before its words are compared
}

// ReadReferral is the sending unit's view. It works in every state; of
// a withdrawn referral only the line of states is left, of one that is over, and of
// one whose secret is gone though a restored copy still calls it live.
func (d *Desk) ReadReferral(ctx context.Context, who acts.Caller, id string) (ReferralView, audit.Receipt, error) {
	return d.readReferral(ctx, who, policies.ReferralRead, id)
}

func (d *Desk) readReferral(ctx context.Context, who acts.Caller, a policies.Action, id string) (ReferralView, audit.Receipt, error) {
	var v ReferralView
	receipt, err := d.do(ctx, who, a, func(r Reader, act *acts.Act) error {
		s, err := d.loadReferral(r, act, id)
		erased := s.emptied(err) && a == policies.ReferralRead
		if err != nil && !erased {
			return err
		}
		if v, err = d.viewReferral(r, act, s, erased); err != nil {
			return err
		}
		if v.Head, err = d.headOf(r, act, s); err != nil || erased {
			return err
		}
		return d.noteOpened(act, s, a)
	})
	return v, receipt, err
}

// headOf is the head of the case that a referral speaks of, for the unit that sent it.
func (d *Desk) headOf(r Reader, act *acts.Act, s *sharedReferral) (CaseHead, error) {
	if s.side != &s.row.From {
		return CaseHead{}, nil
	}
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	row := &CaseRow{}
	if err := r.Get(row, s.row.CaseID); err != nil {
		return CaseHead{}, err
	}
	if !act.May(policies.CaseOpen, caseObject(act.Who, row)) {
		return CaseHead{}, nil
	}
	c, err := d.openCase(r, act, row)
	if err != nil {
		return CaseHead{}, err
	}
	return c.head(), nil
}

// noteOpened keeps a key that arrived, and moves a referral that the centre
// opens for the first time.
func (d *Desk) noteOpened(act *acts.Act, s *sharedReferral, a policies.Action) error {
	next, err := referralTransition(s.row.State, "open")
	first := a == policies.ReferralOpen && err == nil
	seen := a == policies.ReferralOpen && s.row.SafeDay != ""
	if !s.arrived && !first && !seen {
		return nil
	}
	if seen {
		s.row.SafeDay = "" // the centre has the new rule before it
	}
	if err := s.adopt(act.Who); err != nil {
		return err
	}
	s.row.Version++
	rows := []acts.Row{s.row}
	if first {
		s.row.State = next
		rows = append(rows, step(s.row, act))
	}
	act.Commit = putAll(rows...)
	return nil
}

func (d *Desk) viewReferral(r Reader, act *acts.Act, s *sharedReferral, erased bool) (ReferralView, error) {
	v := ReferralView{ReferralLine: line(s.row, act), Version: s.row.Version, Erased: erased, Package: s.body,
		Safe: s.safe, SafeDay: s.row.SafeDay, KeepCopy: s.row.KeepCopy, Feedback: s.row.Feedback}
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
	if s.row.State == "withdrawn" || erased {
		return v, nil
	}
	if _, err := s.reach(r, act); errors.Is(err, ErrPin) {
		v.Compare = s.other()
	} else if err != nil && !unreachable(err) {
		return v, err
	}
	v.Messages, err = d.messages(r, s, act.Who.Unit())
	return v, err
}

// tellCentres makes a changed safe-contact rule hold for each centre with a live
// referral of a case, in the act that changes it: what does not hold any more goes,
// and what is new comes where she lets it be told. One whose words have to be
// compared again learns only that she is reached through the desk: under the key
// that it has, since nothing is sealed to its new one.
func (d *Desk) tellCentres(r Reader, act *acts.Act, c *caseFile, told *told) ([]acts.Row, error) {
	refs, err := referralsOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	salt := act.Salt
	defer func() { act.Salt = salt }()
	var rows []acts.Row
	for _, row := range refs {
		if row.standing(act.Day) != policies.ConsentLive {
			continue
		}
		s := sentReferral(row, c)
		err := d.openReferral(r, act, s)
		if errors.Is(err, acts.ErrErased) {
			continue // nobody can open it any more: there is no rule in it to replace
		}
		if err != nil {
			return nil, err
		}
		safe, news := told.rule(row.ID, s.safe, rule.For(c.safe, s.safe.Chosen, s.body.items()))
		var renewed []acts.Row
		if _, err = s.reach(r, act); unreachable(err) && !news {
			safe = rule.PackageSafe{DeskOnly: true, Chosen: s.safe.Chosen}
			err = s.adopt(act.Who)
		} else if err == nil && !s.sealed.Same(safe) {
			renewed, err = s.renew(r, act)
		}
		if err != nil {
			return nil, err
		}
		if s.sealed.Same(safe) {
			continue // it had nothing of what changed, and is told nothing
		}
		if err := s.sealSafe(safe); err != nil {
			return nil, err
		}
		row.Version++
		row.SafeDay = act.Day
		rows = append(append(rows, renewed...), row)
	}
	return rows, nil
}
