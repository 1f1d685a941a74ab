package kept

import (
	"sportello/policies/acts"
)

// KeepForUnit keeps an opened record as a program did that knew no side kept by name.
func KeepForUnit(s *Shared, who acts.Caller) error {
	s.file = nil
	return s.wrapOwnSide(who)
}
