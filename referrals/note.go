package referrals

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// Note is one entry of the diary.
type Note struct {
	Kind string    `json:"kind"` // one of NoteKinds, or attempt, closed, reopened, revoked
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	// A call attempt also says on which channel and how it ended.
	Channel string `json:"channel,omitempty"`
	Outcome string `json:"outcome,omitempty"`
}

// NoteView is a note as its unit reads it, with its earlier texts.
type NoteView struct {
	ID, Author, Day, State string
	Version                int64
	Note
	Earlier []EarlierNote
}

// EarlierNote is what a corrected note said before.
type EarlierNote struct {
	Author, Day string
	Note
}

// AttemptOutcomes are the ways a call ends. "other_person" asks to review the
// safe-contact rule.
var AttemptOutcomes = []string{"reached", "no_answer", "other_person", "busy", "voicemail", "wrong_number", "dropped"}

var attemptOutcomes = typed.Codes(AttemptOutcomes...)

// addNote makes a diary row of a case that is open in this act.
func (d *Desk) addNote(act *acts.Act, c *caseFile, n Note) ([]acts.Row, error) {
	row, err := d.noteRow(act, c, crypto.NewID(), n)
	return []acts.Row{row}, err
}

func (d *Desk) noteRow(act *acts.Act, c *caseFile, id string, n Note) (*NoteRow, error) {
	secret := act.NewSecret()
	n.At = act.Now
	row := &NoteRow{RowKey: acts.RowKey{ID: id, Version: 1}, CaseID: c.row.ID, Author: act.Who.Person(), Day: act.Day, State: "current",
		Kind: n.Kind, Secret: secret.ID, KeyVersion: c.row.KeyVersion}
	var err error
	row.Body, err = seal(c.key.Derive(crypto.LabelData, secret.Bytes), row, "body", n)
	return row, err
}

// NoteKinds are the kinds of note that a worker writes.
var NoteKinds = []string{"listening", "interview", "phone", "network", "other"}

var noteKinds = typed.Codes(NoteKinds...)

// AddNote writes a note in a case's diary. The same form twice gives the same
// note; ErrRepeated when it says something else.
func (d *Desk) AddNote(ctx context.Context, who acts.Caller, caseID string, form typed.Form, kind, text string) (audit.Receipt, error) {
	bad := typed.Check{}
	form.Check(bad)
	bad.OneOf("kind", kind, noteKinds)
	bad.Max("text", text, typed.MaxText)
	if text == "" {
		bad["text"] = "error.empty"
	}
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.write(ctx, who, policies.NoteAdd, caseID, form, Note{Kind: kind, Text: text}, nil)
}

// RecordAttempt notes a call attempt. A channel or an hour that she did not
// allow comes back as the reason, and nothing is recorded: the page says no
// before anything is dialled. The same form twice gives the same attempt.
func (d *Desk) RecordAttempt(ctx context.Context, who acts.Caller, caseID string, form typed.Form, channel, outcome, text string) (rule.Refusal, audit.Receipt, error) {
	bad := typed.Check{}
	form.Check(bad)
	bad.OneOf("channel", channel, rule.IsChannel)
	bad.OneOf("outcome", outcome, attemptOutcomes)
	bad.Max("text", text, typed.MaxText)
	if err := bad.Err(); err != nil {
		return rule.Permitted, audit.Receipt{}, err
	}
	var refused rule.Refusal
	n := Note{Kind: "attempt", Text: text, Channel: channel, Outcome: outcome}
	receipt, err := d.write(ctx, who, policies.AttemptRecord, caseID, form, n, func(act *acts.Act, c *caseFile) error {
		if refused = c.safe.Allows(channel, act.Now); refused != rule.Permitted {
			return &typed.Invalid{Fields: map[string]string{"channel": string(refused)}}
		}
		return nil
	})
	return refused, receipt, err
}

