package server

import (
	"net/http"
	"strings"

	"sportello/policies"
	"sportello/policies/units"
)

// pinLine is one unit with the page it stands on.
type pinLine struct {
	Page Page
	Pin  Pin
}

// pins lists the units that this one may come to send to.
func (q *request) pins() error {
	units, err := q.s.house.Receivers(q.ctx(), q.who)
	if err != nil {
		return err
	}
	page := &PinsPage{Page: q.base(TitlePins)}
	if q.who.Works().Packages {
		page.Title, page.Answers = TitlePinsBack, true
	}
	for i := range units {
		page.Units = append(page.Units, q.pinned(&units[i]))
	}
	if page.Entries, err = q.keptEntries(); err != nil {
		return err
	}
	return q.show(http.StatusOK, "pins", page)
}

func (q *request) pinned(p *units.Pinned) Pin {
	pin := Pin{ID: p.ID, Name: p.Name, Kind: p.Kind, Phone: p.Phone, State: p.State, Since: q.day(p.Since)}
	if p.State == "unpinned" {
		pin.State, pin.Agency, pin.Founded = "new", p.AgencyName, q.day(p.Founded)
	}
	return pin
}

func (q *request) pinPage() error {
	p, words, err := q.s.house.Receiver(q.ctx(), q.who, q.id("unit"))
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "pin", &PinPage{Page: q.base(TitlePin), Centre: q.pinned(p), Words: words})
}

// pin records that the words the page showed were read out by whoever answered
// on a number that does not come from here.
func (q *request) pin() error {
	p, words, err := q.s.house.Receiver(q.ctx(), q.who, q.id("unit"))
	if err != nil {
		return err
	}
	shown, ok := parseWords(q.form.Get("words"))
	page := &PinPage{Page: q.base(TitlePin), Centre: q.pinned(p), Words: words, Number: q.form.Get("number"), Same: q.form.Get("same")}
	if strings.TrimSpace(page.Number) == "" || len(page.Number) > 400 {
		page.Fail("number", FailNumberCalled)
	}
	if page.Same == "no" {
		if err := q.s.house.RefusePin(q.ctx(), q.who, p.ID); err != nil {
			return err
		}
		page.Problem = ProblemNotSame
		return q.show(http.StatusConflict, "pin", page)
	}
	if page.Same != "yes" || !ok {
		page.Fail("same", FailSaySame)
	}
	if len(page.Errors) > 0 {
		return q.show(http.StatusUnprocessableEntity, "pin", page)
	}
	if ok, err = q.stepUp(policies.CentrePin, q.who.Unit()+"."+p.ID, StepUpPin, p.Name); !ok {
		return err
	}
	receipt, err := q.s.house.PinByVoice(q.ctx(), q.who, p.ID, shown, strings.TrimSpace(page.Number))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashPinned, "/centri")
}
