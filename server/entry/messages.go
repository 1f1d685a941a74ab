package entry

// What the page says.
const (
	ProblemCoveredHere = "covered.unrecorded"
	TitleSignIn        = "signin.title"
	TitleCode          = "code.title"
	TitleRecoveryCodes = "recovery_codes.title"
	TitleWaiting       = "waiting.title"
)
