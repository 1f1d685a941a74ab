package office

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
)

// What the pages of administration tell apart.
var (
	// ErrTaken says that the name of a user, an agency or a unit is in use.
	ErrTaken = errors.New("the name is taken")
	// ErrOneAudit says that there is an audit unit already: the details of the log
	// are sealed to the one there is, and whoever could enter another could read
	// them.
	ErrOneAudit = errors.New("there is an audit unit already")
	// ErrInvitation says that an invitation is used, withdrawn, over or unknown.
	ErrInvitation = errors.New("the invitation does not hold")
	// ErrWeak says that a passphrase is too easy to guess.
	ErrWeak = errors.New("the passphrase is too weak")
	// ErrDirection says that a user name holds a character that nobody sees and no
	// keyboard has: two names could look the same.
	ErrDirection = errors.New("the name holds an invisible character")
	// ErrLastAdministrator says that nobody would be left to lift a suspension.
	ErrLastAdministrator = errors.New("the last active administrator is not suspended")
)

// NewAgency is what makes an agency.
type NewAgency struct{ Name, Kind, Responsibility, Ends string }

var (
	// AgencyKinds are the kinds of agency, and Responsibilities what it is for what is
	// kept (GDPR art. 4).
	AgencyKinds      = []string{"municipality", "district", "company", "operator"}
	Responsibilities = []string{"controller", "processor"}
)

// Object is what a step-up for making it names.
func (in NewAgency) Object() string {
	return acts.DigestOf("agency", strings.TrimSpace(in.Name), in.Kind, in.Responsibility, in.Ends)
}

// CreateAgency enters an agency and returns its id.
func (o *Office) CreateAgency(ctx context.Context, who acts.Caller, in NewAgency) (string, audit.Receipt, error) {
	a := &acts.Agency{RowKey: acts.RowKey{ID: crypto.NewID(), Version: 1}, Name: tidyName(in.Name), Kind: in.Kind,
		Responsibility: in.Responsibility, Ends: in.Ends}
	receipt, err := o.house.Do(ctx, who, policies.AgencyCreate, func(r acts.Reader, act *acts.Act) error {
		act.Making(in.Object())
		if err := act.Allow(policies.Object{Kind: policies.KindAgency, ID: a.ID, Agency: a.ID}); err != nil {
			return err
		}
		if a.Name == "" || !slices.Contains(AgencyKinds, a.Kind) || !slices.Contains(Responsibilities, a.Responsibility) || !dayOrEmpty(a.Ends) {
			return units.ErrIncomplete
		}
		others, err := acts.AllAgencies.Rows(r)
		for _, o := range others {
			if SameName(o.Name, a.Name) {
				return ErrTaken
			}
		}
		act.Commit = putNew(a)
		return err
	})
	return a.ID, receipt, err
}

// putNew writes a row whose name nobody else may have: of two who give it at
// once, one is told so.
func putNew(row acts.Row) func(acts.Tx) error {
	return func(tx acts.Tx) error {
		err := tx.Put(row)
		if errors.Is(err, acts.ErrConflict) {
			return ErrTaken
		}
		return err
	}
}

func dayOrEmpty(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return s == "" || err == nil
}

// UnitsObject is what a step-up for making several units names.
func UnitsObject(list []acts.Unit) string {
	var texts []string
	for _, u := range list {
		texts = append(texts, u.Agency, u.Kind, strings.TrimSpace(u.Name))
	}
	return acts.DigestOf("units", texts...)
}

// CreateUnit enters a unit of an agency, with the public facts of the directory
// where it is a centre. ID and version are set here.
func (o *Office) CreateUnit(ctx context.Context, who acts.Caller, in acts.Unit) (string, audit.Receipt, error) {
	ids, receipt, err := o.CreateUnits(ctx, who, []acts.Unit{in})
	if err != nil {
		return "", receipt, err
	}
	return ids[0], receipt, nil
}

