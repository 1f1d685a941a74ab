package server

import (
	"errors"
	"net/http"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/units"
)

// factorCookie binds the enrolment of a second factor to one browser.
const (
	factorCookie = "__Host-factor"
	factorFor    = 10 * time.Minute
)

func (q *request) recoveryPage() error {
	return q.show(http.StatusOK, "recovery-code", &RecoveryCodePage{Page: q.base(TitleRecoveryCode)})
}

// recover signs in with a recovery code in place of the one-time code.
func (q *request) recover() error {
	in, err := q.s.door.FinishRecovery(q.ctx(), q.cookie(pendingCookie), q.form.Get("recovery"), q.from())
	return q.entered(in, err)
}

// replaceFactor asks for passphrase and code, then leads to the enrolment.
func (q *request) replaceFactor() error {
	if q.who.MustEnrol() {
		return q.redirect("/credenziali/fattore/nuovo")
	}
	ok, err := q.stepUp(policies.FactorReplace, q.who.Person(), StepUpFactor, "")
	if !ok {
		return err
	}
	return q.beginFactor()
}

func (q *request) beginFactor() error {
	cookie, err := q.s.door.BeginFactor(q.ctx(), q.who)
	if err != nil {
		return err
	}
	q.setCookie(factorCookie, cookie, factorFor)
	return q.redirect("/credenziali/fattore/nuovo")
}

// newFactor is the factor that waits for its first code. Without one it leads to
// where it begins: to her passphrase, after a recovery code.
func (q *request) newFactor() (*accounts.NewFactor, error) {
	f, err := q.s.door.Factor(q.ctx(), q.who, q.cookie(factorCookie))
	if !errors.Is(err, accounts.ErrOver) {
		return f, err
	}
	if !q.who.MustEnrol() {
		return nil, q.redirect("/credenziali/fattore")
	}
	return nil, q.coverNow()
}

func (q *request) newFactorPage() error {
	f, err := q.newFactor()
	if f == nil {
		return err
	}
	return q.show(http.StatusOK, "enrol", q.enrolPage("/credenziali/fattore/nuovo", f, false))
}

func (q *request) enrol() error {
	f, err := q.newFactor()
	if f == nil {
		return err
	}
	receipt, err := q.s.door.ReplaceFactor(q.ctx(), q.who, q.cookie(factorCookie), q.form.Get("code"))
	if errors.Is(err, accounts.ErrSignIn) {
		page := q.enrolPage("/credenziali/fattore/nuovo", f, false)
		page.Fail("code", FailEnrol)
		return q.show(http.StatusUnprocessableEntity, "enrol", page)
	}
	if err != nil {
		return err
	}
	q.setCookie(factorCookie, "", -1)
	if q.who.MustEnrol() {
		return q.done(receipt, FlashEnrolled, "/")
	}
	return q.done(receipt, FlashEnrolled, "/credenziali")
}

// newCodes asks for passphrase and code, then shows ten new codes, once.
func (q *request) newCodes() error {
	if q.form.Get("kept") == "yes" {
		return q.redirect("/credenziali")
	}
	ok, err := q.stepUp(policies.RecoveryCodesReplace, q.who.Person(), StepUpCodes, "")
	if !ok {
		return err
	}
	codes, receipt, err := q.s.door.NewRecoveryCodes(q.ctx(), q.who)
	var done *acts.Unfinished
	if err != nil && !errors.As(err, &done) {
		return err
	}
	q.receipt(receipt)
	page := q.codesPage("/credenziali/codici", codes, false)
	if done != nil { // the old ones are worth nothing any more: she must see these
		status, _ := answerTo(done)
		page.Problem, page.Then = unfinishedKey(done), []string{"error.saved", unfinishedKey(done) + "_next"}
		page.Support = q.support(status, done)
		return q.show(status, "recovery-codes", page)
	}
	return q.show(http.StatusOK, "recovery-codes", page)
}

// unlock lets a colleague's locked factor be tried again.
func (q *request) unlock() error { return q.unlockPerson(q.id("person"), "/ammissioni") }

// unlockAdministrator does so for a person of no unit, by another administrator.
func (q *request) unlockAdministrator() error {
	return q.unlockPerson(q.form.Get("person"), "/personale")
}

func (q *request) unlockPerson(person, back string) error {
	roster, err := q.roster()
	if err != nil {
		return err
	}
	ok, err := q.stepUp(policies.FactorUnlock, person, StepUpUnlock, q.colleague(roster, person))
	if !ok {
		return err
	}
	receipt, err := q.s.door.Unlock(q.ctx(), q.who, person)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashUnlocked, back)
}

// colleague names a person of the caller's own unit, and nobody else: an address
// guessed says nothing of whom it belongs to.
func (q *request) colleague(roster *units.Roster, person string) string {
	if p, ok := roster.People[person]; ok && p.Unit == q.who.Unit() {
		return p.Username
	}
	return ""
}
