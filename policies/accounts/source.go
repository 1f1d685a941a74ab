package accounts

import (
	"net/netip"
	"sync"
	"time"
)

// What one source may try without being known: a burst, and one more after each
// interval. A source is an IPv4 address or an IPv6 /64; a /48, which one customer
// may hold whole, may do four times as much.
const (
	sourceBurst = 20
	sourceEvery = 15 * time.Second
	wideFactor  = 4

	// maxSources bounds what is remembered, some hundred bytes each. A bucket is
	// forgotten only when it is full again, never to make room: whoever brings more
	// sources than this has all the further ones share one bucket.
	maxSources = 1 << 16
	sweepEvery = time.Second
)

// buckets counts, in memory alone, what sources try: the first thing that is asked
// of somebody unknown, before anything is read, written, stretched or recorded. It
// keeps for each source the moment at which its bucket is full again.
type buckets struct {
	mu    sync.Mutex
	full  map[string]time.Time
	swept time.Time
}

// bucket is what bounds a source.
type bucket struct {
	key   string
	burst time.Duration // until an empty one is full
	every time.Duration
}

// bucketsOf are those that an address takes from. What is no address, as in a
// test, is a source by itself.
func bucketsOf(address string) []bucket {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return []bucket{{address, sourceBurst * sourceEvery, sourceEvery}}
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return []bucket{{a.String(), sourceBurst * sourceEvery, sourceEvery}}
	}
	near, _ := a.Prefix(64)
	wide, _ := a.Prefix(48)
	return []bucket{
		{near.String(), sourceBurst * sourceEvery, sourceEvery},
		{wide.String(), sourceBurst * sourceEvery, sourceEvery / wideFactor},
	}
}

// take takes one from each bucket of an address. Where one is empty it takes none
// and says after what time there will be one.
func (b *buckets) take(address string, now time.Time) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.slotsFor(bucketsOf(address), now)
	for _, k := range all {
		wait = max(wait, b.after(k, now).Sub(now)-k.burst)
	}
	if wait > 0 {
		return wait
	}
	for _, k := range all {
		b.full[k.key] = b.after(k, now)
	}
	return 0
}

// after is when a bucket will be full again once one more is taken.
func (b *buckets) after(k bucket, now time.Time) time.Time {
	if full := b.full[k.key]; full.After(now) {
		return full.Add(k.every)
	}
	return now.Add(k.every)
}

// giveBack returns one to each bucket of an address: that one try succeeded.
func (b *buckets) giveBack(address string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range b.slotsFor(bucketsOf(address), now) {
		if full, ok := b.full[k.key]; ok {
			b.full[k.key] = full.Add(-k.every)
		}
	}
}

// slotsFor makes sure that there is room for the buckets; where there is none they
// are the one that the late share.
func (b *buckets) slotsFor(all []bucket, now time.Time) []bucket {
	if b.full == nil {
		b.full = map[string]time.Time{}
	}
	for i, k := range all {
		if _, known := b.full[k.key]; !known && !b.room(now) {
			all[i].key = "the late"
		}
	}
	return all
}

// room forgets the buckets that are full again, now and then, and tells whether
// another one can be remembered.
func (b *buckets) room(now time.Time) bool {
	if len(b.full) < maxSources {
		return true
	}
	if since := now.Sub(b.swept); since < 0 || since >= sweepEvery {
		b.swept = now
		for key, full := range b.full {
			if !full.After(now) {
				delete(b.full, key)
			}
		}
	}
	return len(b.full) < maxSources
}
