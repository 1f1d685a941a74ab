package units

import (
	"context"
	"errors"
	"strconv"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// A notice tells a person of what somebody else did to the keys around her, and
// stands on her Agenda until she has seen it. Nobody is asked to agree: she has
// been told, in time to object. What a notice says is read from the rows it is
// about; kept is only who has seen it. Its id names the state that was seen, so
// that a later change is told anew.

// The kinds of notice.
const (
	// NoticeUnit: an administrator entered a unit; nobody founded it yet.
	NoticeUnit = "unit_new"
	// NoticeFounded: a unit was founded, by people whom nobody vouches for.
	NoticeFounded = "unit_founded"
	// NoticeCopyKey: the key to which one's centre makes its sealed copies was set.
	NoticeCopyKey = "copy_key"
	// NoticeNoCopyKey: it was taken away.
	NoticeNoCopyKey = "copy_key_gone"
	// NoticeLead: a member of one's unit leads it, and did not found it.
	NoticeLead = "lead"
	// NoticeToLead: a member waits for the second word, and the reader may give
	// it. It goes when it was given.
	NoticeToLead = "lead_waits"
	// NoticeRemoval: somebody proposed that a member is removed, and the reader may
	// confirm it. It goes when that ended.
	NoticeRemoval = "removal"
	// NoticeRemovalWaits: it waits for another.
	NoticeRemovalWaits = "removal_waits"
	// NoticeRemovalReady: nobody else could confirm it, and the reader may go on alone.
	NoticeRemovalReady = "removal_ready"
)

// Notice is one of them, as its reader sees it.
type Notice struct {
	ID, Kind, Day string
	Name          string // of the unit, or of the person
	Person        string // her pseudonym
	Agency        string // name of the unit's agency
	UnitKind      string
	By, Second    string // who did it, by user name; who gave the second word
	Words         Words  // of a key for copies
	Stays         bool   // it goes when something is done, not when it was seen
}

// Notices lists what the caller has not seen yet.
func (h *House) Notices(ctx context.Context, who acts.Caller) ([]Notice, error) {
	var all []Notice
	err := h.look(ctx, func(r acts.Reader) error {
		var err error
		all, err = notices(r, who, h.gate.Day(), func(u *acts.Unit, to crypto.Recipient) (Words, error) {
			return h.Words(ctx, to, copyKeySubject(u.ID))
		})
		return err
	})
	return all, err
}

// notices reads them; words computes those of a key for copies.
func notices(r acts.Reader, who acts.Caller, day string, words func(*acts.Unit, crypto.Recipient) (Words, error)) ([]Notice, error) {
	var p acts.Person
	if who.Unit() == "" {
		return nil, nil
	}
	if err := r.Get(&p, who.Person()); err != nil || p.State != string(acts.Active) {
		return nil, err
	}
	seen, err := sightsOf(r, p.ID)
	if err != nil {
		return nil, err
	}
	due := noticeList{r: r, who: who, seen: seen}
	if who.Works().Audits || policies.Role(p.Role) == policies.Lead {
		if err := due.units(); err != nil {
			return nil, err
		}
	}
	if err := due.leads(); err != nil {
		return nil, err
	}
	if err := due.leadsByOne(); err != nil {
		return nil, err
	}
	if err := due.removals(day); err != nil {
		return nil, err
	}
	if who.Works().Packages {
		if err := due.copyKey(words); err != nil {
			return nil, err
		}
	}
	return due.all, nil
}

func sightsOf(r acts.Reader, person string) (map[string]bool, error) {
	rows, err := SightsOf.Rows(r, person)
	seen := map[string]bool{}
	for _, s := range rows {
		seen[s.Notice] = true
	}
	return seen, err
}

// noticeList gathers what a person has not seen.
type noticeList struct {
	r    acts.Reader
	who  acts.Caller
	seen map[string]bool
	all  []Notice
}

// add takes a notice in unless it was seen.
func (l *noticeList) add(n Notice, fill func(*Notice) error) error {
	if l.seen[n.ID] {
		return nil
	}
	if err := fill(&n); err != nil {
		return err
	}
	l.all = append(l.all, n)
	return nil
}

// units are those of the lead's agency, or all for the audit unit. Her own is no
// news. One that was seen before it was founded is told again then.
func (l *noticeList) units() error {
	units, err := acts.AllUnits.Rows(l.r)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u.ID == l.who.Unit() || !l.who.Works().Audits && u.Agency != l.who.Agency() {
			continue
		}
		n := Notice{ID: "unit." + u.ID, Kind: NoticeUnit, Name: u.Name, UnitKind: u.Kind}
		if l.r.Epoch(u.ID) > 0 {
			n.ID, n.Kind = "founded."+u.ID, NoticeFounded
		}
		if err := l.add(n, func(n *Notice) error { return l.origin(n, u) }); err != nil {
			return err
		}
	}
	return nil
}

// origin says whose a unit is and who founded it.
func (l *noticeList) origin(n *Notice, u *acts.Unit) error {
	var a acts.Agency
	if err := l.r.Get(&a, u.Agency); err != nil {
		return err
	}
	n.Agency = a.Name
	if n.Kind == NoticeUnit {
		return nil
	}
	var first acts.UnitEpoch
	if err := l.r.Get(&first, acts.EpochID(u.ID, 1)); err != nil {
		return err
	}
	n.Day = first.Day
	var err error
	n.By, err = username(l.r, first.By)
	return err
}

