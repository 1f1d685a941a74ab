// Package risk is what questions about danger come to. It is pure: an instrument is a data
// file, held to a schema and to its own examples; answers go in, a result comes out. It has
// no clock, no record and no key, and it decides nothing: a result is read with the woman's
// own fear beside it, and a person judges.
//
// What nobody asked is not a no: a result has a lower and an upper bound, and its words
// follow the upper one. No level is called low. Sources: Snider, Webster, O'Sullivan and
// Campbell 2009; Messing, Campbell and Snider 2017 (concepts and count); the files say which.
package risk

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"sportello/referrals/datafile"
)

// Text is a text by language: "it", "en".
type Text map[string]string

// The kinds of instrument, as files say them.
const (
	KindCount = "count" // questions whose answers yes are counted
	KindSPJ   = "spj"   // factors from which whoever assesses chooses a level (structured professional judgement)
)

// The answers that every kind knows.
const (
	Yes      = "yes"
	No       = "no"
	NotAsked = "not_asked"
)

// The strengths of an alert.
const (
	AlertNow   = "now"   // somebody is telephoned, now
	AlertToday = "today" // the lead looks at it the same working day
	AlertNone  = "none"
)

// What every instrument says at the end of its advice.
const (
	adviceReview     = "review"
	adviceIncomplete = "incomplete"
)

// The columns of a structured judgement.
const (
	Now    = "now"
	Before = "before"
)

// Instrument is one version of an instrument.
type Instrument struct {
	ID               string            `json:"id"`
	Version          string            `json:"version"`
	Language         []string          `json:"language"`
	Title            Text              `json:"title"`
	Variant          string            `json:"variant"`
	Sources          []string          `json:"source_citation"`
	Wording          string            `json:"wording"`
	Licence          Licence           `json:"licence"`
	Audience         Text              `json:"audience"`
	Roles            []string          `json:"administrator_roles"`
	RolesIfTrained   []string          `json:"administrator_roles_if_trained"`
	TrainingRequired bool              `json:"training_required"`
	TrainingNote     Text              `json:"training_note"`
	NotFor           Text              `json:"not_for"`
	Entry            []Entry           `json:"entry"`
	Intro            Text              `json:"intro"`
	Stop             Text              `json:"stop"`
	Groups           []Labelled        `json:"groups"`
	Columns          []Labelled        `json:"columns"`
	KnownBy          []Labelled        `json:"known_by"`
	Items            []Item            `json:"items"`
	ResponseLabels   map[string]Text   `json:"response_labels"`
	Free             map[string]Text   `json:"free"`
	Scoring          Scoring           `json:"scoring"`
	Outputs          map[string]string `json:"outputs"`
	Spoken           map[string]Text   `json:"spoken"`
	Advice           map[string]Text   `json:"advice"`
	Review           Review            `json:"review"`
	Validity         Text              `json:"validity"`
	Notes            []string          `json:"notes"`
	AnswersFile      string            `json:"answers_file"`
	Examples         []Example         `json:"examples"`

	// Digest is SHA-256 of the file's bytes, in hexadecimal: a result names it, since the
	// same id and version with other bytes is another instrument.
	Digest string `json:"-"`
}

// Licence says whose an instrument is, and until when it may be used.
type Licence struct {
	Status  string  `json:"status"`
	Holder  string  `json:"holder"`
	Ref     string  `json:"ref"`
	Expires *string `json:"expires"` // YYYY-MM-DD, the last day; nil for none
}

// Entry is a question that comes before all others; without a yes they are not asked.
type Entry struct {
	ID       string `json:"id"`
	Text     Text   `json:"text"`
	IfNotYes string `json:"if_not_yes"`
	Why      Text   `json:"why"`
}

// Labelled is a code with its words.
type Labelled struct {
	ID    string `json:"id"`
	Label Text   `json:"label"`
}

// Item is a question, or a factor of a structured judgement.
type Item struct {
	ID        string          `json:"id"`
	Concept   string          `json:"concept"`
	Text      Text            `json:"text"`
	Help      Text            `json:"help"`
	Responses []string        `json:"responses"`
	Labels    map[string]Text `json:"labels"`
	Window    struct {
		Kind   string `json:"kind"`
		Before bool   `json:"before"`
	} `json:"window"`
	Critical     bool     `json:"critical"`
	Counts       *bool    `json:"counts"`
	Follows      *Follows `json:"follows"`
	Group        string   `json:"group"`
	MayBeAskedBy []string `json:"may_be_asked_by"`
	Lowerable    *bool    `json:"lowerable"`
}

