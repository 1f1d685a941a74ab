package referrals_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/auditlog"
	"sportello/referrals/cases"
	"sportello/referrals/join"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// twins are two files of one woman in a unit.
type twins struct {
	*storetest.World
	t    *testing.T
	a, b string
	code join.Codes
}

func twinsOf(t *testing.T) *twins {
	t.Helper()
	w := storetest.New(t).Wide()
	c := &twins{World: w, t: t, a: numbered(t, w, "anna", "Rosa", "333 1234567", "yes"), b: numbered(t, w, "lia", "Rosetta", "347 7654321", "never")}
	c.code = join.Codes{First: c.open("anna", c.a).Card.Code, Second: c.open("anna", c.b).Card.Code}
	return c
}

// open reads a file as somebody, with what is joined to it.
func (c *twins) open(by, id string) referrals.CaseView {
	c.t.Helper()
	v, err := c.try(by, id)
	if err != nil {
		c.t.Fatalf("%s opens: %v", by, err)
	}
	return v
}

func (c *twins) signed(by string) acts.Caller {
	c.t.Helper()
	who := c.SignIn(by)
	if err := c.Desk.Cases.AdoptNamed(c.t.Context(), who); err != nil {
		c.t.Fatal(err)
	}
	return who
}

func (c *twins) try(by, id string) (referrals.CaseView, error) {
	v, _, err := c.Desk.OpenCase(c.t.Context(), c.signed(by), id, referrals.PartPerson, referrals.PartDiary, referrals.PartJoined)
	return v, err
}

// join joins the second file to the first.
func (c *twins) join(by string) error {
	c.t.Helper()
	return c.joinTo(by, c.a, c.b, c.code)
}

func (c *twins) joinTo(by, a, b string, code join.Codes) error {
	c.t.Helper()
	_, err := c.Desk.Join.Join(c.t.Context(), c.StepUp(by, policies.CaseJoin, a), a, code, [2]int64{c.version(by, a), c.version(by, b)}, "«Sì, tenetele insieme.»")
	return err
}

func (c *twins) version(by, id string) int64 {
	if v, err := c.try(by, id); err == nil {
		return v.Version
	}
	return 1
}

func (c *twins) undo(by string) error {
	c.t.Helper()
	_, err := c.Desk.Join.Undo(c.t.Context(), c.StepUp(by, policies.CaseUnjoin, c.a), c.a)
	return err
}

func (c *twins) must(what string, err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatalf("%s: %v", what, err)
	}
}

// found are the files that a term finds for somebody.
func (c *twins) found(by, term string) (ids []string) {
	c.t.Helper()
	cards, _, err := c.Desk.Cases.Search(c.t.Context(), c.signed(by), term)
	c.must("searching", err)
	for _, card := range cards {
		ids = append(ids, card.ID)
	}
	return ids
}

func (c *twins) wall(by, id, off string) {
	c.t.Helper()
	_, err := c.Desk.Walls.Set(c.t.Context(), c.StepUp(by, policies.CaseWall, id), id, c.version(by, id), walls.Change{Off: acts.List(c.People[off].ID)})
	c.must("setting a wall", err)
}

