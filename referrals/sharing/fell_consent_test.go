package sharing_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// What somebody got who knew only the pages and the files: an authorisation that
// she thought gone, a key that nobody compared, a text that stayed in the file.

func allow(t *testing.T, w *storetest.World, caseID string, fields ...string) string {
	t.Helper()
	id, _, err := w.Desk.Sharing.GiveConsent(t.Context(), w.SignIn("anna"), caseID, sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support",
		Fields: fields, Feedback: "came", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	if err != nil {
		t.Fatalf("giving consent: %v", err)
	}
	return id
}

// TestAttackSendTheWiderAuthorisation: she first allowed her request, then thought
// again and allowed her alias alone. The page of the first is still open in
// a tab.
func TestAttackSendTheWiderAuthorisation(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	wide := allow(t, w, out.CaseID, "alias", "request")
	allow(t, w, out.CaseID, "alias")
	if _, _, err := w.Desk.Sharing.SendReferral(t.Context(), w.StepUp("anna", policies.ReferralSend, wide), wide); err == nil {
		t.Error("FELL: an older, wider authorisation was sent after a narrower one was given")
	}
}

// TestAttackRestoreRevivesWhatWasNeverSent: she took back an authorisation that was
// not sent. Nothing was erased with it, so a copy from before knows nothing.
func TestAttackRestoreRevivesWhatWasNeverSent(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	out := storetest.Rosa(t, w)
	id := allow(t, w, out.CaseID, "alias", "request")
	copied := storetest.Backup(t, w)
	if _, err := w.Desk.Sharing.Revoke(ctx, w.SignIn("anna"), id, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	w.Restore(copied)
	storetest.Lift(t, w, "anna")
	if _, _, err := w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, id), id); err == nil {
		t.Error("FELL: after a restore, what she had taken back was sent, and nobody was asked")
	}
}

// newEpochForCause has a second person join a unit and be removed for cause.
func newEpochForCause(t *testing.T, w *storetest.World, unit, by string, role policies.Role) {
	t.Helper()
	w.Join(unit, "malo", role, by)
	if err := w.TakeOut(by, "malo", true); err != nil {
		t.Fatalf("removing for cause: %v", err)
	}
}

// sealedTo is the epoch to which the key of a shared record was wrapped last.
func sealedTo(t *testing.T, w *storetest.World, query, id string) (epoch int64) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, store.MainFile)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query, id).Scan(&epoch); err != nil {
		t.Fatalf("reading the file: %v", err)
	}
	return epoch
}

// TestAttackRuleGoesToAnUncomparedService: somebody of the social service was
// removed for cause; its next key is not yet known to be the service's. She
// changes her rule.
func TestAttackRuleGoesToAnUncomparedService(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	newEpochForCause(t, w, "service", "sofia", policies.SocialWorker)
	anna := w.SignIn("anna")
	v := storetest.Open(t, w, anna, out.CaseID)
	safe := v.Safe
	safe.Number = "333 7654321"
	if _, err := w.Desk.Cases.ChangeSafeContact(t.Context(), anna, out.CaseID, v.Version, safe, "code_word"); err != nil {
		t.Fatalf("changing the rule: %v", err)
	}
	if sealedTo(t, w, "SELECT to_epoch FROM task WHERE id = ?", out.TaskID) != 1 {
		t.Error("FELL: her rule was sealed to a service's key that nobody compared")
	}
	// What such a key opens has no number in it, under the key of before either.
	got, _, err := w.Desk.Sharing.OpenTask(t.Context(), w.SignIn("sofia"), out.TaskID)
	if err != nil {
		t.Fatalf("opening the task: %v", err)
	}
	if got.Safe.Number == safe.Number {
		t.Error("FELL: her new number is at a service whose key nobody compared")
	}
}

