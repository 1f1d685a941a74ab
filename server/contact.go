package server

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
)

// interviewDays is shown on the page; the desk sets the deadline itself.
const interviewDays = 30

// contactPage is one step of the new contact, with what was typed so far.
func (q *request) contactPage(step int) (*ContactPage, error) {
	roster, err := q.roster()
	if err != nil {
		return nil, err
	}
	page := &ContactPage{Page: q.base(TitleContact), Step: step, ID: q.form.Get("id"), Version: q.form.Get("version"), Emergency: q.s.config.Emergency,
		Duties: q.s.config.Duties, Sheets: q.s.config.Sheets}
	page.Due = page.Now.AddDate(0, 0, interviewDays)
	if page.ID == "" {
		page.ID = crypto.NewID()
	}
	ReadForm(q.form, &page.Form)
	page.Also = alsoFor(roster, q.who.Unit(), page.Form.Needs)
	if u, ok := roster.Units[q.who.Unit()]; ok {
		page.Free = u.Cost == units.CostFree
	}
	for _, u := range roster.Units {
		if u.Is().Tasks && roster.Epochs[u.ID] > 0 {
			page.Services = append(page.Services, Unit{u.ID, u.Name})
		}
	}
	page.MayLimit = roster.Recovery[q.who.Unit()]
	if step == 3 {
		err = q.taskShare(page)
	}
	return page, err
}

// taskShare puts on the page how to reach her, as a task can carry it: by the rule
// that was just typed, or, of a woman who was here, by the one in her case file.
func (q *request) taskShare(page *ContactPage) error {
	safe := page.Form.rule()
	page.Form.RuleOf = ""
	if !safe.Said() && page.InCase() {
		v, receipt, err := q.s.desk.OpenCase(q.ctx(), q.who, page.Form.Case)
		if errors.Is(err, acts.ErrDenied) {
			return nil
		}
		if err != nil {
			return err
		}
		q.receipt(receipt)
		safe, page.Form.RuleOf = v.Safe, version(v.Version)
	}
	for _, item := range rule.Items {
		if content := q.brings(item, safe); content != "" {
			page.Shareable = append(page.Shareable, Shareable{Value: item, Key: ShareFields[item], Content: content, Hidden: item == "code_word"})
		}
	}
	return nil
}

// shownCase is the version of the case whose rule the page showed for a task, or
// one that no case has.
func (q *request) shownCase() int64 {
	v, err := strconv.ParseInt(q.form.Get("rule_of"), 10, 64)
	if err != nil {
		return -1
	}
	return v
}

func (q *request) newContact() error {
	if !q.isDesk() {
		return acts.ErrDenied
	}
	if q.filled && q.form.Has("requester") {
		return q.show(http.StatusOK, "unlinked", q.unlinkedPage())
	}
	step := 1
	if q.filled {
		step = stepOf(q.form.Get("step"))
	}
	page, err := q.contactPage(step)
	if err != nil {
		return err
	}
	if !q.filled {
		if page.Open, err = q.ownOpen(); err != nil {
			return err
		}
	}
	return q.show(http.StatusOK, "contact", page)
}

// ownOpen are the caller's own contacts that nobody closed: a browser that died
// shows an empty form, and what was typed is there.
func (q *request) ownOpen() ([]OpenContact, error) {
	lines, receipt, err := q.s.desk.OwnOpenContacts(q.ctx(), q.who)
	if err = q.partly(err); err != nil {
		return nil, err
	}
	q.receipt(receipt)
	return openContacts(lines), nil
}

func openContacts(lines []cases.ContactLine) []OpenContact {
	var all []OpenContact
	for _, c := range lines {
		all = append(all, OpenContact{Who: Who{Alias: c.Alias}, Href: "/contatti/" + c.ID, Begun: c.Begun})
	}
	return all
}

func stepOf(s string) int {
	switch s {
	case "2":
		return 2
	case "3":
		return 3
	}
	return 1
}

