package policies

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	policyast "github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"
)

// A Rule is one rule as an auditor reads it.
type Rule struct {
	ID      string
	Text    string // one plain sentence, in English
	Italian string // the same
	File    string
	Allows  bool // false for a rule that forbids
}

// A source is one file of rules.
type source struct {
	name string
	text []byte
}

// ruleList is some of the rules, in the order of their files.
type ruleList []namedRule

type namedRule struct {
	id     types.PolicyID
	policy *cedar.Policy
}

// All implements cedar.PolicyIterator.
func (l ruleList) All() iter.Seq2[types.PolicyID, *cedar.Policy] {
	return func(yield func(types.PolicyID, *cedar.Policy) bool) {
		for _, r := range l {
			if !yield(r.id, r.policy) {
				return
			}
		}
	}
}

// embedded gives the rule files in the order of their names.
func embedded() ([]source, error) {
	names, err := fs.Glob(files, "*.cedar")
	if err != nil {
		return nil, fmt.Errorf("listing the policy files: %w", err)
	}
	var sources []source
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the policy file %s: %w", name, err)
		}
		sources = append(sources, source{name, text})
	}
	return sources, nil
}

// newPolicy checks schema and sources and prepares them for Decide.
func newPolicy(schemaText []byte, sources []source) (*Policy, error) {
	checked, err := resolve(schemaText)
	if err != nil {
		return nil, err
	}
	all, described, err := parse(sources)
	if err != nil {
		return nil, err
	}
	validator := validate.New(checked)
	for _, r := range all {
		if err := validator.Policy(string(r.id), (*policyast.Policy)(r.policy.AST())); err != nil {
			return nil, fmt.Errorf("checking the rules against the schema: %w", err)
		}
	}
	p := &Policy{
		rules:   described,
		byWho:   map[who]ruleList{},
		kinds:   kindsOf(checked),
		roles:   map[Role]types.EntityUID{},
		unmoved: types.EntityMap{},
	}
	p.addGroups(checked)
	for _, a := range inOrder {
		for role := range wider {
			p.byWho[who{a, role}] = p.forWho(who{a, role}, all)
		}
	}
	return p, nil
}

// resolve reads the schema and compares it with the actions of this package.
func resolve(text []byte) (*resolved.Schema, error) {
	var s schema.Schema
	s.SetFilename("schema.cedarschema")
	if err := s.UnmarshalCedar(text); err != nil {
		return nil, fmt.Errorf("parsing the policy schema: %w", err)
	}
	checked, err := s.Resolve()
	if err != nil {
		return nil, fmt.Errorf("resolving the policy schema: %w", err)
	}
	return checked, compare(checked)
}

// compare refuses a schema whose actions, or whose step-up group, are not those of this package.
func compare(s *resolved.Schema) error {
	stepUp := Action("step_up").uid()
	declared := map[Action]bool{}
	for uid, action := range s.Actions {
		if action.AppliesTo == nil {
			continue
		}
		a := Action(uid.ID)
		declared[a] = true
		if action.Entity.Parents.Contains(stepUp) != a.StepUp() {
			return fmt.Errorf("comparing the policy schema: step-up of %s differs", a)
		}
		if !slices.Contains(inOrder, a) {
			return fmt.Errorf("comparing the policy schema: action %s is not known to the program", a)
		}
	}
	for _, a := range inOrder {
		if !declared[a] {
			return fmt.Errorf("comparing the policy schema: action %s is not declared", a)
		}
	}
	return nil
}

// parse reads the files and refuses a rule that does not say what it is.
func parse(sources []source) (all ruleList, described []Rule, err error) {
	seen := map[types.PolicyID]bool{}
	for _, src := range sources {
		list, err := cedar.NewPolicyListFromBytes(src.name, src.text)
		if err != nil {
			return nil, nil, fmt.Errorf("parsing the rules: %w", err)
		}
		for _, one := range list {
			rule, err := describe(src, one)
			if err != nil {
				return nil, nil, fmt.Errorf("reading the rule at %s:%d: %w", src.name, one.Position().Line, err)
			}
			id := types.PolicyID(rule.ID)
			if seen[id] {
				return nil, nil, fmt.Errorf("reading the rule at %s:%d: the id %s is used twice", src.name, one.Position().Line, id)
			}
			seen[id] = true
			all = append(all, namedRule{id, one})
			described = append(described, rule)
		}
	}
	if len(all) == 0 {
		return nil, nil, errors.New("parsing the rules: there are none")
	}
	return all, described, nil
}

func isSentence(s string) bool { return len(s) >= 20 && strings.HasSuffix(s, ".") }

