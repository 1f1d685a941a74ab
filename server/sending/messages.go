package sending

// What the page says.
var (
	ShareGroups = map[string]string{"who": "share_group.who", "needs": "share_group.needs", "children": "share_group.children", "reach": "share_group.reach"}
)

// What the page says.
const (
	FailShareChanged = "share.changed"
	TitleShare       = "share.title"
)
