package kept

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/match"
	"sportello/referrals/rule"
)

// CaseCard is the small index card that lists and search read. The reason she
// came is never on it.
type CaseCard struct {
	Code    string   `json:"code"`
	Alias   string   `json:"alias,omitempty"`
	Names   []string `json:"names,omitempty"` // only while she is identified
	Last    string   `json:"last"`            // day of the last contact
	Channel string   `json:"channel,omitempty"`
	// The hours of the next call, HH:MM; its day is in the case row.
	RecallFrom string `json:"recall_from,omitempty"`
	RecallTo   string `json:"recall_to,omitempty"`
	// What must not be forgotten of her, and the number she gave for one call.
	Marks   Marks   `json:"marks,omitempty"`
	Tonight *Lately `json:"tonight,omitempty"`
	Worker  string  `json:"worker,omitempty"` // who follows her
	// Made anew where the card is sealed, and only there: every number of her rule,
	// whatever it allows, and what names and numbers are compared by.
	Numbers []CardNumber `json:"numbers,omitempty"`
	Keys    match.Keys   `json:"keys,omitzero"`
	// Phones are the numbers of a card that was sealed before Numbers: those that might
	// be rung.
	Phones []string `json:"phones,omitempty"`
	// Also is the code of the file that is joined with this one, of the one card that both
	// are shown as; see join.go.
	Also string `json:"-"`
}

// Lately is a number that she gave for one call: it is found until then, and holds
// for nothing else.
type Lately struct {
	Number string    `json:"number"`
	Until  time.Time `json:"until"`
}

// CardNumber is a number of hers as it was typed, and what she said of calls and
// messages to it: yes, never, or empty where she was not asked.
type CardNumber struct {
	Number  string `json:"n"`
	Verdict string `json:"v,omitempty"`
}

// index writes on a card what lists and search compare.
func (c *CaseCard) index(safe rule.SafeContact) {
	c.Phones, c.Numbers = nil, nil
	if safe.Number != "" {
		c.Numbers = []CardNumber{{safe.Number, safe.PhoneVerdict()}}
	}
	c.Keys = c.keys()
}

func (c *CaseCard) keys() match.Keys {
	numbers := c.Phones
	for _, n := range c.Numbers {
		numbers = append(numbers, n.Number)
	}
	return match.KeysOf(append([]string{c.Alias}, c.Names...), numbers)
}

// ComparedBy is what a card is compared by: the keys on it, or, where another matcher
// made them, new ones.
func (c *CaseCard) ComparedBy() match.Keys {
	if c.Keys.Current() {
		return c.Keys
	}
	return c.keys()
}

// CaseWho names a case on a list of its own unit: code and alias, never more.
type CaseWho struct{ Code, Alias string }

// Who is what a list says of a card.
func (c *CaseCard) Who() CaseWho { return CaseWho{c.Code, c.Alias} }

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
	Edits    Edits    `json:"edits,omitempty"`
}

// Edits say who changed what last, by the name of its input, and when; never from what.
type Edits map[string]Edit

// Edit is one of them.
type Edit struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Changed names what differs from what was told before.
func (t Told) Changed(before Told) (names []string) {
	for name, same := range map[string]bool{"language": t.Language == before.Language, "mediator": t.Mediator == before.Mediator,
		"town": t.Town == before.Town, "children_note": t.Children == before.Children, "needs": slices.Equal(t.Needs, before.Needs)} {
		if !same {
			names = append(names, name)
		}
	}
	return names
}

// Note writes down who changed something, and when.
func (t *Told) Note(act *acts.Act, names ...string) {
	edits := maps.Clone(t.Edits)
	if edits == nil {
		edits = Edits{}
	}
	for _, name := range names {
		edits[name] = Edit{act.Who.Person(), act.Now}
	}
	t.Edits = edits
}

// File is a case row with what its keys open.
type File struct {
	Row        *CaseRow
	Secret     []byte
	cardSecret []byte
	key        crypto.Key // the case key
	drawn      earlierKey // the key before it, where this act drew it
	data       crypto.Key // HKDF(case key, shred secret)
	Card       CaseCard
	Safe       rule.SafeContact
	Waits      []rule.Waiting // what somebody not recognised said of it: she is asked
	Told       Told
	toldRead   bool // told is what the row holds; else it was not opened
	now        time.Time
	answers    bool // the caller answers for it
	// newCardSecret is set when the card was erased: the next write makes one anew.
	newCardSecret func() acts.Secret
	newCode       func(*File) // that write makes her another code
}

