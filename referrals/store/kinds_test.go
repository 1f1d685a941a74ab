package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/walls"

	"github.com/fxamacker/cbor/v2"
)

// TestEveryTableIsOfOneKind: a table of the casework is of one kind, whose class of
// retention is the data map's, and hangs on tables that are there.
func TestEveryTableIsOfOneKind(t *testing.T) {
	m, err := policies.DataMap()
	storetest.Try(t, "reading the data map", err)
	kinds := map[string]*kept.Entry{}
	for _, e := range kept.Kinds() {
		kinds[e.Table] = e
	}
	found := 0
	for _, k := range acts.Kinds() {
		e := kinds[k.Table()]
		if casework := strings.HasPrefix(k.Package(), "sportello/referrals"); casework != (e != nil) {
			t.Errorf("%s: of the casework %v, in the registry %v", k.Table(), casework, e != nil)
		}
		if e == nil {
			continue
		}
		for _, c := range m.Columns() {
			if c.Table == e.Table && c.Retention != e.Class {
				t.Errorf("%s.%s stays as %q, its kind says %q", c.Table, c.Name, c.Retention, e.Class)
			}
		}
		for _, on := range e.Hangs {
			if kinds[on] == nil {
				t.Errorf("%s hangs on %s, which is no kind", e.Table, on)
			}
		}
		found++
	}
	if found != len(kinds) {
		t.Errorf("%d kinds are in the registry, %d of them have a table", len(kinds), found)
	}
}

// opener opens whatever hangs on a case with the keys of one person.
type opener struct {
	r    kept.Reader
	who  acts.Caller
	row  *kept.CaseRow
	file *kept.File // nil where she cannot open the case
}

func openerOf(w *storetest.World, r kept.Reader, who acts.Caller, id string) (*opener, error) {
	o := &opener{r: r, who: who, row: &kept.CaseRow{}}
	if err := r.Get(o.row, id); err != nil {
		return nil, err
	}
	f, err := kept.Open(r, acts.NewAct(w.Gate, policies.CaseOpen, who, w.Gate.Now()), o.row)
	if err == nil {
		o.file = f
	}
	return o, err
}

// errShut is the error of what lies in a file that does not open.
var errShut = errors.New("the file does not open")

// open gives what a record says; nil for one that says nothing sealed.
func (o *opener) open(h kept.Hung) (text cbor.RawMessage, sealed bool, err error) {
	switch row := h.Row.(type) {
	case kept.SharedRow:
		s, err := kept.SharedOf(o.r, o.who, row, o.row)
		if err == nil {
			err = s.Open(o.r, o.who)
		}
		if err != nil { // she does not mind what the row says of who keeps it
			*row.Held().FromCaseKey = 0
			if kept.SentOf(row, nil).Open(o.r, o.who) == nil {
				err = nil
			}
		}
		return nil, true, err
	case kept.AloneRow:
		secret, err := o.r.Secret(h.Secrets(row)[0])
		if err != nil {
			return nil, true, err
		}
		return text, true, kept.GetAlone(o.r, o.who, o.file, row, secret, &text)
	case kept.PartRow:
		if on, ok := h.On.(kept.SharedRow); ok {
			s, err := kept.SharedOf(o.r, o.who, on, o.row)
			if err != nil {
				return nil, true, err
			}
			if err := s.Open(o.r, o.who); err != nil {
				return nil, true, err
			}
			return text, true, s.Get(o.r, row, &text)
		}
		if o.file == nil {
			return nil, true, errShut
		}
		of := row
		if on, ok := h.On.(kept.PartRow); ok {
			of = on
		}
		err := o.file.GetVersion(o.r, of, row, &text)
		return text, true, err
	}
	return nil, false, nil
}

// hung lists what hangs on a case.
func hung(t *testing.T, r kept.Reader, id string) (all []kept.Hung) {
	t.Helper()
	row := &kept.CaseRow{}
	storetest.Try(t, "reading the case", r.Get(row, id))
	for h, err := range kept.Hanging(r, row) {
		storetest.Try(t, "finding what hangs on it", err)
		all = append(all, h)
	}
	return all
}

