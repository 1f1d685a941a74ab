// Package centretest has a sample of each page of the room centre, with plausible, fictional content.
// Nothing but tests imports it.
package centretest

import (
	"time"

	"sportello/server/centre"
	"sportello/server/parts"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	add := all.Add
	messages := []parts.Message{{At: servertest.Now.Add(-3 * time.Hour), From: "Centro Le Querce", Text: "Parla italiano?"}, {At: servertest.Now.Add(-2 * time.Hour), From: "Sportello Donna, Municipio II", Text: "Sì.", Mine: true}}
	row := centre.InboxRow{ID: "B", Desk: "Sportello Donna, Municipio II", Sent: servertest.Now.Add(-40 * time.Minute), Urgency: "today", State: "sent"}
	stop := row
	facts := centre.StopFacts{Phone: "000 000 0200", Hours: "lun–ven 9–18", Cancel: []centre.Cancel{{Number: "ABC-DEF", Day: servertest.Ago(2)}}}
	stop.Stop, stop.ID, stop.StopFacts = true, "C", facts
	news := row
	news.News, news.State = "message", "accepted"
	add("inbox", &centre.InboxPage{Page: servertest.CentrePage(centre.TitleInbox, "/arrivi"), Stops: []centre.InboxRow{stop}, New: []centre.InboxRow{row}, WaitUs: []centre.InboxRow{row, news}, WaitThem: []centre.InboxRow{row}, Closed: []centre.InboxRow{row}})
	add("inbox.notices", &centre.InboxPage{Page: servertest.CentrePage(centre.TitleInbox, "/arrivi"), Notices: servertest.Notices()})
	add("inbox.empty", &centre.InboxPage{Page: servertest.CentrePage(centre.TitleInbox, "/arrivi")})
	add("received", &centre.ReceivedPage{Page: servertest.CentrePage(centre.TitleReceived, "/arrivi/B"), ID: "B", State: "appointment", Package: servertest.Package(), Messages: messages, Appointment: parts.Appointment{Number: "ABC-DEF", At: servertest.Ago(-1), Place: "Sede del centro"}, AfterMay: []string{"engaged", "no_show", "closed"}, MayCopy: true, Stale: true})
	add("received.accepted", &centre.ReceivedPage{Page: servertest.CentrePage(centre.TitleReceived, "/arrivi/B"), ID: "B", State: "accepted", Package: servertest.Package(), AfterMay: []string{"engaged", "no_show", "closed"}, MayCopy: true})
	add("decline", &centre.DeclinePage{Page: servertest.CentrePage(centre.TitleDecline, "/arrivi/B/non-accogli"), ID: "B"})
	add("stop", &centre.StopPage{StopFacts: facts, Page: servertest.CentrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: servertest.Now.Add(-time.Hour)})
	add("stop.stated", &centre.StopPage{Page: servertest.CentrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: servertest.Now.Add(-time.Hour), Done: []string{"not_used"}})
	add("stop.whole", &centre.StopPage{Page: servertest.CentrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: servertest.Now.Add(-time.Hour), Done: []string{"contacted", "appointment_cancelled", "copy_destroyed", "kept_own_rules"}})
	wrong := &centre.StopPage{Page: servertest.CentrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: servertest.Now.Add(-time.Hour), StopForm: centre.StopForm{Ticked: []string{"not_used", "contacted"}}}
	wrong.Fail("done", "error.contradicts")
	add("stop.wrong", wrong)
	stopped := &centre.StopPage{Page: servertest.CentrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: servertest.Now.Add(-time.Hour), Unsent: "Parla italiano?"}
	stopped.Problem = centre.ProblemEndedRevoked
	add("stop.unsent", stopped)
	over := &centre.InboxPage{Page: servertest.CentrePage(centre.TitleInbox, "/arrivi"), Unsent: "Parla italiano?", Closed: []centre.InboxRow{{ID: "B", Desk: "Sportello Donna, Municipio II", Sent: servertest.Now.Add(-time.Hour), DayOnly: true, State: "expired", Over: true}}}
	over.Problem = centre.ProblemEndedOver
	add("inbox.unsent", over)
	add("copy", &centre.CopyPage{Page: servertest.CentrePage(centre.TitleCopy, "/arrivi/B/copia"), ID: "B", CopyForm: centre.CopyForm{Key: "age1pq1qqx…7fd"}})
	add("copy.kept", &centre.CopyPage{Page: servertest.CentrePage(centre.TitleCopy, "/arrivi/B/copia"), ID: "B", Kept: true, Words: [4]string{"fiume", "tavolo", "neve", "gatto"}, Since: servertest.Ago(20)})
	return all
}
