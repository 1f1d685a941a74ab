package people

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/server/frame"
)

// FoundPage is "found": the first member founds the unit with her words. It
// posts recovery (an age recipient, optional) and same=yes to /ammissioni/fonda.
type FoundPage struct {
	frame.Page
	Name          string
	Kind          string // a word of "unit_kind"
	Words         [4]string
	UnitID        string
	Recovery      string
	RecoveryWords []string // of a recovery recipient typed before, to compare; none at first
	SameForm
}

// FoundForm is what is typed there.
type FoundForm struct {
	Recovery string `form:"recovery" max:"4000"` // an age recipient, or empty
	SameForm
}

// foundingCookie binds the founding page to one browser.
const (
	foundingCookie = "__Host-founding"
	foundingFor    = 30 * time.Minute
)

// foundation is the unit that the caller is about to found. It begins anew, and
// reports nil after leading back to the page, when what was begun is over.
func foundation(q *frame.Request) (*accounts.Foundation, error) {
	if q.Who.State() != acts.Waiting {
		return nil, acts.ErrDenied
	}
	f, err := q.Door.Foundation(q.Context(), q.Who, q.Cookie(foundingCookie))
	if !errors.Is(err, accounts.ErrOver) {
		return f, err
	}
	cookie, err := q.Door.BeginFounding(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	q.SetCookie(foundingCookie, cookie, foundingFor)
	return q.Door.Foundation(q.Context(), q.Who, cookie)
}

// Found answers GET /ammissioni/fonda.
func Found(q *frame.Request) (frame.Shown, error) {
	f, err := foundation(q)
	if err != nil {
		return nil, err
	}
	return showFoundation(q, f), nil
}

func showFoundation(q *frame.Request, f *accounts.Foundation) *FoundPage {
	page := &FoundPage{Page: q.Base(TitleFound), Name: f.Unit.Name, Kind: f.Unit.Kind, Words: f.Words,
		Recovery: f.Recovery, UnitID: f.Unit.ID}
	q.Fill(&page.SameForm)
	if f.Recovery != "" {
		page.RecoveryWords = f.RecoveryWords[:]
	}
	return page
}

// FoundUnit makes the caller the first member of her unit, with the words that the
// page showed. A recovery recipient is set only after its own words were shown.
func FoundUnit(q *frame.Request, sent *FoundForm) error {
	if q.Who.State() != acts.Waiting {
		return acts.ErrDenied
	}
	f, err := q.Door.Foundation(q.Context(), q.Who, q.Cookie(foundingCookie))
	if err != nil {
		return err
	}
	typed := strings.Join(strings.Fields(sent.Recovery), "")
	if frame.IsSecretKey(typed) {
		page := showFoundation(q, f) // without what was typed
		page.Fail("recovery", frame.FailSecretKey)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if typed != f.Recovery {
		return compareRecovery(q, f, sent.Recovery, typed)
	}
	if sent.Same != "yes" {
		page := showFoundation(q, f)
		page.Fail("same-yes", FailFoundUnwritten)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	ok, err := q.StepUp(policies.UnitFound, q.Who.Unit(), StepUpFound, f.Unit.Name)
	if !ok {
		return err
	}
	receipt, err := q.Door.FoundShown(q.Context(), q.Who, q.Cookie(foundingCookie))
	if err != nil {
		return err
	}
	q.SetCookie(foundingCookie, "", -1)
	return q.Done(receipt, FlashFounded, "/ammissioni")
}

// compareRecovery shows the words of a recovery recipient that was just typed.
func compareRecovery(q *frame.Request, f *accounts.Foundation, sent, typed string) error {
	cookie, err := q.Door.ProposeRecovery(q.Context(), q.Who, q.Cookie(foundingCookie), typed)
	if errors.Is(err, units.ErrIncomplete) {
		page := showFoundation(q, f)
		page.Recovery = sent
		page.Fail("recovery", FailRecipient)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	q.SetCookie(foundingCookie, cookie, foundingFor)
	if f, err = q.Door.Foundation(q.Context(), q.Who, cookie); err != nil {
		return err
	}
	page := showFoundation(q, f)
	page.Same = ""
	return q.Show(http.StatusOK, page)
}

// What the page says.
const (
	StepUpFound        = "stepup.found"
	FlashFounded       = "found.done"
	FailFoundUnwritten = "found.say_written"
	TitleFound         = "found.title"
)
