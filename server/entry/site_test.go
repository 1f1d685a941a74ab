package entry_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/entry"
	"sportello/server/frame"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/", "", entry.Home).Open(),
	frame.Get("/entra", "", entry.SignIn).Open(),
	frame.Post("/entra", "", entry.Begin).Open(),
	frame.Get("/entra/codice", "", entry.Code).Open(),
	frame.Post("/entra/codice", "", entry.Finish).Open(),
	frame.Get("/riprendi", "", entry.Covered).Open(),
	frame.Post("/riprendi", "", entry.Uncover).Open(),
	frame.Post("/copri", policies.SessionCover, entry.Cover),
	frame.Get("/entra/recupero", "", entry.RecoveryCode).Open(),
	frame.Post("/entra/recupero", "", entry.Recover).Open(),
	frame.Get("/invito", "", entry.Invitation).Open(),
	frame.Post("/invito", "", entry.TakeInvitation).Open(),
	frame.Get("/invito/frase", "", entry.InvitedPassphrase).Open(),
	frame.Post("/invito/frase", "", entry.ChoosePassphrase).Open(),
	frame.Get("/invito/fattore", "", entry.InvitedEnrol).Open(),
	frame.Post("/invito/fattore", "", entry.EnrolInvited).Open(),
	frame.Post("/invito/codici", "", entry.LeaveInvitation).Open(),
	frame.Get("/credenziali", policies.CredentialsRead, entry.Own),
	frame.Post("/credenziali/sessioni", policies.SessionClose, entry.CloseSession),
	frame.Get("/credenziali/fattore", policies.FactorReplace, entry.AskReplaceFactor),
	frame.Post("/credenziali/fattore", policies.FactorReplace, entry.ReplaceFactor),
	frame.Get("/credenziali/fattore/nuovo", policies.FactorReplace, entry.Enrol),
	frame.Post("/credenziali/fattore/nuovo", policies.FactorReplace, entry.EnrolFactor),
	frame.Get("/credenziali/codici", policies.RecoveryCodesReplace, entry.RecoveryCodes),
	frame.Post("/credenziali/codici", policies.RecoveryCodesReplace, entry.ReplaceRecoveryCodes),
	frame.Get("/credenziali/frase", policies.PassphraseChange, entry.Passphrase),
	frame.Post("/credenziali/frase", policies.PassphraseChange, entry.ChangePassphrase),
}, entry.Room())
