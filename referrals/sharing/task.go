package sharing

import (
	"context"
	"errors"
	"reflect"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// interviewDays is how long a woman waits for a social worker at most: the
// service charter's thirty days from the request (founding text 004).
const interviewDays = 30

// TaskRow is something another unit must do by a day: a small package with its
// own key and shred secret, the key wrapped to that unit.
type TaskRow struct {
	acts.RowKey
	FromUnit    string
	ToUnit      string
	Kind        string
	State       string // open, taken, done
	CaseID      string // of the sender's case it speaks of, or empty: its walls hold for the sender
	Worker      string // who took it on in her own name, or empty
	TakenDay    string
	Reason      string // why it was handed back, until somebody takes it on again
	Day         string
	DueDay      string
	Secret      string
	Commitment  []byte
	From, To    kept.Side
	Body        crypto.Sealed
	BodyVersion int64
	KeyVersion  int64 `row:",later"` // where it is not BodyVersion: each sealing draws a new key, unless none may be sealed
	Shut        bool  `row:",later"` // after a restore, until the desk tells her rule again
	OwnCase     bool  `row:",later"` // the unit that has it opened a case file of its own from it
	FromCaseKey int64 `row:",later"` // as of a referral
}

// Table is the name of the table of tasks.
func (*TaskRow) Table() string { return "task" }

var (
	taskRows = acts.Declare[TaskRow]()
	// tasksOfUnit lists the tasks that wait for a unit, by deadline.
	tasksOfUnit = taskRows.Find().Is("to_unit").Not("state", taskDone).By("due_day", "id")
	// tasksFrom lists the tasks that a unit sent and that are not done, by deadline.
	tasksFrom = taskRows.Find().Is("from_unit").Not("state", taskDone).By("due_day", "id")
	// tasksOfCase lists the tasks that speak of a case, newest first.
	tasksOfCase = taskRows.Find().Is("case_id").Not("case_id", "").By("day desc", "id")
	// tasksToEnd lists the tasks that are done and still hold something.
	tasksToEnd = taskRows.Find().Holds("body").In("state", taskDone).By("id")
	// tasksHeld lists the tasks of all units that hold something.
	tasksHeld = taskRows.Find().Holds("body").By("id")

	_ = kept.Register(taskRows, kept.Kind[*TaskRow]{Object: policies.KindTask, Class: "contact", Names: true, Stays: true, Hangs: []kept.Hang{kept.On("case_file", tasksOfCase)},
		Empty: (*TaskRow).empty, Retell: tellService, Calls: (*TaskRow).calls,
		Up:     func(t *TaskRow) (string, string) { return "case_file", t.CaseID },
		Ended:  func(r kept.Reader, _ string) ([]*TaskRow, error) { return tasksToEnd.Rows(r) },
		Over:   func(kept.Reader, *TaskRow, string) (bool, error) { return true, nil },
		Forget: func(t *TaskRow, _ string) bool { return t.State == taskDone && t.Body != nil }})
)

// calls is the unit that would contact her by a task.
func (t *TaskRow) calls() string {
	if t.Body == nil {
		return ""
	}
	return t.ToUnit
}

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
// Nothing too while contacts by it are stopped.
func (t *TaskRow) reads(r kept.Reader, p *TaskPackage) (rule.PackageSafe, error) {
	stopped, err := kept.Stopped(r, t.ID)
	switch {
	case err != nil || stopped:
		return rule.StoppedFor(false), err
	case t.Shut:
		return rule.PackageSafe{DeskOnly: true}, nil
	}
	return p.had(), nil
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

// AskService makes the task that a contact with the outcome "Colloquio con
// l'assistente sociale" puts on the social service's Agenda. What the form does
// not say of a woman who has a case file is taken from there: she tells it once.
func AskService(r kept.Reader, act *acts.Act, in cases.NewContact, c *kept.File) (acts.Row, error) {
	var service acts.Unit
	if err := r.Get(&service, in.Service); err != nil || !service.Is().Tasks {
		return nil, errors.Join(&typed.Invalid{Fields: map[string]string{"service": "error.choose_one"}}, kept.NotNoRow(err))
	}
	if err := act.Also(policies.TaskCreate, policies.Object{Kind: policies.KindUnit, ID: service.ID, Unit: service.ID, UnitKind: service.Kind, Agency: service.Agency}); err != nil {
		return nil, err
	}
	if err := kept.MayReceive(r, act.Day, act.Who.Unit(), service.ID); err != nil {
		return nil, err
	}
	secret := act.NewSecret()
	row := &TaskRow{RowKey: kept.NewRow(), FromUnit: act.Who.Unit(), ToUnit: service.ID, Kind: purposeInterview, State: taskOpen,
		Day: act.Day, DueDay: act.Now.AddDate(0, 0, interviewDays).Format(time.DateOnly), Secret: secret.ID}
	body := TaskPackage{Alias: in.Alias, Request: in.Request, Safe: in.Safe, Shares: in.Share, Form: taskForm, Code: in.Code}
	if c != nil {
		row.CaseID = c.Row.ID
		body = body.from(c)
	}
	if in.CaseID != "" && in.Safe.Said() { // she ticked what she typed now: of it goes what her rule is
		body.Safe = rule.Narrowed(rule.For(in.Safe, false, in.Share), rule.For(c.Safe, false, in.Share)).Rule
	}
	body.carry(body.had())
	s := sharedTask{Shared: kept.SentOf(row, c), row: row, TaskPackage: body}
	return row, s.send(r, act, secret.Bytes)
}

// from fills what a package does not say with what the case file says.
func (p TaskPackage) from(c *kept.File) TaskPackage {
	p.Code = c.Card.Code
	if p.Alias == "" {
		p.Alias = c.Card.Alias
	}
	if p.Request == "" {
		p.Request = c.Told.Request
	}
	p.Safe = c.Safe
	return p
}

// Held is how two units hold a task.
func (t *TaskRow) Held() kept.Held {
	return kept.Held{FromUnit: t.FromUnit, ToUnit: t.ToUnit, From: &t.From, To: &t.To, CaseID: t.CaseID, Secret: t.Secret,
		Version: t.keyVersion(), Commitment: &t.Commitment, FromCaseKey: &t.FromCaseKey, Label: crypto.LabelTaskData}
}

// sharedTask is a task that one of its two sides opened.
type sharedTask struct {
	*kept.Shared
	row *TaskRow
	TaskPackage
	sealed TaskPackage // as it stands in the row
}

// openTask opens a task from the side of the caller's unit.
func openTask(r kept.Reader, act *acts.Act, row *TaskRow, side *kept.Shared) (sharedTask, error) {
	s := sharedTask{Shared: side, row: row}
	if err := s.Open(r, act.Who); err != nil {
		return s, err
	}
	err := s.OpenColumn("body", row.BodyVersion, row.Body, &s.sealed)
	s.TaskPackage = s.sealed
	return s, err
}

// openSentTask opens a task from the side of the unit that sent it, with the case
// it speaks of, or nil.
func openSentTask(r kept.Reader, act *acts.Act, row *TaskRow, c *kept.File) (sharedTask, error) {
	return openTask(r, act, row, kept.SentOf(row, c))
}

// send seals the package into the task at the row's version, under a new key that
// both units hold.
func (s *sharedTask) send(r kept.Reader, act *acts.Act, secret []byte) (err error) {
	s.row.BodyVersion, s.row.KeyVersion = s.row.Version, 0
	if err := s.Send(r, act, secret); err != nil {
		return err
	}
	s.row.Body, err = s.Seal("body", s.row.BodyVersion, s.TaskPackage)
	return err
}

// replace puts the package in the place of the one before, under the key that both
// units have: where nothing may be sealed to the newest one.
func (s *sharedTask) replace() (err error) {
	s.row.KeyVersion = s.row.keyVersion()
	s.row.BodyVersion = s.row.Version
	s.row.Body, err = s.Seal("body", s.row.BodyVersion, s.TaskPackage)
	return err
}

// keyVersion is the version of a task's key.
func (t *TaskRow) keyVersion() int64 {
	if t.KeyVersion != 0 {
		return t.KeyVersion
	}
	return t.BodyVersion
}

// TaskView is a task as the unit that has it reads it.
type TaskView struct {
	ID, FromUnit, Kind, State, Day, DueDay string
	Worker, TakenDay, Reason               string
	Free                                   bool // who had it has left: a colleague may take it on
	OwnCase                                bool // a case file of the unit was opened from it
	Answers                                bool // the reader answers for it: she gives it to colleagues, hands it back and ends it
	Version                                int64
	TaskPackage
}

// taskObject is a task as the policy sees it: it belongs to the unit that has it.
func taskObject(who acts.Caller, row *TaskRow) policies.Object {
	return policies.Object{Kind: policies.KindTask, ID: row.ID, Unit: row.ToUnit, UnitKind: who.UnitKind(), State: row.State, Person: row.Worker, Answers: kept.AnswersFor(who, nil)}
}

// OpenTask reads a task of the caller's unit. What came by age is kept under
// the unit key from now on.
func (d *Desk) OpenTask(ctx context.Context, who acts.Caller, id string) (TaskView, audit.Receipt, error) {
	var v TaskView
	receipt, err := d.work.Do(ctx, who, policies.TaskOpen, func(r kept.Reader, act *acts.Act) error {
		row, body, arrived, err := loadTask(r, act, id)
		if err != nil {
			return err
		}
		if arrived {
			row.Version++
			act.Commit = kept.PutAll(row)
		}
		v = TaskView{ID: row.ID, FromUnit: row.FromUnit, Kind: row.Kind, State: row.State, Day: row.Day, DueDay: row.DueDay,
			Worker: row.Worker, TakenDay: row.TakenDay, Reason: row.Reason, Version: row.Version, OwnCase: row.OwnCase, Answers: kept.AnswersFor(act.Who, nil), TaskPackage: body}
		v.Free, err = row.free(r)
		return err
	})
	return v, receipt, err
}

// loadTask looks a task up, asks the policy and opens it. A key that arrived by
// age stands, in the row it returns, under the unit key: the caller writes it.
func loadTask(r kept.Reader, act *acts.Act, id string) (*TaskRow, TaskPackage, bool, error) {
	row := &TaskRow{}
	if err := r.Get(row, id); err != nil {
		return nil, TaskPackage{}, false, err
	}
	if err := act.Allow(taskObject(act.Who, row)); err != nil {
		return nil, TaskPackage{}, false, err
	}
	s, err := openTask(r, act, row, kept.ReceivedOf(row))
	if s.Secret != nil {
		act.Salt = s.Secret
	}
	if err != nil {
		return nil, TaskPackage{}, false, err
	}
	body := s.TaskPackage
	safe, err := row.reads(r, &body) // what was sealed before she was asked is shown as an answer would let it
	if err != nil {
		return nil, TaskPackage{}, false, err
	}
	body.carry(safe)
	arrived := s.Arrived()
	return row, body, arrived, s.Adopt(act.Who)
}

// tellService makes a changed safe-contact rule hold for the social service that has
// a task, as tellCentre does for a centre.
func tellService(r kept.Reader, act *acts.Act, c *kept.File, row *TaskRow, t *kept.Telling) (kept.Change, error) {
	body, err := openSentTask(r, act, row, c)
	if errors.Is(err, acts.ErrErased) {
		return kept.Change{}, nil
	}
	if err != nil {
		return kept.Change{}, err
	}
	safe, news := t.Rule(row.ID, body.had(), rule.For(c.Safe, false, body.items()))
	changed, err := retell(r, act, row, &body, safe, news)
	if err != nil {
		return kept.Change{}, err
	}
	if row.Shut && news {
		row.Shut = false
		if !changed {
			row.Next()
		}
		changed = true
	}
	if !changed {
		return kept.Change{}, nil
	}
	return kept.Change{Put: []acts.Row{row}}, nil
}

// retell seals another rule into a task that was sent. To a unit whose words have
// to be compared again goes only that she is reached through the desk, under the
// key that it has; what is new goes to none such.
func retell(r kept.Reader, act *acts.Act, row *TaskRow, body *sharedTask, safe rule.PackageSafe, news bool) (changed bool, err error) {
	err = body.Reach(r, act)
	shut := kept.Unreachable(err)
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
		return true, body.replace()
	}
	return true, body.send(r, act, body.Secret)
}

// RevokeTask takes back what a task that the caller's unit sent carries of her
// safe-contact rule: from now on the unit that has it reaches her only through
// the desk. No step-up: it only takes away. What was read stays read. ErrState
// when it carries nothing.
func (d *Desk) RevokeTask(ctx context.Context, who acts.Caller, id, recognised string) (audit.Receipt, error) {
	bad := typed.Check{}
	cases.CheckRecognised(bad, recognised)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.TaskRevoke, func(r kept.Reader, act *acts.Act) error {
		row, c, body, err := loadSentTask(r, act, id)
		if err != nil {
			return err
		}
		if len(body.items()) == 0 {
			return kept.ErrState
		}
		body.Shares, body.Form = nil, taskForm
		if _, err := retell(r, act, row, &body, rule.PackageSafe{DeskOnly: true}, false); err != nil {
			return err
		}
		rows := []acts.Row{row}
		if c != nil {
			note, err := noteRevoked(r, act, c, recognised)
			if err != nil {
				return err
			}
			rows = append(rows, note...)
		}
		act.Commit = kept.PutAll(rows...)
		return nil
	})
}

