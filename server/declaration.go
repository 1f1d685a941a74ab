package server

import (
	"net/http"

	"sportello/policies"
	"sportello/referrals/cases"
	"sportello/referrals/typed"
)

// declarations is whom one asks not to be given: what was declared, and the form
// for another.
func (q *request) declarations() error { return q.showDeclarations(http.StatusOK, nil) }

func (q *request) showDeclarations(status int, cause error) error {
	all, leads, receipt, err := q.s.desk.Cases.MyDeclarations(q.ctx(), q.who)
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &DeclarationsPage{Page: q.base(TitleDeclarations), Form: string(typed.NewForm()), Leads: leads}
	if cause != nil || q.filled {
		page.Name, page.Surname, page.Phone = q.form.Get("declared_name"), q.form.Get("declared_surname"), q.form.Get("declared_phone")
	}
	for _, v := range all {
		page.Mine = append(page.Mine, Declared{ID: v.ID, Name: v.Name, Surname: v.Surname, Phone: v.Phone, Day: q.day(v.Day)})
	}
	invalid(&page.Page, cause)
	return q.show(status, "declarations", page)
}

func (q *request) declare() error {
	receipt, err := q.s.desk.Cases.Declare(q.ctx(), q.who, typed.Form(q.form.Get("id")), cases.Declared{
		Name: q.form.Get("declared_name"), Surname: q.form.Get("declared_surname"), Phone: q.form.Get("declared_phone")})
	return q.doneOr(q.showDeclarations, receipt, err, FlashDeclared, "/credenziali/dichiarazioni")
}

func (q *request) takeDeclarationBack() error {
	receipt, err := q.s.desk.Cases.WithdrawDeclaration(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashDeclarationGone, "/credenziali/dichiarazioni")
}

// unitDeclarations is what the lead reads before she gives somebody a case file.
func (q *request) unitDeclarations() error {
	all, receipt, err := q.s.desk.Cases.Declarations(q.ctx(), q.who)
	if err = q.partly(err); err != nil {
		return err
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &UnitDeclarationsPage{Page: q.base(TitleUnitDeclarations)}
	for _, v := range all {
		d := Declared{ID: v.ID, By: roster.Username(v.Author), Sealed: v.Sealed, Name: v.Name, Surname: v.Surname, Phone: v.Phone, Day: q.day(v.Day)}
		for _, m := range v.Matches {
			d.Matches = append(d.Matches, DeclaredMatch{Card: q.card(m.SearchCard), By: m.By})
		}
		page.All = append(page.All, d)
	}
	return q.show(http.StatusOK, "unit-declarations", page)
}

// mayDeclare tells whether a page for declarations is of use to the caller: she
// works with case files. The Desk asks the policy.
func (q *request) mayDeclare() bool { return q.isDesk() }

func (q *request) leads() bool { return q.isDesk() && q.who.Role() == policies.Lead }
