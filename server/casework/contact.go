package casework

import (
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/parts"
)

// ContactPage is "contact": one form in three steps, each with an address of its own. It
// posts everything to /contatti/nuovo with the step it comes from and go, one of "next",
// "back", "search" (step 1), "close", "open_case" or "add_case" (step 3), and is led to
// the next step. What was typed last is on every step, back and forth.
type ContactPage struct {
	frame.Page
	Step      int // 1 to 3
	ID        string
	Version   string // of the stored contact; empty while there is none
	Form      ContactForm
	Emergency []parts.Call
	Open      []parts.OpenContact // the caller's own that nobody closed, before anything is typed
	Searched  bool                // a search in step 1 was asked
	Matches   []frame.Card        // among what this worker may open
	Earlier   []frame.Card        // contacts without a case file, of the same
	More      bool                // there are more of them than shown
	Unsure    bool                // one of them is only like what was looked for
	Duties    []frame.Duty        // what this worker may have to report, and to whom
	Sheets    []GiveSheet         // what can be read to her or given, what fits her first
	Loose     []GiveSheet         // what was ticked and is not there today
	give      giver
	Services  []frame.Unit // social services this desk has compared words with
	Due       time.Time
	Also      []Also            // other services for what she asks, in step 3
	Free      bool              // what this unit does costs her nothing
	Centres   []parts.Call      // that can be called, where she needs a place
	Shareable []frame.Shareable // how to reach her, as the task can carry it
	MayLimit  bool              // the unit has a recovery, so a file may be restricted
	Usual     bool              // the unit restricts its new files, unless she says otherwise
	form      string            // its id in the addresses of the steps
	Recorded  string            // the page of the contact, where it is closed: its steps are only read
}

// interviewDays is shown on the page; the desk sets the deadline itself.
const interviewDays = 30

// contactPage is one step of the new contact, with what was typed so far.
func contactPage(q *frame.Request, step int) (*ContactPage, error) {
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &ContactPage{Page: q.Base(TitleContact), Step: step, ID: q.Hidden("id"), Version: q.Hidden("version"), Emergency: parts.Emergency(q, roster),
		Duties: parts.Duties(q, roster), give: giver{q.Config.Sheets, parts.SheetsAt(q, roster)}}
	page.Due = page.Now.AddDate(0, 0, interviewDays)
	if page.form = contactForm(q); page.form == "" {
		page.form = crypto.NewID()
	}
	if page.ID == "" {
		page.ID = page.form
	}
	page.at(step)
	q.Fill(&page.Form)
	if step == 2 && page.Form.Number == "" {
		page.Form.Number = page.Form.CallNumber // proposed: its channels stay as she says
	}
	page.Also = alsoFor(roster, q.Who.Unit(), page.Form.Needs)
	if u, ok := roster.Units[q.Who.Unit()]; ok {
		page.Free = u.Cost == units.CostFree
	}
	for _, u := range roster.Units {
		if u.Is().Tasks && roster.Epochs[u.ID] > 0 {
			page.Services = append(page.Services, frame.Unit{ID: u.ID, Name: u.Name})
		}
	}
	page.MayLimit = roster.Recovery[q.Who.Unit()]
	if slices.Contains(page.Form.Needs, "bed") {
		page.Centres = parts.CentresToCall(q, roster)
	}
	if u := roster.Units[q.Who.Unit()]; u != nil && u.RestrictNew && page.MayLimit {
		page.Usual = true
		if step == 3 && q.Step() < 3 {
			page.Form.Visibility = "restricted"
		}
	}
	if step == 3 {
		page.offer(q, parts.PlacesOf(q, roster))
		err = taskShare(q, page)
	}
	return page, err
}

// at has the page be a step, and stand at its address.
func (p *ContactPage) at(step int) { p.Step, p.Here = step, stepAt(p.form, step) }

// taskShare puts on the page how to reach her, as a task can carry it: by the rule
// that was just typed, or, of a woman who was here, by the one in her case file.
func taskShare(q *frame.Request, page *ContactPage) error {
	safe := page.Form.rule()
	page.Form.RuleOf = ""
	if !safe.Said() && page.InCase() {
		v, receipt, err := q.Desk.OpenCase(q.Context(), q.Who, page.Form.Case)
		if errors.Is(err, acts.ErrDenied) {
			return nil
		}
		if err != nil {
			return err
		}
		q.Receipt(receipt)
		in := cases.NewContact{Query: page.Form.Query, Contact: cases.Contact{Recognised: page.Form.Recognised}}
		if in.Known(&v.Card) != nil {
			return nil
		}
		safe, page.Form.RuleOf = v.Safe, frame.Version(v.Version)
	}
	for _, item := range rule.Items {
		if f, any := frame.ShareableOf(q, item, safe); any {
			page.Shareable = append(page.Shareable, f)
		}
	}
	return nil
}