// TestTwoFilesAreOne: both codes, names and numbers lead to the first, which shows the
// parts of both; the list has one line; the narrower rule holds on each channel; undone,
// each is as it was.
func TestTwoFilesAreOne(t *testing.T) {
	c := twinsOf(t)
	_, err := c.Desk.Cases.AddNote(t.Context(), c.Caller("lia"), c.b, typed.NewForm(), "interview", "solo nella seconda")
	c.must("adding a note", err)
	before := [2]rule.SafeContact{c.open("anna", c.a).Safe, c.open("anna", c.b).Safe}
	c.must("joining", c.join("anna"))
	for _, term := range []string{c.code.First, c.code.Second, "Rosetta", "Rosa", "+39 347 7654321", "3331234567"} {
		if got := c.found("anna", term); !slices.Equal(got, []string{c.a}) {
			t.Errorf("%q finds %v", term, got)
		}
	}
	l, _, err := c.Desk.Cases.List(t.Context(), c.Caller("lia"), cases.ListOf{})
	c.must("listing", err)
	if len(l.Cases) != 1 || l.Cases[0].ID != c.a {
		t.Errorf("the list has %d lines", len(l.Cases))
	}
	v := c.open("lia", c.a)
	if v.Joined == nil || v.Joined.Card.Code != c.code.Second || !slices.ContainsFunc(v.Joined.Notes, func(n cases.NoteView) bool { return n.Text == "solo nella seconda" }) {
		t.Fatal("the first does not show the parts of the second")
	}
	if got := c.open("lia", c.b).JoinedTo; got != c.a {
		t.Errorf("the second leads to %q", got)
	}
	for i, id := range []string{c.a, c.b} {
		if got := c.open("anna", id).Safe; got.Channels["call"] != "never" || got.Number != before[i].Number {
			t.Errorf("the rule of file %d: %+v", i, got)
		}
		if why := refusedCall(t, c.World, "anna", id); why != rule.ChannelNever {
			t.Errorf("calling by file %d: %q", i, why)
		}
	}
	if report := c.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("the log: %+v", report)
	}
	c.must("undoing", c.undo("lia"))
	for i, id := range []string{c.a, c.b} {
		if v := c.open("anna", id); v.Joined != nil || v.JoinedTo != "" || len(v.Safe.Differs(before[i])) > 0 {
			t.Errorf("file %d is not as it was: %+v", i, v.Safe)
		}
	}
	if got := c.found("anna", c.code.Second); !slices.Equal(got, []string{c.b}) {
		t.Errorf("its code finds %v", got)
	}
	if report := c.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("the log: %+v", report)
	}
	if err := c.undo("anna"); !errors.Is(err, kept.ErrState) {
		t.Errorf("undoing twice: %v", err)
	}
}

// TestJoiningHasItsDays: undone for thirty days, and after them the link stays.
func TestJoiningHasItsDays(t *testing.T) {
	c := twinsOf(t)
	c.must("joining", c.join("anna"))
	c.Clock.Add(31 * 24 * time.Hour)
	if err := c.undo("anna"); !errors.Is(err, kept.ErrState) {
		t.Errorf("after 31 days: %v", err)
	}
	if v := c.open("anna", c.a); v.Joined == nil {
		t.Error("the link went")
	}
	c = twinsOf(t)
	c.must("joining", c.join("anna"))
	c.Clock.Add(30 * 24 * time.Hour)
	c.must("undoing on the last day", c.undo("anna"))
}

