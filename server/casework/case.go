package casework

import (
	"slices"
	"time"

	"sportello/policies"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/server/frame"
	"sportello/server/parts"
)

// CasePage is "case", tab Sintesi: where things stand in five lines, and what
// is next.
type CasePage struct {
	frame.Page
	frame.CaseHead
	Version     string
	Identity    string // a word of "identity"
	Request     string
	Needs       []string // words of "need"
	Opened      time.Time
	LastContact time.Time
	LastNote    time.Time
	Latest      []NoteLine // what happened last
	Referral    string     // a word of "referral_state", or empty
	Centre      string     // of that referral
	Restricted  bool
	MayShare    bool   // she says whom it is restricted to
	Next        string // a word of "next"
	NextHref    string
	Recall      Recall
	Danger      *Danger          // she said yes at the last contact
	Meet        []time.Time      // appointments of which nobody said yet how they went
	Sent        []parts.SentTask // what a social service was asked for her
	Joined      *Joined          // the file that is joined with this one
}

// Joined is what the page shows of the file that is joined with this one, beside what
// stands with its own.
type Joined struct {
	ID        string
	Who       frame.Who
	Request   string
	Needs     []string // words of "need"
	Referrals int
}

// Case answers GET /schede/{id}.
func Case(q *frame.Request) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q, referrals.PartPerson, referrals.PartDiary, referrals.PartContacts, referrals.PartReferrals, referrals.PartTasks, referrals.PartMeet, referrals.PartSheets, referrals.PartJoined)
	if err != nil {
		return nil, err
	}
	if v.JoinedTo != "" {
		return nil, q.Redirect("/schede/" + v.JoinedTo)
	}
	page := &CasePage{Page: q.Base(TitleCase), CaseHead: frame.HeadOf(q, v.CaseHead, "summary"), Version: frame.Version(v.Version), Identity: identityWord(v),
		Request: v.Told.Request, Needs: v.Told.Needs, Opened: q.Day(v.OpenedDay), LastContact: q.Day(v.LastDay), Restricted: v.Restricted, MayShare: v.Restricted || v.Answers}
	for _, n := range v.Notes {
		if n.State == "current" && frame.IsWord("note_kind", n.Kind) && n.At.After(page.LastNote) {
			page.LastNote = n.At
		}
	}
	if page.Latest = entriesOfBoth(q, v, roster); len(page.Latest) > latestOnCase {
		page.Latest = page.Latest[:latestOnCase]
	}
	if len(v.Referrals) > 0 {
		r := v.Referrals[0]
		page.Referral, page.Centre = parts.StateOf(r), roster.UnitName(r.ToUnit)
	}
	page.Sent, page.Recall = parts.SentOf(q, v.Sent, roster), recall(q, v.Recall)
	page.Danger = lastDanger(q, v)
	if o := v.Joined; o != nil {
		page.Joined = &Joined{ID: o.ID, Who: frame.Who(o.Card.Who()), Request: o.Told.Request, Needs: o.Told.Needs, Referrals: len(o.Referrals)}
		page.Sent = append(page.Sent, parts.SentOf(q, o.Sent, roster)...)
		if page.Danger == nil {
			page.Danger = lastDanger(q, *o)
		}
		v.Meet = append(v.Meet, o.Meet...)
	}
	for _, m := range v.Meet {
		if m.Planned() {
			page.Meet = append(page.Meet, m.When)
		}
	}
	slices.SortFunc(page.Meet, time.Time.Compare)
	page.Next, page.NextHref = nextStep(v, page.Now)
	return page, nil
}

// latestOnCase is how much of the diary stands on the first page of a case.
const latestOnCase = 4

// lastly says when she was last in contact, and when something was last written.
func (p *CasePage) lastly(v *frame.PageView) string {
	contact, note := v.T("case.no_contact"), v.T("case.no_note")
	if !p.LastContact.IsZero() {
		contact = v.T("case.last_contact", "When", v.DaysAgo(p.LastContact))
	}
	if !p.LastNote.IsZero() {
		note = v.T("case.last_note", "When", v.DaysAgo(p.LastNote))
	}
	return contact + ", " + note
}

