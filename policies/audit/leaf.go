package audit

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"sportello/crypto"
)

// Outcome says how an act ended.
type Outcome string

// The three outcomes. A failed act was allowed, but could not be carried out; its leaf is written after its
// rollback and names no rows.
const (
	Allowed Outcome = "allowed"
	Refused Outcome = "refused"
	Failed  Outcome = "failed"
)

// RowMark is what a leaf says about one row: its digest after the act, or that it is gone.
// The digest of a gone row is not written.
type RowMark struct {
	Table, ID string
	Version   int64
	Digest    crypto.Digest
	Gone      bool
}

// Record is a row as the store keeps it. Values are pointers to the columns after id and version, in column
// order; RowDigest of crypto says which types they may have.
type Record interface {
	Table() string
	Key() (id string, version int64)
	Values() []any
}

// MarkOf is the mark of a row as it stands.
func MarkOf(r Record) RowMark {
	id, version := r.Key()
	return RowMark{
		Table: r.Table(), ID: id, Version: version,
		Digest: crypto.RowDigest(r.Table(), id, version, r.Values()...),
	}
}

// Leaf is one act: pseudonyms, codes, the day, the rules that decided and the digests of the rows written.
// Never content, a name or a search term. Actor, Unit and Object may be empty (a stranger at the sign-in page).
// Count is the number of records shown or of attempts counted together. Detail is the 32-byte commitment to
// the sealed detail DetailID, or nil with an empty DetailID; Batch.Append sets both.
type Leaf struct {
	Day, Actor, Unit, Action, Object string
	Outcome                          Outcome
	Rules                            []string
	Count                            int64
	Rows                             []RowMark
	DetailID                         string
	Detail                           []byte
}

// EpochTable is the table whose rows, of id UNIT.EPOCH, make Log.Epoch.
const EpochTable = "unit_epoch"

const (
	leafHeader = "leaf v1"
	// maxLeaf bounds one leaf, in bytes: a new epoch of the largest unit marks some 100,000 rows.
	maxLeaf   = 16 << 20
	maxToken  = 256
	hashChars = 44 // base64 of 32 bytes
)

// strictBase64 refuses what does not encode back to itself.
var strictBase64 = base64.StdEncoding.Strict()

// Marshal gives the leaf as line text, one "key value" per line in fixed order, absent values left out:
//
//	leaf v1
//	day 2026-11-22
//	actor PERSON
//	unit UNIT
//	action ACTION
//	object ID
//	outcome allowed
//	rule RULE                            (any number)
//	count 3
//	row TABLE ID VERSION DIGEST          (any number of rows, written
//	gone TABLE ID VERSION                 or gone, in the order of the act)
//	detail ID COMMITMENT
//
// It refuses (ErrLeaf) tokens that are not 1 to 256 printable ASCII characters without blanks, negative
// numbers and days that do not exist.
func (l Leaf) Marshal() ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	b := make([]byte, 0, 160+len(l.Rules)*32+len(l.Rows)*128)
	b = append(b, leafHeader+"\n"...)
	b = appendLine(b, "day ", l.Day)
	b = appendLine(b, "actor ", l.Actor)
	b = appendLine(b, "unit ", l.Unit)
	b = appendLine(b, "action ", l.Action)
	b = appendLine(b, "object ", l.Object)
	b = appendLine(b, "outcome ", string(l.Outcome))
	for _, r := range l.Rules {
		b = appendLine(b, "rule ", r)
	}
	if l.Count > 0 {
		b = append(strconv.AppendInt(append(b, "count "...), l.Count, 10), '\n')
	}
	for _, r := range l.Rows {
		b = r.append(b)
	}
	if l.DetailID != "" {
		b = append(append(b, "detail "...), l.DetailID...)
		b = strictBase64.AppendEncode(append(b, ' '), l.Detail)
		b = append(b, '\n')
	}
	if len(b) > maxLeaf {
		return nil, fmt.Errorf("writing a leaf beyond %d bytes: %w", maxLeaf, ErrLeaf)
	}
	return b, nil
}

func appendLine(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return append(append(append(b, key...), value...), '\n')
}

func (r RowMark) append(b []byte) []byte {
	word := "row "
	if r.Gone {
		word = "gone "
	}
	b = append(append(b, word...), r.Table...)
	b = append(append(b, ' '), r.ID...)
	b = strconv.AppendInt(append(b, ' '), r.Version, 10)
	if !r.Gone {
		b = strictBase64.AppendEncode(append(b, ' '), r.Digest[:])
	}
	return append(b, '\n')
}

func (l Leaf) check() error {
	for _, opt := range [...]string{l.Actor, l.Unit, l.Object, l.DetailID} {
		if opt != "" && !isToken(opt) {
			return leafError("naming")
		}
	}
	if !isDay(l.Day) || !isToken(l.Action) || !l.Outcome.valid() || l.Count < 0 {
		return leafError("describing the act")
	}
	for _, r := range l.Rules {
		if !isToken(r) {
			return leafError("naming a rule")
		}
	}
	for _, r := range l.Rows {
		if !isToken(r.Table) || !isToken(r.ID) || r.Version < 0 || !r.epochFits() {
			return leafError("marking a row")
		}
	}
	if (l.DetailID == "") != (l.Detail == nil) || l.Detail != nil && len(l.Detail) != 32 {
		return leafError("committing to a detail")
	}
	return nil
}

func leafError(doing string) error { return fmt.Errorf("%s: %w", doing, ErrLeaf) }

