package casework

import (
	"encoding/json"
	"errors"
	"net/http"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/merge"
)

// CaseClosePage is "case-close" (Reopen false) and "case-reopen" in one: posts
// reason, note, version to /schede/ID/chiudi or /schede/ID/riapri.
type CaseClosePage struct {
	frame.Page
	frame.CaseHead
	Reopen bool
	CaseCloseForm
	Version string
	Was     string // what it rests on
}

// CaseCloseForm is what is typed there.
type CaseCloseForm struct {
	Reason string `form:"reason" words:"closing"`
	CaseReopenForm
}

// CaseReopenForm is what is typed when a case is opened again.
type CaseReopenForm struct {
	Note string `form:"note" max:"4000"`
}

// CaseClose answers GET /schede/{id}/chiudi and GET /schede/{id}/riapri.
func CaseClose(q *frame.Request) (frame.Shown, error) {
	v, err := frame.OpenCase(q)
	if err != nil {
		return nil, err
	}
	return closing(q, v), nil
}

func closing(q *frame.Request, v referrals.CaseView) *CaseClosePage {
	page := &CaseClosePage{Page: q.Base(TitleCaseClose), CaseHead: frame.HeadOf(q, v.CaseHead, ""), Reopen: v.State == "closed",
		Version: frame.Version(v.Version), Was: stands(v)}
	q.Fill(&page.CaseCloseForm)
	if page.Reopen {
		page.Title = TitleCaseReopen
	}
	return page
}

// stands marks what closing, opening again and a call that is planned rest on: the state,
// her rule, what waits, and what is marked. A name or a note that changed is none of it.
func stands(v referrals.CaseView) string {
	text, err := json.Marshal([]any{v.State, v.Safe, v.Waits, v.Recall, v.Card.Marks})
	if err != nil {
		return ""
	}
	return merge.WasOne(string(text))
}

// sinceThen does an act on the file as it is now, if what it rests on is as it was when its
// form was made; else on the version of the form, which another has overtaken.
func sinceThen(q *frame.Request, do func(version int64) (audit.Receipt, error)) (audit.Receipt, error) {
	receipt, err := do(q.Version())
	for range 4 {
		if !errors.Is(err, acts.ErrConflict) {
			break
		}
		v, openErr := frame.OpenCase(q)
		if openErr != nil {
			return receipt, openErr
		}
		if now := stands(v); now == "" || now != q.Hidden("was") {
			break
		}
		receipt, err = do(v.Version)
	}
	return receipt, err
}

// CloseCase answers POST /schede/{id}/chiudi.
func CloseCase(q *frame.Request, f *CaseCloseForm) error {
	receipt, err := sinceThen(q, func(version int64) (audit.Receipt, error) {
		return q.Desk.Cases.CloseCase(q.Context(), q.Who, q.ID("id"), version, f.Reason, f.Note)
	})
	if errors.Is(err, typed.ErrInvalid) {
		v, openErr := frame.OpenCase(q)
		if openErr != nil {
			return openErr
		}
		page := closing(q, v)
		page.Fail("reason", FailClosingReason)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashCaseClosed, "/schede/"+q.ID("id"))
}

// ReopenCase answers POST /schede/{id}/riapri.
func ReopenCase(q *frame.Request, f *CaseReopenForm) error {
	receipt, err := sinceThen(q, func(version int64) (audit.Receipt, error) {
		return q.Desk.Cases.ReopenCase(q.Context(), q.Who, q.ID("id"), version, f.Note)
	})
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashCaseReopened, "/schede/"+q.ID("id"))
}

// What the page says.
const (
	FailClosingReason = "case_close.reason_missing"
	FlashCaseClosed   = "case_close.closed"
	FlashCaseReopened = "case_close.reopened"
	TitleCaseClose    = "case_close.title"
	TitleCaseReopen   = "case_close.reopen_title"
)
