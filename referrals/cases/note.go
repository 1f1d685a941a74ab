package cases

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/ban"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// NoteRow is one entry of the diary, with its own shred secret so that a note
// in the wrong file can be made unreadable there.
type NoteRow struct {
	acts.RowKey
	CaseID string
	Author string
	Day    string
	State  string // current, moved
	Kind   string // note, attempt
	kept.OwnPart
}

// Table is the name of the table of notes.
func (*NoteRow) Table() string { return "note" }

var (
	noteRows = acts.Declare[NoteRow]()
	// notesOfCase lists the notes of a case, newest first.
	notesOfCase = noteRows.Find().Is("case_id").By("day desc", "id")

	_ = kept.Register(noteRows, kept.Kind[*NoteRow]{Object: policies.KindNote, Class: "case", Names: true, Hangs: []kept.Hang{kept.On("case_file", notesOfCase)},
		Of: func(n *NoteRow) string { return n.CaseID }, Empty: (*NoteRow).empty})
)

// NoteVersionRow is an earlier text of a corrected note. Its id is NOTE.VERSION.
type NoteVersionRow struct {
	acts.RowKey
	NoteID string
	Author string
	Day    string
	kept.Part
}

// Table is the name of the table of earlier texts of notes.
func (*NoteVersionRow) Table() string { return "note_version" }

var (
	noteVersionRows = acts.Declare[NoteVersionRow]()
	// versionsOfNote lists the earlier texts of a note, oldest first.
	versionsOfNote = noteVersionRows.Find().Is("note_id").By("id")

	_ = kept.Register(noteVersionRows, kept.Kind[*NoteVersionRow]{Class: "case", Names: true, Hangs: []kept.Hang{kept.On("note", versionsOfNote)}})
)

// Note is one entry of the diary.
type Note struct {
	Kind string    `json:"kind"` // one of NoteKinds, or attempt, closed, reopened, revoked, rule, request
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	// A call attempt also says on which channel and how it ended.
	Channel string `json:"channel,omitempty"`
	Outcome string `json:"outcome,omitempty"`
	Centre  string `json:"centre,omitempty"`  // the unit that was called with her, of a centre_call
	Said    string `json:"said,omitempty"`    // one of WhatWasSaid, where somebody else answered
	Refused string `json:"refused,omitempty"` // why her rule did not allow a call that had happened
	// Before is what stood there of what she asks, of a note of kind "request".
	Before *kept.Told `json:"before,omitempty"`
}

// The kinds of note that come with an act on the case, and what one of kind "rule"
// says happened to her safe-contact rule: never what it says.
const (
	NoteRule    = "rule"
	NoteRequest = "request"
	// Another file of hers was joined with this one, or taken apart: its code.
	NoteJoined, NoteUnjoined = "joined", "unjoined"
	RuleSaid                 = "said"
	RuleWaits                = "waits"
)

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

// AttemptOutcomes are the ways a call ends. With "other_person" her number is not
// used again before she confirms it.
var AttemptOutcomes = []string{"reached", "no_answer", OtherPerson, "busy", "voicemail", "wrong_number", "dropped"}

// OtherPerson is the outcome of a call that somebody else answered.
const OtherPerson = "other_person"

// saidOther is one of WhatWasSaid: the text tells what it was.
const saidOther = "other"

var attemptOutcomes = typed.Codes(AttemptOutcomes...)

// NewNote makes a diary row of a case that is open in this act.
func NewNote(r kept.Reader, act *acts.Act, c *kept.File, n Note) ([]acts.Row, error) {
	row, err := noteRow(r, act, c, crypto.NewID(), n)
	return []acts.Row{row}, err
}

