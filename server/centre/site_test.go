package centre_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/centre"
	"sportello/server/frame"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/arrivi", policies.InboxList, centre.Inbox),
	frame.Get("/arrivi/{id}", policies.ReferralOpen, centre.Received),
	frame.Post("/arrivi/{id}/appuntamento", policies.ReferralPropose, centre.Propose),
	frame.Get("/arrivi/{id}/avviso", policies.ReferralNotice, centre.Stop),
	frame.Get("/arrivi/{id}/copia", policies.ReferralOpen, centre.Copy),
	frame.Post("/arrivi/{id}/copia", policies.ReferralCopy, centre.MakeCopy),
}, centre.Room())
