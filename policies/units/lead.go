package units

import (
	"context"
	"errors"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// An administrator chooses the role of whoever he invites, and a lead receives
// keys that her colleagues do not have. So the role is his proposal: whoever is
// invited as lead leads once a lead of the unit admitted her, or two who were its
// members before her gave their word. Until then she works in the unit's first
// role, whose name her row carries, so that whatever asks for a role or looks for
// leads need not know of this. Who founds a unit founds it as whatever she is.

// The states of a lead's word.
const (
	leadWaiting = "waiting" // admitted by one who does not lead
	leadGiven   = "given"
)

// admittedAs gives a newcomer the role that one member's word, or recovery's, is
// worth. It returns the row that waits for the second word, or none.
func admittedAs(r acts.Reader, act *acts.Act, p *acts.Person, by string) ([]acts.Row, error) {
	if policies.Role(p.Role) != policies.Lead || by != acts.RecoveryPerson && act.Who.Role() == policies.Lead {
		return nil, nil
	}
	var u acts.Unit
	if err := r.Get(&u, p.Unit); err != nil {
		return nil, err
	}
	before, err := othersIn(r, p.Unit, p.ID, by)
	if err != nil {
		return nil, err
	}
	word := &LeadWord{}
	if err := r.Get(word, p.ID); errors.Is(err, acts.ErrNoRow) {
		word = &LeadWord{RowKey: acts.RowKey{ID: p.ID}}
	} else if err != nil {
		return nil, err
	}
	word.Version++
	word.Unit, word.State, word.FirstBy, word.FirstDay, word.Before = p.Unit, leadWaiting, by, act.Day, before
	word.SecondBy, word.SecondDay, word.Words = "", "", ""
	p.Role = string(u.Is().Roles[0])
	return []acts.Row{word}, nil
}

// othersIn lists who came into a unit and was not removed, but for the people
// named: the suspended, and those who wait again since recovery made its newest
// key, give no word before they are members again.
func othersIn(r acts.Reader, unit string, but ...string) (acts.List, error) {
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	if err != nil {
		return "", err
	}
	var all acts.List
	for _, p := range people {
		if p.State == string(acts.Removed) || slices.Contains(but, p.ID) {
			continue
		}
		first, err := firstWrap(r, p)
		if err != nil {
			return "", err
		}
		if first != nil {
			all = all.With(p.ID)
		}
	}
	return all, nil
}

// led tells whether somebody leads a unit who holds its newest key: a suspended
// one counts until she is removed, or an administrator could choose who gives the
// second word.
func led(r acts.Reader, unit string) (bool, error) {
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	if err != nil {
		return false, err
	}
	for _, p := range people {
		if policies.Role(p.Role) != policies.Lead || p.State != string(acts.Active) && p.State != string(acts.Suspended) {
			continue
		}
		err := r.Get(&acts.UnitWrap{}, WrapID(unit, r.Epoch(unit), p.ID))
		if !errors.Is(err, acts.ErrNoRow) {
			return true, err
		}
	}
	return false, nil
}

// leadObject is a member who is to lead as the policy sees her.
func leadObject(r acts.Reader, who acts.Caller, p *acts.Person, word *LeadWord) (policies.Object, error) {
	has, err := led(r, p.Unit)
	o := policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency, State: p.State,
		Author: word.FirstBy, Named: !has && word.Before.Has(who.Person())}
	return o, err
}

// LeadWords computes the words of a member who is to lead, from her stored
// recipient, for whoever gives the second word.
func (h *House) LeadWords(ctx context.Context, who acts.Caller, person string) (Words, error) {
	var w Words
	_, err := h.Do(ctx, who, policies.MemberList, func(r acts.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: who.Unit(), Unit: who.Unit(), Agency: who.Agency(), UnitKind: who.UnitKind()}); err != nil {
			return err
		}
		p, _, err := leadToBe(r, act.Who, person)
		if err != nil {
			return err
		}
		w, err = h.storedWords(ctx, p, r.Epoch(p.Unit))
		return err
	})
	return w, err
}

// leadToBe finds a member of the caller's unit who waits for the second word;
// anybody else is absent.
func leadToBe(r acts.Reader, who acts.Caller, person string) (*acts.Person, *LeadWord, error) {
	p, word := &acts.Person{}, &LeadWord{}
	if err := r.Get(p, person); err != nil {
		return nil, nil, err
	}
	if err := r.Get(word, person); err != nil {
		return nil, nil, err
	}
	if p.Unit != who.Unit() || word.Unit != p.Unit || p.State != string(acts.Active) || word.State != leadWaiting {
		return nil, nil, acts.ErrDenied
	}
	return p, word, nil
}

// leadsToBe are the members of the caller's unit who wait for the second word,
// and whether it may be hers.
func leadsToBe(r acts.Reader, who acts.Caller) (map[string]bool, error) {
	words, err := LeadWordsOf.Rows(r, who.Unit())
	if err != nil {
		return nil, err
	}
	leads := map[string]bool{}
	for _, w := range words {
		if w.State != leadWaiting {
			continue
		}
		has, err := led(r, who.Unit())
		if err != nil {
			return nil, err
		}
		second := !has && w.Before.Has(who.Person()) && w.FirstBy != who.Person()
		leads[w.ID] = w.ID != who.Person() && (who.Role() == policies.Lead || second)
	}
	return leads, nil
}

// NameLead is the second word: the member whom one admitted, and whose words the
// caller heard too, leads the unit from now on. The caller has stepped up.
// ErrWords for other words; the policy refuses who admitted her, who came after
// her, and everybody but a lead where there is one.
func (h *House) NameLead(ctx context.Context, who acts.Caller, person string, heard Words) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.MemberLead, func(r acts.Reader, act *acts.Act) error {
		p, word, err := leadToBe(r, act.Who, person)
		if err != nil {
			return err
		}
		o, err := leadObject(r, act.Who, p, word)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		words, err := h.storedWords(ctx, p, r.Epoch(p.Unit))
		if err != nil {
			return err
		}
		if words != heard {
			return ErrWords
		}
		word.Version++
		word.State, word.SecondBy, word.SecondDay, word.Words = leadGiven, act.Who.Person(), act.Day, words.String()
		p.Version++
		p.Role = string(policies.Lead)
		act.Commit = func(tx acts.Tx) error { return PutRows(tx, []acts.Row{p, word}, nil) }
		return nil
	})
}

// MustLead says ErrDenied for whoever does not wait for the second word.
func (h *House) MustLead(ctx context.Context, who acts.Caller) error {
	return h.look(ctx, func(r acts.Reader) error {
		_, _, err := leadToBe(r, who, who.Person())
		if errors.Is(err, acts.ErrNoRow) {
			return acts.ErrDenied
		}
		return err
	})
}

// RefuseLead records that other words were read out than the page showed.
func (h *House) RefuseLead(ctx context.Context, who acts.Caller, person string) error {
	_, err := h.Do(ctx, who, policies.MemberLead, func(r acts.Reader, act *acts.Act) error {
		p, _, err := leadToBe(r, act.Who, person)
		if err != nil {
			return err
		}
		if act.Who.State() != acts.Active || p.ID == act.Who.Person() {
			return acts.ErrDenied
		}
		act.Refusing("words", policies.KindPerson, p.ID)
		return nil
	})
	return err
}
