package server

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
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

func agencyName(a *accounts.Agency) (name, id string) { return a.Name, a.ID }
func unitName(u *accounts.Unit) (name, id string)     { return u.Name, u.ID }
func personName(p *accounts.Person) (name, id string) { return p.Username, p.ID }

// agencies lists agencies and their units, with what is missing first.
func (q *request) agencies() error {
	all, err := q.s.door.Administration(q.ctx(), q.who)
	if err != nil {
		return err
	}
	page := &AgenciesPage{Page: q.base(TitleAgencies), Missing: q.missing(all)}
	for _, a := range sorted(all.Agencies, agencyName) {
		page.Agencies = append(page.Agencies, q.agencyOf(all, a))
	}
	return q.show(http.StatusOK, "agencies", page)
}

func (q *request) agencyOf(all *accounts.Administration, a *accounts.Agency) Agency {
	shown := Agency{ID: a.ID, Name: a.Name, Kind: a.Kind, Responsibility: a.Responsibility, Ends: q.day(a.Ends),
		Ended: a.Over(q.s.desk.Day())}
	for _, u := range sorted(all.Units, unitName) {
		if u.Agency == a.ID {
			shown.Units = append(shown.Units, AgencyUnit{ID: u.ID, Name: u.Name, Kind: u.Kind, State: unitState(all, u), Members: all.MembersOf(u.ID)})
		}
	}
	return shown
}

func unitState(all *accounts.Administration, u *accounts.Unit) string {
	switch {
	case all.Epochs[u.ID] == 0:
		return "empty"
	case !all.Recovery[u.ID] && u.Kind != accounts.KindCentre:
		return "no_recovery"
	}
	return "founded"
}

