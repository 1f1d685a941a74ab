package sharing_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// allowed is an authorisation for the centre of the usual cast.
func allowed(w *storetest.World, purpose string, fields ...string) sharing.Authorisation {
	return sharing.Authorisation{Centre: w.Units["centre"], Purpose: purpose, Fields: fields, Feedback: "came",
		Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"}
}

func give(t *testing.T, w *storetest.World, caseID string, in sharing.Authorisation) string {
	t.Helper()
	id, _, err := w.Desk.Sharing.GiveConsent(t.Context(), w.SignIn("anna"), caseID, in)
	storetest.Try(t, "giving consent", err)
	return id
}

func sendIt(t *testing.T, w *storetest.World, id string) error {
	t.Helper()
	return storetest.Third(w.Desk.Sharing.SendReferral(t.Context(), w.StepUp("anna", policies.ReferralSend, id), id))
}

func consentOf(t *testing.T, w *storetest.World, caseID, id string) sharing.ConsentView {
	t.Helper()
	for _, c := range storetest.Open(t, w, w.SignIn("anna"), caseID).Consents {
		if c.ID == id {
			return c
		}
	}
	t.Fatal("the case has no such authorisation")
	return sharing.ConsentView{}
}

// TestNewAuthorisationEndsTheOneNotSent: for the same recipient and purpose, and
// no other.
func TestNewAuthorisationEndsTheOneNotSent(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	wide, legal := give(t, w, out.CaseID, allowed(w, "support", "alias", "request")), give(t, w, out.CaseID, allowed(w, "legal", "alias"))
	narrow := give(t, w, out.CaseID, allowed(w, "support", "alias"))
	if c := consentOf(t, w, out.CaseID, wide); c.State != "superseded" || c.EndedDay != w.Desk.Day() || c.Standing == policies.ConsentLive {
		t.Errorf("the older one: %+v", c)
	}
	if err := sendIt(t, w, wide); err == nil {
		t.Error("the older one was sent")
	}
	for _, id := range []string{narrow, legal} {
		storetest.Try(t, "sending what lives", sendIt(t, w, id))
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("the records: %v", r.Problems)
	}
}

// TestOfTwoAuthorisationsAtOnceOneLives: whichever came later.
func TestOfTwoAuthorisationsAtOnceOneLives(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	anna := w.SignIn("anna")
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			if _, _, err := w.Desk.Sharing.GiveConsent(t.Context(), anna, out.CaseID, allowed(w, "support", "alias")); err != nil {
				t.Errorf("giving at once: %v", err)
			}
		})
	}
	wait.Wait()
	live, sent := 0, 0
	for _, c := range storetest.Open(t, w, anna, out.CaseID).Consents {
		if c.State == "live" {
			live++
		}
		if sendIt(t, w, c.ID) == nil {
			sent++
		}
	}
	if live != 1 || sent != 1 {
		t.Errorf("%d live, %d could be sent", live, sent)
	}
}

// TestSentAuthorisationIsReplacedOnlyWhenAsked: instead of it, with its stop
// notice in the same act; or besides it, for another purpose.
func TestSentAuthorisationIsReplacedOnlyWhenAsked(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := t.Context()
	out := storetest.Rosa(t, w)
	first := give(t, w, out.CaseID, allowed(w, "support", "alias", "request"))
	storetest.Try(t, "sending", sendIt(t, w, first))
	anna, bruna := w.SignIn("anna"), w.SignIn("bruna")
	if _, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, allowed(w, "support", "alias")); !errors.Is(err, sharing.ErrLive) {
		t.Fatalf("another for the same purpose: got %v, want ErrLive", err)
	}
	besides := give(t, w, out.CaseID, allowed(w, "legal", "alias"))
	if _, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, first); err != nil {
		t.Fatalf("the first, after one for another purpose: %v", err)
	}
	in := allowed(w, "support", "alias")
	in.Form, in.Instead = typed.NewForm(), true
	size := w.Store.Log().Size()
	second := give(t, w, out.CaseID, in)
	if leaves := storetest.LeavesSince(t, w, size); len(leaves) < 1 {
		t.Fatal("no leaf")
	}
	if _, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, first); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the centre opens what was replaced: %v", err)
	}
	notice, _, err := w.Desk.Sharing.Notice(ctx, bruna, first)
	if err != nil || notice.State != "withdrawn" || notice.EndedDay == "" {
		t.Errorf("the stop notice: %+v, %v", notice, err)
	}
	again, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, in)
	if err != nil || again != second {
		t.Errorf("the same form again: %v, another id %v", err, again != second)
	}
	for _, id := range []string{second, besides} {
		storetest.Try(t, "sending", sendIt(t, w, id))
	}
	if _, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, second); err != nil {
		t.Errorf("the new one: %v", err)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("the records: %v", r.Problems)
	}
}

