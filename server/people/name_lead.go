package people

import (
	"net/http"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/server/frame"
)

// NameLeadPage is "name-lead": the four words of a member who is to lead, for the
// second word. It posts same=yes to /ammissioni/PERSON/responsabile; the step-up
// page follows.
type NameLeadPage struct {
	frame.Page
	Who   Member
	Words [4]string
	SameForm
}

// leadToBe finds a member for whom the caller may give the second word; anybody
// else is absent.
func leadToBe(q *frame.Request) (Member, error) {
	who, err := memberOne(q)
	if err == nil && !who.MayName {
		err = acts.ErrDenied
	}
	return who, err
}

// NameLead answers GET /ammissioni/{person}/responsabile.
func NameLead(q *frame.Request) (frame.Shown, error) {
	who, err := leadToBe(q)
	if err != nil {
		return nil, err
	}
	words, err := q.House.LeadWords(q.Context(), q.Who, who.ID)
	if err != nil {
		return nil, err
	}
	page := &NameLeadPage{Page: q.Base(TitleLead), Who: who, Words: words}
	q.Fill(&page.SameForm)
	return page, nil
}

// ConfirmLead gives the second word if the words that the page showed were the same
// by voice, and are still those of her stored key.
func ConfirmLead(q *frame.Request, f *ShownForm) error {
	who, err := leadToBe(q)
	if err != nil {
		return err
	}
	words, shown := parseWords(f.Words)
	page := &NameLeadPage{Page: q.Base(TitleLead), Who: who, Words: words, SameForm: f.SameForm}
	switch {
	case page.Same == "no":
		if err := q.House.RefuseLead(q.Context(), q.Who, who.ID); err != nil {
			return err
		}
		page.Problem = ProblemLeadNotSame
		return q.Show(http.StatusConflict, page)
	case page.Same != "yes" || !shown:
		if page.Words, err = q.House.LeadWords(q.Context(), q.Who, who.ID); err != nil {
			return err
		}
		page.Fail("same", FailSaySame)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	ok, err := q.StepUp(policies.MemberLead, who.ID, StepUpLead, who.Name)
	if !ok {
		return err
	}
	receipt, err := q.House.NameLead(q.Context(), q.Who, who.ID, words)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashLead, "/ammissioni")
}

// What the page says.
const (
	StepUpLead         = "stepup.lead"
	FlashLead          = "lead.done"
	ProblemLeadNotSame = "lead.not_same"
	TitleLead          = "lead.title"
)
