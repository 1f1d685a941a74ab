package kept

import (
	"errors"
	"fmt"
	"iter"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/typed"
)

// What only named people may open has a key that is kept for each of them: under her
// own key or, until her passphrase next opens her identity, by age. This file is how
// such a key is kept, sent and opened, and how a case is restricted by it.

// Wrap is what stands in the columns of a row that keeps a record's key for one
// person, with pointers to those that change.
type Wrap struct {
	Context   crypto.WrapContext // what an age wrap says of itself
	Symmetric *bool              // under the person's own key; by age until she next signs in
	Wrapped   *crypto.Sealed
}

// WrapRow is a row that keeps a record's key for one person.
type WrapRow interface {
	acts.Row
	Next()
	Wrap() Wrap
}

// KeepNamed keeps a record's key under its reader's own, at the row's version.
func KeepNamed(who acts.Caller, row WrapRow, key crypto.Key) {
	w := row.Wrap()
	_, version := row.Key()
	*w.Symmetric = true
	*w.Wrapped = who.PersonalKey().Derive(crypto.LabelCaseWrap).Seal(binding(row, "wrapped", version), key.Bytes())
}

// ErrNotColleague says that a key is kept by name for people of one's own unit alone.
var ErrNotColleague = errors.New("she is not of the unit")

// SendNamed wraps a record's key to somebody of the caller's own unit, with age.
func SendNamed(who acts.Caller, to *acts.Person, row WrapRow, key crypto.Key) error {
	if to.Unit != who.Unit() || to.ID != row.Wrap().Context.Person {
		return ErrNotColleague
	}
	recipient, err := crypto.ParseRecipient(to.Recipient)
	if err != nil {
		return fmt.Errorf("reading a recipient: %w", err)
	}
	return wrapNamed(recipient, row, key)
}

// wrapNamed wraps a record's key, with age.
func wrapNamed(to crypto.Recipient, row WrapRow, key crypto.Key) (err error) {
	w := row.Wrap()
	*w.Symmetric = false
	*w.Wrapped, err = crypto.Wrap(to, w.Context, key)
	return err
}

// OpenNamed gets the key that a row keeps for the caller. acts.ErrCovered where her
// passphrase must open her identity first.
func OpenNamed(who acts.Caller, row WrapRow) (crypto.Key, error) {
	w := row.Wrap()
	if !*w.Symmetric {
		id, ok := who.Identity()
		if !ok {
			return crypto.Key{}, acts.ErrCovered
		}
		return crypto.Unwrap(id, w.Context, *w.Wrapped)
	}
	return openKept(who.PersonalKey().Derive(crypto.LabelCaseWrap), row)
}

// openKept gets the key that a row keeps under its reader's own.
func openKept(own crypto.Key, row WrapRow) (crypto.Key, error) {
	_, version := row.Key()
	b, err := own.Open(binding(row, "wrapped", version), *row.Wrap().Wrapped)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a key kept by name: %w", err)
	}
	return crypto.KeyFromBytes(b)
}

// ErrNoRecovery says that a unit that accepted no recovery may not restrict: a
// case kept under people's keys alone would be lost with them.
var ErrNoRecovery = errors.New("the unit has no recovery")

// Wrap is how a row keeps a restricted case's key.
func (w *CaseWrapRow) Wrap() Wrap {
	return Wrap{Context: crypto.WrapContext{Purpose: "restricted-case", Record: w.CaseID, Person: w.Person, Version: w.KeyVersion},
		Symmetric: &w.Symmetric, Wrapped: &w.Wrapped}
}

// NameTo makes a case restricted to the named people and returns the rows that
// keep its key for each of them and for the unit's recovery, without which nothing
// is restricted. Nobody else in the unit can open the case or its card, whatever
// the policy says.
func (c *File) NameTo(r Reader, who acts.Caller, named acts.List) ([]acts.Row, error) {
	recovery, err := units.RecoveryOf(r, c.Row.Unit)
	if err != nil {
		return nil, err
	}
	if recovery.None() {
		return nil, ErrNoRecovery
	}
	return c.keepNamed(r, who, named, recovery)
}

