package people

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/towns"
	"sportello/server/frame"
)

// DirectoryPage is "directory": a unit's public entry. Posts DirectoryForm
// and version to /unita/ID/elenco.
type DirectoryPage struct {
	frame.Page
	ID      string
	Name    string
	Kind    string // a word of "unit_kind"
	Version string
	Towns   []string // municipalities to choose from, where several fit what was typed
	Form    DirectoryForm
}

// Directory is where a centre's members, or the lead of a desk, change what the
// directory says of it, or of a service that has no members here.
func Directory(q *frame.Request) (frame.Shown, error) {
	u, err := q.House.KeptEntry(q.Context(), q.Who, q.ID("unit"))
	if err != nil {
		return nil, err
	}
	page := &DirectoryPage{Page: q.Base(TitleDirectory), ID: u.ID, Name: u.Name, Kind: u.Kind, Version: frame.Version(u.Version),
		Form: DirectoryForm{Area: u.Area, Town: u.Town, Hours: u.Hours, Phone: u.Phone,
			Cost: u.Cost, Needs: strings.Fields(u.Needs), Languages: strings.Fields(u.Languages)}}
	q.Fill(&page.Form)
	return page, nil
}

// SaveEntry answers POST /unita/{unit}/elenco.
func SaveEntry(q *frame.Request, f *DirectoryForm) error {
	u, err := q.House.KeptEntry(q.Context(), q.Who, q.ID("unit"))
	if err != nil {
		return err
	}
	page := &DirectoryPage{Page: q.Base(TitleDirectory), ID: u.ID, Name: u.Name, Kind: u.Kind, Version: q.Hidden("version"), Form: *f}
	if page.Form.Cost == "" {
		page.Form.Cost = u.Cost // nothing chosen changes nothing
	}
	entry := page.entry()
	seen, err := strconv.ParseInt(page.Version, 10, 64)
	if err != nil {
		return acts.ErrConflict
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	ok, err := q.StepUp(policies.DirectoryUpdate, u.ID, StepUpDirectory, u.Name)
	if !ok {
		return err
	}
	receipt, err := q.House.UpdateEntry(q.Context(), q.Who, u.ID, entry, seen)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashDirectory, "/unita/"+u.ID+"/elenco")
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
	if !frame.IsWord("cost", f.Cost) {
		p.Fail("cost", frame.FailChoice)
	}
	place, several, known := towns.Asked(&f.Town, f.TownPick)
	if p.Towns = several; f.Town != "" && !known {
		p.Fail("town", frame.If(several != nil, FailTownSeveral, FailTownUnknown))
	}
	return units.Entry{Area: strings.TrimSpace(f.Area), Town: f.Town, Hours: strings.TrimSpace(f.Hours),
		Phone: strings.TrimSpace(f.Phone), Cost: f.Cost, Needs: onlyWords("need", f.Needs), Languages: onlyWords("language", f.Languages),
		Lat: place.Lat, Lon: place.Lon}
}

// onlyWords keeps, once each, the codes that belong to a list.
func onlyWords(list string, values []string) string {
	var kept []string
	for _, w := range frame.Words(list) {
		if slices.Contains(values, w) {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// Welcomes tells whether the unit receives women who are sent to it.
func (p *DirectoryPage) Welcomes() bool {
	k, _ := acts.UnitKindOf(p.Kind)
	return k.Packages
}

// DirectoryForm is what is typed there; all of it is public anyway.
type DirectoryForm struct {
	Area      string   `form:"area" max:"200"`
	Town      string   `form:"town" max:"120"` // distances are measured from here
	TownPick  string   `form:"town_pick" max:"120"`
	Hours     string   `form:"hours" max:"200"`
	Phone     string   `form:"phone" max:"40"`
	Cost      string   `form:"cost" words:"cost"`
	Needs     []string `form:"needs" words:"need"`
	Languages []string `form:"languages" words:"language"`
}

// What the page says.
const (
	StepUpDirectory = "stepup.directory"
	FlashDirectory  = "directory.saved"
	TitleDirectory  = "directory.title"
	FailTownUnknown = "centre.place_unknown"
	FailTownSeveral = "town.several"
)
