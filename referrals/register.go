package referrals

import (
	"context"
	"fmt"
	"io"
	"strings"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/audit"
)

// Entry is one leaf of the log as the auditor sees it.
type Entry struct {
	Index int64
	audit.Leaf
	Detail *audit.Detail // opened with the audit unit's key; nil if there is none or it was erased
}

// RegisterFilter narrows what the auditor reads. Empty fields match everything.
type RegisterFilter struct {
	Actor, Action, Object, Day string
	Outcome                    audit.Outcome
	Before                     int64 // leaves below this index; 0 means from the newest
	Limit                      int
}

func (f RegisterFilter) matches(l *audit.Leaf) bool {
	return (f.Actor == "" || l.Actor == f.Actor) && (f.Action == "" || l.Action == f.Action) &&
		(f.Object == "" || l.Object == f.Object || strings.HasSuffix(l.Object, ":"+f.Object)) &&
		(f.Day == "" || l.Day == f.Day) && (f.Outcome == "" || l.Outcome == f.Outcome)
}

// registerMax bounds one page of the log.
const registerMax = 200

func logObject() policies.Object { return policies.Object{Kind: policies.KindLog} }

// ReadRegister reads a page of the log, newest first. The reading is itself a
// leaf.
func (d *Desk) ReadRegister(ctx context.Context, who accounts.Caller, f RegisterFilter) ([]Entry, audit.Receipt, error) {
	if f.Limit <= 0 || f.Limit > registerMax {
		f.Limit = registerMax
	}
	var entries []Entry
	receipt, err := d.do(ctx, who, policies.LogRead, func(r Reader, act *accounts.Act) error {
		entries = nil
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		return r.LeavesBackward(f.Before, func(index int64, l *audit.Leaf) (bool, error) {
			if f.matches(l) {
				entries = append(entries, Entry{Index: index, Leaf: *l})
			}
			return len(entries) < f.Limit, nil
		})
	})
	return entries, receipt, err
}

// Access is one person's hold on a unit's key, and since when.
type Access struct {
	Unit, UnitName, Kind string
	Epoch                int64
	Person, Username     string
	State, Since         string
}

// WhoCanOpen lists who holds the newest key of every unit now.
func (d *Desk) WhoCanOpen(ctx context.Context, who accounts.Caller) ([]Access, audit.Receipt, error) {
	var all []Access
	receipt, err := d.do(ctx, who, policies.LogRead, func(r Reader, act *accounts.Act) error {
		all = nil
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		units, err := r.Units()
		if err != nil {
			return err
		}
		for _, u := range units {
			wraps, err := r.WrapsOfEpoch(u.ID, r.Epoch(u.ID))
			if err != nil {
				return err
			}
			for _, w := range wraps {
				a := Access{Unit: u.ID, UnitName: u.Name, Kind: u.Kind, Epoch: w.Epoch, Person: w.Person, Since: w.Day}
				if w.Person != accounts.RecoveryPerson {
					var p accounts.Person
					if err := r.Get(&p, w.Person); err != nil {
						return err
					}
					a.Username, a.State = p.Username, p.State
				}
				all = append(all, a)
			}
		}
		return nil
	})
	return all, receipt, err
}

// AuditedReferral is a referral as the auditor sees it: states, days, and the
// standing of its authorisation with the way it was given.
type AuditedReferral struct {
	ReferralLine
	Way, ConsentState string
}

// AuditReferrals lists every referral with its authorisation.
func (d *Desk) AuditReferrals(ctx context.Context, who accounts.Caller) ([]AuditedReferral, audit.Receipt, error) {
	var all []AuditedReferral
	receipt, err := d.do(ctx, who, policies.LogRead, func(r Reader, act *accounts.Act) error {
		all = nil
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		rows, err := r.Referrals()
		if err != nil {
			return err
		}
		for _, row := range rows {
			var c ConsentRow
			if err := r.Get(&c, row.ConsentID); err != nil {
				return err
			}
			all = append(all, AuditedReferral{ReferralLine: line(row, act), Way: c.Way, ConsentState: c.State})
		}
		return nil
	})
	return all, receipt, err
}

// ProveEntry gives one leaf with its inclusion proof under the last signed
// checkpoint, and the leaf's detail if the audit unit's key still opens it.
func (d *Desk) ProveEntry(ctx context.Context, who accounts.Caller, index int64) (audit.Proof, *audit.Detail, audit.Receipt, error) {
	var proof audit.Proof
	var detail *audit.Detail
	receipt, err := d.do(ctx, who, policies.LogDetail, func(r Reader, act *accounts.Act) error {
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		var err error
		if proof, err = d.gate.Log().Prove(ctx, index); err != nil {
			return accounts.ErrNoRow
		}
		leaf, err := audit.ParseLeaf(proof.Leaf)
		if err != nil {
			return err
		}
		detail, err = d.openDetail(r, act.Who, &leaf)
		return err
	})
	return proof, detail, receipt, err
}

