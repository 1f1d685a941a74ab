package referrals_test

import (
	"errors"
	"sync"
	"testing"

	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// repeatable is everything that writes a row of its own for each form, and how
// many of them there are.
type repeatable struct {
	send  func(f typed.Form, text string) error
	count func() int
}

func repeatables(t *testing.T, w *storetest.World) map[string]repeatable {
	t.Helper()
	ctx, anna, bruna, out := t.Context(), w.Caller("anna"), w.Caller("bruna"), storetest.Rosa(t, w)
	_, id := storetest.Send(t, w, out.CaseID, "alias")
	notes := func() int {
		v, _, err := w.Desk.OpenCase(ctx, anna, out.CaseID, storetest.Parts...)
		if err != nil {
			t.Fatal(err)
		}
		return len(v.Notes)
	}
	messages := func() int {
		v, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, id)
		if err != nil {
			t.Fatal(err)
		}
		return len(v.Messages) + len(v.Steps)
	}
	return map[string]repeatable{
		"note": {func(f typed.Form, text string) error {
			_, err := w.Desk.Cases.AddNote(ctx, anna, out.CaseID, f, "other", text)
			return err
		}, notes},
		"attempt": {func(f typed.Form, text string) error {
			_, _, err := w.Desk.Cases.RecordAttempt(ctx, anna, out.CaseID, f, "call", "no_answer", text)
			return err
		}, notes},
		"message": {func(f typed.Form, text string) error {
			_, err := w.Desk.Sharing.SendMessage(ctx, anna, id, f, text)
			return err
		}, messages},
		"question": {func(f typed.Form, text string) error {
			_, err := w.Desk.Sharing.Ask(ctx, bruna, id, f, text)
			return err
		}, messages},
		"appointment": {func(f typed.Form, text string) error {
			_, err := w.Desk.Sharing.Propose(ctx, bruna, id, f, "2026-12-01", "10:00", text)
			return err
		}, messages},
		"answer to it": {func(f typed.Form, text string) error {
			_, err := w.Desk.Sharing.AnswerAppointment(ctx, anna, id, f, map[string]string{"uno": "yes", "due": "no"}[text])
			return err
		}, messages},
	}
}

// formsInOrder: the question comes before the appointment, as a referral goes.
var formsInOrder = []string{"note", "attempt", "message", "question", "appointment", "answer to it"}

func TestFormSentTwiceIsKeptOnce(t *testing.T) {
	w := storetest.New(t).Standard()
	moveTo(t, w, "2026-11-21 08:10")
	things := repeatables(t, w)
	for _, name := range formsInOrder {
		r, form := things[name], typed.NewForm()
		if err := r.send(form, "uno"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		once := r.count()
		if err := r.send(form, "uno"); err != nil {
			t.Errorf("%s sent again: got %v", name, err)
		}
		if err := r.send(form, "due"); !errors.Is(err, typed.ErrRepeated) {
			t.Errorf("%s sent again with other words: got %v, want ErrRepeated", name, err)
		}
		if got := r.count(); got != once {
			t.Errorf("%s: %d rows after the repetition, %d before", name, got, once)
		}
		if err := r.send(typed.NewForm(), "uno"); err != nil || r.count() == once {
			t.Errorf("%s in a form of its own: %v", name, err)
		}
		if err := r.send("", "uno"); !errors.Is(err, typed.ErrInvalid) {
			t.Errorf("%s without a form: got %v", name, err)
		}
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}

func TestFormSentTwentyTimesAtOnceIsKeptOnce(t *testing.T) {
	w := storetest.New(t).Standard()
	moveTo(t, w, "2026-11-21 08:10")
	things := repeatables(t, w)
	for _, name := range formsInOrder {
		r, form := things[name], typed.NewForm()
		before := r.count()
		errs := make([]error, 20)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() { errs[i] = r.send(form, "uno") })
		}
		group.Wait()
		for _, err := range errs {
			if err != nil {
				t.Fatalf("%s, twenty at once: %v", name, errs)
			}
		}
		most := 1
		if name == "question" || name == "appointment" {
			most = 2 // the message and its step
		}
		if got := r.count() - before; got < 1 || got > most {
			t.Errorf("%s, twenty at once: %d rows", name, got)
		}
	}
}

