package people

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/server/frame"
)

// CopyKeyPage is "copy-key": the centre's own public key, kept off the server, to
// which its sealed copies are made. Posts recipient (empty takes it away) and
// version to /credenziali/chiave-centro; the step-up page follows.
type CopyKeyPage struct {
	frame.Page
	UnitID string
	Name   string
	Set    bool
	Words  [4]string
	Since  time.Time
	By     string // user name
	CopyKeyForm
	Version string
}

// CopyKeyForm is another public key of the centre's.
type CopyKeyForm struct {
	Recipient string `form:"recipient" max:"4000"`
}

// CopyKey shows the centre's key for copies with its four words.
func CopyKey(q *frame.Request) (frame.Shown, error) {
	page, err := copyKey(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func copyKey(q *frame.Request) (*CopyKeyPage, error) {
	k, err := q.House.OwnCopyKey(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &CopyKeyPage{Page: q.Base(TitleCopyKey), UnitID: k.Unit.ID, Name: k.Unit.Name, Set: k.Set, Words: k.Words,
		Version: frame.Version(k.Unit.Version)}
	q.Fill(&page.CopyKeyForm)
	if k.Set {
		page.Since, page.By = q.Day(k.Unit.CopyKeyDay), roster.Username(k.Unit.CopyKeyBy)
	}
	return page, nil
}

// SetCopyKey keeps another key, or none, after passphrase and code.
func SetCopyKey(q *frame.Request, f *CopyKeyForm) error {
	page, err := copyKey(q)
	if err != nil {
		return err
	}
	recipient := strings.Join(strings.Fields(f.Recipient), "")
	take := q.Pressed() == "take_away"
	if take {
		recipient = ""
	}
	if !take && frame.IsSecretKey(recipient) {
		page.Recipient = "" // it is not shown again either
		page.Fail("recipient", frame.FailSecretKey)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if !take && !units.IsRecipient(recipient) {
		page.Fail("recipient", FailCopyKey)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	seen, err := strconv.ParseInt(q.Hidden("version"), 10, 64)
	if err != nil {
		return acts.ErrConflict
	}
	if ok, err := q.StepUp(policies.CopyKeySet, q.Who.Unit(), StepUpCopyKey, page.Name); !ok {
		return err
	}
	receipt, err := q.House.SetCopyKey(q.Context(), q.Who, recipient, seen)
	if errors.Is(err, acts.ErrConflict) {
		fresh, err := copyKey(q)
		if err != nil {
			return err
		}
		fresh.Problem = ProblemCopyKeyChanged
		return q.Show(http.StatusConflict, fresh)
	}
	if err != nil {
		return err
	}
	if take {
		return q.Done(receipt, FlashCopyKeyGone, "/credenziali/chiave-centro")
	}
	return q.Done(receipt, FlashCopyKey, "/credenziali/chiave-centro")
}

// What the page says.
const (
	StepUpCopyKey         = "stepup.copy_key"
	FailCopyKey           = "copy_key.wrong"
	FlashCopyKey          = "copy_key.done"
	FlashCopyKeyGone      = "copy_key.gone"
	ProblemCopyKeyChanged = "copy_key.changed"
	TitleCopyKey          = "copy_key.title"
)
