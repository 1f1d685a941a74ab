package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/auditlog"
	"sportello/referrals/cases"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"

	"filippo.io/age"
)

// TestAttackAdministratorsDay plays the administrator with every account that he
// can make, for a day: units in each agency, people in each unit, founding,
// recovery, pins, suspensions, names that existed. Nobody helps him; the others
// work on. In the evening he has a copy of the databases, and tries every identity
// he holds, and every key that follows from one, on every value stored.
func TestAttackAdministratorsDay(t *testing.T) {
	f := storetest.NewFlow(t)
	a := administrate(f)
	a.morning()
	a.unitsOfHisOwn()
	a.peopleOfHisInEveryUnit()
	a.namesThatExisted()
	a.suspends()
	f.Clock.Add(4 * time.Hour)
	a.everybodyElseWorks()
	a.triesTheDoor()

	his := a.chest(t)
	his.open()
	for _, b := range his.boxes {
		if b.opened && !a.owns(b) {
			t.Errorf("FELL: the administrator's keys open %s of %s", b.name(), b.id)
		}
	}
	hers := newChest(t, f.World)
	hers.hold(identityOf(t, f.SignIn("gina")))
	hers.open()
	if n := hers.count("note.body", "case_file.card", "unit_epoch.identity", "unit_wrap.wrapped", "declaration.body"); n < 12 {
		t.Fatalf("the lead's own keys open %d values: the test tries too little", n)
	}
}

// administering is the command line: it may enter, invite, suspend and lift like
// an administrator, and needs no code for it.
var administering = acts.ConsoleCaller()

// administrator is dario, his accounts and units, and what he wrote down.
type administrator struct {
	f          *storetest.Flow
	agencies   []string
	accounts   []*storetest.Account
	waiting    []*storetest.Account // in units of others
	recoveries []crypto.Identity
	ids        map[string]bool        // of his accounts and units
	callers    map[string]acts.Caller // his sessions, right after the passphrase
}

func administrate(f *storetest.Flow) *administrator {
	f.Invite("dario", policies.Administrator, "")
	a := &administrator{f: f, ids: map[string]bool{}, callers: map[string]acts.Caller{}}
	a.mine(f.People["dario"])
	return a
}

// mine enters an account among his, and signs it in.
func (a *administrator) mine(p *storetest.Account) {
	a.accounts, a.ids[p.ID] = append(a.accounts, p), true
	a.signIn(p)
}

func (a *administrator) signIn(p *storetest.Account) acts.Caller {
	a.f.T.Helper()
	in, err := a.f.TrySignIn(p)
	if err != nil {
		a.f.T.Fatalf("signing in %s: %v", p.Username, err)
	}
	a.callers[p.Username] = in.Caller
	return in.Caller
}

// as is the session of an account of his, with passphrase and code for one act.
func (a *administrator) as(name string, act policies.Action, object string) acts.Caller {
	a.f.T.Helper()
	p := a.f.People[name]
	in, err := a.f.Door.StepUp(ctx, a.callers[name], p.Passphrase, a.f.World.Code(p), act, object, accounts.From{Address: "127.0.0.1"})
	if err != nil {
		a.f.T.Fatalf("stepping up %s: %v", name, err)
	}
	return in.Caller
}

// creates has dario enter an account into a unit, and gives its invitation.
func (a *administrator) creates(name string, role policies.Role, unit string) (string, crypto.Secret) {
	a.f.T.Helper()
	id, token, _, err := a.f.Office.CreatePerson(ctx, administering, office.NewPerson{Username: name, Role: role, Unit: unit, Language: "it"})
	if err != nil {
		a.f.T.Fatalf("inviting %s: %v", name, err)
	}
	return id, token
}

// invites enters an account of his and takes its invitation.
func (a *administrator) invites(name string, role policies.Role, unit string) *storetest.Account {
	a.f.T.Helper()
	id, token := a.creates(name, role, unit)
	p := a.f.Take(token, &storetest.Account{ID: id, Username: name, Role: role, Unit: unit})
	a.mine(p)
	return p
}

// morning: an agency of his own beside that of the others.
func (a *administrator) morning() {
	id, _, err := a.f.Office.CreateAgency(ctx, administering, office.NewAgency{Name: "Ente di Dario", Kind: "operator", Responsibility: "processor"})
	if err != nil {
		a.f.T.Fatal(err)
	}
	a.agencies = []string{a.f.Agency, id}
}

