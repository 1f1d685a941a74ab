package admin

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/towns"
	"sportello/server/frame"
)

// MandatePage is "mandate": for whom an agency works, new or to change. Posts
// MandateForm and version to Action.
type MandatePage struct {
	frame.Page
	Action string // /enti/ID/incarichi/nuovo or /enti/ID/incarichi/ID
	Agency string // its name
	MandateForm
	Wrong   []towns.Wrong // lines that cannot be taken
	Also    []string      // municipalities that another mandate of the agency names
	Version string
}

// MandateForm is a mandate as it is typed.
type MandateForm struct {
	Controller string `form:"controller" max:"200"`
	Towns      string `form:"towns" max:"16000"` // one a line
	Protocol   string `form:"protocol" max:"120"`
	Ends       string `form:"ends" max:"40" as:"day"`
	Again      string `form:"also"` // "yes": those that another mandate names are named by this one too
}

// NewMandate answers GET /enti/{agency}/incarichi/nuovo.
func NewMandate(q *frame.Request) (frame.Shown, error) {
	page, _, err := mandatePage(q, "")
	return shown(page, err)
}

// Mandate answers GET /enti/{agency}/incarichi/{mandate}.
func Mandate(q *frame.Request) (frame.Shown, error) {
	page, _, err := mandatePage(q, q.ID("mandate"))
	return shown(page, err)
}

func shown(page *MandatePage, err error) (frame.Shown, error) {
	if err != nil {
		return nil, err
	}
	return page, nil
}

// mandatePage is the form of a mandate, as it is stored and as far as it was typed.
func mandatePage(q *frame.Request, id string) (*MandatePage, *office.Administration, error) {
	all, err := administers(q)
	if err != nil {
		return nil, nil, err
	}
	a, ok := all.Agencies[q.ID("agency")]
	if !ok {
		return nil, nil, acts.ErrDenied
	}
	page := &MandatePage{Page: q.Base(TitleMandateNew), Action: "/enti/" + a.ID + "/incarichi/nuovo", Agency: a.Name}
	if id != "" {
		m := mandateOf(all, a.ID, id)
		if m == nil {
			return nil, nil, acts.ErrDenied
		}
		page.Page, page.Action, page.Version = q.Base(TitleMandate), "/enti/"+a.ID+"/incarichi/"+m.ID, frame.Version(m.Version)
		page.MandateForm = MandateForm{Controller: m.Controller, Towns: towns.Lines(towns.Of(m.Towns)), Protocol: m.Protocol, Ends: m.Ends}
	}
	q.Fill(&page.MandateForm)
	return page, all, nil
}

func mandateOf(all *office.Administration, agency, id string) *acts.Mandate {
	for _, m := range all.Mandates {
		if m.ID == id && m.Agency == agency {
			return m
		}
	}
	return nil
}

// CreateMandate answers POST /enti/{agency}/incarichi/nuovo.
func CreateMandate(q *frame.Request, _ *MandateForm) error { return setMandate(q, "") }

// SaveMandate answers POST /enti/{agency}/incarichi/{mandate}.
func SaveMandate(q *frame.Request, _ *MandateForm) error { return setMandate(q, q.ID("mandate")) }