// recordContact moves between the steps; only the last one writes.
func (q *request) recordContact() error {
	if !q.isDesk() {
		return acts.ErrDenied
	}
	step := stepOf(q.form.Get("step"))
	switch q.form.Get("go") {
	case "search":
		return q.beenHere()
	case "next":
		if s := q.form.Get("speaker"); s == "someone" || s == "body" {
			return q.show(http.StatusOK, "unlinked", q.unlinkedPage())
		}
		return q.keepContact(step, min(step+1, 3))
	case "back":
		return q.keepContact(step, max(step-1, 1))
	case "close", "open_case", "add_case":
		return q.closeContact()
	}
	page, err := q.contactPage(step)
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "contact", page)
}

// keepContact keeps what was typed so far and shows another step: nothing is
// lost when the line drops.
func (q *request) keepContact(from, to int) error {
	page, err := q.contactPage(to)
	if err != nil {
		return err
	}
	out, receipt, err := q.s.desk.Cases.KeepContact(q.ctx(), q.who, cases.NewContact{Contact: page.Form.contact(q.s.config.Sheets), Form: page.ID, Version: q.version()})
	switch {
	case invalid(&page.Page, err):
		page.Step = from
		return q.show(http.StatusUnprocessableEntity, "contact", page)
	case errors.Is(err, acts.ErrConflict):
		return q.contactChanged(page, from, out.ContactID)
	case errors.Is(err, kept.ErrState):
		return q.redirect("/contatti/" + out.ContactID) // closed meanwhile, from another tab
	case err != nil:
		return err
	}
	q.receipt(receipt)
	page.ID, page.Version = out.ContactID, version(out.Version)
	return q.show(http.StatusOK, "contact", page)
}

// contactChanged says that another tab kept this contact meanwhile. What was
// typed here stays on the page; going on keeps it over the other.
func (q *request) contactChanged(page *ContactPage, step int, id string) error {
	v, receipt, err := q.s.desk.Cases.OpenContact(q.ctx(), q.who, id)
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page.ID, page.Step, page.Version, page.Problem = v.ID, step, version(v.Version), ProblemChanged
	return q.show(http.StatusConflict, "contact", page)
}

// typed is a kept contact as its form shows it.
func (f *ContactForm) typed(c cases.Contact) {
	*f = ContactForm{Speaker: c.Speaker, CanTalk: c.Overheard["can_talk"], CallBack: c.Overheard["call_back"], BeenHere: c.Overheard["been_here"],
		CallNumber: c.CallBack, Danger: c.Danger, Where: c.WhereHe, Children: c.Children, DangerCaller: c.WhoCalls, DangerWhen: c.CallWhen,
		Name: c.Alias, Request: c.Request, Needs: c.Needs, ChildrenCount: c.HowMany, ChildrenAges: c.Ages, Outcome: c.Outcome, SafeForm: formOf(c.Safe)}
	if c.DutyTold {
		f.DutySaid = "yes"
	}
	for _, g := range c.Given {
		f.Given = append(f.Given, g.Sheet)
	}
}

// beenHere looks among what this worker may open; for everything else nothing
// shows.
func (q *request) beenHere() error {
	page, err := q.contactPage(1)
	if err != nil {
		return err
	}
	cards, receipt, err := q.s.desk.Cases.Search(q.ctx(), q.who, page.Form.Query)
	if err = q.partly(err); err != nil && !invalid(&page.Page, err) {
		return err
	}
	q.receipt(receipt)
	page.Searched = true
	for _, c := range cards {
		page.Matches = append(page.Matches, q.card(c))
	}
	return q.show(http.StatusOK, "contact", page)
}

