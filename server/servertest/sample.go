package servertest

import (
	"strings"
	"time"

	"sportello/policies/opening"
	"sportello/server/frame"
	"sportello/server/parts"
)

// Sample is one page with plausible, fictional content.
type Sample struct {
	Name string // of its picture; the template is its first word
	Page frame.Shown
}

// Template is the template that shows the page.
func (s Sample) Template() string {
	name, _, _ := strings.Cut(s.Name, ".")
	return name
}

// Samples are the samples of a room.
type Samples []Sample

// Add adds a page under the name of its picture.
func (s *Samples) Add(name string, page frame.Shown) { *s = append(*s, Sample{name, page}) }

// Now is when somebody looks at the samples.
var Now = time.Date(2026, 11, 19, 10, 40, 0, 0, time.UTC)

// Ago is some days before Now.
func Ago(days int) time.Time { return Now.AddDate(0, 0, -days) }

// PublicPage is a page for whoever asks.
func PublicPage(title, here string) frame.Page {
	return frame.Page{Lang: "it", Now: Now, Title: title, Here: here, FormToken: "token"}
}

// StaffPage is a page of somebody who works in a unit.
func StaffPage(works, unit, title, here string) frame.Page {
	p := PublicPage(title, here)
	p.User, p.Works, p.Unit = "Anna Bassi", works, unit
	return p
}

// DeskPage is a page of somebody at a desk.
func DeskPage(title, here string) frame.Page {
	return StaffPage("desk", "Sportello Donna, Municipio II", title, here)
}

// CentrePage is a page of somebody at a centre.
func CentrePage(title, here string) frame.Page {
	p := StaffPage("centre", "Centro Le Querce", title, here)
	p.User = "Bruna Sala"
	return p
}

// The women of the samples.
var (
	Rosa  = frame.Who{Code: "K7QM-2F", Alias: "Rosa"}
	Nadia = frame.Who{Code: "T4XC-9B", Alias: "نادية"}
	Lina  = frame.Who{Code: "B2HN-6P", Alias: "Lina"}
)

// Agency is the territory's emergency social service.
var Agency = []parts.Call{{Name: "Pronto intervento sociale", Phone: "800 000 112", Answers: opening.Answer{State: opening.Open, Round: true}}}

// OnCall is who decides when nobody of the desk is there.
var OnCall = []parts.Call{{Name: "Reperibilità del servizio sociale", Phone: "000 000 0200", Note: "Chiedere della responsabile", Answers: opening.Answer{State: opening.Shut, Next: Now.Add(3 * time.Hour)}},
	{Name: "Comune di Fiorano, protezione minori", Phone: "000 000 0300"}}

// CaseHead is the head of the pages of a case file, on one of its tabs.
func CaseHead(tab string) frame.CaseHead {
	return frame.CaseHead{Tab: tab, Strip: frame.Strip{CaseID: "A", Who: Rosa, State: "open", Recorded: true, MayEdit: true,
		Channels: []frame.ChannelRule{{Channel: "call", Allow: "never"}, {Channel: "sms", Allow: "unasked"}, {Channel: "whatsapp", Allow: "yes"},
			{Channel: "email", Allow: "never"}, {Channel: "paper", Allow: "never"}, {Channel: "in_person", Allow: "yes"}},
		Hours:    []frame.HoursRule{{Days: []string{"mon", "tue", "wed"}, From: "07:30", To: "09:00"}},
		Answerer: "only_she", Say: "Dire che è la farmacia", Hide: "yes", Voice: "no", Number: "333 0000000", CodeWord: "girasole"}}
}

// Notices are one of each kind.
func Notices() parts.NoticeList {
	return parts.NoticeList{Colleagues: []string{"elena"}, Groups: []parts.NoticeGroup{
		{Kind: "keys", Notices: []parts.Notice{{ID: "copy_key.Q.1", Kind: "copy_key", Name: "Centro Le Querce", By: "bruna", Day: Ago(1), Words: []string{"abaco", "fiume", "neve", "vetro"}, Href: "/credenziali/chiave-centro"}}},
		{Kind: "leads", Notices: []parts.Notice{{ID: "lead.P5.1", Kind: "lead_waits", Name: "nina", By: "anna", Day: Ago(1), Href: "/ammissioni/P5/responsabile", Stays: true}, {ID: "lead.P6.2", Kind: "lead", Name: "olga", By: "anna", Second: "lia", Day: Ago(1)}}},
		{Kind: "units", Notices: []parts.Notice{{ID: "founded.U9", Kind: "unit_founded", Name: "Sportello nuovo", UnitKind: "desk", Agency: "Comune di Fiorano", By: "finta", Day: Ago(1)}, {ID: "unit.U8", Kind: "unit_new", Name: "Sportello vuoto", UnitKind: "desk", Agency: "Comune di Fiorano"}}},
	}}
}

// Package is what a centre receives.
func Package() frame.Package {
	strip := CaseHead("").Strip
	return frame.Package{Now: Now, Desk: "Sportello Donna, Municipio II", Sent: Ago(0), Urgency: "today", Private: 9, Feedback: "state", Until: Ago(-30),
		Strip:  frame.Strip{Recorded: true, Channels: strip.Channels, Hours: strip.Hours, Answerer: strip.Answerer, Say: strip.Say, Hide: "yes", Voice: "no", Number: strip.Number},
		Fields: []frame.PackageField{{Key: "contact.name", Value: "Rosa"}, {Key: "share_field.request", Value: "Chiede dove può dormire stanotte con il bambino."}}}
}
