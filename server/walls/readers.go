package walls

import (
	"time"

	"sportello/server/frame"
)

// ReadersPage is "readers": who opened this case, on which day, as what.
type ReadersPage struct {
	frame.Page
	frame.CaseHead
	Readers []Reader
}

// Readers answers GET /schede/{id}/aperture.
func Readers(q *frame.Request) (frame.Shown, error) {
	head, list, receipt, err := q.Desk.AuditLog.Readers(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &ReadersPage{Page: q.Base(TitleReaders), CaseHead: frame.HeadOf(q, head, "readers")}
	at := map[string]int{}
	for _, r := range list {
		key := r.Day + r.Actor
		if i, ok := at[key]; ok {
			page.Readers[i].Times++
			continue
		}
		at[key] = len(page.Readers)
		line := Reader{Person: roster.Username(r.Actor), Day: q.Day(r.Day), Times: 1}
		if p, ok := roster.People[r.Actor]; ok {
			line.Role, line.Unit = p.Role, roster.UnitName(p.Unit)
		}
		page.Readers = append(page.Readers, line)
	}
	return page, nil
}

// What the page says.
const (
	TitleReaders = "readers.title"
)

// Reader is one line of it.
type Reader struct {
	Person, Unit string
	Role         string // a word of "role"
	Day          time.Time
	Times        int
}
