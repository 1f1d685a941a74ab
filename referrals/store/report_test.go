package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/reports"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// lineOf is a report's line on the list of its state, or false.
func lineOf(t *testing.T, f *storetest.Flow, who acts.Caller, state, id string) (reports.Line, bool) {
	t.Helper()
	all, _, err := f.Desk.Reports.Read(t.Context(), who, state)
	storetest.Try(t, "reading the reports", err)
	i := slices.IndexFunc(all.Lines, func(l reports.Line) bool { return l.ID == id })
	if i < 0 {
		return reports.Line{}, false
	}
	return all.Lines[i], true
}

// TestWhoReportedIsNotInHerFile: what was said is in her file once it is linked; who said
// it, what was done about it and what would tell either is in none of its parts, unless
// whoever reported agreed.
func TestWhoReportedIsNotInHerFile(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := f.SignIn("anna")
	file := fmt.Sprintf("%+v", storetest.Open(t, f.World, anna, f.Case))
	for _, word := range []string{"linked report", "linked report subject"} {
		if !strings.Contains(file, f.Word(word)) {
			t.Errorf("%s is not in her file", word)
		}
	}
	for _, word := range []string{"linked reporter", "linked reporter number", "report step", "who took over"} {
		if strings.Contains(file, f.Words[word]) {
			t.Errorf("%s is in her file", word)
		}
	}
	for _, v := range storetest.Open(t, f.World, anna, f.Case).Reports {
		if v.Named != nil || v.RedCode != "" || v.RedDay != "" || len(v.Steps) != 1 {
			t.Errorf("a report in her file tells of who made it: %+v", v)
		}
	}
	_, from, _, err := f.Desk.Reports.OpenReporter(t.Context(), anna, f.Linked)
	storetest.Try(t, "reading who made it", err)
	if from.Name != f.Word("linked reporter") || from.Source != "police" || from.Beside.RedCode != "yes" || len(from.Beside.Steps) != 2 || from.Beside.Ends[0].Text == "" {
		t.Errorf("the unit keeps of who made it %+v", from)
	}
	agreed := f.TakeReport("agreed ", func(in *reports.NewReport) { in.Agreed, in.Danger, in.RedCode = "yes", "no", "no" })
	_, err = f.Desk.Reports.Link(t.Context(), anna, f.Case, agreed, "in_person")
	storetest.Try(t, "linking", err)
	file = fmt.Sprintf("%+v", storetest.Open(t, f.World, anna, f.Case).Reports[0])
	v, _, err := f.Desk.Reports.Open(t.Context(), anna, agreed)
	if err != nil || v.Named == nil || v.Named.Name != f.Word("agreed reporter") || v.Named.Source != "police" {
		t.Errorf("who agreed to be named is %+v, %v", v.Named, err)
	}
	if strings.Contains(file, f.Words["agreed reporter number"]) {
		t.Error("how to reach whoever agreed to be named is in her file")
	}
}

// TestWhoReportedOpensToUnitAndFileTogether: neither the unit's key alone opens who made a
// linked report, which a colleague to whom the file is shut has, nor the file's alone, which
// a unit has that the file is handed to.
func TestWhoReportedOpensToUnitAndFileTogether(t *testing.T) {
	f := storetest.NewFlow(t)
	anna, sofia := f.SignIn("anna"), f.SignIn("sofia")
	view(t, f.World, func(r kept.Reader) {
		mine, err := openerOf(f.World, r, anna, f.Case)
		storetest.Try(t, "opening the case", err)
		row, from := &reports.SourceRow{}, reports.Reporter{}
		storetest.Try(t, "reading the row", r.Get(row, f.Linked))
		secret, err := r.Secret(row.Secret)
		storetest.Try(t, "reading the secret", err)
		for name, try := range map[string]func() error{
			"the unit's key": func() error { return kept.GetAlone(r, anna, nil, row, secret, &from) },
			"the file's key": func() error { return kept.GetAlone(r, sofia, mine.file, row, secret, &from) },
		} {
			if try() == nil {
				t.Errorf("%s alone opens who made it", name)
			}
		}
		if err := kept.GetAlone(r, anna, mine.file, row, secret, &from); err != nil || from.Name != f.Word("linked reporter") {
			t.Errorf("both together: %q, %v", from.Name, err)
		}
	})
}

