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

// RemoveMemberForm is why she is removed.
type RemoveMemberForm struct {
	Cause string `form:"cause" words:"yesno"` // there is a suspicion
}

// RemoveMember answers GET /ammissioni/{person}/togli.
func RemoveMember(q *frame.Request) (frame.Shown, error) {
	who, err := memberOne(q)
	if err != nil {
		return nil, err
	}
	return &RemoveMemberPage{Page: q.Base(TitleRemove), Who: who}, nil
}

// RemoveFromUnit answers POST /ammissioni/{person}/togli.
func RemoveFromUnit(q *frame.Request, f *RemoveMemberForm) error {
	who, err := memberOne(q)
	if err != nil {
		return err
	}
	if !frame.IsWord("yesno", f.Cause) {
		page := &RemoveMemberPage{Page: q.Base(TitleRemove), Who: who}
		page.Fail("cause", frame.FailChoice)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	ok, err := q.StepUp(policies.MemberRemove, who.ID, StepUpRemove, who.Name)
	if !ok {
		return err
	}
	receipt, err := q.Door.Remove(q.Context(), q.Who, who.ID, f.Cause == "yes")
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
