package store_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// TestWitness: the lead of another unit, named beforehand, gives the second word where a
// case is hidden from a lead. She opens nothing, and who asked carries it out.
func TestWitness(t *testing.T) {
	f := storetest.NewFlow(t)
	f.Found("other", acts.KindDesk, "sara", policies.Lead)
	lead := walls.Change{Off: id(f, "gina")}
	var bad *typed.Invalid
	if err := asksFor(f, "anna", "sara", "anna", f.Closed, lead); !errors.As(err, &bad) {
		t.Fatalf("somebody outside whom nobody named is asked: %v", err)
	}
	name := func(by, who string) error {
		person := ""
		if who != "" {
			person = f.People[who].ID
		}
		_, err := f.House.NameWitness(ctx, f.StepUp(by, policies.UnitWitness, f.Units["desk"]), person)
		return err
	}
	if err := name("anna", "sara"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a worker names the witness: %v", err)
	}
	if _, err := f.House.NameWitness(ctx, signedIn(f, "gina"), f.People["sara"].ID); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("without passphrase and code: %v", err)
	}
	for _, no := range []string{"lia", "gina", "bruna", "sofia"} {
		if err := name("gina", no); !errors.Is(err, units.ErrNotWitness) {
			t.Errorf("%s, who leads no other desk: %v", no, err)
		}
	}
	storetest.Try(t, "naming sara", name("gina", "sara"))
	if err := asksFor(f, "anna", "sara", "sara", f.Closed, lead); !errors.As(err, &bad) || bad.Fields["stands"] == "" {
		t.Errorf("she would answer for a case that she cannot open: %v", err)
	}

	asked := func() string {
		t.Helper()
		a, _, err := f.Desk.ReadAgenda(ctx, signedIn(f, "sara"))
		if err != nil || len(a.Witness) != 1 || len(a.Walls) != 0 {
			t.Fatalf("what is asked of her: %+v, %v", a.Witness, err)
		}
		w, _, err := f.Desk.Walls.ForWitness(ctx, signedIn(f, "sara"), a.Witness[0].ID)
		storetest.Try(t, "reading it", err)
		shown, err := json.Marshal(w)
		storetest.Try(t, "writing it out", err)
		for _, word := range append(hers(f), f.Closed, f.Case) {
			if word != "" && strings.Contains(string(shown), word) {
				t.Errorf("the witness is told %q", word)
			}
		}
		return w.ID
	}
	says := func(who, wall string, yes bool) error {
		_, err := f.Desk.Walls.Witness(ctx, f.StepUp(who, policies.WallWitness, f.People[who].Unit), wall, yes)
		return err
	}
	carries := func(who, wall string) error {
		_, err := f.Desk.Walls.Carry(ctx, f.StepUp(who, policies.WallPropose, f.Closed), f.Closed, wall)
		return err
	}

	storetest.Try(t, "asking", asksFor(f, "anna", "sara", "anna", f.Closed, lead))
	wall := asked()
	storetest.Try(t, "saying no", says("sara", wall, false))
	if err := carries("anna", wall); !errors.Is(err, walls.ErrOver) {
		t.Errorf("carried out after a no: %v", err)
	}

	storetest.Try(t, "asking again", asksFor(f, "anna", "sara", "anna", f.Closed, lead))
	wall = asked()
	for _, other := range []string{"gina", "lia", "anna", "sofia"} {
		if err := says(other, wall, true); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s says sara's word: %v", other, err)
		}
		if _, _, err := f.Desk.Walls.ForWitness(ctx, signedIn(f, other), wall); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s reads what was asked of sara: %v", other, err)
		}
	}
	if _, err := f.Desk.Walls.Confirm(ctx, f.StepUp("sara", policies.WallConfirm, f.Closed), f.Closed, wall); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the witness hides it herself: %v", err)
	}
	if _, _, err := f.Desk.OpenCase(ctx, signedIn(f, "sara"), f.Closed); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the witness opens the case: %v", err)
	}
	if err := carries("anna", wall); !errors.Is(err, walls.ErrOver) {
		t.Errorf("carried out before her yes: %v", err)
	}
	if _, err := f.Desk.Walls.Witness(ctx, signedIn(f, "sara"), wall, true); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("her word without passphrase and code: %v", err)
	}
	// The lead names nobody any more: she knows of no request, and stops none.
	storetest.Try(t, "naming nobody", name("gina", ""))
	storetest.Try(t, "saying yes", says("sara", wall, true))
	if err := says("sara", wall, true); !errors.Is(err, walls.ErrOver) {
		t.Errorf("said twice: %v", err)
	}
	if a, _, err := f.Desk.ReadAgenda(ctx, signedIn(f, "gina")); err != nil || len(a.Walls)+len(a.Witness) != 0 {
		t.Errorf("it stands on the lead's Agenda: %v", err)
	}
	a, _, err := f.Desk.ReadAgenda(ctx, signedIn(f, "anna"))
	if err != nil || len(a.Walls) != 1 || a.Walls[0].Agreed == "" || a.Walls[0].ID != wall {
		t.Fatalf("it does not stand on the Agenda of who asked: %+v, %v", a.Walls, err)
	}
	if err := carries("lia", wall); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a colleague carries out what anna asked: %v", err)
	}
	storetest.Try(t, "carrying it out", carries("anna", wall))
	if _, _, err := f.Desk.OpenCase(ctx, signedIn(f, "gina"), f.Closed); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the lead opens what is hidden from her: %v", err)
	}
	v, _, err := f.Desk.Walls.Of(ctx, signedIn(f, "anna"), f.Closed)
	if err != nil || !v.Knows || !v.Answers || !v.Off.Has(f.People["gina"].ID) {
		t.Errorf("what who asked sees: %+v, %v", v, err)
	}
	if v, _, err = f.Desk.Walls.Of(ctx, signedIn(f, "lia"), f.Closed); err != nil || v.Knows {
		t.Errorf("a colleague is told: %+v, %v", v, err)
	}

	// What nobody carries out is over after its time.
	f.Join("desk", "nora", policies.Lead, "gina")
	_, err = f.House.NameWitness(ctx, f.StepUp("nora", policies.UnitWitness, f.Units["desk"]), f.People["sara"].ID)
	storetest.Try(t, "a new lead names her again", err)
	storetest.Try(t, "asking once more", asksFor(f, "anna", "sara", "anna", f.Closed, walls.Change{Off: id(f, "nora")}))
	wall = asked()
	storetest.Try(t, "saying yes once more", says("sara", wall, true))
	f.Clock.Add(15 * 24 * time.Hour)
	f.Fresh("anna", policies.WallPropose, f.Closed)
	if err := carries("anna", wall); !errors.Is(err, walls.ErrOver) {
		t.Errorf("carried out after its time: %v", err)
	}
}