// TestAttackAnswerGoesToAnUncomparedDesk: somebody of the desk was removed for
// cause, and its next key may be that person's. A centre answers.
func TestAttackAnswerGoesToAnUncomparedDesk(t *testing.T) {
	steps := map[string]func(w *storetest.World, bruna acts.Caller, id string) error{
		"a question": func(w *storetest.World, bruna acts.Caller, id string) error {
			_, err := w.Desk.Sharing.Ask(t.Context(), bruna, id, typed.NewForm(), "una domanda")
			return err
		},
		"an acceptance": func(w *storetest.World, bruna acts.Caller, id string) error {
			_, err := w.Desk.Sharing.Accept(t.Context(), bruna, id)
			return err
		},
		"a message": func(w *storetest.World, bruna acts.Caller, id string) error {
			_, err := w.Desk.Sharing.SendMessage(t.Context(), bruna, id, typed.NewForm(), "un messaggio")
			return err
		},
		"an appointment": func(w *storetest.World, bruna acts.Caller, id string) error {
			_, err := w.Desk.Sharing.Propose(t.Context(), bruna, id, typed.NewForm(), "2026-12-01", "10:00", "qui")
			return err
		},
		"a refusal": func(w *storetest.World, bruna acts.Caller, id string) error {
			_, err := w.Desk.Sharing.Decline(t.Context(), bruna, id, "full")
			return err
		},
	}
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			w := storetest.New(t).Standard()
			out := storetest.Rosa(t, w)
			_, id := storetest.Send(t, w, out.CaseID, "alias")
			bruna := w.SignIn("bruna")
			if _, _, err := w.Desk.Sharing.OpenReferral(t.Context(), bruna, id); err != nil {
				t.Fatalf("opening: %v", err)
			}
			newEpochForCause(t, w, "desk", "anna", policies.IntakeWorker)
			if err := step(w, bruna, id); err == nil {
				t.Error("FELL: a centre's answer was taken for a desk whose key it never compared")
			} else if !errors.Is(err, kept.ErrPin) {
				t.Errorf("answering: %v", err)
			}
			if sealedTo(t, w, "SELECT from_epoch FROM referral WHERE id = ?", id) != 1 {
				t.Error("FELL: a new key was wrapped to a desk's epoch that the centre never compared")
			}
		})
	}
}

// TestAttackRevokedPackageStaysInTheFile: she took it back, and was told that it
// is gone. Whoever keeps the key of that moment and copies the files today, while
// the service runs, finds the text.
func TestAttackRevokedPackageStaysInTheFile(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	consent, id := storetest.Send(t, w, out.CaseID, "alias", "request")
	pieces := sealedPieces(t, w, id)
	if !inTheFiles(t, w, pieces[0]) {
		t.Fatal("the sealed package is not in the files before she takes it back")
	}
	if _, err := w.Desk.Sharing.Revoke(t.Context(), w.SignIn("anna"), consent, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	for _, piece := range pieces {
		if inTheFiles(t, w, piece) {
			t.Error("FELL: the sealed package that she took back is still in the file or beside it")
			return
		}
	}
}

// sealedPieces are runs of bytes of what a referral holds: no page break of the
// file need be among all of them.
func sealedPieces(t *testing.T, w *storetest.World, id string) [][]byte {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, store.MainFile)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var pieces [][]byte
	for _, column := range []string{"body", "safe", "from_box", "to_wrap"} {
		var b []byte
		if err := db.QueryRow("SELECT "+column+" FROM referral WHERE id = ?", id).Scan(&b); err != nil {
			t.Fatalf("reading the file: %v", err)
		}
		for i := 48; i+24 <= len(b); i += 24 { // what comes first is the same in every such text
			pieces = append(pieces, b[i:i+24])
		}
	}
	return pieces
}

func inTheFiles(t *testing.T, w *storetest.World, piece []byte) bool {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(filepath.Join(w.Dir, store.MainFile+suffix))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, piece) {
			return true
		}
	}
	return false
}

// TestAttackFinishedStaysAfterAnonymising: she goes back to her alias. A referral
// that was declined, with her name in it, keeps the secret that opens it.
func TestAttackFinishedStaysAfterAnonymising(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := t.Context()
	out := storetest.Rosa(t, w)
	anna := w.SignIn("anna")
	v := storetest.Open(t, w, anna, out.CaseID)
	form := cases.PersonForm{Alias: "Rosa", Identity: cases.Identity{Name: "Nome", Surname: "Cognome"}}
	if _, err := w.Desk.Cases.SavePerson(ctx, anna, out.CaseID, v.Version, form); err != nil {
		t.Fatalf("saving who she is: %v", err)
	}
	_, id := storetest.Send(t, w, out.CaseID, "alias", "name", "surname")
	if _, err := w.Desk.Sharing.Decline(ctx, w.SignIn("bruna"), id, "full"); err != nil {
		t.Fatalf("declining: %v", err)
	}
	v = storetest.Open(t, w, w.SignIn("anna"), out.CaseID)
	if _, err := w.Desk.Cases.Anonymise(ctx, w.StepUp("anna", policies.CaseAnonymise, out.CaseID), out.CaseID, v.Version); err != nil {
		t.Fatalf("going back to her alias: %v", err)
	}
	var secret string
	var left int
	for _, c := range []struct {
		file, query string
		to          any
	}{
		{store.MainFile, "SELECT secret FROM referral WHERE id = ?", &secret},
		{filepath.Join(store.SecretsDir, store.ShredFile), "SELECT count(*) FROM shred WHERE id = ?", &left},
	} {
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, c.file)+"?mode=ro")
		if err != nil {
			t.Fatal(err)
		}
		asked := id
		if secret != "" {
			asked = secret
		}
		if err := db.QueryRow(c.query, asked).Scan(c.to); err != nil {
			t.Fatalf("reading the file: %v", err)
		}
		db.Close()
	}
	if left != 0 {
		t.Error("FELL: a declined referral with her name can still be opened after she went back to her alias")
	}
}
