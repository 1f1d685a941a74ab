// Package admintest has a sample of each page of the room admin, with plausible, fictional content.
// Nothing but tests imports it.
package admintest

import (
	"sportello/policies/acts"
	"sportello/referrals/towns"
	"sportello/server/admin"
	"sportello/server/frame"
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
	add("agencies", &admin.AgenciesPage{Page: page(admin.TitleAgencies, "/enti"), Missing: []admin.Missing{{Key: admin.MissingMembers, Count: 2}, {Key: admin.MissingAudit}},
		Agencies: []admin.AgencyLine{{ID: "E1", Name: "Comune di Fiorano", Kind: "municipality", Responsibility: "controller", Units: []admin.AgencyUnit{{ID: "U1", Name: "Sportello Donna, Municipio II", Kind: "desk", State: "founded", Members: 3}, {ID: "U3", Name: "Servizio sociale", Kind: "social_service", State: "empty"}}},
			{ID: "E2", Name: "Cooperativa Le Querce", Kind: "operator", Responsibility: "processor", Ends: servertest.Ago(-200)}}})
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
	return all
}
