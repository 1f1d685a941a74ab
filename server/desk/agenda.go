package desk

import (
	"slices"
	"strings"
	"time"

	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/server/frame"
	"sportello/server/parts"
)

// AgendaPage is "agenda", the first page of desk and social service.
type AgendaPage struct {
	frame.Page
	Waits     []NowLine // what cannot wait, the gravest first
	Notices   parts.NoticeList
	CallBack  []ToCall         // ending soonest first
	Answers   []frame.Task     // answers of a centre, kinds of "urgent"
	Urgent    []frame.Task     // late, or to be looked at, kinds of "urgent"
	Today     []frame.Task     // kinds of "task"
	Tasks     []frame.Task     // later ones, with the day they are due
	Sent      []parts.SentTask // what the unit asked of a social service
	Open      []parts.OpenContact
	Restored  []ShutReferral // shut by a restore, until the desk confirms them
	Bans      []Ban          // numbers that one file allows and another forbids
	Emergency []parts.Call
}

// Ban is a number that one file allows and another forbids.
type Ban struct {
	Allows, Bans         frame.Who
	AllowsHref, BansHref string
	More                 int // how many other files forbid it
}

// Agenda answers GET /agenda.
func Agenda(q *frame.Request) (frame.Shown, error) {
	a, receipt, err := q.Desk.ReadAgenda(q.Context(), q.Who)
	if err = q.Partly(err); err != nil {
		return nil, err
	}
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &AgendaPage{Page: q.Base(TitleAgenda), Emergency: parts.Emergency(q, roster), Sent: parts.SentOf(q, a.Sent, roster)}
	for _, l := range a.Now {
		page.Waits = append(page.Waits, nowLine(l, roster, q.Who.Person()))
	}
	for _, l := range a.Reports {
		line := NowLine{Report: true, Kind: kept.MarkDanger, Since: l.At, To: l.DangerTo, Open: "/segnalazioni/" + l.ID, Href: "/segnalazioni/" + l.ID, Act: "agenda.act_end"}
		if l.Worker != "" {
			line.By = roster.Username(l.Worker)
		}
		at := slices.IndexFunc(page.Waits, func(l NowLine) bool { return l.Kind != kept.MarkDanger })
		if at < 0 {
			at = len(page.Waits)
		}
		page.Waits = slices.Insert(page.Waits, at, line)
	}
	for _, l := range a.Stops {
		page.Waits = append(page.Waits, stopLine(q, l, roster))
	}
	for _, l := range a.Recall {
		page.CallBack = append(page.CallBack, ToCall{Who: frame.Who{Code: l.Code, Alias: l.Alias}, Open: "/schede/" + l.CaseID, Href: "/schede/" + l.CaseID + "/tentativi",
			Until: l.Closes, Channels: l.Channels})
	}
	for _, l := range a.Stopped {
		page.Urgent = append(page.Urgent, frame.Task{Who: frame.Who(l.CaseWho), Kind: "rule_stopped", Href: "/schede/" + l.CaseID + "/contatto-sicuro", Due: q.Day(l.Since), DayOnly: true})
	}
	for _, t := range a.Tasks {
		if t.Stopped {
			page.Urgent = append(page.Urgent, frame.Task{Kind: "rule_stopped", Href: "/compiti/" + t.ID, DayOnly: true})
		}
	}
	tasks(q, page, a, roster)
	for _, l := range a.Waiting {
		if l.Shut {
			page.Restored = append(page.Restored, ShutReferral{Who: frame.Who(l.Who), Href: "/invii/" + l.ID + "/conferma",
				Centre: roster.UnitName(l.ToUnit), Sent: q.Day(l.SentDay)})
			continue
		}
		task := frame.Task{Who: frame.Who(l.Who), Kind: waitingKind(l), Href: "/invii/" + l.ID, DayOnly: true}
		if task.Ends() {
			task.Due = q.Day(l.UntilDay)
		}
		if task.Kind == "referral_appointment" {
			task.Due, task.DayOnly = l.Proposed, false
		}
		if answers[task.Kind] || strings.HasPrefix(task.Kind, "news_") {
			page.Answers = append(page.Answers, task)
		} else {
			page.Urgent = append(page.Urgent, task)
		}
	}
	for _, c := range a.Shut {
		page.Restored = append(page.Restored, ShutReferral{Who: frame.Who(c.Who), Href: "/autorizzazioni/" + c.ID + "/conferma",
			Centre: roster.UnitName(c.Centre), Sent: q.Day(c.Day), Unsent: true})
	}
	for _, w := range a.Walls {
		task := frame.Task{Who: frame.Who(w.Who), Kind: "wall_asked", Href: "/schede/" + w.CaseID + "/muri/" + w.ID, DayOnly: true}
		if w.Agreed != "" {
			task.Kind = "wall_agreed"
		}
		page.Urgent = append(page.Urgent, task)
	}
	for _, w := range a.Witness {
		page.Urgent = append(page.Urgent, frame.Task{Who: frame.Who{Alias: roster.UnitName(w.Unit)}, Kind: "wall_witness", Href: "/muri/" + w.ID, DayOnly: true})
	}
	for _, b := range a.Bans {
		page.Bans = append(page.Bans, Ban{Allows: frame.Who(b.Allows.CaseWho), AllowsHref: "/schede/" + b.Allows.CaseID + "/contatto-sicuro",
			Bans: frame.Who(b.Bans.CaseWho), BansHref: "/schede/" + b.Bans.CaseID + "/contatto-sicuro", More: b.More})
	}
	for _, m := range a.Meet {
		task := frame.Task{Who: frame.Who(m.Who), Kind: "appointment", Href: "/schede/" + m.CaseID + "/appuntamenti", Due: m.When}
		if m.When.Before(page.Now) {
			task.Kind = "appointment_past"
			page.Urgent = append(page.Urgent, task)
		} else {
			page.Today = append(page.Today, task)
		}
	}
	page.Open = parts.OpenContacts(a.Contacts)
	if err := fromColleagues(q, page); err != nil {
		return nil, err
	}
	return page, nil
}

