package risk

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"sportello/referrals/datafile"
)

// Facts are what the program knows and nobody is asked.
type Facts struct {
	// TriggerWithin14Days says that something that raises danger lies within 14 days of
	// the day of the answers, before or after. Absent means false.
	TriggerWithin14Days bool `json:"trigger_within_14_days"`
}

// Trigger is something that may raise danger, and its day.
type Trigger struct {
	Code string
	Day  string // YYYY-MM-DD
}

// TriggerCodes are the triggers that count for the fact.
var TriggerCodes = []string{"separation", "order_broken", "order_ends", "release", "hearing", "child_visit", "found_out"}

const triggerDays = 14

// FactsOn are the facts on the day of the answers. A day that is none counts for nothing.
func FactsOn(day string, triggers []Trigger) (f Facts) {
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return f
	}
	for _, t := range triggers {
		at, err := time.Parse(time.DateOnly, t.Day)
		if err != nil || !slices.Contains(TriggerCodes, t.Code) {
			continue
		}
		if away := int(at.Sub(on).Hours() / 24); away >= -triggerDays && away <= triggerDays {
			f.TriggerWithin14Days = true
		}
	}
	return f
}

// Factor is what was said of one factor of a structured judgement.
type Factor struct {
	Now     string `json:"now,omitempty"`
	Before  string `json:"before,omitempty"`
	KnownBy string `json:"known_by,omitempty"`
}

// Answers are the answers to one instrument. What is left out is not_asked.
type Answers struct {
	Items   map[string]string // of a count
	Factors map[string]Factor // of a structured judgement
	Level   string            // chosen by whoever assesses
	Free    map[string]string
	Facts   Facts
	Day     string // YYYY-MM-DD; empty: no day of review is said
}

// Result is what answers come to. It is a help to judge, and decides nothing.
type Result struct {
	Instrument string  `json:"instrument"`
	Version    string  `json:"version"`
	Digest     string  `json:"digest"`
	Band       *string `json:"band"`  // of the upper bound, or the level chosen; nil where nothing was answered yes or no
	Range      *[2]int `json:"range"` // sure answers, and those with all that is not known; nil where nothing is counted
	// NotFullyAsked says that not every item that is counted was answered yes or no.
	NotFullyAsked bool     `json:"not_fully_asked"`
	CriticalHits  []string `json:"critical_hits"`
	NotAnswered   []string `json:"not_answered"` // counted items, or factors of now, that are not yes or no
	Alert         string   `json:"alert"`
	AdviceKeys    []string `json:"advice_keys"`
	// Sure says that the answers yes alone reach the band, where it is not the least one.
	Sure bool `json:"sure"`
	// Label is what a page shows: the keys of bands or levels, and incomplete.
	Label []string `json:"label"`
	// Spoken is what is said to her, in this order: keys of the file's spoken.
	Spoken []string `json:"spoken"`
	// ReviewDay is the day by which it is made again; empty where nothing was answered.
	ReviewDay string `json:"review_day,omitempty"`
	// BelowAlert says that the level chosen is below what the alert asks: it needs a reason
	// and a second person.
	BelowAlert bool `json:"below_alert,omitempty"`
}

// ErrAnswers says that answers do not fit an instrument: an item, an answer or a key that
// it does not know, or an answer to what was not to be asked.
var ErrAnswers = errors.New("the answers do not fit the instrument")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrAnswers, fmt.Sprintf(format, args...))
}

// Score is what answers come to. ErrAnswers where they do not fit.
func (i *Instrument) Score(a Answers) (Result, error) {
	if i.Scoring.Kind == KindSPJ {
		return i.judge(a)
	}
	return i.count(a)
}

// answer is the answer to an item of a count.
func (a *Answers) answer(id string) string {
	if r := a.Items[id]; r != "" {
		return r
	}
	return NotAsked
}

