package sheets_test

import (
	"encoding/base32"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	texts "sportello/referrals/sheets"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/servertest"
)

// withRule opens a case with a rule, and gives its id.
func withRule(t *testing.T, w *storetest.World, safe rule.SafeContact) cases.Recorded {
	t.Helper()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: string(typed.NewForm()), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: "Mirela", Needs: []string{"cav"}, Safe: safe}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ref is a sheet as an address of hers names it, for whoever asks.
func ref(c *servertest.Client, code, language string) string {
	c.T.Helper()
	c.Get("/fogli")
	return "/" + base32.StdEncoding.EncodeToString(crypto.Hash([]byte("sheet"), []byte(c.Hidden("token")), []byte(code), []byte(language)))[:26]
}

// TestPaperIsOfferedWhereItMayGoHome: by her rule, on the page, on the paper and where it is
// noted; what she was not asked is no leave.
func TestPaperIsOfferedWhereItMayGoHome(t *testing.T) {
	w := storetest.New(t).Town()
	s := site.Open(t, w, servertest.Fictional)
	s.Post(t)
	anna := s.Inside(t, "anna")
	for mark, why := range map[string]string{"yes": "", "never": "carta a casa mai", "": "Non le è stato ancora chiesto se può portare a casa"} {
		safe := rule.SafeContact{Channels: map[string]string{"in_person": "yes"}}
		if mark != "" {
			safe.Channels["paper"] = mark
		}
		of := withRule(t, w, safe)
		root := "/schede/" + of.CaseID + "/fogli"
		at, codeCard, centre := root+ref(anna, "numbers", "it"), root+ref(anna, "code_card", "it"), root+ref(anna, "centre", "it")
		anna.Says(anna.Status(anna.Get(root), http.StatusOK), "Che cos’è un centro antiviolenza", "Per quello che chiede", "nessun foglio")
		page := anna.Status(anna.Get(at), http.StatusOK)
		form := anna.Hidden("form")
		if why == "" {
			anna.Says(page, at+"/carta", at+"/biglietto", `value="paper"`)
			paper := anna.Status(anna.Get(at+"/carta"), http.StatusOK)
			anna.Says(paper, "Numeri utili", "000 000 0100")
			anna.Silent(paper, "Riservato", "Mirela")
			sheet := body(paper.Body, `<article class="take-card`)
			if sheet != "" {
				t.Error("the page of A4 shows the card too")
			}
			little := body(anna.Status(anna.Get(at+"/biglietto"), http.StatusOK).Body, `<article class="take-card`)
			if !strings.Contains(little, "000 000 0100") || strings.Contains(strings.ToLower(little), "violenza") || strings.Contains(little, "Pronto") || strings.Contains(little, "Sportello") {
				t.Errorf("the card is\n%s", little)
			}
			code := body(anna.Status(anna.Get(codeCard+"/biglietto"), http.StatusOK).Body, `<article class="take-card`)
			if !strings.Contains(code, of.Code) {
				t.Errorf("the card of her code is\n%s", code)
			}
			anna.Leads(anna.Post(at, "form", form, "go", "paper"), root)
			anna.Says(anna.Get(root), "su carta", "lo ha già")
			continue
		}
		anna.Says(page, why, "/contatto-sicuro")
		anna.Silent(page, at+"/carta", `value="paper"`)
		for _, path := range []string{"/carta", "/biglietto"} {
			paper := anna.Status(anna.Get(at+path), http.StatusOK)
			anna.Says(paper, why)
			anna.Silent(paper, "take-", "Numeri utili", "data-print")
		}
		anna.Says(anna.Status(anna.Post(at, "form", form, "go", "paper"), http.StatusUnprocessableEntity), why)
		anna.Status(anna.Post(at, "form", form, "go", "sold"), http.StatusUnprocessableEntity)
		anna.Says(anna.Get(root), "nessun foglio")
		anna.Leads(anna.Post(at, "form", form, "go", "read"), root)
		anna.Leads(anna.Post(at, "form", form, "go", "read"), root) // sent twice
		v, _, err := w.Desk.OpenCase(t.Context(), w.Caller("anna"), of.CaseID, referrals.PartSheets)
		if err != nil || len(v.Sheets) != 1 || v.Sheets[0].Sheet != "numbers" || v.Sheets[0].Language != "it" || v.Sheets[0].Version != "1" || v.Sheets[0].How != texts.Aloud {
			t.Errorf("noted is %v, %v", v.Sheets, err)
		}
		anna.Status(anna.Post(centre, "form", form, "go", "read"), http.StatusConflict) // the same form, another sheet
		for _, hostile := range []string{"", "<em>UHOH</em>", "../../etc/passwd", strings.Repeat("à", 20_000), "\x00\xff"} {
			for _, form := range [][]string{{"form", hostile, "go", "read"}, {"form", form, "go", hostile}} {
				if got := anna.Post(at, form...); got.Status >= http.StatusInternalServerError || strings.Contains(got.Body, "<em>UHOH") {
					t.Errorf("with %.20q: %d", hostile, got.Status)
				}
			}
		}
	}
	for _, path := range []string{"/fogli/numbers/it/carta", "/fogli/none/it", "/fogli/numbers/xx"} {
		anna.Status(anna.Get(path), http.StatusNotFound)
	}
	anna.Says(anna.Status(anna.Get("/fogli/near_her/it/carta"), http.StatusOK), "Come aiutare una persona")
}

