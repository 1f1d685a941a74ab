package risk

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Example is an evaluation that stands in the file: the file is refused where it comes to
// something else.
type Example struct {
	Name    string            `json:"name"`
	Answers json.RawMessage   `json:"answers"`
	Level   string            `json:"level"`
	Free    map[string]string `json:"free"`
	Facts   Facts             `json:"facts"`
	Result  ExampleResult     `json:"result"`
}

// ExampleResult is what an example comes to.
type ExampleResult struct {
	Band          *string  `json:"band"`
	Range         *[2]int  `json:"range"`
	NotFullyAsked *bool    `json:"not_fully_asked"` // of a count
	CriticalHits  []string `json:"critical_hits"`
	NotAnswered   []string `json:"not_answered"` // of a count
	Alert         string   `json:"alert"`
	AdviceKeys    []string `json:"advice_keys"`
	Version       string   `json:"version"`
}

func (c *check) examples() {
	for n, e := range c.i.Examples {
		a := Answers{Level: e.Level, Free: e.Free, Facts: e.Facts}
		into := any(&a.Items)
		if c.i.Scoring.Kind == KindSPJ {
			into = &a.Factors
		}
		if err := json.Unmarshal(e.Answers, into); err != nil {
			c.fault(err.Error(), "examples", n, "answers")
			continue
		}
		got, err := c.i.Score(a)
		if err != nil {
			c.fault(err.Error(), "examples", n, "answers")
			continue
		}
		if key, is := e.Result.differs(got); key != "" {
			c.fault(fmt.Sprintf("the answers come to %v", is), "examples", n, "result", key)
		}
	}
}

// differs names the first part in which a result is another than the example says.
func (w *ExampleResult) differs(got Result) (key string, is any) {
	same := func(a, b []string) bool { return slices.Equal(a, b) }
	switch {
	case (w.Band == nil) != (got.Band == nil) || w.Band != nil && *w.Band != *got.Band:
		if got.Band == nil {
			return "band", "none"
		}
		return "band", *got.Band
	case (w.Range == nil) != (got.Range == nil) || w.Range != nil && *w.Range != *got.Range:
		return "range", got.Range
	case w.NotFullyAsked != nil && *w.NotFullyAsked != got.NotFullyAsked:
		return "not_fully_asked", got.NotFullyAsked
	case !same(w.CriticalHits, got.CriticalHits):
		return "critical_hits", got.CriticalHits
	case w.NotAnswered != nil && !same(w.NotAnswered, got.NotAnswered):
		return "not_answered", got.NotAnswered
	case w.Alert != got.Alert:
		return "alert", got.Alert
	case !same(w.AdviceKeys, got.AdviceKeys):
		return "advice_keys", got.AdviceKeys
	case w.Version != got.Version:
		return "version", got.Version
	}
	return "", nil
}
