package referrals

import (
	"context"
	"errors"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// What was shared for a purpose ends when the purpose is over, though nobody comes
// back to it: an act of the service, which holds no key, takes the keys off and
// deletes the shred secret. The fact stays, with its days; which items she allowed
// stays with her authorisation.

// toldDays is how long the desk can still read what a centre wrote after a referral
// is over, so that it can tell her. Once it has read a decline, that is done.
const toldDays = 7

// endMax bounds what one act of the service ends.
const endMax = 200

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
	return row.State == "declined" || row.State == "closed" || row.standing(day) != policies.ConsentLive
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
	row.From, row.To, row.Body, row.Safe = Side{}, Side{}, nil, nil
	row.FromCaseKey, row.FromReply = 0, nil
}

// empty takes the content and both sides' keys out.
func (t *TaskRow) empty() {
	t.Version++
	t.From, t.To, t.Body, t.FromCaseKey = Side{}, Side{}, nil, 0
}

// over is what an act ends: rows without their content, and the secrets of what was
// in it.
type over struct {
	rows    []acts.Row
	secrets []string
}

func (o *over) referral(row *ReferralRow) {
	row.empty()
	o.rows, o.secrets = append(o.rows, row), append(o.secrets, row.Secret)
}

func (o *over) task(row *TaskRow) {
	row.empty()
	o.rows, o.secrets = append(o.rows, row), append(o.secrets, row.Secret)
}

func (o *over) commit(tx acts.Tx) error {
	if err := putAll(o.rows...)(tx); err != nil {
		return err
	}
	for _, secret := range o.secrets {
		if err := eraseOnce(tx, secret); err != nil {
			return err
		}
	}
	return nil
}

// lastStep is the day of a referral's last step.
func lastStep(r Reader, row *ReferralRow) (string, error) {
	steps, err := stepsOf.Rows(r, row.ID)
	day := row.SentDay
	for _, s := range steps {
		day = max(day, s.Day)
	}
	return day, err
}

// referralsToEnd are those of all units that may be over on a day and still hold
// something.
func referralsToEnd(r Reader, day string) ([]*ReferralRow, error) {
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

// allOver finds what is over on a day, as much as one act ends.
func allOver(r Reader, day string) (*over, error) {
	o := &over{}
	refs, err := referralsToEnd(r, day)
	if err != nil {
		return nil, err
	}
	for _, row := range refs {
		last, err := lastStep(r, row)
		if err != nil {
			return nil, err
		}
		if row.over(day, last) && len(o.rows) < endMax {
			o.referral(row)
		}
	}
	tasks, err := tasksToEnd.Rows(r)
	if err != nil {
		return nil, err
	}
	for _, row := range tasks {
		if len(o.rows) < endMax {
			o.task(row)
		}
	}
	return o, nil
}

// EndOver ends what is over, and says how much. It needs no key and is done by the
// service itself, every hour. Where nothing is over it leaves no leaf.
func (d *Desk) EndOver(ctx context.Context, who acts.Caller) (int, error) {
	ended := 0
	for {
		var more *over
		err := d.view(ctx, func(r Reader) (err error) {
			more, err = allOver(r, d.Day())
			return err
		})
		if err != nil || len(more.rows) == 0 {
			return ended, err
		}
		if _, err := d.endOver(ctx, who); err != nil {
			return ended, err
		}
		ended += len(more.rows)
	}
}

func (d *Desk) endOver(ctx context.Context, who acts.Caller) (audit.Receipt, error) {
	return d.do(ctx, who, policies.RecordsEnd, func(r Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		o, err := allOver(r, act.Day)
		if err != nil {
			return err
		}
		act.Count, act.Commit = int64(len(o.rows)), o.commit
		return nil
	})
}

// overOf is what is over of a case that goes back to its alias.
func overOf(r Reader, day, caseID string) (*over, error) {
	o := &over{}
	refs, err := referralsOfCase.Rows(r, caseID)
	if err != nil {
		return nil, err
	}
	for _, row := range refs {
		if row.holds() && row.overNow(day) {
			o.referral(row)
		}
	}
	tasks, err := tasksOfCase.Rows(r, caseID)
	for _, row := range tasks {
		if row.State == taskDone && row.Body != nil {
			o.task(row)
		}
	}
	return o, err
}

// emptied tells that a referral that was looked up and allowed holds nothing any
// more: what is said of it, not in it, can still be done.
func (s *sharedReferral) emptied(err error) bool {
	return s != nil && errors.Is(err, acts.ErrErased)
}
