package auditlog

import (
	"errors"
	"strconv"
	"strings"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
)

// details opens the sealed details of leaves for an auditor, with the keys of her unit,
// and unwraps none of them twice. What concerns a case that is walled off from her stays
// shut, as if it had been erased.
type details struct {
	r      kept.Reader
	who    acts.Caller
	keys   map[string]crypto.Key // by id; zero where her unit does not open it
	hidden map[string]bool       // the records, KIND:ID, and the secrets of cases that are walled off from her
}

func newDetails(r kept.Reader, act *acts.Act) (*details, error) {
	d := &details{r: r, who: act.Who, keys: map[string]crypto.Key{}, hidden: map[string]bool{}}
	walled, err := walledCases.Rows(r)
	if err != nil {
		return nil, err
	}
	for _, c := range walled {
		if !kept.WalledFrom(act.Who.Person(), c) {
			continue
		}
		if err := d.hide(c); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// hide hides a case with all that hangs on it, and their secrets.
func (d *details) hide(c *kept.CaseRow) error {
	objects, err := objectsOf(d.r, c, policies.KindCase, c.ID)
	for _, o := range objects {
		d.hidden[o] = true
	}
	for h, err := range kept.Hanging(d.r, c) {
		if err != nil {
			return err
		}
		for _, secret := range h.Secrets(h.Row) {
			d.hidden[secret] = true
		}
	}
	for _, secret := range c.Secrets() {
		d.hidden[secret] = true
	}
	return err
}

// walledCases are those that are walled off from somebody.
var walledCases = kept.Cases.Find().Not("walled", "").By("id")

// objectsOf names a record and all that hangs on it, as the log names them.
func objectsOf(r kept.Reader, row acts.Row, kind policies.Kind, id string) ([]string, error) {
	all := []string{string(kind) + ":" + id}
	for h, err := range kept.Hanging(r, row) {
		if err != nil {
			return nil, err
		}
		if id, _ := h.Row.Key(); h.Object != "" {
			all = append(all, string(h.Object)+":"+id)
		}
	}
	return all, nil
}

// hides tells whether a leaf concerns what is walled off from her.
func (d *details) hides(leaf *audit.Leaf) bool {
	object, _ := leaf.CodeOf()
	return d.hidden[leaf.Object] || d.hidden[object]
}

// open opens a leaf's detail: nil where there is none, where it was erased with its
// record, and where she may not know of it.
func (d *details) open(index int64, leaf *audit.Leaf) (*audit.Detail, error) {
	if leaf.DetailID == "" || d.hides(leaf) {
		return nil, nil
	}
	sealed, err := d.r.DetailOf(index)
	if err != nil {
		return nil, err
	}
	if err := audit.CheckDetail(*leaf, *sealed); err != nil {
		return nil, err
	}
	salt, err := d.saltOf(leaf)
	if err != nil {
		return nil, nil // erased with its record
	}
	detail, err := d.unseal(sealed, salt)
	if !errors.Is(err, audit.ErrDetail) {
		return detail, err
	}
	// An act that makes a record of its own, and is about another, is salted with the new one's.
	for _, row := range leaf.Rows {
		if row.Table != acts.SecretTable || row.Gone || d.hidden[row.ID] {
			continue
		}
		if salt, err := d.r.Secret(row.ID); err == nil {
			if detail, err := d.unseal(sealed, salt); err == nil {
				return detail, nil
			}
		}
	}
	return nil, nil // sealed under a secret that is gone
}

func (d *details) unseal(sealed *audit.SealedDetail, salt []byte) (*audit.Detail, error) {
	k, ok := d.keys[sealed.KeyID]
	if !ok {
		key, err := d.r.DetailKey(sealed.KeyID)
		if err != nil {
			return nil, err
		}
		if id, mine := d.who.UnitIdentity(key.Epoch); mine && key.Unit == d.who.Unit() {
			if k, err = key.Open(id); err != nil {
				return nil, err
			}
		}
		d.keys[sealed.KeyID] = k
	}
	if k.IsZero() {
		return nil, nil
	}
	detail, err := audit.OpenDetail(k, sealed.ID, salt, sealed.Sealed)
	return &detail, err
}

// saltOf finds the shred secret that sealed a leaf's detail: that of the record which is
// given its code there, or which the leaf names, or none for a page or a list. What was
// done about an entry of the log goes with what that entry was about.
func (d *details) saltOf(leaf *audit.Leaf) ([]byte, error) {
	if _, secret := leaf.CodeOf(); secret != "" {
		return d.r.Secret(secret)
	}
	kind, id, _ := strings.Cut(leaf.Object, ":")
	if kind == string(policies.KindLog) && id != "" {
		index, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, err
		}
		about, err := d.r.Leaf(index)
		if err != nil || strings.HasPrefix(about.Object, kind+":") { // of entries about entries there are none
			return nil, err
		}
		return d.saltOf(&about)
	}
	return kept.SaltOf(d.r, policies.Kind(kind), id)
}
