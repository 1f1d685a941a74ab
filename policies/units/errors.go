package units

import "errors"

// What the pages of units tell apart.
var (
	// ErrIncomplete says that a required field is empty or not one of its codes.
	ErrIncomplete = errors.New("something needed is missing")
	// ErrWords says that the words compared are not the ones of the keys.
	ErrWords = errors.New("the words are not the same")
	// ErrFounded says that a unit has members already, or had.
	ErrFounded = errors.New("the unit was founded already")
	// ErrNoAudit says that no audit unit was founded yet: nothing may be kept
	// before somebody can check it.
	ErrNoAudit = errors.New("no audit unit was founded yet")
	// ErrLastMember says that the last member of a unit can only be suspended.
	ErrLastMember = errors.New("the last member can only be suspended")
)
