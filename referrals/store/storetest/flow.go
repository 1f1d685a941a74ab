package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/join"
	"sportello/referrals/kept"
	"sportello/referrals/reports"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/sheets"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// Flow is everything that can be done with a few cases, done once, with a word
// of its own in every personal field: the tests that attack begin here.
type Flow struct {
	*World
	Words map[string]string // what a word stands for -> the word

	Case, Code  string // the case of a woman, unit-visible
	Other       string // a second case
	First       string // a case that another one of hers is joined to
	Second      string
	Closed      string // a case that went back to its alias, and was closed
	Restricted  string // a case named to anna
	Contact     string // a contact that stands alone
	Unlinked    string
	Report      string // what somebody else told, linked to no file
	Linked      string // another, in the file of the first case
	Task        string
	Appointment string
	Note, Moved string // a corrected note; a moved one, where it was
	Consent     string // live, accepted
	Withdrawn   string // consent and referral that she took back
	Declined    string
	Declared    string // whom anna should not be given
	Invitation  crypto.Secret
}

// Word makes the canary of a field: no other text of the flow contains it.
func (f *Flow) Word(field string) string {
	if w, ok := f.Words[field]; ok {
		return w
	}
	w := "canarino" + strings.ToLower(crypto.NewID()[:12])
	f.Words[field] = w
	return w
}

// digits makes a canary of digits, for numbers.
func (f *Flow) digits(field string) string {
	if w, ok := f.Words[field]; ok {
		return w
	}
	var b bytes.Buffer
	for _, c := range crypto.NewSalt() {
		b.WriteByte('0' + c%10)
	}
	f.Words[field] = b.String()
	return b.String()
}

// made once in a process, as a template.
var flow Flow

// NewFlow is an instance in which it was all done, in a wide cast. It is done
// once in a process; every call gives a copy of its own.
func NewFlow(t testing.TB) *Flow {
	t.Helper()
	wide := templateOf(t, "wide", Cheap, wideCast)
	m := templateOf(t, "flow", Cheap, func(w *World) {
		w.become(wide)
		flow = Flow{World: w, Words: map[string]string{}}
		flow.run()
	})
	f := flow
	f.World, f.Words = closed(t), maps.Clone(flow.Words)
	f.become(m)
	return &f
}

// NewLiveFlow does it all in this very instance, so that its write-ahead logs
// hold what was written.
func NewLiveFlow(t testing.TB) *Flow {
	t.Helper()
	f := &Flow{World: closed(t).Wide(), Words: map[string]string{}}
	f.run()
	return f
}

func (f *Flow) run() {
	f.desk()
	f.person()
	f.diary()
	f.reports()
	f.refer()
	f.restrict()
	f.declare()
	f.roster()
	f.First = f.another("joined first ")
	f.Second = f.JoinTo(f.First, "joined second ")
}

func (f *Flow) ok(err error, doing string) {
	f.T.Helper()
	if err != nil {
		f.T.Fatalf("%s: %v", doing, err)
	}
}

func (f *Flow) safe(prefix string) rule.SafeContact {
	return rule.SafeContact{Channels: map[string]string{"call": "yes", "sms": "never"}, Number: f.digits(prefix + "number"),
		Mail: f.Word(prefix+"mail") + "@example.org", Hours: []rule.Hours{{From: "08:00", To: "23:30"}},
		Say: f.Word(prefix + "say"), CodeWord: f.Word(prefix + "code word"), Answerer: "only_she"}
}

