package referrals

import (
	"context"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/ban"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/reports"
	"sportello/referrals/sharing"
	"sportello/referrals/walls"
)

// Agenda is the home page of a unit: what cannot wait, who may be called now,
// what is due.
type Agenda struct {
	Day      string
	Now      []cases.NowLine // what cannot wait
	Reports  []reports.Line  // danger that others told of, and that nobody ended
	Recall   []cases.RecallLine
	Tasks    []sharing.TaskLine
	Sent     []sharing.SentTask     // what this unit asked of a social service and is not done
	Waiting  []sharing.ReferralLine // sent and unanswered, with an appointment to answer, about to end, or shut by a restore
	Stops    []sharing.ReferralLine // taken back, and the centre has not said that it stopped
	Shut     []sharing.ShutConsent  // not sent yet, and shut by a restore
	Contacts []cases.ContactLine
	Stopped  []cases.StoppedLine     // nobody contacts them: her rule changed elsewhere, and she is asked
	Walls    []walls.Asked           // what a colleague asks the reader alone to hide with her
	Witness  []walls.ForWitness      // what another unit asks the reader as its witness
	Bans     []ban.Conflict          // numbers that one file allows and another forbids, for who answers for one of them
	Meet     []cases.AppointmentLine // today's appointments, and earlier ones of which nobody said how they went
}

// ReadAgenda reads the caller's Agenda: one act, one leaf for the page.
func (d *Desk) ReadAgenda(ctx context.Context, who acts.Caller) (Agenda, audit.Receipt, error) {
	var a Agenda
	receipt, err := d.work.Do(ctx, who, policies.AgendaRead, func(r kept.Reader, act *acts.Act) error {
		a = Agenda{Day: act.Day}
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		var err error
		if a.Tasks, err = sharing.TasksWaiting(r, act); err != nil {
			return err
		}
		of, err := sharing.CasesOfSent(r, act)
		if err != nil {
			return err
		}
		if a.Sent, err = sharing.TasksSent(r, act, of); err != nil {
			return err
		}
		waiting, err := sharing.ReferralsWaiting(r, act, of)
		if err != nil {
			return err
		}
		for _, l := range waiting {
			if l.Stop {
				a.Stops = append(a.Stops, l)
			} else {
				a.Waiting = append(a.Waiting, l)
			}
		}
		if a.Shut, err = sharing.ConsentsShut(r, act); err != nil {
			return err
		}
		if a.Contacts, err = cases.OpenContacts(r, act, ""); err != nil {
			return err
		}
		if !act.Who.Works().KeepsCases {
			return nil
		}
		if a.Now, err = d.Cases.Now(r, act); err != nil {
			return err
		}
		if a.Reports, err = reports.Now(r, act); err != nil {
			return err
		}
		if a.Meet, err = cases.AppointmentsDue(r, act); err != nil {
			return err
		}
		if err := act.Also(policies.RecallRead, kept.UnitObject(act.Who)); err != nil {
			return err
		}
		if a.Stopped, err = cases.StoppedNow(r, act); err != nil {
			return err
		}
		if a.Recall, err = cases.RecallNow(r, act); err != nil {
			return err
		}
		if a.Bans, err = ban.Conflicts(r, act); err != nil {
			return err
		}
		if a.Walls, err = walls.AskedOf(r, act); err != nil {
			return err
		}
		a.Witness, err = walls.AskedWitness(r, act)
		return err
	})
	return a, receipt, err
}

// OwnOpenContacts lists what the caller began to write down and nobody closed:
// her own lines of the Agenda, for whoever is about to begin another one.
func (d *Desk) OwnOpenContacts(ctx context.Context, who acts.Caller) ([]cases.ContactLine, audit.Receipt, error) {
	var all []cases.ContactLine
	receipt, err := d.work.Do(ctx, who, policies.AgendaRead, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		var err error
		all, err = cases.OpenContacts(r, act, act.Who.Person())
		act.Salt = nil
		return err
	})
	return all, receipt, err
}