// ReadSentTask reads what a task that the caller's unit sent carries of her rule:
// which of RuleItems, and what the unit that has it reads.
func (d *Desk) ReadSentTask(ctx context.Context, who acts.Caller, id string) (SentTask, Recipient, audit.Receipt, error) {
	var v SentTask
	var to Recipient
	receipt, err := d.work.Do(ctx, who, policies.AgendaRead, func(r kept.Reader, act *acts.Act) error {
		row, o := &TaskRow{}, kept.UnitObject(act.Who)
		err := r.Get(row, id)
		if err != nil {
			return kept.LikeThere(r, err, &kept.CaseRow{})
		}
		if row.FromUnit != act.Who.Unit() {
			return kept.LikeThere(r, acts.ErrNoRow, &kept.CaseRow{})
		}
		caseRow, err := kept.WallsOf(r, act, row.CaseID, &o)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		side, err := kept.SharedOf(r, act.Who, row, caseRow)
		if err != nil {
			return err
		}
		body, err := openTask(r, act, row, side)
		if err != nil {
			return err
		}
		act.Salt = body.Secret
		v, to = sentTask(row, act), Recipient{ID: row.ID, Unit: row.ToUnit, Service: true, Items: body.items()}
		to.Safe, err = row.reads(r, &body.TaskPackage)
		return err
	})
	return v, to, receipt, err
}

