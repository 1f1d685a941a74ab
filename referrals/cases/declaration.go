package cases

import (
	"context"
	"errors"
	"slices"
	"sort"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cards"
	"sportello/referrals/kept"
	"sportello/referrals/match"
	"sportello/referrals/typed"
)

// DeclarationRow is whom a worker should not be given, by her own choice. It has
// its own key and shred secret; once taken back it is empty.
type DeclarationRow struct {
	acts.RowKey
	Person     string // who declared
	Unit       string
	Day        string
	State      string // live, removed
	Secret     string
	Commitment []byte
	Body       crypto.Sealed
}

// Table is the name of the table of declarations.
func (*DeclarationRow) Table() string { return "declaration" }

var (
	declarationRows = acts.Declare[DeclarationRow]()
	// declarationsOf lists what a person declared, newest first.
	declarationsOf = declarationRows.Find().Is("person").By("day desc", "id")
	// declarationsIn lists what holds now in a unit, newest first.
	declarationsIn = declarationRows.Find().Is("unit").In("state", declarationLive).By("day desc", "id")

	_ = kept.Register(declarationRows, kept.Kind[*DeclarationRow]{Class: "declaration", Secrets: func(d *DeclarationRow) []string { return []string{d.Secret} },
		Empty: (*DeclarationRow).empty})
)

// DeclarationWrapRow is a declaration's key kept for its author or for a lead of
// her unit. Its id is DECLARATION.PERSON.
type DeclarationWrapRow struct {
	acts.RowKey
	Declaration string
	Person      string
	Symmetric   bool `row:"symmetric_wrap"` // under the person's own key; by age until she next signs in
	Wrapped     crypto.Sealed
}

// Table is the name of the table of declarations' keys.
func (*DeclarationWrapRow) Table() string { return "declaration_wrap" }

var (
	declarationWrapRows = acts.Declare[DeclarationWrapRow]()
	// wrapsOfDeclaration lists for whom a declaration's key is kept.
	wrapsOfDeclaration = declarationWrapRows.Find().Is("declaration").By("id")
	// declarationWrapsOf lists the declarations' keys kept for a person.
	declarationWrapsOf = declarationWrapRows.Find().Is("person").By("id")

	_ = kept.Register(declarationWrapRows, kept.Kind[*DeclarationWrapRow]{Class: "declaration", Hangs: []kept.Hang{kept.On("declaration", wrapsOfDeclaration)}})
)

// Declared is whom a worker asks not to be given: a relative, a neighbour. She
// declares by choice and gives no reason.
type Declared struct {
	Name    string `json:"name,omitempty"`
	Surname string `json:"surname,omitempty"`
	Phone   string `json:"phone,omitempty"`
}

// Declaration is one declaration as its author or the lead reads it.
type Declaration struct {
	ID     string
	Author string // pseudonym
	Day    string
	Sealed bool // not yet kept for the reader: it opens once its author signs in again
	Declared
	Matches []DeclarationMatch // for the lead only
}

// DeclarationMatch is a case file of the unit that looks like a declared person.
type DeclarationMatch struct {
	SearchCard
	By []string // name, surname, phone
}

// maxDeclarations bounds what one person can declare.
const maxDeclarations = 30

// The states of a declaration.
const (
	declarationLive    = "live"
	declarationRemoved = "removed"
)

func (in *Declared) check(form typed.Form) error {
	bad := typed.Check{}
	form.Check(bad)
	if len(match.Fold(in.Name)) < 2 && len(match.Fold(in.Surname)) < 2 {
		bad["declared_name"] = "error.declared_name"
	}
	if in.Phone != "" && !match.HasNumber(in.Phone) {
		bad["declared_phone"] = "error.declared_phone"
	}
	bad.Max("declared_name", in.Name, typed.MaxShort)
	bad.Max("declared_surname", in.Surname, typed.MaxShort)
	bad.Max("declared_phone", in.Phone, typed.MaxShort)
	return bad.Err()
}

