package reports

import (
	"net/http"

	"sportello/referrals"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// CaseReportsPage is "case-reports": what others told of her that she wanted in her file,
// and the reports of the unit among which she finds another one. It posts to
// /schede/ID/segnalazioni.
type CaseReportsPage struct {
	frame.Page
	frame.CaseHead
	ReportLinkForm
	frame.RecognisedForm
	Linked []Told
	Lines  []ReportLine
}

// ReportLinkForm is which report she wants in her file.
type ReportLinkForm struct {
	Report string `form:"report"`
	Wants  string `form:"wants"` // "yes": she said so
}

// LinkForm is all that is typed there.
type LinkForm struct {
	ReportLinkForm
	frame.RecognisedForm
}

// CaseReports answers GET /schede/{id}/segnalazioni.
func CaseReports(q *frame.Request) (frame.Shown, error) { return caseReports(q, nil) }

func caseReports(q *frame.Request, cause error) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q, referrals.PartReports, referrals.PartToLink)
	if err != nil {
		return nil, err
	}
	page := &CaseReportsPage{Page: q.Base(TitleCaseReports), CaseHead: frame.HeadOf(q, v.CaseHead, ""), Lines: lines(q, v.ToLink, roster)}
	for _, r := range v.Reports {
		page.Linked = append(page.Linked, told(q, r.Report))
	}
	q.Fill(&page.ReportLinkForm)
	q.Fill(&page.RecognisedForm)
	frame.Explain(&page.Page, cause)
	return page, nil
}

// LinkReport answers POST /schede/{id}/segnalazioni.
func LinkReport(q *frame.Request, f *LinkForm) error {
	if f.Wants != "yes" {
		return q.ShowBack(http.StatusUnprocessableEntity, caseReports, typed.Bad("wants", "case_reports.wants_missing"))
	}
	receipt, err := q.Desk.Reports.Link(q.Context(), q.Who, q.ID("id"), f.Report, f.Recognised)
	return q.DoneOr(caseReports, receipt, err, FlashLinked, "/schede/"+q.ID("id")+"/segnalazioni")
}

// What the page says.
const (
	TitleCaseReports = "case_reports.title"
	FlashLinked      = "case_reports.linked"
)