// shownCase is the version of the case whose rule the page showed for a task, or
// one that no case has.
func (f *ContactForm) shownCase() int64 {
	v, err := strconv.ParseInt(f.RuleOf, 10, 64)
	if err != nil {
		return -1
	}
	return v
}

// Contact answers GET /contatti/nuovo: a new contact begins, at an address of its own, so
// that the browser's way back leads to this form and to no other.
func Contact(q *frame.Request) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	if q.Filled { // a draft from before its steps had addresses
		return contactPage(q, q.Step())
	}
	return nil, q.Redirect(stepAt(crypto.NewID(), 1))
}

// ContactStep answers GET /contatti/nuovo/{form}/{step}.
func ContactStep(q *frame.Request) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	step := slices.Index([]string{"", "1", "2", "3"}, q.ID("step"))
	if step < 1 || !formID.MatchString(q.ID("form")) {
		return nil, acts.ErrNoRow
	}
	if q.Filled && !q.Back {
		return contactPage(q, step)
	}
	if frame.Recall(q, q.ID("form")) {
		page, err := contactPage(q, step)
		if err == nil {
			page.Refilled = false
			if id := q.Hidden("id"); q.Hidden("at") == closedAt {
				page.Recorded = "/contatti/" + id
			}
		}
		return page, err
	}
	return contactBegun(q, step)
}

// closedAt stands for "at" in the form of a contact that was closed from it.
const closedAt = "closed"

// contactBegun is a step of a contact of which this session remembers nothing: a new one,
// or one that was begun before this session, as far as it is stored.
func contactBegun(q *frame.Request, step int) (frame.Shown, error) {
	lines, receipt, err := q.Desk.OwnOpenContacts(q.Context(), q.Who)
	if err = q.Partly(err); err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	form := q.ID("form")
	own := typed.Form(form).Row(q.Who, "contact", q.Who.Unit())
	for _, l := range lines {
		if l.ID == own || l.ID == form {
			return nil, q.Redirect("/contatti/" + l.ID)
		}
	}
	if step > 1 {
		return nil, q.Redirect(stepAt(form, 1))
	}
	page, err := contactPage(q, 1)
	if err == nil {
		page.Open = parts.OpenContacts(lines)
	}
	return page, err
}

// stepAt is the address of a step of a contact's form. The form's id is random.
func stepAt(form string, step int) string {
	return "/contatti/nuovo/" + form + "/" + strconv.Itoa(step)
}

// contactForm is the id of the form by which its steps have their addresses: of the page
// that is asked for, or of the one that it was sent from; empty where neither says one.
func contactForm(q *frame.Request) string {
	if id := q.ID("form"); id != "" {
		return id
	}
	if at := stepAddress.FindStringSubmatch(q.CameFrom()); at != nil {
		return at[1]
	}
	if id := q.Hidden("id"); formID.MatchString(id) {
		return id
	}
	return ""
}

var (
	formID      = regexp.MustCompile(`^[A-Z2-7]{26}$`)
	stepAddress = regexp.MustCompile(`^/contatti/nuovo/([A-Z2-7]{26})/[123]$`)
)

// rememberContact keeps the form as it was sent, with what is stored of it by now.
func rememberContact(q *frame.Request, page *ContactPage, at string) {
	form := frame.Sealable(q)
	form.Set("id", page.ID)
	form.Set("version", page.Version)
	form.Set("at", at)
	frame.Remember(q, page.form, form)
}

