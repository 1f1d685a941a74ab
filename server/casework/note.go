package casework

import (
	"strings"

	"errors"
	"net/http"

	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/server/frame"
)

// NotePage is "note": add or correct. It posts kind, text and version to
// Action.
type NotePage struct {
	frame.Page
	frame.CaseHead
	Action  string // /schede/ID/diario/nuova or /schede/ID/diario/NOTE/correggi
	Correct bool
	NoteForm
	Version string
	Form    string // the form's own mark: sent twice, it is kept once
}

// NoteForm is what is typed there.
type NoteForm struct {
	Kind string `form:"kind" words:"note_kind"`
	Text string `form:"text" max:"16000"`
}

// CorrectNoteForm is a note's new text: its kind stays.
type CorrectNoteForm struct {
	Text string `form:"text" max:"16000"`
}

// What the page says.
const (
	TitleNote = "note.text"
)

func note(q *frame.Request, n cases.NoteView, answers bool, roster *units.Roster) NoteLine {
	mine := n.Author == q.Who.Person() || answers
	v := NoteLine{ID: n.ID, Event: "note", Kind: n.Kind, Author: roster.Username(n.Author), At: n.At, Text: n.Text, MayCorrect: mine, MayMove: mine}
	if !frame.IsWord("note_kind", n.Kind) {
		v.Event, v.Kind = n.Kind, "other"
	}
	switch n.Kind {
	case "attempt":
		v.Says, v.MayCorrect, v.MayMove = frame.Joined(q.Word("attempt", n.Outcome), q.Word("channel", n.Channel)), false, false
	case "centre_call":
		v.Event, v.Kind, v.Says = "note", "network", frame.Joined(roster.UnitName(n.Centre), q.Word("centre_call", n.Outcome))
		v.MayCorrect = false // its outcome is a code
	case "closed":
		v.Says = q.Word("closing", n.Outcome)
	case cases.NoteRule:
		v.Says, v.Text, v.MayCorrect, v.MayMove = q.Text("diary.rule_waits"), "", false, false
		if n.Outcome == cases.RuleSaid {
			v.Says = frame.Joined(q.Text("diary.rule_said"), q.Word("recognised", n.Text))
		}
	case cases.NoteRequest:
		v.Says, v.MayCorrect, v.MayMove = q.Text("diary.request_before"), false, false
		if b := n.Before; b != nil {
			for _, line := range []string{b.Request, q.Words("need", b.Needs), q.Word("children", b.Where), frame.Joined(b.HowMany, b.Ages)} {
				v.Text = strings.TrimSpace(v.Text + "\n" + line)
			}
		}
	case "now_end":
		v.Says, v.MayCorrect, v.MayMove = frame.Joined(q.Word("now", n.Channel), q.Word("now_end", n.Outcome)), false, false
	case cases.NoteJoined, cases.NoteUnjoined:
		v.Says, v.Text, v.MayCorrect, v.MayMove = n.Text, "", false, false
	case "reopened", "revoked":
		v.MayCorrect, v.MayMove = false, false
		if n.Kind == "revoked" {
			v.Says, v.Text = q.Word("recognised", n.Text), ""
			if n.Text == "instead" {
				v.Says = q.Text("diary.replaced")
			}
		}
	}
	for _, e := range n.Earlier {
		v.Earlier = append(v.Earlier, Earlier{Author: roster.Username(e.Author), Day: q.Day(e.Day), Text: e.Text})
	}
	return v
}

// Note answers GET /schede/{id}/diario/nuova and GET /schede/{id}/diario/{note}/correggi.
func Note(q *frame.Request) (frame.Shown, error) { return notePage(q, nil) }

// notePage shows the form of a note: a new one, or the one that the address names.
func notePage(q *frame.Request, cause error) (frame.Shown, error) {
	v, err := frame.OpenCase(q, referrals.PartDiary)
	if err != nil {
		return nil, err
	}
	page := &NotePage{Page: q.Base(TitleNote), CaseHead: frame.HeadOf(q, v.CaseHead, "diary"), Action: "/schede/" + v.ID + "/diario/nuova",
		Form: q.NewForm()}
	if note := q.ID("note"); note != "" {
		n, ok := noteOf(v, note)
		if !ok {
			return nil, acts.ErrDenied
		}
		page.Correct, page.Action = true, "/schede/"+v.ID+"/diario/"+note+"/correggi"
		page.Version, page.Kind, page.Text = frame.Version(n.Version), n.Kind, n.Text
	}
	if q.Fill(&page.NoteForm); page.Kind == "" {
		page.Kind = "listening"
	}
	frame.Explain(&page.Page, cause)
	return page, nil
}

func noteOf(v referrals.CaseView, id string) (cases.NoteView, bool) {
	for _, n := range v.Notes {
		if n.ID == id && n.State == "current" {
			return n, true
		}
	}
	return cases.NoteView{}, false
}

// AddNote answers POST /schede/{id}/diario/nuova.
func AddNote(q *frame.Request, f *NoteForm) error {
	receipt, err := q.Desk.Cases.AddNote(q.Context(), q.Who, q.ID("id"), q.FormID(), f.Kind, f.Text)
	return q.DoneOr(notePage, receipt, err, FlashNoteSaved, "/schede/"+q.ID("id")+"/diario")
}

// CorrectNote answers POST /schede/{id}/diario/{note}/correggi.
func CorrectNote(q *frame.Request, f *CorrectNoteForm) error {
	receipt, err := q.Desk.Cases.CorrectNote(q.Context(), q.Who, q.ID("note"), q.Version(), f.Text)
	if errors.Is(err, acts.ErrConflict) {
		return q.ShowBack(http.StatusConflict, notePage, err)
	}
	return q.DoneOr(notePage, receipt, err, FlashNoteCorrected, "/schede/"+q.ID("id")+"/diario")
}

func recall(q *frame.Request, p rule.Recall) Recall {
	if p.Day == "" {
		return Recall{}
	}
	return Recall{Day: q.Day(p.Day), From: p.From, To: p.To}
}
