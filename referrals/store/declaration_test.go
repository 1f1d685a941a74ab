package store_test

import (
	"errors"
	"path/filepath"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestDeclarationsAreSealedByName: a colleague with the unit's key and a copy of
// every file does not learn who is whose relative; the lead does, and whoever
// declared. What was taken back opens for nobody.
func TestDeclarationsAreSealedByName(t *testing.T) {
	f := storetest.NewFlow(t)
	words := []string{f.Words["declared name"], f.Words["declared surname"], f.Words["declared phone"]}
	for _, reader := range []string{"anna", "gina"} {
		k := newRing(t, f.World, f.SignIn(reader))
		for _, w := range words {
			if !k.reads(w) {
				t.Fatalf("the keys of %s do not open what she may read: this test would prove nothing", reader)
			}
		}
		k.mustNotOpen(t, f.Words["taken back name"])
	}
	for _, other := range []string{"lia", "sofia", "bruna", "clara"} {
		k := newRing(t, f.World, f.SignIn(other))
		for _, w := range words {
			k.mustNotOpen(t, w)
		}
	}
	var secrets int
	shred, main := raw(t, f.World, filepath.Join(store.SecretsDir, store.ShredFile)), raw(t, f.World, store.MainFile)
	defer shred.Close()
	defer main.Close()
	var id string
	if err := main.QueryRow("SELECT secret FROM declaration WHERE state = 'removed'").Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := shred.QueryRow("SELECT count(*) FROM shred WHERE id = ?", id).Scan(&secrets); err != nil || secrets != 0 {
		t.Fatalf("a declaration that was taken back has %d secrets: %v", secrets, err)
	}
}

// TestDeclarationsFollowTheirReaders: a new identity of either side loses
// nothing; a new lead reads it once its author has signed in; who leads no
// longer keeps no key; with its author it goes.
func TestDeclarationsFollowTheirReaders(t *testing.T) {
	f := storetest.NewFlow(t)
	reads := func(name string, want int) {
		t.Helper()
		who := f.SignIn(name)
		if err := f.Desk.Cases.AdoptNamed(ctx, who); err != nil {
			t.Fatal(err)
		}
		all, _, err := f.Desk.Cases.Declarations(ctx, who)
		if err != nil {
			t.Fatalf("%s reading: %v", name, err)
		}
		open := 0
		for _, v := range all {
			if !v.Sealed && v.Name == f.Words["declared name"] {
				open++
			}
		}
		if open != want {
			t.Fatalf("%s reads %d declarations of %d, want %d", name, open, len(all), want)
		}
	}
	signedIn := func(name string) acts.Caller {
		t.Helper()
		who := f.SignIn(name)
		if err := f.Desk.Cases.AdoptNamed(ctx, who); err != nil {
			t.Fatal(err)
		}
		return who
	}
	for _, name := range []string{"anna", "gina"} {
		p, fresh := f.People[name], string(crypto.NewPassphrase())
		signedIn(name)
		who := f.StepUp(name, policies.PassphraseChange, p.ID)
		if name == "gina" {
			in, err := f.TrySignIn(p) // anna's new epoch came meanwhile
			if err != nil {
				t.Fatal(err)
			}
			f.Clock.Add(30e9)
			if in, err = f.Door.StepUp(ctx, in.Caller, p.Passphrase, f.World.Code(p), policies.PassphraseChange, p.ID, accounts.From{}); err != nil {
				t.Fatal(err)
			}
			who = in.Caller
		}
		if _, err := f.Door.ChangePassphrase(ctx, who, fresh, true); err != nil {
			t.Fatalf("changing the passphrase of %s: %v", name, err)
		}
		p.Passphrase = fresh
	}
	reads("gina", 1)
	if all, _, _, err := f.Desk.Cases.MyDeclarations(ctx, signedIn("anna")); err != nil || len(all) != 1 || all[0].Name != f.Words["declared name"] {
		t.Fatalf("anna reading her own: %v, %d", err, len(all))
	}

	f.Join("desk", "nora", policies.Lead, "gina")
	reads("nora", 0)
	signedIn("anna")
	reads("nora", 1)
	if err := f.TakeOut("nora", "gina", false); err != nil {
		t.Fatalf("removing gina: %v", err)
	}
	signedIn("anna")
	main := raw(t, f.World, store.MainFile)
	defer main.Close()
	var kept int
	if err := main.QueryRow("SELECT count(*) FROM declaration_wrap WHERE person = ?", f.People["gina"].ID).Scan(&kept); err != nil || kept != 0 {
		t.Fatalf("who leads no longer keeps %d keys: %v", kept, err)
	}
	if err := f.TakeOut("nora", "anna", false); err != nil {
		t.Fatalf("removing anna: %v", err)
	}
	reads("nora", 0)
	if err := main.QueryRow("SELECT count(*) FROM declaration WHERE state = 'live'").Scan(&kept); err != nil || kept != 0 {
		t.Fatalf("what somebody declared who left is kept: %d, %v", kept, err)
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestADeclarationTellsColleaguesNothing: a case file that resembles a declared
// person is opened by a colleague with the same answer and at the same cost as
// any other; only the lead is shown that it does.
func TestADeclarationTellsColleaguesNothing(t *testing.T) {
	w := storetest.New(t).Wide()
	anna, lia, gina := w.Caller("anna"), w.Caller("lia"), w.Caller("gina")
	if _, err := w.Desk.Cases.Declare(ctx, anna, "first", cases.Declared{Name: "Rossana", Surname: "Ferri", Phone: "+39 333 765 4321"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Cases.Declare(ctx, anna, "first", cases.Declared{Name: "Rossana", Surname: "Ferri"}); err != nil {
		t.Fatalf("the same form again: %v", err)
	}
	record := func(form, alias, number string, restrict bool) (id string, cost int64) {
		t.Helper()
		cost = w.Statements(func() {
			out, _, err := w.Desk.Cases.RecordContact(ctx, lia, cases.NewContact{Form: form, OpenCase: true, Restrict: restrict, Contact: cases.Contact{
				Speaker: "she", Outcome: "stay_in_touch", Alias: alias, Safe: rule.SafeContact{Channels: map[string]string{"call": "yes"}, Number: number, Hours: []rule.Hours{{From: "00:00", To: "23:59"}}}}})
			if err != nil {
				t.Fatal(err)
			}
			id = out.CaseID
		})
		return id, cost
	}
	record("0", "Prima", "06 000 0000", false)
	like, cost := record("1", "Rosana", "06 111 1111", false)
	phone, _ := record("2", "Altra", "333 7654321", false)
	_, plain := record("3", "Mirela", "06 222 2222", false)
	record("4", "Rossana", "06 333 3333", true)
	if cost != plain {
		t.Errorf("recording who resembles a declared person costs %d statements, another %d", cost, plain)
	}
	all, _, err := w.Desk.Cases.Declarations(ctx, gina)
	if err != nil || len(all) != 1 || all[0].Author != w.People["anna"].ID {
		t.Fatalf("the lead's view: %v, %d", err, len(all))
	}
	by := map[string]string{}
	for _, m := range all[0].Matches {
		by[m.ID] = m.By[0]
	}
	if len(by) != 2 || by[like] != "name" || by[phone] != "phone" {
		t.Errorf("the matches are %v; want the one that sounds alike, the one with the number, and none that is restricted to others", all[0].Matches)
	}
	for name, who := range map[string]acts.Caller{"anna": anna, "lia": lia, "sofia": w.Caller("sofia"), "clara": w.Caller("clara"), "bruna": w.Caller("bruna")} {
		if _, _, err := w.Desk.Cases.Declarations(ctx, who); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s reading the unit's declarations: %v, want ErrDenied", name, err)
		}
		if _, err := w.Desk.Cases.WithdrawDeclaration(ctx, who, crypto.NewID()); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s taking back what never was: %v, want ErrDenied", name, err)
		}
	}
	for _, who := range []acts.Caller{lia, gina} {
		if _, err := w.Desk.Cases.WithdrawDeclaration(ctx, who, all[0].ID); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("taking back a colleague's declaration: %v, want ErrDenied", err)
		}
	}
	for range 2 { // from two tabs
		if _, err := w.Desk.Cases.WithdrawDeclaration(ctx, anna, all[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if all, _, err = w.Desk.Cases.Declarations(ctx, gina); err != nil || len(all) != 0 {
		t.Errorf("after it was taken back: %v, %d", err, len(all))
	}
	if _, err := w.Desk.Cases.Declare(ctx, anna, "first", cases.Declared{Name: "Rossana"}); err != nil {
		t.Fatal(err)
	}
	if mine, _, _, err := w.Desk.Cases.MyDeclarations(ctx, anna); err != nil || len(mine) != 0 {
		t.Errorf("an old form, sent again, declared again: %v, %d", err, len(mine))
	}
}

func TestWhatDoesNotDeclare(t *testing.T) {
	w := storetest.New(t).Wide()
	anna := w.Caller("anna")
	long := string(make([]byte, 300))
	for name, in := range map[string]cases.Declared{"nothing": {}, "one letter": {Name: "x"}, "only a phone": {Phone: "333 7654321"},
		"half a phone": {Name: "Rosa", Phone: "12"}, "too long": {Name: "Rosa", Surname: long}} {
		if _, err := w.Desk.Cases.Declare(ctx, anna, typed.Form(name), in); !errors.Is(err, typed.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	for i := range 31 {
		_, err := w.Desk.Cases.Declare(ctx, anna, typed.NewForm(), cases.Declared{Name: "Nome"})
		if i < 30 && err != nil || i == 30 && !errors.Is(err, typed.ErrInvalid) {
			t.Fatalf("declaration %d: %v", i+1, err)
		}
	}
}
