package server_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/server/locale"
	"sportello/server/servertest"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A visitor is a person at a browser of her own: her own cookies, one or more
// tabs. Her steps are named as she would name them, by the texts she reads: the
// key of a text stands for what the page says in her language. A step that does
// not find its text fails the story.
type visitor struct {
	t      testing.TB
	s      *servertest.Site
	tour   *tour
	ctx    context.Context
	name   string
	status int64 // of the last answer
}

// tour is one run through the service: in one language, with script or not. It
// remembers which pages were looked at.
type tour struct {
	s       *servertest.Site
	lang    locale.Lang
	script  bool
	words   *locale.Catalogue
	axe     string // axe-core and its run; without script it runs on what the page is without
	keep    string // folder for pictures, or empty
	looked  map[string]bool
	routes  map[string]bool // GET patterns seen
	browser context.Context
}

func newTour(t *testing.T, s *servertest.Site, lang locale.Lang, script bool) *tour {
	t.Helper()
	words, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	return &tour{s: s, lang: lang, script: script, words: words, looked: map[string]bool{}, routes: map[string]bool{}, browser: browser(t)}
}

// visitor opens a window of its own for a person.
func (to *tour) visitor(t testing.TB, name string) *visitor {
	t.Helper()
	return to.window(t, to.browser, name, chromedp.WithNewBrowserContext())
}

func (to *tour) window(t testing.TB, from context.Context, name string, opts ...chromedp.ContextOption) *visitor {
	t.Helper()
	ctx, cancel := chromedp.NewContext(from, opts...)
	t.Cleanup(cancel)
	v := &visitor{t: t, s: to.s, tour: to, ctx: ctx, name: name}
	// The window lives as long as its first step's context: that one has no end.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("opening a window: %v", err)
	}
	v.do(chromedp.EmulateViewport(1280, 900))
	if !to.script {
		v.noScript(true)
	}
	return v
}

// tab is a second tab of the same person: the same cookies.
func (v *visitor) tab() *visitor {
	v.t.Helper()
	return v.tour.window(v.t, v.ctx, v.name)
}

func (v *visitor) noScript(on bool) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: on}); err != nil {
		v.t.Fatalf("switching script: %v", err)
	}
}

// within bounds one step.
func (v *visitor) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.ctx, 60*time.Second)
}

func (v *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := v.within()
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.stop("%v", err)
	}
}

// eval asks the page something; each %s of the script becomes a value.
func eval[T any](v *visitor, script string, args ...any) T {
	v.t.Helper()
	for _, a := range args {
		text, err := json.Marshal(a)
		if err != nil {
			v.t.Fatal(err)
		}
		script = strings.Replace(script, "%s", string(text), 1)
	}
	ctx, cancel := v.within()
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		v.stop("%v", err)
	}
	return got
}

