package sharing_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/rule"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// holdsSecret tells whether a record's shred secret is still there.
func holdsSecret(t *testing.T, w *storetest.World, table, id string) bool {
	t.Helper()
	var secret string
	var n int
	for _, c := range []struct {
		file, query string
		arg         any
		to          any
	}{
		{store.MainFile, "SELECT secret FROM " + table + " WHERE id = ?", id, &secret},
		{filepath.Join(store.SecretsDir, store.ShredFile), "SELECT count(*) FROM shred WHERE id = ?", &secret, &n},
	} {
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, c.file)+"?mode=ro")
		storetest.Try(t, "opening a file", err)
		arg := c.arg
		if p, ok := arg.(*string); ok {
			arg = *p
		}
		storetest.Try(t, "reading a file", errors.Join(db.QueryRow(c.query, arg).Scan(c.to), db.Close()))
	}
	return n == 1
}

// TestWhatIsOverEndsByItself: declined, finished and expired, a week later or once
// the desk read the answer; a task that is done at once. The service holds no key
// for it. What lives stays.
func TestWhatIsOverEndsByItself(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, console := t.Context(), acts.ConsoleCaller()
	sent := func(until string) (caseID, id, task string) {
		t.Helper()
		out := storetest.Rosa(t, w)
		in := allowed(w, "support", "alias")
		in.Until = until
		id = give(t, w, out.CaseID, in)
		storetest.Try(t, "sending", sendIt(t, w, id))
		return out.CaseID, id, out.TaskID
	}
	day := func(n int) string { return w.Clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	late := day(200)
	_, lives, _ := sent(late)
	_, declined, _ := sent(late)
	_, read, _ := sent(late)
	file, closed, done := sent(late)
	_, expired, _ := sent(day(2))
	anna, bruna, sofia := w.SignIn("anna"), w.SignIn("bruna"), w.SignIn("sofia")
	for _, id := range []string{declined, read} {
		_, err := w.Desk.Sharing.Decline(ctx, bruna, id, "full")
		storetest.Try(t, "declining", err)
	}
	_, err := w.Desk.Sharing.MarkAnswerSeen(ctx, anna, read, "nothing")
	storetest.Try(t, "reading the answer", err)
	_, err = w.Desk.Sharing.Accept(ctx, bruna, closed)
	storetest.Try(t, "accepting", err)
	_, err = w.Desk.Sharing.Outcome(ctx, bruna, closed, "closed")
	storetest.Try(t, "closing", err)
	_, err = w.Desk.Sharing.TakeTask(ctx, sofia, done)
	storetest.Try(t, "taking the task", err)
	_, err = w.Desk.Sharing.CloseTask(ctx, sofia, done)
	storetest.Try(t, "ending the task", err)

	end := func(want int) {
		t.Helper()
		n, err := w.Desk.EndOver(ctx, console)
		if err != nil || n != want {
			t.Fatalf("ended %d, want %d: %v", n, want, err)
		}
	}
	if _, err := w.Desk.EndOver(ctx, anna); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("ending by a person: %v", err)
	}
	end(2) // the answer that was read, the task that is done
	size := w.Store.Log().Size()
	end(0)
	if w.Store.Log().Size() != size {
		t.Error("a leaf where nothing was over")
	}
	w.Clock.Add(7 * 24 * time.Hour)
	end(0)
	w.Clock.Add(24 * time.Hour)
	end(2) // declined and finished
	w.Clock.Add(2 * 24 * time.Hour)
	end(1) // expired
	for _, id := range []string{declined, read, closed, expired} {
		if holdsSecret(t, w, "referral", id) {
			t.Error("the secret of what is over is still there")
		}
		v, _, err := w.Desk.Sharing.ReadReferral(ctx, w.SignIn("anna"), id)
		if err != nil || !v.Erased || len(v.Package.Fields) != 0 || len(v.Steps) == 0 {
			t.Errorf("the desk reads what is over: %+v, %v", v.ReferralLine, err)
		}
	}
	if holdsSecret(t, w, "task", done) || !holdsSecret(t, w, "referral", lives) {
		t.Error("the wrong secrets went")
	}
	anna, bruna = w.SignIn("anna"), w.SignIn("bruna")
	_, err = w.Desk.Sharing.MarkAnswerSeen(ctx, anna, declined, "nothing")
	storetest.Try(t, "reading an answer late", err)
	if v, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, lives); err != nil || v.Package.Fields[0].Value != "Rosa" {
		t.Errorf("what lives: %v", err)
	}
	if _, _, err := w.Desk.Sharing.Inbox(ctx, bruna); err != nil {
		t.Errorf("the inbox: %v", err)
	}
	if _, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, closed); err == nil {
		t.Error("the centre opens what is over")
	}
	if _, _, err := w.Desk.ReadAgenda(ctx, anna); err != nil {
		t.Errorf("the Agenda: %v", err)
	}
	v := storetest.Open(t, w, anna, file)
	_, err = w.Desk.Cases.ChangeSafeContact(ctx, anna, file, v.Version, rule.SafeContact{DeskOnly: true}, "code_word")
	storetest.Try(t, "changing her rule beside what is over", err)
	_, err = w.Desk.Sharing.Revoke(ctx, anna, closed, "code_word")
	storetest.Try(t, "taking back what is over", err)
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("the records: %v", r.Problems)
	}
}
