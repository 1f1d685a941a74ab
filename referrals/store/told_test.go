package store_test

import (
	"slices"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals"
	"sportello/referrals/auditlog"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
)

// newestDetail is what the auditor opens of the newest leaf of an action.
func newestDetail(t *testing.T, f *storetest.Flow, a policies.Action) *audit.Detail {
	t.Helper()
	clara := f.Caller("clara")
	page, _, err := f.Desk.AuditLog.Read(ctx, clara, auditlog.Filter{Action: string(a), Outcome: audit.Allowed})
	if err != nil || len(page.Entries) == 0 {
		t.Fatalf("reading the leaves of %s: %d, %v", a, len(page.Entries), err)
	}
	_, d, _, err := f.Desk.AuditLog.ProveEntry(ctx, clara, page.Entries[0].Index)
	if err != nil || d == nil {
		t.Fatalf("opening the detail of %s: %v, %v", a, d, err)
	}
	return d
}

// TestAuditorReadsWhatAnActSays: the reason for which a note was moved, the parts of
// a case file that a page showed and no others, and what else a contact was that was
// closed with a case opened and a task sent.
func TestAuditorReadsWhatAnActSays(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := f.SignIn("anna")
	if _, _, err := f.Desk.OpenCase(ctx, anna, f.Case, referrals.PartDiary, referrals.PartReferrals); err != nil {
		t.Fatal(err)
	}
	if got, want := newestDetail(t, f, policies.CaseOpen).Also, []string{"diary", "referrals", string(policies.ReferralList)}; !slices.Equal(got, want) {
		t.Errorf("of a case that was opened the detail says %v, want %v", got, want)
	}
	if _, _, err := f.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), OpenCase: true, Service: f.Units["service"],
		Contact: cases.Contact{Speaker: "she", Channel: "phone", Outcome: "social_service"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := newestDetail(t, f, policies.ContactClose).Also, []string{string(policies.CaseOpenNew), string(policies.TaskCreate)}; !slices.Equal(got, want) {
		t.Errorf("of a contact that was closed the detail says %v, want %v", got, want)
	}
	if _, err := f.Desk.Cases.MoveNote(ctx, f.StepUp("anna", policies.NoteMove, f.Note), f.Note, f.Closed, "era della sorella"); err != nil {
		t.Fatal(err)
	}
	if got := newestDetail(t, f, policies.NoteMove).Reason; got != "era della sorella" {
		t.Errorf("why a note was moved reaches the auditor as %q", got)
	}
}

// TestAPartNobodyAskedForIsNotRead: what a page does not ask for is not there.
func TestAPartNobodyAskedForIsNotRead(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := f.SignIn("anna")
	all, _, err := f.Desk.OpenCase(ctx, anna, f.Case, storetest.Parts...)
	if err != nil || all.Told.Request == "" || all.Identity == nil || len(all.Notes) == 0 || len(all.Contacts) == 0 || len(all.Consents) == 0 || len(all.Referrals) == 0 {
		t.Fatalf("the case has not all parts: this test would prove nothing (%v)", err)
	}
	head, _, err := f.Desk.OpenCase(ctx, anna, f.Case)
	if err != nil || head.Card.Alias != all.Card.Alias || !head.Safe.Said() {
		t.Errorf("the head alone: %v", err)
	}
	if head.Told.Request != "" || head.Identity != nil || len(head.Notes)+len(head.Contacts)+len(head.Consents)+len(head.Referrals)+len(head.Sent)+len(head.Known) != 0 {
		t.Error("the head brings parts that nobody asked for")
	}
	if _, _, err := f.Desk.OpenCase(ctx, anna, f.Case, "everything"); err == nil || storetest.Is(err, acts.ErrDenied) {
		t.Errorf("an unknown part: %v", err)
	}
}

// TestReadersAreAllWhoSawTheHead: who looked at a referral saw her name and how to
// reach her beside it: "who opened the case" says so; a centre, which sees neither, is
// not on it.
func TestReadersAreAllWhoSawTheHead(t *testing.T) {
	f := storetest.NewFlow(t)
	id := f.Refer(f.Case, f.Authorise("request"))
	on := func(person string) (n int) {
		t.Helper()
		_, all, _, err := f.Desk.AuditLog.Readers(ctx, f.Caller("anna"), f.Case)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Actor == f.People[person].ID {
				n++
			}
		}
		return n
	}
	before := on("gina")
	if _, _, err := f.Desk.Sharing.ReadReferral(ctx, f.SignIn("gina"), id); err != nil {
		t.Fatal(err)
	}
	if got := on("gina"); got != before+1 {
		t.Errorf("gina read a referral of the case: %d lines, want %d", got, before+1)
	}
	if _, _, err := f.Desk.Sharing.OpenReferral(ctx, f.SignIn("bruna"), id); err != nil {
		t.Fatal(err)
	}
	if got := on("bruna"); got != 0 {
		t.Errorf("a centre's worker stands %d times among who opened the case", got)
	}
}
