package policies_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sportello/policies"
)

// Where the rest of the world stands in the golden table: she is in unit "hers" of agency "agency".
const (
	she       = "she"
	somebody  = "somebody"
	hers      = "hers"
	herAgency = "agency"
)

// person is one column of the golden table.
type person struct {
	role     policies.Role
	unitKind string // empty: in no unit
}

var columns = map[string]person{
	"intake_worker": {policies.IntakeWorker, policies.UnitDesk},
	"social_worker": {policies.SocialWorker, policies.UnitSocialService},
	"lead":          {policies.Lead, policies.UnitDesk},
	"centre_lead":   {policies.Lead, policies.UnitCentre},
	"audit_lead":    {policies.Lead, policies.UnitAudit},
	"centre_worker": {policies.CentreWorker, policies.UnitCentre},
	"auditor":       {policies.Auditor, policies.UnitAudit},
	"administrator": {policies.Administrator, ""},
	"console":       {policies.Console, ""},
}

// subject is the person as she is when nothing stands in her way.
func (p person) subject() policies.Subject {
	s := policies.Subject{Person: she, Role: p.role, UnitKind: p.unitKind, SteppedUp: true}
	if p.unitKind != "" {
		s.Unit, s.Agency, s.Admitted = hers, herAgency, true
	}
	return s
}

// kept is something of her own unit, with a live consent, and nothing in the way.
func kept(kind policies.Kind, s policies.Subject) policies.Object {
	return policies.Object{
		Kind: kind, ID: "it", Unit: hers, UnitKind: s.UnitKind, Centre: "a-centre", Agency: herAgency,
		Author: somebody, Person: somebody, Consent: policies.ConsentLive, KeepCopy: true, Founded: true,
	}
}

// A change turns the plain case into the relation that the golden table names.
type change func(*policies.Subject, *policies.Object)

// places are the relations that say where a thing is kept.
var places = map[string]change{
	"own":     func(*policies.Subject, *policies.Object) {},
	"author":  func(_ *policies.Subject, o *policies.Object) { o.Author = she },
	"herself": func(_ *policies.Subject, o *policies.Object) { o.Person = she },
	"sister":  func(_ *policies.Subject, o *policies.Object) { o.Unit, o.UnitKind = "unit-2", policies.UnitDesk },
	"other": func(_ *policies.Subject, o *policies.Object) {
		o.Unit, o.UnitKind, o.Agency = "unit-3", policies.UnitDesk, "agency-2"
	},
	"service": func(_ *policies.Subject, o *policies.Object) {
		o.Unit, o.UnitKind, o.Agency = "unit-4", policies.UnitSocialService, "agency-2"
	},
	"receiving": func(_ *policies.Subject, o *policies.Object) {
		o.Unit, o.UnitKind, o.Agency, o.Centre = "unit-3", policies.UnitDesk, "agency-2", hers
	},
	"elsewhere": func(_ *policies.Subject, o *policies.Object) {
		o.Unit, o.UnitKind, o.Agency, o.Centre = "unit-3", policies.UnitDesk, "agency-2", "centre-2"
	},
	"unitless": func(_ *policies.Subject, o *policies.Object) {
		o.Unit, o.UnitKind, o.Agency, o.Centre = "", "", "", ""
	},
	"founding-other": func(s *policies.Subject, o *policies.Object) {
		s.Admitted, o.Founded = false, false
		o.Unit, o.Agency = "unit-3", "agency-2"
	},
}

