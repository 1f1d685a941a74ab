package server_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/referrals/reports"
	"sportello/referrals/typed"
	"sportello/server"
	"sportello/server/servertest"
)

// TestCallerWhoIsNotShe: what was typed before somebody said who speaks comes along to the
// page of reports.
func TestCallerWhoIsNotShe(t *testing.T) {
	s := site.Town(t)
	anna := s.Inside(t, "anna")
	form := []string{"step", "1", "go", "next", "id", "X", "speaker", "body", "danger", "yes", "danger_when", "alle 10", "children", "with_her", "call_number", "333 000 9911"}
	for _, pressed := range []string{"search", "dropped", "close", "open_case"} {
		if got := anna.Post("/contatti/nuovo", "step", "1", "go", pressed, "id", "X", "speaker", "someone", "q", "Rosa", "outcome", "thinking"); got.Status != http.StatusTemporaryRedirect {
			t.Errorf("%s for somebody else: %d", pressed, got.Status)
		}
	}
	got := anna.Post("/contatti/nuovo", form...)
	if got.Status != http.StatusTemporaryRedirect || got.Leads != "/segnalazioni/nuova" {
		t.Fatalf("the form is sent on with %d to %q", got.Status, got.Leads)
	}
	got = anna.Status(anna.Post(got.Leads, form...), http.StatusOK)
	anna.Says(got, "333 000 9911", "alle 10", `id="danger-yes" name="danger" value="yes" autocomplete="off" checked`, `id="children-with_her" name="children" value="with_her" autocomplete="off" checked`,
		`name="speaker" value="body"`)
}

// TestWhoReportedIsOnNoPageOfHerFile: no page of the file a report is linked to, of a
// referral or of the centre that receives it has a byte of who made it or what was done
// about it; what was said is on the page that shows it.
func TestWhoReportedIsOnNoPageOfHerFile(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna, bruna, caller := s.Inside(t, "anna"), s.Inside(t, "bruna"), s.Caller("anna")
	const who, number, step, said = "Quirina Vicinale", "333 424 2424", "Richiamata zia Quirina", "Sente piangere Zenobia"
	id, _, err := s.Desk.Reports.Record(t.Context(), caller, reports.NewReport{Form: typed.NewForm(), Report: reports.Report{Text: said, RedCode: "yes"},
		Reporter: reports.Reporter{Speaker: "body", Source: "police", Name: who, Reach: number}})
	if err != nil {
		t.Fatal(err)
	}
	s.Receipt(t)(s.Desk.Reports.Move(t.Context(), caller, id, 1, reports.Step{State: "no_safe_way", Text: step}))
	s.Receipt(t)(s.Desk.Reports.Link(t.Context(), caller, r.File, id, "in_person"))
	seen, shown := 0, 0
	look := func(c *servertest.Client, path string) {
		t.Helper()
		got := c.Get(path)
		if got.Status != http.StatusOK {
			return
		}
		seen++
		c.Silent(got, who, "Quirina", number, step, "Forze dell’ordine, polizia", "Codice rosso")
		if strings.Contains(got.Body, said) {
			shown++
		}
	}
	for _, route := range server.Routes() {
		if path := strings.Replace(route.Pattern, "{id}", r.File, 1); route.Method == http.MethodGet && strings.HasPrefix(route.Pattern, "/schede/{id}") && !strings.Contains(path, "{") {
			look(anna, path)
		}
	}
	for _, path := range []string{"/autorizzazioni/" + r.Unsent, "/invii/" + r.Sent, "/segnalazioni/" + id, "/segnalazioni?stato=linked", "/agenda", "/schede"} {
		look(anna, path)
	}
	for _, path := range []string{"/arrivi", "/arrivi/" + r.Sent} {
		look(bruna, path)
	}
	if seen < 18 || shown != 2 {
		t.Errorf("%d pages were seen, %d show what was said: this proves nothing", seen, shown)
	}
	anna.Says(anna.Get("/segnalazioni/"+id+"/chi"), who, number, step, "Forze dell’ordine, polizia")
}
