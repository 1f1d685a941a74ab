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
	Choice    string // "words" or "own"
	Suspected bool   // she fears that someone knows the old one
}

// PassphraseForm is what is typed there. Words are the seven that the page offered.
type PassphraseForm struct {
	Choice string `form:"choice"`
	Words  string `form:"words"`
	Own    string `form:"own" max:"400" secret:"yes"`
	Again  string `form:"again" max:"400" secret:"yes"`
}

// ChangePassphraseForm is that of somebody who has one.
type ChangePassphraseForm struct {
	PassphraseForm
	Suspected string `form:"suspected"` // "yes"
	Current   string `form:"current" max:"400" secret:"yes"`
	Code      string `form:"code" max:"20"`
}

// Passphrase answers GET /credenziali/frase.
func Passphrase(q *frame.Request) (frame.Shown, error) {
	f := new(ChangePassphraseForm)
	q.Fill(f)
	page := phrasePage(q, "/credenziali/frase", string(crypto.NewPassphrase()), &f.PassphraseForm)
	page.Suspected = f.Suspected == "yes"
	return page, nil
}

// ChangePassphrase takes the passphrase of now and a fresh code, which together are
// the step-up, and the new passphrase. Nothing of these is shown again.
func ChangePassphrase(q *frame.Request, f *ChangePassphraseForm) error {
	page := phrasePage(q, "/credenziali/frase", f.Words, &f.PassphraseForm)
	page.Suspected = f.Suspected == "yes"
	if !accounts.StrongEnough(page.Words) {
		page.Words = string(crypto.NewPassphrase())
	}
	phrase, ok := page.chosen(&f.PassphraseForm)
	if !ok {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	in, err := q.Door.StepUp(q.Context(), q.Who, f.Current, f.Code, policies.PassphraseChange, q.Who.Person(), q.Source())
	if key, known := frame.SignInProblems(err); known {
		if key == frame.ProblemSignIn {
			key = frame.ProblemStepUp
		}
		page.Problem = key
		return q.Show(q.Refusal(err), page)
	}
	if err != nil {
		return err
	}
	q.Enter(in)
	receipt, err := q.Door.ChangePassphrase(q.Context(), q.Who, phrase, page.Suspected)
	if errors.Is(err, office.ErrWeak) {
		page.Fail("own", FailPhraseWeak)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashPhraseChanged, "/credenziali")
}

// InvitedPassphrase answers GET /invito/frase.
func InvitedPassphrase(q *frame.Request) (frame.Shown, error) {
	step, ok, err := invitation(q)
	if !ok {
		return nil, err
	}
	f := new(PassphraseForm)
	q.Fill(f)
	return invitedPhrase(q, step.Words, f), nil
}

func phrasePage(q *frame.Request, action, words string, f *PassphraseForm) *PassphrasePage {
	page := &PassphrasePage{Page: q.Base(TitlePassphrase), Action: action, Words: words, Choice: f.Choice}
	page.Retype = true
	return page
}

func invitedPhrase(q *frame.Request, words string, f *PassphraseForm) *PassphrasePage {
	page := phrasePage(q, "/invito/frase", words, f)
	page.First = true
	return page
}

// ChoosePassphrase answers POST /invito/frase.
func ChoosePassphrase(q *frame.Request, f *PassphraseForm) error {
	step, ok, err := invitation(q)
	if !ok {
		return err
	}
	page := invitedPhrase(q, step.Words, f)
	phrase, ok := page.chosen(f)
	if !ok {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	cookie, err := q.Door.InvitationPhrase(q.Context(), q.Cookie(invitationCookie), phrase)
	if err != nil {
		return err
	}
	q.SetCookie(invitationCookie, cookie, invitationFor)
	return q.Redirect("/invito/fattore")
}

// chosen is the passphrase chosen on a page, typed twice; what does not
// fit stands beside its field.
func (page *PassphrasePage) chosen(f *PassphraseForm) (string, bool) {
	phrase := page.Words
	if page.Choice == "own" {
		phrase = f.Own
	}
	if !accounts.StrongEnough(phrase) {
		page.Fail("own", FailPhraseWeak)
	}
	if crypto.NormalisePassphrase(phrase) != crypto.NormalisePassphrase(f.Again) {
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