// describe takes a rule's id and sentences and checks that they, and a comment above them, are there.
func describe(src source, p *cedar.Policy) (Rule, error) {
	notes := p.Annotations()
	rule := Rule{ID: string(notes["id"]), Text: string(notes["text"]), Italian: string(notes["it"]), File: src.name, Allows: p.Effect() == cedar.Permit}
	switch {
	case !isID(rule.ID):
		return Rule{}, errors.New("it has no @id of lower-case letters, digits and hyphens")
	case rule.ID == DefaultDeny || rule.ID == PolicyError:
		return Rule{}, errors.New("its @id is reserved")
	case !isSentence(rule.Text):
		return Rule{}, errors.New("it has no @text that is a sentence")
	case !isSentence(rule.Italian):
		return Rule{}, errors.New("it has no @it that is a sentence")
	case !commented(src.text, p.Position().Offset):
		return Rule{}, errors.New("it has no comment above it")
	}
	for _, named := range roleName.FindAllSubmatch(p.MarshalCedar(), -1) {
		if !isRole(string(named[1])) {
			return Rule{}, errors.New("it names a role that does not exist")
		}
	}
	return rule, nil
}

// roleName finds the roles in a rule: the schema knows that they are roles, not which there are, and a rule
// about a misspelt role would silently never match.
var roleName = regexp.MustCompile(`Role::"([^"]*)"`)

func isRole(name string) bool {
	for role, groups := range wider {
		if name == string(role) || slices.Contains(groups, name) {
			return true
		}
	}
	return false
}

// isID keeps ids to what a log line can carry without quoting.
func isID(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != ""
}

// commented says whether the line above offset is a comment.
func commented(text []byte, offset int) bool {
	above := strings.Split(strings.TrimRight(string(text[:offset]), " \t\n"), "\n")
	last := strings.TrimSpace(above[len(above)-1])
	return strings.HasPrefix(last, "//") && len(last) > len("// ")
}

// kindsOf turns the schema's resources of each action into kinds.
func kindsOf(s *resolved.Schema) map[Action][]Kind {
	named := map[types.EntityType]Kind{}
	for kind, name := range entityType {
		named[name] = kind
	}
	kinds := map[Action][]Kind{}
	for uid, action := range s.Actions {
		if action.AppliesTo == nil {
			continue
		}
		for _, r := range action.AppliesTo.Resources {
			kinds[Action(uid.ID)] = append(kinds[Action(uid.ID)], named[r])
		}
	}
	return kinds
}

// addGroups tells the rules which wider roles and which groups of actions there are.
func (p *Policy) addGroups(s *resolved.Schema) {
	for role, groups := range wider {
		var parents []types.EntityUID
		for _, g := range groups {
			parents = append(parents, types.NewEntityUID("Role", types.String(g)))
		}
		uid := types.NewEntityUID("Role", types.String(role))
		p.roles[role] = uid
		p.unmoved[uid] = types.Entity{UID: uid, Parents: types.NewEntityUIDSet(parents...)}
	}
	for uid, action := range s.Actions {
		p.unmoved[uid] = types.Entity{UID: uid, Parents: action.Entity.Parents}
	}
}

// forWho leaves out the rules whose head names other actions or other roles: they could not match, and most are such.
func (p *Policy) forWho(w who, all ruleList) ruleList {
	var fits ruleList
	for _, r := range all {
		head := (*policyast.Policy)(r.policy.AST())
		if p.actionFits(head.Action, w.action.uid()) && p.roleFits(head.Principal, p.roles[w.role]) {
			fits = append(fits, r)
		}
	}
	return fits
}

// actionFits says whether the head of a rule can match the action. A form it does not know counts as a match.
func (p *Policy) actionFits(head policyast.IsActionScopeNode, action types.EntityUID) bool {
	within := func(group types.EntityUID) bool {
		return group == action || p.unmoved[action].Parents.Contains(group)
	}
	switch head := head.(type) {
	case policyast.ScopeTypeEq:
		return head.Entity == action
	case policyast.ScopeTypeIn:
		return within(head.Entity)
	case policyast.ScopeTypeInSet:
		return slices.ContainsFunc(head.Entities, within)
	}
	return true
}

// roleFits says whether the head of a rule can match somebody with the role. A form it does not know counts as a match.
func (p *Policy) roleFits(head policyast.IsPrincipalScopeNode, role types.EntityUID) bool {
	in, ok := head.(policyast.ScopeTypeIn)
	if !ok || in.Entity.Type != role.Type {
		return true
	}
	return in.Entity == role || p.unmoved[role].Parents.Contains(in.Entity)
}
