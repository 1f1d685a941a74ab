package server_test

import (
	"archive/zip"
	"bytes"
	"encoding/base32"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/referrals/walls"
	"sportello/server"
	"sportello/server/locale"
)

// TestStory is the whole thread of the service in a real browser, as the people
// of the town live it on a Friday evening: in Italian and in English, with
// script and without.
func TestStory(t *testing.T) {
	t.Parallel()
	for _, run := range []struct {
		name   string
		lang   locale.Lang
		script bool
	}{{"it", locale.Italian, true}, {"en", locale.English, true}, {"it without script", locale.Italian, false}, {"en without script", locale.English, false}} {
		t.Run(run.name, func(t *testing.T) {
			t.Parallel()
			to := newTour(t, site.Town(t), run.lang, run.script)
			to.axe = axeRun(t)
			if run.lang == locale.Italian && run.script {
				to.keep = os.Getenv("STORY_PICTURES")
			}
			st := &story{t: t, to: to}
			st.tell()
			to.s.Quiet(t)
			for _, r := range server.Routes() {
				if r.Method == http.MethodGet && !to.routes[r.Pattern] && !leadsOn[r.Pattern] {
					t.Errorf("nobody in the story looks at %s: no axe-core, no narrow window, no picture", r.Pattern)
				}
			}
		})
	}
}

// leadsOn are the addresses without a page of their own.
var leadsOn = map[string]bool{
	"/":               true, // leads to the first page of her work
	"/attesa":         true, // asks for the passphrase, then shows the words
	"/contatti/nuovo": true, // leads to the first step of a new contact
}

// story is what its people know while it is told.
type story struct {
	t                         *testing.T
	to                        *tour
	anna, bruna, clara, dario *visitor
	code, other               string // of Rosa's file, and of a second one
	file                      string // path of Rosa's file
	sent                      string // path of the referral at the desk
	arrived                   string // path of the referral at the centre
	preview                   string // the package as Anna saw it
	elena                     *visitor
	invitations               map[string]string
	words                     string // of a centre that is new
	ines                      string // a referral that a restore shut before the story begins
}

func (st *story) tell() {
	st.ines = st.to.s.Shut(st.t, "Olga")
	st.idaIsAsked()
	st.annaSignsIn()
	st.aRestoreShutAReferral()
	st.rosaCalls()
	st.emergencyStays()
	st.theLineDrops()
	st.rosaGetsAFile()
	st.dangerEnds()
	st.sofiaFindsTheTask()
	st.rosaIsFound()
	st.nobodyCallsOutsideHerHours()
	st.annaWritesNotes()
	st.theyAgreeToMeet()
	st.sheIsReadASheet()
	st.rosaSaysMore()
	st.annaShouldNotBeGiven()
	st.twoTabsDoNotFight()
	st.somebodyElseCalls()
	st.theScreenIsCovered()
	st.rosaChoosesACentre()
	st.rosaSaysWhatToShare()
	st.rosaHearsTheText()
	st.annaSends()
	st.brunaOpens()
	st.theyTalk()
	st.theRuleChanges()
	st.brunaKeepsACopy()
	st.rosaTakesItBack()
	st.otherWays()
	st.annaJoinsTwoFiles()
	st.theFileIsClosed()
	st.darioInvites()
	st.elenaIsAdmitted()
	st.annaAsksForAWall()
	st.fatimaFoundsHerCentre()
	st.wordsAreCompared()
	st.aKeyIsStopped()
	st.claraReads()
	st.claraTakesTheLogAway()
	st.annaLooksAfterHerself()
	st.elenaLeaves()
	st.theOddPages()
}

// annaSignsIn: point 2, and the language switch before anybody is known.
func (st *story) annaSignsIn() {
	v := st.to.visitor(st.t, "anna")
	st.anna = v
	v.open("/entra")
	if st.to.lang == locale.English {
		v.click("English")
	}
	v.see("signin.title")
	v.fill("signin.username", "anna").fill("signin.passphrase", "non è questa").click("action.continue")
	v.fill("code.code", "000000").click("action.continue").see("signin.failed")
	v.signIn("anna").at("/agenda").see("urgent.recovery_changed", "agenda.callback_empty", "Pronto intervento sociale", "000 000 0100", "1522")
}

// aRestoreShutAReferral: the data came back from an older copy; Anna asks Ines
// before the centre opens anything again.
func (st *story) aRestoreShutAReferral() {
	v := st.anna
	v.see("agenda.restored", "agenda.restored_about", storetest.Ginestra).open("/invii/" + st.ines).see("referral.shut").seeNot("referral.answer")
	v.click("referral.confirm_shut").at("/invii/{id}/conferma").see("restored.why", "restored.otherwise", "Ines")
	v.click("referral.revoke").at("/invii/{id}/revoca").click("stepup.back").at("/invii/{id}").click("referral.confirm_shut")
	v.click("restored.do").see("restored.checked_missing").choose("restored.how", "checked.she_said").click("restored.do")
	v.see("stepup.title", "stepup.restored", storetest.Ginestra).stepUp().at("/invii/{id}").see("restored.done").seeNot("referral.shut")
	v.open("/agenda").see("agenda.restored_given").click("Olga").at("/autorizzazioni/{id}/conferma").see("restored.unsent", "restored.why", storetest.Ginestra)
	v.click("restored.do_unsent").see("restored.checked_missing").choose("restored.how", "checked.she_said").click("restored.do_unsent")
	v.see("stepup.title", "stepup.restored_unsent", storetest.Ginestra).stepUp().see("restored.done_unsent")
	v.open("/agenda").seeNot("agenda.restored_about")
	// Ines changes her mind: from here the story is Rosalia's.
	v.open("/invii/"+st.ines).click("referral.revoke").choose("safe.recognised", "recognised.known_voice").click("revoke.do").see("revoke.done", "referral.stop_waits")
	v.click("referral.stop_told").at("/agenda").see("referral.stop_was_told").seeNot("now.stop")
}

// rosaCalls: step 1, answered while somebody may overhear.
func (st *story) rosaCalls() {
	v := st.anna
	v.click("agenda.new_contact").at("/contatti/nuovo/{form}/{step}")
	v.choose("contact.speaker", "speaker.she")
	v.choose("contact.alone", "yesno.yes").choose("contact.can_talk", "yesno.yes").choose("contact.call_back", "yesno.yes").fill("contact.call_number", "333 765 4321")
	v.choose("contact.danger", "said_aloud.yes").see("danger.title", "danger.call_112", "000 000 0100")
	v.choose("danger.who_calls", "who_calls.she").fill("danger.when", "subito dopo")
	v.choose("contact.where", "where.near").choose("contact.children", "children.with_her")
	v.tick("contact.accompanied").see("contact.say_alone")
	v.see("contact.say_duty").press("contact.duty_lead").see("Procura presso il Tribunale per i minorenni").tick("contact.duty_said")
	v.choose("contact.been_here", "said_aloud.no").fill("contact.been_query", "Rosalia").click("action.search")
	v.see("contact.no_match").answered("contact.danger", "said_aloud.yes").seeNot("333 765 4321")
	v.press(v.say("contact.call_number")+": "+v.say("strip.kept")).holds("contact.call_number", "333 765 4321")
	v.fill("contact.name", "Rosalia").click("action.continue")
}

// emergencyStays: the steps stay on screen; nothing is lost on the way back.
func (st *story) emergencyStays() {
	v := st.anna
	v.see("contact.request_title", "danger.title", "danger.call_112")
	v.click("action.back").holds("contact.name", "Rosalia").answered("contact.where", "where.near").click("action.continue")
	v.fill("contact.request", "Chiede dove può dormire stanotte con la bambina.")
	v.choose("contact.needs", "need.listen").choose("contact.needs", "need.bed")
	v.choose("channel.call", "allow.yes").choose("channel.sms", "allow.never").choose("channel.in_person", "allow.yes")
	v.press(v.say("safe.number")+": "+v.say("strip.kept")).fill("safe.number", "333 765 4321")
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		v.choose("safe.days", "weekday."+day)
	}
	v.fill("safe.from", "09:00").fill("safe.to", "12:00")
	v.choose("safe.answerer", "answerer.only_she").choose("safe.hide", "yesno.yes").fill("safe.code_word", "girasole")
	v.fill("contact.children_count", "1").click("action.continue")
	v.see("danger.title", "contact.outcome_title", "callback.dropped")
}

