package server_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/server/locale"
	"sportello/server/servertest"

	"github.com/chromedp/chromedp"
)

// forward is the browser's other button.
func (v *visitor) forward() *visitor {
	v.t.Helper()
	v.answer(chromedp.NavigateForward())
	return v
}

// TestBackThroughAContact: a contact is gone through to its end, with a search and an
// answer that was refused on the way, back through all its steps and forward again. The
// browser never asks whether to send a form again (its page of that would be no page of
// ours), what was typed stands on every step, and one contact is recorded.
func TestBackThroughAContact(t *testing.T) {
	for _, script := range []bool{true, false} {
		t.Run(map[bool]string{true: "script", false: "no script"}[script], func(t *testing.T) {
			s := site.Town(t)
			to := newTour(t, s, locale.Italian, script)
			v := to.visitor(t, "anna").signIn("anna")
			v.open("/agenda").open("/contatti/nuovo").choose("contact.speaker", "speaker.she")
			v.fill("contact.been_query", "Nessuna che ci sia").click("action.search").see("contact.no_match")
			v.fill("contact.name", "Lontana").click("action.continue").see("contact.request_title")
			v.fill("contact.request", "Vuole dormire altrove.").fill("safe.from", "25:90").click("action.continue").see("safe.hours_wrong")
			v.fill("safe.from", "9:30").fill("safe.to", "12:00").fill("safe.say", "Sono della biblioteca.").click("action.continue").see("contact.outcome_title")
			v.choose("contact.outcome", "outcome.thinking").click("contact.close").see("contact_done.title")
			done := v.path()

			step3 := func() { v.see("contact.outcome_title").answered("contact.outcome", "outcome.thinking") }
			step2 := func() {
				v.holds("contact.request", "Vuole dormire altrove.").holds("safe.say", "Sono della biblioteca.").holds("safe.to", "12:00")
				v.seeNot("safe.hours_wrong")
			}
			step1 := func() {
				v.holds("contact.name", "Lontana").holds("contact.been_query", "Nessuna che ci sia").answered("contact.speaker", "speaker.she")
			}
			walk := []func(){step1, step1, step2, step2, step3}
			for i := range walk {
				v.back().at("/contatti/nuovo/{form}/{step}").see("contact.recorded")
				walk[len(walk)-1-i]()
			}
			v.back().at("/agenda")
			for _, seen := range walk {
				v.forward().at("/contatti/nuovo/{form}/{step}")
				seen()
			}
			if v.forward(); v.path() != done {
				t.Errorf("forward from the last step is %s", v.path())
			}
			if n := tallied(t, s, "SELECT count(*) FROM contact"); n != 1 {
				t.Errorf("%d contacts are stored, want 1", n)
			}
			// Under a covered screen, and after leaving, going back shows nothing of hers.
			v.click("frame.cover").at("/riprendi")
			for range 3 {
				v.back().at("/riprendi").seeNot("Lontana")
			}
		})
	}
}

