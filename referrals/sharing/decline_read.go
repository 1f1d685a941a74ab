package sharing

import (
	"context"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/typed"
)

// AfterAnswers are what a desk does once it read that a centre cannot welcome
// her.
var AfterAnswers = []string{"another_centre", "with_her", "service", "nothing"}

var afterAnswers = typed.Codes(AfterAnswers...)

// answerTransition is the desk's own view of a decline: it waits on the Agenda
// until somebody read it, once. Any other state has no answer to be read.
func answerTransition(row *ReferralRow, next string) error {
	if row.State != "declined" || row.AfterAnswer != "" {
		return kept.ErrState
	}
	row.AfterAnswer, row.DeskNews = next, ""
	return nil
}

// MarkAnswerSeen says that the desk read a centre's decline, and what comes
// next, by a code of AfterAnswers: it leaves the Agenda. The centre does not see
// it. ErrState for any other state, and once it was said.
func (d *Desk) MarkAnswerSeen(ctx context.Context, who acts.Caller, id, next string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("after_answer", next, afterAnswers)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.ReferralSeen, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, id)
		if err != nil && !s.emptied(err) {
			return err
		}
		if err := answerTransition(s.row, next); err != nil {
			return err
		}
		if err := s.Adopt(act.Who); err != nil {
			return err
		}
		s.row.Version++
		act.Commit = kept.PutAll(s.row)
		return nil
	})
}
