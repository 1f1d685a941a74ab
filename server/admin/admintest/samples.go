// Package admintest has a sample of each page of the room admin, with plausible, fictional content.
// Nothing but tests imports it.
package admintest

import (
	"time"

	"sportello/policies/acts"
	"sportello/policies/opening"
	"sportello/referrals/towns"
	"sportello/server/admin"
	"sportello/server/frame"
	"sportello/server/parts"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	add := all.Add
	page := func(title, here string) frame.Page {
		p := servertest.StaffPage("", "Amministrazione", title, here)
		p.User = "Dario Lupi"
		return p
	}
	units := []frame.Unit{{ID: "U1", Name: "Sportello Donna, Municipio II"}, {ID: "U2", Name: "Centro Le Querce"}}
	add("agencies", &admin.AgenciesPage{Page: page(admin.TitleAgencies, "/enti"), Missing: []admin.Missing{{Key: admin.MissingMembers, Count: 2}},
		Agencies: []admin.AgencyLine{{ID: "E1", Name: "Comune di Fiorano", Kind: "municipality", Responsibility: "controller", Units: []admin.AgencyUnit{{ID: "U1", Name: "Sportello Donna, Municipio II", Kind: "desk", State: "founded", Members: 3}, {ID: "U3", Name: "Servizio sociale", Kind: "social_service", State: "empty"}}},
			{ID: "E2", Name: "Cooperativa Le Querce", Kind: "operator", Responsibility: "processor", Ends: servertest.Ago(-200)}}})
	steps := []admin.Step{{Key: "start.audit", Done: true}, {Key: "start.desk", Why: "start.alone", Units: []string{"Sportello Donna, Municipio II"}, Href: "/personale/invita"}, {Key: "start.centre", Why: "start.centre_none", Href: "/unita/nuova"},
		{Key: "start.words", Why: "start.words_by", Units: []string{"Sportello Donna, Municipio II"}}, {Key: "start.recovery", Why: "start.recovery_by", Units: []string{"Sportello Donna, Municipio II"}, Command: "sportello recovery new"},
		{Key: "start.numbers", Why: "start.numbers_untried", Units: []string{"Pronto intervento sociale"}, Href: "/numeri"}, {Key: "start.hours", Done: true}, {Key: "start.oncall", Why: "start.oncall_none", Href: "/numeri/reperibilita"}, {Key: "start.duties", Done: true}}
	add("agencies.start", &admin.AgenciesPage{Page: page(admin.TitleAgencies, "/enti"), Start: admin.Start{Steps: steps}})
	add("agencies.empty", &admin.AgenciesPage{Page: page(admin.TitleAgencies, "/enti")})
	agency := &admin.AgencyPage{Page: page(admin.TitleAgencyNew, "/enti/nuovo"), Action: "/enti/nuovo", AgencyForm: admin.AgencyForm{Kind: "operator", Responsibility: "processor"}}
	agency.Fail("name", admin.FailName)
	agency.Fail("ends", admin.FailEnds)
	add("agency", agency)
	add("agency.ends", &admin.AgencyPage{Page: page(admin.TitleAgency, "/enti/E2"), Action: "/enti/E2", AgencyForm: admin.AgencyForm{Name: "Cooperativa Le Querce", Kind: "operator", Responsibility: "processor"}, Version: "3"})
	velletri, roma := towns.Place{Code: "058111", Name: "Velletri", Province: "RM"}, towns.Place{Code: "058091", Name: "Roma", Province: "RM"}
	add("agency.mandates", &admin.AgencyPage{Page: page(admin.TitleAgency, "/enti/E2"), Action: "/enti/E2", ID: "E2", AgencyForm: admin.AgencyForm{Name: "Cooperativa Le Querce", Kind: "operator", Responsibility: "processor"}, Version: "3",
		Mandates: []admin.MandateLine{{Mandate: acts.Mandate{RowKey: acts.RowKey{ID: "I1"}, Controller: "Comune di Velletri", Protocol: "12345/2026"}, Towns: []towns.Place{velletri}, Last: servertest.Ago(-300)},
			{Mandate: acts.Mandate{RowKey: acts.RowKey{ID: "I2"}, Controller: "Comune di Roma", Protocol: "1/2024"}, Towns: []towns.Place{roma}, Last: servertest.Ago(30), Ended: true}},
		Units: []admin.UnitTowns{{ID: "U2", Name: "Centro Le Querce"}, {ID: "U4", Name: "Sportello", Towns: []towns.Place{roma}}}, Gaps: []string{"Velletri (RM)"}, Lapsed: []string{"Roma (RM)"}})
	agreement := &admin.AgreementPage{Page: page(admin.TitleAgreement, "/enti/E2/accordo"), Action: "/enti/E2/accordo", Agency: "Cooperativa Le Querce", AgreementForm: admin.AgreementForm{Kind: "union"}, Version: "2"}
	agreement.Fail("day", admin.FailAgreementDay)
	agreement.Fail("ref", admin.FailAgreementRef)
	add("agreement", agreement)
	mandate := &admin.MandatePage{Page: page(admin.TitleMandateNew, "/enti/E2/incarichi/nuovo"), Action: "/enti/E2/incarichi/nuovo", Agency: "Cooperativa Le Querce", MandateForm: admin.MandateForm{Controller: "Comune di Velletri", Towns: "Velletri\nCastro\nAtlantide\nvelletri"},
		Wrong: []towns.Wrong{{Typed: "Castro", Choices: []string{"Castro (LE)", "Castro (BG)"}}, {Typed: "Atlantide"}, {Typed: "velletri", Twice: true}}, Also: []string{"Velletri (RM)"}}
	mandate.Fail("towns", admin.FailTowns)
	mandate.Fail("protocol", admin.FailProtocol)
	mandate.Fail("also", admin.FailAlsoNamed)
	add("mandate", mandate)
	add("mandate.change", &admin.MandatePage{Page: page(admin.TitleMandate, "/enti/E2/incarichi/I1"), Action: "/enti/E2/incarichi/I1", Agency: "Cooperativa Le Querce", MandateForm: admin.MandateForm{Controller: "Comune di Velletri", Towns: "Velletri (RM)", Protocol: "12345/2026", Again: "yes"}, Also: []string{"Velletri (RM)"}, Version: "1"})
	add("territory", &admin.TerritoryPage{Page: page(admin.TitleTerritory, "/unita/U2/territorio"), ID: "U2", Name: "Centro Le Querce", TerritoryForm: admin.TerritoryForm{Towns: "Roma (RM)"}, Gaps: []string{"Velletri (RM)"}, Version: "2"})
	newUnits := &admin.UnitPage{Page: page(admin.TitleUnit, "/unita/nuova"), Agencies: []frame.Unit{{ID: "E1", Name: "Comune di Fiorano"}},
		Rows: []admin.UnitRow{{N: 1, Name: "Sportello Donna", Kind: "desk"}, {N: 2, Name: "Sportello Donna"}}}
	newUnits.Fail("name-2", admin.FailNameTaken)
	newUnits.Fail("kind-2", frame.FailChoice)
	add("unit", newUnits)
	add("people", &admin.PeoplePage{Page: page(admin.TitlePeople, "/personale"), People: []admin.PersonRow{{ID: "P1", Username: "anna", Role: "intake_worker", Unit: "Sportello Donna, Municipio II", State: "member", Locked: true}, {ID: "P2", Username: "sara", Role: "social_worker", Unit: "Servizio sociale", State: "suspended", Chosen: true}, {ID: "P3", Username: "elena", Role: "intake_worker", State: "invited"}}, Suspended: true, Invited: true,
		Invitations: []admin.Invitation{{ID: "I1", Name: "Elena Conti", Role: "intake_worker", Unit: "Sportello Donna, Municipio II", Ends: servertest.Ago(-5)}}})
	add("people.empty", &admin.PeoplePage{Page: page(admin.TitlePeople, "/personale")})
	invite := &admin.InvitePage{Page: page(admin.TitleInvite, "/personale/invita"), Units: units,
		Rows: []admin.InviteRow{{N: 1, Username: "giulia", Office: "intake_worker", Into: "U1", Language: "it"}, {N: 2, Username: "anna", Office: "lead", Language: "en"}, {N: 3}}}
	invite.Fail("username-2", admin.FailUsername)
	invite.Fail("office-2", admin.FailFits)
	add("invite", invite)
	add("invite.code", &admin.InvitePage{Page: page(admin.TitleInvite, "/personale/invita"), Ends: servertest.Ago(-7), Codes: []admin.InviteCode{
		{Username: "giulia", Code: "K7QM-2FXT-9BWR-D3KB-2HN6-PLJ4-QA"}, {Username: "marta", Code: "J7QM-2FXT-9BWR-D3KB-2HN6-PLJ4-QB"}}})
	addBoard(add, page)
	return all
}