func noteRow(r kept.Reader, act *acts.Act, c *kept.File, id string, n Note) (*NoteRow, error) {
	n.At = act.Now
	row := &NoteRow{RowKey: acts.RowKey{ID: id, Version: 1}, CaseID: c.Row.ID, Author: act.Who.Person(), Day: act.Day, State: "current", Kind: n.Kind}
	return row, c.Put(r, act, row, n)
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

// Attempt is a try to reach her.
type Attempt struct {
	Channel, Outcome string
	Said             string // one of WhatWasSaid, with OtherPerson
	Text             string
	// Happened says that it took place, whatever her rule allows: it is written down,
	// with why it was not allowed.
	Happened bool
}

// RecordAttempt is Try with what most tries have.
func (d *Desk) RecordAttempt(ctx context.Context, who acts.Caller, caseID string, form typed.Form, channel, outcome, text string) (rule.Refusal, audit.Receipt, error) {
	return d.Try(ctx, who, caseID, form, Attempt{Channel: channel, Outcome: outcome, Text: text})
}

// Try notes a call attempt. A channel or an hour that she did not
// allow comes back as the reason, and nothing is recorded: the page says no
// before anything is dialled; what happened already is recorded with it. Where
// somebody else answered, her number is suspended in the same act. The same form
// twice gives the same attempt.
func (d *Desk) Try(ctx context.Context, who acts.Caller, caseID string, form typed.Form, in Attempt) (rule.Refusal, audit.Receipt, error) {
	bad := typed.Check{}
	form.Check(bad)
	bad.OneOf("channel", in.Channel, rule.IsChannel)
	bad.OneOf("outcome", in.Outcome, attemptOutcomes)
	bad.Max("text", in.Text, typed.MaxText)
	switch {
	case in.Outcome != OtherPerson:
		in.Said = "" // nobody asked
	case in.Said == saidOther && in.Text == "":
		bad["note"] = "attempts.said_what"
	default:
		bad.OneOf("said", in.Said, whatWasSaid)
	}
	if err := bad.Err(); err != nil {
		return rule.Permitted, audit.Receipt{}, err
	}
	var refused rule.Refusal
	n := Note{Kind: "attempt", Text: in.Text, Channel: in.Channel, Outcome: in.Outcome, Said: in.Said}
	receipt, err := d.write(ctx, who, policies.AttemptRecord, caseID, form, n, func(r kept.Reader, act *acts.Act, c *kept.File, n *Note) (err error) {
		if refused, err = refusal(r, act, c, in.Channel); err != nil {
			return err
		}
		if refused != rule.Permitted && !in.Happened {
			return &typed.Invalid{Fields: map[string]string{"channel": string(refused)}}
		}
		n.Refused = string(refused)
		return nil
	})
	return refused, receipt, err
}

// refusal is why she may not be reached on a channel now: by her rule, or because
// another file that the caller may open says "mai" of the number.
func refusal(r kept.Reader, act *acts.Act, c *kept.File, channel string) (rule.Refusal, error) {
	why := c.Safe.Allows(channel, act.Now)
	if why != rule.Permitted || !slices.Contains(rule.Alike("call"), channel) {
		return why, nil
	}
	other, err := ban.Of(r, act, c)
	if other != nil {
		why = rule.BannedElsewhere
	}
	return why, err
}

// CentreCallOutcomes are the ways in which a call to a centre ends that she made, or that
// was made with her. None of them asks anybody to come back to it.
var CentreCallOutcomes = []string{"spoke", "appointment", "no_answer", "not_now", "she_will_call"}

var centreCallOutcomes = typed.Codes(CentreCallOutcomes...)

// RecordCentreCall notes what came of a call to a centre, by one of CentreCallOutcomes.
// The same form twice gives the same entry; ErrRepeated when it says something else.
func (d *Desk) RecordCentreCall(ctx context.Context, who acts.Caller, caseID string, form typed.Form, centre, outcome, text string) (audit.Receipt, error) {
	bad := typed.Check{}
	form.Check(bad)
	bad.OneOf("outcome", outcome, centreCallOutcomes)
	bad.Max("text", text, typed.MaxLine)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.write(ctx, who, policies.NoteAdd, caseID, form, Note{Kind: "centre_call", Outcome: outcome, Text: text, Centre: centre}, nil)
}

// write adds a diary entry that fits, once for each form; the case's last day
// moves with it. A note of the same day changes nothing else of the case, and leaves
// its row alone: it is in nobody's way, however many write at once.
func (d *Desk) write(ctx context.Context, who acts.Caller, a policies.Action, caseID string, form typed.Form, n Note,
	fits func(kept.Reader, *acts.Act, *kept.File, *Note) error) (audit.Receipt, error) {
	return d.work.Do(ctx, who, a, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, caseID)
		if err != nil {
			return err
		}
		id, n := form.Row(act.Who, "note", caseID), n
		if done, err := written(r, c, id, n); done || err != nil {
			return err
		}
		if fits != nil {
			if err := fits(r, act, c, &n); err != nil {
				return err
			}
		}
		alone := n.Kind != "attempt" && c.Row.LastDay == act.Day && c.Card.Last == act.Day
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		if alone && len(rows) == 1 { // no new key: only the row itself would be written
			note, err := noteRow(r, act, c, id, n)
			act.Commit = kept.PutAll(note)
			return err
		}
		c.Row.LastDay, c.Card.Last = act.Day, act.Day
		if n.Kind == "attempt" && n.Outcome == "reached" {
			c.SetRecall(rule.Recall{})
		}
		if n.Kind == "attempt" && n.Outcome == OtherPerson {
			if err := act.Also(policies.CaseSafeContact, kept.CaseObject(act.Who, c.Row)); err != nil {
				return err
			}
			told, err := otherAnswered(r, act, c, n.Channel)
			if err != nil {
				return err
			}
			rows = append(rows, told...)
		}
		note, err := noteRow(r, act, c, id, n)
		if err != nil {
			return err
		}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		act.Commit = kept.PutAll(append(rows, note)...)
		return nil
	})
}

