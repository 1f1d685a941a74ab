package server

import (
	"errors"
	"net/http"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
)

// openCase reads a case's head, and the parts that a page of it shows.
func (q *request) openCase(parts ...referrals.Part) (referrals.CaseView, error) {
	v, receipt, err := q.s.desk.OpenCase(q.ctx(), q.who, q.id("id"), parts...)
	if err == nil {
		q.receipt(receipt)
	}
	return v, err
}

// caseAndRoster reads a case for a page that names people or units too.
func (q *request) caseAndRoster(parts ...referrals.Part) (referrals.CaseView, *units.Roster, error) {
	v, err := q.openCase(parts...)
	if err != nil {
		return v, nil, err
	}
	roster, err := q.roster()
	return v, roster, err
}

// head is what every page of a case has.
func (q *request) head(v kept.CaseHead, tab string) CaseHead {
	s := strip(v.Safe, Who{v.Card.Code, v.Card.Alias})
	s.CaseID, s.State, s.MayEdit = v.ID, v.State, true
	return CaseHead{Strip: s, Tab: tab}
}

func identityWord(v referrals.CaseView) string {
	switch {
	case v.Identity == nil && v.Card.Alias == "":
		return "anonymous"
	case v.Identity == nil:
		return "alias"
	case v.Identity.Name == "" || v.Identity.Surname == "":
		return "partial"
	}
	return "identified"
}

func (q *request) caseSummary() error {
	v, roster, err := q.caseAndRoster(referrals.PartPerson, referrals.PartDiary, referrals.PartContacts, referrals.PartReferrals, referrals.PartTasks)
	if err != nil {
		return err
	}
	page := &CasePage{Page: q.base(TitleCase), CaseHead: q.head(v.CaseHead, "summary"), Version: version(v.Version), Identity: identityWord(v),
		Request: v.Told.Request, Needs: v.Told.Needs, Opened: q.day(v.OpenedDay), LastContact: q.day(v.LastDay), Restricted: v.Restricted}
	if len(v.Notes) > 0 {
		page.LastNote = v.Notes[0].At
	}
	if len(v.Referrals) > 0 {
		r := v.Referrals[0]
		page.Referral, page.Centre = stateOf(r), roster.UnitName(r.ToUnit)
	}
	page.Sent, page.Recall = q.sent(v.Sent, roster), q.recall(v.Recall)
	page.Danger = q.lastDanger(v)
	page.Next, page.NextHref = nextStep(v, q.s.desk.Day())
	return q.show(http.StatusOK, "case", page)
}

// stateOf is a referral's state as pages say it: expiry is a predicate.
func stateOf(r sharing.ReferralLine) string {
	if r.Standing == policies.ConsentExpired && r.State != "closed" && r.State != "declined" {
		return "expired"
	}
	return r.State
}

// nextStep is the one next thing to do for a case's state today.
func nextStep(v referrals.CaseView, today string) (word, href string) {
	root := "/schede/" + v.ID
	if v.State == "closed" {
		return "reopen", root + "/riapri"
	}
	if !v.Safe.Said() {
		return "review_rule", root + "/contatto-sicuro"
	}
	for _, r := range v.Referrals {
		switch {
		case r.State == "declined" && r.AfterAnswer == "":
			return "read_answer", "/invii/" + r.ID
		case r.State == "more_info" || r.State == "appointment":
			return "answer_centre", "/invii/" + r.ID
		case r.Standing == policies.ConsentLive && (r.State == "sent" || r.State == "acknowledged"):
			return "await_centre", "/invii/" + r.ID
		}
	}
	if v.Recall.Day != "" && v.Recall.Day <= today {
		return "call_back", root + "/tentativi"
	}
	if len(v.Referrals) == 0 {
		return "choose_centre", root + "/centro"
	}
	return "write_note", root + "/diario/nuova"
}

func (q *request) person() error {
	v, err := q.openCase(referrals.PartPerson)
	if err != nil {
		return err
	}
	page := q.personPage(v)
	if q.filled {
		ReadForm(q.form, &page.Form)
	}
	return q.show(http.StatusOK, "person", page)
}

func (q *request) personPage(v referrals.CaseView) *PersonPage {
	page := &PersonPage{Page: q.base(TitlePerson), CaseHead: q.head(v.CaseHead, "person"), Version: version(v.Version), Identity: identityWord(v)}
	page.Form = PersonForm{Alias: v.Card.Alias, Language: v.Told.Language, Mediator: v.Told.Mediator, Town: v.Told.Town,
		Children: v.Told.Children, Needs: v.Told.Needs}
	if v.Identity != nil {
		page.Form.Name, page.Form.Surname, page.Form.Born = v.Identity.Name, v.Identity.Surname, v.Identity.Born
	}
	return page
}

func (f PersonForm) save(v referrals.CaseView) cases.PersonForm {
	told := v.Told
	told.Language, told.Mediator, told.Town, told.Children, told.Needs = f.Language, f.Mediator, f.Town, f.Children, f.Needs
	return cases.PersonForm{Alias: f.Alias, Identity: cases.Identity{Name: f.Name, Surname: f.Surname, Born: f.Born}, Told: told}
}

