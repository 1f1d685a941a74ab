package store_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// lost makes a desk that nobody can open any more, and livia, who waits in it.
func lost(t *testing.T) (*storetest.Flow, *storetest.Account, acts.Caller) {
	t.Helper()
	f := storetest.NewFlow(t)
	livia := f.Invite("livia", policies.IntakeWorker, "desk")
	for _, name := range []string{"anna", "lia", "gina"} {
		if _, err := f.Door.Suspend(ctx, acts.ConsoleCaller(), f.People[name].ID); err != nil {
			t.Fatal(err)
		}
	}
	return f, livia, f.SignIn("livia")
}

func exported(t *testing.T, w *storetest.World, newcomer string) *units.RescueWrap {
	t.Helper()
	x, _, err := w.House.ExportRescue(ctx, acts.ConsoleCaller(), w.Units["desk"], newcomer)
	if err != nil {
		t.Fatalf("exporting: %v", err)
	}
	b, err := x.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if x, err = units.ParseRescueWrap(b); err != nil {
		t.Fatalf("reading the export: %v", err)
	}
	return x
}

// rewrapped is what the unit's people make on their own computer.
func rewrapped(t *testing.T, w *storetest.World, id crypto.Identity, x *units.RescueWrap, heard units.Words) (*units.RescueFile, units.Words) {
	t.Helper()
	f, unit, err := units.Rewrap(w.Stretcher, id, x, func() (units.Words, error) { return heard, nil })
	if err != nil {
		t.Fatalf("rewrapping: %v", err)
	}
	b, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if f, err = units.ParseRescueFile(b); err != nil {
		t.Fatalf("reading the new epoch: %v", err)
	}
	return f, unit
}

