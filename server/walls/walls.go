package walls

import (
	"errors"
	"net/http"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/kept"
	"sportello/referrals/walls"
	"sportello/server/frame"
)

// WallsPage is "walls": from whom a case file is hidden, as far as the reader is told.
// Who answers for it posts off and version to /schede/ID/muri; whoever may open it
// asks a colleague, or the unit's witness, to hide it from a lead with her, by off, second and stands, at
// …/muri/insieme. The step-up page follows both. What she asked she takes back at
// …/muri/PROPOSAL/ferma.
type WallsPage struct {
	frame.Page
	frame.CaseHead
	Version  string
	Knows    bool // she is told from whom it is hidden
	Answers  bool // she says so herself
	Recovery bool // without one nothing is hidden
	Workers  []Behind
	Leads    []Behind
	Seconds  []Behind // who can be asked
	Witness  []Behind // of them, the one outside the unit, if it named one
	Stands   []string // who answers for it in place of a lead, by user name
	Waiting  *WallWaits
	WallsForm
	WallTwoForm
}

// one tells that she says herself from which colleagues it is hidden.
func (p *WallsPage) one() bool { return p.Answers && p.Recovery && len(p.Workers) > 0 }

// two tells that she can ask somebody to hide it with her from a lead.
func (p *WallsPage) two() bool { return p.Recovery && len(p.Leads) > 0 && len(p.Seconds) > 0 }

// outside tells that somebody who can be asked is of another unit.
func (p *WallsPage) outside(id string) bool {
	return len(p.Witness) > 0 && p.Witness[0].ID == id
}

// Behind is somebody on the page of walls.
type Behind struct {
	ID, Name string
	Audits   bool // she reads the log, in a unit of her own
	Off      bool // it is hidden from her
	Outside  bool // it is not kept for her yet: somebody let her in from whom it is hidden
}

// WallWaits is what the reader asked of a colleague.
type WallWaits struct {
	ID, Second string
	Off, Back  []string
	Day        time.Time
}

// WallsForm is from which colleagues it is hidden from now on.
type WallsForm struct {
	Off []string `form:"off"` // ids
}

// WallTwoForm is from which leads it is to be hidden, who is asked, and who answers for it then.
type WallTwoForm struct {
	OffLeads []string `form:"off_leads"` // ids
	Second   string   `form:"second"`    // an id
	Stands   string   `form:"stands" words:"wall_stands"`
}

// wallsOf reads the page.
func wallsOf(q *frame.Request) (*WallsPage, walls.View, error) {
	v, receipt, err := q.Desk.Walls.Of(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, v, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, v, err
	}
	q.Receipt(receipt)
	page := &WallsPage{Page: q.Base(TitleWalls), CaseHead: frame.HeadOf(q, v.CaseHead, ""), Version: frame.Version(v.Version),
		Knows: v.Knows, Answers: v.Answers, Recovery: v.Recovery}
	for _, p := range v.People {
		b := Behind{ID: p.ID, Name: p.Username, Audits: p.Unit != q.Who.Unit(), Off: v.Off.Has(p.ID), Outside: v.Outside[p.ID]}
		list, off := &page.Workers, &page.Off
		if v.Leads[p.ID] {
			list, off = &page.Leads, &page.OffLeads
		}
		*list = append(*list, b)
		if b.Off {
			*off = append(*off, b.ID)
		} else if p.State == string(acts.Active) && p.Unit == q.Who.Unit() {
			page.Seconds = append(page.Seconds, b)
		}
	}
	page.Witness = witnessOf(q, roster)
	page.Seconds = append(page.Seconds, page.Witness...)
	page.Stands = names(roster, v.Stands)
	if w := v.Waiting; w != nil {
		page.Waiting = &WallWaits{ID: w.ID, Second: roster.Username(w.Second), Off: names(roster, w.Off), Back: names(roster, w.Back), Day: q.Day(w.Day)}
	}
	q.Fill(&page.WallsForm)
	q.Fill(&page.WallTwoForm)
	return page, v, nil
}

// witnessOf is whom the unit of the reader named, outside it, for the second word.
func witnessOf(q *frame.Request, roster *units.Roster) (all []Behind) {
	u := roster.Units[q.Who.Unit()]
	if u == nil || u.Witness == "" {
		return nil
	}
	p := roster.People[u.Witness]
	if p == nil || roster.Units[p.Unit] == nil || !units.MayWitness(p, roster.Units[p.Unit], u.ID) {
		return nil
	}
	return []Behind{{ID: p.ID, Name: p.Username + " · " + roster.UnitName(p.Unit)}}
}

func names(roster *units.Roster, people acts.List) (all []string) {
	for _, id := range people.IDs() {
		all = append(all, roster.Username(id))
	}
	return all
}

