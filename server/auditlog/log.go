package auditlog

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/auditlog"
	"sportello/server/frame"
	"sportello/server/locale"
	"sportello/server/parts"
)

// LogPage is "log": it begins with a question. Post to /registro what is asked (her_code,
// acts, unit, record, from_day, to_day), so that no address carries it; for_her makes
// the answer a sheet for her who asks. Exporting posts to /registro/esporta, after the
// step-up, and checking all records now to /registro/verifica. Nothing here asks for a
// worker, counts or compares workers.
type LogPage struct {
	frame.Page
	Verification string // a word of "verification"
	Size         int64  // leaves
	Checkpoint   string // the last signed checkpoint, shortened
	VerifierKey  string // public: verifies checkpoints and exported bundles
	CheckedAt    time.Time
	BadRecord    string // the first record that does not match, or empty
	Filter       LogFilter
	Units        []UnitOption // that can be asked about
	Missing      []string     // agencies whose staff has not agreed to be named
	Answer       *LogAnswer   // to a question by a code; nil where all entries are listed
	Rows         []LogRow
	Older, Newer string // leaf index to go on from, or empty; posted as "at"
	Days         []DayCount
	Notices      parts.NoticeList
}

// UnitOption is a unit that can be asked about.
type UnitOption struct{ ID, Name string }

// LogFilter is what is asked, as typed.
type LogFilter struct {
	Code   string `form:"her_code" max:"20"` // the woman's
	Acts   string `form:"acts" max:"60"`     // a word of "log_acts" or of "act"
	Unit   string `form:"unit" max:"60"`     // an id
	Record string `form:"record" max:"60"`
	From   string `form:"from_day" max:"40" as:"day"`
	To     string `form:"to_day" max:"40" as:"day"`
}

// LogRow is one leaf: pseudonyms and codes only.
type LogRow struct {
	Index   int64
	Day     time.Time
	At      time.Time // zero where the hour is not kept, or is erased
	Person  string
	Action  string // the policy's name of the act, a word of "act"
	Record  string
	Outcome string // a word of "result"
	Rules   []LogRule
	Count   int64
}

// picked tells whether it can be pressed what an entry is about: not an account.
func (r *LogRow) picked() bool {
	kind, _, _ := strings.Cut(r.Record, ":")
	return r.Record != "" && r.Record != "none" && kind != string(policies.KindPerson) && kind != string(policies.KindSession)
}

// LogRule is a rule that decided. Text is its sentence in the policy; Own is
// a word of "own_rule" for what refuses without a rule of it.
type LogRule struct{ ID, Own, Text string }

// DayCount is one bar of the chart, and one row of its table.
type DayCount struct {
	Day                      time.Time
	Allowed, Refused, Failed int
	Height                   int // of the bar, 0 to 100
	X                        int // from the left, in steps of 20
}

// ChartWidth is the width of the chart's drawing.
func (p *LogPage) ChartWidth() int { return 20*len(p.Days) + 10 }

// rowsOfAPage is how many leaves one page of the log shows.
const rowsOfAPage = 50

// chartStep is the width of one day in the log's chart.
const chartStep = 20

// Log shows the log: newest first, or what the posted filter lets through.
func Log(q *frame.Request) (frame.Shown, error) {
	page := &LogPage{Page: q.Base(TitleLog)}
	q.Fill(&page.Filter)
	if _, err := readLog(q, page); err != nil {
		return nil, err
	}
	return page, nil
}

// LogForm is the question, and how it is asked: a record that was pressed in a row, or
// for the sheet of her who asks.
type LogForm struct {
	LogFilter
	PickRecord string `form:"pick_record"`
	ForHer     string `form:"for_her"`
}

