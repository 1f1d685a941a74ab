package sharing

import (
	"context"
	"fmt"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/typed"
)

// A hand-over is a task that somebody of the social service takes on in her own
// name. The service charter promises a woman the presence of a social worker
// (founding text 000): so each task says who answers for it and since when, to
// the unit that has it and to the desk that sent it.

// taskTransitions says, for each step, from which state it leads where. Only
// the lead's "assign", and a task whose worker has left, move what somebody has.
var taskTransitions = map[string]map[string]string{
	"take":   {taskOpen: taskTaken},
	"assign": {taskOpen: taskTaken, taskTaken: taskTaken},
	"return": {taskTaken: taskOpen},
	"done":   {taskTaken: taskDone},
}

// taskTransition refuses what a task's state does not allow.
func taskTransition(state, step string) (string, error) {
	next, ok := taskTransitions[step][state]
	if !ok {
		return state, kept.ErrState
	}
	return next, nil
}

// TaskReasons are why a task is handed back. None of them speaks of the woman's
// story, nor of another woman.
var TaskReasons = []string{"cannot", "time", "territory", "not_reached"}

var taskReasons = typed.Codes(TaskReasons...)

// free tells that a task is in the name of somebody who does not work in its
// unit any more, or is suspended.
func (t *TaskRow) free(r kept.Reader) (bool, error) {
	if t.State != taskTaken {
		return false, nil
	}
	works, err := worksIn(r, t.Worker, t.ToUnit)
	return !works, err
}

func worksIn(r kept.Reader, person, unit string) (bool, error) {
	var p acts.Person
	if err := r.Get(&p, person); err != nil {
		return false, kept.NotNoRow(err)
	}
	return p.Unit == unit && p.State == string(acts.Active), nil
}

// TakeTask takes a task on in the caller's own name. Of two who do it at once
// one has it, and the other gets ErrState.
func (d *Desk) TakeTask(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return d.moveTask(ctx, who, policies.TaskTake, id, "take", func(r kept.Reader, act *acts.Act, row *TaskRow) error {
		row.Worker, row.TakenDay, row.Reason = act.Who.Person(), act.Day, ""
		return nil
	})
}

// AssignTask puts a task in the name of a colleague of the unit. ErrConflict
// when it changed since version, Invalid when she does not work there, ErrState
// when it is done.
func (d *Desk) AssignTask(ctx context.Context, who acts.Caller, id string, version int64, colleague string) (audit.Receipt, error) {
	return d.moveTask(ctx, who, policies.TaskAssign, id, "assign", func(r kept.Reader, act *acts.Act, row *TaskRow) error {
		works, err := worksIn(r, colleague, row.ToUnit)
		if err != nil {
			return err
		}
		if !works {
			return &typed.Invalid{Fields: map[string]string{"colleague": "error.choose_one"}}
		}
		if row.Version != version {
			return acts.ErrConflict
		}
		row.Worker, row.TakenDay, row.Reason = colleague, act.Day, ""
		act.Detail.IDs = append(act.Detail.IDs, colleague)
		return nil
	})
}

// ReturnTask hands a task back with one of TaskReasons: it is open again, and
// both units read why. ErrState when nobody has it.
func (d *Desk) ReturnTask(ctx context.Context, who acts.Caller, id, reason string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("reason", reason, taskReasons)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.moveTask(ctx, who, policies.TaskReturn, id, "return", func(r kept.Reader, act *acts.Act, row *TaskRow) error {
		row.Worker, row.TakenDay, row.Reason = "", "", reason
		return nil
	})
}

// CloseTask is RecordInterview with nothing to write down.
func (d *Desk) CloseTask(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return d.RecordInterview(ctx, who, id, "")
}

// RecordInterview ends a task that somebody has: the interview took place, and the
// days in which it was promised are over; opening a case file ends nothing. It stands
// in the diary of the case file that was opened from the task, with what was said.
// ErrState when nobody has the task, Invalid when there is no file for the text.
func (d *Desk) RecordInterview(ctx context.Context, who acts.Caller, id, text string) (audit.Receipt, error) {
	if len(text) > typed.MaxText {
		return audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"note": "error.too_long"}}
	}
	return d.work.Do(ctx, who, policies.TaskClose, func(r kept.Reader, act *acts.Act) error {
		row, _, _, err := loadTask(r, act, id)
		if err != nil {
			return err
		}
		if row.State, err = row.next(r, "done"); err != nil {
			return err
		}
		row.Version++
		rows := []acts.Row{row}
		own, err := kept.CasesFromTask.Rows(r, id)
		if err != nil {
			return err
		}
		if text != "" && len(own) == 0 {
			return &typed.Invalid{Fields: map[string]string{"note": "task_page.note_needs_case"}}
		}
		for _, of := range own {
			if text == "" && kept.ShutTo(act.Who, of) {
				continue // she may end the task, and does not know of the file
			}
			c, more, err := kept.Touch(r, act, policies.NoteAdd, of.ID)
			if err != nil {
				return err
			}
			note, err := cases.NewNote(r, act, c, cases.Note{Kind: "interview", Text: text})
			if err != nil {
				return err
			}
			rows = append(append(rows, more...), note...)
		}
		act.Commit = kept.PutAll(rows...)
		return nil
	})
}