// desk records the contacts.
func (f *Flow) desk() {
	f.T.Helper()
	ctx, anna := context.Background(), f.Caller("anna")
	contact := func(prefix string, change func(*cases.NewContact)) cases.Recorded {
		in := cases.NewContact{Form: crypto.NewID(), OpenCase: true, Service: f.Units["service"],
			Contact: cases.Contact{Speaker: "she", Channel: "phone", Alias: f.Word(prefix + "alias"), Request: f.Word(prefix + "request"),
				CallBack: f.digits(prefix + "call back"), WhereHe: f.Word(prefix + "where he is"), HowMany: f.Word(prefix + "how many"),
				Ages: f.Word(prefix + "ages"), CallWhen: f.Word(prefix + "call when"), Note: f.Word(prefix + "contact note"),
				Outcome: "stay_in_touch", Safe: f.safe(prefix), Needs: []string{"listen"}, Danger: "no"}}
		change(&in)
		out, _, err := f.Desk.Cases.RecordContact(ctx, anna, in)
		f.ok(err, "recording a contact")
		return out
	}
	first := contact("", func(in *cases.NewContact) { in.Outcome = "social_service" })
	f.Case, f.Code, f.Task = first.CaseID, first.Code, first.TaskID
	f.Words["her code"] = first.Code
	f.Other = contact("other ", func(*cases.NewContact) {}).CaseID
	f.Closed = contact("closed ", func(*cases.NewContact) {}).CaseID
	f.Restricted = contact("restricted ", func(in *cases.NewContact) { in.Restrict = true }).CaseID
	f.Contact = contact("alone ", func(in *cases.NewContact) { in.OpenCase, in.Outcome = false, "info_only" }).ContactID
	f.Unlinked = contact("unlinked ", func(in *cases.NewContact) {
		in.Speaker, in.Outcome, in.Source = "someone", "info_only", "relative"
		in.Requester, in.Subject, in.Phone = f.Word("requester"), f.Word("subject"), f.digits("requester phone")
	}).ContactID
	dropped := contact("dropped ", func(in *cases.NewContact) {
		in.OpenCase, in.Outcome, in.Danger, in.Overheard = false, "line_dropped", "yes", map[string]string{"call_back": "yes"}
		in.With, in.Language = f.Word("who came with her"), f.Word("her language")
	})
	_, err := f.Desk.Cases.RecordCallBack(ctx, anna, dropped.ContactID, dropped.Version, cases.CallBack{Outcome: "other_person", Said: "other", Text: f.Word("what was said")})
	f.ok(err, "recording a call to who dropped")
	_, err = f.Desk.Cases.EndNow(ctx, anna, cases.Waits{Contact: dropped.ContactID}, cases.NowEnd{Mark: kept.MarkDanger, Code: "took_over", Text: f.Word("who took over")})
	f.ok(err, "ending danger")
	_, _, err = f.Desk.Sharing.OpenTask(ctx, f.Caller("sofia"), f.Task)
	f.ok(err, "opening the task")
	f.followed()
	_, _, err = f.Desk.Cases.Search(ctx, anna, f.Word("search term"))
	f.ok(err, "searching")
	_, _, err = f.Desk.Cases.Search(ctx, anna, f.Word("alias"))
	f.ok(err, "searching")
}

// followed has the social service open a case file from its task, in which she says
// another rule: the desk's stops until she says there that hers holds.
func (f *Flow) followed() {
	f.T.Helper()
	ctx, sofia := context.Background(), f.Caller("sofia")
	_, err := f.Desk.Sharing.TakeTask(ctx, sofia, f.Task)
	f.ok(err, "taking the task")
	own, _, err := f.Desk.Sharing.OpenCaseFromTask(ctx, sofia, f.Task, f.Word("interview note"))
	f.ok(err, "opening a case from the task")
	v, _, err := f.Desk.OpenCase(ctx, sofia, own)
	f.ok(err, "opening the service's case")
	_, err = f.Desk.Cases.ChangeSafeContact(ctx, sofia, own, v.Version, f.safe("service "), "in_person")
	f.ok(err, "saying a rule at the service")
	_, err = f.Desk.Cases.ChangeSafeContact(ctx, f.Caller("anna"), f.Case, f.Version(f.Case), f.safe(""), "known_voice")
	f.ok(err, "confirming the rule at the desk")
}

// Version is the version of a case, for a form.
func (f *Flow) Version(caseID string) int64 {
	f.T.Helper()
	v, _, err := f.Desk.OpenCase(context.Background(), f.Caller("anna"), caseID, Parts...)
	f.ok(err, "opening a case")
	return v.Version
}

