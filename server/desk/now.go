package desk

import (
	"errors"
	"slices"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/server/frame"
	"sportello/server/parts"
)

// NowPage is "now": what of a woman cannot wait, and how it ends. It posts go ("take" or
// "end") with the mark it is about to its own address.
type NowPage struct {
	frame.Page
	Who       frame.Who
	Back      string // the contact, or the case file
	Action    string
	Marks     []NowMark // the gravest first: the form is about it
	Strip     frame.Strip
	Emergency []parts.Call
	OnCall    []parts.Call // who decides now, beside the leads
	Leads     []string     // user names of who answers for the unit
	People    []frame.Unit
	NowForm
}

// NowMark is one thing that cannot wait.
type NowMark struct {
	Kind  string // a word of "now"
	Since time.Time
	Hold
	Life bool
}

// Hold says in whose hands something is.
type Hold struct {
	By   string // who has taken it on
	Hand string // how it was handed on, a word of "hand"
	To   string // to whom
}

// holdOf is a hold as a page shows it.
func holdOf(roster *units.Roster, h kept.Hold) Hold {
	shown := Hold{By: nameOf(roster, h.By), Hand: h.Hand, To: h.To}
	if h.Hand == kept.HandColleague {
		shown.To = nameOf(roster, h.To)
	}
	return shown
}

// NowForm is how it ended, or that somebody takes it on.
type NowForm struct {
	Mark string `form:"mark" words:"now"` // what it is about
	End  string `form:"end" words:"now_end"`
	Text string `form:"end_text" max:"300"`
	HandForm
}

// HandForm is how it is handed on, and to whom.
type HandForm struct {
	Hand      string `form:"hand" words:"hand"`
	Colleague string `form:"colleague"`
	HandTo    string `form:"hand_to" max:"300"`
}

// Ends are the answers that fit what cannot wait.
func (p *NowPage) Ends() []string { return kept.MarkEnds[p.Mark] }

// First is what of a woman stands first, which is handed on.
func (p *NowPage) First() string {
	if len(p.Marks) == 0 {
		return ""
	}
	return p.Marks[0].Kind
}

// NowOfContact answers GET /contatti/{id}/adesso.
func NowOfContact(q *frame.Request) (frame.Shown, error) { return nowOfContact(q, nil) }

// NowOfCase answers GET /schede/{id}/adesso.
func NowOfCase(q *frame.Request) (frame.Shown, error) { return nowOfCase(q, nil) }

func nowOfContact(q *frame.Request, cause error) (frame.Shown, error) {
	v, receipt, err := q.Desk.Cases.OpenContact(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	if v.CaseID != "" {
		return nil, q.Redirect("/schede/" + v.CaseID + "/adesso")
	}
	page := &NowPage{Who: frame.Who{Code: v.Contact.Code, Alias: v.Alias}, Back: "/contatti/" + v.ID, Action: "/contatti/" + v.ID + "/adesso", Strip: frame.StripOf(v.Safe, frame.Who{})}
	return nowPage(q, page, v.Marks(), cause)
}

func nowOfCase(q *frame.Request, cause error) (frame.Shown, error) {
	v, err := frame.OpenCase(q)
	if err != nil {
		return nil, err
	}
	head := frame.HeadOf(q, v.CaseHead, "")
	page := &NowPage{Who: head.Strip.Who, Back: "/schede/" + v.ID, Action: "/schede/" + v.ID + "/adesso", Strip: head.Strip}
	return nowPage(q, page, v.Card.Marks, cause)
}

func nowPage(q *frame.Request, page *NowPage, marks kept.Marks, cause error) (frame.Shown, error) {
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	page.Page, page.Emergency, page.OnCall = q.Base(TitleNow), parts.Emergency(q, roster), parts.OnCall(q, roster)
	for _, kind := range kept.MarkKinds {
		if m := marks.Of(kind, page.Now); m != nil {
			page.Marks = append(page.Marks, NowMark{Kind: kind, Since: m.Since, Hold: holdOf(roster, m.Hold), Life: m.Life})
		}
	}
	if len(page.Marks) == 0 {
		return nil, q.Redirect(page.Back)
	}
	for _, m := range page.Marks {
		if len(kept.MarkEnds[m.Kind]) > 0 {
			page.Mark = m.Kind
			break
		}
	}
	page.Leads = leads(roster, q.Who.Unit())
	page.People = colleagues(roster, q.Who)
	mark := page.Mark
	q.Fill(&page.NowForm)
	page.Mark = mark
	frame.Explain(&page.Page, cause)
	return page, nil
}

// nameOf is the user name of a person, or nothing for nobody.
func nameOf(roster *units.Roster, id string) string {
	if id == "" {
		return ""
	}
	return roster.Username(id)
}

// colleagues are the other active members of the caller's unit.
func colleagues(roster *units.Roster, who acts.Caller) (all []frame.Unit) {
	for _, p := range roster.People {
		if p.Unit == who.Unit() && p.State == string(acts.Active) && p.ID != who.Person() {
			all = append(all, frame.Unit{ID: p.ID, Name: p.Username})
		}
	}
	slices.SortFunc(all, func(a, b frame.Unit) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// leads are the user names of the active leads of a unit.
func leads(roster *units.Roster, unit string) (names []string) {
	for _, p := range roster.People {
		if p.Unit == unit && p.Role == string(policies.Lead) && p.State == string(acts.Active) {
			names = append(names, p.Username)
		}
	}
	slices.Sort(names)
	return names
}

// EndNowOfContact answers POST /contatti/{id}/adesso.
func EndNowOfContact(q *frame.Request, f *NowForm) error {
	return endNow(q, f, cases.Waits{Contact: q.ID("id")}, nowOfContact)
}

// EndNowOfCase answers POST /schede/{id}/adesso.
func EndNowOfCase(q *frame.Request, f *NowForm) error {
	return endNow(q, f, cases.Waits{Case: q.ID("id")}, nowOfCase)
}

func endNow(q *frame.Request, f *NowForm, on cases.Waits, view frame.BackView) error {
	mark := f.Mark
	if q.Pressed() == "hand" {
		hold := kept.Hold{Hand: f.Hand, To: f.HandTo}
		if f.Hand == kept.HandColleague {
			hold.To = f.Colleague
		}
		receipt, err := q.Desk.Cases.HandNow(q.Context(), q.Who, on, mark, hold)
		if errors.Is(err, kept.ErrState) {
			return q.Redirect("/turno")
		}
		return q.DoneOr(view, receipt, err, FlashNowHanded, "/turno")
	}
	if q.Pressed() == "take" {
		receipt, err := q.Desk.Cases.TakeNow(q.Context(), q.Who, on, mark)
		if errors.Is(err, kept.ErrState) {
			return q.Redirect("/agenda")
		}
		return q.DoneOr(view, receipt, err, FlashNowTaken, "/agenda")
	}
	receipt, err := q.Desk.Cases.EndNow(q.Context(), q.Who, on, cases.NowEnd{Mark: mark, Code: f.End, Text: f.Text})
	if errors.Is(err, kept.ErrState) {
		return q.Redirect("/agenda") // a colleague was quicker: the list says what is left
	}
	return q.DoneOr(view, receipt, err, FlashNowEnded, "/agenda")
}

// What the page says.
const (
	FlashNowEnded  = "now.ended"
	FlashNowHanded = "turn.handed"
	FlashNowTaken  = "now.taken"
	TitleNow       = "now.title"
)
