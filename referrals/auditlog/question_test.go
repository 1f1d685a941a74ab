package auditlog_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/referrals/auditlog"
	"sportello/referrals/kept"
	"sportello/referrals/store/storetest"
	"sportello/referrals/walls"
)

// times is how often an answer says that somebody did something.
func times(a auditlog.Answer, person, action string, outcome audit.Outcome) (n int) {
	for _, g := range a.Groups {
		if g.Actor == person && g.Action == action && g.Outcome == outcome {
			n += g.Times
		}
	}
	return n
}

func ask(t *testing.T, f *storetest.Flow, who, code string, filter auditlog.Filter) (auditlog.Answer, error) {
	t.Helper()
	a, _, err := f.Desk.AuditLog.Ask(t.Context(), f.Caller(who), code, filter)
	return a, err
}

// TestHerCodeFindsWhoReadHer: by her code, however it is typed, and by nothing else; what
// was refused comes first, what somebody did again and again stands together.
func TestHerCodeFindsWhoReadHer(t *testing.T) {
	f := storetest.NewFlow(t)
	gina, lia := f.Caller("gina"), f.Caller("lia")
	if _, _, err := f.Desk.OpenCase(t.Context(), lia, f.Case); !errors.Is(err, acts.ErrDenied) {
		t.Fatalf("lia opens what is walled off from her: %v", err)
	}
	for range 3 {
		if _, _, err := f.Desk.OpenCase(t.Context(), gina, f.Case, storetest.Parts...); err != nil {
			t.Fatal(err)
		}
	}
	signs := strings.ReplaceAll(f.Code, "-", "")
	for _, typed := range []string{f.Code, strings.ToLower(f.Code), " " + signs[:4] + " " + signs[4:] + " "} {
		a, err := ask(t, f, "clara", typed, auditlog.Filter{Action: "read"})
		if err != nil {
			t.Fatalf("asking by a code as somebody typed it: %v", err)
		}
		if n := times(a, gina.Person(), "case.open", audit.Allowed); n < 3 {
			t.Errorf("gina read it %d times, want 3", n)
		}
		for i, g := range a.Groups {
			if g.Outcome != audit.Allowed && i > 0 && a.Groups[i-1].Outcome == audit.Allowed {
				t.Error("what was refused does not come first")
			}
			if g.Times != len(g.Lines) || g.Days < 1 || g.Outcome == audit.Allowed && g.Lines[0].At.IsZero() {
				t.Errorf("a group of %d has %d entries on %d days, the newest at %v", g.Times, len(g.Lines), g.Days, g.Lines[0].At)
			}
		}
		if times(a, lia.Person(), "case.open", audit.Refused) != 1 {
			t.Error("lia's refused attempt is not there")
		}
	}
	if a, err := ask(t, f, "clara", f.Code, auditlog.Filter{Unit: f.Units["service"]}); err != nil || len(a.Groups) == 0 || len(a.Units) != 2 {
		t.Errorf("what the social service did with her code: %v, %d groups in %d units", err, len(a.Groups), len(a.Units))
	}
	if a, err := ask(t, f, "clara", f.Code, auditlog.Filter{To: "2000-01-01"}); err != nil || len(a.Groups) != 0 {
		t.Errorf("before the service was: %v, %d groups", err, len(a.Groups))
	}
	for _, none := range []string{"AAAA-AAAA", "", signs[:4], f.Word("alias"), f.Case} {
		if _, err := ask(t, f, "clara", none, auditlog.Filter{}); !errors.Is(err, auditlog.ErrNothing) {
			t.Errorf("asking by what is no code of a record: %v", err)
		}
	}
}

// TestNobodyElseAsksByHerCode: a colleague, the lead, a centre, an administrator, and an
// auditor by name alone.
func TestNobodyElseAsksByHerCode(t *testing.T) {
	f := storetest.NewFlow(t)
	f.Invite("dario", policies.Administrator, "")
	for _, name := range []string{"anna", "gina", "bruna", "sofia", "dario"} {
		who := f.SignIn(name)
		if _, _, err := f.Desk.AuditLog.Ask(t.Context(), who, f.Code, auditlog.Filter{}); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s asks who read her: %v", name, err)
		}
		if _, _, err := f.Desk.AuditLog.NameEntry(t.Context(), who, 5, "curiosità"); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s asks who stands behind an entry: %v", name, err)
		}
	}
}

