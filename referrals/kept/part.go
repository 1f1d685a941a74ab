package kept

import (
	"fmt"

	"sportello/crypto"
	"sportello/policies/acts"
)

// Part is what a sub-record of a file says: sealed under the file's key of a version
// and a shred secret, the file's own unless the row has one (OwnPart).
type Part struct {
	KeyVersion int64
	Body       crypto.Sealed
}

// Sub is the part of a row, for whatever seals and opens it.
func (p *Part) Sub() *Part { return p }

// OwnPart is a Part with a shred secret of its own: it can be made unreadable alone.
type OwnPart struct {
	Secret string
	Part
}

// Own is the part of a row that has a shred secret of its own.
func (p *OwnPart) Own() *OwnPart { return p }

// PartRow is a row with a Part, or an OwnPart, in it.
type PartRow interface {
	acts.Row
	Sub() *Part
}

// secretFor is the shred secret that a part is sealed under: that of the row it is a
// version of, or of itself. Act makes one for a row that is new; it is nil where
// nothing is made.
func (c *File) secretFor(r Reader, act *acts.Act, of PartRow) ([]byte, error) {
	own, ok := of.(interface{ Own() *OwnPart })
	if !ok {
		return c.Secret, nil
	}
	if p := own.Own(); p.Secret != "" || act == nil {
		return r.Secret(p.Secret)
	}
	s := act.NewSecret()
	own.Own().Secret = s.ID
	return s.Bytes, nil
}

// Put seals what a row says, at its version and under the file's newest key.
func (c *File) Put(r Reader, act *acts.Act, row PartRow, v any) error {
	return c.PutVersion(r, act, row, row, v)
}

// PutVersion is Put for a row that keeps an earlier version of another: what makes
// that one unreadable makes this one so.
func (c *File) PutVersion(r Reader, act *acts.Act, of, row PartRow, v any) error {
	secret, err := c.secretFor(r, act, of)
	if err != nil {
		return err
	}
	p := row.Sub()
	p.KeyVersion = c.Row.KeyVersion
	p.Body, err = SealUnder(c.key.Derive(crypto.LabelData, secret), row, "body", v)
	return err
}

// Get opens what a row says.
func (c *File) Get(r Reader, row PartRow, v any) error { return c.GetVersion(r, row, row, v) }

// GetVersion is Get for what PutVersion sealed.
func (c *File) GetVersion(r Reader, of, row PartRow, v any) error {
	secret, err := c.secretFor(r, nil, of)
	if err != nil {
		return err
	}
	key, err := c.KeyAt(r, row.Sub().KeyVersion)
	if err != nil {
		return err
	}
	_, version := row.Key()
	if at, ok := row.(interface{ SealedAt() int64 }); ok { // what a restore shuts it cannot seal again
		version = at.SealedAt()
	}
	return key.Derive(crypto.LabelData, secret).OpenValue(binding(row, "body", version), row.Sub().Body, v)
}

// Alone is a record with a key of its own, drawn at each sealing, so that it can stand
// without a file: KeyBox holds it under the unit key of Epoch while it does, under
// version KeyVersion of the file's key once it belongs to one, under both where it is
// kept beside a file.
type Alone struct {
	Secret     string
	Epoch      int64
	KeyVersion int64
	KeyBox     crypto.Sealed
	Body       crypto.Sealed
}

// Lone is what a row with a key of its own holds.
func (a *Alone) Lone() *Alone { return a }

// AloneRow is a row with an Alone in it.
type AloneRow interface {
	acts.Row
	Lone() *Alone
}

// PutAlone seals what a record says, in a file or, with nil, alone.
func PutAlone(who acts.Caller, f *File, row AloneRow, secret []byte, v any) error {
	key, a := crypto.NewKey(), row.Lone()
	_, version := row.Key()
	var err error
	if f != nil {
		a.Epoch, a.KeyVersion = 0, f.Row.KeyVersion
		a.KeyBox = f.key.Derive(crypto.LabelCaseWrap).Seal(binding(row, "key_box", version), key.Bytes())
	} else if a.KeyBox, a.Epoch, err = wrapRecordKey(who, row, "key_box", version, key, crypto.LabelCaseWrap); err != nil {
		return err
	}
	a.Body, err = SealUnder(key.Derive(crypto.LabelData, secret), row, "body", v)
	return err
}

// PutApart seals what its unit keeps of a file beside it: the key opens with the unit's
// and the file's together. Whoever the file is handed to does not open it, nor does a
// colleague to whom the file is shut.
func PutApart(who acts.Caller, f *File, row AloneRow, secret []byte, v any) error {
	unit, ok := who.UnitKey(who.Epoch())
	if !ok {
		return acts.ErrCovered
	}
	key, a := crypto.NewKey(), row.Lone()
	_, version := row.Key()
	at := binding(row, "key_box", version)
	a.Epoch, a.KeyVersion = who.Epoch(), f.Row.KeyVersion
	inner := f.key.Derive(crypto.LabelCaseWrap).Seal(at, key.Bytes())
	a.KeyBox = unit.Derive(crypto.LabelCaseWrap).Seal(at, inner)
	var err error
	a.Body, err = SealUnder(key.Derive(crypto.LabelData, secret), row, "body", v)
	return err
}

// GetAlone opens what PutAlone or PutApart sealed.
func GetAlone(r Reader, who acts.Caller, f *File, row AloneRow, secret []byte, v any) error {
	key, err := keyOfAlone(r, who, f, row)
	if err != nil {
		return err
	}
	return OpenUnder(key.Derive(crypto.LabelData, secret), row, "body", row.Lone().Body, v)
}

func keyOfAlone(r Reader, who acts.Caller, f *File, row AloneRow) (crypto.Key, error) {
	a := row.Lone()
	_, version := row.Key()
	if f == nil {
		return openRecordKey(who, row, "key_box", version, a.Epoch, a.KeyBox, crypto.LabelCaseWrap)
	}
	key, err := f.KeyAt(r, a.KeyVersion)
	if err != nil {
		return crypto.Key{}, err
	}
	at, box := binding(row, "key_box", version), a.KeyBox
	if a.Epoch != 0 { // beside the file
		unit, ok := who.UnitKey(a.Epoch)
		if !ok {
			return crypto.Key{}, acts.ErrCovered
		}
		if box, err = unit.Derive(crypto.LabelCaseWrap).Open(at, box); err != nil {
			return crypto.Key{}, fmt.Errorf("opening a record's key: %w", err)
		}
	}
	b, err := key.Derive(crypto.LabelCaseWrap).Open(at, box)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a record's key: %w", err)
	}
	return crypto.KeyFromBytes(b)
}