// everyKind is a flow in which one of each kind was made, of a case that is
// restricted to anna: whoever adds a kind makes one there, with words of its own.
func everyKind(t *testing.T) *storetest.Flow {
	t.Helper()
	f := storetest.NewFlow(t)
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(f.Dir, store.MainFile)+"?mode=ro")
	storetest.Try(t, "opening the file", err)
	defer db.Close()
	for _, e := range kept.Kinds() {
		var n int
		storetest.Try(t, "counting", db.QueryRow("SELECT count(*) FROM "+e.Table).Scan(&n))
		if n == 0 {
			t.Errorf("the flow makes no %s", e.Table)
		}
	}
	_, err = f.Desk.Walls.Set(t.Context(), f.StepUp("gina", policies.CaseWall, f.Case), f.Case, f.Version(f.Case), walls.Change{Back: acts.List(f.People["lia"].ID)})
	storetest.Try(t, "taking the wall down", err)
	f.JoinTo(f.Case, "joined case ")
	nameOf(t, f, "anna", "gina")
	return f
}

// nameOf restricts the flow's case to some people.
func nameOf(t *testing.T, f *storetest.Flow, names ...string) {
	t.Helper()
	var list acts.List
	for _, name := range names {
		list = list.With(f.People[name].ID)
	}
	_, err := f.Desk.Cases.Restrict(t.Context(), f.StepUp("gina", policies.CaseRestrict, f.Case), f.Case, f.Version(f.Case), list)
	storetest.Try(t, "restricting", err)
}

func view(t *testing.T, w *storetest.World, f func(r kept.Reader)) {
	t.Helper()
	storetest.Try(t, "reading", kept.Work{Gate: w.Gate, Store: w.Store}.View(t.Context(), func(r kept.Reader) error {
		f(r)
		return nil
	}))
}

// TestEveryKindOpensToTheNamedAlone: T6. A colleague who is not named, with all her
// keys and a copy of the file, opens nothing that hangs on a restricted case; who is
// named opens all of it, and finds in what is sealed the words that the test of T1
// looks for in every file.
func TestEveryKindOpensToTheNamedAlone(t *testing.T) {
	f := everyKind(t)
	anna, lia := f.SignIn("anna"), f.SignIn("lia")
	tables, worded := map[string]bool{}, map[string]bool{}
	view(t, f.World, func(r kept.Reader) {
		mine, err := openerOf(f.World, r, anna, f.Case)
		storetest.Try(t, "opening the case by name", err)
		hers, err := openerOf(f.World, r, lia, f.Case)
		if err == nil {
			t.Error("the case opens to a colleague who is not named")
		}
		for _, h := range hung(t, r, f.Case) {
			tables[h.Table] = true
			text, sealed, err := mine.open(h)
			if err != nil && !errors.Is(err, acts.ErrErased) {
				t.Errorf("%s does not open by name: %v", h.Table, err)
			}
			for _, word := range f.Words {
				worded[h.Table] = worded[h.Table] || bytes.Contains(text, []byte(word)) || bytes.Contains(text, []byte(strings.ReplaceAll(word, "-", "")))
			}
			if !sealed || err != nil {
				continue
			}
			if _, _, err := hers.open(h); err == nil {
				t.Errorf("%s opens to a colleague who is not named", h.Table)
			}
		}
	})
	for _, e := range kept.Kinds() {
		if slices.Contains(e.Hangs, "case_file") && !tables[e.Table] {
			t.Errorf("the flow makes no %s of a case", e.Table)
		}
		if _, part := e.Make().(kept.PartRow); part && e.Names && !worded[e.Table] {
			t.Errorf("no word of the flow is in a %s: nothing looks for what it says", e.Table)
		}
	}
}

