package units

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// What a rescue tells apart.
var (
	// ErrMembers says that a member who can open the unit is still active: she
	// admits the newcomer.
	ErrMembers = errors.New("a member who can open the unit is there")
	// ErrNoRecovery says that the unit's newest key was never handed to a recovery
	// recipient.
	ErrNoRecovery = errors.New("the unit's key was not handed to a recovery recipient")
	// ErrRescueFile says that a file is not one of the two that a rescue carries.
	ErrRescueFile = errors.New("the file is not one that a recovery made")
	// ErrEpochMoved says that the unit's keys, or the newcomer's, are no longer
	// those for which a rescue was made.
	ErrEpochMoved = errors.New("the keys are not those for which this was made")
)

// The two files of a rescue. Neither opens anything without a key that the
// server never sees, or that only the newcomer's passphrase opens.
const (
	rescueWrapForm = "sportello/recovery-export/v1"
	rescueForm     = "sportello/recovery-epoch/v1"
	rescueFileMax  = 64 << 10
)

// RescueWrap is what leaves the server: a unit's newest epoch, wrapped to the
// unit's recovery recipient, and who waits to be its member. Names are there
// to be read by people; the words and the key's own context bind the ids.
type RescueWrap struct {
	Form       string `json:"form"`
	Agency     string `json:"agency"`
	Unit       string `json:"unit"`
	UnitName   string `json:"unit_name"`
	Epoch      int64  `json:"epoch"`
	Recipient  string `json:"recipient"`
	Identity   []byte `json:"identity"`
	Commitment []byte `json:"commitment"`
	Wrapped    []byte `json:"wrapped"`
	Person     string `json:"person"`
	Username   string `json:"username"`
	Newcomer   string `json:"newcomer"` // her recipient, as stored
}

// RescueFile is what comes back: the next epoch, with the MAC of the one before,
// wrapped to the newcomer.
type RescueFile struct {
	Form       string `json:"form"`
	Unit       string `json:"unit"`
	Epoch      int64  `json:"epoch"`
	Recipient  string `json:"recipient"`
	Identity   []byte `json:"identity"`
	Commitment []byte `json:"commitment"`
	Before     []byte `json:"before"`
	MAC        []byte `json:"mac"`
	Person     string `json:"person"`
	Newcomer   string `json:"newcomer"`
	Wrapped    []byte `json:"wrapped"`
	Words      Words  `json:"words"`
}

// Marshal writes the file: JSON, so that whoever carries it can see what it is.
func (x *RescueWrap) Marshal() ([]byte, error) { return marshalRescue(x) }

// Marshal writes the file, as [RescueWrap.Marshal] does.
func (f *RescueFile) Marshal() ([]byte, error) { return marshalRescue(f) }

func marshalRescue(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing a recovery file: %w", err)
	}
	return append(b, '\n'), nil
}

// ParseRescueWrap reads what [Door.ExportRescue] made. ErrRescueFile for anything
// else.
func ParseRescueWrap(b []byte) (*RescueWrap, error) {
	var x RescueWrap
	if err := parseRescue(b, &x); err != nil {
		return nil, err
	}
	if x.Form != rescueWrapForm || x.Unit == "" || x.Person == "" || x.Epoch < 1 || len(x.Wrapped) == 0 || !IsRecipient(x.Newcomer) {
		return nil, ErrRescueFile
	}
	return &x, nil
}

// ParseRescueFile reads what [Rewrap] made. ErrRescueFile for anything else; it
// does not say that the epoch is genuine.
func ParseRescueFile(b []byte) (*RescueFile, error) {
	var f RescueFile
	if err := parseRescue(b, &f); err != nil {
		return nil, err
	}
	if f.Form != rescueForm || f.Unit == "" || f.Person == "" || f.Epoch < 2 || len(f.Identity) == 0 || len(f.Before) == 0 ||
		len(f.Wrapped) == 0 || len(f.Commitment) != 32 || len(f.MAC) != 32 || !IsRecipient(f.Recipient) || !IsRecipient(f.Newcomer) {
		return nil, ErrRescueFile
	}
	return &f, nil
}

