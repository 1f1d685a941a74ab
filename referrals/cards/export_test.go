package cards

import "sportello/crypto"

// InParallel is inParallel of numbers.
func InParallel(produce func(hand func(int)) error, look func(int) []int) ([]int, error) {
	return inParallel(produce, look)
}

// Skim reads a card's text as search does.
func Skim(text crypto.Text) (c Text, err error) {
	err = c.skim(text)
	return c, err
}
