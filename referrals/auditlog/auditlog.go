package auditlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
)

// Desk is the door to the log: its pages, its proofs, its export and its check.
type Desk struct {
	work     kept.Work
	verified atomic.Pointer[Verification] // the last check of all records
}

// New opens the door.
func New(work kept.Work) *Desk { return &Desk{work: work} }

// Entry is one leaf of the log as the auditor sees it.
type Entry struct {
	Index int64
	audit.Leaf
	Detail *audit.Detail // opened with the audit unit's key; nil if there is none or it was erased
}

// Filter narrows what the auditor reads. Empty fields match everything. It takes no
// person: the log answers about records, and never about who works with them.
type Filter struct {
	Action   string // as the log names it, or one of Several
	Unit     string // of who acted
	Object   string // a record, never a person's account
	From, To string // days, both included
	Outcome  audit.Outcome
	Before   int64 // leaves below this index; 0 means from the newest
	Limit    int

	objects []string // only these records, each KIND:ID: those of a code
}

// Narrows tells whether the filter leaves anything out.
func (f Filter) Narrows() bool {
	return f.Action+f.Unit+f.Object+f.From+f.To != "" || f.Outcome != "" || len(f.objects) > 0
}

// Matches tells whether a leaf passes: every field that is set must fit. Limit
// and Before are no part of it.
func (f Filter) Matches(l *audit.Leaf) bool {
	return f.matchesAct(l) && f.matchesObject(l.Object) && (f.Unit == "" || l.Unit == f.Unit) &&
		(f.From == "" || l.Day >= f.From) && (f.To == "" || l.Day <= f.To) && (f.Outcome == "" || l.Outcome == f.Outcome)
}

func (f Filter) matchesAct(l *audit.Leaf) bool {
	several, ok := Several[f.Action]
	switch {
	case !ok:
		return f.Action == "" || l.Action == f.Action
	case several.Outcome != "":
		return l.Outcome == several.Outcome
	}
	return slices.Contains(several.Actions, policies.Action(l.Action))
}

// matchesObject compares a record by its id, or by kind and id. Accounts and sessions
// are no records: a person's id finds nothing.
func (f Filter) matchesObject(object string) bool {
	if f.objects != nil && !slices.Contains(f.objects, object) {
		return false
	}
	if f.Object == "" {
		return true
	}
	kind, id, _ := strings.Cut(object, ":")
	return (object == f.Object || id == f.Object) && kind != string(policies.KindPerson) && kind != string(policies.KindSession)
}

// Acts are those that one word asks for: some actions, or whatever ended in a way.
type Acts struct {
	Actions []policies.Action
	Outcome audit.Outcome
}

// Several are the words that ask for more than one action: readings, and what an auditor
// is alarmed by.
var Several = map[string]Acts{
	"read": {Actions: []policies.Action{policies.CaseOpen, policies.CaseReaders, policies.ContactOpen, policies.TaskOpen, policies.UnlinkedRead, policies.ReportSource,
		policies.ReferralPreview, policies.ReferralRead, policies.ReferralOpen, policies.ReferralCopy, policies.ReferralNotice}},
	"refused": {Outcome: audit.Refused},
	"failed":  {Outcome: audit.Failed},
	"hidden":  {Actions: []policies.Action{policies.CaseWall, policies.WallPropose, policies.WallConfirm, policies.CaseRestrict, policies.UnitRestrict}},
	"recovery": {Actions: []policies.Action{policies.RecoverySet, policies.RecoveryConfirm, policies.RecoveryAccept, policies.RecoveryRemove, policies.RecoveryRewrap,
		policies.CopyKeySet}},
	"carried": {Actions: []policies.Action{policies.LogExport, policies.ReferralCopy, policies.BackupMake, policies.BackupRestore}},
	"named":   {Actions: []policies.Action{policies.LogName}},
}

// pageMax bounds one page of the log.
const pageMax = 200

func logObject() policies.Object { return policies.Object{Kind: policies.KindLog} }

// scanMax bounds how many leaves one page looks through, so that a filter
// that matches little does not read the whole log at once.
const scanMax = 50_000

// DayTally counts what one day's leaves say, refused and failed apart.
type DayTally struct {
	Day                      string
	Allowed, Refused, Failed int
}

