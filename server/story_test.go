package server_test

import (
	"os"
	"testing"
	"time"

	"sportello/server/locale"
)

// TestStory is the whole thread of the service in a real browser, as the people
// of the town live it on a Friday evening: in Italian and in English, with
// script and without.
func TestStory(t *testing.T) {
	for _, run := range []struct {
		name   string
		lang   locale.Lang
		script bool
	}{{"it", locale.Italian, true}, {"en", locale.English, true}, {"it without script", locale.Italian, false}, {"en without script", locale.English, false}} {
		t.Run(run.name, func(t *testing.T) {
			to := newTour(t, newSite(t), run.lang, run.script)
			if run.script {
				to.axe = axeSource(t)
			}
			if run.lang == locale.Italian && run.script {
				to.keep = os.Getenv("STORY_PICTURES")
			}
			st := &story{t: t, to: to}
			st.tell()
			to.s.quiet(t)
		})
	}
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
}

func (st *story) tell() {
	st.annaSignsIn()
	st.rosaCalls()
	st.emergencyStays()
	st.rosaGetsAFile()
	st.sofiaFindsTheTask()
	st.rosaIsFound()
	st.nobodyCallsOutsideHerHours()
	st.annaWritesNotes()
	st.rosaSaysMore()
	st.twoTabsDoNotFight()
	st.somebodyElseCalls()
	st.theScreenIsCovered()
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
	v.signIn("anna").at("/agenda").see("agenda.urgent_empty", "agenda.callback_empty", "Pronto intervento sociale", "000 000 0100", "1522")
}

// rosaCalls: step 1, answered while somebody may overhear.
func (st *story) rosaCalls() {
	v := st.anna
	v.click("agenda.new_contact").at("/contatti/nuovo")
	v.choose("contact.speaker", "speaker.she")
	v.choose("contact.can_talk", "yesno.yes").choose("contact.call_back", "yesno.yes").fill("contact.call_number", "333 765 4321")
	v.choose("contact.danger", "said_aloud.yes").see("danger.title", "danger.call_112", "000 000 0100")
	v.choose("danger.who_calls", "who_calls.she").fill("danger.when", "subito dopo")
	v.choose("contact.where", "where.near").choose("contact.children", "children.with_her")
	v.tick("contact.accompanied").see("contact.say_alone")
	v.see("Procura presso il Tribunale per i minorenni").tick("contact.duty_said")
	v.choose("contact.been_here", "said_aloud.no").fill("contact.been_query", "Rosalia").click("action.search")
	v.see("contact.no_match").answered("contact.danger", "said_aloud.yes").holds("contact.call_number", "333 765 4321")
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
	v.fill("safe.number", "333 765 4321")
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		v.choose("safe.days", "weekday."+day)
	}
	v.fill("safe.from", "09:00").fill("safe.to", "12:00")
	v.choose("safe.answerer", "answerer.only_she").choose("safe.hide", "yesno.yes").fill("safe.code_word", "girasole")
	v.fill("contact.children_count", "1").click("action.continue")
	v.see("danger.title", "contact.outcome_title")
}

// rosaGetsAFile: no outcome brings the form back; the outcome sets a task.
func (st *story) rosaGetsAFile() {
	v := st.anna
	v.choose("contact.given", "Numeri e luoghi sicuri")
	v.click("contact.close").see("contact.outcome_missing", "danger.title")
	v.choose("contact.outcome", "outcome.social_service").see("contact.service_what")
	v.click("contact.open_case").at("/contatti/{id}").see("contact_done.title", "Rosalia", "outcome.social_service")
	st.code = eval[string](v, `document.querySelector("main .mono").innerText`)
	v.click("contact_done.open_case").at("/schede/{id}").see(st.code, "Rosalia", "case_state.open", "identity.alias",
		"Chiede dove può dormire stanotte con la bambina.", "need.bed", "channel.sms")
	v.seeNot("girasole", "333 765 4321")
	v.press("strip.show_word").see("girasole").press("strip.show_number").see("333 765 4321")
	st.file = v.path()
}