// TestAWallHoldsForTheAuditor: of a case that is walled off from her nothing is found by
// its code and no detail opens, as if it had been erased; her colleague finds it.
func TestAWallHoldsForTheAuditor(t *testing.T) {
	f := storetest.NewFlow(t)
	f.Join("audit", "carlo", policies.Auditor, "clara")
	before, err := ask(t, f, "clara", f.Code, auditlog.Filter{Action: "case.open", Unit: f.Units["desk"]})
	if err != nil {
		t.Fatal(err)
	}
	entry := before.Groups[len(before.Groups)-1].Lines[0].Index
	if _, d, _, err := f.Desk.AuditLog.ProveEntry(t.Context(), f.Caller("clara"), entry); err != nil || d == nil {
		t.Fatalf("the detail before the wall: %v", err)
	}
	clara := f.People["clara"].ID
	if _, err := f.Desk.Walls.Set(t.Context(), f.StepUp("gina", policies.CaseWall, f.Case), f.Case, f.Version(f.Case),
		walls.Change{Off: acts.List(clara)}); err != nil {
		t.Fatal(err)
	}
	if a, err := ask(t, f, "clara", f.Code, auditlog.Filter{}); err != nil || len(a.Units) != 1 || a.Units[0] != f.Units["service"] {
		t.Errorf("clara is told of %v, want the service alone: %v", a.Units, err)
	}
	if _, d, _, err := f.Desk.AuditLog.ProveEntry(t.Context(), f.Caller("clara"), entry); err != nil || d != nil {
		t.Errorf("a detail of what is walled off: %v, %v", d, err)
	}
	if _, _, _, err := f.Desk.AuditLog.ReadEntry(t.Context(), f.Caller("clara"), entry); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("an entry of what is walled off, to ask whose it is: %v", err)
	}
	if a, _, err := f.Desk.AuditLog.Ask(t.Context(), f.SignIn("carlo"), f.Code, auditlog.Filter{}); err != nil || len(a.Units) != 2 {
		t.Errorf("her colleague is told of %v: %v", a.Units, err)
	}
	if _, err := f.Desk.Walls.Set(t.Context(), f.StepUp("gina", policies.CaseWall, f.Case), f.Case, f.Version(f.Case),
		walls.Change{Off: acts.List(f.People["bruna"].ID)}); err == nil {
		t.Error("a case was walled off from somebody of a centre, who cannot know of it")
	}
}

// TestErasureReachesTheCode: once her case is erased nothing is found by its code, and
// no key that is left opens what its leaf said.
func TestErasureReachesTheCode(t *testing.T) {
	f := storetest.NewFlow(t)
	marks := len(f.Store.Log().Codes())
	own, _, err := f.Desk.Cases.Search(t.Context(), f.Caller("sofia"), f.Code)
	if err != nil || len(own) != 1 {
		t.Fatalf("the service's file: %v", err)
	}
	for i, id := range []string{f.Case, own[0].ID} {
		if a, err := ask(t, f, "clara", f.Code, auditlog.Filter{}); err != nil || len(a.Units) != 2-i {
			t.Fatalf("before it was erased: %v in %v", err, a.Units)
		}
		erase(t, f, id)
	}
	if _, err := ask(t, f, "clara", f.Code, auditlog.Filter{}); !errors.Is(err, auditlog.ErrNothing) {
		t.Errorf("the code of what was erased: %v", err)
	}
	if n := len(f.Store.Log().Codes()); n != marks {
		t.Errorf("%d leaves mark a code, want %d: the log forgets nothing", n, marks)
	}
}

// erase erases a case with all that hangs on it.
func erase(t *testing.T, f *storetest.Flow, id string) {
	t.Helper()
	work := kept.Work{Gate: f.Gate, Store: f.Store}
	_, err := work.Do(t.Context(), acts.ConsoleCaller(), policies.RecordsEnd, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		row := &kept.CaseRow{}
		if err := r.Get(row, id); err != nil {
			return err
		}
		change, err := kept.Erase(r, row)
		act.Commit = change.Write
		return err
	})
	if err != nil {
		t.Fatalf("erasing: %v", err)
	}
}

