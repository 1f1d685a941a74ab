package server

import (
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/server/locale"
)

// invitationCookie binds the pages of an invitation to one browser; what they
// leave for each other stays with the Door, sealed under it.
const (
	invitationCookie = "__Host-invitation"
	invitationFor    = 30 * time.Minute
)

func (q *request) invitationPage() error {
	return q.show(http.StatusOK, "invitation", &InvitationPage{Page: q.base(TitleInvitation)})
}

func (q *request) takeInvitation() error {
	cookie, language, err := q.s.door.TakeUp(q.ctx(), q.form.Get("invitation"), q.from())
	if errors.Is(err, office.ErrInvitation) {
		page := &InvitationPage{Page: q.base(TitleInvitation), Invitation: q.form.Get("invitation")}
		page.Fail("invitation", FailInvitation)
		return q.show(http.StatusUnprocessableEntity, "invitation", page)
	}
	if comesBack(err) {
		page := &InvitationPage{Page: q.base(TitleInvitation), Invitation: q.form.Get("invitation")}
		page.Problem, _ = signInProblems(err)
		return q.show(q.refusal(err), "invitation", page)
	}
	if err != nil {
		return err
	}
	q.setCookie(invitationCookie, cookie, invitationFor)
	if q.cookie(langCookie) == "" && locale.Lang(language) == locale.English {
		q.setCookie(langCookie, language, 365*24*time.Hour)
	}
	return q.redirect("/invito/frase")
}

// invitation is where the pages of an invitation stand. It reports false when it
// has led to another page.
func (q *request) invitation() (*accounts.InvitationStep, bool, error) {
	step, err := q.s.door.Invitation(q.ctx(), q.cookie(invitationCookie))
	if errors.Is(err, accounts.ErrOver) {
		return nil, false, q.redirect("/invito")
	}
	if err == nil && step.Done {
		return nil, false, q.redirect("/invito/codici")
	}
	return step, err == nil, err
}

func (q *request) invitedPhrasePage() error {
	step, ok, err := q.invitation()
	if !ok {
		return err
	}
	return q.show(http.StatusOK, "passphrase", q.phrasePage("/invito/frase", step.Words, true))
}

func (q *request) phrasePage(action, words string, first bool) *PassphrasePage {
	page := &PassphrasePage{Page: q.base(TitlePassphrase), Action: action, First: first, Words: words,
		Choice: q.form.Get("choice"), Suspected: q.form.Get("suspected") == "yes"}
	page.Retype = true
	return page
}

func (q *request) choosePhrase() error {
	step, ok, err := q.invitation()
	if !ok {
		return err
	}
	page := q.phrasePage("/invito/frase", step.Words, true)
	phrase, ok := q.chosenPhrase(page)
	if !ok {
		return q.show(http.StatusUnprocessableEntity, "passphrase", page)
	}
	cookie, err := q.s.door.InvitationPhrase(q.ctx(), q.cookie(invitationCookie), phrase)
	if err != nil {
		return err
	}
	q.setCookie(invitationCookie, cookie, invitationFor)
	return q.redirect("/invito/fattore")
}

// chosenPhrase is the passphrase chosen on a page, typed twice; what does not
// fit stands beside its field.
func (q *request) chosenPhrase(page *PassphrasePage) (string, bool) {
	phrase := page.Words
	if page.Choice == "own" {
		phrase = q.form.Get("own")
	}
	if !accounts.StrongEnough(phrase) {
		page.Fail("own", FailPhraseWeak)
	}
	if crypto.NormalisePassphrase(phrase) != crypto.NormalisePassphrase(q.form.Get("again")) {
		page.Fail("again", FailPhraseDiffers)
	}
	return phrase, len(page.Errors) == 0
}

func (q *request) invitedFactorPage() error {
	step, ok, err := q.invitation()
	if !ok {
		return err
	}
	if !step.Chosen {
		return q.redirect("/invito/frase")
	}
	return q.show(http.StatusOK, "enrol", q.enrolPage("/invito/fattore", step.Factor, true))
}

func (q *request) enrolPage(action string, f *accounts.NewFactor, first bool) *EnrolPage {
	picture := "data:image/png;base64," + base64.StdEncoding.EncodeToString(f.Picture)
	return &EnrolPage{Page: q.base(TitleEnrol), Action: action, First: first, Image: template.URL(picture), Secret: grouped(f.Secret)}
}

// grouped writes a secret in groups of four, to be typed by hand.
func grouped(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func (q *request) enrolInvited() error {
	step, ok, err := q.invitation()
	if !ok {
		return err
	}
	codes, cookie, err := q.s.door.InvitationCode(q.ctx(), q.cookie(invitationCookie), q.form.Get("code"))
	if errors.Is(err, accounts.ErrSignIn) {
		page := q.enrolPage("/invito/fattore", step.Factor, true)
		page.Fail("code", FailEnrol)
		return q.show(http.StatusUnprocessableEntity, "enrol", page)
	}
	if err != nil {
		return err
	}
	q.setCookie(invitationCookie, cookie, invitationFor)
	return q.show(http.StatusOK, "recovery-codes", q.codesPage("/invito/codici", codes, true))
}

func (q *request) codesPage(action string, codes []crypto.Secret, first bool) *RecoveryCodesPage {
	page := &RecoveryCodesPage{Page: q.base(TitleRecoveryCodes), Action: action, First: first}
	page.Once = true
	for _, c := range codes {
		page.Codes = append(page.Codes, string(c))
	}
	return page
}

// invitationDone is the last page of an invitation: the words for a colleague,
// or the sign-in for whoever waits for nobody.
func (q *request) invitationDone() error {
	step, err := q.s.door.Invitation(q.ctx(), q.cookie(invitationCookie))
	if errors.Is(err, accounts.ErrOver) {
		return q.redirect("/entra")
	}
	if err != nil {
		return err
	}
	if !step.Done {
		return q.redirect("/invito/frase")
	}
	if step.Read == (units.Words{}) {
		q.setCookie(invitationCookie, "", -1)
		return q.redirect("/entra")
	}
	return q.show(http.StatusOK, "waiting", &WaitingPage{Page: q.base(TitleWaiting), Words: step.Read, Agency: step.Agency})
}

// waiting shows her four words to a person who waits, right after her passphrase
// opened the identity they come from; the first of a unit goes on to found it.
func (q *request) waiting() error {
	words, err := q.s.door.WordsOf(q.ctx(), q.who)
	if err != nil {
		return err
	}
	if words == (units.Words{}) {
		return q.redirect("/ammissioni/fonda")
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	page := &WaitingPage{Page: q.base(TitleWaiting), Words: words}
	page.Once = true
	if a, ok := roster.Agencies[q.who.Agency()]; ok {
		page.Agency = a.Name
	}
	return q.show(http.StatusOK, "waiting", page)
}

// waitingPage tells a person who waits whether she was admitted. Her words come
// with her passphrase only: the session does not keep what they are made from.
func (q *request) waitingPage() error {
	if q.who.State() != acts.Waiting {
		return q.redirect("/")
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	if roster.Epochs[q.who.Unit()] == 0 {
		return q.redirect("/ammissioni/fonda")
	}
	if err := q.s.door.Cover(q.ctx(), q.who); err != nil {
		return err
	}
	return q.redirect("/riprendi")
}
