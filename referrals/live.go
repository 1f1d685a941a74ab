package referrals

import (
	"encoding/base32"
	"errors"
	"slices"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
)

// She has one live authorisation for a recipient and a purpose. Which one it is
// stands in a row that the case and the recipient name, and each act that gives
// or ends one writes that row: of two at once only one commits, and whoever hides
// an older authorisation from the database and puts it back later finds that
// another stands in its place.

var (
	// ErrLive says that an authorisation for this recipient and purpose was sent
	// and still holds: the new one takes its place, or is for another purpose.
	ErrLive = errors.New("an authorisation for this purpose was sent and still holds")
	// ErrSeveral says that an older program let two authorisations for the same
	// recipient and purpose live: none is sent before the others are taken back.
	ErrSeveral = errors.New("another authorisation for this purpose holds too")
)

// inForce is what holds for one recipient: by purpose, the authorisations that are
// neither ended nor over. More than one stands there only where an older program
// let them.
type inForce struct {
	row *LiveConsentRow
	of  map[string][]string
}

// liveID names the row of a case and a recipient. Both stand in plaintext in
// every consent, so the id says nothing that is not said already; the purposes,
// of which there are few enough to try, are in the sealed body.
func liveID(caseID, centre string) string {
	return base32.StdEncoding.EncodeToString(crypto.Hash([]byte("live_consent"), []byte(caseID), []byte(centre)))[:26]
}

// liveFor reads what holds for a recipient.
func (d *Desk) liveFor(r Reader, day string, c *caseFile, centre string) (*inForce, error) {
	l := &inForce{row: &LiveConsentRow{}}
	err := r.Get(l.row, liveID(c.row.ID, centre))
	if errors.Is(err, acts.ErrNoRow) {
		l.row = &LiveConsentRow{RowKey: acts.RowKey{ID: liveID(c.row.ID, centre)}, CaseID: c.row.ID, Centre: centre}
		l.of, err = d.livedBefore(r, day, c, centre)
		return l, err
	}
	if err != nil {
		return nil, err
	}
	key, err := c.keyAt(r, l.row.KeyVersion)
	if err != nil {
		return nil, err
	}
	return l, open(key.Derive(crypto.LabelData, c.secret), l.row, "body", l.row.Body, &l.of)
}

// livedBefore is what an older program, which kept no such row, let live. The day
// on which one that was never sent would end does not count: a narrower one that
// ran out must not bring back a wider one that it followed.
func (d *Desk) livedBefore(r Reader, day string, c *caseFile, centre string) (map[string][]string, error) {
	rows, err := consentsOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	of := map[string][]string{}
	for _, row := range rows {
		if row.Centre != centre || row.State != consentLive {
			continue
		}
		ref, err := sentUnder(r, row.ID)
		if err != nil {
			return nil, err
		}
		if ref != nil && ref.standing(day) != policies.ConsentLive {
			continue
		}
		a, err := d.openConsent(r, c, row)
		if err != nil {
			return nil, err
		}
		of[a.Purpose] = append(of[a.Purpose], row.ID)
	}
	return of, nil
}

// sentUnder is the referral that was sent under a consent, or nil.
func sentUnder(r Reader, consent string) (*ReferralRow, error) {
	ref := &ReferralRow{}
	if err := r.Get(ref, consent); errors.Is(err, acts.ErrNoRow) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return ref, nil
}

// alone refuses an authorisation that is not the one of its purpose.
func (l *inForce) alone(purpose, id string) error {
	ids := l.of[purpose]
	switch {
	case !slices.Contains(ids, id):
		return ErrState
	case len(ids) > 1:
		return ErrSeveral
	}
	return nil
}

// take puts a new authorisation in the place of what held for its purpose.
func (l *inForce) take(purpose, id string) { l.of[purpose] = []string{id} }

// drop takes one that ended out.
func (l *inForce) drop(purpose, id string) {
	l.of[purpose] = slices.DeleteFunc(l.of[purpose], func(other string) bool { return other == id })
}

// seal makes the row's next version under the case's newest key.
func (l *inForce) seal(c *caseFile) (_ *LiveConsentRow, err error) {
	l.row.Version++
	l.row.KeyVersion = c.row.KeyVersion
	l.row.Body, err = seal(c.data, l.row, "body", l.of)
	return l.row, err
}

// lapse is an authorisation that ends in an act, opened before the act draws a new
// version of the case's key.
type lapse struct {
	row   *ConsentRow
	body  Authorisation
	ref   *ReferralRow // sent under it, or nil
	state string
}

// succeeded are those whose place a new authorisation takes: what was never sent,
// and what was sent only if she takes it back in this act. What is over stays what
// it was.
func (d *Desk) succeeded(r Reader, day string, c *caseFile, l *inForce, in Authorisation) ([]lapse, error) {
	var all []lapse
	for _, id := range l.of[in.Purpose] {
		e, err := d.ending(r, c, id)
		if err != nil {
			return nil, err
		}
		e.state = consentSuperseded
		if e.ref != nil {
			if e.ref.standing(day) != policies.ConsentLive {
				continue
			}
			if !in.Instead {
				return nil, ErrLive
			}
			e.state = consentWithdrawn
		}
		all = append(all, e)
	}
	return all, nil
}

// ending reads an authorisation that is about to end.
func (d *Desk) ending(r Reader, c *caseFile, id string) (lapse, error) {
	e := lapse{row: &ConsentRow{}, state: consentWithdrawn}
	if err := r.Get(e.row, id); err != nil {
		return e, err
	}
	var err error
	if e.body, err = d.openConsent(r, c, e.row); err != nil {
		return e, err
	}
	e.ref, err = sentUnder(r, id)
	return e, err
}

// end ends authorisations and what was sent under them: the centre's hold on the
// key is taken off, the package is emptied, and its shred secret gets its tombstone.
// It returns what writes rows and all of that.
func (c *caseFile) end(act *acts.Act, all []lapse, rows ...acts.Row) (func(acts.Tx) error, error) {
	var secrets []string
	for _, e := range all {
		e.row.Version++
		e.row.State, e.row.EndedDay, e.row.KeyVersion, e.row.BodyVersion, e.row.Shut = e.state, act.Day, c.row.KeyVersion, 0, false
		var err error
		if e.row.Body, err = seal(c.data, e.row, "body", e.body); err != nil {
			return nil, err
		}
		rows = append(rows, e.row)
		if e.ref == nil {
			continue
		}
		if err := e.ref.withdraw(); err != nil {
			return nil, err
		}
		rows = append(rows, e.ref, step(e.ref, act))
		secrets = append(secrets, e.ref.Secret)
	}
	return func(tx acts.Tx) error {
		if err := putAll(rows...)(tx); err != nil {
			return err
		}
		for _, secret := range secrets {
			if err := eraseOnce(tx, secret); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// withdraw empties a referral.
func (row *ReferralRow) withdraw() error {
	next, err := referralTransition(row.State, "revoke")
	if err != nil {
		return err
	}
	row.Version++
	row.State, row.Code = next, ""
	row.take()
	return nil
}
