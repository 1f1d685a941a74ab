package cases

import (
	"context"
	"sort"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/ban"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// SetRecall puts a case on "Da richiamare", or takes it off. What breaks her
// safe-contact rule comes back as Invalid, with the reason; ErrConflict when the
// case changed since version, ErrState when it is closed.
func (d *Desk) SetRecall(ctx context.Context, who acts.Caller, id string, version int64, p rule.Recall) (audit.Receipt, error) {
	if p.Day == "" {
		p = rule.Recall{}
	} else if err := p.Check(d.work.Gate.Now()); err != nil {
		return audit.Receipt{}, err
	}
	return d.edit(ctx, who, policies.CaseUpdate, id, version, func(r kept.Reader, act *acts.Act, c *kept.File) ([]acts.Row, error) {
		if p.Day != "" {
			if c.Row.State == "closed" {
				return nil, kept.ErrState
			}
			if field, why := c.Safe.AllowsRecall(p, act.Now.Location()); why != rule.Permitted {
				return nil, &typed.Invalid{Fields: map[string]string{field: string(why)}}
			}
			if other, err := ban.Of(r, act, c); err != nil {
				return nil, err
			} else if other != nil {
				return nil, &typed.Invalid{Fields: map[string]string{"recall": string(rule.BannedElsewhere)}}
			}
		}
		c.SetRecall(p)
		return nil, nil
	})
}

// RecallLine is a woman whose safe hours are open now. Number and code word are
// not on it.
type RecallLine struct {
	CaseID   string
	Code     string
	Alias    string
	Since    string
	Channels []string
	Closes   time.Time // when her safe hours end; zero without an end today
}

// RecallNow lists those whose safe hours are open now, ending soonest first.
func RecallNow(r kept.Reader, act *acts.Act) ([]RecallLine, error) {
	rows, err := recallCases.Rows(r, act.Who.Unit(), act.Day)
	all, err := kept.Lines(act, rows, err, func(row *kept.CaseRow) (RecallLine, bool, error) { return recallLine(r, act, row) })
	if err != nil {
		return nil, err
	}
	act.Salt = nil
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i].Closes, all[j].Closes
		if a.IsZero() || b.IsZero() {
			return !a.IsZero()
		}
		return a.Before(b)
	})
	return all, nil
}

// recallLine is the line of a woman who may be called now, or shown false.
func recallLine(r kept.Reader, act *acts.Act, row *kept.CaseRow) (l RecallLine, shown bool, err error) {
	if kept.ShutTo(act.Who, row) {
		return l, false, nil
	}
	c, err := kept.Open(r, act, row)
	if err != nil {
		return l, false, err
	}
	plan := c.Recall()
	if !plan.Now(act.Now) {
		return l, false, nil
	}
	l = RecallLine{CaseID: row.ID, Code: c.Card.Code, Alias: c.Card.Alias, Since: row.RecallDay, Closes: plan.Closes(c.Safe.Closing(act.Now), act.Now)}
	for _, kind := range []string{"call", "whatsapp", "sms"} {
		if c.Safe.Allows(kind, act.Now) == rule.Permitted {
			l.Channels = append(l.Channels, kind)
		}
	}
	if len(l.Channels) == 0 {
		return l, false, nil
	}
	act.Detail.IDs = append(act.Detail.IDs, row.ID)
	return l, true, nil
}

// recallCases lists the open cases with a call due on or before a day.
var recallCases = kept.Cases.Find().Is("unit").Not("recall_day", "").UpTo("recall_day").Not("state", "closed").By("recall_day", "id")