// stop ends the story with what the page shows.
func (v *visitor) stop(format string, args ...any) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + "\n" + document.querySelector("main")?.innerText`))
	if dir := os.Getenv("STORY_FAILS"); dir != "" {
		if shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
			os.WriteFile(filepath.Join(dir, strings.ReplaceAll(v.t.Name(), "/", "-")+"-"+v.name+".png"), shot, 0o644)
		}
	}
	v.t.Fatalf("%s: %s\nThe page (status %d) says:\n%s\n%s", v.name, fmt.Sprintf(format, args...), v.status, text, v.s.Log)
}

// say is a text in the visitor's language: of a key, or as it stands.
func (v *visitor) say(key string, args ...any) string {
	v.t.Helper()
	if !strings.Contains(key, ".") || strings.ContainsAny(key, " /") || !v.tour.words.Has(v.tour.lang, key) {
		return key
	}
	text, err := v.tour.words.T(v.tour.lang, key, args...)
	if err != nil {
		v.t.Fatal(err)
	}
	return text
}

// finder is in the page what eyes are: it finds what is shown by its words. A
// hidden element is not there, an input is found by its label.
const finder = `(() => {
	const flat = s => (s ?? "").replace(/\s+/g, " ").trim();
	const shown = e => e.checkVisibility({visibilityProperty: true}) && !e.closest("[aria-hidden=true]");
	const own = l => { const c = l.cloneNode(true); c.querySelectorAll(".hint").forEach(h => h.remove()); return flat(c.textContent); };
	const pick = (list, what, text) => {
		const exact = list.filter(e => what(e) === text);
		const all = exact.length ? exact : list.filter(e => what(e).includes(text));
		return all.find(shown);
	};
	return {flat, shown, own, pick,
		link: text => {
			const all = [...document.querySelectorAll("a, button, summary")].filter(e => !e.classList.contains("skip"));
			return pick([...all.filter(e => e.closest("main")), ...all.filter(e => !e.closest("main"))], e => flat(e.innerText), text);
		},
		field: (text, within) => {
			const label = pick([...(within ?? document).querySelectorAll("label")], own, text);
			return label && document.getElementById(label.htmlFor);
		},
		group: text => {
			const all = [...document.querySelectorAll("fieldset > legend, th[id]")];
			const l = pick(all, e => flat(e.innerText), text);
			return l && l.closest("fieldset, tr") && (l.matches("th") ? l.closest("tr") : l.parentElement);
		},
		mark: e => { if (!e) return false; document.querySelectorAll("[data-hit]").forEach(o => o.removeAttribute("data-hit")); e.setAttribute("data-hit", ""); return true; },
	};
})()`

// spot is where the marked element can be hit, or null while something else lies
// over it.
const spot = `(() => {
	const e = document.querySelector("[data-hit]");
	e.scrollIntoView({block: "center", behavior: "instant"});
	document.activeElement?.blur();
	const r = e.getClientRects()[0], x = r.left + r.width / 2, y = r.top + r.height / 2, t = document.elementFromPoint(x, y);
	return t && (e.contains(t) || t.closest("label")?.htmlFor === e.id && e.id) ? [x, y] : null;
})()`

// hit clicks where the marked element is, as a mouse does.
func (v *visitor) hit() {
	v.t.Helper()
	var before []float64
	for range 200 {
		xy := eval[[]float64](v, spot)
		// A page still being laid out would move away between press and release.
		if len(xy) == 2 && slices.Equal(xy, before) {
			v.do(chromedp.MouseClickXY(xy[0], xy[1]))
			if v.landed() {
				return
			}
		}
		before = xy
		time.Sleep(15 * time.Millisecond)
	}
	v.stop("something lies over what should be clicked: %s", eval[string](v, `document.querySelector("[data-hit]").outerHTML`))
}

// landed tells whether a click came where it was meant to: what is clicked has
// the focus, or the page is already another. A page that was still being laid
// out may have moved away under the mouse.
func (v *visitor) landed() bool {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	for range 50 {
		on, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!document.querySelector("[data-hit]") || document.activeElement === document.querySelector("[data-hit]")`))
		if err != nil || on {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// wide sets the width of the window and waits until the page has it.
func (v *visitor) wide(width int64) {
	v.t.Helper()
	v.do(chromedp.EmulateViewport(width, 900))
	for range 200 {
		if eval[int64](v, "window.innerWidth") == width {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// open goes to an address, as one who typed it.
func (v *visitor) open(path string) *visitor {
	v.t.Helper()
	v.answer(chromedp.Navigate(v.s.URL + path))
	return v
}

// answer does steps that lead to another page, waits for it, and looks at it.
func (v *visitor) answer(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	eval[bool](v, `window.before = true`)
	v.do(steps...)
	v.arrive()
}

// arrive waits until another page than the marked one has loaded, and looks at it.
func (v *visitor) arrive() {
	v.t.Helper()
	ctx, cancel := v.within()
	defer cancel()
	for {
		// While the browser changes pages there is none to ask: that is no error.
		at, err := chromedp.Run(ctx, chromedp.Evaluate[shown](`window.before || document.readyState !== "complete" ? {status: 0} : {
			status: performance.getEntriesByType("navigation")[0]?.responseStatus || 1, path: location.pathname,
			title: [document.title, document.querySelector("h1")?.innerText, document.querySelector("[role=alert]")?.innerText].join("|")}`))
		if err == nil && at.Status > 0 {
			v.status = at.Status
			v.look(at)
			return
		}
		if ctx.Err() != nil {
			v.stop("waiting for the next page: %v", ctx.Err())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// shown is what a page says of itself.
type shown struct {
	Status int64  `json:"status"`
	Path   string `json:"path"`
	Title  string `json:"title"`
}

// click presses the link or button with a text, and waits for the page it leads to.
func (v *visitor) click(key string) *visitor {
	v.t.Helper()
	if !eval[bool](v, "(f => f.mark(f.link(%s)) && (window.before = true))("+finder+")", v.say(key)) {
		v.stop("there is no link or button %q", v.say(key))
	}
	v.hit()
	v.arrive()
	return v
}

// press presses a button that leads nowhere.
func (v *visitor) press(key string) *visitor {
	v.t.Helper()
	if !eval[bool](v, "(f => f.mark(f.link(%s)))("+finder+")", v.say(key)) {
		v.stop("there is no link or button %q", v.say(key))
	}
	v.hit()
	return v
}

// fill types into the field with a label, in place of what stood there.
func (v *visitor) fill(label, value string) *visitor {
	v.t.Helper()
	kind := eval[string](v, `(f => { const e = f.field(%s); if (!f.mark(e)) return ""; e.scrollIntoView({block: "center"}); e.focus(); e.select?.(); return e.type; })(`+finder+`)`, v.say(label))
	switch kind {
	case "":
		v.stop("there is no field %q", v.say(label))
	case "date", "time", "select-one":
		if !eval[bool](v, `(() => { const e = document.querySelector("[data-hit]"), x = %s;
			const o = [...(e.options ?? [])].find(o => o.value === x || o.text.trim() === x);
			e.value = o ? o.value : x; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); return e.value !== ""; })()`, v.say(value)) {
			v.stop("the field %q does not take %q", v.say(label), v.say(value))
		}
	default:
		ctx, cancel := v.within()
		defer cancel()
		if _, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: value}); err != nil {
			v.stop("typing: %v", err)
		}
	}
	return v
}

// choose clicks the answer to a question.
func (v *visitor) choose(question, answer string) *visitor {
	v.t.Helper()
	if !eval[bool](v, "(f => { const g = f.group(%s); return g != null && f.mark(f.field(%s, g)); })("+finder+")", v.say(question), v.say(answer)) {
		v.stop("the question %q has no answer %q", v.say(question), v.say(answer))
	}
	v.hit()
	return v
}

// tick clicks the box with a label.
func (v *visitor) tick(label string) *visitor {
	v.t.Helper()
	if !eval[bool](v, "(f => f.mark(f.field(%s)))("+finder+")", v.say(label)) {
		v.stop("there is no box %q", v.say(label))
	}
	v.hit()
	return v
}

// text is what the page shows.
func (v *visitor) text() string {
	v.t.Helper()
	return eval[string](v, `document.body.innerText.replace(/\s+/g, " ")`)
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// see fails when the page does not show all of the texts.
func (v *visitor) see(keys ...string) *visitor {
	v.t.Helper()
	text := v.text()
	for _, key := range keys {
		if !strings.Contains(text, flat(v.say(key))) {
			v.stop("the page does not say %q", v.say(key))
		}
	}
	return v
}

// seeNot fails when the page shows one of the texts.
func (v *visitor) seeNot(keys ...string) *visitor {
	v.t.Helper()
	text := v.text()
	for _, key := range keys {
		if strings.Contains(text, flat(v.say(key))) {
			v.stop("the page says %q", v.say(key))
		}
	}
	return v
}

// holds fails when the field with a label does not hold a value.
func (v *visitor) holds(label, want string) *visitor {
	v.t.Helper()
	got := eval[string](v, `(f => { const e = f.field(%s); return e ? String(e.type === "checkbox" || e.type === "radio" ? e.checked : e.value) : "no such field"; })(`+finder+`)`, v.say(label))
	if got != want {
		v.stop("the field %q holds %q, want %q", v.say(label), got, want)
	}
	return v
}

// answered fails when a question has another answer than the one given.
func (v *visitor) answered(question, answer string) *visitor {
	v.t.Helper()
	if !eval[bool](v, "(f => { const g = f.group(%s); const e = g && f.field(%s, g); return !!e && e.checked; })("+finder+")", v.say(question), v.say(answer)) {
		v.stop("the question %q is not answered with %q", v.say(question), v.say(answer))
	}
	return v
}

// path is where the visitor is.
func (v *visitor) path() string {
	v.t.Helper()
	return eval[string](v, "location.pathname")
}

// at fails when the visitor is on another page of the service.
func (v *visitor) at(pattern string) *visitor {
	v.t.Helper()
	if !patternOf(pattern).MatchString(v.path()) {
		v.stop("this is %s, not %s", v.path(), pattern)
	}
	return v
}

// password fills in name and passphrase of a person of the world.
func (v *visitor) signIn(name string) *visitor {
	v.t.Helper()
	p := v.s.People[name]
	v.open("/entra")
	v.fill("signin.username", p.Username).fill("signin.passphrase", p.Passphrase).click("action.continue")
	v.fill("code.code", v.s.Code(p)).click("action.continue")
	return v
}

// back is the browser's own button.
func (v *visitor) back() *visitor {
	v.t.Helper()
	v.answer(chromedp.NavigateBack())
	return v
}

// signInIn signs in and takes the language of the story first.
func (v *visitor) signInIn(name string) *visitor {
	v.t.Helper()
	if v.tour.lang == locale.English {
		v.open("/entra").click("English")
	}
	return v.signIn(name)
}

// stepUp gives passphrase and code once more, on the page that asks.
func (v *visitor) stepUp() *visitor {
	v.t.Helper()
	p := v.s.People[v.name]
	v.fill("signin.passphrase", p.Passphrase).fill("code.code", v.s.Code(p)).click("stepup.do")
	return v
}

// openAgain opens an address as somebody who was away: where her screen was covered
// meanwhile, her passphrase brings it back.
func (v *visitor) openAgain(path string) *visitor {
	v.t.Helper()
	v.open(path)
	if eval[string](v, `location.pathname`) == "/riprendi" {
		v.fill("covered.passphrase", v.s.People[v.name].Passphrase).click("covered.resume").open(path)
	}
	return v
}

// coverAndResume covers the screen and comes back with the passphrase alone.
func (v *visitor) coverAndResume() *visitor {
	v.t.Helper()
	return v.click("frame.cover").at("/riprendi").fill("covered.passphrase", v.s.People[v.name].Passphrase).click("covered.resume")
}

// look examines a page the first time it is met: axe-core at 1280 px, nothing
// wider than 320 px, and a picture.
func (v *visitor) look(at shown) {
	v.t.Helper()
	route, posted := routeOf("GET", at.Path), routeOf("POST", at.Path)
	if v.status < 400 && route != "" {
		v.tour.routes[route] = true
	}
	key := fmt.Sprint(route, posted, v.status, at.Title)
	if v.tour.lang == locale.English && v.status < 400 {
		key = fmt.Sprint(route, posted) // one look at each page: its other faces were seen in Italian
	}
	if v.tour.looked[key] {
		return
	}
	v.tour.looked[key] = true
	v.inspect(strings.Trim(strings.ReplaceAll(patternName(route, at.Path), "/", "-"), "-"))
}

func patternName(route, path string) string {
	if route == "" {
		route = "post" + routeOf("POST", path)
	}
	return strings.NewReplacer("{", "", "}", "").Replace(route)
}

func (v *visitor) inspect(name string) {
	v.t.Helper()
	if leak := leaks(eval[string](v, `document.documentElement.outerHTML`)); leak != "" {
		v.t.Errorf("%s (%s) shows what a program prints: %s", v.path(), v.tour.lang, leak)
	}
	v.wide(320)
	if out := eval[string](v, widest); out != "" {
		v.t.Errorf("%s (%s) is wider than 320 px:\n%s", v.path(), v.tour.lang, out)
	}
	v.picture(name, 320)
	v.wide(1280)
	v.picture(name, 1280)
	if v.tour.axe == "" {
		return
	}
	if !v.tour.script { // axe-core is a script: it needs what the page did without
		v.noScript(false)
		defer v.noScript(true)
	}
	if !v.first() {
		return
	}
	for _, f := range eval[[]string](v, v.tour.axe) {
		v.t.Errorf("%s (%s): %s", v.path(), v.tour.lang, f)
	}
}

// everything is the document with what is in its fields, has the focus, is scrolled to
// and answers to the browser: all of a page that axe-core can see, its style being one.
const everything = `JSON.stringify([document.documentElement.outerHTML, location.pathname, innerWidth, innerHeight, scrollX, scrollY,
	[...document.querySelectorAll("*")].indexOf(document.activeElement), document.querySelectorAll("noscript *").length,
	matchMedia("(scripting: enabled)").matches, [...document.styleSheets].map(s => [s.href && new URL(s.href).pathname, s.cssRules.length]),
	[...document.querySelectorAll("input, select, textarea")].map(e => [e.value, e.checked, e.selectedIndex]),
	[...document.querySelectorAll("details")].map(e => e.open)])`

// random are ids, the references made of them, and tokens in their quotes.
var random = regexp.MustCompile(`\b[A-Z2-7]{26}\b|\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\b[A-Z2-7]{3}-[A-Z2-7]{3}\b|[":][A-Za-z0-9_-]{43}\\?"`)

// met are the documents that axe-core was run on in this process, by their hash.
var met sync.Map

// first tells whether axe-core was not run on this very document before: with script
// and without, most pages of the story are the same to the letter, but for what is
// drawn, each of which is named by its place here. Whoever is first reports.
func (v *visitor) first() bool {
	v.t.Helper()
	names := map[string]string{}
	text := random.ReplaceAllStringFunc(eval[string](v, everything), func(s string) string {
		if names[s] == "" {
			names[s] = fmt.Sprintf("<%d of %d>", len(names), len(s))
		}
		return names[s]
	})
	_, before := met.LoadOrStore(sha256.Sum256([]byte(text)), true)
	return !before
}

func (v *visitor) picture(name string, width int) {
	v.t.Helper()
	if v.tour.keep == "" {
		return
	}
	file := filepath.Join(v.tour.keep, fmt.Sprintf("%s-%d.png", name, width))
	for i := 2; ; i++ {
		if _, err := os.Stat(file); err != nil {
			break
		}
		file = filepath.Join(v.tour.keep, fmt.Sprintf("%s-%d-%d.png", name, i, width))
	}
	picture(v.t.(*testing.T), v.ctx, file)
}

// download presses a button that hands over a file, and returns where it is.
func (v *visitor) download(key string) string {
	v.t.Helper()
	dir := v.t.TempDir()
	c := chromedp.FromContext(v.ctx)
	ctx, cancel := v.within()
	defer cancel()
	if _, err := chromedp.CallBrowser(ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: c.BrowserContextID, DownloadPath: dir}); err != nil {
		v.stop("allowing a download: %v", err)
	}
	v.press(key)
	for ctx.Err() == nil {
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if len(files) == 1 && !strings.HasSuffix(files[0], ".crdownload") {
			if info, err := os.Stat(files[0]); err == nil && info.Size() > 0 {
				return files[0]
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	v.stop("nothing was downloaded")
	return ""
}