// theLineDrops: what was typed is kept, she is called back under her leave, and the
// contact goes on.
func (st *story) theLineDrops() {
	v := st.anna
	v.click("callback.dropped").at("/contatti/{id}/richiama").see("Rosalia", "callback.how").seeNot("333 765 4321")
	v.press("strip.show_number").see("333 765 4321")
	v.choose("callback.outcome", "call_back.other_person").click("callback.save").see("error.choose_one")
	v.choose("callback.outcome", "call_back.no_answer").click("callback.save").see("callback.saved", "callback.calls")
	v.open("/agenda").see("now.dropped", "now.danger", "now.nobody").click("agenda.act_danger").at("/contatti/{id}/adesso").see("now.leads").open("/agenda").click("agenda.act_call").at("/contatti/{id}/richiama")
	v.choose("callback.outcome", "call_back.reached").click("callback.save").at("/contatti/{id}").see("callback.saved", "contact.request_title")
	v.open(v.path() + "/fogli/" + st.ref("centre") + "/carta").at("/contatti/{id}/fogli/{sheet}/{form}").see("sheets.paper_unasked").click("sheets.back").at("/contatti/{id}").see("contact.request_title")
	v.click("action.continue").see("contact.outcome_title", "contact.tonight_title")
}

// dangerEnds: with one of the recorded ends, on the Agenda until then.
func (st *story) dangerEnds() {
	v := st.anna
	v.open("/agenda").see("now.danger", "Rosalia").click("agenda.act_danger").at("/schede/{id}/adesso").see("now.leads", "lucia", "112")
	v.choose("now.end", "now_end.her_no").click("now.save").see("now.decided_with").open("/agenda")
	v.click("turn.do").at("/turno").see("turn.not_ready").click("turn.do").see("turn.not_yet").click("turn.pass").at("/schede/{id}/adesso")
	v.choose("turn.how", "hand.until_open").fill("turn.text", "Alle 8:30 la chiama Lucia.").click("turn.pass").at("/turno").see("turn.handed", "turn_line.given").click("turn.back")
	v.click("agenda.act_end").click("now.take").at("/agenda").see("now.taken", "now.by").click("agenda.act_end").at("/schede/{id}/adesso")
	v.choose("now.end", "now_end.arrived").click("now.save").at("/agenda").see("now.ended", "agenda.now_empty")
	v.click("agenda.lists").at("/schede").see("Rosalia", "anna").click("files.mine").see("Rosalia").click("files.closed").at("/schede").see("files.empty_closed")
}

// rosaGetsAFile: no outcome brings the form back; the outcome sets a task.
func (st *story) rosaGetsAFile() {
	v := st.anna
	v.see("Numeri e luoghi aperti adesso", "Un posto per stanotte", "sheets.others").choose("contact.given", "Un posto per stanotte: "+v.say("sheet_how.read"))
	v.click("contact.close").see("contact.outcome_missing", "danger.title")
	v.choose("contact.outcome", "outcome.social_service").see("contact.service_what", "contact.share_about").tick("share_field.number")
	v.click("contact.open_case").at("/contatti/{id}").see("contact_done.title", "Rosalia", "outcome.social_service")
	st.code = eval[string](v, `document.querySelector("main .mono").innerText`)
	v.click("contact_done.open_case").at("/schede/{id}").see(st.code, "Rosalia", "case_state.open", "identity.alias", "strip.may", "by.in_person",
		"Chiede dove può dormire stanotte con la bambina.", "need.bed", "by.sms", "case.danger", "where.near").press("strip.whole").see("channel.sms", "channel.call")
	v.seeNot("girasole", "333 765 4321")
	v.press("strip.show_word").see("girasole").press("strip.show_number").see("333 765 4321")
	st.file = v.path()
}

// sofiaFindsTheTask: the social service gets alias, request and rule.
func (st *story) sofiaFindsTheTask() {
	v := st.to.visitor(st.t, "sofia")
	v.signInIn("sofia").at("/agenda").seeNot("Rosalia").click("Sportello distretto II").at("/compiti/{id}")
	v.see("Rosalia", "Chiede dove può dormire stanotte con la bambina.", "by.call", "task_page.about")
	v.see("task_state.open").click("task_page.take").at("/compiti/{id}").see("task_page.was_taken", "task_state.taken", "sofia")
	st.anna.open("/agenda").see("agenda.sent", "task_state.taken", "sofia")
	st.anna.click("task_revoke.title").at("/compiti/{id}/revoca").see("task_revoke.knows", "share_field.number", "task_revoke.about")
	st.anna.click("task_revoke.do").see("safe.recognised_missing").choose("safe.recognised", "recognised.known_voice").click("task_revoke.do").see("task_revoke.done")
	st.anna.open("/agenda").click("task_revoke.title").at("/compiti/{id}/revoca").see("task_revoke.nothing", "way_text.only_desk")
	v.open(v.path()).see("strip.line_desk").seeNot("by.call").fill("task_page.note", "Chiamata lunedì mattina.").click("contact.open_case").at("/schede/{id}").see("Rosalia")
	v.click("frame.sign_out").at("/entra")
}

// rosaIsFound by code, by the name she chose, by how it sounds, by phone; a desk
// that may not open her file finds nothing at all.
func (st *story) rosaIsFound() {
	v := st.anna
	for _, term := range []string{st.code, "Rosalia", "rozalia", "333-7654321"} {
		v.open("/cerca").fill("search.box", term).click("action.search").see(st.code, "search.last_contact").seeNot("dormire", "333 765 4321")
	}
	v.click(st.code).at("/schede/{id}")
	vera := st.to.visitor(st.t, "vera")
	vera.signInIn("vera").open("/cerca")
	for _, term := range []string{st.code, "Rosalia", "333-7654321"} {
		vera.fill("search.box", term).click("action.search").see("search.none").seeNot("search.last_contact")
	}
	vera.open(st.file).see("error.not_found")
	vera.click("frame.sign_out")
}

// nobodyCallsOutsideHerHours: it is Friday evening, she allowed mornings.
func (st *story) nobodyCallsOutsideHerHours() {
	v := st.anna
	v.open(st.file).press("strip.whole").click("strip.attempts").at("/schede/{id}/tentativi").see("attempts.empty")
	v.choose("attempts.outcome", "attempt.no_answer")
	if eval[bool](v, `document.querySelector("#channel-call")?.checkVisibility() === true`) {
		v.stop("a call is offered outside her hours")
	}
	v.choose("attempts.channel", "channel.in_person").choose("attempts.outcome", "attempt.reached").fill("attempts.note", "È passata allo sportello.")
	v.click("attempts.save").at("/schede/{id}").see("attempts.saved")
	v.open(st.file+"/tentativi").see("attempt.reached", "È passata allo sportello.")
}

// annaWritesNotes: a note, its correction, and one in the wrong file.
func (st *story) annaWritesNotes() {
	v := st.anna
	st.secondFile()
	v.open(st.file).click("case.tab_diary").at("/schede/{id}/diario").see("event.contact").seeNot("subito dopo")
	v.press("diary.contact_told").see("said_aloud.yes", "where.near", "subito dopo", "contact.duty_said", "Un posto per stanotte").seeNot("333 765 4321")
	v.press(v.say("strip.show") + " " + v.say("strip.show_number")).see("333 765 4321")
	v.click("diary.add").choose("note.kind", "note_kind.interview").fill("note.text", "Ha parlato con calma.").click("diary.add").see("note.saved")
	v.click("diary.correct").at("/schede/{id}/diario/{note}/correggi").see("note.correct_about").holds("note.text", "Ha parlato con calma.")
	v.fill("note.text", "Ha parlato con calma, da sola.").click("note.save_correct").see("Ha parlato con calma, da sola.")
	v.press(v.say("diary.earlier", "Count", 1)).see("Ha parlato con calma.")
	v.click("diary.add").fill("note.text", "Questa è di Mirela.").click("diary.add").see("note.saved")
	v.click("diary.move").at("/schede/{id}/diario/{note}/sposta").see("Questa è di Mirela.", "note_move.about")
	v.fill("note_move.to", "XXXX-XXXX").click("note_move.do").see("note_move.unknown").holds("note_move.to", "XXXX-XXXX")
	v.fill("note_move.to", st.other).click("note_move.do").see("stepup.note_move", st.other).stepUp().at("/schede/{id}/diario").seeNot("Questa è di Mirela.")
	v.open("/cerca").fill("search.box", st.other).click("action.search").click(st.other).click("case.tab_diary").see("Questa è di Mirela.")
	v.open(st.file).click("case.tab_diary").seeNot("Questa è di Mirela.")
}

// theyAgreeToMeet on Monday, move it to Tuesday, and then she cannot come.
func (st *story) theyAgreeToMeet() {
	v := st.anna
	v.open(st.file).click("meeting.new").at("/schede/{id}/appuntamenti").see("meeting.about")
	v.fill("meeting.day", "2026-11-23").fill("meeting.hour", "10:30").fill("meeting.with", "Anna").fill("meeting.text", "Un colloquio in biblioteca.").click("meeting.save")
	v.see("error.empty").holds("meeting.text", "Un colloquio in biblioteca.").fill("meeting.where", "Sportello").choose("meeting.mediator", "yesno.yes").click("meeting.save")
	v.at("/schede/{id}/appuntamenti").see("meeting.saved", "meeting_state.planned", "10:30", "meeting.with_mediator").open(st.file).see("10:30").click("meeting.how")
	v.choose("meeting.how", "meeting_end.cancelled").click("meeting.end").at("/schede/{id}/appuntamenti").see("meeting.ended", "meeting_state.cancelled")
}

