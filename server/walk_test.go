package server_test

import (
	"fmt"
	"strings"
	"testing"

	"sportello/server/locale"
)

// The most pages that are met from the telephone that rings to a contact that is saved, and
// to a referral that is sent, the page that says so included.
const (
	mostToSaved = 4
	mostToSent  = 9
)

// TestPagesOfACall counts the pages of a whole call, at three widths, with script and
// without. None is saved by leaving out what she has to hear, or what the centre will see.
func TestPagesOfACall(t *testing.T) {
	s := site.Town(t)
	for _, script := range []bool{true, false} {
		to := newTour(t, s, locale.Italian, script)
		for _, width := range []int64{320, 768, 1280} {
			v := to.visitor(t, "anna").signIn("anna")
			v.wide(width)
			pages := 0
			on := func(keys ...string) {
				t.Helper()
				pages++
				v.see(keys...)
				if out := eval[string](v, widest); out != "" && width == 320 {
					t.Errorf("%s is wider than the window:\n%s", v.path(), out)
				}
			}
			name := fmt.Sprintf("Camminata %d %v", width, script)
			v.open("/agenda").click("agenda.new_contact")
			on("contact.speaker", "contact.say_duty", "contact.say_danger")
			v.choose("contact.speaker", "speaker.she").fill("contact.name", name).click("action.continue")
			on("contact.request_title", "safe.channels")
			v.fill("contact.request", "Chiede aiuto con l’avvocata.").click("action.continue")
			on("contact.outcome_title")
			v.choose("contact.outcome", "outcome.stay_in_touch").click("contact.open_case")
			on("contact_done.title", name)
			if pages > mostToSaved {
				t.Errorf("%d pages to a saved contact", pages)
			}
			v.click("case_referrals.choose")
			on("centre.choose")
			v.fill("centre.need", "need.legal")
			v.click("centre.choose")
			on("way.she_calls")
			v.choose("way.how", "way.we_send").tick("way.she_chose").click("action.continue")
			on("share.title", "how.read")
			if heard := eval[string](v, `document.querySelector(".read-aloud").innerText`); len(heard) < 200 {
				t.Errorf("the text that she hears is %q", heard)
			}
			v.tick("contact.name").tick("share_field.request").tick("how.heard").choose("how.given", "given.spoken").choose("how.urgency", "urgency.three_days").choose("how.until", "until.days30")
			v.click("share.next").at("/autorizzazioni/{id}")
			on("preview.frame")
			if !strings.Contains(v.pack(), name) {
				t.Error("the preview does not show what the centre will see")
			}
			v.fill("signin.passphrase", s.People["anna"].Passphrase).fill("code.code", s.Code(s.People["anna"])).click("preview.send").at("/invii/{id}")
			on("referral.was_sent")
			if pages > mostToSent {
				t.Errorf("%d pages to a referral that is sent", pages)
			}
		}
	}
	s.Quiet(t)
}