func parseRescue(b []byte, v any) error {
	if len(b) > rescueFileMax {
		return ErrRescueFile
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(v) != nil {
		return ErrRescueFile
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return ErrRescueFile
	}
	return nil
}

// Rewrap makes a unit's next epoch off the server: with the unit's recovery
// identity it opens the exported wrap, and wraps what it makes to the newcomer
// and to nobody else. heard is asked for her four words once the wrap was opened;
// ErrWords if they are not those of the recipient in the export, and nothing is
// made. It returns the words of the new epoch, for the units that will compare
// them. crypto.ErrOpen when the identity is not the one the wrap is for.
func Rewrap(by crypto.Stretcher, recovery crypto.Identity, x *RescueWrap, heard func() (Words, error)) (*RescueFile, Words, error) {
	key, err := crypto.Unwrap(recovery, epochContext(x.Unit, x.Epoch, acts.RecoveryPerson), x.Wrapped)
	if err != nil {
		return nil, Words{}, fmt.Errorf("opening the exported wrap: %w", err)
	}
	row := &acts.UnitEpoch{RowKey: acts.RowKey{ID: acts.EpochID(x.Unit, x.Epoch), Version: 1}, Unit: x.Unit, Epoch: x.Epoch,
		Recipient: x.Recipient, Identity: x.Identity, Commitment: x.Commitment}
	before, err := openEpoch(row, key)
	if err != nil {
		return nil, Words{}, fmt.Errorf("opening the exported epoch: %w", err)
	}
	words, err := heard()
	if err != nil {
		return nil, Words{}, err
	}
	newcomer := &acts.Person{RowKey: acts.RowKey{ID: x.Person}, Agency: x.Agency, Unit: x.Unit, Recipient: x.Newcomer}
	if want, err := storedWords(by, newcomer, x.Epoch); err != nil || want != words {
		return nil, Words{}, errors.Join(ErrWords, err)
	}
	return rewrapTo(by, newcomer, x, &before, words)
}

// rewrapTo makes the file, once the words were the same.
func rewrapTo(by crypto.Stretcher, newcomer *acts.Person, x *RescueWrap, before *acts.UnitKeys, words Words) (*RescueFile, Words, error) {
	next, keys, err := newEpoch(x.Unit, x.Epoch+1, before, "", "", acts.CauseRecovery)
	if err != nil {
		return nil, Words{}, err
	}
	to, err := crypto.ParseRecipient(newcomer.Recipient)
	if err != nil {
		return nil, Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	w, err := wrapTo(to, keys, x.Unit, x.Person, "", "", "")
	if err != nil {
		return nil, Words{}, err
	}
	unit, err := unitWords(by, &acts.Unit{RowKey: acts.RowKey{ID: x.Unit}, Agency: x.Agency}, next.Recipient, next.Epoch)
	return &RescueFile{Form: rescueForm, Unit: x.Unit, Epoch: next.Epoch, Recipient: next.Recipient, Identity: next.Identity,
		Commitment: next.Commitment, Before: next.Before, MAC: next.MAC, Person: x.Person, Newcomer: x.Newcomer,
		Wrapped: w.Wrapped, Words: words}, unit, err
}

// unitObject is a unit as console acts on it, its agency's end included: the
// command line belongs to no agency.
func unitObject(u *acts.Unit, a *acts.Agency, day string) policies.Object {
	return policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, Agency: u.Agency, UnitKind: u.Kind,
		Founded: true, AgencyEnded: a.Over(day)}
}

// rescued reads a unit with its agency and asks the policy.
func rescued(r acts.Reader, act *acts.Act, unit string) (*acts.Unit, *acts.Agency, error) {
	var u acts.Unit
	if err := r.Get(&u, unit); err != nil {
		return nil, nil, err
	}
	var a acts.Agency
	if err := r.Get(&a, u.Agency); err != nil {
		return nil, nil, err
	}
	return &u, &a, act.Allow(unitObject(&u, &a, act.Day))
}

// ExportRescue gives out what recovery needs to rescue a unit that nobody can
// open any more, for a newcomer who waits in it. It opens nothing and moves no
// key. ErrMembers while somebody who can open the unit is active, ErrNoRecovery,
// ErrConflict for who does not wait in this unit.
func (h *House) ExportRescue(ctx context.Context, who acts.Caller, unit, username string) (*RescueWrap, audit.Receipt, error) {
	var x *RescueWrap
	receipt, err := h.Do(ctx, who, policies.RecoveryExport, func(r acts.Reader, act *acts.Act) error {
		u, a, err := rescued(r, act, unit)
		if err != nil {
			return err
		}
		epoch := r.Epoch(u.ID)
		if err := nobodyLeft(r, u.ID, epoch); err != nil {
			return err
		}
		p, err := acts.PersonByUsername.One(r, acts.NormaliseUsername(username))
		if err != nil {
			return err
		}
		if p.Unit != u.ID || p.State != string(acts.Waiting) {
			return acts.ErrConflict
		}
		var w acts.UnitWrap
		if err := r.Get(&w, WrapID(u.ID, epoch, acts.RecoveryPerson)); errors.Is(err, acts.ErrNoRow) {
			return ErrNoRecovery
		} else if err != nil {
			return err
		}
		var row acts.UnitEpoch
		if err := r.Get(&row, acts.EpochID(u.ID, epoch)); err != nil {
			return err
		}
		x = &RescueWrap{Form: rescueWrapForm, Agency: a.ID, Unit: u.ID, UnitName: u.Name, Epoch: epoch, Recipient: row.Recipient,
			Identity: row.Identity, Commitment: row.Commitment, Wrapped: w.Wrapped, Person: p.ID, Username: p.Username, Newcomer: p.Recipient}
		return nil
	})
	return x, receipt, err
}

// nobodyLeft says ErrMembers while an active person holds a unit's newest key,
// and ErrConflict of a unit that was never founded. Who lost her keys is
// suspended first, by name, which is a leaf of its own.
func nobodyLeft(r acts.Reader, unit string, epoch int64) error {
	if epoch == 0 {
		return acts.ErrConflict
	}
	wraps, err := acts.WrapsOfEpoch.Rows(r, unit, epoch)
	if err != nil {
		return err
	}
	for _, w := range wraps {
		if w.Person == acts.RecoveryPerson {
			continue
		}
		var p acts.Person
		if err := r.Get(&p, w.Person); err != nil {
			return err
		}
		if p.State == string(acts.Active) {
			return ErrMembers
		}
	}
	return noneHidden(r, unit, epoch)
}

// noneHidden asks the log about each active person of a unit: a wrap that was
// taken out of the database is ErrTampered, not a member who is gone.
func noneHidden(r acts.Reader, unit string, epoch int64) error {
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.State != string(acts.Active) {
			continue
		}
		if err := r.Get(&acts.UnitWrap{}, WrapID(unit, epoch, p.ID)); acts.Unless(err, acts.ErrNoRow) != nil {
			return err
		}
	}
	return nil
}