// sofiaFindsTheTask: the social service gets alias, request and rule.
func (st *story) sofiaFindsTheTask() {
	v := st.to.visitor(st.t, "sofia")
	v.signInIn("sofia").at("/agenda").seeNot("Rosalia").click("Sportello distretto II").at("/compiti/{id}")
	v.see("Rosalia", "Chiede dove può dormire stanotte con la bambina.", "channel.call", "task_page.about")
	v.fill("task_page.note", "Chiamata lunedì mattina.").click("contact.open_case").at("/schede/{id}").see("Rosalia")
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
	v.open(st.file).click("strip.attempts").at("/schede/{id}/tentativi").see("attempts.empty")
	v.choose("attempts.outcome", "attempt.no_answer")
	if eval[bool](v, `!!document.querySelector("#channel-call")`) {
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
	v.open(st.file).click("case.tab_diary").at("/schede/{id}/diario").see("diary.empty")
	v.click("diary.add").choose("note.kind", "note_kind.interview").fill("note.text", "Ha parlato con calma.").click("diary.add").see("note.saved")
	v.click("diary.correct").at("/schede/{id}/diario/{note}/correggi").see("note.correct_about").holds("note.text", "Ha parlato con calma.")
	v.fill("note.text", "Ha parlato con calma, da sola.").click("note.save_correct").see("Ha parlato con calma, da sola.")
	v.press(v.say("diary.earlier", "Count", 1)).see("Ha parlato con calma.")
	v.click("diary.add").fill("note.text", "Questa è di Mirela.").click("diary.add").see("note.saved")
	v.click("diary.move").at("/schede/{id}/diario/{note}/sposta").see("Questa è di Mirela.", "note_move.about")
	v.fill("note_move.to", "XXXX-XXXX").click("note_move.do").see("note_move.unknown").holds("note_move.to", "XXXX-XXXX")
	v.fill("note_move.to", st.other).click("note_move.do").at("/schede/{id}/diario").seeNot("Questa è di Mirela.")
	v.open("/cerca").fill("search.box", st.other).click("action.search").click(st.other).click("case.tab_diary").see("Questa è di Mirela.")
	v.open(st.file).click("case.tab_diary").seeNot("Questa è di Mirela.")
}

// secondFile is of a woman who told nothing but a name.
func (st *story) secondFile() {
	v := st.anna
	v.open("/contatti/nuovo").choose("contact.speaker", "speaker.she").fill("contact.name", "Mirela").click("action.continue").click("action.continue")
	v.choose("contact.outcome", "outcome.thinking").click("contact.open_case").see("contact_done.title")
	st.other = eval[string](v, `document.querySelector("main .mono").innerText`)
	v.click("contact_done.open_case").see("strip.nothing", "next.review_rule")
	v.click("strip.attempts").see("attempts.none_recorded")
}

// somebodyElseCalls: general information, or a note that is linked to no file.
func (st *story) somebodyElseCalls() {
	v := st.anna
	v.open("/contatti/nuovo").choose("contact.speaker", "speaker.someone").click("action.continue").see("unlinked.title", "unlinked.someone")
	v.choose("unlinked.kind", "unlinked.noted")
	v.fill("unlinked.requester", "Una vicina").fill("unlinked.subject", "Rosalia").fill("unlinked.text", "Chiede se è da noi.").click("unlinked.save")
	v.at("/agenda").see("unlinked.saved")
	v.open("/contatti/altri").see("Una vicina", "Rosalia", "Chiede se è da noi.").seeNot(st.code)
}

// rosaSaysMore: who she is, as far as she wants; and back.
func (st *story) rosaSaysMore() {
	v := st.anna
	v.open(st.file).click("case.tab_person").at("/schede/{id}/persona").see("person.lead").holds("contact.name", "Rosalia")
	v.fill("person.name", "Rosa").fill("person.surname", "Ferri").fill("person.language", "language.ro").fill("person.town", "Frascati")
	v.choose("person.mediator", "yesno.yes").fill("person.children", "Una, con lei.").click("person.save").see("person.saved", "identity.identified")
	v.open("/cerca").fill("search.box", "ferri").click("action.search").see(st.code)
	v.open(st.file + "/persona").click("person.forget").at("/schede/{id}/persona/dimentica").see("forget.about").click("forget.do")
	v.see("forget.done", "identity.alias").holds("person.surname", "").holds("person.town", "Frascati")
	v.open("/cerca").fill("search.box", "ferri").click("action.search").see("search.none")
	v.open(st.file+"/persona").fill("person.name", "Rosa").click("person.save").see("identity.partial")
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
	v.holds("person.children", "Una, di sei anni.").holds("person.town", "Marino")
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
	v.at("/schede/{id}/diario/nuova").see("frame.refilled").holds("note.text", "Mezza frase, e il resto.").click("diary.add").see("note.saved")
}