// TestRevokedBeforeItWasSent: and then another may be given; the row of what lives
// is read under every version of the case's key.
func TestRevokedBeforeItWasSent(t *testing.T) {
	w := storetest.New(t).Wide()
	out := storetest.Rosa(t, w)
	id := give(t, w, out.CaseID, allowed(w, "support", "alias"))
	v, _, err := w.Desk.Sharing.ReadConsent(t.Context(), w.SignIn("anna"), id)
	if err != nil || v.CaseID != out.CaseID || v.ReferralID != "" || v.Standing != policies.ConsentLive {
		t.Fatalf("reading it: %+v, %v", v, err)
	}
	storetest.Try(t, "removing", w.TakeOut("anna", "lia", false))
	_, err = w.Desk.Sharing.Revoke(t.Context(), w.SignIn("anna"), id, "code_word")
	storetest.Try(t, "revoking", err)
	if err := sendIt(t, w, id); err == nil {
		t.Error("it was sent after she took it back")
	}
	if _, err := w.Desk.Sharing.Revoke(t.Context(), w.SignIn("anna"), id, "code_word"); !errors.Is(err, kept.ErrState) {
		t.Errorf("revoking twice: %v", err)
	}
	next := give(t, w, out.CaseID, allowed(w, "support", "alias"))
	storetest.Try(t, "sending the next", sendIt(t, w, next))
}

// TestHiddenAuthorisationDoesNotComeBack: whoever can write to the file takes the
// wider one out while the narrower is given, and puts it back. Its leaf fits.
func TestHiddenAuthorisationDoesNotComeBack(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	wide := give(t, w, out.CaseID, allowed(w, "support", "alias", "request"))
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, store.MainFile))
	storetest.Try(t, "opening the file", err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	change := func(text string) {
		t.Helper()
		_, err := db.Exec(text, wide)
		storetest.Try(t, "changing the file", err)
	}
	change("CREATE TEMP TABLE hidden AS SELECT * FROM consent WHERE id = ?")
	change("DELETE FROM consent WHERE id = ?")
	if _, _, err := w.Desk.Sharing.GiveConsent(t.Context(), w.SignIn("anna"), out.CaseID, allowed(w, "support", "alias")); err == nil {
		t.Error("one was given while the older was hidden: nothing ended it")
	}
	change("INSERT INTO consent SELECT * FROM hidden WHERE id = ?")
	narrow := give(t, w, out.CaseID, allowed(w, "support", "alias"))
	if err := sendIt(t, w, wide); err == nil {
		t.Error("the older one was sent")
	}
	storetest.Try(t, "sending the narrower", sendIt(t, w, narrow))
}

