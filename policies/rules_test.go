package policies

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"
)

// with gives the embedded rules and one more file.
func with(t *testing.T, more string) ([]byte, []source) {
	t.Helper()
	sources, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := files.ReadFile("schema.cedarschema")
	if err != nil {
		t.Fatal(err)
	}
	return schema, append(sources, source{"more.cedar", []byte(more)})
}

const head = "// Because of a test.\n@id(\"more\")\n@text(\"A sentence about this one rule.\")\n@it(\"Una frase su questa sola regola.\")\n"

// reads is a worker at her own desk in front of a case that the ordinary rules let her open.
var reads = Subject{Person: "anna", Role: IntakeWorker, Unit: "desk", UnitKind: UnitDesk, Admitted: true}
var readable = Object{Kind: KindCase, ID: "case", Unit: "desk", UnitKind: UnitDesk}

// failing fits the schema, but fails on every request: the unit is known by its id only, it has no facts of its own.
const failing = `(principal, action == Action::"case.open", resource)
when { resource has unit && resource.unit.agencyEnded };`

func TestFailingRuleDenies(t *testing.T) {
	for _, effect := range []string{"permit", "forbid"} {
		t.Run(effect, func(t *testing.T) {
			p, err := newPolicy(with(t, head+effect+" "+failing))
			if err != nil {
				t.Fatal(err)
			}
			got := p.Decide(reads, CaseOpen, readable)
			if got.Allowed || !slices.Equal(got.Rules, []string{PolicyError}) {
				t.Errorf("got %v, want a denial by %s", got, PolicyError)
			}
			if got := p.Decide(reads, CaseUpdate, readable); !got.Allowed {
				t.Errorf("an act that the failing rule does not speak of: got %v, want allowed", got)
			}
		})
	}
}

// TestFailingForbidWouldAllow shows the trap that the denial above is there for: asked directly, Cedar
// skips the failing forbid and allows.
func TestFailingForbidWouldAllow(t *testing.T) {
	p, err := newPolicy(with(t, head+"forbid "+failing))
	if err != nil {
		t.Fatal(err)
	}
	principal, resource := reads.principal(p.roles), readable.resource()
	facts := entities{principal: principal, resource: resource, unmoved: p.unmoved}
	verdict, why := cedar.Authorize(p.byWho[who{CaseOpen, reads.Role}], &facts,
		cedar.Request{Principal: principal.UID, Action: CaseOpen.uid(), Resource: resource.UID})
	if verdict != cedar.Allow || len(why.Errors) != 1 {
		t.Errorf("got %v with %d errors; if Cedar changed, so can Decide", verdict, len(why.Errors))
	}
}

func TestNewRefusesRules(t *testing.T) {
	for name, rule := range map[string]string{
		"no id":                   "// Why.\n@text(\"A sentence about this one rule.\")\n@it(\"Una frase su questa sola regola.\")\npermit (principal, action, resource);",
		"no sentence":             "// Why.\n@id(\"more\")\npermit (principal, action, resource);",
		"a word for a sentence":   "// Why.\n@id(\"more\")\n@text(\"May.\")\npermit (principal, action, resource);",
		"no Italian sentence":     "// Why.\n@id(\"more\")\n@text(\"A sentence about this one rule.\")\npermit (principal, action, resource);",
		"no comment":              "@id(\"more\")\n@text(\"A sentence about this one rule.\")\n@it(\"Una frase su questa sola regola.\")\npermit (principal, action, resource);",
		"an empty comment":        "//\n@id(\"more\")\n@text(\"A sentence about this one rule.\")\n@it(\"Una frase su questa sola regola.\")\npermit (principal, action, resource);",
		"an id with a space":      "// Why.\n@id(\"more rules\")\n@text(\"A sentence about this one rule.\")\n@it(\"Una frase su questa sola regola.\")\npermit (principal, action, resource);",
		"a reserved id":           "// Why.\n@id(\"default-deny\")\n@text(\"A sentence about this one rule.\")\n@it(\"Una frase su questa sola regola.\")\npermit (principal, action, resource);",
		"an id used twice":        "// Why.\n@id(\"suspended\")\n@text(\"A sentence about this one rule.\")\n@it(\"Una frase su questa sola regola.\")\npermit (principal, action, resource);",
		"not Cedar":               head + "permit (principal, action, resource",
		"an unknown fact":         head + "permit (principal, action, resource) when { resource.colour == \"red\" };",
		"a fact of another type":  head + "permit (principal, action, resource) when { resource.restricted == \"yes\" };",
		"a fact that may be away": head + "permit (principal, action, resource) when { principal in resource.unit };",
		"an unknown action":       head + "permit (principal, action == Action::\"case.burn\", resource);",
		"an unknown thing":        head + "permit (principal, action, resource is Castle);",
		"an unknown role":         head + "permit (principal in Role::\"laed\", action, resource);",
		"an unknown role inside":  head + "forbid (principal, action, resource) unless { principal in Role::\"laed\" };",
		"an act on a wrong thing": head + "permit (principal, action == Action::\"case.open\", resource is Agency);",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newPolicy(with(t, rule)); err == nil {
				t.Error("it was accepted")
			}
		})
	}
	if _, err := newPolicy(with(t, head+"permit (principal, action, resource);")); err != nil {
		t.Errorf("a proper rule was refused: %v", err)
	}
}

