package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/store/storetest"
)

// wrong is one try with a wrong passphrase, up to the refusal.
func wrong(t *testing.T, w *storetest.World, name string, from accounts.From) error {
	t.Helper()
	p, err := w.Door.Begin(ctx, name, "sbagliata", from)
	if err != nil {
		return err
	}
	if _, err = w.Door.Finish(ctx, p, "000000", from); err == nil {
		t.Fatal("a wrong passphrase signed in")
	}
	return err
}

// right signs somebody in from a place and a device.
func right(w *storetest.World, name string, from accounts.From) (*accounts.SignedIn, error) {
	p, err := w.Door.Begin(ctx, name, w.People[name].Passphrase, from)
	if err != nil {
		return nil, err
	}
	return w.Door.Finish(ctx, p, w.Code(w.People[name]), from)
}

// place is an address of its own.
func place(n int) accounts.From {
	return accounts.From{Address: fmt.Sprintf("198.51.%d.%d", n/250, n%250)}
}

// T5: guesses are slowed down before anything is verified, across a restart, and
// the owner's own device is not locked out by a stranger.
func TestThrottle(t *testing.T) {
	w := storetest.New(t).Standard()
	in, err := w.TrySignIn(w.People["anna"])
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(15 * time.Minute)
	throttled := 0
	for i := range 40 {
		if i == 30 {
			w.Close()
			w.Open()
		}
		err := wrong(t, w, "Anna ", accounts.From{Address: "192.0.2.7"})
		if errors.Is(err, accounts.ErrThrottled) {
			throttled++
		} else if !errors.Is(err, accounts.ErrSignIn) {
			t.Fatalf("a wrong passphrase: got %v", err)
		}
	}
	if throttled != 30 {
		t.Errorf("%d of 40 tries were throttled, want 30", throttled)
	}
	if err := wrong(t, w, "anna", place(1)); !errors.Is(err, accounts.ErrThrottled) {
		t.Errorf("the same name from another place: got %v, want ErrThrottled", err)
	}
	if _, err := right(w, "anna", accounts.From{Address: "192.0.2.7", Device: in.Device}); err != nil {
		t.Fatalf("her own device: %v", err)
	}
}

