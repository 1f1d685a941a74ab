package store_test

import (
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/join"
	"sportello/referrals/kept"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestWalledFromOneOpensNeither: T6. Who is walled off from one of two files that are
// joined, before or after, opens nothing of both with a fresh copy of the files and every
// key that she has; what is written from then on not even with the keys of before.
func TestWalledFromOneOpensNeither(t *testing.T) {
	for name, first := range map[string]bool{"walled before they are joined": false, "walled after": true} {
		t.Run(name, func(t *testing.T) {
			f := storetest.NewFlow(t)
			words := []string{f.Word("joined first request"), f.Word("joined second request"), f.Word("joined second said")}
			before := newRing(t, f.World, signedIn(f, "lia"))
			if !before.reads(words[0]) || !before.reads(words[1]) {
				t.Fatal("she does not read them before: this test would prove nothing")
			}
			if first {
				storetest.Try(t, "walling off", setWalls(f, "gina", f.First, id(f, "lia"), ""))
			} else {
				anna := func(a policies.Action) acts.Caller { return f.StepUp("anna", a, f.First) }
				code := func(id string) string {
					v, _, err := f.Desk.OpenCase(ctx, signedIn(f, "anna"), id)
					storetest.Try(t, "opening", err)
					return v.Card.Code
				}
				_, err := f.Desk.Join.Undo(ctx, anna(policies.CaseUnjoin), f.First)
				storetest.Try(t, "undoing", err)
				storetest.Try(t, "walling off", setWalls(f, "gina", f.Second, id(f, "lia"), ""))
				_, err = f.Desk.Join.Join(ctx, anna(policies.CaseJoin), f.First, join.Codes{First: code(f.First), Second: code(f.Second)},
					[2]int64{versionFor(f, "anna", f.First), versionFor(f, "anna", f.Second)}, words[2])
				storetest.Try(t, "joining", err)
			}
			for _, on := range []string{f.First, f.Second} {
				_, err := f.Desk.Cases.AddNote(ctx, signedIn(f, "anna"), on, typed.NewForm(), "interview", "scritto dopo")
				storetest.Try(t, "adding a note", err)
			}
			lia := signedIn(f, "lia")
			fresh := newRing(t, f.World, lia)
			if !fresh.reads(f.Words["closed request"]) {
				t.Fatal("she opens not even what is hers: this test would prove nothing")
			}
			fresh.mustNotOpen(t, append(words, "scritto dopo")...)
			newRing(t, f.World, lia, before).mustNotOpen(t, "scritto dopo")
		})
	}
}

// TestErasingOneLeavesTheOther: the link goes with either file; the other opens as before.
func TestErasingOneLeavesTheOther(t *testing.T) {
	for name, which := range map[string]func(*storetest.Flow) (gone, stays string){
		"the second": func(f *storetest.Flow) (string, string) { return f.Second, f.First },
		"the first":  func(f *storetest.Flow) (string, string) { return f.First, f.Second },
	} {
		t.Run(name, func(t *testing.T) {
			f := storetest.NewFlow(t)
			gone, stays := which(f)
			_, err := acts.Do(ctx, f.Gate, f.Store.View, f.SignIn("anna"), policies.CaseOpen, func(r kept.Reader, act *acts.Act) error {
				row := &kept.CaseRow{}
				if err := r.Get(row, gone); err != nil {
					return err
				}
				if err := act.Allow(kept.CaseObject(act.Who, row)); err != nil {
					return err
				}
				out, err := kept.Erase(r, row)
				act.Commit = out.Write
				return err
			})
			storetest.Try(t, "erasing", err)
			v, _, err := f.Desk.OpenCase(ctx, signedIn(f, "anna"), stays, "person", "joined")
			if err != nil || v.Joined != nil || v.JoinedTo != "" || v.Told.Request == "" {
				t.Errorf("the other: %+v, %v", v.JoinedTo, err)
			}
			found, _, err := f.Desk.Cases.Search(ctx, signedIn(f, "anna"), v.Card.Code)
			if err != nil || len(found) != 1 || found[0].ID != stays {
				t.Errorf("its code finds %d, %v", len(found), err)
			}
			if report := f.CheckRecords(); len(report.Problems) > 0 {
				t.Errorf("the log: %+v", report.Problems)
			}
		})
	}
}
