package storetest

import (
	"fmt"

	"sportello/referrals/rule"

	"pgregory.net/rapid"
)

// AnyRule draws a safe-contact rule with words of its own in every field.
func AnyRule(t *rapid.T, words string) rule.SafeContact {
	mark := rapid.SampledFrom([]string{"", "yes", "never"})
	clock := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "h"), rapid.SampledFrom([]int{0, 13, 37}).Draw(t, "m"))
	})
	s := rule.SafeContact{Channels: map[string]string{}, DeskOnly: rapid.IntRange(0, 9).Draw(t, "desk") == 0, Recognised: "riconosciuta" + words,
		Answerer: rapid.SampledFrom([]string{"", "only_she", "trusted", "anyone"}).Draw(t, "answerer"),
		Hide:     rapid.SampledFrom([]string{"", "yes", "no"}).Draw(t, "hide"), Voice: rapid.SampledFrom([]string{"", "yes", "no"}).Draw(t, "voice"),
		CodeWord: rapid.SampledFrom([]string{"", "parola", "parola" + words}).Draw(t, "word"), Say: rapid.SampledFrom([]string{"", "dica", "dica" + words}).Draw(t, "say"),
		Number: rapid.SampledFrom([]string{"", "333777", "333777" + words}).Draw(t, "number"), Mail: rapid.SampledFrom([]string{"", "posta", "posta" + words}).Draw(t, "mail")}
	for _, k := range rule.ChannelKinds {
		s.Channels[k] = mark.Draw(t, k)
	}
	for range rapid.IntRange(0, 2).Draw(t, "hours") {
		h := rule.Hours{From: clock.Draw(t, "from"), To: clock.Draw(t, "to"),
			Days: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}), 0, 3, rapid.ID).Draw(t, "days")}
		if h.From == h.To {
			h.To = ""
		}
		s.Hours = append(s.Hours, h)
	}
	return s
}

// AnyTicks draws items of the rule, older names among them.
func AnyTicks(t *rapid.T) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(append([]string{rule.ItemReach}, rule.Items...)), 0, 3, rapid.ID).Draw(t, "ticks")
}