// TestTwoSecretsOfAReport: each box goes alone, and the other stays.
func TestTwoSecretsOfAReport(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := f.SignIn("anna")
	erase := func(secret string) {
		t.Helper()
		work := kept.Work{Gate: f.Gate, Store: f.Store}
		_, err := work.Do(t.Context(), acts.ConsoleCaller(), policies.RecordsEnd, func(r kept.Reader, act *acts.Act) error {
			act.Commit = kept.Change{Erase: []string{secret}}.Write
			return act.Allow(policies.Object{Kind: policies.KindSystem})
		})
		storetest.Try(t, "erasing a secret", err)
	}
	second := f.TakeReport("second ", func(*reports.NewReport) {})
	var said, says string
	view(t, f.World, func(r kept.Reader) {
		report, from := &reports.Row{}, &reports.SourceRow{}
		storetest.Try(t, "reading", r.Get(report, second))
		storetest.Try(t, "reading", r.Get(from, f.Report))
		said, says = report.Secret, from.Secret
	})
	erase(says)
	if v, _, err := f.Desk.Reports.Open(t.Context(), anna, f.Report); err != nil || v.Text != f.Word("report") {
		t.Errorf("what was said went with who said it: %v", err)
	}
	if _, _, _, err := f.Desk.Reports.OpenReporter(t.Context(), anna, f.Report); !errors.Is(err, acts.ErrErased) {
		t.Errorf("who said it is there: %v", err)
	}
	erase(said)
	if _, _, err := f.Desk.Reports.Open(t.Context(), anna, second); !errors.Is(err, acts.ErrErased) {
		t.Errorf("what was said is there: %v", err)
	}
	view(t, f.World, func(r kept.Reader) {
		row, from := &reports.SourceRow{}, reports.Reporter{}
		storetest.Try(t, "reading the row", r.Get(row, second))
		secret, err := r.Secret(row.Secret)
		storetest.Try(t, "reading the secret", err)
		if err := kept.GetAlone(r, anna, nil, row, secret, &from); err != nil || from.Name != f.Word("second reporter") {
			t.Errorf("who said it went with what was said: %v", err)
		}
	})
}

// TestLinkedReportIsBehindTheWallsOfTheFile: for whom the file is walled off a linked
// report is on no list and not there; before, she read it.
func TestLinkedReportIsBehindTheWallsOfTheFile(t *testing.T) {
	f := storetest.NewFlow(t) // lia is walled off from the first case
	lia, anna := f.SignIn("lia"), f.SignIn("anna")
	if _, there := lineOf(t, f, lia, "", f.Report); !there {
		t.Error("a report that is linked to nothing is not on her list: this proves nothing")
	}
	if _, there := lineOf(t, f, anna, "linked", f.Linked); !there {
		t.Error("the linked report is on nobody's list: this proves nothing")
	}
	if _, there := lineOf(t, f, lia, "linked", f.Linked); there {
		t.Error("a linked report is on the list of whoever is walled off")
	}
	_, _, absent := f.Desk.Reports.Open(t.Context(), lia, "NOSUCHREPORTNOSUCHREPORTNO")
	for name, try := range map[string]func() error{
		"reading": func() error { _, _, err := f.Desk.Reports.Open(t.Context(), lia, f.Linked); return err },
		"acting": func() error {
			_, err := f.Desk.Reports.Move(t.Context(), lia, f.Linked, 4, reports.Step{State: "closed"})
			return err
		},
		"ending": func() error {
			_, err := f.Desk.Reports.EndDanger(t.Context(), lia, f.Linked, 4, cases.NowEnd{Code: "arrived"})
			return err
		},
		"linking": func() error {
			_, err := f.Desk.Reports.Link(t.Context(), lia, f.Other, f.Linked, "in_person")
			return err
		},
		"linking to the file": func() error {
			_, err := f.Desk.Reports.Link(t.Context(), lia, f.Case, f.TakeReport("for lia ", func(in *reports.NewReport) { in.Danger, in.RedCode = "no", "no" }), "in_person")
			return err
		},
	} {
		if err := try(); !errors.Is(err, acts.ErrDenied) || err.Error() != absent.Error() {
			t.Errorf("%s: %v, absent: %v", name, err, absent)
		}
	}
}

