package cases

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// IdentityRow is who she is, as far as she wants. It has its own shred secret:
// going back to an alias shreds it with all its versions.
type IdentityRow struct {
	acts.RowKey
	CaseID string
	kept.OwnPart
}

// Table is the name of the table of identities.
func (*IdentityRow) Table() string { return "identity" }

var (
	identityRows = acts.Declare[IdentityRow]()

	_ = kept.Register(identityRows, kept.Kind[*IdentityRow]{Class: "case", Names: true,
		Hangs:  []kept.Hang{kept.OnOne[IdentityRow]("case_file", func(c *kept.CaseRow) string { return c.IdentityID })},
		Forget: func(*IdentityRow, string) bool { return true }})
)

// Identity is who she is, as far as she wants.
type Identity struct {
	Name    string `json:"name,omitempty"`
	Surname string `json:"surname,omitempty"`
	Born    string `json:"born,omitempty"`
}

// NewCase makes a case file from a first contact, with the rows to write.
func NewCase(r kept.Reader, act *acts.Act, contact string, in NewContact) (*kept.File, []acts.Row, error) {
	c := kept.New(act)
	rows := []acts.Row{c.Row}
	if in.Restrict {
		wraps, err := c.NameTo(r, act.Who, acts.List("").With(act.Who.Person()))
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, wraps...)
	}
	c.Safe = in.Safe
	c.Card = kept.CaseCard{Code: in.Code, Alias: in.Alias, Last: act.Day, Channel: in.Channel, Worker: act.Who.Person()}
	c.Row.FromTask = in.FromTask
	c.Told = kept.Told{Request: in.Request, Needs: in.Needs, Where: in.Children, HowMany: in.HowMany, Ages: in.Ages, Language: in.Language, Mediator: in.Mediator}
	c.ToCall(in.Outcome, act.Day)
	in.mark(c, contact)
	if err := c.Seal(act.Who); err != nil {
		return nil, nil, err
	}
	return c, rows, c.GiveCode(act)
}

// ContactsOf opens the contacts that belong to a case, newest first.
func ContactsOf(r kept.Reader, act *acts.Act, c *kept.File) ([]ContactView, error) {
	rows, err := contactsOfCase.Rows(r, c.Row.ID)
	if err != nil {
		return nil, err
	}
	var all []ContactView
	for _, row := range rows {
		v, err := viewContact(r, act, c, row)
		if errors.Is(err, acts.ErrErased) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// edit loads a case for a form filled at a version, lets f change it, and
// writes it.
func (d *Desk) edit(ctx context.Context, who acts.Caller, a policies.Action, id string, version int64,
	f func(kept.Reader, *acts.Act, *kept.File) ([]acts.Row, error)) (audit.Receipt, error) {
	return d.work.Do(ctx, who, a, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		if err := c.AtVersion(version); err != nil {
			return err
		}
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		more, err := f(r, act, c)
		if err != nil {
			return err
		}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		act.Commit = kept.PutAll(append(rows, more...)...)
		return nil
	})
}

// PersonForm is the page "Persona" as it is saved: the alias, who she is as far
// as she wants, and what she agreed to tell.
type PersonForm struct {
	Alias    string
	Identity Identity
	Told     kept.Told
}

func (f *PersonForm) check() error {
	bad := typed.Check{}
	t := f.Told
	for field, v := range map[string]string{"alias": f.Alias, "name": f.Identity.Name, "surname": f.Identity.Surname, "born": f.Identity.Born,
		"language": t.Language, "town": t.Town, "children_count": t.HowMany, "children_ages": t.Ages} {
		bad.Max(field, v, typed.MaxShort)
	}
	bad.Max("request", t.Request, typed.MaxText)
	bad.Max("children_note", t.Children, typed.MaxText)
	bad.OneOf("mediator", t.Mediator, rule.IsYesNo)
	bad.OneOf("children", t.Where, where)
	for _, n := range t.Needs {
		bad.OneOf("needs", n, needs)
	}
	return bad.Err()
}

// SavePerson writes what she agreed to tell. Who she is goes into a row with a
// shred secret of its own; emptying it again is Anonymise, never this.
// ErrConflict when somebody else saved meanwhile: nothing is overwritten
// silently.
func (d *Desk) SavePerson(ctx context.Context, who acts.Caller, id string, version int64, f PersonForm) (audit.Receipt, error) {
	if err := f.check(); err != nil {
		return audit.Receipt{}, err
	}
	action := policies.CaseUpdate
	if f.Identity != (Identity{}) {
		action = policies.CaseIdentify
	}
	return d.edit(ctx, who, action, id, version, func(r kept.Reader, act *acts.Act, c *kept.File) ([]acts.Row, error) {
		if f.Identity == (Identity{}) && c.Row.IdentityID != "" {
			return nil, &typed.Invalid{Fields: map[string]string{"name": "error.empty_identity"}}
		}
		before := c.Told
		changed := f.Told.Changed(before)
		if f.Alias != c.Card.Alias {
			changed = append(changed, "alias")
		}
		c.Told, c.Card.Alias = f.Told, f.Alias
		c.Told.Edits = before.Edits
		if f.Identity != (Identity{}) {
			changed = append(changed, "name", "surname", "born")
		}
		c.Told.Note(act, changed...)
		if f.Identity == (Identity{}) {
			return nil, nil
		}
		return identify(r, act, c, f.Identity)
	})
}

// identify seals who she is into the case's identity row.
func identify(r kept.Reader, act *acts.Act, c *kept.File, in Identity) ([]acts.Row, error) {
	row, err := identityRow(r, c)
	if err != nil {
		return nil, err
	}
	c.Card.Names = []string{in.Name, in.Surname}
	c.Row.IdentityID = row.ID
	return []acts.Row{row}, c.Put(r, act, row, in)
}

// CloseCase closes a case with the worker's word for how it ended.
func (d *Desk) CloseCase(ctx context.Context, who acts.Caller, id string, version int64, reason, text string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("reason", reason, caseOutcomes)
	bad.Max("note", text, typed.MaxText)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.edit(ctx, who, policies.CaseClose, id, version, func(r kept.Reader, act *acts.Act, c *kept.File) ([]acts.Row, error) {
		next, err := caseTransition(c.Row.State, "close")
		if err != nil {
			return nil, err
		}
		c.Row.State, c.Row.RecallDay = next, ""
		c.Card.Marks = c.Card.Marks.Without(kept.MarkRuleUnkept) // nobody is to call her any more
		return NewNote(r, act, c, Note{Kind: "closed", Outcome: reason, Text: text})
	})
}

// CaseOutcomes are the ways a case ends; none of them is a failure.
var CaseOutcomes = []string{"path_done", "no_more_wished", "moved", "no_safe_way", "lost_contact", "handed_over"}

var caseOutcomes = typed.Codes(CaseOutcomes...)

// ReopenCase opens a closed case again: always allowed, never judged.
func (d *Desk) ReopenCase(ctx context.Context, who acts.Caller, id string, version int64, text string) (audit.Receipt, error) {
	if typed.Length(text) > typed.MaxText {
		return audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"note": "error.too_long"}}
	}
	return d.edit(ctx, who, policies.CaseReopen, id, version, func(r kept.Reader, act *acts.Act, c *kept.File) ([]acts.Row, error) {
		next, err := caseTransition(c.Row.State, "reopen")
		if err != nil {
			return nil, err
		}
		c.Row.State = next
		return NewNote(r, act, c, Note{Kind: "reopened", Text: text})
	})
}

