package register_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/frame"
	"sportello/server/register"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/registro", policies.LogRead, register.Log),
	frame.Post("/registro", policies.LogRead, register.FilterLog),
	frame.Post("/registro/esporta", policies.LogExport, register.ExportLog),
	frame.Post("/registro/verifica", policies.LogVerify, register.VerifyNow),
	frame.Get("/registro/accessi", policies.LogRead, register.Access),
	frame.Get("/registro/invii", policies.LogRead, register.AuditReferrals),
	frame.Get("/registro/{index}", policies.LogDetail, register.LogProof),
}, register.Room())
