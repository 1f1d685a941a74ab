// Package desktest has a sample of each page of the room desk, with plausible, fictional content.
// Nothing but tests imports it.
package desktest

import (
	"sportello/policies/opening"
	"time"

	"sportello/server/desk"
	"sportello/server/frame"
	"sportello/server/parts"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	addAgenda(all.Add)
	at := servertest.Now.Add(-12 * time.Minute)
	ines := frame.Who{Alias: "Ines"}
	now := desk.NowPage{Page: servertest.DeskPage(desk.TitleNow, "/schede/A/adesso"), Who: servertest.Rosa, Back: "/schede/A", Action: "/schede/A/adesso",
		Marks: []desk.NowMark{{Kind: "danger", Since: at, Hold: desk.Hold{By: "anna"}, Life: true}, {Kind: "other_person", Since: at}}, Strip: servertest.CaseHead("").Strip,
		Emergency: servertest.Agency, OnCall: servertest.OnCall, Leads: []string{"gina"}, People: []frame.Unit{{ID: "P1", Name: "lia"}}, NowForm: desk.NowForm{Mark: "danger", End: "her_no", HandForm: desk.HandForm{Hand: "colleague", Colleague: "P1"}}}
	now.Fail("end_text", "now.decided_with")
	all.Add("now", &now)
	all.Add("now.contact", &desk.NowPage{Page: servertest.DeskPage(desk.TitleNow, "/contatti/A/adesso"), Who: ines, Back: "/contatti/A", Action: "/contatti/A/adesso",
		Marks: []desk.NowMark{{Kind: "dropped", Since: at, Hold: desk.Hold{Hand: "service", To: "Carla, 21:40"}}}, Emergency: servertest.Agency, NowForm: desk.NowForm{Mark: "dropped"}})
	all.Add("now.rule", &desk.NowPage{Page: servertest.DeskPage(desk.TitleNow, "/schede/A/adesso"), Who: servertest.Rosa, Back: "/schede/A", Action: "/schede/A/adesso",
		Marks: []desk.NowMark{{Kind: "rule_waits", Since: at}}, Emergency: servertest.Agency})
	all.Add("call-back", &desk.CallBackPage{Page: servertest.DeskPage(desk.TitleCallBack, "/contatti/A/richiama"), Who: ines, ID: "A", Open: true, Number: "347 555 0199",
		Until: servertest.Now.Add(18 * time.Minute), Left: 2, Given: true, Version: "3", Emergency: servertest.Agency,
		Calls: []desk.Call{{At: at, By: "anna", Outcome: "no_answer"}}})
	all.Add("call-back.other", &desk.CallBackPage{Page: servertest.DeskPage(desk.TitleCallBack, "/contatti/A/richiama"), Who: servertest.Rosa, ID: "A", CaseID: "A", Given: true, Other: true,
		Version: "4", Calls: []desk.Call{{At: at, By: "anna", Outcome: "other_person", Said: "other", Text: "che era il corriere"}}})
	all.Add("call-back.over", &desk.CallBackPage{Page: servertest.DeskPage(desk.TitleCallBack, "/contatti/A/richiama"), Who: ines, ID: "A", Given: true, Version: "4"})
	all.Add("list", &desk.ListPage{Page: servertest.DeskPage(desk.TitleList, "/schede"), Mine: true, From: 50, All: 160, Before: "/schede?chi=mie", Next: "/schede?chi=mie&da=100",
		Cases: []desk.ListLine{{Who: servertest.Rosa, Href: "/schede/A", State: "open", Last: servertest.Ago(0), Worker: "anna", Mine: true, Marks: []string{"danger"}},
			{Who: frame.Who{Code: "W8RD-3KAC"}, Href: "/schede/B", State: "open", Last: servertest.Ago(40)}},
		Contacts: []desk.ContactLine{{Who: ines, Href: "/contatti/A", Begun: at, Worker: "anna"}}})
	all.Add("list.empty", &desk.ListPage{Page: servertest.DeskPage(desk.TitleList, "/schede")})
	turn := desk.TurnPage{Page: servertest.DeskPage(desk.TitleTurn, "/turno"), Hours: "lun-ven 8:30-19", Lines: []desk.TurnLine{
		{Who: servertest.Rosa, Kind: "danger", Since: at, Href: "/schede/A/adesso", Hold: desk.Hold{By: "lia"}, Given: true},
		{Report: true, Kind: "danger", Since: at, Href: "/segnalazioni/R", Hold: desk.Hold{To: "pronto intervento, Carla"}, Given: true},
		{Who: ines, Kind: "dropped", Since: at, Href: "/contatti/A/adesso", Hold: desk.Hold{Hand: "colleague", To: "lia"}}}}
	turn.Stops = []desk.TurnStop{{Who: servertest.Rosa, Since: servertest.Ago(1), Centre: "Centro antiviolenza La Ginestra", Phone: "06 555 0101", Href: "/invii/R"}}
	turn.Problem = desk.ProblemTurnOpen
	all.Add("turn", &turn)
	opens := turn
	opens.Desk, opens.Calls = opening.Answer{State: opening.Shut, Next: servertest.Now.Add(60 * time.Hour)}, append(servertest.Agency, servertest.OnCall...)
	all.Add("turn.opens", &opens)
	all.Add("turn.empty", &desk.TurnPage{Page: servertest.DeskPage(desk.TitleTurn, "/turno"), Ready: true})
	head := servertest.CaseHead("")
	meetings := []desk.Meeting{{ID: "M", At: servertest.Ago(-1), With: "Anna", Where: "Sportello", Text: "un colloquio in biblioteca", Mediator: true, State: "planned", Planned: true},
		{ID: "L", At: servertest.Ago(7), With: "Anna", Where: "Sportello", State: "missed"}}
	wrong := &desk.MeetingsPage{Page: servertest.DeskPage(desk.TitleMeetings, "/schede/A/appuntamenti"), CaseHead: head, MayAdd: true, Meetings: meetings}
	wrong.Fail("how", "error.choose_one")
	all.Add("meetings", wrong)
	all.Add("meetings.empty", &desk.MeetingsPage{Page: servertest.DeskPage(desk.TitleMeetings, "/schede/A/appuntamenti"), CaseHead: head, MayAdd: true})
	all.Add("meetings.closed", &desk.MeetingsPage{Page: servertest.DeskPage(desk.TitleMeetings, "/schede/A/appuntamenti"), CaseHead: head, Meetings: meetings[1:]})
	addSearch(all.Add)
	addTask(all.Add)
	return all
}

