package acts

import (
	"errors"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/audit"
)

// A woman's code is in no column. So that who audits can answer her who asks by it, the
// leaf of the act that gives a record its code carries in its sealed detail an HMAC of the
// code, under a key file. The audit unit opens the detail; whoever has the database, the
// key files or both, but not one of its members' passphrases, has nothing to compare a
// guess with. The detail's salt is the record's shred secret: erasing the record erases
// the mark.

// coded is a record whose code an act's detail marks.
type coded struct {
	object string
	secret Secret
	mark   []byte
}

// CodesUnder gives the gate the key that marks codes. It is called while the service is
// put together; a gate without one refuses to give a code.
func (g *Gate) CodesUnder(key crypto.Key) { g.codes = key }

// MarkCode is what a detail says of a code, given by its signs alone.
func (g *Gate) MarkCode(signs string) []byte {
	mark := g.codes.MAC(crypto.LabelCode, []byte(signs))
	return mark[:]
}

func (g *Gate) codeMark(object, secret string) audit.RowMark {
	return audit.CodeMark(object, secret, crypto.Digest(g.codes.MAC(crypto.LabelCodeKey)))
}

// GiveCode marks the code of a record in the detail of this act, unless the log has it
// under the key of today: so a record from before there were marks gets its own at its
// next opening, and two that race leave it twice. The first of an act is marked; another
// waits for an act of its own. The secret is the record's, and must be there already or
// be made by this act.
func (a *Act) GiveCode(kind policies.Kind, id string, secret Secret, signs string) error {
	if a.gate.codes.IsZero() || secret.ID == "" || len(secret.Bytes) == 0 {
		return errors.New("giving a code: the key of codes and a secret are both needed")
	}
	object := nameOf(kind, id)
	if signs != "" && a.coded == nil && !a.gate.log.Coded(a.gate.codeMark(object, secret.ID)) {
		a.coded = &coded{object, secret, a.gate.MarkCode(signs)}
	}
	return nil
}

// GiveNewCode is GiveCode for a record whose code is another than the log has.
func (a *Act) GiveNewCode(kind policies.Kind, id string, secret Secret, signs string) {
	a.coded = &coded{nameOf(kind, id), secret, a.gate.MarkCode(signs)}
}