func leafAt(f *storetest.Flow, index int64) (leaf audit.Leaf, err error) {
	err = f.Store.View(context.Background(), func(r kept.Reader) error {
		leaf, err = r.Leaf(index)
		return err
	})
	return leaf, err
}

// TestNoFileShowsACode: neither the code nor its mark stands in any byte written, not in
// the key files' company either, and no two leaves of one code look alike.
func TestNoFileShowsACode(t *testing.T) {
	f := storetest.NewLiveFlow(t)
	signs := strings.ReplaceAll(f.Code, "-", "")
	mark := f.Gate.MarkCode(signs)
	if _, err := ask(t, f, "clara", f.Code, auditlog.Filter{}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(f.Dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for what, word := range map[string][]byte{"the code": []byte(f.Code), "its signs": []byte(signs), "its mark": mark,
			"its mark in base64": []byte(base64.StdEncoding.EncodeToString(mark)), "in small letters": []byte(strings.ToLower(signs))} {
			if bytes.Contains(b, word) {
				t.Errorf("%s holds %s", filepath.Base(path), what)
			}
		}
		return nil
	})
	if err != nil || files < 5 {
		t.Fatalf("%d files were read: %v", files, err)
	}
	seen := map[string]bool{}
	err = f.Store.Source().EachLeaf(context.Background(), 0, f.Store.Log().Size(), func(_ int64, body []byte) error {
		l, err := audit.ParseLeaf(body)
		if object, _ := l.CodeOf(); object != "" {
			if seen[string(l.Detail)] {
				t.Error("two details of codes are the same")
			}
			seen[string(l.Detail)] = true
		}
		return err
	})
	if err != nil || len(seen) < 5 {
		t.Errorf("%d leaves give a code: %v", len(seen), err)
	}
}

// TestADetailOfACodeTakesTheAuditUnit: who has every file, every key file and the code
// itself, but no passphrase of the audit unit, cannot tell whose it is.
func TestADetailOfACodeTakesTheAuditUnit(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := f.Caller("anna")
	opened := 0
	err := f.Store.View(t.Context(), func(r kept.Reader) error {
		return r.EachCode(func(_ int64, l *audit.Leaf, d *audit.SealedDetail) error {
			_, secret := l.CodeOf()
			salt, err := r.Secret(secret)
			if err != nil {
				return err
			}
			row, err := r.DetailKey(d.KeyID)
			if err != nil {
				return err
			}
			for epoch := int64(1); epoch < 4; epoch++ {
				if id, ok := anna.UnitIdentity(epoch); ok {
					if _, err := row.Open(id); err == nil {
						opened++
					}
				}
			}
			for _, key := range []crypto.Key{f.Codes, f.Keys.Session, f.Keys.Throttle} {
				if _, err := audit.OpenDetail(key, d.ID, salt, d.Sealed); err == nil {
					opened++
				}
			}
			return nil
		})
	})
	if err != nil || opened > 0 {
		t.Errorf("%d details opened: %v", opened, err)
	}
}

// TestAnotherKeyOfCodesGivesThemAnew: with the key files of another time a code is not
// found, until its record was opened once; opened again it leaves no further mark.
func TestAnotherKeyOfCodesGivesThemAnew(t *testing.T) {
	f := storetest.NewFlow(t)
	f.Gate.CodesUnder(crypto.NewKey())
	if _, err := ask(t, f, "clara", f.Code, auditlog.Filter{}); !errors.Is(err, auditlog.ErrNothing) {
		t.Errorf("a code under another key: %v", err)
	}
	open := func() {
		t.Helper()
		if _, _, err := f.Desk.OpenCase(t.Context(), f.Caller("anna"), f.Case); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan struct{})
	for range 2 { // two at once leave it twice at most, and both are right
		go func() {
			defer func() { done <- struct{}{} }()
			if _, _, err := f.Desk.OpenCase(context.Background(), f.Caller("gina"), f.Case); err != nil {
				t.Error(err)
			}
		}()
	}
	<-done
	<-done
	open()
	if a, err := ask(t, f, "clara", f.Code, auditlog.Filter{}); err != nil || len(a.Units) != 1 {
		t.Errorf("after its next opening: %v in %v", err, a.Units)
	}
	size := f.Store.Log().Size()
	open()
	leaf, err := leafAt(f, size)
	if object, _ := leaf.CodeOf(); err != nil || object != "" {
		t.Errorf("the code was given again: %v %v", object, err)
	}
	// What the log knows is made of its leaves alone.
	codes := f.Store.Log().Codes()
	key := f.Codes
	f.Close()
	f.Open()
	f.Gate.CodesUnder(key)
	if got := f.Store.Log().Codes(); len(got) != len(codes) {
		t.Errorf("%d marks after a start, %d before", len(got), len(codes))
	}
}