// TestTwoOfAnOlderProgramAreNotSent: nobody can tell which she gave last, so
// neither is sent before the other is taken back or a new one given.
func TestTwoOfAnOlderProgramAreNotSent(t *testing.T) {
	before := func(t *testing.T, w *storetest.World, caseID string, in sharing.Authorisation) string {
		t.Helper()
		id, err := w.Desk.Sharing.GiveAsBefore(t.Context(), w.SignIn("anna"), caseID, in)
		storetest.Try(t, "giving as before", err)
		return id
	}
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	wide, other := allowed(w, "support", "alias", "request"), allowed(w, "legal", "alias")
	brief := allowed(w, "support", "alias")
	brief.Until = w.Desk.Day()
	ids := []string{before(t, w, out.CaseID, wide), before(t, w, out.CaseID, brief)}
	alone := before(t, w, out.CaseID, other)
	for _, id := range ids {
		if err := sendIt(t, w, id); !errors.Is(err, sharing.ErrSeveral) {
			t.Errorf("sending one of two: got %v, want ErrSeveral", err)
		}
		if p, _, err := w.Desk.Sharing.PreviewReferral(t.Context(), w.SignIn("anna"), id); err != nil || !p.Several {
			t.Errorf("its preview: several %v, %v", p.Several, err)
		}
	}
	storetest.Try(t, "sending the one of its purpose", sendIt(t, w, alone))
	w.Clock.Add(48 * time.Hour)
	if err := sendIt(t, w, ids[0]); !errors.Is(err, sharing.ErrSeveral) {
		t.Errorf("sending the wider once the narrower has run out: got %v, want ErrSeveral", err)
	}
	_, err := w.Desk.Sharing.Revoke(t.Context(), w.SignIn("anna"), ids[1], "code_word")
	storetest.Try(t, "taking the other back", err)
	storetest.Try(t, "sending what is left", sendIt(t, w, ids[0]))

	w = storetest.New(t).Standard()
	out = storetest.Rosa(t, w)
	ids = []string{before(t, w, out.CaseID, wide), before(t, w, out.CaseID, wide)}
	next := give(t, w, out.CaseID, allowed(w, "support", "alias"))
	for _, id := range ids {
		if err := sendIt(t, w, id); err == nil {
			t.Error("one of an older program was sent after a new one")
		}
	}
	storetest.Try(t, "sending the new one", sendIt(t, w, next))
}

// TestRestoreShutsAuthorisations until the desk confirms each, or she takes it back.
func TestRestoreShutsAuthorisations(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := t.Context()
	out := storetest.Rosa(t, w)
	unsent, gone := give(t, w, out.CaseID, allowed(w, "support", "alias")), give(t, w, out.CaseID, allowed(w, "legal", "alias"))
	sent := give(t, w, out.CaseID, allowed(w, "shelter", "alias"))
	storetest.Try(t, "sending", sendIt(t, w, sent))
	if got := w.Restore(storetest.Backup(t, w)); got.Consents != 3 || got.Shut != 1 {
		t.Fatalf("the restore: %+v", got)
	}
	storetest.Lift(t, w, "anna", "bruna")
	shut, _, err := w.Desk.ReadAgenda(ctx, w.SignIn("anna"))
	if err != nil || len(shut.Shut) != 2 {
		t.Fatalf("the Agenda: %+v, %v", shut.Shut, err)
	}
	confirm := func(name, id, how string) error {
		t.Helper()
		_, err := w.Desk.Sharing.ConfirmConsent(ctx, w.StepUp(name, policies.ReferralConfirm, id), id, how)
		return err
	}
	for name, c := range map[string]struct {
		err, want error
	}{
		"sending":               {sendIt(t, w, unsent), acts.ErrDenied},
		"in words of one's own": {confirm("anna", unsent, "perché sì"), typed.ErrInvalid},
		"by the centre":         {confirm("bruna", unsent, "papers"), acts.ErrDenied},
		"the one that was sent": {confirm("anna", sent, "papers"), kept.ErrState},
		"without passphrase": {func() error {
			_, err := w.Desk.Sharing.ConfirmConsent(ctx, w.SignIn("anna"), unsent, "papers")
			return err
		}(), acts.ErrDenied},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: got %v, want %v", name, c.err, c.want)
		}
	}
	_, err = w.Desk.Sharing.Revoke(ctx, w.SignIn("anna"), gone, "in_person")
	storetest.Try(t, "revoking one that is shut", err)
	storetest.Try(t, "confirming", confirm("anna", unsent, "she_said"))
	if err := confirm("anna", unsent, "she_said"); !errors.Is(err, kept.ErrState) {
		t.Errorf("confirming twice: %v", err)
	}
	storetest.Try(t, "sending what was confirmed", sendIt(t, w, unsent))
	_, err = w.Desk.Sharing.ConfirmRestored(ctx, w.StepUp("anna", policies.ReferralConfirm, sent), sent, "papers")
	storetest.Try(t, "confirming the referral", err)
	if c := consentOf(t, w, out.CaseID, sent); c.Shut {
		t.Error("the authorisation of a confirmed referral is still shut")
	}
	if a, _, err := w.Desk.ReadAgenda(ctx, w.SignIn("anna")); err != nil || len(a.Shut) != 0 {
		t.Errorf("the Agenda afterwards: %+v, %v", a.Shut, err)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("the records: %v", r.Problems)
	}
}
