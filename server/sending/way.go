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
	Way    string // a word of "way"; empty is "she_calls"
	Chose  string // "yes"
	Form   string // the form's own mark: sent twice, it is kept once
}

// Way answers GET /schede/{id}/centri/{centre}.
func Way(q *frame.Request) error {
	// What was typed on the next two pages comes back here: they have no address
	// of their own.
	if q.Filled && q.Form.Get("step") == "2" {
		return showHow(q, http.StatusOK, nil)
	}
	if q.Filled && q.Form.Get("step") == "1" {
		return showShare(q, http.StatusOK, nil)
	}
	v, c, err := withCentre(q, referrals.Preparing{})
	if err != nil {
		return err
	}
	page := &WayPage{Page: q.Base(TitleWay), CaseHead: frame.HeadOf(q, v.CaseHead, "referrals"), Centre: c, Form: q.NewForm()}
	if q.Filled {
		page.Way, page.Chose = q.Form.Get("way"), q.Form.Get("chose")
	}
	return q.Show(http.StatusOK, "way", page)
}

// ChooseWay notes which centre she chose and how. "Chiama lei" and "Chiamiamo
// insieme" send nothing; "Inviamo noi" goes on to what to share.
func ChooseWay(q *frame.Request) error {
	v, c, err := withCentre(q, choosing(q)) // for what may be the next page too
	if err != nil {
		return err
	}
	page := &WayPage{Page: q.Base(TitleWay), CaseHead: frame.HeadOf(q, v.CaseHead, "referrals"), Centre: c, Way: q.Form.Get("way"), Chose: q.Form.Get("chose"), Form: q.NewForm()}
	if page.Way == "" {
		page.Way = "she_calls"
	}
	if page.Chose != "yes" {
		page.Fail("chose-yes", FailChose)
		return q.Show(http.StatusUnprocessableEntity, "way", page)
	}
	if page.Way == "we_send" && c.State != "pinned" { // before anything is asked of her
		page.Fail("way", c.NoSending())
		return q.Show(http.StatusUnprocessableEntity, "way", page)
	}
	if page.Way == "we_send" {
		return sharePage(q, http.StatusOK, v, c, nil)
	}
	receipt, err := q.Desk.Cases.AddNote(q.Context(), q.Who, v.ID, q.FormID(), "network", q.Word("way", page.Way)+": "+c.Name)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashWayNoted, "/schede/"+v.ID)
}

// What the page says.
const (
	FailChose     = "way.chose_missing"
	FlashWayNoted = "way.noted"
	TitleWay      = "way.title"
)