// CreateUnits enters several units, each in an act of its own. None is entered
// Unless all fit; NotAll names the one that does not. It returns the ids of those
// entered.
func (o *Office) CreateUnits(ctx context.Context, who acts.Caller, list []acts.Unit) ([]string, audit.Receipt, error) {
	var ids []string
	var receipt audit.Receipt
	if len(list) == 0 || len(list) > acts.MaxList {
		return nil, receipt, units.ErrIncomplete
	}
	for i := range list {
		id, given, err := o.createUnit(ctx, who, list, i)
		if err != nil {
			return ids, receipt, acts.StoppedAt(i, err)
		}
		ids, receipt = append(ids, id), given
	}
	return ids, receipt, nil
}

// UnitsFit tells whether several units could be entered, before a code is spent on
// them. NotAll names the one that does not fit.
func (o *Office) UnitsFit(ctx context.Context, who acts.Caller, list []acts.Unit) error {
	return o.fit(ctx, who, func(r acts.Reader) error { return unitsFit(r, list, 0) })
}

// PeopleFit is the same for people.
func (o *Office) PeopleFit(ctx context.Context, who acts.Caller, list []NewPerson) error {
	return o.fit(ctx, who, func(r acts.Reader) error { return allFit(r, list) })
}

// fit looks at what there is for whoever may list it; what does not fit is no
// failed act.
func (o *Office) fit(ctx context.Context, who acts.Caller, look func(acts.Reader) error) error {
	var unfit error
	_, err := o.house.Ask(ctx, who, policies.UnitList, func(r acts.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		unfit = look(r)
		return nil
	})
	return errors.Join(err, unfit)
}

// createUnit enters one unit of a list; the first looks whether all of them fit.
func (o *Office) createUnit(ctx context.Context, who acts.Caller, list []acts.Unit, i int) (string, audit.Receipt, error) {
	u := list[i]
	u.RowKey = acts.RowKey{ID: crypto.NewID(), Version: 1}
	u.Name = tidyName(u.Name)
	if u.Cost == "" {
		u.Cost = costAtFirst(u.Kind)
	}
	receipt, err := o.house.Do(ctx, who, policies.UnitCreate, func(r acts.Reader, act *acts.Act) error {
		act.Making(UnitsObject(list))
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, Agency: u.Agency, UnitKind: u.Kind}); err != nil {
			return err
		}
		checked := list[i : i+1]
		if i == 0 {
			checked = list
		}
		act.Commit = putNew(&u)
		return unitsFit(r, checked, i)
	})
	return u.ID, receipt, err
}

// unitsFit checks that agency, name and kind of new units go together, with each
// other and with the units that there are. from is the place of the first on its form.
func unitsFit(r acts.Reader, list []acts.Unit, from int) error {
	others, err := acts.AllUnits.Rows(r)
	if err != nil {
		return err
	}
	for i := range list {
		if err := unitFits(r, &list[i], others); err != nil {
			return acts.StoppedAt(from+i, err)
		}
		others = append(others, &list[i])
	}
	return nil
}

func unitFits(r acts.Reader, u *acts.Unit, others []*acts.Unit) error {
	var a acts.Agency
	name := tidyName(u.Name)
	if err := r.Get(&a, u.Agency); err != nil || name == "" || !isUnitKind(u.Kind) || u.Cost != "" && !slices.Contains(units.Costs, u.Cost) {
		return errors.Join(units.ErrIncomplete, acts.Unless(err, acts.ErrNoRow))
	}
	for _, o := range others {
		if u.Is().Audits && o.Is().Audits {
			return ErrOneAudit
		}
		if o.Agency == u.Agency && SameName(o.Name, name) {
			return ErrTaken
		}
	}
	return nil
}

// costAtFirst is what a new unit costs until its entry says otherwise.
func costAtFirst(kind string) string {
	if k, _ := acts.UnitKindOf(kind); k.Free {
		return units.CostFree
	}
	return units.CostUnknown
}

func isUnitKind(code string) bool {
	_, ok := acts.UnitKindOf(code)
	return ok
}

// NewPerson is what makes a user: nobody signs in before an invitation is taken.
type NewPerson struct {
	Username string
	Role     policies.Role
	Agency   string
	Unit     string // empty for an administrator
	Language string
}

// An Invitee is somebody who was invited, with her invitation's token, which is
// shown once and stored nowhere.
type Invitee struct {
	ID       string
	Username string
	Token    crypto.Secret
}

