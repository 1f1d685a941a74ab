package referrals

import (
	"context"
	"errors"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/audit"
)

// TaskPackage is what another unit gets with a task: alias, request and
// safe-contact rule. No case key travels.
type TaskPackage struct {
	Alias   string      `json:"alias,omitempty"`
	Request string      `json:"request,omitempty"`
	Safe    SafeContact `json:"safe"`
	Code    string      `json:"code,omitempty"`
}

const purposeInterview = "interview"

// newTask makes the task that a contact with the outcome "Colloquio con
// l'assistente sociale" puts on the social service's Agenda.
func (d *Desk) newTask(r Reader, act *accounts.Act, in NewContact) (*TaskRow, error) {
	var service accounts.Unit
	if err := r.Get(&service, in.Service); err != nil || service.Kind != accounts.KindSocial {
		return nil, errors.Join(&Invalid{Fields: map[string]string{"service": "error.choose_one"}}, notNoRow(err))
	}
	if err := pinned(r, act.Who.Unit(), service.ID); err != nil {
		return nil, err
	}
	secret := act.NewSecret()
	row := &TaskRow{RowKey: newRow(), FromUnit: act.Who.Unit(), ToUnit: service.ID, Kind: purposeInterview, State: "open",
		Day: act.Day, DueDay: act.Now.AddDate(0, 0, interviewDays).Format(time.DateOnly), Secret: secret.ID, BodyVersion: 1}
	key := crypto.NewKey()
	row.Commitment = recordCommitment(key, row, 1)
	if err := row.From.keep(act.Who, row, "from_box", 1, key); err != nil {
		return nil, err
	}
	if err := row.To.send(r, row, service.ID, 1, key); err != nil {
		return nil, err
	}
	body := TaskPackage{Alias: in.Alias, Request: in.Request, Safe: in.Safe}
	var err error
	row.Body, err = sealJSON(key.Derive(crypto.LabelTaskData, secret.Bytes), row, "body", body)
	return row, err
}

// notNoRow drops ErrNoRow: the form's own message says it better.
func notNoRow(err error) error {
	if errors.Is(err, accounts.ErrNoRow) {
		return nil
	}
	return err
}

// TaskView is a task as the unit that has it reads it.
type TaskView struct {
	ID, FromUnit, Kind, State, Day, DueDay string
	Version                                int64
	TaskPackage
}

// taskObject is a task as the policy sees it: it belongs to the unit that has it.
func taskObject(who accounts.Caller, row *TaskRow) policies.Object {
	return policies.Object{Kind: policies.KindTask, ID: row.ID, Unit: row.ToUnit, UnitKind: who.UnitKind(), State: row.State}
}

// OpenTask reads a task of the caller's unit. What came by age is kept under
// the unit key from now on.
func (d *Desk) OpenTask(ctx context.Context, who accounts.Caller, id string) (TaskView, audit.Receipt, error) {
	var v TaskView
	receipt, err := d.do(ctx, who, policies.TaskOpen, func(r Reader, act *accounts.Act) error {
		row, body, arrived, err := d.loadTask(r, act, id)
		if err != nil {
			return err
		}
		if arrived {
			act.Commit = putAll(row)
		}
		v = TaskView{ID: row.ID, FromUnit: row.FromUnit, Kind: row.Kind, State: row.State, Day: row.Day, DueDay: row.DueDay,
			Version: row.Version, TaskPackage: body}
		return nil
	})
	return v, receipt, err
}

// loadTask looks a task up, asks the policy and opens it. When its key arrived
// by age the row is moved to its next version, holding the key symmetrically.
func (d *Desk) loadTask(r Reader, act *accounts.Act, id string) (*TaskRow, TaskPackage, bool, error) {
	row := &TaskRow{}
	if err := r.Get(row, id); err != nil {
		return nil, TaskPackage{}, false, err
	}
	if err := act.Allow(taskObject(act.Who, row)); err != nil {
		return nil, TaskPackage{}, false, err
	}
	secret, err := r.Secret(row.Secret)
	if err != nil {
		return nil, TaskPackage{}, false, err
	}
	act.Salt = secret
	key, arrived, err := row.To.open(act.Who, row, "to_box", 1, row.Commitment)
	if err != nil {
		return nil, TaskPackage{}, false, err
	}
	var body TaskPackage
	if err := openAt(key.Derive(crypto.LabelTaskData, secret), row, "body", row.BodyVersion, row.Body, &body); err != nil {
		return nil, TaskPackage{}, false, err
	}
	if arrived {
		row.Version++
		if err := row.To.keep(act.Who, row, "to_box", 1, key); err != nil {
			return nil, TaskPackage{}, false, err
		}
	}
	return row, body, arrived, nil
}

// OpenCaseFromTask turns a task into a case file of the caller's unit: alias,
// request and safe-contact rule come along, and nothing else. The task is done.
func (d *Desk) OpenCaseFromTask(ctx context.Context, who accounts.Caller, id, text string) (string, audit.Receipt, error) {
	if len(text) > maxText {
		return "", audit.Receipt{}, &Invalid{Fields: map[string]string{"note": "error.too_long"}}
	}
	var caseID string
	receipt, err := d.do(ctx, who, policies.TaskClose, func(r Reader, act *accounts.Act) error {
		task, body, arrived, err := d.loadTask(r, act, id)
		if err != nil {
			return err
		}
		if task.State == "done" {
			return ErrState
		}
		if !arrived {
			task.Version++
		}
		task.State = "done"
		in := NewContact{Contact: Contact{Speaker: "she", Alias: body.Alias, Request: body.Request, Safe: body.Safe}}
		c, rows, err := d.newCase(r, act, in)
		if err != nil {
			return err
		}
		caseID = c.row.ID
		if text != "" {
			note, err := d.addNote(act, c, Note{Kind: "interview", Text: text})
			if err != nil {
				return err
			}
			rows = append(rows, note...)
		}
		act.Commit = putAll(append(rows, task)...)
		return nil
	})
	return caseID, receipt, err
}

// CloseTask marks a task as done.
func (d *Desk) CloseTask(ctx context.Context, who accounts.Caller, id string) (audit.Receipt, error) {
	return d.do(ctx, who, policies.TaskClose, func(r Reader, act *accounts.Act) error {
		row, _, arrived, err := d.loadTask(r, act, id)
		if err != nil {
			return err
		}
		if row.State == "done" {
			return ErrState
		}
		if !arrived {
			row.Version++
		}
		row.State = "done"
		act.Commit = putAll(row)
		return nil
	})
}
