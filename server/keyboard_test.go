package server_test

import (
	"strings"
	"testing"
	"time"

	"sportello/server/locale"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// key presses keys one after the other.
func (v *visitor) key(keys ...string) *visitor {
	v.t.Helper()
	for _, k := range keys {
		v.do(chromedp.KeyEvent(k))
	}
	return v
}

// tabTo presses Tab until the element with an id has the focus, which must be
// visible wherever it passes.
func (v *visitor) tabTo(id string) *visitor {
	v.t.Helper()
	for range 200 {
		v.key(kb.Tab)
		at := eval[string](v, `(() => { const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
			const seen = e === document.body || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none" || e.matches(".skip");
			return e.id + (seen ? "" : " without a visible focus: " + e.outerHTML.slice(0, 120)); })()`)
		if strings.Contains(at, "without") {
			v.stop("the focus stands on %s", at)
		}
		if at == id {
			return v
		}
	}
	v.stop("Tab never comes to %q", id)
	return v
}

// enter presses Enter and waits for the page it leads to.
func (v *visitor) enter() *visitor {
	v.t.Helper()
	v.answer(chromedp.KeyEvent(kb.Enter))
	return v
}

// typed types what a keyboard types.
func (v *visitor) typed(text string) *visitor {
	v.t.Helper()
	v.do(chromedp.KeyEvent(text))
	return v
}

// TestKeyboardOnly signs in and records a contact with Tab, Space and Enter.
func TestKeyboardOnly(t *testing.T) {
	s := site.Town(t)
	to := newTour(t, s, locale.Italian, true)
	v, p := to.visitor(t, "anna"), s.People["anna"]
	v.open("/entra").tabTo("username").typed(p.Username).tabTo("passphrase").typed(p.Passphrase).enter()
	v.at("/entra/codice").tabTo("code").typed(s.Code(p)).enter().at("/agenda")
	v.open("/contatti/nuovo").tabTo("speaker-she").key(" ").tabTo("name").typed("Tastiera").enter()
	v.see("contact.request_title").tabTo("request").typed("Solo tasti.").tabTo("needs-listen").key(" ")
	v.focus("Continua").enter().see("contact.outcome_title")
	// The answers of one question are one stop; arrows move among them.
	v.tabTo("outcome-info_only").key(kb.ArrowDown, kb.ArrowDown, kb.ArrowDown, kb.ArrowDown).focus("Apri una nuova scheda").enter()
	v.at("/contatti/{id}").see("contact_done.title", "Tastiera", "outcome.thinking")
	// The first stop of a page leads past the menu, the second to the cover.
	v.open("/agenda").key(kb.Tab)
	if got := eval[string](v, "document.activeElement.getAttribute('href')"); got != "#main" {
		t.Errorf("the first stop leads to %q", got)
	}
	v.key(kb.Tab)
	if got := eval[string](v, "document.activeElement.getAttribute('href')"); got != "#cover" {
		t.Errorf("the second stop leads to %q", got)
	}
	v.tabTo("cover").enter().at("/riprendi")
	s.Quiet(t)
}

// focus presses Tab until the button with a text has the focus.
func (v *visitor) focus(text string) *visitor {
	v.t.Helper()
	for range 200 {
		v.key(kb.Tab)
		if eval[string](v, `document.activeElement.innerText?.trim() ?? ""`) == text {
			return v
		}
	}
	v.stop("Tab never comes to %q", text)
	return v
}

// TestEyes looks at three pages with forced colours and at 200 %.
func TestEyes(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	to := newTour(t, s, locale.Italian, true)
	v := to.visitor(t, "anna").signIn("anna")
	for _, path := range []string{"/agenda", "/contatti/nuovo", "/schede/" + r.File} {
		v.open(path)
		// 200 % of a window of 1280 px is a window of 640 px at twice the size.
		v.do(chromedp.EmulateViewport(640, 450, chromedp.EmulateScale(2)))
		if out := eval[string](v, widest); out != "" {
			t.Errorf("%s at 200 %% is wider than the window:\n%s", path, out)
		}
		v.do(chromedp.EmulateViewport(1280, 900))
		v.forced("active")
		faint := eval[[]string](v, `[...document.querySelectorAll("main input:not([type=hidden]), main textarea, main select, main button:not(.default-go), main .btn, .cover-button")].filter(e => {
			const s = getComputedStyle(e); return e.checkVisibility() && parseFloat(s.borderTopWidth) < 1 && !e.matches(".linklike") &&
				!(/radio|checkbox/.test(e.type) && s.appearance !== "none"); }).map(e => e.outerHTML.slice(0, 120))`)
		if len(faint) > 0 {
			t.Errorf("%s with forced colours: without an edge: %s", path, strings.Join(faint, "\n"))
		}
		same := eval[[]string](v, `[...document.querySelectorAll(".status, .strip, .note-box, .steps li.here, [aria-current]")].filter(e => {
			const s = getComputedStyle(e); return e.checkVisibility() && s.color === s.backgroundColor; }).map(e => e.outerHTML.slice(0, 120))`)
		if len(same) > 0 {
			t.Errorf("%s with forced colours: unreadable: %s", path, strings.Join(same, "\n"))
		}
		v.forced("none")
	}
	s.Quiet(t)
}

func (v *visitor) forced(value string) {
	v.t.Helper()
	ctx, cancel := v.within()
	defer cancel()
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: value}}}); err != nil {
		v.stop("forcing colours: %v", err)
	}
}

