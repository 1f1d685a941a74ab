package people

import (
	"sportello/server/frame"
)

// NoticesForm is what a page showed.
type NoticesForm struct {
	Notices []string `form:"notice"` // ids
}

// SeeNotices records that she saw what a page showed her.
func SeeNotices(q *frame.Request, f *NoticesForm) error {
	receipt, err := q.House.See(q.Context(), q.Who, f.Notices)
	if err != nil {
		return err
	}
	return q.Done(receipt, frame.FlashSeen, q.CameFrom())
}
