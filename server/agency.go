package server

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
)

// endingSoon is how long before its end an agency is named among what is missing.
const endingSoon = 60

// sorted lists what a roster keeps by id, by name.
func sorted[V any](all map[string]*V, name func(*V) (name, id string)) []*V {
	list := slices.Collect(maps.Values(all))
	slices.SortFunc(list, func(a, b *V) int {
		nameA, idA := name(a)
		nameB, idB := name(b)
		return cmp.Or(cmp.Compare(nameA, nameB), cmp.Compare(idA, idB))
	})
	return list
}

func agencyName(a *acts.Agency) (name, id string) { return a.Name, a.ID }
func unitName(u *acts.Unit) (name, id string)     { return u.Name, u.ID }
func personName(p *acts.Person) (name, id string) { return p.Username, p.ID }

// agencies lists agencies and their units, with what is missing first.
func (q *request) agencies() error {
	all, err := q.s.office.Administration(q.ctx(), q.who)
	if err != nil {
		return err
	}
	page := &AgenciesPage{Page: q.base(TitleAgencies), Missing: q.missing(all)}
	for _, a := range sorted(all.Agencies, agencyName) {
		page.Agencies = append(page.Agencies, q.agencyOf(all, a))
	}
	return q.show(http.StatusOK, "agencies", page)
}

func (q *request) agencyOf(all *office.Administration, a *acts.Agency) Agency {
	shown := Agency{ID: a.ID, Name: a.Name, Kind: a.Kind, Responsibility: a.Responsibility, Ends: q.day(a.Ends),
		Ended: a.Over(q.s.desk.Day())}
	for _, u := range sorted(all.Units, unitName) {
		if u.Agency == a.ID {
			shown.Units = append(shown.Units, AgencyUnit{ID: u.ID, Name: u.Name, Kind: u.Kind, State: unitState(all, u), Members: all.MembersOf(u.ID)})
		}
	}
	return shown
}

func unitState(all *office.Administration, u *acts.Unit) string {
	switch {
	case all.Epochs[u.ID] == 0:
		return "empty"
	case !all.Recovery[u.ID] && u.Is().Recovery:
		return "no_recovery"
	}
	return "founded"
}

// missing counts what keeps the service from working, or soon will.
func (q *request) missing(all *office.Administration) []Missing {
	counts := map[string]int{}
	audit := false
	for _, u := range all.Units {
		switch unitState(all, u) {
		case "empty":
			counts[MissingMembers]++
		case "no_recovery":
			counts[MissingRecovery]++
		}
		audit = audit || u.Is().Audits && all.Epochs[u.ID] > 0
	}
	soon := q.s.door.Gate().Now().AddDate(0, 0, endingSoon).Format(time.DateOnly)
	for _, a := range all.Agencies {
		if a.Ends != "" && a.Ends >= q.s.desk.Day() && a.Ends <= soon {
			counts[MissingEnding]++
		}
	}
	var list []Missing
	if !audit {
		list = append(list, Missing{Key: MissingAudit, Count: 1})
	}
	for _, key := range []string{MissingMembers, MissingRecovery, MissingEnding} {
		if counts[key] > 0 {
			list = append(list, Missing{Key: key, Count: counts[key]})
		}
	}
	return list
}

// administers lets through whoever may list units; the page is absent for others.
func (q *request) administers() (*office.Administration, error) {
	return q.s.office.Administration(q.ctx(), q.who)
}

func (q *request) newAgencyPage() error {
	if _, err := q.administers(); err != nil {
		return err
	}
	return q.show(http.StatusOK, "agency", q.agencyForm(TitleAgencyNew, "/enti/nuovo"))
}

func (q *request) agencyForm(title, action string) *AgencyPage {
	return &AgencyPage{Page: q.base(title), Action: action, Name: q.form.Get("name"), Kind: q.form.Get("kind"),
		Responsibility: q.form.Get("responsibility"), Ends: q.form.Get("ends")}
}