// person says who they are; one goes back to her alias.
func (f *Flow) person() {
	f.T.Helper()
	ctx, anna := context.Background(), f.Caller("anna")
	form := func(prefix string) cases.PersonForm {
		return cases.PersonForm{Alias: f.Word(prefix + "alias"),
			Identity: cases.Identity{Name: f.Word(prefix + "name"), Surname: f.Word(prefix + "surname"), Born: f.Word(prefix + "born")},
			Told: kept.Told{Request: f.Word(prefix + "request"), Needs: []string{"cav"}, Where: "with_her", HowMany: f.Word(prefix + "children count"),
				Ages: f.Word(prefix + "children ages"), Children: f.Word(prefix + "children"), Language: f.Word(prefix + "language"),
				Mediator: "yes", Town: f.Word(prefix + "town")}}
	}
	_, err := f.Desk.Cases.SavePerson(ctx, anna, f.Case, f.Version(f.Case), form(""))
	f.ok(err, "saving a person")
	again := form("")
	again.Identity.Surname = f.Word("second surname")
	_, err = f.Desk.Cases.SavePerson(ctx, anna, f.Case, f.Version(f.Case), again)
	f.ok(err, "saving a person again")
	_, err = f.Desk.Cases.SavePerson(ctx, anna, f.Closed, f.Version(f.Closed), form("closed "))
	f.ok(err, "saving a person")
	_, err = f.Desk.Cases.Anonymise(ctx, f.StepUp("anna", policies.CaseAnonymise, f.Closed), f.Closed, f.Version(f.Closed))
	f.ok(err, "going back to an alias")
	_, err = f.Desk.Cases.CloseCase(ctx, anna, f.Closed, f.Version(f.Closed), "path_done", f.Word("closing note"))
	f.ok(err, "closing")
	_, err = f.Desk.Cases.ReopenCase(ctx, anna, f.Closed, f.Version(f.Closed), f.Word("reopening note"))
	f.ok(err, "reopening")
	_, err = f.Desk.Cases.CloseCase(ctx, anna, f.Closed, f.Version(f.Closed), "path_done", "")
	f.ok(err, "closing again")
	_, err = f.Desk.Cases.SetRecall(ctx, anna, f.Case, f.Version(f.Case), rule.Recall{Day: f.Desk.Day()})
	f.ok(err, "setting a call")
	_, err = f.Desk.Cases.SetRecall(ctx, anna, f.Case, f.Version(f.Case)-1, rule.Recall{Day: f.Desk.Day()})
	if err == nil {
		f.T.Fatal("an old version was accepted")
	}
}

// diary writes, corrects and moves notes.
func (f *Flow) diary() {
	f.T.Helper()
	ctx, anna := context.Background(), f.Caller("anna")
	for _, field := range []string{"note", "note that moves"} {
		_, err := f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "interview", f.Word(field))
		f.ok(err, "adding a note")
	}
	_, _, err := f.Desk.Cases.RecordAttempt(ctx, anna, f.Case, typed.NewForm(), "call", "no_answer", f.Word("attempt"))
	f.ok(err, "recording an attempt")
	if _, _, err = f.Desk.Cases.RecordAttempt(ctx, anna, f.Case, typed.NewForm(), "sms", "no_answer", f.Word("refused attempt")); err == nil {
		f.T.Fatal("an attempt on a forbidden channel was accepted")
	}
	v, _, err := f.Desk.OpenCase(ctx, anna, f.Case, Parts...)
	f.ok(err, "opening a case")
	for _, n := range v.Notes {
		switch n.Text {
		case f.Word("note"):
			f.Note = n.ID
		case f.Word("note that moves"):
			f.Moved = n.ID
		}
	}
	_, err = f.Desk.Cases.CorrectNote(ctx, anna, f.Note, 1, f.Word("corrected note"))
	f.ok(err, "correcting a note")
	_, err = f.Desk.Cases.CorrectNote(ctx, anna, f.Moved, 1, f.Word("corrected note that moves"))
	f.ok(err, "correcting a note")
	_, err = f.Desk.Cases.MoveNote(ctx, f.StepUp("anna", policies.NoteMove, f.Moved), f.Moved, f.Other, "")
	f.ok(err, "moving a note")
}