// Walls answers GET /schede/{id}/muri.
func Walls(q *frame.Request) (frame.Shown, error) {
	page, _, err := wallsOf(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// changed is what a list of ticks changes, of some people of the page.
func changed(now acts.List, of []Behind, ticked []string) (c walls.Change) {
	for _, b := range of {
		switch on := frame.Contains(ticked, b.ID); {
		case on && (!now.Has(b.ID) || b.Outside):
			c.Off = c.Off.With(b.ID)
		case !on && now.Has(b.ID):
			c.Back = c.Back.With(b.ID)
		}
	}
	return c
}

// SetWalls answers POST /schede/{id}/muri. What is sent as it stands is set again: who
// is outside is let in by that.
func SetWalls(q *frame.Request, f *WallsForm) error {
	page, v, err := wallsOf(q)
	switch {
	case err != nil:
		return err
	case !v.Answers:
		return acts.ErrDenied
	case q.Version() != v.Version: // before a code is spent on it
		return acts.ErrConflict
	}
	if ok, err := q.StepUp(policies.CaseWall, v.ID, StepUpWall, v.Card.Code); !ok {
		return err
	}
	receipt, err := q.Desk.Walls.Set(q.Context(), q.Who, v.ID, q.Version(), changed(v.Off, page.Workers, f.Off))
	return wallDone(q, &page.Page, err, func() error { return q.Done(receipt, FlashWall, "/schede/"+v.ID+"/muri") }, page)
}

// wallDone goes on, or shows beside its field what was not taken.
func wallDone(q *frame.Request, p *frame.Page, err error, done func() error, page frame.Shown) error {
	if frame.Invalid(p, err) {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if errors.Is(err, kept.ErrNoRecovery) {
		p.Problem = ProblemWallRecovery
		return q.Show(http.StatusConflict, page)
	}
	if err != nil {
		return err
	}
	return done()
}

// ProposeWall answers POST /schede/{id}/muri/insieme.
func ProposeWall(q *frame.Request, f *WallTwoForm) error {
	page, v, err := wallsOf(q)
	if err != nil {
		return err
	}
	page.WallTwoForm = *f
	change := changed(v.Off, page.Leads, f.OffLeads)
	if !v.Knows {
		change.Back = ""
	}
	stands := map[string]string{"me": q.Who.Person(), "second": f.Second}[f.Stands]
	if change.Off == "" && change.Back == "" {
		page.Fail("off_leads", "error.not_lead")
	}
	if f.Second == "" {
		page.Fail("second", frame.FailChoice)
	}
	if change.Off != "" && stands == "" {
		page.Fail("stands", frame.FailChoice)
	}
	if f.Stands == "second" && page.outside(f.Second) { // before a code is spent on it
		page.Fail("stands", "error.witness_stands")
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.WallPropose, v.ID, StepUpWallPropose, v.Card.Code); !ok {
		return err
	}
	receipt, err := q.Desk.Walls.Propose(q.Context(), q.Who, v.ID, walls.Two{Change: change, Second: f.Second, Stands: stands})
	return wallDone(q, &page.Page, err, func() error { return q.Done(receipt, FlashWallAsked, "/schede/"+v.ID+"/muri") }, page)
}

// StopWall answers POST /schede/{id}/muri/{wall}/ferma.
func StopWall(q *frame.Request, _ *frame.Nothing) error {
	receipt, err := q.Desk.Walls.Stop(q.Context(), q.Who, q.ID("wall"))
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashWallStopped, "/schede/"+q.ID("id"))
}

// WallAskedPage is "wall-asked": a colleague asks the reader to hide a case file with
// her from a lead. It posts to /schede/ID/muri/WALL, the step-up page follows; her no
// goes to …/ferma.
type WallAskedPage struct {
	frame.Page
	frame.CaseHead
	ID, By, Stands string // user names
	Second         string // the witness who said yes, on Agreed; else empty
	Off, Back      []string
	Day, Agreed    time.Time
}

// WallAsked answers GET /schede/{id}/muri/{wall}.
func WallAsked(q *frame.Request) (frame.Shown, error) {
	w, head, receipt, err := q.Desk.Walls.Asked(q.Context(), q.Who, q.ID("id"), q.ID("wall"))
	if err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &WallAskedPage{Page: q.Base(TitleWalls), CaseHead: frame.HeadOf(q, head, ""), ID: w.ID, By: roster.Username(w.By),
		Off: names(roster, w.Off), Back: names(roster, w.Back), Day: q.Day(w.Day)}
	if w.Stands != "" {
		page.Stands = roster.Username(w.Stands)
	}
	if w.Agreed != "" {
		page.Second, page.Agreed = roster.Username(w.Second), q.Day(w.Agreed)
	}
	return page, nil
}

// ConfirmWall answers POST /schede/{id}/muri/{wall}.
func ConfirmWall(q *frame.Request, _ *frame.Nothing) error {
	w, _, _, err := q.Desk.Walls.Asked(q.Context(), q.Who, q.ID("id"), q.ID("wall"))
	if err != nil {
		return err
	}
	if ok, err := q.StepUp(policies.WallConfirm, w.CaseID, StepUpWall, w.Who.Code); !ok {
		return err
	}
	receipt, err := q.Desk.Walls.Confirm(q.Context(), q.Who, w.CaseID, w.ID)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashWall, "/schede/"+w.CaseID)
}

// What the pages say.
const (
	StepUpWall          = "stepup.wall"
	StepUpWallPropose   = "stepup.wall_propose"
	FlashWall           = "walls.done"
	FlashWallAsked      = "walls.asked"
	FlashWallStopped    = "walls.stopped"
	ProblemWallRecovery = "walls.no_recovery"
	TitleWalls          = "walls.title"
)
