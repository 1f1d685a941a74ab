package audit

import (
	"slices"
	"strings"
)

// SessionTable is the table under which leaves mark sessions, of id PERSON.SESSION. A session lies in no table of the
// database that the log is about and in no backup of it: its mark is a state that the log keeps, and no row is held
// against it. A session whose newest mark is gone, or that has none, has ended.
const SessionTable = "session"

// SessionMark is what the newest leaf about a session that has not ended says of it.
type SessionMark struct {
	Version int64
	Digest  Digest16
}

// Session is the newest committed mark of a session; one that has ended, or never was, has none.
func (l *Log) Session(id string) (SessionMark, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	m, ok := l.marks.sessions[id]
	return m, ok
}

// Sessions lists, in order, the sessions that have not ended: of one person, or with "" of all.
func (l *Log) Sessions(person string) []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var ids []string
	for id := range l.marks.sessions {
		if ofPerson(id, person) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// ofPerson tells whether an id is a session's, of one person or with "" of anybody.
func ofPerson(id, person string) bool {
	return (person == "" || strings.HasPrefix(id, person+".")) && !strings.HasSuffix(id, draftsSuffix)
}

const draftsSuffix = ".drafts"

// DraftsID is the id under which leaves mark, beside sessions, how often what somebody had typed was given back to
// her: a draft that is older than that was used, wherever its row comes from.
func DraftsID(person string) string { return person + draftsSuffix }

// Session is Log.Session as it will be after this batch.
func (b *Batch) Session(id string) (SessionMark, bool) {
	if s, ok := b.overlay.sessions[id]; ok {
		return s.mark, !s.gone
	}
	return b.log.Session(id)
}

// Sessions is Log.Sessions as it will be after this batch.
func (b *Batch) Sessions(person string) []string {
	ids := slices.DeleteFunc(b.log.Sessions(person), func(id string) bool { return b.overlay.sessions[id].gone })
	for id, s := range b.overlay.sessions {
		if !s.gone && ofPerson(id, person) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// takeSession keeps the newest mark of a session, and forgets one that has ended.
func (m marks) takeSession(r RowMark) {
	if r.Gone {
		delete(m.sessions, r.ID)
		return
	}
	m.sessions[strings.Clone(r.ID)] = SessionMark{r.Version, short(r.Digest)} // a substring would hold the whole leaf
}

// overlaySession is what a batch says of a session.
type overlaySession struct {
	mark SessionMark
	gone bool
}

func (o *overlay) takeSession(r RowMark) {
	old, had := o.sessions[r.ID]
	o.journal = append(o.journal, undo{session: r.ID, of: old, had: had})
	o.sessions[r.ID] = overlaySession{SessionMark{r.Version, short(r.Digest)}, r.Gone}
}

// Is tells whether it is a mark of the same version and digest.
func (m SessionMark) Is(r RowMark) bool {
	return m.Version == r.Version && m.Digest == short(r.Digest)
}