func (i *Instrument) count(a Answers) (Result, error) {
	if a.Factors != nil || a.Level != "" || a.Free != nil {
		return Result{}, wrong("a count has neither level nor free text")
	}
	for _, id := range slices.Sorted(maps.Keys(a.Items)) {
		it := i.item(id)
		if it == nil {
			return Result{}, wrong("%q is no item", id)
		}
		if !slices.Contains(it.Responses, a.Items[id]) {
			return Result{}, wrong("%q has no answer %q", id, a.Items[id])
		}
		if f := it.Follows; f != nil && a.Items[id] != NotAsked && a.answer(f.Item) != f.Is {
			return Result{}, wrong("%q is asked only where %q is %q", id, f.Item, f.Is)
		}
	}
	out := i.result()
	sure, upper, known := 0, 0, false
	for n := range i.Items {
		it := &i.Items[n]
		if !it.counted() {
			continue
		}
		switch a.answer(it.ID) {
		case Yes:
			sure, upper, known = sure+1, upper+1, true
			if it.Critical {
				out.CriticalHits = append(out.CriticalHits, it.ID)
			}
		case No:
			known = true
		default:
			upper++
			out.NotAnswered = append(out.NotAnswered, it.ID)
		}
	}
	out.Range = &[2]int{sure, upper}
	out.NotFullyAsked = sure < upper
	i.alerts(&out, func(c *Condition) bool { return i.holds(c, &a, sure, len(out.CriticalHits)) })
	if out.NotFullyAsked {
		out.AdviceKeys = append(out.AdviceKeys, adviceIncomplete)
	}
	alarmed := out.Alert != AlertNone
	if alarmed {
		out.Spoken = append(out.Spoken, "alert")
	}
	if !known { // nothing is kept but that it was offered
		out.Label, out.Spoken = []string{adviceIncomplete}, append(out.Spoken, adviceIncomplete)
		return out, nil
	}
	at := slices.IndexFunc(i.Scoring.Bands, func(b Band) bool { return upper <= b.Max })
	band := i.Scoring.Bands[at]
	out.Band = &band.ID
	out.Sure = at > 0 && sure >= band.Min
	switch {
	case out.Sure:
		out.Label, out.Spoken = append(out.Label, band.ID), append(out.Spoken, band.ID)
		if out.NotFullyAsked {
			out.Label = append(out.Label, adviceIncomplete)
		}
	case out.NotFullyAsked:
		out.Label, out.Spoken = append(out.Label, adviceIncomplete), append(out.Spoken, adviceIncomplete)
	default: // fully asked, so the upper bound is the sure one: the least band
		out.Label = append(out.Label, band.ID)
		if !alarmed {
			out.Spoken = append(out.Spoken, band.ID)
		}
	}
	days := i.Review.ElseDays[band.ID]
	if out.NotFullyAsked {
		days = min(days, i.Review.ElseDays[adviceIncomplete])
	}
	return out, out.reviewed(a.Day, days)
}

func (i *Instrument) result() Result {
	return Result{Instrument: i.ID, Version: i.Version, Digest: i.Digest, CriticalHits: []string{}, NotAnswered: []string{}, Alert: AlertNone,
		AdviceKeys: []string{}, Label: []string{}, Spoken: []string{}}
}

// reviewed says the day by which it is made again.
func (r *Result) reviewed(day string, days int) error {
	if day == "" {
		return nil
	}
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return wrong("the day is not YYYY-MM-DD")
	}
	r.ReviewDay = on.AddDate(0, 0, days).Format(time.DateOnly)
	return nil
}

// alerts applies the overrides, in their order.
func (i *Instrument) alerts(out *Result, holds func(*Condition) bool) {
	strength := []string{AlertNone, AlertToday, AlertNow}
	for n := range i.Scoring.Overrides {
		o := &i.Scoring.Overrides[n]
		if !holds(&o.When) {
			continue
		}
		if slices.Index(strength, o.Alert) > slices.Index(strength, out.Alert) {
			out.Alert = o.Alert
		}
		for _, k := range o.AdviceKeys {
			if !slices.Contains(out.AdviceKeys, k) {
				out.AdviceKeys = append(out.AdviceKeys, k)
			}
		}
	}
	if !slices.Contains(out.AdviceKeys, adviceReview) {
		out.AdviceKeys = append(out.AdviceKeys, adviceReview)
	}
}

// holds tells whether a condition holds, with so many items sure and so many of them critical.
func (i *Instrument) holds(c *Condition, a *Answers, sure, critical int) bool {
	switch {
	case c.Item != "":
		r := a.answer(c.Item)
		if i.Scoring.Kind == KindSPJ {
			r = a.factor(c.Item, c.Column)
		}
		return r == c.Is || slices.Contains(c.In, r)
	case len(c.All) > 0:
		return !slices.ContainsFunc(c.All, func(c Condition) bool { return !i.holds(&c, a, sure, critical) })
	case c.CriticalAtLeast > 0:
		if c.Column == Before {
			critical = len(i.criticalIn(a, Before))
		}
		return critical >= c.CriticalAtLeast
	case c.SureAtLeast > 0:
		return sure >= c.SureAtLeast
	case c.Fact != "":
		return a.Facts.TriggerWithin14Days
	case c.Level != "":
		return a.Level == c.Level
	}
	return false
}

