package auditlog_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/auditlog"
	"sportello/server/frame"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/registro", policies.LogRead, auditlog.Log),
	frame.Post("/registro", policies.LogRead, auditlog.FilterLog),
	frame.Post("/registro/esporta", policies.LogExport, auditlog.ExportLog),
	frame.Post("/registro/verifica", policies.LogVerify, auditlog.VerifyNow),
	frame.Get("/registro/accessi", policies.LogRead, auditlog.Access),
	frame.Get("/registro/invii", policies.LogRead, auditlog.AuditReferrals),
	frame.Get("/registro/{index}/chi", policies.LogRead, auditlog.LogName),
	frame.Post("/registro/{index}/chi", policies.LogName, auditlog.AskName),
	frame.Get("/registro/{index}", policies.LogDetail, auditlog.LogProof),
}, auditlog.Room())
