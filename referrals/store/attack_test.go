package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/auditlog"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

var home = accounts.From{Address: "127.0.0.1"}

// T4: the cookie alone does ordinary work and nothing that needs step-up.
func TestStolenCookieDoesNoGraveAct(t *testing.T) {
	f := storetest.NewFlow(t)
	cookie, _ := f.Cookie("gina")
	thief, err := f.Door.Caller(ctx, cookie)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Desk.Cases.Search(ctx, thief, "rosa"); err != nil {
		t.Fatalf("an ordinary read: %v", err)
	}
	another := f.Authorise("alias")
	another.Purpose = "legal"
	consent, _, err := f.Desk.Sharing.GiveConsent(ctx, thief, f.Case, another)
	if err != nil {
		t.Fatalf("an ordinary write: %v", err)
	}
	words, newcomer := units.Words{}, f.Invite("nora", policies.IntakeWorker, "desk")
	v, _, err := f.Desk.OpenCase(ctx, thief, f.Case, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	for name, act := range map[string]func() error{
		"sending":   func() error { return second(f.Desk.Sharing.SendReferral(ctx, thief, consent)) },
		"admitting": func() error { _, err := f.House.Admit(ctx, thief, newcomer.ID, words); return err },
		"removing":  func() error { _, err := f.Door.Remove(ctx, thief, f.People["lia"].ID, false); return err },
		"pinning":   func() error { _, err := f.House.PinCentre(ctx, thief, f.Units["centre"], words); return err },
		"founding":  func() error { _, _, err := f.Door.Found(ctx, thief); return err },
		"walling": func() error {
			_, err := f.Desk.Walls.Set(ctx, thief, f.Case, v.Version, walls.Change{})
			return err
		},
		"exporting": func() error {
			_, _, err := f.Desk.AuditLog.BeginExport(ctx, f.Caller("clara"), "", auditlog.Filter{})
			return err
		},
		"recovery": func() error {
			_, _, err := f.House.SetRecovery(ctx, thief, f.Rescue.Recipient().String(), words)
			return err
		},
		"confirming":           func() error { _, err := f.Door.ConfirmRecovery(ctx, thief, words); return err },
		"accepting":            func() error { _, err := f.Door.AcceptRecovery(ctx, thief, words); return err },
		"taking recovery away": func() error { _, err := f.Door.RemoveRecovery(ctx, thief); return err },
		"restricting": func() error {
			_, err := f.Desk.Cases.Restrict(ctx, thief, f.Case, v.Version, acts.List(f.People["gina"].ID))
			return err
		},
	} {
		if err := act(); !errors.Is(err, acts.ErrDenied) && !errors.Is(err, units.ErrFounded) {
			t.Errorf("%s with a cookie alone: got %v, want ErrDenied", name, err)
		}
	}
	// A step-up is for one act on one object.
	gina := f.StepUp("gina", policies.ReferralSend, consent)
	if _, err := f.Door.Remove(ctx, gina, f.People["lia"].ID, false); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("another act with that step-up: got %v", err)
	}
	if _, _, err := f.Desk.Sharing.SendReferral(ctx, gina, f.Consent); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("another object with that step-up: got %v", err)
	}
	if _, _, err := f.Desk.Sharing.SendReferral(ctx, gina, consent); err != nil {
		t.Errorf("the act itself: %v", err)
	}
}