func (q *request) createAgency() error {
	page := q.agencyForm(TitleAgencyNew, "/enti/nuovo")
	all, err := q.administers()
	if err != nil {
		return err
	}
	if name := strings.TrimSpace(page.Name); name == "" || len(name) > 200 {
		page.Fail("name", FailName)
	}
	if !IsWord("agency_kind", page.Kind) {
		page.Fail("kind", FailChoice)
	}
	if !IsWord("responsibility", page.Responsibility) {
		page.Fail("responsibility", FailChoice)
	}
	if !q.mayEnd(page) {
		page.Fail("ends", FailEnds)
	}
	if len(page.Errors) > 0 {
		return q.show(http.StatusUnprocessableEntity, "agency", page)
	}
	if agencyNamed(all, page.Name) { // before a code is spent on it
		return q.agencyTaken()
	}
	in := office.NewAgency{Name: page.Name, Kind: page.Kind, Responsibility: page.Responsibility, Ends: page.Ends}
	if ok, err := q.stepUp(policies.AgencyCreate, in.Object(), StepUpAgency, page.Name); !ok {
		return err
	}
	_, receipt, err := q.s.office.CreateAgency(q.ctx(), q.who, in)
	if errors.Is(err, office.ErrTaken) {
		return q.agencyTaken()
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashAgencySaved, "/enti")
}

// agencyTaken brings the form back, with the token of the session that it has now.
func (q *request) agencyTaken() error {
	page := q.agencyForm(TitleAgencyNew, "/enti/nuovo")
	page.Fail("name", FailNameTaken)
	return q.show(http.StatusConflict, "agency", page)
}

func agencyNamed(all *office.Administration, name string) bool {
	for _, a := range all.Agencies {
		if strings.EqualFold(a.Name, strings.TrimSpace(name)) {
			return true
		}
	}
	return false
}

// mayEnd tells whether an agency may end on the day that was typed: from today on,
// or, for a controller, on none.
func (q *request) mayEnd(page *AgencyPage) bool {
	if page.Ends == "" {
		return page.Responsibility != "processor"
	}
	return !q.day(page.Ends).IsZero() && page.Ends >= q.s.desk.Day()
}

// agencyPage is where an agency's end is set; what it is stays as it was entered.
func (q *request) agencyPage() error {
	page, err := q.oneAgency()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "agency", page)
}

func (q *request) oneAgency() (*AgencyPage, error) {
	all, err := q.administers()
	if err != nil {
		return nil, err
	}
	a, ok := all.Agencies[q.id("agency")]
	if !ok {
		return nil, acts.ErrDenied
	}
	return &AgencyPage{Page: q.base(TitleAgency), Action: "/enti/" + a.ID, Name: a.Name, Kind: a.Kind, Responsibility: a.Responsibility,
		Ends: a.Ends, Version: version(a.Version)}, nil
}

func (q *request) endAgency() error {
	page, err := q.oneAgency()
	if err != nil {
		return err
	}
	page.Ends = q.form.Get("ends")
	if !q.mayEnd(page) {
		page.Fail("ends", FailEnds)
		return q.show(http.StatusUnprocessableEntity, "agency", page)
	}
	seen, err := strconv.ParseInt(q.form.Get("version"), 10, 64)
	if err != nil || version(seen) != page.Version {
		return acts.ErrConflict
	}
	if ok, err := q.stepUp(policies.AgencyEnd, q.id("agency"), StepUpAgencyEnd, page.Name); !ok {
		return err
	}
	receipt, err := q.s.office.EndAgency(q.ctx(), q.who, q.id("agency"), page.Ends, seen)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashAgencySaved, "/enti")
}

func (q *request) newUnitPage() error {
	page, err := q.unitForm()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "unit", page)
}