// Declare keeps, sealed by name, whom the caller should not be given. Only she
// and the leads of her unit can open it: not her other colleagues, whose session
// holds the unit's key, and so nobody is told while a case file is opened that
// it resembles one. The same form twice is one declaration, and what it said
// first stands. Invalid for nobody's name, for more than 30.
func (d *Desk) Declare(ctx context.Context, who acts.Caller, form typed.Form, in Declared) (audit.Receipt, error) {
	if err := in.check(form); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.DeclarationWrite, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(ownObject(act.Who)); err != nil {
			return err
		}
		id := form.Row(act.Who, "declaration", act.Who.Person())
		if done, err := typed.Made(r, &DeclarationRow{}, id); done || err != nil {
			return err
		}
		all, err := declarationsOf.Rows(r, act.Who.Person())
		if err != nil {
			return err
		}
		if len(live(all)) >= maxDeclarations {
			return &typed.Invalid{Fields: map[string]string{"declared_name": "error.declared_many"}}
		}
		rows, err := newDeclaration(r, act, id, in)
		act.Commit = kept.PutAll(rows...)
		return err
	})
}

// ownObject is the caller herself as an object of the policy.
func ownObject(who acts.Caller) policies.Object {
	return policies.Object{Kind: policies.KindPerson, ID: who.Person(), Person: who.Person(), Unit: who.Unit(), UnitKind: who.UnitKind(), Agency: who.Agency()}
}

func newDeclaration(r kept.Reader, act *acts.Act, id string, in Declared) ([]acts.Row, error) {
	secret, key := act.NewSecret(), crypto.NewKey()
	row := &DeclarationRow{RowKey: acts.RowKey{ID: id, Version: 1}, Person: act.Who.Person(), Unit: act.Who.Unit(), Day: act.Day,
		State: declarationLive, Secret: secret.ID, Commitment: key.Commitment("declaration", id)}
	var err error
	if row.Body, err = kept.SealUnder(key.Derive(crypto.LabelData, secret.Bytes), row, "body", in); err != nil {
		return nil, err
	}
	rows := []acts.Row{row, keptDeclaration(act.Who, row.ID, 1, key)}
	leads, err := leadsOf(r, act.Who.Unit())
	if err != nil {
		return nil, err
	}
	for _, p := range leads {
		if p.ID == act.Who.Person() {
			continue
		}
		wrap, err := sentDeclaration(act.Who, row.ID, p, key)
		if err != nil {
			return nil, err
		}
		rows = append(rows, wrap)
	}
	return rows, nil
}

func live(all []*DeclarationRow) (list []*DeclarationRow) {
	for _, row := range all {
		if row.State == declarationLive {
			list = append(list, row)
		}
	}
	return list
}

// leadsOf are the active leads of a unit: who assigns its case files.
func leadsOf(r kept.Reader, unit string) ([]*acts.Person, error) {
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	var leads []*acts.Person
	for _, p := range people {
		if p.Role == string(policies.Lead) && p.State == string(acts.Active) {
			leads = append(leads, p)
		}
	}
	return leads, err
}

func newDeclarationWrap(id, person string, version int64) *DeclarationWrapRow {
	return &DeclarationWrapRow{RowKey: acts.RowKey{ID: id + "." + person, Version: version}, Declaration: id, Person: person}
}

// Wrap is how a row keeps a declaration's key.
func (w *DeclarationWrapRow) Wrap() kept.Wrap {
	return kept.Wrap{Context: crypto.WrapContext{Purpose: "declaration", Record: w.Declaration, Person: w.Person, Version: 1},
		Symmetric: &w.Symmetric, Wrapped: &w.Wrapped}
}

// keptDeclaration keeps a declaration's key under its reader's own.
func keptDeclaration(who acts.Caller, id string, version int64, key crypto.Key) *DeclarationWrapRow {
	w := newDeclarationWrap(id, who.Person(), version)
	kept.KeepNamed(who, w, key)
	return w
}

// sentDeclaration wraps a declaration's key to a lead, with age until her
// passphrase next opens her identity.
func sentDeclaration(who acts.Caller, id string, to *acts.Person, key crypto.Key) (*DeclarationWrapRow, error) {
	w := newDeclarationWrap(id, to.ID, 1)
	return w, kept.SendNamed(who, to, w, key)
}

