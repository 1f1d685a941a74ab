package store

import (
	"sync"

	"sportello/policies/audit"
	"sportello/referrals"
)

// knownCards remembers, of case rows that were read whole and had the digest of
// the log, the digest of their card. It holds nothing that a card says.
type knownCards struct {
	mu    sync.RWMutex
	known map[string]knownCard
}

type knownCard struct {
	row  audit.Digest16
	card referrals.Shown
}

// cardsMax bounds what is remembered: 200,000 cards are about 40 MB.
const cardsMax = 200_000

// genuine tells whether a card is that of the row with this digest.
func (k *knownCards) genuine(c referrals.Shown, row audit.Digest16) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	known, ok := k.known[c.ID]
	return ok && known == knownCard{row, c}
}

// learn remembers the card of a verified row.
func (k *knownCards) learn(c referrals.Shown, row audit.Digest16) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= cardsMax {
		k.known = map[string]knownCard{}
	}
	k.known[c.ID] = knownCard{row, c}
}
