package parts

import (
	"sportello/policies"
	"sportello/policies/units"
	"sportello/server/frame"
)

// UnlockPerson lets a locked factor be tried again, after passphrase and code.
func UnlockPerson(q *frame.Request, person, back string) error {
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	ok, err := q.StepUp(policies.FactorUnlock, person, frame.StepUpUnlock, colleague(q, roster, person))
	if !ok {
		return err
	}
	receipt, err := q.Door.Unlock(q.Context(), q.Who, person)
	if err != nil {
		return err
	}
	return q.Done(receipt, frame.FlashUnlocked, back)
}

// colleague names a person of the caller's own unit, and nobody else: an address
// guessed says nothing of whom it belongs to.
func colleague(q *frame.Request, roster *units.Roster, person string) string {
	if p, ok := roster.People[person]; ok && p.Unit == q.Who.Unit() {
		return p.Username
	}
	return ""
}
