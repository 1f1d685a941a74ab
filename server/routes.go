package server

import (
	"net/http"

	"sportello/policies"
)

// Route is one line of the map of the service.
type Route struct {
	Method  string          `json:"method"`
	Pattern string          `json:"pattern"`
	Action  policies.Action `json:"action,omitempty"` // what the policy is asked; empty on pages about nobody
	Public  bool            `json:"public"`
	StepUp  bool            `json:"step_up"`
}

type route struct {
	Route
	do func(*request) error
}

// leaves tells whether a form ends or covers its session. The draft that the session
// gave back goes with it: nothing is written before, which could fail, on a full disk
// or while somebody with the same cookie writes without pause.
func (t route) leaves() bool {
	return t.Method == http.MethodPost && (t.Action == policies.SessionCover || t.Pattern == "/esci")
}

func public(method, pattern string, do func(*request) error) route {
	return route{Route{Method: method, Pattern: pattern, Public: true}, do}
}

func get(pattern string, a policies.Action, do func(*request) error) route {
	return route{Route{Method: http.MethodGet, Pattern: pattern, Action: a}, do}
}

func post(pattern string, a policies.Action, do func(*request) error) route {
	return route{Route{Method: http.MethodPost, Pattern: pattern, Action: a, StepUp: a.StepUp()}, do}
}

// routes are all addresses of the service, in the order in which a person meets
// them. A route that does not say public needs a signed-in caller.
var routes []route

