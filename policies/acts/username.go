package acts

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// NormaliseUsername is applied before anything else is done with a user name.
func NormaliseUsername(s string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(s)))
}
