package units

import (
	"context"
	"sportello/policies/acts"
	"sync"
)

// Roster is who and what there is, by id: public facts of agencies, units and
// users for showing names beside pseudonyms. It decides nothing.
type Roster struct {
	Agencies map[string]*acts.Agency
	Units    map[string]*acts.Unit
	People   map[string]*acts.Person
	Epochs   map[string]int64 // newest epoch of each unit; 0 until founded
	Recovery map[string]bool  // the unit accepted a recovery recipient
}

// rosterCache keeps the roster until an act of the door changes it.
type rosterCache struct {
	mu      sync.Mutex
	current *Roster
	stamp   int64 // raised by each act that may change it
	made    int64
}

func (c *rosterCache) changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stamp++
}

// Roster reads the roster, verified against the log like every row.
func (h *House) Roster(ctx context.Context) (*Roster, error) {
	h.roster.mu.Lock()
	current, stamp := h.roster.current, h.roster.stamp
	if current != nil && h.roster.made == stamp {
		h.roster.mu.Unlock()
		return current, nil
	}
	h.roster.mu.Unlock()
	next := &Roster{Agencies: map[string]*acts.Agency{}, Units: map[string]*acts.Unit{}, People: map[string]*acts.Person{}, Epochs: map[string]int64{}, Recovery: map[string]bool{}}
	if err := h.look(ctx, func(r acts.Reader) error { return next.read(r) }); err != nil {
		return nil, err
	}
	h.roster.mu.Lock()
	defer h.roster.mu.Unlock()
	h.roster.current, h.roster.made = next, stamp
	return next, nil
}

func (o *Roster) read(r acts.Reader) error {
	agencies, err := acts.AllAgencies.Rows(r)
	if err != nil {
		return err
	}
	for _, a := range agencies {
		o.Agencies[a.ID] = a
	}
	units, err := acts.AllUnits.Rows(r)
	if err != nil {
		return err
	}
	for _, u := range units {
		o.Units[u.ID] = u
		o.Epochs[u.ID] = r.Epoch(u.ID)
		recovery, err := RecoveryOf(r, u.ID)
		if err != nil {
			return err
		}
		o.Recovery[u.ID] = !recovery.None()
	}
	people, err := acts.AllPeople.Rows(r)
	for _, p := range people {
		o.People[p.ID] = p
	}
	return err
}

// UnitName is a unit's name, or empty.
func (o *Roster) UnitName(id string) string {
	if u, ok := o.Units[id]; ok {
		return u.Name
	}
	return ""
}

// Username is a person's user name, or her pseudonym when she is unknown.
func (o *Roster) Username(id string) string {
	if p, ok := o.People[id]; ok {
		return p.Username
	}
	return id
}