// TestEveryKindIsKeptFromWhoIsNamedNoLonger: T8. Lia was named, keeps the keys of then
// and has a fresh copy: she opens nothing by them that was written since.
func TestEveryKindIsKeptFromWhoIsNamedNoLonger(t *testing.T) {
	f := everyKind(t)
	anna, lia := f.SignIn("anna"), f.SignIn("lia")
	nameOf(t, f, "anna", "gina", "lia")
	var old *opener
	before := map[string]int64{}
	view(t, f.World, func(r kept.Reader) {
		var err error
		old, err = openerOf(f.World, r, lia, f.Case)
		storetest.Try(t, "opening the case by name", err)
		for _, h := range hung(t, r, f.Case) {
			id, version := h.Row.Key()
			before[h.Table+id] = version
		}
	})
	nameOf(t, f, "anna", "gina")
	f.WriteAgain(t)
	since := map[string]bool{}
	view(t, f.World, func(r kept.Reader) {
		mine, err := openerOf(f.World, r, anna, f.Case)
		storetest.Try(t, "opening the case by name", err)
		then := &opener{r: r, who: lia, row: mine.row, file: old.file}
		for _, h := range hung(t, r, f.Case) {
			id, version := h.Row.Key()
			if before[h.Table+id] == version {
				continue
			}
			if _, sealed, err := mine.open(h); !sealed || err != nil {
				continue
			}
			since[h.Table] = true
			if _, _, err := then.open(h); err == nil {
				t.Errorf("%s, written since, opens to whoever was named before", h.Table)
			}
		}
	})
	for _, e := range kept.Kinds() {
		if _, part := e.Make().(kept.PartRow); part && slices.Contains(e.Hangs, "case_file") && !since[e.Table] {
			t.Errorf("no %s was written since: this proves nothing of it", e.Table)
		}
	}
}

// TestEveryKindIsForgotten: going back to an alias leaves nothing of what a kind says
// it takes.
func TestEveryKindIsForgotten(t *testing.T) {
	f := everyKind(t)
	anna := f.SignIn("anna")
	v := storetest.Open(t, f.World, anna, f.Case)
	var want kept.Change
	view(t, f.World, func(r kept.Reader) {
		row := &kept.CaseRow{}
		storetest.Try(t, "reading the case", r.Get(row, f.Case))
		var err error
		want, err = kept.Forget(r, row, f.Gate.Day())
		storetest.Try(t, "asking what goes", err)
	})
	if len(want.Erase) == 0 {
		t.Fatal("nothing would go: this proves nothing")
	}
	_, err := f.Desk.Cases.Anonymise(t.Context(), f.StepUp("anna", policies.CaseAnonymise, f.Case), f.Case, v.Version)
	storetest.Try(t, "going back to the alias", err)
	view(t, f.World, func(r kept.Reader) {
		for _, secret := range want.Erase {
			if _, err := r.Secret(secret); !errors.Is(err, acts.ErrErased) {
				t.Errorf("a secret that goes is there: %v", err)
			}
		}
		row := &kept.CaseRow{}
		storetest.Try(t, "reading the case", r.Get(row, f.Case))
		if left, err := kept.Forget(r, row, f.Gate.Day()); err != nil || !left.Empty() {
			t.Errorf("%d rows are left that go, %v", len(left.Put)+len(left.Delete), err)
		}
	})
}

