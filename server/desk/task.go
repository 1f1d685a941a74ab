package desk

import (
	"errors"
	"net/http"
	"sort"
	"time"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/kept"
	"sportello/server/frame"
	"sportello/server/parts"
)

// TaskPage is "task": what a social service received from a desk, sealed as a
// small package: name she chose, request, safe-contact rule; and who answers for
// it. It posts nothing to /compiti/ID/prendi, colleague and version to
// /compiti/ID/affida, reason to /compiti/ID/restituisci, and note and go
// ("open_case" or "done") to /compiti/ID.
type TaskPage struct {
	frame.Page
	ID      string
	Version string
	Kind    string // a word of "task"
	Due     time.Time
	From    string // the desk
	Strip   frame.Strip
	Request string
	TaskForm
	TaskReturnForm
	frame.Hold
	MayTake    bool
	MayEnd     bool         // hers, or her unit's and she leads it
	OwnCase    bool         // its case file is open already
	Colleagues []frame.Unit // whom the lead may name
}

// What the page says.
const (
	FlashTaskDone   = "task_page.was_done"
	FlashCaseOfTask = "task_page.case_opened"
	// a task that somebody takes on
	FlashTaskTaken    = "task_page.was_taken"
	FlashTaskAssigned = "task_page.was_assigned"
	FlashTaskReturned = "task_page.was_returned"
	ProblemTaskMoved  = "task_page.moved"
)

// TaskForm is what is typed when a task is done.
type TaskForm struct {
	Note string `form:"note" max:"4000"`
}

// TaskReturnForm is why a task is handed back.
type TaskReturnForm struct {
	Reason string `form:"reason" words:"task_reason"`
}

// TaskAssignForm is to whom the lead gives a task.
type TaskAssignForm struct {
	Colleague string `form:"colleague"`
}

// Task answers GET /compiti/{id}.
func Task(q *frame.Request) (frame.Shown, error) { return taskPage(q, nil) }

// taskPage shows a task as it stands now, with what went wrong, if anything did.
// When somebody else was quicker, or has it now, nothing was done, and the page
// says who has it.
func taskPage(q *frame.Request, cause error) (frame.Shown, error) {
	t, receipt, err := q.Desk.Sharing.OpenTask(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &TaskPage{Page: q.Base("task.interview_30"), ID: t.ID, Version: frame.Version(t.Version), Kind: "interview_30",
		Due: q.Day(t.DueDay), From: roster.UnitName(t.FromUnit), Strip: frame.SharedStrip(t.Safe, !t.Safe.Recorded(), frame.Who{Code: t.Code, Alias: t.Alias}), Request: t.Request,
		Hold: parts.HoldOf(q, t.State, t.Worker, t.TakenDay, t.Reason, roster)}
	q.Fill(&page.TaskForm)
	q.Fill(&page.TaskReturnForm)
	page.MayTake = t.State == "open" || t.Free
	page.MayEnd = t.State == "taken" && (page.Hold.Mine || t.Answers)
	page.OwnCase = t.OwnCase
	if t.Answers && t.State != "done" {
		page.Colleagues = colleaguesOf(roster, q.Who.Unit(), t.Worker)
	}
	if moved(cause) {
		page.Problem = ProblemTaskMoved
	}
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// colleaguesOf lists who works in a unit, but for whoever has the task already.
func colleaguesOf(roster *units.Roster, unit, but string) []frame.Unit {
	var all []frame.Unit
	for id, p := range roster.People {
		if p.Unit == unit && p.State == string(acts.Active) && id != but {
			all = append(all, frame.Unit{ID: id, Name: p.Username})
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
func taskStep(q *frame.Request, receipt audit.Receipt, err error, flash, to string) error {
	if moved(err) {
		return q.ShowBack(http.StatusConflict, taskPage, err)
	}
	return q.DoneOr(taskPage, receipt, err, flash, to)
}

// TakeTask answers POST /compiti/{id}/prendi.
func TakeTask(q *frame.Request, _ *frame.Nothing) error {
	receipt, err := q.Desk.Sharing.TakeTask(q.Context(), q.Who, q.ID("id"))
	return taskStep(q, receipt, err, FlashTaskTaken, "/compiti/"+q.ID("id"))
}

// AssignTask answers POST /compiti/{id}/affida.
func AssignTask(q *frame.Request, f *TaskAssignForm) error {
	receipt, err := q.Desk.Sharing.AssignTask(q.Context(), q.Who, q.ID("id"), q.Version(), f.Colleague)
	return taskStep(q, receipt, err, FlashTaskAssigned, "/compiti/"+q.ID("id"))
}

// ReturnTask answers POST /compiti/{id}/restituisci.
func ReturnTask(q *frame.Request, f *TaskReturnForm) error {
	receipt, err := q.Desk.Sharing.ReturnTask(q.Context(), q.Who, q.ID("id"), f.Reason)
	return taskStep(q, receipt, notMine(q, err), FlashTaskReturned, "/agenda")
}

// CloseTask marks a task as done, or opens a case file of the unit from it.
func CloseTask(q *frame.Request, f *TaskForm) error {
	if q.Pressed() != "open_case" {
		receipt, err := q.Desk.Sharing.RecordInterview(q.Context(), q.Who, q.ID("id"), f.Note)
		return taskStep(q, receipt, notMine(q, err), FlashTaskDone, "/agenda")
	}
	caseID, receipt, err := q.Desk.Sharing.OpenCaseFromTask(q.Context(), q.Who, q.ID("id"), f.Note)
	return taskStep(q, receipt, notMine(q, err), FlashCaseOfTask, "/schede/"+caseID)
}

// notMine tells a worker whose task passed to a colleague meanwhile that it did:
// she may read it, so it is not absent for her.
func notMine(q *frame.Request, err error) error {
	if errors.Is(err, acts.ErrDenied) {
		if _, _, open := q.Desk.Sharing.OpenTask(q.Context(), q.Who, q.ID("id")); open == nil {
			return kept.ErrState
		}
	}
	return err
}
