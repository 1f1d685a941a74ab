package referrals_test

import (
	"errors"
	"slices"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// numbered opens a case file with a number and what she said of calls to it.
func numbered(t *testing.T, w *storetest.World, by, alias, number, call string) string {
	t.Helper()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller(by), cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Alias: alias, Outcome: "thinking", Safe: rule.SafeContact{Channels: map[string]string{"call": call},
			Number: number, Hours: []rule.Hours{{From: "08:00", To: "23:00"}}}}})
	if err != nil {
		t.Fatalf("recording a contact: %v", err)
	}
	return out.CaseID
}

// refusedCall is why somebody may not call by a case now.
func refusedCall(t *testing.T, w *storetest.World, by, id string) rule.Refusal {
	t.Helper()
	why, _, err := w.Desk.Cases.RecordAttempt(t.Context(), w.Caller(by), id, typed.NewForm(), "call", "no_answer", "")
	var bad *typed.Invalid
	if err != nil && !errors.As(err, &bad) {
		t.Fatalf("trying to call: %v", err)
	}
	if (err != nil) != (why != rule.Permitted) {
		t.Errorf("a refusal %q came with %v", why, err)
	}
	return why
}

// bansOf are the numbers on somebody's Agenda that one file allows and another forbids,
// as the ids of the two.
func bansOf(t *testing.T, w *storetest.World, name string) (pairs [][2]string) {
	t.Helper()
	who := w.SignIn(name)
	if err := w.Desk.Cases.AdoptNamed(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	a, receipt, err := w.Desk.ReadAgenda(t.Context(), who)
	if err != nil || len(receipt.Checkpoint) == 0 {
		t.Fatalf("reading the Agenda: %v", err)
	}
	for _, c := range a.Bans {
		pairs = append(pairs, [2]string{c.Allows.CaseID, c.Bans.CaseID})
	}
	return pairs
}

func wallOff(t *testing.T, w *storetest.World, by, id, off string) {
	t.Helper()
	if _, err := w.Desk.Walls.Set(t.Context(), w.StepUp(by, policies.CaseWall, id), id, versionNow(t, w, id), walls.Change{Off: acts.List(w.People[off].ID)}); err != nil {
		t.Fatalf("setting a wall: %v", err)
	}
}

// TestMaiOnANumberWins: of two files with one number, written in two ways, one says mai.
// Who may open both does not call by the other one, whichever page asks.
func TestMaiOnANumberWins(t *testing.T) {
	w := storetest.New(t).Wide()
	allows := numbered(t, w, "anna", "Rosa", "333 1234567", "yes")
	if why := refusedCall(t, w, "anna", allows); why != rule.Permitted {
		t.Fatalf("before: %s", why)
	}
	bans := numbered(t, w, "lia", "Rosetta", "ufficio, 0039 (333) 12.34.567", "never")
	numbered(t, w, "lia", "Nives", "333 1234568", "never") // another number
	numbered(t, w, "lia", "Dina", "333 1234567", "")       // not asked
	if why := refusedCall(t, w, "anna", allows); why != rule.BannedElsewhere {
		t.Errorf("calling: got %q", why)
	}
	v, _, err := w.Desk.OpenCase(t.Context(), w.Caller("anna"), allows, referrals.PartBan)
	if err != nil || v.Ban == nil || v.Ban.CaseID != bans {
		t.Errorf("the page: %+v, %v", v.Ban, err)
	}
	_, err = w.Desk.Cases.SetRecall(t.Context(), w.Caller("anna"), allows, v.Version, rule.Recall{Day: "2026-11-23"})
	var bad *typed.Invalid
	if !errors.As(err, &bad) || bad.Fields["recall"] != string(rule.BannedElsewhere) {
		t.Errorf("planning: %v", err)
	}
	if _, _, err := w.Desk.Cases.Try(t.Context(), w.Caller("anna"), allows, typed.NewForm(), cases.Attempt{Channel: "call", Outcome: "no_answer", Happened: true}); err != nil {
		t.Errorf("writing down what happened: %v", err)
	}
	v, _, err = w.Desk.OpenCase(t.Context(), w.Caller("anna"), allows, referrals.PartDiary)
	if err != nil || !slices.ContainsFunc(v.Notes, func(n cases.NoteView) bool { return n.Refused == string(rule.BannedElsewhere) }) {
		t.Errorf("what happened says nothing of it: %v", err)
	}
	if got := bansOf(t, w, "gina"); len(got) != 1 || got[0] != [2]string{allows, bans} {
		t.Errorf("the lead's Agenda: %v", got)
	}
	if got := bansOf(t, w, "anna"); len(got) != 0 {
		t.Errorf("who answers for none of them is asked to settle it: %v", got)
	}
	numbered(t, w, "lia", "Rosa terza", "+39 3331234567", "never")
	if got := bansOf(t, w, "gina"); len(got) != 1 {
		t.Errorf("two bans of one number make %d lines", len(got))
	}
	if _, err := w.Desk.Cases.CloseCase(t.Context(), w.Caller("anna"), allows, versionNow(t, w, allows), "moved", ""); err != nil {
		t.Fatal(err)
	}
	if got := bansOf(t, w, "gina"); len(got) != 0 {
		t.Errorf("nobody calls by a closed file, and it is listed: %v", got)
	}
}

// TestABanBehindAWallIsTheLeads: a ban in a file walled off from her neither holds a
// worker back nor shows; the lead settles it.
func TestABanBehindAWallIsTheLeads(t *testing.T) {
	w := storetest.New(t).Wide()
	allows, bans := numbered(t, w, "anna", "Rosa", "333 1234567", "yes"), numbered(t, w, "lia", "Rosetta", "+393331234567", "never")
	wallOff(t, w, "gina", bans, "anna")
	if why := refusedCall(t, w, "anna", allows); why != rule.Permitted {
		t.Errorf("she learns of a file that does not exist for her: %s", why)
	}
	if v, _, err := w.Desk.OpenCase(t.Context(), w.Caller("anna"), allows, referrals.PartBan); err != nil || v.Ban != nil {
		t.Errorf("her page: %+v, %v", v.Ban, err)
	}
	if got := bansOf(t, w, "anna"); len(got) != 0 {
		t.Errorf("her Agenda: %v", got)
	}
	if got := bansOf(t, w, "gina"); len(got) != 1 || got[0] != [2]string{allows, bans} {
		t.Errorf("the lead's Agenda: %v", got)
	}
	if why := refusedCall(t, w, "lia", allows); why != rule.BannedElsewhere {
		t.Errorf("who may open both: %q", why)
	}
}

// TestTheWalledLeadIsNotToldOfABan: where the file with the ban is walled off from the
// lead, who stands for her there settles it, and nothing shows the lead that it is there.
func TestTheWalledLeadIsNotToldOfABan(t *testing.T) {
	w := storetest.New(t).Wide()
	allows, bans := numbered(t, w, "anna", "Rosa", "333 1234567", "yes"), numbered(t, w, "lia", "Rosetta", "+393331234567", "never")
	if _, err := w.Desk.Walls.Propose(t.Context(), w.StepUp("lia", policies.WallPropose, bans), bans,
		walls.Two{Change: walls.Change{Off: acts.List(w.People["gina"].ID)}, Second: w.People["anna"].ID, Stands: w.People["lia"].ID}); err != nil {
		t.Fatal(err)
	}
	if got := bansOf(t, w, "gina"); len(got) != 1 {
		t.Fatalf("before the second word the lead is told: %v", got)
	}
	a, _, err := w.Desk.ReadAgenda(t.Context(), w.Caller("anna"))
	if err != nil || len(a.Walls) != 1 {
		t.Fatalf("what waits for her word: %v", err)
	}
	if _, err := w.Desk.Walls.Confirm(t.Context(), w.StepUp("anna", policies.WallConfirm, bans), bans, a.Walls[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := bansOf(t, w, "gina"); len(got) != 0 {
		t.Errorf("the walled lead's Agenda: %v", got)
	}
	if why := refusedCall(t, w, "gina", allows); why != rule.Permitted {
		t.Errorf("the walled lead is held back: %s", why)
	}
	if got := bansOf(t, w, "lia"); len(got) != 1 || got[0] != [2]string{allows, bans} {
		t.Errorf("who stands for her: %v", got)
	}
	if got := bansOf(t, w, "anna"); len(got) != 0 {
		t.Errorf("who stands for nobody: %v", got)
	}
}
