package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// identity makes a recovery identity, as somebody does off the server.
func identity(t *testing.T) crypto.Identity {
	t.Helper()
	return storetest.Must(crypto.NewIdentity())(t)
}

// recoveryRow reads where the recovery of a unit stands.
func recoveryRow(t *testing.T, w *storetest.World, unit string) *units.UnitRecovery {
	t.Helper()
	var row units.UnitRecovery
	if err := w.Store.Look(ctx, func(r acts.Reader) error { return r.Get(&row, w.Units[unit]) }); err != nil {
		t.Fatal(err)
	}
	return &row
}

// opensEpoch tells whether an identity opens the key of a unit's epoch, as its
// recovery.
func opensEpoch(w *storetest.World, id crypto.Identity, unit string, epoch int64) bool {
	var row acts.UnitWrap
	wrap := fmt.Sprintf("%s.%d.%s", w.Units[unit], epoch, acts.RecoveryPerson)
	if err := w.Store.Look(ctx, func(r acts.Reader) error { return r.Get(&row, wrap) }); err != nil {
		return false
	}
	_, err := crypto.Unwrap(id, crypto.WrapContext{Purpose: "unit-epoch", Unit: w.Units[unit], Person: acts.RecoveryPerson, Epoch: epoch}, row.Wrapped)
	return err == nil
}

// propose, seconded and accept are a member's acts, with words she heard.
func propose(w *storetest.World, name, unit string, id crypto.Identity, heard units.Words) error {
	_, _, err := w.House.SetRecovery(ctx, w.StepUp(name, policies.RecoverySet, w.Units[unit]), id.Recipient().String(), heard)
	return err
}

func seconded(w *storetest.World, name, unit string, heard units.Words) error {
	return failed(w.Door.ConfirmRecovery(ctx, w.StepUp(name, policies.RecoveryConfirm, w.Units[unit]), heard))
}

func accept(w *storetest.World, name, unit string, heard units.Words) error {
	return failed(w.Door.AcceptRecovery(ctx, w.StepUp(name, policies.RecoveryAccept, w.Units[unit]), heard))
}

func failed(_ audit.Receipt, err error) error { return err }

func wordsFor(w *storetest.World, id crypto.Identity, unit string) units.Words {
	return w.RecoveryWords(id.Recipient(), w.Units[unit])
}