// ref is a sheet as an address of anna's session names it.
func (st *story) ref(code string) string {
	token := eval[string](st.anna, `document.querySelector("input[name=token]").value`)
	return base32.StdEncoding.EncodeToString(crypto.Hash([]byte("sheet"), []byte(token), []byte(code), []byte("it")))[:26]
}

// sheIsReadASheet, and takes none along: paper was not asked, and then it may not go home.
func (st *story) sheIsReadASheet() {
	v := st.anna
	v.open(st.file).click("sheets.title").at("/schede/{id}/fogli").see("sheets.have", "Un posto per stanotte", "sheet_how.read", "sheets.proposed")
	v.open(st.file+"/fogli/"+st.ref("centre")).at("/schede/{id}/fogli/{sheet}").see("Decide sempre lei che cosa fare", "sheets.on_paper").seeNot("sheets.note_paper", "sheets.print_a4")
	v.click("sheets.note_read").at("/schede/{id}/fogli").see("sheets.noted", "Che cos’è un centro antiviolenza", "sheets.has_it")
	v.open(st.file + "/fogli/" + st.ref("numbers") + "/biglietto").at("/schede/{id}/fogli/{sheet}/{form}").see("sheets.paper_unasked").seeNot("Urgenze").click("sheets.back").see("sheets.ask_rule")
	v.open(st.file).see("event.sheet").open("/fogli").see("sheet_for.near").open("/fogli/near_her/it").at("/fogli/{sheet}/{lang}").click("sheets.print_a4").see("Come aiutare una persona", "sheets.paper_look")
}

// secondFile is of a woman who told nothing but a name.
func (st *story) secondFile() {
	v := st.anna
	v.open("/contatti/nuovo").choose("contact.speaker", "speaker.she").fill("contact.name", "Mirela").click("action.continue").click("action.continue")
	v.choose("contact.outcome", "outcome.thinking").click("contact.open_case").see("contact_done.title")
	st.other = eval[string](v, `document.querySelector("main .mono").innerText`)
	v.click("contact_done.open_case").see("strip.line_nothing", "next.review_rule")
	v.click("case.calls").see("attempts.none_recorded")
}

// somebodyElseCalls: what others tell is taken down, acted on and, by her will, linked to
// her file, without who told it.
func (st *story) somebodyElseCalls() {
	v := st.anna
	v.open("/contatti/nuovo").choose("contact.speaker", "speaker.someone").click("action.continue").see("report.new_title", "report.someone", "report.say_never")
	v.choose("report.danger", "said_aloud.yes").see("report.call_112").choose("danger.who_calls", "report_caller.desk").fill("danger.when", "10:20")
	v.fill("report.subject", "La famiglia del secondo piano").choose("report.source", "report_source.neighbour").fill("report.reporter", "Una vicina").click("report.save")
	v.see("error.empty").holds("report.reporter", "Una vicina").fill("report.text", "Sente gridare da ieri.").click("report.save")
	v.at("/segnalazioni/{id}").see("report.saved", "Sente gridare da ieri.", "now.danger", "report.danger_how").seeNot("Una vicina", st.code)
	v.choose("report.step", "report_step.closed").click("report.step_save").see("report.danger_first")
	v.choose("now.end", "now_end.took_over").fill("now.text", "Pronto intervento").click("report.danger_save").see("report.moved", "now_end.took_over").seeNot("report.danger_how")
	v.choose("report.step", "report_step.followed").fill("report.step_worker", "anna").fill("report.step_day", "2099-01-01").click("report.step_save").see("error.day_far")
	v.fill("report.step_day", st.to.s.Clock.Now().AddDate(0, 0, 3).Format("2006-01-02")).click("report.step_save").see("report.moved", "report_state.followed")
	v.click("report.who_open").at("/segnalazioni/{id}/chi").see("Una vicina", "report_source.neighbour").click("report.back")

	v.open("/contatti/nuovo").choose("contact.speaker", "speaker.body").click("action.continue").see("report.body")
	v.fill("report.reporter", "Comando di prova").coverAndResume().holds("report.reporter", "Comando di prova").click("report.only_information").at("/agenda")
	v.click("nav.reports").at("/segnalazioni").see("report_state.followed", "report_source.neighbour").seeNot(st.code, "Una vicina", "Sente gridare", "Comando di prova")
	v.open("/cerca").fill("search.box", "secondo piano").click("action.search").see("search.none")

	v.open(st.file).click("case_reports.title").at("/schede/{id}/segnalazioni").see("case_reports.empty", "case_reports.link_about")
	v.click("case_reports.link").see("case_reports.wants_missing").tick("case_reports.wants").choose("safe.recognised", "recognised.in_person")
	if !eval[bool](v, `(e => { e.click(); return e.checked; })(document.querySelector("#report input"))`) {
		v.stop("there is no report to link")
	}
	v.click("case_reports.link").see("case_reports.linked", "Sente gridare da ieri.").seeNot("Una vicina", "report_source.neighbour", "Pronto intervento")
	v.open("/segnalazioni").see("report_list.empty").seeNot("report_state.linked")
}

// rosaSaysMore: who she is, as far as she wants; and back.
func (st *story) rosaSaysMore() {
	v := st.anna
	v.open(st.file).click("case.tab_person").at("/schede/{id}/persona").see("person.lead").holds("contact.name", "Rosalia")
	v.fill("person.name", "Rosa").fill("person.surname", "Ferri").fill("person.language", "language.ro").fill("person.town", "Frascati")
	v.choose("person.mediator", "yesno.yes").fill("person.children", "Una, con lei.").click("person.save").see("person.saved", "identity.identified")
	v.open("/cerca").fill("search.box", "ferri").click("action.search").see(st.code)
	v.open(st.file+"/persona").click("person.forget").at("/schede/{id}/persona/dimentica").see("forget.about").click("forget.do").see("stepup.shred", st.code).stepUp()
	v.see("forget.done", "identity.alias").holds("person.surname", "").holds("person.town", "Frascati (RM)")
	v.open("/cerca").fill("search.box", "ferri").click("action.search").see("search.none")
	v.open(st.file+"/persona").fill("person.name", "Rosa").click("person.save").see("identity.partial")
}

// annaShouldNotBeGiven: a neighbour of hers may come; she says so, and only lucia
// sees which file looks like it.
func (st *story) annaShouldNotBeGiven() {
	v := st.anna
	v.open("/credenziali").click("own.declare").at("/credenziali/dichiarazioni").see("declare.lead", "declare.truth", "declare.empty", "lucia")
	v.fill("declare.phone", "12").click("declare.do").see("error.declared_name", "error.declared_phone").holds("declare.phone", "12")
	v.fill("person.surname", "Sbagliato").fill("declare.phone", "").click("declare.do").see("declare.done", "Sbagliato").click("declare.take_back").see("declare.gone", "declare.empty")
	v.fill("person.name", "Mirella").click("declare.do").see("declare.done", "Mirella")
	lucia := st.to.visitor(st.t, "lucia").signInIn("lucia").at("/agenda")
	lucia.open("/ammissioni").click("declared.title").at("/ammissioni/dichiarazioni").see("anna", "declared.matches", "Mirela", st.other, "match_by.name", "declared.about").seeNot("Rosalia")
	lucia.click(st.other).at("/schede/{id}").see("Mirela").click("frame.sign_out")
	v.open("/ammissioni/dichiarazioni").see("error.not_found")
}

// twoTabsDoNotFight: the second to save sees both versions and chooses.
func (st *story) twoTabsDoNotFight() {
	v := st.anna
	w := v.tab()
	v.open(st.file + "/persona")
	w.open(st.file+"/persona").fill("person.children", "Una bambina, con lei.").click("person.save").see("person.saved")
	v.fill("person.children", "Una, di sei anni.").fill("person.town", "Marino").click("person.save")
	v.see("conflict.title", "Una bambina, con lei.", "Una, di sei anni.", "Marino", "conflict.differs")
	v.click("conflict.edit").holds("person.children", "Una, di sei anni.").click("person.save").see("person.saved")
	v.holds("person.children", "Una, di sei anni.").holds("person.town", "Marino (RM)")
	w.fill("person.children", "Di nuovo quella di prima.").click("person.save").see("conflict.title").click("conflict.keep_theirs")
	w.holds("person.children", "Una, di sei anni.")
}

