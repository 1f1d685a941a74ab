package acts_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/acts/actstest"
	"sportello/policies/audit"
	"sportello/policies/internal/inside"
)

// The gate, on a store in memory: what it asks, what it writes, when it begins again.

const (
	desk   = "DESKDESKDESKDESKDESKDESKDE"
	anna   = "ANNAANNAANNAANNAANNAANNAAN"
	agency = "TOWNTOWNTOWNTOWNTOWNTOWNTO"
	record = "RECORDRECORDRECORDRECORDRE"
)

// Thing is a kind of row of these tests.
type Thing struct {
	acts.RowKey
	Unit string
	Text string
}

func (*Thing) Table() string { return "thing" }

var things = acts.Declare[Thing]().Find().Is("unit").By("id")

// founded is a world in which anna works at the desk.
func founded(t *testing.T) (*actstest.World, acts.Caller) {
	t.Helper()
	w := actstest.New(t)
	w.Put(t, &acts.Agency{RowKey: acts.RowKey{ID: agency, Version: 1}, Name: "Comune"},
		&acts.Unit{RowKey: acts.RowKey{ID: desk, Version: 1}, Agency: agency, Kind: "desk", Name: "Sportello"},
		&acts.Person{RowKey: acts.RowKey{ID: anna, Version: 1}, Username: "anna", Role: string(policies.IntakeWorker), Agency: agency, Unit: desk, State: string(acts.Active)},
		&Thing{RowKey: acts.RowKey{ID: record, Version: 1}, Unit: desk, Text: "prima"})
	return w, acts.NewCaller(inside.New(), acts.Inside{Person: anna, Username: "anna", Role: policies.IntakeWorker, Unit: desk, UnitKind: "desk", Agency: agency, State: acts.Active})
}

// unit is her unit as the policy sees it.
func unit() policies.Object {
	return policies.Object{Kind: policies.KindUnit, ID: desk, Unit: desk, UnitKind: "desk", Agency: agency}
}

func do(t *testing.T, w *actstest.World, who acts.Caller, a policies.Action, prepare func(acts.Reader, *acts.Act) error) (audit.Receipt, error) {
	t.Helper()
	return acts.Do(t.Context(), w.Gate, w.Look, who, a, prepare)
}

// mustLeave holds the last leaf, and that there are n since a size.
func mustLeave(t *testing.T, w *actstest.World, since int64, n int, o audit.Outcome, object string) audit.Leaf {
	t.Helper()
	leaves := w.Leaves(t, since)
	if len(leaves) != n {
		t.Fatalf("%d leaves, want %d", len(leaves), n)
	}
	l := leaves[n-1]
	if l.Outcome != o || l.Object != object {
		t.Errorf("the leaf says %s of %q, want %s of %q", l.Outcome, l.Object, o, object)
	}
	return l
}

func TestActIsWrittenWithItsLeaf(t *testing.T) {
	w, who := founded(t)
	size := w.Gate.Log().Size()
	receipt, err := do(t, w, who, policies.AgendaRead, func(r acts.Reader, act *acts.Act) error {
		if err := act.Allow(unit()); err != nil {
			return err
		}
		row := &Thing{}
		if err := r.Get(row, record); err != nil {
			return err
		}
		row.Next()
		row.Text = "dopo"
		s := act.NewSecret()
		act.Commit = func(tx acts.Tx) error { return tx.Put(row) }
		if !acts.IsSecretID(s.ID, w.Gate.Log().Size()) {
			t.Errorf("a secret is called %q", s.ID)
		}
		return nil
	})
	if err != nil || receipt.Index != size || receipt.Checkpoint == nil {
		t.Fatalf("receipt %v, %v", receipt, err)
	}
	l := mustLeave(t, w, size, 1, audit.Allowed, "unit:"+desk)
	if l.Actor != anna || l.Unit != desk || len(l.Rows) != 2 || len(l.Rules) == 0 {
		t.Errorf("the leaf is %+v", l)
	}
	row := &Thing{}
	if err := w.Look(t.Context(), func(r acts.Reader) error { return r.Get(row, record) }); err != nil || row.Text != "dopo" {
		t.Errorf("the row says %q, %v", row.Text, err)
	}
}

