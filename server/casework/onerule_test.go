package casework_test

import (
	"net/http"
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
)

// nadia is a case whose number may be called at any hour.
func nadia(t *testing.T, w *storetest.World) (file string) {
	t.Helper()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: "nadia", OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "thinking", Alias: "Nadia", Safe: rule.SafeContact{
			Channels: map[string]string{"call": "yes", "sms": "yes", "email": "yes"}, Number: "000 000 0300", Mail: "nadia@example.org", Hours: []rule.Hours{{From: "00:00"}}}}})
	storetest.Try(t, "recording a contact", err)
	return "/schede/" + out.CaseID
}

// rules is the form of the safe contact with what stands, but for some fields.
func rules(version, recognised string, more ...string) []string {
	return append([]string{"version", version, "recognised", recognised, "mail", "nadia@example.org", "from0", "00:00", "ch_email", "yes"}, more...)
}

func TestAnotherPersonAnsweredPages(t *testing.T) {
	w := storetest.New(t).Standard()
	file := nadia(t, w)
	anna := site.Serve(t, w).Inside(t, "anna")
	tries, safe := file+"/tentativi", file+"/contatto-sicuro"
	form := anna.Get(tries)
	anna.Says(form, "Se ha risposto un’altra persona: che cosa è stato detto", "Detta la frase concordata")
	again := anna.Status(anna.Post(tries, "form", anna.Hidden("form"), "channel", "call", "outcome", "other_person", "note", "una voce"), http.StatusUnprocessableEntity)
	anna.Says(again, "una voce")
	anna.Says(anna.Status(anna.Post(tries, "form", anna.Hidden("form"), "channel", "call", "outcome", "other_person", "said", "other"), http.StatusUnprocessableEntity), "Scrivere che cosa è stato detto.")
	anna.Leads(anna.Post(tries, "form", anna.Hidden("form"), "channel", "call", "outcome", "other_person", "said", "agreed"), safe)
	anna.Says(anna.Follow(), "Ha risposto un’altra persona: non si telefona a questo numero", "qui si conferma o si cambia con lei")
	anna.Says(anna.Get(file), "Ha risposto un’altra persona", "sospeso", "Chiedere a lei del contatto sicuro")
	anna.Silent(anna.Page, "000 000 0300")
	anna.Says(anna.Get(tries), "Detta la frase concordata", `value="email"`)
	refused := anna.Status(anna.Post(tries, "form", anna.Hidden("form"), "channel", "call", "outcome", "no_answer"), http.StatusUnprocessableEntity)
	anna.Says(refused, "finché non lo conferma lei")
	anna.Leads(anna.Post(tries, "form", anna.Hidden("form"), "channel", "call", "outcome", "no_answer", "happened", "yes"), file)
	anna.Says(anna.Get(tries), "Non era permesso:")
	anna.Get(safe)
	anna.Leads(anna.Post(safe, rules(anna.Hidden("version"), "known_voice", "ch_call", "yes", "ch_sms", "yes", "number", "000 000 0300")...), file)
	anna.Silent(anna.Follow(), "Ha risposto un’altra persona: non si telefona", "sospeso")
	anna.Says(anna.Page, "000 000 0300")
}

func TestRuleOfSomebodyNotRecognisedPages(t *testing.T) {
	w := storetest.New(t).Standard()
	file := nadia(t, w)
	anna := site.Serve(t, w).Inside(t, "anna")
	safe := file + "/contatto-sicuro"
	anna.Silent(anna.Get(safe), "Da chiedere a lei")
	anna.Leads(anna.Post(safe, rules(anna.Hidden("version"), "not_recognised", "ch_call", "never", "ch_sms", "yes", "ch_whatsapp", "yes", "number", "000 000 0999")...), file)
	anna.Says(anna.Follow(), "Non è stata riconosciuta: i “mai” valgono da subito", "Qualcuno non riconosciuto ha detto altre regole", "sospeso")
	anna.Silent(anna.Page, "000 000 0999")
	anna.Says(anna.Get(safe), "Da chiedere a lei", "000 000 0300", "000 000 0999", `value="0.call"`, `value="0.whatsapp"`, `value="0.number"`)
	anna.Silent(anna.Page, `value="0.sms"`)
	version := anna.Hidden("version")
	unasked := anna.Status(anna.Post(safe, rules(version, "code_word", "waits", "1", "ch_call", "yes", "ch_sms", "yes", "number", "000 000 0300", "take", "0.whatsapp")...), http.StatusUnprocessableEntity)
	anna.Says(unasked, "segnare qui che le è stato chiesto", `value="0.whatsapp" autocomplete="off" checked`)
	anna.Says(anna.Status(anna.Post(safe, rules(version, "not_recognised", "waits", "1", "take", "0.whatsapp", "ch_call", "yes")...), http.StatusUnprocessableEntity), "solo quando è stata riconosciuta")
	anna.Leads(anna.Post(safe, rules(version, "code_word", "waits", "1", "asked", "yes", "ch_call", "yes", "ch_sms", "yes", "number", "000 000 0300", "take", "0.whatsapp")...), file)
	anna.Silent(anna.Follow(), "sospeso", "altre regole: chiederle a lei")
	v, _, err := w.Desk.OpenCase(t.Context(), w.Caller("anna"), file[len("/schede/"):], storetest.Parts...)
	if err != nil || v.Safe.Channels["whatsapp"] != "yes" || v.Safe.Channels["call"] != "yes" || v.Safe.Number != "000 000 0300" || len(v.Waits) != 0 {
		t.Fatalf("her rule is %+v, %v", v.Safe, err)
	}
	anna.Says(anna.Get(file+"/diario"), "Qualcuno non riconosciuto ha detto altre regole di contatto", "Contatto sicuro confermato o cambiato da lei")
	anna.Silent(anna.Page, "000 000 0999")
}
