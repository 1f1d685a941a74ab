package sharing

import (
	"context"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
)

// What one side of a referral did stands on the other's list until somebody there has
// opened the referral. It is a code of what stands in plaintext anyway: a state, or the
// kind of a message.

// NewsCodes are what the desk can find new in a referral.
var NewsCodes = []string{"accepted", "appointment", "question", "message", "engaged", "no_show", "closed", "declined", "stop_done"}

// newsOf is what a step of the centre is for the desk.
func newsOf(step string) string {
	switch step {
	case "accept":
		return "accepted"
	case "decline":
		return "declined"
	case "ask":
		return "question"
	}
	return step
}

// see takes away what was new to the caller's side, and tells whether something was.
func (s *sharedReferral) see(who acts.Caller) (seen bool) {
	news := &s.row.DeskNews
	if who.Unit() != s.row.FromUnit {
		news = &s.row.CentreNews
	}
	seen, *news = *news != "", ""
	return seen
}

// noteSeen is what noteOpened is for a referral that nobody can open any more.
func noteSeen(act *acts.Act, s *sharedReferral) error {
	if s.see(act.Who) {
		s.row.Version++
		act.Commit = kept.PutAll(s.row)
	}
	return nil
}

// Proposed is what can still be said of an appointment once the referral holds nothing
// any more: what the centre calls it, and on which day it was proposed. When and where
// it is stood in the message, and went with it.
type Proposed struct{ Reference, Day string }

// proposedOf are the appointments that were proposed in a referral, the last one first.
func proposedOf(r kept.Reader, row *ReferralRow) (all []Proposed, err error) {
	rows, err := messagesOf.Rows(r, row.ID)
	for _, m := range rows {
		if m.Kind == "appointment" {
			all = append(all, Proposed{Reference(m.ID), m.Day})
		}
	}
	slices.Reverse(all)
	return all, err
}

// withdrawnOn is the day on which she took a referral back.
func withdrawnOn(r kept.Reader, id string) (day string, err error) {
	steps, err := stepsOf.Rows(r, id)
	for _, s := range steps {
		if s.State == "withdrawn" {
			day = s.Day
		}
	}
	return day, err
}

// stopTold is what the desk notes in AfterAnswer once it told a centre by telephone.
const stopTold = "told"

// MarkStopTold says that the desk told the centre by telephone to stop: the stop leaves
// what cannot wait, and stands at the centre until it answers. ErrState where there is no
// stop that waits for an answer, and once it was said.
func (d *Desk) MarkStopTold(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.ReferralSeen, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, id)
		if err != nil {
			return err
		}
		if s.row.State != "withdrawn" || s.row.Code != "" || s.row.AfterAnswer != "" {
			return kept.ErrState
		}
		s.row.Version++
		s.row.AfterAnswer = stopTold
		act.Commit = kept.PutAll(s.row)
		return nil
	})
}
