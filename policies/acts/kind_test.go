package acts

import (
	"slices"
	"strings"
	"testing"

	"sportello/crypto"
)

type plainRow struct {
	RowKey
	CaseID   string
	By       string `row:"made_by"`
	MAC      []byte
	Own      part
	Named    List
	KeyBox   crypto.Sealed
	Shut     bool  `row:",later"`
	OwnCount int64 `row:",later"`
}

type part struct {
	Epoch int64
	Box   crypto.Sealed
}

func (*plainRow) Table() string { return "plain" }

var plainRows = Declare[plainRow]()

func TestColumnsAreTheFields(t *testing.T) {
	want := []string{"case_id", "made_by", "mac", "own_epoch", "own_box", "named", "key_box", "shut", "own_count"}
	if got := plainRows.Columns(); !slices.Equal(got, want) {
		t.Errorf("got columns %v, want %v", got, want)
	}
	row := &plainRow{RowKey: RowKey{"id", 3}, CaseID: "c", Own: part{Epoch: 7}, Named: "a b", Shut: true}
	all := Columns(row)
	if *all[0].(*string) != "id" || *all[1].(*int64) != 3 || *all[2].(*string) != "c" || *all[5].(*int64) != 7 || *all[7].(*string) != "a b" || !*all[9].(*bool) {
		t.Errorf("the columns are not where the fields are: %v", all)
	}
	*all[7].(*string) = "other"
	if row.Named != "other" {
		t.Error("what is scanned into a column does not reach its field")
	}
	later, ok := Values(row)[7].(crypto.Later)
	if !ok || later.Name != "shut" || len(Values(row)) != len(want) {
		t.Errorf("a later column is %v", Values(row)[7])
	}
}

type noColumn struct {
	RowKey
	When map[string]string
}

func (*noColumn) Table() string { return "no_column" }

type again struct{ RowKey }

func (*again) Table() string { return "plain" }

func TestDeclareRefuses(t *testing.T) {
	for name, f := range map[string]func(){
		"what is no row":       func() { Declare[part]() },
		"a type of no column":  func() { Declare[noColumn]() },
		"a second of a table":  func() { Declare[again]() },
		"an unknown column":    func() { plainRows.Find().Is("secret") },
		"an unknown order":     func() { plainRows.Find().By("secret desc") },
		"an unknown selection": func() { plainRows.Find().Among("id", plainRows.Find().Of("secret")) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said, ok := recover().(string); !ok || !strings.HasPrefix(said, "acts: ") {
					t.Errorf("got %q, want a panic that says why", said)
				}
			}()
			f()
		})
	}
}

func TestFinderCountsItsArguments(t *testing.T) {
	f := plainRows.Find().Is("case_id").UpTo("own_count")
	if _, err := f.Rows(nil, "one"); err == nil {
		t.Error("a finder of two arguments took one")
	}
}
