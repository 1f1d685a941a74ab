package referrals_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/match"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// asMade fails the test where a card is not what its case makes it.
func asMade(t *testing.T, w *storetest.World, id, after string) kept.CaseCard {
	t.Helper()
	v := storetest.Open(t, w, w.Caller("anna"), id)
	names, numbers := []string{v.Card.Alias}, []string(nil)
	if v.Identity != nil {
		names = append(names, v.Identity.Name, v.Identity.Surname)
	}
	var want []kept.CardNumber
	if v.Safe.Number != "" {
		numbers, want = []string{v.Safe.Number}, []kept.CardNumber{{Number: v.Safe.Number, Verdict: v.Safe.PhoneVerdict()}}
	}
	if keys := match.KeysOf(names, numbers); v.Card.Keys != keys {
		t.Errorf("after %s the card's keys are %+v, want %+v", after, v.Card.Keys, keys)
	}
	if !slices.Equal(v.Card.Numbers, want) || v.Card.Phones != nil {
		t.Errorf("after %s the card's numbers are %+v and %q, want %+v", after, v.Card.Numbers, v.Card.Phones, want)
	}
	return v.Card
}

// TestCardIsMadeAnew recomputes the card after every act that changes a case.
func TestCardIsMadeAnew(t *testing.T) {
	w := storetest.New(t).Wide()
	anna, desk := w.Caller("anna"), w.Desk.Cases
	id := storetest.Rosa(t, w).CaseID
	asMade(t, w, id, "opening")
	version := func() int64 { return versionOf(t, w, id) }
	safe := rule.SafeContact{Channels: map[string]string{"call": "never", "sms": "never", "email": "yes"}, Number: "+39 333 1234567 / 06 5550106"}
	allowed := rule.SafeContact{Channels: map[string]string{"call": "yes"}, Number: "06 5550111", Hours: []rule.Hours{{From: "08:00", To: "20:00"}}}
	ferri := cases.PersonForm{Alias: "Rosalia", Identity: cases.Identity{Name: "Rosa", Surname: "Ferri"}}
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"a rule that forbids her number", func() error {
			return second(desk.ChangeSafeContact(t.Context(), anna, id, version(), safe, "in_person"))
		}},
		{"her name", func() error { return second(desk.SavePerson(t.Context(), anna, id, version(), ferri)) }},
		{"another contact", func() error {
			_, _, err := desk.RecordContact(t.Context(), anna, cases.NewContact{Form: crypto.NewID(), CaseID: id, Query: "Ferri",
				Contact: cases.Contact{Speaker: "she", Alias: "Altra", Outcome: "thinking"}})
			return err
		}},
		{"a rule that allows another number", func() error {
			return second(desk.ChangeSafeContact(t.Context(), anna, id, version(), allowed, "in_person"))
		}},
		{"a planned call", func() error {
			return second(desk.SetRecall(t.Context(), anna, id, version(), rule.Recall{Day: w.Clock.Now().AddDate(0, 0, 1).Format(time.DateOnly), From: "09:00", To: "10:00"}))
		}},
		{"a note", func() error { return second(desk.AddNote(t.Context(), anna, id, typed.NewForm(), "listening", "nota")) }},
		{"a wall", func() error {
			return second(w.Desk.Walls.Set(t.Context(), w.StepUp("gina", policies.CaseWall, id), id, version(), walls.Change{Off: acts.List("").With(w.People["lia"].ID)}))
		}},
		{"restricting", func() error {
			return second(desk.Restrict(t.Context(), w.StepUp("gina", policies.CaseRestrict, id), id, version(), acts.List("").With(anna.Person())))
		}},
		{"closing", func() error { return second(desk.CloseCase(t.Context(), anna, id, version(), "moved", "")) }},
		{"opening again", func() error { return second(desk.ReopenCase(t.Context(), anna, id, version(), "")) }},
		{"going back to her alias", func() error {
			return second(desk.Anonymise(t.Context(), w.StepUp("anna", policies.CaseAnonymise, id), id, version()))
		}},
	} {
		storetest.Try(t, act.name, act.do())
		card := asMade(t, w, id, act.name)
		if act.name == "going back to her alias" && len(card.Names) > 0 {
			t.Errorf("the card still names her: %q", card.Names)
		}
	}
}

