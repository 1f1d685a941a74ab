package sheets

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sportello/referrals/towns"
)

// Sheet is one text, in one language and version.
type Sheet struct {
	Code, Language, Version string
	Title                   string   // what a worker looks for
	Heading                 string   // what stands on paper: it tells nothing of her
	For                     string   // one of Readers
	From, Until             string   // days, YYYY-MM-DD; no Until is until another one holds
	Territory               []string // ISTAT codes; none is everywhere
	Fits                    []string // of Signs: where it is proposed
	Review                  string   // who ought to review it, of Reviews, or empty
	Reviewer, Reviewed      string   // who did, and on which day
	File                    string
	Own                     bool // the agency's, not the program's
	text, read, card        []Block
}

// Block is one piece of a text: a heading, a paragraph or an item of a list, with where
// the law or the fact in it stands.
type Block struct {
	Kind   string // heading, paragraph, item
	Text   string
	Source string
}

// The codes of a file.
var (
	// Codes are the sheets that the program brings along, in the order they are listed.
	Codes = []string{"numbers", "centre", "data", "duty", "tonight", "leaving", "phone", "breath", "health", "report", "orders",
		"children", "income", "residence", "stay", "young", "support_admin", "near_her", "rights", "code_card"}
	// Readers are whom a sheet is for: a woman, a girl, a woman whom somebody looks after,
	// somebody who knows a woman.
	Readers = []string{"she", "girl", "assisted", "near"}
	// Signs are what proposes a sheet: something that she asks for, or said.
	Signs = []string{"listen", "information", "cav", "bed", "legal", "health", "psychology", "child", "work", "money", "home", "care", "language_help", "danger", "children", "minor"}
	// Reviews are who ought to review a text before it is relied upon.
	Reviews = []string{"physician", "lawyer"}
	// Languages are those a sheet can be in.
	Languages = []string{"it", "en", "fr", "es", "ar", "ro", "uk", "sq", "bn", "zh", "pt", "ru", "ur", "de"}
	// Numbers are the telephone numbers that a text may name by itself: all Italy, free of
	// charge, day and night. Any other comes from the directory or the configuration.
	Numbers = []string{"112", "114", "1522"}
)

// asking are what else stands in braces and is filled in: the emergency social service,
// this desk, the centres of the directory, and her own code.
var asking = []string{"emergency", "desk", "centres", "code"}

// Fault is why a file, or a line of it, cannot be used.
type Fault struct {
	File string
	Line int // 0 for the file as a whole
	What string
}

func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.What
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
}

// maxFile bounds a file: a text that somebody reads out is short.
const maxFile = 32 << 10