// openDetail opens a leaf's detail with the audit unit's keys. The salt is the
// record's shred secret: once that is gone the detail is gone with it.
func (d *Desk) openDetail(r Reader, who accounts.Caller, leaf *audit.Leaf) (*audit.Detail, error) {
	if leaf.DetailID == "" {
		return nil, nil
	}
	sealed, key, err := r.DetailOf(leaf.DetailID)
	if err != nil {
		return nil, err
	}
	if err := audit.CheckDetail(*leaf, *sealed); err != nil {
		return nil, err
	}
	id, ok := who.UnitIdentity(key.Epoch)
	if !ok {
		return nil, nil
	}
	k, err := key.Open(id)
	if err != nil {
		return nil, err
	}
	salt, err := d.saltOf(r, leaf)
	if err != nil {
		return nil, nil // erased with its record
	}
	detail, err := audit.OpenDetail(k, sealed.ID, salt, sealed.Sealed)
	if err != nil {
		return nil, nil // sealed under a secret that is gone
	}
	return &detail, nil
}

// saltOf finds the shred secret that sealed a leaf's detail: that of the
// record which the leaf names, or none for a page or a list.
func (d *Desk) saltOf(r Reader, leaf *audit.Leaf) ([]byte, error) {
	kind, id, _ := strings.Cut(leaf.Object, ":")
	secret := func(row accounts.Row, id string, of func() string) ([]byte, error) {
		if err := r.Get(row, id); err != nil {
			return nil, err
		}
		return r.Secret(of())
	}
	switch policies.Kind(kind) {
	case policies.KindCase:
		row := &CaseRow{}
		return secret(row, id, func() string { return row.Secret })
	case policies.KindNote:
		row := &NoteRow{}
		c := &CaseRow{}
		if err := r.Get(row, id); err != nil {
			return nil, err
		}
		return secret(c, row.CaseID, func() string { return c.Secret })
	case policies.KindConsent:
		row := &ConsentRow{}
		c := &CaseRow{}
		if err := r.Get(row, id); err != nil {
			return nil, err
		}
		return secret(c, row.CaseID, func() string { return c.Secret })
	case policies.KindContact:
		row := &ContactRow{}
		return secret(row, id, func() string { return row.Secret })
	case policies.KindTask:
		row := &TaskRow{}
		return secret(row, id, func() string { return row.Secret })
	case policies.KindReferral:
		row := &ReferralRow{}
		return secret(row, id, func() string { return row.Secret })
	}
	return nil, nil
}

// Export writes the bundle that `sportello audit verify` checks offline. The
// caller has stepped up.
func (d *Desk) Export(ctx context.Context, who accounts.Caller, w io.Writer) (audit.Receipt, error) {
	receipt, err := d.do(ctx, who, policies.LogExport, func(_ Reader, act *accounts.Act) error {
		return act.Allow(logObject())
	})
	if err != nil {
		return receipt, err
	}
	if err := audit.Export(ctx, d.store.Source(), 0, -1, w); err != nil {
		return receipt, fmt.Errorf("exporting the log: %w", err)
	}
	return receipt, nil
}

// Verification is the state of the log in one line.
type Verification struct {
	Checkpoint audit.Checkpoint
	Records    audit.RecordReport
}

// Verify checks every stored row against the log now.
func (d *Desk) Verify(ctx context.Context, who accounts.Caller) (Verification, audit.Receipt, error) {
	var v Verification
	receipt, err := d.do(ctx, who, policies.LogVerify, func(_ Reader, act *accounts.Act) error {
		return act.Allow(logObject())
	})
	if err != nil {
		return v, receipt, err
	}
	v.Checkpoint = d.gate.Log().Checkpoint()
	v.Records, err = d.gate.Log().CheckRecords(ctx, d.store)
	return v, receipt, err
}

// Reading is one line of "Chi ha aperto la scheda": who, on which day, as what.
type Reading struct{ Day, Actor, Action string }

// Readers lists who opened a case, newest first. Time and reason are with the
// auditor.
func (d *Desk) Readers(ctx context.Context, who accounts.Caller, caseID string) ([]Reading, audit.Receipt, error) {
	var all []Reading
	receipt, err := d.do(ctx, who, policies.CaseReaders, func(r Reader, act *accounts.Act) error {
		all = nil
		if _, err := d.load(r, act, caseID); err != nil {
			return err
		}
		leaves, err := r.LeavesOfObject("case:"+caseID, registerMax)
		for _, l := range leaves {
			if l.Outcome == audit.Allowed {
				all = append(all, Reading{Day: l.Day, Actor: l.Actor, Action: l.Action})
			}
		}
		return err
	})
	return all, receipt, err
}
