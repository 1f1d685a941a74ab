package units

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// fewRows are rows in memory, in place of a store: of one unit, all it takes to
// say who may accept a recovery recipient.
type fewRows struct {
	acts.Reader
	people   map[string]*acts.Person
	wraps    map[string]*acts.UnitWrap
	recovery *UnitRecovery
	epoch    int64
}

func (f *fewRows) Epoch(string) int64 { return f.epoch }

func (f *fewRows) Get(row acts.Row, id string) error {
	switch row := row.(type) {
	case *acts.Person:
		if p, ok := f.people[id]; ok {
			*row = *p
			return nil
		}
	case *acts.UnitWrap:
		if w, ok := f.wraps[id]; ok {
			*row = *w
			return nil
		}
	case *UnitRecovery:
		if f.recovery != nil {
			*row = *f.recovery
			return nil
		}
	}
	return acts.ErrNoRow
}

func (f *fewRows) Rows(q *acts.Query, args []any, each func(acts.Row) error) error {
	for _, p := range f.people {
		if q.Kind.Table() == p.Table() {
			if err := each(p); err != nil {
				return err
			}
		}
	}
	for _, w := range f.wraps {
		if q.Kind.Table() == w.Table() && w.Epoch == args[1] {
			if err := each(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// history is what happened in a unit, kept beside the rows in the plainest way:
// when each person was let in, stopped and removed.
type history struct {
	*fewRows
	t        *testing.T
	draw     *rand.Rand
	gate     *acts.Gate
	now      time.Time
	tick     int
	admitted map[string]int // tick of her admission
	by       string         // of the proposal
	at       int
	on       time.Time
	came     map[policies.Action]int
}

func (h *history) act(a policies.Action, who string) *acts.Act {
	return acts.NewAct(h.gate, a, acts.NewCaller(us, acts.Inside{Person: who, Role: policies.IntakeWorker, Unit: "U", UnitKind: acts.KindDesk,
		State: acts.PersonState(h.people[who].State), StepUp: &acts.Grant{Action: a, Object: "U"}}), h.now)
}

func (h *history) wrap(who string) {
	w := &acts.UnitWrap{RowKey: acts.RowKey{ID: WrapID("U", h.epoch, who), Version: 1}, Unit: "U", Epoch: h.epoch, Person: who}
	h.wraps[w.ID] = w
}

// next draws an epoch for whoever is in and not gone.
func (h *history) next(gone string) {
	h.epoch++
	for id, p := range h.people {
		if _, held := h.wraps[WrapID("U", h.epoch-1, id)]; held && id != gone && p.State != string(acts.Removed) {
			h.wrap(id)
		}
	}
}

// one draws a person in one of the states; nil if nobody is.
func (h *history) one(states ...acts.PersonState) *acts.Person {
	var fit []*acts.Person
	for i := range len(h.people) {
		p := h.people[fmt.Sprint("p", i)]
		if slices.Contains(states, acts.PersonState(p.State)) {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[h.draw.IntN(len(fit))]
}

func (h *history) enter(s acts.PersonState) *acts.Person {
	p := &acts.Person{RowKey: acts.RowKey{ID: fmt.Sprint("p", len(h.people))}, Unit: "U", State: string(s)}
	h.people[p.ID] = p
	return p
}

// others tells, from the history alone, whether the unit has somebody besides a
// person: let in at any time, and not removed more than thirty days ago.
func (h *history) others(but string) bool {
	for id := range h.admitted {
		p := h.people[id]
		removed, err := time.Parse(time.DateOnly, p.Removed)
		if id != but && (err != nil || !removed.Before(h.now.Truncate(24*time.Hour).AddDate(0, 0, -30))) {
			return true
		}
	}
	return false
}

// accept puts in force what waits, if the product lets it be.
func (h *history) accept(a policies.Action, may func(acts.Reader, *acts.Act, *UnitRecovery) error) {
	who := h.one(acts.Active, acts.Active, acts.Suspended, acts.Waiting, acts.Removed).ID
	before := *h.recovery
	_, err := acceptable(h, h.act(a, who), may)
	alone := a == policies.RecoveryAccept
	fits := h.by != "" && h.people[who].State == string(acts.Active) && h.people[h.by].State == string(acts.Active)
	if alone {
		fits = fits && who == h.by && !h.others(who) && !h.now.Before(h.on.AddDate(0, 0, 14))
	} else {
		at, in := h.admitted[who]
		fits = fits && who != h.by && in && at < h.at
	}
	if err == nil && !fits {
		h.t.Fatalf("%s by %s was let through: %+v", a, who, before)
	}
	if err != nil {
		return
	}
	h.came[a]++
	h.recovery.drop()
	h.recovery.Number++
	h.by = ""
	h.next("")
}

// steps are what may happen in a unit, each as often as it stands here.
var steps = []func(*history){
	(*history).enters, (*history).admits, (*history).admits, (*history).suspends, (*history).lifts, (*history).removes,
	(*history).waits, (*history).waits, (*history).waits, (*history).proposes, (*history).proposes,
	(*history).confirms, (*history).confirms, (*history).acceptsAlone, (*history).acceptsAlone, (*history).acceptsAlone,
}

func (h *history) enters() {
	if len(h.people) < 5 {
		h.enter(acts.Waiting)
	}
}

func (h *history) admits() {
	p := h.one(acts.Waiting)
	if h.one(acts.Active) == nil || p == nil {
		return
	}
	if _, held := h.wraps[WrapID("U", h.epoch, p.ID)]; held {
		return // a wrap stands from before
	}
	p.State = string(acts.Active)
	h.admitted[p.ID] = h.tick
	h.wrap(p.ID)
}

func (h *history) suspends() {
	if p := h.one(acts.Active, acts.Waiting); p != nil {
		p.State = string(acts.Suspended)
	}
}

func (h *history) lifts() {
	p := h.one(acts.Suspended)
	if p == nil {
		return
	}
	p.State = string(acts.Waiting)
	if _, held := h.wraps[WrapID("U", h.epoch, p.ID)]; held {
		p.State = string(acts.Active)
	}
}

func (h *history) removes() {
	by, p := h.one(acts.Active), h.one(acts.Active, acts.Suspended, acts.Waiting)
	if by == nil || by.ID == p.ID {
		return // nobody removes herself
	}
	words := h.recovery.WordsBy
	row, _, err := without(h, h.act(policies.MemberRemove, by.ID), p)
	if err != nil {
		h.t.Fatal(err)
	}
	if words.Has(p.ID) && row.InForce != "" {
		h.t.Fatal("what the word of somebody removed put in force stays")
	}
	if !words.Has(p.ID) && row.InForce != h.recovery.InForce {
		h.t.Fatal("what others put in force goes with her")
	}
	if h.by == p.ID {
		h.by = ""
	}
	h.recovery = row
	p.State, p.Removed = string(acts.Removed), h.now.Format(time.DateOnly)
	h.next(p.ID)
}

func (h *history) waits() {
	h.now = h.now.AddDate(0, 0, []int{1, 1, 13, 14, 16}[h.draw.IntN(5)])
}

func (h *history) proposes() {
	p := h.one(acts.Active, acts.Active, acts.Suspended, acts.Waiting)
	act := h.act(policies.RecoverySet, p.ID)
	row, err := ownRecovery(h, act)
	if err == nil {
		err = row.propose(h, act, "recipient")
	}
	switch {
	case p.State != string(acts.Active) && !errors.Is(err, acts.ErrDenied):
		h.t.Fatalf("%s proposes: %v", p.State, err)
	case err == nil:
		h.recovery, h.by, h.at, h.on = row, p.ID, h.tick, h.now
	}
}

func (h *history) confirms() { h.accept(policies.RecoveryConfirm, asSecond) }

func (h *history) acceptsAlone() { h.accept(policies.RecoveryAccept, mayAcceptAlone) }

// TestRecoveryStates: whatever happens in a unit, and in whatever order, a
// recipient comes into force by two members who were there before it was
// proposed, or by somebody who is alone and waited.
func TestRecoveryStates(t *testing.T) {
	policy, err := policies.New()
	if err != nil {
		t.Fatal(err)
	}
	gate, err := acts.NewGate(struct{ acts.Store }{}, policy, &audit.Log{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	came := map[policies.Action]int{}
	for seed := range uint64(3000) {
		h := &history{t: t, draw: rand.New(rand.NewPCG(seed, 6)), gate: gate, admitted: map[string]int{}, came: came,
			now:     time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
			fewRows: &fewRows{people: map[string]*acts.Person{}, wraps: map[string]*acts.UnitWrap{}, recovery: &UnitRecovery{RowKey: acts.RowKey{ID: "U", Version: 1}}, epoch: 1}}
		founder := h.enter(acts.Active)
		h.admitted[founder.ID] = 0
		h.wrap(founder.ID)
		for h.tick = 1; h.tick < 50; h.tick++ {
			steps[h.draw.IntN(len(steps))](h)
		}
	}
	if came[policies.RecoveryConfirm] < 100 || came[policies.RecoveryAccept] < 100 {
		t.Errorf("%v came into force: the histories reach too little", came)
	}
}