func addSearch(add func(string, frame.Shown)) {
	add("search", &desk.SearchPage{Page: servertest.DeskPage("search.title", "/cerca"), SearchForm: desk.SearchForm{Query: "rosa"}, Asked: true, More: true, Cards: []frame.Card{
		{ID: "A", Who: servertest.Rosa, State: "open", LastContact: servertest.Ago(3), Found: "number", Never: true}, {ID: "K", Contact: true, Who: frame.Who{Code: "W8RD-3KAC", Alias: "Rosa"}, State: "open", LastContact: servertest.Ago(0), Found: "number"}, {ID: "E", Who: frame.Who{Code: "R0SA-11", Alias: "Rosalba"}, State: "closed", LastContact: servertest.Ago(410), Found: "near"}}})
	add("search.none", &desk.SearchPage{Page: servertest.DeskPage("search.title", "/cerca"), SearchForm: desk.SearchForm{Query: "xyz"}, Asked: true})
}

func addTask(add func(string, frame.Shown)) {
	taskStrip := servertest.CaseHead("").Strip
	taskStrip.MayEdit = false
	add("task", &desk.TaskPage{Page: servertest.DeskPage("task.interview_30", "/compiti/1"), ID: "1", Kind: "interview_30", Due: servertest.Ago(-12), From: "Sportello Donna, Municipio II", Strip: taskStrip, Request: "Chiede dove può dormire stanotte con il bambino.",
		Hold: frame.Hold{State: "open", Back: "time"}, MayTake: true, Colleagues: []frame.Unit{{ID: "P1", Name: "sara"}, {ID: "P2", Name: "sofia"}}})
	mine := &desk.TaskPage{Page: servertest.DeskPage("task.interview_30", "/compiti/1"), ID: "1", Kind: "interview_30", Due: servertest.Ago(-12), From: "Sportello Donna, Municipio II", Strip: taskStrip, Request: "Chiede dove può dormire stanotte con il bambino.",
		Hold: frame.Hold{State: "taken", Worker: "sofia", Mine: true, Since: servertest.Ago(1)}, MayEnd: true}
	mine.Fail("reason", "error.choose_one")
	add("task.mine", mine)
	add("task.other", &desk.TaskPage{Page: servertest.DeskPage("task.interview_30", "/compiti/1"), ID: "1", Kind: "interview_30", Due: servertest.Ago(-12), From: "Sportello Donna, Municipio II", Strip: taskStrip, Request: "Chiede dove può dormire stanotte con il bambino.",
		Hold: frame.Hold{State: "taken", Worker: "sara", Since: servertest.Ago(1)}})
	add("task-revoke", &desk.TaskRevokePage{Page: servertest.DeskPage(desk.TitleTaskRevoke, "/compiti/T/revoca"), ID: "T", Service: "Servizio sociale, Municipio II", Knows: "Numero di telefono", May: true, Back: "/agenda"})
	add("task-revoke.own-case", &desk.TaskRevokePage{Page: servertest.DeskPage(desk.TitleTaskRevoke, "/compiti/T/revoca"), ID: "T", Service: "Servizio sociale, Municipio II", Knows: "Numero di telefono", May: true, OwnCase: true, Back: "/agenda"})
	add("task-revoke.shut", &desk.TaskRevokePage{Page: servertest.DeskPage(desk.TitleTaskRevoke, "/compiti/T/revoca"), ID: "T", Service: "Servizio sociale, Municipio II", Knows: "Contattare solo tramite lo sportello", May: true, Shut: true, SafeHref: "/schede/A/contatto-sicuro", Back: "/agenda"})
	add("task-revoke.empty", &desk.TaskRevokePage{Page: servertest.DeskPage(desk.TitleTaskRevoke, "/compiti/T/revoca"), ID: "T", Service: "Servizio sociale, Municipio II", Knows: "Contattare solo tramite lo sportello", Back: "/agenda"})
}