// RecordContact moves between the steps; only the last one writes.
func RecordContact(q *frame.Request, f *ContactForm) error {
	if !q.IsDesk() {
		return acts.ErrDenied
	}
	step := q.Step()
	if s := f.Speaker; q.Pressed() != "" && (s == "someone" || s == "body") { // nobody is looked for
		if err := keepAsHers(q, step); err != nil {
			return err
		}
		http.Redirect(q.W, q.R, "/segnalazioni/nuova", http.StatusTemporaryRedirect) // with what was typed
		return nil
	}
	switch q.Pressed() {
	case "search":
		return beenHere(q)
	case "next":
		if step == 1 && f.Speaker == "" {
			page, err := contactPage(q, step)
			if err != nil {
				return err
			}
			page.Fail("speaker", FailSpeakerMissing)
			return q.Show(http.StatusUnprocessableEntity, page)
		}
		return keepContact(q, step, min(step+1, 3))
	case "back":
		return keepContact(q, step, max(step-1, 1))
	case "dropped":
		return lineDropped(q, step)
	case "close", "open_case", "add_case":
		return closeContact(q, f)
	}
	page, err := contactPage(q, step)
	if err != nil {
		return err
	}
	return q.Show(http.StatusOK, page)
}

// keepAsHers keeps in the form what was typed as if she spoke, before somebody else is
// written down: the way back leads to it, and who speaks is asked again.
func keepAsHers(q *frame.Request, step int) error {
	page, err := contactPage(q, step)
	if err != nil {
		return err
	}
	form := frame.Sealable(q)
	form.Del("speaker")
	form.Set("id", page.ID)
	frame.Remember(q, page.form, form)
	return nil
}

// keepContact keeps what was typed so far and shows another step: nothing is
// lost when the line drops.
func keepContact(q *frame.Request, from, to int) error {
	page, err := contactPage(q, to)
	if err != nil {
		return err
	}
	in := cases.NewContact{Contact: page.Form.contact(page.give), Form: page.ID, Version: q.Version(), Query: page.Form.Query}
	if page.InCase() {
		in.Chosen = page.Form.Case
	}
	out, receipt, err := q.Desk.Cases.KeepContact(q.Context(), q.Who, in)
	switch {
	case frame.Invalid(&page.Page, err):
		if page.ErrorOf("recognised") != "" {
			return unrecognised(q, page)
		}
		page.at(from)
		return q.Show(http.StatusUnprocessableEntity, page)
	case errors.Is(err, acts.ErrConflict):
		return contactChanged(q, page, from, out.ContactID)
	case errors.Is(err, kept.ErrState):
		return q.Redirect("/contatti/" + out.ContactID) // closed meanwhile, from another tab
	case err != nil:
		return err
	}
	page.ID, page.Version = out.ContactID, frame.Version(out.Version)
	rememberContact(q, page, "")
	return q.Done(receipt, "", stepAt(page.form, to))
}

// lineDropped keeps what was typed so far, and leads to where she is called back.
func lineDropped(q *frame.Request, step int) error {
	page, err := contactPage(q, step)
	if err != nil {
		return err
	}
	out, receipt, err := q.Desk.Cases.KeepContact(q.Context(), q.Who,
		cases.NewContact{Contact: page.Form.contact(page.give), Form: page.ID, Version: q.Version(), LineDropped: true})
	switch {
	case frame.Invalid(&page.Page, err):
		return q.Show(http.StatusUnprocessableEntity, page)
	case errors.Is(err, acts.ErrConflict):
		return contactChanged(q, page, step, out.ContactID)
	case err != nil && !errors.Is(err, kept.ErrState):
		return err
	}
	page.ID, page.Version = out.ContactID, frame.Version(out.Version)
	rememberContact(q, page, "")
	return q.Done(receipt, "", "/contatti/"+out.ContactID+"/richiama")
}

// contactChanged says that another tab kept this contact meanwhile. What was
// typed here stays on the page; going on keeps it over the other.
func contactChanged(q *frame.Request, page *ContactPage, step int, id string) error {
	v, receipt, err := q.Desk.Cases.OpenContact(q.Context(), q.Who, id)
	if err != nil {
		return err
	}
	q.Receipt(receipt)
	page.at(step)
	page.ID, page.Version, page.Problem = v.ID, frame.Version(v.Version), frame.ProblemChanged
	return q.Show(http.StatusConflict, page)
}