// TestRecoveryNeedsTwoMembers: what one member proposes, another confirms who was
// there before; a newcomer, another unit and the proposer herself do not.
func TestRecoveryNeedsTwoMembers(t *testing.T) {
	w := storetest.New(t).Wide()
	id := identity(t)
	words := wordsFor(w, id, "desk")
	if err := seconded(w, "gina", "desk", words); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("confirming what nobody proposed: %v", err)
	}
	if _, _, err := w.House.SetRecovery(ctx, w.SignIn("anna"), id.Recipient().String(), words); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("proposing without a step-up: %v", err)
	}
	wrong := words
	wrong[0], wrong[1] = words[1], words[0]
	for what, heard := range map[string]units.Words{"a wrong word": wrong, "words for another unit": wordsFor(w, id, "service")} {
		if err := propose(w, "anna", "desk", id, heard); !errors.Is(err, units.ErrWords) {
			t.Errorf("proposing with %s: %v", what, err)
		}
	}
	if err := propose(w, "anna", "desk", id, words); err != nil {
		t.Fatal(err)
	}
	if opensEpoch(w, id, "desk", 1) || w.Store.Log().Epoch(w.Units["desk"]) != 1 {
		t.Error("a proposal alone is in force")
	}
	w.Join("desk", "nina", policies.IntakeWorker, "anna")
	for name, want := range map[string]error{"anna": acts.ErrDenied, "sofia": acts.ErrDenied, "nina": acts.ErrDenied} {
		if err := seconded(w, name, "desk", words); !errors.Is(err, want) {
			t.Errorf("%s confirms: %v, want %v", name, err, want)
		}
	}
	if err := seconded(w, "gina", "desk", wordsFor(w, identity(t), "desk")); !errors.Is(err, units.ErrWords) {
		t.Errorf("confirming with another recipient's words: %v", err)
	}
	if err := seconded(w, "gina", "desk", words); err != nil {
		t.Fatal(err)
	}
	if err := seconded(w, "lia", "desk", words); !errors.Is(err, units.ErrNothingProposed) && !errors.Is(err, acts.ErrCovered) {
		t.Errorf("confirming twice: %v", err)
	}
	if !opensEpoch(w, id, "desk", 2) || opensEpoch(w, w.Rescue, "desk", 2) || !opensEpoch(w, w.Rescue, "desk", 1) {
		t.Error("the new epoch is not for the recipient in force, and for it alone")
	}
	if opensEpoch(w, id, "service", 1) || w.Store.Log().Epoch(w.Units["service"]) != 1 {
		t.Error("another unit of the agency follows without having been asked")
	}
	for _, name := range []string{"anna", "gina", "lia", "nina"} {
		if who := w.SignIn(name); who.Epoch() != 2 {
			t.Errorf("%s holds epoch %d after the change", name, who.Epoch())
		}
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestRecoveryOfOneMember: whoever is alone proposes and waits, and meanwhile the
// unit's senders and the auditor see it and may stop it.
func TestRecoveryOfOneMember(t *testing.T) {
	w := storetest.New(t).Standard()
	id := identity(t)
	words := wordsFor(w, id, "service")
	news := func(name, unit, want string) {
		t.Helper()
		all := storetest.Must(w.House.RecoveryNews(ctx, w.SignIn(name)))(t)
		for _, n := range all {
			if n.Unit == w.Units[unit] && n.Kind == want {
				return
			}
		}
		if want != "" || len(all) != 0 {
			t.Errorf("%s sees %+v, want %q of %s", name, all, want, unit)
		}
	}
	for _, stops := range []string{"anna", "clara", "sofia"} {
		if err := propose(w, "sofia", "service", id, words); err != nil {
			t.Fatal(err)
		}
		news("sofia", "service", units.RecoveryWaits)
		news("anna", "service", units.RecoveryWaits)
		news("clara", "service", units.RecoveryWaits)
		news("bruna", "service", "")
		if _, err := w.House.StopRecovery(ctx, w.SignIn("bruna"), w.Units["service"]); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("a unit that never sends there stops it: %v", err)
		}
		if err := accept(w, "sofia", "service", words); !errors.Is(err, units.ErrTooEarly) {
			t.Errorf("accepting at once: %v", err)
		}
		w.Clock.Add(13 * 24 * time.Hour)
		if err := accept(w, "sofia", "service", words); !errors.Is(err, units.ErrTooEarly) {
			t.Errorf("accepting on the thirteenth day: %v", err)
		}
		if _, err := w.House.StopRecovery(ctx, w.SignIn(stops), w.Units["service"]); err != nil {
			t.Fatalf("%s stops it: %v", stops, err)
		}
		w.Clock.Add(24 * time.Hour)
		if err := accept(w, "sofia", "service", words); !errors.Is(err, units.ErrNothingProposed) {
			t.Errorf("accepting what %s stopped: %v", stops, err)
		}
		news("anna", "service", "")
	}
	w.AcceptAlone("service", "sofia", id)
	if !opensEpoch(w, id, "service", 2) || opensEpoch(w, id, "service", 1) {
		t.Error("it is in force with a new epoch, and for that alone")
	}
	news("clara", "service", units.RecoveryChanged)
	news("anna", "service", "")
	if inForce, _, err := w.House.SetRecovery(ctx, w.StepUp("sofia", policies.RecoverySet, w.Units["service"]), id.Recipient().String(), words); err != nil || !inForce || recoveryRow(t, w, "service").Proposed != "" {
		t.Errorf("proposing the one in force: %v, %v", inForce, err)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestNobodyIsAloneByForce: whoever may suspend, or remove, cannot make of
// somebody the only member of her unit; accounts that nobody admitted count for
// nothing.
func TestNobodyIsAloneByForce(t *testing.T) {
	w := storetest.New(t).Standard()
	w.Join("desk", "lia", policies.IntakeWorker, "anna")
	id := identity(t)
	words := wordsFor(w, id, "desk")
	w.Invite("mai", policies.IntakeWorker, "desk")
	console := acts.ConsoleCaller()
	for _, name := range []string{"lia", "mai"} {
		if _, err := w.Door.Suspend(ctx, console, w.People[name].ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := propose(w, "anna", "desk", id, words); !errors.Is(err, units.ErrNoWitness) {
		t.Errorf("proposing while the only colleague is suspended: %v", err)
	}
	lia := w.People["lia"].ID
	noError(t, failed(leaving(w).ProposeRemoval(ctx, w.StepUp("anna", policies.RemovalPropose, lia), lia, false)))
	w.Clock.Add(14 * 24 * time.Hour)
	noError(t, failed(w.Door.RemoveAlone(ctx, w.Fresh("anna", policies.RemovalAlone, lia), lia)))
	w.Clock.Add(30 * 24 * time.Hour)
	if err := propose(w, "anna", "desk", id, words); !errors.Is(err, units.ErrNoWitness) {
		t.Errorf("proposing thirty days after the only colleague was removed: %v", err)
	}
	w.Clock.Add(24 * time.Hour)
	if err := propose(w, "anna", "desk", id, words); err != nil {
		t.Fatalf("proposing once she is long gone, beside an account that nobody admitted: %v", err)
	}
	w.Clock.Add(14 * 24 * time.Hour)
	w.Join("desk", "zoe", policies.IntakeWorker, "anna")
	if err := accept(w, "anna", "desk", words); !errors.Is(err, units.ErrNotAlone) {
		t.Errorf("accepting alone beside a newcomer: %v", err)
	}
	if err := seconded(w, "zoe", "desk", words); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the newcomer confirms: %v", err)
	}
}

// TestProposalEndsWithItsProposer: who is removed, suspended, or changed her
// passphrase since somebody may know it, proposes nothing.
func TestProposalEndsWithItsProposer(t *testing.T) {
	for what, c := range map[string]struct {
		end  func(w *storetest.World) error
		want error
		row  bool
	}{
		"suspended": {func(w *storetest.World) error {
			return failed(w.Door.Suspend(ctx, acts.ConsoleCaller(), w.People["lia"].ID))
		}, units.ErrProposer, true},
		"removed": {func(w *storetest.World) error {
			return failed(w.Door.Remove(ctx, w.StepUp("gina", policies.MemberRemove, w.People["lia"].ID), w.People["lia"].ID, false))
		}, units.ErrNothingProposed, false},
		"suspicion": {func(w *storetest.World) error {
			return failed(w.Door.ChangePassphrase(ctx, w.StepUp("lia", policies.PassphraseChange, w.People["lia"].ID), string(crypto.NewPassphrase()), true))
		}, units.ErrNothingProposed, false},
	} {
		t.Run(what, func(t *testing.T) {
			w := storetest.New(t).Wide()
			id := identity(t)
			words := wordsFor(w, id, "desk")
			if err := propose(w, "lia", "desk", id, words); err != nil {
				t.Fatal(err)
			}
			if err := c.end(w); err != nil {
				t.Fatal(err)
			}
			if err := seconded(w, "anna", "desk", words); !errors.Is(err, c.want) {
				t.Errorf("confirming: %v, want %v", err, c.want)
			}
			if row := recoveryRow(t, w, "desk"); (row.Proposed != "") != c.row || row.Number != 1 {
				t.Errorf("the row: %d recipients, proposed %t", row.Number, row.Proposed != "")
			}
		})
	}
}

// TestRecoveryTakenAway: at once, with a new epoch that opens for the members
// alone; nothing is restricted any more, and what was stays so for its names.
func TestRecoveryTakenAway(t *testing.T) {
	f := storetest.NewFlow(t)
	desk := f.Units["desk"]
	if _, err := f.Door.RemoveRecovery(ctx, f.SignIn("lia")); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("taking it away without a step-up: %v", err)
	}
	before := f.Store.Log().Epoch(desk)
	if _, err := f.Door.RemoveRecovery(ctx, f.StepUp("lia", policies.RecoveryRemove, desk)); err != nil {
		t.Fatal(err)
	}
	if f.Store.Log().Epoch(desk) != before+1 || opensEpoch(f.World, f.Rescue, "desk", before+1) {
		t.Error("no new epoch, or one that the old recipient opens")
	}
	anna := f.SignIn("anna")
	if err := f.Desk.Cases.AdoptNamed(ctx, anna); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: "r", OpenCase: true, Restrict: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "info_only"}}); !errors.Is(err, kept.ErrNoRecovery) {
		t.Errorf("restricting without recovery: %v", err)
	}
	for _, id := range []string{f.Case, f.Restricted} {
		if _, err := f.Desk.Cases.AddNote(ctx, anna, id, typed.NewForm(), "other", "scritto dopo averla tolta"); err != nil {
			t.Fatal(err)
		}
	}
	if v, _, err := f.Desk.OpenCase(ctx, anna, f.Restricted, storetest.Parts...); err != nil || !v.Restricted {
		t.Errorf("who is named opens what is restricted: %v", err)
	}
	rescue := newRing(t, f.World, acts.Caller{}, &ring{ids: []crypto.Identity{f.Rescue}})
	if !rescue.reads(f.Words["restricted note"]) || rescue.opened["unit_epoch.identity"] == 0 {
		t.Fatalf("the recovery of before opens not even what it could: this test would prove nothing: %v", rescue.opened)
	}
	rescue.mustNotOpen(t, "scritto dopo averla tolta")
	if _, err := f.Door.RemoveRecovery(ctx, f.StepUp("gina", policies.RecoveryRemove, desk)); !errors.Is(err, units.ErrNoRecovery) {
		t.Errorf("taking away what is not there: %v", err)
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestRestrictedFollowsRecovery: the next write to a restricted case is for the
// recipient in force, and no longer for the one before.
func TestRestrictedFollowsRecovery(t *testing.T) {
	f := storetest.NewFlow(t)
	id := identity(t)
	words := wordsFor(f.World, id, "desk")
	if err := propose(f.World, "anna", "desk", id, words); err != nil {
		t.Fatal(err)
	}
	if err := seconded(f.World, "gina", "desk", words); err != nil {
		t.Fatal(err)
	}
	anna := f.SignIn("anna")
	if err := f.Desk.Cases.AdoptNamed(ctx, anna); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{f.Case, f.Restricted} {
		if _, err := f.Desk.Cases.AddNote(ctx, anna, id, typed.NewForm(), "other", "scritto dopo il cambio"); err != nil {
			t.Fatal(err)
		}
	}
	newRing(t, f.World, acts.Caller{}, &ring{ids: []crypto.Identity{f.Rescue}}).mustNotOpen(t, "scritto dopo il cambio")
	now := newRing(t, f.World, acts.Caller{}, &ring{ids: []crypto.Identity{id}})
	for _, w := range []string{"scritto dopo il cambio", f.Words["restricted request"], f.Words["request"]} {
		if !now.reads(w) {
			t.Errorf("the recovery in force does not open %q", w)
		}
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestRestoreShowsRecovery: what was proposed may have been stopped since the
// copy, and what was in force taken away.
func TestRestoreShowsRecovery(t *testing.T) {
	f := storetest.NewFlow(t)
	id := identity(t)
	words := wordsFor(f.World, id, "desk")
	if err := propose(f.World, "anna", "desk", id, words); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := store.CopyMain(ctx, f.Dir, copied); err != nil {
		t.Fatal(err)
	}
	f.Restore(copied)
	for _, name := range []string{"anna", "gina"} {
		if _, err := f.Office.Lift(ctx, acts.ConsoleCaller(), f.People[name].ID); err != nil {
			t.Fatal(err)
		}
	}
	gina := f.SignIn("gina")
	news := storetest.Must(f.House.RecoveryNews(ctx, gina))(t)
	if len(news) != 1 || news[0].Kind != units.RecoveryChanged {
		t.Errorf("after a restore she sees %+v", news)
	}
	if row := recoveryRow(t, f.World, "desk"); row.Proposed != "" || row.Number != 1 {
		t.Errorf("%d recipients, proposed %t", row.Number, row.Proposed != "")
	}
}

// TestRecoveryGoesWithWhoseWordItWas: the epoch that shuts a member out does not
// open to the recovery identity that she proposed, and may have kept.
func TestRecoveryGoesWithWhoseWordItWas(t *testing.T) {
	f := storetest.NewFlow(t)
	desk := f.Units["desk"]
	hers, err := crypto.NewIdentity()
	noError(t, err)
	words := f.RecoveryWords(hers.Recipient(), desk)
	_, _, err = f.House.SetRecovery(ctx, f.StepUp("gina", policies.RecoverySet, desk), hers.Recipient().String(), words)
	noError(t, err)
	_, err = f.Door.ConfirmRecovery(ctx, f.StepUp("lia", policies.RecoveryConfirm, desk), words)
	noError(t, err)
	if !opensEpoch(f.World, hers, "desk", f.Store.Log().Epoch(desk)) {
		t.Fatal("the recovery in force opens nothing: this test would prove nothing")
	}
	noError(t, f.TakeOut("lia", "gina", true))
	if opensEpoch(f.World, hers, "desk", f.Store.Log().Epoch(desk)) {
		t.Error("the epoch after her removal opens to the recovery that she had proposed")
	}
}
