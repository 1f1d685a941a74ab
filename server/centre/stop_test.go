package centre_test

import (
	"strings"
	"testing"

	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
)

// TestStopStandsFirst in the inbox, before what is new, with the appointment to cancel by
// its own reference; what the desk wrote waits there until it was seen.
func TestStopStandsFirst(t *testing.T) {
	f := storetest.NewFlow(t)
	fresh := f.Refer(f.Case, f.Authorise("alias"))
	v, _, err := f.Desk.Sharing.OpenReferral(t.Context(), f.Caller("bruna"), f.Consent)
	storetest.Try(t, "opening", err)
	ref := sharing.Reference(sharing.LastAppointment(v.Messages).ID)
	bruna := site.Serve(t, f.World).Inside(t, "bruna")
	bruna.Says(bruna.Get("/arrivi/"+f.Consent), ref, "scrivete solo questo riferimento")
	_, err = f.Desk.Sharing.Revoke(t.Context(), f.Caller("anna"), f.Consent, "code_word")
	storetest.Try(t, "revoking", err)
	page := bruna.Get("/arrivi")
	bruna.Says(page, "Fermarsi subito", ref, "Appuntamenti da disdire")
	if stop, first := strings.Index(page.Body, "/arrivi/"+f.Consent), strings.Index(page.Body, "/arrivi/"+fresh); stop < 0 || first < 0 || stop > first {
		t.Errorf("the stop stands at %d, what is new at %d", stop, first)
	}
	notice := bruna.Get("/arrivi/" + f.Consent + "/avviso")
	bruna.Says(notice, ref, "elenco")
	bruna.Silent(notice, f.Word("place"), f.Word("question"))
}
