package audit

import (
	"cmp"
	"hash/maphash"
	"slices"
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
// unit, and the sessions that have not ended; at which leaves each record is the object of an act, and which leaf's
// detail marks its code.
type marks struct {
	newest   map[rowKey]Digest16
	epochs   map[string]int64
	sessions map[string]SessionMark
	objects  map[rowKey][]int64 // in the order of the log
	codes    map[rowKey]codeLeaf
}

func newMarks() marks {
	return marks{newest: map[rowKey]Digest16{}, epochs: map[string]int64{}, sessions: map[string]SessionMark{}, objects: map[rowKey][]int64{}, codes: map[rowKey]codeLeaf{}}
}

// objectLeaf is a leaf about a record.
type objectLeaf struct {
	key   rowKey
	index int64
}

// about is the leaf's entry in the index, where its object is a record: a kind and an id.
func about(index int64, leaf *Leaf) (objectLeaf, bool) {
	kind, id, ok := strings.Cut(leaf.Object, ":")
	return objectLeaf{keyOf(kind, id), index}, ok
}

func (m marks) note(o objectLeaf) { m.objects[o.key] = append(m.objects[o.key], o.index) }

// LeavesOf lists the leaves about records, each KIND:ID, newest first, at most as many as that. It is made of the
// leaves that this process has verified, and of those it wrote, so that none is missing from it; that a leaf is about
// one of these very records is for the reader to compare, as two can fall together. It takes eight bytes for a leaf,
// and some sixty for a record.
func (l *Log) LeavesOf(most int, objects ...string) []int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var all []int64
	for _, object := range objects {
		kind, id, _ := strings.Cut(object, ":")
		of := l.marks.objects[keyOf(kind, id)]
		all = append(all, of[max(0, len(of)-most):]...)
	}
	slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(b, a) })
	return all[:min(most, len(all))]
}

func (m marks) take(rows []RowMark) {
	for _, r := range rows {
		if r.Table == SessionTable {
			m.takeSession(r)
			continue
		}
		if r.Table == CodeTable {
			continue // a mark without a row: coded
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
	objects  []objectLeaf
	codes    []codeLeaf
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
		if r.Table == CodeTable {
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

// rewindTo forgets the leaves from size on.
func (o *overlay) rewindTo(size int64) {
	for len(o.objects) > 0 && o.objects[len(o.objects)-1].index >= size {
		o.objects = o.objects[:len(o.objects)-1]
	}
	for len(o.codes) > 0 && o.codes[len(o.codes)-1].index >= size {
		o.codes = o.codes[:len(o.codes)-1]
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
	for _, leaf := range o.objects {
		m.note(leaf)
	}
	m.noteCodes(o.codes)
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
