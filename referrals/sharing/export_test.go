package sharing

import (
	"context"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/kept"
)

// GiveAsBefore records an authorisation as a program did that kept no row of what
// lives: a folder of then goes on.
func (d *Desk) GiveAsBefore(ctx context.Context, who acts.Caller, caseID string, in Authorisation) (string, error) {
	row := &ConsentRow{RowKey: kept.NewRow()}
	_, err := d.work.Do(ctx, who, policies.ConsentGive, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, caseID)
		if err != nil {
			return err
		}
		if err := in.check(act.Now); err != nil {
			return err
		}
		m, err := newMarker(r, c)
		if err != nil {
			return err
		}
		if err := m.bind(&in); err != nil {
			return err
		}
		row.CaseID, row.Unit, row.Centre, row.State, row.Day, row.UntilDay = caseID, act.Who.Unit(), in.Centre, consentLive, act.Day, in.Until
		row.UntilReply, row.Way, row.Feedback, row.Text = in.UntilReply, in.Way, in.Feedback, in.Text
		act.Commit = kept.PutAll(row)
		return c.Put(r, act, row, in)
	})
	return row.ID, err
}
