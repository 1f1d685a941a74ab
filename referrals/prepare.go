package referrals

import (
	"context"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
)

// Preparing is what a page asks for on which a referral is prepared with her, before
// she authorised anything.
type Preparing struct {
	Lat, Lon int64    // of the municipality she names, as for Directory; 0 for none
	Centre   string   // only this one of the directory; empty for all
	Parts    []Part   // of her case file
	Choose   bool     // what she can share, with marks
	Ticked   []string // of an earlier page of this choice, with what it showed
	Seen     sharing.Marks
}

// Prepared is what was asked for.
type Prepared struct {
	CaseView
	Centres []sharing.CentreEntry
	Choices sharing.Choices
}

// PrepareReferral reads, in one act, her case file's head and parts, the directory,
// and what she can share. acts.ErrDenied for a centre that is not in the directory.
func (d *Desk) PrepareReferral(ctx context.Context, who acts.Caller, caseID string, in Preparing) (Prepared, audit.Receipt, error) {
	var v Prepared
	receipt, err := d.work.Do(ctx, who, policies.ReferralPreview, func(r kept.Reader, act *acts.Act) error {
		v = Prepared{}
		c, err := kept.Load(r, act, caseID)
		if err != nil {
			return err
		}
		if err := act.Also(policies.CaseOpen, kept.CaseObject(act.Who, c.Row)); err != nil {
			return err
		}
		if err := act.Also(policies.DirectoryRead, policies.Object{Kind: policies.KindDirectory}); err != nil {
			return err
		}
		if v.Centres, err = sharing.Centres(r, act, in.Lat, in.Lon); err != nil {
			return err
		}
		if in.Centre != "" {
			v.Centres = slices.DeleteFunc(v.Centres, func(e sharing.CentreEntry) bool { return e.ID != in.Centre })
			if len(v.Centres) == 0 {
				return acts.ErrDenied
			}
		}
		if in.Choose {
			if v.Choices, err = sharing.ChoicesOf(r, c, in.Ticked, in.Seen); err != nil {
				return err
			}
			act.Shows(string(partChoices))
		}
		v.CaseView, err = viewCase(r, act, c, in.Parts...)
		return err
	})
	return v, receipt, err
}