// contact is the typed form as the desk keeps it.
func (f *ContactForm) contact(sheets []Sheet) cases.Contact {
	c := cases.Contact{Speaker: f.Speaker, CallBack: f.CallNumber, Danger: f.Danger, WhereHe: f.Where, Children: f.Children,
		HowMany: f.ChildrenCount, Ages: f.ChildrenAges, WhoCalls: f.DangerCaller, CallWhen: f.DangerWhen, DutyTold: f.DutySaid == "yes",
		Alias: f.Name, Request: f.Request, Needs: f.Needs, Safe: f.SafeForm.rule(), Outcome: f.Outcome, Overheard: map[string]string{}}
	if c.Speaker == "" {
		c.Speaker = "she"
	}
	for name, v := range map[string]string{"can_talk": f.CanTalk, "call_back": f.CallBack, "been_here": f.BeenHere} {
		if v != "" {
			c.Overheard[name] = v
		}
	}
	for _, s := range sheets {
		if contains(f.Given, s.Value) {
			c.Given = append(c.Given, cases.Given{Sheet: s.Value, Version: s.Version, Language: s.Lang})
		}
	}
	return c
}

func (q *request) closeContact() error {
	page, err := q.contactPage(3)
	if err != nil {
		return err
	}
	f := &page.Form
	in := cases.NewContact{Contact: f.contact(q.s.config.Sheets), Form: page.ID, Version: q.version(), Service: f.Service, Share: f.Share, CaseVersion: q.shownCase(),
		OpenCase: q.form.Get("go") == "open_case", Restrict: f.Visibility == "restricted"}
	if q.form.Get("go") == "add_case" && f.Case != "new" {
		in.CaseID = f.Case
	}
	if f.Outcome == "" {
		page.Fail("outcome", FailOutcomeMissing)
		return q.show(http.StatusUnprocessableEntity, "contact", page)
	}
	out, receipt, err := q.s.desk.Cases.RecordContact(q.ctx(), q.who, in)
	switch {
	case invalid(&page.Page, err):
		if page.ErrorOf("share") != "" {
			page.Form.Share = nil // it is asked again, for what stands there now
		}
		page.Step = stepWith(page.Errors)
		return q.show(http.StatusUnprocessableEntity, "contact", page)
	case errors.Is(err, acts.ErrConflict):
		return q.contactChanged(page, 3, out.ContactID)
	case errors.Is(err, kept.ErrPin), errors.Is(err, kept.ErrEnded), errors.Is(err, kept.ErrNotFounded), errors.Is(err, kept.ErrNobody):
		page.Fail("service", FailServiceMissing)
		return q.show(http.StatusUnprocessableEntity, "contact", page)
	case err != nil:
		return err
	}
	return q.done(receipt, "", "/contatti/"+out.ContactID)
}

// stepWith is the step that asks the first field that does not fit.
func stepWith(errors []FieldError) int {
	for _, step := range []int{1, 2, 3} {
		for _, e := range errors {
			if fieldStep(e.Field) == step {
				return step
			}
		}
	}
	return 3
}