// meeting is an appointment with a word of its own in every field.
func (f *Flow) meeting(prefix string) cases.AppointmentForm {
	return cases.AppointmentForm{Day: f.Gate.Now().AddDate(0, 0, 3).Format(time.DateOnly), Hour: "10:00", With: f.Word(prefix + "with whom"), Where: f.Word(prefix + "where they meet"),
		Text: f.Word(prefix + "neutral text"), Mediator: "yes"}
}

// give notes a sheet with a word of its own in every field.
func (f *Flow) give(prefix string) {
	f.T.Helper()
	_, err := f.Desk.Sheets.Give(context.Background(), f.Caller("anna"), f.Case, typed.NewForm(),
		&sheets.Sheet{Code: f.Word(prefix + "sheet"), Version: f.Word(prefix + "version of the sheet"), Language: f.Word(prefix + "language of the sheet")}, sheets.Aloud)
	f.ok(err, "giving a sheet")
}

// restrict writes in the restricted case, names the other one to anna and gina,
// asks lia to hide the first from the lead, and has the lead wall lia off it.
func (f *Flow) restrict() {
	f.T.Helper()
	ctx := context.Background()
	_, err := f.Desk.Cases.AddAppointment(ctx, f.Caller("anna"), f.Case, typed.NewForm(), f.meeting(""))
	f.ok(err, "agreeing an appointment")
	f.give("")
	v, _, err := f.Desk.OpenCase(ctx, f.Caller("anna"), f.Case, referrals.PartMeet)
	f.ok(err, "opening a case")
	f.Appointment = v.Meet[0].ID
	_, err = f.Desk.Cases.AddNote(ctx, f.Caller("anna"), f.Restricted, typed.NewForm(), "interview", f.Word("restricted note"))
	f.ok(err, "adding a note to a restricted case")
	_, err = f.Desk.Walls.Propose(ctx, f.StepUp("anna", policies.WallPropose, f.Case), f.Case, walls.Two{Change: walls.Change{Off: acts.List(f.People["gina"].ID)},
		Second: f.People["lia"].ID, Stands: f.People["anna"].ID})
	f.ok(err, "asking for a wall")
	_, err = f.Desk.Walls.Set(ctx, f.StepUp("gina", policies.CaseWall, f.Case), f.Case, f.Version(f.Case), walls.Change{Off: acts.List(f.People["lia"].ID)})
	f.ok(err, "walling off")
	named := acts.List(f.People["anna"].ID).With(f.People["gina"].ID)
	_, err = f.Desk.Cases.Restrict(ctx, f.StepUp("gina", policies.CaseRestrict, f.Other), f.Other, f.Version(f.Other), named)
	f.ok(err, "restricting")
	f.ok(f.Desk.Cases.AdoptNamed(ctx, f.SignIn("anna")), "keeping the key of a restricted case")
}

// JoinTo opens another case of a woman, with words of its own, and joins it to the one
// that she has, in the place of what is joined with that. It is not done where the one she
// has is hidden from a lead.
func (f *Flow) JoinTo(first, prefix string) (second string) {
	f.T.Helper()
	ctx := context.Background()
	open := func(id string) referrals.CaseView {
		v, _, err := f.Desk.OpenCase(ctx, f.SignIn("anna"), id, referrals.PartJoined)
		f.ok(err, "opening a case")
		return v
	}
	if open(first).Joined != nil {
		_, err := f.Desk.Join.Undo(ctx, f.StepUp("anna", policies.CaseUnjoin, first), first)
		f.ok(err, "taking two cases apart")
	}
	second = f.another(prefix)
	a, b := open(first), open(second)
	_, err := f.Desk.Join.Join(ctx, f.StepUp("anna", policies.CaseJoin, first), first, join.Codes{First: a.Card.Code, Second: b.Card.Code}, [2]int64{a.Version, b.Version}, f.Word(prefix+"said"))
	if !errors.Is(err, kept.ErrJoinLead) {
		f.ok(err, "joining two cases")
	}
	return second
}

// another opens a case of which little is known.
func (f *Flow) another(prefix string) string {
	out, _, err := f.Desk.Cases.RecordContact(context.Background(), f.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Channel: "phone", Alias: f.Word(prefix + "alias"), Request: f.Word(prefix + "request"), Outcome: "thinking"}})
	f.ok(err, "recording a contact")
	return out.CaseID
}

