package auditlog_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

var (
	ruleOpens = regexp.MustCompile(`<summary class="mono small">([a-z-]+)</summary><p>([^<]+)</p>`)
	bareRule  = regexp.MustCompile(`data-label="(?:Regola|Rule)">(?:<details.*?</details>)*<span class="mono small">`)
)

// TestLogSpeaks: the auditor reads what was asked and by which rule in sentences,
// with the codes beside them.
func TestLogSpeaks(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	if _, _, err := s.Desk.OpenCase(t.Context(), s.Caller("vera"), r.File, storetest.Parts...); !storetest.Is(err, acts.ErrDenied) {
		t.Fatalf("a file of another desk: %v", err)
	}
	clara := s.Inside(t, "clara")
	policy, err := policies.New()
	if err != nil {
		t.Fatal(err)
	}
	sentences := map[string]map[string]string{"it": {}, "en": {}}
	for _, rule := range policy.Rules() {
		sentences["it"][rule.ID], sentences["en"][rule.ID] = rule.Italian, rule.Text
	}
	for lang, says := range map[string][]string{
		"it": {`>Fare un invio a un centro</td>`, `Nessuna regola lo permette <span class="mono small">default-deny</span>`},
		"en": {`>Send a referral to a centre</td>`, `No rule allows it <span class="mono small">default-deny</span>`},
	} {
		clara.InLanguage(lang)
		body, seen := "", map[string]bool{}
		for _, form := range [][]string{{"acts", "referral.send"}, {"acts", "case.open"}, {"acts", "refused"}, {}} {
			body += clara.Status(clara.Post("/registro", form...), http.StatusOK).Body
		}
		for _, text := range says {
			if !strings.Contains(body, text) {
				t.Errorf("in %s the log does not say %q", lang, text)
			}
		}
		for _, m := range ruleOpens.FindAllStringSubmatch(body, -1) {
			seen[m[1]] = true
			if got := (servertest.Answer{Body: m[2]}); !got.Says(sentences[lang][m[1]]) || sentences[lang][m[1]] == "" {
				t.Errorf("rule %s says %q", m[1], m[2])
			}
		}
		if len(seen) < 3 || bareRule.MatchString(body) {
			t.Errorf("in %s %d rules open to their sentence; without any: %q", lang, len(seen), bareRule.FindString(body))
		}
	}
	proof := clara.Status(clara.Get("/registro/1"), http.StatusOK)
	if !regexp.MustCompile(`<dd><p>[A-Z][^<]+ <span class="mono small">[a-z-]+</span></p></dd>`).MatchString(proof.Body) {
		t.Errorf("the page of an entry does not say its rule:\n%s", servertest.Main(proof.Body))
	}
}