// TestNothingIsDoneThatWasNotAsked: an act that forgot to ask writes nothing, nor one
// that was refused and went on.
func TestNothingIsDoneThatWasNotAsked(t *testing.T) {
	w, who := founded(t)
	put := func(tx acts.Tx) error { return tx.Put(&Thing{RowKey: acts.RowKey{ID: anna, Version: 1}}) }
	size := w.Gate.Log().Size()
	_, err := do(t, w, who, policies.AgendaRead, func(_ acts.Reader, act *acts.Act) error {
		act.Commit = put
		return nil
	})
	if err == nil {
		t.Error("an act that nobody was asked about was done")
	}
	mustLeave(t, w, size, 1, audit.Failed, "none")
	_, err = do(t, w, who, policies.AgendaRead, func(_ acts.Reader, act *acts.Act) error {
		act.Commit = put
		other := unit()
		other.ID, other.Unit = record, record
		if act.Allow(other) == nil {
			t.Error("the policy lets her read another unit's agenda: this proves nothing")
		}
		return nil // it forgot the error
	})
	if err == nil {
		t.Error("an act that was refused was done")
	}
	if err := w.Look(t.Context(), func(r acts.Reader) error { return r.Get(&Thing{}, anna) }); !errors.Is(err, acts.ErrNoRow) {
		t.Errorf("the row is there: %v", err)
	}
}

// TestRefusedAndAbsentAreAlike: from outside there is one answer, and in the log what
// was refused is named while what is not there is not.
func TestRefusedAndAbsentAreAlike(t *testing.T) {
	w, who := founded(t)
	waited := 0
	w.Gate.EvenOut(func() func(context.Context) { return func(context.Context) { waited++ } })
	size := w.Gate.Log().Size()
	other := unit()
	other.ID, other.Unit = record, record
	_, err := do(t, w, who, policies.AgendaRead, func(_ acts.Reader, act *acts.Act) error { return act.Allow(other) })
	if !errors.Is(err, acts.ErrDenied) {
		t.Errorf("refused: %v", err)
	}
	mustLeave(t, w, size, 1, audit.Refused, "unit:"+record)
	_, absent := do(t, w, who, policies.AgendaRead, func(r acts.Reader, _ *acts.Act) error { return r.Get(&Thing{}, desk) })
	if absent != err {
		t.Errorf("absent: %v, refused: %v", absent, err)
	}
	if l := mustLeave(t, w, size, 2, audit.Refused, "none"); !slices.Equal(l.Rules, []string{"absent"}) {
		t.Errorf("its rules are %v", l.Rules)
	}
	if waited != 2 {
		t.Errorf("%d refusals took the same time", waited)
	}
}

// TestObjectIsAnIDOrNothing: what an address says in the place of an id is not written.
func TestObjectIsAnIDOrNothing(t *testing.T) {
	w, who := founded(t)
	size := w.Gate.Log().Size()
	_, err := do(t, w, who, policies.AgendaRead, func(_ acts.Reader, act *acts.Act) error {
		return act.Allow(policies.Object{Kind: policies.KindUnit, ID: "Rosa Bianchi", Unit: "x"})
	})
	if !errors.Is(err, acts.ErrDenied) {
		t.Fatal(err)
	}
	mustLeave(t, w, size, 1, audit.Refused, "unit")
}

// touch prepares a change of the thing and counts how often.
func touch(t *testing.T, w *actstest.World, prepared *int) func(acts.Reader, *acts.Act) error {
	return func(r acts.Reader, act *acts.Act) error {
		*prepared++
		if err := act.Allow(unit()); err != nil {
			return err
		}
		row := &Thing{}
		if err := r.Get(row, record); err != nil {
			return err
		}
		row.Next()
		row.Text += " mio"
		act.Commit = func(tx acts.Tx) error { return tx.Put(row) }
		return nil
	}
}

