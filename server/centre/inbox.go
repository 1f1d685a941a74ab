package centre

import (
	"net/http"
	"strings"
	"time"

	"sportello/policies"
	"sportello/server/frame"
)

// InboxPage is "inbox": referrals without names.
type InboxPage struct {
	frame.Page
	New, WaitUs, WaitThem, Closed []InboxRow

	Unsent string // what was written about one that has ended, and was not sent

	Notices frame.Notices
}

// Inbox lists what the centre received: age, urgency, sending desk, no names.
func Inbox(q *frame.Request) error {
	page, err := inboxPage(q)
	if err != nil {
		return err
	}
	return q.Show(http.StatusOK, "inbox", page)
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
			State: frame.StateOf(c.ReferralLine), Stop: c.State == "withdrawn" && c.Code == ""}
		row.Past = c.State == "withdrawn" && !row.Stop
		row.Over = c.Empty || c.State != "withdrawn" && c.Standing != policies.ConsentLive
		switch {
		case row.Stop, c.SafeNew:
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
	page.Notices, err = frame.ReadNoticesAndColleagues(q)
	return page, q.Besides(err)
}

func showNotice(q *frame.Request, status int, cause error) error {
	l, receipt, err := q.Desk.Sharing.Notice(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return err
	}
	if l.State != "withdrawn" {
		return q.Redirect("/arrivi/" + l.ID)
	}
	q.Receipt(receipt)
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	page := &StopPage{Page: q.Base(TitleStop), Unsent: unsentText(q), ID: l.ID, Desk: roster.UnitName(l.FromUnit), Since: q.Day(l.EndedDay),
		Done: strings.Fields(l.Code), Ticked: q.Form["done"]}
	if status == http.StatusConflict {
		page.Problem = ProblemEndedRevoked
	}
	words := map[string]string{}
	if len(page.Ticked) == 0 {
		words["done"] = FailStop
	}
	frame.InvalidAs(&page.Page, cause, words)
	return q.Show(status, "stop", page)
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
	Over    bool   // her authorisation has ended: nothing is left to open
}

// inboxRows is one list of the inbox with the moment its ages count from.
type inboxRows struct {
	Now  time.Time
	Rows []InboxRow
}