// caseTransition is the state machine of a case file.
func caseTransition(state, step string) (string, error) {
	switch {
	case state == "open" && step == "close":
		return "closed", nil
	case state == "closed" && step == "reopen":
		return "open", nil
	}
	return state, kept.ErrState
}

// Recognitions are the ways a worker knew that it was she.
var Recognitions = []string{"code_word", "known_voice", "in_person", calledBack}

// calledBack says that she was called at the number that she allowed.
const calledBack = "call_back"

var recognitions = typed.Codes(Recognitions...)

// NotRecognised says that nobody knew that it was she: nothing gets wider then.
const NotRecognised = "not_recognised"

// CheckRecognised refuses to go on for somebody who was not.
func CheckRecognised(bad typed.Check, how string) {
	switch {
	case how == NotRecognised:
		bad["recognised"] = "safe.not_recognised"
	case !recognitions[how]:
		bad["recognised"] = "safe.recognised_missing"
	}
}

// identityRow is the case's identity row at its next version, or a new one. A
// new epoch draws the case key first, so the identity is sealed under it.
func identityRow(r kept.Reader, c *kept.File) (*IdentityRow, error) {
	if c.Row.IdentityID == "" {
		return &IdentityRow{RowKey: kept.NewRow(), CaseID: c.Row.ID}, nil
	}
	row := &IdentityRow{}
	err := r.Get(row, c.Row.IdentityID)
	row.Version++
	return row, err
}

// Anonymise goes back to the alias: the identity row is deleted, and its secret
// and that of the cards which named her are shredded, with all their versions
// in every backup of the main file. What was shared about her and is over ends too.
func (d *Desk) Anonymise(ctx context.Context, who acts.Caller, id string, version int64) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.CaseAnonymise, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		if err := c.AtVersion(version); err != nil {
			return err
		}
		if c.Row.IdentityID == "" {
			return kept.ErrState
		}
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		out, err := kept.Forget(r, c.Row, act.Day)
		if err != nil {
			return err
		}
		named := c.NewCard(act)
		c.Row.IdentityID, c.Card.Names = "", nil
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		out.Put, out.Erase = append(out.Put, rows...), append(out.Erase, named)
		act.Commit = out.Write
		return nil
	})
}

// IdentityOf is who she is, or nil.
func IdentityOf(r kept.Reader, c *kept.File) (*Identity, error) {
	id, _, err := IdentityAndSecret(r, c)
	return id, err
}

// IdentityAndSecret is who she is and the secret that goes when she goes back to
// her alias; nil for neither.
func IdentityAndSecret(r kept.Reader, c *kept.File) (*Identity, []byte, error) {
	if c.Row.IdentityID == "" {
		return nil, nil, nil
	}
	row := &IdentityRow{}
	if err := r.Get(row, c.Row.IdentityID); err != nil {
		return nil, nil, err
	}
	secret, err := r.Secret(row.Secret)
	if errors.Is(err, acts.ErrErased) {
		return nil, nil, nil // a restored copy from before she went back to her alias
	}
	if err != nil {
		return nil, nil, err
	}
	var id Identity
	return &id, secret, c.Get(r, row, &id)
}