// declarationKey is a declaration's key as the caller holds it; ErrNoRow when it
// was never kept for her.
func declarationKey(r kept.Reader, who acts.Caller, row *DeclarationRow) (crypto.Key, error) {
	var w DeclarationWrapRow
	if err := r.Get(&w, row.ID+"."+who.Person()); err != nil {
		return crypto.Key{}, err
	}
	key, err := kept.OpenNamed(who, &w)
	if err == nil && string(key.Commitment("declaration", row.ID)) != string(row.Commitment) {
		err = crypto.ErrOpen
	}
	return key, err
}

// openDeclaration opens a declaration for a reader. What a restored copy still
// holds of one whose secret is gone is nothing: it reports false.
func openDeclaration(r kept.Reader, who acts.Caller, row *DeclarationRow) (Declaration, bool, error) {
	v := Declaration{ID: row.ID, Author: row.Person, Day: row.Day}
	secret, err := r.Secret(row.Secret)
	if errors.Is(err, acts.ErrErased) {
		return v, false, nil
	}
	if err != nil {
		return v, false, err
	}
	key, err := declarationKey(r, who, row)
	if errors.Is(err, acts.ErrNoRow) {
		v.Sealed = true
		return v, true, nil
	}
	if err != nil {
		return v, false, err
	}
	err = kept.OpenUnder(key.Derive(crypto.LabelData, secret), row, "body", row.Body, &v.Declared)
	return v, true, err
}

// MyDeclarations lists what the caller declared, newest first, and the user
// names of those who can read it beside her.
func (d *Desk) MyDeclarations(ctx context.Context, who acts.Caller) (all []Declaration, leads []string, receipt audit.Receipt, err error) {
	receipt, err = d.work.Do(ctx, who, policies.DeclarationList, func(r kept.Reader, act *acts.Act) error {
		all, leads = nil, nil
		if err := act.Allow(ownObject(act.Who)); err != nil {
			return err
		}
		rows, err := declarationsOf.Rows(r, act.Who.Person())
		if err != nil {
			return err
		}
		for _, row := range live(rows) {
			v, there, err := openDeclaration(r, act.Who, row)
			if err != nil {
				return err
			}
			if there {
				all = append(all, v)
			}
		}
		people, err := leadsOf(r, act.Who.Unit())
		for _, p := range people {
			if p.ID != act.Who.Person() {
				leads = append(leads, p.Username)
			}
		}
		return err
	})
	return all, leads, receipt, err
}

// WithdrawDeclaration takes back what the caller declared. Its secret is
// shredded: nobody can open it any more, from any copy of the database.
func (d *Desk) WithdrawDeclaration(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.DeclarationWrite, func(r kept.Reader, act *acts.Act) error {
		row := &DeclarationRow{}
		if err := r.Get(row, id); err != nil {
			return err
		}
		if row.Person != act.Who.Person() {
			return acts.ErrNoRow
		}
		if err := act.Allow(ownObject(act.Who)); err != nil {
			return err
		}
		if row.State != declarationLive {
			return nil // taken back already, in another tab
		}
		change, err := kept.Erase(r, row)
		act.Commit = change.Write
		return err
	})
}

// empty takes out what was declared. That it was once made stays, as it does in the
// log.
func (d *DeclarationRow) empty() {
	d.Next()
	d.State, d.Commitment, d.Body = declarationRemoved, nil, nil
}

// Declarations is what the lead reads before she gives a case file to somebody:
// who should not be given whom, and which case files of the unit that she may
// open look like it. What people declared who have left is erased in this act.
func (d *Desk) Declarations(ctx context.Context, who acts.Caller) ([]Declaration, audit.Receipt, error) {
	var all []Declaration
	receipt, err := d.work.Do(ctx, who, policies.DeclarationRead, func(r kept.Reader, act *acts.Act) error {
		all = nil
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		rows, err := declarationsIn.Rows(r, act.Who.Unit())
		if err != nil {
			return err
		}
		var gone kept.Change
		for _, row := range rows {
			var p acts.Person
			if err := r.Get(&p, row.Person); err != nil {
				return err
			}
			if p.Unit != act.Who.Unit() || p.State == string(acts.Removed) {
				change, err := kept.Erase(r, row)
				if err != nil {
					return err
				}
				gone.Add(change)
				continue
			}
			v, there, err := openDeclaration(r, act.Who, row)
			if err != nil {
				return err
			}
			if there {
				all = append(all, v)
			}
		}
		if !gone.Empty() {
			act.Commit = gone.Write
		}
		return matchDeclared(r, act, all)
	})
	return all, receipt, err
}

