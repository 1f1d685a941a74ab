// Package locale turns message keys into Italian or English text, and times
// into words. It promises that both languages know the same keys; it does not
// escape anything: the page does.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a bare server has no zone files, and the hours here save lives

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed it.json en.json
var files embed.FS

// Lang is a language the pages are written in.
type Lang string

// The languages, Italian first: it is what an unknown wish falls back to.
const (
	Italian Lang = "it"
	English Lang = "en"
)

// Langs lists the languages in the order in which they are offered.
var Langs = []Lang{Italian, English}

// Parse reads a language code; whatever is not known is Italian.
func Parse(s string) Lang {
	if Lang(s) == English {
		return English
	}
	return Italian
}

// Match picks the language for a browser's Accept-Language header.
func Match(header string) Lang {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return Italian
	}
	matcher := language.NewMatcher([]language.Tag{language.Italian, language.English})
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return Italian
	}
	return Langs[i]
}

// Catalogue holds the texts of both languages. It is safe for many readers.
type Catalogue struct {
	plain     map[Lang]map[string]string // messages with neither plural nor placeholder
	localizer map[Lang]*i18n.Localizer
	keys      map[Lang][]string
	names     map[Lang]calendar
	zone      *time.Location
}

type calendar struct {
	days                 []string // Sunday first, as time.Weekday counts
	months               []string
	longDays, longMonths []string // written out
}

// New reads the embedded texts. The error names a file that does not parse, a
// calendar that is not complete, or a missing time zone.
func New() (*Catalogue, error) {
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		return nil, fmt.Errorf("loading the time zone: %w", err)
	}
	c := &Catalogue{
		plain:     make(map[Lang]map[string]string),
		localizer: make(map[Lang]*i18n.Localizer),
		keys:      make(map[Lang][]string),
		names:     make(map[Lang]calendar),
		zone:      zone,
	}
	bundle := i18n.NewBundle(language.Italian)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, lang := range Langs {
		if err := c.load(bundle, lang); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Catalogue) load(bundle *i18n.Bundle, lang Lang) error {
	name := string(lang) + ".json"
	file, err := bundle.LoadMessageFileFS(files, name)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	plain := make(map[string]string)
	for _, m := range file.Messages {
		c.keys[lang] = append(c.keys[lang], m.ID)
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			plain[m.ID] = m.Other
		}
	}
	c.plain[lang] = plain
	c.localizer[lang] = i18n.NewLocalizer(bundle, string(lang))
	c.names[lang] = calendar{
		days:       strings.Fields(plain["date.weekdays"]),
		months:     strings.Fields(plain["date.months"]),
		longDays:   strings.Fields(plain["date.long_weekdays"]),
		longMonths: strings.Fields(plain["date.long_months"]),
	}
	if n := c.names[lang]; len(n.days) != 7 || len(n.months) != 12 || len(n.longDays) != 7 || len(n.longMonths) != 12 {
		return fmt.Errorf("reading %s: calendar names incomplete", name)
	}
	return nil
}

// Keys lists the message keys of a language, in no order.
func (c *Catalogue) Keys(lang Lang) []string { return c.keys[lang] }

// Has tells whether a key exists.
func (c *Catalogue) Has(lang Lang, key string) bool {
	for _, k := range c.keys[lang] {
		if k == key {
			return true
		}
	}
	return false
}

// Zone is the time zone in which times are shown.
func (c *Catalogue) Zone() *time.Location { return c.zone }

// T is the text of key in lang. args are names and values in turn; the one
// named "Count" also picks the plural form. An unknown key is an error, never
// an empty place on a page.
func (c *Catalogue) T(lang Lang, key string, args ...any) (string, error) {
	if len(args) == 0 {
		if s, ok := c.plain[lang][key]; ok {
			return s, nil
		}
	}
	localizer, ok := c.localizer[lang]
	if !ok {
		return "", fmt.Errorf("unknown language")
	}
	data := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			return "", fmt.Errorf("message %q: argument %d is not a name", key, i)
		}
		data[name] = args[i+1]
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: data}
	if count, ok := data["Count"]; ok {
		config.PluralCount = count
	}
	text, err := localizer.Localize(config)
	if err != nil && text == "" {
		return "", fmt.Errorf("finding message %q: %w", key, err)
	}
	return text, nil
}

// must is T for the keys of this package, which its test proves to exist.
func (c *Catalogue) must(lang Lang, key string, args ...any) string {
	s, err := c.T(lang, key, args...)
	if err != nil {
		panic(err)
	}
	return s
}
