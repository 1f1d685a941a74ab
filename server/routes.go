package server

import (
	"net/http"

	"sportello/policies"
	"sportello/server/admin"
	"sportello/server/casework"
	"sportello/server/centre"
	"sportello/server/entry"
	"sportello/server/frame"
	"sportello/server/people"
	"sportello/server/register"
	"sportello/server/sending"
)

func public(method, pattern string, do frame.Handler) frame.Route {
	return frame.Route{Method: method, Pattern: pattern, Public: true, Do: do}
}

func get(pattern string, a policies.Action, do frame.Handler) frame.Route {
	return frame.Route{Method: http.MethodGet, Pattern: pattern, Action: a, Do: do}
}

func post(pattern string, a policies.Action, do frame.Handler) frame.Route {
	return frame.Route{Method: http.MethodPost, Pattern: pattern, Action: a, StepUp: a.StepUp(), Do: do}
}

// Routes are all addresses of the service, in the order in which a person meets
// them. A route that does not say public needs a signed-in caller.
func Routes() []frame.Route {
	return []frame.Route{
		public("GET", "/", entry.Home),
		public("GET", "/entra", entry.SignIn),
		public("POST", "/entra", entry.Begin),
		public("GET", "/entra/codice", entry.Code),
		public("POST", "/entra/codice", entry.Finish),
		public("GET", "/uscita", entry.Exit),
		public("POST", "/lingua", entry.Language),
		public("GET", "/licenze", entry.Licences),
		public("GET", "/riprendi", entry.Covered),
		public("POST", "/riprendi", entry.Uncover),
		public("POST", "/esci", entry.SignOut),
		post("/copri", policies.SessionCover, entry.Cover),
		get("/bozza", policies.DraftKeep, entry.Late),
		post("/bozza", policies.DraftKeep, entry.SettleLate),

		// an invitation, and the second factor replaced by a recovery code
		public("GET", "/entra/recupero", entry.RecoveryCode),
		public("POST", "/entra/recupero", entry.Recover),
		public("GET", "/invito", entry.Invitation),
		public("POST", "/invito", entry.TakeInvitation),
		public("GET", "/invito/frase", entry.InvitedPassphrase),
		public("POST", "/invito/frase", entry.ChoosePassphrase),
		public("GET", "/invito/fattore", entry.InvitedEnrol),
		public("POST", "/invito/fattore", entry.EnrolInvited),
		public("GET", "/invito/codici", entry.InvitationDone),
		public("POST", "/invito/codici", entry.InvitationDone),
		get("/attesa", policies.CredentialsRead, entry.Waiting),

		// one's own credentials
		get("/credenziali", policies.CredentialsRead, entry.Own),
		post("/credenziali/sessioni", policies.SessionClose, entry.CloseSession),
		get("/credenziali/fattore", policies.FactorReplace, entry.ReplaceFactor),
		post("/credenziali/fattore", policies.FactorReplace, entry.ReplaceFactor),
		get("/credenziali/fattore/nuovo", policies.FactorReplace, entry.Enrol),
		post("/credenziali/fattore/nuovo", policies.FactorReplace, entry.EnrolFactor),
		get("/credenziali/codici", policies.RecoveryCodesReplace, entry.RecoveryCodes),
		post("/credenziali/codici", policies.RecoveryCodesReplace, entry.RecoveryCodes),
		get("/credenziali/frase", policies.PassphraseChange, entry.Passphrase),
		post("/credenziali/frase", policies.PassphraseChange, entry.ChangePassphrase),
		get("/credenziali/chiave-centro", policies.InboxList, people.CopyKey),
		post("/credenziali/chiave-centro", policies.CopyKeySet, people.SetCopyKey),
		get("/credenziali/dichiarazioni", policies.DeclarationList, people.Declarations),
		post("/credenziali/dichiarazioni", policies.DeclarationWrite, people.Declare),
		post("/credenziali/dichiarazioni/{id}/togli", policies.DeclarationWrite, people.WithdrawDeclaration),

		// members admit members, and desks compare the words of other units
		get("/ammissioni", policies.MemberList, people.Admissions),
		get("/ammissioni/fonda", policies.UnitFound, people.Found),
		post("/ammissioni/fonda", policies.UnitFound, people.FoundUnit),
		get("/ammissioni/parole", policies.MemberList, people.UnitWords),
		get("/ammissioni/recupero", policies.MemberList, people.RecoveryKey),
		post("/ammissioni/recupero", policies.RecoverySet, people.SetRecovery),
		post("/ammissioni/recupero/conferma", policies.RecoveryConfirm, people.ConfirmRecovery),
		post("/ammissioni/recupero/accetta", policies.RecoveryAccept, people.AcceptRecovery),
		get("/ammissioni/recupero/togli", policies.MemberList, people.RecoveryRemove),
		post("/ammissioni/recupero/togli", policies.RecoveryRemove, people.RemoveRecovery),
		get("/recuperi/{unit}", policies.AgendaRead, people.RecoveryProposed),
		post("/recuperi/{unit}", policies.RecoveryStop, people.StopRecovery),
		get("/ammissioni/dichiarazioni", policies.DeclarationRead, people.UnitDeclarations),
		get("/ammissioni/mie-parole", policies.CredentialsRead, people.LeadWords),
		post("/ammissioni/mie-parole", policies.CredentialsRead, people.ShowLeadWords),
		get("/ammissioni/{person}", policies.MemberList, people.Admit),
		post("/ammissioni/{person}", policies.MemberAdmit, people.AdmitMember),
		get("/ammissioni/{person}/responsabile", policies.MemberList, people.NameLead),
		post("/ammissioni/{person}/responsabile", policies.MemberLead, people.ConfirmLead),
		get("/ammissioni/{person}/togli", policies.MemberList, people.RemoveMember),
		post("/ammissioni/{person}/togli", policies.MemberRemove, people.RemoveFromUnit),
		post("/ammissioni/{person}/sblocca", policies.FactorUnlock, people.Unlock),
		post("/avvisi", policies.NoticeSee, people.SeeNotices),
		get("/colleghi", policies.MemberConfirm, people.Colleagues),
		post("/colleghi", policies.MemberConfirm, people.ConfirmColleagues),
		get("/centri", policies.DirectoryRead, people.Pins),
		get("/centri/{unit}", policies.DirectoryRead, people.Pin),
		post("/centri/{unit}", policies.CentrePin, people.SetPin),

		get("/unita/{unit}/elenco", policies.DirectoryRead, people.Directory),
		post("/unita/{unit}/elenco", policies.DirectoryUpdate, people.SaveEntry),

		// agencies, units and people
		get("/enti", policies.UnitList, admin.Agencies),
		get("/enti/nuovo", policies.UnitList, admin.NewAgency),
		post("/enti/nuovo", policies.AgencyCreate, admin.CreateAgency),
		get("/enti/{agency}", policies.UnitList, admin.Agency),
		post("/enti/{agency}", policies.AgencyEnd, admin.EndAgency),
		get("/unita/nuova", policies.UnitList, admin.Unit),
		post("/unita/nuova", policies.UnitCreate, admin.CreateUnits),
		get("/personale", policies.UnitList, admin.People),
		get("/personale/invita", policies.UnitList, admin.Invite),
		post("/personale/invita", policies.PersonCreate, admin.InvitePeople),
		post("/personale/reinvita", policies.PersonInvite, admin.InviteAgain),
		post("/personale/inviti/ritira", policies.PersonWithdraw, admin.WithdrawInvitation),
		post("/personale/sospendi", policies.PersonSuspend, admin.Suspend),
		post("/personale/riammetti", policies.PersonLift, admin.Lift),
		post("/personale/sblocca", policies.FactorUnlock, admin.UnlockAdministrator),

		// the log
		get("/registro", policies.LogRead, register.Log),
		post("/registro", policies.LogRead, register.Log),
		post("/registro/esporta", policies.LogExport, register.ExportLog),
		post("/registro/verifica", policies.LogVerify, register.VerifyNow),
		get("/registro/accessi", policies.LogRead, register.Access),
		get("/registro/invii", policies.LogRead, register.AuditReferrals),
		get("/registro/{index}", policies.LogDetail, register.LogProof),

		get("/agenda", policies.AgendaRead, casework.Agenda),
		get("/contatti/nuovo", policies.ContactCreate, casework.Contact),
		post("/contatti/nuovo", policies.ContactCreate, casework.RecordContact),
		post("/contatti/altri", policies.UnlinkedAdd, casework.RecordUnlinked),
		get("/contatti/altri", policies.UnlinkedRead, casework.UnlinkedList),
		get("/contatti/{id}", policies.ContactOpen, casework.ContactDone),
		get("/cerca", policies.CaseSearch, casework.Search),
		post("/cerca", policies.CaseSearch, casework.FindCases),
		get("/compiti/{id}", policies.TaskOpen, casework.Task),
		post("/compiti/{id}/prendi", policies.TaskTake, casework.TakeTask),
		post("/compiti/{id}/affida", policies.TaskAssign, casework.AssignTask),
		post("/compiti/{id}/restituisci", policies.TaskReturn, casework.ReturnTask),
		post("/compiti/{id}", policies.TaskClose, casework.CloseTask),
		get("/compiti/{id}/revoca", policies.AgendaRead, casework.TaskRevoke),
		post("/compiti/{id}/revoca", policies.TaskRevoke, casework.RevokeTask),

		get("/schede/{id}", policies.CaseOpen, casework.Case),
		get("/schede/{id}/diario", policies.CaseOpen, casework.Diary),
		get("/schede/{id}/diario/nuova", policies.CaseOpen, casework.Note),
		post("/schede/{id}/diario/nuova", policies.NoteAdd, casework.AddNote),
		get("/schede/{id}/diario/{note}/correggi", policies.CaseOpen, casework.Note),
		post("/schede/{id}/diario/{note}/correggi", policies.NoteCorrect, casework.CorrectNote),
		get("/schede/{id}/diario/{note}/sposta", policies.CaseOpen, casework.NoteMove),
		post("/schede/{id}/diario/{note}/sposta", policies.NoteMove, casework.MoveNote),
		get("/schede/{id}/persona", policies.CaseOpen, casework.Person),
		post("/schede/{id}/persona", policies.CaseUpdate, casework.SavePerson),
		get("/schede/{id}/persona/dimentica", policies.CaseOpen, casework.Forget),
		post("/schede/{id}/persona/dimentica", policies.CaseAnonymise, casework.ForgetIdentity),
		get("/schede/{id}/tentativi", policies.CaseOpen, casework.Attempts),
		post("/schede/{id}/tentativi", policies.AttemptRecord, casework.RecordAttempt),
		post("/schede/{id}/richiamo", policies.CaseUpdate, casework.SetRecall),
		get("/schede/{id}/contatto-sicuro", policies.CaseOpen, casework.SafeContact),
		post("/schede/{id}/contatto-sicuro", policies.CaseSafeContact, casework.SaveSafeContact),
		post("/schede/{id}/contatto-sicuro/novita", policies.ConsentExtend, casework.TellSafeContact),
		get("/schede/{id}/chiudi", policies.CaseOpen, casework.CaseClose),
		post("/schede/{id}/chiudi", policies.CaseClose, casework.CloseCase),
		get("/schede/{id}/riapri", policies.CaseOpen, casework.CaseClose),
		post("/schede/{id}/riapri", policies.CaseReopen, casework.ReopenCase),
		get("/schede/{id}/aperture", policies.CaseReaders, casework.Readers),

		get("/schede/{id}/invii", policies.CaseOpen, sending.CaseReferrals),
		get("/schede/{id}/centro", policies.DirectoryRead, sending.ChooseCentre),
		post("/schede/{id}/centro", policies.DirectoryRead, sending.ChooseCentre),
		get("/schede/{id}/centri/{centre}", policies.DirectoryRead, sending.Way),
		post("/schede/{id}/centri/{centre}", policies.NoteAdd, sending.ChooseWay),
		post("/schede/{id}/centri/{centre}/invio", policies.ConsentGive, sending.ReferralSteps),
		get("/autorizzazioni/{id}", policies.ReferralPreview, sending.Preview),
		post("/autorizzazioni/{id}/invia", policies.ReferralSend, sending.Send),
		get("/autorizzazioni/{id}/revoca", policies.ReferralRead, sending.RevokeUnsent),
		post("/autorizzazioni/{id}/revoca", policies.ConsentRevoke, sending.TakeBackUnsent),
		get("/autorizzazioni/{id}/conferma", policies.ReferralRead, sending.RestoredUnsent),
		post("/autorizzazioni/{id}/conferma", policies.ReferralConfirm, sending.ConfirmUnsent),
		get("/invii/{id}", policies.ReferralRead, sending.Referral),
		post("/invii/{id}/messaggi", policies.ReferralMessage, sending.MessageCentre),
		post("/invii/{id}/appuntamento", policies.ReferralMessage, sending.AnswerAppointment),
		get("/invii/{id}/conferma", policies.ReferralRead, sending.Restored),
		post("/invii/{id}/conferma", policies.ReferralConfirm, sending.ConfirmRestored),
		post("/invii/{id}/visto", policies.ReferralSeen, sending.MarkSeen),
		get("/invii/{id}/revoca", policies.ReferralRead, sending.Revoke),
		post("/invii/{id}/revoca", policies.ConsentRevoke, sending.TakeBack),

		get("/arrivi", policies.InboxList, centre.Inbox),
		get("/arrivi/{id}", policies.ReferralOpen, centre.Received),
		post("/arrivi/{id}/accogli", policies.ReferralAccept, centre.Accept),
		get("/arrivi/{id}/non-accogli", policies.ReferralOpen, centre.Decline),
		post("/arrivi/{id}/non-accogli", policies.ReferralDecline, centre.DeclineReferral),
		post("/arrivi/{id}/messaggi", policies.ReferralAsk, centre.AskDesk),
		post("/arrivi/{id}/appuntamento", policies.ReferralPropose, centre.Propose),
		post("/arrivi/{id}/esito", policies.ReferralOutcome, centre.Outcome),
		get("/arrivi/{id}/avviso", policies.ReferralNotice, centre.Stop),
		post("/arrivi/{id}/avviso", policies.ReferralAcknowledgeStop, centre.AcknowledgeStop),
		get("/arrivi/{id}/copia", policies.ReferralOpen, centre.Copy),
		post("/arrivi/{id}/copia", policies.ReferralCopy, centre.MakeCopy),
	}
}
