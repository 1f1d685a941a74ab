package server

import (
	"errors"
	"net/http"
	"sort"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
)

// tasks puts what the unit was asked where the Agenda shows it: late, today or
// later, each with who has it.
func (q *request) tasks(page *AgendaPage, a referrals.Agenda, roster *units.Roster) {
	for _, t := range a.Tasks {
		task := Task{Who: Who{Alias: roster.UnitName(t.FromUnit)}, Kind: "interview_30", Href: "/compiti/" + t.ID, Due: q.day(t.DueDay), DayOnly: true,
			Hold: q.hold(t.State, t.Worker, t.TakenDay, t.Reason, roster)}
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

// hold says who has a task, or why nobody does.
func (q *request) hold(state, worker, day, reason string, roster *units.Roster) Hold {
	h := Hold{State: state, Since: q.day(day), Back: reason}
	if worker != "" {
		h.Worker, h.Mine = roster.Username(worker), worker == q.who.Person()
	}
	return h
}

// sent is what this unit asked of a social service, with its answer so far.
func (q *request) sent(list []sharing.SentTask, roster *units.Roster) []SentTask {
	var all []SentTask
	for _, t := range list {
		l := SentTask{ID: t.ID, Who: Who(t.Who), To: roster.UnitName(t.ToUnit), Due: q.day(t.DueDay), Overdue: t.Overdue, Shut: t.Shut && t.State != "done", OwnCase: t.OwnCase,
			Hold: q.hold(t.State, t.Worker, t.TakenDay, t.Reason, roster)}
		if t.CaseID != "" {
			l.Href = "/schede/" + t.CaseID
		}
		all = append(all, l)
	}
	return all
}

func (q *request) task() error { return q.taskPage(http.StatusOK, nil) }

// taskPage shows a task as it stands now, with what went wrong, if anything did.
// When somebody else was quicker, or has it now, nothing was done, and the page
// says who has it.
func (q *request) taskPage(status int, cause error) error {
	t, receipt, err := q.s.desk.Sharing.OpenTask(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &TaskPage{Page: q.base("task.interview_30"), ID: t.ID, Version: version(t.Version), Kind: "interview_30",
		Due: q.day(t.DueDay), From: roster.UnitName(t.FromUnit), Strip: shared(t.Safe, !t.Safe.Recorded(), Who{Alias: t.Alias}), Request: t.Request,
		Note: q.form.Get("note"), Reason: q.form.Get("reason"), Hold: q.hold(t.State, t.Worker, t.TakenDay, t.Reason, roster)}
	lead := q.who.Role() == policies.Lead
	page.MayTake = t.State == "open" || t.Free
	page.MayEnd = t.State == "taken" && (page.Hold.Mine || lead)
	page.OwnCase = t.OwnCase
	if lead && t.State != "done" {
		page.Colleagues = colleaguesOf(roster, q.who.Unit(), t.Worker)
	}
	if moved(cause) {
		page.Problem = ProblemTaskMoved
	}
	invalid(&page.Page, cause)
	return q.show(status, "task", page)
}

// colleaguesOf lists who works in a unit, but for whoever has the task already.
func colleaguesOf(roster *units.Roster, unit, but string) []Unit {
	var all []Unit
	for id, p := range roster.People {
		if p.Unit == unit && p.State == string(acts.Active) && id != but {
			all = append(all, Unit{ID: id, Name: p.Username})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// moved tells that a task is not where the page showed it any more.
func moved(err error) bool {
	return errors.Is(err, kept.ErrState) || errors.Is(err, acts.ErrConflict)
}

// taskStep answers a step of a task.
func (q *request) taskStep(receipt audit.Receipt, err error, flash, to string) error {
	if moved(err) {
		return q.taskPage(http.StatusConflict, err)
	}
	return q.doneOr(q.taskPage, receipt, err, flash, to)
}

func (q *request) takeTask() error {
	receipt, err := q.s.desk.Sharing.TakeTask(q.ctx(), q.who, q.id("id"))
	return q.taskStep(receipt, err, FlashTaskTaken, "/compiti/"+q.id("id"))
}

func (q *request) assignTask() error {
	receipt, err := q.s.desk.Sharing.AssignTask(q.ctx(), q.who, q.id("id"), q.version(), q.form.Get("colleague"))
	return q.taskStep(receipt, err, FlashTaskAssigned, "/compiti/"+q.id("id"))
}

func (q *request) returnTask() error {
	receipt, err := q.s.desk.Sharing.ReturnTask(q.ctx(), q.who, q.id("id"), q.form.Get("reason"))
	return q.taskStep(receipt, q.notMine(err), FlashTaskReturned, "/agenda")
}

// closeTask marks a task as done, or opens a case file of the unit from it.
func (q *request) closeTask() error {
	if q.form.Get("go") != "open_case" {
		receipt, err := q.s.desk.Sharing.CloseTask(q.ctx(), q.who, q.id("id"))
		return q.taskStep(receipt, q.notMine(err), FlashTaskDone, "/agenda")
	}
	caseID, receipt, err := q.s.desk.Sharing.OpenCaseFromTask(q.ctx(), q.who, q.id("id"), q.form.Get("note"))
	return q.taskStep(receipt, q.notMine(err), FlashCaseOfTask, "/schede/"+caseID)
}

func (q *request) revokeTaskPage() error { return q.showRevokeTask(http.StatusOK, nil) }

func (q *request) showRevokeTask(status int, cause error) error {
	t, to, receipt, err := q.s.desk.Sharing.ReadSentTask(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &TaskRevokePage{Page: q.base(TitleTaskRevoke), ID: t.ID, Service: roster.UnitName(t.ToUnit), Knows: q.knows(to.Safe), May: len(to.Items) > 0, Shut: t.Shut, OwnCase: t.OwnCase,
		Back: "/agenda", Recognised: q.form.Get("recognised")}
	if t.CaseID != "" {
		page.Back = "/schede/" + t.CaseID
		page.SafeHref = page.Back + "/contatto-sicuro"
	}
	invalid(&page.Page, cause)
	return q.show(status, "task-revoke", page)
}

// revokeTask takes back what a task carries of her rule: no step-up, she may be
// on the phone.
func (q *request) revokeTask() error {
	receipt, err := q.s.desk.Sharing.RevokeTask(q.ctx(), q.who, q.id("id"), q.form.Get("recognised"))
	if errors.Is(err, kept.ErrState) {
		return q.redirect("/compiti/" + q.id("id") + "/revoca") // a form sent twice takes back once
	}
	return q.doneOr(q.showRevokeTask, receipt, err, FlashTaskRevoked, "/compiti/"+q.id("id")+"/revoca")
}

// notMine tells a worker whose task passed to a colleague meanwhile that it did:
// she may read it, so it is not absent for her.
func (q *request) notMine(err error) error {
	if errors.Is(err, acts.ErrDenied) {
		if _, _, open := q.s.desk.Sharing.OpenTask(q.ctx(), q.who, q.id("id")); open == nil {
			return kept.ErrState
		}
	}
	return err
}