// TestDeclarationSentAtOnceIsOne: by a double click, and by a colleague whose form
// has the same id.
func TestDeclarationSentAtOnceIsOne(t *testing.T) {
	w := storetest.New(t).Wide()
	form, errs := typed.NewForm(), make([]error, 20)
	var group sync.WaitGroup
	for i := range errs {
		who := w.Caller([]string{"anna", "lia"}[i%2])
		group.Go(func() { _, errs[i] = w.Desk.Cases.Declare(t.Context(), who, form, cases.Declared{Name: "Rossana"}) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"anna", "lia"} {
		if mine, _, _, err := w.Desk.Cases.MyDeclarations(t.Context(), w.Caller(name)); err != nil || len(mine) != 1 {
			t.Errorf("%s has %d declarations, %v", name, len(mine), err)
		}
	}
}

// TestFormIsItsOwnersAlone: the same id from somebody else, or for another case,
// is another form.
func TestFormIsItsOwnersAlone(t *testing.T) {
	f := storetest.NewFlow(t)
	form := typed.NewForm()
	for _, c := range []struct {
		who    acts.Caller
		caseID string
	}{{f.Caller("anna"), f.Case}, {f.Caller("gina"), f.Case}, {f.Caller("anna"), f.Restricted}} {
		before, _, err := f.Desk.OpenCase(t.Context(), c.who, c.caseID, storetest.Parts...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Desk.Cases.AddNote(t.Context(), c.who, c.caseID, form, "other", "uno"); err != nil {
			t.Fatal(err)
		}
		after, _, err := f.Desk.OpenCase(t.Context(), c.who, c.caseID, storetest.Parts...)
		if err != nil || len(after.Notes) != len(before.Notes)+1 {
			t.Errorf("the note was not written: %v", err)
		}
	}
}

// TestFormOfCorrectedNoteIsKnown: what was corrected meanwhile is not written
// again by the old form.
func TestFormOfCorrectedNoteIsKnown(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, out, form := w.Caller("anna"), storetest.Rosa(t, w), typed.NewForm()
	add := func() {
		t.Helper()
		if _, err := w.Desk.Cases.AddNote(t.Context(), anna, out.CaseID, form, "other", "prima"); err != nil {
			t.Fatal(err)
		}
	}
	add()
	v, _, err := w.Desk.OpenCase(t.Context(), anna, out.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Cases.CorrectNote(t.Context(), anna, v.Notes[0].ID, 1, "seconda"); err != nil {
		t.Fatal(err)
	}
	add()
	v, _, err = w.Desk.OpenCase(t.Context(), anna, out.CaseID, storetest.Parts...)
	if err != nil || len(v.Notes) != 1 || v.Notes[0].Text != "seconda" {
		t.Fatalf("the diary: %+v, %v", v.Notes, err)
	}
}

// TestAuthorisationSentTwiceIsOne: from one form two authorisations could each be
// sent, and the centre would hear of her twice.
func TestAuthorisationSentTwiceIsOne(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna, out := t.Context(), w.Caller("anna"), w.Caller("bruna"), storetest.Rosa(t, w)
	in := sharing.Authorisation{Form: typed.NewForm(), Centre: w.Units["centre"], Purpose: "support", Fields: []string{"alias"}, Feedback: "came",
		Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"}
	ids, errs := make([]string, 20), make([]error, 20)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() { ids[i], _, errs[i] = w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, in) })
	}
	group.Wait()
	for i := range ids {
		if errs[i] != nil || ids[i] != ids[0] || ids[i] == "" {
			t.Fatalf("twenty at once: %v %v", ids, errs)
		}
	}
	if v, _, err := w.Desk.OpenCase(ctx, anna, out.CaseID, storetest.Parts...); err != nil || len(v.Consents) != 1 {
		t.Fatalf("the case has %d authorisations, %v", len(v.Consents), err)
	}
	other := in
	other.Fields = []string{"alias", "request"}
	if _, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, other); !errors.Is(err, typed.ErrRepeated) {
		t.Errorf("the same form with another field: got %v, want ErrRepeated", err)
	}
	if _, err := w.Desk.Sharing.Revoke(ctx, anna, ids[0], "in_person"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, in); !errors.Is(err, typed.ErrRepeated) {
		t.Errorf("the form of what she took back: got %v, want ErrRepeated", err)
	}
	in.Form = typed.NewForm()
	if id, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, in); err != nil || id == ids[0] {
		t.Errorf("a form of its own: %v", err)
	}
	if cards, _, err := w.Desk.Sharing.Inbox(ctx, bruna); err != nil || len(cards) != 0 {
		t.Errorf("the centre has %d referrals, %v", len(cards), err)
	}
}
