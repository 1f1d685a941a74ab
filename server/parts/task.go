package parts

import (
	"slices"
	"time"

	"sportello/policies/units"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/server/frame"
)

// SentTask is what this unit asked of a social service, and how it stands.
type SentTask struct {
	Who     frame.Who
	ID      string
	Href    string // of her case file, or empty
	To      string // the social service
	Due     time.Time
	Overdue bool
	Shut    bool // its contact, by a restore
	OwnCase bool // the service has a case file of its own
	frame.Hold
}

// HoldOf says who has a task, or why nobody does.
func HoldOf(q *frame.Request, state, worker, day, reason string, roster *units.Roster) frame.Hold {
	h := frame.Hold{State: state, Since: q.Day(day), Back: reason}
	if worker != "" {
		h.Worker, h.Mine = roster.Username(worker), worker == q.Who.Person()
	}
	return h
}

// SentOf is what this unit asked of a social service, with its answer so far.
func SentOf(q *frame.Request, list []sharing.SentTask, roster *units.Roster) []SentTask {
	var all []SentTask
	for _, t := range list {
		l := SentTask{ID: t.ID, Who: frame.Who(t.Who), To: roster.UnitName(t.ToUnit), Due: q.Day(t.DueDay), Overdue: t.Overdue, Shut: t.Shut && t.State != "done", OwnCase: t.OwnCase,
			Hold: HoldOf(q, t.State, t.Worker, t.TakenDay, t.Reason, roster)}
		if t.CaseID != "" {
			l.Href = "/schede/" + t.CaseID
		}
		all = append(all, l)
	}
	return all
}

// Knows says in words what a recipient reads of her rule.
func Knows(q *frame.Request, safe rule.PackageSafe) string {
	var items []string
	for item, value := range map[string]string{"number": safe.Rule.Number, "mail": safe.Rule.Mail, "code_word": safe.Rule.CodeWord} {
		if value != "" {
			items = append(items, q.Text(frame.ShareFields[item]))
		}
	}
	slices.Sort(items)
	if safe.DeskOnly {
		items = append([]string{q.Word("way_text", "only_desk")}, items...)
	}
	return frame.Joined(items...)
}
