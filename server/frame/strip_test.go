package frame_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/referrals/rule"
	"sportello/server/frame"
	"sportello/server/locale"

	"github.com/a-h/templ"
)

// stripPage is a page with nothing but a strip.
type stripPage struct {
	frame.Page
	strip frame.Strip
}

func (p *stripPage) HTML(v *frame.PageView) templ.Component { return v.Strip(p.strip) }

// line is the one line of a strip, as it is read.
func line(t *testing.T, lang locale.Lang, at time.Time, s frame.Strip) string {
	t.Helper()
	r, err := frame.NewRenderer()
	if err != nil {
		t.Fatal(err)
	}
	body, err := r.Bytes(&stripPage{Page: frame.Page{Lang: lang, Now: at, Title: "case.title"}, strip: s})
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(?s)<span class="strip-now">(.*?)</span>\s*<span class="strip-whole">`).FindStringSubmatch(string(body))
	if said == nil {
		t.Fatalf("there is no line in %s", body)
	}
	text := strings.NewReplacer("<del>", "~", "</del>", "~", "\u2068", "", "\u2069", "").Replace(said[1])
	text = html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, " "))
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), " ,", ",")
}

// TestTheLineSaysWhatIsAllowedNow: at any hour, what may be done and until when, or from
// when; what is never is named so.
func TestTheLineSaysWhatIsAllowedNow(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	evening := rule.SafeContact{Channels: map[string]string{"call": "yes", "sms": "never"}, Answerer: "only_she", Hide: "yes",
		Hours: []rule.Hours{{Days: []string{"mon", "fri"}, From: "18:00", To: "22:30"}}}
	night := evening
	night.Hours = []rule.Hours{{From: "22:00", To: "06:30"}}
	both := rule.SafeContact{Channels: map[string]string{"call": "yes", "whatsapp": "yes", "in_person": "yes"}, Voice: "no", Answerer: "trusted",
		Hours: []rule.Hours{{From: "09:00", To: "12:00"}, {From: "12:00", To: "13:00"}}}
	always := rule.SafeContact{Channels: map[string]string{"call": "yes"}, Hours: []rule.Hours{{From: "", To: ""}}}
	day := rule.SafeContact{Channels: map[string]string{"call": "yes"}, Hours: []rule.Hours{{From: "00:00", To: "23:59"}}}
	for _, c := range []struct {
		name string
		rule rule.SafeContact
		at   time.Time
		want string
	}{
		{"in her hours", evening, at(27, 20, 40), "Si può adesso: telefonata, fino alle 22:30 · risponde solo lei · numero nascosto Mai: ~SMS~"},
		{"their last minute", evening, at(27, 22, 29), "Si può adesso: telefonata, fino alle 22:30 · risponde solo lei · numero nascosto Mai: ~SMS~"},
		{"the minute after", evening, at(27, 22, 30), "Adesso no: telefonata da lun 30 nov alle 18:00 Mai: ~SMS~"},
		{"before them, the same day", evening, at(27, 9, 0), "Adesso no: telefonata dalle 18:00 Mai: ~SMS~"},
		{"over midnight, before it", night, at(24, 23, 0), "Si può adesso: telefonata, fino alle 06:30 di mer 25 nov · risponde solo lei · numero nascosto Mai: ~SMS~"},
		{"over midnight, after it", night, at(25, 6, 0), "Si può adesso: telefonata, fino alle 06:30 · risponde solo lei · numero nascosto Mai: ~SMS~"},
		{"two stretches that meet", both, at(25, 9, 0), "Si può adesso: telefonata, WhatsApp, fino alle 13:00 · di persona · risponde lei o una persona di cui si fida · niente segreteria"},
		{"outside, but in person", both, at(25, 13, 0), "Si può adesso: di persona · telefonata, WhatsApp da gio 26 nov alle 09:00"},
		{"at any hour", always, at(25, 3, 0), "Si può adesso: telefonata, a qualsiasi ora"},
		{"until the day ends", day, at(25, 3, 0), "Si può adesso: telefonata, fino a mezzanotte"},
		{"no hour was named", rule.SafeContact{Channels: map[string]string{"call": "yes"}}, at(25, 3, 0), "Adesso no: telefonata a nessuna ora: non è stata detta"},
		{"nothing was asked", rule.SafeContact{}, at(25, 3, 0), "Adesso no: non è ancora stato chiesto come contattarla"},
		{"nothing is allowed", rule.SafeContact{Channels: map[string]string{"call": "never"}}, at(25, 3, 0), "Adesso no: nessun contatto permesso Mai: ~telefonata~"},
		{"through the desk alone", rule.SafeContact{DeskOnly: true}, at(25, 3, 0), "Adesso no: solo tramite lo sportello"},
	} {
		if got := line(t, locale.Italian, c.at, frame.StripOf(c.rule, frame.Who{})); got != c.want {
			t.Errorf("%s:\n%s\n%s", c.name, got, c.want)
		}
	}
	if got, want := line(t, locale.English, at(27, 20, 40).UTC(), frame.StripOf(evening, frame.Who{})), "Allowed now: call, until 22:30 · only she answers · number hidden Never: ~text message~"; got != want {
		t.Errorf("in English, by the clock of UTC:\n%s\n%s", got, want)
	}
}
