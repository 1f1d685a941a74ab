package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/referrals"
)

// entryPage is where a centre's members change what the directory says of it.
func (q *request) entryPage() error {
	u, err := q.s.door.OwnEntry(q.ctx(), q.who, q.id("unit"))
	if err != nil {
		return err
	}
	page := &DirectoryPage{Page: q.base(TitleDirectory), ID: u.ID, Name: u.Name, Version: version(u.Version),
		Form: DirectoryForm{Area: u.Area, Town: u.Town, Hours: u.Hours, Phone: u.Phone,
			Needs: strings.Fields(u.Needs), Languages: strings.Fields(u.Languages)}}
	if q.filled {
		ReadForm(q.form, &page.Form)
	}
	return q.show(http.StatusOK, "directory", page)
}

func (q *request) saveEntry() error {
	u, err := q.s.door.OwnEntry(q.ctx(), q.who, q.id("unit"))
	if err != nil {
		return err
	}
	page := &DirectoryPage{Page: q.base(TitleDirectory), ID: u.ID, Name: u.Name, Version: q.form.Get("version")}
	ReadForm(q.form, &page.Form)
	entry := page.entry()
	seen, err := strconv.ParseInt(page.Version, 10, 64)
	if err != nil {
		return accounts.ErrConflict
	}
	if len(page.Errors) > 0 {
		return q.show(http.StatusUnprocessableEntity, "directory", page)
	}
	ok, err := q.stepUp(policies.DirectoryUpdate, u.ID, StepUpDirectory, u.Name)
	if !ok {
		return err
	}
	receipt, err := q.s.door.UpdateEntry(q.ctx(), q.who, u.ID, entry, seen)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashDirectory, "/unita/"+u.ID+"/elenco")
}

// entry is what was typed, each part held to its length and its words.
func (p *DirectoryPage) entry() accounts.Entry {
	f := &p.Form
	for _, field := range []struct {
		name, value string
		max         int
	}{{"area", f.Area, 400}, {"town", f.Town, 240}, {"hours", f.Hours, 400}, {"phone", f.Phone, 80}} {
		if len(field.value) > field.max {
			p.Fail(field.name, "error.too_long")
		}
	}
	place, known := referrals.PlaceOf(f.Town)
	if f.Town != "" && !known {
		p.Fail("town", "centre.place_unknown")
	}
	return accounts.Entry{Area: strings.TrimSpace(f.Area), Town: strings.TrimSpace(f.Town), Hours: strings.TrimSpace(f.Hours),
		Phone: strings.TrimSpace(f.Phone), Needs: onlyWords("need", f.Needs), Languages: onlyWords("language", f.Languages),
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
