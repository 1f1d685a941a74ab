package admin_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/admin"
	"sportello/server/entry"
	"sportello/server/frame"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room and the way in: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/", "", entry.Home).WithoutSession(),
	frame.Get("/entra", "", entry.SignIn).WithoutSession(),
	frame.Post("/entra", "", entry.Begin).WithoutSession(),
	frame.Get("/entra/codice", "", entry.Code).WithoutSession(),
	frame.Post("/entra/codice", "", entry.Finish).WithoutSession(),
	frame.Get("/invito", "", entry.Invitation).WithoutSession(),
	frame.Post("/invito", "", entry.TakeInvitation).WithoutSession(),
	frame.Get("/enti", policies.UnitList, admin.Agencies),
	frame.Get("/enti/nuovo", policies.UnitList, admin.NewAgency),
	frame.Post("/enti/nuovo", policies.AgencyCreate, admin.CreateAgency),
	frame.Get("/enti/{agency}", policies.UnitList, admin.Agency),
	frame.Post("/enti/{agency}", policies.AgencyEnd, admin.EndAgency),
	frame.Get("/enti/{agency}/accordo", policies.UnitList, admin.Agreement),
	frame.Post("/enti/{agency}/accordo", policies.AgencyAgreement, admin.SetAgreement),
	frame.Get("/enti/{agency}/incarichi/nuovo", policies.UnitList, admin.NewMandate),
	frame.Post("/enti/{agency}/incarichi/nuovo", policies.AgencyMandate, admin.CreateMandate),
	frame.Get("/enti/{agency}/incarichi/{mandate}", policies.UnitList, admin.Mandate),
	frame.Post("/enti/{agency}/incarichi/{mandate}", policies.AgencyMandate, admin.SaveMandate),
	frame.Get("/unita/{unit}/territorio", policies.UnitList, admin.Territory),
	frame.Post("/unita/{unit}/territorio", policies.UnitTerritory, admin.SaveTerritory),
	frame.Get("/unita/nuova", policies.UnitList, admin.Unit),
	frame.Post("/unita/nuova", policies.UnitCreate, admin.CreateUnits),
	frame.Get("/personale", policies.UnitList, admin.People),
	frame.Get("/personale/invita", policies.UnitList, admin.Invite),
	frame.Post("/personale/invita", policies.PersonCreate, admin.InvitePeople),
	frame.Post("/personale/reinvita", policies.PersonInvite, admin.InviteAgain),
	frame.Post("/personale/inviti/ritira", policies.PersonWithdraw, admin.WithdrawInvitation),
	frame.Post("/personale/sospendi", policies.PersonSuspend, admin.Suspend),
	frame.Post("/personale/riammetti", policies.PersonLift, admin.Lift),
	frame.Post("/personale/sblocca", policies.FactorUnlock, admin.UnlockAdministrator),
	frame.Get("/numeri", policies.UnitList, admin.Board),
	frame.Get("/numeri/nuovo", policies.UnitList, admin.NewNumber),
	frame.Post("/numeri/nuovo", policies.PostedNumber, admin.PostNumber),
	frame.Get("/numeri/reperibilita", policies.UnitList, admin.NewOnCall),
	frame.Post("/numeri/reperibilita", policies.PostedNumber, admin.PostOnCall),
	frame.Get("/numeri/{entry}", policies.UnitList, admin.Number),
	frame.Post("/numeri/{entry}", policies.PostedNumber, admin.SaveNumber),
	frame.Get("/orari/{unit}", policies.UnitList, admin.UnitHours),
	frame.Post("/orari/{unit}", policies.PostedText, admin.SaveUnitHours),
	frame.Get("/doveri/nuovo", policies.UnitList, admin.NewDuty),
	frame.Post("/doveri/nuovo", policies.PostedText, admin.PostDuty),
	frame.Get("/doveri/{entry}", policies.UnitList, admin.Duty),
	frame.Post("/doveri/{entry}", policies.PostedText, admin.SaveDuty),
}, admin.Room(), entry.Room())
