package referrals

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/rule"
)

// Agenda is the home page of a unit: what cannot wait, who may be called now,
// what is due.
type Agenda struct {
	Day      string
	Recall   []RecallLine
	Tasks    []TaskLine
	Sent     []SentTask     // what this unit asked of a social service and is not done
	Waiting  []ReferralLine // sent and unanswered, with an appointment to answer, about to end, or shut by a restore
	Shut     []ShutConsent  // not sent yet, and shut by a restore
	Contacts []ContactLine
}

// ShutConsent is an authorisation that waits, after a restore, for the desk's
// word.
type ShutConsent struct {
	ID, Centre, Day string
	Who             CaseWho
}

// RecallLine is a woman whose safe hours are open now. Number and code word are
// not on it.
type RecallLine struct {
	CaseID   string
	Code     string
	Alias    string
	Since    string
	Channels []string
	Closes   time.Time // when her safe hours end; zero without an end today
}

// TaskLine is a task that waits for the unit. Worker is the pseudonym of who has
// it since TakenDay; Reason says why it was handed back.
type TaskLine struct {
	ID, FromUnit, Kind, State, Day, DueDay string
	Worker, TakenDay, Reason               string
	Overdue                                bool
}

// ContactLine is a contact that nobody closed yet.
type ContactLine struct {
	ID, Alias string
	Begun     time.Time
}

// ReadAgenda reads the caller's Agenda: one act, one leaf for the page.
func (d *Desk) ReadAgenda(ctx context.Context, who acts.Caller) (Agenda, audit.Receipt, error) {
	var a Agenda
	receipt, err := d.do(ctx, who, policies.AgendaRead, func(r Reader, act *acts.Act) error {
		a = Agenda{Day: act.Day}
		if err := act.Allow(d.unitObject(act.Who)); err != nil {
			return err
		}
		var err error
		if a.Tasks, err = d.tasks(r, act); err != nil {
			return err
		}
		cases, err := casesBySent(r, act)
		if err != nil {
			return err
		}
		if a.Sent, err = d.sent(r, act, cases); err != nil {
			return err
		}
		if a.Waiting, err = d.waiting(r, act, cases); err != nil {
			return err
		}
		if a.Shut, err = d.shutConsents(r, act); err != nil {
			return err
		}
		if a.Contacts, err = d.openContacts(r, act, ""); err != nil {
			return err
		}
		if !act.Who.Works().KeepsCases {
			return nil
		}
		if err := act.Also(policies.RecallRead, d.unitObject(act.Who)); err != nil {
			return err
		}
		a.Recall, err = d.recall(r, act)
		return err
	})
	return a, receipt, err
}

// OwnOpenContacts lists what the caller began to write down and nobody closed:
// her own lines of the Agenda, for whoever is about to begin another one.
func (d *Desk) OwnOpenContacts(ctx context.Context, who acts.Caller) ([]ContactLine, audit.Receipt, error) {
	var all []ContactLine
	receipt, err := d.do(ctx, who, policies.AgendaRead, func(r Reader, act *acts.Act) error {
		if err := act.Allow(d.unitObject(act.Who)); err != nil {
			return err
		}
		var err error
		all, err = d.openContacts(r, act, act.Who.Person())
		act.Salt = nil
		return err
	})
	return all, receipt, err
}

// openContacts lists what somebody began to write down and nobody closed: one
// author, or the whole unit.
func (d *Desk) openContacts(r Reader, act *acts.Act, author string) ([]ContactLine, error) {
	rows, err := openContacts.Rows(r, act.Who.Unit())
	return lines(act, rows, err, func(row *ContactRow) (l ContactLine, shown bool, err error) {
		if author != "" && row.Author != author {
			return l, false, nil
		}
		v, err := d.viewContact(r, act, nil, row)
		if err != nil {
			return l, false, err
		}
		act.Detail.IDs = append(act.Detail.IDs, row.ID)
		return ContactLine{ID: row.ID, Alias: v.Alias, Begun: v.At}, true, nil
	})
}

func (d *Desk) tasks(r Reader, act *acts.Act) ([]TaskLine, error) {
	rows, err := tasksOfUnit.Rows(r, act.Who.Unit())
	return lines(act, rows, err, func(row *TaskRow) (TaskLine, bool, error) {
		return TaskLine{ID: row.ID, FromUnit: row.FromUnit, Kind: row.Kind, State: row.State, Day: row.Day,
			DueDay: row.DueDay, Worker: row.Worker, TakenDay: row.TakenDay, Reason: row.Reason, Overdue: row.DueDay < act.Day}, true, nil
	})
}

// waiting lists the referrals that need somebody's eye. Those of cases that the
// caller may not know of are left out before anything is shown.
func (d *Desk) waiting(r Reader, act *acts.Act, cases map[string]*CaseRow) ([]ReferralLine, error) {
	rows, err := referralsFrom.Rows(r, act.Who.Unit())
	return lines(act, rows, err, func(row *ReferralRow) (ReferralLine, bool, error) {
		return d.waitingLine(r, act, row, cases)
	})
}

