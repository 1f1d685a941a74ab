package walls_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/frame"
	"sportello/server/servertest"
	"sportello/server/walls"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/schede/{id}/riservata", policies.CaseOpen, walls.Restricted),
	frame.Post("/schede/{id}/riservata", policies.CaseRestrict, walls.Restrict),
	frame.Post("/schede/{id}/riservata/apri", policies.CaseRestrict, walls.Lift),
	frame.Get("/schede/{id}/muri", policies.CaseOpen, walls.Walls),
	frame.Post("/schede/{id}/muri", policies.CaseWall, walls.SetWalls),
	frame.Post("/schede/{id}/muri/insieme", policies.WallPropose, walls.ProposeWall),
	frame.Get("/schede/{id}/muri/{wall}", policies.CaseOpen, walls.WallAsked),
	frame.Post("/schede/{id}/muri/{wall}", policies.WallConfirm, walls.ConfirmWall),
	frame.Post("/schede/{id}/muri/{wall}/ferma", policies.WallStop, walls.StopWall),
	frame.Get("/schede/{id}/unione", policies.CaseOpen, walls.Join),
	frame.Post("/schede/{id}/unione", policies.CaseJoin, walls.JoinFiles),
	frame.Post("/schede/{id}/unione/annulla", policies.CaseUnjoin, walls.Unjoin),
	frame.Post("/schede/{id}/muri/{wall}/insieme", policies.WallPropose, walls.CarryWall),
	frame.Get("/muri/{wall}", policies.AgendaRead, walls.ForWitness),
	frame.Post("/muri/{wall}", policies.WallWitness, walls.AnswerWitness),
}, walls.Room())
