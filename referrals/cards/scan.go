package cards

import (
	"errors"
	"runtime"
	"sync"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/match"
)

// This file is how the cards of a unit are gone over: by every processor, and no more
// of each opened and read than what it is compared by.

// inParallel has every processor look over what produce hands out, and puts together
// what they found, in the order in which it was handed out.
func inParallel[B, H any](produce func(hand func(B)) error, look func(B) []H) (all []H, err error) {
	type job struct {
		at    int
		batch B
	}
	var (
		workers = runtime.GOMAXPROCS(0)
		jobs    = make(chan job, workers)
		group   sync.WaitGroup
		mu      sync.Mutex
		found   [][]H
		fell    any // with what a look fell over
	)
	one := func(j job) {
		defer func() {
			if r := recover(); r != nil {
				mu.Lock()
				fell = r
				mu.Unlock()
			}
		}()
		hits := look(j.batch)
		mu.Lock()
		defer mu.Unlock()
		found[j.at] = hits
	}
	for range workers {
		group.Go(func() {
			for j := range jobs {
				one(j)
			}
		})
	}
	func() {
		defer group.Wait()
		defer close(jobs)
		err = produce(func(b B) {
			mu.Lock()
			at := len(found)
			found = append(found, nil)
			mu.Unlock()
			jobs <- job{at, b}
		})
	}()
	if fell != nil {
		panic(fell)
	}
	for _, hits := range found {
		all = append(all, hits...)
	}
	return all, err
}

// Text is a case's card that was opened and not yet read: what it is compared by is
// at hand, the rest is in Read. It is valid only inside the callback.
type Text struct {
	Code    string
	Also    string // the code of the file that is joined with this one
	Tonight bool   // it has a number that she gave for one call
	keys    match.Keys
	text    crypto.Text
	read    *kept.CaseCard
}

// Read is all that the card says.
func (c *Text) Read() (*kept.CaseCard, error) {
	if c.read == nil {
		card := &kept.CaseCard{}
		if err := c.text.Decode(card); err != nil {
			return nil, err
		}
		c.read = card
	}
	return c.read, nil
}

// ComparedBy is what the card is compared by: the keys on it, or, where another matcher
// made them, new ones.
func (c *Text) ComparedBy() (match.Keys, error) {
	if c.keys.Current() {
		return c.keys, nil
	}
	card, err := c.Read()
	if err != nil {
		return match.Keys{}, err
	}
	return card.ComparedBy(), nil
}

// skim reads of a card's text what it is compared by.
func (c *Text) skim(text crypto.Text) error {
	*c = Text{text: text}
	var bad error
	err := text.Fields(func(name []byte, value crypto.Text) {
		switch string(name) {
		case "code":
			c.Code = value.String()
		case "tonight":
			c.Tonight = true
		case "keys":
			bad = value.Fields(func(name []byte, value crypto.Text) {
				switch string(name) {
				case "v":
					c.keys.Version = value.Int()
				case "n":
					c.keys.Names = value.String()
				case "p":
					c.keys.Numbers = value.String()
				}
			})
		}
	})
	return errors.Join(err, bad)
}

// cardOpener opens cards, and makes no key twice.
type cardOpener struct {
	who    acts.Caller
	person string
	own    crypto.Key // under which what is named to the caller is kept
}

// key is a card's.
func (o *cardOpener) key(b *kept.CardBatch, c *kept.Card, secret []byte) (crypto.Key, error) {
	if c.Restricted {
		key, err := b.Wraps[c.ID].KeyFrom(o.who, o.own, c.KeyVersion)
		if err != nil {
			return crypto.Key{}, err
		}
		return key.Derive(crypto.LabelCard, secret), nil
	}
	unit, ok := o.who.UnitKey(c.Epoch)
	if !ok {
		return crypto.Key{}, acts.ErrCovered
	}
	return unit.Derive(crypto.LabelCard, secret), nil
}

// looked is what was found on a card, or that it did not open.
type looked[H any] struct {
	hit        H
	id         string // of a card that did not open
	restricted bool
	err        error
}

