package people

import (
	"sportello/server/frame"
)

// SeeNotices records that she saw what a page showed her.
func SeeNotices(q *frame.Request) error {
	receipt, err := q.House.See(q.Context(), q.Who, q.Form["notice"])
	if err != nil {
		return err
	}
	return q.Done(receipt, frame.FlashSeen, q.LocalPath(q.Form.Get("from")))
}
