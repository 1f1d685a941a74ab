package auditlog

import (
	"context"
	"errors"
	"strconv"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/typed"
)

// ErrNoAgreement says that the agreement with the staff of the person's agency is not
// entered: nobody is named before.
var ErrNoAgreement = errors.New("the agreement with the staff is not entered")

// Named is who stands behind the pseudonym of one entry.
type Named struct{ Username, Role, Unit string }

// ReadEntry reads one entry, before it is asked who stands behind it, and tells whether
// that can be asked: the agreement with the staff of that agency is entered. An entry of
// nobody's, of the service's own or of a case that is walled off from who asks is
// ErrDenied.
func (d *Desk) ReadEntry(ctx context.Context, who acts.Caller, index int64) (Entry, bool, audit.Receipt, error) {
	var e Entry
	agreed := false
	receipt, err := d.work.Do(ctx, who, policies.LogRead, func(r kept.Reader, act *acts.Act) (err error) {
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		e, _, agreed, err = entryOf(r, act, index)
		return err
	})
	return e, agreed, receipt, err
}

// entryOf reads an entry, whose it is, and whether the staff of her agency has agreed.
func entryOf(r kept.Reader, act *acts.Act, index int64) (e Entry, p acts.Person, agreed bool, err error) {
	leaf, err := r.Leaf(index)
	if err != nil {
		return e, p, false, err
	}
	opener, err := newDetails(r, act)
	if err != nil {
		return e, p, false, err
	}
	if opener.hides(&leaf) {
		return e, p, false, acts.ErrDenied
	}
	e = Entry{Index: index, Leaf: leaf}
	if err := r.Get(&p, leaf.Actor); err != nil {
		return e, p, false, err
	}
	if p.Agency == "" {
		return e, p, true, nil // an administrator of the service: no agency's staff
	}
	var a acts.Agency
	err = r.Get(&a, p.Agency)
	return e, p, a.Agreed(), err
}

// NameEntry tells who stands behind the pseudonym of one entry, for a reason, to a caller
// who has stepped up for that entry. Its leaf names the entry, and its detail, with the
// reason, goes with what the entry was about. ErrNoAgreement where the agreement with the
// staff is missing.
func (d *Desk) NameEntry(ctx context.Context, who acts.Caller, index int64, reason string) (Named, audit.Receipt, error) {
	var named Named
	bad := typed.Check{}
	if bad.Max("reason", reason, typed.MaxShort); reason == "" {
		bad["reason"] = "named.reason_missing"
	}
	if err := bad.Err(); err != nil {
		return named, audit.Receipt{}, err
	}
	receipt, err := d.work.Do(ctx, who, policies.LogName, func(r kept.Reader, act *acts.Act) error {
		named = Named{}
		if err := act.Allow(policies.Object{Kind: policies.KindLog, ID: EntryObject(index)}); err != nil {
			return err
		}
		e, p, agreed, err := entryOf(r, act, index)
		if err != nil {
			return err
		}
		if !agreed {
			return ErrNoAgreement
		}
		opener := details{r: r, who: act.Who}
		if act.Salt, err = opener.saltOf(&e.Leaf); err != nil && !errors.Is(err, acts.ErrErased) && !errors.Is(err, acts.ErrNoRow) {
			return err
		}
		act.Detail.Reason = reason
		named = Named{Username: p.Username, Role: p.Role, Unit: e.Unit}
		return nil
	})
	return named, receipt, err
}

// EntryObject is the name of one entry, as a step-up grants something about it.
func EntryObject(index int64) string { return strconv.FormatInt(index, 10) }
