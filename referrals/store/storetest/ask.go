package storetest

import (
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals"
	"sportello/referrals/sharing"
)

// Recipients are the units that know how to reach her.
func (w *World) Recipients(who acts.Caller, caseID string) ([]sharing.Recipient, audit.Receipt, error) {
	v, receipt, err := w.Desk.OpenCase(w.T.Context(), who, caseID, referrals.PartKnown)
	return v.Known, receipt, err
}

// Shareable is what a page shows on which she chooses.
func (w *World) Shareable(who acts.Caller, caseID string, ticked []string, seen sharing.Marks) (sharing.Choices, audit.Receipt, error) {
	v, receipt, err := w.Desk.PrepareReferral(w.T.Context(), who, caseID, referrals.Preparing{Choose: true, Ticked: ticked, Seen: seen})
	return v.Choices, receipt, err
}
