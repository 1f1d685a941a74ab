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
	frame.Get("/agenda", policies.AgendaRead, desk.Agenda),
	frame.Get("/turno", policies.AgendaRead, desk.Turn),
	frame.Post("/turno", policies.ShiftHandOver, desk.HandOver),
	frame.Get("/contatti/{id}/richiama", policies.ContactOpen, desk.CallBack),
	frame.Post("/contatti/{id}/richiama", policies.CallBackRecord, desk.RecordCallBack),
	frame.Get("/contatti/{id}/adesso", policies.ContactOpen, desk.NowOfContact),
	frame.Post("/contatti/{id}/adesso", policies.NowEnd, desk.EndNowOfContact),
	frame.Get("/cerca", policies.CaseSearch, desk.Search),
	frame.Post("/cerca", policies.CaseSearch, desk.FindCases),
	frame.Get("/compiti/{id}", policies.TaskOpen, desk.Task),
	frame.Post("/compiti/{id}/prendi", policies.TaskTake, desk.TakeTask),
	frame.Post("/compiti/{id}/affida", policies.TaskAssign, desk.AssignTask),
	frame.Post("/compiti/{id}/restituisci", policies.TaskReturn, desk.ReturnTask),
	frame.Post("/compiti/{id}", policies.TaskClose, desk.CloseTask),
	frame.Get("/compiti/{id}/revoca", policies.AgendaRead, desk.TaskRevoke),
	frame.Post("/compiti/{id}/revoca", policies.TaskRevoke, desk.RevokeTask),
	frame.Get("/schede", policies.CaseList, desk.List),
	frame.Get("/schede/{id}/adesso", policies.CaseOpen, desk.NowOfCase),
	frame.Post("/schede/{id}/adesso", policies.NowEnd, desk.EndNowOfCase),
	frame.Get("/schede/{id}/appuntamenti", policies.CaseOpen, desk.Meetings),
	frame.Post("/schede/{id}/appuntamenti", policies.CaseUpdate, desk.SaveMeeting),
}, desk.Room())
