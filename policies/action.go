package policies

import "slices"

// An Action is one thing that somebody asks to do. Its text is what the log keeps.
// What does not exist yet is asked on what it will belong to: a new note on its case, a new case on its unit.
type Action string

const (

	// Agenda and contacts.

	// AgendaRead shows a unit's Agenda to a member of it.
	AgendaRead Action = "agenda.read"
	// ContactCreate records that somebody spoke to the desk.
	ContactCreate Action = "contact.create"
	// ContactOpen shows one recorded contact.
	ContactOpen Action = "contact.open"
	// ContactClose gives a contact its outcome.
	ContactClose Action = "contact.close"
	// AttemptRecord notes a call attempt and what came of it.
	AttemptRecord Action = "attempt.record"
	// CallBackRecord notes a call to the number that she gave for one call, if the line drops.
	CallBackRecord Action = "call_back.record"
	// NowTake takes on, in one's own name, what cannot wait.
	NowTake Action = "now.take"
	// NowHand hands on what cannot wait.
	NowHand Action = "now.hand"
	// ShiftHandOver ends a shift, with what cannot wait in somebody's hands.
	ShiftHandOver Action = "shift.hand_over"
	// NowEnd records how what could not wait ended.
	NowEnd Action = "now.end"
	// RecallRead shows who may be called back in her safe hours.
	RecallRead Action = "recall.read"
	// UnlinkedAdd keeps what a third person said, tied to no case.
	UnlinkedAdd Action = "unlinked.add"
	// UnlinkedRead shows an unlinked note to the unit that took it.
	UnlinkedRead Action = "unlinked.read"
	// ReportAct says what is done about a report of somebody else.
	ReportAct Action = "report.act"
	// ReportDanger says how the danger ended that a report told of.
	ReportDanger Action = "report.danger"
	// ReportSource shows who made a report.
	ReportSource Action = "report.source"
	// ReportLink puts what a report says, never who made it, into the file of the woman it is about, by her will.
	ReportLink Action = "report.link"

	// Case files.

	// CaseOpenNew starts a case file, restricted from the first moment if she ticks it.
	CaseOpenNew Action = "case.open_new"
	// CaseOpen shows a case file.
	CaseOpen Action = "case.open"
	// CaseList lists the case files and the contacts of the asker's own unit.
	CaseList Action = "case.list"
	// CaseSearch looks among the cards of the asker's own unit.
	CaseSearch Action = "case.search"
	// CaseUpdate changes what a case file says.
	CaseUpdate Action = "case.update"
	// CaseSafeContact changes how she may be contacted.
	CaseSafeContact Action = "case.safe_contact"
	// CallStop stops contacts by what other units keep of a woman whose rule changed.
	CallStop Action = "call.stop"
	// CaseIdentify adds who she is, as far as she wants.
	CaseIdentify Action = "case.identify"
	// CaseAnonymise goes back to the alias and shreds who she is.
	CaseAnonymise Action = "case.anonymise"
	// CaseRestrict changes which named people alone may open a case.
	CaseRestrict Action = "case.restrict"
	// CaseWall changes from whom a case is hidden altogether.
	CaseWall Action = "case.wall"
	// CaseJoin joins two files of one woman; CaseUnjoin takes the link away again.
	CaseJoin   Action = "case.join"
	CaseUnjoin Action = "case.unjoin"
	// WallPropose asks a colleague to hide, with the asker, a case from a lead.
	WallPropose Action = "wall.propose"
	// WallConfirm is the second word for a wall that concerns a lead.
	WallConfirm Action = "wall.confirm"
	// WallWitness is the word of the lead of another unit, named beforehand, for a wall that concerns a lead: her yes or her no.
	WallWitness Action = "wall.witness"
	// WallStop ends what was asked; nothing was hidden yet.
	WallStop Action = "wall.stop"
	// CaseClose closes a case with its outcome.
	CaseClose Action = "case.close"
	// CaseReopen opens a closed case again.
	CaseReopen Action = "case.reopen"
	// CaseReaders shows who opened a case, and on which day.
	CaseReaders Action = "case.readers"

	// Notes and tasks.

	// NoteAdd writes in a case's diary.
	NoteAdd Action = "note.add"
	// SheetGive notes that she was read a sheet, or took it along.
	SheetGive Action = "sheet.give"
	// NoteCorrect writes a new version of a note and keeps the old.
	NoteCorrect Action = "note.correct"
	// NoteMove takes a note out of the wrong case file.
	NoteMove Action = "note.move"
	// TaskCreate puts a task on the Agenda of the object's unit.
	TaskCreate Action = "task.create"
	// TaskOpen shows a task to the unit that has it.
	TaskOpen Action = "task.open"
	// TaskTake takes a task on in one's own name.
	TaskTake Action = "task.take"
	// TaskAssign names the colleague who takes a task on.
	TaskAssign Action = "task.assign"
	// TaskReturn hands a task back with a coded reason: it is open again.
	TaskReturn Action = "task.return"
	// TaskClose ends a task.
	TaskClose Action = "task.close"
	// TaskRevoke takes back what a task carries of how she may be contacted; it only takes away and so needs no step-up.
	TaskRevoke Action = "task.revoke"

	// Declarations.

	// DeclarationWrite declares, or takes back, whose case files one should not be given.
	DeclarationWrite Action = "declaration.write"
	// DeclarationList shows what one declared oneself.
	DeclarationList Action = "declaration.list"
	// DeclarationRead shows a lead what the people of her unit declared.
	DeclarationRead Action = "declaration.read"

	// Directory.

	// DirectoryRead shows the public directory of services.
	DirectoryRead Action = "directory.read"
	// DirectoryUpdate changes an entry of the directory that the object's unit keeps.
	DirectoryUpdate Action = "directory.update"

	// Consent, and the sending side of a referral.

	// ConsentGive records what she allows, to whom and until when.
	ConsentGive Action = "consent.give"
	// ConsentExtend lets what is new in her rule of contact be told to the recipients that she names.
	ConsentExtend Action = "consent.extend"
	// ConsentRevoke takes her consent back; it only takes away and so needs no step-up.
	ConsentRevoke Action = "consent.revoke"
	// ReferralPreview shows exactly the page that the centre would see.
	ReferralPreview Action = "referral.preview"
	// ReferralSend sends a referral to the centre that she chose.
	ReferralSend Action = "referral.send"
	// ReferralRead shows the sending desk what became of a referral.
	ReferralRead Action = "referral.read"
	// ReferralList lists the referrals that a unit sent.
	ReferralList Action = "referral.list"
	// ReferralMessage writes to the other side of a referral.
	ReferralMessage Action = "referral.message"
	// ReferralSeen marks that the desk read a centre's answer, and what it does next.
	ReferralSeen Action = "referral.seen"
	// ReferralConfirm reopens a referral that a restore had shut.
	ReferralConfirm Action = "referral.confirm"

	// The receiving side of a referral.

	// InboxList lists the referrals that a centre received, without names.
	InboxList Action = "inbox.list"
	// ReferralOpen shows a received referral.
	ReferralOpen Action = "referral.open"
	// ReferralAccept says that the centre welcomes her.
	ReferralAccept Action = "referral.accept"
	// ReferralDecline says, by code, that the centre cannot.
	ReferralDecline Action = "referral.decline"
	// ReferralAsk puts a question to the desk.
	ReferralAsk Action = "referral.ask"
	// ReferralPropose offers an appointment.
	ReferralPropose Action = "referral.propose"
	// ReferralOutcome tells the desk what she lets the centre tell.
	ReferralOutcome Action = "referral.outcome"
	// ReferralCopy makes the sealed copy, if she allowed one.
	ReferralCopy Action = "referral.copy"
	// ReferralNotice shows the centre the order to stop.
	ReferralNotice Action = "referral.notice"
	// ReferralAcknowledgeStop states what the centre did before it was told to stop.
	ReferralAcknowledgeStop Action = "referral.acknowledge_stop"

	// The log.

	// LogRead shows who did what, by pseudonym, and who can open what now.
	LogRead Action = "log.read"
	// LogDetail opens the sealed time and reason of a log entry.
	LogDetail Action = "log.detail"
	// LogName tells who stands behind the pseudonym of one entry.
	LogName Action = "log.name"
	// LogExport makes the bundle that is verified offline.
	LogExport Action = "log.export"
	// LogVerify checks the log, and the records against it.
	LogVerify Action = "log.verify"
	// CheckpointRead shows the last signed checkpoint.
	CheckpointRead Action = "checkpoint.read"

	// Agencies, units and people.

	// AgencyCreate enters an agency, controller or processor.
	AgencyCreate Action = "agency.create"
	// AgencyEnd sets the day on which an agency's responsibility ends.
	AgencyEnd Action = "agency.end"
	// AgencyAgreement enters the agreement with an agency's staff, or the authorisation
	// in its place, without which nobody is told who stands behind a pseudonym.
	AgencyAgreement Action = "agency.agreement"
	// AgencyMandate says for whom an agency works; it opens and shuts nothing, and so
	// needs no step-up.
	AgencyMandate Action = "agency.mandate"
	// PostedNumber sets or ends an emergency number or a service on call.
	PostedNumber Action = "posted.number"
	// PostedText sets or ends a unit's hours, or what workers may have to report.
	PostedText Action = "posted.text"
	// UnitTerritory says which municipalities a unit is there for; so does this.
	UnitTerritory Action = "unit.territory"
	// UnitCreate enters a unit, still without members.
	UnitCreate Action = "unit.create"
	// UnitList lists agencies, units and people with what is missing.
	UnitList Action = "unit.list"
	// PersonCreate enters a user.
	PersonCreate Action = "person.create"
	// PersonInvite makes an invitation with an end.
	PersonInvite Action = "person.invite"
	// PersonWithdraw takes an invitation back; it only takes away and so needs no step-up.
	PersonWithdraw Action = "person.withdraw"
	// PersonSuspend shuts a person out at once; no key moves.
	PersonSuspend Action = "person.suspend"
	// PersonLift ends a suspension, by name.
	PersonLift Action = "person.lift"
	// UnitFound makes the first key of a unit that has no members.
	UnitFound Action = "unit.found"
	// MemberAdmit gives a newcomer the unit's key after the four words were compared.
	MemberAdmit Action = "member.admit"
	// MemberLead is the second word for a lead whom no lead admitted: from then on she leads the unit.
	MemberLead Action = "member.lead"
	// MemberRemove takes a person out of a unit and starts a new epoch.
	MemberRemove Action = "member.remove"
	// RemovalPropose asks the others of a unit to take a person out of it.
	RemovalPropose Action = "removal.propose"
	// RemovalAlone takes out somebody suspended, where there is nobody else to confirm it and her removal stood long enough.
	RemovalAlone Action = "removal.alone"
	// RemovalStop ends a proposed removal.
	RemovalStop Action = "removal.stop"
	// MemberConfirm says that a listed member is a colleague one knows.
	MemberConfirm Action = "member.confirm"
	// MemberList lists the members of one's unit and who waits.
	MemberList Action = "member.list"
	// CentrePin records that the object's unit compared another unit's words.
	CentrePin Action = "centre.pin"
	// RecoverySet proposes the offline recovery recipient of one's unit.
	RecoverySet Action = "recovery.set"
	// RecoveryConfirm is the second member's word for a proposed recovery recipient.
	RecoveryConfirm Action = "recovery.confirm"
	// RecoveryAccept is the only member's acceptance of the recipient she proposed, after it stood where others see it.
	RecoveryAccept Action = "recovery.accept"
	// RecoveryStop ends a proposed recovery recipient of a unit.
	RecoveryStop Action = "recovery.stop"
	// RecoveryRemove takes a unit's recovery recipient away.
	RecoveryRemove Action = "recovery.remove"
	// RecoveryExport hands out, sealed, what a unit's recovery needs to rescue it when nobody can open it.
	RecoveryExport Action = "recovery.export"
	// RecoveryImport takes in the next epoch that recovery made off the server; nothing opens by it yet.
	RecoveryImport Action = "recovery.import"
	// RecoveryRewrap puts that epoch in force, once the newcomer's own key opened it and found it genuine.
	RecoveryRewrap Action = "recovery.rewrap"
	// UnitRestrict says whether a unit's new case files are restricted unless their worker says otherwise.
	UnitRestrict Action = "unit.restrict"
	// UnitWitness names the lead of another unit who may give the second word for a wall.
	UnitWitness Action = "unit.witness"
	// CopyKeySet changes the public key to which a centre's sealed copies are made.
	CopyKeySet Action = "copy_key.set"
	// KeyAdopt keeps a key that arrived by age under the key of the object's unit.
	KeyAdopt Action = "key.adopt"

	// Oneself.

	// CredentialsRead shows one's own factors.
	CredentialsRead Action = "credentials.read"
	// FactorReplace enrols a new second factor of one's own.
	FactorReplace Action = "factor.replace"
	// RecoveryCodesReplace draws new recovery codes of one's own.
	RecoveryCodesReplace Action = "recovery_codes.replace"
	// PassphraseChange changes one's own passphrase.
	PassphraseChange Action = "passphrase.change"
	// NoticeSee says that one saw what stood on one's Agenda until then.
	NoticeSee Action = "notice.see"
	// FactorUnlock unlocks a colleague's locked second factor.
	FactorUnlock Action = "factor.unlock"
	// SessionList shows one's own open sessions.
	SessionList Action = "session.list"
	// SessionClose ends a session of one's own.
	SessionClose Action = "session.close"
	// SessionCover covers one's own screen.
	SessionCover Action = "session.cover"
	// SessionResume uncovers one's own screen with the passphrase.
	SessionResume Action = "session.resume"
	// InvitationAccept sets one's own passphrase and second factor for the first time.
	InvitationAccept Action = "invitation.accept"
	// SignIn starts a session.
	SignIn Action = "signin"
	// StepUp proves who one is once more, for one act.
	ActStepUp Action = "stepup"
	// DraftKeep seals an unfinished form to its author, and gives it back to her alone.
	DraftKeep Action = "draft.keep"

	// Maintenance from the command line.

	// BackupMake copies the database.
	BackupMake Action = "backup.make"
	// BackupRestore puts a copy back.
	BackupRestore Action = "backup.restore"
	// RecordsEnd takes the content out of what is over; it needs no key.
	RecordsEnd Action = "records.end"
	// ClockAccept says that a clock which looked wrong was checked.
	ClockAccept Action = "clock.accept"
)