func (q *request) contactDone() error {
	v, receipt, err := q.s.desk.Cases.OpenContact(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	q.receipt(receipt)
	if v.Open {
		page, err := q.contactPage(2)
		if err != nil {
			return err
		}
		page.ID, page.Version = v.ID, version(v.Version)
		page.Form.typed(v.Contact)
		return q.show(http.StatusOK, "contact", page)
	}
	page := &ContactDonePage{Page: q.base(TitleContactDone), Who: Who{v.Code, v.Alias}, CaseID: v.CaseID, Outcome: v.Outcome}
	if v.CaseID == "" {
		page.Told, page.Strip = q.told(v), strip(v.Safe, Who{})
	}
	if v.Outcome == "social_service" {
		page.Due = v.At.AddDate(0, 0, interviewDays)
	}
	return q.show(http.StatusOK, "contact-done", page)
}

// told is what was recorded of a contact: what nobody asked is left out, but for
// the danger, where that it was not asked says something too.
func (q *request) told(v cases.ContactView) *ContactTold {
	t := &ContactTold{At: v.At, Outcome: v.Outcome}
	add := func(key string, parts ...string) {
		if s := joined(parts...); s != "" {
			t.Facts = append(t.Facts, Fact{key, s})
		}
	}
	add("contact.speaker", q.word("speaker", v.Speaker))
	if v.Danger == "" && v.Speaker == "she" {
		add("contact.danger", q.text("strip.unasked"))
	}
	add("contact.danger", q.word("said_aloud", v.Danger))
	add("contact.where", q.word("where", v.WhereHe))
	add("danger.who_calls", q.word("who_calls", v.WhoCalls), v.CallWhen)
	if v.DutyTold {
		add("contact.duty", q.text("contact.duty_said"))
	}
	add("contact.can_talk", q.word("yesno", v.Overheard["can_talk"]))
	add("contact.call_back", q.word("yesno", v.Overheard["call_back"]))
	add("contact.call_number", v.CallBack)
	add("contact.been_here", q.word("said_aloud", v.Overheard["been_here"]))
	add("contact.name", v.Alias)
	add("contact.request", v.Request)
	add("contact.needs", q.words("need", v.Needs))
	add("contact.children", q.word("children", v.Children))
	add("contact.children_count", v.HowMany)
	add("contact.children_ages", v.Ages)
	for _, g := range v.Given {
		add("contact.given", q.text("contact.sheet", "Title", q.sheet(g.Sheet), "Version", g.Version, "Lang", q.word("language", g.Language)))
	}
	add("contact.note", v.Note)
	return t
}

// joined is what is there of the parts, with commas.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// sheet is the title of a sheet, or its mark when it is given no longer.
func (q *request) sheet(value string) string {
	for _, s := range q.s.config.Sheets {
		if s.Value == value {
			return s.Title
		}
	}
	return value
}

// lastDanger is what she said of danger at the last contact, if it was yes.
func (q *request) lastDanger(v referrals.CaseView) *Danger {
	if len(v.Contacts) == 0 {
		return nil
	}
	last := slices.MaxFunc(v.Contacts, func(a, b cases.ContactView) int { return a.At.Compare(b.At) })
	if last.Danger != "yes" {
		return nil
	}
	return &Danger{Day: q.day(last.Day), Where: q.word("where", last.WhereHe)}
}

// unlinkedPage is the form for somebody who is not she, with its own mark.
func (q *request) unlinkedPage() *UnlinkedPage {
	page := &UnlinkedPage{Page: q.base(TitleUnlinked), ID: crypto.NewID()}
	ReadForm(q.form, &page.Form)
	if q.form.Has("requester") && q.form.Get("id") != "" {
		page.ID = q.form.Get("id")
	}
	if page.Form.Speaker != "body" {
		page.Form.Speaker = "someone"
	}
	return page
}

// recordUnlinked keeps a note about somebody who did not speak herself. Where
// only general information was given, nothing is written of who asked or about
// whom, whatever stands in the fields.
func (q *request) recordUnlinked() error {
	page := q.unlinkedPage()
	f := page.Form
	if f.Kind == "general" {
		f = UnlinkedForm{Speaker: f.Speaker}
	}
	in := cases.NewContact{Form: page.ID, Contact: cases.Contact{Speaker: f.Speaker, Outcome: "info_only",
		Requester: f.Requester, Phone: f.Phone, Subject: f.Subject, Note: f.Text}}
	_, receipt, err := q.s.desk.Cases.RecordContact(q.ctx(), q.who, in)
	if invalid(&page.Page, err) {
		return q.show(http.StatusUnprocessableEntity, "unlinked", page)
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashUnlinkedSaved, "/agenda")
}

func (q *request) unlinkedList() error {
	notes, receipt, err := q.s.desk.Cases.UnlinkedNotes(q.ctx(), q.who)
	if err = q.partly(err); err != nil {
		return err
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &UnlinkedListPage{Page: q.base(TitleUnlinkedList)}
	for _, n := range notes {
		page.Notes = append(page.Notes, UnlinkedNote{Day: q.day(n.Day), Author: roster.Username(n.Author), Speaker: n.Speaker,
			Requester: n.Requester, Phone: n.Phone, Subject: n.Subject, Text: n.Note})
	}
	return q.show(http.StatusOK, "unlinked-list", page)
}