// unitsOfHisOwn enters units in both agencies. An account of his founds each as
// lead, and admits a second one.
func (a *administrator) unitsOfHisOwn() {
	a.unit(a.agencies[0], acts.KindDesk, policies.IntakeWorker)
	a.unit(a.agencies[0], acts.KindCentre, policies.CentreWorker)
	a.unit(a.agencies[1], acts.KindDesk, policies.IntakeWorker)
	if _, _, err := a.f.Office.CreateUnit(ctx, administering, acts.Unit{Agency: a.agencies[1], Kind: acts.KindAudit, Name: "suo controllo"}); err == nil {
		a.f.T.Errorf("FELL: the administrator entered an audit unit beside the one there is")
	}
}

func (a *administrator) unit(agency, kind string, role policies.Role) {
	name := fmt.Sprint("sua ", kind, len(a.accounts))
	id, _, err := a.f.Office.CreateUnit(ctx, administering, acts.Unit{Agency: agency, Kind: kind, Name: name})
	if err != nil {
		a.f.T.Fatal(err)
	}
	a.ids[id], a.f.Units[name] = true, id
	first := a.invites("prima-"+id[:6], policies.Lead, id)
	if _, _, err := a.f.Door.Found(ctx, a.as(first.Username, policies.UnitFound, id)); err != nil {
		a.f.T.Fatalf("founding his unit: %v", err)
	}
	a.signIn(first)
	second := a.invites("seconda-"+id[:6], role, id)
	words := a.f.OwnWords(a.callers[second.Username], 1)
	if _, err := a.f.House.Admit(ctx, a.as(first.Username, policies.MemberAdmit, second.ID), second.ID, words); err != nil {
		a.f.T.Fatalf("admitting his second: %v", err)
	}
	a.signIn(second)
	a.reachesOut(first, kind)
	a.asksForRecovery(first, second, agency)
}

// reachesOut has one of his units pin that of others by the words that the pages
// show, without calling anybody, and set what a unit may set.
func (a *administrator) reachesOut(p *storetest.Account, kind string) {
	if kind == acts.KindDesk {
		centre := a.f.Units["centre"]
		if _, words, err := a.f.House.Receiver(ctx, a.callers[p.Username], centre); err == nil {
			_, _ = a.f.House.PinCentre(ctx, a.as(p.Username, policies.CentrePin, p.Unit+"."+centre), centre, words)
		}
	}
	if kind == acts.KindCentre {
		id := a.recovery()
		_, _ = a.f.House.SetCopyKey(ctx, a.as(p.Username, policies.CopyKeySet, p.Unit), id.Recipient().String(), 1)
	}
}

// recovery is an identity made off the server, which he keeps.
func (a *administrator) recovery() crypto.Identity {
	id, err := crypto.NewIdentity()
	if err != nil {
		a.f.T.Fatal(err)
	}
	a.recoveries = append(a.recoveries, id)
	return id
}

// asksForRecovery has two members of his propose and confirm a recipient of his,
// in words for their unit and for their agency.
func (a *administrator) asksForRecovery(first, second *storetest.Account, agency string) {
	id := a.recovery()
	for _, scope := range []string{first.Unit, agency} {
		words := a.f.RecoveryWords(id.Recipient(), scope)
		_, _, _ = a.f.House.SetRecovery(ctx, a.as(first.Username, policies.RecoverySet, scope), id.Recipient().String(), words)
		_, _ = a.f.Door.ConfirmRecovery(ctx, a.as(second.Username, policies.RecoveryConfirm, scope), words)
		a.signIn(first) // each change may draw a new key
		a.signIn(second)
	}
}

// peopleOfHisInEveryUnit invites a lead of his, or an auditor, into each unit of
// the others. They wait, and try the doors of somebody who waits.
func (a *administrator) peopleOfHisInEveryUnit() {
	for unit, role := range map[string]policies.Role{"desk": policies.Lead, "service": policies.Lead, "centre": policies.Lead, "audit": policies.Auditor} {
		p := a.invites("sua-"+unit, role, a.f.Units[unit])
		a.waiting = append(a.waiting, p)
		if _, _, err := a.f.Door.Found(ctx, a.as(p.Username, policies.UnitFound, p.Unit)); err == nil {
			a.f.T.Errorf("FELL: %s was founded a second time", unit)
		}
		words := a.f.OwnWords(a.callers[p.Username], a.f.Store.Log().Epoch(p.Unit))
		for _, by := range []string{"dario", p.Username, a.accounts[1].Username} {
			if _, err := a.f.House.Admit(ctx, a.as(by, policies.MemberAdmit, p.ID), p.ID, words); err == nil {
				a.f.T.Errorf("FELL: %s admitted an account of the administrator to %s", by, unit)
			}
		}
		if _, _, err := a.f.House.ExportRescue(ctx, a.callers["dario"], p.Unit, p.Username); err == nil {
			a.f.T.Errorf("FELL: the administrator exported the recovery of %s", unit)
		}
	}
}

