package auditlog

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"sportello/policies/units"
	"sportello/referrals/auditlog"
	"sportello/server/frame"
)

// LogAnswer is who did what with the records of one code, on "log". What was refused
// comes first; nothing is in the order of how often.
type LogAnswer struct {
	// Nothing was found: nobody has the code, its record was erased, or it is walled off
	// from who asks. The page is the same.
	Nothing bool
	Units   []string // that have a record of hers
	Groups  []AnswerGroup
	Cut     bool // older entries were left out
	// ForHer makes it the sheet for her: functions, no pseudonyms. Who works for a body is
	// no recipient of hers (GDPR art. 15(1)(c); CJEU C-579/21): names stay out unless the
	// law asks for one, and then by the entry.
	ForHer bool
}

// AnswerGroup is what one person did again and again; on her sheet, what people of one
// function did.
type AnswerGroup struct {
	Outcome string // a word of "result"
	Action  string // a word of "act"
	Person  string // a pseudonym; empty on her sheet
	Role    string // a word of "role", or empty
	Unit    string
	Times   int
	Days    int
	Lines   []LogRow
}

// answerLog answers a question by a code.
func answerLog(q *frame.Request, page *LogPage, forHer bool) error {
	filter, fits := logFilter(q, page)
	if !fits {
		page.Errors = nil // showing it says so again
		return showLog(q, http.StatusUnprocessableEntity, page)
	}
	found, receipt, err := q.Desk.AuditLog.Ask(q.Context(), q.Who, page.Filter.Code, filter)
	none := errors.Is(err, auditlog.ErrNothing)
	if err != nil && !none {
		return err
	}
	q.Receipt(receipt)
	if err := page.around(q); err != nil {
		return err
	}
	roster, err := q.Names()
	if err != nil {
		return err
	}
	page.Answer = &LogAnswer{Nothing: none, Cut: found.Cut, ForHer: forHer && !none}
	for _, u := range found.Units {
		page.Answer.Units = append(page.Answer.Units, roster.UnitName(u))
	}
	for _, g := range found.Groups {
		page.Answer.Groups = append(page.Answer.Groups, answerGroup(q, roster, g))
	}
	if page.Answer.ForHer {
		page.Answer.Groups = byFunction(page.Answer.Groups)
	}
	return q.Show(http.StatusOK, page)
}

func answerGroup(q *frame.Request, roster *units.Roster, g auditlog.Group) AnswerGroup {
	a := AnswerGroup{Outcome: string(g.Outcome), Action: g.Action, Person: g.Actor, Role: g.Role, Times: g.Times, Days: g.Days}
	if roster.Units[g.Unit] != nil {
		a.Unit = roster.UnitName(g.Unit)
	}
	for _, l := range g.Lines {
		a.Lines = append(a.Lines, LogRow{Index: l.Index, Day: q.Day(l.Day), At: l.At, Record: l.Object, Rules: rules(q, l.Rules), Count: l.Count})
	}
	return a
}

// byFunction makes of what people did what functions did: no pseudonym is left, and
// nobody can tell how many people there were.
func byFunction(groups []AnswerGroup) (all []AnswerGroup) {
	for _, g := range groups {
		g.Person = ""
		i := slices.IndexFunc(all, func(o AnswerGroup) bool {
			return o.Outcome == g.Outcome && o.Action == g.Action && o.Role == g.Role && o.Unit == g.Unit
		})
		if i < 0 {
			all = append(all, g)
			continue
		}
		o := &all[i]
		o.Lines = append(slices.Clone(o.Lines), g.Lines...)
		slices.SortFunc(o.Lines, func(a, b LogRow) int { return cmp.Compare(b.Index, a.Index) })
		o.Times += g.Times
		days := map[time.Time]bool{}
		for _, l := range o.Lines {
			days[l.Day] = true
		}
		o.Days = len(days)
	}
	return all
}

// when is the hour of an entry, or its day where no hour is kept.
func (r *LogRow) when(v *frame.PageView) string {
	if r.At.IsZero() {
		return v.Day(r.Day)
	}
	return v.Moment(r.At)
}

// kind says what an entry was about, without its id.
func (r *LogRow) kind(v *frame.PageView) string {
	kind, _, _ := strings.Cut(r.Record, ":")
	return v.Word("log_kind", kind)
}

// function is as what somebody acted, and where.
func (g *AnswerGroup) function(v *frame.PageView) string {
	switch {
	case g.Role == "":
		return v.T("answer.service")
	case g.Unit == "":
		return v.Word("role", g.Role)
	}
	return v.Word("role", g.Role) + ", " + g.Unit
}
