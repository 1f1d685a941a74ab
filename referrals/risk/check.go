package risk

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sportello/referrals/datafile"
)

// check holds an instrument that fits the schema to itself.
type check struct {
	f      *datafile.File
	i      *Instrument
	faults []datafile.Fault
}

func (c *check) fault(text string, path ...any) {
	c.faults = append(c.faults, c.f.Fault(text, path...))
}

func (c *check) all() {
	c.texts()
	c.items()
	c.overrides()
	if c.i.Scoring.Kind == KindCount {
		c.bands()
	} else {
		c.levels()
	}
	if len(c.faults) == 0 {
		c.examples() // which would fall over what is wrong above
	}
}

// needs says which of some keys a table lacks, and which it has beside them.
func needs[V any](c *check, table map[string]V, keys []string, path ...any) {
	for _, k := range keys {
		if _, ok := table[k]; !ok {
			c.fault(fmt.Sprintf("%q is missing", k), path...)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(table)) {
		if !slices.Contains(keys, k) {
			c.fault("nothing has this name", append(slices.Clone(path), k)...)
		}
	}
}

// texts asks that each text is there in each language of the file.
func (c *check) texts() {
	text := func(t Text, path ...any) {
		if t != nil {
			needs(c, t, c.i.Language, path...)
		}
	}
	table := func(all map[string]Text, path ...any) {
		for k, t := range all {
			text(t, append(slices.Clone(path), k)...)
		}
	}
	i := c.i
	for name, t := range map[string]Text{"title": i.Title, "audience": i.Audience, "training_note": i.TrainingNote, "not_for": i.NotFor, "intro": i.Intro, "stop": i.Stop, "validity": i.Validity} {
		text(t, name)
	}
	for n, e := range i.Entry {
		text(e.Text, "entry", n, "text")
		text(e.Why, "entry", n, "why")
	}
	for name, list := range map[string][]Labelled{"groups": i.Groups, "columns": i.Columns, "known_by": i.KnownBy} {
		for n, l := range list {
			text(l.Label, name, n, "label")
		}
	}
	for n := range i.Items {
		item := &i.Items[n]
		text(item.Text, "items", n, "text")
		text(item.Help, "items", n, "help")
		table(item.Labels, "items", n, "labels")
	}
	for name, t := range map[string]map[string]Text{"response_labels": i.ResponseLabels, "free": i.Free, "spoken": i.Spoken, "advice": i.Advice} {
		table(t, name)
	}
	text(i.Scoring.LabelIncomplete, "scoring", "label_incomplete")
	for n, b := range i.Scoring.Bands {
		text(b.Label, "scoring", "bands", n, "label")
	}
	for n, l := range i.Scoring.Levels {
		text(l.Label, "scoring", "levels", n, "label")
		text(l.Meaning, "scoring", "levels", n, "meaning")
	}
}

// once says which of some ids is given twice.
func once[T any](c *check, list []T, id func(T) string, path ...any) {
	seen := map[string]bool{}
	for n, v := range list {
		if seen[id(v)] {
			c.fault("the id is given twice", append(slices.Clone(path), n, "id")...)
		}
		seen[id(v)] = true
	}
}

func (c *check) items() {
	i := c.i
	once(c, i.Items, func(it Item) string { return it.ID }, "items")
	once(c, i.Entry, func(e Entry) string { return e.ID }, "entry")
	for name, list := range map[string][]Labelled{"groups": i.Groups, "columns": i.Columns, "known_by": i.KnownBy} {
		once(c, list, func(l Labelled) string { return l.ID }, name)
	}
	spj := i.Scoring.Kind == KindSPJ
	for n := range i.Items {
		it := &i.Items[n]
		labels := it.Labels
		if labels == nil {
			labels = i.ResponseLabels
		}
		for m, r := range it.Responses {
			if labels[r] == nil {
				c.fault("the answer has no label", "items", n, "responses", m)
			}
		}
		if it.counted() && (!slices.Contains(it.Responses, Yes) || !slices.Contains(it.Responses, No)) {
			c.fault("an item that is counted is answered yes and no, among others", "items", n, "responses")
		}
		switch {
		case spj && (it.Follows != nil || it.Counts != nil):
			c.fault("a factor of a structured judgement follows none and is not counted", "items", n)
		case spj && !slices.ContainsFunc(i.Groups, func(g Labelled) bool { return g.ID == it.Group }):
			c.fault("the group is not in the list of groups", "items", n, "group")
		case !spj && (it.Group != "" || it.Window.Before || it.MayBeAskedBy != nil || it.Lowerable != nil):
			c.fault("group, before, may_be_asked_by and lowerable belong to a structured judgement", "items", n)
		case it.Follows != nil:
			parent := slices.IndexFunc(i.Items[:n], func(p Item) bool { return p.ID == it.Follows.Item })
			if parent < 0 {
				c.fault("no item before it has this id", "items", n, "follows", "item")
			} else if p := i.Items[parent]; !slices.Contains(p.Responses, it.Follows.Is) || p.Follows != nil {
				c.fault("the item before it has no such answer, or follows another itself", "items", n, "follows")
			}
			if it.counted() || it.Critical {
				c.fault("an item that follows another is neither counted nor critical", "items", n)
			}
		}
	}
	if spj {
		for n, col := range i.Columns {
			if col.ID != Now && col.ID != Before {
				c.fault("the columns are now and before", "columns", n, "id")
			}
		}
		return
	}
	if c.counted() == 0 {
		c.fault("no item is counted", "items")
	}
}

// item is an item by its id, or nil.
func (i *Instrument) item(id string) *Item {
	n := slices.IndexFunc(i.Items, func(it Item) bool { return it.ID == id })
	if n < 0 {
		return nil
	}
	return &i.Items[n]
}

func (c *check) counted() (n int) {
	for k := range c.i.Items {
		if c.i.Items[k].counted() {
			n++
		}
	}
	return n
}

func (c *check) overrides() {
	once(c, c.i.Scoring.Overrides, func(o Override) string { return o.ID }, "scoring", "overrides")
	for n, o := range c.i.Scoring.Overrides {
		at := []any{"scoring", "overrides", n}
		c.condition(&o.When, append(slices.Clone(at), "when"))
		for m, k := range o.AdviceKeys {
			if c.i.Advice[k] == nil {
				c.fault("there is no such advice", append(slices.Clone(at), "advice_keys", m)...)
			}
		}
	}
	ends := []string{adviceReview}
	if c.i.Scoring.Kind == KindCount {
		ends = append(ends, adviceIncomplete)
	}
	for _, k := range ends {
		if c.i.Advice[k] == nil {
			c.fault(fmt.Sprintf("the advice %q is missing", k), "advice")
		}
	}
}

// condition holds a condition to the items that it names.
func (c *check) condition(when *Condition, at []any) {
	spj := c.i.Scoring.Kind == KindSPJ
	kinds := 0
	for _, given := range []bool{when.Item != "", len(when.All) > 0, when.CriticalAtLeast > 0, when.SureAtLeast > 0, when.Fact != "", when.Level != ""} {
		if given {
			kinds++
		}
	}
	fault := func(text string, below ...any) { c.fault(text, append(slices.Clone(at), below...)...) }
	critical := 0
	for k := range c.i.Items {
		if c.i.Items[k].Critical {
			critical++
		}
	}
	switch {
	case kinds != 1:
		fault("a condition is one of item, all, critical_at_least, sure_at_least, fact, level")
		return
	case when.Item == "" && (when.Is != "" || when.In != nil):
		fault("is and in go with an item")
	case when.Column != "" && (!spj || when.Item == "" && when.CriticalAtLeast == 0):
		fault("a column goes with an item or a count of critical factors of a structured judgement", "column")
	case when.CriticalAtLeast > critical:
		fault(fmt.Sprintf("only %d items are critical: it never holds", critical), "critical_at_least")
	case when.SureAtLeast > 0 && (spj || when.SureAtLeast > c.counted()):
		fault("it never holds: so many items are not counted", "sure_at_least")
	case when.Level != "" && c.level(when.Level) < 0:
		fault("there is no such level", "level")
	}
	for n := range when.All {
		c.condition(&when.All[n], append(slices.Clone(at), "all", n))
	}
	if when.Item == "" {
		return
	}
	it := c.i.item(when.Item)
	if it == nil {
		fault("no item has this id", "item")
		return
	}
	if (when.Is == "") == (len(when.In) == 0) {
		fault("an item is followed by is or by in")
	}
	if when.Column == Before && !it.Window.Before {
		fault("the item is not asked for before", "column")
	}
	for _, r := range append(slices.Clone(when.In), when.Is) {
		if r != "" && !slices.Contains(it.Responses, r) {
			fault(fmt.Sprintf("the item has no answer %q", r))
		}
	}
}

// low are words that no level is called by: there is no low danger to tell a woman.
var low = []string{"low", "basso", "bassa", "minor", "lieve", "mild", "safe", "sicura", "nessun pericolo", "no danger"}

// calls refuses a name that calls a danger low.
func (c *check) calls(id string, label Text, path ...any) {
	for _, name := range append([]string{id}, slices.Collect(maps.Values(label))...) {
		for _, word := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" _-,;:.()", r) }) {
			if slices.Contains(low, word) {
				c.fault("no level is called low: say what it does not exclude", path...)
				return
			}
		}
	}
}

