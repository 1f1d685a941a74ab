// Package entrytest has a sample of each page of the room entry, with plausible, fictional content.
// Nothing but tests imports it.
package entrytest

import (
	"time"

	"sportello/server/entry"
	"sportello/server/frame"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	addSignIn(all.Add)
	addOwn(all.Add)
	return all
}

func addSignIn(add func(string, frame.Shown)) {
	add("sign-in", &entry.SignInPage{Page: servertest.PublicPage("signin.title", "/entra")})
	wrong := &entry.SignInPage{Page: servertest.PublicPage("signin.title", "/entra"), Username: "anna", Again: true}
	wrong.Problem = "signin.failed"
	add("sign-in.failed", wrong)
	code := &entry.CodePage{Page: servertest.PublicPage("code.title", "/entra/codice")}
	code.Problem = frame.ProblemSignIn
	add("code", code)
	add("recovery-code", &entry.RecoveryCodePage{Page: servertest.PublicPage("recovery.title", "/entra/recupero")})
	late := &entry.LatePage{Page: servertest.DeskPage(entry.TitleLate, "/bozza"), ID: "A", At: servertest.Now.Add(-time.Hour),
		Fields: []entry.LateField{{Value: "mezza frase"}, {Key: "safe.number", Value: "333 7654321"}}, Chosen: []entry.LateField{{Key: "contact.call_back", Value: "Sì"}, {Value: "fields alias"}}}
	add("late", late)
	add("late.empty", &entry.LatePage{Page: servertest.DeskPage(entry.TitleLate, "/bozza"), ID: "A", At: servertest.Now})
	for _, problem := range []string{entry.ProblemCoveredHere, entry.ProblemCoveredWait} {
		sheet := &entry.CoveredPage{Page: servertest.PublicPage("covered.title", "/coperto")}
		sheet.Problem = problem
		add(problem, sheet)
	}
	add("covered", &entry.CoveredPage{Page: servertest.PublicPage("covered.title", "/coperto")})
	add("licences", &entry.LicencesPage{Page: servertest.PublicPage("licences.title", "/licenze"), Texts: entry.LicenceTexts()})
	add("cannot-enter", &entry.CannotEnterPage{Page: servertest.PublicPage(entry.TitleCannotEnter, "/entra/aiuto")})
}

func addOwn(add func(string, frame.Shown)) {
	words := [4]string{"fiume", "tavolo", "neve", "gatto"}
	add("own", &entry.OwnPage{Page: servertest.DeskPage(entry.TitleOwn, "/credenziali"), Factor: "totp", FactorState: "active", FactorSince: servertest.Ago(90), CodesLeft: 8, PhraseSince: servertest.Ago(90), MayDeclare: true, CopyKey: true,
		Sessions: []entry.Session{{ID: "S1", Here: true, Began: servertest.Now.Add(-2 * time.Hour), Last: servertest.Now}, {ID: "S2", Device: "Firefox, Windows", Began: servertest.Ago(1), Last: servertest.Ago(1)}}})
	add("enrol", &entry.EnrolPage{Page: servertest.PublicPage(entry.TitleEnrol, "/invito/fattore"), First: true, Action: "/invito/fattore", Secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
		Image: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAE0lEQVR42mP4z8DAgIz/Q2kGAGPcB/kWeRT6AAAAAElFTkSuQmCC"})
	codes := make([]string, 10)
	for i := range codes {
		codes[i] = "K7QM-2FXT-9BWR-D3KB-2HN6-PLJ4-QA"
	}
	add("recovery-codes", &entry.RecoveryCodesPage{Page: servertest.PublicPage(entry.TitleRecoveryCodes, "/invito/codici"), First: true, Action: "/invito/codici", Codes: codes})
	add("recovery-codes.own", &entry.RecoveryCodesPage{Page: servertest.DeskPage(entry.TitleRecoveryCodes, "/credenziali/codici"), Action: "/credenziali/codici", Codes: codes})
	add("enrol.own", &entry.EnrolPage{Page: servertest.DeskPage(entry.TitleEnrol, "/credenziali/fattore/nuovo"), Action: "/credenziali/fattore/nuovo", Secret: "JBSW Y3DP"})
	add("step-up.factor", &frame.StepUpPage{Page: servertest.DeskPage(frame.TitleStepUp, "/credenziali/fattore"), Act: entry.StepUpFactor, Action: "/credenziali/fattore", Back: "/credenziali"})
	phrase := "abaco-fiume-tavolo-neve-gatto-luna-vetro"
	add("passphrase", &entry.PassphrasePage{Page: servertest.PublicPage(entry.TitlePassphrase, "/invito/frase"), First: true, Action: "/invito/frase", Words: phrase})
	change := &entry.PassphrasePage{Page: servertest.DeskPage(entry.TitlePassphrase, "/credenziali/frase"), Action: "/credenziali/frase", Words: phrase, Choice: "own"}
	change.Fail("own", entry.FailPhraseWeak)
	change.Fail("again", entry.FailPhraseDiffers)
	add("passphrase.change", change)
	add("invitation", &entry.InvitationPage{Page: servertest.PublicPage(entry.TitleInvitation, "/invito")})
	add("waiting", &entry.WaitingPage{Page: servertest.DeskPage(entry.TitleWaiting, "/attesa"), Words: words, Agency: "Comune di Fiorano"})
}