// fromColleagues puts on an Agenda what is to be known of colleagues, of other
// units' keys and of the recovery of a unit.
func fromColleagues(q *frame.Request, page *AgendaPage) error {
	colleagues, err := q.House.NewColleagues(q.Context(), q.Who)
	if err = q.Besides(err); err != nil {
		return err
	}
	for _, c := range colleagues {
		page.Urgent = append(page.Urgent, frame.Task{Who: frame.Who{Alias: c.Username}, Kind: "member_new", Href: "/colleghi", DayOnly: true})
	}
	page.Notices, err = parts.ReadNotices(q)
	if err = q.Besides(err); err != nil {
		return err
	}
	rescued, err := q.House.Rescued(q.Context(), q.Who)
	if err = q.Besides(err); err != nil {
		return err
	}
	for _, u := range rescued {
		page.Urgent = append(page.Urgent, rescuedTask(q, u))
	}
	first, tasks, err := recoveryTasks(q)
	page.Urgent = slices.Concat(first, page.Urgent, tasks)
	return q.Besides(err)
}

// rescuedTask is a unit whose key recovery made: who sends there compares its words
// again, the others look at what happened.
func rescuedTask(q *frame.Request, u units.RescuedUnit) frame.Task {
	t := frame.Task{Who: frame.Who{Alias: u.Name}, Kind: "unit_rescued", Href: "/ammissioni", DayOnly: true}
	switch {
	case u.Confirm:
		t.Kind, t.Href = "centre_epoch", "/centri/"+u.ID
	case q.Who.Works().Audits:
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
	case l.News != "":
		return "news_" + l.News
	case l.Ends:
		return "consent_ending"
	}
	return "referral_unanswered"
}

// What the page says.
const (
	TitleAgenda = "agenda.title"
)

// answers are the kinds of "urgent" that are an answer of a centre.
var answers = map[string]bool{"referral_question": true, "referral_declined": true, "referral_appointment": true}

// NowLine is one thing that cannot wait, with the one act that comes next.
type NowLine struct {
	Who     frame.Who
	Report  bool   // what others told: nobody is named
	Kind    string // a word of "now"
	Since   time.Time
	By, To  string // who has taken it on, or to whom it was handed
	ToMe    bool   // it was handed to the reader, who has to take it
	Open    string // her file, or her contact
	Href    string // of the act
	Act     string // message key of it
	DayOnly bool   // only the day is known
	Centre  string // of a stop: who has not confirmed it, and its number
	Phone   string
	NoLeave bool // she did not let us call back: nobody calls
	MayCall bool // she may be called back, until then and so many times
	Until   time.Time
	Left    int
}

