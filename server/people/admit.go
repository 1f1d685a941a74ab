package people

import (
	"net/http"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/server/frame"
)

// AdmitPage is "admit": the four words of one newcomer. It posts same=yes to
// /ammissioni/PERSON; the step-up page follows.
type AdmitPage struct {
	frame.Page
	Who   Newcomer
	Words [4]string
	SameForm
}

// waitingOne finds a newcomer of the caller's unit; anybody else is absent.
func waitingOne(q *frame.Request) (Newcomer, error) {
	m, err := q.House.Members(q.Context(), q.Who)
	if err != nil {
		return Newcomer{}, err
	}
	for _, n := range m.Waiting {
		if n.ID == q.ID("person") {
			return newcomer(q, n), nil
		}
	}
	return Newcomer{}, acts.ErrDenied
}

// Admit answers GET /ammissioni/{person}.
func Admit(q *frame.Request) (frame.Shown, error) {
	who, err := waitingOne(q)
	if err != nil {
		return nil, err
	}
	words, err := q.House.NewcomerWords(q.Context(), q.Who, who.ID)
	if err != nil {
		return nil, err
	}
	page := &AdmitPage{Page: q.Base(TitleAdmit), Who: who, Words: words}
	q.Fill(&page.SameForm)
	return page, nil
}

// AdmitMember lets a newcomer in if the words that the page showed were the same by
// voice, and are still those of her stored key.
func AdmitMember(q *frame.Request, f *ShownForm) error {
	who, err := waitingOne(q)
	if err != nil {
		return err
	}
	words, shown := parseWords(f.Words)
	page := &AdmitPage{Page: q.Base(TitleAdmit), Who: who, Words: words, SameForm: f.SameForm}
	switch {
	case page.Same == "no":
		if err := q.House.RefuseWords(q.Context(), q.Who, who.ID); err != nil {
			return err
		}
		page.Problem = ProblemNotSame
		return q.Show(http.StatusConflict, page)
	case page.Same != "yes" || !shown:
		if page.Words, err = q.House.NewcomerWords(q.Context(), q.Who, who.ID); err != nil {
			return err
		}
		page.Fail("same", FailSaySame)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	ok, err := q.StepUp(policies.MemberAdmit, who.ID, StepUpAdmit, who.Name)
	if !ok {
		return err
	}
	receipt, err := q.House.Admit(q.Context(), q.Who, who.ID, words)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashAdmitted, "/ammissioni")
}

// What the page says.
const (
	StepUpAdmit   = "stepup.admit"
	FlashAdmitted = "admissions.admitted"
	TitleAdmit    = "admit.title"
)
