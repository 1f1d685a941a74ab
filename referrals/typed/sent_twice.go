package typed

import (
	"encoding/base32"
	"errors"
	"strings"

	"sportello/crypto"
	"sportello/policies/acts"
)

// Form is the id that a page draws for a form when it is first shown. What the
// form makes has its id from it: sent twice, by a double click or from the page
// before, it makes one thing.
type Form string

// NewForm draws a form's id.
func NewForm() Form { return Form(crypto.NewID()) }

// ErrRepeated says that this very form was sent already, with other words:
// nothing was changed, and what was typed now goes into a form of its own.
var ErrRepeated = errors.New("this form was sent already, with other words")

// Check refuses a form without an id: nothing could tell it from its repetition.
func (f Form) Check(bad Check) {
	if strings.TrimSpace(string(f)) == "" || len(f) > MaxShort {
		bad["form"] = "error.form_refused"
	}
}

// Row is the id of what a person's form makes in a record: nobody can choose it
// to meet a row that somebody else made.
func (f Form) Row(who acts.Caller, table, record string) string {
	return base32.StdEncoding.EncodeToString(crypto.Hash([]byte("form"), []byte(table), []byte(record), []byte(who.Person()), []byte(f)))[:26]
}

// Made looks for what a form made already.
func Made(r acts.Reader, row acts.Row, id string) (bool, error) {
	err := r.Get(row, id)
	if errors.Is(err, acts.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}
