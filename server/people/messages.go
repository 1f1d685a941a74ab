package people

// What the page says.
const (
	ProblemNotSame   = "admit.not_same"
	FailSaySame      = "admit.say_same"
	FailRecipient    = "keep.recipient_wrong"
	TitleRecoveryKey = "keep.title"
)
