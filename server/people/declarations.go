package people

import (
	"time"

	"sportello/referrals/cases"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// DeclarationsPage is "declarations": whom one should not be given. Posts id and
// declared_name, declared_surname, declared_phone to /credenziali/dichiarazioni;
// taking back posts to /credenziali/dichiarazioni/ID/togli.
type DeclarationsPage struct {
	frame.Page
	Mine  []Declared
	Leads []string // user names of who can read them too
	Form  string   // drawn when the form is shown: sent twice, it is one declaration
	DeclarationForm
}

// DeclarationForm is whom one should not be given.
type DeclarationForm struct {
	Name    string `form:"declared_name" max:"200"`
	Surname string `form:"declared_surname" max:"200"`
	Phone   string `form:"declared_phone" max:"60"`
}

// Declarations is whom one asks not to be given: what was declared, and the form
// for another.
func Declarations(q *frame.Request) (frame.Shown, error) { return showDeclarations(q, nil) }

func showDeclarations(q *frame.Request, cause error) (frame.Shown, error) {
	all, leads, receipt, err := q.Desk.Cases.MyDeclarations(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &DeclarationsPage{Page: q.Base(TitleDeclarations), Form: string(typed.NewForm()), Leads: leads}
	q.Fill(&page.DeclarationForm)
	for _, v := range all {
		page.Mine = append(page.Mine, Declared{ID: v.ID, Name: v.Name, Surname: v.Surname, Phone: v.Phone, Day: q.Day(v.Day)})
	}
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// Declare answers POST /credenziali/dichiarazioni.
func Declare(q *frame.Request, f *DeclarationForm) error {
	receipt, err := q.Desk.Cases.Declare(q.Context(), q.Who, typed.Form(q.Hidden("id")), cases.Declared{Name: f.Name, Surname: f.Surname, Phone: f.Phone})
	return q.DoneOr(showDeclarations, receipt, err, FlashDeclared, "/credenziali/dichiarazioni")
}

// WithdrawDeclaration answers POST /credenziali/dichiarazioni/{id}/togli.
func WithdrawDeclaration(q *frame.Request, _ *frame.Nothing) error {
	receipt, err := q.Desk.Cases.WithdrawDeclaration(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashDeclarationGone, "/credenziali/dichiarazioni")
}

// Declared is one person whom somebody should not be given.
type Declared struct {
	ID      string
	By      string // user name; empty on one's own page
	Sealed  bool   // not yet open to the reader
	Name    string
	Surname string
	Phone   string
	Day     time.Time
	Matches []DeclaredMatch
	More    bool // others look like it too, less so
}

// DeclaredMatch is a case file that looks like a declared person.
type DeclaredMatch struct {
	frame.Card
	By []string // words of "match_by"
}

// What the page says.
const (
	FlashDeclared        = "declare.done"
	FlashDeclarationGone = "declare.gone"
	TitleDeclarations    = "declare.title"
)
