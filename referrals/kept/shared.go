package kept

import (
	"errors"
	"fmt"
	"strconv"

	"sportello/crypto"
	"sportello/policies/acts"
)

// A record that two units share has a key of its own, and each unit holds it on its
// Side. This file is how that key is drawn, sent, opened, kept, renewed and taken off.
//
// A side is kept as the file is that the record speaks of. That of a restricted
// case is kept by name: an identity that is drawn for this side alone lies under the
// case's key, and the record's key is wrapped with age to that identity, and around
// it to the unit. So neither a colleague who is not named opens it, nor somebody
// named who left the unit, whoever of the two units sealed it last.

// Side is one unit's hold on a record's key: by age as it arrives, then under
// the unit key of an epoch. One of Wrap and Box is set while it holds; both where it
// is kept by name.
type Side struct {
	Epoch int64
	Wrap  crypto.Sealed
	Box   crypto.Sealed
}

// Held is how a row says that two units hold it: what stands in its columns, and
// pointers to those that change.
type Held struct {
	FromUnit, ToUnit string
	From, To         *Side
	CaseID           string // of the sender's case that it speaks of, or empty
	Secret           string
	Version          int64 // of its key
	Commitment       *[]byte
	FromCaseKey      *int64       // the case key that From is kept under, where the case is restricted to people; 0 where the unit keeps it
	Label            crypto.Label // of the key that seals what it says
	// Renewed is set where either unit writes on: a new key keeps the one before under
	// it. It is nil where each sealing of the sender draws another.
	Renewed *Renewed
}

// Renewed is what a record keeps whose key both units renew.
type Renewed struct {
	KeyVersion *int64
	SentEpoch  *int64         // the sender's, when it was sent; 0 in what an older program sent
	FromReply  *crypto.Sealed // where From is kept by name: whom the receiving unit seals a new key to
	KeyDue     *bool          // with the next word a new key is drawn: somebody who may not read on holds this one
}

// SharedRow is the row of a record that two units hold.
type SharedRow interface {
	acts.Row
	Next()
	Held() Held
}

// TakeOff takes both sides' keys off.
func (h Held) TakeOff() {
	*h.From, *h.To, *h.FromCaseKey = Side{}, Side{}, 0
	if h.Renewed != nil {
		*h.Renewed.FromReply = nil
	}
}

// holds tells that nobody took the keys off.
func (h Held) holds() bool { return h.From.Box != nil || h.From.Wrap != nil }

// met is the sender's epoch under which the receiving unit got the record first. An
// older program did not write it down: it is that of the sender's side while no key
// was renewed, and the first otherwise, so that whatever may have come between is
// asked about.
func (h Held) met() int64 {
	switch {
	case h.Renewed == nil:
		return 0
	case *h.Renewed.SentEpoch != 0:
		return *h.Renewed.SentEpoch
	case h.Version == 1:
		return h.From.Epoch
	}
	return 1
}

// Shared is a record as one of its two units holds it.
type Shared struct {
	Data    crypto.Key // seals what the record says
	Secret  []byte
	row     SharedRow
	key     crypto.Key
	sender  bool
	arrived bool  // the key came by age and should now be kept
	file    *File // the restricted case it speaks of, on the sender's side
}

// SentOf is a record on the side of the unit that sent it, with the case that it
// speaks of, or nil.
func SentOf(row SharedRow, f *File) *Shared {
	return &Shared{row: row, sender: true, file: f.restricted()}
}

// ReceivedOf is a record on the side of the unit that it was sent to.
func ReceivedOf(row SharedRow) *Shared { return &Shared{row: row} }

// SharedOf is a record on the side of the caller's unit. Row is that of the case it
// speaks of, or nil.
func SharedOf(r Reader, who acts.Caller, row SharedRow, c *CaseRow) (*Shared, error) {
	if who.Unit() != row.Held().FromUnit {
		return ReceivedOf(row), nil
	}
	f, err := fileOf(r, who, c)
	return SentOf(row, f), err
}

// fileOf opens the key of the restricted case that a record speaks of, for who is
// to open or keep her own unit's side of it; nil for any other record.
func fileOf(r Reader, who acts.Caller, row *CaseRow) (*File, error) {
	if row == nil || !row.Restricted || row.Unit != who.Unit() {
		return nil, nil
	}
	key, err := restrictedKey(r, who, row)
	if err != nil {
		return nil, err
	}
	return &File{Row: row, key: key}, nil
}