// fastClock lets a page's own time run when the test says so. It stands before
// the page's script, as the browser's clock does.
const fastClock = `(() => { const now = Date.now, every = [];
	let ahead = 0;
	Date.now = () => now.call(Date) + ahead;
	window.setInterval = f => { every.push(f); return every.length; };
	window.later = ms => { ahead += ms; every.forEach(f => f()); };
})()`

// TestQuietScreen: two minutes untouched blur the page, a key brings it back; at
// fourteen it says what comes, at fifteen it is covered with what was typed.
func TestQuietScreen(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	to := newTour(t, s, locale.Italian, true)
	v := to.visitor(t, "anna").signIn("anna")
	ctx, cancel := v.within()
	defer cancel()
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fastClock}); err != nil {
		t.Fatal(err)
	}
	v.open("/schede/"+r.File+"/diario/nuova").fill("note.text", "A metà")
	later := func(d time.Duration) { eval[bool](v, "window.later(%s), true", d.Milliseconds()) }
	blurred := func() bool { return eval[bool](v, `document.documentElement.classList.contains("is-blurred")`) }
	if later(time.Minute); blurred() {
		t.Error("blurred after one minute")
	}
	if later(61 * time.Second); !blurred() {
		t.Error("not blurred after two minutes")
	}
	v.see("frame.asleep")
	if shows := eval[string](v, `getComputedStyle(document.querySelector("main")).filter + getComputedStyle(document.querySelector("main")).visibility`); shows == "nonevisible" {
		t.Error("what is blurred can be read")
	}
	if v.key(kb.Shift); blurred() {
		t.Error("a key does not bring the page back")
	}
	later(11 * time.Minute)
	v.key(kb.Shift).see("frame.cover_soon")
	eval[bool](v, "window.before = true")
	eval[bool](v, "setTimeout(() => window.later(60000)), true")
	v.arrive()
	v.at("/riprendi").fill("covered.passphrase", s.People["anna"].Passphrase).click("covered.resume")
	v.at("/schede/{id}/diario/nuova").holds("note.text", "A metà").see("frame.refilled")
	s.Quiet(t)
}

// TestQuickExit: one press, or Shift three times, and nothing of the service is
// left to go back to.
func TestQuickExit(t *testing.T) {
	s := site.Town(t)
	to := newTour(t, s, locale.Italian, true)
	v := to.visitor(t, "anna").open("/licenze").open("/entra")
	v.click("frame.exit").at("/uscita").seeNot("Sportello", "Entra")
	if title := eval[string](v, "document.title"); strings.Contains(strings.ToLower(title), "sportello") {
		t.Errorf("the neutral page is called %q", title)
	}
	v.back().at("/licenze") // the sign-in page is gone: the exit took its place
	v.open("/entra")
	eval[bool](v, "window.before = true")
	v.key(kb.Shift, kb.Shift, kb.Shift)
	v.arrive()
	v.at("/uscita")
	s.Quiet(t)
}
