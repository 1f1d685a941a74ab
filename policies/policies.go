// Package policies decides who may do what, and for how long records are kept; what no rule allows is denied.
//
// The rules are the *.cedar files of this folder, written to be read by people who do not program: each has an id, one
// plain sentence and a reason. A decision names the rules that made it, and those ids go into the log.
// Any error while deciding is a denial, since Cedar itself skips a rule that fails, also one that forbids.
//
// It decides on the facts it is given. It does not look them up, does not know the time, and cannot
// tell whether a caller told it the truth: that is the work of referrals and of policies/accounts.
package policies

import (
	"embed"
	"fmt"
	"sync"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

//go:embed *.cedar schema.cedarschema
var files embed.FS

const (
	// DefaultDeny is given as the rule when no rule allowed the act.
	DefaultDeny = "default-deny"
	// PolicyError is given as the rule when a rule failed or the request was not one the rules are written for.
	PolicyError = "policy-error"
)

// A Decision says whether an act may happen, and by which rules.
type Decision struct {
	Allowed bool
	Rules   []string // ids: the permits that allowed, or the forbids that refused, or DefaultDeny, or PolicyError
}

// A Policy is the checked set of rules. Its rules never change after New; it is safe for concurrent use.
type Policy struct {
	rules   []Rule
	byWho   map[who]ruleList // the rules that can matter at all
	kinds   map[Action][]Kind
	roles   map[Role]types.EntityUID
	unmoved types.EntityMap // roles and actions, with the groups they are in

	subjects remembered[Subject]
	objects  remembered[Object] // without their ids, which are no facts
}

// who is what is known of every request before its facts.
type who struct {
	action Action
	role   Role
}

// New reads the embedded rules and checks them against the schema. It refuses a rule without id, sentence or
// comment, an id used twice, a rule that does not fit the schema, and a schema that differs from the actions of this package.
func New() (*Policy, error) { return embeddedPolicy() }

// embeddedPolicy is the one there is: its files are part of the program, a policy does
// not change, and holding its rules to the schema takes a tenth of a second.
var embeddedPolicy = sync.OnceValues(func() (*Policy, error) {
	sources, err := embedded()
	if err != nil {
		return nil, err
	}
	schema, err := files.ReadFile("schema.cedarschema")
	if err != nil {
		return nil, fmt.Errorf("reading the policy schema: %w", err)
	}
	return newPolicy(schema, sources)
})

// Decide answers whether s may do a with o. It never fails: whatever goes wrong is a denial with the rule PolicyError.
func (p *Policy) Decide(s Subject, a Action, o Object) Decision {
	if !known(s, o) || !p.applies(a, o.Kind) {
		return Decision{Rules: []string{PolicyError}}
	}
	principal := p.subjects.entity(s, func() types.Entity { return s.principal(p.roles) })
	facts := o
	facts.ID = ""
	resource := p.objects.entity(facts, facts.resource)
	resource.UID = types.NewEntityUID(entityType[o.Kind], types.String(o.ID))
	request := cedar.Request{Principal: principal.UID, Action: a.uid(), Resource: resource.UID}
	sides := entities{principal: principal, resource: resource, unmoved: p.unmoved}
	verdict, why := cedar.Authorize(p.byWho[who{a, s.Role}], &sides, request)
	if len(why.Errors) > 0 {
		return Decision{Rules: []string{PolicyError}}
	}
	if len(why.Reasons) == 0 {
		return Decision{Rules: []string{DefaultDeny}}
	}
	rules := make([]string, len(why.Reasons))
	for i, r := range why.Reasons {
		rules[i] = string(r.PolicyID)
	}
	return Decision{Allowed: verdict == cedar.Allow, Rules: rules}
}

// Rules lists the rules in the order of their files, for the auditor's page. The slice is the caller's own.
func (p *Policy) Rules() []Rule { return append([]Rule(nil), p.rules...) }

// Kinds lists the kinds of object that an action can be asked on.
func (p *Policy) Kinds(a Action) []Kind { return append([]Kind(nil), p.kinds[a]...) }

func (p *Policy) applies(a Action, k Kind) bool {
	for _, have := range p.kinds[a] {
		if have == k {
			return true
		}
	}
	return false
}

func (a Action) uid() types.EntityUID { return types.NewEntityUID("Action", types.String(a)) }

// entities gives the rules the two sides of a request, and the groups of roles and actions.
type entities struct {
	principal, resource types.Entity
	unmoved             types.EntityMap
}

// Get implements types.EntityGetter.
func (e *entities) Get(uid types.EntityUID) (types.Entity, bool) {
	switch uid {
	case e.principal.UID:
		return e.principal, true
	case e.resource.UID:
		return e.resource, true
	}
	return e.unmoved.Get(uid)
}
