package cases

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// Her safe-contact rule gets narrower at once, by whoever it is said, and wider only
// with her, recognised: who has that number may be calling in her name, to learn where
// she is or to cut her off. Neither succeeds in silence: what was said stands beside
// what holds until she was asked.

// ChangeSafeContact replaces the safe-contact rule. recognised says how the
// caller knew her: one of Recognitions. What does not hold any more is taken, in
// the same act, from every centre and social service that she is known to; what is
// new reaches none of them before TellSafeContact. Suspensions, and what waited to be
// asked, end with it.
//
// With NotRecognised nothing is replaced: the channels to which the rule says "mai"
// are suspended, and the rest of it waits.
func (d *Desk) ChangeSafeContact(ctx context.Context, who acts.Caller, id string, version int64, safe rule.SafeContact, recognised string) (audit.Receipt, error) {
	return d.AnswerSafeContact(ctx, who, id, version, safe, recognised, nil)
}

// AnswerSafeContact is ChangeSafeContact with what she takes of the rules that waited:
// each as WAITING.PART, by the place of the one and the name of the other. It stands in
// the place of what the rule says there; what she does not take is over.
func (d *Desk) AnswerSafeContact(ctx context.Context, who acts.Caller, id string, version int64, safe rule.SafeContact, recognised string, taken []string) (audit.Receipt, error) {
	bad := typed.Check{}
	safe.Check(bad)
	if recognised != NotRecognised {
		CheckRecognised(bad, recognised)
	} else if len(taken) > 0 {
		bad["take"] = "safe.take_recognised"
	}
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.edit(ctx, who, policies.CaseSafeContact, id, version, func(r kept.Reader, act *acts.Act, c *kept.File) ([]acts.Row, error) {
		if recognised == NotRecognised {
			return unrecognised(r, act, c, safe)
		}
		if err := knownBy(c, recognised); err != nil {
			return nil, err
		}
		safe, err := take(c, safe, taken)
		if err != nil {
			return nil, err
		}
		safe.Suspended = nil
		return said(r, act, c, safe, recognised, true)
	})
}

// knownBy refuses a way of knowing her that proves nothing: that she was called back,
// where nobody may call.
func knownBy(c *kept.File, recognised string) error {
	if recognised == calledBack && c.Safe.Shut("call") != rule.Permitted {
		return &typed.Invalid{Fields: map[string]string{"recognised": "safe.call_back_shut"}}
	}
	return nil
}

// take puts parts of rules that wait into a rule.
func take(c *kept.File, safe rule.SafeContact, taken []string) (rule.SafeContact, error) {
	for _, t := range taken {
		place, part, _ := strings.Cut(t, ".")
		n, err := strconv.Atoi(place)
		if err != nil || n < 0 || n >= len(c.Waits) || !slices.Contains(rule.RuleParts, part) {
			return safe, &typed.Invalid{Fields: map[string]string{"take": "error.choose_one"}}
		}
		safe = safe.Take([]string{part}, c.Waits[n].Rule)
	}
	return safe, nil
}

// EditRule is the name under which it is kept who changed her rule last.
const EditRule = "safe"

// said makes what she said, recognised, the rule of a case that an act moves on. Whole
// says that all of it was asked: then what waited is over, and so is a stop; else a
// suspension that safe still has stays, and so does what safe does not answer.
func said(r kept.Reader, act *acts.Act, c *kept.File, safe rule.SafeContact, recognised string, whole bool) ([]acts.Row, error) {
	how := kept.RuleChange{Said: whole, Hers: true, Changed: len(c.Safe.Open().Differs(safe.Open())) > 0}
	safe.Recognised, safe.Stopped = recognised, c.Safe.Stopped
	if how.Changed {
		c.Told.Note(act, EditRule)
	}
	c.Safe = safe
	c.Waits = slices.DeleteFunc(slices.Clone(c.Waits), func(w rule.Waiting) bool { return whole || len(safe.Differs(w.Rule)) == 0 })
	if len(c.Waits) == 0 {
		c.Card.Marks = c.Card.Marks.Without(kept.MarkRuleWaits)
	}
	if len(safe.SuspendedBy(rule.SuspendedOther)) == 0 {
		c.Card.Marks = c.Card.Marks.Without(kept.MarkOther)
	}
	change, err := kept.TellRule(r, act, c, how)
	if err != nil {
		return nil, err
	}
	c.KeepRecall(act.Now.Location())
	note, err := NewNote(r, act, c, Note{Kind: NoteRule, Outcome: RuleSaid, Text: recognised})
	return append(change.Put, note...), err
}

