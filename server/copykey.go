package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
)

// atCentre tells whether the caller works at a centre. The Desk and the Door ask
// the policy.
func (q *request) atCentre() bool {
	return q.who.State() == acts.Active && q.who.Works().Packages
}

// copyKeyPage shows the centre's key for copies with its four words.
func (q *request) copyKeyPage() error {
	page, err := q.copyKey()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "copy-key", page)
}

func (q *request) copyKey() (*CopyKeyPage, error) {
	k, err := q.s.house.OwnCopyKey(q.ctx(), q.who)
	if err != nil {
		return nil, err
	}
	roster, err := q.roster()
	if err != nil {
		return nil, err
	}
	page := &CopyKeyPage{Page: q.base(TitleCopyKey), UnitID: k.Unit.ID, Name: k.Unit.Name, Set: k.Set, Words: k.Words,
		Recipient: q.form.Get("recipient"), Version: version(k.Unit.Version)}
	if k.Set {
		page.Since, page.By = q.day(k.Unit.CopyKeyDay), roster.Username(k.Unit.CopyKeyBy)
	}
	return page, nil
}

// setCopyKey keeps another key, or none, after passphrase and code.
func (q *request) setCopyKey() error {
	page, err := q.copyKey()
	if err != nil {
		return err
	}
	recipient := strings.Join(strings.Fields(page.Recipient), "")
	take := q.form.Get("go") == "take_away"
	if take {
		recipient = ""
	}
	if !take && isSecretKey(recipient) {
		page.Recipient = "" // it is not shown again either
		page.Fail("recipient", FailSecretKey)
		return q.show(http.StatusUnprocessableEntity, "copy-key", page)
	}
	if !take && !units.IsRecipient(recipient) {
		page.Fail("recipient", FailCopyKey)
		return q.show(http.StatusUnprocessableEntity, "copy-key", page)
	}
	seen, err := strconv.ParseInt(q.form.Get("version"), 10, 64)
	if err != nil {
		return acts.ErrConflict
	}
	if ok, err := q.stepUp(policies.CopyKeySet, q.who.Unit(), StepUpCopyKey, page.Name); !ok {
		return err
	}
	receipt, err := q.s.house.SetCopyKey(q.ctx(), q.who, recipient, seen)
	if errors.Is(err, acts.ErrConflict) {
		fresh, err := q.copyKey()
		if err != nil {
			return err
		}
		fresh.Problem = ProblemCopyKeyChanged
		return q.show(http.StatusConflict, "copy-key", fresh)
	}
	if err != nil {
		return err
	}
	if take {
		return q.done(receipt, FlashCopyKeyGone, "/credenziali/chiave-centro")
	}
	return q.done(receipt, FlashCopyKey, "/credenziali/chiave-centro")
}

// isSecretKey tells whether somebody pasted the half of an age key that never
// leaves the centre.
func isSecretKey(text string) bool {
	return strings.Contains(strings.ToUpper(text), "AGE-SECRET-KEY-")
}