// ImportRescue takes in the epoch that recovery made. The server holds no key of
// the unit, so it cannot check the MAC now: the epoch waits beside the unit, in
// force for nobody, until the newcomer's sign-in opens it and does. What can be
// compared now is: epoch, unit, newcomer, her key and the words, and that nobody
// else could admit her. ErrEpochMoved, ErrMembers, ErrWords, ErrConflict.
func (h *House) ImportRescue(ctx context.Context, who acts.Caller, f *RescueFile) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.RecoveryImport, func(r acts.Reader, act *acts.Act) error {
		u, _, err := rescued(r, act, f.Unit)
		if err != nil {
			return err
		}
		epoch := r.Epoch(u.ID)
		if err := nobodyLeft(r, u.ID, epoch); err != nil {
			return err
		}
		var p acts.Person
		if err := r.Get(&p, f.Person); err != nil {
			return err
		}
		if p.Unit != u.ID || p.State != string(acts.Waiting) {
			return acts.ErrConflict
		}
		if f.Epoch != epoch+1 || f.Newcomer != p.Recipient {
			return ErrEpochMoved
		}
		if words, err := h.storedWords(ctx, &p, epoch); err != nil || words != f.Words {
			return errors.Join(ErrWords, err)
		}
		row := &Rescue{RowKey: acts.RowKey{ID: u.ID}, Epoch: f.Epoch, Person: p.ID, Recipient: f.Recipient, Identity: f.Identity,
			Commitment: f.Commitment, Before: f.Before, MAC: f.MAC, Wrapped: f.Wrapped, Day: act.Day, Words: f.Words.String()}
		var earlier Rescue
		if err := r.Get(&earlier, u.ID); acts.Unless(err, acts.ErrNoRow) != nil {
			return err
		}
		row.Version = earlier.Version + 1
		act.Commit = func(tx acts.Tx) error { return tx.Put(row) }
		return nil
	})
}

// TakeRescue prepares the act of takeRescue.
func (h *House) TakeRescue(r acts.Reader, act *acts.Act) error {
	var p acts.Person
	if err := r.Get(&p, act.Who.Person()); err != nil {
		return err
	}
	if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency, State: p.State}); err != nil {
		return err
	}
	var waiting Rescue
	if err := r.Get(&waiting, p.Unit); err != nil {
		return err
	}
	if p.State != string(acts.Waiting) || waiting.Person != p.ID {
		return acts.ErrConflict
	}
	if waiting.Epoch != r.Epoch(p.Unit)+1 {
		return ErrEpochMoved
	}
	if err := nobodyLeft(r, p.Unit, waiting.Epoch-1); err != nil {
		return err
	}
	row := &acts.UnitEpoch{RowKey: acts.RowKey{ID: acts.EpochID(p.Unit, waiting.Epoch), Version: 1}, Unit: p.Unit, Epoch: waiting.Epoch, Recipient: waiting.Recipient,
		Identity: waiting.Identity, Commitment: waiting.Commitment, Before: waiting.Before, MAC: waiting.MAC,
		By: acts.RecoveryPerson, Day: act.Day, Cause: acts.CauseRecovery}
	if err := r.Get(&acts.UnitEpoch{}, acts.EpochID(p.Unit, waiting.Epoch-1)); err != nil {
		return err // what fails from here on is the file's fault
	}
	keys, err := opens(act.Who, r, row, waiting.Wrapped)
	if err != nil {
		act.Refusing("not-genuine", policies.KindPerson, p.ID)
		act.Commit = func(tx acts.Tx) error { return tx.Delete(&waiting) }
		return nil
	}
	return h.inForce(r, act, &p, &waiting, row, keys)
}

