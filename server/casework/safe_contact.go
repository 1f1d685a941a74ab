package casework

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/merge"
	"sportello/server/parts"
)

// SafeContactPage is "safe-contact": change the rule. It posts SafeForm,
// recognised, version and tell (ids of recipients that may know what is new) to
// /schede/ID/contatto-sicuro; with tell, the step-up page follows.
type SafeContactPage struct {
	frame.Page
	frame.CaseHead
	Form SafeForm
	frame.RecognisedForm
	Version    string
	Was        string      // what the rule was when the form was made
	Recipients []Recipient // who knows her by a live authorisation
	ToAsk      []Waiting   // what somebody not recognised said
	SafeTakeForm
	SafeTellForm
}

// Waiting is a rule that somebody not recognised said, beside the one that stands.
type Waiting struct {
	At    time.Time
	By    string
	Parts []WaitingPart
}

// WaitingPart is one part in which it is another.
type WaitingPart struct {
	Value        string // what the form sends when she takes it
	Name         string
	Stands, Said string // in words, or empty
	Hidden       bool   // shown when it is asked for: somebody may look over her shoulder
}

// SafeTakeForm is what she takes of the rules that waited.
type SafeTakeForm struct {
	Take  []string `form:"take"`
	Asked string   `form:"asked"` // "yes": she was asked of all of it
	Waits string   `form:"waits"` // how many the page showed; empty for none
}

// SafeTellForm is who may know what is new in her rule.
type SafeTellForm struct {
	Tell []string `form:"tell"` // ids of recipients
}

// SafeContactForm is all that is typed there.
type SafeContactForm struct {
	SafeForm
	frame.RecognisedForm
	SafeTakeForm
	SafeTellForm
}

// SafeContact answers GET /schede/{id}/contatto-sicuro.
func SafeContact(q *frame.Request) (frame.Shown, error) {
	v, err := frame.OpenCase(q, referrals.PartKnown)
	if err != nil {
		return nil, err
	}
	return safePage(q, v)
}

func safePage(q *frame.Request, v referrals.CaseView) (*SafeContactPage, error) {
	page := &SafeContactPage{Page: q.Base(TitleSafeContact), CaseHead: frame.HeadOf(q, v.CaseHead, ""), Form: formOf(v.Safe)}
	page.Version, page.Was = frame.MadeFrom(q, v.Version, &page.Form)
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	for _, r := range v.Known {
		page.Recipients = append(page.Recipients, Recipient{ID: r.ID, Name: roster.UnitName(r.Unit), Knows: parts.Knows(q, r.Safe), May: len(r.Items) > 0, OwnCase: r.OwnCase})
	}
	q.Fill(&page.Form)
	q.Fill(&page.RecognisedForm)
	q.Fill(&page.SafeTakeForm)
	page.Waits = ""
	for n, w := range v.Waits {
		page.ToAsk = append(page.ToAsk, waiting(q, v.Safe, n, w, roster.Username(w.By)))
		page.Waits = strconv.Itoa(n + 1)
	}
	q.Fill(&page.SafeTellForm)
	return page, nil
}

// waiting is a rule that waits, beside what stands.
func waiting(q *frame.Request, stands rule.SafeContact, n int, w rule.Waiting, by string) Waiting {
	v := Waiting{At: w.At, By: by}
	for _, part := range stands.Open().Differs(w.Rule) {
		p := WaitingPart{Value: strconv.Itoa(n) + "." + part, Hidden: part == "number" || part == "mail" || part == "code_word"}
		p.Name, p.Stands = rulePart(q, stands, part)
		_, p.Said = rulePart(q, w.Rule, part)
		v.Parts = append(v.Parts, p)
	}
	return v
}

