package centre_test

import (
	"net/http"
	"testing"

	"sportello/referrals/store/storetest"
)

// TestInboxLeadsSomewhere: what the centre can no longer open has no link in
// its inbox, and no urgency that nobody knows any more.
func TestInboxLeadsSomewhere(t *testing.T) {
	f := storetest.NewFlow(t)
	untilReply := f.Authorise("alias")
	untilReply.UntilReply = true
	answered := f.Refer(f.Other, untilReply)
	if _, err := f.Desk.Sharing.Decline(t.Context(), f.Caller("bruna"), answered, "full"); err != nil {
		t.Fatal(err)
	}
	bruna := site.Serve(t, f.World).Inside(t, "bruna")
	bruna.Silent(bruna.Get("/arrivi"), answered, "Voce non nota")
	bruna.Says(bruna.Get("/arrivi"), "Il centro non può accogliere", "/arrivi/"+f.Declined)
	bruna.Status(bruna.Get("/arrivi/"+f.Declined), http.StatusOK)
	bruna.Status(bruna.Get("/arrivi/"+answered), http.StatusNotFound)
}
