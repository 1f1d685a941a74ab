package referrals_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"

	"pgregory.net/rapid"
)

// model is a referral as a plain state machine: what the centre and the desk may
// do next, told without looking at the code.
var model = map[string]map[string]string{
	"sent":         {"open": "acknowledged", "accept": "accepted", "decline": "declined", "ask": "more_info", "appointment": "appointment", "revoke": "withdrawn"},
	"acknowledged": {"open": "acknowledged", "accept": "accepted", "decline": "declined", "ask": "more_info", "appointment": "appointment", "revoke": "withdrawn"},
	"more_info":    {"open": "more_info", "accept": "accepted", "decline": "declined", "ask": "more_info", "answer": "acknowledged", "appointment": "appointment", "revoke": "withdrawn"},
	"appointment":  {"open": "appointment", "ask": "appointment", "accept": "accepted", "decline": "declined", "appointment": "appointment", "engaged": "engaged", "no_show": "no_show", "closed": "closed", "revoke": "withdrawn"},
	"accepted":     {"open": "accepted", "ask": "accepted", "appointment": "appointment", "engaged": "engaged", "no_show": "no_show", "closed": "closed", "revoke": "withdrawn"},
	"engaged":      {"open": "engaged", "ask": "engaged", "closed": "closed", "revoke": "withdrawn"},
	"no_show":      {"open": "no_show", "ask": "no_show", "appointment": "appointment", "engaged": "engaged", "closed": "closed", "revoke": "withdrawn"},
	"declined":     {"open": "declined", "ask": "declined", "revoke": "withdrawn"},
	"closed":       {"open": "closed", "ask": "closed", "revoke": "withdrawn"},
	"withdrawn":    {},
}

func TestReferralFollowsThePlainModel(t *testing.T) {
	f := storetest.NewFlow(t)
	anna, bruna := f.Caller("anna"), f.Caller("bruna")
	steps := map[string]func(id string) error{
		"open":    func(id string) error { _, _, err := f.Desk.Sharing.OpenReferral(t.Context(), bruna, id); return err },
		"accept":  func(id string) error { _, err := f.Desk.Sharing.Accept(t.Context(), bruna, id); return err },
		"decline": func(id string) error { _, err := f.Desk.Sharing.Decline(t.Context(), bruna, id, "neutral"); return err },
		"ask": func(id string) error {
			_, err := f.Desk.Sharing.Ask(t.Context(), bruna, id, typed.NewForm(), "?")
			return err
		},
		"answer": func(id string) error {
			_, err := f.Desk.Sharing.SendMessage(t.Context(), anna, id, typed.NewForm(), "!")
			return err
		},
		"appointment": func(id string) error {
			_, err := f.Desk.Sharing.Propose(t.Context(), bruna, id, typed.NewForm(), "2026-12-01", "10:00", "qui")
			return err
		},
		"engaged": func(id string) error { _, err := f.Desk.Sharing.Outcome(t.Context(), bruna, id, "engaged"); return err },
		"no_show": func(id string) error { _, err := f.Desk.Sharing.Outcome(t.Context(), bruna, id, "no_show"); return err },
		"closed":  func(id string) error { _, err := f.Desk.Sharing.Outcome(t.Context(), bruna, id, "closed"); return err },
		"revoke":  func(id string) error { _, err := f.Desk.Sharing.Revoke(t.Context(), anna, id, "code_word"); return err },
	}
	names := []string{"open", "accept", "decline", "ask", "answer", "appointment", "engaged", "no_show", "closed", "revoke"}
	const referralsAtOnce = 6
	var ids []string
	for i := range referralsAtOnce { // a case has one for each purpose
		ids = append(ids, f.Refer([]string{f.Case, f.Other}[i%2], f.Authorise("alias")))
	}
	reached, welcomed := map[string]bool{}, map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		if len(ids) == 0 {
			return
		}
		// Each run goes on with a referral where an earlier run left it.
		i := rapid.IntRange(0, len(ids)-1).Draw(rt, "referral")
		id := ids[i]
		name := rapid.SampledFrom(names).Draw(rt, "step")
		if name == "revoke" && len(ids) > 1 && rapid.IntRange(0, 3).Draw(rt, "really") > 0 {
			return
		}
		before := stateOf(rt, f, id)
		err := steps[name](id)
		after := stateOf(rt, f, id)
		reached[after] = true
		want, ok := model[before][name]
		if welcomed[id] && (name == "accept" || name == "decline") {
			ok = false // said once; what comes later does not bring the question back
		}
		welcomed[id] = welcomed[id] || after == "accepted"
		messages := name == "answer" && before != "withdrawn" // a message is no step: it goes through in any live state
		switch {
		case ok && (err != nil || after != want):
			rt.Fatalf("%s from %s: got %v and %s, want %s", name, before, err, after, want)
		case !ok && messages && after != before:
			rt.Fatalf("a message from %s led to %s", before, after)
		case !ok && !messages && (err == nil || after != before):
			rt.Fatalf("%s from %s: got %v and %s, want a refusal", name, before, err, after)
		}
		if after == "withdrawn" && before != after {
			ids = slices.Delete(ids, i, i+1)
			for other, step := range steps {
				if err := step(id); !errors.Is(err, kept.ErrState) && !errors.Is(err, acts.ErrDenied) {
					rt.Fatalf("%s after she took it back: got %v", other, err)
				}
			}
		}
	})
	if len(reached) < 5 {
		t.Fatalf("the run reached only %v", reached)
	}
	for state := range model {
		if !slices.Contains(sharing.ReferralStates, state) {
			t.Errorf("the plain model knows a state %q that the code does not", state)
		}
	}
}

