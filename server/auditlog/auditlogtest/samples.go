// Package auditlogtest has a sample of each page of the room auditlog, with plausible, fictional content.
// Nothing but tests imports it.
package auditlogtest

import (
	"time"

	"sportello/server/auditlog"
	"sportello/server/frame"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	add := all.Add
	page := func(title, here string) frame.Page {
		p := servertest.StaffPage("audit", "Revisione", title, here)
		p.User = "Clara Monti"
		return p
	}
	row := auditlog.LogRow{Index: 10482, Day: servertest.Ago(0), At: servertest.Now.Add(-time.Hour), Person: "P7K2QX4MZB", Action: "case.open", Record: "C3HN9WTRQA", Outcome: "allowed", Rules: []auditlog.LogRule{{ID: "case-work", Text: "People who work at a desk or a social service may start, find, open and keep the case files of their own unit."}}}
	refused := row
	refused.Index, refused.Outcome, refused.Rules, refused.Count = 10481, "refused", []auditlog.LogRule{{ID: "default-deny", Own: "default-deny"}}, 4
	var days []auditlog.DayCount
	for i := range 14 {
		days = append(days, auditlog.DayCount{Day: servertest.Ago(13 - i), Allowed: 40 + 3*i, Refused: i % 3, Height: 30 + 5*i%60, X: 20 * i})
	}
	add("log", &auditlog.LogPage{Page: page(auditlog.TitleLog, "/registro"), Verification: "good", Size: 10483, Checkpoint: "sportello/log 10483 8QJ1…k4=", CheckedAt: servertest.Now.Add(-12 * time.Minute), Rows: []auditlog.LogRow{row, refused}, Older: "10380", Days: days, Units: []auditlog.UnitOption{{ID: "U2", Name: "Sportello Donna, Municipio II"}}})
	lines := []auditlog.LogRow{{Index: 10482, Day: servertest.Ago(0), At: servertest.Now.Add(-time.Hour), Record: "case:C3HN9WTRQA", Rules: row.Rules}, {Index: 10204, Day: servertest.Ago(3), At: servertest.Now.Add(-75 * time.Hour), Record: "referral:R3HN9WTRQA", Rules: row.Rules, Count: 2}}
	answer := &auditlog.LogAnswer{Units: []string{"Sportello Donna, Municipio II"}, Cut: true, Groups: []auditlog.AnswerGroup{
		{Outcome: "refused", Action: "case.open", Person: "L2M4QX4MZB", Role: "intake_worker", Unit: "Sportello Donna, Municipio II", Times: 1, Days: 1, Lines: []auditlog.LogRow{{Index: 10400, Day: servertest.Ago(1), Record: "case:C3HN9WTRQA", Rules: refused.Rules}}},
		{Outcome: "allowed", Action: "case.open", Person: "P7K2QX4MZB", Role: "lead", Unit: "Sportello Donna, Municipio II", Times: 14, Days: 3, Lines: lines},
		{Outcome: "allowed", Action: "task.open", Person: "S1K2QX4MZB", Role: "social_worker", Unit: "Servizio sociale", Times: 1, Days: 1, Lines: lines[:1]},
		{Outcome: "allowed", Action: "records.end", Times: 1, Days: 1, Lines: lines[:1]}}}
	units := []auditlog.UnitOption{{ID: "U1", Name: "Servizio sociale"}, {ID: "U2", Name: "Sportello Donna, Municipio II"}}
	asked := auditlog.LogPage{Page: page(auditlog.TitleLog, "/registro"), Verification: "good", Size: 10483, Checkpoint: "sportello/log 10483", CheckedAt: servertest.Now.Add(-12 * time.Minute), Units: units, Filter: auditlog.LogFilter{Code: "ACDE-FGHJ", Acts: "read", Unit: "U2"}}
	found, nothing, sheet := asked, asked, asked
	found.Answer, found.Missing = answer, []string{"Cooperativa Le Querce"}
	nothing.Answer = &auditlog.LogAnswer{Nothing: true}
	functions := *answer
	functions.ForHer, functions.Groups = true, append([]auditlog.AnswerGroup{}, answer.Groups...)
	for i := range functions.Groups {
		functions.Groups[i].Person = ""
	}
	sheet.Answer = &functions
	add("log.answer", &found)
	add("log.nothing", &nothing)
	add("log.sheet", &sheet)
	add("log-name", &auditlog.LogNamePage{Page: page(auditlog.TitleLogName, "/registro/10482/chi"), Row: row, In: "Sportello Donna, Municipio II", Agreed: true})
	add("log-name.missing", &auditlog.LogNamePage{Page: page(auditlog.TitleLogName, "/registro/10482/chi"), Row: row, In: "Sportello Donna, Municipio II"})
	add("log-name.named", &auditlog.LogNamePage{Page: page(auditlog.TitleLogName, "/registro/10482/chi"), Row: row, In: "Sportello Donna, Municipio II", Agreed: true, Name: "anna", Role: "intake_worker"})
	add("log.bad", &auditlog.LogPage{Page: page(auditlog.TitleLog, "/registro"), Verification: "bad", BadRecord: "case C3HN9WTRQA", Checkpoint: "sportello/log 10483"})
	add("log-proof", &auditlog.LogProofPage{Page: page(auditlog.TitleProof, "/registro/10482"), Row: row, Good: true, Leaf: "day 2026-11-19\nactor P7K2QX4MZB\naction case.open\n", Hashes: []string{"8QJ1wAk4fV0Zr5nJ3mB0nqUuK0i1yJk0o2x6a8s7d5E=", "v0Zr5nJ3mB0nqUuK0i1yJk0o2x6a8s7d5E8QJ1wAk4f="},
		Checkpoint: "sportello/log\n10483\n8QJ1wAk4fV0Zr5nJ3mB0nqUuK0i1yJk0o2x6a8s7d5E=\n\n— sportello/log ABCD", Detail: &auditlog.LogDetail{At: servertest.Now, Reason: "colloquio", Asked: []string{"case.open_new", "task.create"}, Parts: []string{"diary", "known"}, IDs: []string{"C3HN9WTRQA"}}})
	add("access", &auditlog.AccessPage{Page: page(auditlog.TitleAccess, "/registro/accessi"), Rows: []auditlog.AccessRow{{Unit: "Sportello Donna, Municipio II", UnitKind: "desk", Person: "P7K2QX4MZB", Role: "lead", State: "member", Since: servertest.Ago(200), Epoch: 3, Cases: 212, Named: true}, {Unit: "Sportello Donna, Municipio II", UnitKind: "desk", Person: "recovery", Recovery: true, Since: servertest.Ago(200), Epoch: 3, Cases: 212}}})
	add("audit-referrals", &auditlog.AuditReferralsPage{Page: page(auditlog.TitleAuditReferrals, "/registro/invii"), Rows: []auditlog.AuditReferral{{ID: "R3HN9WTRQA", Desk: "Sportello Donna, Municipio II", Centre: "Centro Le Querce", Day: servertest.Ago(2), Given: "interpreter", Live: true, Until: servertest.Ago(-28), State: "accepted"}}})
	return all
}
