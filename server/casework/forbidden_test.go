package casework_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
)

// TestWhatSheForbadeIsShown: a rule of prohibitions, or of a word to know her by,
// is an answer. Every page of the case says what she forbade, not that nobody
// asked.
func TestWhatSheForbadeIsShown(t *testing.T) {
	const unasked, none = "non è ancora stato chiesto", "Nessun contatto permesso."
	rules := map[string]struct {
		safe rule.SafeContact
		says []string
	}{
		"never":     {rule.SafeContact{Channels: map[string]string{"call": "never", "sms": "never"}}, []string{"<del>Telefonata</del> <strong>mai</strong>", "<del>SMS</del> <strong>mai</strong>"}},
		"with word": {rule.SafeContact{Channels: map[string]string{"call": "never"}, CodeWord: "mirtillo"}, []string{"<del>Telefonata</del> <strong>mai</strong>", "parola</span>", "mirtillo"}},
		"word":      {rule.SafeContact{CodeWord: "mirtillo"}, []string{"parola</span>", "mirtillo"}},
	}
	for name, c := range rules {
		t.Run(name, func(t *testing.T) {
			w := storetest.New(t).Town()
			out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: "forbidden", OpenCase: true,
				Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: "Mirela", Safe: c.safe}})
			if err != nil {
				t.Fatal(err)
			}
			anna := site.Serve(t, w).Inside(t, "anna")
			root := "/schede/" + out.CaseID
			for _, path := range []string{root, root + "/diario", root + "/tentativi"} {
				anna.Says(anna.Status(anna.Get(path), http.StatusOK), append(c.says, none)...)
				anna.Silent(anna.Page, unasked, "Rivedere con lei il contatto sicuro", "non ha ancora detto come")
			}
			anna.Says(anna.Page, "non ha permesso nessun contatto")
			if strings.Contains(anna.Page.Body, `name="recall"`) {
				t.Error("a call can be planned to who allowed none")
			}
		})
	}
}
