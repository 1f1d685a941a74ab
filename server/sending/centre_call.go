package sending

import (
	"sportello/referrals"
	"sportello/server/frame"
)

// CentreCallPage is "centre-call": the number of a centre, while she calls or somebody
// calls with her. It posts outcome and text to /schede/ID/centri/CENTRE/chiama. Nothing
// is sent, and nobody is reminded to ask her.
type CentreCallPage struct {
	frame.Page
	frame.CaseHead
	Centre frame.Centre
	CentreCallForm
	Form string // the form's own mark: sent twice, it is kept once
}

// CentreCallForm is what came of the call.
type CentreCallForm struct {
	Outcome string `form:"outcome" words:"centre_call"`
	Text    string `form:"text" max:"300"`
}

// CentreCall answers GET /schede/{id}/centri/{centre}/chiama.
func CentreCall(q *frame.Request) (frame.Shown, error) { return centreCallPage(q, nil) }

func centreCallPage(q *frame.Request, cause error) (frame.Shown, error) {
	v, c, err := withCentre(q, referrals.Preparing{})
	if err != nil {
		return nil, err
	}
	page := &CentreCallPage{Page: q.Base(TitleCentreCall), CaseHead: frame.HeadOf(q, v.CaseHead, "referrals"), Centre: c, Form: q.NewForm()}
	q.Fill(&page.CentreCallForm)
	frame.Explain(&page.Page, cause)
	return page, nil
}

// RecordCentreCall answers POST /schede/{id}/centri/{centre}/chiama.
func RecordCentreCall(q *frame.Request, f *CentreCallForm) error {
	v, c, err := withCentre(q, referrals.Preparing{})
	if err != nil {
		return err
	}
	receipt, err := q.Desk.Cases.RecordCentreCall(q.Context(), q.Who, v.ID, q.FormID(), c.ID, f.Outcome, f.Text)
	return q.DoneOr(centreCallPage, receipt, err, FlashCentreCall, "/schede/"+v.ID)
}

// What the page says.
const (
	FlashCentreCall = "centre_call.saved"
	TitleCentreCall = "centre_call.title"
)
