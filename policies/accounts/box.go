package accounts

import (
	"sportello/crypto"
	"sportello/policies/acts"
)

// box is what a passphrase opens: the person's identity and second factors.
type box struct {
	Identity string   `json:"identity"`
	TOTP     string   `json:"totp"`            // base32 seed
	Step     int64    `json:"step"`            // the last step used
	Recovery [][]byte `json:"recovery"`        // hashes of the codes not used yet
	Enrol    bool     `json:"enrol,omitempty"` // a recovery code was used: a new factor comes first
	Factor   string   `json:"factor"`          // day the factor was enrolled
	Phrase   string   `json:"phrase"`          // day the passphrase was set
}

func (b *box) facts() acts.OwnFacts {
	return acts.OwnFacts{Codes: len(b.Recovery), Factor: b.Factor, Phrase: b.Phrase}
}

func boxBinding(p *acts.Person) crypto.Binding {
	return crypto.Binding{Table: p.Table(), Row: p.ID, Column: "box", Version: p.BoxVersion}
}

// sealBox seals b into the next version of p.
func sealBox(p *acts.Person, kek crypto.Key, b *box) error {
	p.Version++
	p.BoxVersion = p.Version
	var err error
	p.Box, err = kek.SealValue(boxBinding(p), b)
	return err
}

func openBox(p *acts.Person, kek crypto.Key) (*box, error) {
	var b box
	if err := kek.OpenValue(boxBinding(p), p.Box, &b); err != nil {
		return nil, err
	}
	return &b, nil
}