// TakeReport takes down what somebody else tells, with a word in every field.
func (f *Flow) TakeReport(prefix string, change func(*reports.NewReport)) string {
	f.T.Helper()
	in := reports.NewReport{Form: typed.NewForm(),
		Report: reports.Report{Text: f.Word(prefix + "report"), Subject: f.Word(prefix + "report subject"), Danger: "yes", WhoCalls: "desk",
			CallWhen: f.Word(prefix + "report call"), Children: "with_her", RedCode: "yes", RedDay: f.Desk.Day()},
		Reporter: reports.Reporter{Speaker: "body", Source: "police", Name: f.Word(prefix + "reporter"), Reach: f.digits(prefix + "reporter number"), Channel: "phone"}}
	change(&in)
	id, _, err := f.Desk.Reports.Record(context.Background(), f.Caller("anna"), in)
	f.ok(err, "taking a report down")
	return id
}

// reports takes two reports down; the second is linked to the first case, by her will.
func (f *Flow) reports() {
	f.T.Helper()
	ctx, anna := context.Background(), f.Caller("anna")
	f.Report = f.TakeReport("", func(*reports.NewReport) {})
	f.Linked = f.TakeReport("linked ", func(*reports.NewReport) {})
	_, err := f.Desk.Reports.EndDanger(ctx, anna, f.Linked, 1, cases.NowEnd{Code: "took_over", Text: f.Word("who took over")})
	f.ok(err, "ending a danger")
	_, err = f.Desk.Reports.Move(ctx, anna, f.Linked, 2, reports.Step{State: "followed", Worker: f.People["anna"].ID, Day: f.Desk.Day(), Text: f.Word("report step")})
	f.ok(err, "following a report")
	_, err = f.Desk.Reports.Move(ctx, anna, f.Linked, 3, reports.Step{State: "closed"})
	f.ok(err, "closing a report")
	_, err = f.Desk.Reports.Link(ctx, anna, f.Case, f.Linked, "in_person")
	f.ok(err, "linking a report")
	_, _, err = f.Desk.Reports.Read(ctx, anna, "")
	f.ok(err, "reading the reports")
	_, _, _, err = f.Desk.Reports.OpenReporter(ctx, anna, f.Linked)
	f.ok(err, "reading who made a report")
}

// Authorise is her authorisation as the flow gives it.
func (f *Flow) Authorise(fields ...string) sharing.Authorisation {
	return sharing.Authorisation{Centre: f.Units["centre"], Purpose: "support", Fields: fields, Feedback: "more", KeepCopy: true,
		Way: "interpreter", Interpreter: f.Word("interpreter"), Text: sharing.AuthorisationText, Language: f.Word("consent language"), Urgency: "today"}
}

// Refer gives a consent, for a purpose for which none was sent yet, and sends what
// it allows.
func (f *Flow) Refer(caseID string, a sharing.Authorisation) string {
	f.T.Helper()
	ctx := context.Background()
	consent, _, err := f.Desk.Sharing.GiveConsent(ctx, f.Caller("anna"), caseID, a)
	for _, purpose := range sharing.Purposes {
		if errors.Is(err, sharing.ErrLive) {
			a.Purpose = purpose
			consent, _, err = f.Desk.Sharing.GiveConsent(ctx, f.Caller("anna"), caseID, a)
		}
	}
	f.ok(err, "giving consent")
	_, _, err = f.Desk.Sharing.PreviewReferral(ctx, f.Caller("anna"), consent)
	f.ok(err, "previewing")
	id, _, err := f.Desk.Sharing.SendReferral(ctx, f.StepUp("anna", policies.ReferralSend, consent), consent)
	f.ok(err, "sending")
	if id != consent {
		f.T.Fatal("a referral has another id than its consent")
	}
	return consent
}

