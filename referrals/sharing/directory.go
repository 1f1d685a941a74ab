package sharing

import (
	"context"
	"errors"
	"math"
	"sort"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/kept"
	"sportello/referrals/towns"
)

// CentreEntry is a centre in the directory: public facts only.
type CentreEntry struct {
	acts.Unit
	Km     int  // from the municipality she named; -1 where that or the centre's place is not known
	Pinned bool // this desk compared its words
	Ended  bool // its agency is not responsible any more: nothing can be sent to it
	// Confirm asks to compare its words by voice again: a key came since that
	// somebody it shut out may have made.
	Confirm bool
}

// Known tells whether this desk knows the centre's key to be genuine. Anybody who
// can enter a unit can give it the name of a true one, and a number of his own.
func (c CentreEntry) Known() bool { return c.Pinned && !c.Confirm }

// Directory lists the centres that were founded, first those whose words this desk
// compared, and of each sort nearest first to the place at (lat, lon), given
// in hundred-thousandths of a degree, or by name when both are zero; those whose place
// is not known come last. A distance is measured from a municipality she names, never
// from her address.
func (d *Desk) Directory(ctx context.Context, who acts.Caller, lat, lon int64) ([]CentreEntry, audit.Receipt, error) {
	var all []CentreEntry
	receipt, err := d.work.Do(ctx, who, policies.DirectoryRead, func(r kept.Reader, act *acts.Act) error {
		all = nil
		if err := act.Allow(policies.Object{Kind: policies.KindDirectory}); err != nil {
			return err
		}
		var err error
		all, err = Centres(r, act, lat, lon)
		return err
	})
	return all, receipt, err
}

// Centres lists the centres for an act that asked for it.
func Centres(r kept.Reader, act *acts.Act, lat, lon int64) ([]CentreEntry, error) {
	var all []CentreEntry
	there, err := acts.AllUnits.Rows(r)
	if err != nil {
		return nil, err
	}
	pins, err := units.PinsOfUnit.Rows(r, act.Who.Unit())
	if err != nil {
		return nil, err
	}
	known := map[string]*units.Pin{}
	for _, p := range pins {
		known[p.Centre] = p
	}
	for _, u := range there {
		if u.Is().Packages && r.Epoch(u.ID) > 0 {
			pin := known[u.ID]
			over := kept.Ended(r, act.Day, u)
			if over != nil && !errors.Is(over, kept.ErrEnded) {
				return nil, over
			}
			genuine, err := kept.KnownGenuine(r, act.Who.Unit(), u.ID)
			if err != nil {
				return nil, err
			}
			e := CentreEntry{Ended: over != nil, Unit: *u, Pinned: pin != nil, Confirm: pin != nil && !genuine}
			if place, ok := towns.Known(u.Town); ok && u.Lat == 0 && u.Lon == 0 { // entered by name alone
				e.Lat, e.Lon = place.Lat, place.Lon
			}
			e.Km = Km(lat, lon, e.Lat, e.Lon)
			all = append(all, e)
		}
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.Known() != b.Known() {
			return a.Known()
		}
		return a.Km >= 0 && (b.Km < 0 || a.Km < b.Km)
	})
	return all, nil
}

// Km is the great-circle distance between two places in hundred-thousandths of
// a degree (haversine, mean Earth radius 6,371 km); -1 when one is unknown.
func Km(lat1, lon1, lat2, lon2 int64) int {
	if lat1 == 0 && lon1 == 0 || lat2 == 0 && lon2 == 0 {
		return -1
	}
	rad := func(e5 int64) float64 { return float64(e5) / 1e5 * math.Pi / 180 }
	dLat, dLon := rad(lat2-lat1), rad(lon2-lon1)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(rad(lat1))*math.Cos(rad(lat2))*math.Pow(math.Sin(dLon/2), 2)
	return int(math.Round(2 * 6371 * math.Asin(math.Sqrt(h))))
}