// missing counts what keeps the service from working, or soon will.
func (q *request) missing(all *accounts.Administration) []Missing {
	counts := map[string]int{}
	audit := false
	for _, u := range all.Units {
		switch unitState(all, u) {
		case "empty":
			counts[MissingMembers]++
		case "no_recovery":
			counts[MissingRecovery]++
		}
		audit = audit || u.Kind == accounts.KindAudit && all.Epochs[u.ID] > 0
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
func (q *request) administers() (*accounts.Administration, error) {
	return q.s.door.Administration(q.ctx(), q.who)
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
	if _, err := q.administers(); err != nil {
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
	_, receipt, err := q.s.door.CreateAgency(q.ctx(), q.who, accounts.NewAgency{Name: page.Name, Kind: page.Kind, Responsibility: page.Responsibility, Ends: page.Ends})
	if errors.Is(err, accounts.ErrTaken) {
		page.Fail("name", FailNameTaken)
		return q.show(http.StatusConflict, "agency", page)
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashAgencySaved, "/enti")
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
		return nil, accounts.ErrDenied
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
	if err != nil {
		return accounts.ErrConflict
	}
	receipt, err := q.s.door.EndAgency(q.ctx(), q.who, q.id("agency"), page.Ends, seen)
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

func (q *request) unitForm() (*UnitPage, error) {
	all, err := q.administers()
	if err != nil {
		return nil, err
	}
	page := &UnitPage{Page: q.base(TitleUnit), Agency: q.form.Get("agency"), Name: q.form.Get("name"), Kind: q.form.Get("kind")}
	for _, a := range sorted(all.Agencies, agencyName) {
		page.Agencies = append(page.Agencies, Unit{ID: a.ID, Name: a.Name})
	}
	return page, nil
}

func (q *request) createUnit() error {
	page, err := q.unitForm()
	if err != nil {
		return err
	}
	if name := strings.TrimSpace(page.Name); name == "" || len(name) > 200 {
		page.Fail("name", FailName)
	}
	if !IsWord("unit_kind", page.Kind) {
		page.Fail("kind", FailChoice)
	}
	if !slices.ContainsFunc(page.Agencies, func(u Unit) bool { return u.ID == page.Agency }) {
		page.Fail("agency", FailChoice)
	}
	if len(page.Errors) > 0 {
		return q.show(http.StatusUnprocessableEntity, "unit", page)
	}
	_, receipt, err := q.s.door.CreateUnit(q.ctx(), q.who, accounts.Unit{Agency: page.Agency, Name: page.Name, Kind: page.Kind})
	switch {
	case errors.Is(err, accounts.ErrTaken):
		page.Fail("name", FailNameTaken)
		return q.show(http.StatusConflict, "unit", page)
	case errors.Is(err, accounts.ErrOneAudit):
		page.Fail("kind", FailOneAudit)
		return q.show(http.StatusConflict, "unit", page)
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashUnitSaved, "/enti")
}

// people lists the staff, and the invitations that wait.
func (q *request) people() error {
	all, err := q.administers()
	if err != nil {
		return err
	}
	page := &PeoplePage{Page: q.base(TitlePeople)}
	for _, p := range sorted(all.People, personName) {
		page.People = append(page.People, PersonRow{ID: p.ID, Username: p.Username, Role: p.Role, Unit: all.UnitName(p.Unit),
			State: personState(p.State), Mine: p.ID == q.who.Person(), Locked: p.Unit == "" && p.LockedFactor() && p.ID != q.who.Person()})
	}
	for _, i := range all.Invitations {
		if p, ok := all.People[i.Person]; ok {
			page.Invitations = append(page.Invitations, Invitation{ID: i.ID, Name: p.Username, Role: p.Role, Unit: all.UnitName(p.Unit), Ends: q.day(i.Ends)})
		}
	}
	return q.show(http.StatusOK, "people", page)
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
		return accounts.ErrDenied
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

func (q *request) lift() error {
	receipt, err := q.s.door.Lift(q.ctx(), q.who, q.form.Get("person"))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashLifted, "/personale")
}

func (q *request) withdrawInvitation() error {
	receipt, err := q.s.door.WithdrawInvitation(q.ctx(), q.who, q.form.Get("invitation"))
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

func (q *request) inviteForm() (*InvitePage, error) {
	all, err := q.administers()
	if err != nil {
		return nil, err
	}
	page := &InvitePage{Page: q.base(TitleInvite), Username: q.form.Get("username"), Office: q.form.Get("office"),
		Into: q.form.Get("unit"), Language: q.form.Get("language")}
	for _, u := range sorted(all.Units, unitName) {
		page.Units = append(page.Units, Unit{ID: u.ID, Name: u.Name})
	}
	return page, nil
}

// invite enters a person and shows her invitation's code, once.
func (q *request) invite() error {
	page, err := q.inviteForm()
	if err != nil {
		return err
	}
	_, code, receipt, err := q.s.door.CreatePerson(q.ctx(), q.who, accounts.NewPerson{Username: page.Username, Role: policies.Role(page.Office),
		Agency: q.who.Agency(), Unit: page.Into, Language: page.Language})
	switch {
	case errors.Is(err, accounts.ErrTaken):
		page.Fail("username", FailUsername)
		return q.show(http.StatusConflict, "invite", page)
	case errors.Is(err, accounts.ErrIncomplete):
		page.Fail("office", FailFits)
		return q.show(http.StatusUnprocessableEntity, "invite", page)
	case err != nil:
		return err
	}
	q.receipt(receipt)
	return q.showCode(code, page.Username)
}

func (q *request) showCode(code crypto.Secret, username string) error {
	page := &InvitePage{Page: q.base(TitleInvite), Code: string(code), Username: username, Ends: q.s.door.Gate().Now().Add(accounts.InvitationFor)}
	page.Once = true
	return q.show(http.StatusOK, "invite", page)
}

// inviteAgain replaces the invitation of a person who has not taken hers.
func (q *request) inviteAgain() error {
	code, receipt, err := q.s.door.Invite(q.ctx(), q.who, q.form.Get("person"))
	if err != nil {
		return err
	}
	q.receipt(receipt)
	roster, err := q.roster()
	if err != nil {
		return err
	}
	return q.showCode(code, roster.Username(q.form.Get("person")))
}
