package server

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/units"
)

// foundingCookie binds the founding page to one browser.
const (
	foundingCookie = "__Host-founding"
	foundingFor    = 30 * time.Minute
)

// admissions lists who waits and who is in the caller's unit. Whoever waits
// herself goes to her words, or founds the unit.
func (q *request) admissions() error {
	if q.who.State() == acts.Waiting {
		return q.redirect("/attesa")
	}
	m, err := q.s.house.Members(q.ctx(), q.who)
	if err != nil {
		return err
	}
	page := &AdmissionsPage{Page: q.base(TitleAdmissions), State: "founded"}
	if !m.Recovery && m.Unit.Is().Recovery {
		page.State = "no_recovery"
	}
	if m.Unit.Is().Packages {
		page.Entry = "/unita/" + m.Unit.ID + "/elenco"
	}
	page.Declarations = q.leads()
	for _, n := range m.Waiting {
		page.Waiting = append(page.Waiting, q.newcomer(n))
	}
	for _, c := range m.Members {
		page.Members = append(page.Members, q.member(c))
	}
	return q.show(http.StatusOK, "admissions", page)
}

func (q *request) newcomer(n units.Newcomer) Newcomer {
	return Newcomer{ID: n.ID, Name: n.Username, Role: n.Role, Invited: n.Invited, By: n.By, Before: q.day(n.Before)}
}

func (q *request) member(c units.Member) Member {
	return Member{ID: c.ID, Name: c.Username, Role: c.Role, State: personState(string(c.State)), Since: q.day(c.Since),
		By: c.By, Rescue: c.Rescue, Locked: c.Locked, Known: c.Known, Mine: c.Mine, ToLead: c.ToLead, MayName: c.MayName}
}

// personState is a person's state as pages say it.
func personState(s string) string {
	if s == string(acts.Active) {
		return "member"
	}
	return s
}

// waitingOne finds a newcomer of the caller's unit; anybody else is absent.
func (q *request) waitingOne() (Newcomer, error) {
	m, err := q.s.house.Members(q.ctx(), q.who)
	if err != nil {
		return Newcomer{}, err
	}
	for _, n := range m.Waiting {
		if n.ID == q.id("person") {
			return q.newcomer(n), nil
		}
	}
	return Newcomer{}, acts.ErrDenied
}

func (q *request) admitPage() error {
	who, err := q.waitingOne()
	if err != nil {
		return err
	}
	words, err := q.s.house.NewcomerWords(q.ctx(), q.who, who.ID)
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "admit", &AdmitPage{Page: q.base(TitleAdmit), Who: who, Words: words})
}

// parseWords reads four words as they were shown or typed.
func parseWords(s string) (units.Words, bool) {
	list := strings.Fields(strings.ToLower(s))
	if len(list) != 4 {
		return units.Words{}, false
	}
	return units.Words(list), true
}

// admit lets a newcomer in if the words that the page showed were the same by
// voice, and are still those of her stored key.
func (q *request) admit() error {
	who, err := q.waitingOne()
	if err != nil {
		return err
	}
	words, shown := parseWords(q.form.Get("words"))
	page := &AdmitPage{Page: q.base(TitleAdmit), Who: who, Words: words, Same: q.form.Get("same")}
	switch {
	case page.Same == "no":
		if err := q.s.house.RefuseWords(q.ctx(), q.who, who.ID); err != nil {
			return err
		}
		page.Problem = ProblemNotSame
		return q.show(http.StatusConflict, "admit", page)
	case page.Same != "yes" || !shown:
		if page.Words, err = q.s.house.NewcomerWords(q.ctx(), q.who, who.ID); err != nil {
			return err
		}
		page.Fail("same", FailSaySame)
		return q.show(http.StatusUnprocessableEntity, "admit", page)
	}
	ok, err := q.stepUp(policies.MemberAdmit, who.ID, StepUpAdmit, who.Name)
	if !ok {
		return err
	}
	receipt, err := q.s.house.Admit(q.ctx(), q.who, who.ID, words)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashAdmitted, "/ammissioni")
}

// memberOne finds a member of the caller's unit; anybody else is absent.
func (q *request) memberOne() (Member, error) {
	m, err := q.s.house.Members(q.ctx(), q.who)
	if err != nil {
		return Member{}, err
	}
	for _, c := range m.Members {
		if c.ID == q.id("person") && !c.Mine {
			return q.member(c), nil
		}
	}
	return Member{}, acts.ErrDenied
}

func (q *request) removePage() error {
	who, err := q.memberOne()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "remove-member", &RemovePage{Page: q.base(TitleRemove), Who: who})
}

func (q *request) remove() error {
	who, err := q.memberOne()
	if err != nil {
		return err
	}
	cause := q.form.Get("cause")
	if !IsWord("yesno", cause) {
		page := &RemovePage{Page: q.base(TitleRemove), Who: who}
		page.Fail("cause", FailChoice)
		return q.show(http.StatusUnprocessableEntity, "remove-member", page)
	}
	ok, err := q.stepUp(policies.MemberRemove, who.ID, StepUpRemove, who.Name)
	if !ok {
		return err
	}
	receipt, err := q.s.door.Remove(q.ctx(), q.who, who.ID, cause == "yes")
	if err != nil {
		return err
	}
	return q.done(receipt, FlashRemoved, "/ammissioni")
}

