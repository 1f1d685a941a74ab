package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/server/frame"
	"sportello/server/locale"

	"github.com/chromedp/chromedp"
)

// previewSite serves every sample page at /LANG/NAME with the real headers and
// the real style and script.
func previewSite(t *testing.T) *httptest.Server {
	t.Helper()
	if !frame.AssetsBuilt() {
		t.Fatal("style and script are not built: run make assets")
	}
	r := newRenderer(t)
	pages := map[string]samplePage{}
	for _, s := range samplePages() {
		pages[s.name] = s
	}
	var one sync.Mutex // the samples are shared, their language is not
	mux := http.NewServeMux()
	mux.Handle("/static/", frame.StaticHandler())
	mux.HandleFunc("/look/{lang}/{name}", func(w http.ResponseWriter, req *http.Request) {
		s, ok := pages[req.PathValue("name")]
		if !ok {
			http.NotFound(w, req)
			return
		}
		one.Lock()
		defer one.Unlock()
		setLang(s.page, locale.Lang(req.PathValue("lang")))
		w.Header().Set("Content-Security-Policy", frame.ContentSecurityPolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin")
		if err := r.Render(w, http.StatusOK, s.page); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	})
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	return site
}

// browser starts a chromium of this test's own: the shell without a window, which
// takes two thirds of the processor that the whole browser does.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		t.Fatal("this test looks at the pages with chromium-headless-shell, which is not installed")
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.IgnoreCertErrors,
		// One process for all pages, and one thread that paints: nobody looks at most of
		// them, and two cores have enough to do.
		chromedp.Flag("renderer-process-limit", "1"), chromedp.Flag("num-raster-threads", "1"), chromedp.Flag("disable-lcd-text", true),
		// Every page runs its script, and axe-core, once: to compile them well costs more.
		chromedp.Flag("js-flags", "--no-opt --no-maglev"),
		chromedp.Flag("disable-features", "site-per-process,IsolateOrigins,Translate,BackForwardCache,PaintHolding,SpareRendererForSitePerProcess"))...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting chromium: %v", err)
	}
	return ctx
}

// axeRun is axe-core's source with its run: one message has it parsed and run.
func axeRun(t *testing.T) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("assets", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal("axe-core is not installed: run make assets")
	}
	return string(body) + "\n;" + runAxe
}

// Only what is wrong is read, so only that is reported; none of these rules reads
// the style sheets that axe-core would fetch and parse again.
const runAxe = `axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"],
	resultTypes: ["violations"], preload: {assets: ["media"]}}).then(r =>
	r.violations.map(v => v.id + ": " + v.help + "\n" + v.nodes.map(n => "    " + n.html.slice(0, 200) + " | " + n.failureSummary.replace(/\s+/g, " ")).join("\n")))`

// widest names what sticks out to the right, if anything does.
const widest = `(() => { const w = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= w) return "";
	return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > w + 1).slice(0, 3).map(e => e.outerHTML.slice(0, 160)).join("\n") || "the page"; })()`

// small names targets under 44 px that are not links inside a sentence.
const small = `[...document.querySelectorAll("main button, main select, main input:not([type=hidden]), main summary, main .btn, header a, header button, .action-link")]
	.filter(e => { const b = e.closest(".choice") ?? e; const r = b.getBoundingClientRect(); return r.width > 1 && r.height > 0 && !e.classList.contains("default-go") && (r.height < 43.5 || r.width < 43.5); })
	.map(e => e.outerHTML.slice(0, 120) + " " + Math.round(e.getBoundingClientRect().height))`

// TestScreenshots looks at every page as people do: three widths, axe-core on
// each, nothing wider than the smallest screen, every target large enough.
// With SCREENSHOTS set to a folder the pictures are kept there.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	site, ctx, axe := previewSite(t), browser(t), axeRun(t)
	keep := os.Getenv("SCREENSHOTS")
	only := os.Getenv("SCREENSHOTS_ONLY")
	var blocked []string
	var lock sync.Mutex
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			lock.Lock()
			blocked = append(blocked, m.Text)
			lock.Unlock()
		}
	}()
	for _, s := range samplePages() {
		if only != "" && !strings.HasPrefix(s.name, only) {
			continue
		}
		for _, lang := range locale.Langs {
			url := fmt.Sprintf("%s/look/%s/%s", site.URL, lang, s.name)
			for _, width := range []int64{1280, 768, 320} {
				if lang != locale.Italian && width != 320 && keep == "" {
					continue
				}
				look(t, ctx, s.name+" in "+string(lang), url, width, axe)
				url = ""
				if keep != "" {
					in := map[locale.Lang]string{locale.English: "-en"}[lang]
					picture(t, ctx, filepath.Join(keep, fmt.Sprintf("%s%s-%d.png", s.name, in, width)))
				}
			}
		}
	}
	lock.Lock()
	defer lock.Unlock()
	for _, m := range blocked {
		if strings.Contains(m, "Content Security Policy") {
			t.Errorf("the page's policy blocked something: %s", m)
		}
	}
}

func look(t *testing.T, ctx context.Context, name, url string, width int64, axe string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	steps := []chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(width, 900)}
	if url != "" { // the same page in another width else
		steps = append(steps, chromedp.Navigate(url))
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%s at %d: %v", name, width, err)
	}
	for i := 0; ; i++ {
		if is, err := chromedp.Run(ctx, chromedp.Evaluate[int64]("window.innerWidth")); err == nil && is == width {
			break
		} else if i == 200 {
			t.Fatalf("%s: the window is %d px wide, want %d: %v", name, is, width, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[string](widest))
	if err != nil || wide != "" {
		t.Errorf("%s is wider than %d px: %v\n%s", name, width, err, wide)
	}
	tiny, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](small))
	if err != nil || len(tiny) > 0 {
		t.Errorf("%s at %d has targets under 44 px: %v\n%s", name, width, err, strings.Join(tiny, "\n"))
	}
	if width == 768 {
		return
	}
	if url == "" { // axe-core is in the page since its first width
		axe = runAxe
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](axe, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: running axe: %v", name, err)
	}
	for _, v := range found {
		t.Errorf("%s at %d: %s", name, width, v)
	}
}

func picture(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("taking a picture: %v", err)
	}
	if err := os.WriteFile(file, shot, 0o644); err != nil {
		t.Fatal(err)
	}
}
