package sending_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/server/servertest"
)

// TestPageOfChoicesIsWhatIsSent: what changes between the page and her word comes
// back shown as it is and not ticked; what changes between her word and sending is
// named, and nothing is sent.
func TestPageOfChoicesIsWhatIsSent(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna := s.Inside(t, "anna")
	centre := "/schede/" + f.Case + "/centri/" + f.Units["centre"]
	anna.Get(centre)
	page := anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes")
	anna.Says(page, "Numero di telefono", "Può rispondere", "Senza numero né e-mail")
	if got := servertest.Ticks(page.Body); len(got) != 0 {
		t.Fatalf("ticked before she said anything: %v", got)
	}
	answer := func() []string {
		list := []string{"form", anna.Hidden("form"), "step", "1", "go", "next", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "beside", "besides", "purpose", "legal"}
		for _, mark := range anna.Hiddens("shown") {
			list = append(list, "shown", mark)
		}
		return list
	}
	list := append(answer(), "fields", "alias", "fields", "request", "fields", "number")
	saysNow(t, f, "abita in via Verdi 3")
	again := anna.Status(anna.Post(centre+"/invio", list...), http.StatusConflict)
	anna.Says(again, "È cambiato da quando la donna", "abita in via Verdi 3")
	if got := strings.Join(servertest.Ticks(again.Body), " "); got != "alias number" {
		t.Errorf("after a change these are ticked: %s", got)
	}
	without := anna.Status(anna.Post(centre+"/invio", "form", anna.Hidden("form"), "step", "1", "go", "next", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "fields", "alias",
		"beside", "besides", "purpose", "legal"), http.StatusConflict)
	if got := servertest.Ticks(without.Body); len(got) != 0 {
		t.Errorf("without a mark these stay ticked: %v", got)
	}
	given := anna.Status(anna.Post(centre+"/invio", append(answer(), "fields", "alias", "fields", "request", "fields", "number")...), http.StatusSeeOther)
	anna.Says(anna.Get(given.Leads), "abita in via Verdi 3", "Conferma e invia")

	saysNow(t, f, "un'altra cosa")
	preview := anna.Get(given.Leads)
	anna.Says(preview, "Non si invia", "Richiesta, con le sue parole", "Chiedi un’autorizzazione nuova")
	anna.Silent(preview, "un'altra cosa", "Conferma e invia")
	anna.Says(anna.Status(anna.Post(given.Leads+"/invia"), http.StatusConflict), "Non si invia")
	if v, _, err := f.Desk.OpenCase(t.Context(), f.Caller("anna"), f.Case, storetest.Parts...); err != nil || len(v.Referrals) != 1 {
		t.Errorf("there are %d referrals, %v", len(v.Referrals), err)
	}
}

