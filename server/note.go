package server

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// word is a code's text in the page's language; empty stays empty.
func (q *request) word(list, value string) string {
	if value == "" {
		return ""
	}
	s, err := q.s.render.Catalogue().T(q.lang, wordKey(list, value))
	if err != nil {
		return value
	}
	return s
}

// text is a message in the page's language, or its key where there is none.
func (q *request) text(key string, args ...any) string {
	s, err := q.s.render.Catalogue().T(q.lang, key, args...)
	if err != nil {
		return key
	}
	return s
}

func (q *request) words(list string, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = q.word(list, v)
	}
	return strings.Join(out, ", ")
}

func (q *request) diary() error {
	v, roster, err := q.caseAndRoster(referrals.PartDiary, referrals.PartContacts)
	if err != nil {
		return err
	}
	page := &DiaryPage{Page: q.base(TitleDiary), CaseHead: q.head(v.CaseHead, "diary")}
	page.Notes = q.entries(v, roster)
	return q.show(http.StatusOK, "diary", page)
}

// entries are the notes and the contacts of a case, newest first.
func (q *request) entries(v referrals.CaseView, roster *units.Roster) []Note {
	type entry struct {
		at time.Time
		Note
	}
	var all []entry
	for _, n := range v.Notes {
		if n.State == "current" && n.Kind != "attempt" {
			all = append(all, entry{n.At, q.note(n, roster)})
		}
	}
	for _, c := range v.Contacts {
		all = append(all, entry{c.At, Note{ID: c.ID, Author: roster.Username(c.Author), Day: q.day(c.Day), Contact: q.told(c)}})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return b.at.Compare(a.at) })
	var notes []Note
	for _, e := range all {
		notes = append(notes, e.Note)
	}
	return notes
}

func (q *request) note(n cases.NoteView, roster *units.Roster) Note {
	mine := n.Author == q.who.Person() || q.who.Role() == policies.Lead
	v := Note{ID: n.ID, Kind: n.Kind, Author: roster.Username(n.Author), Day: q.day(n.Day), Text: n.Text, MayCorrect: mine, MayMove: mine}
	switch n.Kind {
	case "closed":
		v.Kind, v.Text = "other", q.word("closing", n.Outcome)+"\n"+n.Text
	case "reopened", "revoked":
		v.Kind, v.MayCorrect, v.MayMove = "other", false, false
		if n.Kind == "revoked" {
			v.Text = strings.TrimSpace(q.text("diary.revoked") + "\n" + q.word("recognised", n.Text))
			if n.Text == "instead" {
				v.Text = q.text("diary.replaced")
			}
		}
	}
	for _, e := range n.Earlier {
		v.Earlier = append(v.Earlier, Earlier{Author: roster.Username(e.Author), Day: q.day(e.Day), Text: e.Text})
	}
	return v
}

func (q *request) noteForm() error { return q.notePage(http.StatusOK, nil) }

// notePage shows the form of a note: a new one, or the one that the address names.
func (q *request) notePage(status int, cause error) error {
	v, err := q.openCase(referrals.PartDiary)
	if err != nil {
		return err
	}
	page := &NotePage{Page: q.base(TitleNote), CaseHead: q.head(v.CaseHead, "diary"), Action: "/schede/" + v.ID + "/diario/nuova",
		Kind: q.form.Get("kind"), Text: q.form.Get("text"), Version: q.form.Get("version"), Form: q.newForm()}
	if note := q.id("note"); note != "" {
		n, ok := noteOf(v, note)
		if !ok {
			return acts.ErrDenied
		}
		page.Correct, page.Action = true, "/schede/"+v.ID+"/diario/"+note+"/correggi"
		page.Version = version(n.Version)
		if status == http.StatusOK && !q.filled {
			page.Kind, page.Text = n.Kind, n.Text
		}
	}
	if page.Kind == "" {
		page.Kind = "listening"
	}
	explain(&page.Page, cause)
	return q.show(status, "note", page)
}

func noteOf(v referrals.CaseView, id string) (cases.NoteView, bool) {
	for _, n := range v.Notes {
		if n.ID == id && n.State == "current" {
			return n, true
		}
	}
	return cases.NoteView{}, false
}

func (q *request) addNote() error {
	receipt, err := q.s.desk.Cases.AddNote(q.ctx(), q.who, q.id("id"), q.formID(), q.form.Get("kind"), q.form.Get("text"))
	return q.doneOr(q.notePage, receipt, err, FlashNoteSaved, "/schede/"+q.id("id")+"/diario")
}

func (q *request) correctNote() error {
	receipt, err := q.s.desk.Cases.CorrectNote(q.ctx(), q.who, q.id("note"), q.version(), q.form.Get("text"))
	if errors.Is(err, acts.ErrConflict) {
		return q.notePage(http.StatusConflict, err)
	}
	return q.doneOr(q.notePage, receipt, err, FlashNoteSaved, "/schede/"+q.id("id")+"/diario")
}

func (q *request) moveNotePage() error { return q.movePage(http.StatusOK, "") }

