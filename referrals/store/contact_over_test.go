package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/cards"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// TestContactsGoAfterAYear: a contact that led to no case goes, with its cards, a year
// after it was closed. One that is open, that became a case, or on whose card somebody
// is waited for, stays; and one that was begun long before it was closed.
func TestContactsGoAfterAYear(t *testing.T) {
	w := storetest.New(t).Wide()
	closed := alone(t, w, "Chiusa", false, nil)
	open := alone(t, w, "Aperta", true, nil)
	again := alone(t, w, "Tornata", false, nil)
	_, _, err := w.Desk.Cases.CaseOfContact(t.Context(), w.Caller("anna"), again.ContactID, 1, false)
	storetest.Try(t, "opening a case of a contact", err)
	danger := alone(t, w, "Pericolo", false, func(in *cases.NewContact) { in.Danger, in.Outcome = "yes", "nothing_more" })
	late := alone(t, w, "Tardi", true, nil)
	there := func(row acts.Row, id string) (is bool) {
		view(t, w, func(r kept.Reader) { is = !errors.Is(r.Get(row, id), acts.ErrNoRow) })
		return is
	}
	waits := false
	view(t, w, func(r kept.Reader) { waits, err = cards.Wait(r, danger.ContactID) })
	if err != nil || !waits {
		t.Fatalf("a contact with danger waits for nobody: %v", err)
	}
	gone := map[string]bool{}
	look := func(when string) {
		t.Helper()
		_, err := w.Desk.EndOver(t.Context(), acts.ConsoleCaller())
		storetest.Try(t, "ending what is over", err)
		for name, c := range map[string]cases.Recorded{"closed": closed, "open": open, "found again": again, "in danger": danger, "closed late": late} {
			if is := there(&cases.ContactRow{}, c.ContactID); is == gone[name] {
				t.Errorf("%s, a contact that is %s: there %v", when, name, is)
			}
			if is := there(&cards.Row{}, c.ContactID+"."+cards.OfContact); is == (gone[name] || name == "found again") {
				t.Errorf("%s, the card of a contact that is %s: there %v", when, name, is)
			}
		}
	}
	secret := ""
	view(t, w, func(r kept.Reader) {
		row := &cases.ContactRow{}
		err = r.Get(row, closed.ContactID)
		secret = row.Secret
	})
	storetest.Try(t, "reading a contact", err)
	look("at once")
	w.Clock.Add(100 * 24 * time.Hour)
	in := cases.NewContact{Form: late.ContactID, Version: late.Version, Contact: cases.Contact{Speaker: "she", Channel: "phone", Alias: "Tardi", Outcome: "info_only"}}
	_, _, err = w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), in)
	storetest.Try(t, "closing late", err)
	w.Clock.Add(260 * 24 * time.Hour)
	look("within the year")
	w.Clock.Add(7 * 24 * time.Hour)
	gone["closed"] = true
	look("after a year")
	view(t, w, func(r kept.Reader) {
		if _, err := r.Secret(secret); !errors.Is(err, acts.ErrErased) {
			t.Errorf("the secret of one that is gone: %v", err)
		}
	})
	w.Clock.Add(100 * 24 * time.Hour)
	gone["closed late"] = true
	look("a year after the late one")
}

// TestATamperedRowHidesNothingThatIsOver: it stays as it is and is named, and the
// others end.
func TestATamperedRowHidesNothingThatIsOver(t *testing.T) {
	w := storetest.New(t).Wide()
	first, second := alone(t, w, "Prima", false, nil), alone(t, w, "Seconda", false, nil)
	number := alone(t, w, "Numero", false, func(in *cases.NewContact) {
		in.CallBack, in.Overheard = "347 555 0199", map[string]string{"call_back": "yes"}
	})
	db := raw(t, w, store.MainFile)
	defer db.Close()
	change(t, db, "UPDATE contact SET author = 'X' WHERE id = ?", first.ContactID)
	change(t, db, "UPDATE card SET kind = 'other' WHERE id = ?", number.ContactID+"."+cards.OfNumber)
	w.Clock.Add(368 * 24 * time.Hour)
	n, err := w.Desk.EndOver(t.Context(), acts.ConsoleCaller())
	if !errors.Is(err, acts.ErrTampered) || !strings.Contains(err.Error(), first.ContactID) || !strings.Contains(err.Error(), number.ContactID) {
		t.Errorf("ended %d: %v", n, err)
	}
	for id, want := range map[string]int{first.ContactID: 1, second.ContactID: 0, number.ContactID: 1} {
		var is int
		storetest.Try(t, "counting", db.QueryRow("SELECT count(*) FROM contact WHERE id = ?", id).Scan(&is))
		if is != want {
			t.Errorf("%d rows of %s, want %d", is, id, want)
		}
	}
}
