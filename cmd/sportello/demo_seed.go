package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"sportello/cmd/sportello/conf"
	"sportello/cmd/sportello/files"
	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/policies/units"
)

// demoTexts are the words of a town that does not exist.
var demoTexts = texts{
	Emergency: conf.Number{Name: "Pronto intervento sociale", Phone: "000 000 0100", Hours: "sempre"},
	Duties: []conf.Duty{
		{What: "Un pericolo grave per una bambina o un bambino", ToWhom: "alla Procura presso il Tribunale per i minorenni"},
		{What: "Un reato perseguibile d’ufficio, se chi ascolta è incaricata di pubblico servizio", ToWhom: "alla Procura della Repubblica"},
	},
}

// seedClock starts a day back and moves on by one code each time a code is
// used. It exists while an empty folder is filled, and nowhere else.
type seedClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *seedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *seedClock) next() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(30 * time.Second)
	return c.now
}

// seed fills a demo's folder through Door and Desk, as each person would.
type seed struct {
	ctx    context.Context
	in     *instance
	clock  *seedClock
	people map[string]*seedPerson
	order  []string
	units  map[string]string
	err    error // the first that happened; every step after it does nothing
}

type seedPerson struct {
	demoAccount
	id, unitID string
	who        acts.Caller
}

// seedDemo makes the instance, its people, units, cases and one referral.
func seedDemo(ctx context.Context, dir string) error {
	clock := &seedClock{now: time.Now().Add(-24 * time.Hour)}
	in, err := initialise(ctx, dir, opening{now: clock.Now, stretches: 2})
	if err != nil {
		return err
	}
	s := &seed{ctx: ctx, in: in, clock: clock, people: map[string]*seedPerson{}, units: map[string]string{}}
	s.agencies()
	s.found(s.recovery(dir))
	s.admit()
	s.pin()
	s.seen("lucia", "clara")
	s.cases()
	if err := errors.Join(s.err, in.Close()); err != nil {
		return fmt.Errorf("filling the demo's folder: %w", err)
	}
	var list []demoAccount
	for _, name := range s.order {
		list = append(list, s.people[name].demoAccount)
	}
	return files.Replace(filepath.Join(dir, demoAccounts), mustJSON(list))
}

// try keeps the first error.
func (s *seed) try(doing string, err error) {
	if s.err == nil && err != nil {
		s.err = fmt.Errorf("%s: %w", doing, err)
	}
}

// agencies enters agencies, units and people: the first administrator from the
// command line, everything else by him.
func (s *seed) agencies() {
	console := acts.ConsoleCaller()
	town := s.agency(console, office.NewAgency{Name: "Comune di Vallechiara", Kind: "municipality", Responsibility: "controller"})
	s.invite(console, seedInvite{"dario", policies.Administrator, "", "it"})
	s.signIn("dario")
	ends := s.clock.Now().AddDate(2, 0, 0).Format(time.DateOnly) // the form demands an end of whoever works for another
	var operators []string
	for _, name := range []string{"Associazione La Ginestra", "Cooperativa Le Lucciole"} {
		in := office.NewAgency{Name: name, Kind: "operator", Responsibility: "processor", Ends: ends}
		operators = append(operators, s.agency(s.stepUp("dario", policies.AgencyCreate, in.Object()), in))
	}
	ginestra, lucciole := operators[0], operators[1]
	enter := []acts.Unit{
		{Agency: town, Kind: acts.KindAudit, Name: "Ufficio controllo"},
		{Agency: town, Kind: acts.KindDesk, Name: "Sportello distretto II", Town: "Frascati", Cost: units.CostFree, Lat: 41_80790, Lon: 12_67990},
		{Agency: town, Kind: acts.KindSocial, Name: "Servizio sociale distretto II", Town: "Frascati", Cost: units.CostFree,
			Hours: "lun-ven 9-13", Languages: "it en", Phone: "000 000 0103", Needs: "money home care", Lat: 41_80790, Lon: 12_67990},
		{Agency: ginestra, Kind: acts.KindCentre, Name: "Centro antiviolenza La Ginestra", Town: "Albano Laziale", Area: "Castelli Romani",
			Hours: "lun-ven 9-18; telefono sempre", Languages: "it en fr ar", Phone: "000 000 0201",
			Needs: "listen cav legal psychology child", Lat: 41_72950, Lon: 12_65930},
		{Agency: lucciole, Kind: acts.KindCentre, Name: "Centro antiviolenza Le Lucciole", Town: "Velletri", Area: "Castelli Romani e Monti Lepini",
			Hours: "lun, mer, ven 10-16", Languages: "it es ro", Phone: "000 000 0202",
			Needs: "listen cav bed work", Lat: 41_68710, Lon: 12_77770},
	}
	s.enterUnits(s.stepUp("dario", policies.UnitCreate, office.UnitsObject(enter)), enter)
	staff := []seedInvite{
		{"anna", policies.IntakeWorker, "Sportello distretto II", "it"},
		{"lucia", policies.Lead, "Sportello distretto II", "it"},
		{"sofia", policies.SocialWorker, "Servizio sociale distretto II", "it"},
		{"bruna", policies.CentreWorker, "Centro antiviolenza La Ginestra", "it"},
		{"carla", policies.CentreWorker, "Centro antiviolenza Le Lucciole", "en"},
		{"clara", policies.Auditor, "Ufficio controllo", "it"},
	}
	s.invite(s.stepUp("dario", policies.PersonCreate, office.PeopleObject(s.newPeople(staff))), staff...)
	// As a visitor meets them.
	s.order = []string{"anna", "lucia", "sofia", "bruna", "carla", "clara", "dario"}
}

