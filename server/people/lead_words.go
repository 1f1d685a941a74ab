package people

import (
	"errors"
	"net/http"

	"sportello/policies/accounts"
	"sportello/server/frame"
)

// LeadWordsPage is "lead-words": the words of the member who is to lead, once her
// passphrase was typed again. It posts passphrase to /ammissioni/mie-parole.
type LeadWordsPage struct {
	frame.Page
	Words []string // none before the passphrase
}

// LeadWordsForm is her passphrase, which makes the words.
type LeadWordsForm struct {
	Passphrase string `form:"passphrase" max:"200"`
}

// LeadWords asks the member who is to lead for her passphrase: her words come
// from what it opens, which no session keeps.
func LeadWords(q *frame.Request) (frame.Shown, error) {
	if err := q.House.MustLead(q.Context(), q.Who); err != nil {
		return nil, err
	}
	return &LeadWordsPage{Page: q.Base(TitleLeadWords)}, nil
}

// ShowLeadWords answers POST /ammissioni/mie-parole.
func ShowLeadWords(q *frame.Request, f *LeadWordsForm) error {
	if err := q.House.MustLead(q.Context(), q.Who); err != nil {
		return err
	}
	page := &LeadWordsPage{Page: q.Base(TitleLeadWords)}
	words, err := q.Door.OwnLeadWords(q.Context(), q.Cookie(frame.SessionCookie), f.Passphrase, q.Source())
	if errors.Is(err, accounts.ErrSignIn) || errors.Is(err, accounts.ErrThrottled) {
		page.Problem = frame.ProblemCoveredWrong
		return q.Show(http.StatusUnauthorized, page)
	}
	if err != nil {
		return err
	}
	page.Words = words[:]
	return q.Show(http.StatusOK, page)
}

// What the page says.
const (
	TitleLeadWords = "lead.my_words"
)