// mayCallBack tells that a line dropped, and that she let us call back.
func mayCallBack(dropped *kept.Mark) bool { return dropped != nil && !dropped.NoLeave }

// nextStep is the one next thing to do for a case now: it follows danger, who answered her
// number, the last contact, answers and appointments, in this order; then what is missing.
// Whether she called a centre herself is asked by nothing of it.
func nextStep(v referrals.CaseView, now time.Time) (word, href string) {
	root, today := "/schede/"+v.ID, now.Format(time.DateOnly)
	switch {
	case v.State == "closed": // its marks wait for nobody
	case v.Card.Marks.Of(kept.MarkDanger, now) != nil:
		return "danger", root + "/adesso"
	case v.Card.Marks.Of(kept.MarkOther, now) != nil:
		return "other_person", root + "/contatto-sicuro"
	case mayCallBack(v.Card.Marks.Of(kept.MarkDropped, now)):
		return "call_back", root + "/adesso"
	}
	if word, id := nextAnswer(v); word != "" {
		return word, "/invii/" + id
	}
	for _, m := range v.Meet {
		if m.Planned() && m.When.Before(now) {
			return "appointment_past", root + "/appuntamenti"
		}
	}
	switch {
	case v.State == "closed":
		return "reopen", root + "/riapri"
	case !v.Safe.Said() || v.Safe.Stopped || len(v.Waits) > 0 || len(v.Safe.Suspended) > 0 || v.Safe.Rings() && len(v.Safe.Hours) == 0 ||
		v.Card.Marks.Of(kept.MarkRuleUnkept, now) != nil || v.Card.Marks.Of(kept.MarkRuleWaits, now) != nil:
		return "review_rule", root + "/contatto-sicuro"
	case v.Recall.Day != "" && v.Recall.Day <= today:
		return "call_back", root + "/tentativi"
	}
	for _, r := range v.Referrals {
		if r.Standing == policies.ConsentLive && (r.State == "sent" || r.State == "acknowledged") {
			return "await_centre", "/invii/" + r.ID
		}
	}
	if len(v.Referrals) == 0 && !slices.ContainsFunc(v.Notes, func(n cases.NoteView) bool { return n.Kind == "centre_call" }) {
		return "choose_centre", root + "/centro"
	}
	return "write_note", root + "/diario/nuova"
}

// nextAnswer is the referral that comes next, the gravest first, and what of it; a stop
// that the centre was told by telephone waits for nobody here.
func nextAnswer(v referrals.CaseView) (word, id string) {
	for _, kind := range []struct {
		word string
		is   func(r sharing.ReferralLine) bool
	}{
		{"stop_told", func(r sharing.ReferralLine) bool { return r.Stop && r.AfterAnswer == "" }},
		{"read_answer", func(r sharing.ReferralLine) bool { return r.State == "declined" && r.AfterAnswer == "" }},
		{"answer_centre", func(r sharing.ReferralLine) bool {
			return r.Standing == policies.ConsentLive && (r.State == "more_info" || r.State == "appointment")
		}},
		{"read_news", func(r sharing.ReferralLine) bool { return r.News != "" }},
	} {
		for _, r := range v.Referrals {
			if kind.is(r) {
				return kind.word, r.ID
			}
		}
	}
	return "", ""
}

// lastDanger is what she said of danger at the last contact, if it was yes.
func lastDanger(q *frame.Request, v referrals.CaseView) *Danger {
	if len(v.Contacts) == 0 {
		return nil
	}
	last := slices.MaxFunc(v.Contacts, func(a, b cases.ContactView) int { return a.At.Compare(b.At) })
	if last.Danger != "yes" {
		return nil
	}
	return &Danger{Day: q.Day(last.Day), Where: q.Word("where", last.WhereHe)}
}

// What the page says.
const (
	TitleCase = "case.title"
)

// Danger is what she said of it at the last contact.
type Danger struct {
	Day   time.Time
	Where string // where the person is whom she fears, in the page's language, or empty
}