// RegisterPage is one page of the log.
type RegisterPage struct {
	Entries []Entry
	Older   int64      // where the next page goes on; 0 at the log's beginning
	Days    []DayTally // of the leaves that were looked through and match, newest first
}

// Read reads a page of the log, newest first, with where to go on and the
// days it saw. The reading is itself a leaf.
func (d *Desk) Read(ctx context.Context, who acts.Caller, f Filter) (RegisterPage, audit.Receipt, error) {
	if f.Limit <= 0 || f.Limit > pageMax {
		f.Limit = pageMax
	}
	var page RegisterPage
	receipt, err := d.work.Do(ctx, who, policies.LogRead, func(r kept.Reader, act *acts.Act) error {
		page = RegisterPage{}
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		if err := act.Also(policies.LogDetail, logObject()); err != nil {
			return err
		}
		scanned := 0
		err := r.LeavesBackward(f.Before, func(index int64, l *audit.Leaf) (bool, error) {
			scanned++
			if f.Matches(l) {
				page.take(index, l)
			}
			if f.From != "" && l.Day < f.From || index == 0 {
				return false, nil
			}
			if len(page.Entries) < f.Limit && scanned < scanMax {
				return true, nil
			}
			page.Older = index
			return false, nil
		})
		if err != nil {
			return err
		}
		return page.open(r, act)
	})
	return page, receipt, err
}

// open opens the details of the entries. One that is not its leaf's leaves that entry
// without: its own page says so.
func (p *RegisterPage) open(r kept.Reader, act *acts.Act) error {
	opener, err := newDetails(r, act)
	if err != nil {
		return err
	}
	for i := range p.Entries {
		e := &p.Entries[i]
		e.Detail, err = opener.open(e.Index, &e.Leaf)
		if err != nil && !errors.Is(err, audit.ErrDetail) && !errors.Is(err, acts.ErrTampered) {
			return err
		}
	}
	return nil
}

func (p *RegisterPage) take(index int64, l *audit.Leaf) {
	p.Entries = append(p.Entries, Entry{Index: index, Leaf: *l})
	if n := len(p.Days); n == 0 || p.Days[n-1].Day != l.Day {
		p.Days = append(p.Days, DayTally{Day: l.Day})
	}
	day := &p.Days[len(p.Days)-1]
	switch l.Outcome {
	case audit.Allowed:
		day.Allowed++
	case audit.Refused:
		day.Refused++
	case audit.Failed:
		day.Failed++
	}
}

// Access is one person's hold on a unit's key, and since when.
type Access struct {
	Unit, UnitName, Kind string
	Epoch                int64
	Person, Username     string
	Role, State, Since   string
	Cases                int // of the unit, open to all its members
	Named                int // restricted cases kept for her by name
	Referrals            int // sent to the unit, that its members can open today
}

// WhoCanOpen lists who holds the newest key of every unit now, and what that
// opens.
func (d *Desk) WhoCanOpen(ctx context.Context, who acts.Caller) ([]Access, audit.Receipt, error) {
	var all []Access
	receipt, err := d.work.Do(ctx, who, policies.LogRead, func(r kept.Reader, act *acts.Act) error {
		all = nil
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		units, err := acts.AllUnits.Rows(r)
		if err != nil {
			return err
		}
		for _, u := range units {
			holders, err := holdersOf(r, u, act.Day)
			if err != nil {
				return err
			}
			all = append(all, holders...)
		}
		return nil
	})
	return all, receipt, err
}

// holdersOf lists who holds a unit's newest key.
func holdersOf(r kept.Reader, u *acts.Unit, day string) ([]Access, error) {
	wraps, err := acts.WrapsOfEpoch.Rows(r, u.ID, r.Epoch(u.ID))
	if err != nil || len(wraps) == 0 {
		return nil, err
	}
	cases, err := sharedCases.Count(r, u.ID)
	if err != nil {
		return nil, err
	}
	arrived, err := openTo(r, u, day)
	if err != nil {
		return nil, err
	}
	var all []Access
	for _, w := range wraps {
		a := Access{Unit: u.ID, UnitName: u.Name, Kind: u.Kind, Epoch: w.Epoch, Person: w.Person, Since: w.Day, Cases: cases, Referrals: arrived}
		if w.Person != acts.RecoveryPerson {
			if err := a.describe(r); err != nil {
				return nil, err
			}
		}
		all = append(all, a)
	}
	return all, nil
}