// TestSuccessGivesBackItsOwn: who signs in has not used up a try, and has not
// forgiven those of anybody else.
func TestSuccessGivesBackItsOwn(t *testing.T) {
	w := storetest.New(t).Standard()
	w.Clock.Add(15 * time.Minute)
	for i := range 6 {
		if err := wrong(t, w, "anna", place(i)); !errors.Is(err, accounts.ErrSignIn) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	for i := range 3 {
		if _, err := right(w, "anna", place(100+i)); err != nil {
			t.Fatalf("signing in on a new device: %v", err)
		}
	}
	for i := range 6 {
		want := accounts.ErrSignIn
		if i >= 4 { // ten guesses in all
			want = accounts.ErrThrottled
		}
		if err := wrong(t, w, "anna", place(10+i)); !errors.Is(err, want) {
			t.Errorf("guess %d after she signed in: got %v, want %v", i, err, want)
		}
	}
}

// TestKnownAreBoundByTheirOwnCount: where a stranger used up the address, the
// account and the whole service, a device that she signed in on before, a covered
// session and a step-up work on; each has one count of its own.
func TestKnownAreBoundByTheirOwnCount(t *testing.T) {
	w := storetest.New(t).Standard()
	office := accounts.From{Address: "192.0.2.7"}
	in, err := right(w, "anna", office)
	if err != nil {
		t.Fatal(err)
	}
	bruna, err := right(w, "bruna", office)
	if err != nil {
		t.Fatal(err)
	}
	noError(t, w.Door.Cover(ctx, bruna.Caller))
	w.Clock.Add(time.Minute)
	for i := range 30 {
		_ = wrong(t, w, "anna", office)
		_ = wrong(t, w, "bruna", place(i))
	}
	for i := 0; ; i++ { // the whole service
		if i > 700 {
			t.Fatal("the whole service has no limit")
		}
		if err := wrong(t, w, fmt.Sprint("nessuna", i), place(1000+i)); errors.Is(err, accounts.ErrThrottled) {
			break
		}
	}
	if _, err := right(w, "sofia", place(9000)); !errors.Is(err, accounts.ErrThrottled) {
		t.Errorf("an unknown device: got %v, want ErrThrottled", err)
	}
	mine := accounts.From{Address: office.Address, Device: in.Device}
	if in, err = right(w, "anna", mine); err != nil {
		t.Fatalf("her own device: %v", err)
	}
	if _, err := w.Door.Uncover(ctx, bruna.Cookie, w.People["bruna"].Passphrase, office); err != nil {
		t.Errorf("a covered session: %v", err)
	}
	if _, err := w.Door.StepUp(ctx, in.Caller, w.People["anna"].Passphrase, w.Code(w.People["anna"]), policies.RecoveryCodesReplace, in.Caller.Person(), office); err != nil {
		t.Errorf("a step-up: %v", err)
	}
	refused := 0
	for range 25 {
		if err := wrong(t, w, "anna", mine); errors.Is(err, accounts.ErrThrottled) {
			refused++
		}
	}
	if refused != 5 {
		t.Errorf("of 25 guesses on her own device %d were refused, want 5", refused)
	}
	if _, err := w.Door.Uncover(ctx, bruna.Cookie, w.People["bruna"].Passphrase, accounts.From{Address: office.Address, Device: bruna.Device}); err != nil {
		t.Errorf("a colleague's device: %v", err)
	}
}

// TestStolenCookieGuessesAreCounted: a session without its device has its own count.
func TestStolenCookieGuessesAreCounted(t *testing.T) {
	w := storetest.New(t).Standard()
	in, err := right(w, "anna", place(1))
	if err != nil {
		t.Fatal(err)
	}
	noError(t, w.Door.Cover(ctx, in.Caller))
	refused := 0
	for i := range 25 {
		if _, err := w.Door.Uncover(ctx, in.Cookie, "sbagliata", place(i)); errors.Is(err, accounts.ErrThrottled) {
			refused++
		} else if !errors.Is(err, accounts.ErrSignIn) {
			t.Fatalf("a wrong passphrase: %v", err)
		}
	}
	if refused != 5 {
		t.Errorf("of 25 guesses with a stolen cookie %d were refused, want 5", refused)
	}
	if _, err := w.Door.Uncover(ctx, in.Cookie, w.People["anna"].Passphrase, accounts.From{Address: "192.0.2.1", Device: in.Device}); err != nil {
		t.Errorf("she herself, on her device: %v", err)
	}
}

// slow keeps whoever is stretched until the test lets her go.
type slow struct {
	crypto.Stretcher
	began   chan string
	release chan bool
}

func (s slow) Stretch(version int64, secret, salt []byte) ([]byte, error) {
	if string(secret) == "sbagliata" {
		s.began <- "stranger"
		<-s.release
	}
	return s.Stretcher.Stretch(version, secret, salt)
}

// TestStrangersStandInTheirOwnLine: one unknown device has a place and eight wait;
// the tenth is told to come back. A known device does not wait for them.
func TestStrangersStandInTheirOwnLine(t *testing.T) {
	w := storetest.New(t).Standard()
	in, err := right(w, "anna", place(1))
	if err != nil {
		t.Fatal(err)
	}
	s := slow{Stretcher: w.Stretcher, began: make(chan string, 20), release: make(chan bool)}
	w.Door.StretchWith(s)
	results := make(chan error, 20)
	for i := range 20 {
		go func() {
			_, err := w.Door.Begin(ctx, fmt.Sprint("nessuna", i), "sbagliata", place(i))
			results <- err
		}()
	}
	for i := range 11 {
		var t2 *accounts.Throttled
		if err := <-results; !errors.Is(err, accounts.ErrBusy) || !errors.As(err, &t2) || t2.After <= 0 {
			t.Errorf("%d of those for whom there is no place: %v", i, err)
		}
	}
	<-s.began
	if len(s.began) > 0 {
		t.Error("two strangers are stretched at once")
	}
	if _, err := right(w, "anna", accounts.From{Address: "192.0.2.7", Device: in.Device}); err != nil {
		t.Errorf("a known device meanwhile: %v", err)
	}
	if _, err := w.House.UnitWordsOf(ctx, w.Caller("anna")); err != nil {
		t.Errorf("the words of her unit meanwhile: %v", err)
	}
	close(s.release)
	for range 9 {
		if err := <-results; err != nil {
			t.Errorf("one who waited: %v", err)
		}
	}
	if err := wrong(t, w, "nessuna", place(99)); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("when the line is gone: %v", err)
	}
}

