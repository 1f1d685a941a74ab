package referrals_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// An old copy of the database is put back. One of its two referrals was taken
// back since: no passphrase opens it any more, while its twin opens again once
// the desk has confirmed it.
func TestRestoreDoesNotUndoARevocation(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	lost, still := storetest.Rosa(t, w), storetest.Rosa(t, w)
	consent, revoked := storetest.Send(t, w, lost.CaseID, "alias")
	_, twin := storetest.Send(t, w, still.CaseID, "alias")
	copied := storetest.Backup(t, w)
	if _, err := w.Desk.Sharing.Revoke(ctx, w.SignIn("anna"), consent, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	out := w.Restore(copied)
	if out.Suspended != 4 || out.Shut != 2 || out.Erased != 1 {
		t.Fatalf("the restore: %+v, want 4 suspended, 2 shut, 1 erased", out)
	}
	for _, name := range []string{"anna", "bruna"} {
		if _, err := w.TrySignIn(w.People[name]); !errors.Is(err, accounts.ErrSignIn) {
			t.Fatalf("signing in before being lifted: %s got %v, want ErrSignIn", name, err)
		}
	}
	w.Clock.Add(time.Hour) // the attempts above were counted
	storetest.Lift(t, w, "anna", "bruna", "sofia", "clara")
	for _, id := range []string{revoked, twin} {
		if _, _, err := w.Desk.Sharing.OpenReferral(ctx, w.SignIn("bruna"), id); !errors.Is(err, acts.ErrDenied) {
			t.Fatalf("opening a shut referral: got %v, want ErrDenied", err)
		}
	}
	confirm := func(name, id string) error {
		_, err := w.Desk.Sharing.ConfirmRestored(ctx, w.StepUp(name, policies.ReferralConfirm, id), id, "she_said")
		return err
	}
	if err := confirm("bruna", twin); !errors.Is(err, acts.ErrDenied) {
		t.Fatalf("confirming by the centre: got %v, want ErrDenied", err)
	}
	if err := confirm("anna", revoked); !errors.Is(err, acts.ErrErased) {
		t.Fatalf("confirming what was taken back: got %v, want ErrErased", err)
	}
	if _, err := w.Desk.Sharing.Revoke(ctx, w.SignIn("anna"), consent, "code_word"); err != nil {
		t.Fatalf("recording again, in the restored copy, that she took it back: %v", err)
	}
	if err := confirm("anna", twin); err != nil {
		t.Fatalf("confirming what stands: %v", err)
	}
	if err := confirm("anna", twin); !errors.Is(err, kept.ErrState) {
		t.Fatalf("confirming twice: got %v, want ErrState", err)
	}
	if v, _, err := w.Desk.Sharing.OpenReferral(ctx, w.SignIn("bruna"), twin); err != nil || v.Package.Fields[0].Value != "Rosa" {
		t.Fatalf("opening the twin: %v", err)
	}
	for _, name := range []string{"anna", "bruna", "sofia", "clara"} {
		if _, _, err := w.Desk.Sharing.OpenReferral(ctx, w.SignIn(name), revoked); err == nil {
			t.Fatalf("%s opened what was taken back", name)
		}
	}
	open := 0
	cards, _, err := w.Desk.Sharing.Inbox(ctx, w.SignIn("bruna"))
	for _, c := range cards {
		if c.ID == twin && c.State != "withdrawn" {
			open++
		}
	}
	if err != nil || open != 1 {
		t.Fatalf("the inbox after a restore: %d open, %v", open, err)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}

// What is gone for good does not stand in the way of a new safe-contact rule, and
// the desk can still read that it was sent.
func TestAfterARestoreTheSafeContactRuleCanChange(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	file := storetest.Rosa(t, w)
	consent, id := storetest.Send(t, w, file.CaseID, "alias")
	copied := storetest.Backup(t, w)
	if _, err := w.Desk.Sharing.Revoke(ctx, w.SignIn("anna"), consent, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	w.Restore(copied)
	storetest.Lift(t, w, "anna", "bruna")
	anna := w.SignIn("anna")
	r, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, id)
	if err != nil || !r.Erased || !r.Shut || len(r.Package.Fields) != 0 {
		t.Fatalf("reading what is gone: %v, erased %v, shut %v, %d fields", err, r.Erased, r.Shut, len(r.Package.Fields))
	}
	if _, _, err := w.Desk.Sharing.OpenReferral(ctx, w.SignIn("bruna"), id); !errors.Is(err, acts.ErrDenied) {
		t.Fatalf("the centre opening what is gone: %v, want ErrDenied", err)
	}
	v, _, err := w.Desk.OpenCase(ctx, anna, file.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Cases.ChangeSafeContact(ctx, anna, file.CaseID, v.Version, rule.SafeContact{DeskOnly: true}, "in_person"); err != nil {
		t.Fatalf("changing the safe-contact rule: %v", err)
	}
	if _, err := w.Desk.Sharing.ConfirmRestored(ctx, w.StepUp("anna", policies.ReferralConfirm, id), id, "she was here"); !errors.Is(err, typed.ErrInvalid) {
		t.Fatalf("confirming without saying how one knows: %v, want ErrInvalid", err)
	}
}

// A woman went back to her alias after the copy was made: the restored file
// opens, without who she is.
func TestRestoreDoesNotUndoGoingBackToTheAlias(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	r := storetest.Rosa(t, w)
	anna := w.SignIn("anna")
	v, _, err := w.Desk.OpenCase(ctx, anna, r.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	form := cases.PersonForm{Alias: "Rosa", Identity: cases.Identity{Name: "Nome", Surname: "Cognome"}}
	if _, err := w.Desk.Cases.SavePerson(ctx, anna, r.CaseID, v.Version, form); err != nil {
		t.Fatal(err)
	}
	copied := storetest.Backup(t, w)
	if v, _, err = w.Desk.OpenCase(ctx, anna, r.CaseID, storetest.Parts...); err != nil || v.Identity == nil {
		t.Fatalf("the case before: %v", err)
	}
	if _, err := w.Desk.Cases.Anonymise(ctx, w.StepUp("anna", policies.CaseAnonymise, r.CaseID), r.CaseID, v.Version); err != nil {
		t.Fatal(err)
	}
	if out := w.Restore(copied); out.Erased != 2 {
		t.Fatalf("secrets gone: got %d, want those of identity and card", out.Erased)
	}
	storetest.Lift(t, w, "anna")
	anna = w.SignIn("anna")
	if v, _, err = w.Desk.OpenCase(ctx, anna, r.CaseID, storetest.Parts...); err != nil || v.Identity != nil || v.Safe.CodeWord != "girasole" {
		t.Fatalf("the restored case: %v, with identity %v", err, v.Identity != nil)
	}
	if cards, _, err := w.Desk.Cases.Search(ctx, anna, "Cognome"); err != nil || len(cards) != 0 {
		t.Fatalf("searching her name: %d found, %v", len(cards), err)
	}
	if _, err := w.Desk.Cases.Anonymise(ctx, w.StepUp("anna", policies.CaseAnonymise, r.CaseID), r.CaseID, v.Version); err != nil {
		t.Fatalf("going back to the alias again: %v", err)
	}
	if v, _, err = w.Desk.OpenCase(ctx, anna, r.CaseID, storetest.Parts...); err != nil || v.Card.Code == "" {
		t.Fatalf("the case with its new card: %v", err)
	}
	if cards, _, err := w.Desk.Cases.Search(ctx, anna, v.Card.Code); err != nil || len(cards) != 1 {
		t.Fatalf("searching the new code: %d found, %v", len(cards), err)
	}
}

// Only the command line restores, and a restore ends what was open.
func TestRestoreIsTheConsolesAct(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	for _, name := range []string{"anna", "clara"} {
		if _, _, err := w.Desk.Restore(ctx, w.SignIn(name), nil); !errors.Is(err, acts.ErrDenied) {
			t.Fatalf("restoring as %s: got %v, want ErrDenied", name, err)
		}
	}
	cookie, _ := w.Cookie("anna")
	if _, _, err := w.Desk.Restore(ctx, acts.ConsoleCaller(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Door.Caller(ctx, cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Fatalf("a session after a restore: got %v, want ErrSignedOut", err)
	}
	all, err := w.Office.Administration(ctx, acts.ConsoleCaller())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all.People {
		if !slices.Contains([]string{string(acts.Suspended), string(acts.Removed)}, p.State) {
			t.Fatalf("an account is %s after a restore", p.State)
		}
	}
}

// What a social service had of her number, and she took back after the copy, does
// not come back with it: the desk tells it again, or nobody does.
func TestRestoreShutsTheContactInATask(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	file := storetest.Rosa(t, w)
	if v := storetest.Task(t, w, w.SignIn("sofia"), file.TaskID); v.Safe.Number == "" {
		t.Fatalf("before: the service reads %+v", v.Safe)
	}
	copied := storetest.Backup(t, w)
	if _, err := w.Desk.Sharing.RevokeTask(ctx, w.SignIn("anna"), file.TaskID, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	if out := w.Restore(copied); out.Tasks != 1 {
		t.Fatalf("the restore: %+v, want 1 task shut", out)
	}
	storetest.Lift(t, w, "anna", "sofia")
	readsNothing := func(when string) {
		t.Helper()
		if v := storetest.Task(t, w, w.SignIn("sofia"), file.TaskID); v.Safe.Number != "" || len(v.Safe.Channels) != 0 || len(v.Safe.Hours) != 0 || !v.Safe.DeskOnly {
			t.Fatalf("%s the service reads %+v", when, v.Safe)
		}
		if v, to, _, err := w.Desk.Sharing.ReadSentTask(ctx, w.SignIn("anna"), file.TaskID); err != nil || !v.Shut || !to.Safe.DeskOnly || to.Safe.Rule.Number != "" {
			t.Fatalf("%s the desk is told %+v, that the service reads %+v, %v", when, v, to.Safe, err)
		}
	}
	readsNothing("after the restore")
	if _, err := w.Desk.Sharing.TakeTask(ctx, w.SignIn("sofia"), file.TaskID); err != nil {
		t.Fatalf("taking a shut task: %v", err)
	}
	c, _, err := w.Desk.OpenCase(ctx, w.SignIn("anna"), file.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	rule := c.Safe
	rule.Channels = map[string]string{"call": "yes", "sms": "never", "email": "never"}
	rule.Number = "333 7654321"
	if _, err := w.Desk.Cases.ChangeSafeContact(ctx, w.SignIn("anna"), file.CaseID, c.Version, rule, "in_person"); err != nil {
		t.Fatalf("changing the rule: %v", err)
	}
	readsNothing("after a change that was not told")
	for _, version := range []int64{c.Version + 1, c.Version + 2} { // with a new rule, then with the same
		if _, err := w.Desk.Sharing.TellSafeContact(ctx, w.StepUp("anna", policies.ConsentExtend, file.CaseID), file.CaseID, version, []string{file.TaskID}); err != nil {
			t.Fatalf("telling it again: %v", err)
		}
		if v := storetest.Task(t, w, w.SignIn("sofia"), file.TaskID); v.Safe.Number != "333 7654321" {
			t.Fatalf("once it is told the service reads %+v", v.Safe)
		}
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}

// The same rule told again opens it, too.
func TestRestoredContactOpensWithTheRuleOfBefore(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	file := storetest.Rosa(t, w)
	w.Restore(storetest.Backup(t, w))
	storetest.Lift(t, w, "anna", "sofia")
	c, _, err := w.Desk.OpenCase(ctx, w.SignIn("anna"), file.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := w.Recipients(w.SignIn("anna"), file.CaseID)
	if err != nil || len(list) != 1 || !list[0].News || list[0].Safe.Rule.Number != "" {
		t.Fatalf("the desk may tell %+v, %v", list, err)
	}
	if _, err := w.Desk.Sharing.TellSafeContact(ctx, w.StepUp("anna", policies.ConsentExtend, file.CaseID), file.CaseID, c.Version, []string{file.TaskID}); err != nil {
		t.Fatalf("telling it again: %v", err)
	}
	if v := storetest.Task(t, w, w.SignIn("sofia"), file.TaskID); v.Safe.Number != "333 1234567" || v.Safe.DeskOnly {
		t.Fatalf("once it is told the service reads %+v", v.Safe)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}