// matchDeclared finds the case files that look like what was declared, with the
// search's own matcher, among those that the lead may open.
func matchDeclared(r kept.Reader, act *acts.Act, all []Declaration) error {
	if len(all) == 0 {
		return nil
	}
	queries := make([]declaredQuery, len(all))
	for i, v := range all {
		queries[i] = declaredQuery{match.NewQuery(v.Name), match.NewQuery(v.Surname), match.NewQuery(v.Phone)}
	}
	found, err := cards.Each(r, act, func(c *kept.Card, text *cards.Text) (hits []declaredHit, _ bool, err error) {
		card, err := text.Read()
		if err != nil {
			return nil, false, err
		}
		keys := card.ComparedBy()
		for i := range all {
			if by, class := queries[i].by(card, keys); len(by) > 0 {
				h := declaredHit{hit{cardOf(c, card), class, false, c.Digest()}, by, i}
				h.Found = foundBy(match.ByName, class)
				if by[0] == "phone" {
					h.Found = foundBy(match.ByNumber, class)
				}
				hits = append(hits, h)
			}
		}
		return hits, len(hits) > 0, nil
	})
	if err != nil {
		return err
	}
	like := make([][]declaredHit, len(all))
	for _, hits := range found {
		for _, h := range hits {
			like[h.of] = append(like[h.of], h)
		}
	}
	for i := range all {
		shown, err := shownOf(r, act, like[i])
		if err != nil {
			return err
		}
		for _, m := range shown {
			act.Detail.IDs = append(act.Detail.IDs, m.ID)
		}
		all[i].Matches = shown
	}
	sort.Strings(act.Detail.IDs)
	act.Detail.IDs = slices.Compact(act.Detail.IDs)
	return nil
}

// declaredHit is a card that is like somebody who was declared.
type declaredHit struct {
	hit
	by []string
	of int // of those who were declared
}

// shownOf are the cards that are like one declared person, as the page shows them.
func shownOf(r kept.Reader, act *acts.Act, like []declaredHit) (shown []DeclarationMatch, err error) {
	by := make(map[string][]string, len(like))
	hits := make([]hit, len(like))
	for i, h := range like {
		hits[i], by[h.ID] = h.hit, h.by
	}
	hits, more := toShow(hits)
	if hits, err = genuine(r, act, hits); err != nil {
		return nil, err
	}
	for i, h := range hits {
		h.More = more && i == len(hits)-1
		shown = append(shown, DeclarationMatch{h.SearchCard, by[h.ID]})
	}
	return shown, nil
}

// MatchedBy is by what a case file can look like somebody who was declared.
var MatchedBy = []string{"name", "surname", "phone"}

// declaredQuery is one declared person in the forms that cards are compared in.
type declaredQuery struct{ name, surname, phone match.Query }

// by tells by what a card looks like the declared person, and how like it is. A
// given name alone is enough only where the card, or the declaration, has no surname.
// A part of a name counts here: what stays silent is a danger.
func (q declaredQuery) by(card *kept.CaseCard, keys match.Keys) (by []string, class match.Class) {
	named, surnamed := q.name.Name(keys), q.surname.Name(keys)
	if surnamed > match.None {
		by, class = append(by, "surname"), surnamed
	}
	if named > match.None && (len(by) > 0 || q.surname.Empty() || len(card.Names) < 2 || card.Names[1] == "") {
		by, class = append([]string{"name"}, by...), max(class, named)
		if len(by) > 1 {
			class = min(named, surnamed)
		}
	}
	if number := q.phone.Number(keys); number > match.None {
		by, class = append(by, "phone"), max(class, number)
	}
	return by, class
}

