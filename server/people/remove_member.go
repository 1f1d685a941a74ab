package people

import (
	"net/http"

	"sportello/policies"
	"sportello/server/frame"
)

// RemoveMemberPage is "remove-member": leaving the unit starts a new key. It posts
// cause to /ammissioni/PERSON/togli; the step-up page follows.
type RemoveMemberPage struct {
	frame.Page
	Who Member
}

// RemoveMember answers GET /ammissioni/{person}/togli.
func RemoveMember(q *frame.Request) error {
	who, err := memberOne(q)
	if err != nil {
		return err
	}
	return q.Show(http.StatusOK, "remove-member", &RemoveMemberPage{Page: q.Base(TitleRemove), Who: who})
}

// RemoveFromUnit answers POST /ammissioni/{person}/togli.
func RemoveFromUnit(q *frame.Request) error {
	who, err := memberOne(q)
	if err != nil {
		return err
	}
	cause := q.Form.Get("cause")
	if !frame.IsWord("yesno", cause) {
		page := &RemoveMemberPage{Page: q.Base(TitleRemove), Who: who}
		page.Fail("cause", frame.FailChoice)
		return q.Show(http.StatusUnprocessableEntity, "remove-member", page)
	}
	ok, err := q.StepUp(policies.MemberRemove, who.ID, StepUpRemove, who.Name)
	if !ok {
		return err
	}
	receipt, err := q.Door.Remove(q.Context(), q.Who, who.ID, cause == "yes")
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashRemoved, "/ammissioni")
}

// What the page says.
const (
	StepUpRemove = "stepup.remove"
	FlashRemoved = "admissions.removed"
	TitleRemove  = "remove.title"
)
