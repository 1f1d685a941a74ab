package rule

import (
	"reflect"
	"slices"

	"sportello/referrals/typed"
)

// What another unit gets of her safe-contact rule is an allow-list of three
// items, each with a tick of its own. A channel travels with its conditions or
// not at all: her number brings the phone channels that she allowed, with their
// hours, who may answer, what to say, whether to hide our number and whether to
// leave a message; her address brings e-mail. What is not ticked is not there,
// and neither is a channel that she forbade: what is not named is refused. With
// neither number nor address she is reached only through the desk.
const (
	ItemNumber   = "number"
	ItemMail     = "mail"
	ItemCodeWord = "code_word"
	// ItemReach is what number and address were called together, in older
	// authorisations.
	ItemReach = "phone"
)

// RuleItems are the items of her rule that can be shared, in the order they are
// asked.
var Items = []string{ItemNumber, ItemMail, ItemCodeWord}

var IsItem = typed.Codes(append([]string{ItemReach}, Items...)...)

// Shares tells whether a list of ticks names an item of the rule.
func Shares(ticks []string, item string) bool {
	return slices.Contains(ticks, item) || item != ItemCodeWord && slices.Contains(ticks, ItemReach)
}

// PackageSafe is her safe-contact rule as a centre, or a social service, gets
// it: what she shares of it, and nothing else.
type PackageSafe struct {
	DeskOnly bool        `json:"desk_only"`
	Chosen   bool        `json:"chosen,omitempty"` // she chose so for this centre, whatever the rule
	Rule     SafeContact `json:"rule"`
}

// For is what a recipient gets of the rule. It alone decides: what is sealed
// into a package or a task, what is shown of one that was sealed before, a
// preview and a copy are all made of what it gives.
func For(safe SafeContact, chosen bool, ticks []string) PackageSafe {
	p := PackageSafe{Chosen: chosen, Rule: SafeContact{}}
	if !chosen && !safe.DeskOnly { // a channel that is shut is brought by none of these
		if Shares(ticks, ItemNumber) {
			p.Rule.bringPhone(safe)
		}
		if Shares(ticks, ItemMail) {
			p.Rule.bringMail(safe)
		}
	}
	if Shares(ticks, ItemCodeWord) && !safe.Stopped {
		p.Rule.CodeWord = safe.CodeWord
	}
	p.DeskOnly = !p.Rule.Recorded()
	return p
}

// StoppedFor is what a recipient reads while her rule is another elsewhere and did not
// arrive: nothing of it, and that it is so.
func StoppedFor(chosen bool) PackageSafe {
	return PackageSafe{DeskOnly: true, Chosen: chosen, Rule: SafeContact{Stopped: true}}
}

// Shared is what some of RuleItems bring of a rule.
func (s SafeContact) Shared(items ...string) SafeContact { return For(s, false, items).Rule }

// bringPhone takes her number over, with every condition under which it may be
// used; nothing, where no phone channel is allowed.
func (s *SafeContact) bringPhone(from SafeContact) {
	if from.Phone() == "" {
		return
	}
	for _, kind := range phoneKinds {
		s.bring(kind, from)
	}
	s.Number, s.Hours, s.Answerer = from.Number, from.Hours, from.Answerer
	s.Say, s.Hide, s.Voice = from.Say, from.Hide, from.Voice
}

// bringMail takes her e-mail address over.
func (s *SafeContact) bringMail(from SafeContact) {
	if from.Mail != "" && from.may("email") {
		s.bring("email", from)
		s.Mail = from.Mail
	}
}

func (s *SafeContact) bring(kind string, from SafeContact) {
	if !from.may(kind) {
		return
	}
	if s.Channels == nil {
		s.Channels = map[string]string{}
	}
	s.Channels[kind] = "yes"
}

// The order of conditions, from the one that lets least. A question that was not
// asked lets less than a permission, and more than a prohibition.
var (
	answererOrder = []string{"only_she", "", "trusted", "anyone"}
	hideOrder     = []string{"yes", "", "no"}
	voiceOrder    = []string{"no", "", "yes"}
)

func stricter(order []string, a, b string) string {
	if slices.Index(order, a) <= slices.Index(order, b) {
		return a
	}
	return b
}

// Within tells whether p lets nobody do, and says, nothing that q does not.
func (p PackageSafe) Within(q PackageSafe) bool {
	a, b := p.Rule, q.Rule
	return (a.CodeWord == "" || a.CodeWord == b.CodeWord) &&
		(a.Mail == "" || a.Mail == b.Mail && b.may("email")) && a.phoneWithin(b)
}

func (s SafeContact) phoneWithin(o SafeContact) bool {
	if s.Phone() == "" {
		return true
	}
	for _, kind := range phoneKinds {
		if s.may(kind) && !o.may(kind) {
			return false
		}
	}
	return s.Number == o.Phone() && hoursWithin(s.Hours, o.Hours) && (s.Say == "" || s.Say == o.Say) &&
		stricter(answererOrder, s.Answerer, o.Answerer) == s.Answerer &&
		stricter(hideOrder, s.Hide, o.Hide) == s.Hide && stricter(voiceOrder, s.Voice, o.Voice) == s.Voice
}

// Narrowed is what reaches a recipient of a changed rule without a word of hers:
// what it had, without whatever does not hold any more. It gets nothing new. What
// is left of a channel of which it would have to know something new is nothing.
func Narrowed(had, now PackageSafe) PackageSafe {
	p := PackageSafe{Chosen: had.Chosen}
	p.Rule.commonPhone(had.Rule, now.Rule)
	if had.Rule.Mail == now.Rule.Mail && had.Rule.may("email") {
		p.Rule.bringMail(now.Rule)
	}
	if had.Rule.CodeWord == now.Rule.CodeWord {
		p.Rule.CodeWord = now.Rule.CodeWord
	}
	p.DeskOnly = !p.Rule.Recorded()
	return p
}

// commonPhone is what two rules both let be done with the same number. Somebody
// who would have to say something else than she was told rings no more.
func (s *SafeContact) commonPhone(had, now SafeContact) {
	if had.Phone() == "" || had.Phone() != now.Phone() || had.Say != "" && now.Say != "" && had.Say != now.Say {
		return
	}
	hours := commonHours(had.Hours, now.Hours)
	if len(had.Hours) > 0 && len(hours) == 0 {
		return
	}
	for _, kind := range phoneKinds {
		if had.may(kind) {
			s.bring(kind, now)
		}
	}
	if len(s.Channels) == 0 {
		return
	}
	s.Number, s.Hours, s.Answerer = now.Number, hours, stricter(answererOrder, had.Answerer, now.Answerer)
	s.Hide, s.Voice = stricter(hideOrder, had.Hide, now.Hide), stricter(voiceOrder, had.Voice, now.Voice)
	if had.Say == now.Say {
		s.Say = now.Say
	}
}

// Same tells whether two rules say the same.
func (p PackageSafe) Same(q PackageSafe) bool { return reflect.DeepEqual(p, q) }
