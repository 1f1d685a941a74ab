package reports

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
)

// Line is a report on a list: what it is about by its codes, never a name or a
// word of what was said.
type Line struct {
	ID, State, Worker, Day string
	At                     time.Time
	Danger                 bool   // told of, and nobody has said how it ended
	DangerTo               string // to whom it was handed
	Child                  bool
	Children               string // one of cases.Where
	RedCode                bool
	RedDay                 string
	FollowBy               string
	Source                 string // for whoever may read who made it
}

// List are the reports of a unit, and what others told before reports were kept so.
type List struct {
	Lines   []Line
	Earlier []cases.ContactView
}

// Read lists the reports in a state, or, with none, those that wait for somebody:
// danger that did not end first, then a child, then a red code by its day, then what
// nobody read, then what somebody follows by its day. One that is linked to a file is for
// whoever may know of the file: for all others it is not there.
func (d *Desk) Read(ctx context.Context, who acts.Caller, state string) (all List, receipt audit.Receipt, err error) {
	receipt, err = d.work.Do(ctx, who, policies.UnlinkedRead, func(r kept.Reader, act *acts.Act) (err error) {
		all = List{}
		if err := act.Allow(reportObject(act.Who, &Row{Unit: act.Who.Unit()})); err != nil {
			return err
		}
		if state != "" {
			all.Lines, err = reportLines(r, act, reportsOfUnit, true, func(row *Row) bool { return row.State == state })
			return err
		}
		if all.Lines, err = reportLines(r, act, reportsWaiting, true, func(*Row) bool { return true }); err != nil {
			return err
		}
		all.Earlier, err = cases.EarlierNotes(r, act)
		return err
	})
	return all, receipt, err
}

// Now lists the reports of danger that did not end, the longest first, for the
// list of what must happen now. It opens only what waits for somebody.
func Now(r kept.Reader, act *acts.Act) ([]Line, error) {
	lines, err := reportLines(r, act, reportsWaiting, false, func(*Row) bool { return true })
	return slices.DeleteFunc(lines, func(l Line) bool { return !l.Danger }), err
}

// reportLines are the lines of those that which wants, in their order; sources tells to
// say who made them where the caller may know it.
func reportLines(r kept.Reader, act *acts.Act, find acts.Finder[Row], sources bool, which func(*Row) bool) ([]Line, error) {
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	rows, err := find.Rows(r, act.Who.Unit())
	lines, err := kept.Lines(act, rows, err, func(row *Row) (l Line, shown bool, err error) {
		if !which(row) {
			return l, false, nil
		}
		return reportLine(r, act, row, sources)
	})
	slices.SortStableFunc(lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.place(), b.place()), cmp.Compare(a.due(), b.due()), a.turn(b))
	})
	return lines, err
}

func reportLine(r kept.Reader, act *acts.Act, row *Row, sources bool) (l Line, shown bool, err error) {
	o, f := reportObject(act.Who, row), (*kept.File)(nil)
	c, err := kept.WallsOf(r, act, row.CaseID, &o)
	if err != nil || c != nil && kept.ShutTo(act.Who, c) {
		return l, false, err
	}
	if c != nil {
		if f, err = kept.Open(r, act, c); err != nil {
			return l, false, err
		}
	}
	report, err := openReport(r, act, f, row)
	if err != nil {
		return l, false, err
	}
	l = Line{ID: row.ID, State: row.State, Worker: row.Worker, Day: row.Day, At: report.At, Danger: report.DangerNow(), DangerTo: report.DangerTo(), Child: report.Child,
		Children: report.Children, RedCode: report.RedCode == "yes", RedDay: report.RedDay, FollowBy: report.FollowBy}
	act.Detail.IDs = append(act.Detail.IDs, row.ID)
	if !sources || f != nil || !act.May(policies.ReportSource, o) {
		return l, true, nil
	}
	_, _, from, err := openReporter(r, act, nil, row.ID)
	if err != nil && !errors.Is(err, acts.ErrErased) {
		return l, false, err
	}
	l.Source = from.Source
	return l, true, nil
}

// place is where a line stands among the others.
func (l *Line) place() int {
	switch {
	case l.Danger:
		return 0
	case !Waits(l.State):
		return 6
	case l.State == reportChild:
		return 1
	case l.RedCode:
		return 2
	case l.State == reportToRead:
		return 3
	case l.State == reportFollow:
		return 4
	}
	return 5
}

// due is the day that orders lines of one place; one without comes last.
func (l *Line) due() string {
	switch l.place() {
	case 2:
		return cmp.Or(l.RedDay, "never")
	case 4:
		return l.FollowBy
	}
	return ""
}

// turn puts the oldest first of what waits, the newest first of what does not.
func (l *Line) turn(other Line) int {
	if l.place() == 6 {
		return other.At.Compare(l.At)
	}
	return l.At.Compare(other.At)
}
