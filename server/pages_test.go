package server_test

import (
	"fmt"
	"time"

	"sportello/server/admin"
	"sportello/server/casework"
	"sportello/server/centre"
	"sportello/server/entry"
	"sportello/server/frame"
	"sportello/server/people"
	"sportello/server/register"
	"sportello/server/sending"
)

// samplePage is one page with plausible, fictional content.
type samplePage struct {
	name string // of the screenshot; the template is its first word
	tmpl string
	page frame.Shown
}

var sampleNow = time.Date(2026, 11, 19, 10, 40, 0, 0, time.UTC)

func ago(days int) time.Time { return sampleNow.AddDate(0, 0, -days) }

func public(title, here string) frame.Page {
	return frame.Page{Lang: "it", Now: sampleNow, Title: title, Here: here, FormToken: "token"}
}

func staff(works, unit, title, here string) frame.Page {
	p := public(title, here)
	p.User, p.Works, p.Unit = "Anna Bassi", works, unit
	return p
}

func desk(title, here string) frame.Page {
	return staff("desk", "Sportello Donna, Municipio II", title, here)
}

var (
	rosa       = frame.Who{Code: "K7QM-2F", Alias: "Rosa"}
	nadia      = frame.Who{Code: "T4XC-9B", Alias: "نادية"}
	lina       = frame.Who{Code: "B2HN-6P", Alias: "Lina"}
	sampleSent = []casework.SentTask{
		{Who: rosa, Href: "/schede/A", ID: "T", To: "Servizio sociale, Municipio II", Due: ago(-12), Hold: frame.Hold{State: "open", Back: "time"}},
		{Who: lina, Href: "/schede/B", ID: "U", To: "Servizio sociale, Municipio II", Due: ago(-20), Hold: frame.Hold{State: "taken", Worker: "sofia", Since: ago(1)}},
		{Who: frame.Who{Alias: "Mirela"}, ID: "V", To: "Servizio sociale, Municipio II", Due: ago(2), Overdue: true, Hold: frame.Hold{State: "open"}},
	}
	emergency = frame.Emergency{Name: "Pronto intervento sociale", Phone: "800 000 112", Hours: "sempre"}
)

// samplePages lists every page; the tests that look at pages walk it.
func samplePages() []samplePage {
	var list []samplePage
	add := func(name string, page frame.Shown) {
		tmpl := name
		for i, c := range name {
			if c == '.' {
				tmpl = name[:i]
				break
			}
		}
		list = append(list, samplePage{name: name, tmpl: tmpl, page: page})
	}
	addSignIn(add)
	addDesk(add)
	addCase(add)
	addOwn(add)
	addReferral(add)
	addAudit(add)
	addAdmin(add)
	return list
}

func addSignIn(add func(string, frame.Shown)) {
	add("sign-in", &entry.SignInPage{Page: public("signin.title", "/entra")})
	wrong := &entry.SignInPage{Page: public("signin.title", "/entra"), Username: "anna", Again: true}
	wrong.Problem = "signin.failed"
	add("sign-in.failed", wrong)
	code := &entry.CodePage{Page: public("code.title", "/entra/codice")}
	code.Problem = frame.ProblemSignIn
	add("code", code)
	add("recovery-code", &entry.RecoveryCodePage{Page: public("recovery.title", "/entra/recupero")})
	add("error.again", &frame.ErrorPage{Page: desk(frame.TitleError, "/schede/A/diario/nuova"), Status: 403, What: "error.form_old", Action: "/schede/A/diario/nuova",
		Carried: []frame.Pair{{Name: "text", Value: "mezza frase"}}})
	add("error", &frame.ErrorPage{Page: public("error.title", "/"), Status: 404, What: "error.not_found", Asked: true})
	for status, what := range map[int]string{403: "error.form_refused", 404: "error.not_found", 409: "error.state", 413: "error.too_large", 429: "signin.wait", 500: "error.tampered"} {
		p := &frame.ErrorPage{Page: desk("error.title", "/schede/A/diario/nuova"), Status: status, What: what, Asked: status == 404}
		add(fmt.Sprint("error.", status), p)
	}
	add("error.typed", &frame.ErrorPage{Page: desk("error.title", "/schede/A/chiudi"), Status: 409, What: "error.state", Typed: []string{"mezza frase\nche continua"}, Back: "/schede/A"})
	for status, what := range map[int]string{500: "error.server", 503: "error.unwritable"} {
		p := &frame.ErrorPage{Page: desk("error.title", "/schede/A/diario/nuova"), Status: status, What: what, Action: "/schede/A/diario/nuova", Kept: true,
			Carried: []frame.Pair{{Name: "text", Value: "mezza frase"}}, Typed: []string{"mezza frase"}}
		p.Support = "F3K9-QP"
		add(fmt.Sprint("error.send.", status), p)
	}
	add("error.503", &frame.ErrorPage{Page: public("error.title", "/"), Status: 503, What: "error.shut", Asked: true})
	broken := &frame.ErrorPage{Page: desk("error.title", "/agenda"), Status: 500, What: "error.sessions", Saved: true}
	erasing := &frame.ErrorPage{Page: desk("error.title", "/invii/A/revoca"), Status: 500, What: "error.erasing", Saved: true, Back: "/invii/A"}
	erasing.Support = "F3K9-QP"
	add("error.erasing", erasing)
	broken.Support = "F3K9-QP"
	add("error.staff", broken)
	late := &entry.LatePage{Page: desk(entry.TitleLate, "/bozza"), ID: "A", At: sampleNow.Add(-time.Hour),
		Fields: []entry.LateField{{Value: "mezza frase"}, {Key: "safe.number", Value: "333 7654321"}}, Chosen: []entry.LateField{{Key: "contact.call_back", Value: "Sì"}, {Value: "fields alias"}}}
	add("late", late)
	add("late.empty", &entry.LatePage{Page: desk(entry.TitleLate, "/bozza"), ID: "A", At: sampleNow})
	waits := &frame.ErrorPage{Page: desk("error.title", "/agenda"), Status: 404, What: "error.not_found", Asked: true}
	waits.Late = true
	add("error.late", waits)
	for _, problem := range []string{entry.ProblemCoveredHere, entry.ProblemCoveredWait} {
		sheet := &entry.CoveredPage{Page: public("covered.title", "/coperto")}
		sheet.Problem = problem
		add(problem, sheet)
	}
	left := &frame.ExitPage{Page: public("exit.title", "/uscita")}
	left.Problem = frame.ProblemExitHere
	add("exit.unrecorded", left)
	add("covered", &entry.CoveredPage{Page: public("covered.title", "/coperto")})
	add("exit", &frame.ExitPage{Page: public("exit.title", "/uscita")})
	add("licences", &entry.LicencesPage{Page: public("licences.title", "/licenze"), Texts: frame.Licences()})
}

