package accounts

import (
	"context"
	"errors"
	"slices"

	"sportello/policies"
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
func admittedAs(r Reader, act *Act, p *Person, by string) ([]Row, error) {
	if policies.Role(p.Role) != policies.Lead || by != RecoveryPerson && act.Who.role == policies.Lead {
		return nil, nil
	}
	var u Unit
	if err := r.Get(&u, p.Unit); err != nil {
		return nil, err
	}
	before, err := othersIn(r, p.Unit, p.ID, by)
	if err != nil {
		return nil, err
	}
	word := &LeadWord{}
	if err := r.Get(word, p.ID); errors.Is(err, ErrNoRow) {
		word = &LeadWord{RowKey: RowKey{p.ID, 0}}
	} else if err != nil {
		return nil, err
	}
	word.Version++
	word.Unit, word.State, word.FirstBy, word.FirstDay, word.Before = p.Unit, leadWaiting, by, act.Day, before
	word.SecondBy, word.SecondDay, word.Words = "", "", ""
	p.Role = string(unitRoles[u.Kind][0])
	return []Row{word}, nil
}

// othersIn lists who came into a unit and was not removed, but for the people
// named: the suspended, and those who wait again since recovery made its newest
// key, give no word before they are members again.
func othersIn(r Reader, unit string, but ...string) (List, error) {
	people, err := PeopleOfUnit.Rows(r, unit)
	if err != nil {
		return "", err
	}
	var all List
	for _, p := range people {
		if p.State == string(Removed) || slices.Contains(but, p.ID) {
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
func led(r Reader, unit string) (bool, error) {
	people, err := PeopleOfUnit.Rows(r, unit)
	if err != nil {
		return false, err
	}
	for _, p := range people {
		if policies.Role(p.Role) != policies.Lead || p.State != string(Active) && p.State != string(Suspended) {
			continue
		}
		err := r.Get(&UnitWrap{}, wrapID(unit, r.Epoch(unit), p.ID))
		if !errors.Is(err, ErrNoRow) {
			return true, err
		}
	}
	return false, nil
}

// leadObject is a member who is to lead as the policy sees her.
func leadObject(r Reader, who Caller, p *Person, word *LeadWord) (policies.Object, error) {
	has, err := led(r, p.Unit)
	o := policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency, State: p.State,
		Author: word.FirstBy, Named: !has && word.Before.Has(who.person)}
	return o, err
}

// LeadWords computes the words of a member who is to lead, from her stored
// recipient, for whoever gives the second word.
func (d *Door) LeadWords(ctx context.Context, who Caller, person string) (Words, error) {
	var w Words
	_, err := d.do(ctx, who, policies.MemberList, func(r Reader, act *Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: who.unit, Unit: who.unit, Agency: who.agency, UnitKind: who.unitKind}); err != nil {
			return err
		}
		p, _, err := leadToBe(r, act.Who, person)
		if err != nil {
			return err
		}
		w, err = d.storedWords(ctx, p, r.Epoch(p.Unit))
		return err
	})
	return w, err
}

// leadToBe finds a member of the caller's unit who waits for the second word;
// anybody else is absent.
func leadToBe(r Reader, who Caller, person string) (*Person, *LeadWord, error) {
	p, word := &Person{}, &LeadWord{}
	if err := r.Get(p, person); err != nil {
		return nil, nil, err
	}
	if err := r.Get(word, person); err != nil {
		return nil, nil, err
	}
	if p.Unit != who.unit || word.Unit != p.Unit || p.State != string(Active) || word.State != leadWaiting {
		return nil, nil, ErrDenied
	}
	return p, word, nil
}

// leadsToBe are the members of the caller's unit who wait for the second word,
// and whether it may be hers.
func leadsToBe(r Reader, who Caller) (map[string]bool, error) {
	words, err := LeadWordsOf.Rows(r, who.unit)
	if err != nil {
		return nil, err
	}
	leads := map[string]bool{}
	for _, w := range words {
		if w.State != leadWaiting {
			continue
		}
		has, err := led(r, who.unit)
		if err != nil {
			return nil, err
		}
		second := !has && w.Before.Has(who.person) && w.FirstBy != who.person
		leads[w.ID] = w.ID != who.person && (who.role == policies.Lead || second)
	}
	return leads, nil
}

// NameLead is the second word: the member whom one admitted, and whose words the
// caller heard too, leads the unit from now on. The caller has stepped up.
// ErrWords for other words; the policy refuses who admitted her, who came after
// her, and everybody but a lead where there is one.
func (d *Door) NameLead(ctx context.Context, who Caller, person string, heard Words) (audit.Receipt, error) {
	return d.do(ctx, who, policies.MemberLead, func(r Reader, act *Act) error {
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
		words, err := d.storedWords(ctx, p, r.Epoch(p.Unit))
		if err != nil {
			return err
		}
		if words != heard {
			return ErrWords
		}
		word.Version++
		word.State, word.SecondBy, word.SecondDay, word.Words = leadGiven, act.Who.person, act.Day, words.String()
		p.Version++
		p.Role = string(policies.Lead)
		act.Commit = func(tx Tx) error { return putRows(tx, []Row{p, word}, nil) }
		return nil
	})
}

// OwnLeadWords computes the words of a member who is to lead, from the identity
// that her passphrase opens once more: she reads them to whoever gives the second
// word. ErrDenied for anybody else, ErrSignIn for a wrong passphrase.
func (d *Door) OwnLeadWords(ctx context.Context, cookie, passphrase string, from From) (Words, error) {
	who, err := d.Uncover(ctx, cookie, passphrase, from)
	if err != nil {
		return Words{}, err
	}
	if err := d.MustLead(ctx, who); err != nil {
		return Words{}, err
	}
	return d.ownWords(ctx, who, d.gate.Log().Epoch(who.unit))
}

// MustLead says ErrDenied for whoever does not wait for the second word.
func (d *Door) MustLead(ctx context.Context, who Caller) error {
	return d.look(ctx, func(r Reader) error {
		_, _, err := leadToBe(r, who, who.person)
		if errors.Is(err, ErrNoRow) {
			return ErrDenied
		}
		return err
	})
}

// RefuseLead records that other words were read out than the page showed.
func (d *Door) RefuseLead(ctx context.Context, who Caller, person string) error {
	_, err := d.do(ctx, who, policies.MemberLead, func(r Reader, act *Act) error {
		p, _, err := leadToBe(r, act.Who, person)
		if err != nil {
			return err
		}
		if act.Who.state != Active || p.ID == act.Who.person {
			return ErrDenied
		}
		act.refusing("words", policies.KindPerson, p.ID)
		return nil
	})
	return err
}
