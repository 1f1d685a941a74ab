package admin

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/server/frame"
)

// InvitePage is "invite". Posts username, office, unit and language of each person
// to /personale/invita; the step-up page follows. After that the Codes are shown
// once, to be given by voice or on paper.
type InvitePage struct {
	frame.Page
	Units []frame.Unit
	Rows  []InviteRow
	Codes []InviteCode
	Ends  time.Time
}

// InviteForm is the people of a form, a row each.
type InviteForm struct {
	Usernames []string `form:"username" max:"64"`
	Offices   []string `form:"office" words:"role"`
	Units     []string `form:"unit"` // ids
	Languages []string `form:"language"`
}

// Invite answers GET /personale/invita.
func Invite(q *frame.Request) (frame.Shown, error) {
	f := new(InviteForm)
	q.Fill(f)
	page, err := invitePage(q, f)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// invitePage is the form of several people, as far as it was filled in.
func invitePage(q *frame.Request, f *InviteForm) (*InvitePage, error) {
	all, err := administers(q)
	if err != nil {
		return nil, err
	}
	page := &InvitePage{Page: q.Base(TitleInvite)}
	for i := range rowsOf(q, f.Usernames) {
		page.Rows = append(page.Rows, InviteRow{N: i + 1, Username: at(f.Usernames, i), Office: at(f.Offices, i),
			Into: at(f.Units, i), Language: at(f.Languages, i)})
	}
	for _, u := range frame.Sorted(all.Units, frame.UnitName) {
		page.Units = append(page.Units, frame.Unit{ID: u.ID, Name: u.Name})
	}
	return page, nil
}

// people are those who were typed, and the place of each on the form.
func (p *InvitePage) people(agency string) (list []office.NewPerson, places []int) {
	for _, r := range p.Rows {
		if strings.TrimSpace(r.Username) != "" {
			list = append(list, office.NewPerson{Username: r.Username, Role: policies.Role(r.Office), Agency: agency, Unit: r.Into, Language: r.Language})
			places = append(places, r.N)
		}
	}
	return list, places
}

// InvitePeople enters the people of a form, after one step-up for all of them, and shows
// the code of each invitation, once.
func InvitePeople(q *frame.Request, f *InviteForm) error {
	page, err := invitePage(q, f)
	if err != nil {
		return err
	}
	if q.Pressed() == goMore {
		return q.Show(http.StatusOK, page)
	}
	list, places := page.people(q.Who.Agency())
	if len(list) == 0 {
		page.Fail("username-1", FailUsernameMissing)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err := q.Office.PeopleFit(q.Context(), q.Who, list); err != nil {
		return peopleUnfit(q, f, err, places)
	}
	var names []string
	for _, p := range list {
		names = append(names, acts.NormaliseUsername(p.Username))
	}
	if ok, err := q.StepUpList(policies.PersonCreate, office.PeopleObject(list), StepUpInvite, names); !ok {
		return err
	}
	made, receipt, err := q.Office.CreatePeople(q.Context(), q.Who, list)
	if len(made) == 0 && err != nil {
		return peopleUnfit(q, f, err, places)
	}
	return showCodes(q, made, receipt, err)
}

// peopleUnfit brings the form back, with why beside the person who does not fit.
func peopleUnfit(q *frame.Request, f *InviteForm, err error, places []int) error {
	n, why := stopped(err, places)
	field, key, status := "username", FailUsername, http.StatusConflict
	switch {
	case errors.Is(why, office.ErrDirection):
		key, status = FailUsernameDirection, http.StatusUnprocessableEntity
	case errors.Is(why, office.ErrScripts):
		key, status = FailUsernameScripts, http.StatusUnprocessableEntity
	case errors.Is(why, office.ErrSigns):
		key, status = FailUsernameSigns, http.StatusUnprocessableEntity
	case errors.Is(why, office.ErrAlike):
		key = FailUsernameAlike
	case errors.Is(why, units.ErrIncomplete):
		field, key, status = "office", FailFits, http.StatusUnprocessableEntity
	case !errors.Is(why, office.ErrTaken):
		return err
	}
	page, err := invitePage(q, f)
	if err != nil {
		return err
	}
	page.Fail(fmt.Sprint(field, "-", n), key)
	return q.Show(status, page)
}

// showCodes shows the codes of invitations that were just made. Where the list
// stopped on the way, those made before it stand, and the page says so.
func showCodes(q *frame.Request, made []office.Invitee, receipt audit.Receipt, stopped error) error {
	page := &InvitePage{Page: q.Base(TitleInvite), Ends: q.Door.Gate().Now().Add(units.InvitationFor)}
	for _, m := range made {
		page.Codes = append(page.Codes, InviteCode{Username: m.Username, Code: string(m.Token)})
	}
	status := http.StatusOK
	if stopped != nil {
		status, _ = frame.AnswerTo(stopped)
		page.Problem, page.Support = ProblemNotAllInvited, q.Support(status, stopped)
	}
	q.Receipt(receipt)
	page.Once = true
	return q.Show(status, page)
}

// InviteRow is one person to be invited; one without a name is left out.
type InviteRow struct {
	N                int    // its place on the form, from 1
	Username, Office string // Office: a word of "role"
	Into             string // the unit's id
	Language         string // it or en
}

// InviteCode is the code of one invitation.
type InviteCode struct{ Username, Code string }

// What the page says.
const (
	StepUpInvite          = "stepup.invite"
	FailUsername          = "invite.username_taken"
	FailUsernameMissing   = "invite.username_missing"
	FailUsernameDirection = "invite.username_direction"
	FailUsernameScripts   = "invite.username_scripts"
	FailUsernameSigns     = "invite.username_signs"
	FailUsernameAlike     = "invite.username_alike"
	FailFits              = "invite.does_not_fit"
)
