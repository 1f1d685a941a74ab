package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// hers are the words of the flow that stand in its first case alone.
func hers(f *storetest.Flow) (words []string) {
	for _, field := range []string{"alias", "request", "call back", "where he is", "how many", "ages", "call when", "contact note", "mail", "say", "code word",
		"name", "second surname", "born", "children", "children count", "children ages", "language", "town", "note", "corrected note", "attempt", "second number", "second code word"} {
		words = append(words, f.Words[field])
	}
	return words
}

// setWalls changes the walls of a case by one person's word.
func setWalls(f *storetest.Flow, by, id string, off, back acts.List) error {
	_, err := f.Desk.Walls.Set(ctx, f.StepUp(by, policies.CaseWall, id), id, versionFor(f, by, id), walls.Change{Off: off, Back: back})
	return err
}

// versionFor is the version of a case for somebody who can open it, else 1.
func versionFor(f *storetest.Flow, by, id string) int64 {
	if v, _, err := f.Desk.OpenCase(ctx, signedIn(f, by), id); err == nil {
		return v.Version
	}
	return 1
}

// signedIn is somebody at the start of her day.
func signedIn(f *storetest.Flow, name string) acts.Caller {
	who := f.SignIn(name)
	f.T.Helper()
	if err := f.Desk.Cases.AdoptNamed(ctx, who); err != nil {
		f.T.Fatalf("keeping what came by age: %v", err)
	}
	return who
}

// id names a person of the cast.
func id(f *storetest.Flow, name string) acts.List { return acts.List(f.People[name].ID) }

// asksFor has somebody ask a colleague to hide a case from the lead.
func asksFor(f *storetest.Flow, by, second, stands, caseID string, change walls.Change) error {
	_, err := f.Desk.Walls.Propose(ctx, f.StepUp(by, policies.WallPropose, caseID), caseID,
		walls.Two{Change: change, Second: f.People[second].ID, Stands: f.People[stands].ID})
	return err
}

// confirms has a colleague say her word to the one thing that waits for it.
func confirms(t *testing.T, f *storetest.Flow, second, caseID string) error {
	t.Helper()
	a, _, err := f.Desk.ReadAgenda(ctx, signedIn(f, second))
	storetest.Try(t, "reading the Agenda", err)
	for _, w := range a.Walls {
		if w.CaseID == caseID {
			_, err := f.Desk.Walls.Confirm(ctx, f.StepUp(second, policies.WallConfirm, caseID), caseID, w.ID)
			return err
		}
	}
	return walls.ErrOver
}

// hidden is a flow in which anna and lia hid the first case from gina, who leads.
func hidden(t *testing.T) *storetest.Flow {
	t.Helper()
	f := storetest.NewFlow(t)
	storetest.Try(t, "letting lia in again", setWalls(f, "gina", f.Case, "", id(f, "lia")))
	storetest.Try(t, "confirming", confirms(t, f, "lia", f.Case)) // what anna asked of her in the flow
	return f
}

