package centre

// What the page says.
const (
	ProblemEndedRevoked = "ended.revoked"
	ProblemEndedOver    = "ended.over"
	FailStop            = "stop.missing"
	TitleInbox          = "nav.inbox"
	TitleStop           = "stop.title"
)
