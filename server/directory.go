package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/sharing"
)

// entryPage is where a centre's members, or the lead of a desk, change what the
// directory says of it, or of a service that has no members here.
func (q *request) entryPage() error {
	u, err := q.s.house.KeptEntry(q.ctx(), q.who, q.id("unit"))
	if err != nil {
		return err
	}
	page := &DirectoryPage{Page: q.base(TitleDirectory), ID: u.ID, Name: u.Name, Kind: u.Kind, Version: version(u.Version),
		Form: DirectoryForm{Area: u.Area, Town: u.Town, Hours: u.Hours, Phone: u.Phone,
			Cost: u.Cost, Needs: strings.Fields(u.Needs), Languages: strings.Fields(u.Languages)}}
	if q.filled {
		ReadForm(q.form, &page.Form)
	}
	return q.show(http.StatusOK, "directory", page)
}

func (q *request) saveEntry() error {
	u, err := q.s.house.KeptEntry(q.ctx(), q.who, q.id("unit"))
	if err != nil {
		return err
	}
	page := &DirectoryPage{Page: q.base(TitleDirectory), ID: u.ID, Name: u.Name, Kind: u.Kind, Version: q.form.Get("version")}
	ReadForm(q.form, &page.Form)
	if page.Form.Cost == "" {
		page.Form.Cost = u.Cost // nothing chosen changes nothing
	}
	entry := page.entry()
	seen, err := strconv.ParseInt(page.Version, 10, 64)
	if err != nil {
		return acts.ErrConflict
	}
	if len(page.Errors) > 0 {
		return q.show(http.StatusUnprocessableEntity, "directory", page)
	}
	ok, err := q.stepUp(policies.DirectoryUpdate, u.ID, StepUpDirectory, u.Name)
	if !ok {
		return err
	}
	receipt, err := q.s.house.UpdateEntry(q.ctx(), q.who, u.ID, entry, seen)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashDirectory, "/unita/"+u.ID+"/elenco")
}

// entry is what was typed, each part held to its length and its words.
func (p *DirectoryPage) entry() units.Entry {
	f := &p.Form
	for _, field := range []struct {
		name, value string
		max         int
	}{{"area", f.Area, 400}, {"town", f.Town, 240}, {"hours", f.Hours, 400}, {"phone", f.Phone, 80}} {
		if len(field.value) > field.max {
			p.Fail(field.name, "error.too_long")
		}
	}
	if !IsWord("cost", f.Cost) {
		p.Fail("cost", FailChoice)
	}
	place, known := sharing.PlaceOf(f.Town)
	if f.Town != "" && !known {
		p.Fail("town", "centre.place_unknown")
	}
	return units.Entry{Area: strings.TrimSpace(f.Area), Town: strings.TrimSpace(f.Town), Hours: strings.TrimSpace(f.Hours),
		Phone: strings.TrimSpace(f.Phone), Cost: f.Cost, Needs: onlyWords("need", f.Needs), Languages: onlyWords("language", f.Languages),
		Lat: place.Lat, Lon: place.Lon}
}

// onlyWords keeps, once each, the codes that belong to a list.
func onlyWords(list string, values []string) string {
	var kept []string
	for _, w := range Words(list) {
		if slices.Contains(values, w) {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// keptEntries are the entries that the caller's unit keeps, for the lead of a
// desk or a social service: its own, and those of services without members.
func (q *request) keptEntries() ([]Unit, error) {
	if q.who.Role() != policies.Lead || !q.isDesk() {
		return nil, nil
	}
	roster, err := q.roster()
	if err != nil {
		return nil, err
	}
	var all []Unit
	for _, u := range sorted(roster.Units, unitName) {
		if u.ID == q.who.Unit() || u.Agency == q.who.Agency() && roster.Epochs[u.ID] == 0 && !u.Is().Audits {
			all = append(all, Unit{u.ID, u.Name})
		}
	}
	return all, nil
}

// alsoFor lists, for each need she named, the other desks and services that the
// directory marks for it. It is information: nothing is sent.
func alsoFor(roster *units.Roster, unit string, needs []string) []Also {
	var all []Also
	units := sorted(roster.Units, unitName)
	for _, need := range Words("need") {
		if !slices.Contains(needs, need) {
			continue
		}
		also := Also{Need: need}
		for _, u := range units {
			desk := u.Is().KeepsCases
			if desk && u.ID != unit && slices.Contains(strings.Fields(u.Needs), need) {
				also.Services = append(also.Services, Centre{ID: u.ID, Name: u.Name, Area: u.Area, Hours: u.Hours, Phone: u.Phone,
					Languages: strings.Fields(u.Languages), Cost: u.Cost})
			}
		}
		if len(also.Services) > 0 {
			all = append(all, also)
		}
	}
	return all
}
