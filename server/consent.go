package server

import (
	"errors"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/locale"
)

// prepare reads what a page shows on which a referral is prepared: in one act.
func (q *request) prepare(in referrals.Preparing) (referrals.Prepared, error) {
	v, receipt, err := q.s.desk.PrepareReferral(q.ctx(), q.who, q.id("id"), in)
	if err == nil {
		q.receipt(receipt)
	}
	return v, err
}

// withCentre is prepare for the centre that the address names.
func (q *request) withCentre(in referrals.Preparing) (referrals.Prepared, Centre, error) {
	in.Centre = q.id("centre")
	v, err := q.prepare(in)
	if err != nil {
		return v, Centre{}, err
	}
	return v, centre(v.Centres[0]), nil
}

// chooseCentre lists the centres, nearest first from the municipality she names.
func (q *request) chooseCentre() error {
	page := &ChooseCentrePage{Page: q.base(TitleChooseCentre),
		Need: q.form.Get("need"), Area: q.form.Get("area"), From: q.form.Get("near"), Away: q.form.Get("away")}
	near, nearKnown := sharing.PlaceOf(page.From)
	away, awayKnown := sharing.PlaceOf(page.Away)
	if page.From != "" && !nearKnown {
		page.Fail("near", "centre.place_unknown")
	}
	if page.Away != "" && !awayKnown {
		page.Fail("away", "centre.place_unknown")
	}
	v, err := q.prepare(referrals.Preparing{Lat: near.Lat, Lon: near.Lon})
	if err != nil {
		return err
	}
	page.CaseHead = q.head(v.CaseHead, "referrals")
	for _, c := range v.Centres {
		if page.Need != "" && !contains(strings.Fields(c.Needs), page.Need) ||
			page.Area != "" && !strings.Contains(strings.ToLower(c.Area+" "+c.Town), strings.ToLower(strings.TrimSpace(page.Area))) ||
			awayKnown && c.Lat != 0 && sharing.Km(away.Lat, away.Lon, c.Lat, c.Lon) < farEnough {
			continue
		}
		page.Centres = append(page.Centres, centre(c))
	}
	return q.show(http.StatusOK, "choose-centre", page)
}

// farEnough is how far "lontano da" keeps a centre away, in kilometres.
const farEnough = 30

func centre(c sharing.CentreEntry) Centre {
	v := Centre{ID: c.ID, Name: c.Name, Area: c.Area, Needs: strings.Fields(c.Needs), Hours: c.Hours,
		Languages: strings.Fields(c.Languages), Phone: c.Phone, Cost: c.Cost, Distance: max(c.Km, 0), State: "unpinned"}
	if c.Pinned {
		v.State = "confirm_voice"
	}
	if c.Known() {
		v.State = "pinned"
	} else {
		v.Mark = v.State
	}
	if c.Ended {
		v.State = "ended"
	}
	return v
}

// noSending is why nothing may be sent to a centre, as a message key.
func (c Centre) noSending() string {
	if c.State == "ended" {
		return "error.unit_ended"
	}
	return "way.not_pinned"
}

func (q *request) wayPage() error {
	// What was typed on the next two pages comes back here: they have no address
	// of their own.
	if q.filled && q.form.Get("step") == "2" {
		return q.showHow(http.StatusOK, nil)
	}
	if q.filled && q.form.Get("step") == "1" {
		return q.showShare(http.StatusOK, nil)
	}
	v, c, err := q.withCentre(referrals.Preparing{})
	if err != nil {
		return err
	}
	page := &WayPage{Page: q.base(TitleWay), CaseHead: q.head(v.CaseHead, "referrals"), Centre: c, Form: q.newForm()}
	if q.filled {
		page.Way, page.Chose = q.form.Get("way"), q.form.Get("chose")
	}
	return q.show(http.StatusOK, "way", page)
}

