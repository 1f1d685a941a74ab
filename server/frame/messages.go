package frame

// What the page says.
var (
	ShareFields = map[string]string{
		"alias": "contact.name", "name": "person.name", "surname": "person.surname", "born": "person.born", "language": "person.language",
		"mediator": "person.mediator", "town": "person.town", "request": "share_field.request", "needs": "share_field.needs",
		"children": "person.children", "children_where": "share_field.children_where", "children_count": "contact.children_count", "children_ages": "contact.children_ages",
		"number": "share_field.number", "mail": "share_field.mail", "code_word": "share_field.code_word", "phone": "share_field.reach",
	}
)

// What the page says.
const (
	ProblemSignIn       = "signin.failed"
	ProblemSignInWait   = "signin.wait"
	ProblemSignInBusy   = "signin.busy"
	ProblemCoveredWrong = "covered.wrong"
	ProblemExitHere     = "exit.unrecorded"
	ProblemChanged      = "conflict.happened"
	ProblemRepeated     = "form.repeated"
	StepUpUnlock        = "stepup.unlock"
	ProblemStepUp       = "stepup.failed"
	FailNotACode        = "code.not_six"
	FailSecretKey       = "error.secret_key"
	FlashSeen           = "notices.done"
	FailBeside          = "how.beside_missing"
	FlashMessageSent    = "referral.sent"
	FailChoice          = "agency.choice_missing"
	FlashUnlocked       = "admissions.unlocked"
	TitleError          = "error.title"
	TitleExit           = "exit.title"
	TitleStepUp         = "stepup.title"
)
