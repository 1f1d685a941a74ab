package reports

import (
	"context"
	"errors"
	"slices"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/typed"
)

// Row is what somebody else told of a woman: a neighbour, the police, a school. It
// stands alone until she comes herself and wants it in her file. What was said is in it;
// who said it is in a row of its own, under a secret and a key of its own.
type Row struct {
	acts.RowKey
	Unit   string
	Author string
	Worker string // who follows it, or empty
	Day    string
	State  string // of States
	CaseID string // once it is linked
	kept.Alone
}

// Table is the name of the table of reports.
func (*Row) Table() string { return "report" }

// SourceRow is who made a report; its id is the report's. It stays with the unit:
// what is linked to her file is the report alone.
type SourceRow struct {
	acts.RowKey
	Unit string
	Day  string
	kept.Alone
}

// Table is the name of the table of who made reports.
func (*SourceRow) Table() string { return "report_source" }

// Where a report stands, in the order in which a page offers it.
const (
	reportToRead  = "to_read"
	reportActed   = "acted"
	reportFollow  = "followed"
	reportChild   = "child"
	reportNotOurs = "not_ours"
	reportNoWay   = "no_safe_way"
	reportLinked  = "linked"
	reportClosed  = "closed"
)

var (
	reportRows = acts.Declare[Row]()
	sourceRows = acts.Declare[SourceRow]()
	// reportsOfUnit lists the reports of a unit, reportsWaiting those that wait for
	// somebody, newest first.
	reportsOfUnit  = reportRows.Find().Is("unit").By("day desc", "id")
	reportsWaiting = reportRows.Find().Is("unit").In("state", reportToRead, reportActed, reportFollow, reportChild).By("day desc", "id")
	// reportsOfCase lists those that are linked to a case, newest first.
	reportsOfCase = reportRows.Find().Is("case_id").Not("case_id", "").By("day desc", "id")
	// reportsDone finds those for which nobody waits, written up to a day, and
	// sourcesUpTo who made any.
	reportsDone = reportRows.Find().UpTo("day").In("state", reportNotOurs, reportNoWay, reportClosed).By("day", "id")
	sourcesUpTo = sourceRows.Find().UpTo("day").By("day", "id")

	_ = kept.Register(reportRows, kept.Kind[*Row]{Object: policies.KindReport, Class: "unlinked", Names: true,
		Hangs: []kept.Hang{kept.On("case_file", reportsOfCase)},
		Ended: func(r kept.Reader, day string) ([]*Row, error) { return reportsDone.Rows(r, kept.YearBefore(day)) },
		Over:  func(kept.Reader, *Row, string) (bool, error) { return true, nil }})
	_ = kept.Register(sourceRows, kept.Kind[*SourceRow]{Class: "unlinked", Names: true,
		Hangs: []kept.Hang{kept.OnOne[SourceRow]("report", func(r *Row) string { return r.ID })},
		Ended: func(r kept.Reader, day string) ([]*SourceRow, error) {
			return sourcesUpTo.Rows(r, kept.YearBefore(day))
		},
		Over: sourceOver})
)

// sourceOver tells that nobody needs to know any more who made a report: its year is
// over, and nobody waits for the report.
func sourceOver(r kept.Reader, row *SourceRow, _ string) (bool, error) {
	report := &Row{}
	err := r.Get(report, row.ID)
	if errors.Is(err, acts.ErrNoRow) {
		return true, nil
	}
	return err == nil && !Waits(report.State), err
}