// tallied asks the main database for a number.
func tallied(t *testing.T, s *servertest.Site, query string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, store.MainFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackWhileAContactIsOpen: she goes back to the first step, changes an answer, and goes
// on: what later steps hold is still there, and what is stored is what she said last.
func TestBackWhileAContactIsOpen(t *testing.T) {
	s := site.Town(t)
	v := newTour(t, s, locale.Italian, true).visitor(t, "anna").signIn("anna")
	v.open("/contatti/nuovo").choose("contact.speaker", "speaker.she").fill("contact.name", "Prima").click("action.continue")
	v.fill("contact.request", "Una casa.").click("action.continue").see("contact.outcome_title")
	v.back().holds("contact.request", "Una casa.").back().holds("contact.name", "Prima")
	v.fill("contact.name", "Seconda").click("action.continue").holds("contact.request", "Una casa.").click("action.continue")
	v.choose("contact.outcome", "outcome.thinking").click("contact.close").see("contact_done.title", "Seconda", "Una casa.").seeNot("Prima")
}

// TestNoFormIsAnsweredWithAPage: whatever a form of a page of ours is answered with, it is
// an address: a browser that comes back to it asks nothing. The page behind it is kept for
// the session that sent the form, and for no other.
func TestNoFormIsAnsweredWithAPage(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
	for path, form := range map[string]url.Values{
		"/contatti/nuovo":                        servertest.Pairs("go", "next", "step", "1"),
		"/schede/" + r.File + "/persona":         servertest.Pairs("town", "Samone", "alias", "Un nome"),
		"/schede/" + r.File + "/diario/nuova":    servertest.Pairs("text", "", "kind", "call"),
		"/cerca":                                 servertest.Pairs("q", "Lontana"),
		"/schede/" + r.File + "/segnalazioni":    servertest.Pairs("report", "NESSUNO"),
		"/contatti/" + r.Contact + "/richiama":   servertest.Pairs("outcome", "x"),
		"/schede/" + r.Vera + "/persona":         servertest.Pairs("alias", "Non sua"),
		"/schede/" + r.File + "/riservata":       servertest.Pairs("note", "x"),
		"/schede/" + r.File + "/appuntamenti":    servertest.Pairs("day", "31/02/2027"),
		"/credenziali/fattore":                   servertest.Pairs("x", "y"),
		"/schede/" + r.File + "/contatto-sicuro": servertest.Pairs("from0", "99:00"),
	} {
		form.Set("token", s.Door.FormToken(anna.Who))
		got := anna.Ask(http.MethodPost, path, form)
		if got.Status != http.StatusSeeOther || servertest.Main(got.Body) != "" {
			t.Errorf("%s answers a form with %d and a page", path, got.Status)
			continue
		}
		if !strings.Contains(got.Leads, "?risposta=") {
			continue
		}
		kept := anna.Ask(http.MethodGet, got.Leads, nil)
		if again := anna.Ask(http.MethodGet, got.Leads, nil); again.Body != kept.Body || again.Status != kept.Status || kept.Status == http.StatusSeeOther {
			t.Errorf("%s: its answer is another when it is asked for again (%d, %d)", path, kept.Status, again.Status)
		}
		if other := lucia.Ask(http.MethodGet, got.Leads, nil); other.Body == kept.Body && other.Status == http.StatusOK {
			t.Errorf("%s: somebody else reads the answer", path)
		}
	}
	// What was kept is gone with a covered screen and with the session.
	got := anna.Ask(http.MethodPost, "/cerca", servertest.Pairs("q", "Lontanissima", "token", s.Door.FormToken(anna.Who)))
	if kept := anna.Get(got.Leads); !strings.Contains(kept.Body, "Lontanissima") {
		t.Fatal("the answer does not show what was looked for")
	}
	anna.Post("/copri")
	if kept := anna.Get(got.Leads); kept.Status != http.StatusSeeOther || strings.Contains(kept.Body, "Lontanissima") {
		t.Errorf("under a covered screen the answer still shows (%d)", kept.Status)
	}
	s.Quiet(t)
}

// TestBackIsAskedAgain: who read a page before something was taken out of sight, goes back
// to it and finds what the policy says now. What was sent from a step of a form comes back in it.
func TestBackIsAskedAgain(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	file := "/schede/" + r.File
	anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
	centre := file + "/centri/" + s.Units[storetest.Ginestra]
	anna.Get(centre)
	anna.Status(anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes"), http.StatusOK)
	share := anna.At
	list := []string{"form", anna.Hidden("form"), "step", "1", "go", "next", "fields", "alias", "given", "spoken", "urgency", "today", "heard", "yes",
		"text_lang", "it", "beside", "besides", "purpose", "counselling"}
	for _, mark := range anna.Hiddens("shown") {
		list = append(list, "shown", mark)
	}
	anna.Status(anna.Post(centre+"/invio", list...), http.StatusSeeOther)
	back := anna.Status(anna.Get(share), http.StatusOK)
	if ticks := servertest.Ticks(back.Body); !slices.Contains(ticks, "alias") || !regexp.MustCompile(`value="today"[^>]* checked`).MatchString(back.Body) {
		t.Errorf("going back, what was chosen is not there: %v", ticks)
	}
	lucia.Status(lucia.Post(file+"/persona", "town", "Samone", "alias", "Un nome", "version", "1"), http.StatusUnprocessableEntity)
	read := lucia.At
	if got := lucia.Get(read); !got.Says("Un nome") {
		t.Fatal("the answer is not kept")
	}
	revoke := "/autorizzazioni/" + r.Unsent + "/revoca"
	anna.Get(revoke)
	anna.Status(anna.Post(revoke, "version", anna.Hidden("version"), "recognised", "in_person"), http.StatusSeeOther)
	if got := lucia.Get(read); got.Says("Un nome") {
		t.Errorf("after an authorisation was revoked, going back shows it still (%d)", got.Status)
	}
}

// TestTypedAsHersComesBack: what was written as said by her, before somebody else turns out
// to speak, is found again from the page of what others tell, and who speaks is asked again.
func TestTypedAsHersComesBack(t *testing.T) {
	s := site.Town(t)
	v := newTour(t, s, locale.Italian, false).visitor(t, "anna").signIn("anna")
	v.open("/contatti/nuovo").choose("contact.speaker", "speaker.she").fill("contact.name", "Lontana").click("action.continue")
	v.fill("contact.request", "Una casa.").back().choose("contact.speaker", "speaker.someone").click("action.continue")
	v.see("report.new_title", "report.as_hers").click("report.as_hers_back").at("/contatti/nuovo/{form}/{step}")
	if eval[bool](v, `!!document.querySelector("[name=speaker]:checked")`) {
		t.Error("who speaks is not asked again")
	}
	v.choose("contact.speaker", "speaker.she").holds("contact.name", "Lontana")
}
