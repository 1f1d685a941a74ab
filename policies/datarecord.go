package policies

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// headings are the words of the record of processing activities in one language.
type headings struct {
	title, controller, purpose, subjects, recipients, retention, data, measures, sealed, transfers string
	class                                                                                          map[Class]string
}

var english = headings{
	title:      "Record of processing activities (GDPR, article 30)",
	controller: "Controller",
	purpose:    "Purpose",
	subjects:   "Categories of data subjects",
	recipients: "Categories of recipients",
	retention:  "Time limits for erasure",
	data:       "Categories of personal data",
	measures:   "Security measures (article 32)",
	sealed:     "Content is encrypted for the people who may read it; every reading and every change is in a log that shows tampering.",
	transfers:  "Transfers to third countries: none.",
	class: map[Class]string{
		ClassOpaque: "identifiers without meaning", ClassCode: "codes and numbers", ClassDay: "days",
		ClassPublic: "public data", ClassSealed: "encrypted content",
	},
}

var italian = headings{
	title:      "Registro delle attività di trattamento (GDPR, articolo 30)",
	controller: "Titolare del trattamento",
	purpose:    "Finalità",
	subjects:   "Categorie di interessati",
	recipients: "Categorie di destinatari",
	retention:  "Termini per la cancellazione",
	data:       "Categorie di dati personali",
	measures:   "Misure di sicurezza (articolo 32)",
	sealed:     "Il contenuto è cifrato per le persone che possono leggerlo; ogni lettura e ogni modifica è in un registro che mostra le alterazioni.",
	transfers:  "Trasferimenti verso paesi terzi: nessuno.",
	class: map[Class]string{
		ClassOpaque: "identificativi senza significato", ClassCode: "codici e numeri", ClassDay: "giorni",
		ClassPublic: "dati pubblici", ClassSealed: "contenuto cifrato",
	},
}

// WriteRecord prints the record of processing activities (GDPR art. 30) as plain text, in Italian for "it" and in
// English otherwise. It tells what the map tells: legal bases and contacts of the controller are the agency's to add.
func (m Map) WriteRecord(w io.Writer, lang, controller string) error {
	h := english
	if lang == "it" {
		h = italian
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s: %s\n", h.title, h.controller, controller)
	for _, p := range m.purposes {
		m.writePurpose(&b, h, lang, p)
	}
	fmt.Fprintf(&b, "\n%s\n  %s\n\n%s\n", h.measures, h.sealed, h.transfers)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the record of processing activities: %w", err)
	}
	return nil
}

// writePurpose prints one purpose with everything that is kept for it.
func (m Map) writePurpose(b *strings.Builder, h headings, lang string, p Purpose) {
	var data, limits []string
	for _, c := range m.columns {
		if c.Purpose != p.Code {
			continue
		}
		data = append(data, fmt.Sprintf("%s.%s: %s", c.Table, c.Name, h.class[c.Class]))
		limit, _ := m.Retention(c.Retention)
		if words := limit.In(lang); !slices.Contains(limits, words) {
			limits = append(limits, words)
		}
	}
	fmt.Fprintf(b, "\n%s: %s\n", h.purpose, p.In(lang))
	list(b, h.subjects, words(m.subjects, p.Subjects, lang))
	list(b, h.recipients, words(m.recipients, p.Recipients, lang))
	list(b, h.retention, limits)
	list(b, h.data, data)
}

// words turns codes into words.
func words(terms []Term, codes []string, lang string) []string {
	var out []string
	for _, t := range terms {
		if slices.Contains(codes, t.Code) {
			out = append(out, t.In(lang))
		}
	}
	return out
}

func list(b *strings.Builder, heading string, lines []string) {
	fmt.Fprintf(b, "  %s\n", heading)
	for _, line := range lines {
		fmt.Fprintf(b, "    %s\n", line)
	}
}
