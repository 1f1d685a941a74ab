package store

import (
	"sync"

	"sportello/policies/audit"
)

// knownCards remembers, of case rows that were read whole and had the digest of
// the log, the digest of their card. It holds nothing that a card says, and no
// pointers for the collector to follow.
type knownCards struct {
	mu    sync.RWMutex
	known map[audit.Digest16][32]byte
}

// cardsMax bounds what is remembered: 200,000 cards are about 12 MB.
const cardsMax = 200_000

// genuine tells whether a card is that of the row with this digest, which is of
// one row at one version.
func (k *knownCards) genuine(card [32]byte, row audit.Digest16) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	known, ok := k.known[row]
	return ok && known == card
}

// learn remembers the card of a verified row.
func (k *knownCards) learn(card [32]byte, row audit.Digest16) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= cardsMax {
		k.known = map[audit.Digest16][32]byte{}
	}
	k.known[row] = card
}