// refer sends three referrals: one accepted, one declined, one taken back.
func (f *Flow) refer() {
	f.T.Helper()
	ctx, anna, bruna := context.Background(), f.Caller("anna"), f.Caller("bruna")
	all := sharing.Fields
	f.Consent = f.Refer(f.Case, f.Authorise(all...))
	f.Declined = f.Refer(f.Other, f.Authorise("alias"))
	f.Withdrawn = f.Refer(f.Other, f.Authorise("alias", "request"))
	for _, id := range []string{f.Consent, f.Withdrawn} {
		_, _, err := f.Desk.Sharing.Inbox(ctx, bruna)
		f.ok(err, "reading the inbox")
		_, _, err = f.Desk.Sharing.OpenReferral(ctx, bruna, id)
		f.ok(err, "opening a referral")
		_, err = f.Desk.Sharing.Ask(ctx, bruna, id, typed.NewForm(), f.Word("question"))
		f.ok(err, "asking")
		_, err = f.Desk.Sharing.SendMessage(ctx, anna, id, typed.NewForm(), f.Word("message"))
		f.ok(err, "answering")
		_, err = f.Desk.Sharing.Accept(ctx, bruna, id)
		f.ok(err, "accepting")
		_, err = f.Desk.Sharing.Propose(ctx, bruna, id, typed.NewForm(), "2026-12-01", "10:00", f.Word("place"))
		f.ok(err, "proposing")
	}
	_, err := f.Desk.Sharing.Decline(ctx, bruna, f.Declined, "neutral")
	f.ok(err, "declining")
	offline, err := crypto.NewIdentity()
	f.ok(err, "making the centre's own key")
	_, _, err = f.Desk.Sharing.SealedCopy(ctx, f.StepUp("bruna", policies.ReferralCopy, f.Consent), f.Consent, offline.Recipient().String(), Plainly)
	f.ok(err, "making a copy")
	_, err = f.Desk.Cases.ChangeSafeContact(ctx, anna, f.Case, f.Version(f.Case), f.safe("second "), "code_word")
	f.ok(err, "changing the safe contact")
	_, err = f.Desk.Sharing.Revoke(ctx, anna, f.Withdrawn, "known_voice")
	f.ok(err, "revoking")
	_, err = f.Desk.Sharing.AcknowledgeStop(ctx, bruna, f.Withdrawn, "not_used")
	f.ok(err, "acknowledging the stop")
	_, _, err = f.Desk.Sharing.OpenReferral(ctx, bruna, f.Withdrawn)
	if err == nil {
		f.T.Fatal("a referral that she took back was opened")
	}
}

// Plainly renders a sealed copy for tests that do not look at its page.
func Plainly(p sharing.Package, safe rule.PackageSafe) ([]byte, error) {
	return fmt.Appendf(nil, "%+v %+v", p, safe), nil
}

// declare has anna say whom she should not be given, and take one back; gina,
// who leads, reads it.
func (f *Flow) declare() {
	f.T.Helper()
	ctx, anna := context.Background(), f.Caller("anna")
	for _, prefix := range []string{"declared ", "taken back "} {
		_, err := f.Desk.Cases.Declare(ctx, anna, typed.Form(prefix), cases.Declared{Name: f.Word(prefix + "name"), Surname: f.Word(prefix + "surname"), Phone: f.digits(prefix + "phone")})
		f.ok(err, "declaring")
	}
	all, _, _, err := f.Desk.Cases.MyDeclarations(ctx, anna)
	f.ok(err, "reading what one declared")
	for _, v := range all {
		if v.Name == f.Word("taken back name") {
			_, err := f.Desk.Cases.WithdrawDeclaration(ctx, anna, v.ID)
			f.ok(err, "taking a declaration back")
		}
	}
	for _, v := range all {
		if v.Name == f.Word("declared name") {
			f.Declared = v.ID
		}
	}
	gina := f.SignIn("gina")
	f.ok(f.Desk.Cases.AdoptNamed(ctx, gina), "keeping the key of a declaration")
	_, _, err = f.Desk.Cases.Declarations(ctx, gina)
	f.ok(err, "reading the unit's declarations")
}