// TestWhatIsNotJoined: a wrong code, one of a file that is shut, itself, what is joined
// already, without her word, from an old page.
func TestWhatIsNotJoined(t *testing.T) {
	c := twinsOf(t)
	refused := func(what string, codes join.Codes, field, why string) {
		t.Helper()
		var bad *typed.Invalid
		if err := c.joinTo("anna", c.a, c.b, codes); !errors.As(err, &bad) || bad.Fields[field] != why {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("a wrong first", join.Codes{First: c.code.Second, Second: c.code.Second}, "code_first", "join.code_first_wrong")
	refused("no file", join.Codes{First: c.code.First, Second: "AAAA-AAAA"}, "code_second", "join.code_second_wrong")
	refused("itself", join.Codes{First: c.code.First, Second: c.code.First}, "code_second", "join.same")
	if _, err := c.Desk.Join.Join(t.Context(), c.StepUp("anna", policies.CaseJoin, c.a), c.a, c.code, [2]int64{c.version("anna", c.a), c.version("anna", c.b) - 1}, "sì"); !errors.Is(err, acts.ErrConflict) {
		t.Errorf("from an old page: %v", err)
	}
	if _, err := c.Desk.Join.Join(t.Context(), c.Caller("anna"), c.a, c.code, [2]int64{1, 1}, "sì"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("without a step-up: %v", err)
	}
	var bad *typed.Invalid
	if _, err := c.Desk.Join.Join(t.Context(), c.StepUp("anna", policies.CaseJoin, c.a), c.a, c.code, [2]int64{1, 1}, ""); !errors.As(err, &bad) || bad.Fields["said"] == "" {
		t.Errorf("without her word: %v", err)
	}
	third := numbered(t, c.World, "anna", "Rosina", "320 1112223", "")
	code := c.open("anna", third).Card.Code
	c.must("joining", c.join("anna"))
	for what, codes := range map[string][3]string{"to the second": {c.b, third, c.code.Second}, "to the first": {c.a, third, c.code.First}} {
		if err := c.joinTo("anna", codes[0], codes[1], join.Codes{First: codes[2], Second: code}); !errors.Is(err, kept.ErrJoined) {
			t.Errorf("a third %s: %v", what, err)
		}
	}
	if err := c.joinTo("anna", third, c.a, join.Codes{First: code, Second: c.code.Second}); !errors.Is(err, kept.ErrJoined) {
		t.Errorf("what is joined, to a third: %v", err)
	}
}

// TestWallsOfBothAddUp: who was walled off from one opens neither, by rule and by key,
// and finds nothing; what is set later holds on both; undone, each is hidden from whom it
// was, and from whom it was hidden meanwhile.
func TestWallsOfBothAddUp(t *testing.T) {
	c := twinsOf(t)
	c.wall("gina", c.b, "lia")
	if _, err := c.try("lia", c.a); err != nil {
		t.Fatal("she does not open the first before: this test would prove nothing")
	}
	shut := numbered(t, c.World, "lia", "Altra", "", "")
	var bad *typed.Invalid
	if err := c.joinTo("lia", shut, c.b, join.Codes{First: c.open("lia", shut).Card.Code, Second: c.code.Second}); !errors.As(err, &bad) || bad.Fields["code_second"] != "join.code_second_wrong" {
		t.Errorf("the code of a file that is shut to her: %v", err)
	}
	c.must("joining", c.join("anna"))
	if err := c.undo("lia"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("she takes them apart: %v", err)
	}
	for _, id := range []string{c.a, c.b} {
		if _, err := c.try("lia", id); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("the walled one opens %s: %v", id, err)
		}
	}
	for _, term := range []string{c.code.First, c.code.Second, "Rosa", "Rosetta"} {
		if got := c.found("lia", term); len(got) > 0 {
			t.Errorf("she finds %v by %q", got, term)
		}
	}
	c.must("undoing", c.undo("anna"))
	if _, err := c.try("lia", c.a); err != nil {
		t.Errorf("the first is hers again: %v", err)
	}
	if _, err := c.try("lia", c.b); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the second: %v", err)
	}
	c.must("joining again", c.join("anna"))
	_, err := c.Desk.Walls.Set(t.Context(), c.StepUp("gina", policies.CaseWall, c.a), c.a, c.version("gina", c.a), walls.Change{Back: acts.List(c.People["lia"].ID)})
	c.must("letting her in", err)
	if v := c.open("lia", c.a); v.Joined == nil {
		t.Error("let in to one she is not let in to both")
	}
	c.wall("gina", c.b, "anna") // by the second's own page
	for _, id := range []string{c.a, c.b} {
		if _, err := c.try("anna", id); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("a wall set later holds not on %s: %v", id, err)
		}
	}
	c.must("undoing", c.undo("gina"))
	for _, id := range []string{c.a, c.b} {
		if _, err := c.try("anna", id); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("undone, a wall set meanwhile is gone from %s: %v", id, err)
		}
		if _, err := c.try("lia", id); err != nil {
			t.Errorf("undone, one taken down meanwhile stands on %s: %v", id, err)
		}
	}
	if report := c.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("the log: %+v", report)
	}
}

// TestNamesOfBothMeet: who may open both is left; with nobody left they are not joined;
// by one person's word no lead loses a file.
func TestNamesOfBothMeet(t *testing.T) {
	c := twinsOf(t)
	restrict := func(by, id string, names ...string) {
		t.Helper()
		var to acts.List
		for _, n := range names {
			to = to.With(c.People[n].ID)
		}
		_, err := c.Desk.Cases.Restrict(t.Context(), c.StepUp(by, policies.CaseRestrict, id), id, c.version(by, id), to)
		c.must("restricting", err)
	}
	restrict("gina", c.a, "anna", "gina")
	restrict("gina", c.b, "anna", "lia", "gina")
	c.must("joining", c.join("anna"))
	if _, err := c.try("lia", c.b); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("who is named to one opens it: %v", err)
	}
	restrict("anna", c.a, "anna")
	if _, err := c.try("gina", c.b); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("who was taken off one opens the other: %v", err)
	}
	c.must("undoing", c.undo("anna"))
	if _, err := c.try("lia", c.b); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("undone, who was taken off meanwhile is back: %v", err)
	}
	if _, err := c.try("anna", c.b); err != nil {
		t.Errorf("undone: %v", err)
	}
}