// inOrder is every action once, in the order of the constants.
var inOrder = []Action{
	AgendaRead,
	ContactCreate,
	ContactOpen,
	ContactClose,
	AttemptRecord,
	CallBackRecord,
	NowTake,
	NowHand,
	ShiftHandOver,
	NowEnd,
	RecallRead,
	UnlinkedAdd,
	UnlinkedRead,
	ReportAct,
	ReportDanger,
	ReportSource,
	ReportLink,
	CaseOpenNew,
	CaseOpen,
	CaseList,
	CaseSearch,
	CaseUpdate,
	CaseSafeContact, CallStop,
	CaseIdentify,
	CaseAnonymise,
	CaseRestrict,
	CaseWall,
	CaseJoin,
	CaseUnjoin,
	WallPropose,
	WallConfirm,
	WallWitness,
	WallStop,
	CaseClose,
	CaseReopen,
	CaseReaders,
	NoteAdd,
	SheetGive,
	NoteCorrect,
	NoteMove,
	TaskCreate,
	TaskOpen,
	TaskTake,
	TaskAssign,
	TaskReturn,
	TaskClose,
	TaskRevoke,
	DeclarationWrite,
	DeclarationList,
	DeclarationRead,
	DirectoryRead,
	DirectoryUpdate,
	ConsentGive,
	ConsentExtend,
	ConsentRevoke,
	ReferralPreview,
	ReferralSend,
	ReferralRead,
	ReferralList,
	ReferralMessage,
	ReferralSeen,
	ReferralConfirm,
	InboxList,
	ReferralOpen,
	ReferralAccept,
	ReferralDecline,
	ReferralAsk,
	ReferralPropose,
	ReferralOutcome,
	ReferralCopy,
	ReferralNotice,
	ReferralAcknowledgeStop,
	LogRead,
	LogDetail,
	LogName,
	LogExport,
	LogVerify,
	CheckpointRead,
	AgencyCreate,
	AgencyEnd,
	AgencyAgreement,
	AgencyMandate,
	PostedNumber,
	PostedText,
	UnitTerritory,
	UnitCreate,
	UnitList,
	PersonCreate,
	PersonInvite,
	PersonWithdraw,
	PersonSuspend,
	PersonLift,
	UnitFound,
	MemberAdmit,
	MemberLead,
	MemberRemove,
	RemovalPropose,
	RemovalAlone,
	RemovalStop,
	MemberConfirm,
	MemberList,
	CentrePin,
	RecoverySet,
	RecoveryConfirm,
	RecoveryAccept,
	RecoveryStop,
	RecoveryRemove,
	RecoveryExport,
	RecoveryImport,
	RecoveryRewrap,
	UnitRestrict,
	UnitWitness,
	CopyKeySet,
	KeyAdopt,
	CredentialsRead,
	FactorReplace,
	RecoveryCodesReplace,
	PassphraseChange,
	NoticeSee,
	FactorUnlock,
	SessionList,
	SessionClose,
	SessionCover,
	SessionResume,
	InvitationAccept,
	SignIn,
	ActStepUp,
	DraftKeep,
	BackupMake,
	BackupRestore,
	RecordsEnd,
	ClockAccept,
}

