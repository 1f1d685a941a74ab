package referrals

import (
	"context"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/reports"
	"sportello/referrals/sharing"
)

// Shift is what cannot wait, for who ends hers.
type Shift struct {
	Lines   []cases.NowLine
	Reports []reports.Line // danger that others told of
	// Stops were taken back, and no centre has said that it stopped. They are everybody's,
	// and stay on the Agenda of who opens the desk: nobody takes them over.
	Stops []sharing.ReferralLine
}

// ReadShift reads it.
func (d *Desk) ReadShift(ctx context.Context, who acts.Caller) (Shift, audit.Receipt, error) {
	var s Shift
	receipt, err := d.work.Do(ctx, who, policies.AgendaRead, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		if err := act.Also(policies.RecallRead, kept.UnitObject(act.Who)); err != nil {
			return err
		}
		var err error
		s, err = d.shift(r, act)
		return err
	})
	return s, receipt, err
}

// HandOver ends the caller's shift: whatever cannot wait is in somebody's hands other
// than hers. ErrState where it is not; then nothing is recorded.
func (d *Desk) HandOver(ctx context.Context, who acts.Caller) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.ShiftHandOver, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		s, err := d.shift(r, act)
		if err == nil && !s.InHands(act.Who.Person()) {
			err = kept.ErrState
		}
		return err
	})
}

func (d *Desk) shift(r kept.Reader, act *acts.Act) (s Shift, err error) {
	if s.Lines, err = d.Cases.Now(r, act); err != nil {
		return s, err
	}
	if s.Reports, err = reports.Now(r, act); err != nil {
		return s, err
	}
	s.Stops, err = sharing.StopsWaiting(r, act)
	return s, err
}

// InHands tells whether all of it is in the hands of somebody other than a person.
func (s Shift) InHands(person string) bool {
	return !slices.ContainsFunc(s.Lines, func(l cases.NowLine) bool { return !l.Given(person) }) &&
		!slices.ContainsFunc(s.Reports, func(l reports.Line) bool { return !ReportGiven(l, person) })
}

// ReportGiven tells whether danger that others told of is in the hands of somebody other
// than a person: a colleague who follows it, or whom it was handed to.
func ReportGiven(l reports.Line, person string) bool {
	return l.Worker != "" && l.Worker != person || l.DangerTo != ""
}