// TestEveryKindIsErased: T9. A case and what hangs on it are erased. Only what another
// unit must read of its end is left, without content, and a backup of before opens none
// of it to somebody who has every passphrase.
func TestEveryKindIsErased(t *testing.T) {
	f := everyKind(t)
	copied := storetest.Backup(t, f.World)
	var there []kept.Hung
	var change kept.Change
	work := kept.Work{Gate: f.Gate, Store: f.Store}
	_, err := work.Do(t.Context(), acts.ConsoleCaller(), policies.RecordsEnd, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		there = hung(t, r, f.Case)
		row := &kept.CaseRow{}
		err := r.Get(row, f.Case)
		storetest.Try(t, "reading the case", err)
		change, err = kept.Erase(r, row)
		act.Commit = change.Write
		return err
	})
	storetest.Try(t, "erasing", err)
	if report := f.CheckRecords(); len(report.Problems) != 0 {
		t.Errorf("the records do not stand after it: %v", report.Problems)
	}
	view(t, f.World, func(r kept.Reader) {
		for _, h := range there {
			id, _ := h.Row.Key()
			row := h.Make()
			err := r.Get(row, id)
			if !h.Stays && !errors.Is(err, acts.ErrNoRow) {
				t.Errorf("a %s is left: %v", h.Table, err)
			}
			if h.Stays && err != nil {
				t.Errorf("that there was a %s is not left: %v", h.Table, err)
			}
		}
	})
	f.Restore(copied)
	storetest.Lift(t, f.World, "anna")
	anna := f.SignIn("anna")
	view(t, f.World, func(r kept.Reader) {
		mine, err := openerOf(f.World, r, anna, f.Case)
		if !errors.Is(err, acts.ErrErased) {
			t.Errorf("the case of a backup opens after it was erased: %v", err)
		}
		if mine.row == nil {
			t.Fatal("the backup does not have the case: this proves nothing")
		}
		sealed := 0
		for _, h := range hung(t, r, f.Case) {
			_, is, err := mine.open(h)
			if is && err == nil {
				t.Errorf("a %s of a backup opens after it was erased", h.Table)
			}
			if is {
				sealed++
			}
			for _, secret := range h.Secrets(h.Row) {
				if _, err := r.Secret(secret); !errors.Is(err, acts.ErrErased) {
					t.Errorf("the secret of a %s is there after it was erased: %v", h.Table, err)
				}
			}
		}
		if sealed < 10 {
			t.Errorf("only %d sealed records were tried", sealed)
		}
	})
}

// texts are what a record that two units hold says in each of its columns, opened with
// the key that both have.
func (o *opener) texts(t *testing.T, row kept.SharedRow) (all [][]byte) {
	t.Helper()
	s, err := kept.SharedOf(o.r, o.who, row, o.row)
	storetest.Try(t, "finding the side", err)
	if err := s.Open(o.r, o.who); errors.Is(err, acts.ErrErased) {
		return nil
	} else if err != nil {
		t.Fatalf("opening a %s: %v", row.Table(), err)
	}
	i := slices.IndexFunc(acts.Kinds(), func(k *acts.Kind) bool { return k.Table() == row.Table() })
	columns, values := acts.Kinds()[i].Columns(), acts.Columns(row)
	_, newest := row.Key()
	for c, name := range columns {
		sealed, ok := values[c+2].(*crypto.Sealed)
		if !ok || *sealed == nil {
			continue
		}
		for version := range newest { // each column is sealed for the version that wrote it
			var text cbor.RawMessage
			if s.OpenColumn(name, version+1, *sealed, &text) == nil {
				all = append(all, text)
			}
		}
	}
	return all
}

// TestEveryKindIsRetold: she changes her rule. In the same act, what does not hold any
// more is in no record that another unit has, of whatever kind.
func TestEveryKindIsRetold(t *testing.T) {
	f := everyKind(t)
	anna := f.SignIn("anna")
	f.Refer(f.Case, f.Authorise(sharing.Fields...))
	_, _, err := f.Desk.Cases.RecordContact(t.Context(), anna, cases.NewContact{Form: crypto.NewID(), CaseID: f.Case, Service: f.Units["service"],
		Share: rule.Items, CaseVersion: f.Version(f.Case), Contact: cases.Contact{Speaker: "she", Channel: "phone", Recognised: "known_voice", Alias: "Rosa", Outcome: "social_service"}})
	storetest.Try(t, "asking the social service", err)
	had := []string{f.Words["second number"], f.Word("second mail"), f.Word("second code word")}
	told := func() map[string]bool {
		tables := map[string]bool{}
		view(t, f.World, func(r kept.Reader) {
			mine, err := openerOf(f.World, r, anna, f.Case)
			storetest.Try(t, "opening the case by name", err)
			for _, h := range hung(t, r, f.Case) {
				row, ok := h.Row.(kept.SharedRow)
				if !ok {
					continue
				}
				for _, text := range mine.texts(t, row) {
					for _, word := range had {
						if bytes.Contains(text, []byte(word)) {
							tables[h.Table] = true
						}
					}
				}
			}
		})
		return tables
	}
	before := told()
	for _, e := range kept.Kinds() {
		if e.Shared && e.Names && !before[e.Table] {
			t.Errorf("no %s of the flow holds her rule: this proves nothing of it", e.Table)
		}
	}
	_, err = f.Desk.Cases.ChangeSafeContact(t.Context(), anna, f.Case, f.Version(f.Case),
		rule.SafeContact{Channels: map[string]string{"in_person": "yes"}}, "known_voice")
	storetest.Try(t, "changing the rule", err)
	for table := range told() {
		t.Errorf("a %s holds what does not hold any more", table)
	}
}

