package referrals

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
)

// endMax bounds what one act of the service ends.
const endMax = 200

// EndOver ends what is over, and says how much. It needs no key and is done by the
// service itself, every hour. Where nothing is over it leaves no leaf. What is not what
// the log names stays as it is, and its error comes after all else was ended.
func (d *Desk) EndOver(ctx context.Context, who acts.Caller) (int, error) {
	ended := 0
	for {
		var more kept.Change
		var unread error
		err := d.work.View(ctx, func(r kept.Reader) (err error) {
			more, unread, err = kept.Due(r, d.Day(), endMax)
			return err
		})
		if err != nil || more.Empty() {
			return ended, errors.Join(err, unread)
		}
		if _, err := d.endOver(ctx, who); err != nil {
			return ended, err
		}
		ended += len(more.Put) + len(more.Delete)
	}
}

func (d *Desk) endOver(ctx context.Context, who acts.Caller) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.RecordsEnd, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		due, unread, err := kept.Due(r, act.Day, endMax)
		act.Spare(unread)
		act.Count, act.Commit = int64(len(due.Put)+len(due.Delete)), due.Write
		return err
	})
}
