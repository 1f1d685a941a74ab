package sending_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

const nowhere, byName = "Centro senza sede", "Centro di Milano"

// centres opens the page on which a centre is chosen, with a centre whose place nobody
// knows and one in Milan, entered by name alone. find posts its form, and tells what
// stands among the centres and what apart.
func centres(t *testing.T) (find func(form ...string) (listed, apart, page string)) {
	w := storetest.New(t).Town()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: "far", OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: "Mirela"}})
	if err != nil {
		t.Fatal(err)
	}
	w.Enter(acts.Unit{Agency: w.Agency, Kind: acts.KindCentre, Name: nowhere})
	w.Enter(acts.Unit{Agency: w.Agency, Kind: acts.KindCentre, Name: byName, Town: "milano"})
	w.Found(nowhere, acts.KindCentre, "nadia", policies.CentreWorker)
	w.Found(byName, acts.KindCentre, "mila", policies.CentreWorker)
	anna := site.Serve(t, w).Inside(t, "anna")
	path := "/schede/" + out.CaseID + "/centro"
	anna.Get(path)
	return func(form ...string) (string, string, string) {
		page := servertest.Main(anna.Status(anna.Post(path, form...), http.StatusOK).Body)
		_, lists, _ := strings.Cut(page, `id="h-centres"`)
		listed, apart, _ := strings.Cut(lists, `id="h-apart"`)
		return listed, apart, page
	}
}

func holds(t *testing.T, what, text string, want, not []string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(text, s) {
			t.Errorf("%s: %q is missing", what, s)
		}
	}
	for _, s := range not {
		if strings.Contains(text, s) {
			t.Errorf("%s: %q is there", what, s)
		}
	}
}

// TestWhatIsNotKnownIsNeverFar: a centre without a known place is listed apart from
// those that are far enough, and last of those that are near.
func TestWhatIsNotKnownIsNeverFar(t *testing.T) {
	find := centres(t)
	listed, apart, page := find("away", "Roma")
	holds(t, "away from Rome", listed, []string{byName, storetest.Lucciole}, []string{nowhere, storetest.Ginestra})
	holds(t, "apart, away from Rome", apart, []string{"Distanza non nota", nowhere}, []string{byName, storetest.Ginestra})
	holds(t, "what was typed", page, []string{`value="Roma (RM)"`}, nil)

	listed, apart, _ = find("away", "Lambrate", "need", "")
	holds(t, "away from an unknown town", listed, []string{"Nessun centro di cui si conosce la distanza"}, []string{byName, nowhere, storetest.Ginestra})
	holds(t, "apart, away from an unknown town", apart, []string{byName, nowhere, storetest.Ginestra, storetest.Lucciole}, nil)
	_, _, page = find("away", "Atlantide")
	holds(t, "beside the field", page, []string{`id="away-error"`, "nessun centro si può dire lontano", `value="Atlantide"`}, nil)

	listed, apart, _ = find("near", "Roma")
	holds(t, "near Rome", listed, []string{storetest.Ginestra, byName}, []string{nowhere})
	holds(t, "apart, near Rome", apart, []string{nowhere}, []string{byName})
	if strings.Index(listed, storetest.Ginestra) > strings.Index(listed, byName) {
		t.Error("near Rome: Milan stands first")
	}
	listed, apart, _ = find("need", "")
	holds(t, "without a town", listed, []string{storetest.Ginestra, nowhere, byName}, nil)
	holds(t, "apart, without a town", apart, nil, []string{"Distanza non nota"})
}

// TestOfTwoTownsNoneIsGuessed: the page asks which is meant, and until then says of no
// centre that it is far.
func TestOfTwoTownsNoneIsGuessed(t *testing.T) {
	find := centres(t)
	for _, form := range [][]string{{"away", "Castro"}, {"away", "Castro", "away_pick", "Roma (RM)"}} {
		listed, apart, page := find(form...)
		holds(t, "of two", page, []string{`value="Castro (LE)"`, `value="Castro (BG)"`, "indicare quale"}, nil)
		holds(t, "listed of two", listed, nil, []string{byName, storetest.Ginestra})
		holds(t, "apart of two", apart, []string{byName, storetest.Ginestra}, nil)
	}
	listed, _, page := find("away", "Castro", "away_pick", "Castro (LE)")
	holds(t, "picked", page, []string{`value="Castro (LE)"`}, []string{"away_pick"})
	holds(t, "listed, picked", listed, []string{byName, storetest.Ginestra}, []string{nowhere})
}

// TestAreaIsFoundAsItIsSaid: folded, and without what stands in brackets.
func TestAreaIsFoundAsItIsSaid(t *testing.T) {
	find := centres(t)
	for typed, want := range map[string]bool{"castellì (Zona)": true, "CASTELLI ROMANI": true, "romani castelli": true, "albano": true, "Lepini": false, "Milano Nord": false} {
		listed, _, _ := find("area", typed)
		if strings.Contains(listed, storetest.Ginestra) != want {
			t.Errorf("%q finds Castelli Romani: %v", typed, !want)
		}
	}
}