// grave are the acts that need a fresh passphrase and code for that one act, each with what whoever stole a session
// cookie would do with it. testdata/grave.txt restates, in the words of the design, which they are.
var grave = map[Action]string{
	CaseAnonymise:        "destroys who she is, for good",
	CaseRestrict:         "shuts out those who answer for her case, or lets others in",
	CaseWall:             "hides a case from those who protect her",
	CaseJoin:             "mixes two women up, and shuts colleagues out of a file",
	CaseUnjoin:           "lets others in again, and opens channels that one file forbids",
	WallPropose:          "hides a case from those who protect her",
	WallConfirm:          "hides a case from those who protect her",
	WallWitness:          "hides a case from those who protect her",
	NoteMove:             "takes her words out of her file, and the earlier text with them",
	DirectoryUpdate:      "sends women to another door or number",
	ConsentExtend:        "tells those who receive about her what is new",
	ReferralSend:         "sends what she told to a centre",
	ReferralConfirm:      "reopens to a centre what a restore had shut",
	ReferralCopy:         "carries what she told out of reach of any withdrawal",
	LogName:              "tells who of the staff did something",
	LogExport:            "carries away who did what, and when",
	AgencyCreate:         "enters a body that answers for data",
	AgencyAgreement:      "opens the names of an agency's staff to who audits",
	AgencyEnd:            "stops the work on all cases of an agency, or lets it go on",
	PostedNumber:         "sends whoever needs help tonight to another number",
	UnitCreate:           "enters a unit that others may take for genuine",
	PersonCreate:         "enters and invites an accomplice",
	PersonInvite:         "hands an invitation of somebody else to an accomplice",
	PersonSuspend:        "shuts a colleague out",
	PersonLift:           "lets somebody in again who was shut out",
	UnitFound:            "makes the first key of a unit",
	MemberAdmit:          "gives somebody the key of the unit",
	MemberLead:           "makes somebody the lead, who reads what colleagues declared",
	MemberRemove:         "takes a colleague out of the unit",
	RemovalPropose:       "takes a colleague out of the unit",
	RemovalAlone:         "takes a colleague out of the unit",
	CentrePin:            "lets another unit receive",
	RecoverySet:          "decides who could open everything",
	RecoveryConfirm:      "decides who could open everything",
	RecoveryAccept:       "decides who could open everything",
	RecoveryRemove:       "leaves the unit without a way back",
	RecoveryRewrap:       "puts a key that was made elsewhere in force",
	UnitWitness:          "makes an accomplice the second of two who hide a case from its lead",
	UnitRestrict:         "opens to a whole unit what its workers would have kept by name",
	CopyKeySet:           "has the next sealed copy made to another key",
	FactorReplace:        "takes over the account for good",
	RecoveryCodesReplace: "takes over the account for good",
	PassphraseChange:     "takes over the account for good",
	FactorUnlock:         "gives a guesser of codes ten more tries",
}

// Actions lists every action once, in the order of the constants. The slice is the caller's own.
func Actions() []Action { return slices.Clone(inOrder) }

// StepUp says whether the act needs a fresh passphrase and code from anybody who can give them.
func (a Action) StepUp() bool { return grave[a] != "" }

// Grave says what a stolen cookie would do by an act that needs step-up; empty for every other act.
func (a Action) Grave() string { return grave[a] }