// T4, T2: cookie, row and key file open a session together, and no two of them.
func TestSessionNeedsCookieRowAndKeyFile(t *testing.T) {
	w := storetest.New(t).Standard()
	cookie, who := w.Cookie("anna")
	id, key, _ := strings.Cut(cookie, ".")
	other, _, _ := strings.Cut(first(w.Cookie("sofia")), ".")
	if _, err := w.Door.Caller(ctx, cookie); err != nil {
		t.Fatalf("the session itself: %v", err)
	}
	flipped := id + "." + strings.Map(func(r rune) rune {
		if r == key0(key) {
			return 'Q'
		}
		return r
	}, key)
	for name, c := range map[string]string{"nothing": "", "id alone": id, "id and another key": flipped,
		"another's id with her key": other + "." + key, "blank after it": cookie + " ", "padding": cookie + "="} {
		if _, err := w.Door.Caller(ctx, c); !errors.Is(err, accounts.ErrSignedOut) {
			t.Errorf("a cookie of %s: got %v, want ErrSignedOut", name, err)
		}
	}
	// The stolen database and the cookie, without the key file.
	without := w.Keys
	without.Session = crypto.NewKey()
	door, err := accounts.NewDoor(w.Gate, w.Store, without, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := door.Caller(ctx, cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("cookie and database without the key file: got %v, want ErrSignedOut", err)
	}
	pending, err := w.Door.Begin(ctx, "anna", w.People["anna"].Passphrase, home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := door.Finish(ctx, pending, w.Code(w.People["anna"]), home); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("a waiting sign-in without the key file: got %v, want ErrSignIn", err)
	}
	// A cookie without its row.
	if err := w.Door.SignOut(ctx, who); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Door.Caller(ctx, cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("a cookie without its row: got %v, want ErrSignedOut", err)
	}
}

func first[A, B any](a A, _ B) A { return a }
func key0(s string) rune         { return rune(s[0]) }

// T3: who can write to the sessions file re-points nobody's session.
func TestSessionRowIsBound(t *testing.T) {
	for name, text := range map[string]string{
		"to somebody else": "UPDATE session SET person = (SELECT person FROM session WHERE person <> ? LIMIT 1) WHERE person = ?",
		"for ever":         "UPDATE session SET ends = ends + 864000 WHERE person = ? OR person = ?",
		"from later on":    "UPDATE session SET created = created + 3600 WHERE person = ? OR person = ?",
	} {
		t.Run(name, func(t *testing.T) {
			f := storetest.NewFlow(t)
			db := raw(t, f.World, filepath.Join(store.SecretsDir, store.SessionFile))
			defer db.Close()
			lia := f.People["lia"].ID
			change(t, db, "DELETE FROM session WHERE person = ?", lia)
			cookie, _ := f.Cookie("lia")
			change(t, db, text, lia, lia)
			if who, err := f.Door.Caller(ctx, cookie); !errors.Is(err, accounts.ErrSignedOut) {
				t.Fatalf("a session re-pointed %s: got %v as %q, want ErrSignedOut", name, err, who.Username())
			}
		})
	}
}

// T4: keys leave a session after a quarter of an hour, and it ends.
func TestSessionCoversAndEnds(t *testing.T) {
	w := storetest.New(t).Standard()
	cookie, _ := w.Cookie("anna")
	w.Clock.Add(16 * time.Minute)
	if who, err := w.Door.Caller(ctx, cookie); !errors.Is(err, acts.ErrCovered) || who.Epoch() != 0 {
		t.Fatalf("after 16 minutes: got %v and epoch %d, want ErrCovered and no key", err, who.Epoch())
	}
	if _, err := w.Door.Uncover(ctx, cookie, "non e questa la passphrase", home); !errors.Is(err, accounts.ErrSignIn) {
		t.Fatalf("uncovering with another passphrase: got %v", err)
	}
	who, err := w.Door.Uncover(ctx, cookie, w.People["anna"].Passphrase, home)
	if err != nil || who.Epoch() != 1 {
		t.Fatalf("uncovering: %v", err)
	}
	w.Clock.Add(61 * time.Minute)
	if _, err := w.Door.Caller(ctx, cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Fatalf("after an hour: got %v, want ErrSignedOut", err)
	}
	cookie, _ = w.Cookie("anna")
	for range 8*6 + 1 { // in use all the time
		w.Clock.Add(10 * time.Minute)
		_, err = w.Door.Caller(ctx, cookie)
	}
	if !errors.Is(err, accounts.ErrSignedOut) {
		t.Fatalf("after eight hours of use: got %v, want ErrSignedOut", err)
	}
}

// T5: a code works once, in every order, however many come at once.
func TestFiftyUsesOfOneCode(t *testing.T) {
	w := storetest.New(t).Standard()
	a := w.People["anna"]
	var pendings []string
	for len(pendings) < 5 {
		p, err := w.Door.Begin(ctx, a.Username, a.Passphrase, home)
		if err != nil {
			t.Fatal(err)
		}
		pendings = append(pendings, p)
	}
	code := w.Code(a)
	var won atomic.Int64
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			if _, err := w.Door.Finish(ctx, pendings[i%len(pendings)], code, home); err == nil {
				won.Add(1)
			} else if !errors.Is(err, accounts.ErrSignIn) && !errors.Is(err, accounts.ErrWait) && !errors.Is(err, accounts.ErrThrottled) {
				t.Errorf("one of fifty: %v", err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Fatalf("fifty uses of one code: %d won, want exactly 1", won.Load())
	}
}

// TestCodesInEveryOrder: once a code was used, neither it nor an older one works,
// after a restart too; a newer one does.
func TestCodesInEveryOrder(t *testing.T) {
	w := storetest.New(t).Standard()
	a := w.People["anna"]
	older, now := w.Code(a), w.Code(a)
	finish := func(code string) error {
		p, err := w.Door.Begin(ctx, a.Username, a.Passphrase, home)
		if err != nil {
			return err
		}
		_, err = w.Door.Finish(ctx, p, code, home)
		return err
	}
	if err := finish(now); err != nil {
		t.Fatalf("the current code: %v", err)
	}
	w.Close()
	w.Open()
	for name, code := range map[string]string{"the same": now, "an older": older} {
		if err := finish(code); !errors.Is(err, accounts.ErrWait) {
			t.Errorf("%s code after it: got %v, want ErrWait", name, err)
		}
	}
	wide := strings.Map(func(c rune) rune { return c - '0' + '０' }, now)
	for _, code := range []string{" " + now + "\n", wide} { // the same code, typed otherwise
		if err := finish(code); !errors.Is(err, accounts.ErrWait) {
			t.Errorf("a code typed otherwise: got %v, want ErrWait", err)
		}
	}
	for _, code := range []string{"12345", now + "0"} {
		if err := finish(code); !errors.Is(err, accounts.ErrNotACode) {
			t.Errorf("what is no code: got %v, want ErrNotACode", err)
		}
	}
	if err := finish("000000 "); !errors.Is(err, accounts.ErrSignIn) || errors.Is(err, accounts.ErrNotACode) {
		t.Errorf("a wrong code: got %v, want ErrSignIn", err)
	}
	if err := finish(w.Code(a)); err != nil {
		t.Errorf("a newer code: %v", err)
	}
}

// T5: guesses are counted before they are answered, one by one or at once, and
// the tenth wrong one locks the factor.
func TestWrongCodesLock(t *testing.T) {
	w := storetest.New(t).Standard()
	a := w.People["anna"]
	right := w.Code(a)
	guess := "000000"
	if guess == right {
		guess = "000001"
	}
	var answered atomic.Int64
	try := func(pending string) {
		if _, err := w.Door.Finish(ctx, pending, guess, home); errors.Is(err, accounts.ErrSignIn) {
			answered.Add(1)
		} else if err == nil {
			t.Error("a wrong code signed in")
		}
	}
	var group sync.WaitGroup
	for range 5 {
		p, err := w.Door.Begin(ctx, a.Username, a.Passphrase, home)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			group.Go(func() { try(p) })
		}
	}
	group.Wait()
	for range 4 { // the throttle forgets; the row does not
		w.Clock.Add(15 * time.Minute)
		p, err := w.Door.Begin(ctx, a.Username, a.Passphrase, home)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			try(p)
		}
	}
	if answered.Load() != 10 {
		t.Fatalf("%d wrong guesses were answered, want exactly 10", answered.Load())
	}
	w.Clock.Add(15 * time.Minute)
	p, err := w.Door.Begin(ctx, a.Username, a.Passphrase, home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Door.Finish(ctx, p, w.Code(a), home); !errors.Is(err, accounts.ErrLocked) {
		t.Fatalf("the right code after ten wrong ones: got %v, want ErrLocked", err)
	}
	db := raw(t, w, store.MainFile)
	defer db.Close()
	change(t, db, "UPDATE person SET wrong_codes = 0 WHERE username = 'anna'")
	if _, err := w.TrySignIn(a); !errors.Is(err, acts.ErrTampered) {
		t.Fatalf("unlocked in the database: got %v, want ErrTampered", err)
	}
}

// T5: an unknown name costs the same statements and gets the same answer.
func TestUnknownUserLooksLikeAWrongPassphrase(t *testing.T) {
	w := storetest.New(t).Standard()
	w.Clock.Add(15 * time.Minute)
	for _, from := range []accounts.From{{Address: "192.0.2.1"}, {Address: "192.0.2.2", Device: "unknown"}} {
		cost := func(name string) (begin, finish int64) {
			var p string
			var err error
			begin = w.Statements(func() { p, err = w.Door.Begin(ctx, name, "una passphrase sbagliata", from) })
			if err != nil {
				t.Fatal(err)
			}
			finish = w.Statements(func() { _, err = w.Door.Finish(ctx, p, "123456", from) })
			if !errors.Is(err, accounts.ErrSignIn) {
				t.Fatalf("signing in as %s: got %v, want ErrSignIn", name, err)
			}
			return begin, finish
		}
		for range 2 { // with the leaf of the minute, and without
			b1, f1 := cost("anna")
			b2, f2 := cost("nessuna")
			if b1 != b2 || f1 != f2 {
				t.Errorf("statements for a known name %d and %d, for an unknown one %d and %d", b1, f1, b2, f2)
			}
		}
	}
}

// T8: the removed member kept her keys and takes a fresh copy of every file. She
// tries, by hand, every key she has on every box she finds.
func TestRemovedMemberOpensNothingNew(t *testing.T) {
	f := storetest.NewFlow(t)
	gone := f.SignIn("lia") // with her identity, as her passphrase opened it
	if err := f.TakeOut("anna", "lia", true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Desk.OpenCase(ctx, gone, f.Other, storetest.Parts...); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the removed member's session opens a case: %v", err)
	}
	if _, _, err := f.Desk.Cases.Search(ctx, gone, "canarino"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the removed member's session searches: %v", err)
	}
	anna := f.SignIn("anna")
	write := func() {
		out, _, err := f.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), OpenCase: true,
			Contact: cases.Contact{Speaker: "she", Alias: "dopo", Outcome: "info_only"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Desk.Cases.AddNote(ctx, anna, out.CaseID, typed.NewForm(), "other", "dopo"); err != nil {
			t.Fatal(err)
		}
	}
	write()
	if _, err := f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "other", "dopo"); err != nil {
		t.Fatal(err)
	}
	v, _, err := f.Desk.OpenCase(ctx, anna, f.Case, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	safe := rule.SafeContact{Channels: map[string]string{"call": "yes"}, Number: "333 9999999", Hours: []rule.Hours{{From: "10:00", To: "11:00"}}}
	if _, err := f.Desk.Cases.ChangeSafeContact(ctx, anna, f.Case, v.Version, safe, "code_word"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Desk.Sharing.SendMessage(ctx, anna, f.Consent, typed.NewForm(), "dopo"); err != nil {
		t.Fatal(err)
	}
	k := newRing(t, f.World, gone)
	if k.opened["case_key"]+k.opened["key_box"] == 0 {
		t.Fatal("her old keys open nothing at all: this test would prove nothing")
	}
	k.mustNotOpen(t, "dopo", "333 9999999")
}

// TestWriteAcrossARemoval: a note prepared under the old key while a colleague
// is removed is prepared again under the new one.
func TestWriteAcrossARemoval(t *testing.T) {
	f := storetest.NewFlow(t)
	remove := f.StepUp("gina", policies.MemberRemove, f.People["lia"].ID)
	slow := &pausing{Store: f.Store, reached: make(chan struct{}), go_: make(chan struct{})}
	desk, err := referrals.NewDesk(f.Gate, slow)
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error)
	go func() {
		_, err := desk.Cases.AddNote(ctx, f.Caller("gina"), f.Closed, typed.NewForm(), "other", "a cavallo")
		result <- err
	}()
	<-slow.reached
	if _, err := f.Door.Remove(ctx, remove, f.People["lia"].ID, false); err != nil {
		t.Fatal(err)
	}
	close(slow.go_)
	if err := <-result; !errors.Is(err, acts.ErrCovered) {
		t.Fatalf("a note prepared before the removal: got %v, want ErrCovered", err)
	}
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	var notes int
	if err := db.QueryRow("SELECT count(*) FROM note WHERE case_id = ? AND kind = 'other'", f.Closed).Scan(&notes); err != nil || notes != 0 {
		t.Fatalf("%d notes were written under the old key: %v", notes, err)
	}
}

// pausing is a store whose first snapshot waits when it was read.
type pausing struct {
	*store.Store
	once         sync.Once
	reached, go_ chan struct{}
}

func (p *pausing) View(c context.Context, look func(kept.Reader) error) error {
	err := p.Store.View(c, look)
	p.once.Do(func() {
		close(p.reached)
		<-p.go_
	})
	return err
}

// T7: the administrator opens nothing, admits nobody, not even a person he made.
func TestAdministratorGetsIn(t *testing.T) {
	f := storetest.NewFlow(t)
	id, token, _, err := f.Office.CreatePerson(ctx, acts.ConsoleCaller(), office.NewPerson{Username: "dario", Role: policies.Administrator, Agency: f.Agency, Language: "it"})
	if err != nil {
		t.Fatal(err)
	}
	f.Take(token, &storetest.Account{ID: id, Username: "dario", Role: policies.Administrator})
	who := f.SignIn("dario")
	for name, err := range map[string]error{
		"opening a case":     second(f.Desk.OpenCase(ctx, who, f.Case, storetest.Parts...)),
		"searching":          second(f.Desk.Cases.Search(ctx, who, "canarino")),
		"opening a contact":  second(f.Desk.Cases.OpenContact(ctx, who, f.Contact)),
		"opening a referral": second(f.Desk.Sharing.OpenReferral(ctx, who, f.Consent)),
		"opening a task":     second(f.Desk.Sharing.OpenTask(ctx, who, f.Task)),
		"reading the log":    second(f.Desk.AuditLog.Read(ctx, who, auditlog.Filter{})),
		"asking by her code": second(f.Desk.AuditLog.Ask(ctx, who, f.Code, auditlog.Filter{})),
		"the agenda":         second(f.Desk.ReadAgenda(ctx, who)),
	} {
		if !errors.Is(err, acts.ErrDenied) {
			t.Errorf("the administrator, %s: got %v, want ErrDenied", name, err)
		}
	}
	// He makes a user of his own at the desk, signs in as her, and stays outside.
	finta := office.NewPerson{Username: "finta", Role: policies.Lead, Agency: f.Agency, Unit: f.Units["desk"], Language: "it"}
	if _, _, _, err := f.Office.CreatePerson(ctx, who, finta); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("without passphrase and code he enters a user: got %v, want ErrDenied", err)
	}
	inviting := f.StepUp("dario", policies.PersonCreate, office.PeopleObject([]office.NewPerson{finta}))
	sid, stoken, _, err := f.Office.CreatePerson(ctx, inviting, finta)
	if err != nil {
		t.Fatal(err)
	}
	f.Take(stoken, &storetest.Account{ID: sid, Username: "finta", Role: policies.Lead, Unit: f.Units["desk"]})
	sock := f.SignIn("finta")
	if sock.Epoch() != 0 {
		t.Fatal("somebody whom nobody admitted holds a unit key")
	}
	words := f.OwnWords(sock, 1)
	admit := f.StepUp("dario", policies.MemberAdmit, sid)
	if _, err := f.House.Admit(ctx, admit, sid, words); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the administrator admits: got %v, want ErrDenied", err)
	}
	self := f.StepUp("finta", policies.MemberAdmit, sid)
	if _, err := f.House.Admit(ctx, self, sid, words); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("she admits herself: got %v, want ErrDenied", err)
	}
	found := f.StepUp("finta", policies.UnitFound, f.Units["desk"])
	if _, _, err := f.Door.Found(ctx, found); err == nil {
		t.Error("a unit was founded a second time")
	}
	if err := second(f.Desk.OpenCase(ctx, sock, f.Case, storetest.Parts...)); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("she opens a case: got %v, want ErrDenied", err)
	}
}

