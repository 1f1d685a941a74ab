package entry

import (
	"errors"
	"net/http"
	"time"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/server/frame"
	"sportello/server/locale"
)

// InvitationPage is "invitation": the invitation's code, given by voice or on
// paper. It posts invitation to /invito.
type InvitationPage struct {
	frame.Page
	InvitationForm
}

// InvitationForm is the code of an invitation.
type InvitationForm struct {
	Invitation string `form:"invitation" max:"80"`
}

// invitationCookie binds the pages of an invitation to one browser; what they
// leave for each other stays with the Door, sealed under it.
const (
	invitationCookie = "__Host-invitation"
	invitationFor    = 30 * time.Minute
)

// Invitation answers GET /invito.
func Invitation(q *frame.Request) (frame.Shown, error) {
	return &InvitationPage{Page: q.Base(TitleInvitation)}, nil
}

// TakeInvitation answers POST /invito.
func TakeInvitation(q *frame.Request, f *InvitationForm) error {
	cookie, language, err := q.Door.TakeUp(q.Context(), f.Invitation, q.Source())
	if errors.Is(err, office.ErrInvitation) {
		page := &InvitationPage{Page: q.Base(TitleInvitation), InvitationForm: *f}
		page.Fail("invitation", FailInvitation)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if comesBack(err) {
		page := &InvitationPage{Page: q.Base(TitleInvitation), InvitationForm: *f}
		page.Problem, _ = frame.SignInProblems(err)
		return q.Show(q.Refusal(err), page)
	}
	if err != nil {
		return err
	}
	q.SetCookie(invitationCookie, cookie, invitationFor)
	if q.Cookie(frame.LangCookie) == "" && locale.Lang(language) == locale.English {
		q.SetCookie(frame.LangCookie, language, 365*24*time.Hour)
	}
	return q.Redirect("/invito/frase")
}

// invitation is where the pages of an invitation stand. It reports false when it
// has led to another page.
func invitation(q *frame.Request) (*accounts.InvitationStep, bool, error) {
	step, err := q.Door.Invitation(q.Context(), q.Cookie(invitationCookie))
	if errors.Is(err, accounts.ErrOver) {
		return nil, false, q.Redirect("/invito")
	}
	if err == nil && step.Done {
		return nil, false, q.Redirect("/invito/codici")
	}
	return step, err == nil, err
}

func codesPage(q *frame.Request, action string, codes []crypto.Secret, first bool) *RecoveryCodesPage {
	page := &RecoveryCodesPage{Page: q.Base(TitleRecoveryCodes), Action: action, First: first}
	page.Once = true
	for _, c := range codes {
		page.Codes = append(page.Codes, string(c))
	}
	return page
}

// InvitationDone is the last page of an invitation: the words for a colleague,
// or the sign-in for whoever waits for nobody.
func InvitationDone(q *frame.Request) (frame.Shown, error) { return nil, invitationDone(q) }

// LeaveInvitation goes on from codes that were kept.
func LeaveInvitation(q *frame.Request, _ *RecoveryCodesForm) error { return invitationDone(q) }

func invitationDone(q *frame.Request) error {
	step, err := q.Door.Invitation(q.Context(), q.Cookie(invitationCookie))
	if errors.Is(err, accounts.ErrOver) {
		return q.Redirect("/entra")
	}
	if err != nil {
		return err
	}
	if !step.Done {
		return q.Redirect("/invito/frase")
	}
	if step.Read == (units.Words{}) {
		q.SetCookie(invitationCookie, "", -1)
		return q.Redirect("/entra")
	}
	return q.Show(http.StatusOK, &WaitingPage{Page: q.Base(TitleWaiting), Words: step.Read, Agency: step.Agency})
}

// waiting shows her four words to a person who waits, right after her passphrase
// opened the identity they come from; the first of a unit goes on to found it.
func waiting(q *frame.Request) error {
	words, err := q.Door.WordsOf(q.Context(), q.Who)
	if err != nil {
		return err
	}
	if words == (units.Words{}) {
		return q.Redirect("/ammissioni/fonda")
	}
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	page := &WaitingPage{Page: q.Base(TitleWaiting), Words: words}
	page.Once = true
	if a, ok := roster.Agencies[q.Who.Agency()]; ok {
		page.Agency = a.Name
	}
	return q.Show(http.StatusOK, page)
}

// What the page says.
const (
	FailInvitation  = "invitation.wrong"
	TitleInvitation = "invitation.title"
)