// Report is what somebody told: of what happens now, never of where she is.
type Report struct {
	At       time.Time `json:"at"`
	Text     string    `json:"text,omitempty"`
	Subject  string    `json:"subject,omitempty"` // whom it is about, as it was told
	Danger   string    `json:"danger,omitempty"`  // yes, no, unknown, refused; empty is not asked
	WhoCalls string    `json:"who_calls,omitempty"`
	CallWhen string    `json:"call_when,omitempty"`
	Children string    `json:"children,omitempty"` // one of cases.Where
	Child    bool      `json:"child,omitempty"`    // it is about a child: the lead decides
	RedCode  string    `json:"red_code,omitempty"` // yes, no; of police and court
	RedDay   string    `json:"red_day,omitempty"`  // by which they ask an answer
	// What was done about it.
	FollowBy string         `json:"follow_by,omitempty"`
	Ends     []cases.NowEnd `json:"ends,omitempty"` // of the danger, the last one last
	Steps    []Step         `json:"steps,omitempty"`
	Named    *ReporterNamed `json:"named,omitempty"` // of a linked one: who made it, where they agreed
	Known    string         `json:"recognised,omitempty"`
}

// Step is one thing that was done about a report: who did it, and when.
type Step struct {
	State  string    `json:"state"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Text   string    `json:"text,omitempty"`
	Hour   string    `json:"hour,omitempty"`   // of the call to 112 or the emergency service
	Worker string    `json:"worker,omitempty"` // who follows it
	Day    string    `json:"day,omitempty"`    // by when
}

// ReporterNamed is who made a report, for her who may know it.
type ReporterNamed struct {
	Source string `json:"source"`
	Name   string `json:"name,omitempty"`
}

// Reporter is who made a report, and how to reach them: a body on its published number.
type Reporter struct {
	Speaker string `json:"speaker"` // someone, body
	Source  string `json:"source"`  // one of Sources
	Name    string `json:"name,omitempty"`
	Reach   string `json:"reach,omitempty"`
	Channel string `json:"channel,omitempty"`
	Agreed  string `json:"agreed,omitempty"` // yes: she may know who reported
	Beside  Beside `json:"beside,omitzero"`
}

// Beside is what was done about a report, and what would say who made it: it stays with
// the unit once the report is in her file.
type Beside struct {
	RedCode string         `json:"red_code,omitempty"`
	RedDay  string         `json:"red_day,omitempty"`
	Steps   []Step         `json:"steps,omitempty"`
	Ends    []cases.NowEnd `json:"ends,omitempty"`
}

// The codes of a report, in the order they are shown.
var (
	States   = []string{reportToRead, reportActed, reportFollow, reportChild, reportNotOurs, reportNoWay, reportLinked, reportClosed}
	Sources  = []string{"relative", "friend", "neighbour", "police", "court", "114", "1522", "hospital", "health", "school", "other_municipality", "pis", "centre", "other"}
	Channels = []string{"phone", "in_person", "brought", "written"}
	// Callers are who calls 112 for a danger that somebody else tells of.
	Callers = []string{"caller", "desk", "later"}
	// Steps are the states that a worker gives: a report is to be read when it is
	// new, and is linked from her file.
	Steps = []string{reportActed, reportFollow, reportChild, reportNotOurs, reportNoWay, reportClosed}
	// Ends are the ends of a danger that somebody else told of: her own no is said
	// by herself.
	Ends           = slices.DeleteFunc(slices.Clone(kept.DangerEnds), func(code string) bool { return code == "her_no" })
	reportSources  = typed.Codes(append([]string{""}, Sources...)...)
	reportChannels = typed.Codes(append([]string{""}, Channels...)...)
	reportCallers  = typed.Codes(append([]string{""}, Callers...)...)
	reportSteps    = typed.Codes(Steps...)
	reportEnds     = typed.Codes(append([]string{""}, Ends...)...)
	reportAnswers  = typed.Codes(cases.Answers...)
	reportWhere    = typed.Codes(cases.Where...)
	yesNo          = typed.Codes("", "yes", "no")
)

// Waits tells that somebody still has to do something about a report in a state.
func Waits(state string) bool {
	return slices.Contains([]string{reportToRead, reportActed, reportFollow, reportChild}, state)
}

// DangerNow tells that danger was told of and nobody has said how it ended: who could not
// be reached any more is somebody's until she is.
func (in *Report) DangerNow() bool {
	return in.Danger == "yes" && !slices.ContainsFunc(in.Ends, func(e cases.NowEnd) bool { return !e.Stays() })
}

// DangerTo is to whom a danger was handed that did not end, or empty.
func (in *Report) DangerTo() string {
	if n := len(in.Ends); n > 0 && in.DangerNow() {
		return in.Ends[n-1].Text
	}
	return ""
}

// NewReport is a report as it is taken down.
type NewReport struct {
	Form typed.Form
	Report
	Reporter
}

func (in *NewReport) check(now time.Time) error {
	bad := typed.Check{}
	in.Form.Check(bad)
	bad.OneOf("speaker", in.Speaker, typed.Codes("someone", "body"))
	bad.OneOf("danger", in.Danger, reportAnswers)
	bad.OneOf("danger_caller", in.WhoCalls, reportCallers)
	bad.OneOf("children", in.Children, reportWhere)
	bad.OneOf("source", in.Source, reportSources)
	bad.OneOf("reported_by", in.Channel, reportChannels)
	bad.OneOf("agreed", in.Agreed, yesNo)
	bad.OneOf("red_code", in.RedCode, yesNo)
	for field, v := range map[string]string{"danger_when": in.CallWhen, "call_number": in.Reach} {
		bad.Max(field, v, typed.MaxShort)
	}
	for field, v := range map[string]string{"subject": in.Subject, "reporter": in.Name} {
		bad.Max(field, v, typed.MaxLine)
	}
	bad.Max("text", in.Text, typed.MaxText)
	if in.Text == "" {
		bad["text"] = "error.empty"
	}
	if in.RedCode == "yes" && in.Source != "police" && in.Source != "court" {
		bad["red_code"] = "report.red_code_source"
	}
	if in.RedDay != "" {
		bad.Add(typed.DayAhead("red_day", in.RedDay, now))
	}
	return bad.Err()
}

// Record keeps what somebody else told: nothing is looked for, and nobody learns
// whether she is known here. The same form twice gives the same report; ErrRepeated when
// it says something else. About a child, or from the children's line, it is the lead's.
func (d *Desk) Record(ctx context.Context, who acts.Caller, in NewReport) (id string, receipt audit.Receipt, err error) {
	if err := in.check(d.work.Gate.Now()); err != nil {
		return "", audit.Receipt{}, err
	}
	in.Child = in.Child || in.Source == "114"
	receipt, err = d.work.Do(ctx, who, policies.UnlinkedAdd, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		in.At = act.Now
		row, from := &Row{}, &SourceRow{}
		id = in.Form.Row(act.Who, "report", act.Who.Unit())
		if there, err := typed.Made(r, row, id); err != nil || there {
			return sameReport(r, act, row, in, err)
		}
		said, says := act.NewSecret(), act.NewSecret()
		row.RowKey, row.Unit, row.Author, row.Day, row.State = acts.RowKey{ID: id, Version: 1}, act.Who.Unit(), act.Who.Person(), act.Day, reportToRead
		if in.Child {
			row.State = reportChild
		}
		from.RowKey, from.Unit, from.Day = row.RowKey, row.Unit, row.Day
		row.Secret, from.Secret, act.Salt = said.ID, says.ID, said.Bytes
		if err := kept.PutAlone(act.Who, nil, row, said.Bytes, in.Report); err != nil {
			return err
		}
		if err := kept.PutAlone(act.Who, nil, from, says.Bytes, in.Reporter); err != nil {
			return err
		}
		act.Commit = kept.PutAll(row, from)
		return nil
	})
	return id, receipt, err
}

// sameReport tells whether a form that made a report before says the same now.
func sameReport(r kept.Reader, act *acts.Act, row *Row, in NewReport, err error) error {
	if err != nil || row.Version > 1 {
		return err
	}
	old, err := openReport(r, act, nil, row)
	if err == nil && (old.Text != in.Text || old.Subject != in.Subject || old.Danger != in.Danger || old.Children != in.Children) {
		err = typed.ErrRepeated
	}
	return err
}

// reportObject is a report as the policy sees it, without the walls of its case.
func reportObject(who acts.Caller, row *Row) policies.Object {
	return policies.Object{Kind: policies.KindReport, ID: row.ID, Unit: row.Unit, UnitKind: who.UnitKind(), Author: row.Author, Person: row.Worker, State: row.State}
}

// loadReport looks a report up, asks the policy about the act, with the walls of the case
// that it is linked to, and opens both; the case is nil where there is none.
func loadReport(r kept.Reader, act *acts.Act, id string) (*Row, *kept.File, Report, error) {
	row, f := &Row{}, (*kept.File)(nil)
	if err := r.Get(row, id); err != nil {
		return nil, nil, Report{}, kept.LikeThere(r, err, &kept.CaseRow{})
	}
	o := reportObject(act.Who, row)
	c, err := kept.WallsOf(r, act, row.CaseID, &o)
	if err != nil {
		return nil, nil, Report{}, err
	}
	if err := act.Allow(o); err != nil {
		return nil, nil, Report{}, err
	}
	if c != nil {
		if f, err = kept.Open(r, act, c); err != nil {
			return nil, nil, Report{}, err
		}
	}
	report, err := openReport(r, act, f, row)
	return row, f, report, err
}

// openReport opens what a report says, with the file that it is linked to, or nil.
func openReport(r kept.Reader, act *acts.Act, f *kept.File, row *Row) (report Report, err error) {
	secret, err := r.Secret(row.Secret)
	if err != nil {
		return Report{}, err
	}
	act.Salt = secret
	return report, kept.GetAlone(r, act.Who, f, row, secret, &report)
}

// openReporter opens who made a report; ErrErased where nobody needs it any more.
func openReporter(r kept.Reader, act *acts.Act, f *kept.File, id string) (row *SourceRow, secret []byte, from Reporter, err error) {
	row = &SourceRow{}
	err = r.Get(row, id)
	if errors.Is(err, acts.ErrNoRow) {
		return nil, nil, from, acts.ErrErased
	}
	if err != nil {
		return nil, nil, from, err
	}
	if secret, err = r.Secret(row.Secret); err != nil {
		return nil, nil, from, err
	}
	return row, secret, from, kept.GetAlone(r, act.Who, f, row, secret, &from)
}

// View is a report as its unit reads it.
type View struct {
	ID, Author, Worker, Day, State, CaseID string
	Version                                int64
	Report
}

func viewReport(row *Row, report Report) View {
	return View{ID: row.ID, Author: row.Author, Worker: row.Worker, Day: row.Day, State: row.State, CaseID: row.CaseID, Version: row.Version, Report: report}
}

// Open reads what a report says, and what was done about it.
func (d *Desk) Open(ctx context.Context, who acts.Caller, id string) (v View, receipt audit.Receipt, err error) {
	receipt, err = d.work.Do(ctx, who, policies.UnlinkedRead, func(r kept.Reader, act *acts.Act) error {
		row, _, report, err := loadReport(r, act, id)
		if err == nil {
			v = viewReport(row, report)
		}
		return err
	})
	return v, receipt, err
}

// OpenReporter reads who made a report. ErrErased where that is not kept any more.
func (d *Desk) OpenReporter(ctx context.Context, who acts.Caller, id string) (v View, from Reporter, receipt audit.Receipt, err error) {
	receipt, err = d.work.Do(ctx, who, policies.ReportSource, func(r kept.Reader, act *acts.Act) error {
		row, f, report, err := loadReport(r, act, id)
		if err != nil {
			return err
		}
		v = viewReport(row, report)
		_, _, from, err = openReporter(r, act, f, id)
		return err
	})
	return v, from, receipt, err
}

// changeReport opens a report for a form filled at a version, lets f change it, and
// writes it. ErrState once it is in her file, ErrConflict when somebody was quicker.
func (d *Desk) changeReport(ctx context.Context, who acts.Caller, a policies.Action, id string, version int64,
	f func(kept.Reader, *acts.Act, *Row, *Report) error) (audit.Receipt, error) {
	return d.work.Do(ctx, who, a, func(r kept.Reader, act *acts.Act) error {
		row, _, report, err := loadReport(r, act, id)
		if err != nil {
			return err
		}
		if row.State == reportLinked {
			return kept.ErrState
		}
		if row.Version != version {
			return acts.ErrConflict
		}
		if err := f(r, act, row, &report); err != nil {
			return err
		}
		row.Next()
		if err := kept.PutAlone(act.Who, nil, row, act.Salt, report); err != nil {
			return err
		}
		act.Commit = kept.PutAll(row)
		return nil
	})
}

// Move says what is done about a report, with who and when. A danger that did not
// end is ended first; nothing is put away over it.
func (d *Desk) Move(ctx context.Context, who acts.Caller, id string, version int64, step Step) (audit.Receipt, error) {
	if err := step.check(d.work.Gate.Now()); err != nil {
		return audit.Receipt{}, err
	}
	return d.changeReport(ctx, who, policies.ReportAct, id, version, func(r kept.Reader, act *acts.Act, row *Row, report *Report) error {
		if report.DangerNow() && !Waits(step.State) {
			return typed.Bad("state", "report.danger_first")
		}
		step.By, step.At = act.Who.Person(), act.Now
		report.FollowBy = ""
		switch step.State {
		case reportFollow:
			if err := colleague(r, act, step.Worker); err != nil {
				return err
			}
			row.Worker, report.FollowBy = step.Worker, step.Day
		case reportChild:
			row.Worker, report.Child = "", true // whoever leads has it
		case reportActed:
			row.Worker = act.Who.Person()
		}
		row.State = step.State
		report.Steps = append(report.Steps, step)
		return nil
	})
}

func (s *Step) check(now time.Time) error {
	bad := typed.Check{}
	if s.State == "" {
		bad["state"] = "error.choose_one"
	} else {
		bad.OneOf("state", s.State, reportSteps)
	}
	bad.Max("text", s.Text, typed.MaxText)
	if s.State == reportActed {
		t, err := typed.When(now.Format(time.DateOnly), s.Hour, now)
		if wrong := (*typed.Invalid)(nil); errors.As(err, &wrong) {
			bad["hour"] = wrong.Fields["hour"]
		}
		s.Hour = t.Format("15:04")
	} else {
		s.Hour = ""
	}
	if s.State != reportFollow {
		s.Worker, s.Day = "", ""
		return bad.Err()
	}
	if s.Worker == "" {
		bad["worker"] = "report.worker_missing"
	}
	if s.Day == "" {
		bad["by_day"] = "report.day_missing"
	} else {
		bad.Add(typed.DayAhead("by_day", s.Day, now))
	}
	return bad.Err()
}

// colleague refuses whoever does not work in the caller's unit now.
func colleague(r kept.Reader, act *acts.Act, id string) error {
	var p acts.Person
	if err := kept.NotNoRow(r.Get(&p, id)); err != nil {
		return err
	}
	if p.Unit != act.Who.Unit() || p.State != string(acts.Active) {
		return typed.Bad("worker", "error.not_colleague")
	}
	return nil
}

// EndDanger says how a danger ended that a report told of: by whoever hears it,
// also where the lead decides about the rest. ErrState where none was told or it ended.
func (d *Desk) EndDanger(ctx context.Context, who acts.Caller, id string, version int64, end cases.NowEnd) (audit.Receipt, error) {
	end.Mark = kept.MarkDanger
	bad := typed.Check{}
	bad.Add(end.Check(false))
	bad.OneOf("end", end.Code, reportEnds)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.changeReport(ctx, who, policies.ReportDanger, id, version, func(_ kept.Reader, act *acts.Act, _ *Row, report *Report) error {
		if !report.DangerNow() {
			return kept.ErrState
		}
		end.By, end.At = act.Who.Person(), act.Now
		report.Ends = append(report.Ends, end)
		return nil
	})
}
