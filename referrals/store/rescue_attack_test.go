package store_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/auditlog"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// imported makes a desk that waits for livia to take what recovery made.
func imported(t *testing.T) (*storetest.Flow, *units.RescueFile, int64) {
	t.Helper()
	f, _, livia := lost(t)
	epoch := f.Store.Log().Epoch(f.Units["desk"])
	file, _ := rewrapped(t, f.World, f.Rescue, exported(t, f.World, "livia"), f.OwnWords(livia, epoch))
	if _, err := f.House.ImportRescue(ctx, acts.ConsoleCaller(), file); err != nil {
		t.Fatal(err)
	}
	return f, file, epoch
}

// TestRescueRowIsHeld: a waiting epoch that was changed, pointed at another
// person or unit, deleted or put back is taken by nobody.
func TestRescueRowIsHeld(t *testing.T) {
	for what, text := range map[string]string{
		"another person": "UPDATE rescue SET person = (SELECT id FROM person WHERE username = 'lia')",
		"another epoch":  "UPDATE rescue SET epoch = epoch + 1",
		"other words":    "UPDATE rescue SET words = words || 'x'",
		"another MAC":    "UPDATE rescue SET mac = randomblob(32)",
		"another wrap":   "UPDATE rescue SET wrapped = (SELECT wrapped FROM unit_wrap LIMIT 1)",
		"an older one":   "UPDATE rescue SET version = version + 1",
		"deleted":        "DELETE FROM rescue",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f, _, epoch := imported(t)
			db := raw(t, f.World, store.MainFile)
			defer db.Close()
			change(t, db, text)
			if in, err := f.TrySignIn(f.People["livia"]); !errors.Is(err, acts.ErrTampered) {
				t.Errorf("signing in: %v, %v, want ErrTampered", in, err)
			}
			if got := f.Store.Log().Epoch(f.Units["desk"]); got != epoch {
				t.Errorf("the unit is at epoch %d, want %d", got, epoch)
			}
			if r := f.CheckRecords(); len(r.Problems) != 1 || r.Problems[0].Table != "rescue" {
				t.Errorf("the check names %v", r.Problems)
			}
		})
	}
}

// TestHiddenMembers: members whose keys were taken out of the database are there
// still; nothing is handed to recovery behind their backs.
func TestHiddenMembers(t *testing.T) {
	f := storetest.NewFlow(t)
	f.Invite("livia", policies.IntakeWorker, "desk")
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	change(t, db, "DELETE FROM unit_wrap WHERE unit = ? AND person <> 'recovery'", f.Units["desk"])
	if x, _, err := f.House.ExportRescue(ctx, acts.ConsoleCaller(), f.Units["desk"], "livia"); !errors.Is(err, acts.ErrTampered) || x != nil {
		t.Errorf("exporting beside hidden members: %v", err)
	}
}

