package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

const askHer = "Non leggere i nomi che compaiono. Chiedere a lei il codice, la parola, o il nome che usa."

// TestSearchSaysHowAlike: each card is marked, what may not be rung is said, and the
// page says once that a search is no recognition.
func TestSearchSaysHowAlike(t *testing.T) {
	w := storetest.New(t).Standard()
	for _, name := range []string{"Paola Ferari", "Paola Ferrari", "Paola Ferrali"} {
		_, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: name, OpenCase: true,
			Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: name, Safe: rule.SafeContact{Channels: map[string]string{"call": "never"}, Number: "347 555 7788"}}})
		storetest.Try(t, "recording a contact", err)
	}
	anna := site.Serve(t, w).Inside(t, "anna")
	anna.Get("/cerca")
	got := anna.Status(anna.Post("/cerca", "q", "paola ferrari"), http.StatusOK)
	anna.Says(got, askHer)
	if n := strings.Count(got.Body, askHer); n != 1 {
		t.Errorf("it is said %d times", n)
	}
	same, sounds, near := strings.Index(got.Body, "stesso nome"), strings.Index(got.Body, "suona uguale"), strings.Index(got.Body, "simile")
	if same < 0 || same > sounds || sounds > near {
		t.Errorf("the order of the marks: %d, %d, %d", same, sounds, near)
	}
	anna.Says(anna.Post("/cerca", "q", "00393475557788"), "stesso numero, a questo numero mai")
	anna.Silent(anna.Post("/cerca", "q", "Teodolinda"), askHer)
}

// TestSearchFindsTheOthers changes the row of one case file: a search that found it
// and another shows the other.
func TestSearchFindsTheOthers(t *testing.T) {
	for name, change := range map[string]string{
		"its row":  "UPDATE case_file SET last_day = '2020-01-01' WHERE id = ?",
		"its card": "UPDATE case_file SET card = x'00' WHERE id = ?",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Town(t)
			r := s.Fill(t)
			b := s.Inside(t, "lucia")
			b.Get("/cerca")
			b.Says(b.Post("/cerca", "q", "Riservata Nascosta"), r.Walled, r.Restricted)
			s.InFile(t, change, r.Walled)
			got := b.Status(b.Post("/cerca", "q", "Riservata Nascosta"), http.StatusOK)
			b.Says(got, servertest.CannotBeRead, r.Restricted)
			if strings.Contains(got.Body, r.Walled) {
				t.Error("what differs is shown")
			}
		})
	}
}
