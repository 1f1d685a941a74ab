package store_test

import (
	"context"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/auditlog"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"

	_ "github.com/mattn/go-sqlite3"
)

// T3: somebody who can write to the database, and holds no key, changes it under
// the running server and while it is stopped.

// raw is a connection of the attacker's own to a file of the instance.
func raw(t *testing.T, w *storetest.World, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, file)+"?_journal_mode=WAL&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// change runs a statement that must hit something.
func change(t *testing.T, db *sql.DB, text string, args ...any) {
	t.Helper()
	res, err := db.Exec(text, args...)
	if err != nil {
		t.Fatalf("the attacker's statement %q: %v", text, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("the attacker's statement %q changed nothing", text)
	}
}

// dump reads one row with its column names.
func dump(t *testing.T, db *sql.DB, table, id string) ([]string, []any) {
	t.Helper()
	rows, err := db.Query("SELECT * FROM "+table+" WHERE id = ?", id)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil || !rows.Next() {
		t.Fatalf("no row %s in %s: %v", id, table, err)
	}
	values := make([]any, len(names))
	to := make([]any, len(names))
	for i := range values {
		to[i] = &values[i]
	}
	if err := rows.Scan(to...); err != nil {
		t.Fatal(err)
	}
	return names, values
}

// put writes a dumped row over the one with the id, or as a new one.
func put(t *testing.T, db *sql.DB, table, id string, names []string, values []any) {
	t.Helper()
	values = slices.Clone(values)
	values[slices.Index(names, "id")] = id
	if _, err := db.Exec("DELETE FROM "+table+" WHERE id = ?", id); err != nil {
		t.Fatal(err)
	}
	change(t, db, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES (?"+strings.Repeat(", ?", len(names)-1)+")", values...)
}

// reading is an act that reads a record through Desk or Door.
type reading func(f *storetest.Flow) error

var ctx = context.Background()

func second[V any](_ V, _ audit.Receipt, err error) error { return err }

func openCase(f *storetest.Flow) error {
	return second(f.Desk.OpenCase(ctx, f.Caller("anna"), f.Case, storetest.Parts...))
}
func openOther(f *storetest.Flow) error {
	return second(f.Desk.OpenCase(ctx, f.Caller("anna"), f.Other, storetest.Parts...))
}
func openRestricted(f *storetest.Flow) error {
	return second(f.Desk.OpenCase(ctx, f.Caller("anna"), f.Restricted, storetest.Parts...))
}
func openContact(f *storetest.Flow) error {
	return second(f.Desk.Cases.OpenContact(ctx, f.Caller("anna"), f.Contact))
}
func openTask(f *storetest.Flow) error {
	return second(f.Desk.Sharing.OpenTask(ctx, f.Caller("sofia"), f.Task))
}
func openReferral(f *storetest.Flow) error {
	return second(f.Desk.Sharing.OpenReferral(ctx, f.Caller("bruna"), f.Consent))
}
func directory(f *storetest.Flow) error {
	return second(f.Desk.Sharing.Directory(ctx, f.Caller("anna"), 0, 0))
}
func whoCanOpen(f *storetest.Flow) error {
	return second(f.Desk.AuditLog.WhoCanOpen(ctx, f.Caller("clara")))
}
func agenda(f *storetest.Flow) error  { return second(f.Desk.ReadAgenda(ctx, f.Caller("sofia"))) }
func inbox(f *storetest.Flow) error   { return second(f.Desk.Sharing.Inbox(ctx, f.Caller("bruna"))) }
func invited(f *storetest.Flow) error { _, err := f.Door.Invited(ctx, f.Invitation); return err }
func search(f *storetest.Flow) error {
	return second(f.Desk.Cases.Search(ctx, f.Caller("anna"), f.Words["alias"]))
}
func confirm(f *storetest.Flow) error {
	_, err := f.House.Confirm(ctx, f.Caller("anna"), f.People["gina"].ID)
	return err
}
func members(f *storetest.Flow) error { _, err := f.House.Members(ctx, f.Caller("gina")); return err }
func recovery(f *storetest.Flow) error {
	_, err := f.House.Recovery(ctx, f.Caller("anna"))
	return err
}
func notices(f *storetest.Flow) error { _, err := f.House.Notices(ctx, f.Caller("gina")); return err }
func signIn(f *storetest.Flow) error  { _, err := f.TrySignIn(f.People["bruna"]); return err }
func unit(f *storetest.Flow) error {
	_, _, err := f.Office.CreateUnit(ctx, acts.ConsoleCaller(), acts.Unit{Agency: f.Agency, Kind: acts.KindDesk, Name: "Altra"})
	return err
}
func preview(f *storetest.Flow) error {
	return second(f.Desk.Sharing.PreviewReferral(ctx, f.Caller("anna"), f.Consent))
}
func correct(f *storetest.Flow) error {
	_, err := f.Desk.Cases.CorrectNote(ctx, f.Caller("anna"), f.Note, 2, "x")
	return err
}

func meet(f *storetest.Flow) error {
	_, err := f.Desk.Cases.EndAppointment(ctx, f.Caller("anna"), f.Case, f.Appointment, "done")
	return err
}

func declared(f *storetest.Flow) error {
	_, _, _, err := f.Desk.Cases.MyDeclarations(ctx, f.Caller("anna"))
	return err
}
func declareAgain(f *storetest.Flow) error {
	_, err := f.Desk.Cases.Declare(ctx, f.Caller("anna"), "declared ", cases.Declared{Name: "x", Surname: "xx"})
	return err
}

// kind is one kind of row, and how the attacks on it are met. A nil reading
// means that no page asks for the row by its id: that one is missing is then
// found by the check of all records.
type kind struct {
	table, where  string
	sealed, plain string // a sealed column, and SET text for plaintext ones
	read          reading
	gone          reading // meets the row when it was deleted
	added         reading // meets a forged row
}

var kinds = []kind{
	{"agency", "1", "", "ends = '2020-01-01'", unit, unit, nil},
	{"unit_recovery", "id = (SELECT id FROM unit WHERE kind = 'desk')", "", "in_force = ''", recovery, recovery, nil},
	{"unit_recovery", "id = (SELECT id FROM unit WHERE kind = 'desk')", "", "witnesses = 'x'", recovery, recovery, nil},
	{"unit", "kind = 'centre'", "", "phone = '0000'", directory, signIn, directory},
	{"person", "username = 'bruna'", "box", "recipient = (SELECT recipient FROM person WHERE username = 'anna')", signIn, openReferral, nil},
	{"person", "username = 'anna'", "box", "role = 'lead'", openCase, openCase, nil},
	{"unit_epoch", "unit = (SELECT id FROM unit WHERE kind = 'centre')", "identity", "recipient = 'age1pq1x'", signIn, signIn, nil},
	{"unit_wrap", "unit = (SELECT id FROM unit WHERE kind = 'centre')", "wrapped", "words = 'a b c d'", signIn, signIn, whoCanOpen},
	{"pin", "centre = (SELECT id FROM unit WHERE kind = 'centre')", "", "epoch = 7", directory, nil, directory},
	{"acquaintance", "person = (SELECT id FROM person WHERE username = 'anna') AND colleague = (SELECT id FROM person WHERE username = 'gina')", "", "colleague = 'x'", confirm, confirm, nil},
	{"lead_word", "state = 'given'", "", "before = ''", members, nil, members},
	{"seen", "person = (SELECT id FROM person WHERE username = 'gina')", "", "notice = 'x'", notices, nil, notices},
	{"invitation", "state = 'open'", "", "ends = '2030-01-01'", invited, nil, nil},
	{"contact", "case_id = '' AND state = 'info_only'", "body", "state = 'open'", openContact, openContact, nil},
	{"contact", "case_id = 'CASE'", "key_box", "day = '2020-01-01'", openCase, nil, openCase},
	{"case_file", "id = 'CASE'", "card", "walled = ''", openCase, openCase, search},
	{"case_file", "id = 'CASE'", "card", "state = 'closed'", search, openCase, nil},
	{"case_file", "id = 'CASE'", "safe", "last_day = '2020-01-01'", openCase, openCase, nil},
	{"case_file", "id = 'CASE'", "told", "restricted = 0", openCase, preview, nil},
	{"case_wrap", "case_id = 'RESTRICTED' AND symmetric_wrap = 1", "wrapped", "key_version = 2", openRestricted, openRestricted, nil},
	{"case_key", "case_id = 'OTHER'", "wrapped", "key_version = 3", openOther, openOther, nil},
	{"identity", "case_id = 'CASE'", "body", "key_version = 3", openCase, openCase, nil},
	{"note", "id = 'NOTE'", "body", "author = 'x'", openCase, correct, openCase},
	{"note_version", "note_id = 'NOTE'", "body", "day = '2020-01-01'", openCase, nil, openCase},
	{"appointment", "id = 'APPOINTMENT'", "body", "day = '2020-01-01'", openCase, meet, openCase},
	{"task", "id = 'TASK'", "body", "due_day = '2030-01-01'", openTask, openTask, agenda},
	{"consent", "id = 'CONSENT'", "body", "until_day = '2030-01-01'", openCase, preview, openCase},
	{"consent", "id = 'WITHDRAWN'", "body", "state = 'live'", openOther, func(f *storetest.Flow) error {
		return second(f.Desk.Sharing.PreviewReferral(ctx, f.Caller("anna"), f.Withdrawn))
	}, nil},
	{"referral", "id = 'CONSENT'", "body", "to_unit = (SELECT id FROM unit WHERE kind = 'social_service')", openReferral, openReferral, inbox},
	{"referral", "id = 'CONSENT'", "to_box", "until_day = '2030-01-01'", inbox, openReferral, nil},
	{"referral", "id = 'WITHDRAWN'", "", "state = 'sent'", inbox, func(f *storetest.Flow) error {
		return second(f.Desk.Sharing.Notice(ctx, f.Caller("bruna"), f.Withdrawn))
	}, nil},
	{"referral_step", "referral_id = 'CONSENT'", "", "state = 'closed'", openReferral, nil, openReferral},
	{"declaration", "id = 'DECLARED'", "body", "day = '2020-01-01'", declared, declareAgain, declared},
	{"declaration_wrap", "declaration = 'DECLARED' AND person = (SELECT id FROM person WHERE username = 'anna')", "wrapped", "symmetric_wrap = 0", declared, declared, nil},
	{"message", "referral_id = 'CONSENT'", "body", "unit = 'x'", openReferral, nil, openReferral},
	{"detail_key", "id = (SELECT key_id FROM detail GROUP BY key_id ORDER BY count(*) DESC LIMIT 1)", "wrapped", "epoch = 9", detail, nil, nil},
}

// detail reads the details of who opened case files.
func detail(f *storetest.Flow) error {
	clara := f.Caller("clara")
	page, _, err := f.Desk.AuditLog.Read(ctx, clara, auditlog.Filter{Action: "case.open", Outcome: audit.Allowed})
	if err != nil {
		return err
	}
	for _, e := range page.Entries {
		_, d, _, err := f.Desk.AuditLog.ProveEntry(ctx, clara, e.Index)
		if err != nil {
			return err
		}
		if d == nil {
			return errors.New("a detail was not opened")
		}
	}
	return nil
}

// id finds the row that an attack is about.
func (k kind) id(t *testing.T, f *storetest.Flow, db *sql.DB) string {
	t.Helper()
	where := strings.NewReplacer("'CASE'", "'"+f.Case+"'", "'OTHER'", "'"+f.Other+"'", "'RESTRICTED'", "'"+f.Restricted+"'", "'NOTE'", "'"+f.Note+"'", "'APPOINTMENT'", "'"+f.Appointment+"'",
		"'TASK'", "'"+f.Task+"'", "'CONSENT'", "'"+f.Consent+"'", "'WITHDRAWN'", "'"+f.Withdrawn+"'", "'DECLARED'", "'"+f.Declared+"'").Replace(k.where)
	var id string
	if err := db.QueryRow("SELECT id FROM " + k.table + " WHERE " + where + " ORDER BY id LIMIT 1").Scan(&id); err != nil {
		t.Fatalf("no row of %s to attack: %v", k.table, err)
	}
	return id
}

// attack is one way to change a row. It returns the id that the check of the
// records must name, and the fault it must find.
type attack struct {
	name string
	met  func(kind) reading
	do   func(t *testing.T, db *sql.DB, k kind, id string) (string, audit.Fault)
}

func read(k kind) reading { return k.read }

var attacks = []attack{
	{"changed", read, func(t *testing.T, db *sql.DB, k kind, id string) (string, audit.Fault) {
		change(t, db, "UPDATE "+k.table+" SET "+k.plain+" WHERE id = ?", id)
		return id, audit.Changed
	}},
	{"bit flipped", read, func(t *testing.T, db *sql.DB, k kind, id string) (string, audit.Fault) {
		if k.sealed == "" {
			return "", ""
		}
		var b []byte
		if err := db.QueryRow("SELECT "+k.sealed+" FROM "+k.table+" WHERE id = ?", id).Scan(&b); err != nil || len(b) == 0 {
			t.Fatalf("nothing sealed to flip: %v", err)
		}
		b[len(b)/2] ^= 1
		change(t, db, "UPDATE "+k.table+" SET "+k.sealed+" = ? WHERE id = ?", b, id)
		return id, audit.Changed
	}},
	{"nulled", read, func(t *testing.T, db *sql.DB, k kind, id string) (string, audit.Fault) {
		if k.sealed == "" || k.table == "detail_key" {
			return "", ""
		}
		change(t, db, "UPDATE "+k.table+" SET "+k.sealed+" = NULL WHERE id = ?", id)
		return id, audit.Changed
	}},
	{"swapped", read, func(t *testing.T, db *sql.DB, k kind, id string) (string, audit.Fault) {
		if k.sealed == "" {
			return "", ""
		}
		var other string
		err := db.QueryRow("SELECT id FROM "+k.table+" WHERE id <> ? AND "+k.sealed+" IS NOT NULL LIMIT 1", id).Scan(&other)
		if errors.Is(err, sql.ErrNoRows) {
			return "", "" // there is only one
		}
		if err != nil {
			t.Fatal(err)
		}
		var mine, hers []byte
		for row, to := range map[string]*[]byte{id: &mine, other: &hers} {
			if err := db.QueryRow("SELECT "+k.sealed+" FROM "+k.table+" WHERE id = ?", row).Scan(to); err != nil {
				t.Fatal(err)
			}
		}
		change(t, db, "UPDATE "+k.table+" SET "+k.sealed+" = ? WHERE id = ?", hers, id)
		change(t, db, "UPDATE "+k.table+" SET "+k.sealed+" = ? WHERE id = ?", mine, other)
		return id, audit.Changed
	}},
	{"deleted", func(k kind) reading { return k.gone }, func(t *testing.T, db *sql.DB, k kind, id string) (string, audit.Fault) {
		change(t, db, "DELETE FROM "+k.table+" WHERE id = ?", id)
		return id, audit.Missing
	}},
	{"inserted", func(k kind) reading { return k.added }, func(t *testing.T, db *sql.DB, k kind, id string) (string, audit.Fault) {
		if k.table == "detail_key" {
			return "", ""
		}
		names, values := dump(t, db, k.table, id)
		// What is unique in the table must be another's.
		for of, column := range map[string]string{"agency": "name", "unit": "name", "person": "username", "invitation": "token", "referral": "consent_id"} {
			if i := slices.Index(names, column); i >= 0 && k.table == of {
				values[i] = any("forged")
				if of == "invitation" {
					values[i] = []byte("forged")
				}
			}
		}
		forged := crypto.NewID()
		put(t, db, k.table, forged, names, values)
		return forged, audit.Unlogged
	}},
}

func TestTamperedRowsFailClosed(t *testing.T) {
	for i, k := range kinds {
		for _, a := range attacks {
			t.Run(fmt.Sprintf("%d %s/%s", i, k.table, a.name), func(t *testing.T) {
				t.Parallel()
				tamperedRow(t, k, a)
			})
		}
	}
}

func tamperedRow(t *testing.T, k kind, a attack) {
	f := storetest.NewFlow(t)
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	meets := a.met(k)
	if meets != nil {
		if err := meets(f); err != nil {
			t.Fatalf("reading before anything was changed: %v", err)
		}
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("the records before anything was changed: %v", r.Problems)
	}
	id, fault := a.do(t, db, k, k.id(t, f, db))
	if id == "" {
		return // nothing of this kind to do: no sealed column, or a single row
	}
	met(t, f, k, a, id, fault, "running")
	if a.name == "nulled" || a.name == "swapped" {
		return // a restart tells them from "changed" no better
	}
	f.Close()
	f.Open()
	met(t, f, k, a, id, fault, "after a restart")
}

// met holds the instance to its answer to an attack.
func met(t *testing.T, f *storetest.Flow, k kind, a attack, id string, fault audit.Fault, when string) {
	t.Helper()
	if meets := a.met(k); meets != nil {
		err := meets(f)
		// While it runs, the store remembers the genuine rows of people, units and
		// their keys: what was put in the file is not used, and the check names it.
		genuine := when == "running" && err == nil && store.Remembers(k.table)
		if !errors.Is(err, acts.ErrTampered) && !genuine {
			t.Errorf("%s, reading: got %v, want ErrTampered", when, err)
		}
	}
	named := slices.ContainsFunc(f.CheckRecords().Problems, func(p audit.RecordProblem) bool {
		return p.Table == k.table && p.ID == id && p.Fault == fault
	})
	if !named {
		t.Errorf("%s: the check of the records names %v, not %s %s as %s", when, f.CheckRecords().Problems, k.table, id, fault)
	}
}

// yesterday is an act that rewrites a row: the attacker puts back what it was
// before.
var yesterday = []struct {
	kind
	act reading
}{
	{kind{table: "case_file", where: "id = 'CASE'", read: openCase}, func(f *storetest.Flow) error {
		_, err := f.Desk.Cases.SetRecall(ctx, f.Caller("anna"), f.Case, f.Version(f.Case), rule.Recall{})
		return err
	}},
	{kind{table: "case_wrap", where: "case_id = 'OTHER' AND person = (SELECT id FROM person WHERE username = 'anna')", read: openOther}, func(f *storetest.Flow) error {
		named := acts.List(f.People["anna"].ID)
		who := f.StepUp("gina", policies.CaseRestrict, f.Other)
		if err := f.Desk.Cases.AdoptNamed(ctx, who); err != nil {
			return err
		}
		if _, err := f.Desk.Cases.Restrict(ctx, who, f.Other, f.Version(f.Other), named); err != nil {
			return err
		}
		return f.Desk.Cases.AdoptNamed(ctx, f.SignIn("anna"))
	}},
	{kind{table: "note", where: "id = 'NOTE'", read: openCase}, correct},
	{kind{table: "referral", where: "id = 'CONSENT'", read: openReferral}, func(f *storetest.Flow) error {
		_, err := f.Desk.Sharing.Revoke(ctx, f.Caller("anna"), f.Consent, "code_word")
		return err
	}},
	{kind{table: "consent", where: "id = 'CONSENT'", read: openCase}, func(f *storetest.Flow) error {
		_, err := f.Desk.Sharing.Revoke(ctx, f.Caller("anna"), f.Consent, "code_word")
		return err
	}},
	{kind{table: "person", where: "username = 'bruna'", read: signIn}, signIn},
	{kind{table: "task", where: "id = 'TASK'", read: openTask}, func(f *storetest.Flow) error {
		_, err := f.Desk.Sharing.ReturnTask(ctx, f.Caller("sofia"), f.Task, "time")
		return err
	}},
}

func TestYesterdaysRowsFailClosed(t *testing.T) {
	for _, y := range yesterday {
		t.Run(y.table, func(t *testing.T) {
			t.Parallel()
			f := storetest.NewFlow(t)
			db := raw(t, f.World, store.MainFile)
			defer db.Close()
			id := y.id(t, f, db)
			names, values := dump(t, db, y.table, id)
			if err := y.act(f); err != nil {
				t.Fatalf("the act between yesterday and today: %v", err)
			}
			put(t, db, y.table, id, names, values)
			back := attack{name: "rolled back", met: read}
			met(t, f, y.kind, back, id, audit.RolledBack, "running")
			f.Close()
			f.Open()
			met(t, f, y.kind, back, id, audit.RolledBack, "after a restart")
		})
	}
}

// TestForgedEpochIsNotUsed: the table may say what it likes; the highest epoch
// is the log's.
func TestForgedEpochIsNotUsed(t *testing.T) {
	f := storetest.NewFlow(t)
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	centre := f.Units["centre"]
	names, values := dump(t, db, "unit_epoch", centre+".1")
	mallory, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	values[slices.Index(names, "epoch")] = int64(2)
	values[slices.Index(names, "recipient")] = mallory.Recipient().String()
	put(t, db, "unit_epoch", centre+".2", names, values)
	if got := f.Store.Log().Epoch(centre); got != 1 {
		t.Fatalf("the centre's epoch after a forged row: got %d, want 1", got)
	}
	id := f.Refer(f.Case, f.Authorise("alias"))
	var epoch int64
	if err := db.QueryRow("SELECT to_epoch FROM referral WHERE id = ?", id).Scan(&epoch); err != nil || epoch != 1 {
		t.Fatalf("a referral was sealed to epoch %d: %v", epoch, err)
	}
	k := kind{table: "unit_epoch"}
	met(t, f, k, attack{met: read}, centre+".2", audit.Unlogged, "running")
}

// TestTamperedSecrets: shred.db is as little believed as the main file.
func TestTamperedSecrets(t *testing.T) {
	for name, text := range map[string]string{
		"changed": "UPDATE shred SET secret = randomblob(32) WHERE id = ?",
		"deleted": "DELETE FROM shred WHERE id = ?",
	} {
		t.Run(name, func(t *testing.T) {
			f := storetest.NewFlow(t)
			main, shred := raw(t, f.World, store.MainFile), raw(t, f.World, filepath.Join(store.SecretsDir, store.ShredFile))
			defer main.Close()
			defer shred.Close()
			var id string
			if err := main.QueryRow("SELECT secret FROM case_file WHERE id = ?", f.Case).Scan(&id); err != nil {
				t.Fatal(err)
			}
			change(t, shred, text, id)
			if err := openCase(f); !errors.Is(err, acts.ErrTampered) {
				t.Errorf("opening the case: got %v, want ErrTampered", err)
			}
			fault := map[string]audit.Fault{"changed": audit.Changed, "deleted": audit.Missing}[name]
			met(t, f, kind{table: "shred"}, attack{met: read}, id, fault, "running")
		})
	}
}

// TestErasedSecretPutBack: a secret that has a tombstone opens nothing, even if
// somebody kept it and puts it back, and the check and the next start find it.
func TestErasedSecretPutBack(t *testing.T) {
	f := storetest.NewFlow(t)
	main, shred := raw(t, f.World, store.MainFile), raw(t, f.World, filepath.Join(store.SecretsDir, store.ShredFile))
	defer main.Close()
	defer shred.Close()
	var id string
	var secret []byte
	if err := main.QueryRow("SELECT secret FROM referral WHERE id = ?", f.Consent).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := shred.QueryRow("SELECT secret FROM shred WHERE id = ?", id).Scan(&secret); err != nil {
		t.Fatalf("the secret before it was shredded: %v", err)
	}
	if _, err := f.Desk.Sharing.Revoke(ctx, f.Caller("anna"), f.Consent, "code_word"); err != nil {
		t.Fatal(err)
	}
	if err := shred.QueryRow("SELECT secret FROM shred WHERE id = ?", id).Scan(&secret); !errors.Is(err, sql.ErrNoRows) {
		t.Fatalf("the secret after it was shredded: %v", err)
	}
	change(t, shred, "INSERT INTO shred (id, secret) VALUES (?, ?)", id, secret)
	err := f.Store.View(ctx, func(r kept.Reader) error { _, err := r.Secret(id); return err })
	if !errors.Is(err, acts.ErrErased) {
		t.Errorf("reading a secret that was put back: got %v, want ErrErased", err)
	}
	met(t, f, kind{table: "shred"}, attack{met: read}, id, audit.Returned, "running")
	f.Close()
	f.Open()
	var n int
	if err := shred.QueryRow("SELECT count(*) FROM shred WHERE id = ?", id).Scan(&n); err != nil || n != 0 {
		t.Errorf("the secret after the next start: %d left, %v", n, err)
	}
}

// TestReferralHiddenFromRevoke: a referral taken out of the database while she
// takes her consent back cannot be put back and opened.
func TestReferralHiddenFromRevoke(t *testing.T) {
	f := storetest.NewFlow(t)
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	names, values := dump(t, db, "referral", f.Consent)
	change(t, db, "DELETE FROM referral WHERE id = ?", f.Consent)
	if _, err := f.Desk.Sharing.Revoke(ctx, f.Caller("anna"), f.Consent, "code_word"); !errors.Is(err, acts.ErrTampered) {
		t.Fatalf("revoking while the referral is hidden: got %v, want ErrTampered", err)
	}
	put(t, db, "referral", f.Consent, names, values)
	if _, err := f.Desk.Sharing.Revoke(ctx, f.Caller("anna"), f.Consent, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	put(t, db, "referral", f.Consent, names, values)
	if err := openReferral(f); !errors.Is(err, acts.ErrTampered) {
		t.Fatalf("opening the row of before: got %v, want ErrTampered", err)
	}
}

// TestContactPutBeforeItsForm: a row that somebody put where the contact of a form
// will go, without a leaf, is met before it is written over.
func TestContactPutBeforeItsForm(t *testing.T) {
	f := storetest.NewFlow(t)
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	names, values := dump(t, db, "contact", f.Contact)
	form, anna := crypto.NewID(), f.Caller("anna")
	id := base32.StdEncoding.EncodeToString(crypto.Hash([]byte("form"), []byte("contact"), []byte(anna.Unit()), []byte(anna.Person()), []byte(form)))[:26]
	put(t, db, "contact", id, names, values)
	in := cases.NewContact{Form: form, Contact: cases.Contact{Speaker: "she", Channel: "phone", Outcome: "info_only"}}
	if _, _, err := f.Desk.Cases.RecordContact(ctx, f.Caller("anna"), in); !errors.Is(err, acts.ErrTampered) {
		t.Fatalf("recording over a row without a leaf: got %v, want ErrTampered", err)
	}
	change(t, db, "DELETE FROM contact WHERE id = ?", id)
	if _, _, err := f.Desk.Cases.RecordContact(ctx, f.Caller("anna"), in); err != nil {
		t.Fatalf("recording once the row is gone: %v", err)
	}
}

// The log itself: while the server runs the pages that show leaves fail; what
// is written next, or the next start, is refused.
func TestTamperedLog(t *testing.T) {
	theLog := func(f *storetest.Flow) error {
		return second(f.Desk.AuditLog.Read(ctx, f.Caller("clara"), auditlog.Filter{}))
	}
	readers := func(f *storetest.Flow) error {
		_, _, _, err := f.Desk.AuditLog.Readers(ctx, f.Caller("anna"), f.Case)
		return err
	}
	for name, a := range map[string]struct {
		text    string
		reads   []reading // fail while it runs
		refuses bool      // so does every act
		start   error
	}{
		"leaf changed": {"UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), 'outcome allowed', 'outcome refused') AS BLOB) WHERE idx IN (SELECT idx FROM leaf WHERE instr(body, 'object case:CASE') > 0 AND instr(body, 'outcome allowed') > 0 ORDER BY idx DESC LIMIT 1)",
			[]reading{theLog, readers}, false, audit.ErrLogTampered},
		"leaf removed":             {"DELETE FROM leaf WHERE idx = 30", []reading{theLog}, false, audit.ErrLogTampered},
		"last leaf removed":        {"DELETE FROM leaf WHERE idx = (SELECT max(idx) FROM leaf)", nil, false, audit.ErrLogTampered},
		"leaf added":               {"INSERT INTO leaf (idx, body) SELECT max(idx) + 1, (SELECT body FROM leaf WHERE idx = 30) FROM leaf", nil, false, audit.ErrLogTampered},
		"hash changed":             {"UPDATE leaf_hash SET hash = randomblob(32)", []reading{openCase, theLog}, true, audit.ErrLogTampered},
		"checkpoint replaced":      {"UPDATE checkpoint SET note = (SELECT note FROM checkpoint ORDER BY size LIMIT 1) WHERE size = (SELECT max(size) FROM checkpoint)", nil, false, audit.ErrLogTampered},
		"newest checkpoint hidden": {"DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)", nil, false, audit.ErrLogTampered},
		"all checkpoints removed":  {"DELETE FROM checkpoint", nil, false, audit.ErrLogTampered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := storetest.NewFlow(t)
			db := raw(t, f.World, store.MainFile)
			defer db.Close()
			for _, r := range append([]reading{openCase}, a.reads...) {
				if err := r(f); err != nil {
					t.Fatalf("reading before anything was changed: %v", err)
				}
			}
			f.Close() // so that nothing newer is signed over what is changed now
			text := strings.ReplaceAll(a.text, "case:CASE", "case:"+f.Case)
			change(t, db, text)
			if err := f.TryOpen(); !errors.Is(err, a.start) && !errors.Is(err, audit.ErrBehindState) {
				t.Fatalf("starting: got %v, want %v", err, a.start)
			}
			running := storetest.NewFlow(t)
			live := raw(t, running.World, store.MainFile)
			defer live.Close()
			change(t, live, text)
			for _, r := range a.reads {
				if err := r(running); !errors.Is(err, acts.ErrTampered) && !errors.Is(err, audit.ErrLogTampered) {
					t.Errorf("reading while it runs: got %v, want ErrTampered", err)
				}
			}
		})
	}
}

// TestWholeDatabaseRolledBack: yesterday's file, whole and consistent, is not
// the one that the state file beside the keys remembers.
func TestWholeDatabaseRolledBack(t *testing.T) {
	f := storetest.NewFlow(t)
	f.Close()
	yesterday := filepath.Join(t.TempDir(), "yesterday.db")
	copyFile(t, filepath.Join(f.Dir, store.MainFile), yesterday)
	f.Open()
	if _, err := f.Desk.Cases.AddNote(ctx, f.Caller("anna"), f.Case, typed.NewForm(), "other", "oggi"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	copyFile(t, yesterday, filepath.Join(f.Dir, store.MainFile))
	for _, suffix := range []string{"-wal", "-shm"} {
		os.Remove(filepath.Join(f.Dir, store.MainFile+suffix))
	}
	if err := f.TryOpen(); !errors.Is(err, audit.ErrBehindState) {
		t.Fatalf("starting on yesterday's database: got %v, want ErrBehindState", err)
	}
	if err := os.Remove(filepath.Join(f.Dir, "state")); err != nil {
		t.Fatal(err)
	}
	if err := f.TryOpen(); !errors.Is(err, audit.ErrStateFile) {
		t.Fatalf("starting without the state file: got %v, want ErrStateFile", err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestTamperedDetails: a sealed detail that was changed, or hidden, does not
// open as something else, and the check names it.
func TestTamperedDetails(t *testing.T) {
	f := storetest.NewFlow(t)
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	if err := detail(f); err != nil {
		t.Fatalf("reading a detail before anything was changed: %v", err)
	}
	change(t, db, "UPDATE detail SET sealed = randomblob(length(sealed))")
	if err := detail(f); !errors.Is(err, audit.ErrDetail) {
		t.Errorf("reading a changed detail: got %v, want ErrDetail", err)
	}
	report, err := f.Store.Log().CheckDetails(ctx, f.Store.Details())
	if err != nil || len(report.Problems) < 10 {
		t.Errorf("the check of the details: %d problems, %v", len(report.Problems), err)
	}
}
