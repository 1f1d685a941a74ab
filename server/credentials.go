package server

import (
	"errors"
	"net/http"
	"strings"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/office"
)

// credentials shows factor, codes left, passphrase and open sessions.
func (q *request) credentials() error {
	own, err := q.s.door.OwnCredentials(q.ctx(), q.who)
	if err != nil {
		return err
	}
	page := &OwnPage{Page: q.base(TitleOwn), Factor: "totp", FactorState: "active", FactorSince: q.day(own.Factor),
		CodesLeft: own.Codes, PhraseSince: q.day(own.Phrase), MayDeclare: q.mayDeclare(), CopyKey: q.atCentre()}
	if own.Locked {
		page.FactorState = "locked"
	}
	for _, s := range own.Sessions {
		page.Sessions = append(page.Sessions, Session{ID: s.ID, Device: s.Agent, Began: s.Began, Last: s.Last, Here: s.Here})
	}
	return q.show(http.StatusOK, "own", page)
}

func (q *request) closeSession() error {
	id, flash := q.form.Get("session"), FlashSessionClosed
	switch id {
	case "":
		return acts.ErrDenied
	case "others":
		id, flash = "", FlashOthersClosed
	}
	receipt, err := q.s.door.CloseSession(q.ctx(), q.who, id)
	if err != nil {
		return err
	}
	return q.done(receipt, flash, "/credenziali")
}

func (q *request) changePhrasePage() error {
	return q.show(http.StatusOK, "passphrase", q.phrasePage("/credenziali/frase", string(crypto.NewPassphrase()), false))
}

// changePhrase takes the passphrase of now and a fresh code, which together are
// the step-up, and the new passphrase. Nothing of these is shown again.
func (q *request) changePhrase() error {
	page := q.phrasePage("/credenziali/frase", q.form.Get("words"), false)
	if !accounts.StrongEnough(page.Words) {
		page.Words = string(crypto.NewPassphrase())
	}
	phrase, ok := q.chosenPhrase(page)
	if !ok {
		return q.show(http.StatusUnprocessableEntity, "passphrase", page)
	}
	in, err := q.s.door.StepUp(q.ctx(), q.who, q.form.Get("current"), q.form.Get("code"), policies.PassphraseChange, q.who.Person(), q.from())
	if key, known := signInProblems(err); known {
		if key == ProblemSignIn {
			key = ProblemStepUp
		}
		page.Problem = key
		return q.show(q.refusal(err), "passphrase", page)
	}
	if err != nil {
		return err
	}
	q.session(in)
	receipt, err := q.s.door.ChangePassphrase(q.ctx(), q.who, phrase, page.Suspected)
	if errors.Is(err, office.ErrWeak) {
		page.Fail("own", FailPhraseWeak)
		return q.show(http.StatusUnprocessableEntity, "passphrase", page)
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashPhraseChanged, "/credenziali")
}

// The kinds of browser and system that the list of open sessions tells apart, in
// the order in which they are looked for.
var (
	browsers = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}}
)

// device names a browser by kind and system, from fixed words only: what a
// browser says of itself is never kept.
func device(agent string) string {
	name := ""
	for _, list := range [][][2]string{browsers, systems} {
		for _, k := range list {
			if strings.Contains(agent, k[0]) {
				name += ", " + k[1]
				break
			}
		}
	}
	return strings.TrimPrefix(name, ", ")
}