// unitForm is the form of several units of one agency, as far as it was filled in.
func (q *request) unitForm() (*UnitPage, error) {
	all, err := q.administers()
	if err != nil {
		return nil, err
	}
	page := &UnitPage{Page: q.base(TitleUnit), Agency: q.form.Get("agency")}
	for i := range q.rows("name") {
		page.Rows = append(page.Rows, UnitRow{N: i + 1, Name: q.at("name", i), Kind: q.at("kind", i)})
	}
	for _, a := range sorted(all.Agencies, agencyName) {
		page.Agencies = append(page.Agencies, Unit{ID: a.ID, Name: a.Name})
	}
	return page, nil
}

// createUnits enters the units of a form, after one step-up for all of them.
func (q *request) createUnits() error {
	page, err := q.unitForm()
	if err != nil {
		return err
	}
	if q.form.Get("go") == goMore {
		return q.show(http.StatusOK, "unit", page)
	}
	list, places := page.units()
	page.check(len(list) == 0)
	if len(page.Errors) > 0 {
		return q.show(http.StatusUnprocessableEntity, "unit", page)
	}
	if err := q.s.office.UnitsFit(q.ctx(), q.who, list); err != nil {
		return q.unitsUnfit(err, places)
	}
	var names []string
	for _, u := range list {
		names = append(names, u.Name)
	}
	if ok, err := q.stepUpList(policies.UnitCreate, office.UnitsObject(list), StepUpUnits, names); !ok {
		return err
	}
	_, receipt, err := q.s.office.CreateUnits(q.ctx(), q.who, list)
	if err != nil {
		return q.unitsUnfit(err, places)
	}
	return q.done(receipt, FlashUnitSaved, "/enti")
}

// units are those that were typed, and the place of each on the form.
func (p *UnitPage) units() (list []acts.Unit, places []int) {
	for _, r := range p.Rows {
		if name := strings.TrimSpace(r.Name); name != "" {
			list, places = append(list, acts.Unit{Agency: p.Agency, Name: name, Kind: r.Kind}), append(places, r.N)
		}
	}
	return list, places
}

// check marks what is missing.
func (p *UnitPage) check(none bool) {
	if none {
		p.Fail("name-1", FailName)
	}
	for _, r := range p.Rows {
		name := strings.TrimSpace(r.Name)
		if len(name) > 200 {
			p.Fail(fmt.Sprint("name-", r.N), FailName)
		}
		if !IsWord("unit_kind", r.Kind) && (name != "" || none && r.N == 1) {
			p.Fail(fmt.Sprint("kind-", r.N), FailChoice)
		}
	}
	if !slices.ContainsFunc(p.Agencies, func(u Unit) bool { return u.ID == p.Agency }) {
		p.Fail("agency", FailChoice)
	}
}

// unitsUnfit brings the form back, with why beside the unit that does not fit.
func (q *request) unitsUnfit(err error, places []int) error {
	n, why := stopped(err, places)
	field, key := "name", FailNameTaken
	switch {
	case errors.Is(why, office.ErrOneAudit):
		field, key = "kind", FailOneAudit
	case !errors.Is(why, office.ErrTaken):
		return err
	}
	page, err := q.unitForm()
	if err != nil {
		return err
	}
	page.Fail(fmt.Sprint(field, "-", n), key)
	return q.show(http.StatusConflict, "unit", page)
}

// stopped is the place on a form of what did not fit, and why.
func stopped(err error, places []int) (int, error) {
	var not *acts.NotAll
	if errors.As(err, &not) && not.Index < len(places) {
		return places[not.Index], not.Err
	}
	return 1, err
}

// A form of several has some rows at first, and more when asked.
const (
	rowsAtFirst = 3
	rowsMore    = 3
	rowsMost    = 60
	goMore      = "more"
)

// rows counts the rows of a form of several: those that were sent, and more if
// that is what was pressed.
func (q *request) rows(field string) int {
	n := max(len(q.form[field]), rowsAtFirst)
	if q.form.Get("go") == goMore {
		n += rowsMore
	}
	return min(n, rowsMost)
}