// unitWords shows the words of the caller's own unit, from the key she holds.
func (q *request) unitWords() error {
	if _, err := q.s.house.Members(q.ctx(), q.who); err != nil {
		return err
	}
	words, err := q.s.house.UnitWordsOf(q.ctx(), q.who)
	if err != nil {
		return err
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "unit-words", &UnitWordsPage{Page: q.base(TitleUnitWords), Name: roster.UnitName(q.who.Unit()),
		Kind: q.who.UnitKind(), Words: words})
}

// foundation is the unit that the caller is about to found. It begins anew, and
// reports nil after leading back to the page, when what was begun is over.
func (q *request) foundation() (*accounts.Foundation, error) {
	if q.who.State() != acts.Waiting {
		return nil, acts.ErrDenied
	}
	f, err := q.s.door.Foundation(q.ctx(), q.who, q.cookie(foundingCookie))
	if !errors.Is(err, accounts.ErrOver) {
		return f, err
	}
	cookie, err := q.s.door.BeginFounding(q.ctx(), q.who)
	if err != nil {
		return nil, err
	}
	q.setCookie(foundingCookie, cookie, foundingFor)
	return q.s.door.Foundation(q.ctx(), q.who, cookie)
}

func (q *request) foundPage() error {
	f, err := q.foundation()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "found", q.showFoundation(f))
}

func (q *request) showFoundation(f *accounts.Foundation) *FoundPage {
	page := &FoundPage{Page: q.base(TitleFound), Name: f.Unit.Name, Kind: f.Unit.Kind, Words: f.Words,
		Recovery: f.Recovery, UnitID: f.Unit.ID, Same: q.form.Get("same")}
	if f.Recovery != "" {
		page.RecoveryWords = f.RecoveryWords[:]
	}
	return page
}

// found makes the caller the first member of her unit, with the words that the
// page showed. A recovery recipient is set only after its own words were shown.
func (q *request) found() error {
	if q.who.State() != acts.Waiting {
		return acts.ErrDenied
	}
	f, err := q.s.door.Foundation(q.ctx(), q.who, q.cookie(foundingCookie))
	if err != nil {
		return err
	}
	typed := strings.Join(strings.Fields(q.form.Get("recovery")), "")
	if typed != f.Recovery {
		return q.compareRecovery(f, typed)
	}
	if q.form.Get("same") != "yes" {
		page := q.showFoundation(f)
		page.Fail("same-yes", FailFoundUnwritten)
		return q.show(http.StatusUnprocessableEntity, "found", page)
	}
	ok, err := q.stepUp(policies.UnitFound, q.who.Unit(), StepUpFound, f.Unit.Name)
	if !ok {
		return err
	}
	receipt, err := q.s.door.FoundShown(q.ctx(), q.who, q.cookie(foundingCookie))
	if err != nil {
		return err
	}
	q.setCookie(foundingCookie, "", -1)
	return q.done(receipt, FlashFounded, "/ammissioni")
}

// compareRecovery shows the words of a recovery recipient that was just typed.
func (q *request) compareRecovery(f *accounts.Foundation, typed string) error {
	cookie, err := q.s.door.ProposeRecovery(q.ctx(), q.who, q.cookie(foundingCookie), typed)
	if errors.Is(err, units.ErrIncomplete) {
		page := q.showFoundation(f)
		page.Recovery = q.form.Get("recovery")
		page.Fail("recovery", FailRecipient)
		return q.show(http.StatusUnprocessableEntity, "found", page)
	}
	if err != nil {
		return err
	}
	q.setCookie(foundingCookie, cookie, foundingFor)
	if f, err = q.s.door.Foundation(q.ctx(), q.who, cookie); err != nil {
		return err
	}
	page := q.showFoundation(f)
	page.Same = ""
	return q.show(http.StatusOK, "found", page)
}

// colleagues lists the members whom the caller has not confirmed yet.
func (q *request) colleagues() error {
	page, err := q.colleaguesPage()
	if err != nil {
		return err
	}
	if len(page.Members) == 0 {
		return q.redirect("/")
	}
	return q.show(http.StatusOK, "colleagues", page)
}

func (q *request) colleaguesPage() (*ColleaguesPage, error) {
	if q.who.Unit() == "" {
		return nil, acts.ErrDenied
	}
	list, err := q.s.house.NewColleagues(q.ctx(), q.who)
	page := &ColleaguesPage{Page: q.base(TitleColleagues), Known: q.form["known"]}
	for _, p := range list {
		page.Members = append(page.Members, Member{ID: p.ID, Name: p.Username, Role: p.Role, State: personState(p.State)})
	}
	return page, err
}

// confirmColleagues records each colleague she ticked.
func (q *request) confirmColleagues() error {
	page, err := q.colleaguesPage()
	if err != nil {
		return err
	}
	for _, m := range page.Members {
		if !contains(page.Known, m.ID) {
			continue
		}
		receipt, err := q.s.house.Confirm(q.ctx(), q.who, m.ID)
		if err != nil {
			return err
		}
		q.receipt(receipt)
	}
	must, err := q.s.house.MustConfirm(q.ctx(), q.who)
	if err != nil {
		return err
	}
	if !must {
		q.setCookie(flashCookie, FlashColleagues, time.Minute)
		return q.redirect("/")
	}
	if page, err = q.colleaguesPage(); err != nil {
		return err
	}
	page.Problem = ProblemColleagues
	return q.show(http.StatusUnprocessableEntity, "colleagues", page)
}