// factor is the answer to a factor in a column.
func (a *Answers) factor(id, column string) string {
	r := a.Factors[id].Now
	if column == Before {
		r = a.Factors[id].Before
	}
	if r == "" {
		return NotAsked
	}
	return r
}

func (i *Instrument) criticalIn(a *Answers, column string) []string {
	ids := []string{}
	for n := range i.Items {
		if it := &i.Items[n]; it.Critical && a.factor(it.ID, column) == Yes {
			ids = append(ids, it.ID)
		}
	}
	return ids
}

// judge is a structured judgement: its level is chosen, never computed.
func (i *Instrument) judge(a Answers) (Result, error) {
	if a.Items != nil {
		return Result{}, wrong("a structured judgement is answered by columns")
	}
	for _, id := range slices.Sorted(maps.Keys(a.Factors)) {
		it, f := i.item(id), a.Factors[id]
		if it == nil {
			return Result{}, wrong("%q is no factor", id)
		}
		for _, r := range []string{a.factor(id, Now), a.factor(id, Before)} {
			if !slices.Contains(it.Responses, r) {
				return Result{}, wrong("%q has no answer %q", id, r)
			}
		}
		if f.Before != "" && !it.Window.Before {
			return Result{}, wrong("%q is not asked for before", id)
		}
		if f.KnownBy != "" && !slices.ContainsFunc(i.KnownBy, func(l Labelled) bool { return l.ID == f.KnownBy }) {
			return Result{}, wrong("%q is known by %q, which is not in the list", id, f.KnownBy)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(a.Free)) {
		if i.Free[k] == nil {
			return Result{}, wrong("%q is no part of the free text", k)
		}
	}
	for _, k := range i.Scoring.MinRequired {
		if k == "level" && a.Level == "" || k != "level" && a.Free[k] == "" {
			return Result{}, wrong("%q is required", k)
		}
	}
	chosen := i.level(a.Level)
	if chosen < 0 {
		return Result{}, wrong("there is no level %q", a.Level)
	}
	out := i.result()
	out.Band = &a.Level
	out.CriticalHits = i.criticalIn(&a, Now)
	for n := range i.Items {
		if r := a.factor(i.Items[n].ID, Now); r != Yes && r != No {
			out.NotAnswered = append(out.NotAnswered, i.Items[n].ID)
		}
	}
	out.NotFullyAsked = len(out.NotAnswered) > 0
	i.alerts(&out, func(c *Condition) bool { return i.holds(c, &a, 0, len(out.CriticalHits)) })
	out.Label, out.Spoken = []string{a.Level}, []string{a.Level}
	out.BelowAlert = chosen < i.level(i.Scoring.AlertLevel[out.Alert])
	return out, out.reviewed(a.Day, i.Review.ElseDays[a.Level])
}

// ReadAnswers reads a file of answers to an instrument.
func (i *Instrument) ReadAnswers(name string, text []byte) (Answers, []datafile.Fault) {
	f, faults := datafile.Read(name, text)
	if len(faults) > 0 {
		return Answers{}, faults
	}
	var err error
	var a Answers
	if i.Scoring.Kind == KindSPJ {
		var in struct {
			Answers map[string]Factor `json:"answers"`
			Level   string            `json:"level"`
			Free    map[string]string `json:"free"`
			Facts   Facts             `json:"facts"`
			Day     string            `json:"day"`
		}
		if faults := f.Faults(answersSPJ()); len(faults) > 0 {
			return a, faults
		}
		err = f.Into(&in)
		a = Answers{Factors: in.Answers, Level: in.Level, Free: in.Free, Facts: in.Facts, Day: in.Day}
	} else {
		var in struct {
			Answers map[string]string `json:"answers"`
			Facts   Facts             `json:"facts"`
			Day     string            `json:"day"`
		}
		if faults := f.Faults(answersCount()); len(faults) > 0 {
			return a, faults
		}
		err = f.Into(&in)
		a = Answers{Items: in.Answers, Facts: in.Facts, Day: in.Day}
	}
	if err != nil {
		return a, []datafile.Fault{f.Fault(err.Error())}
	}
	return a, nil
}
