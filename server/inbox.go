package server

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/units"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/locale"
)

// inbox lists what the centre received: age, urgency, sending desk, no names.
func (q *request) inbox() error {
	page, err := q.inboxPage()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "inbox", page)
}

func (q *request) inboxPage() (*InboxPage, error) {
	cards, receipt, err := q.s.desk.Sharing.Inbox(q.ctx(), q.who)
	if err = q.partly(err); err != nil {
		return nil, err
	}
	roster, err := q.names()
	if err != nil {
		return nil, err
	}
	q.receipt(receipt)
	page := &InboxPage{Page: q.base(TitleInbox)}
	for _, c := range cards {
		row := InboxRow{ID: c.ID, Desk: roster.UnitName(c.FromUnit), Sent: q.day(c.SentDay), DayOnly: true, Urgency: c.Urgency,
			State: stateOf(c.ReferralLine), Stop: c.State == "withdrawn" && c.Code == ""}
		row.Past = c.State == "withdrawn" && !row.Stop
		row.Over = c.Empty || c.State != "withdrawn" && c.Standing != policies.ConsentLive
		switch {
		case row.Stop, c.SafeNew:
			page.WaitUs = append(page.WaitUs, row)
		case c.State == "sent":
			page.New = append(page.New, row)
		case row.State == "acknowledged":
			page.WaitUs = append(page.WaitUs, row)
		case row.State == "more_info", row.State == "appointment", row.State == "accepted":
			page.WaitThem = append(page.WaitThem, row)
		default:
			page.Closed = append(page.Closed, row)
		}
	}
	page.Notices, err = q.noticesAndColleagues()
	return page, q.besides(err)
}

// received is the centre's side of a referral. One that was taken back shows
// its notice and nothing else.
func (q *request) received() error { return q.showReceived(http.StatusOK, nil) }

func (q *request) showReceived(status int, cause error) error {
	r, receipt, err := q.s.desk.Sharing.OpenReferral(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return q.endedAtCentre(err)
	}
	q.receipt(receipt)
	roster, err := q.roster()
	if err != nil {
		return err
	}
	state := stateOf(r.ReferralLine)
	if state == "sent" {
		state = "acknowledged" // it is open now
	}
	page := &ReceivedPage{Page: q.base(TitleReceived), ID: r.ID, Version: version(r.Version), State: state,
		Package: q.pack(r.Package, r.Safe, roster), Messages: q.messages(r, roster), Appointment: appointment(r), Text: q.form.Get("text"), Day: q.form.Get("day"),
		Hour: q.form.Get("hour"), Form: q.newForm(), Place: q.form.Get("place"), After: q.form.Get("after"), AfterMay: afterMay(r), MayCopy: r.KeepCopy, Stale: r.SafeDay != "" && r.Safe.DeskOnly}
	page.Compare = r.Compare
	page.Accepted = slices.ContainsFunc(r.Steps, func(s sharing.ReferralStepRow) bool { return s.State == "accepted" })
	page.Free = r.Feedback == "more"
	explain(&page.Page, cause)
	return q.show(status, "received", page)
}

// afterMay are the outcomes that this state and her authorisation let the
// centre tell.
func afterMay(r sharing.ReferralView) []string {
	switch r.State {
	case "accepted", "appointment", "no_show":
		if r.Feedback != "state" {
			return sharing.CentreOutcomes
		}
		return []string{"closed"}
	case "engaged":
		return []string{"closed"}
	}
	return nil
}

func (q *request) accept() error {
	receipt, err := q.s.desk.Sharing.Accept(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return q.endedAtCentre(err)
	}
	return q.done(receipt, FlashAccepted, "/arrivi/"+q.id("id"))
}

func (q *request) declinePage() error { return q.showDecline(http.StatusOK, nil) }

func (q *request) showDecline(status int, cause error) error {
	r, receipt, err := q.s.desk.Sharing.OpenReferral(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return q.endedAtCentre(err)
	}
	q.receipt(receipt)
	page := &DeclinePage{Page: q.base(TitleDecline), ID: r.ID, Version: version(r.Version), Reason: q.form.Get("reason")}
	invalid(&page.Page, cause)
	return q.show(status, "decline", page)
}

func (q *request) decline() error {
	receipt, err := q.s.desk.Sharing.Decline(q.ctx(), q.who, q.id("id"), q.form.Get("reason"))
	return q.toDeskOr(q.showDecline, receipt, err, FlashDeclined, "/arrivi")
}

// askDesk puts a question to the desk, or, where she lets the centre tell more,
// writes freely.
func (q *request) askDesk() error {
	write := q.s.desk.Sharing.Ask
	if q.form.Get("kind") == "message" {
		write = q.s.desk.Sharing.SendMessage
	}
	receipt, err := write(q.ctx(), q.who, q.id("id"), q.formID(), q.form.Get("text"))
	if errors.Is(err, sharing.ErrFeedback) {
		return q.showReceived(http.StatusConflict, &typed.Invalid{Fields: map[string]string{"text": FailFeedback}})
	}
	return q.toDeskOr(q.showReceived, receipt, err, FlashMessageSent, "/arrivi/"+q.id("id"))
}

func (q *request) propose() error {
	receipt, err := q.s.desk.Sharing.Propose(q.ctx(), q.who, q.id("id"), q.formID(), q.form.Get("day"), q.form.Get("hour"), q.form.Get("place"))
	return q.toDeskOr(q.showReceived, receipt, err, FlashProposed, "/arrivi/"+q.id("id"))
}

