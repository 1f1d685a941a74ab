package people_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/entry"
	"sportello/server/frame"
	"sportello/server/people"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room and the way in: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/entra", "", entry.SignIn).WithoutSession(),
	frame.Post("/entra", "", entry.Begin).WithoutSession(),
	frame.Get("/entra/codice", "", entry.Code).WithoutSession(),
	frame.Post("/entra/codice", "", entry.Finish).WithoutSession(),
	frame.Get("/credenziali/dichiarazioni", policies.DeclarationList, people.Declarations),
	frame.Post("/credenziali/dichiarazioni", policies.DeclarationWrite, people.Declare),
	frame.Post("/credenziali/dichiarazioni/{id}/togli", policies.DeclarationWrite, people.WithdrawDeclaration),
	frame.Get("/ammissioni", policies.MemberList, people.Admissions),
	frame.Get("/ammissioni/fonda", policies.UnitFound, people.Found),
	frame.Post("/ammissioni/fonda", policies.UnitFound, people.FoundUnit),
	frame.Get("/ammissioni/parole", policies.MemberList, people.UnitWords),
	frame.Get("/ammissioni/dichiarazioni", policies.DeclarationRead, people.UnitDeclarations),
	frame.Get("/ammissioni/schede", policies.MemberList, people.NewCases),
	frame.Post("/ammissioni/schede", policies.UnitRestrict, people.SetNewCases),
	frame.Get("/ammissioni/testimone", policies.MemberList, people.Witness),
	frame.Post("/ammissioni/testimone", policies.UnitWitness, people.SetWitness),
	frame.Get("/ammissioni/{person}", policies.MemberList, people.Admit),
	frame.Get("/ammissioni/{person}/togli", policies.MemberList, people.RemoveMember),
	frame.Post("/ammissioni/{person}/togli", policies.MemberRemove, people.RemoveFromUnit),
	frame.Post("/ammissioni/{person}/togli/proponi", policies.RemovalPropose, people.ProposeRemoval),
	frame.Post("/ammissioni/{person}/togli/da-sola", policies.RemovalAlone, people.RemoveAlone),
	frame.Post("/ammissioni/{person}/togli/ferma", policies.RemovalStop, people.StopRemoval),
	frame.Post("/ammissioni/{person}/sblocca", policies.FactorUnlock, people.Unlock),
	frame.Get("/centri", policies.DirectoryRead, people.Pins),
	frame.Get("/centri/{unit}", policies.DirectoryRead, people.Pin),
	frame.Post("/centri/{unit}", policies.CentrePin, people.SetPin),
	frame.Get("/unita/{unit}/elenco", policies.DirectoryRead, people.Directory),
	frame.Post("/unita/{unit}/elenco", policies.DirectoryUpdate, people.SaveEntry),
}, people.Room(), entry.Room())
