package units

import (
	"context"
	"sync"

	"sportello/policies/acts"
)

// Roster is who and what there is, by id: public facts of agencies, units and
// users for showing names beside pseudonyms. It decides nothing.
type Roster struct {
	Agencies map[string]*acts.Agency
	Units    map[string]*acts.Unit
	People   map[string]*acts.Person
	Epochs   map[string]int64 // newest epoch of each unit; 0 until founded
	Recovery map[string]bool  // the unit accepted a recovery recipient
	Posted   []*acts.Posted   // every version of what is posted, by entry
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

// Roster reads the roster, verified against the log like every row. A Partial comes
// beside one that lacks what is not what the log names: for a page that only shows
// names. It is not kept.
func (h *House) Roster(ctx context.Context) (*Roster, error) {
	h.roster.mu.Lock()
	current, stamp := h.roster.current, h.roster.stamp
	if current != nil && h.roster.made == stamp {
		h.roster.mu.Unlock()
		return current, nil
	}
	h.roster.mu.Unlock()
	next := &Roster{Agencies: map[string]*acts.Agency{}, Units: map[string]*acts.Unit{}, People: map[string]*acts.Person{}, Epochs: map[string]int64{}, Recovery: map[string]bool{}}
	var bad error
	err := h.look(ctx, func(r acts.Reader) (err error) {
		bad, err = next.Read(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	if bad != nil {
		return next, &acts.Partial{Cause: bad}
	}
	h.roster.mu.Lock()
	defer h.roster.mu.Unlock()
	h.roster.current, h.roster.made = next, stamp
	return next, nil
}

// Read fills an empty roster. bad is why somebody or something is not in it.
func (o *Roster) Read(r acts.Reader) (bad, err error) {
	var spared acts.Act
	agencies, err := acts.AllAgencies.Rows(r)
	if err = spared.Spare(err); err != nil {
		return nil, err
	}
	for _, a := range agencies {
		o.Agencies[a.ID] = a
	}
	units, err := acts.AllUnits.Rows(r)
	if err = spared.Spare(err); err != nil {
		return nil, err
	}
	for _, u := range units {
		recovery, err := RecoveryOf(r, u.ID)
		if spared := spared.Spare(err); spared != nil {
			return nil, spared
		}
		if err == nil {
			o.Units[u.ID], o.Epochs[u.ID], o.Recovery[u.ID] = u, r.Epoch(u.ID), !recovery.None()
		}
	}
	people, err := acts.AllPeople.Rows(r)
	for _, p := range people {
		o.People[p.ID] = p
	}
	if err = spared.Spare(err); err != nil {
		return nil, err
	}
	o.Posted, err = acts.AllPosted.Rows(r)
	err = spared.Spare(err)
	return spared.Spared(), err
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

// MembersOf counts the active members of a unit.
func (o *Roster) MembersOf(unit string) int {
	n := 0
	for _, p := range o.People {
		if p.Unit == unit && p.State == string(acts.Active) {
			n++
		}
	}
	return n
}