func (q *request) outcome() error {
	receipt, err := q.s.desk.Sharing.Outcome(q.ctx(), q.who, q.id("id"), q.form.Get("after"))
	return q.toDeskOr(q.showReceived, receipt, err, FlashTold, "/arrivi/"+q.id("id"))
}

// notice is all a centre sees of a referral that she took back.
func (q *request) notice() error { return q.showNotice(http.StatusOK, nil) }

func (q *request) showNotice(status int, cause error) error {
	l, receipt, err := q.s.desk.Sharing.Notice(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	if l.State != "withdrawn" {
		return q.redirect("/arrivi/" + l.ID)
	}
	q.receipt(receipt)
	roster, err := q.roster()
	if err != nil {
		return err
	}
	page := &StopPage{Page: q.base(TitleStop), Unsent: q.unsent(), ID: l.ID, Desk: roster.UnitName(l.FromUnit), Since: q.day(l.EndedDay),
		Done: strings.Fields(l.Code), Ticked: q.form["done"]}
	if status == http.StatusConflict {
		page.Problem = ProblemEndedRevoked
	}
	words := map[string]string{}
	if len(page.Ticked) == 0 {
		words["done"] = FailStop
	}
	invalidAs(&page.Page, cause, words)
	return q.show(status, "stop", page)
}

func (q *request) acknowledgeStop() error {
	receipt, err := q.s.desk.Sharing.AcknowledgeStop(q.ctx(), q.who, q.id("id"), q.form["done"]...)
	return q.doneOr(q.showNotice, receipt, err, "", "/arrivi/"+q.id("id")+"/avviso")
}

func (q *request) copyPage() error { return q.showCopy(http.StatusOK, nil) }

func (q *request) showCopy(status int, cause error) error {
	r, receipt, err := q.s.desk.Sharing.OpenReferral(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return q.endedAtCentre(err)
	}
	if !r.KeepCopy || r.Standing != policies.ConsentLive {
		return q.notFound()
	}
	q.receipt(receipt)
	page := &CopyPage{Page: q.base(TitleCopy), ID: r.ID, Version: version(r.Version), Key: q.form.Get("recipient"), Which: q.form.Get("which")}
	kept, err := q.s.house.OwnCopyKey(q.ctx(), q.who)
	if err != nil {
		return err
	}
	if page.Kept = kept.Set; kept.Set {
		page.Words, page.Since = kept.Words, q.day(kept.Unit.CopyKeyDay)
	}
	invalid(&page.Page, cause)
	return q.show(status, "copy", page)
}

// copyFile is the page that a sealed copy holds. It is read far from here and years
// from now: in Italian, and each day with its year.
func (q *request) copyFile(p sharing.Package, safe rule.PackageSafe, roster *units.Roster) *CopyFile {
	page := &CopyFile{Page: Page{Lang: locale.Italian, Title: TitleCopyFile}, ID: q.id("id"), Centre: roster.UnitName(p.ToUnit),
		Made: q.s.door.Gate().Now(), Package: q.pack(p, safe, roster)}
	page.Package.Now = page.Now
	return page
}

// mayCopy looks whether a copy may be made, and to a key that is one, before a code
// is spent on it; then it asks for passphrase and code. It reports false when it
// has answered.
func (q *request) mayCopy(recipient string) (bool, error) {
	r, _, err := q.s.desk.Sharing.OpenReferral(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return false, q.endedAtCentre(err)
	}
	if !r.KeepCopy || r.Standing != policies.ConsentLive {
		return false, q.notFound()
	}
	if recipient == "" {
		kept, err := q.s.house.OwnCopyKey(q.ctx(), q.who)
		if err != nil {
			return false, err
		}
		recipient = kept.Unit.CopyKey
	}
	if _, err := crypto.ParseRecipient(recipient); err != nil {
		return false, q.showCopy(http.StatusUnprocessableEntity, &typed.Invalid{Fields: map[string]string{"recipient": "error.recipient"}})
	}
	return q.stepUp(policies.ReferralCopy, r.ID, StepUpCopy, sharing.Reference(r.ID))
}

// copy makes the centre's own sealed copy, to its offline key, and hands it over
// without keeping it.
func (q *request) copy() error {
	recipient := strings.Join(strings.Fields(q.form.Get("recipient")), "")
	if q.form.Get("which") == "kept" {
		recipient = ""
	} else if recipient == "" {
		recipient = "none" // another key was chosen, and none typed
	}
	if isSecretKey(recipient) {
		q.form.Del("recipient") // it is not shown again either
		return q.showCopy(http.StatusUnprocessableEntity, &typed.Invalid{Fields: map[string]string{"recipient": FailSecretKey}})
	}
	roster, err := q.roster()
	if err != nil {
		return err
	}
	if ok, err := q.mayCopy(recipient); !ok {
		return err
	}
	file, receipt, err := q.s.desk.Sharing.SealedCopy(q.ctx(), q.who, q.id("id"), recipient, func(p sharing.Package, safe rule.PackageSafe) ([]byte, error) {
		return q.s.render.Bytes("copy-file", q.copyFile(p, safe, roster))
	})
	if errors.Is(err, typed.ErrInvalid) {
		return q.showCopy(http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return q.endedAtCentre(err)
	}
	q.receipt(receipt)
	h := q.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="invio-`+sharing.Reference(q.id("id"))+`.age"`)
	_, err = q.w.Write(file)
	return err
}