func versionOf(t *testing.T, w *storetest.World, id string) int64 {
	t.Helper()
	return storetest.Open(t, w, w.Caller("anna"), id).Version
}

func second(_ audit.Receipt, err error) error { return err }

// found are the cards of a search: who, and by what.
func found(t *testing.T, w *storetest.World, who, term string) (list []cases.SearchCard) {
	t.Helper()
	list, _, err := w.Desk.Cases.Search(t.Context(), w.Caller(who), term)
	storetest.Try(t, "searching "+term, err)
	return list
}

// open opens a case for an alias and returns its id and code.
func open(t *testing.T, w *storetest.World, alias string, safe rule.SafeContact) (id, code string) {
	t.Helper()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Alias: alias, Outcome: "info_only", Safe: safe}})
	storetest.Try(t, "opening a case", err)
	return out.CaseID, out.Code
}

// TestSearchShowsTheSameFirst: what is the same, then what sounds alike, then what
// is near, the newest of each first; a number she forbade is found, and said to be.
func TestSearchShowsTheSameFirst(t *testing.T) {
	w := storetest.New(t).Standard()
	never := rule.SafeContact{Channels: map[string]string{"call": "never"}, Number: "347 555 7788"}
	older, _ := open(t, w, "Ferrari Paola", never)
	near, _ := open(t, w, "Paola Ferrali", rule.SafeContact{})
	w.Clock.Add(48 * time.Hour)
	sounds, _ := open(t, w, "Paola Ferari", rule.SafeContact{})
	newer, _ := open(t, w, "Paola Ferrari", rule.SafeContact{})
	open(t, w, "Mirela", rule.SafeContact{})
	var got []string
	for _, c := range found(t, w, "anna", "paola ferrari") {
		got = append(got, c.ID+" "+c.Found)
	}
	if want := []string{newer + " name", older + " name", sounds + " sounds", near + " near"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if list := found(t, w, "anna", "0039 347 5557788"); len(list) != 1 || list[0].ID != older || list[0].Found != "number" || !list[0].Never {
		t.Errorf("by a number she forbade: %+v", list)
	}
}

// TestACutHidesNothingThatIsTheSame: of more than can be shown, all that are the
// same stand, and that others are not shown is said.
func TestACutHidesNothingThatIsTheSame(t *testing.T) {
	w := storetest.New(t).Standard()
	for i := range cases.SearchMax + 3 {
		open(t, w, fmt.Sprintf("Paola %d", i), rule.SafeContact{})
	}
	for range 3 {
		open(t, w, "Paolla", rule.SafeContact{})
	}
	list := found(t, w, "anna", "Paola")
	if len(list) != cases.SearchMax+3 || slices.ContainsFunc(list, func(c cases.SearchCard) bool { return c.Found != "name" }) || !list[len(list)-1].More {
		t.Errorf("%d cards, the last: %+v", len(list), list[len(list)-1])
	}
	if list := found(t, w, "anna", "Paolla"); len(list) != cases.SearchMax || list[0].Found != "name" || list[2].Found != "name" || list[3].Found != "sounds" || !list[len(list)-1].More {
		t.Errorf("%d cards; the first: %+v", len(list), list[:min(4, len(list))])
	}
	if list := found(t, w, "anna", "Paola 7"); len(list) != 1 || list[0].More {
		t.Errorf("one card: %+v", list)
	}
}

// TestSearchIsNotRecognition: to a case that is only like what she was looked for by,
// no contact goes on without how she was recognised; the page is not what holds it.
func TestSearchIsNotRecognition(t *testing.T) {
	w := storetest.New(t).Wide()
	anna, desk := w.Caller("anna"), w.Desk.Cases
	id, code := open(t, w, "Paola Ferrari", rule.SafeContact{Channels: map[string]string{"call": "never"}, Number: "347 555 7788"})
	record := func(query, recognised string) error {
		_, _, err := desk.RecordContact(t.Context(), anna, cases.NewContact{Form: crypto.NewID(), CaseID: id, Query: query,
			Contact: cases.Contact{Speaker: "she", Recognised: recognised, Outcome: "thinking"}})
		return err
	}
	keep := func(query, recognised string) error {
		_, _, err := desk.KeepContact(t.Context(), anna, cases.NewContact{Form: crypto.NewID(), Chosen: id, Query: query, Contact: cases.Contact{Speaker: "she", Recognised: recognised}})
		return err
	}
	for _, ask := range []struct {
		query, recognised, why string
	}{
		{"paola ferrari", "", ""}, {code, "", ""}, {"+39 3475557788", "", ""},
		{"Paola Ferari", "", "contact.recognise"}, {"Paolo Ferrari", "", "contact.recognise"}, {"Paola", "", ""}, {"5557788", "", "contact.recognise"}, {"P. Ferrari", "", "contact.recognise"},
		{"", "", "contact.recognise"}, {"Mirela", "", "contact.recognise"}, {code[:4], "", "contact.recognise"},
		{"Paola Ferari", "code_word", ""}, {"", "known_voice", ""}, {"Paola Ferari", cases.NotRecognised, "contact.not_recognised"}, {"paola ferrari", cases.NotRecognised, ""},
		{"Paola Ferari", "x", "error.choose_one"},
	} {
		for name, err := range map[string]error{"recording": record(ask.query, ask.recognised), "keeping": keep(ask.query, ask.recognised)} {
			var bad *typed.Invalid
			if errors.As(err, &bad) != (ask.why != "") || bad != nil && bad.Fields["recognised"] != ask.why || bad == nil && err != nil {
				t.Errorf("%s, looked for by %q, recognised %q: %v, want %q", name, ask.query, ask.recognised, err, ask.why)
			}
		}
	}
	_, err := w.Desk.Walls.Set(t.Context(), w.StepUp("gina", policies.CaseWall, id), id, versionOf(t, w, id), walls.Change{Off: acts.List("").With(w.People["lia"].ID)})
	storetest.Try(t, "walling lia off", err)
	for _, chosen := range []string{id, crypto.NewID()} {
		_, _, err := desk.KeepContact(t.Context(), w.Caller("lia"), cases.NewContact{Form: crypto.NewID(), Chosen: chosen, Contact: cases.Contact{Speaker: "she"}})
		storetest.Try(t, "keeping a contact with a file that is not there for her", err)
	}
}

// TestDeclaredNamesAreHeard: a declared name finds the case in another spelling and
// alphabet, by a number she forbade, and where she gave a given name alone.
func TestDeclaredNamesAreHeard(t *testing.T) {
	w := storetest.New(t).Wide()
	anna := w.Caller("anna")
	storetest.Try(t, "declaring", second(w.Desk.Cases.Declare(t.Context(), anna, typed.NewForm(), cases.Declared{Name: "Yuliia", Surname: "Kovalchuk", Phone: "+39 347 5557788"})))
	ids := map[string]string{}
	for _, alias := range []string{"Юлія Ковальчук", "Giulia Covalciuc", "Kovaltchuk Iulia", "Julia", "Mirela"} {
		ids[alias], _ = open(t, w, alias, rule.SafeContact{})
	}
	ids["number"], _ = open(t, w, "Altra", rule.SafeContact{Channels: map[string]string{"call": "never"}, Number: "347 5557788"})
	ids["given name"], _ = open(t, w, "Fiore", rule.SafeContact{})
	storetest.Try(t, "naming", second(w.Desk.Cases.SavePerson(t.Context(), anna, ids["given name"], versionOf(t, w, ids["given name"]), cases.PersonForm{Alias: "Fiore", Identity: cases.Identity{Name: "Yulia"}})))
	all, _, err := w.Desk.Cases.Declarations(t.Context(), w.Caller("gina"))
	storetest.Try(t, "the lead reads", err)
	got := map[string]string{}
	for _, m := range all[0].Matches {
		got[m.ID] = fmt.Sprint(m.By, m.Found)
	}
	for name, id := range ids {
		want := map[string]string{"Юлія Ковальчук": "[name surname]sounds", "Giulia Covalciuc": "[name surname]sounds", "Kovaltchuk Iulia": "[name surname]sounds", "Julia": "[name]sounds", "number": "[phone]number", "given name": "[name]sounds"}[name]
		if got[id] != want {
			t.Errorf("%s: %q, want %q", name, got[id], want)
		}
	}
}