// theScreenIsCovered: half a note is covered, and comes back filled with the
// passphrase alone; so does one whose session ended while she was writing.
func (st *story) theScreenIsCovered() {
	v := st.anna
	v.open(st.file+"/diario/nuova").choose("note.kind", "note_kind.phone").fill("note.text", "Mezza frase")
	v.click("frame.cover").at("/riprendi").seeNot("Rosa", "Mezza frase", "Sportello distretto II", "1522")
	v.fill("covered.passphrase", "non è questa").click("covered.resume").see("covered.wrong").seeNot("Mezza frase")
	v.fill("covered.passphrase", st.to.s.People["anna"].Passphrase).click("covered.resume")
	v.at("/schede/{id}/diario/nuova").see("frame.refilled").holds("note.text", "Mezza frase").answered("note.kind", "note_kind.phone")

	st.to.s.Clock.Add(61 * time.Minute)
	v.fill("note.text", "Mezza frase, e il resto.").click("diary.add").at("/entra").see("signin.again").seeNot("Mezza frase")
	p := st.to.s.People["anna"]
	v.fill("signin.username", p.Username).fill("signin.passphrase", p.Passphrase).click("action.continue")
	v.fill("code.code", st.to.s.Code(p)).click("action.continue")
	v.at("/bozza").see("late.title", "late.whose", "Mezza frase, e il resto.").click("late.use")
	v.at("/schede/{id}/diario/nuova").see("frame.refilled").holds("note.text", "Mezza frase, e il resto.").click("diary.add").see("note.saved")
}

// rosaChoosesACentre: from a municipality she names, away from another.
func (st *story) rosaChoosesACentre() {
	v := st.anna
	v.open(st.file).click("case.tab_referrals").at("/schede/{id}/invii").see("case_referrals.empty")
	v.click("case_referrals.choose").at("/schede/{id}/centro").see(storetest.Ginestra, storetest.Lucciole, "000 000 0201", "language.ar", "need.legal")
	v.fill("centre.near", "Nessun posto").click("action.search").see("centre.place_unknown").holds("centre.near", "Nessun posto")
	v.fill("centre.near", "Roma").fill("centre.need", "need.bed").click("action.search").see(storetest.Lucciole, " km").seeNot(storetest.Ginestra)
	v.fill("centre.need", "need.legal").click("action.search").see(storetest.Ginestra).seeNot(storetest.Lucciole)
	v.click("centre.choose").at("/schede/{id}/centri/{centre}").see(storetest.Ginestra, "way.she_calls", "way_hint.she_calls")
	v.choose("way.how", "way.we_send").click("action.continue").see("way.chose_missing")
	v.tick("way.she_chose").click("action.continue").see("share.title")
}

// rosaSaysWhatToShare: all boxes off, the actual content beside each.
func (st *story) rosaSaysWhatToShare() {
	v := st.anna
	v.see("Chiede dove può dormire stanotte con la bambina.", "Rosa", "share.lead").seeNot("Ferri", "girasole")
	if n := eval[int](v, `document.querySelectorAll("input[name=fields]:checked, input[name=keep_copy]:checked").length`); n != 0 {
		v.stop("%d boxes are ticked before she said anything", n)
	}
	v.tick("contact.name").tick("share_field.request").tick("share_field.needs").tick("share_field.number").tick("share.keep_copy")
	v.coverAndResume().see("share.title", "frame.refilled").holds("share_field.needs", "true").holds("share.keep_copy", "true")
	st.besideTheTicks()
}

