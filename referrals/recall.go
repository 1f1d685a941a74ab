package referrals

import (
	"context"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// Recall is when a woman is to be called: from a day on, and on that day between
// two hours if she said so. The hours are sealed in the card; the day is not.
type Recall struct {
	Day      string // YYYY-MM-DD; empty takes her off the list
	From, To string // HH:MM, both or neither
}

// Why a call cannot be planned so, as message keys, beside the reasons of a call
// that is made now.
const (
	recallPast    Refusal = "recall.past"
	recallHours   Refusal = "recall.hours_wrong"
	recallNoPhone Refusal = "recall.no_phone"
	recallNoHours Refusal = "recall.no_hours"
	recallOutside Refusal = "recall.outside"
)

// check refuses a call that is no day and no stretch of hours of a coming day.
func (p Recall) check(today string) error {
	bad := check{}
	if _, err := time.Parse(time.DateOnly, p.Day); err != nil {
		bad["recall"] = "error.day"
	} else if p.Day < today {
		bad["recall"] = string(recallPast)
	}
	if (p.From == "") != (p.To == "") || !clock(p.From) || !clock(p.To) || p.From != "" && p.From >= p.To {
		bad["recall_from"] = string(recallHours)
	}
	return bad.err()
}

// AllowsRecall tells whether she may be called as planned, and if not, which
// field says so and why. Only what rings or shows on a phone counts, in the
// hours she gave for that day.
func (s SafeContact) AllowsRecall(p Recall, zone *time.Location) (field string, why Refusal) {
	day, err := time.ParseInLocation(time.DateOnly, p.Day, zone)
	switch {
	case err != nil:
		return "recall", recallPast
	case !s.Recorded():
		return "recall", s.nothing()
	case !s.rings():
		return "recall", recallNoPhone
	case !s.during(day, "00:00", "24:00", false):
		return "recall", recallNoHours
	case p.From != "" && !s.during(day, p.From, p.To, true):
		return "recall_from", recallOutside
	}
	return "", Permitted
}

// rings tells whether she allowed anything that holds in her hours.
func (s SafeContact) rings() bool {
	for kind := range timedKinds {
		if s.Channels[kind] == "yes" {
			return true
		}
	}
	return false
}

// during tells whether every minute of a stretch of a day is in her hours, or
// whether any is.
func (s SafeContact) during(day time.Time, from, to string, every bool) bool {
	y, m, d := day.Date()
	for minute := minuteOf(from); minute < minuteOf(to); minute++ {
		if s.openAt(time.Date(y, m, d, 0, minute, 0, 0, day.Location())) != every {
			return !every
		}
	}
	return every
}

// minuteOf is the minute of the day of HH:MM, 24:00 included.
func minuteOf(hour string) int {
	if hour == "24:00" {
		return 24 * 60
	}
	t, err := time.Parse("15:04", hour)
	if err != nil {
		return 0
	}
	return t.Hour()*60 + t.Minute()
}

// SetRecall puts a case on "Da richiamare", or takes it off. What breaks her
// safe-contact rule comes back as Invalid, with the reason; ErrConflict when the
// case changed since version, ErrState when it is closed.
func (d *Desk) SetRecall(ctx context.Context, who acts.Caller, id string, version int64, p Recall) (audit.Receipt, error) {
	if p.Day == "" {
		p = Recall{}
	} else if err := p.check(d.Day()); err != nil {
		return audit.Receipt{}, err
	}
	return d.edit(ctx, who, policies.CaseUpdate, id, version, func(_ Reader, act *acts.Act, c *caseFile) ([]acts.Row, error) {
		if p.Day != "" {
			if c.row.State == "closed" {
				return nil, ErrState
			}
			if field, why := c.safe.AllowsRecall(p, act.Now.Location()); why != Permitted {
				return nil, &Invalid{Fields: map[string]string{field: string(why)}}
			}
		}
		c.setRecall(p)
		return nil, nil
	})
}

func (c *caseFile) setRecall(p Recall) {
	c.row.RecallDay, c.card.RecallFrom, c.card.RecallTo = p.Day, p.From, p.To
}

func (c *caseFile) recall() Recall {
	return Recall{Day: c.row.RecallDay, From: c.card.RecallFrom, To: c.card.RecallTo}
}

// keepRecall drops, after she changed her rule, what it does not allow any more:
// the planned hours, or the call.
func (c *caseFile) keepRecall(zone *time.Location) {
	p := c.recall()
	switch {
	case p.Day == "" || !c.safe.rings():
		c.setRecall(Recall{})
	case p.From != "":
		if field, _ := c.safe.AllowsRecall(p, zone); field != "" {
			c.setRecall(Recall{Day: p.Day})
		}
	}
}

// now tells whether a planned call may be made at a moment, for what it says
// itself: on its own day only in its hours, later at any hour she allows.
func (p Recall) now(at time.Time) bool {
	if p.From == "" || at.Format(time.DateOnly) != p.Day {
		return true
	}
	hour := at.Format("15:04")
	return hour >= p.From && hour < p.To
}

// closes is when a planned call ends today, or the end of her safe hours if
// that comes first.
func (p Recall) closes(safe, at time.Time) time.Time {
	if p.From == "" || at.Format(time.DateOnly) != p.Day {
		return safe
	}
	end, err := time.ParseInLocation("2006-01-02 15:04", p.Day+" "+p.To, at.Location())
	if err != nil || !safe.IsZero() && safe.Before(end) {
		return safe
	}
	return end
}
