package cases

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/typed"
)

// Restrict says which named people alone may open a case. Taking a name off, or
// restricting a case the unit could open, draws a new version of its key. Those it is
// restricted to share it and hand it on so. Invalid for whoever it cannot be kept for.
func (d *Desk) Restrict(ctx context.Context, who acts.Caller, id string, version int64, named acts.List) (audit.Receipt, error) {
	if len(named.IDs()) == 0 {
		return audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"named": "error.nobody_named"}}
	}
	return d.keep(ctx, who, id, version, func(r kept.Reader, act *acts.Act, c *kept.File) (kept.Change, error) {
		return c.Restrict(r, act, named)
	})
}

// Lift opens a restricted case to its unit again. ErrState for one that is not.
func (d *Desk) Lift(ctx context.Context, who acts.Caller, id string, version int64) (audit.Receipt, error) {
	return d.keep(ctx, who, id, version, func(r kept.Reader, act *acts.Act, c *kept.File) (kept.Change, error) {
		if !c.Head().Restricted {
			return kept.Change{}, kept.ErrState
		}
		return c.Lift(r, act)
	})
}

// keep changes for whom a case is kept.
func (d *Desk) keep(ctx context.Context, who acts.Caller, id string, version int64,
	f func(kept.Reader, *acts.Act, *kept.File) (kept.Change, error)) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.CaseRestrict, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		if err := c.AtVersion(version); err != nil {
			return err
		}
		change, err := f(r, act, c)
		if errors.Is(err, kept.ErrNotColleague) {
			return &typed.Invalid{Fields: map[string]string{"named": "error.not_colleague"}}
		}
		act.Detail.IDs = c.Row.Named.IDs()
		act.Commit = change.Write
		return err
	})
}

// AdoptNamed keeps, under the caller's own key, the restricted cases and the
// declarations whose keys came to her by age, keeps by name what an older program
// shared of those cases under the unit's key, and brings what she declared up to who
// leads her unit now. It is called right after sign-in, when her passphrase
// has just opened her identity.
func (d *Desk) AdoptNamed(ctx context.Context, who acts.Caller) error {
	if _, ok := who.Identity(); !ok {
		return nil
	}
	var waiting []string
	err := d.work.View(ctx, func(r kept.Reader) (err error) {
		waiting, err = kept.AdoptDue(r, who.Person())
		return err
	})
	for _, id := range waiting {
		err = errors.Join(err, d.adoptNamed(ctx, who, id))
	}
	return errors.Join(err, d.keepDeclarations(ctx, who))
}

func (d *Desk) adoptNamed(ctx context.Context, who acts.Caller, id string) error {
	_, err := d.work.Do(ctx, who, policies.KeyAdopt, func(r kept.Reader, act *acts.Act) error {
		row := &kept.CaseRow{}
		if err := r.Get(row, id); err != nil {
			return err
		}
		if err := act.Allow(kept.CaseObject(act.Who, row)); err != nil {
			return err
		}
		change, err := kept.Adopt(r, act, row)
		act.Commit = change.Write
		return err
	})
	return err
}

// Rekey gives each case restricted to a person a new key version, kept under
// her new identity and for the others it names, in the act that gives it to her:
// what her old keys opened is not the key of what is written next.
func Rekey(r acts.Reader, act *acts.Act, after acts.Caller) (func(acts.Tx) error, error) {
	all, ok := r.(kept.Reader)
	if !ok {
		return nil, errors.New("keeping restricted cases: the snapshot reads no casework")
	}
	out, err := kept.RekeyNamed(all, act, after)
	if err != nil {
		return nil, err
	}
	declared, err := rekeyedDeclarations(all, act.Who, after, true)
	out.Put = append(out.Put, declared...)
	return out.Write, err
}
