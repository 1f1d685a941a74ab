package sharing

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/rule"

	"github.com/fxamacker/cbor/v2"
)

// Opens is every byte that a caller's keys open of a referral or a task: nothing
// that a page would leave out is left out here.
func (d *Desk) Opens(ctx context.Context, who acts.Caller, id string) (texts [][]byte, err error) {
	err = d.work.Store.View(ctx, func(r kept.Reader) error {
		take := func(raw *cbor.RawMessage, err error) error {
			texts = append(texts, *raw)
			return err
		}
		row, raw := &ReferralRow{}, &cbor.RawMessage{}
		if r.Get(row, id) != nil {
			task := &TaskRow{}
			if err := r.Get(task, id); err != nil {
				return err
			}
			s := kept.ReceivedOf(task)
			return errors.Join(s.Open(r, who), take(raw, s.OpenColumn("body", task.BodyVersion, task.Body, raw)))
		}
		c := &kept.CaseRow{}
		if err := r.Get(c, row.CaseID); err != nil {
			return err
		}
		s, err := kept.SharedOf(r, who, row, c)
		if err != nil {
			return err
		}
		if err := s.Open(r, who); err != nil {
			return err
		}
		if err := errors.Join(take(raw, s.OpenColumn("body", row.BodyVersion, row.Body, raw))); err != nil {
			return err
		}
		raw = &cbor.RawMessage{}
		if err := take(raw, s.OpenColumn("safe", row.SafeVersion, row.Safe, raw)); err != nil {
			return err
		}
		messages, err := messagesOf.Rows(r, id)
		if err != nil {
			return err
		}
		for _, m := range messages {
			raw := &cbor.RawMessage{}
			if err := take(raw, s.Get(r, m, raw)); err != nil {
				return err
			}
		}
		return nil
	})
	return texts, err
}

// SealAsBefore puts into a referral and a task that the caller's unit sent what
// a program without an allow-list put there: the whole rule, and no ticks.
func (d *Desk) SealAsBefore(ctx context.Context, who acts.Caller, referral, task string, safe rule.SafeContact) error {
	_, err := d.work.Do(ctx, who, policies.ReferralRead, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, referral)
		if err != nil {
			return err
		}
		if err := s.sealBody(s.body); err != nil {
			return err
		}
		if err := s.sealSafe(rule.PackageSafe{Rule: safe}); err != nil {
			return err
		}
		s.row.Version++
		row := &TaskRow{}
		if err := r.Get(row, task); err != nil {
			return err
		}
		body, err := openSentTask(r, act, row, nil)
		if err != nil {
			return err
		}
		row.Version++
		act.Commit = kept.PutAll(s.row, row)
		body.TaskPackage = TaskPackage{Alias: body.Alias, Request: body.Request, Safe: safe}
		return body.send(r, act, body.Secret)
	})
	return err
}

// ConsentAt is the version of an authorisation.
func (d *Desk) ConsentAt(ctx context.Context, id string) (version int64, err error) {
	err = d.work.Store.View(ctx, func(r kept.Reader) error {
		row := &ConsentRow{}
		err := r.Get(row, id)
		version = row.Version
		return err
	})
	return version, err
}

// ForgetMarks seals an authorisation as a program without marks did.
func (d *Desk) ForgetMarks(ctx context.Context, who acts.Caller, id string) error {
	_, err := d.work.Do(ctx, who, policies.ReferralPreview, func(r kept.Reader, act *acts.Act) error {
		c, row, a, err := loadConsent(r, act, id)
		if err != nil {
			return err
		}
		a.Shown = nil
		row.Version++
		act.Commit = kept.PutAll(row)
		return c.Put(r, act, row, a)
	})
	return err
}
