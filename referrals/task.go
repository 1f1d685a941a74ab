package referrals

import (
	"context"
	"errors"
	"reflect"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// TaskPackage is what another unit gets with a task: alias, request and what she
// shares of her safe-contact rule. No case key travels.
type TaskPackage struct {
	Alias   string           `json:"alias,omitempty"`
	Request string           `json:"request,omitempty"`
	Safe    rule.SafeContact `json:"safe"`
	Code    string           `json:"code,omitempty"`
	Shares  []string         `json:"shares,omitempty"` // of RuleItems: her authorisation for this task
	Form    int              `json:"form,omitempty"`   // taskForm; nothing was asked for an older one
}

// taskForm marks a package that carries what she ticked.
const taskForm = 1

// items are what a package lets its unit know of her rule. An older one, for
// which nobody asked her, keeps the ways to reach her that she allowed.
func (p *TaskPackage) items() []string {
	if p.Form == 0 {
		return []string{rule.ItemReach}
	}
	return p.Shares
}

// had is what the unit that has a package knows of her rule.
func (p *TaskPackage) had() rule.PackageSafe { return rule.For(p.Safe, false, p.items()) }

// reads is what the unit that has a task reads of her rule. After a restore that is
// nothing: the copy may be from before she took it back.
func (t *TaskRow) reads(p *TaskPackage) rule.PackageSafe {
	if t.Shut {
		return rule.PackageSafe{DeskOnly: true}
	}
	return p.had()
}

// carry puts a recipient's rule into a package.
func (p *TaskPackage) carry(safe rule.PackageSafe) {
	p.Safe = safe.Rule
	p.Safe.DeskOnly = safe.DeskOnly
}

const purposeInterview = "interview"

// The states of a task: it waits for somebody, somebody has it in her own name,
// it is over. One that was handed back is open again, and says why.
const (
	taskOpen  = "open"
	taskTaken = "taken"
	taskDone  = "done"
)

// TaskStates are the states of a task, in the order it takes them.
var TaskStates = []string{taskOpen, taskTaken, taskDone}

// newTask makes the task that a contact with the outcome "Colloquio con
// l'assistente sociale" puts on the social service's Agenda. What the form does
// not say of a woman who has a case file is taken from there: she tells it once.
func (d *Desk) newTask(r Reader, act *acts.Act, in NewContact, c *caseFile) (*TaskRow, error) {
	var service acts.Unit
	if err := r.Get(&service, in.Service); err != nil || !service.Is().Tasks {
		return nil, errors.Join(&typed.Invalid{Fields: map[string]string{"service": "error.choose_one"}}, notNoRow(err))
	}
	if err := act.Also(policies.TaskCreate, policies.Object{Kind: policies.KindUnit, ID: service.ID, Unit: service.ID, UnitKind: service.Kind, Agency: service.Agency}); err != nil {
		return nil, err
	}
	to, err := mayReceive(r, act.Day, act.Who.Unit(), service.ID, 0)
	if err != nil {
		return nil, err
	}
	secret := act.NewSecret()
	row := &TaskRow{RowKey: newRow(), FromUnit: act.Who.Unit(), ToUnit: service.ID, Kind: purposeInterview, State: taskOpen,
		Day: act.Day, DueDay: act.Now.AddDate(0, 0, interviewDays).Format(time.DateOnly), Secret: secret.ID}
	body := TaskPackage{Alias: in.Alias, Request: in.Request, Safe: in.Safe, Shares: in.Share, Form: taskForm}
	if c != nil {
		row.CaseID = c.row.ID
		body = body.from(c)
	}
	body.carry(body.had())
	return row, sealTask(act, c, to, row, secret.Bytes, body)
}

// from fills what a package does not say with what the case file says.
func (p TaskPackage) from(c *caseFile) TaskPackage {
	if p.Alias == "" {
		p.Alias = c.card.Alias
	}
	if p.Request == "" {
		p.Request = c.told.Request
	}
	if !p.Safe.Said() {
		p.Safe = c.safe
	}
	return p
}

// sealTask seals a package into a task at the row's version, under a new key
// that both units hold.
func sealTask(act *acts.Act, c *caseFile, to addressee, row *TaskRow, secret []byte, body TaskPackage) error {
	key := crypto.NewKey()
	row.BodyVersion, row.KeyVersion = row.Version, 0
	row.Commitment = recordCommitment(key, row, row.BodyVersion)
	if err := row.keepFrom(act.Who, c.restricted(), key); err != nil {
		return err
	}
	if err := row.To.send(to, row, row.BodyVersion, key); err != nil {
		return err
	}
	var err error
	row.Body, err = seal(key.Derive(crypto.LabelTaskData, secret), row, "body", body)
	return err
}

// keepFrom keeps a task's key on the sender's own side, as of a referral. Nobody
// else ever draws a new one.
func (t *TaskRow) keepFrom(who acts.Caller, f *caseFile, key crypto.Key) error {
	t.FromCaseKey = 0
	if f == nil {
		return t.From.keep(who, t, "from_box", t.keyVersion(), key)
	}
	t.FromCaseKey = f.row.KeyVersion
	_, err := t.From.keepNamed(who, f, t, "from_box", t.keyVersion(), key)
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
	if errors.Is(err, acts.ErrNoRow) {
		return nil
	}
	return err
}

// TaskView is a task as the unit that has it reads it.
type TaskView struct {
	ID, FromUnit, Kind, State, Day, DueDay string
	Worker, TakenDay, Reason               string
	Free                                   bool // who had it has left: a colleague may take it on
	OwnCase                                bool // a case file of the unit was opened from it
	Version                                int64
	TaskPackage
}

// taskObject is a task as the policy sees it: it belongs to the unit that has it.
func taskObject(who acts.Caller, row *TaskRow) policies.Object {
	return policies.Object{Kind: policies.KindTask, ID: row.ID, Unit: row.ToUnit, UnitKind: who.UnitKind(), State: row.State, Person: row.Worker}
}

// OpenTask reads a task of the caller's unit. What came by age is kept under
// the unit key from now on.
func (d *Desk) OpenTask(ctx context.Context, who acts.Caller, id string) (TaskView, audit.Receipt, error) {
	var v TaskView
	receipt, err := d.do(ctx, who, policies.TaskOpen, func(r Reader, act *acts.Act) error {
		row, body, arrived, err := d.loadTask(r, act, id)
		if err != nil {
			return err
		}
		if arrived {
			row.Version++
			act.Commit = putAll(row)
		}
		v = TaskView{ID: row.ID, FromUnit: row.FromUnit, Kind: row.Kind, State: row.State, Day: row.Day, DueDay: row.DueDay,
			Worker: row.Worker, TakenDay: row.TakenDay, Reason: row.Reason, Version: row.Version, OwnCase: row.OwnCase, TaskPackage: body}
		v.Free, err = row.free(r)
		return err
	})
	return v, receipt, err
}

// loadTask looks a task up, asks the policy and opens it. A key that arrived by
// age stands, in the row it returns, under the unit key: the caller writes it.
func (d *Desk) loadTask(r Reader, act *acts.Act, id string) (*TaskRow, TaskPackage, bool, error) {
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
	body.carry(row.reads(&body)) // what was sealed before she was asked is shown as an answer would let it
	if arrived {
		if err := row.To.keep(act.Who, row, "to_box", row.keyVersion(), key); err != nil {
			return nil, TaskPackage{}, false, err
		}
	}
	return row, body, arrived, nil
}

// sentBody is a task as the unit that sent it opens it.
type sentBody struct {
	TaskPackage
	sealed TaskPackage // as it stands in the row
	key    crypto.Key
	secret []byte
}

// openSentTask opens a task from the side of the unit that sent it, with the case
// it speaks of, or nil.
func openSentTask(r Reader, act *acts.Act, row *TaskRow, c *caseFile) (s sentBody, err error) {
	if s.secret, err = r.Secret(row.Secret); err != nil {
		return s, err
	}
	if row.FromCaseKey != 0 {
		s.key, err = row.From.openNamed(r, act.Who, c.restricted(), row.FromCaseKey, row, "from_box", row.keyVersion(), row.Commitment)
	} else {
		s.key, _, err = row.From.open(act.Who, row, "from_box", row.keyVersion(), row.Commitment)
	}
	if err != nil {
		return s, err
	}
	err = s.key.Derive(crypto.LabelTaskData, s.secret).OpenValue(binding(row, "body", row.BodyVersion), row.Body, &s.sealed)
	s.TaskPackage = s.sealed
	return s, err
}

// tellServices makes a changed safe-contact rule hold for each social service
// with a task of a case, as tellCentres does for centres.
func (d *Desk) tellServices(r Reader, act *acts.Act, c *caseFile, told *told) ([]acts.Row, error) {
	tasks, err := tasksOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	var rows []acts.Row
	for _, row := range tasks {
		body, err := openSentTask(r, act, row, c)
		if errors.Is(err, acts.ErrErased) {
			continue
		}
		if err != nil {
			return nil, err
		}
		safe, news := told.rule(row.ID, body.had(), rule.For(c.safe, false, body.items()))
		changed, err := d.retell(r, act, c, row, body, safe, news)
		if err != nil {
			return nil, err
		}
		if row.Shut && news {
			row.Shut = false
			if !changed {
				row.Version++
			}
			changed = true
		}
		if changed {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// retell seals another rule into a task that was sent. To a unit whose words have
// to be compared again goes only that she is reached through the desk, under the
// key that it has; what is new goes to none such.
func (d *Desk) retell(r Reader, act *acts.Act, c *caseFile, row *TaskRow, body sentBody, safe rule.PackageSafe, news bool) (changed bool, err error) {
	to, err := mayReceive(r, act.Day, row.FromUnit, row.ToUnit, 0)
	shut := unreachable(err)
	if err != nil && (news || !shut) {
		return false, err
	}
	if shut {
		safe = rule.PackageSafe{DeskOnly: true}
	}
	if body.carry(safe); reflect.DeepEqual(body.sealed, body.TaskPackage) {
		return false, nil
	}
	row.Version++
	if shut {
		return true, resealTask(row, body.key, body.secret, body.TaskPackage)
	}
	return true, sealTask(act, c, to, row, body.secret, body.TaskPackage)
}

// RevokeTask takes back what a task that the caller's unit sent carries of her
// safe-contact rule: from now on the unit that has it reaches her only through
// the desk. No step-up: it only takes away. What was read stays read. ErrState
// when it carries nothing.
func (d *Desk) RevokeTask(ctx context.Context, who acts.Caller, id, recognised string) (audit.Receipt, error) {
	bad := typed.Check{}
	checkRecognised(bad, recognised)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.do(ctx, who, policies.TaskRevoke, func(r Reader, act *acts.Act) error {
		row, c, body, err := d.loadSentTask(r, act, id)
		if err != nil {
			return err
		}
		if len(body.items()) == 0 {
			return ErrState
		}
		body.Shares, body.Form = nil, taskForm
		if _, err := d.retell(r, act, c, row, body, rule.PackageSafe{DeskOnly: true}, false); err != nil {
			return err
		}
		rows := []acts.Row{row}
		if c != nil {
			note, err := d.noteRevoked(r, act, c, recognised)
			if err != nil {
				return err
			}
			rows = append(rows, note...)
		}
		act.Commit = putAll(rows...)
		return nil
	})
}

// ReadSentTask reads what a task that the caller's unit sent carries of her rule:
// which of RuleItems, and what the unit that has it reads.
func (d *Desk) ReadSentTask(ctx context.Context, who acts.Caller, id string) (SentTask, Recipient, audit.Receipt, error) {
	var v SentTask
	var to Recipient
	receipt, err := d.do(ctx, who, policies.AgendaRead, func(r Reader, act *acts.Act) error {
		row, o := &TaskRow{}, d.unitObject(act.Who)
		err := r.Get(row, id)
		if err != nil {
			return likeThere(r, err, &CaseRow{})
		}
		if row.FromUnit != act.Who.Unit() {
			return likeThere(r, acts.ErrNoRow, &CaseRow{})
		}
		caseRow, err := d.wallsOf(r, act, row.CaseID, &o)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		f, err := d.fileOf(r, act.Who, caseRow)
		if err != nil {
			return err
		}
		body, err := openSentTask(r, act, row, f)
		if err != nil {
			return err
		}
		act.Salt = body.secret
		v, to = sentTask(row, act), Recipient{ID: row.ID, Unit: row.ToUnit, Service: true, Items: body.items(), Safe: row.reads(&body.TaskPackage)}
		return nil
	})
	return v, to, receipt, err
}

// loadSentTask looks up a task that the caller's unit sent, with the case it
// speaks of or nil, asks the policy and opens both.
func (d *Desk) loadSentTask(r Reader, act *acts.Act, id string) (*TaskRow, *caseFile, sentBody, error) {
	row := &TaskRow{}
	if err := r.Get(row, id); err != nil {
		return nil, nil, sentBody{}, likeThere(r, err, &CaseRow{})
	}
	o := policies.Object{Kind: policies.KindTask, ID: row.ID, Unit: row.FromUnit, UnitKind: act.Who.UnitKind(), State: row.State}
	caseRow, err := d.wallsOf(r, act, row.CaseID, &o)
	if err != nil {
		return nil, nil, sentBody{}, err
	}
	if err := act.Allow(o); err != nil {
		return nil, nil, sentBody{}, err
	}
	var c *caseFile
	if caseRow != nil {
		if c, err = d.openCase(r, act, caseRow); err != nil {
			return nil, nil, sentBody{}, err
		}
	}
	body, err := openSentTask(r, act, row, c)
	if c == nil {
		act.Salt = body.secret
	}
	return row, c, body, err
}

// noteRevoked writes into the diary that she took something back, and how she
// was known.
func (d *Desk) noteRevoked(r Reader, act *acts.Act, c *caseFile, recognised string) ([]acts.Row, error) {
	rows, err := d.advance(r, act.Who, c)
	if err != nil {
		return nil, err
	}
	if err := d.sealCase(act.Who, c); err != nil {
		return nil, err
	}
	note, err := d.addNote(act, c, Note{Kind: "revoked", Text: recognised})
	return append(rows, note...), err
}