// typed is a kept contact as its form shows it.
func (f *ContactForm) typed(c cases.Contact) {
	*f = ContactForm{Speaker: c.Speaker, Alone: c.Overheard["alone"], CanTalk: c.Overheard["can_talk"], CallBack: c.Overheard["call_back"], BeenHere: c.Overheard["been_here"],
		CallNumber: c.CallBack, Danger: c.Danger, Where: c.WhereHe, Children: c.Children, DangerCaller: c.WhoCalls, DangerWhen: c.CallWhen,
		Recognised: c.Recognised, Name: c.Alias, Request: c.Request, Needs: c.Needs, ChildrenCount: c.HowMany, ChildrenAges: c.Ages, Outcome: c.Outcome, SafeForm: formOf(c.Safe),
		Language: c.Language, Mediator: c.Mediator, Again: c.Again}
	if c.With != "" {
		f.Accompanied = "yes"
		if c.With != "yes" {
			f.With = c.With
		}
	}
	if c.Minor {
		f.Minor = "yes"
	}
	if c.DutyTold {
		f.DutySaid = "yes"
	}
	for _, g := range c.Given {
		f.Given = append(f.Given, tickOf(g))
	}
}

// beenHere looks among what this worker may open; for everything else nothing
// shows.
func beenHere(q *frame.Request) error {
	page, err := contactPage(q, 1)
	if err != nil {
		return err
	}
	cards, receipt, err := q.Desk.Cases.Search(q.Context(), q.Who, page.Form.Query)
	if err = q.Partly(err); err != nil && !frame.Invalid(&page.Page, err) {
		return err
	}
	q.Receipt(receipt)
	page.matched(q, cards)
	return q.Show(http.StatusOK, page)
}

// matched puts on the page what was found.
func (p *ContactPage) matched(q *frame.Request, cards []cases.SearchCard) {
	p.Searched = true
	for _, c := range cards {
		p.More = c.More
		switch {
		case c.Contact && c.ID == p.ID: // this very one
		case c.Contact:
			p.Earlier = append(p.Earlier, frame.CardOf(q, c))
		default:
			p.Matches = append(p.Matches, frame.CardOf(q, c))
			p.Unsure = p.Unsure || !cases.Certain(c.Found)
		}
	}
}

// unrecognised asks again, in step 1, how she was recognised, with what was found.
func unrecognised(q *frame.Request, page *ContactPage) error {
	cards, receipt, err := q.Desk.Cases.Search(q.Context(), q.Who, page.Form.Query)
	if err = q.Partly(err); err != nil && !frame.Invalid(&page.Page, err) {
		return err
	}
	q.Receipt(receipt)
	page.at(1)
	page.matched(q, cards)
	page.Unsure = true
	return q.Show(http.StatusUnprocessableEntity, page)
}

// contact is the typed form as the desk keeps it.
func (f *ContactForm) contact(give giver) cases.Contact {
	c := cases.Contact{Speaker: f.Speaker, CallBack: f.CallNumber, Danger: f.Danger, WhereHe: f.Where, Children: f.Children,
		HowMany: f.ChildrenCount, Ages: f.ChildrenAges, WhoCalls: f.DangerCaller, CallWhen: f.DangerWhen, DutyTold: f.DutySaid == "yes",
		Recognised: f.Recognised, Alias: f.Name, Request: f.Request, Needs: f.Needs, Safe: f.SafeForm.rule(), Outcome: f.Outcome, Overheard: map[string]string{},
		Minor: f.Minor == "yes", With: f.With, Language: f.Language, Mediator: f.Mediator, Again: f.Again}
	if c.With == "" && f.Accompanied == "yes" {
		c.With = "yes"
	}
	if c.Speaker == "" {
		c.Speaker = "she"
	}
	for name, v := range map[string]string{"alone": f.Alone, "can_talk": f.CanTalk, "call_back": f.CallBack, "been_here": f.BeenHere} {
		if v != "" {
			c.Overheard[name] = v
		}
	}
	for _, tick := range f.Given {
		if g, ok := give.given(tick); ok {
			c.Given = append(c.Given, g)
		}
	}
	return c
}

