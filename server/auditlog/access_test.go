package auditlog_test

import (
	"net/http"
	"testing"

	"sportello/policies"
	"sportello/referrals/store/storetest"
)

func TestAuditorSeesWhoCanOpenWhat(t *testing.T) {
	s := site.Standard(t)
	b := s.Inside(t, "clara")
	b.Says(b.Status(b.Get("/registro/accessi"), http.StatusOK), s.People["anna"].ID, s.People["bruna"].ID, "desk", "Operatrice")
	b.Silent(b.Page, "Voce non nota")
	b.Status(b.Get("/registro/invii"), http.StatusOK)
}

// TestWhoCanOpenCountsWhatACentreReads: of what was ever sent to a centre, the
// auditor reads how much it can open today, which is what its members find.
func TestWhoCanOpenCountsWhatACentreReads(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	s.Fill(t)
	sent, _, err := s.Desk.AuditLog.AuditReferrals(t.Context(), s.Caller("clara"))
	if err != nil {
		t.Fatal(err)
	}
	cards, _, err := s.Desk.Sharing.Inbox(t.Context(), s.Caller("bruna"))
	if err != nil {
		t.Fatal(err)
	}
	live, to := 0, s.Units[storetest.Ginestra]
	for _, c := range cards {
		if c.Standing == policies.ConsentLive {
			live++
		}
	}
	ever := 0
	for _, r := range sent {
		if r.ToUnit == to {
			ever++
		}
	}
	all, _, err := s.Desk.AuditLog.WhoCanOpen(t.Context(), s.Caller("clara"))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Person == s.People["bruna"].ID && (a.Referrals != live || live == 0 || live == ever) {
			t.Errorf("the centre can open %d of %d, its inbox has %d", a.Referrals, ever, live)
		}
		if a.Person == s.People["anna"].ID && a.Referrals != 0 {
			t.Errorf("the desk is said to have received %d", a.Referrals)
		}
	}
}