// PeopleObject is what a step-up for entering several people names.
func PeopleObject(list []NewPerson) string {
	var texts []string
	for _, p := range list {
		texts = append(texts, acts.NormaliseUsername(p.Username), string(p.Role), p.Unit, p.Language)
	}
	return acts.DigestOf("people", texts...)
}

// CreatePerson enters a user and invites her. It returns her id and the
// invitation's token, which is shown once and stored nowhere.
func (o *Office) CreatePerson(ctx context.Context, who acts.Caller, in NewPerson) (string, crypto.Secret, audit.Receipt, error) {
	made, receipt, err := o.CreatePeople(ctx, who, []NewPerson{in})
	if err != nil {
		return "", "", receipt, err
	}
	return made[0].ID, made[0].Token, receipt, nil
}

// CreatePeople enters several users and invites them, each in an act of its own.
// Nobody is entered unless all fit; NotAll names the one that does not. It returns
// who was entered.
func (o *Office) CreatePeople(ctx context.Context, who acts.Caller, list []NewPerson) ([]Invitee, audit.Receipt, error) {
	var made []Invitee
	var receipt audit.Receipt
	if len(list) == 0 || len(list) > acts.MaxList {
		return nil, receipt, units.ErrIncomplete
	}
	for i := range list {
		one, given, err := o.createPerson(ctx, who, list, i)
		if err != nil {
			return made, receipt, acts.StoppedAt(i, err)
		}
		made, receipt = append(made, one), given
	}
	return made, receipt, nil
}

// createPerson enters one of a list; the first looks whether all of them fit.
func (o *Office) createPerson(ctx context.Context, who acts.Caller, list []NewPerson, i int) (Invitee, audit.Receipt, error) {
	p := newPerson(list[i])
	p.RowKey, p.Salt, p.Stretch = acts.RowKey{ID: crypto.NewID(), Version: 1}, crypto.NewSalt(), o.house.Newest()
	inv, token := o.newInvitation(who, p.ID)
	receipt, err := o.house.Do(ctx, who, policies.PersonCreate, func(r acts.Reader, act *acts.Act) error {
		act.Making(PeopleObject(list))
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		if i == 0 {
			if err := allFit(r, list); err != nil {
				return err
			}
		}
		if err := fits(r, p); err != nil {
			return acts.StoppedAt(i, err)
		}
		act.Commit = func(tx acts.Tx) error {
			if err := putNew(p)(tx); err != nil {
				return err
			}
			return tx.Put(inv)
		}
		return nil
	})
	return Invitee{p.ID, p.Username, token}, receipt, err
}

func newPerson(in NewPerson) *acts.Person {
	return &acts.Person{Username: acts.NormaliseUsername(in.Username), Role: string(in.Role), Agency: in.Agency, Unit: in.Unit,
		State: string(acts.Invited), Language: in.Language}
}

// allFit checks the people of a form before the first of them is entered.
func allFit(r acts.Reader, list []NewPerson) error {
	var before []*acts.Person
	for i, in := range list {
		p := newPerson(in)
		if err := fits(r, p); err != nil {
			return acts.StoppedAt(i, err)
		}
		if err := checkUsername(p.Username, before); err != nil {
			return acts.StoppedAt(i, err)
		}
		before = append(before, p)
	}
	return nil
}

// fits checks that name, role, unit and agency of a new person go together.
func fits(r acts.Reader, p *acts.Person) error {
	if p.Username != "" && visible(p.Username) == "" {
		return ErrDirection
	}
	if p.Username == "" || len(utf16.Encode([]rune(p.Username))) > 64 || (p.Language != "it" && p.Language != "en") {
		return units.ErrIncomplete
	}
	others, err := acts.AllPeople.Rows(r)
	if err != nil {
		return err
	}
	if err := checkUsername(p.Username, others); err != nil {
		return err
	}
	if policies.Role(p.Role) == policies.Administrator {
		if p.Unit != "" {
			return units.ErrIncomplete
		}
		return nil
	}
	var u acts.Unit
	if err := r.Get(&u, p.Unit); err != nil {
		return errors.Join(units.ErrIncomplete, acts.Unless(err, acts.ErrNoRow))
	}
	p.Agency = u.Agency
	if !u.Is().Has(policies.Role(p.Role)) {
		return units.ErrIncomplete
	}
	return nil
}