func stateOf(t *rapid.T, f *storetest.Flow, id string) string {
	v, _, err := f.Desk.Sharing.ReadReferral(t.Context(), f.Caller("anna"), id)
	if err != nil {
		t.Fatalf("reading a referral: %v", err)
	}
	return v.State
}

// TestSearchStaysInItsUnit: whatever the names and terms, folded or by sound, no
// unit finds what another keeps.
func TestSearchStaysInItsUnit(t *testing.T) {
	w := storetest.New(t).Standard()
	record := func(who acts.Caller, alias string) string {
		out, _, err := w.Desk.Cases.RecordContact(t.Context(), who, cases.NewContact{Form: crypto.NewID(), OpenCase: true,
			Contact: cases.Contact{Speaker: "she", Alias: alias, Outcome: "info_only"}})
		if err != nil {
			t.Fatal(err)
		}
		return out.CaseID
	}
	names := []string{"Rosa", "Ròssa", "Chiara", "Kiara", "Aïcha", "Aisha", "Oksana", "Xhesika", "Jessica", "Николь", "王芳", "D'Angelo"}
	of := map[string]map[string]bool{"anna": {}, "sofia": {}}
	for who, mine := range of {
		for _, n := range names {
			mine[record(w.Caller(who), n)] = true
		}
	}
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		term := rapid.OneOf(rapid.SampledFrom(names), rapid.StringN(0, 6, 40)).Draw(t, "term")
		for who, mine := range of {
			cards, _, err := w.Desk.Cases.Search(t.Context(), w.Caller(who), term)
			if err != nil {
				t.Fatalf("searching: %v", err)
			}
			found += len(cards)
			for _, c := range cards {
				if !mine[c.ID] {
					t.Fatalf("a term found a case of another unit")
				}
			}
		}
	})
	if found == 0 {
		t.Fatal("nothing was ever found: this test would prove nothing")
	}
}

// TestANoteConflictsWithNobody: sixteen write in one case at once, on the day on which
// it was opened and as the first of another, beside somebody who changes its person; each
// note is taken, and so is the change.
func TestANoteConflictsWithNobody(t *testing.T) {
	w := storetest.New(t).Standard()
	anna := w.Caller("anna")
	out := storetest.Rosa(t, w)
	for day := range 2 {
		w.Clock.Add(time.Duration(day) * 24 * time.Hour)
		anna = w.Caller("anna")
		v, _, err := w.Desk.OpenCase(t.Context(), anna, out.CaseID, storetest.Parts...)
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for i := range 16 {
			group.Go(func() {
				for j := range 4 {
					if _, err := w.Desk.Cases.AddNote(t.Context(), anna, out.CaseID, typed.NewForm(), "other", fmt.Sprintf("nota %d-%d.", i, j)); err != nil {
						t.Errorf("day %d, writer %d: %v", day, i, err)
					}
				}
			})
		}
		if day == 0 {
			group.Go(func() {
				if _, err := w.Desk.Cases.SavePerson(t.Context(), anna, out.CaseID, v.Version, cases.PersonForm{Alias: "Rosa"}); err != nil {
					t.Errorf("a change beside notes: %v", err)
				}
			})
		}
		group.Wait()
	}
	v, _, err := w.Desk.OpenCase(t.Context(), anna, out.CaseID, storetest.Parts...)
	if err != nil || len(v.Notes) != 2*16*4 {
		t.Errorf("%d notes are there, %v", len(v.Notes), err)
	}
	if report := w.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("records do not match: %v", report.Problems)
	}
}

// TestNoAcknowledgedNoteIsLost: many write in one case at once; each note that
// was acknowledged is there, and of two forms filled at one version one wins.
func TestNoAcknowledgedNoteIsLost(t *testing.T) {
	w := storetest.New(t).Standard()
	anna := w.Caller("anna")
	out := storetest.Rosa(t, w)
	var mu sync.Mutex
	var written []string
	var group sync.WaitGroup
	for i := range 24 {
		group.Go(func() {
			for j := range 4 {
				text := fmt.Sprintf("nota %d-%d.", i, j)
				_, err := w.Desk.Cases.AddNote(t.Context(), anna, out.CaseID, typed.NewForm(), "other", text)
				if err == nil {
					mu.Lock()
					written = append(written, text)
					mu.Unlock()
				} else if !errors.Is(err, acts.ErrConflict) {
					t.Errorf("writing at once: %v", err)
				}
			}
		})
	}
	group.Wait()
	v, _, err := w.Desk.OpenCase(t.Context(), anna, out.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	var there strings.Builder
	for _, n := range v.Notes {
		there.WriteString(n.Text)
	}
	for _, text := range written {
		if !strings.Contains(there.String(), text) {
			t.Errorf("an acknowledged note is lost: %s", text)
		}
	}
	if len(v.Notes) != len(written) || len(written) < 24 {
		t.Errorf("%d notes are there, %d were acknowledged", len(v.Notes), len(written))
	}
	won := 0
	var results [12]error
	for i := range results {
		group.Go(func() {
			form := cases.PersonForm{Alias: fmt.Sprintf("Rosa %d", i)}
			_, results[i] = w.Desk.Cases.SavePerson(t.Context(), anna, out.CaseID, v.Version, form)
		})
	}
	group.Wait()
	for i, err := range results {
		if err == nil {
			won++
			if now, _, err := w.Desk.OpenCase(t.Context(), anna, out.CaseID, storetest.Parts...); err != nil || now.Card.Alias != fmt.Sprintf("Rosa %d", i) {
				t.Errorf("the form that won is not what is there: %v", err)
			}
		} else if !errors.Is(err, acts.ErrConflict) {
			t.Errorf("a form that lost: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of twelve forms filled at one version won, want exactly 1", won)
	}
}