// keepNamed keeps the key of a restricted case for the named people, and for the
// recovery that its unit has now, if any: a case that was restricted before stays
// so when the unit takes its recovery away.
func (c *File) keepNamed(r Reader, who acts.Caller, named acts.List, recovery units.Recovery) ([]acts.Row, error) {
	c.succeed(named)
	c.Row.Restricted, c.Row.Named, c.Row.Epoch, c.Row.KeyBox = true, named, 0, nil
	var rows []acts.Row
	for _, person := range named.IDs() {
		row, err := c.wrapFor(r, who, person)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if recovery.None() {
		return rows, nil
	}
	row, err := c.newWrap(r, acts.RecoveryPerson)
	if err != nil {
		return nil, err
	}
	row.Recovery = recovery.Number
	return append(rows, row), wrapNamed(recovery.To, row, c.key)
}

// keptFor tells whether a restricted case's newest key is kept for the unit's
// recovery as it is now, and for no other: one that was taken away, or an
// agency's of before, is to read nothing that is written from now on.
func keptFor(r Reader, row *CaseRow, recovery units.Recovery) (bool, error) {
	var w CaseWrapRow
	err := r.Get(&w, row.ID+"."+acts.RecoveryPerson)
	if errors.Is(err, acts.ErrNoRow) {
		return recovery.None(), nil
	}
	if w.KeyVersion != row.KeyVersion {
		return recovery.None(), err
	}
	return w.Recovery == recovery.Number && !recovery.None(), err
}

// stillHere is the list of the named people who did not leave the unit. Nothing
// is taken from somebody suspended: no key moves for that.
func stillHere(r Reader, unit string, named acts.List) (acts.List, error) {
	for _, id := range named.IDs() {
		var p acts.Person
		if err := r.Get(&p, id); err != nil {
			return "", err
		}
		if p.Unit != unit || p.State == string(acts.Removed) {
			named = named.Without(id)
		}
	}
	return named, nil
}

// newWrap is the row of one person at its next version.
func (c *File) newWrap(r Reader, person string) (*CaseWrapRow, error) {
	row := &CaseWrapRow{}
	err := r.Get(row, c.Row.ID+"."+person)
	if errors.Is(err, acts.ErrNoRow) {
		row.RowKey = acts.RowKey{ID: c.Row.ID + "." + person}
	} else if err != nil {
		return nil, err
	}
	row.Next()
	row.CaseID, row.Person, row.KeyVersion = c.Row.ID, person, c.Row.KeyVersion
	row.Commitment = c.key.Commitment("restricted-case", c.Row.ID)
	return row, nil
}

// wrapFor keeps a restricted case's key for a person: under her own key if she
// is the caller, by age until she next signs in otherwise.
func (c *File) wrapFor(r Reader, who acts.Caller, person string) (*CaseWrapRow, error) {
	row, err := c.newWrap(r, person)
	if err != nil {
		return nil, err
	}
	if person == who.Person() {
		KeepNamed(who, row, c.key)
		return row, nil
	}
	var p acts.Person
	if err := r.Get(&p, person); err != nil {
		return nil, err
	}
	if p.Unit != who.Unit() || p.State != string(acts.Active) && p.State != string(acts.Suspended) {
		return nil, &typed.Invalid{Fields: map[string]string{"named": "error.not_colleague"}}
	}
	return row, SendNamed(who, &p, row, c.key)
}

// restrictedKey opens a restricted case's key with the caller's own.
func restrictedKey(r Reader, who acts.Caller, row *CaseRow) (crypto.Key, error) {
	var w CaseWrapRow
	if err := r.Get(&w, row.ID+"."+who.Person()); err != nil {
		return crypto.Key{}, err
	}
	key, err := OpenNamed(who, &w)
	return w.checked(key, err, row.KeyVersion)
}

// KeyFrom is the key of a restricted case as it is kept for the caller, whose own key under
// which what is named to her is kept was made before. There may be no such row.
func (w *CaseWrapRow) KeyFrom(who acts.Caller, own crypto.Key, version int64) (key crypto.Key, err error) {
	switch {
	case w == nil:
		return key, acts.ErrNoRow
	case w.Symmetric:
		key, err = openKept(own, w)
	default:
		key, err = OpenNamed(who, w)
	}
	return w.checked(key, err, version)
}

// checked is the key that a wrap gave, where it is the case's, of a version.
func (w *CaseWrapRow) checked(key crypto.Key, err error, version int64) (crypto.Key, error) {
	if err != nil {
		return crypto.Key{}, err
	}
	if string(key.Commitment("restricted-case", w.CaseID)) != string(w.Commitment) || w.KeyVersion != version {
		return crypto.Key{}, crypto.ErrOpen
	}
	return key, nil
}

// ErrNobodyLeft says that nobody would be left who may open a case.
var ErrNobodyLeft = errors.New("nobody would be left to open the case")

// Restrict makes a case restricted to the named people under a new key. Nobody from
// whom it is walled off can be named.
func (c *File) Restrict(r Reader, act *acts.Act, named acts.List) (Change, error) {
	for _, person := range named.IDs() {
		if WalledFrom(person, c.Row) {
			return Change{}, ErrNotColleague
		}
	}
	if named == "" {
		return Change{}, ErrNobodyLeft
	}
	return c.both(r, act, func(c *File) (Change, error) {
		c.Row.AllBut = false
		return c.keepFor(r, act, named)
	})
}

// Lift opens a restricted case to its unit again, but for those from whom it is
// walled off.
func (c *File) Lift(r Reader, act *acts.Act) (Change, error) {
	return c.both(r, act, func(c *File) (Change, error) { return c.keepForAllBut(r, act, c.Row.Walled) })
}

// Walls is from whom a case is walled off, who answers for it where a lead is
// among them, and who set it.
type Walls struct{ Off, Stands, By acts.List }

// Wall makes a case walled off from some people and from nobody else, under a new
// key: they hold none that opens it, its card, or what is written of it from now
// on. Who joins its unit later is added by whoever may open it (see joined). With
// nobody walled off it is the unit's again, or those people's whom it is restricted to.
func (c *File) Wall(r Reader, act *acts.Act, w Walls) (Change, error) {
	return c.both(r, act, func(c *File) (Change, error) { return c.wallOff(r, act, w) })
}

func (c *File) wallOff(r Reader, act *acts.Act, w Walls) (Change, error) {
	c.Row.Walled, c.Row.Stands, c.Row.WalledBy = w.Off, w.Stands, w.By
	if !c.Row.Restricted || c.Row.AllBut {
		return c.keepForAllBut(r, act, w.Off)
	}
	named := c.Row.Named
	for _, person := range w.Off.IDs() {
		named = named.Without(person)
	}
	if named == "" {
		return Change{}, ErrNobodyLeft
	}
	return c.keepFor(r, act, named)
}

// keepForAllBut keeps a case for everybody of its unit but some, by name; for the
// whole unit, under its key, where there are none.
func (c *File) keepForAllBut(r Reader, act *acts.Act, off acts.List) (Change, error) {
	c.Row.AllBut = off != ""
	if !c.Row.AllBut {
		return c.keepFor(r, act, "")
	}
	named, err := allBut(r, c.Row.Unit, off)
	if err != nil {
		return Change{}, err
	}
	return c.keepFor(r, act, named)
}

// allBut are the members of a unit but some.
func allBut(r Reader, unit string, off acts.List) (named acts.List, err error) {
	members, err := membersOf(r, unit)
	if err != nil {
		return "", err
	}
	for _, m := range members {
		if !off.Has(m.id) {
			named = named.With(m.id)
		}
	}
	if named == "" {
		return "", ErrNobodyLeft
	}
	return named, nil
}

// keepFor draws a new key for a case and keeps it for the named people or, with
// none, for its unit, and the unit's side of whatever was shared of it likewise.
// The wraps of those who are named no longer go.
func (c *File) keepFor(r Reader, act *acts.Act, named acts.List) (out Change, err error) {
	if out, err = c.keepRow(r, act, named); err != nil {
		return out, err
	}
	if err := c.Seal(act.Who); err != nil {
		return out, err
	}
	sides, err := Rekey(r, act, c)
	out.Add(sides)
	return out, err
}

// keepRow is keepFor for the file itself, which the caller seals.
func (c *File) keepRow(r Reader, act *acts.Act, named acts.List) (out Change, err error) {
	if err := c.ReadTold(); err != nil {
		return out, err
	}
	gone := c.Row.Named
	c.Row.Next()
	out.Put = []acts.Row{c.Row, c.drawKey()}
	if named == "" {
		c.Row.Restricted, c.Row.Named = false, ""
		gone = gone.With(acts.RecoveryPerson)
	} else {
		wraps, err := c.NameTo(r, act.Who, named)
		if err != nil {
			return out, err
		}
		out.Put = append(out.Put, wraps...)
	}
	for _, person := range gone.IDs() {
		if named.Has(person) {
			continue
		}
		row := &CaseWrapRow{}
		if err := r.Get(row, c.Row.ID+"."+person); err != nil {
			if errors.Is(err, acts.ErrNoRow) && person == acts.RecoveryPerson {
				continue // the unit had taken its recovery away
			}
			return out, err
		}
		out.Delete = append(out.Delete, row)
	}
	return out, nil
}

// member is somebody who holds the newest key of a unit, and who let her in.
type member struct{ id, by string }

// membersOf are the people of a unit who hold its newest key: active, or
// suspended, from whom nothing is taken.
func membersOf(r Reader, unit string) ([]member, error) {
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	if err != nil {
		return nil, err
	}
	var all []member
	for _, p := range people {
		if p.State != string(acts.Active) && p.State != string(acts.Suspended) {
			continue
		}
		by, err := units.AdmittedBy(r, p)
		if err != nil {
			return nil, err
		}
		if by != "" {
			all = append(all, member{p.ID, by})
		}
	}
	return all, nil
}

// joined are those who came into the unit of a case since it was walled off, and are
// not added yet. Only who was let in by somebody for whom it is kept is added by
// itself: nobody from whom it is walled off makes it readable by an account that she
// lets in. The others are added when who answers for it sets the walls again.
func joined(r Reader, c *CaseRow, members []member) (acts.List, error) {
	var all acts.List
	for _, m := range members {
		if w := c.wall(); w.walled.Has(m.id) || w.named.Has(m.id) {
			continue
		}
		err := r.Get(&CaseWrapRow{}, c.ID+"."+m.by)
		if err == nil && m.by != acts.RecoveryPerson {
			all = all.With(m.id)
		} else if err != nil && !errors.Is(err, acts.ErrNoRow) {
			return "", err
		}
	}
	return all, nil
}

// standing are the people for whom a restricted case is kept from now on: those of
// its names who did not leave and, where it is kept for all but some, who joined.
func (c *File) standing(r Reader) (acts.List, error) {
	stay, err := stillHere(r, c.Row.Unit, c.Row.Named)
	if err != nil || !c.Row.AllBut {
		return stay, err
	}
	members, err := membersOf(r, c.Row.Unit)
	if err != nil {
		return "", err
	}
	more, err := joined(r, c.Row, members)
	for _, id := range more.IDs() {
		stay = stay.With(id)
	}
	return stay, err
}

// succeed names who answers for a case from now on, where whoever stood for a lead
// has left: those who set the wall or, if none of them is left, all who may open it.
func (c *File) succeed(stay acts.List) {
	if c.Row.Stands == "" {
		return
	}
	for _, heirs := range []acts.List{c.Row.Stands, c.Row.WalledBy, stay} {
		here := heirs
		for _, id := range heirs.IDs() {
			if !stay.Has(id) {
				here = here.Without(id)
			}
		}
		if here != "" {
			c.Row.Stands = here
			return
		}
	}
}

// AddDue are those whom Welcome would add to a case.
func AddDue(r Reader, c *CaseRow) (acts.List, error) {
	if !c.AllBut {
		return "", nil
	}
	members, err := membersOf(r, c.Unit)
	if err != nil {
		return "", err
	}
	return joined(r, c, members)
}

// welcome keeps the key of a case, as it is, for people who joined its unit.
func (c *File) welcome(r Reader, who acts.Caller, more acts.List) ([]acts.Row, error) {
	if err := c.ReadTold(); err != nil {
		return nil, err
	}
	c.Row.Next()
	rows := []acts.Row{c.Row}
	for _, id := range more.IDs() {
		c.Row.Named = c.Row.Named.With(id)
		row, err := c.wrapFor(r, who, id)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, c.Seal(who)
}

// Adopt keeps a restricted case's key under the caller's own where it came to her by
// age, and by name what an older program shared of it under the unit's key. Who
// joined the unit of a case that is kept for all but some is added.
func Adopt(r Reader, act *acts.Act, row *CaseRow) (out Change, err error) {
	w := &CaseWrapRow{}
	if err := r.Get(w, row.ID+"."+act.Who.Person()); err != nil {
		return out, err
	}
	key, err := restrictedKey(r, act.Who, row)
	if err != nil {
		return out, err
	}
	sides, err := Rekey(r, act, &File{Row: row, key: key})
	if err != nil {
		return out, err
	}
	out.Add(sides)
	if !*w.Wrap().Symmetric {
		w.Next()
		KeepNamed(act.Who, w, key)
		out.Put = append(out.Put, w)
	}
	more, err := AddDue(r, row)
	if err != nil || more == "" {
		return out, err
	}
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	c, err := Open(r, act, row)
	if err != nil {
		return out, err
	}
	added, err := c.welcome(r, act.Who, more)
	out.Put = append(out.Put, added...)
	return out, err
}

// addMost bounds to how many cases one sign-in adds who joined: the next goes on.
const addMost = 100

// AdoptDue names the restricted cases for which Adopt has something to do.
func AdoptDue(r Reader, person string) (ids []string, err error) {
	rows, err := WrapsOfPerson.Rows(r, person)
	if err != nil {
		return nil, err
	}
	var members []member
	adding := 0
	for _, w := range rows {
		due := !w.Symmetric
		if !due {
			if due, err = unitKeeps(r, w.CaseID); err != nil {
				return nil, err
			}
		}
		if !due && adding < addMost {
			if due, err = addsTo(r, w.CaseID, &members); err != nil {
				return nil, err
			}
			if due {
				adding++
			}
		}
		if due {
			ids = append(ids, w.CaseID)
		}
	}
	return ids, nil
}

// addsTo tells whether somebody joined the unit of a case that is kept for all but
// some; members are read once.
func addsTo(r Reader, caseID string, members *[]member) (bool, error) {
	row := &CaseRow{}
	if err := r.Get(row, caseID); err != nil || !row.AllBut {
		return false, err
	}
	if *members == nil {
		all, err := membersOf(r, row.Unit)
		if err != nil {
			return false, err
		}
		*members = all
	}
	more, err := joined(r, row, *members)
	return more != "", err
}

// unitKeeps tells whether something that was shared of a restricted case is kept
// under the unit's key.
func unitKeeps(r Reader, caseID string) (bool, error) {
	for row, err := range sharedOf(r, &CaseRow{RowKey: acts.RowKey{ID: caseID}}) {
		if err != nil {
			return false, err
		}
		if h := row.Held(); h.holds() && *h.FromCaseKey == 0 {
			return true, nil
		}
	}
	return false, nil
}

// RekeyNamed gives each case restricted to a person a new key version, kept under
// her new identity and for the others it names, in the act that gives it to her:
// what her old keys opened is not the key of what is written next.
func RekeyNamed(r Reader, act *acts.Act, after acts.Caller) (Change, error) {
	var out Change
	wraps, err := WrapsOfPerson.Rows(r, act.Who.Person())
	if err != nil {
		return out, err
	}
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	for _, w := range wraps {
		row := &CaseRow{}
		if err := r.Get(row, w.CaseID); err != nil {
			return out, err
		}
		c, err := Open(r, act, row)
		if err != nil {
			return out, err
		}
		stay, err := c.standing(r)
		if err != nil {
			return out, err
		}
		recovery, err := units.RecoveryOf(r, row.Unit)
		if err != nil {
			return out, err
		}
		if err := c.ReadTold(); err != nil {
			return out, err
		}
		row.Next()
		out.Put = append(out.Put, row, c.drawKey())
		named, err := c.keepNamed(r, after, stay, recovery)
		if err != nil {
			return out, err
		}
		out.Put = append(out.Put, named...)
		if err := c.Seal(after); err != nil {
			return out, err
		}
		sides, err := Rekey(r, act, c)
		if err != nil {
			return out, err
		}
		out.Add(sides)
	}
	return out, nil
}

// Rekey keeps the unit's own side of everything that was shared of a restricted
// case as the case is kept now. Every word that is written from now on gets another
// key.
func Rekey(r Reader, act *acts.Act, c *File) (Change, error) { return rekeyBut(r, act, c, nil) }

// rekeyBut is Rekey but for rows that the act has written already, kept as the case is.
func rekeyBut(r Reader, act *acts.Act, c *File, written []acts.Row) (out Change, err error) {
	done := map[string]bool{}
	for _, row := range written {
		done[named(row)] = true
	}
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	for row, err := range sharedOf(r, c.Row) {
		if err != nil {
			return out, err
		}
		if done[named(row)] {
			continue
		}
		s, h := SentOf(row, c), row.Held()
		lifted := !c.Row.Restricted && *h.FromCaseKey != 0
		if !h.holds() || h.FromUnit != c.Row.Unit || !lifted && !s.misplaced(h) {
			continue
		}
		if lifted {
			s.file = c // by name it was kept; it is the unit's again
		}
		if err := s.Open(r, act.Who); errors.Is(err, acts.ErrErased) {
			continue
		} else if err != nil {
			return out, err
		}
		row.Next()
		if h.Renewed != nil && !lifted {
			*h.Renewed.KeyDue = true // a colleague, or who is named no longer, may hold the one it has
		}
		s.file = c.restricted()
		if err := s.wrapOwnSide(act.Who); err != nil {
			return out, err
		}
		out.Put = append(out.Put, row)
	}
	return out, nil
}

// sharedOf are the records that two units hold and that speak of a case.
func sharedOf(r Reader, c *CaseRow) iter.Seq2[SharedRow, error] {
	return func(yield func(SharedRow, error) bool) {
		for h, err := range directly(r, c, func(e *Entry) bool { return e.Shared }) {
			row, _ := h.Row.(SharedRow)
			if !yield(row, err) {
				return
			}
		}
	}
}