// body is what stands in an article.
func body(page, from string) string {
	_, rest, _ := strings.Cut(page, from)
	in, _, _ := strings.Cut(rest, "</article>")
	return in
}

// TestPaperOfAContactFollowsItsRule: one that stands alone, by what she said in it; its code
// is on the card once there is one.
func TestPaperOfAContactFollowsItsRule(t *testing.T) {
	w := storetest.New(t).Town()
	anna := site.Open(t, w, servertest.Fictional).Inside(t, "anna")
	for mark, shown := range map[string]bool{"yes": true, "never": false} {
		c := cases.Contact{Speaker: "she", Outcome: "thinking", Safe: rule.SafeContact{Channels: map[string]string{"paper": mark}}}
		open, _, err := w.Desk.Cases.KeepContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: string(typed.NewForm()), Contact: c})
		if err != nil {
			t.Fatal(err)
		}
		at := "/contatti/" + open.ContactID + "/fogli"
		page := anna.Status(anna.Get(at+ref(anna, "centre", "it")+"/carta"), http.StatusOK)
		if strings.Contains(page.Body, "Un luogo dove parlare") != shown {
			t.Errorf("paper %s: shown is not %v", mark, shown)
		}
		anna.Silent(anna.Status(anna.Get(at+ref(anna, "code_card", "it")+"/biglietto"), http.StatusOK), "take-card")
		closed, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: open.ContactID, Version: open.Version, Contact: c})
		if err != nil {
			t.Fatal(err)
		}
		page = anna.Status(anna.Get(at+ref(anna, "code_card", "it")+"/biglietto"), http.StatusOK)
		if closed.Code == "" || strings.Contains(page.Body, closed.Code) != shown {
			t.Errorf("paper %s: the code %q is shown: not %v", mark, closed.Code, shown)
		}
	}
}

