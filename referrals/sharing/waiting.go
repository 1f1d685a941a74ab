package sharing

import (
	"fmt"
	"slices"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/kept"
)

// ShutConsent is an authorisation that waits, after a restore, for the desk's
// word.
type ShutConsent struct {
	ID, Centre, Day string
	Who             kept.CaseWho
}

// ConsentsShut lists the authorisations that a restore shut before they were sent;
// one that was sent stands with its referral. Those of cases that the caller may
// not know of are left out before anything is opened.
func ConsentsShut(r kept.Reader, act *acts.Act) ([]ShutConsent, error) {
	rows, err := shutConsents.Rows(r, act.Who.Unit())
	return kept.Lines(act, rows, err, func(row *ConsentRow) (l ShutConsent, shown bool, err error) {
		ref, err := sentUnder(r, row.ID)
		if err != nil {
			return l, false, err
		}
		c := &kept.CaseRow{}
		if err := r.Get(c, row.CaseID); err != nil {
			return l, false, err
		}
		if ref != nil || row.standing(act.Day) != policies.ConsentLive || kept.ShutTo(act.Who, c) {
			return l, false, nil
		}
		f, err := kept.Open(r, act, c)
		if err != nil {
			return l, false, err
		}
		return ShutConsent{ID: row.ID, Centre: row.Centre, Day: row.Day, Who: f.Card.Who()}, true, nil
	})
}

// ReferralsWaiting lists the referrals that need somebody's eye. Those of cases that the
// caller may not know of are left out before anything is shown.
func ReferralsWaiting(r kept.Reader, act *acts.Act, cases map[string]*kept.CaseRow) ([]ReferralLine, error) {
	rows, err := referralsFrom.Rows(r, act.Who.Unit())
	return kept.Lines(act, rows, err, func(row *ReferralRow) (ReferralLine, bool, error) {
		return waitingLine(r, act, row, cases)
	})
}

// StopsWaiting lists the referrals that were taken back and whose centre has not said
// that it stopped.
func StopsWaiting(r kept.Reader, act *acts.Act) ([]ReferralLine, error) {
	rows, err := referralsFrom.Rows(r, act.Who.Unit())
	return kept.Lines(act, rows, err, func(row *ReferralRow) (ReferralLine, bool, error) {
		if l := Line(row, act); !l.Stop || row.AfterAnswer != "" {
			return l, false, nil
		}
		c := &kept.CaseRow{}
		if err := r.Get(c, row.CaseID); err != nil {
			return ReferralLine{}, false, err
		}
		return waitingLine(r, act, row, map[string]*kept.CaseRow{c.ID: c})
	})
}

// waitingLine is the line of a referral that needs somebody's eye, or shown false.
func waitingLine(r kept.Reader, act *acts.Act, row *ReferralRow, cases map[string]*kept.CaseRow) (l ReferralLine, shown bool, err error) {
	l = Line(row, act)
	unanswered := row.State == "sent" || row.State == "acknowledged" || row.State == "more_info" || row.State == "declined"
	if row.AfterAnswer != "" && l.News == "" { // a decline that was read, a centre told by telephone to stop
		return l, false, nil
	}
	stop := l.Stop && row.AfterAnswer == ""
	shut := row.Shut && l.Standing == policies.ConsentLive
	now, proposable := unanswered || l.Ends || shut || stop || l.News != "", row.State == "appointment" || row.State == "accepted"
	if l.Standing != policies.ConsentLive && row.State != "declined" && !stop && l.News == "" || !now && !proposable {
		return l, false, nil
	}
	c, ok := cases[row.CaseID]
	if !ok {
		return l, false, fmt.Errorf("%w: case_file %s", acts.ErrTampered, row.CaseID)
	}
	if kept.ShutTo(act.Who, c) {
		return l, false, nil
	}
	if stop {
		if l.EndedDay, err = withdrawnOn(r, row.ID); err != nil {
			return l, false, err
		}
	}
	if proposable && !row.Shut && l.Standing == policies.ConsentLive {
		if l.Proposed, err = proposedIn(r, act, row, c); err != nil {
			return l, false, err
		}
	}
	if !now && l.Proposed.IsZero() {
		return l, false, nil
	}
	f, err := kept.Open(r, act, c)
	if err != nil {
		return l, false, err
	}
	l.Who = f.Card.Who()
	return l, true, nil
}

// proposedIn is the appointment of a referral that waits for her answer, or zero.
// Nothing is opened where none was proposed.
func proposedIn(r kept.Reader, act *acts.Act, row *ReferralRow, c *kept.CaseRow) (time.Time, error) {
	rows, err := messagesOf.Rows(r, row.ID)
	if err != nil || !slices.ContainsFunc(rows, func(m *MessageRow) bool { return m.Kind == "appointment" }) {
		return time.Time{}, err
	}
	side, err := kept.SharedOf(r, act.Who, row, c)
	if err != nil {
		return time.Time{}, err
	}
	s := &sharedReferral{Shared: side, row: row}
	if err := s.open(r, act); err != nil {
		return time.Time{}, err
	}
	messages, err := s.openMessages(r, rows, row.FromUnit)
	if a := LastAppointment(messages); a.Answer == "" {
		return a.When, err
	}
	return time.Time{}, err
}

// CasesOfSent reads the cases of a unit's referrals and tasks at once: a case behind
// a wall costs no statement of its own. One that is not what the log names is not
// there.
func CasesOfSent(r kept.Reader, act *acts.Act) (map[string]*kept.CaseRow, error) {
	rows, err := casesSentBy.Rows(r, act.Who.Unit())
	cases := make(map[string]*kept.CaseRow, len(rows))
	for _, c := range rows {
		cases[c.ID] = c
	}
	return cases, act.Spare(err)
}

// casesSentBy finds the cases of the referrals and of the open tasks that a unit sent.
var casesSentBy = kept.Cases.Find().Among("id", referralsFrom.Of("case_id"), tasksFrom.Of("case_id"))