// openTo counts the referrals that the members of a unit can open on a day: an
// authorisation taken back or over opens nothing, nor does one that a restore
// keeps shut.
func openTo(r kept.Reader, u *acts.Unit, day string) (int, error) {
	rows, err := sharing.ReferralsTo.Rows(r, u.ID)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, row := range rows {
		if row.Standing(day) == policies.ConsentLive && !row.Shut {
			n++
		}
	}
	return n, nil
}

// describe adds who the holder is, since when, and what is hers by name.
func (a *Access) describe(r kept.Reader) error {
	var p acts.Person
	if err := r.Get(&p, a.Person); err != nil {
		return err
	}
	a.Username, a.Role, a.State = p.Username, p.Role, p.State
	earlier, err := acts.WrapsOfPerson.Rows(r, a.Person)
	if err != nil {
		return err
	}
	for _, w := range earlier {
		if w.Unit == a.Unit && w.Day < a.Since {
			a.Since = w.Day
		}
	}
	named, err := kept.WrapsOfPerson.Rows(r, a.Person)
	a.Named = len(named)
	return err
}

// AuditedReferral is a referral as the auditor sees it: states, days, and the
// standing of its authorisation with the way it was given.
type AuditedReferral struct {
	sharing.ReferralLine
	Way, ConsentState string
}

// AuditReferrals lists every referral, ended ones too, with the standing of its
// authorisation and the way it was given.
func (d *Desk) AuditReferrals(ctx context.Context, who acts.Caller) ([]AuditedReferral, audit.Receipt, error) {
	var all []AuditedReferral
	receipt, err := d.work.Do(ctx, who, policies.LogRead, func(r kept.Reader, act *acts.Act) error {
		all = nil
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		rows, err := sharing.EveryReferral.Rows(r)
		if err != nil {
			return err
		}
		for _, row := range rows {
			var c sharing.ConsentRow
			if err := r.Get(&c, row.ConsentID); err != nil {
				return err
			}
			all = append(all, AuditedReferral{ReferralLine: sharing.Line(row, act), Way: c.Way, ConsentState: c.State})
		}
		return nil
	})
	return all, receipt, err
}

// ProveEntry gives one leaf with its inclusion proof under the last signed
// checkpoint, and the leaf's detail if the audit unit's key still opens it.
func (d *Desk) ProveEntry(ctx context.Context, who acts.Caller, index int64) (audit.Proof, *audit.Detail, audit.Receipt, error) {
	var proof audit.Proof
	var detail *audit.Detail
	receipt, err := d.work.Do(ctx, who, policies.LogDetail, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		var err error
		if proof, err = d.work.Gate.Log().Prove(ctx, index); err != nil {
			return acts.ErrNoRow
		}
		leaf, err := audit.ParseLeaf(proof.Leaf)
		if err != nil {
			return err
		}
		details, err := newDetails(r, act)
		if err == nil {
			detail, err = details.open(index, &leaf)
		}
		return err
	})
	return proof, detail, receipt, err
}

// ErrNothing says that no leaf answers to a filter: there is nothing to export.
var ErrNothing = errors.New("no entry of the log answers to this")

// BeginExport records an export, and gives back what writes the bundle that
// `sportello audit verify` checks offline. The caller has stepped up, and the
// leaf is durable before the first byte leaves. With a filter that narrows the
// bundle holds the leaves that match and were there when it was asked for, each
// with its place in the signed log, and nothing of the others: with a code, those about
// the records that have it, as Ask finds them. ErrNothing without any. The leaf's count says how many of them there were.
func (d *Desk) BeginExport(ctx context.Context, who acts.Caller, code string, f Filter) (audit.Receipt, func(io.Writer) error, error) {
	var chosen []int64
	receipt, err := d.work.Do(ctx, who, policies.LogExport, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		if code != "" {
			opener, err := newDetails(r, act)
			if err != nil {
				return err
			}
			if f.objects, err = d.recordsOf(opener, code, &Answer{}); err != nil {
				return err
			}
			if len(f.objects) == 0 {
				return ErrNothing
			}
		}
		if !f.Narrows() {
			return nil
		}
		if chosen == nil {
			var err error
			if chosen, err = d.work.Gate.Log().Select(ctx, f.Matches); err != nil {
				return err
			}
		}
		if act.Count = int64(len(chosen)); act.Count == 0 {
			return ErrNothing
		}
		return nil
	})
	if err != nil {
		return receipt, nil, err
	}
	return receipt, func(w io.Writer) error {
		var err error
		if f.Narrows() {
			err = audit.ExportOnly(ctx, d.work.Store.Source(), chosen, w)
		} else {
			err = audit.Export(ctx, d.work.Store.Source(), 0, -1, w)
		}
		if err != nil {
			return fmt.Errorf("exporting the log: %w", err)
		}
		return nil
	}, nil
}

