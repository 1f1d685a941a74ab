package server

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/register"
	"sportello/server/locale"
)

// registerRows is how many leaves one page of the log shows.
const registerRows = 50

// chartStep is the width of one day in the log's chart.
const chartStep = 20

// register shows the log: newest first, or what the posted filter lets through.
func (q *request) register() error {
	page := &LogPage{Page: q.base(TitleLog)}
	ReadForm(q.form, &page.Filter)
	if id := q.form.Get("pick_person"); id != "" { // pressed in a row
		page.Filter.Person = id
	}
	if id := q.form.Get("pick_record"); id != "" {
		page.Filter.Record = id
	}
	return q.showRegister(http.StatusOK, page)
}

// logFilter is the filter as typed; false when its days do not fit.
func (q *request) logFilter(page *LogPage) (register.RegisterFilter, bool) {
	f := page.Filter
	filter := register.RegisterFilter{Actor: strings.TrimSpace(f.Person), Action: strings.TrimSpace(f.Action),
		Object: strings.TrimSpace(f.Record), From: f.From, To: f.To}
	if IsWord("result", f.Outcome) {
		filter.Outcome = audit.Outcome(f.Outcome)
	}
	if !q.daysFit(f) {
		page.Fail("from_day", FailLogDays)
		filter.From, filter.To = "", ""
		return filter, false
	}
	return filter, true
}

func (q *request) showRegister(status int, page *LogPage) error {
	before, _ := strconv.ParseInt(q.form.Get("at"), 10, 64)
	filter, fits := q.logFilter(page)
	if !fits {
		status = http.StatusUnprocessableEntity
	}
	filter.Before, filter.Limit = before, registerRows
	found, receipt, err := q.s.desk.Register.ReadRegister(q.ctx(), q.who, filter)
	if err != nil {
		return err
	}
	q.receipt(receipt)
	q.verified(page)
	page.Rows = q.logRows(found.Entries)
	if found.Older > 0 {
		page.Older = strconv.FormatInt(found.Older, 10)
	}
	if before > 0 {
		page.Newer = "0"
	}
	page.Days = q.chart(found.Days)
	page.Notices, err = q.noticesAndColleagues()
	if errors.Is(err, acts.ErrTampered) { // here she looks for it: the log is shown all the same
		page.Problem, err = ProblemNoNotices, nil
	}
	if err != nil {
		return err
	}
	return q.show(status, "log", page)
}

func (q *request) daysFit(f LogFilter) bool {
	return (f.From == "" || !q.day(f.From).IsZero()) && (f.To == "" || !q.day(f.To).IsZero()) &&
		(f.From == "" || f.To == "" || f.From <= f.To)
}

// verified fills in the line that says how far the log was checked.
func (q *request) verified(page *LogPage) {
	size, checkpoint, key := q.s.desk.Register.Log()
	page.Size, page.VerifierKey = size, key
	page.Checkpoint = strconv.FormatInt(checkpoint.Size, 10) + " " + base64.StdEncoding.EncodeToString(checkpoint.Root[:])
	page.Verification = "running"
	v := q.s.desk.Register.Verified()
	if v == nil {
		return
	}
	page.CheckedAt, page.Verification = v.At, "good"
	if !v.Good() {
		p := v.Records.Problems[0]
		page.Verification, page.BadRecord = "bad", p.Table+" "+p.ID
	}
}

func (q *request) logRows(entries []register.Entry) []LogRow {
	var rows []LogRow
	for _, e := range entries {
		rows = append(rows, q.logRow(e.Index, &e.Leaf))
	}
	return rows
}

func (q *request) logRow(index int64, l *audit.Leaf) LogRow {
	return LogRow{Index: index, Day: q.day(l.Day), Person: l.Actor, Action: l.Action, Record: l.Object,
		Outcome: string(l.Outcome), Rules: q.rules(l.Rules), Count: l.Count}
}

// rules are the rules of a leaf with what they say.
func (q *request) rules(ids []string) []LogRule {
	var all []LogRule
	for _, id := range ids {
		rule := LogRule{ID: id, Text: q.s.rules[id].Text}
		if q.lang == locale.Italian {
			rule.Text = q.s.rules[id].Italian
		}
		if IsWord("own_rule", id) {
			rule.Own = id
		}
		all = append(all, rule)
	}
	return all
}

// chart lays the days out, oldest first, the tallest bar a hundred high.
func (q *request) chart(days []register.DayTally) []DayCount {
	most := 1
	for _, d := range days {
		most = max(most, d.Allowed+d.Refused+d.Failed)
	}
	list := make([]DayCount, 0, len(days))
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		list = append(list, DayCount{Day: q.day(d.Day), Allowed: d.Allowed, Refused: d.Refused, Failed: d.Failed,
			Height: (d.Allowed + d.Refused + d.Failed) * 100 / most, X: len(list) * chartStep})
	}
	return list
}