// leaves counts the leaves of an action with an outcome.
func leaves(t *testing.T, w *storetest.World, a policies.Action, o audit.Outcome) int {
	t.Helper()
	n := 0
	err := w.Store.Source().EachLeaf(ctx, 0, w.Store.Log().Size(), func(_ int64, body []byte) error {
		l, err := audit.ParseLeaf(body)
		if err == nil && l.Action == string(a) && l.Outcome == o {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRescuedUnitOpensOldCases: when nobody is left who can open a unit, the
// unit's recovery makes the next epoch off the server, and the newcomer whose
// words were compared opens what was written before. Who was there before opens
// nothing written since.
func TestRescuedUnitOpensOldCases(t *testing.T) {
	f := storetest.NewFlow(t)
	before := f.SignIn("lia") // with her identity and the unit's keys
	f.Invite("livia", policies.IntakeWorker, "desk")
	for _, name := range []string{"anna", "lia", "gina"} {
		if _, err := f.Door.Suspend(ctx, acts.ConsoleCaller(), f.People[name].ID); err != nil {
			t.Fatal(err)
		}
	}
	livia, epoch := f.SignIn("livia"), f.Store.Log().Epoch(f.Units["desk"])
	x := exported(t, f.World, "livia")
	file, words := rewrapped(t, f.World, f.Rescue, x, f.OwnWords(livia, epoch))
	if _, err := f.House.ImportRescue(ctx, acts.ConsoleCaller(), file); err != nil {
		t.Fatalf("importing: %v", err)
	}
	if now := f.Store.Log().Epoch(f.Units["desk"]); now != epoch {
		t.Fatalf("the epoch is in force before anybody opened it: %d", now)
	}
	livia = f.SignIn("livia")
	if livia.State() != acts.Active || livia.Epoch() != epoch+1 {
		t.Fatalf("after the import she is %s with epoch %d", livia.State(), livia.Epoch())
	}
	v, _, err := f.Desk.OpenCase(ctx, livia, f.Other, storetest.Parts...)
	if !errors.Is(err, acts.ErrDenied) {
		t.Errorf("she opens a case restricted to others: %q, %v", v.Card.Alias, err)
	}
	if v, _, err = f.Desk.OpenCase(ctx, livia, f.Closed, storetest.Parts...); err != nil || v.Card.Alias != f.Words["closed alias"] {
		t.Fatalf("opening an old case: %v", err)
	}
	if got, err := f.House.UnitWordsOf(ctx, livia); err != nil || got != words {
		t.Errorf("the unit's words on her page: %v, %v; want those printed off the server", got, err)
	}
	if _, err := f.Desk.Cases.AddNote(ctx, livia, f.Closed, typed.NewForm(), "other", "scritto dopo il recupero"); err != nil {
		t.Fatal(err)
	}
	if n := leaves(t, f.World, policies.RecoveryRewrap, audit.Allowed); n != 1 {
		t.Errorf("%d leaves of the new epoch, want 1", n)
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
	f.Close()
	f.Open()
	old := newRing(t, f.World, before)
	if !old.reads(f.Words["requester"]) {
		t.Fatal("her old keys open nothing at all: this test would prove nothing")
	}
	old.mustNotOpen(t, "scritto dopo il recupero")
	if !newRing(t, f.World, f.SignIn("livia")).reads("scritto dopo il recupero") {
		t.Error("the newcomer's keys do not open it: this test proves nothing")
	}
	if _, err := f.Office.Lift(ctx, acts.ConsoleCaller(), f.People["lia"].ID); err != nil {
		t.Fatal(err)
	}
	if lia := f.SignIn("lia"); lia.State() != acts.Waiting || lia.Epoch() != 0 {
		t.Errorf("a lifted member of before is %s with epoch %d, want waiting with none", lia.State(), lia.Epoch())
	}
	again := exportedAgain(t, f.World, epoch+1)
	if _, err := crypto.Unwrap(f.Rescue, crypto.WrapContext{Purpose: "unit-epoch", Unit: f.Units["desk"], Person: acts.RecoveryPerson, Epoch: epoch + 1}, again.Wrapped); err != nil {
		t.Errorf("the new epoch is not handed to the unit's recovery: %v", err)
	}
}

func exportedAgain(t *testing.T, w *storetest.World, epoch int64) *acts.UnitWrap {
	t.Helper()
	var row acts.UnitWrap
	rows := func(r acts.Reader) error {
		wraps, err := acts.WrapsOfEpoch.Rows(r, w.Units["desk"], epoch)
		for _, one := range wraps {
			if one.Person == acts.RecoveryPerson {
				row = *one
			}
		}
		return err
	}
	if err := w.Store.Look(ctx, rows); err != nil || row.ID == "" {
		t.Fatalf("the wrap for recovery: %q, %v", row.ID, err)
	}
	return &row
}

// TestRescueStops: each thing that does not fit stops a rescue, and moves nothing.
func TestRescueStops(t *testing.T) {
	f, account, livia := lost(t)
	console, desk := acts.ConsoleCaller(), f.Units["desk"]
	epoch := f.Store.Log().Epoch(desk)
	x := exported(t, f.World, "livia")
	words := f.OwnWords(livia, epoch)
	heard := func(w units.Words) func() (units.Words, error) {
		return func() (units.Words, error) { return w, nil }
	}
	wrong := words
	wrong[0], wrong[1] = words[1], words[0]
	if file, _, err := units.Rewrap(f.Stretcher, f.Rescue, x, heard(wrong)); !errors.Is(err, units.ErrWords) || file != nil {
		t.Errorf("a wrong word: %v, file %v", err, file != nil)
	}
	other := func(change func(*units.RescueWrap)) *units.RescueWrap { y := *x; change(&y); return &y }
	somebody, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := units.Rewrap(f.Stretcher, somebody, x, heard(words)); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("another recovery identity: %v", err)
	}
	for what, y := range map[string]*units.RescueWrap{
		"a replaced recipient": other(func(y *units.RescueWrap) { y.Newcomer = somebody.Recipient().String() }),
		"another person":       other(func(y *units.RescueWrap) { y.Person = f.People["lia"].ID }),
		"another agency":       other(func(y *units.RescueWrap) { y.Agency = "altra" }),
	} {
		if _, _, err := units.Rewrap(f.Stretcher, f.Rescue, y, heard(words)); !errors.Is(err, units.ErrWords) {
			t.Errorf("%s: %v, want ErrWords", what, err)
		}
	}
	for what, y := range map[string]*units.RescueWrap{
		"another unit":  other(func(y *units.RescueWrap) { y.Unit = f.Units["service"] }),
		"another epoch": other(func(y *units.RescueWrap) { y.Epoch++ }),
	} {
		if _, _, err := units.Rewrap(f.Stretcher, f.Rescue, y, heard(words)); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("%s: %v, want crypto.ErrOpen", what, err)
		}
	}
	file, _ := rewrapped(t, f.World, f.Rescue, x, words)
	change := func(c func(*units.RescueFile)) *units.RescueFile { g := *file; c(&g); return &g }
	for what, c := range map[string]struct {
		file *units.RescueFile
		want error
	}{
		"an epoch too far":    {change(func(g *units.RescueFile) { g.Epoch++ }), units.ErrEpochMoved},
		"the epoch in force":  {change(func(g *units.RescueFile) { g.Epoch-- }), units.ErrEpochMoved},
		"another key":         {change(func(g *units.RescueFile) { g.Newcomer = somebody.Recipient().String() }), units.ErrEpochMoved},
		"other words":         {change(func(g *units.RescueFile) { g.Words = wrong }), units.ErrWords},
		"a suspended person":  {change(func(g *units.RescueFile) { g.Person = f.People["lia"].ID }), acts.ErrConflict},
		"another unit's":      {change(func(g *units.RescueFile) { g.Unit = f.Units["centre"] }), units.ErrMembers},
		"a unit there is not": {change(func(g *units.RescueFile) { g.Unit = "nessuna" }), acts.ErrDenied},
	} {
		if _, err := f.House.ImportRescue(ctx, console, c.file); !errors.Is(err, c.want) {
			t.Errorf("importing %s: %v, want %v", what, err, c.want)
		}
	}
	for _, who := range []acts.Caller{f.SignIn("clara"), f.SignIn("bruna"), livia} {
		if _, err := f.House.ImportRescue(ctx, who, file); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("a %s imports: %v", who.Role(), err)
		}
		if _, _, err := f.House.ExportRescue(ctx, who, desk, "livia"); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("a %s exports: %v", who.Role(), err)
		}
	}
	if _, _, err := f.House.ExportRescue(ctx, console, desk, "anna"); !errors.Is(err, acts.ErrConflict) {
		t.Errorf("exporting for a suspended person: %v", err)
	}
	if got := f.SignIn("livia"); got.State() != acts.Waiting || f.Store.Log().Epoch(desk) != epoch || account.ID != got.Person() {
		t.Errorf("she is %s, epoch %d: nothing should have moved", got.State(), f.Store.Log().Epoch(desk))
	}
	if n := leaves(t, f.World, policies.RecoveryImport, audit.Failed); n < 5 {
		t.Errorf("%d failed imports in the log", n)
	}
}

// TestRescueWaitsForNobodyElse: a member who can open the unit is the one who
// admits; a rescue under way ends when she is back.
func TestRescueWaitsForNobodyElse(t *testing.T) {
	f, _, livia := lost(t)
	console, desk := acts.ConsoleCaller(), f.Units["desk"]
	epoch := f.Store.Log().Epoch(desk)
	file, _ := rewrapped(t, f.World, f.Rescue, exported(t, f.World, "livia"), f.OwnWords(livia, epoch))
	if _, err := f.House.ImportRescue(ctx, console, file); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Office.Lift(ctx, console, f.People["anna"].ID); err != nil {
		t.Fatal(err)
	}
	if got := f.SignIn("livia"); got.State() != acts.Waiting || f.Store.Log().Epoch(desk) != epoch {
		t.Errorf("a rescue goes on beside a member: %s, epoch %d", got.State(), f.Store.Log().Epoch(desk))
	}
	if _, _, err := f.House.ExportRescue(ctx, console, desk, "livia"); !errors.Is(err, units.ErrMembers) {
		t.Errorf("exporting beside a member: %v", err)
	}
	if _, err := f.House.ImportRescue(ctx, console, file); !errors.Is(err, units.ErrMembers) {
		t.Errorf("importing beside a member: %v", err)
	}
	if _, _, err := f.Desk.OpenCase(ctx, f.SignIn("anna"), f.Case, storetest.Parts...); err != nil {
		t.Errorf("the member who is back: %v", err)
	}
	centre := f.Units["centre"]
	if _, err := f.Door.RemoveRecovery(ctx, f.StepUp("bruna", policies.RecoveryRemove, centre)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Door.Suspend(ctx, console, f.People["bruna"].ID); err != nil {
		t.Fatal(err)
	}
	f.Invite("nora", policies.CentreWorker, "centre")
	if _, _, err := f.House.ExportRescue(ctx, console, centre, "nora"); !errors.Is(err, units.ErrNoRecovery) {
		t.Errorf("exporting a unit whose key no recovery has: %v", err)
	}
}

// fakeWrap is an export of an epoch that somebody without the unit's key made up,
// for an identity of his own.
func fakeWrap(t *testing.T, x *units.RescueWrap) (*units.RescueWrap, crypto.Identity) {
	t.Helper()
	recovery, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	unit, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	fake, key := *x, crypto.NewKey()
	id := fake.Unit + "." + string(rune('0'+fake.Epoch))
	fake.Recipient = unit.Recipient().String()
	fake.Identity = key.Seal(crypto.Binding{Table: "unit_epoch", Row: id, Column: "identity", Version: 1}, []byte(unit.Secret()))
	fake.Commitment = key.Commitment("unit-epoch", id)
	w, err := crypto.Wrap(recovery.Recipient(), crypto.WrapContext{Purpose: "unit-epoch", Unit: fake.Unit, Person: acts.RecoveryPerson, Epoch: fake.Epoch}, key)
	if err != nil {
		t.Fatal(err)
	}
	fake.Wrapped = w
	return &fake, recovery
}

// TestForgedRescueOpensNothing: an administrator with the console shuts a unit's
// people out, invites an account of his own and imports an epoch that he made. He
// stays outside, the unit's keys are what they were, and the log has it all.
func TestForgedRescueOpensNothing(t *testing.T) {
	f, _, him := lost(t) // livia is his invention
	console, desk := acts.ConsoleCaller(), f.Units["desk"]
	epoch := f.Store.Log().Epoch(desk)
	x := exported(t, f.World, "livia")
	words := f.OwnWords(him, epoch)
	fake, recovery := fakeWrap(t, x)
	forged, _ := rewrapped(t, f.World, recovery, fake, words)
	genuine, _ := rewrapped(t, f.World, f.Rescue, x, words) // which he cannot make, but might find
	mixed := func(c func(g *units.RescueFile)) *units.RescueFile { g := *forged; c(&g); return &g }
	flipped := *genuine
	flipped.MAC = append([]byte{}, genuine.MAC...)
	flipped.MAC[0] ^= 1
	for what, file := range map[string]*units.RescueFile{
		"his own":                      forged,
		"with a genuine MAC":           mixed(func(g *units.RescueFile) { g.MAC = genuine.MAC }),
		"with a genuine epoch before":  mixed(func(g *units.RescueFile) { g.Before, g.MAC = genuine.Before, genuine.MAC }),
		"genuine, with another MAC":    &flipped,
		"genuine, wrapped to somebody": func() *units.RescueFile { g := *genuine; g.Wrapped = forged.Wrapped; return &g }(),
		"not wrapped at all":           mixed(func(g *units.RescueFile) { g.Wrapped = []byte("age") }),
	} {
		refused := leaves(t, f.World, policies.RecoveryRewrap, audit.Refused)
		if _, err := f.House.ImportRescue(ctx, console, file); err != nil {
			t.Fatalf("importing an epoch %s: %v", what, err)
		}
		got := f.SignIn("livia")
		if got.State() != acts.Waiting || got.Epoch() != 0 || f.Store.Log().Epoch(desk) != epoch {
			t.Errorf("an epoch %s: he is %s, the unit at epoch %d", what, got.State(), f.Store.Log().Epoch(desk))
		}
		if _, _, err := f.Desk.OpenCase(ctx, got, f.Case, storetest.Parts...); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("an epoch %s: he opens a case: %v", what, err)
		}
		if n := leaves(t, f.World, policies.RecoveryRewrap, audit.Refused); n != refused+1 {
			t.Errorf("an epoch %s: %d refusals in the log, want one more than %d", what, n, refused)
		}
		again := f.SignIn("livia")
		if n := leaves(t, f.World, policies.RecoveryRewrap, audit.Refused); n != refused+1 || again.State() != acts.Waiting {
			t.Errorf("an epoch %s is still there after its refusal", what)
		}
	}
	k := newRing(t, f.World, f.SignIn("livia"))
	k.mustNotOpen(t, f.Words["alias"], f.Words["request"], f.Words["note"])
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
	if _, err := f.Office.Lift(ctx, console, f.People["anna"].ID); err != nil {
		t.Fatal(err)
	}
	if v, _, err := f.Desk.OpenCase(ctx, f.SignIn("anna"), f.Case, storetest.Parts...); err != nil || v.Card.Alias != f.Words["alias"] {
		t.Errorf("the desk lost its case: %v", err)
	}
}

// TestForgedRescueRow: an epoch put into the database without a leaf is not used.
func TestForgedRescueRow(t *testing.T) {
	f, _, livia := lost(t)
	desk := f.Units["desk"]
	epoch := f.Store.Log().Epoch(desk)
	file, _ := rewrapped(t, f.World, f.Rescue, exported(t, f.World, "livia"), f.OwnWords(livia, epoch))
	db := raw(t, f.World, "sportello.db")
	defer db.Close()
	if _, err := db.Exec(`INSERT INTO rescue (id, version, epoch, person, recipient, identity, commitment, before, mac, wrapped, day, words)
		VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, '2026-11-20', ?)`, desk, file.Epoch, file.Person, file.Recipient, file.Identity, file.Commitment,
		file.Before, file.MAC, file.Wrapped, file.Words.String()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.TrySignIn(f.People["livia"]); !errors.Is(err, acts.ErrTampered) {
		t.Errorf("signing in beside a row without a leaf: %v, want ErrTampered", err)
	}
	if got := f.Store.Log().Epoch(desk); got != epoch {
		t.Errorf("the unit is at epoch %d", got)
	}
}

// TestRescuedUnitIsShown: the auditor and the unit's own people find a rescue on
// their Agenda; a unit that sends there sends nothing before it compared words.
func TestRescuedUnitIsShown(t *testing.T) {
	f := storetest.NewFlow(t)
	console, service := acts.ConsoleCaller(), f.Units["service"]
	task := func() error {
		_, _, err := f.Desk.Cases.RecordContact(ctx, f.Caller("anna"), contactForService(f))
		return err
	}
	if err := task(); err != nil {
		t.Fatalf("a task before: %v", err)
	}
	f.Invite("nora", policies.SocialWorker, "service")
	if _, err := f.Door.Suspend(ctx, console, f.People["sofia"].ID); err != nil {
		t.Fatal(err)
	}
	nora := f.SignIn("nora")
	x, _, err := f.House.ExportRescue(ctx, console, service, "nora")
	if err != nil {
		t.Fatal(err)
	}
	file, _ := rewrapped(t, f.World, f.Rescue, x, f.OwnWords(nora, 1))
	if _, err := f.House.ImportRescue(ctx, console, file); err != nil {
		t.Fatal(err)
	}
	f.SignIn("nora")
	shown := func(name string) []units.RescuedUnit {
		all, err := f.House.Rescued(ctx, f.SignIn(name))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for name, want := range map[string]int{"clara": 1, "anna": 1, "bruna": 0, "nora": 0} {
		got := shown(name)
		if len(got) != want || want == 1 && (got[0].ID != service || got[0].Confirm != (name == "anna")) {
			t.Errorf("%s is shown %v, want %d", name, got, want)
		}
	}
	if err := task(); err == nil {
		t.Error("a task was sent to a rescued unit before its words were compared")
	}
	f.Pin("anna", "desk", "service", "nora")
	if err := task(); err != nil {
		t.Errorf("a task after the words were compared: %v", err)
	}
	if got := shown("anna"); len(got) != 0 {
		t.Errorf("after comparing the words she is still shown %v", got)
	}
	if _, err := f.Office.Lift(ctx, console, f.People["sofia"].ID); err != nil {
		t.Fatal(err)
	}
	sofia := f.SignIn("sofia")
	if _, err := f.House.Admit(ctx, f.StepUp("nora", policies.MemberAdmit, sofia.Person()), sofia.Person(), f.OwnWords(sofia, 2)); err != nil {
		t.Fatalf("the rescued unit admits who was there before: %v", err)
	}
	if got := shown("sofia"); len(got) != 1 || got[0].Confirm {
		t.Errorf("who was there before is shown %v", got)
	}
	if _, _, err := f.Desk.ReadAgenda(ctx, f.SignIn("sofia")); err != nil {
		t.Errorf("the Agenda of who was there before: %v", err)
	}
}

func contactForService(f *storetest.Flow) cases.NewContact {
	return cases.NewContact{Form: crypto.NewID(), OpenCase: true, Service: f.Units["service"],
		Contact: cases.Contact{Speaker: "she", Alias: "Ines", Outcome: "social_service",
			Safe: rule.SafeContact{Channels: map[string]string{"call": "yes"}, Number: "333 1234567", Hours: []rule.Hours{{From: "10:00", To: "11:00"}}}}}
}