// written tells whether a form made its entry already. One that was corrected or
// moved since is the same entry.
func written(r kept.Reader, c *kept.File, id string, n Note) (bool, error) {
	row := &NoteRow{}
	there, err := typed.Made(r, row, id)
	if !there || err != nil || row.Version > 1 {
		return there, err
	}
	old, err := openNote(r, c, row)
	if err != nil {
		return true, err
	}
	old.At, old.Refused = n.At, n.Refused
	if old != n {
		return true, typed.ErrRepeated
	}
	return true, nil
}

// noteObject is a note as the policy sees it, with the walls of its case.
func noteObject(who acts.Caller, c *kept.CaseRow, n *NoteRow) policies.Object {
	o := kept.CaseObject(who, c)
	o.Kind, o.ID, o.Author, o.State = policies.KindNote, n.ID, n.Author, n.State
	return o
}

// openNoteFile looks a note and its case up, asks the policy, and opens both.
func openNoteFile(r kept.Reader, act *acts.Act, id string) (*kept.File, *NoteRow, Note, error) {
	n, row := &NoteRow{}, &kept.CaseRow{}
	if err := r.Get(n, id); err != nil {
		return nil, nil, Note{}, kept.LikeThere(r, err, &kept.CaseRow{})
	}
	if err := r.Get(row, n.CaseID); err != nil {
		return nil, nil, Note{}, err
	}
	if err := act.Allow(noteObject(act.Who, row, n)); err != nil {
		return nil, nil, Note{}, err
	}
	if n.State != "current" {
		return nil, nil, Note{}, kept.ErrState
	}
	c, err := kept.Open(r, act, row)
	if err != nil {
		return nil, nil, Note{}, err
	}
	text, err := openNote(r, c, n)
	return c, n, text, err
}

func openNote(r kept.Reader, c *kept.File, row *NoteRow) (n Note, err error) {
	err = c.Get(r, row, &n)
	return n, err
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
	return d.work.Do(ctx, who, policies.NoteCorrect, func(r kept.Reader, act *acts.Act) error {
		c, row, n, err := openNoteFile(r, act, id)
		if err != nil {
			return err
		}
		if row.Version != version {
			return acts.ErrConflict
		}
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		old := &NoteVersionRow{RowKey: acts.RowKey{ID: row.ID + "." + strconv.FormatInt(row.Version, 10), Version: 1},
			NoteID: row.ID, Author: row.Author, Day: row.Day}
		if err := c.PutVersion(r, act, row, old, n); err != nil {
			return err
		}
		row.Version++
		row.Day = act.Day
		n.Text, n.At = text, act.Now
		if err := c.Put(r, act, row, n); err != nil {
			return err
		}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		act.Commit = kept.PutAll(append(rows, old, row)...)
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
	return d.work.Do(ctx, who, policies.NoteMove, func(r kept.Reader, act *acts.Act) error {
		from, row, n, err := openNoteFile(r, act, id)
		if err != nil {
			return err
		}
		if row.CaseID == toCase {
			return kept.ErrState
		}
		to, rows, err := kept.Touch(r, act, policies.NoteAdd, toCase)
		if err != nil {
			return err
		}
		act.Salt = from.Secret
		act.Detail.Reason = why
		moved, err := NewNote(r, act, to, n)
		if err != nil {
			return err
		}
		moved[0].(*NoteRow).Author = row.Author
		change, err := kept.Erase(r, row)
		change.Put = append(append(change.Put, rows...), moved...)
		act.Commit = change.Write
		return err
	})
}

// Diary opens a case's diary, newest first.
func Diary(r kept.Reader, c *kept.File) ([]NoteView, error) {
	rows, err := notesOfCase.Rows(r, c.Row.ID)
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
				if v.Earlier, err = earlierTexts(r, c, row); err != nil {
					return nil, err
				}
			}
		}
		all = append(all, v)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.After(all[j].At) })
	return all, nil
}

func earlierTexts(r kept.Reader, c *kept.File, note *NoteRow) ([]EarlierNote, error) {
	rows, err := versionsOfNote.Rows(r, note.ID)
	if err != nil {
		return nil, err
	}
	var all []EarlierNote
	for _, row := range rows {
		e := EarlierNote{Author: row.Author, Day: row.Day}
		if err := c.GetVersion(r, note, row, &e.Note); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.After(all[j].At) })
	return all, nil
}

// empty takes out what a note says that is moved.
func (n *NoteRow) empty() {
	n.Next()
	n.State, n.Body = "moved", nil
}
