// Package wallstest has a sample of each page of the room walls, with plausible, fictional content.
// Nothing but tests imports it.
package wallstest

import (
	"sportello/server/servertest"
	"sportello/server/walls"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	add, head := all.Add, servertest.CaseHead("")
	add("walls", &walls.WallsPage{Page: servertest.DeskPage(walls.TitleWalls, "/schede/A/muri"), CaseHead: head, Version: "4", Knows: true, Answers: true, Recovery: true,
		Workers: []walls.Behind{{ID: "P1", Name: "marta"}, {ID: "P2", Name: "lia", Off: true}, {ID: "P3", Name: "nora", Outside: true}},
		Leads:   []walls.Behind{{ID: "P4", Name: "laura"}}, Seconds: []walls.Behind{{ID: "P1", Name: "marta"}, {ID: "P3", Name: "nora"}}, Stands: []string{"anna"},
		WallsForm: walls.WallsForm{Off: []string{"P2"}}, Waiting: &walls.WallWaits{ID: "W1", Second: "marta", Off: []string{"laura"}, Back: []string{"lia"}, Day: servertest.Ago(1)}})
	add("walls.none", &walls.WallsPage{Page: servertest.DeskPage(walls.TitleWalls, "/schede/A/muri"), CaseHead: head})
	add("wall-asked", &walls.WallAskedPage{Page: servertest.DeskPage(walls.TitleWalls, "/schede/A/muri/W1"), CaseHead: head, ID: "W1", By: "marta", Off: []string{"laura"}, Back: []string{"lia"},
		Stands: "marta", Day: servertest.Ago(1)})
	add("wall-asked.agreed", &walls.WallAskedPage{Page: servertest.DeskPage(walls.TitleWalls, "/schede/A/muri/W1"), CaseHead: head, ID: "W1", By: "anna", Off: []string{"laura"}, Stands: "anna",
		Day: servertest.Ago(2), Second: "ida", Agreed: servertest.Ago(1)})
	add("wall-witness", &walls.ForWitnessPage{Page: servertest.DeskPage(walls.TitleWitness, "/muri/W1"), ID: "W1", From: "Sportello Sociale di Valdora", By: "marta", Off: []string{"laura"},
		Back: []string{"lia"}, Stands: "marta", Day: servertest.Ago(1)})
	add("restricted", &walls.RestrictedPage{Page: servertest.DeskPage(walls.TitleRestricted, "/schede/A/riservata"), CaseHead: head, Version: "4", Restricted: true, Recovery: true,
		People: []walls.Behind{{ID: "P0", Name: "anna"}, {ID: "P1", Name: "marta"}}, RestrictedForm: walls.RestrictedForm{Named: []string{"P0"}}})
	add("restricted.unit", &walls.RestrictedPage{Page: servertest.DeskPage(walls.TitleRestricted, "/schede/A/riservata"), CaseHead: head, Version: "4",
		People: []walls.Behind{{ID: "P0", Name: "anna"}}})
	join := walls.JoinPage{Page: servertest.DeskPage(walls.TitleJoin, "/schede/A/unione"), CaseHead: head, Version: "4"}
	add("join", &join)
	follows := join
	lina := servertest.Lina
	follows.Second, follows.Off, follows.Named = &lina, []string{"lia"}, []string{"anna", "marta"}
	follows.Rules = []walls.JoinRule{{Channel: "call", First: "yes", Second: "never", Then: "never"}, {Channel: "sms", First: "unasked", Second: "yes", Then: "yes"},
		{Channel: "email", First: "suspended", Second: "yes", Then: "suspended"}, {Channel: "in_person", First: "yes", Second: "yes", Then: "yes"}}
	follows.JoinForm = walls.JoinForm{CodeFirst: "K7QW-4MRD", CodeSecond: "W8RD-3KFA", Said: "«Sì, sono sempre io.»", VersionSecond: "7"}
	add("join.follows", &follows)
	joined := join
	joined.Joined, joined.Since, joined.Until, joined.Undo = &lina, servertest.Ago(3), servertest.Ago(-27), true
	add("join.joined", &joined)
	stays := joined
	stays.Undo = false
	add("join.stays", &stays)
	head.Tab = "readers"
	add("readers", &walls.ReadersPage{Page: servertest.DeskPage("readers.title", "/schede/A/aperture"), CaseHead: head, Readers: []walls.Reader{
		{Person: "Anna Bassi", Unit: "Sportello Donna, Municipio II", Role: "intake_worker", Day: servertest.Ago(0), Times: 4}, {Person: "Carla Neri", Unit: "Sportello Donna, Municipio II", Role: "lead", Day: servertest.Ago(2), Times: 1}}})
	return all
}
