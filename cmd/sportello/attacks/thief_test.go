package attacks

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	bigendian "encoding/binary"
	"io"
	"testing"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// thief is somebody who holds an age identity and a copy of the databases, and has
// read how the program derives its keys. He opens what hangs on that identity.
type thief struct {
	identity    *age.HybridIdentity
	main, shred *sql.DB
	unit        string
	epoch       int64
	unitKey     []byte
}

func part(dst []byte, b string) []byte {
	return append(bigendian.BigEndian.AppendUint64(dst, uint64(len(b))), b...)
}

func derive(secret []byte, label string, salts ...[]byte) []byte {
	salt := bigendian.BigEndian.AppendUint64(nil, uint64(len(salts)))
	for _, s := range salts {
		salt = part(salt, string(s))
	}
	key, err := hkdf.Key(sha256.New, secret, salt, label, 32)
	if err != nil {
		panic(err)
	}
	return key
}

// openBox opens a sealed column; nil when it does not open.
func openBox(key []byte, table, id, column string, version int64, box []byte) []byte {
	if len(box) < 41 {
		return nil
	}
	data := part(nil, "sportello/v1/field")
	for _, p := range []string{table, id, column} {
		data = part(data, p)
	}
	data = bigendian.BigEndian.AppendUint64(data, uint64(version))
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil
	}
	padded, err := aead.Open(nil, box[1:25], box[25:], data)
	if err != nil {
		return nil
	}
	return padded[4 : 4+bigendian.BigEndian.Uint32(padded)]
}

// opensUnit tells whether his identity opens the newest key of a unit, through
// what was wrapped to a recovery recipient.
func (h *thief) opensUnit(t testing.TB, unit string) bool {
	t.Helper()
	h.unit = unit
	var wrapped []byte
	err := h.main.QueryRow("SELECT w.epoch, w.wrapped FROM unit_wrap w WHERE w.unit = ? AND w.person = 'recovery' AND w.epoch = (SELECT max(epoch) FROM unit_epoch WHERE unit = ?)", unit, unit).Scan(&h.epoch, &wrapped)
	if err == sql.ErrNoRows {
		return false
	}
	must(t, err)
	file, err := age.Decrypt(bytes.NewReader(wrapped), h.identity)
	if err != nil {
		return false
	}
	plain, err := io.ReadAll(file)
	must(t, err)
	var id string
	var sealed []byte
	must(t, h.main.QueryRow("SELECT id, identity FROM unit_epoch WHERE unit = ? AND epoch = ?", unit, h.epoch).Scan(&id, &sealed))
	text := openBox(plain[len(plain)-32:], "unit_epoch", id, "identity", 1, sealed)
	if text == nil {
		t.Fatal("the wrap opens and the unit's identity does not: this test has the formats wrong")
	}
	h.unitKey, err = hkdf.Key(sha256.New, text, nil, "sportello/v1/unit-key", 32)
	must(t, err)
	return true
}

// readsCases opens what women told, in the case files that are kept under the
// newest key of the unit he opened.
func (h *thief) readsCases(t testing.TB) []string {
	t.Helper()
	rows, err := h.main.Query("SELECT id, version, key_box, secret, told FROM case_file WHERE unit = ? AND epoch = ?", h.unit, h.epoch)
	must(t, err)
	defer rows.Close()
	var told []string
	for rows.Next() {
		var id, secret string
		var version int64
		var box, sealed, salt []byte
		must(t, rows.Scan(&id, &version, &box, &secret, &sealed))
		key := openBox(derive(h.unitKey, "sportello/v1/case-wrap"), "case_file", id, "key_box", version, box)
		if key == nil {
			continue
		}
		must(t, h.shred.QueryRow("SELECT secret FROM shred WHERE id = ?", secret).Scan(&salt))
		if text := openBox(derive(key, "sportello/v1/data", salt), "case_file", id, "told", version, sealed); text != nil {
			told = append(told, string(text))
		}
	}
	must(t, rows.Err())
	return told
}