// SaveSafeContact answers POST /schede/{id}/contatto-sicuro. What others changed of her rule
// meanwhile stays, where what was typed here only forbids more; else both are shown.
func SaveSafeContact(q *frame.Request, f *SafeContactForm) error {
	v, err := frame.OpenCase(q, referrals.PartKnown, referrals.PartPerson)
	if err != nil {
		return err
	}
	theirs := formOf(v.Safe)
	if q.Hidden("keep") == "theirs" {
		merge.Take(strings.Split(q.Hidden("at"), ","), &f.SafeForm, &theirs)
	}
	if v.Version != q.Version() {
		both := mergeRule(q.Hidden("was"), &f.SafeForm, &theirs)
		switch {
		case len(both) > 0:
			return safeConflict(q, v, f, both)
		case len(f.Take) > 0 || f.Waits != "" && f.Waits != strconv.Itoa(len(v.Waits)):
			return safeChanged(q, v, f) // what waited is no longer what the page showed
		}
	}
	if q.Hidden("keep") == "edit" {
		page, err := safePage(q, v)
		if err != nil {
			return err
		}
		page.Form = f.SafeForm
		return q.Show(http.StatusOK, page)
	}
	var receipt audit.Receipt
	if f.Waits != "" && f.Recognised != cases.NotRecognised && f.Asked != "yes" {
		err = typed.Bad("asked", "safe.waits_unasked")
	} else {
		receipt, err = q.Desk.Cases.AnswerSafeContact(q.Context(), q.Who, q.ID("id"), v.Version, f.rule(), f.Recognised, f.Take)
	}
	if errors.Is(err, typed.ErrInvalid) || errors.Is(err, acts.ErrConflict) {
		page, openErr := safePage(q, v)
		if openErr != nil {
			return openErr
		}
		if !frame.Invalid(&page.Page, err) {
			page.Problem = frame.ProblemChanged // somebody was quicker by a moment: sent again, it is merged
		}
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if f.Recognised == cases.NotRecognised {
		return q.Done(receipt, FlashSafeWaits, "/schede/"+q.ID("id"))
	}
	if len(f.Tell) > 0 {
		q.Receipt(receipt)
		return askToTell(q, f.Tell, frame.Version(v.Version+1), FlashSafeSaved)
	}
	return q.Done(receipt, FlashSafeSaved, "/schede/"+q.ID("id"))
}

// safeChanged shows the form again, made of what is stored now, with what was typed.
func safeChanged(q *frame.Request, v referrals.CaseView, f *SafeContactForm) error {
	page, err := safePage(q, v)
	if err != nil {
		return err
	}
	stored := formOf(v.Safe)
	page.Version, page.Was, page.Form, page.Problem = frame.Version(v.Version), merge.Was(&stored), f.SafeForm, frame.ProblemChanged
	return q.Show(http.StatusConflict, page)
}

// ruleHours are the fields that say one thing together.
var ruleHours = []string{"days0", "from0", "to0", "days1", "from1", "to1"}

// mergeRule brings into a typed rule what others stored of it meanwhile, and names the
// fields about which she is asked: what both changed, and, since others changed anything,
// whatever was typed here that may allow more. Nobody said the two halves together.
func mergeRule(was string, mine, theirs *SafeForm) (both []string) {
	before := *mine
	both, changed := merge.Merge(was, mine, theirs)
	same := merge.Was(theirs) == was
	for _, field := range changed {
		if !same && !slices.Contains(both, field) && !forbids(field, mine) {
			both = append(both, field)
		}
	}
	if slices.ContainsFunc(both, func(field string) bool { return slices.Contains(ruleHours, field) }) {
		merge.Take(ruleHours, mine, &before) // hours stand as they were typed, or as they are stored
		for _, field := range ruleHours {
			if !slices.Contains(both, field) {
				both = append(both, field)
			}
		}
	}
	return both
}

// forbids tells whether what stands in a field of a rule cannot allow more than any other
// answer would.
func forbids(field string, f *SafeForm) bool {
	switch field {
	case "hide":
		return f.Hide == "yes"
	case "voice":
		return f.Voice == "no"
	case "say":
		return true
	}
	for _, c := range f.Channels() {
		if c.Input == field {
			return c.Value == "never"
		}
	}
	return false
}

// safeConflict shows her rule as it is stored now beside what was typed.
func safeConflict(q *frame.Request, v referrals.CaseView, f *SafeContactForm, both []string) error {
	theirs := formOf(v.Safe)
	carried := frame.PairsOf(*f, 0)
	page, err := conflictPage(q, v, "", both, carried)
	if err != nil {
		return err
	}
	page.Was = merge.Was(&theirs)
	mine := f.SafeForm.rule()
	for _, part := range rule.RuleParts {
		field := part
		switch {
		case part == "hours":
			field = "days0"
		case slices.Contains(rule.ChannelKinds, part):
			field = "ch_" + part
		}
		name, now := rulePart(q, v.Safe.Open(), part)
		_, said := rulePart(q, mine, part)
		page.add(v, field, name, said, now)
	}
	if e, ok := v.Told.Edits[cases.EditRule]; ok {
		for i := range page.Fields {
			page.Fields[i].By, page.Fields[i].When = page.roster.Username(e.By), e.At
		}
	}
	return q.Show(http.StatusConflict, page)
}

// askToTell asks for passphrase and code before what is new in her rule is told
// to those whom she named. The change itself is saved: it waits for nothing.
func askToTell(q *frame.Request, tell []string, version, flash string) error {
	page := &frame.StepUpPage{Page: q.Base(frame.TitleStepUp), Act: StepUpTell, Action: "/schede/" + q.ID("id") + "/contatto-sicuro/novita",
		Back: "/schede/" + q.ID("id"), Carried: []frame.Pair{{Name: "version", Value: version}}}
	page.Speak, page.Flash = page.Action, flash
	for _, id := range tell {
		page.Carried = append(page.Carried, frame.Pair{Name: "tell", Value: id})
	}
	return q.Show(http.StatusOK, page)
}

// TellSafeContact lets the recipients that she named know what is new in her
// rule, after passphrase and code.
func TellSafeContact(q *frame.Request, f *SafeTellForm) error {
	id := q.ID("id")
	if _, err := frame.OpenCase(q); err != nil {
		return err
	}
	if ok, err := q.StepUp(policies.ConsentExtend, id, StepUpTell, ""); !ok {
		return err
	}
	receipt, err := q.Desk.Sharing.TellSafeContact(q.Context(), q.Who, id, q.Version(), f.Tell)
	for cause, key := range map[error]string{kept.ErrPin: "error.pin", kept.ErrEnded: "error.unit_ended",
		acts.ErrConflict: "safe.tell_changed", kept.ErrState: "safe.tell_changed"} {
		if errors.Is(err, cause) {
			return showSafeContact(q, http.StatusConflict, key)
		}
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashSafeTold, "/schede/"+id)
}

// showSafeContact shows the rule as it is now, with what went wrong.
func showSafeContact(q *frame.Request, status int, problem string) error {
	v, err := frame.OpenCase(q, referrals.PartKnown)
	if err != nil {
		return err
	}
	page, err := safePage(q, v)
	if err != nil {
		return err
	}
	page.Problem = problem
	return q.Show(status, page)
}

// Recipient is a centre or a social service that knows her by an authorisation.
type Recipient struct {
	ID      string // of the referral or the task
	Name    string
	Knows   string // what it reads of her rule today, in words
	May     bool   // there is something that she shares with it, and so may tell anew
	OwnCase bool   // a service with a case file of its own
}

// What the page says.
const (
	FlashSafeSaved   = "safe.saved"
	FlashSafeTold    = "safe.told"
	FlashSafeWaits   = "safe.waits_saved"
	StepUpTell       = "stepup.tell"
	TitleSafeContact = "safe.edit_title"
)
