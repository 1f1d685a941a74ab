package referrals

import (
	"context"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// SetRecall puts a case on "Da richiamare", or takes it off. What breaks her
// safe-contact rule comes back as Invalid, with the reason; ErrConflict when the
// case changed since version, ErrState when it is closed.
func (d *Desk) SetRecall(ctx context.Context, who acts.Caller, id string, version int64, p rule.Recall) (audit.Receipt, error) {
	if p.Day == "" {
		p = rule.Recall{}
	} else if err := p.Check(d.Day()); err != nil {
		return audit.Receipt{}, err
	}
	return d.edit(ctx, who, policies.CaseUpdate, id, version, func(_ Reader, act *acts.Act, c *caseFile) ([]acts.Row, error) {
		if p.Day != "" {
			if c.row.State == "closed" {
				return nil, ErrState
			}
			if field, why := c.safe.AllowsRecall(p, act.Now.Location()); why != rule.Permitted {
				return nil, &typed.Invalid{Fields: map[string]string{field: string(why)}}
			}
		}
		c.setRecall(p)
		return nil, nil
	})
}

func (c *caseFile) setRecall(p rule.Recall) {
	c.row.RecallDay, c.card.RecallFrom, c.card.RecallTo = p.Day, p.From, p.To
}

func (c *caseFile) recall() rule.Recall {
	return rule.Recall{Day: c.row.RecallDay, From: c.card.RecallFrom, To: c.card.RecallTo}
}

// keepRecall drops, after she changed her rule, what it does not allow any more:
// the planned hours, or the call.
func (c *caseFile) keepRecall(zone *time.Location) {
	p := c.recall()
	switch {
	case p.Day == "" || !c.safe.Rings():
		c.setRecall(rule.Recall{})
	case p.From != "":
		if field, _ := c.safe.AllowsRecall(p, zone); field != "" {
			c.setRecall(rule.Recall{Day: p.Day})
		}
	}
}