// unrecognised keeps what somebody said of a rule who was not known to be she.
func unrecognised(r kept.Reader, act *acts.Act, c *kept.File, safe rule.SafeContact) ([]acts.Row, error) {
	if len(c.Safe.Differs(safe)) == 0 {
		return nil, nil
	}
	safe.Suspended, safe.Recognised, safe.Stopped = nil, "", false
	forbidden := c.Safe.Forbidden(safe)
	if last := len(c.Waits) - 1; last >= 0 && len(c.Waits[last].Rule.Differs(safe)) == 0 {
		return nil, nil // the same as before: it waits already
	}
	c.Waits = append(c.Waits, rule.Waiting{Rule: safe, By: act.Who.Person(), At: act.Now})
	c.Mark(kept.Mark{Kind: kept.MarkRuleWaits, Since: act.Now})
	rows, err := suspend(r, act, c, rule.SuspendedSaid, forbidden...)
	if err != nil {
		return nil, err
	}
	note, err := NewNote(r, act, c, Note{Kind: NoteRule, Outcome: RuleWaits})
	return append(rows, note...), err
}

// suspend shuts channels of a case that an act moves on, here and wherever something of
// hers is kept.
func suspend(r kept.Reader, act *acts.Act, c *kept.File, why string, kinds ...string) ([]acts.Row, error) {
	var narrower bool
	if c.Safe, narrower = c.Safe.Suspend(why, act.Now, kinds...); !narrower {
		return nil, nil
	}
	change, err := kept.TellRule(r, act, c, kept.RuleChange{Changed: true})
	return change.Put, err
}

// otherAnswered notes that somebody else answered on a channel: what reaches her at the
// same number stops until she confirms it.
func otherAnswered(r kept.Reader, act *acts.Act, c *kept.File, channel string) ([]acts.Row, error) {
	c.Mark(kept.Mark{Kind: kept.MarkOther, Since: act.Now})
	return suspend(r, act, c, rule.SuspendedOther, rule.Alike(channel)...)
}

// comeBack compares what a woman who was here says this time with what her case file
// says: her new words take the place of the old ones, which stay in the diary, and her
// rule changes as far as she was recognised.
func comeBack(r kept.Reader, act *acts.Act, c *kept.File, in NewContact) (rows []acts.Row, err error) {
	if before := tellAnew(&c.Told, in.Contact); !reflect.DeepEqual(before, kept.Told{}) {
		if rows, err = NewNote(r, act, c, Note{Kind: NoteRequest, Before: &before}); err != nil {
			return nil, err
		}
	}
	safe := c.Safe.With(in.Safe)
	if len(c.Safe.Differs(safe)) == 0 {
		return rows, nil
	}
	if err := act.Also(policies.CaseSafeContact, kept.CaseObject(act.Who, c.Row)); err != nil {
		return nil, err
	}
	if err := knownBy(c, in.Recognised); err != nil {
		return nil, err
	}
	var more []acts.Row
	if recognitions[in.Recognised] {
		more, err = said(r, act, c, safe, in.Recognised, false)
	} else {
		more, err = unrecognised(r, act, c, safe)
	}
	return append(rows, more...), err
}

// tellAnew puts what she told this time in the place of what she told before, and
// returns of that what was another. What she does not say now is not taken from her.
func tellAnew(told *kept.Told, c Contact) (before kept.Told) {
	replace := func(now, was *string, said string) {
		if said != "" && said != *now {
			*was, *now = *now, said
		}
	}
	replace(&told.Request, &before.Request, c.Request)
	replace(&told.HowMany, &before.HowMany, c.HowMany)
	replace(&told.Ages, &before.Ages, c.Ages)
	if told.Where == "" || c.Children != "unknown" && c.Children != "refused" {
		replace(&told.Where, &before.Where, c.Children)
	}
	if len(c.Needs) > 0 && !slices.Equal(sorted(c.Needs), sorted(told.Needs)) {
		before.Needs, told.Needs = told.Needs, c.Needs
	}
	return before
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// StoppedLine is a woman of the unit whom nobody contacts before she was asked: her
// rule changed where something else of hers is kept.
type StoppedLine struct {
	CaseID string
	kept.CaseWho
	Since string // the day
}

// StoppedNow lists them, longest first. Who may not know of a case does not see that
// it stopped.
func StoppedNow(r kept.Reader, act *acts.Act) ([]StoppedLine, error) {
	rows, err := kept.StoppedIn.Rows(r, act.Who.Unit())
	return kept.Lines(act, rows, err, func(stop *kept.CallStopRow) (l StoppedLine, shown bool, err error) {
		row := &kept.CaseRow{}
		if r.Unnamed(row.Table(), stop.ID) {
			return l, false, nil // of a task or a referral: it stands on that
		}
		if err := r.Get(row, stop.ID); err != nil {
			return l, false, kept.NotNoRow(err)
		}
		if kept.ShutTo(act.Who, row) || row.State == "closed" {
			return l, false, nil
		}
		c, err := kept.Open(r, act, row)
		if err != nil {
			return l, false, err
		}
		act.Detail.IDs = append(act.Detail.IDs, row.ID)
		return StoppedLine{CaseID: row.ID, CaseWho: c.Card.Who(), Since: stop.Day}, true, nil
	})
}