func (s *seed) agency(who acts.Caller, in office.NewAgency) string {
	if s.err != nil {
		return ""
	}
	id, _, err := s.in.office.CreateAgency(s.ctx, who, in)
	s.try("entering an agency", err)
	return id
}

func (s *seed) enterUnits(who acts.Caller, list []acts.Unit) {
	if s.err != nil {
		return
	}
	ids, _, err := s.in.office.CreateUnits(s.ctx, who, list)
	s.try("entering the units", err)
	for i, id := range ids {
		s.units[list[i].Name] = id
	}
}

// seedInvite is somebody to be invited.
type seedInvite struct {
	name     string
	role     policies.Role
	unit     string // by name; empty for an administrator
	language string
}

func (s *seed) newPeople(list []seedInvite) []office.NewPerson {
	var people []office.NewPerson
	for _, i := range list {
		people = append(people, office.NewPerson{Username: i.name, Role: i.role, Unit: s.units[i.unit], Language: i.language})
	}
	return people
}

// invite enters people, each of whom takes her invitation with a passphrase and an
// authenticator of her own.
func (s *seed) invite(who acts.Caller, list ...seedInvite) {
	if s.err != nil {
		return
	}
	made, _, err := s.in.office.CreatePeople(s.ctx, who, s.newPeople(list))
	s.try("inviting", err)
	for i, one := range made {
		s.take(list[i], one)
	}
}

func (s *seed) take(i seedInvite, one office.Invitee) {
	if s.err != nil {
		return
	}
	p := &seedPerson{id: one.ID, unitID: s.units[i.unit], demoAccount: demoAccount{Username: i.name, Passphrase: string(crypto.NewPassphrase()),
		Algorithm: "SHA1", Role: string(i.role), Unit: i.unit, Language: i.language}}
	enrolment, err := s.in.door.Invited(s.ctx, one.Token)
	if s.try("looking up the invitation of "+i.name, err); err != nil {
		return
	}
	p.Seed = enrolment.Seed.Secret()
	_, err = s.in.door.Accept(s.ctx, one.Token, p.Passphrase, p.Seed, s.code(p), s.from(p))
	s.try("accepting the invitation of "+i.name, err)
	s.people[i.name] = p
}

// code is a person's next one-time code.
func (s *seed) code(p *seedPerson) string {
	c, err := code(p.Seed, s.clock.next())
	s.try("making a code", err)
	return c
}

func (s *seed) from(p *seedPerson) accounts.From {
	return accounts.From{Address: "demo " + p.Username}
}

// signIn signs a person in with passphrase and code.
func (s *seed) signIn(name string) acts.Caller {
	if s.err != nil {
		return acts.Caller{}
	}
	p := s.people[name]
	pending, err := s.in.door.Begin(s.ctx, p.Username, p.Passphrase, s.from(p))
	if s.try("signing in "+name, err); err != nil {
		return acts.Caller{}
	}
	in, err := s.in.door.Finish(s.ctx, pending, s.code(p), s.from(p))
	if s.try("signing in "+name, err); err != nil {
		return acts.Caller{}
	}
	p.who = in.Caller
	return p.who
}

