package store_test

import (
	"bytes"
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"

	"github.com/fxamacker/cbor/v2"
)

// TestEveryKindFollowsTheRule: a kind of record in which a word of her safe-contact
// rule lies says of itself by whom she is contacted from it, and a new rule reaches
// every row of such a kind, in whatever unit, by its key or by a stop; or it says that
// it keeps what was said once and that nobody contacts her by it.
func TestEveryKindFollowsTheRule(t *testing.T) {
	f := everyKind(t)
	ctx, anna := t.Context(), f.SignIn("anna")
	f.Refer(f.Case, f.Authorise(sharing.Fields...))
	_, _, err := f.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), CaseID: f.Case, Query: f.Code, Service: f.Units["service"],
		Share: rule.Items, CaseVersion: f.Version(f.Case), Contact: cases.Contact{Speaker: "she", Channel: "phone", Outcome: "social_service"}})
	storetest.Try(t, "asking the social service", err)
	words := [][]byte{}
	for _, of := range []string{"", "second "} {
		for _, item := range []string{"number", "mail", "code word", "say"} {
			words = append(words, []byte(f.Words[of+item]))
		}
	}
	holds := map[string]bool{}
	said := func(table string, text []byte) {
		for _, word := range words {
			if len(word) == 0 {
				t.Fatal("the flow does not say a word of her rule: this proves nothing")
			}
			holds[table] = holds[table] || bytes.Contains(text, word)
		}
	}
	view(t, f.World, func(r kept.Reader) {
		mine, err := openerOf(f.World, r, anna, f.Case)
		storetest.Try(t, "opening the case", err)
		own, err := cbor.Marshal(mine.file.Safe)
		storetest.Try(t, "writing her rule", err)
		said("case_file", own)
		for _, h := range hung(t, r, f.Case) {
			if row, ok := h.Row.(kept.SharedRow); ok {
				for _, text := range mine.texts(t, row) {
					said(h.Table, text)
				}
				continue
			}
			text, _, err := mine.open(h)
			if err == nil {
				said(h.Table, text)
			}
		}
	})
	calls := map[string]bool{}
	for _, e := range kept.Kinds() {
		if holds[e.Table] && !e.Calls() && !e.Past {
			t.Errorf("a %s holds her rule, and its kind says neither who calls by it nor that nobody does", e.Table)
		}
		if (e.Calls() || e.Past) && !holds[e.Table] {
			t.Errorf("no %s of the flow holds her rule: this proves nothing of it", e.Table)
		}
		if e.Calls() {
			calls[e.Table] = true
		}
	}
	for _, change := range []struct {
		by, of string
		direct bool // hangs on the case, so that its key is at hand
	}{{"anna", f.Case, true}, {"sofia", ownCase(t, f), false}} {
		reached := map[string]bool{}
		before := rows(t, f, calls)
		v := storetest.Open(t, f.World, f.SignIn(change.by), change.of)
		_, err := f.Desk.Cases.ChangeSafeContact(ctx, f.SignIn(change.by), change.of, v.Version, rule.SafeContact{Channels: map[string]string{"in_person": "yes"}, CodeWord: change.by}, "in_person")
		storetest.Try(t, "changing the rule", err)
		view(t, f.World, func(r kept.Reader) {
			row := &kept.CaseRow{}
			storetest.Try(t, "reading the case", r.Get(row, change.of))
			for other, err := range kept.Joined(r, row) {
				storetest.Try(t, "finding what ids lead to", err)
				id, version := other.Key()
				stopped, err := kept.Stopped(r, id)
				storetest.Try(t, "reading a stop", err)
				if kept.KindOf(other).CalledBy(other) != "" && !stopped && version == before[id] && !tellsNothing(t, f, r, anna, other, words) {
					t.Errorf("the rule of %s changed: a %s was neither told nor stopped", change.by, other.Table())
				}
				reached[other.Table()] = reached[other.Table()] || stopped || version != before[id]
			}
		})
		for table := range calls {
			if !reached[table] {
				t.Errorf("the rule of %s changed: no %s was reached", change.by, table)
			}
		}
	}
}

// tellsNothing tells whether a record that hangs on the flow's case says nothing of how
// she is reached, so that a narrower rule has nothing to take from it.
func tellsNothing(t *testing.T, f *storetest.Flow, r kept.Reader, who acts.Caller, row acts.Row, words [][]byte) bool {
	t.Helper()
	shared, ok := row.(kept.SharedRow)
	if !ok || shared.Held().CaseID != f.Case {
		return false
	}
	o, err := openerOf(f.World, r, who, f.Case)
	storetest.Try(t, "opening the case", err)
	for _, text := range o.texts(t, shared) {
		for _, word := range words {
			if bytes.Contains(text, word) {
				return false
			}
		}
	}
	return true
}

// ownCase is the case file that the social service opened from the flow's task.
func ownCase(t *testing.T, f *storetest.Flow) (id string) {
	view(t, f.World, func(r kept.Reader) {
		row := &kept.CaseRow{}
		storetest.Try(t, "reading the case", r.Get(row, f.Case))
		for other, err := range kept.Joined(r, row) {
			storetest.Try(t, "finding what ids lead to", err)
			if c, ok := other.(*kept.CaseRow); ok {
				id = c.ID
			}
		}
	})
	if id == "" {
		t.Fatal("no case file of the service: this proves nothing")
	}
	return id
}

// rows are the versions of all rows of some kinds, by id.
func rows(t *testing.T, f *storetest.Flow, of map[string]bool) map[string]int64 {
	all := map[string]int64{}
	view(t, f.World, func(r kept.Reader) {
		row := &kept.CaseRow{}
		storetest.Try(t, "reading the case", r.Get(row, f.Case))
		all[row.ID] = row.Version
		for other, err := range kept.Joined(r, row) {
			storetest.Try(t, "finding what ids lead to", err)
			id, version := other.Key()
			all[id] = version
		}
	})
	return all
}

// TestStopRowsFailClosed: T3. A stop that is taken out of the file, or put back as it
// was before, is not what the log names, and nobody reaches her by what it stopped.
func TestStopRowsFailClosed(t *testing.T) {
	for name, text := range map[string]string{"taken out": "DELETE FROM call_stop WHERE id = ?", "lifted": "UPDATE call_stop SET stopped = 0 WHERE id = ?",
		"put back": "UPDATE call_stop SET stopped = 0, version = version - 1 WHERE id = ?"} {
		t.Run(name, func(t *testing.T) {
			f := everyKind(t)
			own := ownCase(t, f)
			v := storetest.Open(t, f.World, f.SignIn("sofia"), own)
			_, err := f.Desk.Cases.ChangeSafeContact(t.Context(), f.SignIn("sofia"), own, v.Version, rule.SafeContact{CodeWord: "altra"}, "in_person")
			storetest.Try(t, "changing the rule at the service", err)
			if v := storetest.Open(t, f.World, f.SignIn("anna"), f.Case); !v.Safe.Stopped {
				t.Fatal("the desk's case is not stopped: this proves nothing")
			}
			db := raw(t, f.World, store.MainFile)
			defer db.Close()
			change(t, db, text, f.Case)
			if _, _, err := f.Desk.OpenCase(t.Context(), f.SignIn("anna"), f.Case); !errors.Is(err, acts.ErrTampered) {
				t.Errorf("the case opens: %v", err)
			}
		})
	}
}