// Verification is the state of the log in one line.
type Verification struct {
	At         time.Time
	Checkpoint audit.Checkpoint
	Records    audit.RecordReport
}

// Good says that every stored row is the one that the log names.
func (v *Verification) Good() bool { return len(v.Records.Problems) == 0 }

// Verify checks every stored row against the log now.
func (d *Desk) Verify(ctx context.Context, who acts.Caller) (Verification, audit.Receipt, error) {
	var v Verification
	receipt, err := d.work.Do(ctx, who, policies.LogVerify, func(_ kept.Reader, act *acts.Act) error {
		return act.Allow(logObject())
	})
	if err != nil {
		return v, receipt, err
	}
	v, err = d.CheckRecords(ctx)
	return v, receipt, err
}

// CheckRecords holds every stored row and every sealed detail to the log, for
// the service itself: nobody asks and nothing is shown, so it leaves no leaf.
// What it finds, Verified tells until the next check.
func (d *Desk) CheckRecords(ctx context.Context) (Verification, error) {
	log := d.work.Gate.Log()
	records, err := log.CheckRecords(ctx, d.work.Store)
	if err != nil {
		return Verification{}, err
	}
	details, err := log.CheckDetails(ctx, d.work.Store.Details())
	if err != nil {
		return Verification{}, err
	}
	records.Checked += details.Checked
	records.Problems = append(records.Problems, details.Problems...)
	v := Verification{At: d.work.Gate.Now(), Checkpoint: records.Checkpoint, Records: records}
	d.verified.Store(&v)
	return v, nil
}

// Verified is the last check of all records, nil before the first one since the
// start.
func (d *Desk) Verified() *Verification { return d.verified.Load() }

// Log tells the log's size, its last signed checkpoint and the public key that
// verifies it; all three are public.
func (d *Desk) Log() (size int64, last audit.Checkpoint, verifierKey string) {
	log := d.work.Gate.Log()
	return log.Size(), log.Checkpoint(), log.VerifierKey()
}

// Reading is one line of "Chi ha aperto la scheda": who, on which day, as what.
type Reading struct{ Day, Actor, Action string }

// Readers lists who of its unit opened a case, or an authorisation or referral of it,
// with which its head is shown, newest first. Time and reason are with the auditor.
func (d *Desk) Readers(ctx context.Context, who acts.Caller, caseID string) (kept.CaseHead, []Reading, audit.Receipt, error) {
	var head kept.CaseHead
	var all []Reading
	receipt, err := d.work.Do(ctx, who, policies.CaseReaders, func(r kept.Reader, act *acts.Act) error {
		all = nil
		c, err := kept.Load(r, act, caseID)
		if err != nil {
			return err
		}
		if err := act.Also(policies.CaseOpen, kept.CaseObject(act.Who, c.Row)); err != nil {
			return err
		}
		head = c.Head()
		objects, err := kept.Headed(r, c.Row)
		if err != nil {
			return err
		}
		leaves, err := r.LeavesOf(pageMax, objects...)
		for _, l := range leaves {
			if l.Outcome == audit.Allowed && l.Unit == c.Row.Unit {
				all = append(all, Reading{Day: l.Day, Actor: l.Actor, Action: l.Action})
			}
		}
		return err
	})
	return head, all, receipt, err
}

// sharedCases finds the cases of a unit that are open to all its members.
var sharedCases = kept.Cases.Find().Is("unit").Unset("restricted")
