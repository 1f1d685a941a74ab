package people

import (
	"sportello/policies"
	"sportello/policies/units"
	"sportello/server/frame"
)

// RecoveryRemovePage is "recovery-remove": it posts to /ammissioni/recupero/togli;
// the step-up page follows.
type RecoveryRemovePage struct{ frame.Page }

// RecoveryRemove answers GET /ammissioni/recupero/togli.
func RecoveryRemove(q *frame.Request) (frame.Shown, error) {
	page, err := recoveryKey(q)
	if err != nil {
		return nil, err
	}
	if !page.InUse && !page.Older {
		return nil, q.Redirect("/ammissioni/recupero")
	}
	return &RecoveryRemovePage{Page: q.Base(TitleRecoveryRemove)}, nil
}

// RemoveRecovery takes the unit's recovery away, at once.
func RemoveRecovery(q *frame.Request, _ *frame.Nothing) error {
	page, err := recoveryKey(q)
	if err != nil {
		return err
	}
	if !page.InUse && !page.Older {
		return units.ErrNoRecovery
	}
	if ok, err := q.StepUp(policies.RecoveryRemove, q.Who.Unit(), StepUpKeepNot, ""); !ok {
		return err
	}
	receipt, err := q.Door.RemoveRecovery(q.Context(), q.Who)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashRecoveryGone, "/ammissioni/recupero")
}

// What the page says.
const (
	StepUpKeepNot       = "stepup.recovery_gone"
	FlashRecoveryGone   = "keep.gone"
	TitleRecoveryRemove = "keep.remove_title"
)
