package desk_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/desk"
	"sportello/server/frame"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/turno", policies.AgendaRead, desk.Turn),
	frame.Post("/turno", policies.ShiftHandOver, desk.HandOver),
	frame.Get("/contatti/{id}/richiama", policies.ContactOpen, desk.CallBack),
	frame.Post("/contatti/{id}/richiama", policies.CallBackRecord, desk.RecordCallBack),
	frame.Get("/contatti/{id}/adesso", policies.ContactOpen, desk.NowOfContact),
	frame.Post("/contatti/{id}/adesso", policies.NowEnd, desk.EndNowOfContact),
	frame.Get("/schede", policies.CaseList, desk.List),
	frame.Get("/schede/{id}/adesso", policies.CaseOpen, desk.NowOfCase),
	frame.Post("/schede/{id}/adesso", policies.NowEnd, desk.EndNowOfCase),
	frame.Get("/schede/{id}/appuntamenti", policies.CaseOpen, desk.Meetings),
	frame.Post("/schede/{id}/appuntamenti", policies.CaseUpdate, desk.SaveMeeting),
}, desk.Room())
