package entry

import (
	"sportello/server/frame"
)

// LicencesPage is "licences".
type LicencesPage struct {
	frame.Page
	Texts []frame.Licence
}

// What the page says.
const (
	TitleLicences = "licences.title"
)

// Licences answers GET /licenze.
func Licences(q *frame.Request) (frame.Shown, error) {
	return &LicencesPage{Page: q.Base(TitleLicences), Texts: frame.Licences()}, nil
}