func addDesk(add func(string, frame.Shown)) {
	add("agenda", &casework.AgendaPage{
		Page: desk("agenda.title", "/agenda"),
		Urgent: []frame.Task{
			{Who: rosa, Kind: "overdue", Href: "/schede/A", Due: sampleNow.Add(-50 * time.Minute)},
			{Who: lina, Kind: "referral_unanswered", Href: "/invii/B", Due: ago(3), DayOnly: true},
		},
		CallBack: []casework.CallBack{{Who: nadia, Href: "/schede/C", Until: sampleNow.Add(75 * time.Minute), Channels: []string{"whatsapp", "call"}}},
		Today:    []frame.Task{{Who: lina, Kind: "appointment", Href: "/schede/B", Due: sampleNow.Add(4 * time.Hour)}},
		Tasks:    []frame.Task{{Who: rosa, Kind: "interview_30", Href: "/compiti/1", Due: ago(-12), DayOnly: true, Hold: frame.Hold{State: "taken", Worker: "sofia", Mine: true, Since: ago(1)}}},
		Sent:     sampleSent,
		Open:     []casework.OpenContact{{Who: frame.Who{Code: "W8RD-3K"}, Href: "/contatti/D", Begun: sampleNow.Add(-20 * time.Minute)}}, Emergency: emergency,
		Restored: []casework.ShutReferral{{Who: rosa, Href: "/invii/B/conferma", Centre: "Centro Le Querce", Sent: ago(5)}},
	})
	add("agenda.empty", &casework.AgendaPage{Page: desk("agenda.title", "/agenda"), Emergency: emergency})
	add("search", &casework.SearchPage{Page: desk("search.title", "/cerca"), SearchForm: casework.SearchForm{Query: "rosa"}, Asked: true, More: true, Cards: []frame.Card{
		{ID: "A", Who: rosa, State: "open", LastContact: ago(3)}, {ID: "E", Who: frame.Who{Code: "R0SA-11", Alias: "Rosalba"}, State: "closed", LastContact: ago(410)}}})
	add("search.none", &casework.SearchPage{Page: desk("search.title", "/cerca"), SearchForm: casework.SearchForm{Query: "xyz"}, Asked: true})
	form := casework.ContactForm{Speaker: "she", CanTalk: "yes", Danger: "yes", DangerCaller: "desk", DangerWhen: "10:45", Where: "near", Children: "with_her", Query: "rosa",
		Name: "Rosa", Request: "Chiede dove può dormire stanotte con il bambino.", Needs: []string{"bed", "listen"}, Outcome: "social_service", Given: []string{"casa-1-it"}}
	form.WhatsApp, form.Call, form.Paper = "yes", "never", "never"
	form.Days0, form.From0, form.To0 = []string{"mon", "tue", "wed", "thu", "fri"}, "07:30", "09:00"
	for step, name := range []string{"contact.1", "contact.2", "contact.3"} {
		p := &casework.ContactPage{Page: desk("contact.title", "/contatti/nuovo"), Step: step + 1, Form: form, Emergency: emergency,
			Searched: step == 0, Matches: []frame.Card{{ID: "A", Who: rosa}}, MayLimit: true, Due: ago(-30), Free: true, Also: []casework.Also{{Need: "care", Services: []frame.Centre{{ID: "P", Name: "PuntoInsieme", Area: "Distretto ceramico", Hours: "lun-ven 8:30-13", Phone: "0536 000111", Languages: []string{"it"}, Cost: "free"}}}},
			Duties:   []frame.Duty{{What: "Un pericolo grave per un bambino", ToWhom: "alla Procura per i minorenni"}},
			Sheets:   []frame.Sheet{{Value: "casa-1-it", Title: "Numeri e luoghi sicuri", Version: "1", Lang: "it"}, {Value: "privacy-2-ar", Title: "Come trattiamo i dati", Version: "2", Lang: "ar"}},
			Services: []frame.Unit{{ID: "U1", Name: "Servizio sociale, Municipio II"}}}
		if step == 2 {
			p.Fail("outcome", "contact.outcome_missing")
			p.Form.RuleOf, p.Shareable = "3", []frame.Shareable{{Value: "number", Key: "share_field.number", Content: "333 0000000, WhatsApp"}, {Value: "code_word", Key: "share_field.code_word", Content: "girasole", Hidden: true}}
		}
		add(name, p)
	}
	add("contact.new", &casework.ContactPage{Page: desk("contact.title", "/contatti/nuovo"), Step: 1, Emergency: emergency,
		Open: []casework.OpenContact{{Who: frame.Who{Alias: "Irene"}, Href: "/contatti/A", Begun: ago(0)}, {Href: "/contatti/B", Begun: ago(1)}}})
	add("unlinked", &casework.UnlinkedPage{Page: desk("unlinked.title", "/contatti/altri"), Form: casework.UnlinkedForm{Speaker: "body"}})
	add("unlinked-list", &casework.UnlinkedListPage{Page: desk(casework.TitleUnlinkedList, "/contatti/altri"), Notes: []casework.UnlinkedNote{{Day: ago(1), Author: "Anna Bassi", Speaker: "someone", Requester: "Una vicina", Subject: "La famiglia del secondo piano", Text: "Sente gridare la notte."}}})
	add("unlinked-list.empty", &casework.UnlinkedListPage{Page: desk(casework.TitleUnlinkedList, "/contatti/altri")})
	taskStrip := caseHead("").Strip
	taskStrip.MayEdit = false
	add("task", &casework.TaskPage{Page: desk("task.interview_30", "/compiti/1"), ID: "1", Kind: "interview_30", Due: ago(-12), From: "Sportello Donna, Municipio II", Strip: taskStrip, Request: "Chiede dove può dormire stanotte con il bambino.",
		Hold: frame.Hold{State: "open", Back: "time"}, MayTake: true, Colleagues: []frame.Unit{{ID: "P1", Name: "sara"}, {ID: "P2", Name: "sofia"}}})
	mine := &casework.TaskPage{Page: desk("task.interview_30", "/compiti/1"), ID: "1", Kind: "interview_30", Due: ago(-12), From: "Sportello Donna, Municipio II", Strip: taskStrip, Request: "Chiede dove può dormire stanotte con il bambino.",
		Hold: frame.Hold{State: "taken", Worker: "sofia", Mine: true, Since: ago(1)}, MayEnd: true}
	mine.Fail("reason", "error.choose_one")
	add("task.mine", mine)
	add("task.other", &casework.TaskPage{Page: desk("task.interview_30", "/compiti/1"), ID: "1", Kind: "interview_30", Due: ago(-12), From: "Sportello Donna, Municipio II", Strip: taskStrip, Request: "Chiede dove può dormire stanotte con il bambino.",
		Hold: frame.Hold{State: "taken", Worker: "sara", Since: ago(1)}})
	add("contact-done", &casework.ContactDonePage{Page: desk("contact_done.title", "/contatti/nuovo"), Who: rosa, CaseID: "A", Outcome: "social_service", Due: ago(-30)})
	add("contact-done.alone", &casework.ContactDonePage{Page: desk("contact_done.title", "/contatti/A"), Who: frame.Who{Alias: "Chiara"}, Outcome: "thinking", Told: sampleTold,
		Strip: caseHead("").Strip})
}