func closeContact(q *frame.Request, sent *ContactForm) error {
	page, err := contactPage(q, 3)
	if err != nil {
		return err
	}
	f := &page.Form
	in := cases.NewContact{Contact: f.contact(page.give), Form: page.ID, Version: q.Version(), Service: f.Service, Share: f.Share, CaseVersion: sent.shownCase(),
		OpenCase: q.Pressed() == "open_case", Restrict: f.Visibility == "restricted"}
	if q.Pressed() == "add_case" && f.Case != "new" {
		in.CaseID, in.Query = f.Case, f.Query
	}
	if f.Outcome == "" {
		page.Fail("outcome", FailOutcomeMissing)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	out, receipt, err := q.Desk.Cases.RecordContact(q.Context(), q.Who, in)
	switch {
	case frame.Invalid(&page.Page, err):
		if page.ErrorOf("share") != "" {
			page.Form.Share = nil // it is asked again, for what stands there now
		}
		if page.ErrorOf("recognised") != "" {
			return unrecognised(q, page)
		}
		page.at(stepWith(page.Errors))
		return q.Show(http.StatusUnprocessableEntity, page)
	case errors.Is(err, acts.ErrConflict):
		return contactChanged(q, page, 3, out.ContactID)
	case errors.Is(err, kept.ErrPin), errors.Is(err, kept.ErrEnded), errors.Is(err, kept.ErrNotFounded), errors.Is(err, kept.ErrNobody):
		page.Fail("service", FailServiceMissing)
		return q.Show(http.StatusUnprocessableEntity, page)
	case err != nil:
		return err
	}
	page.ID, page.Version = out.ContactID, frame.Version(out.Version)
	rememberContact(q, page, closedAt)
	return q.Done(receipt, "", "/contatti/"+out.ContactID)
}

// stepWith is the step that asks the first field that does not fit.
func stepWith(errors []frame.FieldError) int {
	for _, step := range []int{1, 2, 3} {
		for _, e := range errors {
			if fieldStep(e.Field) == step {
				return step
			}
		}
	}
	return 3
}

// recordedOf is what was recorded of a contact: what nobody asked is left out, but for
// the danger, where that it was not asked says something too.
func recordedOf(q *frame.Request, v cases.ContactView) *ContactTold {
	t := &ContactTold{At: v.At, Outcome: v.Outcome}
	add := func(key string, parts ...string) {
		if s := frame.Joined(parts...); s != "" {
			t.Facts = append(t.Facts, Fact{Key: key, Value: s})
		}
	}
	add("contact.speaker", q.Word("speaker", v.Speaker))
	if v.Danger == "" && v.Speaker == "she" {
		add("contact.danger", q.Text("strip.unasked"))
	}
	add("contact.danger", q.Word("said_aloud", v.Danger))
	add("contact.where", q.Word("where", v.WhereHe))
	add("danger.who_calls", q.Word("who_calls", v.WhoCalls), v.CallWhen)
	if v.DutyTold {
		add("contact.duty", q.Text("contact.duty_said"))
	}
	add("contact.alone", q.Word("yesno", v.Overheard["alone"]))
	add("contact.can_talk", q.Word("yesno", v.Overheard["can_talk"]))
	add("contact.call_back", q.Word("yesno", v.Overheard["call_back"]))
	if v.CallBack != "" {
		t.Facts = append(t.Facts, Fact{Key: "contact.call_number", Secret: v.CallBack})
	}
	add("contact.been_here", q.Word("said_aloud", v.Overheard["been_here"]))
	if v.With != "" {
		add("contact.with", frame.If(v.With == "yes", q.Word("yesno", "yes"), v.With))
	}
	if v.Minor {
		add("contact.minor", q.Word("yesno", "yes"))
	}
	add("safe.recognised", q.Word("recognised", v.Recognised))
	add("contact.name", v.Alias)
	add("contact.request", v.Request)
	add("contact.needs", q.Words("need", v.Needs))
	add("contact.children", q.Word("children", v.Children))
	add("contact.children_count", v.HowMany)
	add("contact.children_ages", v.Ages)
	add("person.language", q.Word("language", v.Language))
	add("person.mediator", q.Word("yesno", v.Mediator))
	for _, g := range v.Given {
		add("contact.given", givenLine(q, g.Sheet, g.Version, g.Language, g.How))
	}
	add("contact.note", v.Note)
	add("contact.again", q.Word("yesno", v.Again))
	return t
}

// alsoFor lists, for each need she named, the other desks and services that the
// directory marks for it. It is information: nothing is sent.
func alsoFor(roster *units.Roster, unit string, needs []string) []Also {
	var all []Also
	units := frame.Sorted(roster.Units, frame.UnitName)
	for _, need := range frame.Words("need") {
		if !slices.Contains(needs, need) {
			continue
		}
		also := Also{Need: need}
		for _, u := range units {
			desk := u.Is().KeepsCases
			if desk && u.ID != unit && slices.Contains(strings.Fields(u.Needs), need) {
				also.Services = append(also.Services, frame.Centre{ID: u.ID, Name: u.Name, Area: u.Area, Hours: u.Hours, Phone: u.Phone,
					Languages: strings.Fields(u.Languages), Cost: u.Cost})
			}
		}
		if len(also.Services) > 0 {
			all = append(all, also)
		}
	}
	return all
}

// fieldStep is the step of the new contact that asks a field; 0 when none does.
func fieldStep(name string) int { return stepIn(reflect.TypeOf(ContactForm{}), name) }

func stepIn(t reflect.Type, name string) int {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			if step := stepIn(f.Type, name); step != 0 {
				return step
			}
			continue
		}
		if f.Tag.Get("form") == name {
			step, err := strconv.Atoi(f.Tag.Get("step"))
			if err != nil {
				return 0
			}
			return step
		}
	}
	return 0
}