// loadSentTask looks up a task that the caller's unit sent, with the case it
// speaks of or nil, asks the policy and opens both.
func loadSentTask(r kept.Reader, act *acts.Act, id string) (*TaskRow, *kept.File, sharedTask, error) {
	row := &TaskRow{}
	if err := r.Get(row, id); err != nil {
		return nil, nil, sharedTask{}, kept.LikeThere(r, err, &kept.CaseRow{})
	}
	o := policies.Object{Kind: policies.KindTask, ID: row.ID, Unit: row.FromUnit, UnitKind: act.Who.UnitKind(), State: row.State}
	caseRow, err := kept.WallsOf(r, act, row.CaseID, &o)
	if err != nil {
		return nil, nil, sharedTask{}, err
	}
	if err := act.Allow(o); err != nil {
		return nil, nil, sharedTask{}, err
	}
	var c *kept.File
	if caseRow != nil {
		if c, err = kept.Open(r, act, caseRow); err != nil {
			return nil, nil, sharedTask{}, err
		}
	}
	body, err := openSentTask(r, act, row, c)
	if c == nil {
		act.Salt = body.Secret
	}
	return row, c, body, err
}

// noteRevoked writes into the diary that she took something back, and how she
// was known.
func noteRevoked(r kept.Reader, act *acts.Act, c *kept.File, recognised string) ([]acts.Row, error) {
	rows, err := c.Advance(r, act.Who)
	if err != nil {
		return nil, err
	}
	if err := c.Seal(act.Who); err != nil {
		return nil, err
	}
	note, err := cases.NewNote(r, act, c, cases.Note{Kind: "revoked", Text: recognised})
	return append(rows, note...), err
}

// TaskLine is a task that waits for the unit. Worker is the pseudonym of who has
// it since TakenDay; Reason says why it was handed back.
type TaskLine struct {
	ID, FromUnit, Kind, State, Day, DueDay string
	Worker, TakenDay, Reason               string
	Overdue                                bool
	Stopped                                bool // nobody contacts her by it: her rule changed elsewhere
}

// TasksWaiting lists the tasks that wait for the caller's unit.
func TasksWaiting(r kept.Reader, act *acts.Act) ([]TaskLine, error) {
	rows, err := tasksOfUnit.Rows(r, act.Who.Unit())
	return kept.Lines(act, rows, err, func(row *TaskRow) (TaskLine, bool, error) {
		stopped, err := kept.Stopped(r, row.ID)
		return TaskLine{ID: row.ID, FromUnit: row.FromUnit, Kind: row.Kind, State: row.State, Day: row.Day, DueDay: row.DueDay,
			Worker: row.Worker, TakenDay: row.TakenDay, Reason: row.Reason, Overdue: row.DueDay < act.Day, Stopped: stopped}, true, err
	})
}