func TestNewRefusesSchema(t *testing.T) {
	for name, change := range map[string][2]string{
		"not a schema":           {"entity Staff", "entiti Staff"},
		"an action missing":      {`action "case.open" applies`, `action "case.opened" applies`},
		"step-up taken away":     {`action "case.wall" in ["step_up"]`, `action "case.wall"`},
		"step-up added":          {`action "case.open" applies`, `action "case.open" in ["step_up"] applies`},
		"a fact taken away":      {"suspended: Bool,", ""},
		"a thing taken away":     {"RecordKey, Session,", "Session,"},
		"an unknown group":       {`action "agenda.read" applies`, `action "agenda.read" in ["nothing"] applies`},
		"an action more":         {"// Groups of actions", `action "case.burn" appliesTo { principal: Staff, resource: CaseFile }; //`},
		"a group of a rule away": {`action "under_cover";`, `action "undercover";`},
	} {
		t.Run(name, func(t *testing.T) {
			schema, sources := with(t, "")
			if !strings.Contains(string(schema), change[0]) {
				t.Fatalf("the schema does not contain %q", change[0])
			}
			changed := strings.Replace(string(schema), change[0], change[1], 1)
			if _, err := newPolicy([]byte(changed), sources); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}

// TestRequestsFitSchema holds the Go code that builds requests to the schema that the rules were checked against.
func TestRequestsFitSchema(t *testing.T) {
	schema, sources := with(t, "")
	checked, err := resolve(schema)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPolicy(schema, sources)
	if err != nil {
		t.Fatal(err)
	}
	validator := validate.New(checked)
	full := Object{ID: "it", Unit: "u", UnitKind: UnitDesk, Centre: "c", Agency: "a", Author: "x", Person: "y"}
	for _, a := range Actions() {
		for _, kind := range p.Kinds(a) {
			for _, o := range []Object{{Kind: kind}, full} {
				o.Kind = kind
				principal, resource := reads.principal(p.roles), o.resource()
				if err := validator.Request(types.Request{Principal: principal.UID, Action: a.uid(), Resource: resource.UID}); err != nil {
					t.Errorf("%s on %s: %v", a, kind, err)
				}
				if err := validator.Entities(types.EntityMap{principal.UID: principal, resource.UID: resource}); err != nil {
					t.Errorf("%s on %s: %v", a, kind, err)
				}
			}
		}
	}
	if err := validator.Entities(p.unmoved); err != nil {
		t.Errorf("roles and actions: %v", err)
	}
}

func TestUnknownRequestsAreErrors(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Subject, *Action, *Object){
		"nobody":               func(s *Subject, _ *Action, _ *Object) { s.Person = "" },
		"unknown role":         func(s *Subject, _ *Action, _ *Object) { s.Role = "mayor" },
		"a group as a role":    func(s *Subject, _ *Action, _ *Object) { s.Role = "case_worker" },
		"no role":              func(s *Subject, _ *Action, _ *Object) { s.Role = "" },
		"unknown unit kind":    func(s *Subject, _ *Action, _ *Object) { s.UnitKind = "shelter" },
		"unknown kind of unit": func(_ *Subject, _ *Action, o *Object) { o.UnitKind = "shelter" },
		"unknown action":       func(_ *Subject, a *Action, _ *Object) { *a = "case.burn" },
		"a group as an action": func(_ *Subject, a *Action, _ *Object) { *a = "mine" },
		"no action":            func(_ *Subject, a *Action, _ *Object) { *a = "" },
		"unknown kind":         func(_ *Subject, _ *Action, o *Object) { o.Kind = "castle" },
		"no kind":              func(_ *Subject, _ *Action, o *Object) { o.Kind = "" },
		"kind of another act":  func(_ *Subject, _ *Action, o *Object) { o.Kind = KindAgency },
		"unknown consent":      func(_ *Subject, _ *Action, o *Object) { o.Consent = "revoked" },
	} {
		t.Run(name, func(t *testing.T) {
			s, a, o := reads, CaseOpen, readable
			change(&s, &a, &o)
			if got := p.Decide(s, a, o); got.Allowed || !slices.Equal(got.Rules, []string{PolicyError}) {
				t.Errorf("got %v, want a denial by %s", got, PolicyError)
			}
		})
	}
}

// TestNoRuleIsLeftOut compares the shortened list of rules for each action with all of them.
func TestNoRuleIsLeftOut(t *testing.T) {
	schema, sources := with(t, "")
	p, err := newPolicy(schema, sources)
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := parse(sources)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Actions() {
		for _, role := range slices.Sorted(maps.Keys(wider)) {
			s := reads
			s.Role = role
			o := readable
			o.Kind = p.Kinds(a)[0]
			principal, resource := s.principal(p.roles), o.resource()
			facts := entities{principal: principal, resource: resource, unmoved: p.unmoved}
			verdict, why := cedar.Authorize(all, &facts, cedar.Request{Principal: principal.UID, Action: a.uid(), Resource: resource.UID})
			got := p.Decide(s, a, o)
			if got.Allowed != (verdict == cedar.Allow) || (len(why.Reasons) > 0 && len(got.Rules) != len(why.Reasons)) {
				t.Errorf("%s by %s: got %v, all rules say %v %v", a, role, got, verdict, why.Reasons)
			}
		}
	}
}