// chooseWay notes which centre she chose and how. "Chiama lei" and "Chiamiamo
// insieme" send nothing; "Inviamo noi" goes on to what to share.
func (q *request) chooseWay() error {
	v, c, err := q.withCentre(q.choosing()) // for what may be the next page too
	if err != nil {
		return err
	}
	page := &WayPage{Page: q.base(TitleWay), CaseHead: q.head(v.CaseHead, "referrals"), Centre: c, Way: q.form.Get("way"), Chose: q.form.Get("chose"), Form: q.newForm()}
	if page.Way == "" {
		page.Way = "she_calls"
	}
	if page.Chose != "yes" {
		page.Fail("chose-yes", FailChose)
		return q.show(http.StatusUnprocessableEntity, "way", page)
	}
	if page.Way == "we_send" && c.State != "pinned" { // before anything is asked of her
		page.Fail("way", c.noSending())
		return q.show(http.StatusUnprocessableEntity, "way", page)
	}
	if page.Way == "we_send" {
		return q.sharePage(http.StatusOK, v, c, nil)
	}
	receipt, err := q.s.desk.Cases.AddNote(q.ctx(), q.who, v.ID, q.formID(), "network", q.word("way", page.Way)+": "+c.Name)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashWayNoted, "/schede/"+v.ID)
}

func (q *request) referralForm() ReferralForm {
	var f ReferralForm
	ReadForm(q.form, &f)
	return f
}

// groups puts each field that the case holds into its group, with its content.
var groupOf = map[string]string{"request": "needs", "needs": "needs", "language": "needs", "mediator": "needs",
	"children_where": "children", "children_count": "children", "children_ages": "children", "children": "children",
	"number": "reach", "mail": "reach", "code_word": "reach"}

// groupsInOrder are the groups as the page shows them.
var groupsInOrder = []string{"who", "needs", "children", "reach"}

// showShare is the page on which she chooses. The form carries a mark of each
// item as it stands there. What an earlier page showed otherwise is named, shown
// as it is now, and not ticked any more.
func (q *request) showShare(status int, cause error) error {
	v, c, err := q.withCentre(q.choosing())
	if err != nil {
		return err
	}
	return q.sharePage(status, v, c, cause)
}

// choosing asks for what she can share, against what the page before showed of it.
func (q *request) choosing() referrals.Preparing {
	form := q.referralForm()
	return referrals.Preparing{Choose: true, Ticked: form.Fields, Seen: sharing.ReadMarks(form.Shown)}
}

func (q *request) sharePage(status int, v referrals.Prepared, c Centre, cause error) error {
	form, choices := q.referralForm(), v.Choices
	form.Fields = slices.DeleteFunc(form.Fields, func(code string) bool { return contains(choices.Changed, code) })
	form.Shown = choices.Shown.Lines()
	page := &SharePage{Page: q.base(TitleShare), CaseHead: q.head(v.CaseHead, "referrals"), Private: len(choices.Fields),
		ReferralStep: ReferralStep{Centre: c, Form: form, Version: version(v.Version), Step: 1}}
	page.Groups = q.shareGroups(choices)
	for _, code := range choices.Changed {
		page.Fail("fields-"+code, FailShareChanged)
	}
	invalid(&page.Page, cause)
	return q.show(status, "share", page)
}

func (q *request) shareGroups(choices sharing.Choices) (all []ShareGroup) {
	groups := map[string]*ShareGroup{}
	for _, name := range groupsInOrder {
		groups[name] = &ShareGroup{Key: ShareGroups[name]}
	}
	groups["reach"].Reach = true
	for _, f := range choices.Fields {
		name := groupOf[f.Code]
		content := q.content(f)
		switch name {
		case "":
			name = "who"
		case "reach":
			content = q.brings(f.Code, choices.Rule)
		}
		groups[name].Fields = append(groups[name].Fields, Shareable{Value: f.Code, Key: ShareFields[f.Code], Content: content, Hidden: f.Code == "code_word"})
	}
	for _, name := range groupsInOrder {
		if len(groups[name].Fields) > 0 {
			all = append(all, *groups[name])
		}
	}
	return all
}

// content is a field's value in words.
func (q *request) content(f sharing.PackageField) string {
	switch f.Code {
	case "needs":
		return q.words("need", f.Values)
	case "children_where":
		return q.word("children", f.Value)
	case "language":
		return q.word("language", f.Value)
	case "mediator":
		return q.word("yesno", f.Value)
	}
	return f.Value
}

// referralStep moves between "Che cosa condividere", "Come e fino a quando" and
// the preview. The authorisation is recorded when she has heard the text and
// the preview is asked for; sending is a step-up of its own.
func (q *request) referralStep() error {
	step, goes := stepOf(q.form.Get("step")), q.form.Get("go")
	switch {
	case goes == "back" && step <= 2:
		return q.showShare(http.StatusOK, nil)
	case goes == "back", goes == "language", step == 1:
		return q.showHow(http.StatusOK, nil)
	case step == 2:
		return q.authorise()
	}
	return q.showHow(http.StatusOK, nil)
}

