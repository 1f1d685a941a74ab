package frame

import (
	"time"

	"sportello/policies/acts"
	"sportello/server/locale"

	"github.com/a-h/templ"
)

// Page is what every page has. Each page struct embeds it; a template reads
// nothing but its page struct. Whatever people typed is kept as text and only
// escaped when shown.
type Page struct {
	Lang      locale.Lang // the language of this answer
	Now       time.Time   // the moment of this answer, for ages
	Title     string      // message key of the page's plain name; never about a person
	FormToken string      // goes back with every form
	Here      string      // path of this page; where cover, language and sign-in lead back to
	User      string      // display name of who is signed in; empty on public pages
	Works     string      // kind of her unit, a word of "unit_kind"; decides the menu
	Unit      string      // name of her unit
	Flash     string      // message key of what was just done, or empty
	Problem   string      // message key of what went wrong with the whole page, or empty
	Then      []string    // message keys beside Problem: whether anything was saved, and what to do next
	Support   string      // code to tell support beside Problem, or empty
	Differs   bool        // the last check found records that are not what the log says
	Unread    bool        // of what the page lists, something cannot be read, and is left out
	Refilled  bool        // the form comes back from a draft
	Lost      time.Time   // when something was typed that was not kept; said once
	Late      bool        // something arrived under a covered screen, and waits for her word
	Once      bool        // what it shows cannot be shown again: another language is not offered
	Speak     string      // where its form comes back from in another language; empty where its address shows it again
	Retype    bool        // what was typed is secret: its fields come back empty
	Errors    []FieldError
}

// FieldError says what is wrong with one field.
type FieldError struct {
	Field string // the input's name
	Key   string // message key
}

// Shown is a page struct: a pointer to a struct that embeds Page, with its template.
type Shown interface {
	base() *Page
	HTML(v *PageView) templ.Component
}

func (p *Page) base() *Page { return p }

// Fail marks a field as wrong; the form comes back filled, with this beside it.
func (p *Page) Fail(field, key string) {
	p.Errors = append(p.Errors, FieldError{Field: field, Key: key})
}

// ErrorOf is the message key of what is wrong with a field, or empty.
func (p *Page) ErrorOf(field string) string {
	for _, e := range p.Errors {
		if e.Field == field {
			return e.Key
		}
	}
	return ""
}

// SignedIn tells a staff page from a public one.
func (p *Page) SignedIn() bool { return p.User != "" }

// NavItem is one entry of the menu.
type NavItem struct {
	Key, Href string
	Current   bool
}

// menu is every entry that a menu can have, by name.
var menu = map[string]NavItem{
	"agenda":      {Key: "nav.agenda", Href: "/agenda"},
	"cases":       {Key: "nav.cases", Href: "/schede"},
	"search":      {Key: "nav.search", Href: "/cerca"},
	"new_contact": {Key: "nav.new_contact", Href: "/contatti/nuovo"},
	"reports":     {Key: "nav.reports", Href: "/segnalazioni"},
	"admissions":  {Key: "nav.admissions", Href: "/ammissioni"},
	"centres":     {Key: "nav.centres", Href: "/centri"},
	"inbox":       {Key: "nav.inbox", Href: "/arrivi"},
	"desks":       {Key: "nav.desks", Href: "/centri"},
	"log":         {Key: "nav.log", Href: "/registro"},
	"access":      {Key: "nav.access", Href: "/registro/accessi"},
	"referrals":   {Key: "nav.referrals", Href: "/registro/invii"},
	"agencies":    {Key: "nav.agencies", Href: "/enti"},
	"people":      {Key: "nav.people", Href: "/personale"},
	"board":       {Key: "nav.board", Href: "/numeri"},
}

// menuOf is what a worker finds in her menu, most used first: what her kind of unit
// does, or administration. Leaving an entry out hides nothing: the policy decides,
// the menu only helps.
func (p *Page) menuOf() []NavItem {
	k, _ := acts.UnitKindOf(p.Works)
	names := k.Menu
	if p.Works == "" {
		names = []string{"agencies", "people", "board"}
	}
	var items []NavItem
	for _, name := range names {
		items = append(items, menu[name])
	}
	return items
}

// Nav is the menu of the page's reader, with the page it stands on marked.
func (p *Page) Nav() []NavItem {
	items := p.menuOf()
	best := -1
	for i := range items {
		under := p.Here == items[i].Href || len(p.Here) > len(items[i].Href) && p.Here[:len(items[i].Href)+1] == items[i].Href+"/"
		if under && (best < 0 || len(items[i].Href) > len(items[best].Href)) {
			best = i
		}
	}
	if best >= 0 {
		items[best].Current = true
	}
	return items
}

// Home is where the brand leads: the first page of her menu.
func (p *Page) Home() string {
	if items := p.menuOf(); p.SignedIn() && len(items) > 0 {
		return items[0].Href
	}
	return "/entra"
}

// OtherLang is the language the switch offers.
func (p *Page) OtherLang() locale.Lang {
	if p.Lang == locale.English {
		return locale.Italian
	}
	return locale.English
}

// Pair is one typed value carried along as a hidden field.
type Pair struct{ Name, Value string }