// TestOwnSheetsOfAMunicipality: what somebody typed into a file is shown as text, one that
// is broken stops nothing, and a language without a reviewer is not offered.
func TestOwnSheetsOfAMunicipality(t *testing.T) {
	dir := t.TempDir()
	head := "version: 7\nfrom: 2026-01-01\nfor: she\ntitle: <em>UHOH</em>\nheading: <b>UHOH</b>\n"
	for name, text := range map[string]string{
		"centre.txt": "code: centre\nlanguage: it\n" + head + "reviewer: \"><script>alert(1)</script>\nreviewed: 2026-02-01\n[text]\n<script>alert(1)</script> javascript:alert(1)\nsource: <img src=x onerror=alert(1)>\n",
		"arabic.txt": "code: centre\nlanguage: ar\n" + head + "[text]\nمرحبا\n",
		"urdu.txt":   "code: centre\nlanguage: ur\nreviewer: Amal Prova, mediatrice\nreviewed: 2026-02-01\n" + head + "[text]\nسلام\n",
		"broken.txt": "colour: red\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, faults := texts.WithOwn(os.DirFS(dir))
	if len(faults) < 2 {
		t.Errorf("the faults are %v", faults)
	}
	w := storetest.New(t).Town()
	of := withRule(t, w, rule.SafeContact{Channels: map[string]string{"paper": "yes"}})
	anna := site.Open(t, w, frame.Config{Sheets: set}).Inside(t, "anna")
	for _, path := range []string{"/fogli", "/fogli/centre/it", "/schede/" + of.CaseID + "/fogli", "/schede/" + of.CaseID + "/fogli" + ref(anna, "centre", "it"), "/schede/" + of.CaseID + "/fogli" + ref(anna, "centre", "it") + "/carta"} {
		page := anna.Status(anna.Get(path), http.StatusOK)
		anna.Says(page, "UHOH")
		for _, hostile := range []string{"<em>UHOH", "<b>UHOH", "<script>alert", "<img src=x", `href="javascript`} {
			if strings.Contains(page.Body, hostile) {
				t.Errorf("%s has %s as it was typed", path, hostile)
			}
		}
	}
	anna.Says(anna.Get("/fogli"), "Numeri e luoghi aperti adesso", "/fogli/centre/ur")
	anna.Silent(anna.Page, "/fogli/centre/ar")
	anna.Status(anna.Get("/fogli/centre/ar"), http.StatusNotFound)
	anna.Says(anna.Status(anna.Get("/fogli/centre/ur"), http.StatusOK), `dir="rtl"`, "Amal Prova")
}

// TestSheetsAreNotedByWhoMayOpenTheCase: for everybody else neither the case nor what she
// had is there; an address of hers says which sheet it is in its own session alone.
func TestSheetsAreNotedByWhoMayOpenTheCase(t *testing.T) {
	w := storetest.New(t).Town()
	s := site.Open(t, w, servertest.Fictional)
	r := s.Fill(t)
	for _, x := range []struct{ who, file string }{{"anna", r.Restricted}, {"anna", r.Walled}, {"vera", r.File}, {"sofia", r.File}, {"bruna", r.File}, {"dario", r.File}, {"clara", r.File}} {
		c := s.Inside(t, x.who)
		numbers := "/fogli" + ref(c, "numbers", "it")
		for _, path := range []string{"/fogli", numbers, numbers + "/carta"} {
			c.Status(c.Get("/schede/"+x.file+path), http.StatusNotFound)
		}
		c.Status(c.Post("/schede/"+x.file+numbers, "form", string(typed.NewForm()), "go", "read"), http.StatusNotFound)
	}
	for _, x := range []struct{ who, file string }{{"lucia", r.Restricted}, {"lucia", r.Walled}, {"anna", r.File}} { // the same addresses, for who may
		c := s.Inside(t, x.who)
		numbers := "/schede/" + x.file + "/fogli" + ref(c, "numbers", "it")
		c.Status(c.Get(numbers), http.StatusOK)
		if other := "/schede/" + x.file + "/fogli" + ref(s.Inside(t, x.who), "numbers", "it"); other == numbers {
			t.Error("an address says in another session which sheet it is")
		}
	}
	v, _, err := w.Desk.OpenCase(t.Context(), w.Caller("lucia"), r.Restricted, referrals.PartSheets)
	if err != nil || len(v.Sheets) != 0 {
		t.Errorf("noted is %v, %v", v.Sheets, err)
	}
}