// stepUp asks a person for passphrase and code again, for one act.
func (s *seed) stepUp(name string, a policies.Action, object string) acts.Caller {
	if s.err == nil && s.people[name].who.Person() == "" {
		s.signIn(name)
	}
	if s.err != nil {
		return acts.Caller{}
	}
	p := s.people[name]
	in, err := s.in.door.StepUp(s.ctx, p.who, p.Passphrase, s.code(p), a, object, s.from(p))
	if s.try("stepping up "+name, err); err != nil {
		return acts.Caller{}
	}
	p.who = in.Caller
	return p.who
}

// found makes each unit's first key: the audit unit first, since nothing is
// kept before somebody can check it. The municipality's units accept its recovery
// identity as they are founded; the centres do without.
func (s *seed) found(recovery string) {
	for _, name := range []string{"clara", "lucia", "sofia"} {
		s.foundKeeping(name, recovery)
	}
	for _, name := range []string{"bruna", "carla"} {
		s.foundKeeping(name, "")
	}
}

func (s *seed) foundKeeping(name, recovery string) {
	who := s.stepUp(name, policies.UnitFound, s.unitOf(name))
	if s.err != nil {
		return
	}
	cookie, err := s.in.door.BeginFounding(s.ctx, who)
	if err == nil {
		cookie, err = s.in.door.ProposeRecovery(s.ctx, who, cookie, recovery)
	}
	if err == nil {
		_, err = s.in.door.FoundShown(s.ctx, who, cookie)
	}
	s.try("founding the unit of "+name, err)
}

func (s *seed) unitOf(name string) string {
	if p := s.people[name]; p != nil {
		return p.unitID
	}
	return ""
}

// admit lets Anna into the desk. Her side computes her words from the identity
// that her passphrase opened; Lucia's side from what is stored.
func (s *seed) admit() {
	anna := s.signIn("anna")
	if s.err != nil {
		return
	}
	read, err := s.in.house.OwnWords(s.ctx, anna, s.in.store.Log().Epoch(s.unitOf("anna")))
	if s.err = err; err != nil {
		return
	}
	lucia := s.stepUp("lucia", policies.MemberAdmit, s.people["anna"].id)
	if s.err != nil {
		return
	}
	_, err = s.in.house.Admit(s.ctx, lucia, s.people["anna"].id, read)
	s.try("admitting anna", err)
	_, err = s.in.house.Confirm(s.ctx, s.signIn("anna"), s.people["lucia"].id)
	s.try("confirming a colleague", err)
	_, err = s.in.house.Confirm(s.ctx, s.signIn("lucia"), s.people["anna"].id)
	s.try("confirming a colleague", err)
}

// recovery makes the municipality's recovery identity and returns its recipient.
// In life it is made on another machine, and its words are read by telephone.
func (s *seed) recovery(dir string) string {
	if s.err != nil {
		return ""
	}
	identity, err := crypto.NewIdentity()
	s.try("making a recovery identity", err)
	s.try("keeping the recovery identity", files.WriteNew(filepath.Join(dir, demoRecovery), []byte(string(identity.Secret())+"\n")))
	return identity.Recipient().String()
}

// seen has people say that they saw what stands on their first page: the units
// of the town are no news to them.
func (s *seed) seen(names ...string) {
	for _, name := range names {
		who := s.signIn(name)
		if s.err != nil {
			return
		}
		notices, err := s.in.house.Notices(s.ctx, who)
		s.try("reading notices", err)
		var ids []string
		for _, n := range notices {
			ids = append(ids, n.ID)
		}
		_, err = s.in.house.See(s.ctx, who, ids)
		s.try("seeing notices", err)
	}
}

// pin compares the words of each centre, and of the social service, with their own people.
func (s *seed) pin() {
	for _, name := range []string{"bruna", "carla", "sofia"} {
		who := s.signIn(name)
		if s.err != nil {
			return
		}
		read, err := s.in.house.UnitWordsOf(s.ctx, who)
		s.try("computing a unit's words", err)
		lucia := s.stepUp("lucia", policies.CentrePin, s.unitOf("lucia")+"."+s.unitOf(name))
		if s.err != nil {
			return
		}
		_, err = s.in.house.PinCentre(s.ctx, lucia, s.unitOf(name), read)
		s.try("pinning a unit", err)
	}
}