// opens opens an epoch that is wrapped to the caller and was never in force, and
// holds it to the epoch before.
func opens(c acts.Caller, r acts.Reader, row *acts.UnitEpoch, wrapped crypto.Sealed) (acts.UnitKeys, error) {
	key, err := crypto.Unwrap(c.Inside(us).Identity, epochContext(row.Unit, row.Epoch, c.Person()), wrapped)
	if err != nil {
		return acts.UnitKeys{}, err
	}
	keys, err := openEpoch(row, key)
	if err != nil {
		return acts.UnitKeys{}, err
	}
	_, err = epochBefore(r, row, keys)
	return keys, err
}

// inForce writes the epoch with its only member, and hands its key to the
// recovery that the unit accepted. What somebody proposed who is locked out ends.
func (h *House) inForce(r acts.Reader, act *acts.Act, p *acts.Person, waiting *Rescue, row *acts.UnitEpoch, keys acts.UnitKeys) error {
	kept, err := recoveryRow(r, p.Unit)
	if err != nil {
		return err
	}
	now, err := kept.recovery()
	if err != nil {
		return err
	}
	wraps, err := h.wrapAll(now, p.Unit, keys, []*acts.Person{p}, act)
	if err != nil {
		return err
	}
	wraps[0].By, wraps[0].Words = acts.RecoveryPerson, waiting.Words
	rows, err := admittedAs(r, act, p, acts.RecoveryPerson)
	if err != nil {
		return err
	}
	rows = append(rows, row, p)
	p.Version++
	p.State = string(acts.Active)
	if kept.Proposed != "" {
		kept.Version++
		kept.drop()
		rows = append(rows, kept)
	}
	act.Commit = func(tx acts.Tx) error { return errors.Join(PutRows(tx, rows, wraps), tx.Delete(waiting)) }
	return nil
}

// noticeFor is how long a unit rescued by recovery stands on the Agendas of the
// audit unit and of its own other members.
const noticeFor = 30 * 24 * time.Hour

// RescuedUnit is a unit whose key recovery made, as it concerns the caller.
type RescuedUnit struct {
	ID, Name string
	Confirm  bool // the caller's unit sends there: not before its words were compared again
}

// Rescued lists the units whose key recovery made and that the caller's unit
// should look at: all of them for the audit unit, and her own, for thirty days;
// those that her unit pinned, until it compared their words again.
func (h *House) Rescued(ctx context.Context, who acts.Caller) ([]RescuedUnit, error) {
	since := h.gate.Now().Add(-noticeFor).Format(time.DateOnly)
	var all []RescuedUnit
	err := h.look(ctx, func(r acts.Reader) error {
		all = nil
		units, err := acts.AllUnits.Rows(r)
		if err != nil {
			return err
		}
		pins, err := PinsOfUnit.Rows(r, who.Unit())
		if err != nil {
			return err
		}
		from := map[string]int64{}
		for _, pin := range pins {
			from[pin.Centre] = pin.Epoch
		}
		for _, u := range units {
			epoch, pinned := from[u.ID]
			if !pinned && !who.Works().Audits && u.ID != who.Unit() {
				continue
			}
			e, err := rescuedAfter(r, u.ID, epoch)
			if err != nil {
				return err
			}
			if e == nil || !pinned && e.Day < since {
				continue
			}
			mine, err := tookIt(r, who, e)
			if err != nil {
				return err
			}
			if !mine {
				all = append(all, RescuedUnit{ID: u.ID, Name: u.Name, Confirm: pinned})
			}
		}
		return nil
	})
	return all, err
}

// rescuedAfter is the newest epoch of a unit, after a given one, that recovery
// made; nil without one.
func rescuedAfter(r acts.Reader, unit string, after int64) (*acts.UnitEpoch, error) {
	for epoch := r.Epoch(unit); epoch > after; epoch-- {
		var e acts.UnitEpoch
		if err := r.Get(&e, acts.EpochID(unit, epoch)); err != nil {
			return nil, err
		}
		if e.Cause == acts.CauseRecovery {
			return &e, nil
		}
	}
	return nil, nil
}

// tookIt tells whether the caller is the newcomer for whom an epoch was made.
func tookIt(r acts.Reader, who acts.Caller, e *acts.UnitEpoch) (bool, error) {
	var w acts.UnitWrap
	err := r.Get(&w, WrapID(e.Unit, e.Epoch, who.Person()))
	return err == nil && w.By == acts.RecoveryPerson, acts.Unless(err, acts.ErrNoRow)
}
