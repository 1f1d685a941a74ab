// Package peopletest has a sample of each page of the room people, with plausible, fictional content.
// Nothing but tests imports it.
package peopletest

import (
	"sportello/server/frame"
	"sportello/server/people"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	addDeclarations(all.Add)
	addUnit(all.Add)
	addKeys(all.Add)
	addDirectory(all.Add)
	return all
}

// words are four to read to each other.
var words = [4]string{"fiume", "tavolo", "neve", "gatto"}

func addDeclarations(add func(string, frame.Shown)) {
	declared := people.Declared{ID: "D1", Name: "Rossana", Surname: "Ferri", Phone: "333 0000000", Day: servertest.Ago(30)}
	add("declarations", &people.DeclarationsPage{Page: servertest.DeskPage(people.TitleDeclarations, "/credenziali/dichiarazioni"), Form: "F1", Leads: []string{"lucia"}, Mine: []people.Declared{declared}})
	empty := &people.DeclarationsPage{Page: servertest.DeskPage(people.TitleDeclarations, "/credenziali/dichiarazioni"), Form: "F1"}
	empty.Fail("declared_name", "error.declared_name")
	add("declarations.empty", empty)
	declared.By, declared.Matches = "anna", []people.DeclaredMatch{{Card: frame.Card{ID: "A", Who: servertest.Rosa, State: "open", Found: "sounds"}, By: []string{"name", "phone"}}}
	declared.More = true
	lead := servertest.DeskPage(people.TitleUnitDeclarations, "/ammissioni/dichiarazioni")
	add("unit-declarations", &people.UnitDeclarationsPage{Page: lead, All: []people.Declared{declared, {ID: "D2", By: "sara", Sealed: true, Day: servertest.Ago(1)}, {ID: "D3", By: "sara", Name: "Ivo", Day: servertest.Ago(2)}}})
	add("unit-declarations.empty", &people.UnitDeclarationsPage{Page: lead})
}

// addUnit: a unit and its members.
func addUnit(add func(string, frame.Shown)) {
	newcomer := people.Newcomer{ID: "P1", Name: "Elena Conti", Role: "intake_worker", Invited: servertest.Ago(2), By: "Dario Lupi"}
	member := people.Member{ID: "P2", Name: "Carla Neri", Role: "lead", State: "member", Since: servertest.Ago(200), By: "fondatrice", Known: true}
	add("admissions", &people.AdmissionsPage{Page: servertest.DeskPage(people.TitleAdmissions, "/ammissioni"), State: "founded", Waiting: []people.Newcomer{newcomer}, Members: []people.Member{member,
		{ID: "P3", Name: "Anna Bassi", Role: "intake_worker", State: "member", Since: servertest.Ago(90), By: "Carla Neri", Mine: true}, {ID: "P4", Name: "Sara Gallo", Role: "social_worker", State: "suspended", Since: servertest.Ago(60), By: "Carla Neri", Locked: true}}})
	add("admissions.empty", &people.AdmissionsPage{Page: servertest.DeskPage(people.TitleAdmissions, "/ammissioni"), State: "empty"})
	add("admit", &people.AdmitPage{Page: servertest.DeskPage(people.TitleAdmit, "/ammissioni/P1"), Who: newcomer, Words: words})
	before := newcomer
	before.Before = servertest.Ago(12)
	add("admit.again", &people.AdmitPage{Page: servertest.DeskPage(people.TitleAdmit, "/ammissioni/P1"), Who: before, Words: words})
	asLead := newcomer
	asLead.Role = "lead"
	add("admit.lead", &people.AdmitPage{Page: servertest.DeskPage(people.TitleAdmit, "/ammissioni/P1"), Who: asLead, Words: words})
	toLead := people.Member{ID: "P5", Name: "Nina Rossi", Role: "intake_worker", State: "member", Since: servertest.Ago(1), By: "Anna Bassi", Known: true, ToLead: true, MayName: true}
	waits := toLead
	waits.Mine, waits.MayName = true, false
	add("admissions.lead", &people.AdmissionsPage{Page: servertest.DeskPage(people.TitleAdmissions, "/ammissioni"), State: "founded", Members: []people.Member{member, toLead, waits}})
	add("name-lead", &people.NameLeadPage{Page: servertest.DeskPage(people.TitleLead, "/ammissioni/P5/responsabile"), Who: toLead, Words: words})
	add("lead-words", &people.LeadWordsPage{Page: servertest.DeskPage(people.TitleLeadWords, "/ammissioni/mie-parole")})
	add("lead-words.read", &people.LeadWordsPage{Page: servertest.DeskPage(people.TitleLeadWords, "/ammissioni/mie-parole"), Words: words[:]})
	add("remove-member", &people.RemoveMemberPage{Page: servertest.DeskPage(people.TitleRemove, "/ammissioni/P2/togli"), Who: member})
	add("remove-member.two", &people.RemoveMemberPage{Page: servertest.DeskPage(people.TitleRemove, "/ammissioni/P2/togli"), Who: member, Two: true})
	add("remove-member.confirm", &people.RemoveMemberPage{Page: servertest.DeskPage(people.TitleRemove, "/ammissioni/P2/togli"), Who: member,
		Proposed: &people.ProposedRemoval{By: "anna", Day: servertest.Ago(2), Cause: true, May: true}})
	add("remove-member.alone", &people.RemoveMemberPage{Page: servertest.DeskPage(people.TitleRemove, "/ammissioni/P2/togli"), Who: member,
		Proposed: &people.ProposedRemoval{By: "lucia", Day: servertest.Ago(15), Mine: true, Alone: servertest.Ago(1), Now: true}})
	add("new-cases", &people.NewCasesPage{Page: servertest.DeskPage(people.TitleNewCases, "/ammissioni/schede"), Recovery: true, NewCasesForm: people.NewCasesForm{Restricted: "no"}})
	add("witness", &people.WitnessPage{Page: servertest.DeskPage(people.TitleWitness, "/ammissioni/testimone"), Leads: []people.Elsewhere{{ID: "P7", Name: "ida", Unit: "Sportello Sociale di Valdora"}}})
	add("witness.none", &people.WitnessPage{Page: servertest.DeskPage(people.TitleWitness, "/ammissioni/testimone")})
	add("found", &people.FoundPage{Page: servertest.DeskPage(people.TitleFound, "/ammissioni/fonda"), Name: "Sportello Donna, Municipio II", Kind: "desk", Words: words})
	add("unit-words", &people.UnitWordsPage{Page: servertest.DeskPage(people.TitleUnitWords, "/ammissioni/parole"), Name: "Sportello Donna, Municipio II", Kind: "desk", Words: words})
	add("colleagues", &people.ColleaguesPage{Page: servertest.DeskPage(people.TitleColleagues, "/colleghi"), Members: []people.Member{member}})
}

