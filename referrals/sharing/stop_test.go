package sharing_test

import (
	"errors"
	"testing"

	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestStopStatement: what a centre states of a referral that she took back holds
// together, stays, and can be added to.
func TestStopStatement(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna := t.Context(), w.Caller("anna"), w.Caller("bruna")
	consent, id := storetest.Send(t, w, storetest.Rosa(t, w).CaseID, "alias")
	_, err := w.Desk.Sharing.AcknowledgeStop(ctx, bruna, id, "not_used")
	if err == nil {
		t.Fatal("a statement before she took it back was taken")
	}
	_, err = w.Desk.Sharing.Revoke(ctx, anna, consent, "code_word")
	storetest.Try(t, "revoking", err)
	says := func(want string) {
		t.Helper()
		v, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, id)
		if err != nil || v.Code != want {
			t.Errorf("the desk reads %q, %v; want %q", v.Code, err, want)
		}
	}
	refused := func(key string, done ...string) {
		t.Helper()
		var bad *typed.Invalid
		if _, err := w.Desk.Sharing.AcknowledgeStop(ctx, bruna, id, done...); !errors.As(err, &bad) || bad.Fields["done"] != key {
			t.Errorf("stating %q: got %v, want %s", done, err, key)
		}
	}
	refused("error.choose_one")
	refused("error.choose_one", "")
	refused("error.choose_one", "not_used", "words of her own")
	refused("error.contradicts", "not_used", "contacted")
	refused("error.contradicts", "contacted", "copy_destroyed", "not_used")
	says("")
	_, err = w.Desk.Sharing.AcknowledgeStop(ctx, bruna, id, "not_used")
	storetest.Try(t, "stating", err)
	refused("error.contradicts", "contacted")
	refused("error.contradicts", "contacted", "copy_destroyed")
	says("not_used")
	for range 2 { // sent twice, stated once
		_, err = w.Desk.Sharing.AcknowledgeStop(ctx, bruna, id, "copy_destroyed", "not_used")
		storetest.Try(t, "stating more", err)
		says("not_used copy_destroyed")
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}