// leads are the members who came to lead her unit by the word of two, and those
// who wait for a word of hers.
func (l *noticeList) leads() error {
	words, err := LeadWordsOf.Rows(l.r, l.who.Unit())
	if err != nil || len(words) == 0 {
		return err
	}
	mine, err := leadsToBe(l.r, l.who)
	if err != nil {
		return err
	}
	for _, w := range words {
		n := Notice{ID: "lead." + w.ID + "." + strconv.FormatInt(w.Version, 10), Kind: NoticeLead, Person: w.ID, Day: w.SecondDay}
		switch {
		case w.State == leadWaiting && !mine[w.ID], w.ID == l.who.Person(), w.State == leadGiven && w.SecondBy == l.who.Person():
			continue
		case w.State == leadWaiting:
			n.Kind, n.Day, n.Stays = NoticeToLead, w.FirstDay, true
		}
		var p acts.Person
		if err := l.r.Get(&p, w.ID); err != nil {
			return err
		}
		if n.Name = p.Username; p.State == string(acts.Removed) {
			continue
		}
		if err := l.add(n, func(n *Notice) error { return l.vouched(n, w) }); err != nil {
			return err
		}
	}
	return nil
}

// leadsByOne are the leads whom one person admitted: a lead, or, before it took
// two, anybody.
func (l *noticeList) leadsByOne() error {
	people, err := acts.PeopleOfUnit.Rows(l.r, l.who.Unit())
	if err != nil {
		return err
	}
	for _, p := range people {
		if policies.Role(p.Role) != policies.Lead || p.State != string(acts.Active) || p.ID == l.who.Person() {
			continue
		}
		if err := l.r.Get(&LeadWord{}, p.ID); !errors.Is(err, acts.ErrNoRow) {
			if err != nil {
				return err
			}
			continue // two did
		}
		first, err := firstWrap(l.r, p)
		if err != nil {
			return err
		}
		if first == nil || first.By == p.ID || first.By == l.who.Person() {
			continue // she founded the unit, or the reader admitted her
		}
		n := Notice{ID: "lead." + p.ID + ".0", Kind: NoticeLead, Name: p.Username, Person: p.ID, Day: first.Day}
		if err := l.add(n, func(n *Notice) error { return l.vouched(n, &LeadWord{FirstBy: first.By}) }); err != nil {
			return err
		}
	}
	return nil
}

// removals are those that wait in her unit, but for her own.
func (l *noticeList) removals(day string) error {
	all, err := removals(l.r, l.who, day)
	for _, p := range all {
		n := Notice{ID: "removal." + p.Person, Kind: NoticeRemovalWaits, Name: p.Name, Person: p.Person, By: p.By, Day: p.Day, Stays: true}
		switch {
		case p.May:
			n.Kind = NoticeRemoval
		case p.Mine && p.Now:
			n.Kind = NoticeRemovalReady
		}
		l.all = append(l.all, n)
	}
	return err
}

// vouched names those whose word made somebody a lead.
func (l *noticeList) vouched(n *Notice, w *LeadWord) error {
	for id, name := range map[string]*string{w.FirstBy: &n.By, w.SecondBy: &n.Second} {
		if id == "" || id == acts.RecoveryPerson {
			continue
		}
		var err error
		if *name, err = username(l.r, id); err != nil {
			return err
		}
	}
	return nil
}

// copyKey is the key for copies of her centre, whoever set it: it may have been
// somebody with her passphrase.
func (l *noticeList) copyKey(words func(*acts.Unit, crypto.Recipient) (Words, error)) error {
	var u acts.Unit
	if err := l.r.Get(&u, l.who.Unit()); err != nil || u.CopyKeyDay == "" {
		return err
	}
	n := Notice{ID: "copy_key." + u.ID + "." + strconv.FormatInt(u.CopyKeyVersion, 10), Kind: NoticeNoCopyKey, Day: u.CopyKeyDay, Name: u.Name}
	if u.CopyKey != "" {
		n.Kind = NoticeCopyKey
	}
	return l.add(n, func(n *Notice) error {
		var err error
		if n.By, err = username(l.r, u.CopyKeyBy); err != nil || u.CopyKey == "" {
			return err
		}
		to, err := crypto.ParseRecipient(u.CopyKey)
		if err != nil {
			return acts.ErrTampered
		}
		n.Words, err = words(&u, to)
		return err
	})
}

// See records that the caller saw notices that stand on her Agenda. Those that do
// not, or do not any more, are passed over; a notice that asks for an act stays.
func (h *House) See(ctx context.Context, who acts.Caller, ids []string) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.NoticeSee, func(r acts.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: act.Who.Person(), Person: act.Who.Person(), Unit: act.Who.Unit(), Agency: act.Who.Agency()}); err != nil {
			return err
		}
		due, err := notices(r, act.Who, act.Day, func(*acts.Unit, crypto.Recipient) (Words, error) { return Words{}, nil })
		if err != nil {
			return err
		}
		shown := map[string]bool{}
		for _, id := range ids {
			shown[id] = true
		}
		var rows []acts.Row
		for _, n := range due {
			if n.Stays || !shown[n.ID] {
				continue
			}
			row := &Sight{RowKey: acts.RowKey{ID: act.Who.Person() + "." + n.ID, Version: 1}, Person: act.Who.Person(), Notice: n.ID, Day: act.Day}
			if err := r.Get(&Sight{}, row.ID); !errors.Is(err, acts.ErrNoRow) {
				return errors.Join(acts.ErrConflict, err)
			}
			rows = append(rows, row)
		}
		if len(rows) > 0 {
			act.Commit = func(tx acts.Tx) error { return PutRows(tx, rows, nil) }
		}
		return nil
	})
}