// The forms of what a head says.
var (
	codeForm    = regexp.MustCompile(`^[a-z][a-z_]{1,39}$`)
	versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$`)
	townForm    = regexp.MustCompile(`^[0-9]{6}$`)
	inBraces    = regexp.MustCompile(`\{([^{}]*)\}`)
	digits      = regexp.MustCompile(`[0-9][0-9.]*`)
	yearOrDay   = regexp.MustCompile(`^(19|20)[0-9]{2}$`)
)

// givesAway are beginnings of words that tell whoever finds a paper what it is about.
var givesAway = []string{"violen", "antiviolen", "maltratt", "stalk", "abus", "vittim", "victim", "rifugio", "shelter", "refuge", "denunc", "querel", "women's", "donne"}

// Tells are the words of a text that tell whoever finds it what it is about.
func tells(text string) string {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' }) {
		for _, begin := range givesAway {
			for _, part := range strings.FieldsFunc(w, func(r rune) bool { return r == '\'' || r == '’' }) {
				if strings.HasPrefix(part, begin) || strings.HasPrefix(w, begin) {
					return w
				}
			}
		}
	}
	return ""
}

// reading is one file while it is read.
type reading struct {
	sheet  Sheet
	head   map[string]int // which line says it
	faults []Fault
	part   string
	parts  map[string]int
	open   bool // the last line was of a paragraph that may go on
}

func (r *reading) fault(line int, what string, args ...any) {
	r.faults = append(r.faults, Fault{r.sheet.File, line, fmt.Sprintf(what, args...)})
}

// Parse reads one file, whose name is for the faults.
func Parse(name string, b []byte) (*Sheet, []Fault) {
	r := &reading{sheet: Sheet{File: name}, head: map[string]int{}, parts: map[string]int{}}
	text := strings.TrimPrefix(string(b), "\ufeff")
	switch {
	case len(b) > maxFile:
		r.fault(0, "it is longer than %d bytes", maxFile)
	case !utf8.ValidString(text):
		r.fault(0, "it is not UTF-8")
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		r.line(i+1, strings.TrimRight(line, " \t"))
	}
	r.judge()
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return &r.sheet, nil
}

func (r *reading) line(n int, line string) {
	for _, c := range line {
		if !unicode.IsPrint(c) && c != '\u200c' && c != '\u200d' { // Persian and Bengali need those two
			r.fault(n, "a character that does not show (U+%04X)", c)
			return
		}
	}
	name, isPart := strings.CutPrefix(line, "[")
	switch {
	case line == "":
		r.open = false
	case isPart:
		r.begin(n, strings.TrimSuffix(name, "]"))
	case r.part == "":
		r.say(n, line)
	default:
		r.add(n, line)
	}
}

// begin is the first line of a part of the text.
func (r *reading) begin(n int, part string) {
	if part != "text" && part != "read" && part != "card" {
		r.fault(n, "[%s] is none of [text], [read] and [card]", part)
	} else if r.parts[part] > 0 {
		r.fault(n, "[%s] stands twice, in line %d first", part, r.parts[part])
	}
	r.part, r.parts[part], r.open = part, n, false
}

// say is a line of the head.
func (r *reading) say(n int, line string) {
	key, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	at := r.fields()[key]
	switch {
	case !ok || at == nil:
		r.fault(n, "%q is not known here; a head has %s", key, strings.Join(headKeys, ", "))
	case r.head[key] > 0:
		r.fault(n, "%s stands twice, in line %d first", key, r.head[key])
	case value == "":
		r.fault(n, "%s is empty: leave the line out", key)
	default:
		r.head[key] = n
		at(value)
	}
}

// headKeys are the lines of a head.
var headKeys = []string{"code", "language", "version", "title", "heading", "for", "from", "until", "territory", "fits", "review", "reviewer", "reviewed"}

func (r *reading) fields() map[string]func(string) {
	s := &r.sheet
	set := func(p *string) func(string) { return func(v string) { *p = v } }
	list := func(p *[]string) func(string) {
		return func(v string) {
			*p = strings.FieldsFunc(v, func(c rune) bool { return c == ',' || c == ' ' })
		}
	}
	return map[string]func(string){"code": set(&s.Code), "language": set(&s.Language), "version": set(&s.Version), "title": set(&s.Title),
		"heading": set(&s.Heading), "for": set(&s.For), "from": set(&s.From), "until": set(&s.Until), "territory": list(&s.Territory),
		"fits": list(&s.Fits), "review": set(&s.Review), "reviewer": set(&s.Reviewer), "reviewed": set(&s.Reviewed)}
}

// add is a line of a text.
func (r *reading) add(n int, line string) {
	into := r.blocks()
	if into == nil {
		return // the part itself is the fault
	}
	last := len(*into) - 1
	if source, ok := strings.CutPrefix(line, "source:"); ok {
		if last < 0 {
			r.fault(n, "a source stands under what it is for")
			return
		}
		(*into)[last].Source = strings.TrimSpace(strings.TrimPrefix((*into)[last].Source+"; "+strings.TrimSpace(source), "; "))
		r.open = false
		return
	}
	r.judgeText(n, line)
	if heading, ok := strings.CutPrefix(line, "## "); ok {
		*into, r.open = append(*into, Block{Kind: "heading", Text: heading}), false
	} else if item, ok := strings.CutPrefix(line, "- "); ok {
		*into, r.open = append(*into, Block{Kind: "item", Text: item}), true
	} else if r.open && last >= 0 {
		(*into)[last].Text += " " + line
	} else {
		*into, r.open = append(*into, Block{Kind: "paragraph", Text: line}), true
	}
}

func (r *reading) blocks() *[]Block {
	return map[string]*[]Block{"text": &r.sheet.text, "read": &r.sheet.read, "card": &r.sheet.card}[r.part]
}

// judgeText tries what a line names: a number that nobody knows here is worse than none.
func (r *reading) judgeText(n int, line string) {
	for _, found := range inBraces.FindAllStringSubmatch(line, -1) {
		if !slices.Contains(Numbers, found[1]) && !slices.Contains(asking, found[1]) {
			r.fault(n, "{%s} is not known; there are {%s}", found[1], strings.Join(append(slices.Clone(Numbers), asking...), "}, {"))
		}
	}
	rest := inBraces.ReplaceAllString(line, "")
	if strings.ContainsAny(rest, "{}") {
		r.fault(n, "a brace without the other one")
	}
	for _, at := range digits.FindAllStringIndex(rest, -1) {
		number, after := strings.Trim(rest[at[0]:at[1]], "."), strings.TrimSpace(rest[at[1]:])
		if len(number) >= 3 && !yearOrDay.MatchString(number) && !strings.HasPrefix(after, "euro") {
			r.fault(n, "%s looks like a telephone number: write those that are known as {%s}, and others as {emergency}, {desk} or {centres}", number, strings.Join(Numbers, "}, {"))
		}
	}
	if r.part == "card" {
		if word := tells(line); word != "" {
			r.fault(n, "%q on a card tells whoever finds it what it is about", word)
		}
		if strings.Contains(line, "{centres}") {
			r.fault(n, "a card names no centre")
		}
	}
}

// judge tries the head, once all of it is known.
func (r *reading) judge() {
	s := &r.sheet
	for _, key := range []string{"code", "language", "version", "title", "heading", "for", "from"} {
		if r.head[key] == 0 {
			r.fault(0, "there is no line %s:", key)
		}
	}
	said := func(key string, bad bool, what string, args ...any) {
		if r.head[key] > 0 && bad {
			r.fault(r.head[key], key+": "+what, args...)
		}
	}
	said("code", !codeForm.MatchString(s.Code), "it is of small letters and _")
	said("language", !slices.Contains(Languages, s.Language), "it is one of %s", strings.Join(Languages, ", "))
	said("version", !versionForm.MatchString(s.Version), "it is of letters, digits, . and -")
	said("for", !slices.Contains(Readers, s.For), "it is one of %s", strings.Join(Readers, ", "))
	said("review", !slices.Contains(Reviews, s.Review), "it is one of %s", strings.Join(Reviews, ", "))
	for _, key := range []string{"from", "until", "reviewed"} {
		said(key, !isDay(map[string]string{"from": s.From, "until": s.Until, "reviewed": s.Reviewed}[key]), "it is a day, YYYY-MM-DD")
	}
	said("until", s.Until < s.From, "it ends before it begins")
	for _, sign := range s.Fits {
		said("fits", !slices.Contains(Signs, sign), "%s is none of %s", sign, strings.Join(Signs, ", "))
	}
	said("fits", s.Code == "stay", "what concerns a permit to stay is laid out with the others, and never pointed at")
	for _, code := range s.Territory {
		_, known := towns.ByCode(code)
		said("territory", !townForm.MatchString(code) || towns.Built() && !known, "%s is no ISTAT code of a municipality", code)
	}
	if word := tells(s.Heading); word != "" {
		said("heading", true, "%q on paper tells whoever finds it what it is about", word)
	}
	said("reviewer", r.head["reviewed"] == 0, "it needs reviewed: and the day")
	said("reviewed", r.head["reviewer"] == 0, "it needs reviewer: and who it was")
	if s.Language != "it" && s.Language != "en" && r.head["language"] > 0 && r.head["reviewer"] == 0 {
		r.fault(r.head["language"], "a text in another language than Italian and English needs reviewer: and reviewed:, somebody by name who reads it")
	}
	if len(s.text)+len(s.card) == 0 {
		r.fault(0, "there is neither [text] nor [card], or nothing in it")
	}
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