// T7, T3: a wrong word, and a replaced recipient, each stop an admission.
func TestAdmissionStops(t *testing.T) {
	f := storetest.NewFlow(t)
	nora := f.Invite("nora", policies.IntakeWorker, "desk")
	words := f.OwnWords(f.SignIn("nora"), 1)
	wrong := words
	wrong[2] = "zzz"
	admit := f.StepUp("anna", policies.MemberAdmit, nora.ID)
	if _, err := f.House.Admit(ctx, admit, nora.ID, wrong); !errors.Is(err, units.ErrWords) {
		t.Fatalf("a wrong word: got %v, want ErrWords", err)
	}
	db := raw(t, f.World, store.MainFile)
	defer db.Close()
	mallory, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	names, values := dump(t, db, "person", nora.ID)
	change(t, db, "UPDATE person SET recipient = ? WHERE id = ?", mallory.Recipient().String(), nora.ID)
	// A running server may hold the genuine row in memory, and then uses that
	// one; what it reads from the file stops it.
	f.Close()
	f.Open()
	if _, err := f.House.Admit(ctx, admit, nora.ID, words); !errors.Is(err, acts.ErrTampered) {
		t.Fatalf("a replaced recipient: got %v, want ErrTampered", err)
	}
	put(t, db, "person", nora.ID, names, values)
	if _, err := f.House.Admit(ctx, admit, nora.ID, words); err != nil {
		t.Fatalf("the right words and recipient: %v", err)
	}
	if f.SignIn("nora").Epoch() != 1 {
		t.Fatal("the admitted member holds no key")
	}
}

