package risk

import (
	_ "embed" // the schema
	"sync"

	"sportello/referrals/datafile"
)

//go:embed schema.json
var schemaText []byte

var (
	countSchema  = compiled("#/$defs/count")
	spjSchema    = compiled("#/$defs/spj")
	answersCount = compiled("#/$defs/answers_count")
	answersSPJ   = compiled("#/$defs/answers_spj")
)

// compiled compiles a part of the program's own schema, when it is first asked for.
func compiled(at string) func() *datafile.Schema {
	return sync.OnceValue(func() *datafile.Schema {
		s, err := datafile.Compile(schemaText, at)
		if err != nil {
			panic(err)
		}
		return s
	})
}
