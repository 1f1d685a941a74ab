package main

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"sportello/policies/accounts"
	"sportello/policies/acts"
)

// worked is the processor time of this process: what else the machine does is not in it.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestDemoPeopleSignInNow opens a folder that the demo filled, with the real
// clock, and signs everybody in with what the demo prints.
func TestDemoPeopleSignInNow(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	began := worked(t)
	if err := seedDemo(ctx, dir); err != nil {
		t.Fatal(err)
	}
	if took := worked(t) - began; took > time.Minute {
		t.Errorf("filling the folder took %v of a processor", took)
	}
	people, err := readDemoAccounts(dir)
	if err != nil {
		t.Fatal(err)
	}
	in, err := openInstance(ctx, dir, opening{now: time.Now, stretches: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	callers := map[string]acts.Caller{}
	for _, a := range people {
		pending, err := in.door.Begin(ctx, a.Username, a.Passphrase, accounts.From{Address: "127.0.0.1"})
		if err != nil {
			t.Fatalf("beginning as %s: %v", a.Username, err)
		}
		c, err := code(a.Seed, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		s, err := in.door.Finish(ctx, pending, c, accounts.From{Address: "127.0.0.1"})
		if err != nil {
			t.Fatalf("signing in as %s: %v", a.Username, err)
		}
		callers[a.Username] = s.Caller
	}
	if cards, _, err := in.desk.Sharing.Inbox(ctx, callers["bruna"]); err != nil || len(cards) != 1 {
		t.Errorf("Bruna's inbox: %d referrals, %v", len(cards), err)
	}
	if cards, _, err := in.desk.Sharing.Inbox(ctx, callers["carla"]); err != nil || len(cards) != 0 {
		t.Errorf("Carla's inbox: %d referrals, %v", len(cards), err)
	}
	if cards, _, err := in.desk.Cases.Search(ctx, callers["anna"], "Rosa"); err != nil || len(cards) != 1 {
		t.Errorf("searching Rosa: %d cards, %v", len(cards), err)
	}
	if a, _, err := in.desk.ReadAgenda(ctx, callers["sofia"]); err != nil || len(a.Tasks) != 1 {
		t.Errorf("Sofia's tasks: %d, %v", len(a.Tasks), err)
	}
	if a, _, err := in.desk.ReadAgenda(ctx, callers["anna"]); err != nil || len(a.Recall) == 0 {
		t.Errorf("Anna's calls: %d, %v", len(a.Recall), err)
	}
	if _, err := os.Stat(keyPath(dir, stateFile)); err != nil {
		t.Errorf("the state file: %v", err)
	}
	report, err := in.store.Log().CheckRecords(ctx, in.store)
	if err != nil || len(report.Problems) != 0 {
		t.Errorf("checking the records: %v, %v", report.Problems, err)
	}
}
