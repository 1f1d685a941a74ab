package store_test

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// ring is somebody with keys and a copy of every file, past the desk: she opens
// whatever her keys open, adds the keys she finds, and goes on.
type ring struct {
	keys    []crypto.Key
	ids     []crypto.Identity
	secrets [][]byte
	boxes   []box
	texts   [][]byte
	opened  map[string]int // by column
}

// box is one sealed value with what its binding may be.
type box struct {
	table, id, column, unit, person, caseID string
	epoch, version                          int64
	sealed                                  crypto.Sealed
	done                                    bool
	tried                                   int // of her identities: they stay, and open nothing another time
}

// what opens a column: the label its key is derived with, and whether a shred
// secret is the salt.
var opens = map[string]struct {
	label  crypto.Label
	salted bool
}{
	"contact.key_box": {crypto.LabelCaseWrap, false}, "case_file.key_box": {crypto.LabelCaseWrap, false},
	"case_wrap.wrapped": {crypto.LabelCaseWrap, false}, "case_key.wrapped": {crypto.LabelCaseWrap, false},
	"declaration_wrap.wrapped": {crypto.LabelCaseWrap, false}, "declaration.body": {crypto.LabelData, true},
	"task.from_box": {crypto.LabelReferralWrap, false}, "task.to_box": {crypto.LabelReferralWrap, false},
	"referral.from_box": {crypto.LabelReferralWrap, false}, "referral.to_box": {crypto.LabelReferralWrap, false},
	"unit_epoch.before": {crypto.LabelPrevEpoch, false},
	"contact.body":      {crypto.LabelData, true}, "case_file.safe": {crypto.LabelData, true}, "case_file.told": {crypto.LabelData, true},
	"identity.body": {crypto.LabelData, true}, "note.body": {crypto.LabelData, true}, "note_version.body": {crypto.LabelData, true}, "appointment.body": {crypto.LabelData, true},
	"consent.body": {crypto.LabelData, true}, "case_file.card": {crypto.LabelCard, true}, "task.body": {crypto.LabelTaskData, true},
	"referral.body": {crypto.LabelReferralData, true}, "referral.safe": {crypto.LabelReferralData, true}, "referral.from_reply": {crypto.LabelReferralData, true}, "message.body": {crypto.LabelReferralData, true},
}

// newRing copies every sealed value and every secret, and opens what it can,
// with the keys that she found before too.
func newRing(t *testing.T, w *storetest.World, who acts.Caller, before ...*ring) *ring {
	t.Helper()
	k := &ring{opened: map[string]int{}}
	if !who.PersonalKey().IsZero() {
		k.keys = append(k.keys, who.PersonalKey())
	}
	for _, b := range before {
		k.keys, k.ids = append(k.keys, b.keys...), append(k.ids, b.ids...)
	}
	for epoch := int64(1); epoch <= who.Epoch(); epoch++ {
		if key, ok := who.UnitKey(epoch); ok {
			k.keys = append(k.keys, key)
		}
		if id, ok := who.UnitIdentity(epoch); ok {
			k.ids = append(k.ids, id)
		}
	}
	if id, ok := who.Identity(); ok {
		k.ids = append(k.ids, id)
	}
	main, shred := raw(t, w, store.MainFile), raw(t, w, filepath.Join(store.SecretsDir, store.ShredFile))
	defer main.Close()
	defer shred.Close()
	rows, err := shred.Query("SELECT secret FROM shred")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			t.Fatal(err)
		}
		k.secrets = append(k.secrets, b)
	}
	for name := range opens {
		k.take(t, main, name)
	}
	for _, name := range []string{"unit_wrap.wrapped", "unit_epoch.identity", "referral.to_wrap", "referral.from_wrap", "task.from_wrap", "task.to_wrap"} {
		k.take(t, main, name)
	}
	for k.round() {
	}
	return k
}