// TestWhoStandsBehindAnEntry: for one entry, for a reason, with the agreement entered,
// after the step-up for that entry; its leaf names the entry.
func TestWhoStandsBehindAnEntry(t *testing.T) {
	f := storetest.NewFlow(t)
	a, err := ask(t, f, "clara", f.Code, auditlog.Filter{Action: "case.open"})
	if err != nil {
		t.Fatal(err)
	}
	g := a.Groups[len(a.Groups)-1]
	index := g.Lines[0].Index
	object := auditlog.EntryObject(index)
	if _, _, err := f.Desk.AuditLog.NameEntry(t.Context(), f.Caller("clara"), index, "Lo chiede la donna"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("without a step-up: %v", err)
	}
	who := f.StepUp("clara", policies.LogName, object)
	if _, _, err := f.Desk.AuditLog.NameEntry(t.Context(), who, index, "Lo chiede la donna"); !errors.Is(err, auditlog.ErrNoAgreement) {
		t.Errorf("without an agreement with the staff: %v", err)
	}
	if _, agreed, _, err := f.Desk.AuditLog.ReadEntry(t.Context(), who, index); err != nil || agreed {
		t.Errorf("the page says that it may be asked: %v", err)
	}
	agree(t, f)
	if _, _, err := f.Desk.AuditLog.NameEntry(t.Context(), f.StepUp("clara", policies.LogName, object), index+1, "un'altra"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("another entry than the one stepped up for: %v", err)
	}
	who = f.StepUp("clara", policies.LogName, object)
	if _, _, err := f.Desk.AuditLog.NameEntry(t.Context(), who, index, ""); err == nil || errors.Is(err, acts.ErrDenied) {
		t.Errorf("without a reason: %v", err)
	}
	named, receipt, err := f.Desk.AuditLog.NameEntry(t.Context(), who, index, "Lo chiede la donna")
	if err != nil || f.People[named.Username] == nil || f.People[named.Username].ID != g.Actor {
		t.Fatalf("%q stands behind it: %v", named.Username, err)
	}
	leaf, err := leafAt(f, receipt.Index)
	if err != nil || leaf.Object != "log:"+object || leaf.Action != "log.name" || leaf.Actor != f.People["clara"].ID {
		t.Errorf("its leaf is %s %s: %v", leaf.Action, leaf.Object, err)
	}
	if _, d, _, err := f.Desk.AuditLog.ProveEntry(t.Context(), f.Caller("clara"), receipt.Index); err != nil || d == nil || d.Reason != "Lo chiede la donna" {
		t.Errorf("its detail: %v %v", d, err)
	}
}

// agree enters the agreement with the staff of the only agency.
func agree(t *testing.T, f *storetest.Flow) {
	t.Helper()
	f.Invite("dario", policies.Administrator, "")
	who := f.StepUp("dario", policies.AgencyAgreement, f.Agency)
	_, err := f.Office.SetAgreement(t.Context(), who, f.Agency, office.Agreement{Kind: "union", Day: f.Desk.Day(), Ref: "PG 7/2026"}, 1)
	if err != nil {
		t.Fatalf("entering an agreement: %v", err)
	}
}

// TestTheLogIsNotReadByWorker: no filter takes a person, her id as that of a record finds
// nothing, and the fields of a filter are the ones that are meant.
func TestTheLogIsNotReadByWorker(t *testing.T) {
	f := storetest.NewFlow(t)
	for name, p := range f.People {
		for _, object := range []string{p.ID, "person:" + p.ID, "session:" + p.ID} {
			page, _, err := f.Desk.AuditLog.Read(t.Context(), f.Caller("clara"), auditlog.Filter{Object: object})
			if err != nil || len(page.Entries) > 0 {
				t.Errorf("%d entries about %s: %v", len(page.Entries), name, err)
			}
		}
	}
}
