package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sportello/server/casework"
	"sportello/server/entry"
	"sportello/server/frame"
	"sportello/server/servertest"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// coverSite serves one page with a form, and tells what was posted to /copri
// and to the form's own address.
func coverSite(t *testing.T, page frame.Shown) (string, <-chan url.Values) {
	t.Helper()
	r := newRenderer(t)
	posted := make(chan url.Values, 4)
	mux := http.NewServeMux()
	mux.Handle("GET /static/", frame.StaticHandler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Security-Policy", frame.ContentSecurityPolicy)
		if err := r.Render(w, http.StatusOK, page); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("POST /", func(w http.ResponseWriter, req *http.Request) {
		if err := req.ParseForm(); err != nil {
			t.Error(err)
		}
		req.PostForm.Set("posted_to", req.URL.Path)
		posted <- req.PostForm
	})
	mux.HandleFunc("GET /uscita", func(w http.ResponseWriter, req *http.Request) {
		posted <- url.Values{"posted_to": {"/uscita"}}
	})
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	return site.URL, posted
}

func next(t *testing.T, posted <-chan url.Values) url.Values {
	t.Helper()
	select {
	case v := <-posted:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was posted")
		return nil
	}
}

func pressShiftThrice(t *testing.T, ctx context.Context) {
	t.Helper()
	for range 3 {
		if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Shift)); err != nil {
			t.Fatal(err)
		}
	}
}

func notePage() *casework.NotePage {
	return &casework.NotePage{Page: servertest.DeskPage(casework.TitleNote, "/schede/A/diario/nuova"), CaseHead: servertest.CaseHead("diary"), Action: "/schede/A/diario/nuova"}
}

func TestShiftThriceCoversWithTheDraft(t *testing.T) {
	site, posted := coverSite(t, notePage())
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(site+"/"), chromedp.SendKeys("#text", "mezza frase")); err != nil {
		t.Fatal(err)
	}
	pressShiftThrice(t, ctx)
	v := next(t, posted)
	if v.Get("posted_to") != "/copri" || v.Get("text") != "mezza frase" || v.Get("token") != "token" || v.Get("from") != "/schede/A/diario/nuova" {
		t.Errorf("posted %v", v)
	}
}

func TestShiftThriceLeavesPublicPages(t *testing.T) {
	site, posted := coverSite(t, &entry.SignInPage{Page: servertest.PublicPage(entry.TitleSignIn, "/entra")})
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(site+"/")); err != nil {
		t.Fatal(err)
	}
	pressShiftThrice(t, ctx)
	if v := next(t, posted); v.Get("posted_to") != "/uscita" {
		t.Errorf("went to %v", v)
	}
}

func TestEnterSendsTheForm(t *testing.T) {
	page := &casework.ContactPage{Page: servertest.DeskPage(casework.TitleContact, "/contatti/nuovo"), Step: 1, Form: casework.ContactForm{Request: "portata"}}
	site, posted := coverSite(t, page)
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(site+"/"), chromedp.SendKeys("#name", "Rosa"+kb.Enter)); err != nil {
		t.Fatal(err)
	}
	v := next(t, posted)
	if v.Get("posted_to") != "/contatti/nuovo" || v.Get("go") != "next" || v.Get("name") != "Rosa" || v.Get("request") != "portata" {
		t.Errorf("posted %v", v)
	}
}

// TestSlowAnswerSaysSo: what takes the server more than a second tells her that it is
// under way, and what is quick does not.
func TestSlowAnswerSaysSo(t *testing.T) {
	r := newRenderer(t)
	page := &casework.ContactPage{Page: servertest.DeskPage(casework.TitleContact, "/contatti/nuovo"), Step: 1}
	for name, takes := range map[string]time.Duration{"slow": 4 * time.Second, "quick": 0} {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.Handle("GET /static/", frame.StaticHandler())
			mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, req *http.Request) {
				if err := r.Render(w, http.StatusOK, page); err != nil {
					t.Error(err)
				}
			})
			mux.HandleFunc("POST /", func(w http.ResponseWriter, req *http.Request) {
				time.Sleep(takes)
				http.Redirect(w, req, "/", http.StatusSeeOther)
			})
			site := httptest.NewServer(mux)
			t.Cleanup(site.Close)
			ctx := browser(t)
			look := func(script string) bool {
				t.Helper()
				is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
				if err != nil {
					t.Fatal(err)
				}
				return is
			}
			if err := chromedp.Do(ctx, chromedp.Navigate(site.URL+"/")); err != nil {
				t.Fatal(err)
			}
			// The browser waits for the answer: the page itself keeps what it showed meanwhile.
			before := look(`setTimeout(() => sessionStorage.setItem("saw", !document.getElementById("working").hidden), 2000), !document.getElementById("working").hidden`)
			if err := chromedp.Do(ctx, chromedp.SendKeys("#name", "Rosa"+kb.Enter)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(takes + 500*time.Millisecond)
			after := look(`sessionStorage.getItem("saw") === "true"`)
			if before || after != (takes > 0) {
				t.Errorf("before %v, after two seconds %v", before, after)
			}
		})
	}
}

// TestNumberAndWordStayOffPaper: opened with "Mostra" or not, they do not print.
func TestNumberAndWordStayOffPaper(t *testing.T) {
	head := servertest.CaseHead("summary")
	page := &casework.CasePage{Page: servertest.DeskPage(casework.TitleCase, "/schede/A"), CaseHead: head, Identity: "alias", Next: "write_note", NextHref: "/schede/A/diario/nuova"}
	site, _ := coverSite(t, page)
	ctx := browser(t)
	// One at a time: opening the next shuts the one before.
	const seen = `[...document.querySelectorAll("details.reveal")].map(d => (d.open = true, document.body.innerText)).join("\n")`
	if err := chromedp.Do(ctx, chromedp.Navigate(site+"/")); err != nil {
		t.Fatal(err)
	}
	screen, err := chromedp.Run(ctx, chromedp.Evaluate[string](seen))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	paper, err := chromedp.Run(ctx, chromedp.Evaluate[string](seen))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{head.Strip.Number, head.Strip.CodeWord} {
		if !strings.Contains(screen, secret) {
			t.Errorf("%q does not open on the screen", secret)
		}
		if strings.Contains(paper, secret) {
			t.Errorf("%q is printed", secret)
		}
	}
	if !strings.Contains(paper, "WhatsApp") {
		t.Error("the rule itself is not printed")
	}
}