// Each opens the cards of the caller's unit that she may open, and returns what
// look found on them, in their order. Exclusion comes before any card is opened; one
// that is not what the log names is left out. Several goroutines look at once. Two files
// that are joined have one card, looked at after the others.
func Each[H any](r kept.Reader, act *acts.Act, look func(*kept.Card, *Text) (H, bool, error)) (hits []H, err error) {
	joined, err := cardsJoined(r, act)
	if err != nil {
		return nil, err
	}
	o := &cardOpener{act.Who, act.Who.Person(), act.Who.PersonalKey().Derive(crypto.LabelCaseWrap)}
	spare := make(chan *kept.CardBatch, 2*runtime.GOMAXPROCS(0)+2)
	empty := func() *kept.CardBatch {
		select {
		case b := <-spare:
			b.Empty()
			return b
		default:
			return &kept.CardBatch{}
		}
	}
	all, err := inParallel(func(hand func(*kept.CardBatch)) error {
		return r.EachCard(act.Who.Unit(), o.person, empty, hand)
	}, func(b *kept.CardBatch) []looked[H] {
		found := lookOver(r, o, b, func(c *kept.Card, text *Text) (hit H, like bool, err error) {
			if joined.has(c.ID) {
				return hit, false, joined.hold(c, text)
			}
			return look(c, text)
		})
		select {
		case spare <- b:
		default:
		}
		return found
	})
	if err != nil {
		return nil, err
	}
	all = append(all, lookJoined(joined, look)...)
	for _, l := range all {
		if l.err == nil {
			hits = append(hits, l.hit)
		} else if err := act.Spare(notOpened(r, l.id, l.restricted, o.person, l.err)); err != nil {
			return nil, err
		}
	}
	return hits, nil
}

// lookOver opens the cards of one batch.
func lookOver[H any](r kept.Reader, o *cardOpener, b *kept.CardBatch, look func(*kept.Card, *Text) (H, bool, error)) (found []looked[H]) {
	open := make([]*kept.Card, 0, len(b.Cards))
	ids := make([]string, 0, len(b.Cards))
	for i := range b.Cards {
		if c := &b.Cards[i]; !c.ShutTo(o.person) {
			open, ids = append(open, c), append(ids, c.Secret)
		}
	}
	var card Text
	var plain []byte
	defer func() { clear(plain[:cap(plain)]) }()
	secrets := r.Secrets(ids)
	for i, c := range open {
		var hit H
		ok := false
		err := secrets[i].Err
		if errors.Is(err, acts.ErrErased) {
			continue // there is no card any more
		}
		if err == nil {
			plain, err = o.open(plain, b, c, secrets[i].Secret[:], &card)
		}
		if err == nil {
			hit, ok, err = look(c, &card)
		}
		switch {
		case err != nil:
			found = append(found, looked[H]{id: c.ID, restricted: c.Restricted, err: err})
		case ok:
			found = append(found, looked[H]{hit: hit})
		}
	}
	return found
}

// open opens a card into a buffer, which it returns for the next.
func (o *cardOpener) open(buf []byte, b *kept.CardBatch, c *kept.Card, secret []byte, card *Text) ([]byte, error) {
	key, err := o.key(b, c, secret)
	if err != nil {
		return buf, err
	}
	if cap(buf) < len(c.Box) {
		clear(buf[:cap(buf)])
		buf = make([]byte, 0, max(2*cap(buf), len(c.Box), 1024))
	}
	text, err := key.OpenText(buf, crypto.Binding{Table: "case_file", Row: c.ID, Column: "card", Version: c.Version}, c.Box)
	if err == nil {
		err = card.skim(text)
	}
	return buf, err
}

// notOpened says ErrTampered of a card that does not open because its row, or the
// key kept for who asks, is not the one the log names.
func notOpened(r kept.Reader, id string, restricted bool, person string, err error) error {
	if seen := r.Get(&kept.CaseRow{}, id); seen != nil {
		return seen
	}
	if restricted {
		if seen := r.Get(&kept.CaseWrapRow{}, id+"."+person); seen != nil {
			return seen
		}
	}
	return err
}