// addKeys: the unit's recovery key, and a centre's key for copies.
func addKeys(add func(string, frame.Shown)) {
	key := func(w string) *people.RecoveryKeyPage {
		return &people.RecoveryKeyPage{Page: servertest.DeskPage(people.TitleRecoveryKey, "/ammissioni/recupero"), UnitID: "U7K2QX4MZB", InUse: w != "", Since: servertest.Ago(20), By: "marta",
			Waits: w, ProposedBy: "carla", Proposed: servertest.Ago(3), From: servertest.Ago(-11)}
	}
	add("recovery-key", &people.RecoveryKeyPage{Page: servertest.DeskPage(people.TitleRecoveryKey, "/ammissioni/recupero"), UnitID: "U7K2QX4MZB"})
	add("recovery-key.older", &people.RecoveryKeyPage{Page: servertest.DeskPage(people.TitleRecoveryKey, "/ammissioni/recupero"), UnitID: "U7K2QX4MZB", Older: true, Centre: true})
	for _, w := range []string{"confirm", "second", "alone", "accept"} {
		add("recovery-key."+w, key(w))
	}
	add("recovery-remove", &people.RecoveryRemovePage{Page: servertest.DeskPage(people.TitleRecoveryRemove, "/ammissioni/recupero/togli")})
	add("recovery-proposed", &people.RecoveryProposedPage{Page: servertest.DeskPage(people.TitleRecoveryProposed, "/recuperi/U7K2QX4MZB"), UnitID: "U7K2QX4MZB",
		Name: "Centro antiviolenza La Ginestra", Proposed: servertest.Ago(3), From: servertest.Ago(-11)})
	keep := &people.CopyKeyPage{Page: servertest.CentrePage(people.TitleCopyKey, "/credenziali/chiave-centro"), UnitID: "Q7K2QX4MZB", Name: "Centro Le Querce", Set: true, Words: [4]string{"fiume", "tavolo", "neve", "gatto"}, Since: servertest.Ago(20), By: "bruna"}
	keep.Fail("recipient", people.FailCopyKey)
	add("copy-key", keep)
	add("copy-key.none", &people.CopyKeyPage{Page: servertest.CentrePage(people.TitleCopyKey, "/credenziali/chiave-centro"), Name: "Centro Le Querce"})
}

// addDirectory: other units, their words and their entries.
func addDirectory(add func(string, frame.Shown)) {
	pin := people.Receiver{ID: "Q", Name: "Centro Le Querce", Kind: "centre", State: "new", Agency: "Cooperativa Le Querce", Founded: servertest.Ago(3)}
	add("pins", &people.PinsPage{Page: servertest.DeskPage(people.TitlePins, "/centri"), Units: []people.Receiver{pin, {ID: "R", Name: "Centro Aurora", Kind: "centre", State: "pinned", Since: servertest.Ago(30)}}, Entries: []frame.Unit{{ID: "P", Name: "PuntoInsieme"}, {ID: "U1", Name: "Sportello Donna, Municipio II"}}})
	add("pin", &people.PinPage{Page: servertest.DeskPage(people.TitlePin, "/centri/Q"), Centre: pin, Words: words})
	page := func(title, here string) frame.Page {
		p := servertest.StaffPage("", "Amministrazione", title, here)
		p.User = "Dario Lupi"
		return p
	}
	add("directory", &people.DirectoryPage{Page: page(people.TitleDirectory, "/unita/U2/elenco"), ID: "U2", Name: "Centro Le Querce", Kind: "centre", Form: people.DirectoryForm{Area: "Distretto ceramico", Phone: "0536 000000", Cost: "free", Needs: []string{"listen"}, Languages: []string{"it", "ar"}}})
	castro := &people.DirectoryPage{Page: page(people.TitleDirectory, "/unita/U2/elenco"), ID: "U2", Name: "Centro Le Querce", Kind: "centre", Towns: []string{"Castro (LE)", "Castro (BG)"}, Form: people.DirectoryForm{Town: "Castro"}}
	castro.Fail("town", people.FailTownSeveral)
	add("directory.which", castro)
	add("directory.desk", &people.DirectoryPage{Page: page(people.TitleDirectory, "/unita/P/elenco"), ID: "P", Name: "PuntoInsieme", Kind: "desk", Form: people.DirectoryForm{Phone: "0536 000111", Cost: "unknown", Needs: []string{"care"}}})
}
