package casework

// What the page says.
const (
	FlashNoteSaved     = "note.saved"
	FlashNoteCorrected = "note.corrected"
	TitleContact       = "contact.title"
)