func caseHead(tab string) frame.CaseHead {
	return frame.CaseHead{Tab: tab, Strip: frame.Strip{CaseID: "A", Who: rosa, State: "open", Recorded: true, MayEdit: true,
		Channels: []frame.ChannelRule{{Channel: "call", Allow: "never"}, {Channel: "sms", Allow: "unasked"}, {Channel: "whatsapp", Allow: "yes"},
			{Channel: "email", Allow: "never"}, {Channel: "paper", Allow: "never"}, {Channel: "in_person", Allow: "yes"}},
		Hours:    []frame.HoursRule{{Days: []string{"mon", "tue", "wed"}, From: "07:30", To: "09:00"}},
		Answerer: "only_she", Say: "Dire che è la farmacia", Hide: "yes", Voice: "no", Number: "333 0000000", CodeWord: "girasole"}}
}

// sampleTold is what was recorded of a contact.
var sampleTold = &casework.ContactTold{At: sampleNow.Add(-72 * time.Hour), Outcome: "thinking", Facts: []casework.Fact{{Key: "contact.speaker", Value: "Lei"},
	{Key: "contact.danger", Value: "Sì"}, {Key: "contact.request", Value: "Chiede dove può dormire.\nNon da sola."}, {Key: "contact.given", Value: "Numeri e luoghi sicuri, versione 1, italiano"}}}

func addCase(add func(string, frame.Shown)) {
	head := caseHead("summary")
	add("case", &casework.CasePage{Page: desk("case.title", "/schede/A"), CaseHead: head, Identity: "alias", Request: "Chiede dove può dormire stanotte con il bambino.",
		Needs: []string{"bed", "listen"}, Opened: ago(3), LastContact: ago(1), LastNote: ago(1), Recall: casework.Recall{Day: ago(-1), From: "08:00", To: "08:30"}, Referral: "sent", Centre: "Centro Le Querce", Next: "await_centre", NextHref: "/invii/B",
		Sent: sampleSent[1:2], Danger: &casework.Danger{Day: ago(1), Where: "Può arrivare presto"}})
	bare := frame.CaseHead{Tab: "summary", Strip: frame.Strip{CaseID: "A", Who: nadia, State: "closed", MayEdit: true}}
	add("case.bare", &casework.CasePage{Page: desk("case.title", "/schede/A"), CaseHead: bare, Identity: "anonymous", Next: "reopen", NextHref: "/schede/A/riapri", Opened: ago(40), Restricted: true})
	note := casework.NoteLine{ID: "N1", Kind: "phone", Author: "Anna Bassi", Day: ago(1), Text: "Ha chiamato dal lavoro.\nChiede di spostare l’appuntamento.", MayCorrect: true, MayMove: true,
		Earlier: []casework.Earlier{{Author: "Anna Bassi", Day: ago(1), Text: "Ha chiamato."}}}
	head.Tab = "diary"
	call := casework.NoteLine{ID: "C1", Author: "Anna Bassi", Day: ago(3), Contact: sampleTold}
	add("diary", &casework.DiaryPage{Page: desk("diary.title", "/schede/A/diario"), CaseHead: head, Notes: []casework.NoteLine{note, {ID: "N2", Kind: "listening", Author: "Carla Neri", Day: ago(3), Text: "Primo ascolto."}, call}})
	add("diary.empty", &casework.DiaryPage{Page: desk("diary.title", "/schede/A/diario"), CaseHead: head})
	add("note", &casework.NotePage{Page: desk("note.text", "/schede/A/diario/nuova"), CaseHead: head, Action: "/schede/A/diario/nuova", NoteForm: casework.NoteForm{Kind: "phone"}})
	wrong := &casework.NotePage{Page: desk("note.text", "/schede/A/diario/N1/correggi"), CaseHead: head, Action: "/schede/A/diario/N1/correggi", Correct: true, NoteForm: casework.NoteForm{Kind: "phone"}, Version: "2"}
	wrong.Fail("text", "error.empty")
	add("note.correct", wrong)
	add("note-move", &casework.NoteMovePage{Page: desk("note_move.title", "/schede/A/diario/N1/sposta"), CaseHead: head, Note: note})
	head.Tab = "person"
	add("person", &casework.PersonPage{Page: desk("person.title", "/schede/A/persona"), CaseHead: head, Identity: "partial", Form: casework.PersonForm{Alias: "Rosa", Name: "Maria", Language: "it", Needs: []string{"bed"}}})
	add("forget", &casework.ForgetPage{Page: desk("forget.title", "/schede/A/persona/dimentica"), CaseHead: head})
	head.Tab = "referrals"
	add("case-referrals", &sending.CaseReferralsPage{Page: desk("case_referrals.title", "/schede/A/invii"), CaseHead: head, Referrals: []sending.ReferralRow{
		{ID: "B", Centre: "Centro Le Querce", State: "accepted", Day: ago(2), Until: ago(-28), Live: true, Fields: 3},
		{ID: "C", Centre: "Centro Aurora", State: "withdrawn", Day: ago(9), Fields: 0}}})
	add("case-referrals.empty", &sending.CaseReferralsPage{Page: desk("case_referrals.title", "/schede/A/invii"), CaseHead: head})
	head.Tab = "readers"
	add("readers", &casework.ReadersPage{Page: desk("readers.title", "/schede/A/aperture"), CaseHead: head, Readers: []casework.Reader{
		{Person: "Anna Bassi", Unit: "Sportello Donna, Municipio II", Role: "intake_worker", Day: ago(0), Times: 4}, {Person: "Carla Neri", Unit: "Sportello Donna, Municipio II", Role: "lead", Day: ago(2), Times: 1}}})
	head.Tab = ""
	planned := &casework.AttemptsPage{Page: desk("attempts.title", "/schede/A/tentativi"), CaseHead: head, Channels: []string{"whatsapp"}, MayPlan: true, Version: "4",
		Recall: casework.Recall{Day: ago(-1), From: "08:00", To: "08:30"}, Plan: casework.RecallForm{Day: "2026-11-22", From: "20:00", To: "21:00"}}
	planned.Fail("recall_from", "recall.outside")
	add("attempts.planned", planned)
	add("attempts", &casework.AttemptsPage{Page: desk("attempts.title", "/schede/A/tentativi"), CaseHead: head, Channels: []string{"whatsapp"}, AttemptForm: casework.AttemptForm{Channel: "whatsapp"},
		Attempts: []casework.Attempt{{At: sampleNow.Add(-30 * time.Minute), Author: "Anna Bassi", Channel: "whatsapp", Outcome: "no_answer"}}})
	add("attempts.forbidden", &casework.AttemptsPage{Page: desk("attempts.title", "/schede/A/tentativi"), CaseHead: head, Forbidden: "attempts.not_now", MayPlan: true, Version: "4"})
	add("safe-contact", &casework.SafeContactPage{Page: desk("safe.edit_title", "/schede/A/contatto-sicuro"), CaseHead: head, Form: casework.SafeForm{WhatsApp: "yes", Call: "never", Number: "333 0000000"}, Recipients: []casework.Recipient{{ID: "B", Name: "Centro Le Querce", Knows: "Numero di telefono", May: true}, {ID: "C", Name: "Servizio sociale, Municipio II", Knows: "Contattare solo tramite lo sportello"}}, SafeTellForm: casework.SafeTellForm{Tell: []string{"B"}}})
	add("case-close", &casework.CaseClosePage{Page: desk("case_close.title", "/schede/A/chiudi"), CaseHead: head})
	add("case-close.reopen", &casework.CaseClosePage{Page: desk("case_close.reopen_title", "/schede/A/riapri"), CaseHead: head, Reopen: true})
	add("conflict", &casework.ConflictPage{Page: desk("conflict.title", "/schede/A/persona"), CaseHead: head, HasCase: true, Action: "/schede/A/persona",
		Theirs: []casework.ConflictField{{Key: "person.town", Value: "Fiorano", Differs: true}, {Key: "person.name", Value: "Maria"}}, Mine: []casework.ConflictField{{Key: "person.town", Value: "Sassuolo", Differs: true}, {Key: "person.name", Value: "Maria"}},
		Carried: []frame.Pair{{Name: "town", Value: "Sassuolo"}}})
}

