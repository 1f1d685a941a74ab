package parts

import (
	"time"

	"sportello/policies/units"
	"sportello/server/frame"
)

// NoticeList is what stands on the page a person's work begins with until she has
// seen it; they post notice (ids) to /avvisi.
type NoticeList struct {
	Groups     []NoticeGroup
	Colleagues []string     // user names of members she has not confirmed, where no Agenda lists them
	Recovery   []frame.Task // kinds of "urgent": what the recovery of a unit asks for, likewise
}

// Any tells whether there is something to see.
func (n NoticeList) Any() bool { return len(n.Groups)+len(n.Colleagues)+len(n.Recovery) > 0 }

// NoticeGroup is notices of one sort, seen together.
type NoticeGroup struct {
	Kind    string // a word of "notices"
	Notices []Notice
}

// IDs are those that go when they were seen.
func (g NoticeGroup) IDs() (ids []string) {
	for _, n := range g.Notices {
		if !n.Stays {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// Notice is one of them.
type Notice struct {
	ID, Kind   string // a word of "notice"
	Name       string
	UnitKind   string // a word of "unit_kind", or empty
	Agency     string
	By, Second string // user names
	Day        time.Time
	Words      []string // of a key, to compare
	Href       string
	Stays      bool
}

// noticeGroups says where each kind stands, in the order of the page.
var noticeGroups = []struct {
	name  string
	kinds []string
}{
	{"keys", []string{units.NoticeCopyKey, units.NoticeNoCopyKey}},
	{"leads", []string{units.NoticeToLead, units.NoticeLead}},
	{"removals", []string{units.NoticeRemoval, units.NoticeRemovalWaits, units.NoticeRemovalReady}},
	{"units", []string{units.NoticeFounded, units.NoticeUnit}},
}

// ReadNotices reads what the caller has not seen yet.
func ReadNotices(q *frame.Request) (NoticeList, error) {
	all, err := q.House.Notices(q.Context(), q.Who)
	if err != nil {
		return NoticeList{}, err
	}
	var page NoticeList
	for _, g := range noticeGroups {
		group := NoticeGroup{Kind: g.name}
		for _, kind := range g.kinds {
			for _, n := range all {
				if n.Kind == kind {
					group.Notices = append(group.Notices, noticed(q, n))
				}
			}
		}
		if len(group.Notices) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	return page, nil
}

func noticed(q *frame.Request, n units.Notice) Notice {
	out := Notice{ID: n.ID, Kind: n.Kind, Name: n.Name, UnitKind: n.UnitKind, Agency: n.Agency, By: n.By, Second: n.Second,
		Day: q.Day(n.Day), Stays: n.Stays}
	switch n.Kind {
	case units.NoticeCopyKey:
		out.Words, out.Href = n.Words[:], "/credenziali/chiave-centro"
	case units.NoticeToLead:
		out.Href = "/ammissioni/" + n.Person + "/responsabile"
	case units.NoticeRemoval, units.NoticeRemovalWaits, units.NoticeRemovalReady:
		out.Href = "/ammissioni/" + n.Person + "/togli"
	}
	return out
}

// ReadNoticesAndColleagues is for the first page of those who have no Agenda: later
// admissions, and what the recovery of a unit asks for, stand there too.
func ReadNoticesAndColleagues(q *frame.Request) (NoticeList, error) {
	page, err := ReadNotices(q)
	if err != nil {
		return page, err
	}
	colleagues, err := q.House.NewColleagues(q.Context(), q.Who)
	for _, c := range colleagues {
		page.Colleagues = append(page.Colleagues, c.Username)
	}
	if err != nil {
		return page, err
	}
	news, err := q.House.RecoveryNews(q.Context(), q.Who)
	for _, n := range news {
		page.Recovery = append(page.Recovery, RecoveryTask(q, n))
	}
	return page, err
}

// RecoveryTask is one of them, with the page on which it is looked at, or stopped.
func RecoveryTask(q *frame.Request, n units.RecoveryNews) frame.Task {
	t := frame.Task{Who: frame.Who{Alias: n.Name}, Kind: "recovery_" + n.Kind, Href: "/ammissioni/recupero", DayOnly: true}
	if n.Unit != q.Who.Unit() {
		t.Href = "/recuperi/" + n.Unit
		if n.Kind == units.RecoveryChanged {
			t.Href = "/registro/accessi"
		}
	}
	return t
}