// savePerson writes the page, or shows both versions when somebody else saved
// meanwhile.
func (q *request) savePerson() error {
	v, err := q.openCase(referrals.PartPerson)
	if err != nil {
		return err
	}
	var f PersonForm
	ReadForm(q.form, &f)
	at := q.version()
	switch q.form.Get("keep") {
	case "theirs":
		return q.redirect("/schede/" + v.ID + "/persona")
	case "edit":
		page := q.personPage(v)
		page.Form = f
		return q.show(http.StatusOK, "person", page)
	}
	receipt, err := q.s.desk.Cases.SavePerson(q.ctx(), q.who, v.ID, at, f.save(v))
	if errors.Is(err, acts.ErrConflict) {
		return q.personConflict(f)
	}
	page := q.personPage(v)
	if invalid(&page.Page, err) {
		page.Form, page.Version = f, version(at)
		return q.show(http.StatusUnprocessableEntity, "person", page)
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashPersonSaved, "/schede/"+v.ID+"/persona")
}

// personConflict shows what is stored now beside what was typed; she chooses.
func (q *request) personConflict(mine PersonForm) error {
	v, err := q.openCase(referrals.PartPerson)
	if err != nil {
		return err
	}
	theirs := q.personPage(v).Form
	page := &ConflictPage{Page: q.base(TitleConflict), CaseHead: q.head(v.CaseHead, "person"), HasCase: true, Action: q.r.URL.Path,
		Version: version(v.Version), Carried: PairsOf(mine, 0)}
	page.Mine, page.Theirs = q.compare(mine, theirs)
	return q.show(http.StatusConflict, "conflict", page)
}

// compare lists the fields of two versions of the person page side by side, what
// differs first.
func (q *request) compare(mine, theirs PersonForm) (a, b []ConflictField) {
	add := func(key, m, t string) {
		a = append(a, ConflictField{key, m, m != t})
		b = append(b, ConflictField{key, t, m != t})
	}
	add("contact.name", mine.Alias, theirs.Alias)
	add("person.name", mine.Name, theirs.Name)
	add("person.surname", mine.Surname, theirs.Surname)
	add("person.born", mine.Born, theirs.Born)
	add("person.language", q.word("language", mine.Language), q.word("language", theirs.Language))
	add("person.mediator", q.word("yesno", mine.Mediator), q.word("yesno", theirs.Mediator))
	add("person.town", mine.Town, theirs.Town)
	add("person.children", mine.Children, theirs.Children)
	add("contact.needs", q.words("need", mine.Needs), q.words("need", theirs.Needs))
	for _, list := range [][]ConflictField{a, b} {
		slices.SortStableFunc(list, func(x, y ConflictField) int {
			switch {
			case x.Differs == y.Differs:
				return 0
			case x.Differs:
				return -1
			}
			return 1
		})
	}
	return a, b
}

func (q *request) forgetPage() error {
	v, err := q.openCase()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "forget", &ForgetPage{Page: q.base(TitleForget), CaseHead: q.head(v.CaseHead, "person"), Version: version(v.Version)})
}

func (q *request) forget() error {
	v, err := q.openCase(referrals.PartPerson)
	switch {
	case err != nil:
		return err
	case q.version() != v.Version: // before a code is spent on it
		return acts.ErrConflict
	case v.Identity == nil:
		return kept.ErrState
	}
	if ok, err := q.stepUp(policies.CaseAnonymise, v.ID, StepUpShred, v.Card.Code); !ok {
		return err
	}
	receipt, err := q.s.desk.Cases.Anonymise(q.ctx(), q.who, q.id("id"), q.version())
	if err != nil {
		return err
	}
	return q.done(receipt, FlashForgotten, "/schede/"+q.id("id")+"/persona")
}

func (q *request) closeCasePage() error {
	v, err := q.openCase()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "case-close", q.closing(v))
}

func (q *request) closing(v referrals.CaseView) *CloseCasePage {
	page := &CloseCasePage{Page: q.base(TitleCaseClose), CaseHead: q.head(v.CaseHead, ""), Reopen: v.State == "closed",
		Reason: q.form.Get("reason"), Note: q.form.Get("note"), Version: version(v.Version)}
	if page.Reopen {
		page.Title = TitleCaseReopen
	}
	return page
}

func (q *request) closeCase() error {
	receipt, err := q.s.desk.Cases.CloseCase(q.ctx(), q.who, q.id("id"), q.version(), q.form.Get("reason"), q.form.Get("note"))
	if errors.Is(err, typed.ErrInvalid) {
		v, openErr := q.openCase()
		if openErr != nil {
			return openErr
		}
		page := q.closing(v)
		page.Fail("reason", FailClosingReason)
		return q.show(http.StatusUnprocessableEntity, "case-close", page)
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashCaseClosed, "/schede/"+q.id("id"))
}