func (c *check) bands() {
	s := &c.i.Scoring
	once(c, s.Bands, func(b Band) string { return b.ID }, "scoring", "bands")
	next := 0
	keys := []string{}
	for n, b := range s.Bands {
		if b.Min != next || b.Max < b.Min {
			c.fault("the bands do not follow each other from 0 without gap", "scoring", "bands", n)
		}
		next = b.Max + 1
		c.calls(b.ID, b.Label, "scoring", "bands", n)
		keys = append(keys, b.ID)
	}
	if next != c.counted()+1 {
		c.fault(fmt.Sprintf("the last band does not end at %d, the number of items that are counted", c.counted()), "scoring", "bands", len(s.Bands)-1, "max")
	}
	needs(c, c.i.Review.ElseDays, append(slices.Clone(keys), adviceIncomplete), "review", "else_days")
	needs(c, c.i.Spoken, append(keys, adviceIncomplete, "alert"), "spoken")
}

// level is the place of a level from the least, or -1.
func (c *check) level(id string) int { return c.i.level(id) }

func (i *Instrument) level(id string) int {
	return slices.IndexFunc(i.Scoring.Levels, func(l Level) bool { return l.ID == id })
}

func (c *check) levels() {
	s := &c.i.Scoring
	once(c, s.Levels, func(l Level) string { return l.ID }, "scoring", "levels")
	var keys []string
	for n, l := range s.Levels {
		c.calls(l.ID, l.Label, "scoring", "levels", n)
		keys = append(keys, l.ID)
	}
	needs(c, c.i.Review.ElseDays, keys, "review", "else_days")
	needs(c, c.i.Spoken, keys, "spoken")
	for alert, level := range s.AlertLevel {
		if c.level(level) < 0 {
			c.fault("there is no such level", "scoring", "alert_level", alert)
		}
	}
	for n, key := range s.MinRequired {
		if key != "level" && c.i.Free[key] == nil {
			c.fault("it is neither level nor one of free", "scoring", "min_required", n)
		}
	}
	if !slices.Contains(s.MinRequired, "level") {
		c.fault("a level is required", "scoring", "min_required")
	}
}