// namesThatExisted: lia leaves, and he invites an account of his under her name;
// a pending invitation he makes anew and takes himself; another he withdraws.
func (a *administrator) namesThatExisted() {
	f, lia := a.f, a.f.People["lia"]
	if err := f.Door.KeepDraft(ctx, lia.ID, []byte(f.Word("lia's draft"))); err != nil {
		f.T.Fatal(err)
	}
	if _, err := f.Door.Remove(ctx, f.StepUp("gina", policies.MemberRemove, lia.ID), lia.ID, false); err != nil {
		f.T.Fatalf("removing lia: %v", err)
	}
	again := a.invites("lia", policies.Lead, f.Units["desk"])
	a.waiting = append(a.waiting, again)
	if who := a.callers["lia"]; len(who.Draft()) > 0 || who.Epoch() > 0 {
		f.T.Errorf("FELL: under the name of somebody who left he has her draft or her key")
	}
	withdrawn, _ := a.creates("ritirata", policies.Lead, f.Units["desk"])
	open, err := f.Office.Administration(ctx, administering)
	if err != nil {
		f.T.Fatal(err)
	}
	for _, inv := range open.Invitations {
		if inv.Person == withdrawn {
			_, _ = f.Office.WithdrawInvitation(ctx, administering, inv.ID)
			continue
		}
		token, _, err := f.Office.Invite(ctx, administering, inv.Person)
		if err != nil {
			f.T.Fatalf("inviting again: %v", err)
		}
		p := open.People[inv.Person]
		taken := f.Take(token, &storetest.Account{ID: p.ID, Username: p.Username, Unit: p.Unit})
		a.mine(taken)
		a.waiting = append(a.waiting, taken)
	}
}

// suspends everybody of the desk, so that nobody is left there, asks for its
// recovery, and lifts; so with somebody of his who waits.
func (a *administrator) suspends() {
	people := []string{"anna", "gina", a.waiting[0].Username}
	for _, name := range people {
		id := a.f.People[name].ID
		if _, err := a.f.Door.Suspend(ctx, administering, id); err != nil {
			a.f.T.Fatalf("suspending %s: %v", name, err)
		}
	}
	if _, _, err := a.f.House.ExportRescue(ctx, a.callers["dario"], a.f.Units["desk"], a.waiting[0].Username); err == nil {
		a.f.T.Errorf("FELL: the administrator exported the recovery of a desk that he suspended")
	}
	for _, name := range people {
		id := a.f.People[name].ID
		if _, err := a.f.Office.Lift(ctx, administering, id); err != nil {
			a.f.T.Fatalf("lifting %s: %v", name, err)
		}
	}
	if who := a.signIn(a.waiting[0]); who.Epoch() > 0 {
		a.f.T.Errorf("FELL: a lifted suspension gave a key to somebody who waited")
	}
}

// everybodyElseWorks: new keys are drawn and new things are sealed, to whoever
// they are sealed to now.
func (a *administrator) everybodyElseWorks() {
	f := a.f
	for unit, by := range map[string]string{"service": "sofia", "centre": "bruna", "audit": "clara"} {
		role := map[string]policies.Role{"service": policies.SocialWorker, "centre": policies.CentreWorker, "audit": policies.Auditor}[unit]
		name := "passa-" + unit
		f.Join(unit, name, role, by)
		if err := f.TakeOut(by, name, false); err != nil {
			f.T.Fatalf("removing from %s: %v", unit, err)
		}
	}
	anna := f.SignIn("anna")
	if err := f.Desk.Cases.AdoptNamed(ctx, anna); err != nil {
		f.T.Fatal(err)
	}
	for _, restrict := range []bool{false, true} {
		in := cases.NewContact{Form: crypto.NewID(), OpenCase: true, Restrict: restrict, Contact: cases.Contact{Speaker: "she", Channel: "phone",
			Alias: f.Word("evening alias"), Request: f.Word("evening request"), Outcome: "stay_in_touch", Danger: "no"}}
		out, _, err := f.Desk.Cases.RecordContact(ctx, anna, in)
		if err != nil && !restrict {
			f.T.Fatalf("recording a contact: %v", err)
		}
		if err == nil {
			if _, err := f.Desk.Cases.AddNote(ctx, anna, out.CaseID, typed.NewForm(), "interview", f.Word("evening note")); err != nil {
				f.T.Fatal(err)
			}
		}
	}
	if _, err := f.Desk.Cases.Declare(ctx, anna, typed.NewForm(), cases.Declared{Name: f.Word("evening declared"), Surname: "Verdastri"}); err != nil {
		f.T.Fatal(err)
	}
	if _, err := f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "interview", f.Word("evening note in a case")); err != nil {
		f.T.Fatal(err)
	}
	gina := f.SignIn("gina")
	if err := f.Desk.Cases.AdoptNamed(ctx, gina); err != nil {
		f.T.Fatal(err)
	}
	if _, _, err := f.Desk.Sharing.Inbox(ctx, f.SignIn("bruna")); err != nil {
		f.T.Fatal(err)
	}
}