// states are the relations that add one fact to a place.
var states = map[string]change{
	"restricted": func(_ *policies.Subject, o *policies.Object) { o.Restricted = true },
	"named":      func(_ *policies.Subject, o *policies.Object) { o.Restricted, o.Named = true, true },
	"walled":     func(_ *policies.Subject, o *policies.Object) { o.WalledOff = true },
	"answers":    func(_ *policies.Subject, o *policies.Object) { o.Answers = true },
	"leads":      func(_ *policies.Subject, o *policies.Object) { o.Leads = true },
	"noconsent":  func(_ *policies.Subject, o *policies.Object) { o.Consent = policies.ConsentNone },
	"withdrawn":  func(_ *policies.Subject, o *policies.Object) { o.Consent = policies.ConsentWithdrawn },
	"expired":    func(_ *policies.Subject, o *policies.Object) { o.Consent = policies.ConsentExpired },
	"restored":   func(_ *policies.Subject, o *policies.Object) { o.RestoredShut = true },
	"ended":      func(_ *policies.Subject, o *policies.Object) { o.AgencyEnded = true },
	"suspended":  func(s *policies.Subject, _ *policies.Object) { s.Suspended = true },
	"covered":    func(s *policies.Subject, _ *policies.Object) { s.Covered = true },
	"unadmitted": func(s *policies.Subject, _ *policies.Object) { s.Admitted = false },
	"founding":   func(s *policies.Subject, o *policies.Object) { s.Admitted, o.Founded = false, false },
	"nostepup":   func(s *policies.Subject, _ *policies.Object) { s.SteppedUp = false },
	"unsent":     func(_ *policies.Subject, o *policies.Object) { o.State = "draft" },
	"nocopy":     func(_ *policies.Subject, o *policies.Object) { o.KeepCopy = false },
}

// combined lists the states that are tried on a place other than her own unit's.
var combined = map[string][]string{
	"r": {"restricted", "walled", "noconsent", "withdrawn", "expired", "restored", "ended",
		"suspended", "covered", "unadmitted", "nostepup", "unsent", "nocopy"},
	"h": {"ended", "suspended", "covered", "unadmitted", "nostepup"},
}

// relations is every relation of the golden table, by its word.
func relations() map[string]change {
	all := map[string]change{}
	for word, c := range places {
		all[word] = c
	}
	for word, c := range states {
		if word != "unsent" && word != "nocopy" { // these are a centre's
			all[word] = c
		}
	}
	for prefix, place := range map[string]change{"r": places["receiving"], "h": places["herself"]} {
		for _, word := range combined[prefix] {
			state := states[word]
			all[prefix+"-"+word] = func(s *policies.Subject, o *policies.Object) { place(s, o); state(s, o) }
		}
	}
	return all
}

// A cell is one case of the golden table.
type cell struct {
	action   policies.Action
	kind     policies.Kind
	who      string
	relation string
}

func (c cell) String() string {
	return fmt.Sprintf("%s on %s, %s, %s", c.action, c.kind, c.who, c.relation)
}

// A verdict is what the table expects, and the line that says so.
type verdict struct {
	allowed bool
	rules   string // joined with "+"
	line    int
}

// ask puts the case to the policy.
func (c cell) ask(p *policies.Policy, all map[string]change) policies.Decision {
	s := columns[c.who].subject()
	o := kept(c.kind, s)
	all[c.relation](&s, &o)
	return p.Decide(s, c.action, o)
}

// A golden is the table while it is being read.
type golden struct {
	t         *testing.T
	p         *policies.Policy
	relations map[string]change
	sets      map[string][]string
	cells     map[cell]verdict
	rest      map[cell]verdict // what an "otherwise" answers
	block     []cell           // the actions and kinds that the lines speak of now; who and relation empty
	line      int
}

func TestGoldenTable(t *testing.T) {
	g := readGolden(t)
	checked := 0
	for _, a := range policies.Actions() {
		for _, kind := range g.p.Kinds(a) {
			for who := range columns {
				for relation := range g.relations {
					g.check(cell{a, kind, who, relation})
					checked++
				}
			}
		}
	}
	t.Logf("%d cases, %d rules", checked, len(g.p.Rules()))
}

func TestGoldenTableUsesEveryRule(t *testing.T) {
	g := readGolden(t)
	used := map[string]bool{}
	allowed, denied := map[policies.Action]bool{}, map[policies.Action]bool{}
	for c, v := range g.cells {
		for _, rule := range strings.Split(v.rules, "+") {
			used[rule] = true
		}
		if v.allowed {
			allowed[c.action] = true
		} else {
			denied[c.action] = true
		}
	}
	for _, r := range g.p.Rules() {
		if !used[r.ID] {
			t.Errorf("no line of the golden table names the rule %s", r.ID)
		}
	}
	for _, a := range policies.Actions() {
		if !allowed[a] || !denied[a] {
			t.Errorf("%s: in an allow line %v, in a deny line %v; want both", a, allowed[a], denied[a])
		}
	}
}

