package people

import (
	"net/http"
	"time"

	"sportello/policies/acts"
	"sportello/server/frame"
)

// ColleaguesPage is "colleagues": before her first record, a newcomer confirms
// each listed member. It posts known (ids) to /colleghi.
type ColleaguesPage struct {
	frame.Page
	Members []Member
	ColleaguesForm
}

// ColleaguesForm is whom she knows as colleagues.
type ColleaguesForm struct {
	Known []string `form:"known"` // ids of people
}

// Colleagues lists the members whom the caller has not confirmed yet.
func Colleagues(q *frame.Request) (frame.Shown, error) {
	page, err := colleaguesPage(q)
	if err != nil {
		return nil, err
	}
	if len(page.Members) == 0 {
		return nil, q.Redirect("/")
	}
	return page, nil
}

func colleaguesPage(q *frame.Request) (*ColleaguesPage, error) {
	if q.Who.Unit() == "" {
		return nil, acts.ErrDenied
	}
	list, err := q.House.NewColleagues(q.Context(), q.Who)
	page := &ColleaguesPage{Page: q.Base(TitleColleagues)}
	q.Fill(&page.ColleaguesForm)
	for _, p := range list {
		page.Members = append(page.Members, Member{ID: p.ID, Name: p.Username, Role: p.Role, State: frame.PersonState(p.State)})
	}
	return page, err
}

// ConfirmColleagues records each colleague she ticked.
func ConfirmColleagues(q *frame.Request, f *ColleaguesForm) error {
	page, err := colleaguesPage(q)
	if err != nil {
		return err
	}
	for _, m := range page.Members {
		if !frame.Contains(f.Known, m.ID) {
			continue
		}
		receipt, err := q.House.Confirm(q.Context(), q.Who, m.ID)
		if err != nil {
			return err
		}
		q.Receipt(receipt)
	}
	must, err := q.House.MustConfirm(q.Context(), q.Who)
	if err != nil {
		return err
	}
	if !must {
		q.SetCookie(frame.FlashCookie, FlashColleagues, time.Minute)
		return q.Redirect("/")
	}
	if page, err = colleaguesPage(q); err != nil {
		return err
	}
	page.Problem = ProblemColleagues
	return q.Show(http.StatusUnprocessableEntity, page)
}

// What the page says.
const (
	FlashColleagues   = "colleagues.done"
	ProblemColleagues = "colleagues.left"
	TitleColleagues   = "colleagues.title"
)
