package walls

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
)

// ForWitness is what a member of another unit asks its witness: who asks, from which
// leads, who would answer for the case then. It names no case and opens none.
type ForWitness struct {
	ID        string
	Unit      string
	By        string // pseudonym
	Day       string
	Off, Back acts.List
	Stands    string
}

// witnessed reads what waits for the caller's word as the witness of another unit, and
// asks the policy about her own. For everybody else it is not there.
func witnessed(r kept.Reader, act *acts.Act, id string) (*ProposalRow, error) {
	w := &ProposalRow{}
	if err := r.Get(w, id); err != nil {
		return nil, err
	}
	o := kept.UnitObject(act.Who)
	o.Person = w.Second
	if err := act.Allow(o); err != nil {
		return nil, err
	}
	if w.Unit == act.Who.Unit() { // a colleague's word is Confirm
		return nil, acts.ErrDenied
	}
	if w.over(act.Day) || w.Agreed != "" {
		return nil, ErrOver
	}
	act.Detail.IDs = []string{w.CaseID}
	return w, nil
}

// Witness is the word of the witness of a unit: with yes, who asked may carry out what
// she asked; with no it is over.
func (d *Desk) Witness(ctx context.Context, who acts.Caller, proposal string, yes bool) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.WallWitness, func(r kept.Reader, act *acts.Act) error {
		w, err := witnessed(r, act, proposal)
		if err != nil {
			return err
		}
		if !yes {
			act.Commit = kept.Change{Delete: []acts.Row{w}}.Write
			return nil
		}
		w.Version++
		w.Agreed = act.Day
		act.Commit = kept.Change{Put: []acts.Row{w}}.Write
		return nil
	})
}

// Carry carries out what the caller asked and the witness of her unit agreed to. Who
// asked must still be one who may open the case.
func (d *Desk) Carry(ctx context.Context, who acts.Caller, id, proposal string) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.WallPropose, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		w := &ProposalRow{}
		if err := r.Get(w, proposal); errors.Is(err, acts.ErrNoRow) {
			return ErrOver // it was taken back in another window
		} else if err != nil {
			return err
		}
		if w.CaseID != id || w.Author != act.Who.Person() {
			return acts.ErrDenied
		}
		if w.Agreed == "" || w.over(act.Day) {
			return ErrOver
		}
		change := Change{w.Off, w.Back}
		if _, err := change.check(r, act.Who, c.Row); err != nil {
			return err
		}
		out, err := wall(r, act, c, change, acts.List(w.Author).With(w.Second), w.Stands)
		out.Delete = append(out.Delete, w)
		act.Commit = out.Write
		return err
	})
}

// AskedWitness is what other units ask the caller as their witness. It is part of an
// act that was allowed to read her Agenda.
func AskedWitness(r kept.Reader, act *acts.Act) (all []ForWitness, err error) {
	rows, err := proposalsTo.Rows(r, act.Who.Person())
	for _, w := range rows {
		if w.Unit != act.Who.Unit() && w.Agreed == "" && !w.over(act.Day) {
			all = append(all, forWitness(w))
		}
	}
	return all, err
}

func forWitness(w *ProposalRow) ForWitness {
	return ForWitness{ID: w.ID, Unit: w.Unit, By: w.Author, Day: w.Day, Off: w.Off, Back: w.Back, Stands: w.Stands}
}

// ForWitness reads what another unit asks the caller as its witness.
func (d *Desk) ForWitness(ctx context.Context, who acts.Caller, proposal string) (ForWitness, audit.Receipt, error) {
	var v ForWitness
	receipt, err := d.work.Do(ctx, who, policies.AgendaRead, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		all, err := AskedWitness(r, act)
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.ID == proposal {
				v = w
				return nil
			}
		}
		return acts.ErrDenied
	})
	return v, receipt, err
}
