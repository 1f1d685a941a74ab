package referrals

import (
	"context"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/rule"
)

// Opens is every byte that a caller's keys open of a referral or a task: nothing
// that a page would leave out is left out here.
func (d *Desk) Opens(ctx context.Context, who acts.Caller, id string) (texts [][]byte, err error) {
	err = d.store.View(ctx, func(r Reader) error {
		row := &ReferralRow{}
		if r.Get(row, id) != nil {
			texts, err = opensTask(r, who, id)
			return err
		}
		secret, err := r.Secret(row.Secret)
		if err != nil {
			return err
		}
		side, column := &row.To, "to_box"
		if who.Unit() == row.FromUnit {
			side, column = &row.From, "from_box"
		}
		s := &sharedReferral{row: row, side: side, column: column}
		if row.FromCaseKey != 0 && side == &row.From {
			c := &CaseRow{}
			if err := r.Get(c, row.CaseID); err != nil {
				return err
			}
			if s.file, err = d.fileOf(r, who, c); err != nil {
				return err
			}
		}
		if err := s.openKey(r, who); err != nil {
			return err
		}
		key := s.key
		data := key.Derive(crypto.LabelReferralData, secret)
		for column, at := range map[string]int64{"body": row.BodyVersion, "safe": row.SafeVersion} {
			text, err := data.Open(binding(row, column, at), map[string]crypto.Sealed{"body": row.Body, "safe": row.Safe}[column])
			if err != nil {
				return err
			}
			texts = append(texts, text)
		}
		messages, err := messagesOf.Rows(r, id)
		if err != nil {
			return err
		}
		for _, m := range messages {
			old, err := keyBefore(r, id, key, row.KeyVersion, m.KeyVersion)
			if err != nil {
				return err
			}
			text, err := old.Derive(crypto.LabelReferralData, secret).Open(binding(m, "body", m.Version), m.Body)
			if err != nil {
				return err
			}
			texts = append(texts, text)
		}
		return nil
	})
	return texts, err
}

func opensTask(r Reader, who acts.Caller, id string) ([][]byte, error) {
	row := &TaskRow{}
	if err := r.Get(row, id); err != nil {
		return nil, err
	}
	secret, err := r.Secret(row.Secret)
	if err != nil {
		return nil, err
	}
	key, _, err := row.To.open(who, row, "to_box", row.BodyVersion, row.Commitment)
	if err != nil {
		return nil, err
	}
	text, err := key.Derive(crypto.LabelTaskData, secret).Open(binding(row, "body", row.BodyVersion), row.Body)
	return [][]byte{text}, err
}

// SealAsBefore puts into a referral and a task that the caller's unit sent what
// a program without an allow-list put there: the whole rule, and no ticks.
func (d *Desk) SealAsBefore(ctx context.Context, who acts.Caller, referral, task string, safe rule.SafeContact) error {
	_, err := d.do(ctx, who, policies.ReferralRead, func(r Reader, act *acts.Act) error {
		s, err := d.loadReferral(r, act, referral)
		if err != nil {
			return err
		}
		s.row.BodyVersion = s.row.Version + 1
		if s.row.Body, err = s.data.SealValue(binding(s.row, "body", s.row.BodyVersion), s.body); err != nil {
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
		act.Commit = putAll(s.row, row)
		to, err := mayReceive(r, act.Day, row.FromUnit, row.ToUnit, 0)
		if err != nil {
			return err
		}
		return sealTask(act, nil, to, row, body.secret, TaskPackage{Alias: body.Alias, Request: body.Request, Safe: safe})
	})
	return err
}

// ConsentAt is the version of an authorisation.
func (d *Desk) ConsentAt(ctx context.Context, id string) (version int64, err error) {
	err = d.store.View(ctx, func(r Reader) error {
		row := &ConsentRow{}
		err := r.Get(row, id)
		version = row.Version
		return err
	})
	return version, err
}

// ForgetMarks seals an authorisation as a program without marks did.
func (d *Desk) ForgetMarks(ctx context.Context, who acts.Caller, id string) error {
	_, err := d.do(ctx, who, policies.ReferralPreview, func(r Reader, act *acts.Act) error {
		c, row, a, err := d.loadConsent(r, act, id)
		if err != nil {
			return err
		}
		key, err := c.keyAt(r, row.KeyVersion)
		if err != nil {
			return err
		}
		a.Shown = nil
		row.Version++
		row.Body, err = seal(key.Derive(crypto.LabelData, c.secret), row, "body", a)
		act.Commit = putAll(row)
		return err
	})
	return err
}

// Recipients are the units that know how to reach her.
func (d *Desk) Recipients(ctx context.Context, who acts.Caller, caseID string) ([]Recipient, audit.Receipt, error) {
	v, receipt, err := d.OpenCase(ctx, who, caseID, PartKnown)
	return v.Known, receipt, err
}

// Shareable is what a page shows on which she chooses.
func (d *Desk) Shareable(ctx context.Context, who acts.Caller, caseID string, ticked []string, seen Marks) (Choices, audit.Receipt, error) {
	v, receipt, err := d.PrepareReferral(ctx, who, caseID, Preparing{Choose: true, Ticked: ticked, Seen: seen})
	return v.Choices, receipt, err
}