func setMandate(q *frame.Request, id string) error {
	page, all, err := mandatePage(q, id)
	if err != nil {
		return err
	}
	m := acts.Mandate{RowKey: acts.RowKey{ID: id}, Agency: q.ID("agency"), Controller: page.Controller, Protocol: page.Protocol, Ends: page.Ends}
	var before string
	if id != "" {
		if m.Version = q.Version(); m.Version == 0 {
			return acts.ErrConflict
		}
		page.Version, before = frame.Version(m.Version), mandateOf(all, m.Agency, id).Ends
	}
	m.Towns = page.check(q, all, id, before)
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	_, receipt, err := q.Office.SetMandate(q.Context(), q.Who, m)
	if errors.Is(err, office.ErrTaken) {
		page.Fail("protocol", FailMandateTaken)
		return q.Show(http.StatusConflict, page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashMandateSaved, "/enti/"+m.Agency)
}

// check marks what is missing or wrong, and returns the codes of the municipalities.
func (p *MandatePage) check(q *frame.Request, all *office.Administration, id, before string) string {
	switch {
	case strings.TrimSpace(p.Controller) == "":
		p.Fail("controller", FailName)
	case len([]rune(p.Controller)) > 200:
		p.Fail("controller", FailLong)
	}
	codes, wrong := towns.List(p.Towns)
	switch p.Wrong = wrong; {
	case len(wrong) > 0:
		p.Fail("towns", FailTowns)
	case codes == "":
		p.Fail("towns", FailNoTown)
	}
	switch {
	case strings.TrimSpace(p.Protocol) == "":
		p.Fail("protocol", FailProtocol)
	case len([]rune(p.Protocol)) > 120:
		p.Fail("protocol", FailLong)
	}
	far := q.Door.Gate().Now().AddDate(10, 0, 0).Format(time.DateOnly)
	if q.Day(p.Ends).IsZero() || p.Ends != before && (p.Ends < q.Desk.Day() || p.Ends > far) {
		p.Fail("ends", FailMandateEnds)
	}
	if p.Ends >= q.Desk.Day() { // of what is over two may name one
		p.Also = alsoNamed(all, q.ID("agency"), id, codes, q.Desk.Day())
	}
	if len(p.Also) > 0 && p.Again != "yes" {
		p.Fail("also", FailAlsoNamed)
	}
	return codes
}

// alsoNamed are the municipalities of a mandate that a live one of the agency names too.
func alsoNamed(all *office.Administration, agency, id, codes, day string) (names []string) {
	named := live(all, agency, id, day)
	for _, p := range towns.Of(codes) {
		if slices.Contains(named, p) {
			names = append(names, p.String())
		}
	}
	return names
}

// live are the municipalities that an agency's mandates name, but for one mandate and
// those that have ended.
func live(all *office.Administration, agency, but, day string) []towns.Place {
	var codes []string
	for _, m := range all.Mandates {
		if m.Agency == agency && m.ID != but && !m.Over(day) {
			codes = append(codes, m.Towns)
		}
	}
	return towns.Of(strings.Join(codes, " "))
}

// gaps are the municipalities that an agency names and no unit of it is there for.
func gaps(all *office.Administration, agency, day string) (names []string) {
	var covered []string
	for _, u := range all.Units {
		if u.Agency == agency {
			covered = append(covered, u.Territory)
		}
	}
	there := towns.Of(strings.Join(covered, " "))
	for _, p := range live(all, agency, "", day) {
		if !slices.Contains(there, p) {
			names = append(names, p.String())
		}
	}
	return names
}

// lapsed are the municipalities of an agency's ended mandates that it names no more.
func lapsed(all *office.Administration, agency, day string) (names []string) {
	named := live(all, agency, "", day)
	var codes []string
	for _, m := range all.Mandates {
		if m.Agency == agency && m.Over(day) {
			codes = append(codes, m.Towns)
		}
	}
	for _, p := range towns.Of(strings.Join(codes, " ")) {
		if !slices.Contains(named, p) {
			names = append(names, p.String())
		}
	}
	return names
}

// What the page says.
const (
	TitleMandate      = "mandate.title"
	TitleMandateNew   = "mandate.new"
	FlashMandateSaved = "mandate.saved"
	FailMandateTaken  = "mandate.taken"
	FailMandateEnds   = "mandate.ends_wrong"
	FailProtocol      = "mandate.protocol_missing"
	FailAlsoNamed     = "mandate.also_named"
	FailNoTown        = "towns.missing"
	FailLong          = "error.too_long"
	FailTowns         = "towns.wrong"
)
