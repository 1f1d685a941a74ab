package main

import (
	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/sheets"
	"sportello/referrals/typed"
)

// anyHour shows a fictional woman as callable whenever the demo is looked at.
var anyHour = []rule.Hours{{From: "00:00", To: "23:59"}}

// cases lets Anna record three fictional women, and send one referral.
func (s *seed) cases() {
	anna := s.signIn("anna")
	if s.err != nil {
		return
	}
	rosa := s.contact(anna, cases.NewContact{OpenCase: true, Service: s.unitOf("sofia"), Share: []string{"number"}, Contact: cases.Contact{
		Speaker: "she", Channel: "phone", Danger: "no", Alias: "Rosa", Request: "Dove dormire nei prossimi giorni con i due figli.",
		Needs: []string{"listen", "bed"}, Children: "with_her", HowMany: "2", DutyTold: true, Outcome: "social_service",
		Safe: rule.SafeContact{CodeWord: "girasole", Say: "È la biblioteca.", Number: "000 000 0301",
			Channels: map[string]string{"call": "yes", "sms": "never"}, Hours: anyHour},
		Given: []cases.Given{{Sheet: "numbers", Version: "1", Language: "it", How: sheets.Aloud}}}})
	marta := s.contact(anna, cases.NewContact{OpenCase: true, Contact: cases.Contact{
		Speaker: "she", Channel: "in_person", Danger: "no", Alias: "Marta", Request: "Parlare con un'avvocata prima di decidere.",
		Needs: []string{"legal", "cav"}, Children: "none", Outcome: "stay_in_touch",
		Safe: rule.SafeContact{CodeWord: "lavanda", Number: "000 000 0302",
			Channels: map[string]string{"call": "yes"}, Hours: anyHour}}})
	s.contact(anna, cases.NewContact{OpenCase: true, Contact: cases.Contact{
		Speaker: "she", Channel: "phone", Alias: "Nadia", Request: "Informazioni; richiama lei.", Outcome: "thinking"}})
	s.diary(anna, rosa, "Ha chiamato dal lavoro. Chiede di essere richiamata solo su questo numero.")
	s.diary(anna, rosa, "Detto di 1522 e 112. Conosce già un luogo sicuro per stanotte.")
	s.diary(anna, marta, "Viene accompagnata da un'amica. Vuole scegliere lei il centro.")
	s.recall(anna, rosa)
	s.referral(anna, marta)
}

func (s *seed) contact(who acts.Caller, in cases.NewContact) string {
	if s.err != nil {
		return ""
	}
	in.Form = crypto.NewID()
	out, _, err := s.in.desk.Cases.RecordContact(s.ctx, who, in)
	s.try("recording a contact", err)
	return out.CaseID
}

func (s *seed) diary(who acts.Caller, caseID, text string) {
	if s.err != nil {
		return
	}
	_, err := s.in.desk.Cases.AddNote(s.ctx, who, caseID, typed.NewForm(), "phone", text)
	s.try("adding a note", err)
}

func (s *seed) recall(who acts.Caller, caseID string) {
	if s.err != nil {
		return
	}
	v, _, err := s.in.desk.OpenCase(s.ctx, who, caseID)
	s.try("opening a case", err)
	_, err = s.in.desk.Cases.SetRecall(s.ctx, who, caseID, v.Version, rule.Recall{Day: s.in.desk.Day()})
	s.try("setting a call", err)
}

// referral sends what Marta allowed to the centre she chose.
func (s *seed) referral(anna acts.Caller, caseID string) {
	if s.err != nil {
		return
	}
	consent, _, err := s.in.desk.Sharing.GiveConsent(s.ctx, anna, caseID, sharing.Authorisation{Centre: s.unitOf("bruna"), Purpose: "legal",
		Fields: []string{"alias", "request"}, Feedback: "came", UntilReply: true, KeepCopy: true, Way: "spoken",
		Text: sharing.AuthorisationText, Language: "it", Urgency: "three_days"})
	if s.try("recording an authorisation", err); err != nil {
		return
	}
	anna = s.stepUp("anna", policies.ReferralSend, consent)
	if s.err != nil {
		return
	}
	_, _, err = s.in.desk.Sharing.SendReferral(s.ctx, anna, consent)
	s.try("sending a referral", err)
}
