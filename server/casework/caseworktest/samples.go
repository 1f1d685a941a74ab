// Package caseworktest has a sample of each page of the room casework, with plausible, fictional content.
// Nothing but tests imports it.
package caseworktest

import (
	"sportello/policies/opening"
	"time"

	"sportello/referrals/sheets"
	"sportello/server/casework"
	"sportello/server/frame"
	"sportello/server/parts"
	"sportello/server/servertest"
)

// giveSheets are two texts as a contact offers them: one that fits, one among the others.
func giveSheets() []casework.GiveSheet {
	set, at := sheets.Shipped(), sheets.At{Day: servertest.Now.Format(time.DateOnly)}
	numbers, young := set.Of(at, "numbers", "it"), set.Of(at, "young", "it")
	return []casework.GiveSheet{{Sheet: numbers, Lines: numbers.Read(sheets.Places{}), Proposed: true, Ref: "B", Read: "numbers.it.read", Paper: "numbers.it.paper"},
		{Sheet: young, Lines: young.Read(sheets.Places{}), Read: "young.it.read"}}
}

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	addContact(all.Add)
	addCase(all.Add)
	addReach(all.Add)
	return all
}

func addContact(add func(string, frame.Shown)) {
	form := casework.ContactForm{Speaker: "she", CanTalk: "yes", Danger: "yes", DangerCaller: "desk", DangerWhen: "10:45", Where: "near", Children: "with_her", Query: "rosa", Alone: "no", CallBack: "yes", CallNumber: "347 555 0199", Accompanied: "yes", With: "la sorella", Minor: "yes", Language: "uk", Mediator: "yes", Again: "yes",
		Name: "Rosa", Request: "Chiede dove può dormire stanotte con il bambino.", Needs: []string{"bed", "listen"}, Outcome: "social_service", Given: []string{"casa-1-it", "numbers.it.read"}}
	form.WhatsApp, form.Call, form.Paper = "yes", "never", "never"
	form.Days0, form.From0, form.To0 = []string{"mon", "tue", "wed", "thu", "fri"}, "07:30", "09:00"
	for step, name := range []string{"contact.1", "contact.2", "contact.3"} {
		p := &casework.ContactPage{Page: servertest.DeskPage("contact.title", "/contatti/nuovo"), ID: "A", Step: step + 1, Form: form, Emergency: servertest.Agency,
			Searched: step == 0, Matches: []frame.Card{{ID: "A", Who: servertest.Rosa, Found: "near"}}, Earlier: []frame.Card{{ID: "K", Contact: true, Who: frame.Who{Code: "W8RD-3KAC", Alias: "Rosa"}, State: "closed", LastContact: servertest.Ago(2), Found: "name"}}, More: step == 0, Unsure: step == 0, MayLimit: true, Due: servertest.Ago(-30), Free: true, Centres: []parts.Call{{Name: "Centro Le Querce", Phone: "059 000222", Answers: opening.Answer{State: opening.Open, Round: true}}, {Name: "Centro Aurora", Phone: "059 000333", Note: "lun-ven 9-18", Answers: opening.Answer{State: opening.Ask}}}, Also: []casework.Also{{Need: "care", Services: []frame.Centre{{ID: "P", Name: "PuntoInsieme", Area: "Distretto ceramico", Hours: "lun-ven 8:30-13", Phone: "0536 000111", Languages: []string{"it"}, Cost: "free"}}}},
			Duties:   []frame.Duty{{What: "Un pericolo grave per un bambino", ToWhom: "alla Procura per i minorenni"}},
			Sheets:   giveSheets(),
			Services: []frame.Unit{{ID: "U1", Name: "Servizio sociale, Municipio II"}}}
		if step == 2 {
			p.Fail("outcome", "contact.outcome_missing")
			p.Form.RuleOf, p.Shareable = "3", []frame.Shareable{{Value: "number", Key: "share_field.number", Secret: "333 0000000", Content: "WhatsApp"}, {Value: "code_word", Key: "share_field.code_word", Secret: "girasole"}}
		}
		add(name, p)
	}
	add("contact.new", &casework.ContactPage{Page: servertest.DeskPage("contact.title", "/contatti/nuovo"), Step: 1, Emergency: servertest.Agency,
		Open: []parts.OpenContact{{Who: frame.Who{Alias: "Irene"}, Href: "/contatti/A", Begun: servertest.Ago(0)}, {Href: "/contatti/B", Begun: servertest.Ago(1)}}})
	add("contact-done", &casework.ContactDonePage{Page: servertest.DeskPage("contact_done.title", "/contatti/nuovo"), Who: servertest.Rosa, CaseID: "A", Outcome: "social_service", Due: servertest.Ago(-30)})
	add("contact-done.alone", &casework.ContactDonePage{Page: servertest.DeskPage("contact_done.title", "/contatti/A"), Who: frame.Who{Code: "W8RD-3KAC", Alias: "Chiara"}, CodeCard: "/contatti/A/fogli/B/biglietto", Outcome: "thinking", Told: told, ID: "A", Version: "2", MayOpen: true, MayLimit: true, Waits: true,
		Strip: servertest.CaseHead("").Strip})
}

