package casework

import (
	"errors"
	"net/http"
	"slices"

	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/towns"
	"sportello/server/frame"
)

// PersonPage is "person": what she agreed to tell. It posts PersonForm and
// version to /schede/ID/persona; forgetting posts to /schede/ID/persona/dimentica.
type PersonPage struct {
	frame.Page
	frame.CaseHead
	Version  string
	Identity string   // a word of "identity"
	Towns    []string // municipalities to choose from, where several have the name that was typed
	Form     PersonForm
}

// Person answers GET /schede/{id}/persona.
func Person(q *frame.Request) (frame.Shown, error) {
	v, err := frame.OpenCase(q, referrals.PartPerson)
	if err != nil {
		return nil, err
	}
	page := personPage(q, v)
	q.Fill(&page.Form)
	return page, nil
}

func personPage(q *frame.Request, v referrals.CaseView) *PersonPage {
	page := &PersonPage{Page: q.Base(TitlePerson), CaseHead: frame.HeadOf(q, v.CaseHead, "person"), Version: frame.Version(v.Version), Identity: identityWord(v)}
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

// SavePerson writes the page, or shows both versions when somebody else saved
// meanwhile.
func SavePerson(q *frame.Request, f *PersonForm) error {
	v, err := frame.OpenCase(q, referrals.PartPerson)
	if err != nil {
		return err
	}
	at := q.Version()
	switch q.Hidden("keep") {
	case "theirs":
		return q.Redirect("/schede/" + v.ID + "/persona")
	case "edit":
		page := personPage(q, v)
		page.Form = *f
		return q.Show(http.StatusOK, page)
	}
	if page := personPage(q, v); !page.town(f) {
		page.Form, page.Version = *f, frame.Version(at)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	receipt, err := q.Desk.Cases.SavePerson(q.Context(), q.Who, v.ID, at, f.save(v))
	if errors.Is(err, acts.ErrConflict) {
		return personConflict(q, *f)
	}
	page := personPage(q, v)
	if frame.Invalid(&page.Page, err) {
		page.Form, page.Version = *f, frame.Version(at)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashPersonSaved, "/schede/"+v.ID+"/persona")
}

// town gives the municipality its whole name, where there is one alone of what was
// typed. Of several it asks which, and takes that nobody knows; what is no municipality
// of Italy stays as it was typed.
func (p *PersonPage) town(f *PersonForm) bool {
	all := towns.Named(f.Town)
	if len(all) == 1 {
		f.Town = all[0].String()
	}
	if len(all) < 2 || f.TownPick == f.Town {
		return true
	}
	for _, place := range all {
		if place.String() == f.TownPick {
			f.Town = f.TownPick
			return true
		}
		p.Towns = append(p.Towns, place.String())
	}
	p.Towns = append(p.Towns, f.Town)
	p.Fail("town", FailTownSeveral)
	return false
}

// personConflict shows what is stored now beside what was typed; she chooses.
func personConflict(q *frame.Request, mine PersonForm) error {
	v, err := frame.OpenCase(q, referrals.PartPerson)
	if err != nil {
		return err
	}
	theirs := personPage(q, v).Form
	page := &ConflictPage{Page: q.Base(TitleConflict), CaseHead: frame.HeadOf(q, v.CaseHead, "person"), HasCase: true, Action: q.R.URL.Path,
		Version: frame.Version(v.Version), Carried: frame.PairsOf(mine, 0)}
	page.Mine, page.Theirs = compare(q, mine, theirs)
	return q.Show(http.StatusConflict, page)
}

// compare lists the fields of two versions of the person page side by side, what
// differs first.
func compare(q *frame.Request, mine, theirs PersonForm) (a, b []ConflictField) {
	add := func(key, m, t string) {
		a = append(a, ConflictField{key, m, m != t})
		b = append(b, ConflictField{key, t, m != t})
	}
	add("contact.name", mine.Alias, theirs.Alias)
	add("person.name", mine.Name, theirs.Name)
	add("person.surname", mine.Surname, theirs.Surname)
	add("person.born", mine.Born, theirs.Born)
	add("person.language", q.Word("language", mine.Language), q.Word("language", theirs.Language))
	add("person.mediator", q.Word("yesno", mine.Mediator), q.Word("yesno", theirs.Mediator))
	add("person.town", mine.Town, theirs.Town)
	add("person.children", mine.Children, theirs.Children)
	add("contact.needs", q.Words("need", mine.Needs), q.Words("need", theirs.Needs))
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

// PersonForm is what is typed there; nothing is required.
type PersonForm struct {
	Alias    string   `form:"alias" max:"120"`
	Name     string   `form:"name" max:"120"`
	Surname  string   `form:"surname" max:"120"`
	Born     string   `form:"born" max:"40"`
	Language string   `form:"language" words:"language"`
	Mediator string   `form:"mediator" words:"yesno"`
	Town     string   `form:"town" max:"120"` // where she may be looked for; never a street
	TownPick string   `form:"town_pick" max:"120"`
	Children string   `form:"children_note" max:"1000"`
	Needs    []string `form:"needs" words:"need"`
}

// What the page says.
const (
	FlashPersonSaved = "person.saved"
	TitlePerson      = "person.title"
	TitleConflict    = "conflict.title"
	FailTownSeveral  = "town.several"
)