// check compares one case with the policy.
func (g *golden) check(c cell) {
	want, ok := g.cells[c]
	if !ok {
		want, ok = g.rest[c]
	}
	if !ok {
		g.t.Errorf("no line for: %s", c)
		return
	}
	got := c.ask(g.p, g.relations)
	if got.Allowed != want.allowed || strings.Join(got.Rules, "+") != want.rules {
		g.t.Errorf("line %d: %s: got %v %v, want %v %s", want.line, c, got.Allowed, got.Rules, want.allowed, want.rules)
	}
}

func readGolden(t *testing.T) *golden {
	t.Helper()
	p, err := policies.New()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	g := &golden{t: t, p: p, relations: relations(), sets: map[string][]string{}, cells: map[cell]verdict{}, rest: map[cell]verdict{}}
	scan := bufio.NewScanner(file)
	for scan.Scan() {
		g.line++
		if text := strings.TrimSpace(scan.Text()); text != "" && !strings.HasPrefix(text, "#") {
			g.read(text)
		}
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return g
}

// read takes in one line.
func (g *golden) read(text string) {
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "set":
		name, list, ok := strings.Cut(rest, "=")
		if !ok {
			g.t.Fatalf("line %d: a set needs a =", g.line)
		}
		g.sets[strings.TrimSpace(name)] = g.words(list)
	case "for":
		g.open(strings.TrimSuffix(rest, ":"))
	case "allow", "deny":
		g.expect(word == "allow", strings.Split(rest, "|"))
	case "otherwise":
		for _, c := range g.block {
			for who := range columns {
				for relation := range g.relations {
					c.who, c.relation = who, relation
					g.put(g.rest, c, verdict{false, strings.TrimSpace(rest), g.line})
				}
			}
		}
	default:
		g.t.Fatalf("line %d: unknown word %q", g.line, word)
	}
}

// words splits a list and puts the members of sets in their place.
func (g *golden) words(list string) []string {
	var out []string
	for _, w := range strings.Fields(list) {
		if set, ok := g.sets[w]; ok {
			out = append(out, set...)
			continue
		}
		out = append(out, w)
	}
	return out
}

// open begins a block: actions, "all except" actions, and perhaps "on" kinds.
func (g *golden) open(text string) {
	actions, kinds, narrowed := strings.Cut(text, " on ")
	named := strings.Fields(actions)
	var in func(policies.Action) bool
	switch {
	case named[0] == "all" && len(named) == 1:
		in = func(policies.Action) bool { return true }
	case named[0] == "all" && named[1] == "except":
		g.mustKnow(named[2:])
		in = func(a policies.Action) bool { return !slices.Contains(named[2:], string(a)) }
	default:
		g.mustKnow(named)
		in = func(a policies.Action) bool { return slices.Contains(named, string(a)) }
	}
	g.block = nil
	for _, a := range policies.Actions() {
		for _, k := range g.p.Kinds(a) {
			if in(a) && (!narrowed || slices.Contains(strings.Fields(kinds), string(k))) {
				g.block = append(g.block, cell{action: a, kind: k})
			}
		}
	}
}

func (g *golden) mustKnow(actions []string) {
	for _, a := range actions {
		if !slices.Contains(policies.Actions(), policies.Action(a)) {
			g.t.Fatalf("line %d: unknown action %q", g.line, a)
		}
	}
}

// expect takes in what an allow or deny line says of the block.
func (g *golden) expect(allowed bool, parts []string) {
	if len(parts) != 3 || len(g.block) == 0 {
		g.t.Fatalf("line %d: want rule | who | relation, inside a block", g.line)
	}
	v := verdict{allowed, strings.TrimSpace(parts[0]), g.line}
	for _, who := range g.words(parts[1]) {
		if _, ok := columns[who]; !ok {
			g.t.Fatalf("line %d: unknown person %q", g.line, who)
		}
		for _, relation := range g.words(parts[2]) {
			if g.relations[relation] == nil {
				g.t.Fatalf("line %d: unknown relation %q", g.line, relation)
			}
			for _, c := range g.block {
				c.who, c.relation = who, relation
				g.put(g.cells, c, v)
			}
		}
	}
}

func (g *golden) put(into map[cell]verdict, c cell, v verdict) {
	if before, taken := into[c]; taken {
		g.t.Errorf("lines %d and %d both speak of: %s", before.line, v.line, c)
	}
	into[c] = v
}