// restricted is a case file for a side to be kept as: nil where the unit keeps it.
func (c *File) restricted() *File {
	if c == nil || !c.Row.Restricted {
		return nil
	}
	return c
}

// Sender tells that it is the side of the unit that sent the record.
func (s *Shared) Sender() bool { return s.sender }

// Arrived tells that the key came by age and should now be kept.
func (s *Shared) Arrived() bool { return s.arrived }

// Other is the unit on the other side.
func (s *Shared) Other() string {
	if s.sender {
		return s.row.Held().ToUnit
	}
	return s.row.Held().FromUnit
}

// side is the one of two that the caller's unit holds, with the column of its box.
func (s *Shared) side(h Held) (*Side, string) {
	if s.sender {
		return h.From, "from_box"
	}
	return h.To, "to_box"
}

// sideContext is what an age wrap of a record's key says of itself.
func sideContext(row acts.Row, unit string, epoch, version int64) crypto.WrapContext {
	id, _ := row.Key()
	return crypto.WrapContext{Purpose: "record-" + row.Table(), Unit: unit, Record: id, Epoch: epoch, Version: version}
}

func namedContext(row acts.Row, version int64) crypto.WrapContext {
	id, _ := row.Key()
	return crypto.WrapContext{Purpose: "named-" + row.Table(), Record: id, Version: version}
}

func recordCommitment(key crypto.Key, row acts.Row, version int64) []byte {
	id, _ := row.Key()
	return key.Commitment(row.Table(), id, strconv.FormatInt(version, 10))
}

// Open gets the record's secret and key from the caller's side. acts.ErrErased where
// the secret is gone or the keys were taken off.
func (s *Shared) Open(r Reader, who acts.Caller) (err error) {
	h := s.row.Held()
	if s.Secret, err = r.Secret(h.Secret); err != nil {
		return err
	}
	if s.key, err = s.openKey(r, who, h); err != nil {
		return err
	}
	if string(recordCommitment(s.key, s.row, h.Version)) != string(*h.Commitment) {
		return crypto.ErrOpen
	}
	s.Data = s.key.Derive(h.Label, s.Secret)
	return nil
}

func (s *Shared) openKey(r Reader, who acts.Caller, h Held) (crypto.Key, error) {
	side, column := s.side(h)
	switch {
	case s.sender && *h.FromCaseKey != 0:
		return s.openNamed(r, who, h)
	case side.Wrap != nil:
		id, ok := who.UnitIdentity(side.Epoch)
		if !ok {
			return crypto.Key{}, acts.ErrCovered
		}
		s.arrived = true
		return crypto.Unwrap(id, sideContext(s.row, who.Unit(), side.Epoch, h.Version), side.Wrap)
	case side.Box != nil:
		return openRecordKey(who, s.row, column, h.Version, side.Epoch, side.Box, crypto.LabelReferralWrap)
	}
	return crypto.Key{}, acts.ErrErased
}

// openNamed gets the key from the sender's side, kept by name.
func (s *Shared) openNamed(r Reader, who acts.Caller, h Held) (crypto.Key, error) {
	side, at := h.From, *h.FromCaseKey
	if s.file == nil || side.Box == nil || side.Wrap == nil {
		return crypto.Key{}, crypto.ErrOpen
	}
	k, err := s.file.KeyAt(r, at)
	if err != nil {
		return crypto.Key{}, err
	}
	secret, err := k.Derive(crypto.LabelReferralWrap).Open(binding(s.row, "from_box", at), side.Box)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a side kept by name: %w", err)
	}
	id, err := crypto.ParseIdentity(string(secret))
	if err != nil {
		return crypto.Key{}, crypto.ErrOpen
	}
	unit, ok := who.UnitIdentity(side.Epoch)
	if !ok {
		return crypto.Key{}, acts.ErrCovered
	}
	inner, err := crypto.OpenPadded(unit, sideContext(s.row, who.Unit(), side.Epoch, h.Version), side.Wrap)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a side kept by name: %w", err)
	}
	key, err := crypto.Unwrap(id, namedContext(s.row, h.Version), inner)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a side kept by name: %w", err)
	}
	return key, nil
}