// What the page says.
const (
	FailOutcomeMissing = "contact.outcome_missing"
	FailServiceMissing = "contact.service_missing"
	FailSpeakerMissing = "contact.speaker_missing"
)

// ContactForm is what is typed in the three steps of a new contact. Values of
// the other steps travel as hidden fields; nothing is required.
type ContactForm struct {
	// step 1, safety
	Speaker      string `form:"speaker" step:"1" words:"speaker"`
	Alone        string `form:"alone" step:"1" words:"yesno"`
	CanTalk      string `form:"can_talk" step:"1" words:"yesno"`
	CallBack     string `form:"call_back" step:"1" words:"yesno"`
	CallNumber   string `form:"call_number" step:"1" max:"40"` // as typed
	Danger       string `form:"danger" step:"1" words:"said_aloud"`
	Where        string `form:"where" step:"1" words:"where"` // the person she fears
	Children     string `form:"children" step:"1" words:"children"`
	DangerCaller string `form:"danger_caller" step:"1" words:"who_calls"`
	DangerWhen   string `form:"danger_when" step:"1" max:"80"` // free: when the call was made or is to be made
	Accompanied  string `form:"accompanied" step:"1"`          // "yes": someone came with her
	With         string `form:"with" step:"1" max:"120"`       // who it is
	Minor        string `form:"minor" step:"1"`                // "yes": she is under 18
	DutySaid     string `form:"duty_said" step:"1"`            // "yes": what may have to be reported was said
	BeenHere     string `form:"been_here" step:"1" words:"said_aloud"`
	Query        string `form:"q" step:"1" max:"120"`                   // her code, alias or phone
	Case         string `form:"case" step:"1"`                          // the case chosen among the matches, or empty
	Recognised   string `form:"recognised" step:"1" words:"recognised"` // asked where what was found is only like her
	Name         string `form:"name" step:"1" max:"120"`                // the name she wants, may be invented

	// step 2, request
	Request       string   `form:"request" step:"2" max:"8000"`
	Needs         []string `form:"needs" step:"2" words:"need"`
	ChildrenCount string   `form:"children_count" step:"2" max:"2"`
	ChildrenAges  string   `form:"children_ages" step:"2" max:"80"`
	Language      string   `form:"her_language" step:"2" words:"language"`
	Mediator      string   `form:"mediator" step:"2" words:"yesno"`
	SafeForm

	// step 3, outcome
	Given      []string `form:"given" step:"3"` // ticks of Sheets
	Outcome    string   `form:"outcome" step:"3" words:"outcome"`
	Again      string   `form:"found_again" step:"3" words:"yesno"`     // she wants to be found again by name and number
	Service    string   `form:"service" step:"3"`                       // unit for "social_service"
	Visibility string   `form:"visibility" step:"3" words:"visibility"` // empty is "unit"
	Share      []string `form:"share" step:"3"`                         // what the task carries of how to reach her
	RuleOf     string   `form:"rule_of" step:"3"`                       // version of the case whose rule the page showed for it
}

// Also is a need she named, and who else is there for it.
type Also struct {
	Need     string // a word of "need"
	Services []frame.Centre
}

// GoesOn tells whether what follows from the chosen outcome is a case file.
func (p *ContactPage) GoesOn() bool { return cases.GoesOn(p.Form.Outcome) }

// InCase tells whether she was found in a case file.
func (p *ContactPage) InCase() bool { return p.Form.Case != "" && p.Form.Case != "new" }

// Carried lists the typed values of the other steps.
func (p *ContactPage) Carried() []frame.Pair { return frame.PairsOf(p.Form, p.Step) }