// roster leaves a row in what remains: an acquaintance, an open invitation,
// a draft, and a later epoch with its chain.
func (f *Flow) roster() {
	f.T.Helper()
	ctx := context.Background()
	_, err := f.House.Confirm(ctx, f.Caller("anna"), f.People["gina"].ID)
	f.ok(err, "confirming a colleague")
	notices, err := f.House.Notices(ctx, f.Caller("gina"))
	f.ok(err, "reading notices")
	for _, n := range notices {
		_, err = f.House.See(ctx, f.Caller("gina"), []string{n.ID})
		f.ok(err, "seeing a notice")
	}
	_, f.Invitation, _, err = f.Office.CreatePerson(ctx, acts.ConsoleCaller(), office.NewPerson{Username: "nuova", Role: policies.IntakeWorker, Unit: f.Units["desk"], Language: "it"})
	f.ok(err, "inviting")
	f.ok(f.Door.KeepDraft(ctx, f.People["lia"].ID, []byte(f.Word("draft"))), "keeping a draft")
	wrong := f.Word("wrong passphrase")
	pending, err := f.Door.Begin(ctx, "anna", wrong, accounts.From{Address: "127.0.0.1"})
	f.ok(err, "beginning with a wrong passphrase")
	if _, err := f.Door.Finish(ctx, pending, "000000", accounts.From{Address: "127.0.0.1"}); err == nil {
		f.T.Fatal("a wrong passphrase signed in")
	}
	f.Words["invitation"] = string(f.Invitation)
	for name, a := range f.People {
		f.Words["seed of "+name] = a.Seed
		f.Words["passphrase of "+name] = a.Passphrase
		for i, c := range a.Codes[:2] {
			f.Words["recovery code of "+name+string(rune('0'+i))] = string(c)
		}
	}
}

// Parts are all parts of a case file.
var Parts = []referrals.Part{referrals.PartPerson, referrals.PartDiary, referrals.PartContacts, referrals.PartConsents, referrals.PartReferrals, referrals.PartTasks, referrals.PartReports, referrals.PartMeet}

// WriteAgain writes one more of each kind that anna can.
func (f *Flow) WriteAgain(t *testing.T) {
	t.Helper()
	ctx, anna := t.Context(), f.SignIn("anna")
	v := Open(t, f.World, anna, f.Case)
	form := cases.PersonForm{Alias: v.Card.Alias, Identity: *v.Identity, Told: v.Told}
	form.Identity.Surname = "altro"
	_, err := f.Desk.Cases.SavePerson(ctx, anna, f.Case, v.Version, form)
	Try(t, "saving a person", err)
	_, err = f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "interview", "dopo")
	Try(t, "adding a note", err)
	for _, n := range v.Notes {
		if n.ID == f.Note {
			_, err = f.Desk.Cases.CorrectNote(ctx, anna, n.ID, n.Version, "dopo")
			Try(t, "correcting a note", err)
		}
	}
	_, _, err = f.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), CaseID: f.Case,
		Contact: cases.Contact{Speaker: "she", Channel: "phone", Recognised: "known_voice", Alias: "Rosa", Outcome: "stay_in_touch"}})
	Try(t, "recording a contact", err)
	_, _, err = f.Desk.Cases.KeepContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), Contact: cases.Contact{Speaker: "she", Channel: "phone", CallBack: "333"}})
	Try(t, "keeping a contact", err)
	report := f.TakeReport("after ", func(in *reports.NewReport) { in.Danger, in.RedCode = "no", "no" })
	_, err = f.Desk.Reports.Link(ctx, anna, f.Case, report, "in_person")
	Try(t, "linking a report", err)
	_, err = f.Desk.Cases.AddAppointment(ctx, anna, f.Case, typed.NewForm(), f.meeting(""))
	Try(t, "agreeing an appointment", err)
	_, err = f.Desk.Sheets.Give(ctx, anna, f.Case, typed.NewForm(), &sheets.Sheet{Code: f.Word("after sheet"), Version: "1", Language: "it"}, sheets.Aloud)
	Try(t, "giving a sheet", err)
	f.Refer(f.Case, f.Authorise("alias"))
	_, err = f.Desk.Sharing.SendMessage(ctx, anna, f.Consent, typed.NewForm(), "dopo")
	Try(t, "writing to the centre", err)
	f.JoinTo(f.Case, "after ")
}
