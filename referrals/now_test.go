package referrals_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cards"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// nowOf is what stands under "Adesso" for somebody.
func nowOf(t *testing.T, w *storetest.World, name string) []cases.NowLine {
	t.Helper()
	a, _, err := w.Desk.ReadAgenda(t.Context(), w.Caller(name))
	if err != nil {
		t.Fatal(err)
	}
	return a.Now
}

func field(err error, name string) string {
	var bad *typed.Invalid
	if errors.As(err, &bad) {
		return bad.Fields[name]
	}
	return ""
}

// endangered is a contact under way in which danger was said.
func endangered(change func(*cases.NewContact)) cases.NewContact {
	in := cases.NewContact{Form: crypto.NewID(), Contact: cases.Contact{Speaker: "she", Channel: "phone", Danger: "yes", Children: "with_her",
		CallBack: "347 555 0199", Overheard: map[string]string{"call_back": "yes"}, Alias: "Ines"}}
	if change != nil {
		change(&in)
	}
	return in
}

func keep(t *testing.T, w *storetest.World, in cases.NewContact) cases.Recorded {
	t.Helper()
	out, _, err := w.Desk.Cases.KeepContact(t.Context(), w.Caller("anna"), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func record(t *testing.T, w *storetest.World, in cases.NewContact) cases.Recorded {
	t.Helper()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDangerStaysUntilSomebodyEndsIt: what was said while the line was open stands on
// the Agenda at once, and no later word of the form takes it away.
func TestDangerStaysUntilSomebodyEndsIt(t *testing.T) {
	w := storetest.New(t).Wide()
	in := endangered(nil)
	out := keep(t, w, in)
	on := cases.Waits{Contact: out.ContactID}
	lines := nowOf(t, w, "anna")
	if len(lines) != 1 || lines[0].Kind != kept.MarkDanger || lines[0].On != on || !lines[0].Life || lines[0].Alias != "Ines" {
		t.Fatalf("the Agenda has %+v", lines)
	}
	since := lines[0].Since
	w.Clock.Add(12 * time.Minute)
	in.Form, in.Version, in.Danger, in.Outcome = out.ContactID, out.Version, "no", "info_only"
	out = record(t, w, in)
	if lines = nowOf(t, w, "anna"); len(lines) != 1 || !lines[0].Since.Equal(since) {
		t.Fatalf("after she said no, and the contact was closed, the Agenda has %+v", lines)
	}

	desk, anna := w.Desk.Cases, w.Caller("anna")
	if _, err := desk.TakeNow(t.Context(), anna, on, kept.MarkDanger); err != nil {
		t.Fatal(err)
	}
	if lines = nowOf(t, w, "gina"); lines[0].By != w.People["anna"].ID {
		t.Errorf("taken by %q", lines[0].By)
	}
	for _, c := range []struct {
		code, text, why string
	}{
		{"", "", "error.choose_one"}, {"asleep", "", "error.choose_one"}, {"her_no", "", "now.decided_with"},
		{"took_over", "", "now.text_took_over"}, {"not_reached", "", "now.text_not_reached"}, {"mistake", "", "now.text_mistake"},
	} {
		_, err := desk.EndNow(t.Context(), anna, on, cases.NowEnd{Mark: kept.MarkDanger, Code: c.code, Text: c.text})
		got := field(err, "end") + field(err, "end_text")
		if got != c.why {
			t.Errorf("%q: got %v, want %s", c.code, err, c.why)
		}
	}
	if _, err := desk.EndNow(t.Context(), anna, on, cases.NowEnd{Mark: kept.MarkDanger, Code: "not_reached", Text: "pronto intervento, Carla"}); err != nil {
		t.Fatal(err)
	}
	if lines = nowOf(t, w, "anna"); len(lines) != 1 || lines[0].To != "pronto intervento, Carla" || lines[0].By != "" {
		t.Fatalf("handed on, the Agenda has %+v", lines)
	}
	if _, err := desk.EndNow(t.Context(), anna, on, cases.NowEnd{Mark: kept.MarkDanger, Code: "her_no", Text: "Gina, responsabile"}); err != nil {
		t.Fatal(err)
	}
	if lines = nowOf(t, w, "anna"); len(lines) != 0 {
		t.Fatalf("ended, the Agenda has %+v", lines)
	}
	if _, err := desk.EndNow(t.Context(), anna, on, cases.NowEnd{Mark: kept.MarkDanger, Code: "arrived"}); !errors.Is(err, kept.ErrState) {
		t.Errorf("ended twice: %v", err)
	}
	v, _, err := desk.OpenContact(t.Context(), anna, out.ContactID)
	if err != nil || len(v.Ends) != 2 || v.Ends[1].Code != "her_no" || v.Ends[1].By != w.People["anna"].ID {
		t.Errorf("the contact keeps %+v, %v", v.Ends, err)
	}
}

// TestDangerGoesIntoTheCaseFile: a contact that opens a file, or belongs to one, leaves
// its danger on the file's card, and how it ended in the diary. Who is walled off sees
// neither.
func TestDangerGoesIntoTheCaseFile(t *testing.T) {
	w := storetest.New(t).Wide()
	in := endangered(func(in *cases.NewContact) { in.OpenCase, in.Outcome = true, "emergency" })
	out := record(t, w, in)
	on := cases.Waits{Case: out.CaseID}
	lines := nowOf(t, w, "anna")
	if len(lines) != 1 || lines[0].On != on || lines[0].Code != out.Code {
		t.Fatalf("the Agenda has %+v", lines)
	}
	if _, err := w.Desk.Cases.EndNow(t.Context(), w.Caller("anna"), cases.Waits{Contact: out.ContactID}, cases.NowEnd{Mark: kept.MarkDanger, Code: "arrived"}); !errors.Is(err, kept.ErrState) {
		t.Errorf("ended in the contact: %v", err)
	}
	if _, err := w.Desk.Walls.Set(t.Context(), w.StepUp("gina", policies.CaseWall, out.CaseID), out.CaseID, versionNow(t, w, out.CaseID), walls.Change{Off: acts.List(w.People["lia"].ID)}); err != nil {
		t.Fatal(err)
	}
	if lines := nowOf(t, w, "lia"); len(lines) != 0 {
		t.Errorf("who is walled off sees %+v", lines)
	}
	if _, err := w.Desk.Cases.EndNow(t.Context(), w.Caller("anna"), on, cases.NowEnd{Mark: kept.MarkDanger, Code: "safe_she_says"}); err != nil {
		t.Fatal(err)
	}
	if lines := nowOf(t, w, "anna"); len(lines) != 0 {
		t.Fatalf("ended, the Agenda has %+v", lines)
	}
	v := storetest.Open(t, w, w.Caller("anna"), out.CaseID)
	if len(v.Notes) != 1 || v.Notes[0].Kind != "now_end" || v.Notes[0].Outcome != "safe_she_says" {
		t.Errorf("the diary says %+v", v.Notes)
	}
	again := endangered(func(in *cases.NewContact) {
		in.CaseID, in.Outcome, in.Recognised = out.CaseID, "thinking", "known_voice"
	})
	record(t, w, again)
	if lines := nowOf(t, w, "anna"); len(lines) != 1 || lines[0].On != on {
		t.Errorf("said again, the Agenda has %+v", lines)
	}
}

// TestLeaveToCallBackIsForThisCall: so many calls in so many minutes, and none after
// somebody else answered.
func TestLeaveToCallBackIsForThisCall(t *testing.T) {
	for name, c := range map[string]struct {
		inCase bool
	}{"alone": {false}, "in a case file": {true}} {
		t.Run(name, func(t *testing.T) {
			w := storetest.New(t).Wide()
			w.Desk.Cases.Leave = rule.Leave{Minutes: 20, Tries: 2}
			begin := func() (id string, on cases.Waits) {
				in := endangered(func(in *cases.NewContact) {
					in.Danger, in.Children, in.Outcome, in.OpenCase = "no", "", "line_dropped", c.inCase
				})
				out := record(t, w, in)
				if c.inCase {
					return out.ContactID, cases.Waits{Case: out.CaseID}
				}
				return out.ContactID, cases.Waits{Contact: out.ContactID}
			}
			call := func(id, outcome, said string) error {
				v, _, err := w.Desk.Cases.OpenCallBack(t.Context(), w.Caller("anna"), id)
				if err != nil {
					t.Fatal(err)
				}
				_, err = w.Desk.Cases.RecordCallBack(t.Context(), w.Caller("anna"), id, v.Version, cases.CallBack{Outcome: outcome, Said: said})
				return err
			}
			id, on := begin()
			if l := nowOf(t, w, "anna"); len(l) != 1 || l[0].Kind != kept.MarkDropped || l[0].On != on || l[0].Leave.Left != 2 {
				t.Fatalf("the Agenda has %+v", l)
			}
			for range 2 {
				if err := call(id, "no_answer", ""); err != nil {
					t.Fatal(err)
				}
			}
			if l := nowOf(t, w, "anna"); len(l) != 1 || l[0].Leave.Holds() {
				t.Errorf("after two calls the leave is %+v", l)
			}
			if err := call(id, "no_answer", ""); field(err, "call") != "callback.over" {
				t.Errorf("a third call: %v", err)
			}
			if _, err := w.Desk.Cases.EndNow(t.Context(), w.Caller("anna"), on, cases.NowEnd{Mark: kept.MarkDropped, Code: "let_go", Text: "il permesso è finito"}); err != nil {
				t.Fatal(err)
			}

			id, _ = begin()
			w.Clock.Add(21 * time.Minute)
			if err := call(id, "reached", ""); field(err, "call") != "callback.over" {
				t.Errorf("a call after the minutes: %v", err)
			}

			id, on = begin()
			if err := call(id, "other_person", ""); field(err, "said") == "" {
				t.Errorf("without what was said: %v", err)
			}
			if err := call(id, "other_person", "hung_up"); err != nil {
				t.Fatal(err)
			}
			if err := call(id, "no_answer", ""); !errors.Is(err, kept.ErrState) {
				t.Errorf("a call after somebody else answered: %v", err)
			}
			var kinds []string
			for _, l := range nowOf(t, w, "anna") {
				if l.On == on {
					kinds = append(kinds, l.Kind)
				}
			}
			if !reflect.DeepEqual(kinds, []string{kept.MarkOther}) {
				t.Errorf("the Agenda has %v", kinds)
			}

			id, on = begin()
			if err := call(id, "reached", ""); err != nil {
				t.Fatal(err)
			}
			for _, l := range nowOf(t, w, "anna") {
				if l.On == on {
					t.Errorf("she was reached, and the Agenda has %+v", l)
				}
			}
		})
	}
}

// cardsOf are the cards of a unit as they stand, by parent and kind.
func cardsOf(t *testing.T, w *storetest.World) map[string]cards.Contact {
	t.Helper()
	all := map[string]cards.Contact{}
	_, err := acts.Do(t.Context(), w.Gate, w.Store.View, w.Caller("anna"), policies.AgendaRead, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		return cards.All(r, act, false, func(row *cards.Row, c *cards.Contact) { all[row.Parent+" "+row.Kind] = *c })
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestNumberOfOneCallIsFoundForADay: by its hour, and then its card is gone, without
// any key.
func TestNumberOfOneCallIsFoundForADay(t *testing.T) {
	w := storetest.New(t).Wide()
	out := keep(t, w, endangered(nil))
	number := out.ContactID + " " + cards.OfNumber
	if c, ok := cardsOf(t, w)[number]; !ok || c.Phones[0] != "347 555 0199" {
		t.Fatalf("the number's card is %+v", c)
	}
	w.Clock.Add(24*time.Hour - time.Minute)
	if _, ok := cardsOf(t, w)[number]; !ok {
		t.Error("it is not found a minute before its hour")
	}
	w.Clock.Add(time.Minute)
	if _, ok := cardsOf(t, w)[number]; ok {
		t.Error("it is found after its hour")
	}
	w.Clock.Add(24 * time.Hour)
	if n, err := w.Desk.EndOver(context.Background(), acts.ConsoleCaller()); err != nil || n != 1 {
		t.Errorf("the hourly act ended %d, %v", n, err)
	}
	err := w.Store.View(t.Context(), func(r kept.Reader) error { return r.Get(&cards.Row{}, out.ContactID+"."+cards.OfNumber) })
	if !errors.Is(err, acts.ErrNoRow) {
		t.Errorf("its row: %v", err)
	}
}

// TestClosedContactBecomesACaseFile: under the code that she was given.
func TestClosedContactBecomesACaseFile(t *testing.T) {
	w := storetest.New(t).Wide()
	in := endangered(func(in *cases.NewContact) { in.Danger, in.Outcome = "no", "thinking" })
	out := record(t, w, in)
	if len(out.Code) != 9 || out.CaseID != "" {
		t.Fatalf("recorded as %+v", out)
	}
	if c := cardsOf(t, w)[out.ContactID+" "+cards.OfContact]; c.Code != out.Code || c.Findable {
		t.Errorf("its card is %+v", c)
	}
	id, _, err := w.Desk.Cases.CaseOfContact(t.Context(), w.Caller("anna"), out.ContactID, out.Version, false)
	if err != nil {
		t.Fatal(err)
	}
	v := storetest.Open(t, w, w.Caller("anna"), id)
	if v.Card.Code != out.Code || v.Card.Alias != "Ines" || len(v.Contacts) != 1 || v.Card.Worker != w.People["anna"].ID {
		t.Errorf("the case file is %+v", v)
	}
	if c := cardsOf(t, w); len(c) != 0 {
		t.Errorf("cards stay beside the case's: %+v", c)
	}
	if _, _, err := w.Desk.Cases.CaseOfContact(t.Context(), w.Caller("anna"), out.ContactID, out.Version, false); !errors.Is(err, kept.ErrState) {
		t.Errorf("a second time: %v", err)
	}
	l, _, err := w.Desk.Cases.List(t.Context(), w.Caller("anna"), cases.ListOf{Mine: true})
	if err != nil || len(l.Cases) != 1 || l.Cases[0].ID != id || l.All != 1 {
		t.Errorf("the list is %+v, %v", l, err)
	}
	if l, _, err := w.Desk.Cases.List(t.Context(), w.Caller("lia"), cases.ListOf{Mine: true}); err != nil || len(l.Cases) != 0 || l.All != 0 {
		t.Errorf("a colleague's own list is %+v, %v", l, err)
	}
}

// TestContactsAreFound: one that is open by name and number, a closed one by its code
// alone unless she wants to be found, and a number given for one call for a day.
func TestContactsAreFound(t *testing.T) {
	w := storetest.New(t).Wide()
	found := func(term string) (ids []string) {
		t.Helper()
		cards, _, err := w.Desk.Cases.Search(t.Context(), w.Caller("lia"), term)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cards {
			ids = append(ids, c.ID)
		}
		return ids
	}
	in := endangered(func(in *cases.NewContact) { in.Alias = "Ouattara" })
	out := keep(t, w, in)
	one := []string{out.ContactID}
	for _, term := range []string{"Ouattara", "Watara", "347 5550199", "+39 347 555 0199"} {
		if got := found(term); !reflect.DeepEqual(got, one) {
			t.Errorf("open, by %q: %v", term, got)
		}
	}
	in.Form, in.Version, in.Outcome = out.ContactID, out.Version, "info_only"
	out = record(t, w, in)
	for term, want := range map[string][]string{"Ouattara": nil, out.Code: one, "3475550199": one} {
		if got := found(term); !reflect.DeepEqual(got, want) {
			t.Errorf("closed, by %q: %v", term, got)
		}
	}
	again := record(t, w, endangered(func(in *cases.NewContact) {
		in.Alias, in.Outcome, in.Again, in.CallBack = "Kovalchuk", "thinking", "yes", ""
	}))
	if got := found("Kovalciuk"); !reflect.DeepEqual(got, []string{again.ContactID}) {
		t.Errorf("who wants to be found: %v", got)
	}
	inCase := record(t, w, endangered(func(in *cases.NewContact) { in.OpenCase, in.Outcome, in.CallBack = true, "thinking", "06 555 0177" }))
	if got := found("065550177"); !reflect.DeepEqual(got, []string{inCase.CaseID}) {
		t.Errorf("the number of a case's contact: %v", got)
	}
	w.Clock.Add(24 * time.Hour)
	for _, number := range []string{"3475550199", "065550177"} {
		if got := found(number); len(got) != 0 {
			t.Errorf("a day later, by %s: %v", number, got)
		}
	}
}

// TestDangerOutlivesWhatWouldHideIt: a file that is closed, danger that is said again
// in the contact in which it had ended, and a lesser word later.
func TestDangerOutlivesWhatWouldHideIt(t *testing.T) {
	w := storetest.New(t).Wide()
	desk, anna := w.Desk.Cases, w.Caller("anna")
	in := endangered(nil)
	out := keep(t, w, in)
	if _, err := desk.EndNow(t.Context(), anna, cases.Waits{Contact: out.ContactID}, cases.NowEnd{Mark: kept.MarkDanger, Code: "safe_she_says"}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Minute)
	v, _, err := desk.OpenContact(t.Context(), anna, out.ContactID)
	if err != nil {
		t.Fatal(err)
	}
	in.Form, in.Version, in.Outcome, in.OpenCase = out.ContactID, v.Version, "emergency", true
	out = record(t, w, in)
	on := cases.Waits{Case: out.CaseID}
	if lines := nowOf(t, w, "anna"); len(lines) != 1 || lines[0].On != on || !lines[0].Life {
		t.Fatalf("an emergency in the contact in which she had been safe: %+v", lines)
	}
	if _, err := desk.TakeNow(t.Context(), anna, on, kept.MarkDanger); err != nil {
		t.Fatal(err)
	}
	record(t, w, endangered(func(in *cases.NewContact) {
		in.CaseID, in.Query, in.Danger, in.Children, in.Outcome = out.CaseID, out.Code, "no", "none", "emergency"
	}))
	if lines := nowOf(t, w, "anna"); len(lines) != 1 || !lines[0].Life || lines[0].By != w.People["anna"].ID {
		t.Fatalf("said again, with less: %+v", lines)
	}
	if _, err := desk.CloseCase(t.Context(), anna, out.CaseID, versionNow(t, w, out.CaseID), "no_more_wished", ""); err != nil {
		t.Fatal(err)
	}
	if lines := nowOf(t, w, "anna"); len(lines) != 1 {
		t.Errorf("closed, the Agenda has %+v", lines)
	}
}

// TestDroppedLineWithoutLeave: she did not let us call back, so nobody calls; she stands
// under "Adesso" all the same, until somebody says how it ended or she was heard.
func TestDroppedLineWithoutLeave(t *testing.T) {
	w := storetest.New(t).Wide()
	quiet := func(in *cases.NewContact) { in.Danger, in.Children, in.CallBack, in.Overheard = "", "", "", nil }
	in := endangered(quiet)
	in.LineDropped = true
	out := keep(t, w, in)
	on := cases.Waits{Contact: out.ContactID}
	lines := nowOf(t, w, "lia")
	if len(lines) != 1 || lines[0].Kind != kept.MarkDropped || !lines[0].NoLeave || lines[0].Leave.Holds() || lines[0].On != on {
		t.Fatalf("a line that dropped without leave: %+v", lines)
	}
	if v, _, err := w.Desk.Cases.OpenCallBack(t.Context(), w.Caller("anna"), out.ContactID); err != nil || v.Leave.Given {
		t.Errorf("she may be called: %+v, %v", v.Leave, err)
	}
	if _, err := w.Desk.Cases.EndNow(t.Context(), w.Caller("lia"), on, cases.NowEnd{Mark: kept.MarkDropped, Code: "let_go"}); field(err, "end_text") == "" {
		t.Errorf("let go without a word: %v", err)
	}
	// She called again, and the contact ended otherwise: she was heard.
	in.Form, in.Version, in.LineDropped, in.Outcome = out.ContactID, out.Version, false, "info_only"
	record(t, w, in)
	if lines := nowOf(t, w, "lia"); len(lines) != 0 {
		t.Errorf("she was heard, and still cannot wait: %+v", lines)
	}
	// The contact ended with the line.
	in = endangered(quiet)
	in.Outcome = "line_dropped"
	on = cases.Waits{Contact: record(t, w, in).ContactID}
	if lines := nowOf(t, w, "lia"); len(lines) != 1 || lines[0].On != on {
		t.Fatalf("a contact that ended with the line: %+v", lines)
	}
	if _, err := w.Desk.Cases.EndNow(t.Context(), w.Caller("lia"), on, cases.NowEnd{Mark: kept.MarkDropped, Code: "let_go", Text: "non ha lasciato un numero"}); err != nil {
		t.Fatal(err)
	}
	if lines := nowOf(t, w, "lia"); len(lines) != 0 {
		t.Errorf("what ended stands: %+v", lines)
	}
}