// wrapOwnSide puts the key on the caller's own side: under her unit key or, of a restricted
// case, by name.
func (s *Shared) wrapOwnSide(who acts.Caller) (err error) {
	h := s.row.Held()
	side, column := s.side(h)
	if s.sender {
		*h.FromCaseKey = 0
		if h.Renewed != nil {
			*h.Renewed.FromReply = nil
		}
		if s.file != nil {
			return s.keepNamed(who, h)
		}
	}
	side.Wrap = nil
	side.Box, side.Epoch, err = wrapRecordKey(who, s.row, column, h.Version, s.key, crypto.LabelReferralWrap)
	return err
}

// keepNamed keeps the sender's side by name, and says whom the other unit seals a new
// key to.
func (s *Shared) keepNamed(who acts.Caller, h Held) error {
	id, err := crypto.NewIdentity()
	if err != nil {
		return fmt.Errorf("keeping a side by name: %w", err)
	}
	to, err := ownUnit(who)
	if err != nil {
		return err
	}
	if h.Renewed != nil {
		*h.Renewed.SentEpoch = h.met() // what a side says of it is about to change
	}
	*h.FromCaseKey = s.file.Row.KeyVersion
	h.From.Box = s.file.key.Derive(crypto.LabelReferralWrap).Seal(binding(s.row, "from_box", *h.FromCaseKey), []byte(id.Secret()))
	if err := s.sendNamed(to, id.Recipient(), h); err != nil || h.Renewed == nil {
		return err
	}
	*h.Renewed.FromReply, err = s.Data.SealValue(binding(s.row, "from_reply", h.Version), id.Recipient().String())
	return err
}

// sendNamed puts the key on the sender's side that is kept by name.
func (s *Shared) sendNamed(to addressee, reply crypto.Recipient, h Held) error {
	inner, err := crypto.Wrap(reply, namedContext(s.row, h.Version), s.key)
	if err != nil {
		return err
	}
	h.From.Epoch = to.epoch
	h.From.Wrap, err = crypto.SealPadded(to.recipient, sideContext(s.row, to.unit, to.epoch, h.Version), inner)
	return err
}

// give puts the key on the other unit's side, wrapped with age to the epoch that it
// was found to be reachable under. Before is the key that sealed until now.
func (s *Shared) give(to addressee, before crypto.Key) (err error) {
	h := s.row.Held()
	if !s.sender && *h.FromCaseKey != 0 {
		return s.giveNamed(to, before, h)
	}
	side := h.To
	if !s.sender {
		side = h.From
	}
	side.Box, side.Epoch = nil, to.epoch
	side.Wrap, err = crypto.Wrap(to.recipient, sideContext(s.row, to.unit, to.epoch, h.Version), s.key)
	return err
}

// giveNamed puts a new key on the sender's side, from the receiving unit: the key
// before it opens whom to seal it to.
func (s *Shared) giveNamed(to addressee, before crypto.Key, h Held) error {
	var text string
	if err := before.OpenValue(binding(s.row, "from_reply", h.Version-1), *h.Renewed.FromReply, &text); err != nil {
		return err
	}
	reply, err := crypto.ParseRecipient(text)
	if err != nil {
		return crypto.ErrOpen
	}
	if *h.Renewed.FromReply, err = s.Data.SealValue(binding(s.row, "from_reply", h.Version), text); err != nil {
		return err
	}
	return s.sendNamed(to, reply, h)
}

// draw makes a new key, of the version that the row says.
func (s *Shared) draw() {
	h := s.row.Held()
	s.key, s.arrived = crypto.NewKey(), false
	s.Data = s.key.Derive(h.Label, s.Secret)
	*h.Commitment = recordCommitment(s.key, s.row, h.Version)
}

// Send draws a key for what is about to be sealed, keeps it and gives it to the other
// unit. It refuses where nothing may be sealed to that unit now; see MayReceive.
// Secret is the record's shred secret.
func (s *Shared) Send(r Reader, act *acts.Act, secret []byte) error {
	to, err := s.reach(r, act)
	if err != nil {
		return err
	}
	s.Secret = secret
	s.draw()
	if err := s.wrapOwnSide(act.Who); err != nil {
		return err
	}
	return s.give(to, crypto.Key{})
}