// meanwhile writes the thing between an act's preparing and its commit, n times.
func meanwhile(t *testing.T, w *actstest.World, n int) {
	left := n
	var f func()
	f = func() {
		row := &Thing{}
		if err := w.Look(t.Context(), func(r acts.Reader) error { return r.Get(row, record) }); err != nil {
			t.Error(err)
		}
		row.Next()
		row.Text += " suo"
		w.Put(t, row)
		if left--; left > 0 {
			w.BeforeCommit = f
		}
	}
	w.BeforeCommit = f
}

// TestStaleActIsPreparedAgain: what somebody else wrote meanwhile is not overwritten.
func TestStaleActIsPreparedAgain(t *testing.T) {
	w, who := founded(t)
	prepared := 0
	meanwhile(t, w, 1)
	if _, err := do(t, w, who, policies.AgendaRead, touch(t, w, &prepared)); err != nil {
		t.Fatal(err)
	}
	row := &Thing{}
	if err := w.Look(t.Context(), func(r acts.Reader) error { return r.Get(row, record) }); err != nil || row.Text != "prima suo mio" {
		t.Errorf("the row says %q, %v", row.Text, err)
	}
	if prepared != 2 {
		t.Errorf("it was prepared %d times", prepared)
	}
}

// TestAlwaysTooLateIsAConflict: after some tries nothing is written but a leaf that says
// so.
func TestAlwaysTooLateIsAConflict(t *testing.T) {
	w, who := founded(t)
	prepared := 0
	meanwhile(t, w, 2*acts.Tries)
	_, err := do(t, w, who, policies.AgendaRead, touch(t, w, &prepared))
	if !errors.Is(err, acts.ErrConflict) || prepared != acts.Tries {
		t.Errorf("prepared %d times, %v", prepared, err)
	}
	w.BeforeCommit = nil
	leaves := w.Leaves(t, 0)
	if l := leaves[len(leaves)-1]; l.Outcome != audit.Failed || l.Actor != anna {
		t.Errorf("the last leaf is %+v", l)
	}
}

// TestDoneButUnfinishedIsDone: an act that is durable is not done again, and leaves one
// leaf.
func TestDoneButUnfinishedIsDone(t *testing.T) {
	w, who := founded(t)
	w.Finish = func(r audit.Receipt) error { return &acts.Unfinished{Receipt: r, Cause: errors.New("no space")} }
	size, prepared := w.Gate.Log().Size(), 0
	receipt, err := do(t, w, who, policies.AgendaRead, touch(t, w, &prepared))
	var done *acts.Unfinished
	if !errors.As(err, &done) || receipt.Index != size || prepared != 1 {
		t.Errorf("receipt %v, prepared %d times, %v", receipt, prepared, err)
	}
	w.Finish = nil
	mustLeave(t, w, size, 1, audit.Allowed, "unit:"+desk)
}

// TestSparedItemIsSaidBesideTheOthers: a row that is not the one the log names is left
// out of a list, and a second leaf says that the act failed.
func TestSparedItemIsSaidBesideTheOthers(t *testing.T) {
	w, who := founded(t)
	w.Put(t, &Thing{RowKey: acts.RowKey{ID: anna, Version: 1}, Unit: desk, Text: "altra"})
	w.Spoil("thing", record, func(row acts.Row) { row.(*Thing).Text = "falsa" })
	size := w.Gate.Log().Size()
	var texts []string
	list := func(r acts.Reader, act *acts.Act) error {
		if err := act.Allow(unit()); err != nil {
			return err
		}
		texts = nil
		rows, err := things.Rows(r, desk)
		for _, row := range rows {
			texts = append(texts, row.Text)
		}
		return act.Spare(err)
	}
	receipt, err := do(t, w, who, policies.AgendaRead, list)
	var partial *acts.Partial
	if !errors.As(err, &partial) || !errors.Is(err, acts.ErrTampered) || receipt.Index != size || !slices.Equal(texts, []string{"altra"}) {
		t.Errorf("%v, receipt %v, %v", texts, receipt, err)
	}
	mustLeave(t, w, size, 2, audit.Failed, "unit:"+desk)
	if err := (&acts.Act{}).Spare(acts.ErrConflict); err == nil {
		t.Error("any error is spared")
	}
}

