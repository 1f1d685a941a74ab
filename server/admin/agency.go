package admin

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// AgencyPage is "agency": a new agency, or one to change. Posts name, kind,
// responsibility, ends to Action.
type AgencyPage struct {
	frame.Page
	Action string // /enti/nuovo or /enti/ID
	AgencyForm
	Version string
	// Of one that there is: for whom it works, and where.
	ID       string
	Mandates []MandateLine
	Units    []UnitTowns
	Gaps     []string // municipalities that it names and no unit is there for
	Lapsed   []string // those of ended mandates that it names no more
	// The agreement with its staff.
	AgreementKind string // a word of "agreement_kind", or empty
	AgreementDay  time.Time
	AgreementRef  string
}

// AgencyForm is a new agency.
type AgencyForm struct {
	Name           string `form:"name" max:"200"`
	Kind           string `form:"kind" words:"agency_kind"`
	Responsibility string `form:"responsibility" words:"responsibility"`
	AgencyEndForm
}

// AgencyEndForm is the day on which an agency ends.
type AgencyEndForm struct {
	Ends string `form:"ends" max:"40" as:"day"`
}

func agencyName(a *acts.Agency) (name, id string) { return a.Name, a.ID }

// administers lets through whoever may list units; the page is absent for others.
func administers(q *frame.Request) (*office.Administration, error) {
	return q.Office.Administration(q.Context(), q.Who)
}

// NewAgency answers GET /enti/nuovo.
func NewAgency(q *frame.Request) (frame.Shown, error) {
	if _, err := administers(q); err != nil {
		return nil, err
	}
	return agencyForm(q, TitleAgencyNew, "/enti/nuovo"), nil
}

func agencyForm(q *frame.Request, title, action string) *AgencyPage {
	page := &AgencyPage{Page: q.Base(title), Action: action}
	q.Fill(&page.AgencyForm)
	return page
}

// CreateAgency answers POST /enti/nuovo.
func CreateAgency(q *frame.Request, _ *AgencyForm) error {
	page := agencyForm(q, TitleAgencyNew, "/enti/nuovo")
	all, err := administers(q)
	if err != nil {
		return err
	}
	if name := strings.TrimSpace(page.Name); name == "" || typed.Length(name) > 200 {
		page.Fail("name", FailName)
	}
	if !frame.IsWord("agency_kind", page.Kind) {
		page.Fail("kind", frame.FailChoice)
	}
	if !frame.IsWord("responsibility", page.Responsibility) {
		page.Fail("responsibility", frame.FailChoice)
	}
	if !mayEnd(q, page) {
		page.Fail("ends", FailEnds)
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if agencyNamed(all, page.Name) { // before a code is spent on it
		return agencyTaken(q)
	}
	in := office.NewAgency{Name: page.Name, Kind: page.Kind, Responsibility: page.Responsibility, Ends: page.Ends}
	if ok, err := q.StepUp(policies.AgencyCreate, in.Object(), StepUpAgency, page.Name); !ok {
		return err
	}
	_, receipt, err := q.Office.CreateAgency(q.Context(), q.Who, in)
	if errors.Is(err, office.ErrTaken) {
		return agencyTaken(q)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashAgencySaved, "/enti")
}

// agencyTaken brings the form back, with the token of the session that it has now.
func agencyTaken(q *frame.Request) error {
	page := agencyForm(q, TitleAgencyNew, "/enti/nuovo")
	page.Fail("name", FailNameTaken)
	return q.Show(http.StatusConflict, page)
}

func agencyNamed(all *office.Administration, name string) bool {
	for _, a := range all.Agencies {
		if office.SameName(a.Name, name) {
			return true
		}
	}
	return false
}

// mayEnd tells whether an agency may end on the day that was typed: from today on,
// or, for a controller, on none.
func mayEnd(q *frame.Request, page *AgencyPage) bool {
	if page.Ends == "" {
		return page.Responsibility != "processor"
	}
	return !q.Day(page.Ends).IsZero() && page.Ends >= q.Desk.Day()
}

// Agency is where an agency's end is set; what it is stays as it was entered.
func Agency(q *frame.Request) (frame.Shown, error) {
	page, err := oneAgency(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func oneAgency(q *frame.Request) (*AgencyPage, error) {
	all, err := administers(q)
	if err != nil {
		return nil, err
	}
	a, ok := all.Agencies[q.ID("agency")]
	if !ok {
		return nil, acts.ErrDenied
	}
	page := &AgencyPage{Page: q.Base(TitleAgency), Action: "/enti/" + a.ID, Version: frame.Version(a.Version), ID: a.ID,
		AgencyForm: AgencyForm{Name: a.Name, Kind: a.Kind, Responsibility: a.Responsibility, AgencyEndForm: AgencyEndForm{a.Ends}}}
	page.territory(q, all, a.ID)
	page.AgreementKind, page.AgreementDay, page.AgreementRef = a.AgreementKind, q.Day(a.AgreementDay), a.AgreementRef
	return page, nil
}

// EndAgency answers POST /enti/{agency}.
func EndAgency(q *frame.Request, f *AgencyEndForm) error {
	page, err := oneAgency(q)
	if err != nil {
		return err
	}
	page.Ends = f.Ends
	if !mayEnd(q, page) {
		page.Fail("ends", FailEnds)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	seen, err := strconv.ParseInt(q.Hidden("version"), 10, 64)
	if err != nil || frame.Version(seen) != page.Version {
		return acts.ErrConflict
	}
	if ok, err := q.StepUp(policies.AgencyEnd, q.ID("agency"), StepUpAgencyEnd, page.Name); !ok {
		return err
	}
	receipt, err := q.Office.EndAgency(q.Context(), q.Who, q.ID("agency"), page.Ends, seen)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashAgencySaved, "/enti")
}

// What the page says.
const (
	StepUpAgency     = "stepup.agency"
	StepUpAgencyEnd  = "stepup.agency_end"
	FlashAgencySaved = "agency.saved"
	FailEnds         = "agency.ends_missing"
	TitleAgency      = "agency.title"
	TitleAgencyNew   = "agency.new"
)