// TestRescueIsTakenOnce: the file, imported again after it is in force, and its
// row, put back into the database, move nothing.
func TestRescueIsTakenOnce(t *testing.T) {
	f, file, epoch := imported(t)
	console, desk := acts.ConsoleCaller(), f.Units["desk"]
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	db.SetMaxOpenConns(1) // which keeps the copy to itself
	change(t, db, "CREATE TEMP TABLE kept AS SELECT * FROM rescue; INSERT INTO kept SELECT * FROM rescue WHERE 0; UPDATE kept SET day = day")
	if got := f.SignIn("livia"); got.State() != acts.Active || got.Epoch() != epoch+1 {
		t.Fatalf("she is %s at epoch %d", got.State(), got.Epoch())
	}
	if _, err := f.Door.Suspend(ctx, console, f.People["livia"].ID); err != nil {
		t.Fatal(err)
	}
	f.Invite("nora", policies.IntakeWorker, "desk")
	if _, err := f.House.ImportRescue(ctx, console, file); !errors.Is(err, acts.ErrConflict) {
		t.Errorf("importing it for who is suspended: %v", err)
	}
	nora := f.SignIn("nora")
	other := *file
	other.Person, other.Newcomer, other.Words = nora.Person(), mustRecipient(t, f, nora.Person()), f.OwnWords(nora, epoch+1)
	if _, err := f.House.ImportRescue(ctx, console, &other); !errors.Is(err, units.ErrEpochMoved) {
		t.Errorf("importing an old epoch for another newcomer: %v", err)
	}
	other.Epoch++
	if _, err := f.House.ImportRescue(ctx, console, &other); err != nil {
		t.Fatalf("importing a forged epoch: %v", err)
	}
	if got := f.SignIn("nora"); got.State() != acts.Waiting || f.Store.Log().Epoch(desk) != epoch+1 {
		t.Errorf("an old epoch under a new number: she is %s, the unit at %d", got.State(), f.Store.Log().Epoch(desk))
	}
	change(t, db, "INSERT INTO rescue SELECT * FROM kept")
	if _, err := f.TrySignIn(f.People["nora"]); !errors.Is(err, acts.ErrTampered) {
		t.Errorf("signing in beside a row that was put back: %v", err)
	}
	if r := f.CheckRecords(); len(r.Problems) != 1 || r.Problems[0].Fault != audit.Returned {
		t.Errorf("the check names %v", r.Problems)
	}
}

func mustRecipient(t *testing.T, f *storetest.Flow, person string) string {
	t.Helper()
	var p acts.Person
	if err := f.Store.Look(ctx, func(r acts.Reader) error { return r.Get(&p, person) }); err != nil {
		t.Fatal(err)
	}
	return p.Recipient
}

// TestRescueRaces: imports at once, a member lifted meanwhile, the newcomer who
// signs in twice at the same moment. However they fall, the unit has one next
// epoch with one member, or none and its members of before.
func TestRescueRaces(t *testing.T) {
	for round := range 6 {
		f, file, epoch := imported(t)
		f.Close()
		f.Point = func(name string) {
			if name == "before commit" {
				time.Sleep(20 * time.Millisecond) // what is prepared meanwhile is stale
			}
		}
		f.Open()
		console, desk, livia := acts.ConsoleCaller(), f.Units["desk"], f.People["livia"]
		var pending [2]string
		for i := range pending {
			var err error
			if pending[i], err = f.Door.Begin(ctx, livia.Username, livia.Passphrase, accounts.From{Address: "127.0.0.1"}); err != nil {
				t.Fatal(err)
			}
		}
		codes := []string{f.World.Code(livia), f.World.Code(livia)}
		f.Clock.Add(-30 * time.Second)
		var all sync.WaitGroup
		var got [2]*accounts.SignedIn
		var errs [2]error
		for i := range pending {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 10 * time.Millisecond)
				got[i], errs[i] = f.Door.Finish(ctx, pending[i], codes[i], accounts.From{Address: "127.0.0.1"})
			})
		}
		for range round % 3 {
			all.Go(func() { f.House.ImportRescue(ctx, console, file) })
		}
		var lifted error
		all.Go(func() {
			time.Sleep(time.Duration(round) * 40 * time.Millisecond)
			_, lifted = f.Office.Lift(ctx, console, f.People["anna"].ID)
		})
		all.Wait()
		if lifted != nil {
			t.Errorf("lifting a suspension: %v", lifted)
		}
		for i, err := range errs {
			if err != nil && !errors.Is(err, accounts.ErrSignIn) && !errors.Is(err, accounts.ErrWait) && !errors.Is(err, accounts.ErrThrottled) {
				t.Errorf("sign-in %d: %v", i, err)
			}
		}
		f.Clock.Add(2 * time.Minute)
		in := f.SignIn("livia")
		anna := f.SignIn("anna")
		taken := f.Store.Log().Epoch(desk) == epoch+1
		t.Logf("taken %v, %v, %v", taken, errs, leaves(t, f.World, policies.RecoveryRewrap, audit.Allowed))
		if taken != (in.State() == acts.Active) || taken == (anna.State() == acts.Active) {
			t.Errorf("livia is %s, anna is %s, the unit at epoch %d of %d", in.State(), anna.State(), f.Store.Log().Epoch(desk), epoch)
		}
		if r := f.CheckRecords(); len(r.Problems) != 0 {
			t.Errorf("checking the records: %v", r.Problems)
		}
	}
}

