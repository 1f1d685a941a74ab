package sending_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/frame"
	"sportello/server/sending"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/schede/{id}/invii", policies.CaseOpen, sending.CaseReferrals),
	frame.Get("/schede/{id}/centro", policies.DirectoryRead, sending.ChooseCentre),
	frame.Post("/schede/{id}/centro", policies.DirectoryRead, sending.FindCentres),
	frame.Get("/schede/{id}/centri/{centre}", policies.DirectoryRead, sending.Way),
	frame.Post("/schede/{id}/centri/{centre}", policies.NoteAdd, sending.ChooseWay),
	frame.Get("/schede/{id}/centri/{centre}/chiama", policies.DirectoryRead, sending.CentreCall),
	frame.Post("/schede/{id}/centri/{centre}/chiama", policies.NoteAdd, sending.RecordCentreCall),
	frame.Post("/schede/{id}/centri/{centre}/invio", policies.ConsentGive, sending.ReferralSteps),
	frame.Get("/autorizzazioni/{id}", policies.ReferralPreview, sending.Preview),
	frame.Post("/autorizzazioni/{id}/invia", policies.ReferralSend, sending.Send),
	frame.Post("/autorizzazioni/{id}/revoca", policies.ConsentRevoke, sending.TakeBackUnsent),
	frame.Get("/invii/{id}", policies.ReferralRead, sending.Referral),
	frame.Post("/invii/{id}/messaggi", policies.ReferralMessage, sending.MessageCentre),
	frame.Post("/invii/{id}/visto", policies.ReferralSeen, sending.MarkSeen),
	frame.Post("/invii/{id}/revoca", policies.ConsentRevoke, sending.TakeBack),
}, sending.Room())