// TestWalledLeadOpensNothing: T6, T7. The lead from whom a case was hidden, with a
// fresh copy of the files, her passphrase and every key of her unit, opens nothing of
// it: no row, card or part, and nothing of what was shared of it on her unit's side.
func TestWalledLeadOpensNothing(t *testing.T) {
	f := storetest.NewFlow(t)
	storetest.Try(t, "letting lia in again", setWalls(f, "gina", f.Case, "", id(f, "lia")))
	before := newRing(t, f.World, signedIn(f, "gina"))
	for _, w := range hers(f) {
		if !before.reads(w) {
			t.Fatalf("she does not read %q before: this test would prove nothing", w)
		}
	}
	storetest.Try(t, "confirming", confirms(t, f, "lia", f.Case))
	anna := signedIn(f, "anna")
	if _, err := f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "interview", "scritto dopo il muro"); err != nil {
		t.Fatal(err)
	}
	says(t, f, "bruna", f.Consent, "dal centro, dopo il muro")
	gina := signedIn(f, "gina")
	if _, ok := gina.Identity(); !ok {
		t.Fatal("her passphrase did not open her identity: this test would prove nothing")
	}
	fresh := newRing(t, f.World, gina)
	if !fresh.reads(f.Words["other request"]) || !fresh.reads(f.Words["closed request"]) {
		t.Fatal("she opens not even what is hers: this test would prove nothing")
	}
	fresh.mustNotOpen(t, append(hers(f), "scritto dopo il muro", "dal centro, dopo il muro")...)
	newRing(t, f.World, gina, before).mustNotOpen(t, "scritto dopo il muro", "dal centro, dopo il muro")
	for name, who := range map[string]acts.Caller{"anna": anna, "lia": signedIn(f, "lia")} {
		k := newRing(t, f.World, who)
		for _, w := range append(hers(f), "scritto dopo il muro", "dal centro, dopo il muro") {
			if !k.reads(w) {
				t.Errorf("%s, who may, does not read %q", name, w)
			}
		}
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestNoListShowsAWall: T6. No list, count, search or declaration shows the lead that
// something was hidden from her, or asked; to her the case is absent.
func TestNoListShowsAWall(t *testing.T) {
	f := storetest.NewFlow(t)
	storetest.Try(t, "letting lia in again", setWalls(f, "gina", f.Case, "", id(f, "lia")))
	look := func() string {
		gina := signedIn(f, "gina")
		a, _, err := f.Desk.ReadAgenda(ctx, gina)
		storetest.Try(t, "reading the Agenda", err)
		notices, err := f.House.Notices(ctx, gina)
		storetest.Try(t, "reading notices", err)
		if len(a.Walls) != 0 {
			t.Error("her Agenda shows what was asked of another")
		}
		if len(notices) != 0 {
			t.Errorf("she is told %v", notices)
		}
		all, _, err := f.Desk.Cases.Declarations(ctx, gina)
		storetest.Try(t, "reading declarations", err)
		var seen []string
		for _, d := range all {
			for _, m := range d.Matches {
				seen = append(seen, m.ID)
			}
		}
		for _, l := range a.Recall {
			seen = append(seen, l.CaseID)
		}
		for _, l := range a.Waiting {
			seen = append(seen, l.CaseID)
		}
		for _, term := range []string{f.Words["alias"], f.Words["second surname"], f.Words["second number"], f.Code} {
			cards, _, err := f.Desk.Cases.Search(ctx, gina, term)
			storetest.Try(t, "searching", err)
			for _, c := range cards {
				seen = append(seen, c.ID)
			}
		}
		return strings.Join(seen, " ")
	}
	_, err := f.Desk.Cases.Declare(ctx, signedIn(f, "anna"), "hers", cases.Declared{Surname: f.Words["second surname"]})
	storetest.Try(t, "declaring", err)
	before := look() // the wall was asked for: she must not see that either
	if strings.Count(before, f.Case) < 6 {
		t.Fatalf("the case is on few of her lists before: this test would prove nothing: %s", before)
	}
	storetest.Try(t, "confirming", confirms(t, f, "lia", f.Case))
	if after := look(); strings.Contains(after, f.Case) {
		t.Error("a list of hers still shows the case")
	}
	gina := f.SignIn("gina")
	_, _, absent := f.Desk.OpenCase(ctx, gina, "NOSUCHCASENOSUCHCASENOSUCH")
	for name, err := range map[string]error{
		"the case": second(f.Desk.OpenCase(ctx, gina, f.Case)), "its walls": second(f.Desk.Walls.Of(ctx, gina, f.Case)),
		"a wall of hers": setWalls(f, "gina", f.Case, "", id(f, "gina")),
	} {
		if !errors.Is(err, acts.ErrDenied) || err.Error() != absent.Error() {
			t.Errorf("%s: %v, absent: %v", name, err, absent)
		}
	}
	if v, _, err := f.Desk.OpenCase(ctx, signedIn(f, "lia"), f.Case); err != nil || v.Restricted {
		t.Errorf("to a colleague the case says that it is restricted: %v", err)
	}
}

// TestWallTakesTwo: who may set a wall, confirm it, and take it down.
func TestWallTakesTwo(t *testing.T) {
	f := hidden(t)
	lead := walls.Change{Off: id(f, "gina")}
	// On another case, that gina still leads.
	if err := setWalls(f, "anna", f.Closed, id(f, "lia"), ""); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a worker sets a wall: %v", err)
	}
	f.Join("desk", "nora", policies.Lead, "gina")
	if err := setWalls(f, "gina", f.Closed, id(f, "nora"), ""); !errors.Is(err, walls.ErrTwo) {
		t.Errorf("a lead hides a case from another alone: %v", err)
	}
	var bad *typed.Invalid
	if err := asksFor(f, "anna", "lia", "anna", f.Closed, walls.Change{Off: id(f, "lia")}); !errors.As(err, &bad) {
		t.Errorf("a worker asks to hide a case from a colleague: %v", err)
	}
	if err := asksFor(f, "anna", "anna", "anna", f.Closed, lead); !errors.As(err, &bad) {
		t.Errorf("she asks herself: %v", err)
	}
	if err := asksFor(f, "anna", "lia", "nora", f.Closed, lead); !errors.As(err, &bad) {
		t.Errorf("somebody stands for the lead who is none of the two: %v", err)
	}
	storetest.Try(t, "asking", asksFor(f, "anna", "lia", "lia", f.Closed, lead))
	a, _, err := f.Desk.ReadAgenda(ctx, signedIn(f, "lia"))
	if err != nil || len(a.Walls) != 1 {
		t.Fatalf("it does not stand on her Agenda: %v", err)
	}
	waits := a.Walls[0].ID
	for _, other := range []string{"nora", "gina", "anna"} {
		if _, err := f.Desk.Walls.Confirm(ctx, f.StepUp(other, policies.WallConfirm, f.Closed), f.Closed, waits); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s confirms what was asked of lia: %v", other, err)
		}
	}
	if _, err := f.Desk.Walls.Stop(ctx, signedIn(f, "gina"), waits); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the lead ends what was asked: %v", err)
	}
	if _, err := f.Desk.Walls.Confirm(ctx, signedIn(f, "lia"), f.Closed, waits); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("without passphrase and code: %v", err)
	}
	_, err = f.Desk.Walls.Stop(ctx, signedIn(f, "lia"), waits)
	storetest.Try(t, "saying no", err)
	if err := confirms(t, f, "lia", f.Closed); !errors.Is(err, walls.ErrOver) {
		t.Errorf("what ended waits: %v", err)
	}
	storetest.Try(t, "asking again", asksFor(f, "anna", "lia", "lia", f.Closed, lead))
	a, _, err = f.Desk.ReadAgenda(ctx, signedIn(f, "lia"))
	if err != nil || len(a.Walls) != 1 {
		t.Fatalf("it does not stand on her Agenda again: %v", err)
	}
	f.Clock.Add(15 * 24 * time.Hour)
	if _, err := f.Desk.Walls.Confirm(ctx, f.Fresh("lia", policies.WallConfirm, f.Closed), f.Closed, a.Walls[0].ID); !errors.Is(err, walls.ErrOver) {
		t.Errorf("it is confirmed after its time: %v", err)
	}
	if err := confirms(t, f, "lia", f.Closed); !errors.Is(err, walls.ErrOver) {
		t.Errorf("it waits for ever: %v", err)
	}

	// What is hidden: anna stands for the lead there, lia set it with her.
	v, _, err := f.Desk.Walls.Of(ctx, signedIn(f, "anna"), f.Case)
	if err != nil || !v.Knows || !v.Answers || v.Off != id(f, "gina") || v.Stands != id(f, "anna") {
		t.Errorf("anna is told %+v, %v", v, err)
	}
	if v, _, err = f.Desk.Walls.Of(ctx, signedIn(f, "nora"), f.Case); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a lead who came by the hidden one is told %+v, %v", v, err)
	}
	lia := signedIn(f, "lia")
	if v, _, err = f.Desk.Walls.Of(ctx, lia, f.Case); err != nil || !v.Knows || v.Answers {
		t.Errorf("lia is told %+v, %v", v, err)
	}
	if err := setWalls(f, "lia", f.Case, "", id(f, "gina")); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("one of the two takes the wall down: %v", err)
	}
	if err := setWalls(f, "anna", f.Case, "", id(f, "gina")); !errors.Is(err, walls.ErrTwo) {
		t.Errorf("who stands for the lead takes the wall down alone: %v", err)
	}
	// As the lead would, she corrects a note that is not hers, and names who may open it.
	_, err = f.Desk.Cases.AddNote(ctx, lia, f.Case, typed.NewForm(), "other", "di lia")
	storetest.Try(t, "adding a note", err)
	open := storetest.Open(t, f.World, signedIn(f, "anna"), f.Case)
	_, err = f.Desk.Cases.CorrectNote(ctx, signedIn(f, "anna"), open.Notes[0].ID, 1, "di lia, corretta")
	storetest.Try(t, "correcting for the lead", err)
	storetest.Try(t, "asking to take it down", asksFor(f, "lia", "anna", "lia", f.Case, walls.Change{Back: id(f, "gina")}))
	storetest.Try(t, "taking it down", confirms(t, f, "anna", f.Case))
	if v, _, err := f.Desk.OpenCase(ctx, signedIn(f, "gina"), f.Case, storetest.Parts...); err != nil || !v.Answers || len(v.Notes) == 0 {
		t.Errorf("the lead opens it again: %v", err)
	}
	if v, _, err := f.Desk.Walls.Of(ctx, signedIn(f, "anna"), f.Case); err != nil || v.Answers || v.Knows {
		t.Errorf("who stood for her still does: %v", err)
	}
}

