package office

import (
	"errors"
	"testing"

	"sportello/policies/acts"
)

// TestNewUserNamesAreTold: a user name is of one script, holds nothing that nobody sees,
// and is taken for no other; what people may use stays usable.
func TestNewUserNamesAreTold(t *testing.T) {
	others := []*acts.Person{{Username: "lucia"}, {Username: "sara1"}, {Username: "marna"}, {Username: "occ"}, {Username: "vecchia forma"}}
	for name, want := range map[string]error{
		"lucia": ErrTaken, "LUCIA": ErrTaken, "\uff2c\uff35\uff23\uff29\uff21": ErrTaken,
		"lucia\u200b": ErrAlike, "\u202elucia": ErrAlike, "lu\ncia": ErrAlike, "luci\u0430": ErrAlike, "l\u00f9cia": ErrAlike, "1ucia": ErrAlike,
		"sara\u006c": ErrAlike, "mama": ErrAlike, "\u043e\u0441\u0441": ErrAlike, "vecchiaforma": ErrAlike,
		"\u2063\u200b": ErrDirection, "bru\u00adna": ErrDirection, "bru\u034fna": ErrDirection,
		"brun\u0430": ErrScripts, "\u03b4\u0438\u043d\u0430": ErrScripts,
		"bruna due": ErrSigns, "bruna\u2665": ErrSigns, "\u0661\u06f1": ErrSigns,
		"bruna": nil, "bruna.b-2": nil, "nicol\u00f2": nil, "\u043e\u043b\u0435\u043d\u0430": nil, "\u0641\u0627\u0637\u0645\u0629": nil, "\u6797\u6653": nil, "agn\u00e8s": nil,
	} {
		if got := checkUsername(acts.NormaliseUsername(name), others); !errors.Is(got, want) || want == nil && got != nil {
			t.Errorf("%+q: got %v, want %v", name, got, want)
		}
	}
}

// TestNamesOfUnitsAreCompared: blanks, capitals and the way accents are typed make no
// other name.
func TestNamesOfUnitsAreCompared(t *testing.T) {
	for _, same := range []string{"Comune di Forl\u00ec", "Comune di Forli\u0300", "Comune  di Forl\u00ec", " comune di\u00a0forl\u00ec ", "Comune di\tForl\u00ec", "Com\u00adune di Forl\u00ec\u200b"} {
		if !SameName(same, "Comune di Forl\u00ec") {
			t.Errorf("%+q is another name", same)
		}
	}
	if SameName("Comune di Forli", "Comune di Forl\u00ec") {
		t.Error("an accent that is missing makes the same name")
	}
	if got := tidyName(" Comune  di Forli\u0300\u200b\n"); got != "Comune di Forl\u00ec" {
		t.Errorf("it is kept as %+q", got)
	}
}
