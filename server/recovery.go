package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
)

// recoveryKeyPage shows where the recovery of the caller's unit stands.
func (q *request) recoveryKeyPage() error {
	page, err := q.recoveryKey()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "recovery-key", page)
}

func (q *request) recoveryKey() (*RecoveryKeyPage, error) {
	s, err := q.s.house.Recovery(q.ctx(), q.who)
	if err != nil {
		return nil, err
	}
	page := &RecoveryKeyPage{Page: q.base(TitleRecoveryKey), UnitID: s.Unit.ID, InUse: s.InUse, Since: q.day(s.Changed), By: s.ChangedBy,
		Older: s.Older, Centre: s.Unit.Is().Packages, Recipient: q.form.Get("recipient"), Heard: q.form.Get("heard")}
	p := s.Proposed
	if p == nil {
		return page, nil
	}
	page.ProposedBy, page.Proposed, page.From = p.By, q.day(p.Day), q.day(p.From)
	switch {
	case p.MayConfirm:
		page.Waits = "confirm"
	case p.Alone && p.Ready && p.Mine:
		page.Waits = "accept"
	case p.Alone:
		page.Waits = "alone"
	default:
		page.Waits = "second"
	}
	return page, nil
}

// setRecovery proposes a recovery recipient whose words she heard.
func (q *request) setRecovery() error {
	page, err := q.recoveryKey()
	if err != nil {
		return err
	}
	recipient := strings.Join(strings.Fields(page.Recipient), "")
	heard, ok := parseWords(page.Heard)
	if !units.IsRecipient(recipient) {
		page.Fail("recipient", FailRecipient)
	}
	if !ok {
		page.Fail("heard", FailHeardWords)
	}
	if len(page.Errors) > 0 {
		return q.show(http.StatusUnprocessableEntity, "recovery-key", page)
	}
	if ok, err = q.stepUp(policies.RecoverySet, q.who.Unit(), StepUpKeep, ""); !ok {
		return err
	}
	inForce, receipt, err := q.s.house.SetRecovery(q.ctx(), q.who, recipient, heard)
	if errors.Is(err, units.ErrWords) {
		return q.wrongHeard(page)
	}
	if err != nil {
		return err
	}
	if inForce {
		return q.done(receipt, FlashRecoverySet, "/ammissioni/recupero")
	}
	return q.done(receipt, FlashKeyProposed, "/ammissioni/recupero")
}

// confirmRecovery is a second member's word for the proposed recipient.
func (q *request) confirmRecovery() error {
	return q.takeUpRecovery(policies.RecoveryConfirm, q.s.door.ConfirmRecovery)
}

// acceptRecovery is the only member's own word, once its waiting time is over.
func (q *request) acceptRecovery() error {
	return q.takeUpRecovery(policies.RecoveryAccept, q.s.door.AcceptRecovery)
}

func (q *request) takeUpRecovery(a policies.Action, take func(context.Context, acts.Caller, units.Words) (audit.Receipt, error)) error {
	page, err := q.recoveryKey()
	if err != nil {
		return err
	}
	heard, ok := parseWords(page.Heard)
	if !ok {
		page.Fail("heard", FailHeardWords)
		return q.show(http.StatusUnprocessableEntity, "recovery-key", page)
	}
	if ok, err = q.stepUp(a, q.who.Unit(), StepUpKeep, ""); !ok {
		return err
	}
	receipt, err := take(q.ctx(), q.who, heard)
	if errors.Is(err, units.ErrWords) {
		return q.wrongHeard(page)
	}
	if err != nil {
		return err
	}
	return q.done(receipt, FlashRecoverySet, "/ammissioni/recupero")
}

func (q *request) wrongHeard(page *RecoveryKeyPage) error {
	page.Page.FormToken = q.s.door.FormToken(q.who)
	page.Fail("heard", FailHeardWords)
	return q.show(http.StatusConflict, "recovery-key", page)
}

func (q *request) removeRecoveryPage() error {
	page, err := q.recoveryKey()
	if err != nil {
		return err
	}
	if !page.InUse && !page.Older {
		return q.redirect("/ammissioni/recupero")
	}
	return q.show(http.StatusOK, "recovery-remove", &RecoveryRemovePage{Page: q.base(TitleRecoveryRemove)})
}

// removeRecovery takes the unit's recovery away, at once.
func (q *request) removeRecovery() error {
	page, err := q.recoveryKey()
	if err != nil {
		return err
	}
	if !page.InUse && !page.Older {
		return units.ErrNoRecovery
	}
	if ok, err := q.stepUp(policies.RecoveryRemove, q.who.Unit(), StepUpKeepNot, ""); !ok {
		return err
	}
	receipt, err := q.s.door.RemoveRecovery(q.ctx(), q.who)
	if err != nil {
		return err
	}
	return q.done(receipt, FlashRecoveryGone, "/ammissioni/recupero")
}

// proposedRecovery shows, to a unit that sends there and to the auditor, that the
// only member of another unit proposed a recovery key.
func (q *request) proposedRecovery() error {
	if q.id("unit") == q.who.Unit() {
		return q.redirect("/ammissioni/recupero")
	}
	all, err := q.s.house.RecoveryNews(q.ctx(), q.who)
	if err != nil {
		return err
	}
	for _, n := range all {
		if n.Unit == q.id("unit") && n.Kind == units.RecoveryWaits {
			return q.show(http.StatusOK, "recovery-proposed", &RecoveryProposedPage{Page: q.base(TitleRecoveryProposed), UnitID: n.Unit,
				Name: n.Name, Proposed: q.day(n.Day), From: q.day(n.From)})
		}
	}
	return acts.ErrDenied
}

// stopRecovery ends what is proposed for a unit.
func (q *request) stopRecovery() error {
	receipt, err := q.s.house.StopRecovery(q.ctx(), q.who, q.id("unit"))
	if err != nil {
		return err
	}
	if q.id("unit") == q.who.Unit() {
		return q.done(receipt, FlashRecoveryStopped, "/ammissioni/recupero")
	}
	p := Page{User: q.who.Username(), Works: q.who.UnitKind()}
	return q.done(receipt, FlashRecoveryStopped, p.Home())
}

// recoveryTasks puts on the Agenda what the recovery of a unit asks for. What a
// unit lost with an agency's recovery of before comes first of all.
func (q *request) recoveryTasks(page *AgendaPage) error {
	all, err := q.s.house.RecoveryNews(q.ctx(), q.who)
	if err != nil {
		return err
	}
	for _, n := range all {
		t := q.recoveryTask(n)
		if n.Kind == units.RecoveryOlder {
			page.Urgent = append([]Task{t}, page.Urgent...)
			continue
		}
		page.Urgent = append(page.Urgent, t)
	}
	return nil
}

// recoveryTask is one of them, with the page on which it is looked at, or stopped.
func (q *request) recoveryTask(n units.RecoveryNews) Task {
	t := Task{Who: Who{Alias: n.Name}, Kind: "recovery_" + n.Kind, Href: "/ammissioni/recupero", DayOnly: true}
	if n.Unit != q.who.Unit() {
		t.Href = "/recuperi/" + n.Unit
		if n.Kind == units.RecoveryChanged {
			t.Href = "/registro/accessi"
		}
	}
	return t
}
