package audit

import (
	"hash/maphash"
	"strings"

	"sportello/crypto"
)

// Digest16 is the first half of a row digest: enough that nobody forges a row to fit, and half the memory.
type Digest16 [16]byte

func short(d crypto.Digest) Digest16 { return Digest16(d[:16]) }

// rowKey is an 8-byte hash of table and id, seeded anew by each process so that nobody can pick ids that fall
// together. Among ten million rows two fall together by chance once in 400,000 starts; the check of the records
// then raises a false alarm, and the next start clears it.
type rowKey uint64

var rowSeed = maphash.MakeSeed()

func keyOf(table, id string) rowKey {
	var h maphash.Hash
	h.SetSeed(rowSeed)
	h.WriteString(table)
	h.WriteByte(' ') // tokens hold no blank
	h.WriteString(id)
	return rowKey(h.Sum64())
}

// marks is what the leaves say about rows: the newest digest of each that is not gone, the highest epoch of each
// unit, and the sessions that have not ended.
type marks struct {
	newest   map[rowKey]Digest16
	epochs   map[string]int64
	sessions map[string]SessionMark
}

func newMarks() marks {
	return marks{newest: map[rowKey]Digest16{}, epochs: map[string]int64{}, sessions: map[string]SessionMark{}}
}

func (m marks) take(rows []RowMark) {
	for _, r := range rows {
		if r.Table == SessionTable {
			m.takeSession(r)
			continue
		}
		if r.Gone {
			delete(m.newest, keyOf(r.Table, r.ID))
		} else {
			m.newest[keyOf(r.Table, r.ID)] = short(r.Digest)
		}
		if unit, epoch, ok := namedEpoch(r); ok && epoch > m.epochs[unit] {
			m.epochs[strings.Clone(unit)] = epoch // a substring would hold the whole leaf
		}
	}
}

func namedEpoch(r RowMark) (unit string, epoch int64, ok bool) {
	if r.Table != EpochTable {
		return "", 0, false
	}
	return r.epoch()
}

// overlay holds the marks of a batch's leaves until it is committed. Its journal takes each change back.
type overlay struct {
	newest   map[rowKey]overlayRow
	epochs   map[string]int64
	sessions map[string]overlaySession
	journal  []undo
}

type overlayRow struct {
	digest Digest16
	gone   bool
}

// undo is what one change replaced: of a row, or with a unit set, of an epoch, or with a session set, of that.
type undo struct {
	key     rowKey
	row     overlayRow
	unit    string
	epoch   int64
	session string
	of      overlaySession
	had     bool
}

func newOverlay() overlay {
	return overlay{newest: map[rowKey]overlayRow{}, epochs: map[string]int64{}, sessions: map[string]overlaySession{}}
}

func (o *overlay) take(rows []RowMark) {
	for _, r := range rows {
		if r.Table == SessionTable {
			o.takeSession(r)
			continue
		}
		key := keyOf(r.Table, r.ID)
		old, had := o.newest[key]
		o.journal = append(o.journal, undo{key: key, row: old, had: had})
		o.newest[key] = overlayRow{digest: short(r.Digest), gone: r.Gone}
		unit, epoch, ok := namedEpoch(r)
		if !ok {
			continue
		}
		highest, had := o.epochs[unit]
		if epoch > highest {
			o.journal = append(o.journal, undo{unit: unit, epoch: highest, had: had})
			o.epochs[unit] = epoch
		}
	}
}

func (o *overlay) rewind(length int) {
	for len(o.journal) > length {
		u := o.journal[len(o.journal)-1]
		o.journal = o.journal[:len(o.journal)-1]
		switch {
		case u.session != "" && u.had:
			o.sessions[u.session] = u.of
		case u.session != "":
			delete(o.sessions, u.session)
		case u.unit != "" && u.had:
			o.epochs[u.unit] = u.epoch
		case u.unit != "":
			delete(o.epochs, u.unit)
		case u.had:
			o.newest[u.key] = u.row
		default:
			delete(o.newest, u.key)
		}
	}
}

// merge puts a committed overlay into the marks.
func (m marks) merge(o overlay) {
	for key, row := range o.newest {
		if row.gone {
			delete(m.newest, key)
		} else {
			m.newest[key] = row.digest
		}
	}
	for id, s := range o.sessions {
		if s.gone {
			delete(m.sessions, id)
		} else {
			m.sessions[strings.Clone(id)] = s.mark
		}
	}
	for unit, epoch := range o.epochs {
		if epoch > m.epochs[unit] {
			m.epochs[strings.Clone(unit)] = epoch
		}
	}
}