// waitingLine is the line of a referral that needs somebody's eye, or shown false.
func (d *Desk) waitingLine(r Reader, act *acts.Act, row *ReferralRow, cases map[string]*CaseRow) (l ReferralLine, shown bool, err error) {
	l = line(row, act)
	unanswered := row.State == "sent" || row.State == "acknowledged" || row.State == "more_info" || row.State == "declined"
	if row.AfterAnswer != "" { // a decline that was read
		return l, false, nil
	}
	shut := row.Shut && l.Standing == policies.ConsentLive
	now, proposable := unanswered || l.Ends || shut, row.State == "appointment" || row.State == "accepted"
	if l.Standing != policies.ConsentLive && row.State != "declined" || !now && !proposable {
		return l, false, nil
	}
	c, ok := cases[row.CaseID]
	if !ok {
		return l, false, fmt.Errorf("%w: case_file %s", acts.ErrTampered, row.CaseID)
	}
	if shutTo(act.Who, c) {
		return l, false, nil
	}
	if proposable && !row.Shut {
		if l.Proposed, err = d.proposed(r, act, row, c); err != nil {
			return l, false, err
		}
	}
	if !now && l.Proposed.IsZero() {
		return l, false, nil
	}
	f, err := d.openCase(r, act, c)
	if err != nil {
		return l, false, err
	}
	l.Who = f.card.who()
	return l, true, nil
}

// shutConsents lists the authorisations that a restore shut before they were sent;
// one that was sent stands with its referral. Those of cases that the caller may
// not know of are left out before anything is opened.
func (d *Desk) shutConsents(r Reader, act *acts.Act) ([]ShutConsent, error) {
	rows, err := shutConsents.Rows(r, act.Who.Unit())
	return lines(act, rows, err, func(row *ConsentRow) (l ShutConsent, shown bool, err error) {
		ref, err := sentUnder(r, row.ID)
		if err != nil {
			return l, false, err
		}
		c := &CaseRow{}
		if err := r.Get(c, row.CaseID); err != nil {
			return l, false, err
		}
		if ref != nil || row.standing(act.Day) != policies.ConsentLive || shutTo(act.Who, c) {
			return l, false, nil
		}
		f, err := d.openCase(r, act, c)
		if err != nil {
			return l, false, err
		}
		return ShutConsent{ID: row.ID, Centre: row.Centre, Day: row.Day, Who: f.card.who()}, true, nil
	})
}

// proposed is the appointment of a referral that waits for her answer, or zero.
// Nothing is opened where none was proposed.
func (d *Desk) proposed(r Reader, act *acts.Act, row *ReferralRow, c *CaseRow) (time.Time, error) {
	rows, err := messagesOf.Rows(r, row.ID)
	if err != nil || !slices.ContainsFunc(rows, func(m *MessageRow) bool { return m.Kind == "appointment" }) {
		return time.Time{}, err
	}
	f, err := d.fileOf(r, act.Who, c)
	if err != nil {
		return time.Time{}, err
	}
	s := sentReferral(row, f)
	if err := d.openReferral(r, act, s); err != nil {
		return time.Time{}, err
	}
	messages, err := s.openMessages(r, rows, row.FromUnit)
	if a := LastAppointment(messages); a.Answer == "" {
		return a.When, err
	}
	return time.Time{}, err
}

// casesBySent reads the cases of a unit's referrals and tasks at once: a case behind
// a wall costs no statement of its own. One that is not what the log names is not
// there.
func casesBySent(r Reader, act *acts.Act) (map[string]*CaseRow, error) {
	rows, err := casesSentBy.Rows(r, act.Who.Unit())
	cases := make(map[string]*CaseRow, len(rows))
	for _, c := range rows {
		cases[c.ID] = c
	}
	return cases, act.Spare(err)
}

// recall lists those whose safe hours are open now, ending soonest first.
func (d *Desk) recall(r Reader, act *acts.Act) ([]RecallLine, error) {
	rows, err := recallCases.Rows(r, act.Who.Unit(), act.Day)
	all, err := lines(act, rows, err, func(row *CaseRow) (RecallLine, bool, error) { return d.recallLine(r, act, row) })
	if err != nil {
		return nil, err
	}
	act.Salt = nil
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i].Closes, all[j].Closes
		if a.IsZero() || b.IsZero() {
			return !a.IsZero()
		}
		return a.Before(b)
	})
	return all, nil
}

// recallLine is the line of a woman who may be called now, or shown false.
func (d *Desk) recallLine(r Reader, act *acts.Act, row *CaseRow) (l RecallLine, shown bool, err error) {
	if shutTo(act.Who, row) {
		return l, false, nil
	}
	c, err := d.openCase(r, act, row)
	if err != nil {
		return l, false, err
	}
	plan := c.recall()
	if !plan.Now(act.Now) {
		return l, false, nil
	}
	l = RecallLine{CaseID: row.ID, Code: c.card.Code, Alias: c.card.Alias, Since: row.RecallDay, Closes: plan.Closes(c.safe.Closing(act.Now), act.Now)}
	for _, kind := range []string{"call", "whatsapp", "sms"} {
		if c.safe.Allows(kind, act.Now) == rule.Permitted {
			l.Channels = append(l.Channels, kind)
		}
	}
	if len(l.Channels) == 0 {
		return l, false, nil
	}
	act.Detail.IDs = append(act.Detail.IDs, row.ID)
	return l, true, nil
}