// Suspend stops a person at once: nothing opens for her, and no key moves.
func (o *Office) Suspend(ctx context.Context, who acts.Caller, person string) (audit.Receipt, error) {
	return o.setState(ctx, who, policies.PersonSuspend, person, acts.Suspended)
}

// Lift ends a suspension: she has again what she had. Who can open her unit again
// ends a rescue that waits for its newcomer: recovery is asked anew if it must.
func (o *Office) Lift(ctx context.Context, who acts.Caller, person string) (audit.Receipt, error) {
	return o.setState(ctx, who, policies.PersonLift, person, "")
}

// LiftAll ends the suspension of several people, each by name in an act of its
// own, after one step-up for their list. NotAll names who is not suspended.
func (o *Office) LiftAll(ctx context.Context, who acts.Caller, people []string) (audit.Receipt, error) {
	var receipt audit.Receipt
	if len(people) == 0 || len(people) > acts.MaxList {
		return receipt, units.ErrIncomplete
	}
	for i, person := range people {
		given, err := o.setState(ctx, who, policies.PersonLift, person, "", people...)
		if err != nil {
			return receipt, acts.StoppedAt(i, err)
		}
		receipt = given
	}
	return receipt, nil
}

// setState moves a person to a state; empty means back from suspension to
// whatever her keys say. She may be one of several on a form.
func (o *Office) setState(ctx context.Context, who acts.Caller, a policies.Action, person string, to acts.PersonState, list ...string) (audit.Receipt, error) {
	return o.house.Do(ctx, who, a, func(r acts.Reader, act *acts.Act) error {
		act.OneOf(list...)
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		next := to
		if to == "" {
			if p.State != string(acts.Suspended) {
				return acts.ErrConflict
			}
			var err error
			if next, err = stateWhenBack(r, &p); err != nil {
				return err
			}
		} else if err := mayStop(r, &p); err != nil {
			return err
		}
		over, err := rescueOver(r, &p, next)
		if err != nil {
			return err
		}
		var ended []acts.Row
		if a == policies.PersonLift {
			ended, err = units.EndRemoval(r, &p)
		}
		p.Version++
		p.State = string(next)
		act.Commit = func(tx acts.Tx) error {
			for _, row := range over {
				if err := tx.Delete(row); err != nil {
					return err
				}
			}
			if next == acts.Suspended {
				acts.EndSessions(tx, p.ID, acts.Caller{})
			}
			return units.PutRows(tx, append(ended, &p), nil)
		}
		return err
	})
}

// mayStop refuses to suspend who was removed, and the last active administrator.
func mayStop(r acts.Reader, p *acts.Person) error {
	switch {
	case p.State == string(acts.Removed):
		return acts.ErrConflict
	case p.Role != string(policies.Administrator) || p.State != string(acts.Active):
		return nil
	}
	all, err := acts.AllPeople.Rows(r)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != p.ID && other.Role == p.Role && other.State == string(acts.Active) {
			return nil
		}
	}
	return ErrLastAdministrator
}

// rescueOver is the rescue that ends when a person moves to a state, if any.
func rescueOver(r acts.Reader, p *acts.Person, next acts.PersonState) ([]acts.Row, error) {
	if next != acts.Active || p.Unit == "" {
		return nil, nil
	}
	row := &units.Rescue{}
	if err := r.Get(row, p.Unit); err != nil {
		return nil, acts.Unless(err, acts.ErrNoRow)
	}
	return []acts.Row{row}, nil
}

// stateWhenBack is the state a person returns to: active if the newest epoch of her
// unit is wrapped to her, or if she has no unit.
func stateWhenBack(r acts.Reader, p *acts.Person) (acts.PersonState, error) {
	if p.Recipient == "" {
		return acts.Invited, nil
	}
	if p.Unit == "" {
		return acts.Active, nil
	}
	err := r.Get(&acts.UnitWrap{}, units.WrapID(p.Unit, r.Epoch(p.Unit), p.ID))
	if errors.Is(err, acts.ErrNoRow) {
		return acts.Waiting, nil
	}
	return acts.Active, err
}