// triesTheDoor asks with each of his accounts for what the others keep.
func (a *administrator) triesTheDoor() {
	f := a.f
	for _, p := range a.accounts {
		who := a.callers[p.Username]
		for what, err := range map[string]error{
			"a case":            second(f.Desk.OpenCase(ctx, who, f.Case, storetest.Parts...)),
			"a restricted case": second(f.Desk.OpenCase(ctx, who, f.Restricted, storetest.Parts...)),
			"a contact":         second(f.Desk.Cases.OpenContact(ctx, who, f.Contact)),
			"a task":            second(f.Desk.Sharing.OpenTask(ctx, who, f.Task)),
			"a referral":        second(f.Desk.Sharing.OpenReferral(ctx, who, f.Consent)),
			"a sent referral":   second(f.Desk.Sharing.ReadReferral(ctx, who, f.Consent)),
			"the log":           second(f.Desk.AuditLog.Read(ctx, who, auditlog.Filter{})),
			"by her code":       second(f.Desk.AuditLog.Ask(ctx, who, f.Code, auditlog.Filter{})),
			"who can open what": second(f.Desk.AuditLog.WhoCanOpen(ctx, who)),
		} {
			if err == nil {
				f.T.Errorf("FELL: %s opened %s", p.Username, what)
			} else if !errors.Is(err, acts.ErrDenied) {
				f.T.Errorf("%s, %s: %v, want ErrDenied", p.Username, what, err)
			}
		}
		cards, _, err := f.Desk.Cases.Search(ctx, who, f.Words["alias"])
		if err == nil && len(cards) > 0 {
			f.T.Errorf("FELL: %s found a case", p.Username)
		}
		all, _, err := f.Desk.Cases.Declarations(ctx, who)
		if err == nil && len(all) > 0 {
			f.T.Errorf("FELL: %s read declarations", p.Username)
		}
	}
}

// owns tells whether a stored value is of an account or a unit of his.
func (a *administrator) owns(b *stored) bool {
	return slices.ContainsFunc(b.about, func(id string) bool { return a.ids[id] })
}

// chest is his copy with all that he holds.
func (a *administrator) chest(t *testing.T) *chest {
	t.Helper()
	c := newChest(t, a.f.World)
	for _, id := range a.recoveries {
		c.hold(id)
	}
	for _, p := range a.accounts {
		c.hold(identityOf(t, a.callers[p.Username]))
	}
	return c
}

// identityOf is what somebody's passphrase opens.
func identityOf(t *testing.T, who acts.Caller) crypto.Identity {
	t.Helper()
	id, ok := who.Identity()
	if !ok {
		t.Fatalf("%s has no identity after the passphrase", who.Username())
	}
	return id
}

// stored is one value that something sealed, in any column of any table.
type stored struct {
	table, column, id string
	version           int64
	about             []string // whose row it is: person, unit, and the parts of its id
	sealed            []byte
	opened            bool
}

func (b *stored) name() string { return b.table + "." + b.column }

// chest is a copy of the databases and whatever keys somebody has.
type chest struct {
	t       *testing.T
	ids     []age.Identity
	keys    []crypto.Key
	tried   int // keys whose derivations are all in use already
	secrets [][]byte
	boxes   []*stored
}

