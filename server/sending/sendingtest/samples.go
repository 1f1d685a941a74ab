// Package sendingtest has a sample of each page of the room sending, with plausible, fictional content.
// Nothing but tests imports it.
package sendingtest

import (
	"time"

	"sportello/server/frame"
	"sportello/server/parts"
	"sportello/server/sending"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	addAsking(all.Add)
	addSent(all.Add)
	return all
}

// addAsking: from the file to the preview.
func addAsking(add func(string, frame.Shown)) {
	head := servertest.CaseHead("referrals")
	add("case-referrals", &sending.CaseReferralsPage{Page: servertest.DeskPage("case_referrals.title", "/schede/A/invii"), CaseHead: head, Referrals: []sending.ReferralRow{
		{ID: "B", Centre: "Centro Le Querce", State: "accepted", Day: servertest.Ago(2), Until: servertest.Ago(-28), Live: true, Fields: 3},
		{ID: "C", Centre: "Centro Aurora", State: "withdrawn", Day: servertest.Ago(9), Fields: 0}}})
	add("case-referrals.empty", &sending.CaseReferralsPage{Page: servertest.DeskPage("case_referrals.title", "/schede/A/invii"), CaseHead: head})
	querce := frame.Centre{ID: "Q", Name: "Centro Le Querce", Cost: "free", Area: "Distretto ceramico", Needs: []string{"listen", "legal", "bed"}, Hours: "lun–ven 9–18, sempre al telefono", Languages: []string{"it", "ar", "fr"}, Phone: "0536 000000", Distance: 12, State: "pinned"}
	other := querce
	other.ID, other.Name, other.State, other.Mark = "R", "Centro Aurora", "unpinned", "unpinned"
	add("choose-centre", &sending.ChooseCentrePage{Page: servertest.DeskPage(sending.TitleChooseCentre, "/schede/A/centro"), CaseHead: head, About: "/schede/A/fogli/B", CentreForm: sending.CentreForm{Need: "bed", From: "Fiorano", Away: "Sassuolo"}, Centres: []frame.Centre{querce, other}, Sent: map[string]time.Time{"Q": servertest.Ago(3)}})
	castro := &sending.ChooseCentrePage{Page: servertest.DeskPage(sending.TitleChooseCentre, "/schede/A/centro"), CaseHead: head, CentreForm: sending.CentreForm{From: "Castro", Away: "Calliano"}, Far: []string{"Calliano (TN)", "Calliano (AT)"}, Near: []string{"Castro (LE)", "Castro (BG)"}, Apart: []frame.Centre{other}}
	castro.Fail("near", sending.FailTownSeveral)
	castro.Fail("away", sending.FailAwaySeveral)
	add("choose-centre.which", castro)
	add("choose-centre.empty", &sending.ChooseCentrePage{Page: servertest.DeskPage(sending.TitleChooseCentre, "/schede/A/centro"), CaseHead: head})
	add("way", &sending.WayPage{Page: servertest.DeskPage(sending.TitleWay, "/schede/A/centri/Q"), CaseHead: head, Centre: querce, WayForm: sending.WayForm{Way: "we_send", Chose: "yes"}})
	add("way.unpinned", &sending.WayPage{Page: servertest.DeskPage(sending.TitleWay, "/schede/A/centri/R"), CaseHead: head, Centre: other})
	call := &sending.CentreCallPage{Page: servertest.DeskPage(sending.TitleCentreCall, "/schede/A/centri/Q/chiama"), CaseHead: head, Centre: querce}
	call.Fail("outcome", "error.choose_one")
	add("centre-call", call)
	silent := querce
	silent.Phone = ""
	add("centre-call.no-phone", &sending.CentreCallPage{Page: servertest.DeskPage(sending.TitleCentreCall, "/schede/A/centri/Q/chiama"), CaseHead: head, Centre: silent, CentreCallForm: sending.CentreCallForm{Outcome: "spoke"}})
	form := sending.ReferralForm{Fields: []string{"alias", "request", "number"}, Shown: []string{"alias:1:AAAA"}, Given: "spoken", Urgency: "today"}
	step := sending.ReferralStep{Centre: querce, Form: form, Step: 1}
	share := &sending.SharePage{Page: servertest.DeskPage(sending.TitleShare, "/schede/A/centri/Q/invio"), CaseHead: head, ReferralStep: step, Package: servertest.Package(), Text: sending.Spoken{Lang: "it", Dir: "ltr", Version: "2026-1", Langs: []string{"it", "ar"},
		Lines: []string{"Lei decide che cosa sa il centro. Può cambiare idea quando vuole, senza dire perché.", "Quello che il centro ha già letto o scaricato non si può riprendere."}}, Groups: []sending.ShareGroup{
		{Key: "share_group.who", Fields: []frame.Shareable{{Value: "alias", Key: "contact.name", Content: "Rosa"}, {Value: "town", Key: "person.town", Content: "Fiorano"}}},
		{Key: "share_group.needs", Fields: []frame.Shareable{{Value: "request", Key: "share_field.request", Content: "Chiede dove può dormire stanotte con il bambino."}}},
		{Key: "share_group.reach", Reach: true, Fields: []frame.Shareable{{Value: "number", Key: "share_field.number", Secret: "333 0000000", Content: "WhatsApp\nQuando: mercoledì 14:00–16:00"}, {Value: "mail", Key: "share_field.mail", Barred: true}, {Value: "code_word", Key: "share_field.code_word", Secret: "girasole"}}}}}
	share.Fail("heard-yes", sending.FailHeard)
	add("share", share)
	rtl := *share
	rtl.Holds = true
	rtl.Page = servertest.DeskPage(sending.TitleShare, "/schede/A/centri/Q/invio")
	rtl.Text = sending.Spoken{Lang: "ar", Dir: "rtl", Version: "2026-1", Langs: []string{"it", "ar"}, Lines: []string{"أنتِ من يقرر ما يعرفه المركز."}}
	add("share.rtl", &rtl)
	step.Step = 2
	add("preview", &sending.PreviewPage{ID: "A", Page: servertest.DeskPage(sending.TitlePreview, "/schede/A/centri/Q/invio"), CaseHead: head, ReferralStep: step, Package: servertest.Package()})
	add("preview.changed", &sending.PreviewPage{ID: "A", Page: servertest.DeskPage(sending.TitlePreview, "/schede/A/centri/Q/invio"), CaseHead: head, ReferralStep: step, Package: servertest.Package(), Changed: []sending.ChangedItem{{Key: "share_field.number"}, {Key: "contact.name"}}})
	add("step-up", &frame.StepUpPage{Page: servertest.DeskPage(frame.TitleStepUp, "/schede/A/centri/Q/invio"), Act: sending.StepUpSend, Object: "K7QM-2F Rosa, Centro Le Querce", Action: "/schede/A/centri/Q/invio", Back: "/schede/A", Carried: []frame.Pair{{Name: "step", Value: "preview"}}})
}

