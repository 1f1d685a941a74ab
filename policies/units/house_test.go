package units_test

import (
	"context"
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/acts/actstest"
	"sportello/policies/audit"
	"sportello/policies/internal/inside"
	"sportello/policies/units"
)

// The house on a store in memory: who becomes a member, by whose word, and what keys
// whoever left keeps. The storage's own tests do the same through the sign-in.

// town is a house with people of its own.
type town struct {
	*actstest.World
	t          *testing.T
	house      *units.House
	agency     string
	identities map[string]crypto.Identity
	ids        map[string]string
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{World: actstest.New(t), t: t, agency: crypto.NewID(), identities: map[string]crypto.Identity{}, ids: map[string]string{}}
	var err error
	w.house, err = units.NewHouse(w.Gate, w.Store, func(context.Context) (func(), error) { return func() {}, nil })
	if err != nil {
		t.Fatal(err)
	}
	w.Put(t, &acts.Agency{RowKey: acts.RowKey{ID: w.agency, Version: 1}, Name: "Comune"})
	w.enter("audit", "audit")
	w.enter("desk", "desk")
	w.invite("edda", policies.Auditor, "audit")
	w.invite("anna", policies.IntakeWorker, "desk")
	w.invite("lia", policies.IntakeWorker, "desk")
	return w
}

func (w *town) enter(name, kind string) {
	w.ids[name] = crypto.NewID()
	w.Put(w.t, &acts.Unit{RowKey: acts.RowKey{ID: w.ids[name], Version: 1}, Agency: w.agency, Kind: kind, Name: name})
}

// invite enters somebody who took her invitation and waits.
func (w *town) invite(name string, role policies.Role, unit string) {
	id, err := crypto.NewIdentity()
	if err != nil {
		w.t.Fatal(err)
	}
	w.identities[name], w.ids[name] = id, crypto.NewID()
	w.Put(w.t, &acts.Person{RowKey: acts.RowKey{ID: w.ids[name], Version: 1}, Username: name, Role: string(role), Agency: w.agency,
		Unit: w.ids[unit], State: string(acts.Waiting), Recipient: id.Recipient().String()})
}

func (w *town) person(name string) *acts.Person {
	w.t.Helper()
	p := &acts.Person{}
	if err := w.Look(w.t.Context(), func(r acts.Reader) error { return r.Get(p, w.ids[name]) }); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// keys are what somebody can open of her unit.
func (w *town) keys(name string) (keys []acts.UnitKeys, err error) {
	p := w.person(name)
	err = w.Look(w.t.Context(), func(r acts.Reader) error {
		keys, err = units.Fetch(r, p, w.identities[name])
		return err
	})
	return keys, err
}

// as signs somebody in, with a step-up for one thing.
func (w *town) as(name string, a policies.Action, object string) acts.Caller {
	w.t.Helper()
	p := w.person(name)
	keys, err := w.keys(name)
	if err != nil {
		w.t.Fatal(err)
	}
	kind := ""
	if err := w.Look(w.t.Context(), func(r acts.Reader) error { kind = units.KindOfUnit(r, p.Unit); return nil }); err != nil {
		w.t.Fatal(err)
	}
	return acts.NewCaller(inside.New(), acts.Inside{Person: p.ID, Username: name, Role: policies.Role(p.Role), Unit: p.Unit, UnitKind: kind, Agency: p.Agency,
		State: acts.PersonState(p.State), Epochs: keys, Identity: w.identities[name], Kept: true, StepUp: &acts.Grant{Action: a, Object: object}})
}

func (w *town) found(name string) (units.Words, error) {
	w.t.Helper()
	id, err := crypto.NewIdentity()
	if err != nil {
		w.t.Fatal(err)
	}
	words, _, err := w.house.Found(w.t.Context(), w.as(name, policies.UnitFound, w.person(name).Unit), id, "")
	return words, err
}

func (w *town) must(err error, doing string) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s: %v", doing, err)
	}
}

// admit has anna admit lia, who read some words to her.
func (w *town) admit(heard units.Words) error {
	w.t.Helper()
	_, err := w.house.Admit(w.t.Context(), w.as("anna", policies.MemberAdmit, w.ids["lia"]), w.ids["lia"], heard)
	return err
}

func (w *town) words(name string) units.Words {
	w.t.Helper()
	words, err := w.house.OwnWords(w.t.Context(), w.as(name, "", ""), w.Gate.Log().Epoch(w.person(name).Unit))
	w.must(err, "making words")
	return words
}

func TestUnitIsFoundedOnceAndAfterTheAuditors(t *testing.T) {
	w := newTown(t)
	if _, err := w.found("anna"); !errors.Is(err, units.ErrNoAudit) {
		t.Errorf("before the auditors: %v", err)
	}
	_, err := w.found("edda")
	w.must(err, "founding the audit unit")
	words, err := w.found("anna")
	w.must(err, "founding the desk")
	if words == (units.Words{}) || w.person("anna").State != string(acts.Active) {
		t.Error("its founder has no words, or is no member")
	}
	if keys, err := w.keys("anna"); err != nil || len(keys) != 1 || keys[0].Epoch != 1 {
		t.Errorf("its founder opens %d epochs, %v", len(keys), err)
	}
	if _, err := w.found("anna"); !errors.Is(err, units.ErrFounded) {
		t.Errorf("again: %v", err)
	}
	if keys, err := w.keys("lia"); err != nil || len(keys) != 0 {
		t.Errorf("who waits opens %d epochs, %v", len(keys), err)
	}
}

