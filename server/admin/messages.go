package admin

// What the page says.
const (
	FailName             = "agency.name_missing"
	FailNameTaken        = "agency.name_taken"
	ProblemNotAllInvited = "invite.not_all"
	TitleInvite          = "invite.title"
)