// addSent: a referral that was sent, a restore, a revocation.
func addSent(add func(string, frame.Shown)) {
	head := servertest.CaseHead("referrals")
	messages := []parts.Message{{At: servertest.Now.Add(-3 * time.Hour), From: "Centro Le Querce", Text: "Parla italiano?"}, {At: servertest.Now.Add(-2 * time.Hour), From: "Sportello Donna, Municipio II", Text: "Sì.", Mine: true}}
	steps := []sending.StepDay{{State: "sent", Day: servertest.Ago(2), Place: "done"}, {State: "acknowledged", Day: servertest.Ago(1), Place: "done"}, {State: "appointment", Day: servertest.Ago(0), Place: "here"}, {State: "accepted"}, {State: "engaged"}}
	add("referral", &sending.ReferralPage{Page: servertest.DeskPage(sending.TitleReferral, "/invii/B"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", State: "appointment", Steps: steps, Live: true, Until: servertest.Ago(-28), Way: "we_send", Messages: messages,
		Appointment: parts.Appointment{At: servertest.Ago(-1), Place: "Sede del centro"}, Shut: true, Package: servertest.Package()})
	add("referral.declined", &sending.ReferralPage{Page: servertest.DeskPage(sending.TitleReferral, "/invii/D"), CaseHead: head, ID: "D", Centre: "Centro Aurora", State: "declined", Steps: steps[:2], Live: true, Until: servertest.Ago(-28), Way: "we_send", Reason: "full"})
	add("referral.read", &sending.ReferralPage{Page: servertest.DeskPage(sending.TitleReferral, "/invii/D"), CaseHead: head, ID: "D", Centre: "Centro Aurora", State: "declined", Steps: steps[:2], Way: "we_send", Reason: "full", After: "with_her"})
	add("referral.withdrawn", &sending.ReferralPage{Page: servertest.DeskPage(sending.TitleReferral, "/invii/C"), CaseHead: head, ID: "C", Centre: "Centro Aurora", State: "withdrawn", Steps: steps[:2], Way: "we_send", StopDone: []string{"not_used", "copy_destroyed"}})
	unsent := &sending.ReferralPage{Page: servertest.DeskPage(sending.TitleReferral, "/invii/C"), CaseHead: head, ID: "C", Centre: "Centro Aurora", State: "withdrawn", Steps: steps[:2], Way: "we_send", MessageForm: parts.MessageForm{Text: "Lunedì può venire alle nove."}}
	unsent.Problem = sending.ProblemDeskRevoked
	add("referral.unsent", unsent)
	restored := &sending.RestoredPage{Page: servertest.DeskPage(sending.TitleRestored, "/invii/B/conferma"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", State: "accepted", Sent: servertest.Ago(5), Until: servertest.Ago(-20)}
	restored.Fail("checked", sending.FailChecked)
	add("restored", restored)
	add("restored.erased", &sending.RestoredPage{Page: servertest.DeskPage(sending.TitleRestored, "/invii/B/conferma"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", State: "sent", Sent: servertest.Ago(5), Until: servertest.Ago(-20), Erased: true})
	add("revoke", &sending.RevokePage{Page: servertest.DeskPage(sending.TitleRevoke, "/invii/B/revoca"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", Opened: true, Copied: true})
	add("revoke.unsent", &sending.RevokePage{Page: servertest.DeskPage(sending.TitleRevoke, "/autorizzazioni/B/revoca"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", Unsent: true})
	add("restored.unsent", &sending.RestoredPage{Page: servertest.DeskPage(sending.TitleRestored, "/autorizzazioni/B/conferma"), CaseHead: head, ID: "B", Unsent: true, Centre: "Centro Le Querce", Sent: servertest.Ago(5), Until: servertest.Ago(-20)})
}
