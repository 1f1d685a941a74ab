package entry

import (
	"errors"
	"net/http"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/office"
	"sportello/server/frame"
)

// PassphrasePage is "passphrase": seven generated words, or one's own. It posts
// choice ("words" or "own"), words, own, again (and current, when not First) to
// Action.
type PassphrasePage struct {
	frame.Page
	Action    string // /credenziali/frase or /invito/frase
	First     bool
	Words     string // seven words joined by "-", travels as a hidden field
	Choice    string
	Suspected bool // she fears that someone knows the old one
}

// Passphrase answers GET /credenziali/frase.
func Passphrase(q *frame.Request) error {
	return q.Show(http.StatusOK, "passphrase", phrasePage(q, "/credenziali/frase", string(crypto.NewPassphrase()), false))
}

// ChangePassphrase takes the passphrase of now and a fresh code, which together are
// the step-up, and the new passphrase. Nothing of these is shown again.
func ChangePassphrase(q *frame.Request) error {
	page := phrasePage(q, "/credenziali/frase", q.Form.Get("words"), false)
	if !accounts.StrongEnough(page.Words) {
		page.Words = string(crypto.NewPassphrase())
	}
	phrase, ok := chosenPhrase(q, page)
	if !ok {
		return q.Show(http.StatusUnprocessableEntity, "passphrase", page)
	}
	in, err := q.Door.StepUp(q.Context(), q.Who, q.Form.Get("current"), q.Form.Get("code"), policies.PassphraseChange, q.Who.Person(), q.Source())
	if key, known := frame.SignInProblems(err); known {
		if key == frame.ProblemSignIn {
			key = frame.ProblemStepUp
		}
		page.Problem = key
		return q.Show(q.Refusal(err), "passphrase", page)
	}
	if err != nil {
		return err
	}
	q.Enter(in)
	receipt, err := q.Door.ChangePassphrase(q.Context(), q.Who, phrase, page.Suspected)
	if errors.Is(err, office.ErrWeak) {
		page.Fail("own", FailPhraseWeak)
		return q.Show(http.StatusUnprocessableEntity, "passphrase", page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashPhraseChanged, "/credenziali")
}

// InvitedPassphrase answers GET /invito/frase.
func InvitedPassphrase(q *frame.Request) error {
	step, ok, err := invitation(q)
	if !ok {
		return err
	}
	return q.Show(http.StatusOK, "passphrase", phrasePage(q, "/invito/frase", step.Words, true))
}

func phrasePage(q *frame.Request, action, words string, first bool) *PassphrasePage {
	page := &PassphrasePage{Page: q.Base(TitlePassphrase), Action: action, First: first, Words: words,
		Choice: q.Form.Get("choice"), Suspected: q.Form.Get("suspected") == "yes"}
	page.Retype = true
	return page
}

// ChoosePassphrase answers POST /invito/frase.
func ChoosePassphrase(q *frame.Request) error {
	step, ok, err := invitation(q)
	if !ok {
		return err
	}
	page := phrasePage(q, "/invito/frase", step.Words, true)
	phrase, ok := chosenPhrase(q, page)
	if !ok {
		return q.Show(http.StatusUnprocessableEntity, "passphrase", page)
	}
	cookie, err := q.Door.InvitationPhrase(q.Context(), q.Cookie(invitationCookie), phrase)
	if err != nil {
		return err
	}
	q.SetCookie(invitationCookie, cookie, invitationFor)
	return q.Redirect("/invito/fattore")
}

// chosenPhrase is the passphrase chosen on a page, typed twice; what does not
// fit stands beside its field.
func chosenPhrase(q *frame.Request, page *PassphrasePage) (string, bool) {
	phrase := page.Words
	if page.Choice == "own" {
		phrase = q.Form.Get("own")
	}
	if !accounts.StrongEnough(phrase) {
		page.Fail("own", FailPhraseWeak)
	}
	if crypto.NormalisePassphrase(phrase) != crypto.NormalisePassphrase(q.Form.Get("again")) {
		page.Fail("again", FailPhraseDiffers)
	}
	return phrase, len(page.Errors) == 0
}

// What the page says.
const (
	FailPhraseWeak     = "phrase.weak"
	FailPhraseDiffers  = "phrase.differs"
	FlashPhraseChanged = "phrase.changed"
	TitlePassphrase    = "phrase.title"
)
