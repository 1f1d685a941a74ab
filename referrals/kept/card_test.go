package kept_test

import (
	"testing"

	"sportello/crypto"
	"sportello/referrals/kept"
	"sportello/referrals/match"
	"sportello/referrals/store/storetest"
)

// TestCardsOfBeforeOpen: a card that was sealed before keys stood on it opens, and is
// compared by what it says; so is one of another matcher.
func TestCardsOfBeforeOpen(t *testing.T) {
	old := struct {
		Code   string   `json:"code"`
		Alias  string   `json:"alias,omitempty"`
		Names  []string `json:"names,omitempty"`
		Phones []string `json:"phones,omitempty"`
		Last   string   `json:"last"`
	}{"AC3D-EF4G", "Rosa", []string{"Rosalia", "Ferri"}, []string{"333 1234567"}, "2026-11-20"}
	key, b := crypto.NewKey(), crypto.Binding{Table: "case_file", Row: "A", Column: "card", Version: 1}
	box, err := key.SealValue(b, old)
	storetest.Try(t, "sealing", err)
	var card kept.CaseCard
	storetest.Try(t, "opening", key.OpenValue(b, box, &card))
	finds := func(card *kept.CaseCard) {
		t.Helper()
		for _, typed := range []string{"rosa", "ferri rosalia", "+39 333 1234567"} {
			if _, c := match.NewQuery(typed).Record(card.ComparedBy(), card.Code); c != match.Exact {
				t.Errorf("%q: %v", typed, c)
			}
		}
	}
	finds(&card)
	card.Keys = match.Keys{Version: match.Version + 1, Names: "of another matcher"}
	finds(&card)
}