// Follows says after which answer to which question an item is asked.
type Follows struct {
	Item string `json:"item"`
	Is   string `json:"is"`
}

// counted tells whether an item is counted.
func (i *Item) counted() bool { return i.Counts == nil || *i.Counts }

// Scoring is how answers become a result.
type Scoring struct {
	Kind            string            `json:"kind"`
	Counts          string            `json:"counts"`
	Weights         any               `json:"weights"` // null: no answer weighs more than another
	Bands           []Band            `json:"bands"`
	BandOn          string            `json:"band_on"`
	IncompleteWhen  string            `json:"incomplete_when"`
	LabelIncomplete Text              `json:"label_incomplete"`
	NoResultWhen    string            `json:"no_result_when"`
	Levels          []Level           `json:"levels"`
	LevelIs         string            `json:"level_is"`
	MinRequired     []string          `json:"min_required"`
	Overrides       []Override        `json:"overrides"`
	MayNot          []string          `json:"may_not"`
	Conditions      string            `json:"conditions"`
	Label           string            `json:"label"`
	AlertLevel      map[string]string `json:"alert_level"`
}

// Band is a stretch of counts with its words, the bounds within.
type Band struct {
	ID    string `json:"id"`
	Min   int    `json:"min"`
	Max   int    `json:"max"`
	Label Text   `json:"label"`
}

// Level is what whoever assesses may choose.
type Level struct {
	ID      string `json:"id"`
	Label   Text   `json:"label"`
	Meaning Text   `json:"meaning"`
}

// Override is an alert, with its advice, whatever the count.
type Override struct {
	ID         string    `json:"id"`
	When       Condition `json:"when"`
	Alert      string    `json:"alert"`
	AdviceKeys []string  `json:"advice_keys"`
}

// Condition holds or does not. Of item, all, the two counts, fact and level exactly one is
// given; is or in, and column, go with it.
type Condition struct {
	Item            string      `json:"item"`
	Is              string      `json:"is"`
	In              []string    `json:"in"`
	Column          string      `json:"column"` // now where absent
	All             []Condition `json:"all"`
	CriticalAtLeast int         `json:"critical_at_least"`
	SureAtLeast     int         `json:"sure_at_least"`
	Fact            string      `json:"fact"`
	Level           string      `json:"level"`
}

// Review says after how many days an assessment is made again where nothing changes before.
type Review struct {
	On       string         `json:"on"`
	ElseDays map[string]int `json:"else_days"`
}

//go:embed data/*.json
var shipped embed.FS

// Shipped are the instruments that come with the program, by id.
func Shipped() (map[string]*Instrument, error) {
	names, err := fs.Glob(shipped, "data/*.json")
	if err != nil {
		return nil, err
	}
	all := map[string]*Instrument{}
	for _, name := range names {
		text, err := shipped.ReadFile(name)
		if err != nil {
			return nil, err
		}
		i, faults := Read(path.Base(name), text)
		if len(faults) > 0 {
			return nil, fmt.Errorf("an instrument that comes with the program: %s", faults[0])
		}
		all[i.ID] = i
	}
	return all, nil
}

// Schema is the JSON Schema of instruments, and of files of answers among its parts.
func Schema() []byte { return slices.Clone(schemaText) }

// Read reads an instrument and holds it to the schema, to itself and to its examples. With
// a fault there is no instrument.
func Read(name string, text []byte) (*Instrument, []datafile.Fault) {
	f, faults := datafile.Read(name, text)
	if len(faults) > 0 {
		return nil, faults
	}
	var kind struct {
		Scoring struct {
			Kind string `json:"kind"`
		} `json:"scoring"`
	}
	if err := f.Peek(&kind); err != nil {
		return nil, []datafile.Fault{f.Fault("scoring.kind is not a text", "scoring")}
	}
	s := countSchema
	switch kind.Scoring.Kind {
	case KindSPJ:
		s = spjSchema
	case KindCount:
	default:
		return nil, []datafile.Fault{f.Fault("the kind is count or spj", "scoring", "kind")}
	}
	if faults := f.Faults(s()); len(faults) > 0 {
		return nil, faults
	}
	i := &Instrument{}
	if err := f.Into(i); err != nil {
		return nil, []datafile.Fault{f.Fault(err.Error())}
	}
	sum := sha256.Sum256(text)
	i.Digest = hex.EncodeToString(sum[:])
	c := check{f: f, i: i}
	c.all()
	if len(c.faults) > 0 {
		datafile.Sort(c.faults)
		return nil, c.faults
	}
	return i, nil
}