func addCase(add func(string, frame.Shown)) {
	head := servertest.CaseHead("summary")
	add("case", &casework.CasePage{Page: servertest.DeskPage("case.title", "/schede/A"), CaseHead: head, Identity: "alias", Request: "Chiede dove può dormire stanotte con il bambino.",
		Needs: []string{"bed", "listen"}, Opened: servertest.Ago(3), LastContact: servertest.Ago(1), LastNote: servertest.Ago(1), Recall: casework.Recall{Day: servertest.Ago(-1), From: "08:00", To: "08:30"}, Referral: "sent", Centre: "Centro Le Querce", Next: "await_centre", NextHref: "/invii/B",
		Latest: happened[:4], Meet: []time.Time{servertest.Ago(-2)}, Sent: sent[1:2], Danger: &casework.Danger{Day: servertest.Ago(1), Where: "Può arrivare presto"}})
	bare := frame.CaseHead{Tab: "summary", Strip: frame.Strip{CaseID: "A", Who: servertest.Nadia, State: "closed", MayEdit: true}}
	add("case.joined", &casework.CasePage{Page: servertest.DeskPage("case.title", "/schede/A"), CaseHead: head, Identity: "alias", Next: "write_note", NextHref: "/schede/A/diario/nuova", Opened: servertest.Ago(20), Latest: happened[len(happened)-3:],
		Joined: &casework.Joined{ID: "B", Who: servertest.Lina, Request: "Chiede un avvocato.", Needs: []string{"listen"}, Referrals: 2}})
	add("case.bare", &casework.CasePage{Page: servertest.DeskPage("case.title", "/schede/A"), CaseHead: bare, Identity: "anonymous", Next: "reopen", NextHref: "/schede/A/riapri", Opened: servertest.Ago(40), Restricted: true})
	note := casework.NoteLine{ID: "N1", CaseID: "A", Event: "note", Kind: "phone", Author: "Anna Bassi", At: servertest.Ago(1), Text: "Ha chiamato dal lavoro.\nChiede di spostare l’appuntamento.", MayCorrect: true, MayMove: true,
		Earlier: []casework.Earlier{{Author: "Anna Bassi", Day: servertest.Ago(1), Text: "Ha chiamato."}}}
	head.Tab = "diary"
	add("diary", &casework.DiaryPage{Page: servertest.DeskPage("diary.title", "/schede/A/diario"), CaseHead: head, Recall: casework.Recall{Day: servertest.Ago(-1), From: "08:00", To: "08:30"}, Notes: append([]casework.NoteLine{note, {ID: "N2", Event: "note", Kind: "listening", Author: "Carla Neri", At: servertest.Ago(3), Text: "Primo ascolto."}}, happened...)})
	add("diary.empty", &casework.DiaryPage{Page: servertest.DeskPage("diary.title", "/schede/A/diario"), CaseHead: head})
	add("note", &casework.NotePage{Page: servertest.DeskPage("note.text", "/schede/A/diario/nuova"), CaseHead: head, Action: "/schede/A/diario/nuova", NoteForm: casework.NoteForm{Kind: "phone"}})
	wrong := &casework.NotePage{Page: servertest.DeskPage("note.text", "/schede/A/diario/N1/correggi"), CaseHead: head, Action: "/schede/A/diario/N1/correggi", Correct: true, NoteForm: casework.NoteForm{Kind: "phone"}, Version: "2"}
	wrong.Fail("text", "error.empty")
	add("note.correct", wrong)
	add("note-move", &casework.NoteMovePage{Page: servertest.DeskPage("note_move.title", "/schede/A/diario/N1/sposta"), CaseHead: head, Note: note})
	head.Tab = "person"
	castro := &casework.PersonPage{Page: servertest.DeskPage("person.title", "/schede/A/persona"), CaseHead: head, Identity: "alias", Towns: []string{"Castro (LE)", "Castro (BG)", "Castro"}, Form: casework.PersonForm{Town: "Castro"}}
	castro.Fail("town", casework.FailTownSeveral)
	add("person.which", castro)
	add("person", &casework.PersonPage{Page: servertest.DeskPage("person.title", "/schede/A/persona"), CaseHead: head, Identity: "partial", Form: casework.PersonForm{Alias: "Rosa", Name: "Maria", Language: "it", Needs: []string{"bed"}}})
	add("forget", &casework.ForgetPage{Page: servertest.DeskPage("forget.title", "/schede/A/persona/dimentica"), CaseHead: head})
}

