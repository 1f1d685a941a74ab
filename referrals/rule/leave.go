package rule

import "time"

// Leave is what a woman's leave to be called back, if the line drops, is worth: it
// holds for this call alone, so many minutes and so many calls. Our number is
// hidden, and nothing is left: no voicemail, no message.
type Leave struct{ Minutes, Tries int }

// DefaultLeave is the leave where nobody configured another.
var DefaultLeave = Leave{Minutes: 30, Tries: 3}

// LeaveNow is a leave at a moment. The zero value is no leave.
type LeaveNow struct {
	Given bool      // she gave it
	Until time.Time // when it ends
	Left  int       // calls that may still be made
}

// At is the leave at a moment, of a line that dropped at another, after some calls.
func (l Leave) At(dropped time.Time, tries int, now time.Time) LeaveNow {
	n := LeaveNow{Given: true, Until: dropped.Add(time.Duration(l.Minutes) * time.Minute)}
	if now.Before(n.Until) && !now.Before(dropped) {
		n.Left = max(0, l.Tries-tries)
	}
	return n
}

// Holds tells whether a call may be made.
func (n LeaveNow) Holds() bool { return n.Given && n.Left > 0 }