// moveTask does one step of a task.
func (d *Desk) moveTask(ctx context.Context, who acts.Caller, a policies.Action, id, step string,
	change func(kept.Reader, *acts.Act, *TaskRow) error) (audit.Receipt, error) {
	return d.work.Do(ctx, who, a, func(r kept.Reader, act *acts.Act) error {
		row, _, _, err := loadTask(r, act, id)
		if err != nil {
			return err
		}
		next, err := row.next(r, step)
		if err != nil {
			return err
		}
		if err := change(r, act, row); err != nil {
			return err
		}
		row.State = next
		row.Version++
		act.Commit = kept.PutAll(row)
		return nil
	})
}

// next is where a step leads. What was in the name of somebody who left counts
// as open for whoever takes it on.
func (t *TaskRow) next(r kept.Reader, step string) (string, error) {
	free, err := t.free(r)
	if err != nil {
		return "", err
	}
	if step == "take" && free {
		return taskTaken, nil
	}
	return taskTransition(t.State, step)
}

// OpenCaseFromTask opens a case file of the caller's unit from a task: alias and
// request come along, and nothing else. Her safe-contact rule does not: what she
// takes back would stay in a copy. It is read in the task, which stays as it is
// until it is done, and the unit asks her for its own. It returns the case's id;
// ErrState when nobody has the task, and when its case file is open already.
func (d *Desk) OpenCaseFromTask(ctx context.Context, who acts.Caller, id, text string) (string, audit.Receipt, error) {
	if typed.Length(text) > typed.MaxText {
		return "", audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"note": "error.too_long"}}
	}
	var caseID string
	receipt, err := d.work.Do(ctx, who, policies.TaskClose, func(r kept.Reader, act *acts.Act) error {
		task, body, _, err := loadTask(r, act, id)
		if err != nil {
			return err
		}
		if _, err := task.next(r, "done"); err != nil {
			return err
		}
		if task.OwnCase {
			return kept.ErrState
		}
		task.Version++
		task.OwnCase = true
		in := cases.NewContact{Contact: cases.Contact{Speaker: "she", Alias: body.Alias, Request: body.Request}, FromTask: task.ID}
		if kept.IsCode(body.Code) {
			in.Code = body.Code // hers: each unit finds its own file by it
		}
		if err := act.Also(policies.CaseOpenNew, kept.UnitObject(act.Who)); err != nil {
			return err
		}
		c, rows, err := cases.NewCase(r, act, "", in)
		if err != nil {
			return err
		}
		caseID = c.Row.ID
		if text != "" {
			note, err := cases.NewNote(r, act, c, cases.Note{Kind: "other", Text: text}) // the interview is still to come
			if err != nil {
				return err
			}
			rows = append(rows, note...)
		}
		act.Commit = kept.PutAll(append(rows, task)...)
		return nil
	})
	return caseID, receipt, err
}

// SentTask is a task as the unit that sent it sees it: who has it and since
// when, or why it came back.
type SentTask struct {
	ID, CaseID, ToUnit, State, Day, DueDay string
	Worker, TakenDay, Reason               string
	Overdue                                bool
	Shut                                   bool         // by a restore, until the desk tells her rule again
	OwnCase                                bool         // the service opened a case file of its own: what it wrote there is its own
	Who                                    kept.CaseWho // on the Agenda only
}

func sentTask(row *TaskRow, act *acts.Act) SentTask {
	return SentTask{ID: row.ID, CaseID: row.CaseID, ToUnit: row.ToUnit, State: row.State, Day: row.Day, DueDay: row.DueDay,
		Worker: row.Worker, TakenDay: row.TakenDay, Reason: row.Reason, Overdue: row.State != taskDone && row.DueDay < act.Day, Shut: row.Shut, OwnCase: row.OwnCase}
}

// TasksSent lists what the caller's unit asked of a social service. Those of cases
// that she may not know of are left out before anything is opened.
func TasksSent(r kept.Reader, act *acts.Act, cases map[string]*kept.CaseRow) ([]SentTask, error) {
	rows, err := tasksFrom.Rows(r, act.Who.Unit())
	return kept.Lines(act, rows, err, func(row *TaskRow) (l SentTask, shown bool, err error) {
		c, ok := cases[row.CaseID]
		if row.CaseID != "" && !ok {
			return l, false, fmt.Errorf("%w: case_file %s", acts.ErrTampered, row.CaseID)
		}
		if c != nil && kept.ShutTo(act.Who, c) {
			return l, false, nil
		}
		l = sentTask(row, act)
		l.Who, err = whoOfSent(r, act, row, c)
		return l, err == nil, err
	})
}

// whoOfSent names the woman a task speaks of: as her case file does, or, for a
// contact that stands alone, by the name in the task.
func whoOfSent(r kept.Reader, act *acts.Act, row *TaskRow, c *kept.CaseRow) (kept.CaseWho, error) {
	if c == nil {
		body, err := openSentTask(r, act, row, nil)
		return kept.CaseWho{Alias: body.Alias}, err
	}
	f, err := kept.Open(r, act, c)
	if err != nil {
		return kept.CaseWho{}, err
	}
	return f.Card.Who(), nil
}

// SentOfCase lists what was asked of a social service about a case.
func SentOfCase(r kept.Reader, act *acts.Act, c *kept.File) ([]SentTask, error) {
	rows, err := tasksOfCase.Rows(r, c.Row.ID)
	var all []SentTask
	for _, row := range rows {
		all = append(all, sentTask(row, act))
	}
	return all, err
}