func (k *ring) take(t *testing.T, db *sql.DB, name string) {
	t.Helper()
	table, column, _ := strings.Cut(name, ".")
	rows, err := db.Query("SELECT * FROM " + table + " WHERE " + column + " IS NOT NULL")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, to := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		b := box{table: table, column: column}
		for i, n := range names {
			switch v := values[i].(type) {
			case string:
				switch n {
				case "id":
					b.id = v
				case "unit":
					b.unit = v
				case "person":
					b.person = v
				case "case_id", "declaration":
					b.caseID = v
				case "to_unit", "from_unit":
					if strings.HasPrefix(column, n[:strings.Index(n, "_")]) {
						b.unit = v
					}
				}
			case int64:
				switch n {
				case "version", "key_version", "from_case_key":
					b.version = max(b.version, v)
				case "epoch", "to_epoch", "from_epoch":
					b.epoch = max(b.epoch, v)
				}
			case []byte:
				if n == column {
					b.sealed = v
				}
			}
		}
		k.boxes = append(k.boxes, b)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// round tries everything once, and tells whether something new was opened.
func (k *ring) round() bool {
	before := len(k.texts)
	derived := map[string][]crypto.Key{}
	for i := range k.boxes {
		b := &k.boxes[i]
		if b.done {
			continue
		}
		name := b.table + "." + b.column
		how, symmetric := opens[name]
		if symmetric {
			if _, ok := derived[string(how.label)]; !ok {
				derived[string(how.label)] = k.derive(how.label, how.salted)
			}
			k.try(b, name, derived[string(how.label)])
		}
		if name == "unit_epoch.identity" { // sealed under the epoch key itself
			k.try(b, name, k.keys)
		}
		k.unwrap(b, name)
	}
	return len(k.texts) > before
}

func (k *ring) derive(label crypto.Label, salted bool) []crypto.Key {
	var all []crypto.Key
	for _, key := range k.keys {
		if !salted {
			all = append(all, key.Derive(label))
			continue
		}
		for _, s := range k.secrets {
			all = append(all, key.Derive(label, s))
		}
	}
	return all
}

func (k *ring) try(b *box, name string, keys []crypto.Key) {
	for version := b.version; version >= 1; version-- {
		for _, key := range keys {
			text, err := key.Open(crypto.Binding{Table: b.table, Row: b.id, Column: b.column, Version: version}, b.sealed)
			if err == nil {
				k.found(b, name, text)
				return
			}
		}
	}
}

// unwrap tries her identities on what was wrapped with age.
func (k *ring) unwrap(b *box, name string) {
	if !bytes.HasPrefix(b.sealed, []byte("age-encryption.org/")) || b.done {
		return
	}
	for _, id := range k.ids[b.tried:] {
		for version := b.version; version >= 0; version-- {
			for epoch := b.epoch; epoch >= 0; epoch-- {
				for _, c := range []crypto.WrapContext{
					{Purpose: "record-" + b.table, Unit: b.unit, Record: b.id, Epoch: epoch, Version: version},
					{Purpose: "named-" + b.table, Record: b.id, Version: version},
					{Purpose: "unit-epoch", Unit: b.unit, Person: b.person, Epoch: epoch},
					{Purpose: "declaration", Record: b.caseID, Person: b.person, Version: 1},
					{Purpose: "restricted-case", Record: b.caseID, Person: b.person, Version: version},
				} {
					if key, err := crypto.Unwrap(id, c, b.sealed); err == nil {
						k.found(b, name, key.Bytes())
						return
					}
				}
				// Around a key that is kept by name there is one more wrap.
				c := crypto.WrapContext{Purpose: "record-" + b.table, Unit: b.unit, Record: b.id, Epoch: epoch, Version: version}
				if inner, err := crypto.OpenPadded(id, c, b.sealed); err == nil {
					b.sealed, b.tried = inner, 0
					k.unwrap(b, name)
					return
				}
			}
		}
	}
	b.tried = len(k.ids)
}

func (k *ring) found(b *box, name string, text []byte) {
	b.done = true
	k.opened[b.column]++
	k.opened[name]++
	k.texts = append(k.texts, text)
	if key, err := crypto.KeyFromBytes(text); err == nil {
		k.keys = append(k.keys, key)
	}
	if id, err := crypto.ParseIdentity(string(text)); err == nil {
		k.ids, k.keys = append(k.ids, id), append(k.keys, id.Key(crypto.LabelUnitKey))
	}
}

// reads tells whether anything that was opened contains a text.
func (k *ring) reads(text string) bool {
	for _, t := range k.texts {
		if bytes.Contains(t, []byte(text)) {
			return true
		}
	}
	return false
}

func (k *ring) mustNotOpen(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if w == "" {
			t.Fatal("looking for nothing")
		}
		if k.reads(w) {
			t.Errorf("her keys and a copy of the files open %q", w)
		}
	}
}