// TestWhoJoinsIsAdded: who is admitted later by somebody who may open the case can
// open it, once somebody who can has signed in; who comes in by the one who is walled
// off, or by whoever came so, cannot before who answers for it says so.
func TestWhoJoinsIsAdded(t *testing.T) {
	f := storetest.NewFlow(t) // lia is walled off by gina
	f.Join("desk", "nora", policies.IntakeWorker, "anna")
	f.Join("desk", "finta", policies.IntakeWorker, "lia")
	f.Join("desk", "ombra", policies.IntakeWorker, "finta")
	opens := func(name string) error {
		return second(f.Desk.OpenCase(ctx, signedIn(f, name), f.Case, storetest.Parts...))
	}
	if err := opens("nora"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("before anybody added her: %v", err)
	}
	signedIn(f, "gina")
	if err := opens("nora"); err != nil {
		t.Errorf("who joined: %v", err)
	}
	newRing(t, f.World, signedIn(f, "ombra")).mustNotOpen(t, hers(f)...)
	for _, name := range []string{"finta", "ombra", "lia"} {
		if err := opens(name); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s opens it: %v", name, err)
		}
	}
	v, _, err := f.Desk.Walls.Of(ctx, signedIn(f, "gina"), f.Case)
	if err != nil || !v.Outside[f.People["finta"].ID] || !v.Outside[f.People["ombra"].ID] || v.Outside[f.People["lia"].ID] || v.Outside[f.People["nora"].ID] {
		t.Errorf("the page names as outside %v, %v", v.Outside, err)
	}
	storetest.Try(t, "setting the walls again", setWalls(f, "gina", f.Case, id(f, "finta"), ""))
	for name, want := range map[string]error{"nora": nil, "ombra": nil, "finta": acts.ErrDenied, "lia": acts.ErrDenied} {
		if err := opens(name); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestRestrictedIsLiftedAndHandedOn: those a case is restricted to share it, hand it on
// and open it to the unit again, what was sent of it with it; a wall stays.
func TestRestrictedIsLiftedAndHandedOn(t *testing.T) {
	f := storetest.NewFlow(t) // Other is anna's and gina's
	restrict := func(by string, named acts.List) error {
		_, err := f.Desk.Cases.Restrict(ctx, f.StepUp(by, policies.CaseRestrict, f.Other), f.Other, versionFor(f, by, f.Other), named)
		return err
	}
	lift := func(by string) error {
		_, err := f.Desk.Cases.Lift(ctx, f.StepUp(by, policies.CaseRestrict, f.Other), f.Other, versionFor(f, by, f.Other))
		return err
	}
	sent := f.Refer(f.Other, f.Authorise("request"))
	says(t, f, "bruna", sent, "finché è riservata")
	if err := restrict("lia", id(f, "lia")); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("who is not named names herself: %v", err)
	}
	storetest.Try(t, "walling off nora, who comes later", func() error {
		f.Join("desk", "nora", policies.IntakeWorker, "anna")
		return setWalls(f, "gina", f.Other, id(f, "nora"), "")
	}())
	var bad *typed.Invalid
	if err := restrict("anna", id(f, "anna").With(f.People["nora"].ID)); !errors.As(err, &bad) {
		t.Errorf("it is shared with whom it is walled off from: %v", err)
	}
	storetest.Try(t, "handing it on", restrict("anna", id(f, "lia")))
	for name, want := range map[string]error{"anna": acts.ErrDenied, "gina": acts.ErrDenied, "lia": nil} {
		if err := second(f.Desk.OpenCase(ctx, signedIn(f, name), f.Other, storetest.Parts...)); !errors.Is(err, want) {
			t.Errorf("%s opens what was handed on: %v, want %v", name, err, want)
		}
	}
	mustRead(t, f, "lia", sent, "finché è riservata")
	storetest.Try(t, "opening it to the unit", lift("lia"))
	for name, want := range map[string]error{"anna": nil, "gina": nil, "lia": nil, "nora": acts.ErrDenied} {
		v, _, err := f.Desk.OpenCase(ctx, signedIn(f, name), f.Other, storetest.Parts...)
		if !errors.Is(err, want) || v.Restricted {
			t.Errorf("%s opens what was lifted: %v, want %v", name, err, want)
		}
	}
	newRing(t, f.World, signedIn(f, "nora")).mustNotOpen(t, f.Words["other request"], "finché è riservata")
	storetest.Try(t, "taking the wall down", setWalls(f, "gina", f.Other, "", id(f, "nora")))
	mustRead(t, f, "gina", sent, "finché è riservata")
	says(t, f, "bruna", sent, "dal centro, per tutte")
	mustRead(t, f, "nora", sent, "dal centro, per tutte")
	if !newRing(t, f.World, signedIn(f, "nora")).reads("finché è riservata") {
		t.Error("the unit's key does not open what was lifted")
	}
	if err := lift("gina"); !errors.Is(err, kept.ErrState) && !errors.Is(err, acts.ErrDenied) {
		t.Errorf("lifting what is the unit's: %v", err)
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestNoRecoveryNoWall: what people's keys alone keep is lost with them.
func TestNoRecoveryNoWall(t *testing.T) {
	w := storetest.New(t).Standard()
	out, _, err := w.Desk.Cases.RecordContact(ctx, w.Caller("anna"), cases.NewContact{Form: "r", OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "info_only"}})
	storetest.Try(t, "opening a case", err)
	w.Join("desk", "lia", policies.IntakeWorker, "anna")
	w.Join("desk", "nina", policies.Lead, "anna")
	w.Name("nina", "lia")
	_, err = w.Desk.Walls.Propose(ctx, w.StepUp("anna", policies.WallPropose, out.CaseID), out.CaseID, walls.Two{
		Change: walls.Change{Off: acts.List(w.People["nina"].ID)}, Second: w.People["lia"].ID, Stands: w.People["anna"].ID})
	if !errors.Is(err, kept.ErrNoRecovery) {
		t.Errorf("a wall is asked for without recovery: %v", err)
	}
}

// TestWhoStandsIsSucceeded: when who stands for the lead leaves, who set the wall with
// her answers for the case from the next write on, and nobody else.
func TestWhoStandsIsSucceeded(t *testing.T) {
	f := hidden(t)
	answers := func() (names []string) {
		t.Helper()
		view(t, f.World, func(r kept.Reader) {
			row := &kept.CaseRow{}
			storetest.Try(t, "reading the case", r.Get(row, f.Case))
			people, err := kept.WhoAnswers(r, row)
			storetest.Try(t, "asking who answers", err)
			for _, p := range people {
				names = append(names, p.Username)
			}
		})
		return names
	}
	if got := answers(); len(got) != 1 || got[0] != "anna" {
		t.Fatalf("%v answer for it, want anna", got)
	}
	f.Join("desk", "nora", policies.IntakeWorker, "lia")
	signedIn(f, "anna") // adds her
	storetest.Try(t, "removing anna", f.TakeOut("lia", "anna", false))
	_, err := f.Desk.Cases.AddNote(ctx, signedIn(f, "lia"), f.Case, typed.NewForm(), "other", "dopo anna")
	storetest.Try(t, "adding a note", err)
	if got := answers(); len(got) != 1 || got[0] != "lia" {
		t.Errorf("%v answer for it, want lia", got)
	}
	if v, _, err := f.Desk.Walls.Of(ctx, signedIn(f, "nora"), f.Case); err != nil || v.Answers || v.Knows {
		t.Errorf("nora, who joined, is told of the wall: %v", err)
	}
	newRing(t, f.World, signedIn(f, "gina")).mustNotOpen(t, "dopo anna")
}
