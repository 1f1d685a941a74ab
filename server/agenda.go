package server

import (
	"net/http"
	"time"

	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/cases"
	"sportello/referrals/sharing"
)

func (q *request) roster() (*units.Roster, error) { return q.s.house.Roster(q.ctx()) }

// names is the roster for a page that only shows names: one that it cannot read
// does not hide the page.
func (q *request) names() (*units.Roster, error) {
	roster, err := q.roster()
	return roster, q.partly(err)
}

// day is a stored day as a time in Italy.
func (q *request) day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, q.s.door.Gate().Now().Location())
	if err != nil {
		return time.Time{}
	}
	return t
}

func (q *request) agenda() error {
	a, receipt, err := q.s.desk.ReadAgenda(q.ctx(), q.who)
	if err = q.partly(err); err != nil {
		return err
	}
	roster, err := q.names()
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &AgendaPage{Page: q.base(TitleAgenda), Emergency: q.s.config.Emergency, Sent: q.sent(a.Sent, roster)}
	for _, l := range a.Recall {
		page.CallBack = append(page.CallBack, CallBack{Who: Who{l.Code, l.Alias}, Href: "/schede/" + l.CaseID + "/tentativi",
			Until: l.Closes, Channels: l.Channels})
	}
	q.tasks(page, a, roster)
	for _, l := range a.Waiting {
		if l.Shut {
			page.Restored = append(page.Restored, ShutReferral{Who: Who(l.Who), Href: "/invii/" + l.ID + "/conferma",
				Centre: roster.UnitName(l.ToUnit), Sent: q.day(l.SentDay)})
			continue
		}
		task := Task{Who: Who(l.Who), Kind: waitingKind(l), Href: "/invii/" + l.ID, DayOnly: true}
		if task.Ends() {
			task.Due = q.day(l.UntilDay)
		}
		if task.Kind == "referral_appointment" {
			task.Due, task.DayOnly = l.Proposed, false
		}
		page.Urgent = append(page.Urgent, task)
	}
	for _, c := range a.Shut {
		page.Restored = append(page.Restored, ShutReferral{Who: Who(c.Who), Href: "/autorizzazioni/" + c.ID + "/conferma",
			Centre: roster.UnitName(c.Centre), Sent: q.day(c.Day), Unsent: true})
	}
	page.Open = openContacts(a.Contacts)
	if err := q.fromColleagues(page); err != nil {
		return err
	}
	return q.show(http.StatusOK, "agenda", page)
}

// fromColleagues puts on an Agenda what is to be known of colleagues, of other
// units' keys and of the recovery of a unit.
func (q *request) fromColleagues(page *AgendaPage) error {
	colleagues, err := q.s.house.NewColleagues(q.ctx(), q.who)
	if err = q.besides(err); err != nil {
		return err
	}
	for _, c := range colleagues {
		page.Urgent = append(page.Urgent, Task{Who: Who{Alias: c.Username}, Kind: "member_new", Href: "/colleghi", DayOnly: true})
	}
	page.Notices, err = q.notices()
	if err = q.besides(err); err != nil {
		return err
	}
	rescued, err := q.s.house.Rescued(q.ctx(), q.who)
	if err = q.besides(err); err != nil {
		return err
	}
	for _, u := range rescued {
		page.Urgent = append(page.Urgent, q.rescued(u))
	}
	return q.besides(q.recoveryTasks(page))
}

// rescued is a unit whose key recovery made: who sends there compares its words
// again, the others look at what happened.
func (q *request) rescued(u units.RescuedUnit) Task {
	t := Task{Who: Who{Alias: u.Name}, Kind: "unit_rescued", Href: "/ammissioni", DayOnly: true}
	switch {
	case u.Confirm:
		t.Kind, t.Href = "centre_epoch", "/centri/"+u.ID
	case q.who.Works().Audits:
		t.Href = "/registro/accessi"
	}
	return t
}

// waitingKind is why a referral cannot wait.
func waitingKind(l sharing.ReferralLine) string {
	switch {
	case l.State == "more_info":
		return "referral_question"
	case l.State == "declined":
		return "referral_declined"
	case !l.Proposed.IsZero():
		return "referral_appointment"
	case l.Ends:
		return "consent_ending"
	}
	return "referral_unanswered"
}

func (q *request) searchPage() error {
	if !q.isDesk() {
		return acts.ErrDenied
	}
	return q.show(http.StatusOK, "search", &SearchPage{Page: q.base(TitleSearch)})
}

func (q *request) search() error {
	page := &SearchPage{Page: q.base(TitleSearch), Query: q.form.Get("q"), Asked: true}
	cards, receipt, err := q.s.desk.Cases.Search(q.ctx(), q.who, page.Query)
	if err = q.partly(err); err != nil && !invalid(&page.Page, err) {
		return err
	}
	q.receipt(receipt)
	for _, c := range cards {
		page.Cards = append(page.Cards, q.card(c))
	}
	page.More = len(cards) == cases.SearchMax
	return q.show(http.StatusOK, "search", page)
}

func (q *request) card(c cases.SearchCard) Card {
	return Card{ID: c.ID, Who: Who{c.Code, c.Alias}, State: c.State, LastContact: q.day(c.LastDay)}
}

// isDesk tells whether the caller is a member of a unit that keeps contacts and
// case files. It is asked for forms that are about nobody yet; for everything
// else the Desk asks the policy.
func (q *request) isDesk() bool {
	return q.who.State() == acts.Active && q.who.Works().KeepsCases
}