func addOwn(add func(string, frame.Shown)) {
	words := [4]string{"fiume", "tavolo", "neve", "gatto"}
	add("step-up", &frame.StepUpPage{Page: desk(frame.TitleStepUp, "/schede/A/centri/Q/invio"), Act: sending.StepUpSend, Object: "K7QM-2F Rosa, Centro Le Querce", Action: "/schede/A/centri/Q/invio", Back: "/schede/A", Carried: []frame.Pair{{Name: "step", Value: "preview"}}})
	add("own", &entry.OwnPage{Page: desk(entry.TitleOwn, "/credenziali"), Factor: "totp", FactorState: "active", FactorSince: ago(90), CodesLeft: 8, PhraseSince: ago(90), MayDeclare: true, CopyKey: true,
		Sessions: []entry.Session{{ID: "S1", Here: true, Began: sampleNow.Add(-2 * time.Hour), Last: sampleNow}, {ID: "S2", Device: "Firefox, Windows", Began: ago(1), Last: ago(1)}}})
	declared := people.Declared{ID: "D1", Name: "Rossana", Surname: "Ferri", Phone: "333 0000000", Day: ago(30)}
	add("declarations", &people.DeclarationsPage{Page: desk(people.TitleDeclarations, "/credenziali/dichiarazioni"), Form: "F1", Leads: []string{"lucia"}, Mine: []people.Declared{declared}})
	empty := &people.DeclarationsPage{Page: desk(people.TitleDeclarations, "/credenziali/dichiarazioni"), Form: "F1"}
	empty.Fail("declared_name", "error.declared_name")
	add("declarations.empty", empty)
	declared.By, declared.Matches = "anna", []people.DeclaredMatch{{Card: frame.Card{ID: "A", Who: rosa, State: "open"}, By: []string{"name", "phone"}}}
	lead := desk(people.TitleUnitDeclarations, "/ammissioni/dichiarazioni")
	add("unit-declarations", &people.UnitDeclarationsPage{Page: lead, All: []people.Declared{declared, {ID: "D2", By: "sara", Sealed: true, Day: ago(1)}, {ID: "D3", By: "sara", Name: "Ivo", Day: ago(2)}}})
	add("unit-declarations.empty", &people.UnitDeclarationsPage{Page: lead})
	add("enrol", &entry.EnrolPage{Page: public(entry.TitleEnrol, "/invito/fattore"), First: true, Action: "/invito/fattore", Secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
		Image: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAE0lEQVR42mP4z8DAgIz/Q2kGAGPcB/kWeRT6AAAAAElFTkSuQmCC"})
	codes := make([]string, 10)
	for i := range codes {
		codes[i] = "K7QM-2FXT-9BWR-D3KB-2HN6-PLJ4-QA"
	}
	add("recovery-codes", &entry.RecoveryCodesPage{Page: public(entry.TitleRecoveryCodes, "/invito/codici"), First: true, Action: "/invito/codici", Codes: codes})
	add("recovery-codes.own", &entry.RecoveryCodesPage{Page: desk(entry.TitleRecoveryCodes, "/credenziali/codici"), Action: "/credenziali/codici", Codes: codes})
	add("enrol.own", &entry.EnrolPage{Page: desk(entry.TitleEnrol, "/credenziali/fattore/nuovo"), Action: "/credenziali/fattore/nuovo", Secret: "JBSW Y3DP"})
	add("step-up.factor", &frame.StepUpPage{Page: desk(frame.TitleStepUp, "/credenziali/fattore"), Act: entry.StepUpFactor, Action: "/credenziali/fattore", Back: "/credenziali"})
	add("step-up.tell", &frame.StepUpPage{Page: desk(frame.TitleStepUp, "/schede/A/contatto-sicuro"), Act: casework.StepUpTell, Action: "/schede/A/contatto-sicuro/novita", Back: "/schede/A",
		Carried: []frame.Pair{{Name: "version", Value: "3"}, {Name: "tell", Value: "B"}}})
	phrase := "abaco-fiume-tavolo-neve-gatto-luna-vetro"
	add("passphrase", &entry.PassphrasePage{Page: public(entry.TitlePassphrase, "/invito/frase"), First: true, Action: "/invito/frase", Words: phrase})
	change := &entry.PassphrasePage{Page: desk(entry.TitlePassphrase, "/credenziali/frase"), Action: "/credenziali/frase", Words: phrase, Choice: "own"}
	change.Fail("own", entry.FailPhraseWeak)
	change.Fail("again", entry.FailPhraseDiffers)
	add("passphrase.change", change)
	add("invitation", &entry.InvitationPage{Page: public(entry.TitleInvitation, "/invito")})
	add("waiting", &entry.WaitingPage{Page: desk(entry.TitleWaiting, "/attesa"), Words: words, Agency: "Comune di Fiorano"})
	newcomer := people.Newcomer{ID: "P1", Name: "Elena Conti", Role: "intake_worker", Invited: ago(2), By: "Dario Lupi"}
	member := people.Member{ID: "P2", Name: "Carla Neri", Role: "lead", State: "member", Since: ago(200), By: "fondatrice", Known: true}
	add("admissions", &people.AdmissionsPage{Page: desk(people.TitleAdmissions, "/ammissioni"), State: "founded", Waiting: []people.Newcomer{newcomer}, Members: []people.Member{member,
		{ID: "P3", Name: "Anna Bassi", Role: "intake_worker", State: "member", Since: ago(90), By: "Carla Neri", Mine: true}, {ID: "P4", Name: "Sara Gallo", Role: "social_worker", State: "suspended", Since: ago(60), By: "Carla Neri", Locked: true}}})
	add("admissions.empty", &people.AdmissionsPage{Page: desk(people.TitleAdmissions, "/ammissioni"), State: "empty"})
	add("admit", &people.AdmitPage{Page: desk(people.TitleAdmit, "/ammissioni/P1"), Who: newcomer, Words: words})
	before := newcomer
	before.Before = ago(12)
	add("admit.again", &people.AdmitPage{Page: desk(people.TitleAdmit, "/ammissioni/P1"), Who: before, Words: words})
	asLead := newcomer
	asLead.Role = "lead"
	add("admit.lead", &people.AdmitPage{Page: desk(people.TitleAdmit, "/ammissioni/P1"), Who: asLead, Words: words})
	toLead := people.Member{ID: "P5", Name: "Nina Rossi", Role: "intake_worker", State: "member", Since: ago(1), By: "Anna Bassi", Known: true, ToLead: true, MayName: true}
	waits := toLead
	waits.Mine, waits.MayName = true, false
	add("admissions.lead", &people.AdmissionsPage{Page: desk(people.TitleAdmissions, "/ammissioni"), State: "founded", Members: []people.Member{member, toLead, waits}})
	add("name-lead", &people.NameLeadPage{Page: desk(people.TitleLead, "/ammissioni/P5/responsabile"), Who: toLead, Words: words})
	add("lead-words", &people.LeadWordsPage{Page: desk(people.TitleLeadWords, "/ammissioni/mie-parole")})
	add("lead-words.read", &people.LeadWordsPage{Page: desk(people.TitleLeadWords, "/ammissioni/mie-parole"), Words: words[:]})
	add("remove-member", &people.RemoveMemberPage{Page: desk(people.TitleRemove, "/ammissioni/P2/togli"), Who: member})
	add("found", &people.FoundPage{Page: desk(people.TitleFound, "/ammissioni/fonda"), Name: "Sportello Donna, Municipio II", Kind: "desk", Words: words})
	add("unit-words", &people.UnitWordsPage{Page: desk(people.TitleUnitWords, "/ammissioni/parole"), Name: "Sportello Donna, Municipio II", Kind: "desk", Words: words})
	key := func(w string) *people.RecoveryKeyPage {
		return &people.RecoveryKeyPage{Page: desk(people.TitleRecoveryKey, "/ammissioni/recupero"), UnitID: "U7K2QX4MZB", InUse: w != "", Since: ago(20), By: "marta",
			Waits: w, ProposedBy: "carla", Proposed: ago(3), From: ago(-11)}
	}
	add("recovery-key", &people.RecoveryKeyPage{Page: desk(people.TitleRecoveryKey, "/ammissioni/recupero"), UnitID: "U7K2QX4MZB"})
	add("recovery-key.older", &people.RecoveryKeyPage{Page: desk(people.TitleRecoveryKey, "/ammissioni/recupero"), UnitID: "U7K2QX4MZB", Older: true, Centre: true})
	for _, w := range []string{"confirm", "second", "alone", "accept"} {
		add("recovery-key."+w, key(w))
	}
	add("recovery-remove", &people.RecoveryRemovePage{Page: desk(people.TitleRecoveryRemove, "/ammissioni/recupero/togli")})
	add("recovery-proposed", &people.RecoveryProposedPage{Page: desk(people.TitleRecoveryProposed, "/recuperi/U7K2QX4MZB"), UnitID: "U7K2QX4MZB",
		Name: "Centro antiviolenza La Ginestra", Proposed: ago(3), From: ago(-11)})
	add("colleagues", &people.ColleaguesPage{Page: desk(people.TitleColleagues, "/colleghi"), Members: []people.Member{member}})
	pin := people.Receiver{ID: "Q", Name: "Centro Le Querce", Kind: "centre", State: "new", Agency: "Cooperativa Le Querce", Founded: ago(3)}
	add("pins", &people.PinsPage{Page: desk(people.TitlePins, "/centri"), Units: []people.Receiver{pin, {ID: "R", Name: "Centro Aurora", Kind: "centre", State: "pinned", Since: ago(30)}}, Entries: []frame.Unit{{ID: "P", Name: "PuntoInsieme"}, {ID: "U1", Name: "Sportello Donna, Municipio II"}}})
	add("pin", &people.PinPage{Page: desk(people.TitlePin, "/centri/Q"), Centre: pin, Words: words})
}

func sampleNotices() frame.Notices {
	return frame.Notices{Colleagues: []string{"elena"}, Groups: []frame.NoticeGroup{
		{Kind: "keys", Notices: []frame.Notice{{ID: "copy_key.Q.1", Kind: "copy_key", Name: "Centro Le Querce", By: "bruna", Day: ago(1), Words: []string{"abaco", "fiume", "neve", "vetro"}, Href: "/credenziali/chiave-centro"}}},
		{Kind: "leads", Notices: []frame.Notice{{ID: "lead.P5.1", Kind: "lead_waits", Name: "nina", By: "anna", Day: ago(1), Href: "/ammissioni/P5/responsabile", Stays: true}, {ID: "lead.P6.2", Kind: "lead", Name: "olga", By: "anna", Second: "lia", Day: ago(1)}}},
		{Kind: "units", Notices: []frame.Notice{{ID: "founded.U9", Kind: "unit_founded", Name: "Sportello nuovo", UnitKind: "desk", Agency: "Comune di Fiorano", By: "finta", Day: ago(1)}, {ID: "unit.U8", Kind: "unit_new", Name: "Sportello vuoto", UnitKind: "desk", Agency: "Comune di Fiorano"}}},
	}}
}

func centrePage(title, here string) frame.Page {
	p := staff("centre", "Centro Le Querce", title, here)
	p.User = "Bruna Sala"
	return p
}

func samplePackage() frame.Package {
	strip := caseHead("").Strip
	return frame.Package{Now: sampleNow, Desk: "Sportello Donna, Municipio II", Sent: ago(0), Urgency: "today", Private: 9, Feedback: "state", Until: ago(-30),
		Strip:  frame.Strip{Recorded: true, Channels: strip.Channels, Hours: strip.Hours, Answerer: strip.Answerer, Say: strip.Say, Hide: "yes", Voice: "no", Number: strip.Number},
		Fields: []frame.PackageField{{Key: "contact.name", Value: "Rosa"}, {Key: "share_field.request", Value: "Chiede dove può dormire stanotte con il bambino."}}}
}

func addReferral(add func(string, frame.Shown)) {
	head := caseHead("referrals")
	querce := frame.Centre{ID: "Q", Name: "Centro Le Querce", Cost: "free", Area: "Distretto ceramico", Needs: []string{"listen", "legal", "bed"}, Hours: "lun–ven 9–18, sempre al telefono", Languages: []string{"it", "ar", "fr"}, Phone: "0536 000000", Distance: 12, State: "pinned"}
	other := querce
	other.ID, other.Name, other.State, other.Mark = "R", "Centro Aurora", "unpinned", "unpinned"
	add("choose-centre", &sending.ChooseCentrePage{Page: desk(sending.TitleChooseCentre, "/schede/A/centro"), CaseHead: head, CentreForm: sending.CentreForm{Need: "bed", From: "Fiorano", Away: "Sassuolo"}, Centres: []frame.Centre{querce, other}})
	add("choose-centre.empty", &sending.ChooseCentrePage{Page: desk(sending.TitleChooseCentre, "/schede/A/centro"), CaseHead: head})
	add("way", &sending.WayPage{Page: desk(sending.TitleWay, "/schede/A/centri/Q"), CaseHead: head, Centre: querce, WayForm: sending.WayForm{Way: "we_send", Chose: "yes"}})
	add("way.unpinned", &sending.WayPage{Page: desk(sending.TitleWay, "/schede/A/centri/R"), CaseHead: head, Centre: other})
	form := sending.ReferralForm{Fields: []string{"alias", "request", "number"}, Shown: []string{"alias:1:AAAA"}, Given: "spoken", Urgency: "today"}
	step := sending.ReferralStep{Centre: querce, Form: form, Version: "3", Step: 1}
	add("share", &sending.SharePage{Page: desk(sending.TitleShare, "/schede/A/centri/Q/invio"), CaseHead: head, ReferralStep: step, Private: 9, Groups: []sending.ShareGroup{
		{Key: "share_group.who", Fields: []frame.Shareable{{Value: "alias", Key: "contact.name", Content: "Rosa"}, {Value: "town", Key: "person.town", Content: "Fiorano"}}},
		{Key: "share_group.needs", Fields: []frame.Shareable{{Value: "request", Key: "share_field.request", Content: "Chiede dove può dormire stanotte con il bambino."}}},
		{Key: "share_group.reach", Reach: true, Fields: []frame.Shareable{{Value: "number", Key: "share_field.number", Content: "333 0000000, WhatsApp\nQuando: mercoledì 14:00–16:00"}, {Value: "code_word", Key: "share_field.code_word", Content: "girasole", Hidden: true}}}}})
	step.Step = 2
	how := &sending.HowPage{Page: desk(sending.TitleHow, "/schede/A/centri/Q/invio"), CaseHead: head, ReferralStep: step, Text: sending.Spoken{Lang: "it", Dir: "ltr", Version: "2026-1", Langs: []string{"it", "ar"},
		Lines: []string{"Lei decide che cosa sa il centro. Può cambiare idea quando vuole, senza dire perché.", "Quello che il centro ha già letto o scaricato non si può riprendere."}}}
	how.Fail("heard", sending.FailHeard)
	add("how", how)
	rtl := *how
	rtl.Holds = true
	rtl.Page = desk(sending.TitleHow, "/schede/A/centri/Q/invio")
	rtl.Text = sending.Spoken{Lang: "ar", Dir: "rtl", Version: "2026-1", Langs: []string{"it", "ar"}, Lines: []string{"أنتِ من يقرر ما يعرفه المركز."}}
	add("how.rtl", &rtl)
	step.Step = 3
	add("preview", &sending.PreviewPage{ID: "A", Page: desk(sending.TitlePreview, "/schede/A/centri/Q/invio"), CaseHead: head, ReferralStep: step, Package: samplePackage()})
	add("preview.changed", &sending.PreviewPage{ID: "A", Page: desk(sending.TitlePreview, "/schede/A/centri/Q/invio"), CaseHead: head, ReferralStep: step, Package: samplePackage(), Changed: []sending.ChangedItem{{Key: "share_field.number"}, {Key: "contact.name"}}})
	messages := []frame.Message{{At: sampleNow.Add(-3 * time.Hour), From: "Centro Le Querce", Text: "Parla italiano?"}, {At: sampleNow.Add(-2 * time.Hour), From: "Sportello Donna, Municipio II", Text: "Sì.", Mine: true}}
	steps := []sending.StepDay{{State: "sent", Day: ago(2), Place: "done"}, {State: "acknowledged", Day: ago(1), Place: "done"}, {State: "appointment", Day: ago(0), Place: "here"}, {State: "accepted"}, {State: "engaged"}}
	add("referral", &sending.ReferralPage{Page: desk(sending.TitleReferral, "/invii/B"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", State: "appointment", Steps: steps, Live: true, Until: ago(-28), Way: "we_send", Messages: messages,
		Appointment: frame.Appointment{At: ago(-1), Place: "Sede del centro"}, Shut: true, Package: samplePackage()})
	add("task-revoke", &casework.TaskRevokePage{Page: desk(casework.TitleTaskRevoke, "/compiti/T/revoca"), ID: "T", Service: "Servizio sociale, Municipio II", Knows: "Numero di telefono", May: true, Back: "/agenda"})
	add("task-revoke.own-case", &casework.TaskRevokePage{Page: desk(casework.TitleTaskRevoke, "/compiti/T/revoca"), ID: "T", Service: "Servizio sociale, Municipio II", Knows: "Numero di telefono", May: true, OwnCase: true, Back: "/agenda"})
	add("task-revoke.shut", &casework.TaskRevokePage{Page: desk(casework.TitleTaskRevoke, "/compiti/T/revoca"), ID: "T", Service: "Servizio sociale, Municipio II", Knows: "Contattare solo tramite lo sportello", May: true, Shut: true, SafeHref: "/schede/A/contatto-sicuro", Back: "/agenda"})
	add("task-revoke.empty", &casework.TaskRevokePage{Page: desk(casework.TitleTaskRevoke, "/compiti/T/revoca"), ID: "T", Service: "Servizio sociale, Municipio II", Knows: "Contattare solo tramite lo sportello", Back: "/agenda"})
	add("referral.declined", &sending.ReferralPage{Page: desk(sending.TitleReferral, "/invii/D"), CaseHead: head, ID: "D", Centre: "Centro Aurora", State: "declined", Steps: steps[:2], Live: true, Until: ago(-28), Way: "we_send", Reason: "full"})
	add("referral.read", &sending.ReferralPage{Page: desk(sending.TitleReferral, "/invii/D"), CaseHead: head, ID: "D", Centre: "Centro Aurora", State: "declined", Steps: steps[:2], Way: "we_send", Reason: "full", After: "with_her"})
	add("referral.withdrawn", &sending.ReferralPage{Page: desk(sending.TitleReferral, "/invii/C"), CaseHead: head, ID: "C", Centre: "Centro Aurora", State: "withdrawn", Steps: steps[:2], Way: "we_send", StopDone: []string{"not_used", "copy_destroyed"}})
	unsent := &sending.ReferralPage{Page: desk(sending.TitleReferral, "/invii/C"), CaseHead: head, ID: "C", Centre: "Centro Aurora", State: "withdrawn", Steps: steps[:2], Way: "we_send", MessageForm: frame.MessageForm{Text: "Lunedì può venire alle nove."}}
	unsent.Problem = sending.ProblemDeskRevoked
	add("referral.unsent", unsent)
	restored := &sending.RestoredPage{Page: desk(sending.TitleRestored, "/invii/B/conferma"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", State: "accepted", Sent: ago(5), Until: ago(-20)}
	restored.Fail("checked", sending.FailChecked)
	add("restored", restored)
	add("restored.erased", &sending.RestoredPage{Page: desk(sending.TitleRestored, "/invii/B/conferma"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", State: "sent", Sent: ago(5), Until: ago(-20), Erased: true})
	add("revoke", &sending.RevokePage{Page: desk(sending.TitleRevoke, "/invii/B/revoca"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", Opened: true, Copied: true})
	add("revoke.unsent", &sending.RevokePage{Page: desk(sending.TitleRevoke, "/autorizzazioni/B/revoca"), CaseHead: head, ID: "B", Centre: "Centro Le Querce", Unsent: true})
	add("restored.unsent", &sending.RestoredPage{Page: desk(sending.TitleRestored, "/autorizzazioni/B/conferma"), CaseHead: head, ID: "B", Unsent: true, Centre: "Centro Le Querce", Sent: ago(5), Until: ago(-20)})
	row := centre.InboxRow{ID: "B", Desk: "Sportello Donna, Municipio II", Sent: sampleNow.Add(-40 * time.Minute), Urgency: "today", State: "sent"}
	stop := row
	stop.Stop, stop.ID = true, "C"
	add("inbox", &centre.InboxPage{Page: centrePage(centre.TitleInbox, "/arrivi"), New: []centre.InboxRow{row, stop}, WaitUs: []centre.InboxRow{row}, WaitThem: []centre.InboxRow{row}, Closed: []centre.InboxRow{row}})
	add("inbox.notices", &centre.InboxPage{Page: centrePage(centre.TitleInbox, "/arrivi"), Notices: sampleNotices()})
	add("inbox.empty", &centre.InboxPage{Page: centrePage(centre.TitleInbox, "/arrivi")})
	add("received", &centre.ReceivedPage{Page: centrePage(centre.TitleReceived, "/arrivi/B"), ID: "B", State: "appointment", Package: samplePackage(), Messages: messages, Appointment: frame.Appointment{At: ago(-1), Place: "Sede del centro"}, AfterMay: []string{"engaged", "no_show", "closed"}, MayCopy: true, Stale: true})
	add("received.accepted", &centre.ReceivedPage{Page: centrePage(centre.TitleReceived, "/arrivi/B"), ID: "B", State: "accepted", Package: samplePackage(), AfterMay: []string{"engaged", "no_show", "closed"}, MayCopy: true})
	add("decline", &centre.DeclinePage{Page: centrePage(centre.TitleDecline, "/arrivi/B/non-accogli"), ID: "B"})
	add("stop", &centre.StopPage{Page: centrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: sampleNow.Add(-time.Hour)})
	add("stop.stated", &centre.StopPage{Page: centrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: sampleNow.Add(-time.Hour), Done: []string{"not_used"}})
	add("stop.whole", &centre.StopPage{Page: centrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: sampleNow.Add(-time.Hour), Done: []string{"contacted", "appointment_cancelled", "copy_destroyed", "kept_own_rules"}})
	wrong := &centre.StopPage{Page: centrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: sampleNow.Add(-time.Hour), StopForm: centre.StopForm{Ticked: []string{"not_used", "contacted"}}}
	wrong.Fail("done", "error.contradicts")
	add("stop.wrong", wrong)
	stopped := &centre.StopPage{Page: centrePage(centre.TitleStop, "/arrivi/C/avviso"), ID: "C", Desk: "Sportello Donna, Municipio II", Since: sampleNow.Add(-time.Hour), Unsent: "Parla italiano?"}
	stopped.Problem = centre.ProblemEndedRevoked
	add("stop.unsent", stopped)
	over := &centre.InboxPage{Page: centrePage(centre.TitleInbox, "/arrivi"), Unsent: "Parla italiano?", Closed: []centre.InboxRow{{ID: "B", Desk: "Sportello Donna, Municipio II", Sent: sampleNow.Add(-time.Hour), DayOnly: true, State: "expired", Over: true}}}
	over.Problem = centre.ProblemEndedOver
	add("inbox.unsent", over)
	add("copy", &centre.CopyPage{Page: centrePage(centre.TitleCopy, "/arrivi/B/copia"), ID: "B", CopyForm: centre.CopyForm{Key: "age1pq1qqx…7fd"}})
	add("copy.kept", &centre.CopyPage{Page: centrePage(centre.TitleCopy, "/arrivi/B/copia"), ID: "B", Kept: true, Words: [4]string{"fiume", "tavolo", "neve", "gatto"}, Since: ago(20)})
	keep := &people.CopyKeyPage{Page: centrePage(people.TitleCopyKey, "/credenziali/chiave-centro"), UnitID: "Q7K2QX4MZB", Name: "Centro Le Querce", Set: true, Words: [4]string{"fiume", "tavolo", "neve", "gatto"}, Since: ago(20), By: "bruna"}
	keep.Fail("recipient", people.FailCopyKey)
	add("copy-key", keep)
	add("copy-key.none", &people.CopyKeyPage{Page: centrePage(people.TitleCopyKey, "/credenziali/chiave-centro"), Name: "Centro Le Querce"})
}

func addAudit(add func(string, frame.Shown)) {
	page := func(title, here string) frame.Page {
		p := staff("audit", "Revisione", title, here)
		p.User = "Clara Monti"
		return p
	}
	row := register.LogRow{Index: 10482, Day: ago(0), Person: "P7K2QX4MZB", Action: "case.open", Record: "C3HN9WTRQA", Outcome: "allowed", Rules: []register.LogRule{{ID: "case-work", Text: "People who work at a desk or a social service may start, find, open and keep the case files of their own unit."}}}
	refused := row
	refused.Index, refused.Outcome, refused.Rules, refused.Count = 10481, "refused", []register.LogRule{{ID: "default-deny", Own: "default-deny"}}, 4
	var days []register.DayCount
	for i := range 14 {
		days = append(days, register.DayCount{Day: ago(13 - i), Allowed: 40 + 3*i, Refused: i % 3, Height: 30 + 5*i%60, X: 20 * i})
	}
	add("log", &register.LogPage{Page: page(register.TitleLog, "/registro"), Verification: "good", Size: 10483, Checkpoint: "sportello/log 10483 8QJ1…k4=", CheckedAt: sampleNow.Add(-12 * time.Minute), Rows: []register.LogRow{row, refused}, Older: "10380", Days: days})
	add("log.bad", &register.LogPage{Page: page(register.TitleLog, "/registro"), Verification: "bad", BadRecord: "case C3HN9WTRQA", Checkpoint: "sportello/log 10483"})
	add("log-proof", &register.LogProofPage{Page: page(register.TitleProof, "/registro/10482"), Row: row, Good: true, Leaf: "day 2026-11-19\nactor P7K2QX4MZB\naction case.open\n", Hashes: []string{"8QJ1wAk4fV0Zr5nJ3mB0nqUuK0i1yJk0o2x6a8s7d5E=", "v0Zr5nJ3mB0nqUuK0i1yJk0o2x6a8s7d5E8QJ1wAk4f="},
		Checkpoint: "sportello/log\n10483\n8QJ1wAk4fV0Zr5nJ3mB0nqUuK0i1yJk0o2x6a8s7d5E=\n\n— sportello/log ABCD", Detail: &register.LogDetail{At: sampleNow, Reason: "colloquio", Asked: []string{"case.open_new", "task.create"}, Parts: []string{"diary", "known"}, IDs: []string{"C3HN9WTRQA"}}})
	add("access", &register.AccessPage{Page: page(register.TitleAccess, "/registro/accessi"), Rows: []register.AccessRow{{Unit: "Sportello Donna, Municipio II", UnitKind: "desk", Person: "P7K2QX4MZB", Role: "lead", State: "member", Since: ago(200), Epoch: 3, Cases: 212, Named: 1}, {Unit: "Sportello Donna, Municipio II", UnitKind: "desk", Person: "recovery", Recovery: true, Since: ago(200), Epoch: 3, Cases: 212}}})
	add("audit-referrals", &register.AuditReferralsPage{Page: page(register.TitleAuditReferrals, "/registro/invii"), Rows: []register.AuditReferral{{ID: "R3HN9WTRQA", Desk: "Sportello Donna, Municipio II", Centre: "Centro Le Querce", Day: ago(2), Given: "interpreter", Live: true, Until: ago(-28), State: "accepted"}}})
}

func addAdmin(add func(string, frame.Shown)) {
	page := func(title, here string) frame.Page {
		p := staff("", "Amministrazione", title, here)
		p.User = "Dario Lupi"
		return p
	}
	units := []frame.Unit{{ID: "U1", Name: "Sportello Donna, Municipio II"}, {ID: "U2", Name: "Centro Le Querce"}}
	add("agencies", &admin.AgenciesPage{Page: page(admin.TitleAgencies, "/enti"), Missing: []admin.Missing{{Key: admin.MissingMembers, Count: 2}, {Key: admin.MissingAudit}},
		Agencies: []admin.AgencyLine{{ID: "E1", Name: "Comune di Fiorano", Kind: "municipality", Responsibility: "controller", Units: []admin.AgencyUnit{{ID: "U1", Name: "Sportello Donna, Municipio II", Kind: "desk", State: "founded", Members: 3}, {ID: "U3", Name: "Servizio sociale", Kind: "social_service", State: "empty"}}},
			{ID: "E2", Name: "Cooperativa Le Querce", Kind: "operator", Responsibility: "processor", Ends: ago(-200)}}})
	add("agencies.empty", &admin.AgenciesPage{Page: page(admin.TitleAgencies, "/enti")})
	agency := &admin.AgencyPage{Page: page(admin.TitleAgencyNew, "/enti/nuovo"), Action: "/enti/nuovo", AgencyForm: admin.AgencyForm{Kind: "operator", Responsibility: "processor"}}
	agency.Fail("name", admin.FailName)
	agency.Fail("ends", admin.FailEnds)
	add("agency", agency)
	add("agency.ends", &admin.AgencyPage{Page: page(admin.TitleAgency, "/enti/E2"), Action: "/enti/E2", AgencyForm: admin.AgencyForm{Name: "Cooperativa Le Querce", Kind: "operator", Responsibility: "processor"}, Version: "3"})
	newUnits := &admin.UnitPage{Page: page(admin.TitleUnit, "/unita/nuova"), Agencies: []frame.Unit{{ID: "E1", Name: "Comune di Fiorano"}},
		Rows: []admin.UnitRow{{N: 1, Name: "Sportello Donna", Kind: "desk"}, {N: 2, Name: "Sportello Donna"}}}
	newUnits.Fail("name-2", admin.FailNameTaken)
	newUnits.Fail("kind-2", frame.FailChoice)
	add("unit", newUnits)
	add("directory", &people.DirectoryPage{Page: page(people.TitleDirectory, "/unita/U2/elenco"), ID: "U2", Name: "Centro Le Querce", Kind: "centre", Form: people.DirectoryForm{Area: "Distretto ceramico", Phone: "0536 000000", Cost: "free", Needs: []string{"listen"}, Languages: []string{"it", "ar"}}})
	add("directory.desk", &people.DirectoryPage{Page: page(people.TitleDirectory, "/unita/P/elenco"), ID: "P", Name: "PuntoInsieme", Kind: "desk", Form: people.DirectoryForm{Phone: "0536 000111", Cost: "unknown", Needs: []string{"care"}}})
	add("people", &admin.PeoplePage{Page: page(admin.TitlePeople, "/personale"), People: []admin.PersonRow{{ID: "P1", Username: "anna", Role: "intake_worker", Unit: "Sportello Donna, Municipio II", State: "member", Locked: true}, {ID: "P2", Username: "sara", Role: "social_worker", Unit: "Servizio sociale", State: "suspended", Chosen: true}, {ID: "P3", Username: "elena", Role: "intake_worker", State: "invited"}}, Suspended: true, Invited: true,
		Invitations: []admin.Invitation{{ID: "I1", Name: "Elena Conti", Role: "intake_worker", Unit: "Sportello Donna, Municipio II", Ends: ago(-5)}}})
	add("people.empty", &admin.PeoplePage{Page: page(admin.TitlePeople, "/personale")})
	invite := &admin.InvitePage{Page: page(admin.TitleInvite, "/personale/invita"), Units: units,
		Rows: []admin.InviteRow{{N: 1, Username: "giulia", Office: "intake_worker", Into: "U1", Language: "it"}, {N: 2, Username: "anna", Office: "lead", Language: "en"}, {N: 3}}}
	invite.Fail("username-2", admin.FailUsername)
	invite.Fail("office-2", admin.FailFits)
	add("invite", invite)
	add("invite.code", &admin.InvitePage{Page: page(admin.TitleInvite, "/personale/invita"), Ends: ago(-7), Codes: []admin.InviteCode{
		{Username: "giulia", Code: "K7QM-2FXT-9BWR-D3KB-2HN6-PLJ4-QA"}, {Username: "marta", Code: "J7QM-2FXT-9BWR-D3KB-2HN6-PLJ4-QB"}}})
}
