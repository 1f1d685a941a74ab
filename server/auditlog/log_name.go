package auditlog

import (
	"errors"
	"net/http"
	"strconv"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/auditlog"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// LogNamePage is "log-name": who stands behind the pseudonym of one entry, asked with a
// reason and the step-up. The name stands on the answer to that form, and nowhere else.
type LogNamePage struct {
	frame.Page
	Row    LogRow
	In     string // the unit
	Agreed bool   // the agreement with the staff is entered: it can be asked
	LogNameForm
	Name string // what was asked for; empty before
	Role string // a word of "role"
}

// LogNameForm is why somebody has to be named.
type LogNameForm struct {
	Reason string `form:"reason" max:"200"`
}

// LogName answers GET /registro/{index}/chi.
func LogName(q *frame.Request) (frame.Shown, error) {
	page, _, err := logName(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func logName(q *frame.Request) (*LogNamePage, int64, error) {
	index, err := strconv.ParseInt(q.ID("index"), 10, 64)
	if err != nil {
		return nil, 0, acts.ErrDenied
	}
	e, agreed, receipt, err := q.Desk.AuditLog.ReadEntry(q.Context(), q.Who, index)
	if err != nil {
		return nil, 0, err
	}
	q.Receipt(receipt)
	roster, err := q.Names()
	if err != nil {
		return nil, 0, err
	}
	page := &LogNamePage{Page: q.Base(TitleLogName), Row: logRow(q, index, &e.Leaf), Agreed: agreed}
	if roster.Units[e.Unit] != nil {
		page.In = roster.UnitName(e.Unit)
	}
	q.Fill(&page.LogNameForm)
	return page, index, nil
}

// AskName answers POST /registro/{index}/chi.
func AskName(q *frame.Request, f *LogNameForm) error {
	page, index, err := logName(q)
	if err != nil {
		return err
	}
	if !page.Agreed {
		page.Problem = ProblemNoAgreement
		return q.Show(http.StatusConflict, page)
	}
	if f.Reason == "" || typed.Length(f.Reason) > typed.MaxShort {
		page.Fail("reason", FailNameReason)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.LogName, auditlog.EntryObject(index), StepUpName, strconv.FormatInt(index, 10)); !ok {
		return err
	}
	named, receipt, err := q.Desk.AuditLog.NameEntry(q.Context(), q.Who, index, f.Reason)
	if errors.Is(err, auditlog.ErrNoAgreement) {
		page.Page, page.Agreed = q.Base(TitleLogName), false
		page.Problem = ProblemNoAgreement
		return q.Show(http.StatusConflict, page)
	}
	if err != nil {
		return err
	}
	q.Receipt(receipt)
	page.Page, page.Name, page.Role = q.Base(TitleLogName), named.Username, named.Role
	return q.Show(http.StatusOK, page)
}

// What the page says.
const (
	TitleLogName       = "named.title"
	StepUpName         = "stepup.log_name"
	ProblemNoAgreement = "named.no_agreement"
	FailNameReason     = "named.reason_missing"
)
