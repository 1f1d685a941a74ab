package auditlog_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/auditlog"
	"sportello/referrals/kept"
	"sportello/referrals/store/storetest"
)

// year fills a log: on each of a hundred days a thousand leaves, every tenth or
// twentieth of which gives a record its code, and twenty are about one woman.
func (f busy) year(tb testing.TB, days, codesADay int) {
	tb.Helper()
	work := kept.Work{Gate: f.Gate, Store: f.Store}
	for range days {
		f.Clock.Add(24 * time.Hour)
		_, err := work.Do(tb.Context(), acts.ConsoleCaller(), policies.RecordsEnd, func(_ kept.Reader, act *acts.Act) error {
			return act.Allow(policies.Object{Kind: policies.KindSystem}) // with the day's key
		})
		if err != nil {
			tb.Fatal(err)
		}
		var wait sync.WaitGroup
		for part := range 50 { // many at once share a commit
			wait.Go(func() {
				for i := part; i < 1000; i += 50 {
					if err := f.leaf(tb.Context(), i, codesADay); err != nil {
						tb.Error(err)
						return
					}
				}
			})
		}
		if wait.Wait(); tb.Failed() {
			tb.FailNow()
		}
	}
}

// leaf leaves the i-th leaf of a day.
func (f busy) leaf(ctx context.Context, i, codes int) error {
	object, mark, secrets := "case:"+crypto.NewID(), (*audit.RowMark)(nil), []acts.Secret(nil)
	detail := audit.Detail{At: f.Clock.Now()}
	var salt []byte
	switch {
	case i < codes:
		secret := acts.NewSecret(f.Store.Log().Size())
		given := audit.CodeMark(object, secret.ID, crypto.Digest{})
		salt, mark, secrets, detail.Code = secret.Bytes, &given, []acts.Secret{secret}, f.Gate.MarkCode(fmt.Sprintf("ACDEFG%02d", i))
	case i >= 980:
		object = "case:" + f.Case
	}
	sealed, err := f.Store.Log().SealDetail(salt, detail)
	if err != nil {
		return err
	}
	_, err = f.Store.Do(ctx, acts.Work{Secrets: secrets, Do: func(tx acts.Tx) error {
		if mark != nil {
			tx.Mark(*mark)
		}
		return tx.Record(audit.Leaf{Day: f.Gate.Day(), Actor: f.People["anna"].ID, Unit: f.Units["desk"], Action: "case.open", Object: object,
			Outcome: audit.Allowed, Rules: []string{"case-work"}}, sealed)
	}})
	return err
}

type busy struct{ *storetest.Flow }

// BenchmarkAskByCode: a hundred thousand leaves of a hundred days, among them five or
// ten thousand codes; the answer to one of them, at its greatest length, and to none.
func BenchmarkAskByCode(b *testing.B) {
	for _, codes := range []int{50, 100} {
		f := busy{storetest.NewFlow(b)}
		f.year(b, 100, codes)
		clara := f.SignIn("clara")
		for what, code := range map[string]string{"found": f.Code, "unknown": "WWWW-WWWW"} {
			b.Run(fmt.Sprintf("%d codes, %s", 100*codes, what), func(b *testing.B) {
				for b.Loop() {
					a, _, err := f.Desk.AuditLog.Ask(b.Context(), clara, code, auditlog.Filter{})
					if (err == nil) != (what == "found") {
						b.Fatalf("%d groups: %v", len(a.Groups), err)
					}
				}
				b.ReportMetric(float64(f.Store.Log().Size()), "leaves")
			})
		}
	}
}
