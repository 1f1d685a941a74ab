package sending

import (
	"strings"

	"sportello/policies"
	"sportello/referrals"
	"sportello/referrals/sharing"
	"sportello/server/frame"
	"sportello/server/locale"
)

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
func (p *SharePage) Skip() string { return strings.Join(p.Taken, " ") }

// Spoken is the text to be read out to her, in her language.
type Spoken struct {
	Lang    string // a word of "language"
	Dir     string // "ltr" or "rtl"
	Version string
	Lines   []string
	Langs   []string // languages it exists in
}