// TestReportsInOrder: danger that did not end, a child, a red code by its day, what nobody
// read, what somebody follows by its day.
func TestReportsInOrder(t *testing.T) {
	f := storetest.NewFlow(t)
	ctx, anna, gina := t.Context(), f.SignIn("anna"), f.SignIn("gina")
	plain := func(in *reports.NewReport) { in.Danger, in.RedCode, in.RedDay, in.Source = "no", "", "", "neighbour" }
	day := func(n int) string { return f.Clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	take := func(name string, change func(*reports.NewReport)) string {
		f.Clock.Add(time.Minute)
		return f.TakeReport(name, func(in *reports.NewReport) { plain(in); change(in) })
	}
	follow := func(id string, by string) {
		_, err := f.Desk.Reports.Move(ctx, anna, id, 1, reports.Step{State: "followed", Worker: anna.Person(), Day: by})
		storetest.Try(t, "following", err)
	}
	late, soon := take("late ", func(*reports.NewReport) {}), take("soon ", func(*reports.NewReport) {})
	follow(late, day(9))
	follow(soon, day(2))
	read := take("read ", func(*reports.NewReport) {})
	red9 := take("red9 ", func(in *reports.NewReport) { in.RedCode, in.RedDay, in.Source = "yes", day(9), "court" })
	red3 := take("red3 ", func(in *reports.NewReport) { in.RedCode, in.RedDay, in.Source = "yes", day(3), "police" })
	child := take("child ", func(in *reports.NewReport) { in.Source = "114" })
	done := take("done ", func(*reports.NewReport) {})
	_, err := f.Desk.Reports.Move(ctx, anna, done, 1, reports.Step{State: "closed"})
	storetest.Try(t, "closing", err)
	all, _, err := f.Desk.Reports.Read(ctx, gina, "")
	storetest.Try(t, "reading", err)
	var got []string
	for _, l := range all.Lines {
		got = append(got, l.ID)
	}
	if want := []string{f.Report, child, red3, red9, read, soon, late}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(all.Earlier) != 1 || all.Earlier[0].Requester != f.Word("requester") {
		t.Errorf("what was kept before: %d", len(all.Earlier))
	}
	if l, there := lineOf(t, f, f.SignIn("lia"), "", red3); !there || l.Source != "" {
		t.Errorf("a colleague who neither took it nor follows it reads on the list %+v who made it", l)
	}
	if l, _ := lineOf(t, f, gina, "", red3); l.Source != "police" {
		t.Errorf("the lead does not read who made it: %+v", l)
	}
	view(t, f.World, func(r kept.Reader) {
		now, err := reports.Now(r, acts.NewAct(f.Gate, policies.AgendaRead, anna, f.Gate.Now()))
		if err != nil || len(now) != 1 || now[0].ID != f.Report || now[0].Source != "" {
			t.Errorf("what must happen now: %+v, %v", now, err)
		}
	})
}

// TestReportIsNotPutAwayOverDanger: nor linked, and about a child only the lead decides.
func TestReportIsNotPutAwayOverDanger(t *testing.T) {
	f := storetest.NewFlow(t)
	ctx, anna, gina := t.Context(), f.SignIn("anna"), f.SignIn("gina")
	field := func(err error, field, key string) {
		t.Helper()
		wrong := (*typed.Invalid)(nil)
		if !errors.As(err, &wrong) || wrong.Fields[field] != key {
			t.Errorf("got %v, want %s at %s", wrong, key, field)
		}
	}
	for _, state := range []string{"closed", "not_ours", "no_safe_way"} {
		_, err := f.Desk.Reports.Move(ctx, anna, f.Report, 1, reports.Step{State: state})
		field(err, "state", "report.danger_first")
	}
	_, err := f.Desk.Reports.Link(ctx, anna, f.Case, f.Report, "in_person")
	field(err, "report", "report.danger_first")
	for key, end := range map[string]cases.NowEnd{"now.text_not_reached": {Code: "not_reached"}, "now.text_mistake": {Code: "mistake"}} {
		_, err := f.Desk.Reports.EndDanger(ctx, anna, f.Report, 1, end)
		field(err, "end_text", key)
	}
	_, err = f.Desk.Reports.EndDanger(ctx, anna, f.Report, 1, cases.NowEnd{Code: "her_no"})
	field(err, "end", "error.choose_one")
	_, err = f.Desk.Reports.Move(ctx, anna, f.Report, 1, reports.Step{State: "child"})
	storetest.Try(t, "giving it to the lead", err)
	_, err = f.Desk.Reports.Link(ctx, anna, f.Case, f.Report, "in_person")
	field(err, "report", "report.child_first")
	if _, err = f.Desk.Reports.Move(ctx, anna, f.Report, 2, reports.Step{State: "acted", Hour: "10:00"}); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("who does not lead decides about a child: %v", err)
	}
	_, err = f.Desk.Reports.Link(ctx, anna, f.Case, f.TakeReport("red ", func(in *reports.NewReport) { in.Danger = "no" }), "in_person")
	field(err, "report", "report.red_first")
	_, err = f.Desk.Reports.EndDanger(ctx, anna, f.Report, 2, cases.NowEnd{Code: "not_reached", Text: "Lucia"})
	storetest.Try(t, "handing the danger on", err)
	if l, there := lineOf(t, f, anna, "", f.Report); !there || !l.Danger || l.DangerTo != "Lucia" {
		t.Errorf("what was handed on is %+v", l)
	}
	_, err = f.Desk.Reports.EndDanger(ctx, anna, f.Report, 3, cases.NowEnd{Code: "arrived"})
	storetest.Try(t, "ending the danger, which waits for nobody", err)
	if _, err = f.Desk.Reports.EndDanger(ctx, anna, f.Report, 4, cases.NowEnd{Code: "arrived"}); !errors.Is(err, kept.ErrState) {
		t.Errorf("it ended twice: %v", err)
	}
	_, err = f.Desk.Reports.Move(ctx, gina, f.Report, 4, reports.Step{State: "followed", Worker: f.People["sofia"].ID, Day: f.Desk.Day()})
	field(err, "worker", "error.not_colleague")
	_, err = f.Desk.Reports.Move(ctx, gina, f.Report, 4, reports.Step{State: "followed", Worker: anna.Person(), Day: "2020-01-01"})
	field(err, "by_day", "error.day_past")
	if _, err = f.Desk.Reports.Move(ctx, gina, f.Report, 2, reports.Step{State: "closed"}); !errors.Is(err, acts.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	_, err = f.Desk.Reports.Move(ctx, gina, f.Report, 4, reports.Step{State: "closed", Text: "fatto"})
	storetest.Try(t, "closing", err)
	v, _, err := f.Desk.Reports.Open(ctx, anna, f.Report)
	if err != nil || len(v.Steps) != 2 || v.Steps[1].By != gina.Person() || v.Steps[1].At.IsZero() || v.Ends[1].By != anna.Person() {
		t.Errorf("what was done: %+v, %v", v.Steps, err)
	}
}

// TestReportsGoAfterAYear: but not while somebody is waited for; and what is in her file
// stays there, without who made it.
func TestReportsGoAfterAYear(t *testing.T) {
	f := storetest.NewFlow(t)
	closed := f.TakeReport("closed one ", func(in *reports.NewReport) { in.Danger = "no" })
	_, err := f.Desk.Reports.Move(t.Context(), f.SignIn("anna"), closed, 1, reports.Step{State: "closed"})
	storetest.Try(t, "closing", err)
	there := func(row acts.Row, id string) (is bool) {
		view(t, f.World, func(r kept.Reader) { is = !errors.Is(r.Get(row, id), acts.ErrNoRow) })
		return is
	}
	for _, x := range []struct {
		after time.Duration
		gone  bool
	}{{360 * 24 * time.Hour, false}, {7 * 24 * time.Hour, true}} {
		f.Clock.Add(x.after)
		_, err := f.Desk.EndOver(t.Context(), acts.ConsoleCaller())
		storetest.Try(t, "ending what is over", err)
		for name, is := range map[string]bool{
			"a closed one":          there(&reports.Row{}, closed) == x.gone,
			"who made it":           there(&reports.SourceRow{}, closed) == x.gone,
			"who made a linked one": there(&reports.SourceRow{}, f.Linked) == x.gone,
			"one that waits":        !there(&reports.Row{}, f.Report),
			"who made that":         !there(&reports.SourceRow{}, f.Report),
			"a linked one":          !there(&reports.Row{}, f.Linked),
		} {
			if is {
				t.Errorf("after %v, %s: gone %v", x.after, name, !x.gone)
			}
		}
	}
}