// TestWordsAdmit: only the words of the newcomer's own key admit her, and what the
// house stores of her cannot be another's.
func TestWordsAdmit(t *testing.T) {
	w := newTown(t)
	_, err := w.found("edda")
	w.must(err, "founding the audit unit")
	_, err = w.found("anna")
	w.must(err, "founding the desk")
	w.invite("dora", policies.IntakeWorker, "desk")
	size := w.Gate.Log().Size()
	if err := w.admit(w.words("dora")); !errors.Is(err, units.ErrWords) {
		t.Errorf("with another newcomer's words: %v", err)
	}
	if leaves := w.Leaves(t, size); len(leaves) != 1 || leaves[0].Outcome != audit.Failed || w.person("lia").State != string(acts.Waiting) {
		t.Error("something was done by wrong words")
	}
	read := w.words("lia")
	p := w.person("lia") // his key in her row: the words she reads are not those of what is stored
	p.Next()
	p.Recipient = w.identities["dora"].Recipient().String()
	w.Put(t, p)
	if err := w.admit(read); !errors.Is(err, units.ErrWords) {
		t.Errorf("with another's key in her row: %v", err)
	}
	p.Next()
	p.Recipient = w.identities["lia"].Recipient().String()
	w.Put(t, p)
	w.must(w.admit(read), "admitting")
	if keys, err := w.keys("lia"); err != nil || len(keys) != 1 {
		t.Errorf("a member opens %d epochs, %v", len(keys), err)
	}
	if err := w.admit(read); err == nil {
		t.Error("she is admitted twice")
	}
}

// TestWhoLeavesOpensNothingSince: a removal draws the next epoch. Who stays opens both,
// who left opens neither by her row nor the new one by the keys she kept.
func TestWhoLeavesOpensNothingSince(t *testing.T) {
	w := newTown(t)
	_, err := w.found("edda")
	w.must(err, "founding the audit unit")
	_, err = w.found("anna")
	w.must(err, "founding the desk")
	w.must(w.admit(w.words("lia")), "admitting")
	old := w.as("lia", "", "")
	w.invite("mara", policies.IntakeWorker, "desk")
	_, err = w.house.Admit(t.Context(), w.as("anna", policies.MemberAdmit, w.ids["mara"]), w.ids["mara"], w.words("mara"))
	w.must(err, "admitting a witness")
	_, err = units.Leaving{House: w.house}.ProposeRemoval(t.Context(), w.as("mara", policies.RemovalPropose, w.ids["lia"]), w.ids["lia"], true)
	w.must(err, "proposing")
	_, err = w.house.Remove(t.Context(), w.as("anna", policies.MemberRemove, w.ids["lia"]), w.ids["lia"], true)
	w.must(err, "removing")
	if w.Gate.Log().Epoch(w.ids["desk"]) != 2 {
		t.Fatal("no epoch was drawn")
	}
	if keys, err := w.keys("anna"); err != nil || len(keys) != 2 || keys[0].Epoch != 2 {
		t.Errorf("who stays opens %d epochs, %v", len(keys), err)
	}
	if keys, err := w.keys("lia"); err != nil || len(keys) != 0 {
		t.Errorf("who left opens %d epochs, %v", len(keys), err)
	}
	if _, err := w.house.Members(t.Context(), old); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("who left reads the members: %v", err)
	}
	if _, ok := old.UnitKey(2); ok {
		t.Error("who left holds the new key")
	}
	err = w.Look(t.Context(), func(r acts.Reader) error {
		e := &acts.UnitEpoch{}
		if err := r.Get(e, acts.EpochID(w.ids["desk"], 2)); err != nil {
			return err
		}
		if !e.NeedsVoice() {
			t.Error("an epoch after a removal for cause needs no voice")
		}
		if err := r.Get(&acts.UnitWrap{}, units.WrapID(w.ids["desk"], 2, w.ids["lia"])); !errors.Is(err, acts.ErrNoRow) {
			t.Errorf("the new key is wrapped to who left: %v", err)
		}
		return nil
	})
	w.must(err, "reading the epoch")
}

// TestRosterFollowsTheHouse: it is kept while nothing changes, and read anew after.
func TestRosterFollowsTheHouse(t *testing.T) {
	w := newTown(t)
	first, err := w.house.Roster(t.Context())
	w.must(err, "reading the roster")
	again, err := w.house.Roster(t.Context())
	w.must(err, "reading the roster")
	if first != again {
		t.Error("it is read again though nothing changed")
	}
	_, err = w.found("edda")
	w.must(err, "founding the audit unit")
	after, err := w.house.Roster(t.Context())
	w.must(err, "reading the roster")
	if after.Epochs[w.ids["audit"]] != 1 || first.Epochs[w.ids["audit"]] != 0 {
		t.Error("it does not say that a unit was founded")
	}
	w.Spoil("person", w.ids["lia"], func(row acts.Row) { row.(*acts.Person).Role = string(policies.Lead) })
	_, err = w.house.Do(t.Context(), w.as("edda", "", ""), policies.AgendaRead, func(acts.Reader, *acts.Act) error { return acts.ErrDenied })
	if !errors.Is(err, acts.ErrDenied) {
		t.Fatal(err)
	}
	partial, err := w.house.Roster(t.Context())
	if !errors.Is(err, acts.ErrTampered) || partial.People[w.ids["lia"]] != nil || partial.People[w.ids["anna"]] == nil {
		t.Errorf("with a bad row: %v", err)
	}
}