// at is a field of one row of a form of several.
func (q *request) at(field string, row int) string {
	if row < len(q.form[field]) {
		return q.form[field][row]
	}
	return ""
}

// people lists the staff, and the invitations that wait.
func (q *request) people() error { return q.showPeople(http.StatusOK, "") }

func (q *request) showPeople(status int, problem string) error {
	all, err := q.administers()
	if err != nil {
		return err
	}
	page := &PeoplePage{Page: q.base(TitlePeople)}
	for _, p := range sorted(all.People, personName) {
		page.People = append(page.People, PersonRow{ID: p.ID, Username: p.Username, Role: p.Role, Unit: all.UnitName(p.Unit),
			State: personState(p.State), Mine: p.ID == q.who.Person(), Chosen: contains(q.form["person"], p.ID), Locked: p.Unit == "" && p.LockedFactor() && p.ID != q.who.Person()})
	}
	for _, i := range all.Invitations {
		if p, ok := all.People[i.Person]; ok {
			page.Invitations = append(page.Invitations, Invitation{ID: i.ID, Name: p.Username, Role: p.Role, Unit: all.UnitName(p.Unit), Ends: q.day(i.Ends)})
		}
	}
	if problem != "" {
		page.Problem = problem
	}
	for _, p := range page.People {
		page.Suspended = page.Suspended || p.State == "suspended"
		page.Invited = page.Invited || p.State == "invited"
	}
	return q.show(status, "people", page)
}

// chosen are the people who were ticked and are in a state, with their names.
// Nobody, or somebody who is not there, is absent; somebody who is in another
// state by now changed meanwhile.
func (q *request) chosen(state string) (ids, names []string, err error) {
	all, err := q.administers()
	if err != nil {
		return nil, nil, err
	}
	for _, id := range q.form["person"] {
		p, ok := all.People[id]
		if !ok {
			return nil, nil, acts.ErrDenied
		}
		if p.State != state {
			return nil, nil, acts.ErrConflict
		}
		if !slices.Contains(ids, id) {
			ids, names = append(ids, id), append(names, p.Username)
		}
	}
	return ids, names, nil
}

// suspend shuts somebody else out, after passphrase and code: nobody does so to
// herself.
func (q *request) suspend() error {
	all, err := q.administers()
	if err != nil {
		return err
	}
	p, ok := all.People[q.form.Get("person")]
	if !ok || p.ID == q.who.Person() {
		return acts.ErrDenied
	}
	if ok, err = q.stepUp(policies.PersonSuspend, p.ID, StepUpSuspend, p.Username); !ok {
		return err
	}
	receipt, err := q.s.door.Suspend(q.ctx(), q.who, p.ID)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashSuspended, "/personale")
}

// lift ends the suspension of those who were ticked, after one step-up for all of
// them.
func (q *request) lift() error {
	ids, names, err := q.chosen(string(acts.Suspended))
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return q.showPeople(http.StatusUnprocessableEntity, ProblemNobody)
	}
	if ok, err := q.stepUpList(policies.PersonLift, acts.ListOf(ids...), StepUpLift, names); !ok {
		return err
	}
	receipt, err := q.s.office.LiftAll(q.ctx(), q.who, ids)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashLifted, "/personale")
}

func (q *request) withdrawInvitation() error {
	receipt, err := q.s.office.WithdrawInvitation(q.ctx(), q.who, q.form.Get("invitation"))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashWithdrawn, "/personale")
}

func (q *request) invitePage() error {
	page, err := q.inviteForm()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "invite", page)
}

// inviteForm is the form of several people, as far as it was filled in.
func (q *request) inviteForm() (*InvitePage, error) {
	all, err := q.administers()
	if err != nil {
		return nil, err
	}
	page := &InvitePage{Page: q.base(TitleInvite)}
	for i := range q.rows("username") {
		page.Rows = append(page.Rows, InviteRow{N: i + 1, Username: q.at("username", i), Office: q.at("office", i),
			Into: q.at("unit", i), Language: q.at("language", i)})
	}
	for _, u := range sorted(all.Units, unitName) {
		page.Units = append(page.Units, Unit{ID: u.ID, Name: u.Name})
	}
	return page, nil
}

