package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
)

const benchClients = 64

// BenchmarkSearch looks for one name among many cards of a unit, as it is heard; and
// where all cases are restricted, so that each card has a key of its own.
func BenchmarkSearch(b *testing.B) {
	for _, restricted := range []bool{false, true} {
		for _, cards := range []int{5_000, 50_000} {
			b.Run(fmt.Sprintf("%d/restricted=%t", cards, restricted), func(b *testing.B) {
				w := searchWorld(b, cards, restricted)
				anna := w.Caller("anna")
				var took []time.Duration
				for b.Loop() {
					start := time.Now()
					found, _, err := w.Desk.Cases.Search(ctx, anna, "markesini teodolinda")
					if err != nil || len(found) != 1 || found[0].Found != "sounds" {
						b.Fatalf("searching: %d, %v", len(found), err)
					}
					took = append(took, time.Since(start))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms")
				b.ReportMetric(float64(cards)/125, "bar-ms")
			})
		}
	}
}

// BenchmarkBans reads the lead's Agenda of a unit where one of many files allows a number
// that all the others forbid, and opens the page of calls of that one.
func BenchmarkBans(b *testing.B) {
	w := searchWorld(b, 5_000, false)
	out, _, err := w.Desk.Cases.RecordContact(ctx, w.Caller("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true, Contact: cases.Contact{Speaker: "she", Outcome: "info_only",
		Safe: rule.SafeContact{Channels: map[string]string{"call": "yes"}, Number: "347 5550101", Hours: []rule.Hours{{From: "08:00"}}}}})
	if err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func() bool{
		"agenda": func() bool {
			a, _, err := w.Desk.ReadAgenda(ctx, w.Caller("gina"))
			return err == nil && len(a.Bans) == 1 && a.Bans[0].More == 4_999
		},
		"worker": func() bool {
			a, _, err := w.Desk.ReadAgenda(ctx, w.Caller("anna"))
			return err == nil && len(a.Bans) == 0
		},
		"calls": func() bool {
			v, _, err := w.Desk.OpenCase(ctx, w.Caller("anna"), out.CaseID, referrals.PartBan)
			return err == nil && v.Ban != nil
		},
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if !read() {
					b.Fatal("not what was to be read")
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms")
		})
	}
}

// searchWorld makes a unit with that many cards.
func searchWorld(b *testing.B, cards int, restricted bool) *storetest.World {
	b.Helper()
	w := storetest.New(b).Wide()
	anna := w.Caller("anna")
	next := make(chan string, benchClients)
	var group sync.WaitGroup
	for range benchClients {
		group.Go(func() {
			for alias := range next {
				in := cases.NewContact{Form: crypto.NewID(), OpenCase: true, Restrict: restricted, Contact: cases.Contact{Speaker: "she", Alias: alias, Outcome: "info_only",
					Safe: rule.SafeContact{Channels: map[string]string{"call": "never"}, Number: "+39 347 555 0101"}}}
				if _, _, err := w.Desk.Cases.RecordContact(ctx, anna, in); err != nil {
					b.Error(err)
				}
			}
		})
	}
	names := []string{"Rosa", "Chiara", "Oksana", "Fatima", "Giulia", "Xhesika", "Anna Maria", "Ngozi"}
	surnames := []string{"Esposito", "Kovalchuk", "Benali", "Hoxha", "Țurcanu", "Chowdhury", "Zhang", "Okafor", "D'Angelo"}
	for i := range cards - 1 {
		next <- names[i%len(names)] + " " + surnames[i%len(surnames)]
	}
	next <- "Teodolinda Marchesini"
	close(next)
	group.Wait()
	return w
}

// BenchmarkReplay closes an instance of a million log entries, every fourth of
// them with a row, and measures how long opening it takes.
func BenchmarkReplay(b *testing.B) {
	const size = 1_000_000
	w := storetest.New(b).Standard()
	grow(b, w, size)
	var took []time.Duration
	for b.Loop() {
		w.Close()
		start := time.Now()
		w.Open()
		took = append(took, time.Since(start))
	}
	if n := w.Store.Log().Size(); n < size {
		b.Fatalf("the log has %d entries", n)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds(), "s")
	b.ReportMetric(10, "bar-s")
	b.ReportMetric(0, "ns/op")
}

// grow brings the log to a size, many acts at a time.
func grow(b *testing.B, w *storetest.World, size int) {
	b.Helper()
	next := make(chan int, 1024)
	var group sync.WaitGroup
	for range 512 {
		group.Go(func() {
			for i := range next {
				if _, err := w.Store.Do(context.Background(), benchAct(i)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range size {
		next <- i
	}
	close(next)
	group.Wait()
}

func benchAct(i int) acts.Work {
	leaf := audit.Leaf{Day: "2026-11-20", Actor: crypto.NewID(), Unit: crypto.NewID(), Action: string(policies.CaseOpen),
		Object: "case:" + crypto.NewID(), Outcome: audit.Allowed, Rules: []string{"case-of-own-unit"}}
	return acts.Work{Do: func(tx acts.Tx) error {
		if i%4 == 0 {
			row := &units.Acquaintance{RowKey: acts.RowKey{ID: crypto.NewID(), Version: 1}, Person: leaf.Actor, Colleague: leaf.Unit, Day: leaf.Day}
			if err := tx.Put(row); err != nil {
				return err
			}
		}
		return tx.Record(leaf, nil)
	}}
}
