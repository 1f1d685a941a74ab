package kept

import (
	"sportello/crypto"
	"sportello/policies/acts"
)

// KeepForUnit keeps an opened record as a program did that knew no side kept by name.
func KeepForUnit(s *Shared, who acts.Caller) error {
	s.file = nil
	return s.wrapOwnSide(who)
}

// InParallel is inParallel of numbers.
func InParallel(produce func(hand func(int)) error, look func(int) []int) ([]int, error) {
	return inParallel(produce, look)
}

// Skim reads a card's text as search does.
func Skim(text crypto.Text) (c CardText, err error) {
	err = c.skim(text)
	return c, err
}
