package admin

import (
	"net/http"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// AgreementPage is "agreement": the agreement with an agency's staff on what the log keeps
// of them, or the authorisation in its place. Posts AgreementForm and version to Action.
type AgreementPage struct {
	frame.Page
	Action string // /enti/ID/accordo
	Agency string // its name
	AgreementForm
	Version string
}

// AgreementForm is the agreement as it is typed.
type AgreementForm struct {
	Kind string `form:"kind" words:"agreement_kind"`
	Day  string `form:"day" max:"40" as:"day"`
	Ref  string `form:"ref" max:"120"`
}

// Agreement answers GET /enti/{agency}/accordo.
func Agreement(q *frame.Request) (frame.Shown, error) {
	page, err := agreementPage(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// agreementPage is the form, as it is stored and as far as it was typed.
func agreementPage(q *frame.Request) (*AgreementPage, error) {
	all, err := administers(q)
	if err != nil {
		return nil, err
	}
	a, ok := all.Agencies[q.ID("agency")]
	if !ok {
		return nil, acts.ErrDenied
	}
	page := &AgreementPage{Page: q.Base(TitleAgreement), Action: "/enti/" + a.ID + "/accordo", Agency: a.Name, Version: frame.Version(a.Version),
		AgreementForm: AgreementForm{Kind: a.AgreementKind, Day: a.AgreementDay, Ref: a.AgreementRef}}
	q.Fill(&page.AgreementForm)
	return page, nil
}

// SetAgreement answers POST /enti/{agency}/accordo.
func SetAgreement(q *frame.Request, f *AgreementForm) error {
	page, err := agreementPage(q)
	if err != nil {
		return err
	}
	page.AgreementForm = *f
	if !frame.IsWord("agreement_kind", f.Kind) {
		page.Fail("kind", frame.FailChoice)
	}
	if q.Day(f.Day).IsZero() || f.Day > q.Desk.Day() {
		page.Fail("day", FailAgreementDay)
	}
	switch ref := strings.TrimSpace(f.Ref); {
	case ref == "":
		page.Fail("ref", FailAgreementRef)
	case typed.Length(ref) > 120:
		page.Fail("ref", FailLong)
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	seen := q.Version()
	if frame.Version(seen) != page.Version {
		return acts.ErrConflict
	}
	if ok, err := q.StepUp(policies.AgencyAgreement, q.ID("agency"), StepUpAgreement, page.Agency); !ok {
		return err
	}
	receipt, err := q.Office.SetAgreement(q.Context(), q.Who, q.ID("agency"), office.Agreement{Kind: f.Kind, Day: f.Day, Ref: f.Ref}, seen)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashAgreementSaved, "/enti/"+q.ID("agency"))
}

// What the page says.
const (
	TitleAgreement      = "agreement.title"
	StepUpAgreement     = "stepup.agreement"
	FlashAgreementSaved = "agreement.saved"
	FailAgreementDay    = "agreement.day_wrong"
	FailAgreementRef    = "agreement.ref_missing"
)
