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
)