func (q *request) movePage(status int, fail string) error {
	v, roster, err := q.caseAndRoster(referrals.PartDiary)
	if err != nil {
		return err
	}
	n, ok := noteOf(v, q.id("note"))
	if !ok {
		return acts.ErrDenied
	}
	page := &MoveNotePage{Page: q.base(TitleNoteMove), CaseHead: q.head(v.CaseHead, "diary"), Note: q.note(n, roster),
		To: q.form.Get("to"), Why: q.form.Get("why"), Version: version(n.Version)}
	if fail != "" {
		page.Fail("to", fail)
	}
	return q.show(status, "note-move", page)
}

// moveNote finds the other file by its code among what she may open, and asks for
// passphrase and code before the note leaves this one.
func (q *request) moveNote() error {
	v, err := q.openCase(referrals.PartDiary)
	if err != nil {
		return err
	}
	if _, ok := noteOf(v, q.id("note")); !ok {
		return acts.ErrDenied
	}
	cards, _, err := q.s.desk.Cases.Search(q.ctx(), q.who, q.form.Get("to"))
	if err = q.partly(err); err != nil && !errors.Is(err, typed.ErrInvalid) {
		return err
	}
	to := ""
	for _, c := range cards {
		if strings.EqualFold(c.Code, strings.TrimSpace(q.form.Get("to"))) {
			to = c.ID
		}
	}
	if to == "" || to == q.id("id") {
		return q.movePage(http.StatusUnprocessableEntity, FailNoteTo)
	}
	if ok, err := q.stepUp(policies.NoteMove, q.id("note"), StepUpMoveNote, strings.ToUpper(strings.TrimSpace(q.form.Get("to")))); !ok {
		return err
	}
	receipt, err := q.s.desk.Cases.MoveNote(q.ctx(), q.who, q.id("note"), to, q.form.Get("why"))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashNoteSaved, "/schede/"+q.id("id")+"/diario")
}

func (q *request) attempts() error { return q.attemptsPage(http.StatusOK, nil) }

func (q *request) recall(p rule.Recall) Recall {
	if p.Day == "" {
		return Recall{}
	}
	return Recall{Day: q.day(p.Day), From: p.From, To: p.To}
}

// setRecall plans the next call, or takes her off the list.
func (q *request) setRecall() error {
	var f RecallForm
	ReadForm(q.form, &f)
	flash := FlashRecallSet
	if q.form.Get("go") == "clear" {
		f, flash = RecallForm{}, FlashRecallCleared
	} else if f.Day == "" {
		return q.attemptsPage(http.StatusUnprocessableEntity, &typed.Invalid{Fields: map[string]string{"recall": "error.day"}})
	}
	receipt, err := q.s.desk.Cases.SetRecall(q.ctx(), q.who, q.id("id"), q.version(), rule.Recall{Day: f.Day, From: f.From, To: f.To})
	if errors.Is(err, acts.ErrConflict) {
		return q.attemptsPage(http.StatusConflict, err)
	}
	return q.doneOr(q.attemptsPage, receipt, err, flash, "/schede/"+q.id("id")+"/tentativi")
}

func (q *request) attemptsPage(status int, cause error) error {
	v, roster, err := q.caseAndRoster(referrals.PartDiary)
	if err != nil {
		return err
	}
	page := &AttemptsPage{Page: q.base(TitleAttempts), CaseHead: q.head(v.CaseHead, ""), Channel: q.form.Get("channel"),
		Outcome: q.form.Get("outcome"), Note: q.form.Get("note"), Recall: q.recall(v.Recall), Version: version(v.Version), Form: q.newForm(),
		MayPlan: v.State != "closed" && v.Safe.Recorded()}
	if ReadForm(q.form, &page.Plan); !q.form.Has("recall") {
		page.Plan = RecallForm{v.Recall.Day, v.Recall.From, v.Recall.To}
	}
	for _, n := range v.Notes {
		if n.Kind == "attempt" && n.State == "current" {
			page.Attempts = append(page.Attempts, Attempt{At: n.At, Author: roster.Username(n.Author), Channel: n.Channel, Outcome: n.Outcome, Note: n.Text})
		}
	}
	reason := rule.NothingRecorded
	if v.Safe.Forbids() {
		reason = rule.NothingAllowed
	}
	for _, kind := range rule.ChannelKinds {
		switch r := v.Safe.Allows(kind, page.Now); r {
		case rule.Permitted:
			page.Channels = append(page.Channels, kind)
		case rule.OutsideHours:
			reason = r
		}
	}
	if len(page.Channels) == 0 {
		page.Forbidden = string(reason)
	}
	explain(&page.Page, cause)
	return q.show(status, "attempts", page)
}

func (q *request) recordAttempt() error {
	_, receipt, err := q.s.desk.Cases.RecordAttempt(q.ctx(), q.who, q.id("id"), q.formID(), q.form.Get("channel"), q.form.Get("outcome"), q.form.Get("note"))
	flash, to := FlashAttemptSaved, "/schede/"+q.id("id")
	if q.form.Get("outcome") == "other_person" {
		flash, to = ProblemReviewRule, to+"/contatto-sicuro"
	}
	return q.doneOr(q.attemptsPage, receipt, err, flash, to)
}