// keepDeclarations runs right after a passphrase: it keeps under the caller's
// own key what came to her by age, and wraps what she declared to each lead of
// her unit who does not have it yet. Who leads no longer keeps nothing.
func (d *Desk) keepDeclarations(ctx context.Context, who acts.Caller) error {
	var adopt, offer bool
	err := d.work.View(ctx, func(r kept.Reader) error {
		adopt, offer = false, false
		mine, err := declarationWrapsOf.Rows(r, who.Person())
		if err != nil {
			return err
		}
		for _, w := range mine {
			adopt = adopt || !w.Symmetric
		}
		own, err := declarationsOf.Rows(r, who.Person())
		if err != nil {
			return err
		}
		put, drop, err := declarationsDue(r, who, live(own))
		offer = len(put)+len(drop) > 0
		return err
	})
	if err == nil && adopt {
		err = d.adoptDeclarations(ctx, who)
	}
	if err == nil && offer {
		err = d.offerDeclarations(ctx, who)
	}
	return err
}

func (d *Desk) adoptDeclarations(ctx context.Context, who acts.Caller) error {
	_, err := d.work.Do(ctx, who, policies.KeyAdopt, func(r kept.Reader, act *acts.Act) error {
		o := kept.UnitObject(act.Who)
		o.Kind = policies.KindKey
		if err := act.Allow(o); err != nil {
			return err
		}
		rows, err := rekeyedDeclarations(r, act.Who, act.Who, false)
		act.Commit = kept.PutAll(rows...)
		return err
	})
	return err
}

// rekeyedDeclarations keeps the declarations that a person can open under her
// key of after: all of them when she has a new identity, else those that came by
// age.
func rekeyedDeclarations(r kept.Reader, who, after acts.Caller, all bool) ([]acts.Row, error) {
	wraps, err := declarationWrapsOf.Rows(r, who.Person())
	if err != nil {
		return nil, err
	}
	var rows []acts.Row
	for _, w := range wraps {
		if w.Symmetric && !all {
			continue
		}
		key, err := kept.OpenNamed(who, w)
		if err != nil {
			return nil, err
		}
		rows = append(rows, keptDeclaration(after, w.Declaration, w.Version+1, key))
	}
	return rows, nil
}

func (d *Desk) offerDeclarations(ctx context.Context, who acts.Caller) error {
	_, err := d.work.Do(ctx, who, policies.DeclarationWrite, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(ownObject(act.Who)); err != nil {
			return err
		}
		own, err := declarationsOf.Rows(r, act.Who.Person())
		if err != nil {
			return err
		}
		put, drop, err := declarationsDue(r, act.Who, live(own))
		act.Commit = func(tx acts.Tx) error {
			for _, w := range drop {
				if err := tx.Delete(w); err != nil {
					return err
				}
			}
			return kept.PutAll(put...)(tx)
		}
		return err
	})
	return err
}

// declarationsDue are the wraps that are missing for a lead, and those of people
// who lead the unit no longer.
func declarationsDue(r kept.Reader, who acts.Caller, own []*DeclarationRow) (put, drop []acts.Row, err error) {
	if len(own) == 0 {
		return nil, nil, nil
	}
	leads, err := leadsOf(r, who.Unit())
	if err != nil {
		return nil, nil, err
	}
	for _, row := range own {
		wraps, err := wrapsOfDeclaration.Rows(r, row.ID)
		if err != nil {
			return nil, nil, err
		}
		have := map[string]*DeclarationWrapRow{}
		for _, w := range wraps {
			have[w.Person] = w
		}
		mine, ok := have[who.Person()]
		if !ok {
			continue
		}
		delete(have, who.Person())
		for _, p := range leads {
			if p.ID == who.Person() {
				continue
			}
			if have[p.ID] == nil {
				key, err := kept.OpenNamed(who, mine)
				if err != nil {
					return nil, nil, err
				}
				w, err := sentDeclaration(who, row.ID, p, key)
				if err != nil {
					return nil, nil, err
				}
				put = append(put, w)
			}
			delete(have, p.ID)
		}
		for _, w := range have {
			drop = append(drop, w)
		}
	}
	return put, drop, nil
}
