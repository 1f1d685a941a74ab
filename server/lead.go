package server

import (
	"errors"
	"net/http"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
)

// LeadPage is "name-lead": the four words of a member who is to lead, for the
// second word. It posts same=yes to /ammissioni/PERSON/responsabile; the step-up
// page follows.
type LeadPage struct {
	Page
	Who   Member
	Words [4]string
	Same  string
}

// LeadWordsPage is "lead-words": the words of the member who is to lead, once her
// passphrase was typed again. It posts passphrase to /ammissioni/mie-parole.
type LeadWordsPage struct {
	Page
	Words []string // none before the passphrase
}

// leadToBe finds a member for whom the caller may give the second word; anybody
// else is absent.
func (q *request) leadToBe() (Member, error) {
	who, err := q.memberOne()
	if err == nil && !who.MayName {
		err = acts.ErrDenied
	}
	return who, err
}

func (q *request) leadPage() error {
	who, err := q.leadToBe()
	if err != nil {
		return err
	}
	words, err := q.s.house.LeadWords(q.ctx(), q.who, who.ID)
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "name-lead", &LeadPage{Page: q.base(TitleLead), Who: who, Words: words})
}

// nameLead gives the second word if the words that the page showed were the same
// by voice, and are still those of her stored key.
func (q *request) nameLead() error {
	who, err := q.leadToBe()
	if err != nil {
		return err
	}
	words, shown := parseWords(q.form.Get("words"))
	page := &LeadPage{Page: q.base(TitleLead), Who: who, Words: words, Same: q.form.Get("same")}
	switch {
	case page.Same == "no":
		if err := q.s.house.RefuseLead(q.ctx(), q.who, who.ID); err != nil {
			return err
		}
		page.Problem = ProblemLeadNotSame
		return q.show(http.StatusConflict, "name-lead", page)
	case page.Same != "yes" || !shown:
		if page.Words, err = q.s.house.LeadWords(q.ctx(), q.who, who.ID); err != nil {
			return err
		}
		page.Fail("same", FailSaySame)
		return q.show(http.StatusUnprocessableEntity, "name-lead", page)
	}
	ok, err := q.stepUp(policies.MemberLead, who.ID, StepUpLead, who.Name)
	if !ok {
		return err
	}
	receipt, err := q.s.house.NameLead(q.ctx(), q.who, who.ID, words)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashLead, "/ammissioni")
}

// leadWordsPage asks the member who is to lead for her passphrase: her words come
// from what it opens, which no session keeps.
func (q *request) leadWordsPage() error {
	if err := q.s.house.MustLead(q.ctx(), q.who); err != nil {
		return err
	}
	return q.show(http.StatusOK, "lead-words", &LeadWordsPage{Page: q.base(TitleLeadWords)})
}

func (q *request) leadWords() error {
	if err := q.s.house.MustLead(q.ctx(), q.who); err != nil {
		return err
	}
	page := &LeadWordsPage{Page: q.base(TitleLeadWords)}
	words, err := q.s.door.OwnLeadWords(q.ctx(), q.cookie(sessionCookie), q.form.Get("passphrase"), q.from())
	if errors.Is(err, accounts.ErrSignIn) || errors.Is(err, accounts.ErrThrottled) {
		page.Problem = ProblemCoveredWrong
		return q.show(http.StatusUnauthorized, "lead-words", page)
	}
	if err != nil {
		return err
	}
	page.Words = words[:]
	return q.show(http.StatusOK, "lead-words", page)
}