// T9: a main backup from before she took it back, with today's secrets.
func TestOldBackupOpensNothingRevoked(t *testing.T) {
	f := storetest.NewFlow(t)
	twin := f.Refer(f.Case, f.Authorise("alias"))
	v, _, err := f.Desk.OpenCase(ctx, f.Caller("anna"), f.Case, storetest.Parts...)
	if err != nil || v.Identity == nil {
		t.Fatalf("before: %v", err)
	}
	f.Close()
	backup := filepath.Join(t.TempDir(), "main.db")
	copyFile(t, filepath.Join(f.Dir, store.MainFile), backup)
	f.Open()
	anna := f.Caller("anna")
	if _, err := f.Desk.Sharing.Revoke(ctx, anna, f.Consent, "code_word"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Desk.Cases.Anonymise(ctx, f.StepUp("anna", policies.CaseAnonymise, f.Case), f.Case, f.Version(f.Case)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Desk.Cases.MoveNote(ctx, f.StepUp("anna", policies.NoteMove, f.Note), f.Note, f.Closed, ""); err != nil {
		t.Fatal(err)
	}
	f.Close()
	copyFile(t, backup, filepath.Join(f.Dir, store.MainFile))
	for _, suffix := range []string{"-wal", "-shm"} {
		os.Remove(filepath.Join(f.Dir, store.MainFile+suffix))
	}
	f.Accept = true
	f.Open()
	opened := 0
	for name := range f.People {
		in, err := f.TrySignIn(f.People[name])
		if errors.Is(err, accounts.ErrSignIn) {
			continue // invited only
		}
		if err != nil {
			t.Fatalf("signing in %s on the old backup: %v", name, err)
		}
		who := in.Caller
		if err := second(f.Desk.Sharing.OpenReferral(ctx, who, twin)); err == nil {
			opened++
		}
		for what, err := range map[string]error{
			"the revoked referral": second(f.Desk.Sharing.OpenReferral(ctx, who, f.Consent)),
			"it from the desk":     second(f.Desk.Sharing.ReadReferral(ctx, who, f.Consent)),
		} {
			if err == nil {
				t.Errorf("%s opens %s", name, what)
			}
		}
		// By hand, past the desk: every key she has on every box of the copy.
		newRing(t, f.World, who).mustNotOpen(t, f.Words["surname"], f.Words["second surname"], f.Words["corrected note"])
	}
	if opened == 0 {
		t.Fatal("nobody opened the twin that was not revoked: this test would prove nothing")
	}
}

// counting reads how the statements of an act add up, and its leaf.
func counting(t *testing.T, f *storetest.Flow, act func() error) (int64, audit.Leaf, error) {
	t.Helper()
	act() // statements are prepared, secrets are in memory
	var err error
	n := f.Statements(func() { err = act() })
	var newest audit.Leaf
	last := f.Store.Log().Size() - 1
	if e := f.Store.Source().EachLeaf(ctx, last, last+1, func(_ int64, body []byte) (e error) {
		newest, e = audit.ParseLeaf(append([]byte(nil), body...))
		return e
	}); e != nil {
		t.Fatal(e)
	}
	return n, newest, err
}

// T6: for a colleague behind a wall the case is not there: the same statements,
// the same answer, a leaf of the same shape.
func TestWalledOffIsAbsent(t *testing.T) {
	f := storetest.NewFlow(t)
	sister := f.Caller("lia")
	v, _, err := f.Desk.OpenCase(ctx, f.Caller("anna"), f.Case, storetest.Parts...)
	if err != nil || len(v.Contacts) == 0 {
		t.Fatalf("the twin who is not walled off: %v", err)
	}
	contact := v.Contacts[0].ID
	nobody := crypto.NewID()
	moving := map[string]acts.Caller{}
	for _, id := range []string{f.Note, nobody} {
		moving[id] = f.StepUp("lia", policies.NoteMove, id)
	}
	for name, act := range map[string]func(caseID, contact, note, consent string) error{
		"open":    func(c, _, _, _ string) error { return second(f.Desk.OpenCase(ctx, sister, c, storetest.Parts...)) },
		"readers": func(c, _, _, _ string) error { _, _, _, err := f.Desk.AuditLog.Readers(ctx, sister, c); return err },
		"note": func(c, _, _, _ string) error {
			_, err := f.Desk.Cases.AddNote(ctx, sister, c, typed.NewForm(), "other", "x")
			return err
		},
		"close": func(c, _, _, _ string) error {
			_, err := f.Desk.Cases.CloseCase(ctx, sister, c, 1, "path_done", "")
			return err
		},
		"contact":        func(_, c, _, _ string) error { return second(f.Desk.Cases.OpenContact(ctx, sister, c)) },
		"correct a note": func(_, _, n, _ string) error { _, err := f.Desk.Cases.CorrectNote(ctx, sister, n, 1, "x"); return err },
		"move a note": func(_, _, n, _ string) error {
			_, err := f.Desk.Cases.MoveNote(ctx, moving[n], n, f.Closed, "")
			return err
		},
		"preview": func(_, _, _, r string) error { return second(f.Desk.Sharing.PreviewReferral(ctx, sister, r)) },
		"revoke": func(_, _, _, r string) error {
			_, err := f.Desk.Sharing.Revoke(ctx, sister, r, "code_word")
			return err
		},
		"read a referral": func(_, _, _, r string) error { return second(f.Desk.Sharing.ReadReferral(ctx, sister, r)) },
		"message": func(_, _, _, r string) error {
			_, err := f.Desk.Sharing.SendMessage(ctx, sister, r, typed.NewForm(), "x")
			return err
		},
		"contact for it": func(c, _, _, _ string) error {
			_, _, err := f.Desk.Cases.RecordContact(ctx, sister, cases.NewContact{Form: "same", CaseID: c, Contact: cases.Contact{Speaker: "she", Outcome: "info_only"}})
			return err
		},
	} {
		n1, l1, e1 := counting(t, f, func() error { return act(f.Case, contact, f.Note, f.Consent) })
		n2, l2, e2 := counting(t, f, func() error { return act(nobody, nobody, nobody, nobody) })
		if !errors.Is(e1, acts.ErrDenied) || e1 != e2 {
			t.Errorf("%s: walled off gives %v, absent %v", name, e1, e2)
		}
		if n1 != n2 {
			t.Errorf("%s: walled off costs %d statements, absent %d", name, n1, n2)
		}
		for _, l := range []audit.Leaf{l1, l2} {
			if l.Outcome != audit.Refused || l.Actor != sister.Person() || len(l.Rows) != 0 || l.DetailID != "" || l.Action != l1.Action {
				t.Errorf("%s: the leaf is %+v", name, l)
			}
		}
	}
	// A note of her own moved into the walled-off case, as into one that is not.
	if _, err := f.Desk.Cases.AddNote(ctx, sister, f.Closed, typed.NewForm(), "other", "mia"); err != nil {
		t.Fatal(err)
	}
	closed, _, err := f.Desk.OpenCase(ctx, sister, f.Closed, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	var mine string
	for _, n := range closed.Notes {
		if n.Text == "mia" {
			mine = n.ID
		}
	}
	mover := f.StepUp("lia", policies.NoteMove, mine)
	n1, _, e1 := counting(t, f, func() error { _, err := f.Desk.Cases.MoveNote(ctx, mover, mine, f.Case, ""); return err })
	n2, _, e2 := counting(t, f, func() error { _, err := f.Desk.Cases.MoveNote(ctx, mover, mine, nobody, ""); return err })
	if n1 != n2 || !errors.Is(e1, acts.ErrDenied) || e1 != e2 {
		t.Errorf("moving a note there: %d statements and %v, nowhere: %d and %v", n1, e1, n2, e2)
	}
}

// TestListsHideWalledOff: search, agenda and lists of a walled-off colleague are
// those of an instance in which the case is not hers to see, at the same cost as
// those of a colleague who may see it.
func TestListsHideWalledOff(t *testing.T) {
	f := storetest.NewFlow(t)
	gina, sister := f.Caller("gina"), f.Caller("lia")
	for _, term := range []string{f.Words["alias"], f.Words["second surname"], f.Words["second number"], f.Code} {
		cards, _, err := f.Desk.Cases.Search(ctx, gina, term)
		if err != nil || len(cards) != 1 {
			t.Fatalf("the lead searches: %d cards, %v", len(cards), err)
		}
		n1, _, _ := counting(t, f, func() error { cards, _, err = f.Desk.Cases.Search(ctx, sister, term); return err })
		if err != nil || len(cards) != 0 {
			t.Errorf("the sister searches: %d cards, %v", len(cards), err)
		}
		n2, _, _ := counting(t, f, func() error { return second(f.Desk.Cases.Search(ctx, sister, "nessunacosi")) })
		if n1 != n2 {
			t.Errorf("searching what is walled off costs %d statements, what is not there %d", n1, n2)
		}
	}
	agenda, _, err := f.Desk.ReadAgenda(ctx, sister)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range agenda.Recall {
		if l.CaseID == f.Case {
			t.Error("the walled-off case is on the sister's list of calls")
		}
	}
	for _, l := range agenda.Waiting {
		if l.CaseID == f.Case {
			t.Error("a referral of the walled-off case is on the sister's Agenda")
		}
	}
	cost := func() int64 {
		n, _, _ := counting(t, f, func() error { return second(f.Desk.ReadAgenda(ctx, sister)) })
		return n
	}
	there := cost()
	if _, err := f.Desk.Cases.SetRecall(ctx, gina, f.Case, f.Version(f.Case), rule.Recall{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Desk.Sharing.Revoke(ctx, gina, f.Consent, "code_word"); err != nil {
		t.Fatal(err)
	}
	if gone := cost(); there != gone {
		t.Errorf("her Agenda costs %d statements with walled-off lines, %d without", there, gone)
	}
}
