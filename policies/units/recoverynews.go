package units

import (
	"context"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
)

// RecoveryState is where the recovery of the caller's unit stands, for its page.
type RecoveryState struct {
	Unit      acts.Unit
	InUse     bool
	Changed   string // day of the last change, or empty
	ChangedBy string // by user name
	Older     bool   // an agency's recovery of before: to be accepted for this unit, or taken away
	Proposed  *ProposedRecovery
}

// ProposedRecovery is a recovery recipient that waits.
type ProposedRecovery struct {
	By         string // by user name
	Day        string
	Mine       bool   // the caller proposed it
	MayConfirm bool   // the caller was a member before
	Alone      bool   // it waits for time, not for a second member
	From       string // day from which the only member may accept it
	Ready      bool   // that day has come
}

// Recovery shows where the recovery of the caller's unit stands.
func (h *House) Recovery(ctx context.Context, who acts.Caller) (*RecoveryState, error) {
	var s *RecoveryState
	_, err := h.Do(ctx, who, policies.MemberList, func(r acts.Reader, act *acts.Act) error {
		s = &RecoveryState{}
		if err := r.Get(&s.Unit, act.Who.Unit()); err != nil {
			return err
		}
		row, err := ownRecovery(r, act)
		if err != nil {
			return err
		}
		now, err := row.recovery()
		if err != nil {
			return err
		}
		s.InUse, s.Changed = !now.None(), row.Changed
		if row.ChangedBy != "" {
			if s.ChangedBy, err = username(r, row.ChangedBy); err != nil {
				return err
			}
		}
		if s.Older, err = older(r, row); err != nil || row.Proposed == "" {
			return err
		}
		s.Proposed, err = row.show(r, act)
		return err
	})
	return s, err
}

func (u *UnitRecovery) show(r acts.Reader, act *acts.Act) (*ProposedRecovery, error) {
	p := &ProposedRecovery{Day: u.ProposedDay, Mine: u.ProposedBy == act.Who.Person(), MayConfirm: u.Witnesses.Has(act.Who.Person()), Alone: u.Witnesses == ""}
	if p.Alone {
		p.From, _ = u.acceptedFrom()
		p.Ready = p.From <= act.Day
	}
	var err error
	p.By, err = username(r, u.ProposedBy)
	return p, err
}

// What the recovery of a unit asks of who reads her Agenda.
const (
	RecoveryOlder    = "older"    // an agency's recovery of before is to be accepted for this unit, or taken away
	RecoveryProposed = "proposed" // a colleague's proposal waits for somebody else
	RecoveryToSecond = "confirm"  // it waits for the caller
	RecoveryWaits    = "alone"    // the proposal of a unit's only member stands until she may accept it
	RecoveryReady    = "ready"    // she may
	RecoveryChanged  = "changed"  // it was accepted or taken away not long ago
)

// RecoveryNews is one entry about a unit's recovery.
type RecoveryNews struct {
	Unit, Name string
	Kind       string
	Day        string // of a proposal
	From       string // day from which the only member may accept; empty otherwise
}

// RecoveryNews lists what the caller's own unit, the units that hers pinned and,
// for the audit unit, all of them have to show about their recovery.
func (h *House) RecoveryNews(ctx context.Context, who acts.Caller) ([]RecoveryNews, error) {
	if who.State() != acts.Active || who.Unit() == "" {
		return nil, nil
	}
	day, since := h.gate.Day(), h.gate.Now().AddDate(0, 0, -recoveryNews).Format(time.DateOnly)
	var all []RecoveryNews
	err := h.look(ctx, func(r acts.Reader) error {
		all = nil
		pinned, err := pinnedBy(r, who.Unit())
		if err != nil {
			return err
		}
		units, err := acts.AllUnits.Rows(r)
		if err != nil {
			return err
		}
		for _, u := range units {
			if u.ID != who.Unit() && !who.Works().Audits && !pinned[u.ID] {
				continue
			}
			one, err := newsOf(r, who, u, day, since)
			if err != nil {
				return err
			}
			all = append(all, one...)
		}
		return nil
	})
	return all, err
}

// newsOf is what one unit has to show to somebody who looks on it. What its
// founder accepted with the founding is no change.
func newsOf(r acts.Reader, who acts.Caller, u *acts.Unit, day, since string) ([]RecoveryNews, error) {
	row, err := recoveryRow(r, u.ID)
	if err != nil {
		return nil, err
	}
	var all []RecoveryNews
	n := RecoveryNews{Unit: u.ID, Name: u.Name, Day: row.ProposedDay}
	switch {
	case u.ID == who.Unit():
		if n.Kind, err = row.ownNews(r, who, day); err != nil {
			return nil, err
		}
	case row.Proposed != "" && row.Witnesses == "":
		n.Kind = RecoveryWaits
	}
	if n.Kind == RecoveryWaits {
		n.From, _ = row.acceptedFrom()
	}
	if n.Kind != "" {
		all = append(all, n)
	}
	told := u.ID == who.Unit() || who.Works().Audits
	if told && row.Version > 1 && row.Changed != "" && row.Changed >= since && row.ChangedBy != who.Person() {
		all = append(all, RecoveryNews{Unit: u.ID, Name: u.Name, Kind: RecoveryChanged})
	}
	return all, nil
}

func (u *UnitRecovery) ownNews(r acts.Reader, who acts.Caller, day string) (string, error) {
	old, err := older(r, u)
	switch from, _ := u.acceptedFrom(); {
	case err != nil || old && u.Proposed == "":
		return RecoveryOlder, err
	case u.Proposed == "":
		return "", nil
	case u.Witnesses.Has(who.Person()):
		return RecoveryToSecond, nil
	case u.Witnesses != "":
		return RecoveryProposed, nil
	case u.ProposedBy == who.Person() && from <= day:
		return RecoveryReady, nil
	}
	return RecoveryWaits, nil
}

func pinnedBy(r acts.Reader, unit string) (map[string]bool, error) {
	pins, err := PinsOfUnit.Rows(r, unit)
	all := map[string]bool{}
	for _, p := range pins {
		all[p.Centre] = true
	}
	return all, err
}
