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
	frame.Get("/", "", entry.Home).WithoutSession(),
	frame.Get("/entra", "", entry.SignIn).WithoutSession(),
	frame.Post("/entra", "", entry.Begin).WithoutSession(),
	frame.Get("/entra/aiuto", "", entry.CannotEnter).WithoutSession(),
	frame.Get("/entra/codice", "", entry.Code).WithoutSession(),
	frame.Post("/entra/codice", "", entry.Finish).WithoutSession(),
	frame.Get("/riprendi", "", entry.Covered).WithoutSession(),
	frame.Post("/riprendi", "", entry.Uncover).WithoutSession(),
	frame.Post("/copri", policies.SessionCover, entry.Cover),
	frame.Get("/entra/recupero", "", entry.RecoveryCode).WithoutSession(),
	frame.Post("/entra/recupero", "", entry.Recover).WithoutSession(),
	frame.Get("/invito", "", entry.Invitation).WithoutSession(),
	frame.Post("/invito", "", entry.TakeInvitation).WithoutSession(),
	frame.Get("/invito/frase", "", entry.InvitedPassphrase).WithoutSession(),
	frame.Post("/invito/frase", "", entry.ChoosePassphrase).WithoutSession(),
	frame.Get("/invito/fattore", "", entry.InvitedEnrol).WithoutSession(),
	frame.Post("/invito/fattore", "", entry.EnrolInvited).WithoutSession(),
	frame.Post("/invito/codici", "", entry.LeaveInvitation).WithoutSession(),
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