// TestNoLeadLosesAFileByJoining: it takes two to hide a file from a lead, or whoever answers to restrict it; joining it to
// one that she may not open is no way round.
func TestNoLeadLosesAFileByJoining(t *testing.T) {
	c := twinsOf(t)
	_, err := c.Desk.Walls.Propose(t.Context(), c.StepUp("lia", policies.WallPropose, c.b), c.b,
		walls.Two{Change: walls.Change{Off: acts.List(c.People["gina"].ID)}, Second: c.People["anna"].ID, Stands: c.People["lia"].ID})
	c.must("asking", err)
	a, _, err := c.Desk.ReadAgenda(t.Context(), c.Caller("anna"))
	c.must("reading", err)
	_, err = c.Desk.Walls.Confirm(t.Context(), c.StepUp("anna", policies.WallConfirm, c.b), c.b, a.Walls[0].ID)
	c.must("confirming", err)
	if err := c.join("anna"); !errors.Is(err, kept.ErrJoinLead) {
		t.Errorf("joining: %v", err)
	}
	if _, err := c.try("gina", c.a); err != nil {
		t.Errorf("the lead's own: %v", err)
	}
	out, _, err := c.Desk.Cases.RecordContact(t.Context(), c.Caller("anna"), cases.NewContact{Form: "join-restricted", OpenCase: true, Restrict: true,
		Contact: cases.Contact{Speaker: "she", Alias: "Riservata", Outcome: "thinking"}})
	c.must("recording", err)
	if err := c.joinTo("anna", c.a, out.CaseID, join.Codes{First: c.code.First, Second: c.open("anna", out.CaseID).Card.Code}); !errors.Is(err, kept.ErrJoinLead) {
		t.Errorf("joining to a file that is restricted to herself: %v", err)
	}
}

// TestHerNewRuleIsWrittenToBoth, wherever she says it; what somebody not recognised says
// shuts the channel on both; undone, hers stands and the one of before is asked about.
func TestHerNewRuleIsWrittenToBoth(t *testing.T) {
	c := twinsOf(t)
	c.must("joining", c.join("anna"))
	said := rule.SafeContact{Channels: map[string]string{"call": "yes", "email": "yes"}, Mail: "r@example.org", Number: "320 9998887", Hours: []rule.Hours{{From: "10:00", To: "12:00"}}}
	_, err := c.Desk.Cases.ChangeSafeContact(t.Context(), c.Caller("anna"), c.b, c.version("anna", c.b), said, "code_word")
	c.must("saying a rule", err)
	for _, id := range []string{c.a, c.b} {
		if got := c.open("anna", id).Safe; len(got.Differs(said)) > 0 {
			t.Errorf("%s says another rule: %v", id, got.Differs(said))
		}
	}
	never := said
	never.Channels = map[string]string{"call": "never", "email": "yes"}
	_, err = c.Desk.Cases.ChangeSafeContact(t.Context(), c.Caller("anna"), c.a, c.version("anna", c.a), never, cases.NotRecognised)
	c.must("shutting", err)
	for _, id := range []string{c.a, c.b} {
		if got := c.open("anna", id).Safe.Shut("call"); got != rule.Suspended {
			t.Errorf("%s is open to calls: %q", id, got)
		}
	}
	c.must("undoing", c.undo("anna"))
	for _, id := range []string{c.a, c.b} {
		if v := c.open("anna", id); v.Safe.Number != said.Number || v.Safe.Shut("call") != rule.Suspended || len(v.Waits) == 0 {
			t.Errorf("%s: undone, %+v, %d wait", id, v.Safe, len(v.Waits))
		}
	}
}

// TestWhatCannotWaitIsNotLost: danger of the second stands on the first, once; undone, on
// both.
func TestWhatCannotWaitIsNotLost(t *testing.T) {
	c := twinsOf(t)
	out, _, err := c.Desk.Cases.RecordContact(t.Context(), c.Caller("lia"), cases.NewContact{Form: "join-danger", OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Alias: "Rosina", Danger: "yes", Outcome: "emergency"}})
	c.must("recording danger", err)
	c.b, c.code.Second = out.CaseID, c.open("lia", out.CaseID).Card.Code
	lines := func() (on []string) {
		a, _, err := c.Desk.ReadAgenda(t.Context(), c.Caller("anna"))
		c.must("reading", err)
		for _, l := range a.Now {
			if l.Kind == kept.MarkDanger {
				on = append(on, l.On.Case)
			}
		}
		slices.Sort(on)
		return on
	}
	if got := lines(); !slices.Equal(got, []string{c.b}) {
		t.Fatalf("before: %v", got)
	}
	c.must("joining", c.join("anna"))
	if got := lines(); !slices.Equal(got, []string{c.a}) {
		t.Errorf("joined: %v", got)
	}
	c.must("undoing", c.undo("anna"))
	both := []string{c.a, c.b}
	slices.Sort(both)
	if got := lines(); !slices.Equal(got, both) {
		t.Errorf("undone: %v", got)
	}
}

