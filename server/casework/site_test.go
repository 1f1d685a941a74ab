package casework_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/casework"
	"sportello/server/frame"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/contatti/nuovo", policies.ContactCreate, casework.Contact),
	frame.Get("/contatti/nuovo/{form}/{step}", policies.ContactCreate, casework.ContactStep),
	frame.Post("/contatti/nuovo", policies.ContactCreate, casework.RecordContact),
	frame.Get("/contatti/{id}", policies.ContactOpen, casework.ContactDone),
	frame.Get("/schede/{id}", policies.CaseOpen, casework.Case),
	frame.Get("/schede/{id}/diario", policies.CaseOpen, casework.Diary),
	frame.Get("/schede/{id}/persona", policies.CaseOpen, casework.Person),
	frame.Post("/schede/{id}/persona", policies.CaseUpdate, casework.SavePerson),
	frame.Get("/schede/{id}/tentativi", policies.CaseOpen, casework.Attempts),
	frame.Post("/schede/{id}/tentativi", policies.AttemptRecord, casework.RecordAttempt),
	frame.Post("/schede/{id}/richiamo", policies.CaseUpdate, casework.SetRecall),
	frame.Get("/schede/{id}/contatto-sicuro", policies.CaseOpen, casework.SafeContact),
	frame.Post("/schede/{id}/contatto-sicuro", policies.CaseSafeContact, casework.SaveSafeContact),
	frame.Get("/schede/{id}/chiudi", policies.CaseOpen, casework.CaseClose),
	frame.Post("/schede/{id}/chiudi", policies.CaseClose, casework.CloseCase),
}, casework.Room())