func newChest(t *testing.T, w *storetest.World) *chest {
	t.Helper()
	c := &chest{t: t}
	for _, file := range []string{store.MainFile, filepath.Join(store.SecretsDir, store.SessionFile), filepath.Join(store.SecretsDir, store.ShredFile)} {
		db := raw(t, w, file)
		tables := c.column(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
		for _, table := range tables {
			c.take(db, table)
		}
		db.Close()
	}
	return c
}

func (c *chest) column(db *sql.DB, query string) (all []string) {
	rows, err := db.Query(query)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			c.t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// take copies every value of a table that is long enough to be sealed.
func (c *chest) take(db *sql.DB, table string) {
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		c.t.Fatal(err)
	}
	for rows.Next() {
		values, to := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			c.t.Fatal(err)
		}
		c.takeRow(table, names, values)
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chest) takeRow(table string, names []string, values []any) {
	row := stored{table: table, version: 1}
	for i, name := range names {
		switch v := values[i].(type) {
		case string:
			if name == "id" {
				row.id, row.about = v, append(row.about, strings.Split(v, ".")...)
			}
			if name == "person" || name == "unit" {
				row.about = append(row.about, v)
			}
		case int64:
			if name == "version" || strings.HasSuffix(name, "_version") {
				row.version = max(row.version, v)
			}
		}
	}
	for i, name := range names {
		b, ok := values[i].([]byte)
		if s, text := values[i].(string); text && strings.HasPrefix(s, "age-encryption.org/") {
			b, ok = []byte(s), true
		}
		if table == "shred" && name == "secret" {
			c.secrets = append(c.secrets, b)
			continue
		}
		if table == "leaf" || table == "leaf_hash" || table == "checkpoint" || !ok || len(b) < 40 {
			continue
		}
		box := row
		box.column, box.sealed = name, b
		c.boxes = append(c.boxes, &box)
	}
}

// hold adds an identity with the keys that follow from it.
func (c *chest) hold(id crypto.Identity) {
	parsed, err := age.ParseHybridIdentity(string(id.Secret()))
	if err != nil {
		c.t.Fatal(err)
	}
	c.ids = append(c.ids, parsed)
	c.keys = append(c.keys, id.Key(crypto.LabelPerson), id.Key(crypto.LabelUnitKey))
}

// open tries all on all, and what it finds too, until nothing new is found.
func (c *chest) open() {
	for first := true; first || c.tried < len(c.keys); first = false {
		fresh := c.keys[c.tried:]
		c.tried = len(c.keys)
		derived := map[string][]crypto.Key{}
		for _, b := range c.boxes {
			if b.opened {
				continue
			}
			if _, ok := derived[b.name()]; !ok {
				derived[b.name()] = c.derived(b.name(), fresh)
			}
			c.try(b, derived[b.name()])
		}
	}
}

// derived are the keys as they may open a column: as they are, and in the way in
// which the program derives that column's key.
func (c *chest) derived(name string, keys []crypto.Key) []crypto.Key {
	all := slices.Clone(keys)
	how, known := opens[name]
	for _, k := range keys {
		switch {
		case known && how.salted:
			for _, s := range c.secrets {
				all = append(all, k.Derive(how.label, s))
			}
		case known:
			all = append(all, k.Derive(how.label))
		default:
			for _, l := range []crypto.Label{crypto.LabelCaseWrap, crypto.LabelReferralWrap, crypto.LabelPrevEpoch, crypto.LabelData, crypto.LabelDetail} {
				all = append(all, k.Derive(l))
			}
		}
	}
	return all
}

func (c *chest) try(b *stored, keys []crypto.Key) {
	if bytes.HasPrefix(b.sealed, []byte("age-encryption.org/")) {
		if r, err := age.Decrypt(bytes.NewReader(b.sealed), c.ids...); err == nil {
			text, err := io.ReadAll(r)
			c.found(b, text, err)
		}
		return
	}
	for version := b.version; version >= 1; version-- {
		for _, k := range keys {
			if text, err := k.Open(crypto.Binding{Table: b.table, Row: b.id, Column: b.column, Version: version}, b.sealed); err == nil {
				c.found(b, text, nil)
				return
			}
		}
	}
}

// found keeps what was opened: a key, an identity, or what follows the context of
// a wrapped key.
func (c *chest) found(b *stored, text []byte, err error) {
	if err != nil {
		c.t.Fatal(err)
	}
	b.opened = true
	if len(text) >= 32 {
		if k, err := crypto.KeyFromBytes(text[len(text)-32:]); err == nil {
			c.keys = append(c.keys, k)
		}
	}
	if id, err := crypto.ParseIdentity(string(text)); err == nil {
		c.hold(id)
	}
}

// count tells how many values of some columns were opened.
func (c *chest) count(names ...string) (n int) {
	for _, b := range c.boxes {
		if b.opened && slices.Contains(names, b.name()) {
			n++
		}
	}
	return n
}
