package store_test

import (
	"errors"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/cases"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// sinister is a desk without a lead: anna founded it, lia came, and then nina,
// whom an administrator invited as lead and anna admitted.
func sinister(t *testing.T) *storetest.World {
	t.Helper()
	w := storetest.New(t).Standard()
	w.Join("desk", "lia", policies.IntakeWorker, "anna")
	w.Join("desk", "nina", policies.Lead, "anna")
	return w
}

func role(t *testing.T, w *storetest.World, name string) policies.Role {
	t.Helper()
	return w.SignIn(name).Role()
}

// heard are the words that a member reads from her own page.
func heard(w *storetest.World, name string) units.Words {
	w.T.Helper()
	return w.OwnWords(w.SignIn(name), w.Store.Log().Epoch(w.People[name].Unit))
}

func nameLead(t *testing.T, w *storetest.World, person, by string, words units.Words) error {
	t.Helper()
	id := w.People[person].ID
	_, err := w.House.NameLead(t.Context(), w.StepUp(by, policies.MemberLead, id), id, words)
	return err
}

// TestLeadIsNamedByTwo: invited as lead and admitted by one colleague she works
// as everybody does, and no key of a lead comes to her; the second word of one who
// was there before her makes her a lead.
func TestLeadIsNamedByTwo(t *testing.T) {
	w, ctx := sinister(t), t.Context()
	if got := role(t, w, "nina"); got != policies.IntakeWorker {
		t.Fatalf("admitted by one colleague she is %s", got)
	}
	if _, err := w.Desk.Cases.Declare(ctx, w.SignIn("lia"), typed.NewForm(), cases.Declared{Surname: "Bianchi"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Desk.Cases.Declarations(ctx, w.SignIn("nina")); !errors.Is(err, acts.ErrDenied) {
		t.Fatalf("reading declarations: %v, want ErrDenied", err)
	}
	if n := countWraps(t, w, "nina"); n != 0 {
		t.Fatalf("%d keys of declarations were wrapped to her", n)
	}
	if err := nameLead(t, w, "nina", "lia", heard(w, "lia")); !errors.Is(err, units.ErrWords) {
		t.Fatalf("other words: %v, want ErrWords", err)
	}
	if err := nameLead(t, w, "nina", "lia", heard(w, "nina")); err != nil {
		t.Fatalf("the second word: %v", err)
	}
	if err := w.Desk.Cases.AdoptNamed(ctx, w.SignIn("lia")); err != nil {
		t.Fatal(err)
	}
	if err := w.Desk.Cases.AdoptNamed(ctx, w.SignIn("nina")); err != nil {
		t.Fatal(err)
	}
	all, _, err := w.Desk.Cases.Declarations(ctx, w.SignIn("nina"))
	if err != nil || len(all) != 1 || all[0].Surname != "Bianchi" {
		t.Fatalf("the lead reading declarations: %v, %d", err, len(all))
	}
	if err := nameLead(t, w, "nina", "lia", heard(w, "nina")); !errors.Is(err, acts.ErrDenied) {
		t.Fatalf("a word too many: %v, want ErrDenied", err)
	}
}

// countWraps counts the declarations' keys that somebody could open, in whatever
// way, in a copy of the database.
func countWraps(t *testing.T, w *storetest.World, name string) (n int) {
	t.Helper()
	db := raw(t, w, store.MainFile)
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM declaration_wrap WHERE person = ?", w.People[name].ID).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSecondWordIsOfAnother: neither who admitted her, nor she herself, nor whoever
// came through her, nor somebody of another unit, nor the administrator.
func TestSecondWordIsOfAnother(t *testing.T) {
	w := sinister(t)
	w.Join("desk", "olga", policies.IntakeWorker, "nina")
	w.Join("service", "sara", policies.SocialWorker, "sofia")
	w.Invite("dario", policies.Administrator, "")
	words := heard(w, "nina")
	for _, by := range []string{"anna", "nina", "olga", "sara", "dario"} {
		if err := nameLead(t, w, "nina", by, words); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("the second word of %s: %v, want ErrDenied", by, err)
		}
	}
	if _, err := w.House.NameLead(t.Context(), w.SignIn("lia"), w.People["nina"].ID, words); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("without step-up: %v, want ErrDenied", err)
	}
	if got := role(t, w, "nina"); got != policies.IntakeWorker {
		t.Fatalf("she is %s", got)
	}
}

// TestWhereALeadIsOnlyLeadsName: members cannot outvote her, and suspending her
// does not help an administrator.
func TestWhereALeadIsOnlyLeadsName(t *testing.T) {
	w := storetest.New(t).Wide() // gina leads
	w.Join("desk", "nina", policies.Lead, "anna")
	words := heard(w, "nina")
	if err := nameLead(t, w, "nina", "lia", words); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a member beside a lead: %v, want ErrDenied", err)
	}
	w.Invite("dario", policies.Administrator, "")
	gina := w.People["gina"].ID
	if _, err := w.Door.Suspend(t.Context(), w.StepUp("dario", policies.PersonSuspend, gina), gina); err != nil {
		t.Fatal(err)
	}
	if err := nameLead(t, w, "nina", "lia", words); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a member while the lead is suspended: %v, want ErrDenied", err)
	}
	if _, err := w.Office.Lift(t.Context(), w.StepUp("dario", policies.PersonLift, gina), gina); err != nil {
		t.Fatal(err)
	}
	if err := nameLead(t, w, "nina", "gina", words); err != nil {
		t.Fatalf("the lead's word: %v", err)
	}
	w.Join("desk", "olga", policies.Lead, "nina")
	if got := role(t, w, "olga"); got != policies.Lead {
		t.Errorf("admitted by a lead she is %s", got)
	}
}

