package attacks

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// stranger numbers the names that nobody has.
var stranger atomic.Int64

// flood posts the sign-in form from many kept connections, each time with another
// name, until it was sent n times or the time is over. It answers how often.
func (w *town) flood(t testing.TB, n int64, long time.Duration) int64 {
	t.Helper()
	b := w.browser(t)
	b.get("/entra")
	web := &http.Client{Timeout: time.Minute, CheckRedirect: b.web.CheckRedirect,
		Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	defer web.CloseIdleConnections()
	end := time.Now().Add(long)
	var sent atomic.Int64
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for time.Now().Before(end) {
				if sent.Add(1) > n {
					return
				}
				form := url.Values{"token": {b.token}, "username": {fmt.Sprint("nessuna-", stranger.Add(1))}, "passphrase": {"tentativo"}}
				r, err := http.NewRequest(http.MethodPost, w.url+"/entra", strings.NewReader(form.Encode()))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				for name, value := range b.cookies {
					r.AddCookie(&http.Cookie{Name: name, Value: value})
				}
				res, err := web.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				res.Body.Close()
			}
		})
	}
	all.Wait()
	return min(sent.Load(), n)
}

func (w *town) leaves(t testing.TB) (n int) {
	t.Helper()
	must(t, w.sqlite(t, mainFile).QueryRow("SELECT count(*) FROM leaf").Scan(&n))
	return n
}

// TestAttackOneStrangerLocksEverybodyOut: one stranger sends the sign-in form 620
// times. Whoever signed in on her device before still gets in, and so does her
// passphrase on a covered page.
func TestAttackOneStrangerLocksEverybodyOut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	anna := w.signIn(t, "anna")
	covered := w.signIn(t, "bruna")
	covered.post("/copri")
	w.flood(t, 620, time.Minute)
	p := w.people["anna"]
	anna.post("/esci")
	anna.get("/entra")
	if got := anna.post("/entra", "username", p.Username, "passphrase", p.Passphrase); got.leads != "/entra/codice" {
		fell(t, "after 620 posts of a stranger her own device gets %d, not the page of the code", got.status)
	} else if anna.post("/entra/codice", "code", p.code(t)); anna.page.status != http.StatusSeeOther {
		fell(t, "after 620 posts of a stranger her code on her own device gets %d", anna.page.status)
	}
	covered.get("/riprendi")
	if got := covered.post("/riprendi", "passphrase", w.people["bruna"].Passphrase); got.status != http.StatusSeeOther {
		fell(t, "after 620 posts of a stranger the covered page gets %d", got.status)
	}
}

// TestAttackStrangerFillsTheLog: a hundred names that nobody has leave a handful
// of leaves, not one for each passphrase that was stretched.
func TestAttackStrangerFillsTheLog(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	before, began, sent := w.leaves(t), time.Now(), int64(0)
	for {
		sent += w.flood(t, 25, time.Minute)
		long := time.Since(began)
		if w.leaves(t)-before > 10 || sent >= 100 && long > 10*time.Second || long > 2*time.Minute {
			break
		}
	}
	w.stop(t) // what was not told yet is told now
	if grown := w.leaves(t) - before; grown > 10 {
		fell(t, "a stranger who sent %d wrong names made %d leaves", sent, grown)
	}
	if said, code := w.run(t, "audit", "verify", "--records"); code != 0 {
		t.Errorf("verify: %d %s", code, said)
	}
}
