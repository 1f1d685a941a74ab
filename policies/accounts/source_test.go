package accounts

import (
	"fmt"
	"testing"
	"time"
)

// tries counts how many of n tries a bucket lets through.
func (b *buckets) tries(n int, now time.Time, address func(i int) string) int {
	let := 0
	for i := range n {
		if b.take(address(i), now) == 0 {
			let++
		}
	}
	return let
}

func one(address string) func(int) string { return func(int) string { return address } }

// TestBuckets: a source has a burst and what comes back with time, whatever other
// sources do; an IPv6 customer is one /64, and at most four of them.
func TestBuckets(t *testing.T) {
	var b buckets
	now := time.Date(2026, 11, 20, 19, 40, 0, 0, time.UTC)
	expect := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d let through, want %d", what, got, want)
		}
	}
	expect("an address", b.tries(100, now, one("192.0.2.1")), sourceBurst)
	expect("the same, written otherwise", b.tries(1, now, one("::ffff:192.0.2.1")), 0)
	expect("another", b.tries(100, now, one("192.0.2.2")), sourceBurst)
	if wait := b.take("192.0.2.1", now); wait != sourceEvery {
		t.Errorf("the next is told to wait %v, want %v", wait, sourceEvery)
	}
	now = now.Add(3 * sourceEvery)
	expect("three intervals later", b.tries(100, now, one("192.0.2.1")), 3)
	b.giveBack("192.0.2.1", now)
	expect("after a success", b.tries(100, now, one("192.0.2.1")), 1)
	expect("a /64", b.tries(100, now, func(i int) string { return fmt.Sprintf("2001:db8:1:1::%x", i) }), sourceBurst)
	expect("the rest of its /48", b.tries(1000, now, func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i+2) }), (wideFactor-1)*sourceBurst)
	expect("another /48", b.tries(1, now, one("2001:db8:2::1")), 1)
	for range 50 {
		b.giveBack("192.0.2.9", now)
	}
	expect("given back what was never taken", b.tries(100, now, one("192.0.2.9")), sourceBurst)
}

// TestBucketsAreBounded: more sources than can be remembered share one bucket, and
// nobody's own is forgotten before it is full again.
func TestBucketsAreBounded(t *testing.T) {
	var b buckets
	now := time.Date(2026, 11, 20, 19, 40, 0, 0, time.UTC)
	b.tries(sourceBurst, now, one("192.0.2.1"))
	many := func(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255) }
	let := b.tries(2*maxSources, now.Add(time.Second), many)
	if let > maxSources+sourceBurst || len(b.full) > maxSources+1 {
		t.Errorf("%d were let through and %d are remembered, want at most %d", let, len(b.full), maxSources)
	}
	if b.take("192.0.2.1", now.Add(2*time.Second)) == 0 {
		t.Error("a source got rid of its bucket by bringing others")
	}
	if b.take("172.16.0.1", now.Add(time.Minute)) != 0 || len(b.full) > 10 {
		t.Errorf("what is full again is not forgotten: %d are remembered", len(b.full))
	}
}