func (q *request) reopenCase() error {
	receipt, err := q.s.desk.Cases.ReopenCase(q.ctx(), q.who, q.id("id"), q.version(), q.form.Get("note"))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashCaseReopened, "/schede/"+q.id("id"))
}

func (q *request) safeContactPage() error {
	v, err := q.openCase(referrals.PartKnown)
	if err != nil {
		return err
	}
	page, err := q.safePage(v)
	if err != nil {
		return err
	}
	if q.filled {
		ReadForm(q.form, &page.Form)
		page.Recognised = q.form.Get("recognised")
	}
	return q.show(http.StatusOK, "safe-contact", page)
}

func (q *request) safePage(v referrals.CaseView) (*SafeContactPage, error) {
	page := &SafeContactPage{Page: q.base(TitleSafeContact), CaseHead: q.head(v.CaseHead, ""), Form: formOf(v.Safe), Version: version(v.Version)}
	roster, err := q.roster()
	if err != nil {
		return nil, err
	}
	for _, r := range v.Known {
		page.Recipients = append(page.Recipients, Recipient{ID: r.ID, Name: roster.UnitName(r.Unit), Knows: q.knows(r.Safe), May: len(r.Items) > 0, OwnCase: r.OwnCase})
	}
	page.Tell = q.form["tell"]
	return page, nil
}

func (q *request) saveSafeContact() error {
	var f SafeForm
	ReadForm(q.form, &f)
	receipt, err := q.s.desk.Cases.ChangeSafeContact(q.ctx(), q.who, q.id("id"), q.version(), f.rule(), q.form.Get("recognised"))
	if errors.Is(err, typed.ErrInvalid) || errors.Is(err, acts.ErrConflict) {
		v, openErr := q.openCase(referrals.PartKnown)
		if openErr != nil {
			return openErr
		}
		page, openErr := q.safePage(v)
		if openErr != nil {
			return openErr
		}
		page.Form, page.Recognised = f, q.form.Get("recognised")
		if !invalid(&page.Page, err) {
			page.Problem = ProblemChanged // the stored version is now the one of the form
		}
		return q.show(http.StatusUnprocessableEntity, "safe-contact", page)
	}
	if err != nil {
		return err
	}
	if len(q.form["tell"]) > 0 {
		q.receipt(receipt)
		return q.askToTell(version(q.version()+1), FlashSafeSaved)
	}
	return q.done(receipt, FlashSafeSaved, "/schede/"+q.id("id"))
}

// askToTell asks for passphrase and code before what is new in her rule is told
// to those whom she named. The change itself is saved: it waits for nothing.
func (q *request) askToTell(version, flash string) error {
	page := &StepUpPage{Page: q.base(TitleStepUp), Act: StepUpTell, Action: "/schede/" + q.id("id") + "/contatto-sicuro/novita",
		Back: "/schede/" + q.id("id"), Carried: []Pair{{"version", version}}}
	page.Speak, page.Flash = page.Action, flash
	for _, id := range q.form["tell"] {
		page.Carried = append(page.Carried, Pair{"tell", id})
	}
	return q.show(http.StatusOK, "step-up", page)
}

// tellSafeContact lets the recipients that she named know what is new in her
// rule, after passphrase and code.
func (q *request) tellSafeContact() error {
	id := q.id("id")
	if _, err := q.openCase(); err != nil {
		return err
	}
	if ok, err := q.stepUp(policies.ConsentExtend, id, StepUpTell, ""); !ok {
		return err
	}
	receipt, err := q.s.desk.Sharing.TellSafeContact(q.ctx(), q.who, id, q.version(), q.form["tell"])
	for cause, key := range map[error]string{kept.ErrPin: "error.pin", kept.ErrEnded: "error.unit_ended",
		acts.ErrConflict: "safe.tell_changed", kept.ErrState: "safe.tell_changed"} {
		if errors.Is(err, cause) {
			return q.showSafeContact(http.StatusConflict, key)
		}
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashSafeTold, "/schede/"+id)
}

// showSafeContact shows the rule as it is now, with what went wrong.
func (q *request) showSafeContact(status int, problem string) error {
	v, err := q.openCase(referrals.PartKnown)
	if err != nil {
		return err
	}
	page, err := q.safePage(v)
	if err != nil {
		return err
	}
	page.Problem = problem
	return q.show(status, "safe-contact", page)
}

func (q *request) readers() error {
	head, list, receipt, err := q.s.desk.Register.Readers(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &ReadersPage{Page: q.base(TitleReaders), CaseHead: q.head(head, "readers")}
	at := map[string]int{}
	for _, r := range list {
		key := r.Day + r.Actor
		if i, ok := at[key]; ok {
			page.Readers[i].Times++
			continue
		}
		at[key] = len(page.Readers)
		line := Reader{Person: roster.Username(r.Actor), Day: q.day(r.Day), Times: 1}
		if p, ok := roster.People[r.Actor]; ok {
			line.Role, line.Unit = p.Role, roster.UnitName(p.Unit)
		}
		page.Readers = append(page.Readers, line)
	}
	return q.show(http.StatusOK, "readers", page)
}
