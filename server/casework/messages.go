package casework

// What the page says.
const (
	FlashNoteSaved = "note.saved"
	TitleContact   = "contact.title"
	TitleUnlinked  = "unlinked.title"
)