// TestEveryKindIsRevoked: she takes back what she authorised. The centre, with all its
// keys and a copy of the file, opens nothing that was sent under it.
func TestEveryKindIsRevoked(t *testing.T) {
	f := everyKind(t)
	anna, bruna := f.SignIn("anna"), f.SignIn("bruna")
	opens := func() (n int) {
		view(t, f.World, func(r kept.Reader) {
			for _, h := range hung(t, r, f.Case) {
				row, ok := h.Row.(kept.SharedRow)
				if !ok || row.Held().ToUnit != bruna.Unit() {
					continue
				}
				if kept.ReceivedOf(row).Open(r, bruna) == nil {
					n++
				}
			}
		})
		return n
	}
	if opens() == 0 {
		t.Fatal("the centre opens nothing before: this proves nothing")
	}
	for _, c := range storetest.Open(t, f.World, anna, f.Case).Consents {
		if c.State == "live" {
			_, err := f.Desk.Sharing.Revoke(t.Context(), anna, c.ID, "known_voice")
			storetest.Try(t, "revoking", err)
		}
	}
	if n := opens(); n > 0 {
		t.Errorf("the centre opens %d records that she took back", n)
	}
}

// TestEveryKindIsWalledOff: for whom a case is walled off, the case and whatever hangs
// on it are not there.
func TestEveryKindIsWalledOff(t *testing.T) {
	f := storetest.NewFlow(t) // lia is walled off in it, from a case that is open to the others of the unit
	lia, anna := f.SignIn("lia"), f.SignIn("anna")
	view(t, f.World, func(r kept.Reader) {
		row := &kept.CaseRow{}
		storetest.Try(t, "reading the case", r.Get(row, f.Case))
		if !row.AllBut || kept.ShutTo(anna, row) || !kept.ShutTo(lia, row) {
			t.Fatal("it is not walled off from lia alone: this proves nothing")
		}
	})
	_, _, absent := f.Desk.OpenCase(t.Context(), lia, "NOSUCHCASENOSUCHCASENOSUCH")
	if _, _, err := f.Desk.OpenCase(t.Context(), lia, f.Case); !errors.Is(err, acts.ErrDenied) || err.Error() != absent.Error() {
		t.Errorf("the case: %v, absent: %v", err, absent)
	}
	for name, try := range map[string]func() error{
		"note": func() error {
			_, err := f.Desk.Cases.CorrectNote(t.Context(), lia, f.Note, 2, "x")
			return err
		},
		"consent":  func() error { _, _, err := f.Desk.Sharing.ReadConsent(t.Context(), lia, f.Consent); return err },
		"referral": func() error { _, _, err := f.Desk.Sharing.ReadReferral(t.Context(), lia, f.Consent); return err },
		"task": func() error {
			_, _, _, err := f.Desk.Sharing.ReadSentTask(t.Context(), lia, f.Task)
			return err
		},
		"report":   func() error { _, _, err := f.Desk.Reports.Open(t.Context(), lia, f.Linked); return err },
		"reporter": func() error { _, _, _, err := f.Desk.Reports.OpenReporter(t.Context(), lia, f.Linked); return err },
	} {
		if err := try(); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("the %s: %v", name, err)
		}
	}
	for _, e := range kept.Kinds() { // what has a name in the policy was tried above, but for what stands in no case
		if e.Object != "" && slices.Contains(e.Hangs, "case_file") && !slices.Contains([]string{"note", "consent", "referral", "task", "contact", "report"}, e.Table) {
			t.Errorf("nobody tried a %s", e.Table)
		}
	}
	found, _, err := f.Desk.Cases.Search(t.Context(), lia, f.Word("alias"))
	if err != nil || len(found) != 0 {
		t.Errorf("search finds %d, %v", len(found), err)
	}
}
