package reports

import (
	"errors"
	"time"

	"sportello/policies/acts"
	"sportello/server/frame"
)

// ReporterPage is "reporter": who made a report, apart from what it says. It is read by
// whoever took it, follows it or leads, and leaves a trace of its own.
type ReporterPage struct {
	frame.Page
	ID      string
	Gone    bool // not kept any more
	Speaker string
	Source  string // a word of "report_source"
	Name    string
	Reach   string
	Channel string // a word of "report_channel"
	Agreed  string // a word of "yesno"
	RedCode string // of a linked one: a word of "yesno"
	RedDay  time.Time
	Ends    []DangerEnd
	Steps   []Step
}

// Reporter answers GET /segnalazioni/{id}/chi.
func Reporter(q *frame.Request) (frame.Shown, error) {
	v, from, receipt, err := q.Desk.Reports.OpenReporter(q.Context(), q.Who, q.ID("id"))
	if errors.Is(err, acts.ErrErased) {
		return &ReporterPage{Page: q.Base(TitleReporter), ID: q.ID("id"), Gone: true}, nil
	}
	if err != nil {
		return nil, err
	}
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	return &ReporterPage{Page: q.Base(TitleReporter), ID: v.ID, Speaker: from.Speaker, Source: from.Source, Name: from.Name, Reach: from.Reach, Channel: from.Channel,
		Agreed: from.Agreed, RedCode: from.Beside.RedCode, RedDay: q.Day(from.Beside.RedDay), Steps: steps(q, from.Beside.Steps, roster), Ends: dangerEnds(from.Beside.Ends, roster)}, nil
}

// What the page says.
const (
	TitleReporter = "report.who_title"
)
