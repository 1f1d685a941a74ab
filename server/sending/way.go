package sending

import (
	"net/http"

	"sportello/referrals"
	"sportello/server/frame"
)

// WayPage is "way": the three ways. It posts chose=yes (she chose this centre)
// and way to /schede/ID/centri/CENTRE.
type WayPage struct {
	frame.Page
	frame.CaseHead
	Centre frame.Centre
	WayForm
	Form string // the form's own mark: sent twice, it is kept once
}

// WayForm is which way she chose.
type WayForm struct {
	Way   string `form:"way" words:"way"` // empty is "she_calls"
	Chose string `form:"chose"`           // "yes": she chose this centre
}

// Way answers GET /schede/{id}/centri/{centre}.
func Way(q *frame.Request) (frame.Shown, error) {
	// What was typed on the next page comes back here: it has no address of its own.
	if q.Filled && q.Hidden("step") != "" {
		return showShare(q, nil)
	}
	v, c, err := withCentre(q, referrals.Preparing{})
	if err != nil {
		return nil, err
	}
	page := &WayPage{Page: q.Base(TitleWay), CaseHead: frame.HeadOf(q, v.CaseHead, "referrals"), Centre: c, Form: q.NewForm()}
	q.Fill(&page.WayForm)
	return page, nil
}

// ChooseWay notes which centre she chose and how. "Chiama lei" and "Chiamiamo
// insieme" send nothing; "Inviamo noi" goes on to what to share.
func ChooseWay(q *frame.Request, f *WayForm) error {
	v, c, err := withCentre(q, choosing(q)) // for what may be the next page too
	if err != nil {
		return err
	}
	page := &WayPage{Page: q.Base(TitleWay), CaseHead: frame.HeadOf(q, v.CaseHead, "referrals"), Centre: c, WayForm: *f, Form: q.NewForm()}
	if page.Way == "" {
		page.Way = "she_calls"
	}
	if page.Chose != "yes" {
		page.Fail("chose-yes", FailChose)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if !frame.IsWord("way", page.Way) {
		page.Fail("way", frame.FailChoice)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if page.Way == "we_send" && c.State != "pinned" { // before anything is asked of her
		page.Fail("way", noSending(c))
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if page.Way == "we_send" {
		share, err := sharePage(q, v, c, nil)
		if err != nil {
			return err
		}
		return q.Show(http.StatusOK, share)
	}
	receipt, err := q.Desk.Cases.AddNote(q.Context(), q.Who, v.ID, q.FormID(), "network", q.Word("way", page.Way)+": "+c.Name)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashWayNoted, "/schede/"+v.ID+"/centri/"+c.ID+"/chiama")
}

// What the page says.
const (
	FailChose     = "way.chose_missing"
	FlashWayNoted = "way.noted"
	TitleWay      = "way.title"
)

// noSending is why nothing may be sent to a centre, as a message key.
func noSending(c frame.Centre) string {
	if c.State == "ended" {
		return "error.unit_ended"
	}
	return "way.not_pinned"
}
