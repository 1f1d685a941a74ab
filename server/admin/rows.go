package admin

import (
	"errors"

	"sportello/policies/acts"
	"sportello/server/frame"
)

// stopped is the place on a form of what did not fit, and why.
func stopped(err error, places []int) (int, error) {
	var not *acts.NotAll
	if errors.As(err, &not) && not.Index < len(places) {
		return places[not.Index], not.Err
	}
	return 1, err
}

// A form of several has some rows at first, and more when asked.
const (
	rowsAtFirst = 3
	rowsMore    = 3
	rowsMost    = 60
	goMore      = "more"
)

// rowsOf counts the rows of a form of several: those that were sent, and more if
// that is what was pressed.
func rowsOf(q *frame.Request, sent []string) int {
	n := max(len(sent), rowsAtFirst)
	if q.Pressed() == goMore {
		n += rowsMore
	}
	return min(n, rowsMost)
}

// at is a field of one row of a form of several.
func at(sent []string, row int) string {
	if row < len(sent) {
		return sent[row]
	}
	return ""
}