// Renew draws a new key version when either unit has a newer epoch than the one
// its side was kept under, or a restricted case a newer key or other names: who left
// either unit, or is named no longer, reads nothing written from now on. What the
// record says must then be sealed again, and drawn tells so. The earlier key stays,
// in the row that it returns, for what was written under it. It refuses where the
// other unit may not be written to.
func (s *Shared) Renew(r Reader, act *acts.Act) (old []acts.Row, drawn bool, err error) {
	to, err := s.reach(r, act)
	if err != nil {
		return nil, false, err
	}
	h := s.row.Held()
	mine, other := h.To, h.From
	if s.sender {
		mine, other = h.From, h.To
	}
	if mine.Epoch == act.Who.Epoch() && other.Epoch == to.epoch && !*h.Renewed.KeyDue && !s.moved(h) {
		return nil, false, s.Adopt(act.Who)
	}
	id, _ := s.row.Key()
	earlier, before, data := earlierKeyRow(id, h.Version), s.key, s.Data
	*h.Renewed.KeyVersion++
	*h.Renewed.KeyDue = false
	s.draw()
	earlier.Wrapped = s.key.Derive(crypto.LabelCaseWrap).Seal(binding(earlier, "wrapped", 1), before.Bytes())
	return []acts.Row{earlier}, true, errors.Join(s.wrapOwnSide(act.Who), s.give(to, data))
}

// Adopt keeps, on the caller's own side, a key that arrived by age, and one that is
// not kept as its file is.
func (s *Shared) Adopt(who acts.Caller) error {
	if !s.arrived && (!s.sender || !s.misplaced(s.row.Held())) {
		return nil
	}
	s.arrived = false
	return s.wrapOwnSide(who)
}

// misplaced tells that the sender's side is not kept under the newest key of the
// restricted case that it speaks of.
func (s *Shared) misplaced(h Held) bool {
	return s.file != nil && *h.FromCaseKey != s.file.Row.KeyVersion
}

// moved tells, to the sender, that her restricted case has a newer key than her
// side was kept under: somebody is named no longer.
func (s *Shared) moved(h Held) bool {
	return s.sender && *h.FromCaseKey != 0 && s.misplaced(h)
}

// Seal seals a column of the record for a version of its row.
func (s *Shared) Seal(column string, version int64, v any) (crypto.Sealed, error) {
	return s.Data.SealValue(binding(s.row, column, version), v)
}

// OpenColumn opens what Seal sealed.
func (s *Shared) OpenColumn(column string, version int64, sealed crypto.Sealed, v any) error {
	return s.Data.OpenValue(binding(s.row, column, version), sealed, v)
}

// Put seals what a row says that hangs on the record, under the record's newest key.
func (s *Shared) Put(row PartRow, v any) (err error) {
	p := row.Sub()
	p.KeyVersion = s.row.Held().Version
	p.Body, err = SealUnder(s.Data, row, "body", v)
	return err
}

// Get opens what Put sealed.
func (s *Shared) Get(r Reader, row PartRow, v any) error {
	h := s.row.Held()
	id, _ := s.row.Key()
	key, err := keyBefore(r, id, s.key, h.Version, row.Sub().KeyVersion)
	if err != nil {
		return err
	}
	return OpenUnder(key.Derive(h.Label, s.Secret), row, "body", row.Sub().Body, v)
}

// Reach refuses where the other unit may not be written to now. It is asked for
// every word, not only where a key is wrapped: somebody whom the other unit shut out
// may hold the key that is there.
func (s *Shared) Reach(r Reader, act *acts.Act) error {
	_, err := s.reach(r, act)
	return err
}

func (s *Shared) reach(r Reader, act *acts.Act) (addressee, error) {
	h := s.row.Held()
	if s.sender {
		return mayReceive(r, act.Day, h.FromUnit, h.ToUnit, 0)
	}
	to, err := mayReceive(r, act.Day, h.ToUnit, h.FromUnit, h.met())
	if errors.Is(err, ErrPin) {
		err = ErrPinBack
	}
	return to, err
}