// New makes the case file of the caller's unit that an act opens: nothing is in
// it yet, and its code comes when it is sealed.
func New(act *acts.Act) *File {
	secret, card := act.NewSecret(), act.NewSecret()
	row := &CaseRow{RowKey: NewRow(), Unit: act.Who.Unit(), State: "open", OpenedDay: act.Day,
		LastDay: act.Day, Secret: secret.ID, CardSecret: card.ID, KeyVersion: 1}
	return &File{Row: row, Secret: secret.Bytes, cardSecret: card.Bytes, key: crypto.NewKey(), toldRead: true, now: act.Now}
}

// NewCard draws another secret for a case's card, before it is sealed again, and
// returns the id of the one that opened the cards before.
func (c *File) NewCard(act *acts.Act) (before string) {
	before = c.Row.CardSecret
	fresh := act.NewSecret()
	c.Row.CardSecret, c.cardSecret, c.newCardSecret = fresh.ID, fresh.Bytes, nil
	return before
}

// NewCode makes the code that a woman can come back with: eight signs, about
// 37 bits, said in two groups of four.
func NewCode() string {
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

// codeLetters leaves out what is misheard or misread: 0 O, 1 I L, 2 Z, 5 S, 8 B.
const codeLetters = "ACDEFGHJKMNPQRTUVWXY34679"

// IsCode tells whether a text has the form of such a code: one that another unit gave.
func IsCode(s string) bool {
	a, b, ok := strings.Cut(s, "-")
	return ok && len(a) == 4 && len(b) == 4 && strings.Trim(a+b, codeLetters) == ""
}

// Seal seals every sealed column for the row's version. A unit-visible
// case's key and card are wrapped under the unit key; a restricted one's under
// the named people's (see named.go).
func (c *File) Seal(who acts.Caller) error {
	if !c.toldRead {
		return errors.New("sealing a case: what it holds was not read")
	}
	c.data = c.key.Derive(crypto.LabelData, c.Secret)
	if c.newCardSecret != nil {
		fresh := c.newCardSecret()
		c.Row.CardSecret, c.cardSecret, c.newCardSecret = fresh.ID, fresh.Bytes, nil
	}
	if c.Card.Code == "" {
		c.Card.Code = NewCode() // the one before went with its card
		if c.newCode != nil {
			c.newCode(c)
		}
	}
	c.Row.NowDay = c.Card.Marks.Day(c.now)
	if t := c.Card.Tonight; t != nil && !c.now.Before(t.Until) {
		c.Card.Tonight = nil
	}
	var err error
	v := c.Row.Version
	cardKey := c.key.Derive(crypto.LabelCard, c.cardSecret)
	if !c.Row.Restricted {
		if c.Row.KeyBox, c.Row.Epoch, err = wrapRecordKey(who, c.Row, "key_box", v, c.key, crypto.LabelCaseWrap); err != nil {
			return err
		}
		unit, _ := who.UnitKey(c.Row.Epoch)
		cardKey = unit.Derive(crypto.LabelCard, c.cardSecret)
	}
	c.Card.index(c.Safe)
	if c.Row.Card, err = SealUnder(cardKey, c.Row, "card", c.Card); err != nil {
		return err
	}
	if c.Row.Safe, err = SealUnder(c.data, c.Row, "safe", sealedRule{c.Safe, c.Waits}); err != nil {
		return err
	}
	c.Row.Told, err = SealUnder(c.data, c.Row, "told", c.Told)
	return err
}

// Load looks a case up, asks the policy about the act, and opens it.
func Load(r Reader, act *acts.Act, id string) (*File, error) {
	row := &CaseRow{}
	if err := r.Get(row, id); err != nil {
		return nil, err
	}
	if err := act.Allow(CaseObject(act.Who, row)); err != nil {
		return nil, err
	}
	c, err := Open(r, act, row)
	if err != nil {
		return nil, err
	}
	if c.Card.Code == "" {
		c.newCode = func(c *File) { act.GiveNewCode(policies.KindCase, row.ID, c.ownSecret(), match.CodeSigns(c.Card.Code)) }
		return c, nil
	}
	return c, c.GiveCode(act)
}

// GiveCode has the log know a case by its code, where it does not yet (acts.GiveCode).
func (c *File) GiveCode(act *acts.Act) error {
	return act.GiveCode(policies.KindCase, c.Row.ID, c.ownSecret(), match.CodeSigns(c.Card.Code))
}

func (c *File) ownSecret() acts.Secret { return acts.Secret{ID: c.Row.Secret, Bytes: c.Secret} }

// Open opens what the policy allowed.
func Open(r Reader, act *acts.Act, row *CaseRow) (*File, error) {
	if _, err := r.Secret(row.Secret); err != nil { // it was erased: no key says so
		return nil, err
	}
	key, err := keyOf(r, act.Who, row)
	if err != nil {
		return nil, err
	}
	return openWith(r, act, row, key)
}

// keyOf opens the key of a case as it is kept for the caller.
func keyOf(r Reader, who acts.Caller, row *CaseRow) (crypto.Key, error) {
	if row.Restricted {
		return restrictedKey(r, who, row)
	}
	return openRecordKey(who, row, "key_box", row.Version, row.Epoch, row.KeyBox, crypto.LabelCaseWrap)
}

// openWith opens a case with its key.
func openWith(r Reader, act *acts.Act, row *CaseRow, key crypto.Key) (*File, error) {
	c := &File{Row: row, key: key, now: act.Now, answers: AnswersFor(act.Who, row)}
	var err error
	if c.Secret, err = r.Secret(row.Secret); err != nil {
		return nil, err
	}
	c.cardSecret, err = r.Secret(row.CardSecret)
	named := errors.Is(err, acts.ErrErased) // a restored copy: this card named her, and she went back to her alias
	if err != nil && !named {
		return nil, err
	}
	act.Salt = c.Secret
	cardKey := c.key.Derive(crypto.LabelCard, c.cardSecret)
	if !row.Restricted {
		unit, ok := act.Who.UnitKey(row.Epoch)
		if !ok {
			return nil, acts.ErrCovered
		}
		cardKey = unit.Derive(crypto.LabelCard, c.cardSecret)
	}
	c.data = c.key.Derive(crypto.LabelData, c.Secret)
	if named {
		c.newCardSecret = act.NewSecret
	} else if err := OpenUnder(cardKey, row, "card", row.Card, &c.Card); err != nil {
		return nil, err
	}
	var safe sealedRule
	if err := OpenUnder(c.data, row, "safe", row.Safe, &safe); err != nil {
		return nil, err
	}
	c.Safe, c.Waits = safe.SafeContact, safe.Waits
	c.Safe.Stopped, err = Stopped(r, row.ID)
	return c, err
}

// sealedRule is what the column of her rule holds.
type sealedRule struct {
	rule.SafeContact
	Waits []rule.Waiting `json:"waits,omitempty"`
}

// ReadTold opens what she agreed to tell, once. Every write needs it, before the row
// moves to its next version.
func (c *File) ReadTold() error {
	if c.toldRead {
		return nil
	}
	err := OpenUnder(c.data, c.Row, "told", c.Row.Told, &c.Told)
	c.toldRead = err == nil
	return err
}

// Advance moves a case to its next version, before anything is sealed into it.
// The first write after a new epoch of the unit draws a new case key, and so
// does the first write to a restricted case after somebody it names left the
// unit, or the unit's recovery changed: neither reads anything of it. The earlier
// key stays, sealed under the new one, for rows written before. It returns the
// rows to write.
func (c *File) Advance(r Reader, who acts.Caller) ([]acts.Row, error) {
	if err := c.ReadTold(); err != nil {
		return nil, err
	}
	c.Row.Version++
	if !c.Row.Restricted {
		if c.Row.Epoch == who.Epoch() {
			return []acts.Row{c.Row}, nil
		}
		return []acts.Row{c.Row, c.drawKey()}, nil
	}
	stay, err := c.standing(r)
	if err != nil {
		return nil, err
	}
	recovery, err := units.RecoveryOf(r, c.Row.Unit)
	if err != nil {
		return nil, err
	}
	kept, err := keptFor(r, c.Row, recovery)
	if err != nil {
		return nil, err
	}
	if stay == c.Row.Named && kept {
		return []acts.Row{c.Row}, nil
	}
	rows := []acts.Row{c.Row, c.drawKey()}
	wraps, err := c.keepNamed(r, who, stay, recovery)
	return append(rows, wraps...), err
}

// drawKey gives a case a new key version and returns the row that keeps the one
// before under it.
func (c *File) drawKey() *CaseKeyRow {
	old := earlierKeyRow(c.Row.ID, c.Row.KeyVersion)
	next := crypto.NewKey()
	old.Wrapped = next.Derive(crypto.LabelCaseWrap).Seal(binding(old, "wrapped", 1), c.key.Bytes())
	c.drawn = earlierKey{c.Row.KeyVersion, c.key}
	c.key = next
	c.Row.KeyVersion++
	return old
}

// earlierKeyRow is the row that keeps a key of a record, of a version.
func earlierKeyRow(record string, version int64) *CaseKeyRow {
	return &CaseKeyRow{RowKey: acts.RowKey{ID: record + "." + strconv.FormatInt(version, 10), Version: 1}, CaseID: record, KeyVersion: version}
}

// earlierKey is a key that was a case's own until this act.
type earlierKey struct {
	version int64
	key     crypto.Key
}

// KeyAt is the case key of a version: the newest, or one that the chain of
// earlier keys opens.
func (c *File) KeyAt(r Reader, version int64) (crypto.Key, error) {
	if version <= c.drawn.version {
		return keyBefore(r, c.Row.ID, c.drawn.key, c.drawn.version, version)
	}
	return keyBefore(r, c.Row.ID, c.key, c.Row.KeyVersion, version)
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

// Touch notes something new on an existing case, in an act about something else:
// whether the caller may do so to this case is asked beside it.
func Touch(r Reader, act *acts.Act, a policies.Action, id string) (*File, []acts.Row, error) {
	row := &CaseRow{}
	if err := r.Get(row, id); err != nil {
		return nil, nil, err
	}
	if err := act.Also(a, CaseObject(act.Who, row)); err != nil {
		return nil, nil, err
	}
	salt := act.Salt
	c, err := Open(r, act, row)
	act.Salt = salt
	if err != nil {
		return nil, nil, err
	}
	rows, err := c.Advance(r, act.Who)
	if err != nil {
		return nil, nil, err
	}
	c.Card.Last, c.Row.LastDay = act.Day, act.Day
	return c, rows, c.Seal(act.Who)
}

// AtVersion says ErrConflict when a form was filled from an older version.
func (c *File) AtVersion(version int64) error {
	if c.Row.Version != version {
		return acts.ErrConflict
	}
	return nil
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
	Restricted bool // to named people: that somebody is walled off is not said
	Answers    bool // the reader answers for it
	Card       CaseCard
	Safe       rule.SafeContact
	Waits      []rule.Waiting
}

// Head is what every page about her shows of the case.
func (c *File) Head() CaseHead {
	return CaseHead{ID: c.Row.ID, Version: c.Row.Version, State: c.Row.State, OpenedDay: c.Row.OpenedDay,
		LastDay: c.Row.LastDay, Recall: c.Recall(), Restricted: c.Row.Restricted && !c.Row.AllBut, Answers: c.answers, Card: c.Card, Safe: c.Safe, Waits: c.Waits}
}

// SetRecall puts a case on "Da richiamare", or takes it off.
func (c *File) SetRecall(p rule.Recall) {
	c.Row.RecallDay, c.Card.RecallFrom, c.Card.RecallTo = p.Day, p.From, p.To
}

// Recall is when she is to be called.
func (c *File) Recall() rule.Recall {
	return rule.Recall{Day: c.Row.RecallDay, From: c.Card.RecallFrom, To: c.Card.RecallTo}
}

// KeepRecall drops, after she changed her rule, what it does not allow any more:
// the planned hours, or the call.
func (c *File) KeepRecall(zone *time.Location) {
	p, safe := c.Recall(), c.Safe.Open() // what is shut until she is asked is planned all the same
	if safe.Phone() != "" && len(safe.Hours) > 0 {
		c.Card.Marks = c.Card.Marks.Without(MarkRuleUnkept)
	}
	switch {
	case p.Day == "" || !safe.Rings():
		c.SetRecall(rule.Recall{})
	case p.From != "":
		if field, _ := safe.AllowsRecall(p, zone); field != "" {
			c.SetRecall(rule.Recall{Day: p.Day})
		}
	}
}

// ToCall puts a case on "Da richiamare" after a contact that goes on, where her
// rule lets a phone ring at some hour. A call that was planned stays planned; one
// that her rule makes impossible is marked, so that somebody finds a way with her.
func (c *File) ToCall(outcome, day string) {
	safe := c.Safe.Open()
	switch {
	case outcome != "stay_in_touch" || c.Row.RecallDay != "":
	case safe.Phone() != "" && len(safe.Hours) > 0:
		c.Row.RecallDay = day
	case !safe.Said() || safe.Rings():
		c.Mark(Mark{Kind: MarkRuleUnkept, Since: c.now})
	}
}

// Mark puts a mark on a case's card; one of its kind that is there keeps its hour, how
// grave it was, and in whose hands it is.
func (c *File) Mark(m Mark) {
	if old := c.Card.Marks.Of(m.Kind, c.now); old != nil {
		if old.Since.Before(m.Since) {
			m.Since = old.Since
		}
		if m.Life = m.Life || old.Life; m.Hold == (Hold{}) {
			m.Hold = old.Hold
		}
	}
	c.Card.Marks = c.Card.Marks.With(m)
}
