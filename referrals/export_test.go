package referrals

import (
	"context"
	"errors"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
)

// GiveAsBefore records an authorisation as a program did that kept no row of what
// lives: a folder of then goes on.
func (d *Desk) GiveAsBefore(ctx context.Context, who acts.Caller, caseID string, in Authorisation) (string, error) {
	row := &ConsentRow{RowKey: newRow()}
	_, err := d.do(ctx, who, policies.ConsentGive, func(r Reader, act *acts.Act) error {
		c, err := d.load(r, act, caseID)
		if err != nil {
			return err
		}
		if err := in.check(act.Now); err != nil {
			return err
		}
		m, err := d.marker(r, c)
		if err != nil {
			return err
		}
		if err := m.bind(&in); err != nil {
			return err
		}
		row.CaseID, row.Unit, row.Centre, row.State, row.Day, row.UntilDay = caseID, act.Who.Unit(), in.Centre, consentLive, act.Day, in.Until
		row.UntilReply, row.Way, row.Feedback, row.Text, row.KeyVersion = in.UntilReply, in.Way, in.Feedback, in.Text, c.row.KeyVersion
		if row.Body, err = seal(c.data, row, "body", in); err != nil {
			return err
		}
		act.Commit = putAll(row)
		return nil
	})
	return row.ID, err
}

// KeepForUnit keeps a referral and a task of a restricted case as a program did that
// knew no side kept by name.
func (d *Desk) KeepForUnit(ctx context.Context, who acts.Caller, referral, task string) error {
	_, err := d.do(ctx, who, policies.ReferralRead, func(r Reader, act *acts.Act) error {
		s, err := d.loadReferral(r, act, referral)
		if err != nil {
			return err
		}
		s.row.Version++
		t := &TaskRow{}
		if err := r.Get(t, task); err != nil {
			return err
		}
		body, err := openSentTask(r, act, t, s.file)
		if err != nil {
			return err
		}
		t.Version++
		act.Commit = putAll(s.row, t)
		return errors.Join(s.row.keepFrom(act.Who, nil, s.key, s.data), t.keepFrom(act.Who, nil, body.key))
	})
	return err
}

// KeptForSender opens what a unit that sent keeps of a referral, or of a task, with
// the keys of a member alone: she copied the file, and asks no policy.
func (d *Desk) KeptForSender(ctx context.Context, who acts.Caller, referral, task string) (p Package, t TaskPackage, err error) {
	err = d.view(ctx, func(r Reader) error {
		if referral != "" {
			row := &ReferralRow{}
			if err := r.Get(row, referral); err != nil {
				return err
			}
			secret, err := r.Secret(row.Secret)
			if err != nil {
				return err
			}
			key, _, err := row.From.open(who, row, "from_box", row.KeyVersion, row.Commitment)
			if err != nil {
				return err
			}
			return key.Derive(crypto.LabelReferralData, secret).OpenValue(binding(row, "body", row.BodyVersion), row.Body, &p)
		}
		row := &TaskRow{}
		if err := r.Get(row, task); err != nil {
			return err
		}
		secret, err := r.Secret(row.Secret)
		if err != nil {
			return err
		}
		key, _, err := row.From.open(who, row, "from_box", row.keyVersion(), row.Commitment)
		if err != nil {
			return err
		}
		return key.Derive(crypto.LabelTaskData, secret).OpenValue(binding(row, "body", row.BodyVersion), row.Body, &t)
	})
	return p, t, err
}