// addReach: how she is reached, and the end of a file.
func addReach(add func(string, frame.Shown)) {
	head := servertest.CaseHead("")
	planned := &casework.AttemptsPage{Page: servertest.DeskPage("attempts.title", "/schede/A/tentativi"), CaseHead: head, Channels: []string{"whatsapp"}, MayPlan: true, Version: "4",
		Recall: casework.Recall{Day: servertest.Ago(-1), From: "08:00", To: "08:30"}, Plan: casework.RecallForm{Day: "2026-11-22", From: "20:00", To: "21:00"}}
	planned.Fail("recall_from", "recall.outside")
	add("attempts.planned", planned)
	add("attempts", &casework.AttemptsPage{Page: servertest.DeskPage("attempts.title", "/schede/A/tentativi"), CaseHead: head, Channels: []string{"whatsapp"}, AttemptForm: casework.AttemptForm{Channel: "whatsapp"},
		Attempts: []casework.Attempt{{At: servertest.Now.Add(-30 * time.Minute), Author: "Anna Bassi", Channel: "whatsapp", Outcome: "no_answer"}, {At: servertest.Now.Add(-50 * time.Minute), Author: "Anna Bassi", Channel: "call", Outcome: "other_person", Said: "agreed", Forbidden: "attempts.not_now", Note: "Una voce di uomo."}},
		Others:   []string{"call", "sms"}})
	add("attempts.banned", &casework.AttemptsPage{Page: servertest.DeskPage("attempts.title", "/schede/A/tentativi"), CaseHead: head, Forbidden: "attempts.banned", Ban: "/schede/B", MayPlan: true, Version: "4", Others: []string{"call", "whatsapp"}})
	add("attempts.forbidden", &casework.AttemptsPage{Page: servertest.DeskPage("attempts.title", "/schede/A/tentativi"), CaseHead: head, Forbidden: "attempts.not_now", MayPlan: true, Version: "4", Others: []string{"call", "whatsapp"}})
	shut := servertest.CaseHead("")
	shut.Strip.Halts, shut.Strip.Channels = []frame.Halt{{Key: "attempts.stopped"}, {Key: "attempts.other_answered"}, {Key: "attempts.suspended"}, {Key: "strip.waits"}}, []frame.ChannelRule{{Channel: "call", Allow: "suspended"}, {Channel: "email", Allow: "yes"}}
	waits := &casework.SafeContactPage{Page: servertest.DeskPage("safe.edit_title", "/schede/A/contatto-sicuro"), CaseHead: shut, Form: casework.SafeForm{Call: "yes", Number: "333 0000000"}, SafeTakeForm: casework.SafeTakeForm{Waits: "1"},
		ToAsk: []casework.Waiting{{At: servertest.Ago(1), By: "Anna Bassi", Parts: []casework.WaitingPart{{Value: "0.call", Name: "Telefonata", Stands: "sì", Said: "mai"}, {Value: "0.number", Name: "Numero", Stands: "333 0000000", Said: "333 9999999", Hidden: true}, {Value: "0.hours", Name: "Ore", Said: "08:00–09:00"}}}}}
	waits.Fail("asked", "safe.waits_unasked")
	add("safe-contact.waits", waits)
	add("safe-contact", &casework.SafeContactPage{Page: servertest.DeskPage("safe.edit_title", "/schede/A/contatto-sicuro"), CaseHead: head, Form: casework.SafeForm{WhatsApp: "yes", Call: "never", Number: "333 0000000"}, Recipients: []casework.Recipient{{ID: "B", Name: "Centro Le Querce", Knows: "Numero di telefono", May: true}, {ID: "C", Name: "Servizio sociale, Municipio II", Knows: "Contattare solo tramite lo sportello"}}, SafeTellForm: casework.SafeTellForm{Tell: []string{"B"}}})
	add("case-close", &casework.CaseClosePage{Page: servertest.DeskPage("case_close.title", "/schede/A/chiudi"), CaseHead: head})
	add("case-close.reopen", &casework.CaseClosePage{Page: servertest.DeskPage("case_close.reopen_title", "/schede/A/riapri"), CaseHead: head, Reopen: true})
	add("conflict", &casework.ConflictPage{Page: servertest.DeskPage("conflict.title", "/schede/A/persona"), CaseHead: head, HasCase: true, Action: "/schede/A/persona",
		At: "town", Fields: []casework.ConflictField{{Name: "Comune", Theirs: "Fiorano", Mine: "Sassuolo", Both: true, By: "lucia.ferri", When: servertest.Ago(3)}, {Name: "Numero", Theirs: "333 0000000", Hidden: true}},
		Carried: []frame.Pair{{Name: "town", Value: "Sassuolo"}}})
	add("step-up.tell", &frame.StepUpPage{Page: servertest.DeskPage(frame.TitleStepUp, "/schede/A/contatto-sicuro"), Act: casework.StepUpTell, Action: "/schede/A/contatto-sicuro/novita", Back: "/schede/A",
		Carried: []frame.Pair{{Name: "version", Value: "3"}, {Name: "tell", Value: "B"}}})
}

