package people

import (
	"net/http"
	"strings"

	"sportello/policies"
	"sportello/policies/units"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// PinPage is "pin": the words of one unit. It posts number (the number called,
// and where it was found) and same=yes to /centri/UNIT; the step-up page follows.
type PinPage struct {
	frame.Page
	Centre Receiver
	Words  [4]string
	PinNumberForm
	SameForm
}

// PinNumberForm is the number that was called, and where it was found.
type PinNumberForm struct {
	Number string `form:"number" max:"200"`
}

// PinForm is all that is typed there.
type PinForm struct {
	PinNumberForm
	ShownForm
}

func pinned(q *frame.Request, p *units.Pinned) Receiver {
	pin := Receiver{ID: p.ID, Name: p.Name, Kind: p.Kind, Phone: p.Phone, State: p.State, Since: q.Day(p.Since)}
	if p.State == "unpinned" {
		pin.State, pin.Agency, pin.Founded = "new", p.AgencyName, q.Day(p.Founded)
	}
	return pin
}

// Pin answers GET /centri/{unit}.
func Pin(q *frame.Request) (frame.Shown, error) {
	p, words, err := q.House.Receiver(q.Context(), q.Who, q.ID("unit"))
	if err != nil {
		return nil, err
	}
	page := &PinPage{Page: q.Base(TitlePin), Centre: pinned(q, p), Words: words}
	q.Fill(&page.PinNumberForm)
	q.Fill(&page.SameForm)
	return page, nil
}

// SetPin records that the words the page showed were read out by whoever answered
// on a number that does not come from here.
func SetPin(q *frame.Request, f *PinForm) error {
	p, words, err := q.House.Receiver(q.Context(), q.Who, q.ID("unit"))
	if err != nil {
		return err
	}
	shown, ok := parseWords(f.Words)
	page := &PinPage{Page: q.Base(TitlePin), Centre: pinned(q, p), Words: words, PinNumberForm: f.PinNumberForm, SameForm: f.SameForm}
	if strings.TrimSpace(page.Number) == "" || typed.Length(page.Number) > 400 {
		page.Fail("number", FailNumberCalled)
	}
	if page.Same == "no" {
		if err := q.House.RefusePin(q.Context(), q.Who, p.ID); err != nil {
			return err
		}
		page.Problem = ProblemNotSame
		return q.Show(http.StatusConflict, page)
	}
	if page.Same != "yes" || !ok {
		page.Fail("same", FailSaySame)
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err = q.StepUp(policies.CentrePin, q.Who.Unit()+"."+p.ID, StepUpPin, p.Name); !ok {
		return err
	}
	receipt, err := q.House.PinByVoice(q.Context(), q.Who, p.ID, shown, strings.TrimSpace(page.Number))
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashPinned, "/centri")
}

// What the page says.
const (
	StepUpPin        = "stepup.pin"
	FlashPinned      = "pin.done"
	FailNumberCalled = "pin.number_missing"
	TitlePin         = "pin.title"
)