// TestTwoJoinAtOnce: A to B and B to A, many times: one of them holds.
func TestTwoJoinAtOnce(t *testing.T) {
	c := twinsOf(t)
	versions := [2]int64{c.version("anna", c.a), c.version("anna", c.b)}
	anna, lia := c.StepUp("anna", policies.CaseJoin, c.a), c.StepUp("lia", policies.CaseJoin, c.b)
	var errs [2]error
	var group sync.WaitGroup
	group.Go(func() {
		_, errs[0] = c.Desk.Join.Join(t.Context(), anna, c.a, c.code, versions, "sì")
	})
	group.Go(func() {
		_, errs[1] = c.Desk.Join.Join(t.Context(), lia, c.b, join.Codes{First: c.code.Second, Second: c.code.First}, [2]int64{versions[1], versions[0]}, "sì")
	})
	group.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("both, or neither: %v", errs)
	}
	if got := c.found("anna", c.code.Second); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	if report := c.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("the log: %+v", report)
	}
}

// TestWhatWasSharedFollows: a referral of the first, with her number, and a wall on the
// second. Joined, the desk's side of it is kept as the file is, the centre holds the
// narrower rule, both write on; undone too.
func TestWhatWasSharedFollows(t *testing.T) {
	c := twinsOf(t)
	c.Pin("anna", "desk", "centre", "bruna")
	_, referral := storetest.Send(t, c.World, c.a, "alias", "number")
	c.wall("gina", c.b, "lia")
	says := func(by, text string) error {
		t.Helper()
		_, err := c.Desk.Sharing.SendMessage(t.Context(), c.signed(by), referral, typed.NewForm(), text)
		return err
	}
	c.must("the centre writes", says("bruna", "prima"))
	if err := says("lia", "posso"); err != nil {
		t.Fatalf("lia does not write before: this test would prove nothing: %v", err)
	}
	if v, _, err := c.Desk.Sharing.OpenReferral(t.Context(), c.signed("bruna"), referral); err != nil || v.Safe.Rule.Phone() == "" {
		t.Fatalf("the centre may not call before: this test would prove nothing: %v", err)
	}
	c.must("joining", c.join("anna"))
	c.must("the desk writes", says("anna", "dopo"))
	c.must("the centre writes", says("bruna", "anche io"))
	if err := says("lia", "non più"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the walled one writes to the centre: %v", err)
	}
	v, _, err := c.Desk.Sharing.OpenReferral(t.Context(), c.signed("bruna"), referral)
	c.must("the centre opens", err)
	if v.Safe.Rule.Phone() != "" {
		t.Errorf("the centre would call: %+v", v.Safe)
	}
	c.must("undoing", c.undo("anna"))
	for _, by := range []string{"anna", "lia", "bruna"} {
		c.must(by+" writes", says(by, "di nuovo"))
	}
	if report := c.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("the log: %+v", report.Problems)
	}
}

// TestEitherCodeAsksAboutBoth: who did what with the records of a woman is told of both
// files by the code of either while they are joined, and of one by its own when they are
// taken apart.
func TestEitherCodeAsksAboutBoth(t *testing.T) {
	c := twinsOf(t)
	asked := func(code string) (objects []string) {
		t.Helper()
		a, _, err := c.Desk.AuditLog.Ask(t.Context(), c.SignIn("clara"), code, auditlog.Filter{})
		c.must("asking", err)
		for _, g := range a.Groups {
			for _, l := range g.Lines {
				if id, ok := strings.CutPrefix(l.Object, "case:"); ok {
					objects = append(objects, id)
				}
			}
		}
		slices.Sort(objects)
		return slices.Compact(objects)
	}
	both := []string{c.a, c.b}
	slices.Sort(both)
	alone := func(when string) {
		t.Helper()
		for code, id := range map[string]string{c.code.First: c.a, c.code.Second: c.b} {
			if got := asked(code); !slices.Equal(got, []string{id}) {
				t.Errorf("%s: by the code of %s of %v", when, id, got)
			}
		}
	}
	alone("before")
	c.must("joining", c.join("anna"))
	for _, code := range []string{c.code.First, c.code.Second} {
		if got := asked(code); !slices.Equal(got, both) {
			t.Errorf("joined: by one code of %v, want %v", got, both)
		}
	}
	c.must("taking apart", c.undo("anna"))
	alone("after")
}
