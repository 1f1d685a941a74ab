package desk

import (
	"net/http"

	"sportello/policies/acts"
	"sportello/server/frame"
)

// SearchPage is "search". Posts q to /cerca: what is looked for is never part
// of an address.
type SearchPage struct {
	frame.Page
	SearchForm
	Asked bool
	More  bool // there are more cards than shown
	Cards []frame.Card
}

// SearchForm is what is looked for.
type SearchForm struct {
	Query string `form:"q"` // code, alias or phone
}

// Search answers GET /cerca.
func Search(q *frame.Request) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	page := &SearchPage{Page: q.Base(TitleSearch)}
	q.Fill(&page.SearchForm)
	return page, nil
}

// FindCases answers POST /cerca.
func FindCases(q *frame.Request, f *SearchForm) error {
	page := &SearchPage{Page: q.Base(TitleSearch), SearchForm: *f, Asked: true}
	cards, receipt, err := q.Desk.Cases.Search(q.Context(), q.Who, page.Query)
	if err = q.Partly(err); err != nil && !frame.Invalid(&page.Page, err) {
		return err
	}
	q.Receipt(receipt)
	for _, c := range cards {
		page.Cards, page.More = append(page.Cards, frame.CardOf(q, c)), c.More
	}
	return q.Show(http.StatusOK, page)
}

// What the page says.
const (
	TitleSearch = "search.title"
)
