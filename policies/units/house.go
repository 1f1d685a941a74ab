package units

import (
	"context"
	"errors"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/internal/inside"
)

// House keeps the units: who is a member of which, who holds whose keys, and on
// whose word.
type House struct {
	gate      *acts.Gate
	store     acts.Store
	stretcher crypto.Stretcher
	slot      func(context.Context) (free func(), err error)
	roster    rosterCache
}

// NewHouse makes the house. Words that two people compare cost a stretching each:
// it is done in a slot that slot waits for, one of those for people who are known.
func NewHouse(gate *acts.Gate, store acts.Store, slot func(context.Context) (free func(), err error)) (*House, error) {
	if gate == nil || store == nil || slot == nil {
		return nil, errors.New("making the house: gate, store and slots are all needed")
	}
	return &House{gate: gate, store: store, stretcher: crypto.InProcess{}, slot: slot}, nil
}

// StretchWith has words made elsewhere than in this process. It is called while the
// service is put together.
func (h *House) StretchWith(s crypto.Stretcher) { h.stretcher = s }

// Do does an act that may change who and what there is.
func (h *House) Do(ctx context.Context, who acts.Caller, a policies.Action, prepare func(acts.Reader, *acts.Act) error) (audit.Receipt, error) {
	defer h.roster.changed()
	return acts.Do(ctx, h.gate, h.store.Look, who, a, prepare)
}

// Ask does an act that changes nothing of who and what there is.
func (h *House) Ask(ctx context.Context, who acts.Caller, a policies.Action, prepare func(acts.Reader, *acts.Act) error) (audit.Receipt, error) {
	return acts.Do(ctx, h.gate, h.store.Look, who, a, prepare)
}

// Gate is the gate that the house passes.
func (h *House) Gate() *acts.Gate { return h.gate }

// Newest is the version that a new passphrase is stretched with.
func (h *House) Newest() int64 { return h.stretcher.Newest() }

func (h *House) look(ctx context.Context, f func(acts.Reader) error) error {
	return acts.Look(ctx, h.store, f)
}

// us lets this package look into a caller.
var us = inside.New()