// besideTheTicks stands what the centre will see: it follows them with script, and is
// asked for without.
func (st *story) besideTheTicks() {
	v := st.anna
	seen := func(want bool) {
		for range 200 {
			if strings.Contains(v.pack(), "Rosalia") == want {
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
		v.stop("what the centre will see does not follow the ticks: %s", v.pack())
	}
	for _, want := range []bool{false, true} {
		v.tick("contact.name")
		if !st.to.script {
			v.click("share.refresh")
		}
		seen(want)
	}
}

// rosaHearsTheText: in another language and back; what is missing brings the
// form back as it was.
func (st *story) rosaHearsTheText() {
	v := st.anna
	v.tick("how.heard").coverAndResume().see("how.read").holds("how.heard", "true").tick("how.heard")
	v.fill("how.language", "language.en").click("how.show").see("how.version")
	if got := eval[string](v, `document.querySelector(".read-aloud").lang`); got != "en" {
		v.stop("the text to read aloud is in %q", got)
	}
	v.fill("how.language", "language.it").click("how.show")
	if got := eval[string](v, `document.querySelector(".read-aloud").lang`); got != "it" {
		v.stop("the text to read aloud is in %q", got)
	}
	v.choose("how.given", "given.interpreter").click("share.next").see("how.heard_missing", "how.interpreter_missing", "how.urgency_missing")
	v.tick("how.heard").fill("how.interpreter", "Mediatrice 12").choose("how.feedback", "feedback.more").choose("how.until", "until.days30")
	v.choose("how.urgency", "urgency.three_days")
	v.holds("share_field.request", "true").holds("share_field.needs", "true").holds("share.keep_copy", "true")
	v.click("share.next").at("/autorizzazioni/{id}").see("preview.frame")
}

// annaSends: what she sees is exactly what the centre will see; sending asks for
// passphrase and code once more.
func (st *story) annaSends() {
	v := st.anna
	v.see("Chiede dove può dormire stanotte con la bambina.", "Rosalia", "urgency.three_days", "package.copy_yes", "channel.call").seeNot("Mediatrice 12", "Marino", "sei anni")
	st.preview = v.pack()
	preview := v.path()
	v.click("referral.revoke").at("/autorizzazioni/{id}/revoca").see("revoke.about_unsent", "revoke.no_reason_unsent").click("stepup.back").at("/schede/{id}/invii")
	p := st.to.s.People["anna"]
	v.open(preview).fill("signin.passphrase", p.Passphrase).fill("code.code", "123456").click("preview.send").see("stepup.title", "stepup.send", storetest.Ginestra, "stepup.failed")
	v.click("stepup.back").at("/autorizzazioni/{id}").fill("signin.passphrase", p.Passphrase).fill("code.code", st.to.s.Code(p)).click("preview.send")
	v.at("/invii/{id}").see("referral.was_sent", "referral_state.sent")
	st.sent = v.path()
	v.open(preview).at("/invii/{id}").open("/agenda").see("urgent.referral_unanswered")
}

// brunaOpens: an inbox without names; the package is the preview, byte by byte.
func (st *story) brunaOpens() {
	v := st.to.visitor(st.t, "bruna")
	st.bruna = v
	v.signInIn("bruna").at("/arrivi").see("inbox.new", storetest.TownDesk, "urgency.three_days").seeNot("Rosalia", "Rosa", "dormire")
	v.click("inbox.open").at("/arrivi/{id}").see("Rosalia", "Chiede dove può dormire stanotte con la bambina.")
	st.arrived = v.path()
	if got := v.pack(); got != st.preview {
		v.stop("the centre does not see what the preview showed:\n%s\n%s", got, st.preview)
	}
	v.press("strip.show_number").see("333 765 4321")
	st.anna.open(st.sent).see("referral_state.acknowledged")
}

// theyTalk: a question, its answer, an appointment, and the centre welcomes her.
func (st *story) theyTalk() {
	anna, bruna := st.anna, st.bruna
	bruna.press("received.write").fill("received.text", "Serve una culla?").click("received.question_do").see("referral.sent", "Serve una culla?")
	anna.open("/agenda").see("urgent.referral_question").open(st.sent).at("/invii/{id}").see("Serve una culla?", "referral_state.more_info")
	anna.fill("referral.answer", "No, ha sei anni.").click("referral.send").see("referral.sent", "No, ha sei anni.")
	bruna.open("/arrivi").see("inbox_news.message").open(st.arrived).see("No, ha sei anni.").open("/arrivi").seeNot("inbox_news.message").open(st.arrived)
	bruna.press("received.propose").fill("received.day", "2026-11-25").fill("received.hour", "10:30").fill("received.place", "Sede del centro").click("received.propose_do")
	bruna.see("referral_state.appointment", "received.proposed", "10:30", "Sede del centro", "received.app_waits")
	anna.open("/agenda").see("urgent.referral_appointment")
	anna.open(st.sent).see("Sede del centro", "10:30").click("referral.app_yes").see("referral.answer_sent", "referral.she_said")
	bruna.open(st.arrived).see("referral.she_said", "Sede del centro").click("received.accept").see("received.accepted", "referral_state.accepted")
	bruna.choose("received.after_what", "after.engaged").click("received.tell").see("received.told")
	anna.open("/agenda").see("urgent.news_engaged").open(st.sent).see("referral_state.engaged", "referral_state.accepted").open("/agenda").seeNot("urgent.news_engaged")
	bruna.open("/arrivi").seeNot("Rosalia")
}

// theRuleChanges by phone: she says her word; the centre is told at once.
func (st *story) theRuleChanges() {
	v := st.anna
	v.open(st.file).click("strip.edit").at("/schede/{id}/contatto-sicuro").see(storetest.Ginestra, "safe.tell_about", "safe.knows", "share_field.number").seeNot("girasole")
	v.press(v.say("safe.code_word")+": "+v.say("strip.kept")).holds("safe.code_word", "girasole")
	v.choose("channel.call", "allow.never").choose("channel.whatsapp", "allow.yes").fill("safe.say", "Chiamo per la bolletta.").click("safe.save").see("safe.recognised_missing")
	v.holds("safe.say", "Chiamo per la bolletta.").choose("safe.recognised", "recognised.code_word").click("safe.save").at("/schede/{id}").see("safe.saved").press("strip.whole").see("Chiamo per la bolletta.")
	b := st.bruna
	b.open(st.arrived).see("received.stale", "way_text.only_desk").seeNot("bolletta", "channel.whatsapp")
	v.click("strip.edit").tick(storetest.Ginestra).choose("safe.recognised", "recognised.code_word").click("safe.save")
	v.see("stepup.tell", "safe.saved").stepUp().at("/schede/{id}").see("safe.told")
	b.open("/arrivi").see("inbox.us").seeNot("bolletta")
	b.open(st.arrived).see("Chiamo per la bolletta.", "channel.whatsapp")
}

// brunaKeepsACopy: an age file to a key that never was on this service; the age
// command opens it.
func (st *story) brunaKeepsACopy() {
	v := st.bruna
	dir := st.t.TempDir()
	key := filepath.Join(dir, "key.txt")
	run(st.t, "age-keygen", "-pq", "-o", key)
	recipient := strings.TrimSpace(run(st.t, "age-keygen", "-y", key))
	v.click("received.copy").at("/arrivi/{id}/copia").see("copy.truth", "copy.keep_one")
	v.fill("copy.key", "age1questanonè").click("received.copy").see("error.recipient")
	st.theCentreKeepsItsKey(recipient)
	v.open(st.arrived).click("received.copy").see("copy.kept", "copy.words").answered("copy.which", "copy.kept")
	v.click("received.copy").see("stepup.copy")
	bruna := st.to.s.People["bruna"]
	v.fill("signin.passphrase", bruna.Passphrase).fill("code.code", st.to.s.Code(bruna))
	file := v.download("stepup.do")
	text := run(st.t, "age", "-d", "-i", key, file)
	for _, want := range []string{"<!doctype html>", "Copia di un invio ricevuto", "Rosalia", "Chiede dove può dormire stanotte con la bambina.", "Chiamo per la bolletta."} {
		if !strings.Contains(text, want) {
			st.t.Errorf("the sealed copy does not hold %q", want)
		}
	}
	if strings.Contains(text, "Ferri") || strings.Contains(text, "Marino") {
		st.t.Error("the sealed copy holds what she did not share")
	}
}

// theCentreKeepsItsKey: pasted once, with passphrase and code; its words can be
// compared, and every member is told.
func (st *story) theCentreKeepsItsKey(recipient string) {
	v := st.bruna
	v.open("/credenziali").click("copy_key.see").at("/credenziali/chiave-centro").see("copy_key.none", "copy_key.truth")
	v.fill("copy_key.recipient", "age1questanonè").click("copy_key.do").see("copy_key.wrong").holds("copy_key.recipient", "age1questanonè")
	v.fill("copy_key.recipient", recipient).click("copy_key.do").see("stepup.copy_key", storetest.Ginestra).stepUp().see("copy_key.done", "copy_key.kept", "bruna")
	if n := len(strings.Fields(v.words())); n != 4 {
		v.stop("the key has %d words", n)
	}
	v.open("/arrivi").see("notice.copy_key", "notices_about.keys").click("notices.seen").see("notices.done")
}

// rosaTakesItBack: from then on the centre opens nothing of it, and says what it
// did.
func (st *story) rosaTakesItBack() {
	anna, bruna := st.anna, st.bruna
	bruna.open(st.arrived)
	anna.open(st.sent).click("referral.revoke").at("/invii/{id}/revoca").see("revoke.about", "revoke.copied", "revoke.no_reason")
	anna.click("revoke.do").see("safe.recognised_missing").choose("safe.recognised", "recognised.code_word").click("revoke.do").at("/invii/{id}").see("revoke.done", "referral_state.withdrawn")
	anna.seeNot("Serve una culla?").see("referral.stop_waits").open("/agenda").see("now.stop", "agenda.act_stop").click("agenda.act_stop").at("/invii/{id}")
	bruna.press("received.write").fill("received.text", "Arriva oggi?").click("received.question_do")
	if bruna.status < 400 {
		bruna.stop("the centre still writes about what was taken back: status %d", bruna.status)
	}
	bruna.open("/arrivi").see("inbox.stop", "inbox.stops", "stop.cancel", "stop.nophone").seeNot("Rosalia")
	bruna.open(st.arrived).at("/arrivi/{id}/avviso").see("stop.title", "stop.do_not").seeNot("Rosalia", "dormire", "333 765 4321")
	bruna.click("stop.confirm").see("stop.missing")
	bruna.choose("stop.what", "stop_done.contacted").choose("stop.what", "stop_done.copy_destroyed").click("stop.confirm").see("stop.stated")
	anna.open("/agenda").see("urgent.news_stop_done").seeNot("now.stop")
	anna.open(st.sent).see("referral.stop_done", "stop_done.contacted", "stop_done.copy_destroyed")
	anna.open("/agenda").seeNot("urgent.news_stop_done")
	anna.open(st.file+"/diario").see("event.revoked", "event.rule", "event.referral", "recognised.code_word")
}

// otherWays: she calls herself, and a centre that cannot welcome her.
func (st *story) otherWays() {
	v := st.anna
	v.open(st.file+"/centro").click("centre.choose").tick("way.she_chose").click("action.continue").at("/schede/{id}/centri/{centre}/chiama").see("way.noted", "centre_call.about")
	v.fill("centre_call.text", "Chiama dal lavoro.").click("centre_call.save").see("error.choose_one").holds("centre_call.text", "Chiama dal lavoro.")
	v.choose("centre_call.outcome", "centre_call.she_will_call").click("centre_call.save").at("/schede/{id}").see("centre_call.saved")
	v.open(st.file+"/diario").see("way.she_calls", "note_kind.network", "centre_call.she_will_call", "Chiama dal lavoro.")
	v.open(st.file+"/centro").fill("centre.need", "need.legal").click("action.search").click("centre.choose").tick("way.she_chose").choose("way.how", "way.we_send").click("action.continue")
	v.tick("how.heard").choose("how.given", "given.spoken").choose("how.urgency", "urgency.today").click("share.next")
	v.see("preview.frame", "way_text.only_desk", "package.copy_no").fill("signin.passphrase", st.to.s.People["anna"].Passphrase).fill("code.code", st.to.s.Code(st.to.s.People["anna"]))
	v.click("preview.send").see("referral.was_sent")
	sent := v.path()
	b := st.bruna
	b.open("/arrivi").see("urgency.today").click("inbox.open").see("way_text.only_desk").seeNot("Rosalia", "333 765 4321", "WhatsApp")
	b.click("received.decline").at("/arrivi/{id}/non-accogli")
	b.choose("decline_page.reason", "decline.neutral").click("decline_page.do").at("/arrivi").see("decline_page.done")
	v.open(sent).see("referral_state.declined", "decline.neutral")
}

// theFileIsClosed with a reason of a list, and opened again without one; who
// opened it is on its last tab.
func (st *story) theFileIsClosed() {
	v := st.anna
	v.open(st.file).click("case.close").at("/schede/{id}/chiudi").click("case.close").see("case_close.reason_missing")
	v.choose("case_close.reason", "closing.no_more_wished").fill("case_close.note", "Per ora va bene così.").click("case.close")
	v.at("/schede/{id}").see("case_close.closed", "case_state.closed").click("case.reopen").at("/schede/{id}/riapri").click("case.reopen").see("case_close.reopened")
	v.click("case.tab_readers").at("/schede/{id}/aperture").see("anna", "role.intake_worker", storetest.TownDesk)
}

// pack is the package as the page holds it, byte by byte.
func (v *visitor) pack() string {
	v.t.Helper()
	return eval[string](v, `document.querySelectorAll("article.package").length === 1 ? document.querySelector("article.package").outerHTML : ""`)
}

// run runs a tool of this module.
func run(t *testing.T, tool string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command("go", append([]string{"tool", tool}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("running %s: %v\n%s", tool, err, errs.String())
	}
	return out.String()
}

// darioInvites: he makes an agency, a unit and invitations; he opens no case,
// admits nobody, and cannot make the first key of a centre.
func (st *story) darioInvites() {
	v := st.to.visitor(st.t, "dario")
	st.dario = v
	v.signInIn("dario").at("/enti").see("Comune di Vallechiara", storetest.TownDesk, storetest.Ginestra, "responsibility.controller")
	v.click("agency.new").at("/enti/nuovo").fill("agency.name", "Associazione Il Melograno").choose("agency.what", "agency_kind.operator")
	v.choose("agency.responsibility", "responsibility.processor").click("agency.save").see("agency.ends_missing").holds("agency.name", "Associazione Il Melograno")
	v.fill("agency.ends", "2027-12-31").click("agency.save").see("stepup.agency", "Associazione Il Melograno").stepUp().at("/enti").see("agency.saved", "Associazione Il Melograno")
	v.click("unit.new").at("/unita/nuova").fill("unit.agency", "Associazione Il Melograno").fill("unit.name", "Centro Il Melograno")
	v.fill("unit.kind", "unit_kind.centre").click("unit.save").see("stepup.units", "Centro Il Melograno").stepUp().see("unit.saved", "Centro Il Melograno", "unit_state.empty")
	v.open("/enti").click("strip.edit").at("/enti/{agency}").fill("agency.ends", "2028-12-31").click("agency.save").see("stepup.agency_end").stepUp().see("agency.saved")
	v.open("/enti").click("strip.edit").at("/enti/{agency}").see("mandate.empty").click("mandate.new").at("/enti/{agency}/incarichi/nuovo")
	v.fill("mandate.controller", "Comune di Velletri").fill("towns.list", "Veletri").fill("mandate.protocol", "PG 12/2026").fill("mandate.ends", "2028-12-31").click("mandate.save").see("towns.unknown")
	v.fill("towns.list", "Velletri").click("mandate.save").at("/enti/{agency}").see("Comune di Velletri", "mandate.saved", "territory.gaps")
	v.click("mandate.change").at("/enti/{agency}/incarichi/{mandate}").holds("mandate.controller", "Comune di Velletri").open("/enti").click("strip.edit").click("territory.change").at("/unita/{unit}/territorio").see("territory.about")
	v.open("/enti/" + st.to.s.Agency).at("/enti/{agency}").see("agreement.empty").click("agreement.enter").at("/enti/{agency}/accordo").see("agreement.about")
	v.choose("agreement.kind", "agreement_kind.union").fill("agreement.day", "1/10/2026").fill("agreement.ref", "PG 7/2026").click("agreement.save").see("stepup.agreement").stepUp()
	v.at("/enti/{agency}").see("agreement.saved", "agreement_kind.union", "PG 7/2026")
	v.open("/enti").see("start.title", "start.open", "start.done").click("nav.board").at("/numeri").see("000 000 0100", "answers.always")
	v.click("oncall.new").at("/numeri/reperibilita").fill("number.name", "Servizio sociale").fill("number.phone", "333 0000000").choose("hours.kind", "hours_kind.always")
	v.click("board.save").see("number.look", "333 000 0000", "number.tried_missing", "number.again_missing")
	v.tick("number.again").fill("number.tried", st.to.s.Clock.Now().Format("2006-01-02")).click("board.save").see("stepup.posted", "Servizio sociale").stepUp().at("/numeri").see("board.saved", "Servizio sociale", "333 000 0000")
	v.click("duty.new").at("/doveri/nuovo").fill("duty.what", "Un reato grave").click("board.save").at("/numeri").see("Un reato grave")
	v.click("board.change").at("/numeri/{entry}").see("board.past", "role.console").open("/numeri/nuovo").at("/numeri/nuovo").see("number.new").open("/numeri")
	for _, of := range []string{"/orari/{unit}", "/doveri/{entry}"} {
		start, _, _ := strings.Cut(of, "{")
		v.open("/numeri").open(eval[string](v, `[...document.querySelectorAll("main a")].map(a => a.getAttribute("href")).find(h => h.startsWith(%s) && !h.endsWith("nuovo"))`, start)).at(of)
	}
	st.invitations = map[string]string{}
	st.invite("elena", "role.lead", storetest.TownDesk)
	st.invite("fatima", "role.centre_worker", "Centro Il Melograno")
	v.open("/personale/invita").fill("signin.username", "ELENA").fill("readers.role", "role.intake_worker").fill("readers.unit", storetest.TownDesk)
	v.click("invite.do").see("invite.username_taken")
	v.open("/personale").see("elena", "person_state.invited", "anna", "person_state.member")
	v.open(st.file).see("error.not_found").open("/agenda").see("error.not_found").open("/registro").see("error.not_found")
}

func (st *story) invite(name, role, unit string) {
	v := st.dario
	v.open("/personale").click("invite.title").at("/personale/invita").fill("signin.username", name).fill("readers.role", role).fill("readers.unit", unit)
	v.click("invite.do").see("stepup.invite", name).stepUp().see("invite.once")
	st.invitations[name] = eval[string](v, `document.querySelector("main .read-aloud").innerText.trim()`)
}

// takes is how somebody takes her invitation: passphrase, telephone, codes.
func (st *story) takes(name string) *visitor {
	v := st.to.visitor(st.t, name)
	if st.to.lang == locale.English {
		v.open("/entra").click("English")
	}
	v.open("/entra").click("signin.have_invitation").at("/invito").fill("invitation.code", "AAAA-BBBB").click("action.continue").see("invitation.wrong")
	v.fill("invitation.code", st.invitations[name]).click("action.continue").at("/invito/frase")
	words := eval[string](v, `document.querySelector("main .read-aloud").innerText.trim()`)
	v.fill("phrase.again", "non la stessa").click("action.continue").see("phrase.differs")
	v.fill("phrase.again", words).click("action.continue").at("/invito/fattore")
	a := &storetest.Account{Username: name, Passphrase: words, Seed: v.seed()}
	st.to.s.People[name] = a
	v.fill("enrol.code", "000000").click("action.continue").see("enrol.wrong")
	v.fill("enrol.code", st.to.s.Code(a)).click("action.continue").see("recovery_codes.title")
	if n := eval[int](v, `document.querySelectorAll(".codes li").length`); n != 10 {
		v.stop("there are %d recovery codes", n)
	}
	return v.click("recovery_codes.kept")
}

// seed is the secret of a second factor, written out by hand.
func (v *visitor) seed() string {
	v.t.Helper()
	v.press("enrol.by_hand")
	return strings.ReplaceAll(eval[string](v, `document.querySelector("details .mono").innerText`), " ", "")
}

// words are the four words on a page.
func (v *visitor) words() string {
	v.t.Helper()
	return eval[string](v, `[...document.querySelectorAll("ol.words")].map(o => o.innerText.trim().split(/\s+/).join(" ")).join("; ")`)
}

// elenaIsAdmitted by a member, who hears the same four words by telephone.
func (st *story) elenaIsAdmitted() {
	elena, anna := st.takes("elena"), st.anna
	elena.at("/invito/codici").see("waiting.title")
	read := elena.words()
	elena.signIn("elena").see("waiting.title").click("waiting.check").at("/riprendi").fill("covered.passphrase", st.to.s.People["elena"].Passphrase).click("covered.resume").see("waiting.title")
	if elena.words() != read {
		elena.stop("her words changed from %q", read)
	}
	elena.open(st.file)
	if elena.status == 200 && elena.path() == st.file {
		elena.stop("who waits opens a file")
	}
	anna.open("/ammissioni").click("elena").at("/ammissioni/{person}").see("admit.about", "admit.different")
	if anna.words() != read {
		anna.stop("the words to compare are not those that elena reads: %q", read)
	}
	anna.click("admit.do").see("admit.say_same").choose("admit.same", "same.no").click("admit.do").see("admit.not_same")
	anna.open("/ammissioni").click("elena").see("lead.admitted").choose("admit.same", "same.yes").click("admit.do").see("stepup.admit").stepUp()
	anna.at("/ammissioni").see("admissions.admitted", "elena", "lead.waits_short")
	elena = st.to.visitor(st.t, "elena").signInIn("elena").at("/colleghi").see("colleagues.title", "anna", "lucia")
	elena.click("colleagues.do").see("colleagues.left").tick("anna").tick("lucia").click("colleagues.do").at("/agenda")
	elena.open(st.file).see(st.code, "Rosalia")
	st.elena = elena
	st.elenaLeads()
}

// elenaLeads once a second member than the one who admitted her heard her words.
func (st *story) elenaLeads() {
	elena := st.elena
	elena.open("/ammissioni").see("lead.waits_short").seeNot("declared.title").click("lead.my_words").at("/ammissioni/mie-parole").see("lead.waits", "lead.passphrase")
	elena.fill("signin.passphrase", st.to.s.People["elena"].Passphrase).click("lead.show").see("lead.read")
	read := elena.words()
	st.anna.open("/ammissioni").seeNot("lead.title")
	lucia := st.to.visitor(st.t, "lucia").signInIn("lucia")
	lucia.open("/colleghi").see("elena").tick("elena").click("colleagues.do").at("/agenda")
	lucia.open("/ammissioni").click("lead.title").at("/ammissioni/{person}/responsabile").see("lead.about", "lead.different", "elena")
	if lucia.words() != read {
		lucia.stop("the words to compare are not those that elena reads: %q", read)
	}
	lucia.click("lead.do").see("admit.say_same").choose("admit.same", "same.yes").click("lead.do").see("stepup.lead", "elena").stepUp().at("/ammissioni").see("lead.done").seeNot("lead.waits_short")
	lucia.click("frame.sign_out")
}

// annaAsksForAWall: to hide the file from a lead takes two; the colleague who is asked
// says no, and nothing has changed.
func (st *story) annaAsksForAWall() {
	anna, elena := st.anna, st.elena
	anna.open(st.file).click("walls.title").at("/schede/{id}/muri").see("walls.about", "walls.recovery", "walls.two")
	anna.click("walls.ask").see("error.not_lead")
	anna.choose("walls.off_leads", "lucia").choose("walls.second", "elena").choose("walls.stands_then", "wall_stands.me").click("walls.ask")
	anna.see("stepup.wall_propose").stepUp().at("/schede/{id}/muri").see("walls.asked", "walls.waiting_for", "elena")
	elena.open("/agenda").see("urgent.wall_asked")
	elena.open(eval[string](elena, `document.querySelector('a[href*="/muri/"]').getAttribute("href")`)).at("/schede/{id}/muri/{wall}")
	elena.see("walls.asks", "anna", "walls.hidden_from", "lucia").click("remove.say_no").see("walls.stopped", st.code)
	elena.open(st.file).click("restricted.title").at("/schede/{id}/riservata").see("restricted.about_unit")
	elena.open("/ammissioni").click("new_cases.title").at("/ammissioni/schede").see("new_cases.about")
	elena.open("/ammissioni").click("witness.title").at("/ammissioni/testimone").see("witness.about")
}

// idaIsAsked: the lead of another desk, named beforehand, is asked for the second word and
// is told of no file.
func (st *story) idaIsAsked() {
	s := st.to.s
	out, _, err := s.Desk.Cases.RecordContact(st.t.Context(), s.Caller("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "thinking", Alias: "Teresa"}})
	if err != nil {
		st.t.Fatal(err)
	}
	file := out.CaseID
	s.Found("Sportello di Valdora", acts.KindDesk, "ida", policies.Lead)
	if _, err := s.House.NameWitness(st.t.Context(), s.StepUp("lucia", policies.UnitWitness, s.People["lucia"].Unit), s.People["ida"].ID); err != nil {
		st.t.Fatal(err)
	}
	_, err = s.Desk.Walls.Propose(st.t.Context(), s.StepUp("anna", policies.WallPropose, file), file,
		walls.Two{Change: walls.Change{Off: acts.List(s.People["lucia"].ID)}, Second: s.People["ida"].ID, Stands: s.People["anna"].ID})
	if err != nil {
		st.t.Fatal(err)
	}
	ida := st.to.visitor(st.t, "ida").signInIn("ida").at("/agenda").see("urgent.wall_witness", storetest.TownDesk)
	ida.open(eval[string](ida, `document.querySelector('a[href^="/muri/"]').getAttribute("href")`)).at("/muri/{wall}").see("wall_witness.title", "anna", "lucia").seeNot("Teresa", out.Code)
	ida.choose("wall_witness.answer", "yesno.no").click("remove.confirm").see("stepup.wall_witness").stepUp().at("/agenda").see("walls.stopped")
	ida.click("frame.sign_out")
}

// annaJoinsTwoFiles: the woman has a second file, and wants them to be one. What follows
// is read to her first; it was not what she meant, and they are taken apart again.
func (st *story) annaJoinsTwoFiles() {
	anna := st.anna
	anna.open(st.file).click("join.title").at("/schede/{id}/unione").see("join.about").seeNot(st.other)
	anna.fill("join.code_first", st.code).fill("join.code_second", st.code).click("join.preview").see("join.same")
	anna.fill("join.code_second", st.other).click("join.preview").see("join.follows", "join.walls", "join.rule_about", st.other)
	anna.click("join.do").see("join.said_missing", "restricted.agreed_missing")
	anna.fill("join.said", "Sì, sono sempre io.").tick("agreed.yes").click("join.do").see("stepup.join", st.code).stepUp()
	anna.at("/schede/{id}").see("join.done", "join.part", st.other)
	anna.open("/cerca").fill("search.box", st.other).click("action.search").see(st.code).click(st.code).at("/schede/{id}")
	anna.click("join.open").see("join.is", st.other, "join.until").click("join.undo").see("stepup.unjoin").stepUp().at("/schede/{id}").see("join.undone").seeNot("join.part")
}

// fatimaFoundsHerCentre: nobody else can make its first key.
func (st *story) fatimaFoundsHerCentre() {
	st.takes("fatima")
	v := st.to.visitor(st.t, "fatima").signInIn("fatima").at("/ammissioni/fonda").see("found.title", "Centro Il Melograno", "found.about")
	read := v.words()
	v.click("found.do")
	if strings.Contains(v.text(), v.say("found.recovery_words")) || !strings.Contains(v.text(), v.say("found.say_written")) {
		v.stop("founding goes on before the words were written down")
	}
	v.tick("found.written").click("found.do").see("stepup.found").stepUp().see("found.done")
	v.open("/ammissioni/parole").see("unit_words.title", "Centro Il Melograno")
	if v.words() != read {
		v.stop("the unit's words are %q, on founding they were %q", v.words(), read)
	}
	st.words = read
	v.open("/ammissioni").click("directory.title").at("/unita/{unit}/elenco").see("directory.about").fill("directory.town", "Nessun posto")
	v.click("directory.save").see("centre.place_unknown").fill("directory.town", "Latina").choose("directory.needs", "need.bed").click("directory.save")
	v.see("stepup.title").stepUp().see("directory.saved").holds("directory.town", "Latina (LT)")
}

// wordsAreCompared by telephone before anything can be sent to a new centre.
func (st *story) wordsAreCompared() {
	v := st.anna
	v.open("/centri").see("pins.lead", storetest.Ginestra, "centre_state.pinned", "Centro Il Melograno", "centre_state.new")
	v.click("Centro Il Melograno").at("/centri/{unit}").see("pin.about")
	if v.words() != st.words {
		v.stop("the words to compare are not those that fatima reads: %q, %q", v.words(), st.words)
	}
	v.fill("pin.number", "06 0000 000, elenco del 1522").click("pin.do").see("admit.say_same")
	v.choose("admit.same", "same.yes").click("pin.do").see("stepup.pin").stepUp().at("/centri").see("pin.done")
	v.open("/ammissioni/recupero").see("keep.title", "keep.in_force").click("keep.remove_title").at("/ammissioni/recupero/togli").see("keep.remove_about")
	v.click("action.back").at("/ammissioni/recupero")
}

// aKeyIsStopped: the only member of a centre proposes a recovery key; the desk that
// sends there sees it and stops it.
func (st *story) aKeyIsStopped() {
	kept, err := crypto.NewIdentity()
	if err != nil {
		st.t.Fatal(err)
	}
	words := st.to.s.RecoveryWords(kept.Recipient(), st.to.s.Units[storetest.Ginestra])
	bruna, anna := st.bruna, st.anna
	bruna.openAgain("/ammissioni/recupero").see("keep.none", "keep.none_centre").fill("keep.recipient", "age1questanonè").fill("keep.heard", strings.Join(words[:], " "))
	bruna.click("keep.do").see("keep.recipient_wrong").fill("keep.recipient", kept.Recipient().String()).click("keep.do").see("stepup.recovery").stepUp().see("keep.proposed", "keep.alone")
	anna.open("/agenda").see("urgent.recovery_alone").click(storetest.Ginestra).at("/recuperi/{unit}").see("keep.elsewhere", "keep.elsewhere_about", storetest.Ginestra)
	anna.click("keep.stop").at("/agenda").see("keep.stopped").seeNot("urgent.recovery_alone")
	bruna.open("/ammissioni/recupero").seeNot("keep.alone")
}

// claraReads who did what to which record, never a name or a note; her reading
// is in the log.
func (st *story) claraReads() {
	v := st.to.visitor(st.t, "clara")
	st.clara = v
	v.signInIn("clara").at("/registro").see("log.rows", "log.agreement_missing").seeNot("Rosalia", "dormire", "girasole")
	v.fill("log.action", "act.member.admit").click("log.answer").see("result.allowed", "act.member.admit")
	v.fill("log.action", "act.referral.send").click("log.answer").see("result.allowed")
	v.press("log.keys").click("log.verify_now").see("log.verified", "verification.good")
	v.fill("log.action", "act.consent.revoke").click("log.answer")
	v.click(eval[string](v, `document.querySelector("tbody th a.action-link[href^='/registro/']").innerText`)).at("/registro/{index}").see("proof.good", "consent.revoke")
	// Who read her: from her code, on one page, in three clicks of which the first was to come in.
	v.open("/registro").fill("log.her_code", st.code).fill("log.action", "log_acts.read").click("log.answer").see("answer.title", "act.case.open", "role.intake_worker").seeNot("Rosalia")
	v.open(eval[string](v, `document.querySelector("a[href$='/chi']").getAttribute("href")`)).at("/registro/{index}/chi").see("named.about").seeNot("named.name")
	v.fill("named.reason", "Lo chiede la donna").click("named.ask").see("stepup.log_name").stepUp().at("/registro/{index}/chi").see("named.name", "named.once")
	v.open("/registro").fill("log.her_code", st.code).click("log.for_her").see("answer.for_her_title", "role.intake_worker").seeNot("Rosalia")
	v.open("/registro").fill("log.her_code", "ACDE-FGHJ").click("log.answer").see("answer.nothing")
	v.open("/registro").fill("log.from", "2026-11-30").fill("log.to", "2026-11-01").click("log.answer").see("log.day_wrong")
	v.open("/registro/accessi").see("access.lead", storetest.TownDesk, storetest.Ginestra).seeNot("Rosalia")
	v.open("/registro/invii").see("audit_referrals.lead", storetest.Ginestra, "given.interpreter", "audit_referrals.dead").seeNot("Rosalia", "Mediatrice 12")
	v.open(st.file).see("error.not_found").open(st.sent).see("error.not_found").open(st.arrived).see("error.not_found")
}

// claraTakesTheLogAway: the bundle is verified with the public key alone.
func (st *story) claraTakesTheLogAway() {
	v := st.clara
	v.open("/registro")
	key := eval[string](v, `[...document.querySelectorAll("main .mono")].map(e => e.textContent).find(t => t.startsWith("test+"))`)
	v.press("log.export").click("log.export_do").see("stepup.export")
	p := st.to.s.People["clara"]
	v.fill("signin.passphrase", p.Passphrase).fill("code.code", st.to.s.Code(p))
	whole := st.verifyOffline(v.download("stepup.do"), key)
	if !strings.Contains(whole, "leaves 0 to ") {
		v.stop("the whole log does not verify: %s", whole)
	}
	v.open("/registro").fill("log.action", "act.referral.send").press("log.export").see("log.export_part").click("log.export_do").see("export_scope.part")
	v.fill("signin.passphrase", p.Passphrase).fill("code.code", st.to.s.Code(p))
	part := st.verifyOffline(v.download("stepup.do"), key)
	if !strings.Contains(part, "chosen leaves between ") || strings.Contains(part, "leaves 0 to ") {
		v.stop("a part of the log does not verify: %s", part)
	}
}

// verifyOffline runs the command line in an empty folder, with nothing but the
// bundle and the public key, and says what it said; and it says no to a bundle
// that was changed.
func (st *story) verifyOffline(bundle, key string) string {
	st.t.Helper()
	body, err := os.ReadFile(bundle)
	if err != nil {
		st.t.Fatal(err)
	}
	dir := st.t.TempDir()
	for name, b := range map[string][]byte{"registro.zip": body, "log.pub": []byte(key + "\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			st.t.Fatal(err)
		}
	}
	verify := func() (string, error) {
		cmd := exec.CommandContext(st.t.Context(), commandLine(st.t), "audit", "verify", "registro.zip", "--key", "log.pub")
		cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir}
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	said, err := verify()
	if err != nil || !strings.Contains(said, "the bundle is what was signed") {
		st.t.Fatalf("verifying offline: %v\n%s", err, said)
	}
	if err := os.WriteFile(filepath.Join(dir, "registro.zip"), refusedLeaf(st.t, body), 0o600); err != nil {
		st.t.Fatal(err)
	}
	if said, err := verify(); err == nil {
		st.t.Fatalf("a changed bundle verifies: %s", said)
	}
	return said
}

// refusedLeaf is a bundle in which the first allowed act became a refused one.
func refusedLeaf(t *testing.T, bundle []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, changed := zip.NewWriter(&out), 0
	for _, f := range in.File {
		text, err := fs.ReadFile(in, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		to, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		next := bytes.Replace(text, []byte("outcome allowed"), []byte("outcome refused"), 1)
		if !bytes.Equal(next, text) {
			changed++
		}
		if _, err := to.Write(next); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || changed != 1 {
		t.Fatalf("changing a bundle: %v, %d files", err, changed)
	}
	return out.Bytes()
}

// commandDir holds the program while the tests run.
var commandDir string

var commandOnce = sync.OnceValues(func() (string, error) {
	var err error
	if commandDir, err = os.MkdirTemp("", "sportello-command-"); err != nil {
		return "", err
	}
	path := filepath.Join(commandDir, "sportello")
	out, err := exec.Command("go", "build", "-o", path, "sportello/cmd/sportello").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// commandLine is the program itself, built once.
func commandLine(t *testing.T) string {
	t.Helper()
	path, err := commandOnce()
	if err != nil {
		t.Fatalf("building the command line: %v", err)
	}
	return path
}

// annaLooksAfterHerself: sessions, recovery codes, telephone, passphrase.
func (st *story) annaLooksAfterHerself() {
	v, p := st.anna, st.to.s.People["anna"]
	w := st.to.visitor(st.t, "anna").signInIn("anna")
	v.open("/credenziali").see("own.sessions", "own.here", "factor_state.active").click("own.close").see("own.closed")
	w.open("/agenda").at("/entra")
	v.click("own.codes_new").see("stepup.codes").stepUp().see("recovery_codes.title")
	code := eval[string](v, `document.querySelector(".codes li").innerText.trim()`)
	v.click("recovery_codes.kept").at("/credenziali").see(v.say("own.codes_left", "Count", 10))
	v.click("own.factor_change").at("/credenziali/fattore").see("stepup.factor").stepUp().at("/credenziali/fattore/nuovo").see("enrol.title")
	p.Seed = v.seed()
	v.fill("enrol.code", st.to.s.Code(p)).click("action.continue").at("/credenziali").see("enrol.done")
	v.click("own.phrase_change").at("/credenziali/frase")
	words := eval[string](v, `document.querySelector("main .read-aloud").innerText.trim()`)
	v.fill("phrase.current", p.Passphrase).fill("code.code", st.to.s.Code(p)).fill("phrase.again", words).click("action.continue").see("phrase.changed")
	p.Passphrase = words
	v.click("frame.sign_out").at("/entra").fill("signin.username", "anna").fill("signin.passphrase", words).click("action.continue")
	v.click("code.use_recovery").at("/entra/recupero").fill("recovery.code", code).click("action.continue").at("/credenziali/fattore/nuovo")
	v.open("/agenda").at("/credenziali/fattore/nuovo")
	p.Seed = v.seed()
	v.fill("enrol.code", st.to.s.Code(p)).click("action.continue").at("/agenda").see("enrol.done")
	v.open("/credenziali").see(v.say("own.codes_left", "Count", 9))
}

// elenaLeaves: she leads, so it takes two. From then on she opens nothing; the unit has
// a new key, and who stays confirms with her passphrase.
func (st *story) elenaLeaves() {
	v := st.anna
	v.open("/ammissioni").click("admissions.remove").at("/ammissioni/{person}/togli").see("remove.about", "elena")
	v.see("remove.two_about").click("remove.propose").see("agency.choice_missing").choose("remove.cause", "yesno.no").click("remove.propose").see("stepup.remove_propose").stepUp().see("remove.proposed")
	st.elena.open("/agenda").seeNot("notices.removals").open(st.file).see(st.code)
	lucia := st.to.visitor(st.t, "lucia").signInIn("lucia")
	lucia.open("/agenda").see("notices.removals", "elena", "notice.removal").click("notices.look").at("/ammissioni/{person}/togli").see("remove.proposed_by", "anna")
	lucia.click("remove.confirm").see("stepup.remove").stepUp().see("admissions.removed")
	st.elena.open(st.file).at("/entra")
	lucia.open(st.file).see(st.code)
}

// theOddPages are those nobody works on: licences, the neutral exit.
func (st *story) theOddPages() {
	v := st.bruna
	v.click("nav.licences").at("/licenze").see("licences.title")
	v.open("/entra/aiuto").see("help.phrase_nobody")
	v.open("/uscita").at("/uscita").seeNot("Sportello", "1522", "bruna")
	v.open("/arrivi").at("/entra")
	v.click("frame.exit").at("/uscita")
}
