package sending

import (
	"net/http"
	"strings"
	"time"

	"sportello/policies"
	"sportello/referrals"
	"sportello/referrals/sharing"
	"sportello/referrals/towns"
	"sportello/server/frame"
	"sportello/server/parts"
)

// ChooseCentrePage is "choose-centre". Searching posts need, area, near (a
// municipality she names) and away to /schede/ID/centro; choosing leads to
// /schede/ID/centri/CENTRE.
type ChooseCentrePage struct {
	frame.Page
	frame.CaseHead
	CentreForm
	Near, Far []string // municipalities to choose from, where several fit what was typed
	Centres   []frame.Centre
	// Apart are those of which it is not known how far they are from what was named.
	Apart []frame.Centre
	// Sent are the centres that something of hers was sent to and may be read, by id: since when.
	Sent  map[string]time.Time
	About string // where it says, to be read aloud, what a centre is
}

// sent tells that something of hers is at a centre already.
func (p *ChooseCentrePage) sent(c frame.Centre) bool { return !p.Sent[c.ID].IsZero() }

// ChooseCentre lists the centres, nearest first from the municipality she names.
func ChooseCentre(q *frame.Request) (frame.Shown, error) {
	page := &ChooseCentrePage{Page: q.Base(TitleChooseCentre)}
	q.Fill(&page.CentreForm)
	near, several, nearKnown := towns.Asked(&page.From, page.FromPick)
	if page.Near = several; page.From != "" && !nearKnown {
		page.Fail("near", frame.If(several != nil, FailTownSeveral, FailPlaceUnknown))
	}
	away, several, awayKnown := towns.Asked(&page.Away, page.AwayPick)
	if page.Far = several; page.Away != "" && !awayKnown {
		page.Fail("away", frame.If(several != nil, FailAwaySeveral, FailAwayUnknown))
	}
	v, err := prepare(q, referrals.Preparing{Lat: near.Lat, Lon: near.Lon, Parts: []referrals.Part{referrals.PartReferrals}})
	if err != nil {
		return nil, err
	}
	page.CaseHead = frame.HeadOf(q, v.CaseHead, "referrals")
	page.Sent = map[string]time.Time{}
	for _, r := range v.Referrals {
		if r.Standing == policies.ConsentLive {
			page.Sent[r.ToUnit] = q.Day(r.SentDay)
		}
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	if about := q.Config.Sheets.In(parts.SheetsAt(q, roster), "centre", string(q.Lang)); about != nil {
		page.About = frame.At("/schede/%s/fogli/%s", v.ID, parts.SheetRef(q, about))
	}
	for _, c := range v.Centres {
		if page.Need != "" && !frame.Contains(strings.Fields(c.Needs), page.Need) || !towns.Fits(c.Area+" "+c.Town, page.Area) {
			continue
		}
		km := sharing.Km(away.Lat, away.Lon, c.Lat, c.Lon)
		switch {
		case page.Away != "" && (!awayKnown || km < 0), nearKnown && c.Km < 0:
			page.Apart = append(page.Apart, centre(c))
		case awayKnown && km < farEnough:
		default:
			page.Centres = append(page.Centres, centre(c))
		}
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
	// Which of several is meant.
	FromPick string `form:"near_pick" max:"120"`
	AwayPick string `form:"away_pick" max:"120"`
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
	FailPlaceUnknown  = "centre.place_unknown"
	FailTownSeveral   = "town.several"
	FailAwayUnknown   = "centre.away_unknown"
	FailAwaySeveral   = "centre.away_several"
)
