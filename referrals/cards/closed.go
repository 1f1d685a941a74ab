package cards

import (
	"sportello/policies"
	"sportello/policies/audit"
	"sportello/referrals/kept"
)

// leavesToClosing bounds how far back in the log the closing of a record is looked for.
const leavesToClosing = 1000

// ClosedForAYear tells that nobody needs a record that stands alone: a year went by
// since an act closed it last, and nothing on its cards waits for anybody. When it was
// closed says the log; where that does not say, the record stays.
func ClosedForAYear(r kept.Reader, object policies.Kind, id string, closing policies.Action, day string) (bool, error) {
	waits, err := Wait(r, id)
	if err != nil || waits {
		return false, err
	}
	leaves, err := r.LeavesOf(leavesToClosing, string(object)+":"+id)
	if err != nil {
		return false, err
	}
	closed := ""
	for _, l := range leaves {
		if l.Action == string(closing) && l.Outcome == audit.Allowed {
			closed = max(closed, l.Day)
		}
	}
	return closed != "" && closed <= kept.YearBefore(day), nil
}