// people are those who were typed, and the place of each on the form.
func (p *InvitePage) people(agency string) (list []office.NewPerson, places []int) {
	for _, r := range p.Rows {
		if strings.TrimSpace(r.Username) != "" {
			list = append(list, office.NewPerson{Username: r.Username, Role: policies.Role(r.Office), Agency: agency, Unit: r.Into, Language: r.Language})
			places = append(places, r.N)
		}
	}
	return list, places
}

// invite enters the people of a form, after one step-up for all of them, and shows
// the code of each invitation, once.
func (q *request) invite() error {
	page, err := q.inviteForm()
	if err != nil {
		return err
	}
	if q.form.Get("go") == goMore {
		return q.show(http.StatusOK, "invite", page)
	}
	list, places := page.people(q.who.Agency())
	if len(list) == 0 {
		page.Fail("username-1", FailUsernameMissing)
		return q.show(http.StatusUnprocessableEntity, "invite", page)
	}
	if err := q.s.office.PeopleFit(q.ctx(), q.who, list); err != nil {
		return q.peopleUnfit(err, places)
	}
	var names []string
	for _, p := range list {
		names = append(names, acts.NormaliseUsername(p.Username))
	}
	if ok, err := q.stepUpList(policies.PersonCreate, office.PeopleObject(list), StepUpInvite, names); !ok {
		return err
	}
	made, receipt, err := q.s.office.CreatePeople(q.ctx(), q.who, list)
	if len(made) == 0 && err != nil {
		return q.peopleUnfit(err, places)
	}
	return q.showCodes(made, receipt, err)
}

// peopleUnfit brings the form back, with why beside the person who does not fit.
func (q *request) peopleUnfit(err error, places []int) error {
	n, why := stopped(err, places)
	field, key, status := "username", FailUsername, http.StatusConflict
	switch {
	case errors.Is(why, office.ErrDirection):
		key, status = FailUsernameDirection, http.StatusUnprocessableEntity
	case errors.Is(why, units.ErrIncomplete):
		field, key, status = "office", FailFits, http.StatusUnprocessableEntity
	case !errors.Is(why, office.ErrTaken):
		return err
	}
	page, err := q.inviteForm()
	if err != nil {
		return err
	}
	page.Fail(fmt.Sprint(field, "-", n), key)
	return q.show(status, "invite", page)
}

// showCodes shows the codes of invitations that were just made. Where the list
// stopped on the way, those made before it stand, and the page says so.
func (q *request) showCodes(made []office.Invitee, receipt audit.Receipt, stopped error) error {
	page := &InvitePage{Page: q.base(TitleInvite), Ends: q.s.door.Gate().Now().Add(units.InvitationFor)}
	for _, m := range made {
		page.Codes = append(page.Codes, InviteCode{Username: m.Username, Code: string(m.Token)})
	}
	status := http.StatusOK
	if stopped != nil {
		status, _ = answerTo(stopped)
		page.Problem, page.Support = ProblemNotAllInvited, q.support(status, stopped)
	}
	q.receipt(receipt)
	page.Once = true
	return q.show(status, "invite", page)
}

// inviteAgain replaces the invitations of those who were ticked and have not taken
// theirs, after one step-up for all of them.
func (q *request) inviteAgain() error {
	ids, names, err := q.chosen(string(acts.Invited))
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return q.showPeople(http.StatusUnprocessableEntity, ProblemNobody)
	}
	if ok, err := q.stepUpList(policies.PersonInvite, acts.ListOf(ids...), StepUpInviteAgain, names); !ok {
		return err
	}
	made, receipt, err := q.s.office.InviteAll(q.ctx(), q.who, ids)
	if len(made) == 0 && err != nil {
		return err
	}
	return q.showCodes(made, receipt, err)
}