// sent are tasks that this desk asked of a social service.
var sent = []parts.SentTask{
	{Who: servertest.Rosa, Href: "/schede/A", ID: "T", To: "Servizio sociale, Municipio II", Due: servertest.Ago(-12), Hold: frame.Hold{State: "open", Back: "time"}},
	{Who: servertest.Lina, Href: "/schede/B", ID: "U", To: "Servizio sociale, Municipio II", Due: servertest.Ago(-20), Hold: frame.Hold{State: "taken", Worker: "sofia", Since: servertest.Ago(1)}},
	{Who: frame.Who{Alias: "Mirela"}, ID: "V", To: "Servizio sociale, Municipio II", Due: servertest.Ago(2), Overdue: true, Hold: frame.Hold{State: "open"}},
}

// happened is one of each kind of what stands in a diary.
var happened = []casework.NoteLine{
	{ID: "A1", Event: "attempt", Kind: "other", Says: "Nessuna risposta, WhatsApp", Author: "Anna Bassi", At: servertest.Ago(1)},
	{ID: "B", Event: "referral", Says: "Centro Le Querce", At: servertest.Ago(2), DayOnly: true, Referral: "sent", Href: "/invii/B"},
	{ID: "R1", Event: "rule", Kind: "other", Says: "Ha detto la parola", Author: "Anna Bassi", At: servertest.Ago(3)},
	{ID: "C1", Event: "contact", Says: "Vuole pensarci", Author: "Anna Bassi", At: servertest.Ago(3), Contact: told},
	{ID: "R2", Event: "revoked", Kind: "other", Says: "Ha detto la parola", Author: "Anna Bassi", At: servertest.Ago(8)},
	{ID: "O1", Event: "reopened", Kind: "other", Author: "Anna Bassi", At: servertest.Ago(20)},
	{ID: "O2", Event: "closed", Kind: "other", Says: "Non desidera altro", Text: "Per ora va bene così.", Author: "Anna Bassi", At: servertest.Ago(90), MayCorrect: true, MayMove: true, CaseID: "B", From: "W8RD-3KFA"},
	{ID: "J1", Event: "joined", Kind: "other", Says: "W8RD-3KFA", Author: "Anna Bassi", At: servertest.Ago(91), CaseID: "A"},
	{ID: "J2", Event: "unjoined", Kind: "other", Says: "W8RD-3KFA", Author: "Anna Bassi", At: servertest.Ago(92), CaseID: "A"},
}

// told is what was recorded of a contact.
var told = &casework.ContactTold{At: servertest.Now.Add(-72 * time.Hour), Outcome: "thinking", Facts: []casework.Fact{{Key: "contact.speaker", Value: "Lei"},
	{Key: "contact.danger", Value: "Sì"}, {Key: "contact.call_number", Secret: "333 0000000"}, {Key: "contact.request", Value: "Chiede dove può dormire.\nNon da sola."}, {Key: "contact.given", Value: "Numeri e luoghi sicuri, versione 1, italiano"}}}