// TestRefusalsAreTold: what is refused at the door stands in the log with its
// number, at most once a quarter of an hour for an account and once a minute for
// all names that nobody has, and nothing is lost at the end.
func TestRefusalsAreTold(t *testing.T) {
	w := storetest.New(t).Standard()
	w.Clock.Add(time.Hour)
	size := w.Store.Log().Size()
	told := func(left bool) []string {
		t.Helper()
		noError(t, w.Door.RecordRefusals(ctx, left))
		var all []string
		noError(t, w.Store.Source().EachLeaf(ctx, size, w.Store.Log().Size(), func(_ int64, body []byte) error {
			leaf, err := audit.ParseLeaf(body)
			if err == nil && leaf.Action == string(policies.SignIn) && leaf.Outcome == audit.Refused {
				who := leaf.Actor
				if who == w.People["anna"].ID {
					who = "anna"
				}
				all = append(all, fmt.Sprint(who, " ", leaf.Count))
			}
			return err
		}))
		size = w.Store.Log().Size()
		slices.Sort(all)
		return all
	}
	refuse := func(name string, n int) {
		for range n {
			if err := wrong(t, w, name, accounts.From{Address: crypto.NewID()}); err == nil {
				t.Fatal("it was not refused")
			}
		}
	}
	want := func(when string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	refuse("anna", 2)
	refuse("nessuna", 1)
	refuse("nemmeno", 2)
	want("at once", told(false), "anna 2", "nobody 3")
	refuse("anna", 9) // one more than the account's limit: counted too
	refuse("nessuna", 4)
	want("in the same minute", told(false))
	w.Clock.Add(time.Minute)
	want("a minute later", told(false), "nobody 4")
	w.Clock.Add(14 * time.Minute)
	want("a quarter later", told(false), "anna 9")
	refuse("nessuna", 3)
	want("what is due", told(false), "nobody 3")
	refuse("nessuna", 1)
	refuse("anna", 1)
	want("at the end", told(true), "anna 1", "nobody 1")
	want("after the end", told(true))
	w.Clock.Add(time.Hour)
	want("later", told(false))
}

// TestOverTheBucketNothingHappens: what is over a source's bucket costs no
// statement, no stretch, no leaf and no refusal that is told.
func TestOverTheBucketNothingHappens(t *testing.T) {
	w := storetest.New(t).Standard()
	s := slow{Stretcher: w.Stretcher, began: make(chan string, 1000), release: make(chan bool)}
	close(s.release)
	w.Door.StretchWith(s)
	from := accounts.From{Address: "2001:db8::1"}
	for i := range 20 {
		if _, err := w.Door.Begin(ctx, fmt.Sprint("nessuna", i), "sbagliata", from); err != nil {
			t.Fatal(err)
		}
	}
	noError(t, w.Door.RecordRefusals(ctx, true))
	size, stretched := w.Store.Log().Size(), len(s.began)
	cost := w.Statements(func() {
		for i := range 200 {
			near := accounts.From{Address: fmt.Sprintf("2001:db8::%x", i+2)}
			_, err := w.Door.Begin(ctx, "anna", "sbagliata", near)
			var told *accounts.Throttled
			if !errors.As(err, &told) || !errors.Is(err, accounts.ErrThrottled) || told.After <= 0 || told.After > time.Hour {
				t.Fatalf("over the bucket: %v", err)
			}
			if _, _, err := w.Door.TakeUp(ctx, "AAAA", near); !errors.Is(err, accounts.ErrThrottled) {
				t.Fatalf("an invitation over the bucket: %v", err)
			}
			if _, err := w.Door.Finish(ctx, "x", "000000", near); !errors.Is(err, accounts.ErrThrottled) {
				t.Fatalf("a code over the bucket: %v", err)
			}
		}
	})
	noError(t, w.Door.RecordRefusals(ctx, true))
	if cost != 0 || len(s.began) != stretched || w.Store.Log().Size() != size {
		t.Errorf("600 posts over the bucket cost %d statements, %d stretches and %d leaves", cost, len(s.began)-stretched, w.Store.Log().Size()-size)
	}
	w.Clock.Add(16 * time.Second)
	if _, err := w.Door.Begin(ctx, "nessuna", "sbagliata", from); err != nil {
		t.Errorf("a quarter of a minute later: %v", err)
	}
}

// newer knows a version that is dearer.
type newer struct {
	crypto.Stretcher
	mu   *sync.Mutex
	with *[]int64
}

func (n newer) Newest() int64 { return 1 }
func (n newer) Stretch(version int64, secret, salt []byte) ([]byte, error) {
	n.mu.Lock()
	*n.with = append(*n.with, version)
	n.mu.Unlock()
	if version == 1 {
		return crypto.Hash([]byte("dearer"), secret, salt), nil
	}
	return n.Stretcher.Stretch(version, secret, salt)
}

// TestStretchIsRaisedAtSignIn: who signs in while there is a newer version has her
// box sealed with it in the same act, under a new salt; nobody else is touched, the
// older key opens nothing any more, and every name costs the same meanwhile.
func TestStretchIsRaisedAtSignIn(t *testing.T) {
	w := storetest.New(t).Standard()
	before := map[string]acts.Person{}
	person := func(name string) (p acts.Person) {
		noError(t, w.Store.Look(ctx, func(r acts.Reader) error { return r.Get(&p, w.People[name].ID) }))
		return p
	}
	for _, name := range []string{"anna", "bruna"} {
		before[name] = person(name)
	}
	var with []int64
	n := newer{Stretcher: w.Stretcher, mu: new(sync.Mutex), with: &with}
	w.Door.StretchWith(n)
	cost := func(f func()) []int64 {
		with = nil
		f()
		return with
	}
	words := cost(func() { _, _ = w.House.UnitWordsOf(ctx, w.Caller("anna")) })
	if !slices.Equal(words, []int64{0}) {
		t.Errorf("the words of a unit are stretched elsewhere, or with %v: they would differ from those read before", words)
	}
	all := cost(func() { _ = wrong(t, w, "nessuna", place(1)) })
	if !slices.Equal(all, []int64{0, 1}) {
		t.Fatalf("a name that nobody has is stretched with %v", all)
	}
	if got := cost(func() { _ = wrong(t, w, "anna", place(2)) }); !slices.Equal(got, all) {
		t.Errorf("a wrong passphrase is stretched with %v, a name that nobody has with %v", got, all)
	}
	if p := person("anna"); p.Stretch != 0 || p.Version != before["anna"].Version {
		t.Errorf("a wrong passphrase changed her row")
	}
	in, err := right(w, "anna", place(3))
	noError(t, err)
	anna := person("anna")
	if anna.Stretch != 1 || string(anna.Salt) == string(before["anna"].Salt) || anna.BoxVersion != anna.Version || anna.Version != before["anna"].Version+1 {
		t.Errorf("after she signed in her version is %d, box %d of row %d", anna.Stretch, anna.BoxVersion, anna.Version)
	}
	if p := person("bruna"); p.Stretch != 0 || p.Version != before["bruna"].Version {
		t.Error("a colleague's row was changed")
	}
	w.Close()
	w.Open()
	w.Door.StretchWith(n)
	if got := cost(func() { _ = wrong(t, w, "anna", place(4)) }); !slices.Equal(got, all) {
		t.Errorf("a raised name is stretched with %v, the others with %v", got, all)
	}
	if _, err := right(w, "anna", place(5)); err != nil {
		t.Errorf("after it was raised: %v", err)
	}
	if person("anna").Version != anna.Version+1 || person("anna").Stretch != 1 {
		t.Error("it was raised twice")
	}
	if _, err := w.Door.StepUp(ctx, in.Caller, w.People["anna"].Passphrase, w.Code(w.People["anna"]), policies.RecoveryCodesReplace, in.Caller.Person(), place(6)); err != nil {
		t.Errorf("a step-up after it was raised: %v", err)
	}
	if _, err := w.Door.Uncover(ctx, in.Cookie, w.People["anna"].Passphrase, place(6)); err != nil && !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("her passphrase after it was raised: %v", err)
	}
	p, err := w.Door.Begin(ctx, "bruna", w.People["bruna"].Passphrase, place(7))
	noError(t, err)
	if _, err := w.Door.FinishRecovery(ctx, p, string(w.People["bruna"].Codes[0]), place(7)); err != nil || person("bruna").Stretch != 1 {
		t.Errorf("with a recovery code: %v, version %d", err, person("bruna").Stretch)
	}
	if r := w.CheckRecords(); len(r.Problems) > 0 {
		t.Errorf("records differ: %v", r.Problems)
	}
	w.Close()
	w.Open() // a program that knows version 0 only
	if _, err := right(w, "anna", place(8)); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("with a program that does not know her version: got %v, want ErrSignIn", err)
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
