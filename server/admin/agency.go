package admin

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/server/frame"
)

// AgencyPage is "agency": a new agency, or one to change. Posts name, kind,
// responsibility, ends to Action.
type AgencyPage struct {
	frame.Page
	Action                           string // /enti/nuovo or /enti/ID
	Name, Kind, Responsibility, Ends string
	Version                          string
}

func agencyName(a *acts.Agency) (name, id string) { return a.Name, a.ID }

// administers lets through whoever may list units; the page is absent for others.
func administers(q *frame.Request) (*office.Administration, error) {
	return q.Office.Administration(q.Context(), q.Who)
}

// NewAgency answers GET /enti/nuovo.
func NewAgency(q *frame.Request) error {
	if _, err := administers(q); err != nil {
		return err
	}
	return q.Show(http.StatusOK, "agency", agencyForm(q, TitleAgencyNew, "/enti/nuovo"))
}

func agencyForm(q *frame.Request, title, action string) *AgencyPage {
	return &AgencyPage{Page: q.Base(title), Action: action, Name: q.Form.Get("name"), Kind: q.Form.Get("kind"),
		Responsibility: q.Form.Get("responsibility"), Ends: q.Form.Get("ends")}
}

// CreateAgency answers POST /enti/nuovo.
func CreateAgency(q *frame.Request) error {
	page := agencyForm(q, TitleAgencyNew, "/enti/nuovo")
	all, err := administers(q)
	if err != nil {
		return err
	}
	if name := strings.TrimSpace(page.Name); name == "" || len(name) > 200 {
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
		return q.Show(http.StatusUnprocessableEntity, "agency", page)
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
	return q.Show(http.StatusConflict, "agency", page)
}

func agencyNamed(all *office.Administration, name string) bool {
	for _, a := range all.Agencies {
		if strings.EqualFold(a.Name, strings.TrimSpace(name)) {
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
func Agency(q *frame.Request) error {
	page, err := oneAgency(q)
	if err != nil {
		return err
	}
	return q.Show(http.StatusOK, "agency", page)
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
	return &AgencyPage{Page: q.Base(TitleAgency), Action: "/enti/" + a.ID, Name: a.Name, Kind: a.Kind, Responsibility: a.Responsibility,
		Ends: a.Ends, Version: frame.Version(a.Version)}, nil
}

// EndAgency answers POST /enti/{agency}.
func EndAgency(q *frame.Request) error {
	page, err := oneAgency(q)
	if err != nil {
		return err
	}
	page.Ends = q.Form.Get("ends")
	if !mayEnd(q, page) {
		page.Fail("ends", FailEnds)
		return q.Show(http.StatusUnprocessableEntity, "agency", page)
	}
	seen, err := strconv.ParseInt(q.Form.Get("version"), 10, 64)
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

// stopped is the place on a form of what did not fit, and why.
func stopped(err error, places []int) (int, error) {
	var not *acts.NotAll
	if errors.As(err, &not) && not.Index < len(places) {
		return places[not.Index], not.Err
	}
	return 1, err
}

// A form of several has some rows at first, and more when asked.
const (
	rowsAtFirst = 3
	rowsMore    = 3
	rowsMost    = 60
	goMore      = "more"
)

// rows counts the rows of a form of several: those that were sent, and more if
// that is what was pressed.
func rows(q *frame.Request, field string) int {
	n := max(len(q.Form[field]), rowsAtFirst)
	if q.Form.Get("go") == goMore {
		n += rowsMore
	}
	return min(n, rowsMost)
}

// at is a field of one row of a form of several.
func at(q *frame.Request, field string, row int) string {
	if row < len(q.Form[field]) {
		return q.Form[field][row]
	}
	return ""
}

// showCodes shows the codes of invitations that were just made. Where the list
// stopped on the way, those made before it stand, and the page says so.
func showCodes(q *frame.Request, made []office.Invitee, receipt audit.Receipt, stopped error) error {
	page := &InvitePage{Page: q.Base(TitleInvite), Ends: q.Door.Gate().Now().Add(units.InvitationFor)}
	for _, m := range made {
		page.Codes = append(page.Codes, InviteCode{Username: m.Username, Code: string(m.Token)})
	}
	status := http.StatusOK
	if stopped != nil {
		status, _ = frame.AnswerTo(stopped)
		page.Problem, page.Support = ProblemNotAllInvited, q.Support(status, stopped)
	}
	q.Receipt(receipt)
	page.Once = true
	return q.Show(status, "invite", page)
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