func (q *request) showHow(status int, fails map[string]string) error {
	v, c, err := q.withCentre(referrals.Preparing{Parts: []referrals.Part{referrals.PartPerson, referrals.PartConsents, referrals.PartReferrals}})
	if err != nil {
		return err
	}
	page := &HowPage{Page: q.base(TitleHow), CaseHead: q.head(v.CaseHead, "referrals"),
		ReferralStep: ReferralStep{Centre: c, Form: q.referralForm(), Version: version(v.Version), Step: 2}}
	if page.Form.Given == "" {
		page.Form.Given = "spoken"
	}
	if page.Form.Lang == "" {
		page.Form.Lang = v.Told.Language // hers, if the text exists in it
	}
	page.Text = q.spoken(page.Form.Lang)
	page.Taken = holding(v.CaseView, c.ID)
	page.Holds = contains(page.Taken, usualPurpose)
	if fails != nil && fails["beside"] == "" && page.Form.Beside == "" && page.Holds {
		page.Fail("beside", FailBeside)
	}
	if status == http.StatusConflict { // recorded already from this form, with other words
		page.Problem = ProblemRepeated
	}
	for field, key := range fails {
		page.Fail(field, key)
	}
	sort.Slice(page.Errors, func(i, j int) bool { return page.Errors[i].Field < page.Errors[j].Field })
	return q.show(status, "how", page)
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
func (q *request) spoken(lang string) Spoken {
	s := Spoken{Lang: lang, Dir: "ltr", Version: sharing.AuthorisationText, Langs: []string{"it", "en"}}
	if !contains(s.Langs, s.Lang) {
		s.Lang = string(q.lang)
	}
	for _, key := range spokenLines {
		line, err := q.s.render.Catalogue().T(locale.Lang(s.Lang), key)
		if err == nil {
			s.Lines = append(s.Lines, line)
		}
	}
	return s
}

// authorisation is the typed form as the desk records it.
func (f ReferralForm) authorisation(centre string, today time.Time) sharing.Authorisation {
	a := sharing.Authorisation{Form: typed.Form(f.Form), Centre: centre, Purpose: usualPurpose, Instead: f.Beside == "instead", Fields: f.Fields, Shown: sharing.ReadMarks(f.Shown), Feedback: f.Feedback,
		KeepCopy: f.KeepCopy == "yes", Way: f.Given, Interpreter: f.Mediator, Text: sharing.AuthorisationText, Language: f.Lang, Urgency: f.Urgency}
	if f.Beside == "besides" {
		a.Purpose = f.Purpose
	}
	if a.Feedback == "" {
		a.Feedback = "state"
	}
	switch f.Until {
	case "", "answer":
		a.UntilReply = true
	case "days7":
		a.Until = today.AddDate(0, 0, 7).Format(time.DateOnly)
	case "day":
		a.Until = f.UntilDay
	}
	return a
}

// missing names what the worker still has to do with her.
func (f ReferralForm) missing() map[string]string {
	fails := map[string]string{}
	if f.Heard != "yes" {
		fails["heard-yes"] = FailHeard
	}
	if f.Given == "" {
		fails["given"] = FailGiven
	}
	if f.Given == "interpreter" && strings.TrimSpace(f.Mediator) == "" {
		fails["interpreter"] = FailInterpreter
	}
	if f.Urgency == "" {
		fails["urgency"] = FailUrgency
	}
	if f.Until == "day" && f.UntilDay == "" {
		fails["until_day"] = FailUntil
	}
	return fails
}

// authorise records her authorisation and leads to the preview.
func (q *request) authorise() error {
	f := q.referralForm()
	fails := f.missing()
	if f.Beside == "besides" && f.Purpose == "" {
		fails["purpose"] = FailPurpose
	}
	if len(fails) > 0 {
		return q.showHow(http.StatusUnprocessableEntity, fails)
	}
	id, receipt, err := q.s.desk.Sharing.GiveConsent(q.ctx(), q.who, q.id("id"), f.authorisation(q.id("centre"), q.s.door.Gate().Now()))
	if errors.Is(err, sharing.ErrChanged) {
		return q.showShare(http.StatusConflict, nil)
	}
	var bad *typed.Invalid
	if errors.As(err, &bad) {
		fails := bad.Fields
		if _, ok := fails["until"]; ok {
			fails["until_day"] = FailUntil
			delete(fails, "until")
		}
		return q.showHow(http.StatusUnprocessableEntity, fails)
	}
	if errors.Is(err, sharing.ErrLive) {
		field, key := "beside", FailBeside
		if f.Beside == "besides" {
			field, key = "purpose", FailPurposeTaken
		}
		return q.showHow(http.StatusUnprocessableEntity, map[string]string{field: key})
	}
	if errors.Is(err, typed.ErrRepeated) {
		q.form.Set("form", string(typed.NewForm()))
		return q.showHow(http.StatusConflict, nil)
	}
	if err != nil {
		return err
	}
	return q.done(receipt, "", "/autorizzazioni/"+id)
}

// preview is exactly the page the centre will see.
func (q *request) preview() error { return q.showPreview(http.StatusOK, "") }

func (q *request) showPreview(status int, problem string) error {
	p, receipt, err := q.s.desk.Sharing.PreviewReferral(q.ctx(), q.who, q.id("id"))
	if errors.Is(err, acts.ErrDenied) {
		return q.afterRestore()
	}
	if err != nil {
		return err
	}
	q.receipt(receipt)
	roster, err := q.roster()
	if err != nil {
		return err
	}
	if p.Sent != "" {
		return q.redirect("/invii/" + p.Sent)
	}
	if p.Standing != policies.ConsentLive {
		return q.redirect(caseReferralsPath(p.CaseID))
	}
	page := &PreviewPage{Several: p.Several, Page: q.base(TitlePreview), CaseHead: q.head(p.Head, "referrals"), ID: q.id("id"),
		ReferralStep: ReferralStep{Centre: Centre{ID: p.Package.ToUnit, Name: roster.UnitName(p.Package.ToUnit)}, Step: 3}}
	page.Package = q.pack(p.Package, p.Safe, roster)
	for _, code := range p.Changed {
		page.Changed = append(page.Changed, ChangedItem{ShareFields[code]})
	}
	if problem != "" { // what brought the page back may be said already
		page.Problem = problem
	}
	return q.show(status, "preview", page)
}

// pack is what the centre sees, from the one value that is sealed. It holds
// nothing of the page around it.
func (q *request) pack(p sharing.Package, safe rule.PackageSafe, roster *units.Roster) Package {
	v := Package{Now: q.day(p.Day), Desk: roster.UnitName(p.FromUnit), Sent: q.day(p.Day), Urgency: p.Urgency, Private: p.Withheld,
		Feedback: p.Feedback, Until: q.day(p.Until), KeepCopy: p.KeepCopy}
	v.Strip = shared(safe.Rule, safe.DeskOnly, Who{})
	for _, f := range p.Fields {
		if value := q.content(f); value != "" { // her number stands with her rule
			v.Fields = append(v.Fields, PackageField{Key: ShareFields[f.Code], Value: value})
		}
	}
	return v
}

// send sends what she authorised, after passphrase and code.
func (q *request) send() error {
	id := q.id("id")
	p, _, err := q.s.desk.Sharing.PreviewReferral(q.ctx(), q.who, id)
	if errors.Is(err, acts.ErrDenied) {
		return q.afterRestore()
	}
	if err != nil {
		return err
	}
	if p.Sent != "" {
		return q.redirect("/invii/" + p.Sent) // a form sent twice sends once
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	if len(p.Changed) > 0 {
		return q.showPreview(http.StatusConflict, "") // it says what, and the way on
	}
	if ok, err := q.stepUp(policies.ReferralSend, id, StepUpSend, roster.UnitName(p.Package.ToUnit)); !ok {
		return err
	}
	sent, receipt, err := q.s.desk.Sharing.SendReferral(q.ctx(), q.who, id)
	switch {
	case errors.Is(err, kept.ErrPin):
		return q.showPreview(http.StatusConflict, "error.pin")
	case errors.Is(err, kept.ErrNobody):
		return q.showPreview(http.StatusConflict, "error.nobody")
	case errors.Is(err, sharing.ErrSeveral):
		return q.showPreview(http.StatusConflict, "")
	case errors.Is(err, kept.ErrEnded):
		return q.showPreview(http.StatusConflict, "error.unit_ended")
	case errors.Is(err, sharing.ErrChanged):
		return q.showPreview(http.StatusConflict, "")
	case err != nil:
		return err
	}
	return q.done(receipt, FlashReferralSent, "/invii/"+sent)
}