// Alarm tells whether danger, or somebody else at her number, is among what cannot wait.
func (p *AgendaPage) Alarm() bool {
	return slices.ContainsFunc(p.Waits, func(l NowLine) bool { return l.Kind == kept.MarkDanger || l.Kind == kept.MarkOther })
}

// nowLine is a line of what cannot wait as the page shows it.
func nowLine(l cases.NowLine, roster *units.Roster, me string) NowLine {
	open := "/contatti/" + l.On.Contact
	if l.On.Case != "" {
		open = "/schede/" + l.On.Case
	}
	line := NowLine{Who: frame.Who{Code: l.Code, Alias: l.Alias}, Kind: l.Kind, Since: l.Since, To: l.To, Open: open, Href: open + "/adesso", Act: "agenda.act_end",
		NoLeave: l.NoLeave, MayCall: l.Leave.Holds(), Until: l.Leave.Until, Left: l.Leave.Left}
	if l.By != "" {
		line.By = roster.Username(l.By)
	}
	if l.Hand == kept.HandColleague {
		line.To, line.ToMe = roster.Username(l.To), l.To == me
	}
	switch {
	case line.ToMe:
		line.Act = "agenda.act_take"
	case l.Kind == kept.MarkDanger && l.By == "" && l.To == "":
		line.Act = "agenda.act_danger"
	case l.Kind == kept.MarkDropped && line.MayCall:
		contact := l.On.Contact
		if contact == "" {
			contact = l.Record
		}
		line.Href, line.Act = "/contatti/"+contact+"/richiama", "agenda.act_call"
	case l.On.Case != "" && (l.Kind == kept.MarkOther || l.Kind == kept.MarkRuleWaits || l.Kind == kept.MarkRuleUnkept):
		line.Href, line.Act = open+"/contatto-sicuro", "agenda.act_rule"
	}
	return line
}

// stopLine is a referral that she took back and whose centre has not said that it stopped.
func stopLine(q *frame.Request, l sharing.ReferralLine, roster *units.Roster) NowLine {
	line := NowLine{Who: frame.Who(l.Who), Kind: "stop", Since: q.Day(l.EndedDay), DayOnly: true, Open: "/schede/" + l.CaseID, Href: "/invii/" + l.ID, Act: "agenda.act_stop",
		Centre: roster.UnitName(l.ToUnit)}
	if u := roster.Units[l.ToUnit]; u != nil {
		line.Phone = u.Phone
	}
	return line
}

// ToCall is someone whose safe hours are open now.
type ToCall struct {
	Who      frame.Who
	Open     string
	Href     string
	Until    time.Time // when the safe hours end
	Channels []string  // words of "channel" she allowed
}

// ShutReferral is a referral that a restore shut, or an authorisation that was not
// sent yet.
type ShutReferral struct {
	Who    frame.Who
	Href   string
	Centre string
	Sent   time.Time // or given
	Unsent bool
}

// recoveryTasks is what the recovery of a unit asks for; first is what comes before
// all else: what a unit lost with an agency's recovery of before.
func recoveryTasks(q *frame.Request) (first, tasks []frame.Task, err error) {
	all, err := q.House.RecoveryNews(q.Context(), q.Who)
	for _, n := range all {
		if t := parts.RecoveryTask(q, n); n.Kind == units.RecoveryOlder {
			first = append([]frame.Task{t}, first...)
		} else {
			tasks = append(tasks, t)
		}
	}
	return first, tasks, err
}

// tasks puts what the unit was asked where the Agenda shows it: late, today or
// later, each with who has it.
func tasks(q *frame.Request, page *AgendaPage, a referrals.Agenda, roster *units.Roster) {
	for _, t := range a.Tasks {
		task := frame.Task{Who: frame.Who{Alias: roster.UnitName(t.FromUnit)}, Kind: "interview_30", Href: "/compiti/" + t.ID, Due: q.Day(t.DueDay), DayOnly: true,
			Hold: parts.HoldOf(q, t.State, t.Worker, t.TakenDay, t.Reason, roster)}
		switch {
		case t.Overdue:
			task.Kind = "overdue"
			page.Urgent = append(page.Urgent, task)
		case t.DueDay == a.Day:
			page.Today = append(page.Today, task)
		default:
			page.Tasks = append(page.Tasks, task)
		}
	}
}
