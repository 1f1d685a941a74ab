package sending

import (
	"net/http"
	"strings"

	"sportello/referrals"
	"sportello/referrals/sharing"
	"sportello/server/frame"
)

// ChooseCentrePage is "choose-centre". Searching posts need, area, near (a
// municipality she names) and away to /schede/ID/centro; choosing leads to
// /schede/ID/centri/CENTRE.
type ChooseCentrePage struct {
	frame.Page
	frame.CaseHead
	CentreForm
	Centres []frame.Centre
}

// ChooseCentre lists the centres, nearest first from the municipality she names.
func ChooseCentre(q *frame.Request) (frame.Shown, error) {
	page := &ChooseCentrePage{Page: q.Base(TitleChooseCentre)}
	q.Fill(&page.CentreForm)
	near, nearKnown := sharing.MunicipalityOf(page.From)
	away, awayKnown := sharing.MunicipalityOf(page.Away)
	if page.From != "" && !nearKnown {
		page.Fail("near", "centre.place_unknown")
	}
	if page.Away != "" && !awayKnown {
		page.Fail("away", "centre.place_unknown")
	}
	v, err := prepare(q, referrals.Preparing{Lat: near.Lat, Lon: near.Lon})
	if err != nil {
		return nil, err
	}
	page.CaseHead = frame.HeadOf(q, v.CaseHead, "referrals")
	for _, c := range v.Centres {
		if page.Need != "" && !frame.Contains(strings.Fields(c.Needs), page.Need) ||
			page.Area != "" && !strings.Contains(strings.ToLower(c.Area+" "+c.Town), strings.ToLower(strings.TrimSpace(page.Area))) ||
			awayKnown && c.Lat != 0 && sharing.Km(away.Lat, away.Lon, c.Lat, c.Lon) < farEnough {
			continue
		}
		page.Centres = append(page.Centres, centre(c))
	}
	return page, nil
}

// FindCentres shows the centres again, those that fit alone.
func FindCentres(q *frame.Request, _ *CentreForm) error {
	return q.ShowBack(http.StatusOK, func(q *frame.Request, _ error) (frame.Shown, error) { return ChooseCentre(q) }, nil)
}

// CentreForm is by what a centre is looked for.
type CentreForm struct {
	Need string `form:"need" words:"need"`
	Area string `form:"area" max:"120"`
	From string `form:"near" max:"120"` // a municipality she names; never her address
	Away string `form:"away" max:"120"` // "lontano da": a municipality to keep away from
}

// farEnough is how far "lontano da" keeps a centre away, in kilometres.
const farEnough = 30

func centre(c sharing.CentreEntry) frame.Centre {
	v := frame.Centre{ID: c.ID, Name: c.Name, Area: c.Area, Needs: strings.Fields(c.Needs), Hours: c.Hours,
		Languages: strings.Fields(c.Languages), Phone: c.Phone, Cost: c.Cost, Distance: max(c.Km, 0), State: "unpinned"}
	if c.Pinned {
		v.State = "confirm_voice"
	}
	if c.Known() {
		v.State = "pinned"
	} else {
		v.Mark = v.State
	}
	if c.Ended {
		v.State = "ended"
	}
	return v
}

// What the page says.
const (
	TitleChooseCentre = "centre.title"
)
