package server

// What handlers say on a page: keys for Page.Flash, Page.Problem and Page.Fail.
const (
	ProblemSignIn        = "signin.failed"
	ProblemSignInWait    = "signin.wait"
	ProblemCoveredWrong  = "covered.wrong"
	FailCodeShape        = "code.wrong"
	FailOutcomeMissing   = "contact.outcome_missing"
	FailServiceMissing   = "contact.service_missing"
	FailHours            = "safe.hours_wrong"
	FailNumberMissing    = "safe.number_missing"
	FailMailMissing      = "safe.mail_missing"
	FlashUnlinkedSaved   = "unlinked.saved"
	FlashContactRepeated = "contact.already"
	FailNoteEmpty        = "note.empty"
	FailNoteTo           = "note_move.unknown"
	FailRecognised       = "safe.recognised_missing"
	FailClosingReason    = "case_close.reason_missing"
	FlashNoteSaved       = "note.saved"
	FlashPersonSaved     = "person.saved"
	FlashForgotten       = "forget.done"
	FlashAttemptSaved    = "attempts.saved"
	FlashSafeSaved       = "safe.saved"
	FlashCaseClosed      = "case_close.closed"
	FlashCaseReopened    = "case_close.reopened"
	ProblemLiveReferral  = "case_close.live_referral"
	ProblemReviewRule    = "safe.review"
	ProblemChanged       = "conflict.happened"
	ForbiddenNoRule      = "attempts.none_recorded" // for AttemptsPage.Forbidden
	ForbiddenHours       = "attempts.not_now"
	ForbiddenNever       = "attempts.never"
)

// What a step-up serves: keys for StepUpPage.Act.
const (
	StepUpSend    = "stepup.send"
	StepUpAdmit   = "stepup.admit"
	StepUpRemove  = "stepup.remove"
	StepUpPin     = "stepup.pin"
	StepUpFound   = "stepup.found"
	StepUpExport  = "stepup.export"
	StepUpFactor  = "stepup.factor"
	StepUpCodes   = "stepup.codes"
	StepUpShred   = "stepup.shred"
	StepUpCopy    = "stepup.copy"
	StepUpSuspend = "stepup.suspend"
	StepUpUnlock  = "stepup.unlock"
)

// What credentials and admission pages say.
const (
	ProblemStepUp      = "stepup.failed"
	FlashSessionClosed = "own.closed"
	FailOfflineKey     = "own.offline_wrong"
	FailEnrol          = "enrol.wrong"
	FlashEnrolled      = "enrol.done"
	FailPhraseWeak     = "phrase.weak"
	FailPhraseDiffers  = "phrase.differs"
	FailPhraseCurrent  = "phrase.current_wrong"
	FlashPhraseChanged = "phrase.changed"
	FailInvitation     = "invitation.wrong"
	FlashAdmitted      = "admissions.admitted"
	FlashRemoved       = "admissions.removed"
	ProblemNotSame     = "admit.not_same"
	FailSaySame        = "admit.say_same"
	FlashFounded       = "found.done"
	FailFoundUnwritten = "found.say_written"
	FlashColleagues    = "colleagues.done"
	FlashPinned        = "pin.done"
)

// What referral pages say.
const (
	FailChose         = "way.chose_missing"
	FlashWayNoted     = "way.noted"
	FailHeard         = "how.heard_missing"
	FailGiven         = "how.given_missing"
	FailInterpreter   = "how.interpreter_missing"
	FailUntil         = "how.until_wrong"
	FailUrgency       = "how.urgency_missing"
	FlashReferralSent = "referral.was_sent"
	FlashMessageSent  = "referral.sent"
	FlashRevoked      = "revoke.done"
	FlashAccepted     = "received.accepted"
	FlashProposed     = "received.proposed"
	FailAppointment   = "received.day_wrong"
	FlashTold         = "received.told"
	FlashDeclined     = "decline_page.done"
	FailStop          = "stop.missing"
)