// TestStepUpIsForOneThing: an act that asks for it takes the grant for this act on this
// thing, and no other.
func TestStepUpIsForOneThing(t *testing.T) {
	w, who := founded(t)
	c := policies.Object{Kind: policies.KindCase, ID: record, Unit: desk, UnitKind: "desk", State: "open"}
	ask := func(who acts.Caller) error {
		_, err := do(t, w, who, policies.CaseAnonymise, func(_ acts.Reader, act *acts.Act) error { return act.Allow(c) })
		return err
	}
	for name, c := range map[string]struct {
		grant *acts.Grant
		want  error
	}{
		"without":       {nil, acts.ErrDenied},
		"another act":   {&acts.Grant{Action: policies.NoteMove, Object: record}, acts.ErrDenied},
		"another thing": {&acts.Grant{Action: policies.CaseAnonymise, Object: desk}, acts.ErrDenied},
		"this":          {&acts.Grant{Action: policies.CaseAnonymise, Object: record}, nil},
	} {
		with := who
		with.Inside(inside.New()).StepUp = c.grant
		if err := ask(with); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestAskerIsWhoTheRosterSays: somebody suspended a moment ago is so in this act; with
// a new epoch of her unit she must fetch its key first, and leaves no leaf.
func TestAskerIsWhoTheRosterSays(t *testing.T) {
	w, who := founded(t)
	p := &acts.Person{}
	if err := w.Look(t.Context(), func(r acts.Reader) error { return r.Get(p, anna) }); err != nil {
		t.Fatal(err)
	}
	p.Next()
	p.State = string(acts.Suspended)
	w.Put(t, p)
	read := func(_ acts.Reader, act *acts.Act) error { return act.Allow(unit()) }
	if _, err := do(t, w, who, policies.AgendaRead, read); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("suspended: %v", err)
	}
	p.Next()
	p.State = string(acts.Active)
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	w.Put(t, p, &acts.UnitEpoch{RowKey: acts.RowKey{ID: acts.EpochID(desk, 1), Version: 1}, Unit: desk, Epoch: 1, Recipient: id.Recipient().String()})
	size := w.Gate.Log().Size()
	if w.Gate.Log().Epoch(desk) != 1 {
		t.Fatal("the log names no epoch: this proves nothing")
	}
	if _, err := do(t, w, who, policies.AgendaRead, read); !errors.Is(err, acts.ErrCovered) {
		t.Errorf("without the new key: %v", err)
	}
	if w.Gate.Log().Size() != size {
		t.Error("it left a leaf")
	}
	who.Inside(inside.New()).Enrol = true
	if _, err := do(t, w, who, policies.AgendaRead, read); !errors.Is(err, acts.ErrEnrol) {
		t.Errorf("with a recovery code: %v", err)
	}
}

// TestAlsoAsksForBoth: an act that is two is refused where one is; May goes on without.
func TestAlsoAsksForBoth(t *testing.T) {
	w, who := founded(t)
	other := unit()
	other.ID, other.Unit = record, record
	_, err := do(t, w, who, policies.AgendaRead, func(_ acts.Reader, act *acts.Act) error {
		if err := act.Allow(unit()); err != nil {
			return err
		}
		return act.Also(policies.AgendaRead, other)
	})
	if !errors.Is(err, acts.ErrDenied) {
		t.Errorf("also another unit's: %v", err)
	}
	_, err = do(t, w, who, policies.AgendaRead, func(_ acts.Reader, act *acts.Act) error {
		if err := act.Allow(unit()); err != nil {
			return err
		}
		if act.May(policies.AgendaRead, other) {
			t.Error("she may")
		}
		if !act.May(policies.RecallRead, unit()) || !slices.Contains(act.Detail.Also, string(policies.RecallRead)) {
			t.Error("what she may is not named")
		}
		return nil
	})
	if err != nil {
		t.Errorf("going on without: %v", err)
	}
}