// TestWhoCameBeforeCountsAfterAnEpoch: a removal in between changes the words, not
// whose word counts.
func TestWhoCameBeforeCountsAfterAnEpoch(t *testing.T) {
	w := sinister(t)
	if err := w.TakeOut("lia", "anna", true); err != nil {
		t.Fatal(err)
	}
	stale := w.OwnWords(w.SignIn("nina"), 1)
	id := w.People["nina"].ID
	lia, err := w.Door.StepUp(t.Context(), w.SignIn("lia"), w.People["lia"].Passphrase, w.Code(w.People["lia"]), policies.MemberLead, id, accounts.From{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.House.NameLead(t.Context(), lia.Caller, id, stale); !errors.Is(err, units.ErrWords) {
		t.Errorf("words of the epoch before: %v, want ErrWords", err)
	}
	if err := nameLead(t, w, "nina", "lia", heard(w, "nina")); err != nil {
		t.Fatalf("the second word: %v", err)
	}
	w.Close()
	w.Open() // the rows are those of the log
	if got := role(t, w, "nina"); got != policies.Lead {
		t.Errorf("after a start she is %s", got)
	}
	if report := w.CheckRecords(); len(report.Problems) != 0 {
		t.Errorf("the records differ from the log: %v", report.Problems)
	}
}

// TestEveryLeadIsShown: whoever leads a unit that she did not found stands before
// each of its members until seen, whether two named her or a lead admitted her.
func TestEveryLeadIsShown(t *testing.T) {
	w := storetest.New(t).Wide() // gina leads by the word of anna and lia
	w.Join("desk", "nora", policies.Lead, "gina")
	shown := func(name string) (names []string) {
		t.Helper()
		all, err := w.House.Notices(t.Context(), w.SignIn(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range all {
			if n.Kind == units.NoticeLead {
				names = append(names, n.Name+" "+n.By+" "+n.Second)
			}
		}
		return names
	}
	for name, want := range map[string]string{"anna": "gina anna lia,nora gina ", "lia": "nora gina ", "gina": "", "nora": "gina anna lia"} {
		if got := strings.Join(shown(name), ","); got != want {
			t.Errorf("%s is shown %q, want %q", name, got, want)
		}
	}
	all, err := w.House.Notices(t.Context(), w.SignIn("anna"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range all {
		if _, err := w.House.See(t.Context(), w.SignIn("lia"), []string{n.ID}); err != nil { // another's notices are not hers to see
			t.Fatal(err)
		}
	}
	if got := len(shown("anna")); got != 2 {
		t.Errorf("what lia saw is gone for anna: %d left", got)
	}
	for _, n := range all {
		if _, err := w.House.See(t.Context(), w.SignIn("anna"), []string{n.ID, n.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(shown("anna")); got != 0 {
		t.Errorf("%d are left after they were seen", got)
	}
}

// TestRecoveryMakesNoLead: whoever holds a unit's recovery gives one word, which
// is not enough; of those who were members before, one who is again gives the
// second. A lead of before leads again once a lead admits her.
func TestRecoveryMakesNoLead(t *testing.T) {
	f := storetest.NewFlow(t)
	f.Invite("livia", policies.Lead, "desk")
	for _, name := range []string{"anna", "lia", "gina"} {
		if _, err := f.Door.Suspend(ctx, acts.ConsoleCaller(), f.People[name].ID); err != nil {
			t.Fatal(err)
		}
	}
	x := exported(t, f.World, "livia")
	file, _ := rewrapped(t, f.World, f.Rescue, x, heard(f.World, "livia"))
	if _, err := f.House.ImportRescue(ctx, acts.ConsoleCaller(), file); err != nil {
		t.Fatal(err)
	}
	if who := f.SignIn("livia"); who.State() != acts.Active || who.Role() != policies.IntakeWorker {
		t.Fatalf("after the rescue she is %s and %s", who.State(), who.Role())
	}
	readmit(t, f.World, "lia", "livia")
	if err := nameLead(t, f.World, "livia", "lia", heard(f.World, "livia")); err != nil {
		t.Fatalf("the second word: %v", err)
	}
	readmit(t, f.World, "gina", "livia")
	for _, name := range []string{"livia", "gina"} {
		if got := role(t, f.World, name); got != policies.Lead {
			t.Errorf("%s is %s", name, got)
		}
	}
}

// readmit lifts somebody's suspension and has a member admit her again.
func readmit(t *testing.T, w *storetest.World, name, by string) {
	t.Helper()
	id := w.People[name].ID
	if _, err := w.Office.Lift(ctx, acts.ConsoleCaller(), id); err != nil {
		t.Fatal(err)
	}
	words := heard(w, name)
	p := w.People[by]
	in, err := w.Door.StepUp(ctx, w.SignIn(by), p.Passphrase, w.Code(p), policies.MemberAdmit, id, accounts.From{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.House.Admit(ctx, in.Caller, id, words); err != nil {
		t.Fatalf("admitting %s again: %v", name, err)
	}
}
