package server

import (
	"time"

	"sportello/policies/units"
)

// Notices is what stands on the page a person's work begins with until she has
// seen it; they post notice (ids) to /avvisi.
type Notices struct {
	Groups     []NoticeGroup
	Colleagues []string // user names of members she has not confirmed, where no Agenda lists them
	Recovery   []Task   // kinds of "urgent": what the recovery of a unit asks for, likewise
}

// Any tells whether there is something to see.
func (n Notices) Any() bool { return len(n.Groups)+len(n.Colleagues)+len(n.Recovery) > 0 }

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
	{"units", []string{units.NoticeFounded, units.NoticeUnit}},
}

// notices reads what the caller has not seen yet.
func (q *request) notices() (Notices, error) {
	all, err := q.s.house.Notices(q.ctx(), q.who)
	if err != nil {
		return Notices{}, err
	}
	var page Notices
	for _, g := range noticeGroups {
		group := NoticeGroup{Kind: g.name}
		for _, kind := range g.kinds {
			for _, n := range all {
				if n.Kind == kind {
					group.Notices = append(group.Notices, q.noticed(n))
				}
			}
		}
		if len(group.Notices) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	return page, nil
}

func (q *request) noticed(n units.Notice) Notice {
	out := Notice{ID: n.ID, Kind: n.Kind, Name: n.Name, UnitKind: n.UnitKind, Agency: n.Agency, By: n.By, Second: n.Second,
		Day: q.day(n.Day), Stays: n.Stays}
	switch n.Kind {
	case units.NoticeCopyKey:
		out.Words, out.Href = n.Words[:], "/credenziali/chiave-centro"
	case units.NoticeToLead:
		out.Href = "/ammissioni/" + n.Person + "/responsabile"
	}
	return out
}

// noticesAndColleagues is for the first page of those who have no Agenda: later
// admissions, and what the recovery of a unit asks for, stand there too.
func (q *request) noticesAndColleagues() (Notices, error) {
	page, err := q.notices()
	if err != nil {
		return page, err
	}
	colleagues, err := q.s.house.NewColleagues(q.ctx(), q.who)
	for _, c := range colleagues {
		page.Colleagues = append(page.Colleagues, c.Username)
	}
	if err != nil {
		return page, err
	}
	news, err := q.s.house.RecoveryNews(q.ctx(), q.who)
	for _, n := range news {
		page.Recovery = append(page.Recovery, q.recoveryTask(n))
	}
	return page, err
}

// seeNotices records that she saw what a page showed her.
func (q *request) seeNotices() error {
	receipt, err := q.s.house.See(q.ctx(), q.who, q.form["notice"])
	if err != nil {
		return err
	}
	return q.done(receipt, FlashSeen, q.localPath(q.form.Get("from")))
}
