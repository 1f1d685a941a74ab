package sharing

import (
	"errors"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/kept"
)

// What was shared for a purpose ends when the purpose is over, though nobody comes
// back to it: an act of the service, which holds no key, takes the keys off and
// deletes the shred secret. The fact stays, with its days; which items she allowed
// stays with her authorisation.

// toldDays is how long the desk can still read what a centre wrote after a referral
// is over, so that it can tell her. Once it has read a decline, that is done.
const toldDays = 7

// over tells whether a referral's content is needed by nobody on a day; last is the
// day of its last step.
func (row *ReferralRow) over(day, last string) bool {
	since := row.UntilDay // it runs out then, whatever came before
	if row.State == "declined" && row.AfterAnswer != "" {
		return true
	}
	if (row.State == "declined" || row.State == "closed") && last < since {
		since = last
	}
	until, err := time.Parse(time.DateOnly, since)
	return err == nil && until.AddDate(0, 0, toldDays).Format(time.DateOnly) < day
}

// overNow is over for a case that went back to its alias: nothing of it that is over
// stays with her name, not even for the days in which the desk would tell her.
func (row *ReferralRow) overNow(day string) bool {
	return row.State == "declined" || row.State == "closed" || row.Standing(day) != policies.ConsentLive
}

// holds tells whether there is content left.
func (row *ReferralRow) holds() bool { return row.Body != nil }

// empty takes the content and both sides' keys out.
func (row *ReferralRow) empty() {
	row.Version++
	row.take()
}

// take is empty within a version that is being written.
func (row *ReferralRow) take() {
	row.Held().TakeOff()
	row.CentreNews = "" // there is nothing left to open
	row.Body, row.Safe = nil, nil
}

// empty takes the content and both sides' keys out.
func (t *TaskRow) empty() {
	t.Version++
	t.Held().TakeOff()
	t.Body = nil
}

// lastStep is the day of a referral's last step.
func lastStep(r kept.Reader, row *ReferralRow) (string, error) {
	steps, err := stepsOf.Rows(r, row.ID)
	day := row.SentDay
	for _, s := range steps {
		day = max(day, s.Day)
	}
	return day, err
}

// referralsToEnd are those of all units that may be over on a day and still hold
// something.
func referralsToEnd(r kept.Reader, day string) ([]*ReferralRow, error) {
	refs, err := endedReferrals.Rows(r)
	if err != nil {
		return nil, err
	}
	lapsed, err := lapsedReferrals.Rows(r, day)
	for _, row := range lapsed {
		if row.State != "declined" && row.State != "closed" {
			refs = append(refs, row)
		}
	}
	return refs, err
}

// referralOver tells whether nobody needs what a referral holds.
func referralOver(r kept.Reader, row *ReferralRow, day string) (bool, error) {
	last, err := lastStep(r, row)
	return err == nil && row.over(day, last), err
}

// emptied tells that a referral that was looked up and allowed holds nothing any
// more: what is said of it, not in it, can still be done.
func (s *sharedReferral) emptied(err error) bool {
	return s != nil && errors.Is(err, acts.ErrErased)
}
