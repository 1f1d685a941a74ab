package admin

import (
	"net/http"
	"time"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/towns"
	"sportello/server/frame"
)

// TerritoryPage is "territory": the municipalities that a unit is there for. Posts
// TerritoryForm and version to /unita/ID/territorio.
type TerritoryPage struct {
	frame.Page
	ID   string
	Name string
	TerritoryForm
	Wrong   []towns.Wrong // lines that cannot be taken
	Gaps    []string      // what its agency names and no unit is there for
	Version string
}

// TerritoryForm is a territory as it is typed.
type TerritoryForm struct {
	Towns string `form:"towns" max:"16000"` // one a line
}

// Territory answers GET /unita/{unit}/territorio.
func Territory(q *frame.Request) (frame.Shown, error) {
	page, _, err := territoryPage(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func territoryPage(q *frame.Request) (*TerritoryPage, *acts.Unit, error) {
	all, err := administers(q)
	if err != nil {
		return nil, nil, err
	}
	u, ok := all.Units[q.ID("unit")]
	if !ok {
		return nil, nil, acts.ErrDenied
	}
	page := &TerritoryPage{Page: q.Base(TitleTerritory), ID: u.ID, Name: u.Name, Version: frame.Version(u.Version),
		TerritoryForm: TerritoryForm{towns.Lines(towns.Of(u.Territory))}, Gaps: gaps(all, u.Agency, q.Desk.Day())}
	q.Fill(&page.TerritoryForm)
	return page, u, nil
}

// SaveTerritory answers POST /unita/{unit}/territorio.
func SaveTerritory(q *frame.Request, _ *TerritoryForm) error {
	page, u, err := territoryPage(q)
	if err != nil {
		return err
	}
	version := q.Version()
	if version == 0 {
		return acts.ErrConflict
	}
	page.Version = frame.Version(version)
	codes, wrong := towns.List(page.Towns)
	if page.Wrong = wrong; len(wrong) > 0 {
		page.Fail("towns", FailTowns)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	receipt, err := q.Office.SetTerritory(q.Context(), q.Who, u.ID, codes, version)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashTerritory, "/enti/"+u.Agency)
}

// MandateLine is a mandate on its agency's page.
type MandateLine struct {
	acts.Mandate
	Towns []towns.Place
	Last  time.Time // its last day
	Ended bool
}

// UnitTowns are the municipalities that a unit is there for.
type UnitTowns struct {
	ID, Name string
	Towns    []towns.Place
}

// territory shows for whom an agency works, and which of its units is there for whom.
func (p *AgencyPage) territory(q *frame.Request, all *office.Administration, agency string) {
	day := q.Desk.Day()
	for _, m := range all.Mandates {
		if m.Agency == agency {
			p.Mandates = append(p.Mandates, MandateLine{Mandate: *m, Towns: towns.Of(m.Towns), Last: q.Day(m.Ends), Ended: m.Over(day)})
		}
	}
	for _, u := range frame.Sorted(all.Units, frame.UnitName) {
		if u.Agency == agency {
			p.Units = append(p.Units, UnitTowns{u.ID, u.Name, towns.Of(u.Territory)})
		}
	}
	p.Gaps, p.Lapsed = gaps(all, agency, day), lapsed(all, agency, day)
}

// What the page says.
const (
	TitleTerritory = "territory.title"
	FlashTerritory = "territory.saved"
)
