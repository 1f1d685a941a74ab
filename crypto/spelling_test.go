package crypto

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSevenWordsHoweverTheyAreTyped: blanks, dashes, none at all, and signs that nobody
// sees make no difference to a generated passphrase.
func TestSevenWordsHoweverTheyAreTyped(t *testing.T) {
	for range 200 {
		p := string(NewPassphrase())
		for name, typed := range map[string]string{
			"no separators":       strings.ReplaceAll(p, "-", ""),
			"one of them":         strings.Replace(p, "-", "", 3),
			"in capitals, no one": strings.ToUpper(strings.ReplaceAll(p, "-", "")),
			"soft hyphens":        strings.ReplaceAll(p, "-", "\u00ad-"),
			"soft hyphens alone":  strings.ReplaceAll(p, "-", "\u00ad"),
			"zero width spaces":   strings.ReplaceAll(p, "-", "-\u200b"),
			"a byte order mark":   "\ufeff" + p,
			"a variation":         p + "\ufe0f",
		} {
			if got := NormalisePassphrase(typed); got != p {
				t.Fatalf("%s: got %q, want %q", name, got, p)
			}
		}
		if got := NormalisePassphrase(p + "x"); got != p+"x" {
			t.Fatalf("something more: got %q", got)
		}
	}
	for i, w := range words {
		if len(w) < wordStart || i > 0 && w[:wordStart] == words[i-1][:wordStart] {
			t.Fatalf("%q is not told by its beginning", w)
		}
	}
}

// TestTakenPassphrasesKeepTheirSpelling: a text that somebody could have as her own
// passphrase, before words were read without what stands between them, is spelled as it
// was then.
func TestTakenPassphrasesKeepTheirSpelling(t *testing.T) {
	const least = 70 // bits that the Door asks for
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 9).Draw(t, "tokens") {
			b.WriteString(rapid.OneOf(rapid.SampledFrom(words), rapid.StringMatching(`[a-z0-9!?]{1,12}`)).Draw(t, "token"))
			b.WriteString(rapid.SampledFrom([]string{"", "", "-", " "}).Draw(t, "between"))
		}
		before := spelledOut(b.String())
		if now := NormalisePassphrase(b.String()); now != before && bitsOf(before) >= least {
			t.Fatalf("%q was worth %.0f bits and is %q now", before, bitsOf(before), now)
		}
	})
}
