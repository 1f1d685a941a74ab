package casework_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// TestSheetsOfAContact: what fits what she says stands first, in her language where there is
// one; paper only where she said that it may go home, and what was ticked is kept.
func TestSheetsOfAContact(t *testing.T) {
	s := site.Open(t, storetest.New(t).Town(), servertest.Fictional)
	anna := s.Inside(t, "anna")
	step3 := func(more ...string) string {
		return anna.Status(anna.Post("/contatti/nuovo", append([]string{"step", "2", "go", "next", "id", crypto.NewID(), "speaker", "she"}, more...)...), http.StatusOK).Body
	}
	first := func(page, sheet string) bool {
		before, _, _ := strings.Cut(page, "Altri fogli")
		return strings.Contains(before, `value="`+sheet)
	}
	for _, x := range []struct {
		typed []string
		sheet string
	}{
		{[]string{"minor", "yes"}, "young.it.read"}, {[]string{"danger", "yes"}, "breath.it.read"}, {[]string{"needs", "bed"}, "tonight.it.read"},
		{[]string{"children", "with_her"}, "children.it.read"}, {[]string{"needs", "cav", "her_language", "en"}, "centre.en.read"}, {[]string{"needs", "cav", "her_language", "ar"}, "centre.it.read"},
	} {
		if page := step3(x.typed...); !first(page, x.sheet) || first(page, "stay.") {
			t.Errorf("with %v: %s is not proposed, or a permit is", x.typed, x.sheet)
		}
	}
	if page := step3(); first(page, "young.it.read") || !strings.Contains(page, `value="young.it.read"`) || strings.Contains(page, `value="code_card`) {
		t.Error("a sheet is proposed that nothing asks for, or is not among the others")
	}
	for mark, may := range map[string]bool{"yes": true, "never": false, "": false} {
		if page := step3("ch_paper", mark); strings.Contains(page, `value="numbers.it.paper"`) != may || strings.Contains(page, "/biglietto\" target=") != may {
			t.Errorf("paper %q is offered: not %v", mark, may)
		}
		refused := anna.Post("/contatti/nuovo", "step", "3", "go", "close", "id", crypto.NewID(), "speaker", "she", "outcome", "thinking", "ch_paper", mark, "given", "numbers.it.paper", "given", "centre.it.read")
		switch {
		case may && refused.Status != http.StatusSeeOther:
			t.Errorf("paper that may go home is refused: %d", refused.Status)
		case !may:
			anna.Status(refused, http.StatusUnprocessableEntity)
			for _, tick := range []string{"numbers.it.paper", "centre.it.read"} {
				if !strings.Contains(refused.Body, `value="`+tick+`" autocomplete="off" checked`) {
					t.Errorf("the tick %s is lost", tick)
				}
			}
		}
	}
	kept := anna.Status(anna.Post("/contatti/nuovo", "step", "3", "go", "back", "id", crypto.NewID(), "speaker", "she", "given", "centre.it.read", "given", "dati-1-it", "given", "<em>UHOH</em>.it.read", "given", "centre.xx.read"), http.StatusOK)
	id := anna.Hidden("id")
	v, _, err := s.Desk.Cases.OpenContact(t.Context(), s.Caller("anna"), id)
	if err != nil || len(v.Given) != 2 || v.Given[0].Sheet != "centre" || v.Given[0].How != "read" || v.Given[0].Version != "1" || v.Given[1].Sheet != "dati-1-it" {
		t.Errorf("kept is %v, %v (%d)", v.Given, err, kept.Status)
	}
	page := anna.Get("/contatti/" + id)
	if !strings.Contains(page.Body, `name="given" value="centre.it.read"`) || !strings.Contains(page.Body, `value="dati-1-it"`) {
		t.Error("what was ticked is not on the contact that is gone on with")
	}
}