// write adds a diary entry that fits, once for each form; the case's last day
// moves with it.
func (d *Desk) write(ctx context.Context, who acts.Caller, a policies.Action, caseID string, form typed.Form, n Note,
	fits func(*acts.Act, *caseFile) error) (audit.Receipt, error) {
	return d.do(ctx, who, a, func(r Reader, act *acts.Act) error {
		c, err := d.load(r, act, caseID)
		if err != nil {
			return err
		}
		id := form.Row(act.Who, "note", caseID)
		if done, err := written(r, c, id, n); done || err != nil {
			return err
		}
		if fits != nil {
			if err := fits(act, c); err != nil {
				return err
			}
		}
		rows, err := d.advance(r, act.Who, c)
		if err != nil {
			return err
		}
		c.row.LastDay, c.card.Last = act.Day, act.Day
		if n.Kind == "attempt" && n.Outcome == "reached" {
			c.setRecall(rule.Recall{})
		}
		note, err := d.noteRow(act, c, id, n)
		if err != nil {
			return err
		}
		if err := d.sealCase(act.Who, c); err != nil {
			return err
		}
		act.Commit = putAll(append(rows, note)...)
		return nil
	})
}

// written tells whether a form made its entry already. One that was corrected or
// moved since is the same entry.
func written(r Reader, c *caseFile, id string, n Note) (bool, error) {
	row := &NoteRow{}
	there, err := typed.Made(r, row, id)
	if !there || err != nil || row.Version > 1 {
		return there, err
	}
	old, err := openNote(r, c, row)
	if err != nil {
		return true, err
	}
	old.At = n.At
	if old != n {
		return true, typed.ErrRepeated
	}
	return true, nil
}

// noteObject is a note as the policy sees it, with the walls of its case.
func noteObject(who acts.Caller, c *CaseRow, n *NoteRow) policies.Object {
	o := caseObject(who, c)
	o.Kind, o.ID, o.Author, o.State = policies.KindNote, n.ID, n.Author, n.State
	return o
}

// openNoteFile looks a note and its case up, asks the policy, and opens both.
func (d *Desk) openNoteFile(r Reader, act *acts.Act, id string) (*caseFile, *NoteRow, Note, error) {
	n, row := &NoteRow{}, &CaseRow{}
	if err := r.Get(n, id); err != nil {
		return nil, nil, Note{}, likeThere(r, err, &CaseRow{})
	}
	if err := r.Get(row, n.CaseID); err != nil {
		return nil, nil, Note{}, err
	}
	if err := act.Allow(noteObject(act.Who, row, n)); err != nil {
		return nil, nil, Note{}, err
	}
	if n.State != "current" {
		return nil, nil, Note{}, ErrState
	}
	c, err := d.openCase(r, act, row)
	if err != nil {
		return nil, nil, Note{}, err
	}
	text, err := openNote(r, c, n)
	return c, n, text, err
}

func noteKey(r Reader, c *caseFile, secretID string, keyVersion int64) (crypto.Key, error) {
	secret, err := r.Secret(secretID)
	if err != nil {
		return crypto.Key{}, err
	}
	key, err := c.keyAt(r, keyVersion)
	if err != nil {
		return crypto.Key{}, err
	}
	return key.Derive(crypto.LabelData, secret), nil
}

func openNote(r Reader, c *caseFile, row *NoteRow) (Note, error) {
	key, err := noteKey(r, c, row.Secret, row.KeyVersion)
	if err != nil {
		return Note{}, err
	}
	var n Note
	return n, open(key, row, "body", row.Body, &n)
}