// TestRescueEndsWithAMember: a member who was back ends a rescue, also when she
// goes again before the newcomer signs in.
func TestRescueEndsWithAMember(t *testing.T) {
	f, file, epoch := imported(t)
	console, anna := acts.ConsoleCaller(), f.People["anna"].ID
	if _, err := f.Office.Lift(ctx, console, anna); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Door.Suspend(ctx, console, anna); err != nil {
		t.Fatal(err)
	}
	if got := f.SignIn("livia"); got.State() != acts.Waiting || f.Store.Log().Epoch(f.Units["desk"]) != epoch {
		t.Errorf("she is %s, the unit at epoch %d", got.State(), f.Store.Log().Epoch(f.Units["desk"]))
	}
	if _, err := f.House.ImportRescue(ctx, console, file); err != nil {
		t.Fatalf("importing again: %v", err)
	}
	if _, err := f.Door.Suspend(ctx, console, f.People["livia"].ID); err != nil {
		t.Fatal(err)
	}
	if in, err := f.TrySignIn(f.People["livia"]); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("a suspended newcomer: %v, %v", in, err)
	}
	if _, err := f.Office.Lift(ctx, console, f.People["livia"].ID); err != nil {
		t.Fatal(err)
	}
	if got := f.SignIn("livia"); got.State() != acts.Active || got.Epoch() != epoch+1 {
		t.Errorf("after an import of its own she is %s at epoch %d", got.State(), got.Epoch())
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// rescuedUnit has recovery rescue a unit for a newcomer of a role.
func rescuedUnit(t *testing.T, f *storetest.Flow, unit, member, newcomer string, role policies.Role) {
	t.Helper()
	console := acts.ConsoleCaller()
	f.Invite(newcomer, role, unit)
	if _, err := f.Door.Suspend(ctx, console, f.People[member].ID); err != nil {
		t.Fatal(err)
	}
	she := f.SignIn(newcomer)
	x, _, err := f.House.ExportRescue(ctx, console, f.Units[unit], newcomer)
	if err != nil {
		t.Fatal(err)
	}
	file, _ := rewrapped(t, f.World, f.Rescue, x, f.OwnWords(she, x.Epoch))
	if _, err := f.House.ImportRescue(ctx, console, file); err != nil {
		t.Fatal(err)
	}
}

// TestRescuedCentreIsSentNothing: on a referral that is under way, too, nothing
// new goes to a centre whose key recovery made before its words were compared.
func TestRescuedCentreIsSentNothing(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := f.Caller("anna")
	rescuedUnit(t, f, "centre", "bruna", "nora", policies.CentreWorker)
	if got := f.SignIn("nora"); got.State() != acts.Active {
		t.Fatalf("the newcomer is %s", got.State())
	}
	if _, err := f.Desk.Sharing.SendMessage(ctx, anna, f.Consent, typed.NewForm(), "dorme dalla sorella"); !errors.Is(err, kept.ErrPin) {
		t.Errorf("a message before the words were compared: %v", err)
	}
	safe := rule.SafeContact{Channels: map[string]string{"call": "yes"}, Number: "333 7654321"}
	if _, err := f.Desk.Cases.ChangeSafeContact(ctx, anna, f.Case, f.Version(f.Case), safe, "code_word"); err != nil {
		t.Errorf("changing the safe contact: %v", err)
	}
	v, _, err := f.Desk.Sharing.OpenReferral(ctx, f.SignIn("nora"), f.Consent)
	if err != nil {
		t.Fatal(err)
	}
	if !v.Safe.DeskOnly || v.Safe.Rule.Phone() != "" {
		t.Errorf("the centre learns %+v before its words were compared", v.Safe)
	}
	f.Pin("anna", "desk", "centre", "nora")
	if _, err := f.Desk.Sharing.SendMessage(ctx, anna, f.Consent, typed.NewForm(), "dopo"); err != nil {
		t.Errorf("a message after the words were compared: %v", err)
	}
	if _, err := f.Desk.Sharing.TellSafeContact(ctx, f.StepUp("anna", policies.ConsentExtend, f.Case), f.Case, f.Version(f.Case), []string{f.Consent}); err != nil {
		t.Fatal(err)
	}
	if v, _, err = f.Desk.Sharing.OpenReferral(ctx, f.SignIn("nora"), f.Consent); err != nil || v.Safe.Rule.Phone() == "" {
		t.Errorf("the safe contact after the words were compared: %+v, %v", v.Safe, err)
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestRescuedAuditUnit: the newcomer reads what was recorded before, what happens
// meanwhile is recorded for her, and no act fails because the key changed.
func TestRescuedAuditUnit(t *testing.T) {
	f := storetest.NewFlow(t)
	rescuedUnit(t, f, "audit", "clara", "dora", policies.Auditor)
	anna := f.Caller("anna")
	prepared := false
	_, err := acts.Do(ctx, f.Gate, f.Store.Look, anna, policies.MemberList, func(r acts.Reader, act *acts.Act) error {
		if !prepared {
			prepared = true
			if got := f.SignIn("dora"); got.State() != acts.Active {
				t.Errorf("the newcomer is %s", got.State())
			}
		}
		return act.Allow(policies.Object{Kind: policies.KindUnit, ID: anna.Unit(), Unit: anna.Unit(), Agency: f.Agency, UnitKind: acts.KindDesk})
	})
	if err != nil {
		t.Errorf("an act across the new epoch of the audit unit: %v", err)
	}
	if _, _, err := f.Desk.OpenCase(ctx, anna, f.Case, storetest.Parts...); err != nil {
		t.Fatal(err)
	}
	dora := f.SignIn("dora")
	page, _, err := f.Desk.AuditLog.Read(ctx, dora, auditlog.Filter{Action: "case.open", Outcome: audit.Allowed})
	if err != nil || len(page.Entries) < 3 {
		t.Fatalf("%d entries, %v", len(page.Entries), err)
	}
	for _, e := range page.Entries {
		if _, d, _, err := f.Desk.AuditLog.ProveEntry(ctx, dora, e.Index); err != nil || d == nil {
			t.Errorf("the detail of leaf %d: %v, %v", e.Index, d, err)
		}
	}
	if r, err := f.Store.Log().CheckDetails(ctx, f.Store.Details()); err != nil || len(r.Problems) != 0 {
		t.Errorf("checking the details: %v, %v", r.Problems, err)
	}
}

// TestRestoreForgetsARescue: a rescue that waited in the copy may have been in
// force since, and its key be with somebody who left. It is asked anew.
func TestRestoreForgetsARescue(t *testing.T) {
	f, _, epoch := imported(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := store.CopyMain(ctx, f.Dir, copied); err != nil {
		t.Fatal(err)
	}
	f.Restore(copied)
	if _, err := f.Office.Lift(ctx, acts.ConsoleCaller(), f.People["livia"].ID); err != nil {
		t.Fatal(err)
	}
	if got := f.SignIn("livia"); got.State() != acts.Waiting || f.Store.Log().Epoch(f.Units["desk"]) != epoch {
		t.Errorf("she is %s, the unit at epoch %d", got.State(), f.Store.Log().Epoch(f.Units["desk"]))
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}
