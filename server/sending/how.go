package sending

import (
	"errors"
	"sort"
	"strings"

	"sportello/policies"
	"sportello/referrals"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/locale"
)

// HowPage is "how": how the authorisation is given and until when.
type HowPage struct {
	frame.Page
	frame.CaseHead
	ReferralStep
	Text Spoken
	// Holds tells that one was sent to this centre and still holds: the form asks
	// what becomes of it. Taken are the purposes that such ones are for.
	Holds bool
	Taken []string
}

func showHow(q *frame.Request, cause error) (frame.Shown, error) {
	v, c, err := withCentre(q, referrals.Preparing{Parts: []referrals.Part{referrals.PartPerson, referrals.PartConsents, referrals.PartReferrals}})
	if err != nil {
		return nil, err
	}
	page := &HowPage{Page: q.Base(TitleHow), CaseHead: frame.HeadOf(q, v.CaseHead, "referrals"),
		ReferralStep: ReferralStep{Centre: c, Form: referralForm(q), Version: frame.Version(v.Version), Step: 2}}
	if page.Form.Given == "" {
		page.Form.Given = "spoken"
	}
	if page.Form.Lang == "" {
		page.Form.Lang = v.Told.Language // hers, if the text exists in it
	}
	page.Text = spoken(q, page.Form.Lang)
	page.Taken = holding(v.CaseView, c.ID)
	page.Holds = frame.Contains(page.Taken, usualPurpose)
	var bad *typed.Invalid
	if errors.As(cause, &bad) && bad.Fields["beside"] == "" && page.Form.Beside == "" && page.Holds {
		page.Fail("beside", frame.FailBeside)
	}
	frame.Explain(&page.Page, cause)
	sort.Slice(page.Errors, func(i, j int) bool { return page.Errors[i].Field < page.Errors[j].Field })
	return page, nil
}

// usualPurpose is what an authorisation is for, unless it stands beside another.
const usualPurpose = "support"

// holding are the purposes for which something was sent to a centre that still holds.
func holding(v referrals.CaseView, centre string) (taken []string) {
	lives := map[string]bool{}
	for _, r := range v.Referrals {
		lives[r.ConsentID] = r.Standing == policies.ConsentLive
	}
	for _, c := range v.Consents {
		if c.Centre == centre && lives[c.ID] {
			taken = append(taken, c.Purpose)
		}
	}
	return taken
}

// spokenLines are the sentences that are read out to her.
var spokenLines = []string{"spoken.line1", "spoken.line2", "spoken.line3", "spoken.line4", "spoken.line5", "spoken.line6", "spoken.line7"}

// spoken is the text to read to her, in one of the languages it exists in.
func spoken(q *frame.Request, lang string) Spoken {
	s := Spoken{Lang: lang, Dir: "ltr", Version: sharing.AuthorisationText, Langs: []string{"it", "en"}}
	if !frame.Contains(s.Langs, s.Lang) {
		s.Lang = string(q.Lang)
	}
	for _, key := range spokenLines {
		line, err := q.Render.Catalogue().T(locale.Lang(s.Lang), key)
		if err == nil {
			s.Lines = append(s.Lines, line)
		}
	}
	return s
}

// Skip are the purposes that are not offered.
func (p *HowPage) Skip() string { return strings.Join(p.Taken, " ") }

// Spoken is the text to be read out to her, in her language.
type Spoken struct {
	Lang    string // a word of "language"
	Dir     string // "ltr" or "rtl"
	Version string
	Lines   []string
	Langs   []string // languages it exists in
}
