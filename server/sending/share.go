package sending

import (
	"errors"
	"net/http"
	"slices"
	"sort"

	"sportello/referrals"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// SharePage is "share": groups of fields with what they actually say, the text that she
// hears, how she authorises and until when; and beside it what the centre will see.
type SharePage struct {
	frame.Page
	frame.CaseHead
	ReferralStep
	Groups  []ShareGroup
	Package frame.Package // as it stands ticked
	Text    Spoken
	// Holds tells that one was sent to this centre and still holds: the form asks
	// what becomes of it. Taken are the purposes that such ones are for.
	Holds bool
	Taken []string
}

// groupOf puts each field that the case holds into its group, with its content.
var groupOf = map[string]string{"request": "needs", "needs": "needs", "language": "needs", "mediator": "needs",
	"children_where": "children", "children_count": "children", "children_ages": "children", "children": "children",
	"number": "reach", "mail": "reach", "code_word": "reach"}

// groupsInOrder are the groups as the page shows them.
var groupsInOrder = []string{"who", "needs", "children", "reach"}

// showShare is the page on which she chooses. The form carries a mark of each
// item as it stands there. What an earlier page showed otherwise is named, shown
// as it is now, and not ticked any more.
func showShare(q *frame.Request, cause error) (frame.Shown, error) {
	v, c, err := withCentre(q, choosing(q))
	if err != nil {
		return nil, err
	}
	return sharePage(q, v, c, cause)
}

// choosing asks for what she can share, against what the page before showed of it.
func choosing(q *frame.Request) referrals.Preparing {
	form := referralForm(q)
	return referrals.Preparing{Choose: true, Ticked: form.Fields, Seen: sharing.ReadMarks(form.Shown),
		Parts: []referrals.Part{referrals.PartPerson, referrals.PartConsents, referrals.PartReferrals}}
}

func sharePage(q *frame.Request, v referrals.Prepared, c frame.Centre, cause error) (*SharePage, error) {
	form, choices := referralForm(q), v.Choices
	form.Fields = slices.DeleteFunc(form.Fields, func(code string) bool { return frame.Contains(choices.Changed, code) })
	form.Shown, form.Form = choices.Shown.Lines(), q.NewForm()
	if form.Given == "" {
		form.Given = "spoken"
	}
	if form.Lang == "" {
		form.Lang = v.Told.Language // hers, if the text exists in it
	}
	page := &SharePage{Page: q.Base(TitleShare), CaseHead: frame.HeadOf(q, v.CaseHead, "referrals"),
		ReferralStep: ReferralStep{Centre: c, Form: form, Step: 1}, Text: spoken(q, form.Lang), Taken: holding(v.CaseView, c.ID)}
	page.Groups = shareGroups(q, choices, v.Safe)
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	p, safe := choices.Draft(q.Who.Unit(), form.authorisation(c.ID, page.Now), v.Safe, page.Now)
	page.Package = frame.PackageOf(q, p, safe, roster)
	page.Holds = frame.Contains(page.Taken, usualPurpose)
	for _, code := range choices.Changed {
		page.Fail("fields-"+code, FailShareChanged)
	}
	var bad *typed.Invalid
	if errors.As(cause, &bad) && bad.Fields["beside"] == "" && form.Beside == "" && page.Holds {
		page.Fail("beside", frame.FailBeside)
	}
	frame.Explain(&page.Page, cause)
	sort.SliceStable(page.Errors, func(i, j int) bool { return asked(page.Errors[i].Field) < asked(page.Errors[j].Field) })
	return page, nil
}

// asked is the place of a field on the page.
func asked(field string) int {
	return slices.Index([]string{"until_day", "urgency", "heard-yes", "given", "interpreter", "beside", "purpose"}, field)
}

// shareGroups are the fields that can be shared, by group. What she did not allow for
// reaching her stands there too, and cannot be ticked.
func shareGroups(q *frame.Request, choices sharing.Choices, safe rule.SafeContact) (all []ShareGroup) {
	groups := map[string]*ShareGroup{}
	for _, name := range groupsInOrder {
		groups[name] = &ShareGroup{Key: ShareGroups[name]}
	}
	groups["reach"].Reach = true
	for _, f := range choices.Fields {
		name := groupOf[f.Code]
		field := frame.Shareable{Value: f.Code, Key: frame.ShareFields[f.Code], Content: frame.Content(q, f)}
		switch name {
		case "":
			name = "who"
		case "reach":
			field, _ = frame.ShareableOf(q, f.Code, choices.Rule)
		}
		groups[name].Fields = append(groups[name].Fields, field)
	}
	for item, barred := range map[string]bool{rule.ItemNumber: !safe.Rings(), rule.ItemMail: safe.Channels["email"] != "yes"} {
		if barred {
			groups["reach"].Fields = append(groups["reach"].Fields, frame.Shareable{Value: item, Key: frame.ShareFields[item], Barred: true})
		}
	}
	slices.SortStableFunc(groups["reach"].Fields, func(a, b frame.Shareable) int {
		return slices.Index(rule.Items, a.Value) - slices.Index(rule.Items, b.Value)
	})
	for _, name := range groupsInOrder {
		if len(groups[name].Fields) > 0 {
			all = append(all, *groups[name])
		}
	}
	return all
}

// ReferralSteps answers the page on which she chooses. The authorisation is recorded
// when she has heard the text and the preview is asked for; sending is an act of its own.
func ReferralSteps(q *frame.Request, f *ReferralForm) error {
	if q.Pressed() == "next" {
		return authorise(q, f)
	}
	return q.ShowBack(http.StatusOK, showShare, nil)
}

// authorise records her authorisation and leads to the preview.
func authorise(q *frame.Request, f *ReferralForm) error {
	fails := f.missing()
	if f.Beside == "besides" && f.Purpose == "" {
		fails["purpose"] = FailPurpose
	}
	if len(fails) > 0 {
		return q.ShowBack(http.StatusUnprocessableEntity, showShare, &typed.Invalid{Fields: fails})
	}
	id, receipt, err := q.Desk.Sharing.GiveConsent(q.Context(), q.Who, q.ID("id"), f.authorisation(q.ID("centre"), q.Door.Gate().Now()))
	if errors.Is(err, sharing.ErrChanged) {
		return q.ShowBack(http.StatusConflict, showShare, nil)
	}
	var bad *typed.Invalid
	if errors.As(err, &bad) {
		fails := bad.Fields
		if _, ok := fails["until"]; ok {
			fails["until_day"] = FailUntil
			delete(fails, "until")
		}
		return q.ShowBack(http.StatusUnprocessableEntity, showShare, &typed.Invalid{Fields: fails})
	}
	if errors.Is(err, sharing.ErrLive) {
		field, key := "beside", frame.FailBeside
		if f.Beside == "besides" {
			field, key = "purpose", FailPurposeTaken
		}
		return q.ShowBack(http.StatusUnprocessableEntity, showShare, typed.Bad(field, key))
	}
	if errors.Is(err, typed.ErrRepeated) {
		q.Renew()
		return q.ShowBack(http.StatusConflict, showShare, err)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, "", "/autorizzazioni/"+id)
}

// What the page says.
const (
	FailHeard        = "how.heard_missing"
	FailGiven        = "how.given_missing"
	FailInterpreter  = "how.interpreter_missing"
	FailUntil        = "how.until_wrong"
	FailUrgency      = "how.urgency_missing"
	FailPurpose      = "how.purpose_missing"
	FailPurposeTaken = "how.purpose_taken"
)

// ShareGroup is a group of fields that can be shared.
type ShareGroup struct {
	Key    string // message key of its name, "share_group.…"
	Reach  bool   // how to reach her: what travels with what is said above it
	Fields []frame.Shareable
}
