package people

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/server/frame"
)

// RecoveryKeyPage is "recovery-key": the offline recovery of one's own unit. It
// posts recipient and heard (four words) to /ammissioni/recupero; where something
// waits for the reader, heard to /ammissioni/recupero/conferma or, of her own
// proposal, /ammissioni/recupero/accetta. The step-up page follows. Stopping what
// waits posts to /recuperi/UNIT.
type RecoveryKeyPage struct {
	frame.Page
	UnitID     string
	InUse      bool
	Since      time.Time // of the last change
	By         string    // whose it was
	Older      bool      // the agency had one before units had their own
	Centre     bool      // a centre may do without
	Waits      string    // for what the proposal waits: confirm, accept (both from the reader), second, alone; or empty
	ProposedBy string    // user name
	Proposed   time.Time
	From       time.Time // day from which the only member may accept
	RecoveryKeyForm
	HeardForm
}

// RecoveryKeyForm is the public key that is proposed.
type RecoveryKeyForm struct {
	Recipient string `form:"recipient" max:"4000"`
}

// HeardForm is the four words that were heard.
type HeardForm struct {
	Heard string `form:"heard" max:"200"`
}

// RecoverySetForm is a proposal.
type RecoverySetForm struct {
	RecoveryKeyForm
	HeardForm
}

// parseWords reads four words as they were shown or typed.
func parseWords(s string) (units.Words, bool) {
	list := strings.Fields(strings.ToLower(s))
	if len(list) != 4 {
		return units.Words{}, false
	}
	return units.Words(list), true
}

// RecoveryKey shows where the recovery of the caller's unit stands.
func RecoveryKey(q *frame.Request) (frame.Shown, error) {
	page, err := recoveryKey(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func recoveryKey(q *frame.Request) (*RecoveryKeyPage, error) {
	s, err := q.House.Recovery(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	page := &RecoveryKeyPage{Page: q.Base(TitleRecoveryKey), UnitID: s.Unit.ID, InUse: s.InUse, Since: q.Day(s.Changed), By: s.ChangedBy,
		Older: s.Older, Centre: s.Unit.Is().Packages}
	q.Fill(&page.RecoveryKeyForm)
	q.Fill(&page.HeardForm)
	p := s.Proposed
	if p == nil {
		return page, nil
	}
	page.ProposedBy, page.Proposed, page.From = p.By, q.Day(p.Day), q.Day(p.From)
	switch {
	case p.MayConfirm:
		page.Waits = "confirm"
	case p.Alone && p.Ready && p.Mine:
		page.Waits = "accept"
	case p.Alone:
		page.Waits = "alone"
	default:
		page.Waits = "second"
	}
	return page, nil
}

// SetRecovery proposes a recovery recipient whose words she heard.
func SetRecovery(q *frame.Request, f *RecoverySetForm) error {
	page, err := recoveryKey(q)
	if err != nil {
		return err
	}
	recipient := strings.Join(strings.Fields(f.Recipient), "")
	heard, ok := parseWords(f.Heard)
	switch {
	case frame.IsSecretKey(recipient):
		page.Recipient = "" // it is not shown again
		page.Fail("recipient", frame.FailSecretKey)
	case !units.IsRecipient(recipient):
		page.Fail("recipient", FailRecipient)
	}
	if !ok {
		page.Fail("heard", FailHeardWords)
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err = q.StepUp(policies.RecoverySet, q.Who.Unit(), StepUpKeep, ""); !ok {
		return err
	}
	inForce, receipt, err := q.House.SetRecovery(q.Context(), q.Who, recipient, heard)
	if errors.Is(err, units.ErrWords) {
		return wrongHeard(q, page)
	}
	if err != nil {
		return err
	}
	if inForce {
		return q.Done(receipt, FlashRecoverySet, "/ammissioni/recupero")
	}
	return q.Done(receipt, FlashKeyProposed, "/ammissioni/recupero")
}

// ConfirmRecovery is a second member's word for the proposed recipient.
func ConfirmRecovery(q *frame.Request, f *HeardForm) error {
	return takeUpRecovery(q, f, policies.RecoveryConfirm, q.Door.ConfirmRecovery)
}

// AcceptRecovery is the only member's own word, once its waiting time is over.
func AcceptRecovery(q *frame.Request, f *HeardForm) error {
	return takeUpRecovery(q, f, policies.RecoveryAccept, q.Door.AcceptRecovery)
}

func takeUpRecovery(q *frame.Request, f *HeardForm, a policies.Action, take func(context.Context, acts.Caller, units.Words) (audit.Receipt, error)) error {
	page, err := recoveryKey(q)
	if err != nil {
		return err
	}
	heard, ok := parseWords(f.Heard)
	if !ok {
		page.Fail("heard", FailHeardWords)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err = q.StepUp(a, q.Who.Unit(), StepUpKeep, ""); !ok {
		return err
	}
	receipt, err := take(q.Context(), q.Who, heard)
	if errors.Is(err, units.ErrWords) {
		return wrongHeard(q, page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashRecoverySet, "/ammissioni/recupero")
}

func wrongHeard(q *frame.Request, page *RecoveryKeyPage) error {
	page.Page.FormToken = q.Door.FormToken(q.Who)
	page.Fail("heard", FailHeardWords)
	return q.Show(http.StatusConflict, page)
}

// What the page says.
const (
	StepUpKeep       = "stepup.recovery"
	FailHeardWords   = "keep.heard_wrong"
	FlashKeyProposed = "keep.proposed"
	FlashRecoverySet = "keep.done"
)