// saysNow changes what she asks, as a colleague would meanwhile.
func saysNow(t *testing.T, f *storetest.Flow, request string) {
	t.Helper()
	v, _, err := f.Desk.OpenCase(t.Context(), f.Caller("anna"), f.Case, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	told := v.Told
	told.Request = request
	if _, err := f.Desk.Cases.SavePerson(t.Context(), f.Caller("anna"), f.Case, v.Version, cases.PersonForm{Alias: v.Card.Alias, Identity: *v.Identity, Told: told}); err != nil {
		t.Fatal(err)
	}
}

// TestWhatStandsBesideTheTicksIsThePreview: with each answer, what the page shows beside
// them is what the preview shows once she has authorised it, byte for byte. What she did
// not allow cannot be ticked, and a tick that somebody adds all the same brings nothing.
func TestWhatStandsBesideTheTicksIsThePreview(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna := s.Inside(t, "anna")
	centre := "/schede/" + f.Case + "/centri/" + f.Units["centre"]
	anna.Get(centre)
	before := packageOf(t, anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes").Body)
	purposes := []string{"shelter", "legal", "counselling"}
	for i, more := range [][]string{
		{},
		{"fields", "alias", "fields", "request", "fields", "number", "keep_copy", "yes", "feedback", "more", "until", "days7"},
		{"fields", "alias", "fields", "mail", "fields", "code_word", "fields", "needs"},
	} {
		form := append([]string{"form", string(typed.NewForm()), "step", "1", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "beside", "besides", "purpose", purposes[i]}, more...)
		for _, mark := range anna.Hiddens("shown") {
			form = append(form, "shown", mark)
		}
		shown := packageOf(t, anna.Status(anna.Post(centre+"/invio", append(form, "go", "preview")...), http.StatusOK).Body)
		if shown == before {
			t.Errorf("nothing changed with %v", more)
		}
		given := anna.Status(anna.Post(centre+"/invio", append(form, "go", "next")...), http.StatusSeeOther)
		if preview := packageOf(t, anna.Get(given.Leads).Body); preview != shown {
			t.Errorf("with %v:\n%s\n%s", more, shown, preview)
		}
		anna.Get(centre)
		anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes")
	}
}

func packageOf(t *testing.T, page string) string {
	t.Helper()
	got := regexp.MustCompile(`(?s)<article class="package">.*?</article>`).FindString(page)
	if got == "" {
		t.Fatalf("there is no package in %s", page)
	}
	return got
}

// TestWhatSheDidNotAllowCannotBeTicked: it stands there, and says so.
func TestWhatSheDidNotAllowCannotBeTicked(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna := s.Inside(t, "anna")
	v, _, err := f.Desk.OpenCase(t.Context(), anna.Caller(), f.Case, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	safe := v.Safe
	safe.Channels = map[string]string{"email": "never", "in_person": "yes"}
	if _, err := f.Desk.Cases.ChangeSafeContact(t.Context(), anna.Caller(), f.Case, v.Version, safe, "in_person"); err != nil {
		t.Fatal(err)
	}
	centre := "/schede/" + f.Case + "/centri/" + f.Units["centre"]
	anna.Get(centre)
	page := anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes")
	for _, item := range []string{"number", "mail"} {
		box := regexp.MustCompile(`<input [^>]*id="fields-` + item + `"[^>]*>`).FindString(page.Body)
		if !strings.Contains(box, " disabled") {
			t.Errorf("%s can be ticked: %q", item, box)
		}
	}
	anna.Says(page, "Non l’ha permesso: non si può condividere.")
}

// TestChildrenAreOneLineOfAPackage: how many and how old are read together.
func TestChildrenAreOneLineOfAPackage(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna := s.Inside(t, "anna")
	v, _, err := f.Desk.OpenCase(t.Context(), anna.Caller(), f.Case, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	told := v.Told
	told.HowMany, told.Ages = "1", "4"
	if _, err := f.Desk.Cases.SavePerson(t.Context(), anna.Caller(), f.Case, v.Version, cases.PersonForm{Alias: v.Card.Alias, Identity: *v.Identity, Told: told}); err != nil {
		t.Fatal(err)
	}
	centre := "/schede/" + f.Case + "/centri/" + f.Units["centre"]
	anna.Get(centre)
	anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes")
	for want, ticks := range map[string][]string{
		`<dt>Bambini</dt><dd class="free" dir="auto">1, di 4 anni</dd>`: {"fields", "children_count", "fields", "children_ages"},
		`<dt>Bambini</dt><dd class="free" dir="auto">di 4 anni</dd>`:    {"fields", "children_ages"},
	} {
		form := append([]string{"form", string(typed.NewForm()), "step", "1", "go", "preview"}, ticks...)
		for _, mark := range anna.Hiddens("shown") {
			form = append(form, "shown", mark)
		}
		if got := packageOf(t, anna.Post(centre+"/invio", form...).Body); !strings.Contains(got, want) {
			t.Errorf("with %v: %s", ticks, got)
		}
	}
}