// FilterLog answers a question: by a code, who did what with her records; without one,
// the entries that it lets through.
func FilterLog(q *frame.Request, f *LogForm) error {
	page := &LogPage{Page: q.Base(TitleLog), Filter: f.LogFilter}
	if f.PickRecord != "" {
		page.Filter.Record, page.Filter.Code = f.PickRecord, ""
	}
	if strings.TrimSpace(page.Filter.Code) == "" {
		if f.ForHer != "" {
			page.Fail("her_code", FailNoCode)
		}
		return showLog(q, http.StatusOK, page)
	}
	return answerLog(q, page, f.ForHer != "")
}

// showLog shows the entries that a page's filter lets through; all of them, and what
// is wrong with it, where it does not fit.
func showLog(q *frame.Request, status int, page *LogPage) error {
	fits, err := readLog(q, page)
	if err != nil {
		return err
	}
	if !fits || len(page.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return q.Show(status, page)
}

// logFilter is the question as typed; false when its days do not fit.
func logFilter(q *frame.Request, page *LogPage) (auditlog.Filter, bool) {
	f := page.Filter
	filter := auditlog.Filter{Action: f.Acts, Unit: strings.TrimSpace(f.Unit), Object: strings.TrimSpace(f.Record), From: f.From, To: f.To}
	if !daysFit(q, f) {
		page.Fail("from_day", FailLogDays)
		filter.From, filter.To = "", ""
		return filter, false
	}
	return filter, true
}

// readLog puts on a page what its filter lets through; it reports false when the
// filter does not fit.
func readLog(q *frame.Request, page *LogPage) (bool, error) {
	before, _ := strconv.ParseInt(q.Hidden("at"), 10, 64)
	filter, fits := logFilter(q, page)
	filter.Before, filter.Limit = before, rowsOfAPage
	found, receipt, err := q.Desk.AuditLog.Read(q.Context(), q.Who, filter)
	if err != nil {
		return fits, err
	}
	q.Receipt(receipt)
	page.Rows = logRows(q, found.Entries)
	if found.Older > 0 {
		page.Older = strconv.FormatInt(found.Older, 10)
	}
	if before > 0 {
		page.Newer = "0"
	}
	page.Days = chart(q, found.Days)
	return fits, page.around(q)
}

// around puts on a page what stands around the answer.
func (p *LogPage) around(q *frame.Request) error {
	verified(q, p)
	notices, err := parts.ReadNoticesAndColleagues(q)
	p.Notices = notices
	if errors.Is(err, acts.ErrTampered) { // here she looks for it: the log is shown all the same
		p.Problem, err = ProblemNoNotices, nil
	}
	if err != nil {
		return err
	}
	roster, err := q.Names()
	if err != nil {
		return err
	}
	for _, u := range roster.Units {
		if roster.Epochs[u.ID] > 0 { // somebody works there, or has
			p.Units = append(p.Units, UnitOption{u.ID, u.Name})
		}
	}
	slices.SortFunc(p.Units, func(a, b UnitOption) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	for _, a := range roster.Agencies {
		if !a.Agreed() {
			p.Missing = append(p.Missing, a.Name)
		}
	}
	slices.Sort(p.Missing)
	return nil
}

func daysFit(q *frame.Request, f LogFilter) bool {
	return (f.From == "" || !q.Day(f.From).IsZero()) && (f.To == "" || !q.Day(f.To).IsZero()) &&
		(f.From == "" || f.To == "" || f.From <= f.To)
}

// verified fills in the line that says how far the log was checked.
func verified(q *frame.Request, page *LogPage) {
	size, checkpoint, key := q.Desk.AuditLog.Log()
	page.Size, page.VerifierKey = size, key
	page.Checkpoint = strconv.FormatInt(checkpoint.Size, 10) + " " + base64.StdEncoding.EncodeToString(checkpoint.Root[:])
	page.Verification = "running"
	v := q.Desk.AuditLog.Verified()
	if v == nil {
		return
	}
	page.CheckedAt, page.Verification = v.At, "good"
	if !v.Good() {
		p := v.Records.Problems[0]
		page.Verification, page.BadRecord = "bad", p.Table+" "+p.ID
	}
}

func logRows(q *frame.Request, entries []auditlog.Entry) []LogRow {
	var rows []LogRow
	for _, e := range entries {
		row := logRow(q, e.Index, &e.Leaf)
		if e.Detail != nil {
			row.At = e.Detail.At
		}
		rows = append(rows, row)
	}
	return rows
}

func logRow(q *frame.Request, index int64, l *audit.Leaf) LogRow {
	return LogRow{Index: index, Day: q.Day(l.Day), Person: l.Actor, Action: l.Action, Record: l.Object,
		Outcome: string(l.Outcome), Rules: rules(q, l.Rules), Count: l.Count}
}

// rules are the rules of a leaf with what they say.
func rules(q *frame.Request, ids []string) []LogRule {
	var all []LogRule
	for _, id := range ids {
		rule := LogRule{ID: id, Text: q.Policy[id].Text}
		if q.Lang == locale.Italian {
			rule.Text = q.Policy[id].Italian
		}
		if frame.IsWord("own_rule", id) {
			rule.Own = id
		}
		all = append(all, rule)
	}
	return all
}

// chart lays the days out, oldest first, the tallest bar a hundred high.
func chart(q *frame.Request, days []auditlog.DayTally) []DayCount {
	most := 1
	for _, d := range days {
		most = max(most, d.Allowed+d.Refused+d.Failed)
	}
	list := make([]DayCount, 0, len(days))
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		list = append(list, DayCount{Day: q.Day(d.Day), Allowed: d.Allowed, Refused: d.Refused, Failed: d.Failed,
			Height: (d.Allowed + d.Refused + d.Failed) * 100 / most, X: len(list) * chartStep})
	}
	return list
}

// ExportLog sends the bundle that `sportello audit verify` checks offline: the
// whole log, or the entries that the filter lets through, each with its proof.
func ExportLog(q *frame.Request, f *LogFilter) error {
	page := &LogPage{Page: q.Base(TitleLog), Filter: *f}
	filter, fits := logFilter(q, page)
	if !fits {
		page.Errors = nil // showing it says so again
		return showLog(q, http.StatusUnprocessableEntity, page)
	}
	scope := "all"
	code := strings.TrimSpace(f.Code)
	if filter.Narrows() || code != "" {
		scope = "part"
	}
	ok, err := q.StepUp(policies.LogExport, "", StepUpExport, q.Word("export_scope", scope))
	if !ok {
		return err
	}
	receipt, write, err := q.Desk.AuditLog.BeginExport(q.Context(), q.Who, code, filter)
	if errors.Is(err, auditlog.ErrNothing) {
		page.Page = q.Base(TitleLog) // with the token of the session that stepped up
		page.Problem = ProblemNothing
		return showLog(q, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	q.Receipt(receipt)
	return sendBundle(q, exportNames[scope]+q.Desk.Day()+".zip", write)
}

// exportNames are how the bundles are called, by what they hold.
var exportNames = map[string]string{"all": "registro-intero-", "part": "registro-filtrato-"}

func sendBundle(q *frame.Request, name string, write func(io.Writer) error) error {
	h := q.W.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if err := write(q.W); err != nil {
		// Part of it has left: a connection that breaks off cannot be taken for
		// a whole bundle.
		q.Log.Error("an export broke off", "route", frame.RouteName(q.R), "error", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}

// VerifyNow checks every record against the log, while the auditor waits.
func VerifyNow(q *frame.Request, _ *frame.Nothing) error {
	v, receipt, err := q.Desk.AuditLog.Verify(q.Context(), q.Who)
	if err != nil {
		return err
	}
	if !v.Good() {
		return q.Done(receipt, "", "/registro")
	}
	return q.Done(receipt, FlashVerified, "/registro")
}

// What the page says.
const (
	StepUpExport     = "stepup.export"
	ProblemNoNotices = "log.no_notices"
	FailLogDays      = "log.day_wrong"
	FailNoCode       = "log.no_code"
	ProblemNothing   = "log.nothing"
	FlashVerified    = "log.verified"
	TitleLog         = "nav.log"
)