func (o Outcome) valid() bool { return o == Allowed || o == Refused || o == Failed }

func (r RowMark) epochFits() bool {
	if r.Table != EpochTable {
		return true
	}
	_, _, ok := r.epoch()
	return ok
}

// epoch reads the id of a row of EpochTable.
func (r RowMark) epoch() (unit string, epoch int64, ok bool) {
	i := strings.LastIndexByte(r.ID, '.')
	if i <= 0 {
		return "", 0, false
	}
	epoch, ok = parseNumber(r.ID[i+1:])
	return r.ID[:i], epoch, ok
}

// isToken holds printable ASCII without blanks.
func isToken(s string) bool {
	if len(s) == 0 || len(s) > maxToken {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isDay holds YYYY-MM-DD of the Gregorian calendar.
func isDay(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	n := 0
	for i := range len(s) {
		if i == 4 || i == 7 {
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		n = n*10 + int(s[i]-'0')
	}
	year, month, day := n/10000, n/100%100, n%100
	return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// parseNumber reads a decimal without sign or leading zero.
func parseNumber(s string) (int64, bool) {
	if s == "" || len(s) > 1 && s[0] == '0' || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// ParseLeaf reads what Marshal writes and nothing else: what it accepts marshals to the same bytes.
// Anything else is an ErrLeaf.
func ParseLeaf(body []byte) (Leaf, error) {
	if len(body) > maxLeaf {
		return Leaf{}, leafError("reading a leaf")
	}
	p := leafParser{rest: string(body)}
	l := p.leaf()
	if p.bad || p.rest != "" {
		return Leaf{}, leafError("reading a leaf")
	}
	return l, nil
}

// leafParser walks the lines; after a mistake bad stays set and what was read is worthless.
type leafParser struct {
	rest string
	bad  bool
}

func (p *leafParser) leaf() (l Leaf) {
	p.header(leafHeader)
	l.Day = p.must("day ")
	l.Actor = p.token("actor ")
	l.Unit = p.token("unit ")
	l.Action = p.must("action ")
	l.Object = p.token("object ")
	l.Outcome = Outcome(p.must("outcome "))
	for !p.bad && strings.HasPrefix(p.rest, "rule ") {
		l.Rules = append(l.Rules, p.token("rule "))
	}
	if v := p.token("count "); v != "" {
		l.Count = p.number(v)
		p.bad = p.bad || l.Count == 0
	}
	l.Rows = p.rows()
	l.DetailID, l.Detail = p.detail()
	p.bad = p.bad || !isDay(l.Day) || !l.Outcome.valid()
	return l
}

func (p *leafParser) header(header string) {
	rest, ok := strings.CutPrefix(p.rest, header+"\n")
	p.rest, p.bad = rest, p.bad || !ok
}

// line takes the value of the next line if it has this key (which ends in a blank), else "".
func (p *leafParser) line(key string) string {
	if !strings.HasPrefix(p.rest, key) {
		return ""
	}
	end := strings.IndexByte(p.rest, '\n')
	if end <= len(key) {
		p.bad = true
		return ""
	}
	value := p.rest[len(key):end]
	p.rest = p.rest[end+1:]
	return value
}

func (p *leafParser) token(key string) string {
	v := p.line(key)
	if v != "" && !isToken(v) {
		p.bad = true
	}
	return v
}

func (p *leafParser) must(key string) string {
	v := p.token(key)
	if v == "" {
		p.bad = true
	}
	return v
}

func (p *leafParser) number(s string) int64 {
	n, ok := parseNumber(s)
	p.bad = p.bad || !ok
	return n
}

func (p *leafParser) rows() []RowMark {
	n := strings.Count(p.rest, "\n")
	if n == 0 || p.bad {
		return nil
	}
	var rows []RowMark
	for !p.bad {
		gone := false
		v := p.line("row ")
		if v == "" {
			v, gone = p.line("gone "), true
		}
		if v == "" {
			break
		}
		if rows == nil {
			rows = make([]RowMark, 0, min(n, 1024)) // hostile bytes may claim many lines
		}
		rows = append(rows, p.row(v, gone))
	}
	return rows
}

func (p *leafParser) row(v string, gone bool) RowMark {
	r := RowMark{Gone: gone}
	r.Table, v, _ = strings.Cut(v, " ")
	var more bool
	r.ID, v, more = strings.Cut(v, " ")
	if !more || !isToken(r.Table) || !isToken(r.ID) {
		p.bad = true
		return r
	}
	version, digest, more := strings.Cut(v, " ")
	r.Version = p.number(version)
	if more == gone || !gone && !parseHash(r.Digest[:], digest) {
		p.bad = true
	}
	p.bad = p.bad || !r.epochFits()
	return r
}

func (p *leafParser) detail() (string, []byte) {
	v := p.line("detail ")
	if v == "" {
		return "", nil
	}
	id, commitment, _ := strings.Cut(v, " ")
	hash := make([]byte, 32)
	if !isToken(id) || !parseHash(hash, commitment) {
		p.bad = true
	}
	return id, hash
}

// parseHash decodes the base64 of exactly 32 bytes into dst.
func parseHash(dst []byte, s string) bool {
	if len(s) != hashChars || strings.ContainsAny(s, "\r\n") {
		return false
	}
	var in [hashChars]byte
	var out [33]byte
	copy(in[:], s)
	n, err := strictBase64.Decode(out[:], in[:])
	if err != nil || n != 32 {
		return false
	}
	copy(dst, out[:32])
	return true
}
