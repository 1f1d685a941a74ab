package people

// SameForm says whether words heard by voice are those that the page showed.
type SameForm struct {
	Same string `form:"same" words:"same"`
}

// ShownForm is a comparison: what was said, and the words that the page showed.
type ShownForm struct {
	SameForm
	Words string `form:"words"`
}
