package desk_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"sportello/referrals/store/storetest"
)

// TestMeetingIsAgreedMovedAndEnded: nothing typed is lost on the way, and what a colleague
// did meanwhile is shown and not overwritten.
func TestMeetingIsAgreedMovedAndEnded(t *testing.T) {
	w := storetest.New(t).Wide()
	at := "/schede/" + storetest.Rosa(t, w).CaseID + "/appuntamenti"
	anna := site.Serve(t, w).Inside(t, "anna")
	day := w.Gate.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	anna.Get(at)
	page := anna.Status(anna.Post(at, "form", anna.Hidden("form"), "go", "new", "day", "2020-01-01", "hour", "10:30", "with", "Anna", "where", "Sportello", "text", "un colloquio", "mediator", "yes"), http.StatusUnprocessableEntity)
	anna.Says(page, `value="un colloquio"`, `value="Sportello"`, `value="yes" autocomplete="off" checked`)
	anna.Leads(anna.Post(at, "form", anna.Hidden("form"), "go", "new", "day", day, "hour", "10:30", "with", "Anna", "where", "Sportello", "text", "un colloquio", "mediator", "yes"), at)
	page = anna.Get(at)
	anna.Says(page, "Fissato", "10:30", "con mediatrice", "Al posto di un altro?")
	id := regexp.MustCompile(`name="meeting" value="([A-Z2-7]{26})"`).FindStringSubmatch(page.Body)[1]
	anna.Says(anna.Status(anna.Post(at, "go", "end", "meeting", id), http.StatusUnprocessableEntity), "how-"+id)
	anna.Leads(anna.Post(at, "form", anna.Hidden("form"), "go", "new", "instead", id, "day", day, "hour", "11:45", "with", "Anna", "where", "Sportello"), at)
	page = anna.Get(at)
	anna.Says(page, "Spostato", "11:45")
	anna.Says(anna.Status(anna.Post(at, "go", "end", "meeting", id, "how", "done"), http.StatusConflict), "non è stato registrato niente")
	next := regexp.MustCompile(`name="meeting" value="([A-Z2-7]{26})"`).FindStringSubmatch(page.Body)[1]
	anna.Leads(anna.Post(at, "go", "end", "meeting", next, "how", "missed"), at)
	page = anna.Get(at)
	anna.Says(page, "Non si è tenuto")
	anna.Silent(page, "Fissato", "Al posto di un altro?")
	anna.Status(anna.Post(at, "go", "end", "meeting", "NESSUNO", "how", "done"), http.StatusNotFound)
}
