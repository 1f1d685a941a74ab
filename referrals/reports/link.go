package reports

import (
	"context"
	"errors"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/typed"
)

// Link puts what a report says into the file of the woman it is about: she is there
// herself and wants it, and known says how the worker knew her. Who made it, what was done
// about it and what would tell either of them stay with the unit, unless whoever reported
// agreed to be named. The walls of the file hold for it from then on.
func (d *Desk) Link(ctx context.Context, who acts.Caller, caseID, id, known string) (audit.Receipt, error) {
	bad := typed.Check{}
	cases.CheckRecognised(bad, known)
	if id == "" {
		bad["report"] = "error.choose_one"
	}
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.ReportLink, func(r kept.Reader, act *acts.Act) error {
		row, f, report, err := loadReport(r, act, id)
		switch {
		case err != nil:
			return err
		case row.State == reportLinked && row.CaseID == caseID:
			return nil // this very form was carried out already
		case row.State == reportLinked:
			return kept.ErrState
		case row.State == reportChild:
			return typed.Bad("report", "report.child_first")
		case report.DangerNow():
			return typed.Bad("report", "report.danger_first")
		case report.RedCode == "yes" && Waits(row.State):
			return typed.Bad("report", "report.red_first") // the day by which they ask an answer goes from the list
		}
		from, secret, reporter, err := openReporter(r, act, f, id)
		if err != nil && !errors.Is(err, acts.ErrErased) {
			return err
		}
		c, rows, err := kept.Touch(r, act, policies.CaseUpdate, caseID)
		if err != nil {
			return err
		}
		report.partFrom(&reporter)
		report.Known, report.Steps = known, append(report.Steps, Step{State: reportLinked, By: act.Who.Person(), At: act.Now})
		row.Next()
		row.State, row.CaseID, row.Worker = reportLinked, c.Row.ID, ""
		if err := kept.PutAlone(act.Who, c, row, act.Salt, report); err != nil {
			return err
		}
		rows = append(rows, row)
		if from != nil {
			from.Next()
			if err := kept.PutApart(act.Who, c, from, secret, reporter); err != nil {
				return err
			}
			rows = append(rows, from)
		}
		act.Commit = kept.PutAll(rows...)
		return nil
	})
}

// partFrom moves from a report to who made it whatever would tell in her file who that
// was: workers write of whom they called back.
func (in *Report) partFrom(reporter *Reporter) {
	reporter.Beside = Beside{in.RedCode, in.RedDay, in.Steps, in.Ends}
	in.Steps, in.FollowBy, in.Ends = nil, "", slices.Clone(in.Ends)
	for i := range in.Ends {
		in.Ends[i].Text = ""
	}
	if reporter.Agreed == "yes" {
		in.Named = &ReporterNamed{Source: reporter.Source, Name: reporter.Name}
		return
	}
	in.RedCode, in.RedDay = "", ""
}

// Of opens the reports that are linked to a case, newest first.
func Of(r kept.Reader, act *acts.Act, c *kept.File) ([]View, error) {
	salt := act.Salt
	defer func() { act.Salt = salt }()
	rows, err := reportsOfCase.Rows(r, c.Row.ID)
	if err != nil {
		return nil, err
	}
	var all []View
	for _, row := range rows {
		report, err := openReport(r, act, c, row)
		if errors.Is(err, acts.ErrErased) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, viewReport(row, report))
	}
	return all, nil
}

// ToLink lists the reports among which she finds her own, newest first. It is no
// search: it says the same whoever asks for whichever file.
func ToLink(r kept.Reader, act *acts.Act) ([]Line, error) {
	return reportLines(r, act, reportsOfUnit, false, func(row *Row) bool { return row.State != reportLinked && row.State != reportChild })
}
