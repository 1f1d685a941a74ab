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

// The states of a task: it waits for somebody, somebody has it in her own name,
// it is over. One that was handed back is open again, and says why.
const (
	taskOpen  = "open"
	taskTaken = "taken"
	taskDone  = "done"
)

// newTask makes the task that a contact with the outcome "Colloquio con
// l'assistente sociale" puts on the social service's Agenda. What the form does
// not say of a woman who has a case file is taken from there: she tells it once.
func (d *Desk) newTask(r Reader, act *accounts.Act, in NewContact, c *caseFile) (*TaskRow, error) {
	var service accounts.Unit
	if err := r.Get(&service, in.Service); err != nil || service.Kind != accounts.KindSocial {
		return nil, errors.Join(&Invalid{Fields: map[string]string{"service": "error.choose_one"}}, notNoRow(err))
	}
	to, err := mayReceive(r, act.Day, act.Who.Unit(), service.ID, 0)
	if err != nil {
		return nil, err
	}
	secret := act.NewSecret()
	row := &TaskRow{RowKey: newRow(), FromUnit: act.Who.Unit(), ToUnit: service.ID, Kind: purposeInterview, State: taskOpen,
		Day: act.Day, DueDay: act.Now.AddDate(0, 0, interviewDays).Format(time.DateOnly), Secret: secret.ID}
	body := TaskPackage{Alias: in.Alias, Request: in.Request, Safe: in.Safe}
	if c != nil {
		row.CaseID = c.row.ID
		body = body.from(c)
	}
	return row, sealTask(act, to, row, secret.Bytes, body)
}

// from fills what a package does not say with what the case file says.
func (p TaskPackage) from(c *caseFile) TaskPackage {
	if p.Alias == "" {
		p.Alias = c.card.Alias
	}
	if p.Request == "" {
		p.Request = c.told.Request
	}
	if !p.Safe.Recorded() {
		p.Safe = c.safe
	}
	p.Safe.Recognised = ""
	return p
}

// sealTask seals a package into a task at the row's version, under a new key
// that both units hold.
func sealTask(act *accounts.Act, to addressee, row *TaskRow, secret []byte, body TaskPackage) error {
	key := crypto.NewKey()
	row.BodyVersion, row.KeyVersion = row.Version, 0
	row.Commitment = recordCommitment(key, row, row.BodyVersion)
	if err := row.From.keep(act.Who, row, "from_box", row.BodyVersion, key); err != nil {
		return err
	}
	if err := row.To.send(to, row, row.BodyVersion, key); err != nil {
		return err
	}
	var err error
	row.Body, err = seal(key.Derive(crypto.LabelTaskData, secret), row, "body", body)
	return err
}

// keyVersion is the version of a task's key.
func (t *TaskRow) keyVersion() int64 {
	if t.KeyVersion != 0 {
		return t.KeyVersion
	}
	return t.BodyVersion
}

// resealTask puts a package in the place of the one before, under the key that both
// units have: where nothing may be sealed to the newest one.
func resealTask(row *TaskRow, key crypto.Key, secret []byte, body TaskPackage) (err error) {
	row.KeyVersion = row.keyVersion()
	row.BodyVersion = row.Version
	row.Body, err = seal(key.Derive(crypto.LabelTaskData, secret), row, "body", body)
	return err
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
	Worker, TakenDay, Reason               string
	Free                                   bool // who had it has left: a colleague may take it on
	Version                                int64
	TaskPackage
}

// taskObject is a task as the policy sees it: it belongs to the unit that has it.
func taskObject(who accounts.Caller, row *TaskRow) policies.Object {
	return policies.Object{Kind: policies.KindTask, ID: row.ID, Unit: row.ToUnit, UnitKind: who.UnitKind(), State: row.State, Person: row.Worker}
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
			row.Version++
			act.Commit = putAll(row)
		}
		v = TaskView{ID: row.ID, FromUnit: row.FromUnit, Kind: row.Kind, State: row.State, Day: row.Day, DueDay: row.DueDay,
			Worker: row.Worker, TakenDay: row.TakenDay, Reason: row.Reason, Version: row.Version, TaskPackage: body}
		v.Free, err = row.free(r)
		return err
	})
	return v, receipt, err
}

// loadTask looks a task up, asks the policy and opens it. A key that arrived by
// age stands, in the row it returns, under the unit key: the caller writes it.
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
	key, arrived, err := row.To.open(act.Who, row, "to_box", row.keyVersion(), row.Commitment)
	if err != nil {
		return nil, TaskPackage{}, false, err
	}
	var body TaskPackage
	if err := key.Derive(crypto.LabelTaskData, secret).OpenValue(binding(row, "body", row.BodyVersion), row.Body, &body); err != nil {
		return nil, TaskPackage{}, false, err
	}
	if arrived {
		if err := row.To.keep(act.Who, row, "to_box", row.keyVersion(), key); err != nil {
			return nil, TaskPackage{}, false, err
		}
	}
	return row, body, arrived, nil
}

// openSentTask opens a task from the side of the unit that sent it.
func openSentTask(r Reader, act *accounts.Act, row *TaskRow) (body TaskPackage, key crypto.Key, secret []byte, err error) {
	if secret, err = r.Secret(row.Secret); err != nil {
		return body, key, nil, err
	}
	if key, _, err = row.From.open(act.Who, row, "from_box", row.keyVersion(), row.Commitment); err != nil {
		return body, key, nil, err
	}
	return body, key, secret, key.Derive(crypto.LabelTaskData, secret).OpenValue(binding(row, "body", row.BodyVersion), row.Body, &body)
}

// tellServices gives each social service with a task of a case the new
// safe-contact rule in place of the old one, in the act that changes it. One to
// which nothing may be sealed now learns only that she is reached through the desk.
func (d *Desk) tellServices(r Reader, act *accounts.Act, c *caseFile) ([]accounts.Row, error) {
	tasks, err := r.TasksOfCase(c.row.ID)
	if err != nil {
		return nil, err
	}
	var rows []accounts.Row
	for _, row := range tasks {
		if row.State == taskDone {
			continue
		}
		body, key, secret, err := openSentTask(r, act, row)
		if err != nil {
			return nil, err
		}
		row.Version++
		to, err := mayReceive(r, act.Day, row.FromUnit, row.ToUnit, 0)
		switch {
		case unreachable(err):
			body.Safe = SafeContact{DeskOnly: true}
			err = resealTask(row, key, secret, body)
		case err == nil:
			body.Safe = c.safe
			body.Safe.Recognised = ""
			err = sealTask(act, to, row, secret, body)
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}