// What log and administration pages say; the first are keys for Missing.Key.
const (
	MissingMembers   = "missing.units_empty"
	MissingRecovery  = "missing.units_recovery"
	MissingAudit     = "missing.no_audit"
	MissingEnding    = "missing.agencies_ending"
	FailLogDays      = "log.day_wrong"
	FlashAgencySaved = "agency.saved"
	FailName         = "agency.name_missing"
	FailChoice       = "agency.choice_missing"
	FailEnds         = "agency.ends_missing"
	FlashUnitSaved   = "unit.saved"
	FlashSuspended   = "people.suspended"
	FlashLifted      = "people.lifted"
	FlashWithdrawn   = "people.withdrawn"
	FailUsername     = "invite.username_taken"
)

// ShareGroups and ShareFields name what can be shared: keys for ShareGroup.Key,
// Shareable.Key and PackageField.Key, by the value the form sends.
var (
	ShareGroups = map[string]string{"who": "share_group.who", "needs": "share_group.needs", "children": "share_group.children"}
	ShareFields = map[string]string{
		"alias": "contact.name", "name": "person.name", "surname": "person.surname", "born": "person.born", "language": "person.language",
		"mediator": "person.mediator", "town": "person.town", "request": "share_field.request", "needs": "share_field.needs",
		"children": "person.children", "children_where": "share_field.children_where", "children_count": "contact.children_count", "children_ages": "contact.children_ages",
	}
)

// Titles of pages: keys for Page.Title.
const (
	TitleSignIn         = "signin.title"
	TitleCode           = "code.title"
	TitleRecoveryCode   = "recovery.title"
	TitleError          = "error.title"
	TitleCovered        = "covered.title"
	TitleExit           = "exit.title"
	TitleLicences       = "licences.title"
	TitleAgenda         = "agenda.title"
	TitleSearch         = "search.title"
	TitleContact        = "contact.title"
	TitleUnlinked       = "unlinked.title"
	TitleContactDone    = "contact_done.title"
	TitleCase           = "case.title"
	TitleDiary          = "diary.title"
	TitleNote           = "note.text"
	TitleNoteMove       = "note_move.title"
	TitlePerson         = "person.title"
	TitleForget         = "forget.title"
	TitleCaseReferrals  = "case_referrals.title"
	TitleReaders        = "readers.title"
	TitleAttempts       = "attempts.title"
	TitleSafeContact    = "safe.edit_title"
	TitleCaseClose      = "case_close.title"
	TitleCaseReopen     = "case_close.reopen_title"
	TitleConflict       = "conflict.title"
	TitleStepUp         = "stepup.title"
	TitleOwn            = "nav.own"
	TitleEnrol          = "enrol.title"
	TitleRecoveryCodes  = "recovery_codes.title"
	TitlePassphrase     = "phrase.title"
	TitleInvitation     = "invitation.title"
	TitleWaiting        = "waiting.title"
	TitleAdmissions     = "nav.admissions"
	TitleAdmit          = "admit.title"
	TitleRemove         = "remove.title"
	TitleFound          = "found.title"
	TitleColleagues     = "colleagues.title"
	TitlePins           = "nav.centres"
	TitlePin            = "pin.title"
	TitleChooseCentre   = "centre.title"
	TitleWay            = "way.title"
	TitleShare          = "share.title"
	TitleHow            = "how.title"
	TitlePreview        = "preview.title"
	TitleReferral       = "referral.title"
	TitleRevoke         = "revoke.title"
	TitleInbox          = "nav.inbox"
	TitleReceived       = "received.title"
	TitleDecline        = "received.decline"
	TitleStop           = "stop.title"
	TitleCopy           = "received.copy"
	TitleLog            = "nav.log"
	TitleProof          = "proof.title"
	TitleAccess         = "nav.access"
	TitleAuditReferrals = "nav.referrals"
	TitleAgencies       = "nav.agencies"
	TitleAgency         = "agency.title"
	TitleAgencyNew      = "agency.new"
	TitleUnit           = "unit.new"
	TitlePeople         = "nav.people"
	TitleInvite         = "invite.title"
)
