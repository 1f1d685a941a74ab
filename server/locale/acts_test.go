package locale_test

import (
	"testing"

	"sportello/policies"
	"sportello/server/locale"
)

// TestEveryActHasASentence: what the log calls by a code is a sentence of its own
// in both languages.
func TestEveryActHasASentence(t *testing.T) {
	words, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Langs {
		whose := map[string]policies.Action{}
		for _, a := range policies.Actions() {
			text, err := words.T(lang, "act."+string(a))
			if err != nil || len(text) < 6 {
				t.Errorf("%s in %s: %q, %v", a, lang, text, err)
			}
			if other, ok := whose[text]; ok {
				t.Errorf("%s and %s are the same in %s", a, other, lang)
			}
			whose[text] = a
		}
	}
}