func init() {
	routes = []route{
		public("GET", "/", (*request).home),
		public("GET", "/entra", (*request).signIn),
		public("POST", "/entra", (*request).begin),
		public("GET", "/entra/codice", (*request).codePage),
		public("POST", "/entra/codice", (*request).finish),
		public("GET", "/uscita", (*request).exit),
		public("POST", "/lingua", (*request).language),
		public("GET", "/licenze", (*request).licences),
		public("GET", "/riprendi", (*request).coveredPage),
		public("POST", "/riprendi", (*request).uncover),
		public("POST", "/esci", (*request).signOut),
		post("/copri", policies.SessionCover, (*request).cover),
		get("/bozza", policies.DraftKeep, (*request).latePage),
		post("/bozza", policies.DraftKeep, (*request).settleLate),

		// an invitation, and the second factor replaced by a recovery code
		public("GET", "/entra/recupero", (*request).recoveryPage),
		public("POST", "/entra/recupero", (*request).recover),
		public("GET", "/invito", (*request).invitationPage),
		public("POST", "/invito", (*request).takeInvitation),
		public("GET", "/invito/frase", (*request).invitedPhrasePage),
		public("POST", "/invito/frase", (*request).choosePhrase),
		public("GET", "/invito/fattore", (*request).invitedFactorPage),
		public("POST", "/invito/fattore", (*request).enrolInvited),
		public("GET", "/invito/codici", (*request).invitationDone),
		public("POST", "/invito/codici", (*request).invitationDone),
		get("/attesa", policies.CredentialsRead, (*request).waitingPage),

		// one's own credentials
		get("/credenziali", policies.CredentialsRead, (*request).credentials),
		post("/credenziali/sessioni", policies.SessionClose, (*request).closeSession),
		get("/credenziali/fattore", policies.FactorReplace, (*request).replaceFactor),
		post("/credenziali/fattore", policies.FactorReplace, (*request).replaceFactor),
		get("/credenziali/fattore/nuovo", policies.FactorReplace, (*request).newFactorPage),
		post("/credenziali/fattore/nuovo", policies.FactorReplace, (*request).enrol),
		get("/credenziali/codici", policies.RecoveryCodesReplace, (*request).newCodes),
		post("/credenziali/codici", policies.RecoveryCodesReplace, (*request).newCodes),
		get("/credenziali/frase", policies.PassphraseChange, (*request).changePhrasePage),
		post("/credenziali/frase", policies.PassphraseChange, (*request).changePhrase),
		get("/credenziali/chiave-centro", policies.InboxList, (*request).copyKeyPage),
		post("/credenziali/chiave-centro", policies.CopyKeySet, (*request).setCopyKey),
		get("/credenziali/dichiarazioni", policies.DeclarationList, (*request).declarations),
		post("/credenziali/dichiarazioni", policies.DeclarationWrite, (*request).declare),
		post("/credenziali/dichiarazioni/{id}/togli", policies.DeclarationWrite, (*request).takeDeclarationBack),

		// members admit members, and desks compare the words of other units
		get("/ammissioni", policies.MemberList, (*request).admissions),
		get("/ammissioni/fonda", policies.UnitFound, (*request).foundPage),
		post("/ammissioni/fonda", policies.UnitFound, (*request).found),
		get("/ammissioni/parole", policies.MemberList, (*request).unitWords),
		get("/ammissioni/recupero", policies.MemberList, (*request).recoveryKeyPage),
		post("/ammissioni/recupero", policies.RecoverySet, (*request).setRecovery),
		post("/ammissioni/recupero/conferma", policies.RecoveryConfirm, (*request).confirmRecovery),
		post("/ammissioni/recupero/accetta", policies.RecoveryAccept, (*request).acceptRecovery),
		get("/ammissioni/recupero/togli", policies.MemberList, (*request).removeRecoveryPage),
		post("/ammissioni/recupero/togli", policies.RecoveryRemove, (*request).removeRecovery),
		get("/recuperi/{unit}", policies.AgendaRead, (*request).proposedRecovery),
		post("/recuperi/{unit}", policies.RecoveryStop, (*request).stopRecovery),
		get("/ammissioni/dichiarazioni", policies.DeclarationRead, (*request).unitDeclarations),
		get("/ammissioni/mie-parole", policies.CredentialsRead, (*request).leadWordsPage),
		post("/ammissioni/mie-parole", policies.CredentialsRead, (*request).leadWords),
		get("/ammissioni/{person}", policies.MemberList, (*request).admitPage),
		post("/ammissioni/{person}", policies.MemberAdmit, (*request).admit),
		get("/ammissioni/{person}/responsabile", policies.MemberList, (*request).leadPage),
		post("/ammissioni/{person}/responsabile", policies.MemberLead, (*request).nameLead),
		get("/ammissioni/{person}/togli", policies.MemberList, (*request).removePage),
		post("/ammissioni/{person}/togli", policies.MemberRemove, (*request).remove),
		post("/ammissioni/{person}/sblocca", policies.FactorUnlock, (*request).unlock),
		post("/avvisi", policies.NoticeSee, (*request).seeNotices),
		get("/colleghi", policies.MemberConfirm, (*request).colleagues),
		post("/colleghi", policies.MemberConfirm, (*request).confirmColleagues),
		get("/centri", policies.DirectoryRead, (*request).pins),
		get("/centri/{unit}", policies.DirectoryRead, (*request).pinPage),
		post("/centri/{unit}", policies.CentrePin, (*request).pin),

		get("/unita/{unit}/elenco", policies.DirectoryRead, (*request).entryPage),
		post("/unita/{unit}/elenco", policies.DirectoryUpdate, (*request).saveEntry),

		// agencies, units and people
		get("/enti", policies.UnitList, (*request).agencies),
		get("/enti/nuovo", policies.UnitList, (*request).newAgencyPage),
		post("/enti/nuovo", policies.AgencyCreate, (*request).createAgency),
		get("/enti/{agency}", policies.UnitList, (*request).agencyPage),
		post("/enti/{agency}", policies.AgencyEnd, (*request).endAgency),
		get("/unita/nuova", policies.UnitList, (*request).newUnitPage),
		post("/unita/nuova", policies.UnitCreate, (*request).createUnits),
		get("/personale", policies.UnitList, (*request).people),
		get("/personale/invita", policies.UnitList, (*request).invitePage),
		post("/personale/invita", policies.PersonCreate, (*request).invite),
		post("/personale/reinvita", policies.PersonInvite, (*request).inviteAgain),
		post("/personale/inviti/ritira", policies.PersonWithdraw, (*request).withdrawInvitation),
		post("/personale/sospendi", policies.PersonSuspend, (*request).suspend),
		post("/personale/riammetti", policies.PersonLift, (*request).lift),
		post("/personale/sblocca", policies.FactorUnlock, (*request).unlockAdministrator),

		// the log
		get("/registro", policies.LogRead, (*request).register),
		post("/registro", policies.LogRead, (*request).register),
		post("/registro/esporta", policies.LogExport, (*request).exportLog),
		post("/registro/verifica", policies.LogVerify, (*request).verifyNow),
		get("/registro/accessi", policies.LogRead, (*request).access),
		get("/registro/invii", policies.LogRead, (*request).auditReferrals),
		get("/registro/{index}", policies.LogDetail, (*request).proof),

		get("/agenda", policies.AgendaRead, (*request).agenda),
		get("/contatti/nuovo", policies.ContactCreate, (*request).newContact),
		post("/contatti/nuovo", policies.ContactCreate, (*request).recordContact),
		post("/contatti/altri", policies.UnlinkedAdd, (*request).recordUnlinked),
		get("/contatti/altri", policies.UnlinkedRead, (*request).unlinkedList),
		get("/contatti/{id}", policies.ContactOpen, (*request).contactDone),
		get("/cerca", policies.CaseSearch, (*request).searchPage),
		post("/cerca", policies.CaseSearch, (*request).search),
		get("/compiti/{id}", policies.TaskOpen, (*request).task),
		post("/compiti/{id}/prendi", policies.TaskTake, (*request).takeTask),
		post("/compiti/{id}/affida", policies.TaskAssign, (*request).assignTask),
		post("/compiti/{id}/restituisci", policies.TaskReturn, (*request).returnTask),
		post("/compiti/{id}", policies.TaskClose, (*request).closeTask),
		get("/compiti/{id}/revoca", policies.AgendaRead, (*request).revokeTaskPage),
		post("/compiti/{id}/revoca", policies.TaskRevoke, (*request).revokeTask),

		get("/schede/{id}", policies.CaseOpen, (*request).caseSummary),
		get("/schede/{id}/diario", policies.CaseOpen, (*request).diary),
		get("/schede/{id}/diario/nuova", policies.CaseOpen, (*request).noteForm),
		post("/schede/{id}/diario/nuova", policies.NoteAdd, (*request).addNote),
		get("/schede/{id}/diario/{note}/correggi", policies.CaseOpen, (*request).noteForm),
		post("/schede/{id}/diario/{note}/correggi", policies.NoteCorrect, (*request).correctNote),
		get("/schede/{id}/diario/{note}/sposta", policies.CaseOpen, (*request).moveNotePage),
		post("/schede/{id}/diario/{note}/sposta", policies.NoteMove, (*request).moveNote),
		get("/schede/{id}/persona", policies.CaseOpen, (*request).person),
		post("/schede/{id}/persona", policies.CaseUpdate, (*request).savePerson),
		get("/schede/{id}/persona/dimentica", policies.CaseOpen, (*request).forgetPage),
		post("/schede/{id}/persona/dimentica", policies.CaseAnonymise, (*request).forget),
		get("/schede/{id}/tentativi", policies.CaseOpen, (*request).attempts),
		post("/schede/{id}/tentativi", policies.AttemptRecord, (*request).recordAttempt),
		post("/schede/{id}/richiamo", policies.CaseUpdate, (*request).setRecall),
		get("/schede/{id}/contatto-sicuro", policies.CaseOpen, (*request).safeContactPage),
		post("/schede/{id}/contatto-sicuro", policies.CaseSafeContact, (*request).saveSafeContact),
		post("/schede/{id}/contatto-sicuro/novita", policies.ConsentExtend, (*request).tellSafeContact),
		get("/schede/{id}/chiudi", policies.CaseOpen, (*request).closeCasePage),
		post("/schede/{id}/chiudi", policies.CaseClose, (*request).closeCase),
		get("/schede/{id}/riapri", policies.CaseOpen, (*request).closeCasePage),
		post("/schede/{id}/riapri", policies.CaseReopen, (*request).reopenCase),
		get("/schede/{id}/aperture", policies.CaseReaders, (*request).readers),

		get("/schede/{id}/invii", policies.CaseOpen, (*request).caseReferrals),
		get("/schede/{id}/centro", policies.DirectoryRead, (*request).chooseCentre),
		post("/schede/{id}/centro", policies.DirectoryRead, (*request).chooseCentre),
		get("/schede/{id}/centri/{centre}", policies.DirectoryRead, (*request).wayPage),
		post("/schede/{id}/centri/{centre}", policies.NoteAdd, (*request).chooseWay),
		post("/schede/{id}/centri/{centre}/invio", policies.ConsentGive, (*request).referralStep),
		get("/autorizzazioni/{id}", policies.ReferralPreview, (*request).preview),
		post("/autorizzazioni/{id}/invia", policies.ReferralSend, (*request).send),
		get("/autorizzazioni/{id}/revoca", policies.ReferralRead, (*request).revokeUnsentPage),
		post("/autorizzazioni/{id}/revoca", policies.ConsentRevoke, (*request).revokeUnsent),
		get("/autorizzazioni/{id}/conferma", policies.ReferralRead, (*request).restoredUnsentPage),
		post("/autorizzazioni/{id}/conferma", policies.ReferralConfirm, (*request).confirmUnsent),
		get("/invii/{id}", policies.ReferralRead, (*request).referral),
		post("/invii/{id}/messaggi", policies.ReferralMessage, (*request).messageCentre),
		post("/invii/{id}/appuntamento", policies.ReferralMessage, (*request).answerAppointment),
		get("/invii/{id}/conferma", policies.ReferralRead, (*request).restoredPage),
		post("/invii/{id}/conferma", policies.ReferralConfirm, (*request).confirmRestored),
		post("/invii/{id}/visto", policies.ReferralSeen, (*request).markSeen),
		get("/invii/{id}/revoca", policies.ReferralRead, (*request).revokePage),
		post("/invii/{id}/revoca", policies.ConsentRevoke, (*request).revoke),

		get("/arrivi", policies.InboxList, (*request).inbox),
		get("/arrivi/{id}", policies.ReferralOpen, (*request).received),
		post("/arrivi/{id}/accogli", policies.ReferralAccept, (*request).accept),
		get("/arrivi/{id}/non-accogli", policies.ReferralOpen, (*request).declinePage),
		post("/arrivi/{id}/non-accogli", policies.ReferralDecline, (*request).decline),
		post("/arrivi/{id}/messaggi", policies.ReferralAsk, (*request).askDesk),
		post("/arrivi/{id}/appuntamento", policies.ReferralPropose, (*request).propose),
		post("/arrivi/{id}/esito", policies.ReferralOutcome, (*request).outcome),
		get("/arrivi/{id}/avviso", policies.ReferralNotice, (*request).notice),
		post("/arrivi/{id}/avviso", policies.ReferralAcknowledgeStop, (*request).acknowledgeStop),
		get("/arrivi/{id}/copia", policies.ReferralOpen, (*request).copyPage),
		post("/arrivi/{id}/copia", policies.ReferralCopy, (*request).copy),
	}
}

// Routes lists the map of the service, for `sportello routes` and for tests.
func Routes() []Route {
	list := make([]Route, len(routes))
	for i, r := range routes {
		list[i] = r.Route
	}
	return list
}
