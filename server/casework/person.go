package casework

import (
	"errors"
	"net/http"
	"strings"

	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/towns"
	"sportello/server/frame"
	"sportello/server/merge"
)

// PersonPage is "person": what she agreed to tell. It posts PersonForm and
// version to /schede/ID/persona; forgetting posts to /schede/ID/persona/dimentica.
type PersonPage struct {
	frame.Page
	frame.CaseHead
	Version  string
	Was      string   // what its fields held when the form was made
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
	page.Version, page.Was = frame.MadeFrom(q, v.Version, &page.Form)
	q.Fill(&page.Form)
	return page, nil
}

func personPage(q *frame.Request, v referrals.CaseView) *PersonPage {
	page := &PersonPage{Page: q.Base(TitlePerson), CaseHead: frame.HeadOf(q, v.CaseHead, "person"), Version: frame.Version(v.Version), Identity: identityWord(v)}
	page.Form = personOf(v)
	page.Was = merge.Was(&page.Form)
	return page
}

// personOf is what is stored, as its form shows it.
func personOf(v referrals.CaseView) PersonForm {
	f := PersonForm{Alias: v.Card.Alias, Language: v.Told.Language, Mediator: v.Told.Mediator, Town: v.Told.Town,
		Children: v.Told.Children, Needs: v.Told.Needs}
	if v.Identity != nil {
		f.Name, f.Surname, f.Born = v.Identity.Name, v.Identity.Surname, v.Identity.Born
	}
	return f
}

func (f PersonForm) save(v referrals.CaseView) cases.PersonForm {
	told := v.Told
	told.Language, told.Mediator, told.Town, told.Children, told.Needs = f.Language, f.Mediator, f.Town, f.Children, f.Needs
	return cases.PersonForm{Alias: f.Alias, Identity: cases.Identity{Name: f.Name, Surname: f.Surname, Born: f.Born}, Told: told}
}

// SavePerson writes the page. What others changed meanwhile in fields that were not
// touched here stays; where both changed one, both versions are shown, with who and when.
func SavePerson(q *frame.Request, f *PersonForm) error {
	v, err := frame.OpenCase(q, referrals.PartPerson)
	if err != nil {
		return err
	}
	page := personPage(q, v)
	switch keep := q.Hidden("keep"); {
	case keep == "theirs":
		merge.Take(strings.Split(q.Hidden("at"), ","), f, &page.Form)
	case keep == "edit":
		page.Form, page.Version, page.Was = *f, q.Hidden("version"), q.Hidden("was")
		return q.Show(http.StatusOK, page)
	}
	if !page.town(f) {
		page.Form, page.Version, page.Was = *f, q.Hidden("version"), q.Hidden("was")
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	mine, flash, tries := *f, FlashPersonSaved, 0
	for {
		merged := mine
		if v.Version != q.Version() {
			theirs := personOf(v)
			both, _ := merge.Merge(q.Hidden("was"), &merged, &theirs)
			if len(both) > 0 {
				return personConflict(q, v, merged, both)
			}
			flash = FlashPersonMerged
		}
		receipt, err := q.Desk.Cases.SavePerson(q.Context(), q.Who, v.ID, v.Version, merged.save(v))
		if errors.Is(err, acts.ErrConflict) && tries < 4 { // somebody was quicker by a moment
			tries++
			if v, err = frame.OpenCase(q, referrals.PartPerson); err != nil {
				return err
			}
			continue
		}
		page := personPage(q, v)
		if frame.Invalid(&page.Page, err) {
			page.Form, page.Version, page.Was = mine, q.Hidden("version"), q.Hidden("was")
			return q.Show(http.StatusUnprocessableEntity, page)
		}
		if err != nil {
			return err
		}
		return q.Done(receipt, flash, "/schede/"+v.ID+"/persona")
	}
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
func personConflict(q *frame.Request, v referrals.CaseView, mine PersonForm, both []string) error {
	theirs := personOf(v)
	page, err := conflictPage(q, v, "person", both, frame.PairsOf(mine, 0))
	if err != nil {
		return err
	}
	page.Was = merge.Was(&theirs)
	add := func(field, key, m, t string) { page.add(v, field, q.Text(key), m, t) }
	add("alias", "contact.name", mine.Alias, theirs.Alias)
	add("name", "person.name", mine.Name, theirs.Name)
	add("surname", "person.surname", mine.Surname, theirs.Surname)
	add("born", "person.born", mine.Born, theirs.Born)
	add("language", "person.language", q.Word("language", mine.Language), q.Word("language", theirs.Language))
	add("mediator", "person.mediator", q.Word("yesno", mine.Mediator), q.Word("yesno", theirs.Mediator))
	add("town", "person.town", mine.Town, theirs.Town)
	add("children_note", "person.children", mine.Children, theirs.Children)
	add("needs", "contact.needs", q.Words("need", mine.Needs), q.Words("need", theirs.Needs))
	return q.Show(http.StatusConflict, page)
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
	FlashPersonSaved  = "person.saved"
	FlashPersonMerged = "person.merged"
	TitlePerson       = "person.title"
	TitleConflict     = "conflict.title"
	FailTownSeveral   = "town.several"
)
