package centre

import (
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/sharing"
	"sportello/server/frame"
	"sportello/server/parts"
)

// InboxPage is "inbox": referrals without names.
type InboxPage struct {
	frame.Page
	Stops                         []InboxRow // taken back, and the centre has not said that it stopped: first of all
	New, WaitUs, WaitThem, Closed []InboxRow

	Unsent string // what was written about one that has ended, and was not sent

	Notices parts.NoticeList
}

// Inbox lists what the centre received: age, urgency, sending desk, no names.
func Inbox(q *frame.Request) (frame.Shown, error) {
	page, err := inboxPage(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func inboxPage(q *frame.Request) (*InboxPage, error) {
	cards, receipt, err := q.Desk.Sharing.Inbox(q.Context(), q.Who)
	if err = q.Partly(err); err != nil {
		return nil, err
	}
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &InboxPage{Page: q.Base(TitleInbox)}
	for _, c := range cards {
		row := InboxRow{ID: c.ID, Desk: roster.UnitName(c.FromUnit), Sent: q.Day(c.SentDay), DayOnly: true, Urgency: c.Urgency,
			State: parts.StateOf(c.ReferralLine), Stop: c.State == "withdrawn" && c.Code == ""}
		row.News = c.News
		if row.Stop {
			row.StopFacts = stopFacts(q, roster.Units[c.FromUnit], c.Cancel)
		}
		row.Past = c.State == "withdrawn" && !row.Stop
		row.Over = c.Empty || c.State != "withdrawn" && c.Standing != policies.ConsentLive
		switch {
		case row.Stop:
			page.Stops = append(page.Stops, row)
		case c.SafeNew, c.News != "" && !row.Over:
			page.WaitUs = append(page.WaitUs, row)
		case c.State == "sent":
			page.New = append(page.New, row)
		case row.State == "acknowledged":
			page.WaitUs = append(page.WaitUs, row)
		case row.State == "more_info", row.State == "appointment", row.State == "accepted":
			page.WaitThem = append(page.WaitThem, row)
		default:
			page.Closed = append(page.Closed, row)
		}
	}
	page.Notices, err = parts.ReadNoticesAndColleagues(q)
	return page, q.Besides(err)
}

// StopFacts are what a centre needs to stop: whom to call, and what to cancel.
type StopFacts struct {
	Phone, Hours string // of the desk, as the directory says it
	Cancel       []Cancel
}

// Cancel is an appointment that the centre proposed, by what it calls it.
type Cancel struct {
	Number string
	Day    time.Time // on which it was proposed
}

// stopFacts are those of a referral that a desk sent.
func stopFacts(q *frame.Request, desk *acts.Unit, proposed []sharing.Proposed) (f StopFacts) {
	if desk != nil {
		f.Phone, f.Hours = desk.Phone, desk.Hours
	}
	for _, p := range proposed {
		f.Cancel = append(f.Cancel, Cancel{p.Reference, q.Day(p.Day)})
	}
	return f
}

// InboxRow is one referral in the inbox.
type InboxRow struct {
	ID      string
	Desk    string
	Sent    time.Time
	DayOnly bool
	Urgency string // a word of "urgency"
	State   string // a word of "referral_state"
	Stop    bool   // revoked, and not yet confirmed
	Past    bool   // revoked and confirmed: more may be stated
	News    string // what the desk did and nobody of the centre has seen, a word of "inbox_news"
	StopFacts
	Over bool // her authorisation has ended: nothing is left to open
}