// proof shows one leaf with its proof under the last signed checkpoint, and what
// the audit unit's key opens of it.
func (q *request) proof() error {
	index, err := strconv.ParseInt(q.id("index"), 10, 64)
	if err != nil {
		return acts.ErrDenied
	}
	proof, detail, receipt, err := q.s.desk.Register.ProveEntry(q.ctx(), q.who, index)
	if err != nil {
		return err
	}
	q.receipt(receipt)
	_, _, key := q.s.desk.Register.Log()
	leaf, err := audit.CheckProof(proof, key)
	page := &ProofPage{Page: q.base(TitleProof), Row: q.logRow(index, &leaf), Leaf: string(proof.Leaf),
		Checkpoint: string(proof.Checkpoint), Good: err == nil}
	for _, h := range proof.Hashes {
		page.Hashes = append(page.Hashes, base64.StdEncoding.EncodeToString(h[:]))
	}
	if detail != nil {
		page.Detail = logDetail(detail)
	}
	return q.show(http.StatusOK, "log-proof", page)
}

// logDetail tells the further actions of an act from the parts of a case that it showed.
func logDetail(d *audit.Detail) *LogDetail {
	v := &LogDetail{At: d.At, Reason: d.Reason, IDs: d.IDs}
	for _, also := range d.Also {
		if IsWord("part", also) {
			v.Parts = append(v.Parts, also)
		} else {
			v.Asked = append(v.Asked, also)
		}
	}
	return v
}

// access shows who can open what now, and since when, by pseudonym.
func (q *request) access() error {
	all, receipt, err := q.s.desk.Register.WhoCanOpen(q.ctx(), q.who)
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &AccessPage{Page: q.base(TitleAccess)}
	for _, a := range all {
		page.Rows = append(page.Rows, AccessRow{Unit: a.UnitName, UnitKind: a.Kind, Person: a.Person, Role: a.Role,
			State: personState(a.State), Since: q.day(a.Since), Epoch: a.Epoch, Cases: a.Cases, Named: a.Named,
			Referrals: a.Referrals, Recovery: a.Person == acts.RecoveryPerson})
	}
	return q.show(http.StatusOK, "access", page)
}

// auditReferrals shows every referral with its live authorisation and the way it
// was given.
func (q *request) auditReferrals() error {
	all, receipt, err := q.s.desk.Register.AuditReferrals(q.ctx(), q.who)
	if err != nil {
		return err
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	q.receipt(receipt)
	page := &AuditReferralsPage{Page: q.base(TitleAuditReferrals)}
	for _, r := range all {
		page.Rows = append(page.Rows, AuditReferral{ID: r.ID, Desk: roster.UnitName(r.FromUnit), Centre: roster.UnitName(r.ToUnit),
			Day: q.day(r.SentDay), Given: r.Way, Live: r.Standing == policies.ConsentLive, Until: q.day(r.UntilDay), State: r.State})
	}
	return q.show(http.StatusOK, "audit-referrals", page)
}

// exportLog sends the bundle that `sportello audit verify` checks offline: the
// whole log, or the entries that the filter lets through, each with its proof.
func (q *request) exportLog() error {
	page := &LogPage{Page: q.base(TitleLog)}
	ReadForm(q.form, &page.Filter)
	filter, fits := q.logFilter(page)
	if !fits {
		page.Errors = nil // showing it says so again
		return q.showRegister(http.StatusUnprocessableEntity, page)
	}
	scope := "all"
	if filter.Narrows() {
		scope = "part"
	}
	ok, err := q.stepUp(policies.LogExport, "", StepUpExport, q.word("export_scope", scope))
	if !ok {
		return err
	}
	receipt, write, err := q.s.desk.Register.BeginExport(q.ctx(), q.who, filter)
	if errors.Is(err, register.ErrNothing) {
		page.Page = q.base(TitleLog) // with the token of the session that stepped up
		page.Problem = ProblemNothing
		return q.showRegister(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	q.receipt(receipt)
	return q.sendBundle(exportNames[scope]+q.s.desk.Day()+".zip", write)
}

// exportNames are how the bundles are called, by what they hold.
var exportNames = map[string]string{"all": "registro-intero-", "part": "registro-filtrato-"}

func (q *request) sendBundle(name string, write func(io.Writer) error) error {
	h := q.w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if err := write(q.w); err != nil {
		// Part of it has left: a connection that breaks off cannot be taken for
		// a whole bundle.
		q.s.log.Error("an export broke off", "route", routeName(q.r), "error", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}

// verifyNow checks every record against the log, while the auditor waits.
func (q *request) verifyNow() error {
	v, receipt, err := q.s.desk.Register.Verify(q.ctx(), q.who)
	if err != nil {
		return err
	}
	if !v.Good() {
		return q.done(receipt, "", "/registro")
	}
	return q.done(receipt, FlashVerified, "/registro")
}
