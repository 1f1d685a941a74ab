package sharing

import (
	"encoding/base32"
	"errors"
	"slices"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/kept"
)

// LiveConsentRow names the one authorisation that lives for a case and a
// recipient, for each purpose. Its id is made from both.
type LiveConsentRow struct {
	acts.RowKey
	CaseID string
	Centre string
	kept.Part
}

// Table is the name of the table of what lives.
func (*LiveConsentRow) Table() string { return "live_consent" }

var (
	liveRows = acts.Declare[LiveConsentRow]()
	// liveOfCase lists what lives of a case.
	liveOfCase = liveRows.Find().Is("case_id").By("id")

	_ = kept.Register(liveRows, kept.Kind[*LiveConsentRow]{Class: "referral", Hangs: []kept.Hang{kept.On("case_file", liveOfCase)}})
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
func liveFor(r kept.Reader, day string, c *kept.File, centre string) (*inForce, error) {
	l := &inForce{row: &LiveConsentRow{}}
	err := r.Get(l.row, liveID(c.Row.ID, centre))
	if errors.Is(err, acts.ErrNoRow) {
		l.row = &LiveConsentRow{RowKey: acts.RowKey{ID: liveID(c.Row.ID, centre)}, CaseID: c.Row.ID, Centre: centre}
		l.of, err = livedBefore(r, day, c, centre)
		return l, err
	}
	if err != nil {
		return nil, err
	}
	return l, c.Get(r, l.row, &l.of)
}

// livedBefore is what an older program, which kept no such row, let live. The day
// on which one that was never sent would end does not count: a narrower one that
// ran out must not bring back a wider one that it followed.
func livedBefore(r kept.Reader, day string, c *kept.File, centre string) (map[string][]string, error) {
	rows, err := consentsOfCase.Rows(r, c.Row.ID)
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
		if ref != nil && ref.Standing(day) != policies.ConsentLive {
			continue
		}
		a, err := openConsent(r, c, row)
		if err != nil {
			return nil, err
		}
		of[a.Purpose] = append(of[a.Purpose], row.ID)
	}
	return of, nil
}

// sentUnder is the referral that was sent under a consent, or nil.
func sentUnder(r kept.Reader, consent string) (*ReferralRow, error) {
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
		return kept.ErrState
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
func (l *inForce) seal(r kept.Reader, act *acts.Act, c *kept.File) (*LiveConsentRow, error) {
	l.row.Version++
	return l.row, c.Put(r, act, l.row, l.of)
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
func succeeded(r kept.Reader, day string, c *kept.File, l *inForce, in Authorisation) ([]lapse, error) {
	var all []lapse
	for _, id := range l.of[in.Purpose] {
		e, err := endingOf(r, c, id)
		if err != nil {
			return nil, err
		}
		e.state = consentSuperseded
		if e.ref != nil {
			if e.ref.Standing(day) != policies.ConsentLive {
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

// endingOf reads an authorisation that is about to end.
func endingOf(r kept.Reader, c *kept.File, id string) (lapse, error) {
	e := lapse{row: &ConsentRow{}, state: consentWithdrawn}
	if err := r.Get(e.row, id); err != nil {
		return e, err
	}
	var err error
	if e.body, err = openConsent(r, c, e.row); err != nil {
		return e, err
	}
	e.ref, err = sentUnder(r, id)
	return e, err
}

// endAll ends authorisations and what was sent under them: the centre's hold on the
// key is taken off, the package is emptied, and its shred secret gets its tombstone.
// It returns that, and the rows given with it.
func endAll(r kept.Reader, act *acts.Act, c *kept.File, all []lapse, rows ...acts.Row) (out kept.Change, err error) {
	out.Put = rows
	for _, e := range all {
		e.row.Next()
		e.row.State, e.row.EndedDay, e.row.BodyVersion, e.row.Shut = e.state, act.Day, 0, false
		if err := c.Put(r, act, e.row, e.body); err != nil {
			return out, err
		}
		out.Put = append(out.Put, e.row)
		if e.ref == nil {
			continue
		}
		if err := e.ref.withdraw(); err != nil {
			return out, err
		}
		out.Put, out.Erase = append(out.Put, e.ref, step(e.ref, act)), append(out.Erase, e.ref.Secret)
	}
	return out, nil
}

// withdraw empties a referral.
func (row *ReferralRow) withdraw() error {
	next, err := referralTransition(row.State, "revoke")
	if err != nil {
		return err
	}
	row.Version++
	row.State, row.Code, row.DeskNews, row.CentreNews, row.AfterAnswer = next, "", "", "", ""
	row.take()
	return nil
}