func addAgenda(add func(string, frame.Shown)) {
	add("agenda", &desk.AgendaPage{
		Page: servertest.DeskPage("agenda.title", "/agenda"),
		Waits: []desk.NowLine{
			{Who: servertest.Rosa, Kind: "danger", Since: servertest.Now.Add(-12 * time.Minute), Open: "/schede/A", Href: "/schede/A/adesso", Act: "agenda.act_danger"},
			{Report: true, Kind: "danger", Since: servertest.Now.Add(-30 * time.Minute), Open: "/segnalazioni/R", Href: "/segnalazioni/R", Act: "agenda.act_end"},
			{Who: servertest.Lina, Kind: "other_person", Since: servertest.Now.Add(-40 * time.Minute), By: "anna", Open: "/schede/B", Href: "/schede/B/contatto-sicuro", Act: "agenda.act_rule"},
			{Who: frame.Who{Alias: "Tamara"}, Kind: "dropped", Since: servertest.Now.Add(-4 * time.Minute), To: "pronto intervento", Open: "/contatti/E", Href: "/contatti/E/richiama", Act: "agenda.act_call", MayCall: true, Until: servertest.Now.Add(26 * time.Minute), Left: 3},
		},
		Answers: []frame.Task{{Who: servertest.Nadia, Kind: "referral_question", Href: "/invii/C", Due: servertest.Ago(1), DayOnly: true}},
		Urgent: []frame.Task{
			{Who: servertest.Rosa, Kind: "overdue", Href: "/schede/A", Due: servertest.Now.Add(-50 * time.Minute)},
			{Who: servertest.Lina, Kind: "referral_unanswered", Href: "/invii/B", Due: servertest.Ago(3), DayOnly: true},
		},
		CallBack: []desk.ToCall{{Who: servertest.Nadia, Open: "/schede/C", Href: "/schede/C/tentativi", Until: servertest.Now.Add(75 * time.Minute), Channels: []string{"whatsapp", "call"}}},
		Today:    []frame.Task{{Who: servertest.Lina, Kind: "appointment", Href: "/schede/B", Due: servertest.Now.Add(4 * time.Hour)}},
		Tasks:    []frame.Task{{Who: servertest.Rosa, Kind: "interview_30", Href: "/compiti/1", Due: servertest.Ago(-12), DayOnly: true, Hold: frame.Hold{State: "taken", Worker: "sofia", Mine: true, Since: servertest.Ago(1)}}},
		Sent: []parts.SentTask{
			{Who: servertest.Rosa, Href: "/schede/A", ID: "T", To: "Servizio sociale, Municipio II", Due: servertest.Ago(-12), Hold: frame.Hold{State: "open", Back: "time"}},
			{Who: servertest.Lina, Href: "/schede/B", ID: "U", To: "Servizio sociale, Municipio II", Due: servertest.Ago(-20), Hold: frame.Hold{State: "taken", Worker: "sofia", Since: servertest.Ago(1)}},
			{Who: frame.Who{Alias: "Mirela"}, ID: "V", To: "Servizio sociale, Municipio II", Due: servertest.Ago(2), Overdue: true, Hold: frame.Hold{State: "open"}},
		},
		Open: []parts.OpenContact{{Who: frame.Who{Code: "W8RD-3K"}, Href: "/contatti/D", Begun: servertest.Now.Add(-20 * time.Minute)}}, Emergency: servertest.Agency,
		Restored: []desk.ShutReferral{{Who: servertest.Rosa, Href: "/invii/B/conferma", Centre: "Centro Le Querce", Sent: servertest.Ago(5)}},
		Bans:     []desk.Ban{{Allows: servertest.Lina, AllowsHref: "/schede/B/contatto-sicuro", Bans: servertest.Rosa, BansHref: "/schede/A/contatto-sicuro", More: 1}},
	})
	add("agenda.empty", &desk.AgendaPage{Page: servertest.DeskPage("agenda.title", "/agenda"), Emergency: servertest.Agency})
}
