package cards_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/referrals/cards"
	"sportello/referrals/kept"
	"sportello/referrals/match"
	"sportello/referrals/store/storetest"
)

// TestInParallelKeepsTheOrder: what was found stands as it was handed out, an error
// comes back, and what falls over does so where it was asked for.
func TestInParallelKeepsTheOrder(t *testing.T) {
	t.Parallel()
	var want []int
	for i := range 400 {
		want = append(want, 2*i, 2*i+1)
	}
	wrong := errors.New("wrong")
	produce := func(hand func(int)) error {
		for i := range 400 {
			hand(i)
		}
		return wrong
	}
	got, err := cards.InParallel(produce, func(i int) []int {
		time.Sleep(time.Duration(i%3) * 50 * time.Microsecond)
		return []int{2 * i, 2*i + 1}
	})
	if !slices.Equal(got, want) || !errors.Is(err, wrong) {
		t.Errorf("got %d of %d, %v", len(got), len(want), err)
	}
	for name, ask := range map[string]func(){
		"a look": func() {
			cards.InParallel(produce, func(i int) []int {
				if i == 200 {
					panic("a look")
				}
				return nil
			})
		},
		"what is handed out": func() {
			cards.InParallel(func(hand func(int)) error { hand(1); panic("what is handed out") }, func(int) []int { return nil })
		},
	} {
		func() {
			defer func() {
				if r := recover(); r != name {
					t.Errorf("%s fell over: %v", name, r)
				}
			}()
			ask()
		}()
	}
}

// TestCardsAreSkimmed: what is compared of a card without reading it is what reading it
// gives.
func TestCardsAreSkimmed(t *testing.T) {
	t.Parallel()
	key, b := crypto.NewKey(), crypto.Binding{Table: "case_file", Row: "A", Column: "card", Version: 1}
	for name, card := range map[string]kept.CaseCard{
		"empty":   {},
		"full":    {Code: "AC3D-EF4G", Alias: "Rosa", Names: []string{"Rosalia", "Ferri"}, Last: "2026-11-20", Numbers: []kept.CardNumber{{Number: "333 1234567", Verdict: "never"}}, Keys: match.KeysOf([]string{"Rosa"}, []string{"333 1234567"})},
		"marked":  {Code: "AC3D-EF4G", Marks: kept.Marks{{Kind: kept.MarkKinds[0], Since: time.Now()}}, Tonight: &kept.Lately{Number: "333 1234567", Until: time.Now()}},
		"another": {Alias: "Rosa", Phones: []string{"333 1234567"}, Keys: match.Keys{Version: match.Version + 1, Names: "of another matcher"}},
	} {
		box, err := key.SealValue(b, card)
		storetest.Try(t, "sealing", err)
		text, err := key.OpenText(nil, b, box)
		storetest.Try(t, "opening", err)
		c, err := cards.Skim(text)
		storetest.Try(t, "skimming", err)
		keys, err := c.ComparedBy()
		if err != nil || c.Code != card.Code || c.Tonight != (card.Tonight != nil) || keys != card.ComparedBy() {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if read, err := c.Read(); err != nil || read.Alias != card.Alias || read.Code != card.Code {
			t.Errorf("%s is read as %+v, %v", name, read, err)
		}
	}
}