// addBoard has the pages of what the house has on its board.
func addBoard(add func(string, frame.Shown), page func(string, string) frame.Page) {
	call := servertest.Agency[0]
	line := admin.BoardLine{Href: "/numeri/A", Name: call.Name, Call: call, Tried: servertest.Ago(40)}
	untried := admin.BoardLine{Href: "/numeri/B", Name: servertest.OnCall[0].Name, Call: servertest.OnCall[0], Old: true}
	old := admin.BoardLine{Href: "/numeri/C", Name: servertest.OnCall[1].Name, Call: servertest.OnCall[1], Tried: servertest.Ago(500), Old: true, From: servertest.Ago(-3)}
	add("board", &admin.BoardPage{Page: page(admin.TitleBoard, "/numeri"), Numbers: []admin.BoardLine{line}, OnCall: []admin.BoardLine{untried, old},
		Duties: []admin.BoardLine{{Href: "/doveri/D", Name: "Un pericolo grave per un bambino", Call: parts.Call{Note: "alla Procura per i minorenni"}}}, Over: []admin.BoardLine{old},
		Hours: []admin.UnitAnswers{{ID: "U1", Name: "Sportello Donna, Municipio II", Kind: "desk", Answers: opening.Answer{State: opening.Open, Until: servertest.Now.Add(2 * time.Hour)}}, {ID: "U2", Name: "Centro Le Querce", Kind: "centre", Answers: opening.Answer{State: opening.Ask}}},
		Seen:  servertest.Agency, SeenOnCall: servertest.OnCall})
	add("board.empty", &admin.BoardPage{Page: page(admin.TitleBoard, "/numeri")})
	week := admin.HoursFields{HoursKind: "week", Days: []string{"09:00-13:00, 14:30-17:00", "09:00-13:00", "9", "", "20:00-08:00", "", ""}, Holidays: "closed", Patron: "29/6", Closed: "24/12/2026\n"}
	h := opening.Hours{Kind: opening.Weekly}
	h.Week[0], h.Week[4] = []opening.Span{{From: "09:00", To: "13:00"}, {From: "14:30", To: "17:00"}}, []opening.Span{{From: "20:00", To: "08:00"}}
	past := []admin.PastVersion{{N: 3, Name: "Pronto intervento sociale", Phone: "800 000 112", Note: "Chiedere dell’assistente di turno", Hours: h, From: servertest.Ago(-2), Made: servertest.Ago(0), Tried: servertest.Ago(1), Until: servertest.Ago(-60), Role: "administrator", Who: "dario"},
		{N: 2, Name: "Pronto intervento sociale", Phone: "800 000 111", From: servertest.Ago(60), Made: servertest.Ago(60), Ended: true, Role: "administrator", Who: "dario"}, {N: 1, Name: "Pronto intervento sociale", Phone: "800 000 111", Hours: opening.Hours{Kind: opening.Always}, From: servertest.Ago(90), Made: servertest.Ago(90), Role: "console"}}
	number := &admin.NumberPage{Page: page(admin.TitleNumber, "/numeri/A"), Action: "/numeri/A", NumberForm: admin.NumberForm{Name: "Pronto intervento sociale", Phone: "800 000 112", HoursFields: week, Note: "Chiedere dell’assistente di turno", Tried: "2026-11-20", Again: "800000112"},
		Look: true, Seen: call, Past: past, Version: "3"}
	number.Fail("day-3", admin.FailSpans)
	number.Fail("again", admin.FailAgain)
	number.Fail("tried", admin.FailTried)
	add("number", number)
	onCall := &admin.NumberPage{Page: page(admin.TitleOnCallNew, "/numeri/reperibilita"), Action: "/numeri/reperibilita", OnCall: true, NumberForm: admin.NumberForm{Of: "U1", Until: "2026-11-01", HoursFields: admin.HoursFields{HoursKind: "ask", Holidays: "ask"}, Starts: "x"},
		Units: []frame.Unit{{ID: "U1", Name: "Sportello Donna, Municipio II"}}, Version: "0"}
	onCall.Fail("name", admin.FailService)
	onCall.Fail("unit", frame.FailChoice)
	onCall.Fail("phone", admin.FailPhone)
	onCall.Fail("until", admin.FailUntil)
	onCall.Fail("starts", admin.FailStarts)
	add("number.oncall", onCall)
	add("number.new", &admin.NumberPage{Page: page(admin.TitleNumberNew, "/numeri/nuovo"), Action: "/numeri/nuovo", Version: "0"})
	hours := &admin.HoursPage{Page: page(admin.TitleHours, "/orari/U2"), ID: "U2", Name: "Centro Le Querce", Listed: "lun-ven 9-18; telefono sempre", HoursForm: admin.HoursForm{HoursFields: week}, Answers: opening.Answer{State: opening.Shut, Next: servertest.Now.Add(14 * time.Hour)},
		Past: []admin.PastVersion{{N: 1, Hours: h, From: servertest.Ago(3), Made: servertest.Ago(3), Role: "administrator", Who: "dario"}}, Version: "1"}
	add("hours", hours)
	duty := &admin.DutyPage{Page: page(admin.TitleDuty, "/doveri/D"), Action: "/doveri/D", DutyForm: admin.DutyForm{ToWhom: "alla Procura per i minorenni"}, Version: "1",
		Past: []admin.PastVersion{{N: 1, Name: "Un pericolo grave per un bambino", Note: "alla Procura per i minorenni", From: servertest.Ago(3), Made: servertest.Ago(3), Role: "console"}}}
	duty.Fail("what", admin.FailDuty)
	add("duty", duty)
	add("duty.new", &admin.DutyPage{Page: page(admin.TitleDutyNew, "/doveri/nuovo"), Action: "/doveri/nuovo", Version: "0"})
}