// CorrectNote replaces a note's text and keeps the earlier one under it.
// ErrConflict when somebody corrected it meanwhile.
func (d *Desk) CorrectNote(ctx context.Context, who acts.Caller, id string, version int64, text string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.Max("text", text, typed.MaxText)
	if text == "" {
		bad["text"] = "error.empty"
	}
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.do(ctx, who, policies.NoteCorrect, func(r Reader, act *acts.Act) error {
		c, row, n, err := d.openNoteFile(r, act, id)
		if err != nil {
			return err
		}
		if row.Version != version {
			return acts.ErrConflict
		}
		rows, err := d.advance(r, act.Who, c)
		if err != nil {
			return err
		}
		secret, err := r.Secret(row.Secret)
		if err != nil {
			return err
		}
		data := c.key.Derive(crypto.LabelData, secret)
		old := &NoteVersionRow{RowKey: acts.RowKey{ID: row.ID + "." + strconv.FormatInt(row.Version, 10), Version: 1},
			NoteID: row.ID, Author: row.Author, Day: row.Day, KeyVersion: c.row.KeyVersion}
		if old.Body, err = seal(data, old, "body", n); err != nil {
			return err
		}
		row.Version++
		row.Day, row.KeyVersion = act.Day, c.row.KeyVersion
		n.Text, n.At = text, act.Now
		if row.Body, err = seal(data, row, "body", n); err != nil {
			return err
		}
		if err := d.sealCase(act.Who, c); err != nil {
			return err
		}
		act.Commit = putAll(append(rows, old, row)...)
		return nil
	})
}

// MoveNote takes a note out of a file where it does not belong and writes it in
// another file of the unit. Where it was, its secret is shredded: it cannot be
// read there again, in any backup of the main file. Why it did not belong there is
// kept for the auditor, in the sealed detail of the leaf; it may be empty.
func (d *Desk) MoveNote(ctx context.Context, who acts.Caller, id, toCase, why string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.Max("why", why, typed.MaxLine)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.do(ctx, who, policies.NoteMove, func(r Reader, act *acts.Act) error {
		from, row, n, err := d.openNoteFile(r, act, id)
		if err != nil {
			return err
		}
		if row.CaseID == toCase {
			return ErrState
		}
		to, rows, err := d.touchCase(r, act, policies.NoteAdd, toCase)
		if err != nil {
			return err
		}
		act.Salt = from.secret
		act.Detail.Reason = why
		moved, err := d.addNote(act, to, n)
		if err != nil {
			return err
		}
		moved[0].(*NoteRow).Author = row.Author
		earlier, err := versionsOfNote.Rows(r, row.ID)
		if err != nil {
			return err
		}
		row.Version++
		row.State, row.Body = "moved", nil
		act.Commit = func(tx acts.Tx) error {
			for _, e := range earlier {
				if err := tx.Delete(e); err != nil {
					return err
				}
			}
			if err := putAll(append(rows, append(moved, row)...)...)(tx); err != nil {
				return err
			}
			return tx.Erase(row.Secret)
		}
		return nil
	})
}

// notes opens a case's diary, newest first.
func (d *Desk) notes(r Reader, c *caseFile) ([]NoteView, error) {
	rows, err := notesOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	all := make([]NoteView, 0, len(rows))
	for _, row := range rows {
		v := NoteView{ID: row.ID, Author: row.Author, Day: row.Day, State: row.State, Version: row.Version}
		if row.State == "current" {
			if v.Note, err = openNote(r, c, row); err != nil {
				return nil, fmt.Errorf("opening the diary: %w", err)
			}
			if row.Version > 1 {
				if v.Earlier, err = d.earlier(r, c, row); err != nil {
					return nil, err
				}
			}
		}
		all = append(all, v)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.After(all[j].At) })
	return all, nil
}

func (d *Desk) earlier(r Reader, c *caseFile, note *NoteRow) ([]EarlierNote, error) {
	rows, err := versionsOfNote.Rows(r, note.ID)
	if err != nil {
		return nil, err
	}
	var all []EarlierNote
	for _, row := range rows {
		key, err := noteKey(r, c, note.Secret, row.KeyVersion)
		if err != nil {
			return nil, err
		}
		e := EarlierNote{Author: row.Author, Day: row.Day}
		if err := open(key, row, "body", row.Body, &e.Note); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.After(all[j].At) })
	return all, nil
}
