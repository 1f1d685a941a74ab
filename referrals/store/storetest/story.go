package storetest

import (
	"context"
	"path/filepath"
	"regexp"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store"
)

// LeavesSince reads the leaves from a size on, and fails if one holds any of the
// words: a log of acts is not a log of what was said. A word stands alone: four
// letters in a row are in many a random id.
func LeavesSince(t *testing.T, w *World, size int64, words ...string) []audit.Leaf {
	t.Helper()
	var leaves []audit.Leaf
	err := w.Store.Source().EachLeaf(t.Context(), size, w.Store.Log().Size(), func(_ int64, body []byte) error {
		for _, word := range words {
			if regexp.MustCompile(`(?i)(^|[^a-z0-9+/=_-])` + regexp.QuoteMeta(word) + `($|[^a-z0-9+/=_-])`).Match(body) {
				t.Errorf("a leaf tells %q", word)
			}
		}
		l, err := audit.ParseLeaf(append([]byte(nil), body...))
		leaves = append(leaves, l)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return leaves
}

// Open opens every part of a case file.
func Open(t *testing.T, w *World, who acts.Caller, id string) referrals.CaseView {
	t.Helper()
	v, _, err := w.Desk.OpenCase(t.Context(), who, id, Parts...)
	if err != nil {
		t.Fatalf("opening a case: %v", err)
	}
	return v
}

// Try fails the test at an error, and says at what.
func Try(t *testing.T, doing string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", doing, err)
	}
}

// Third is the error of an act that gives back something and a receipt.
func Third[V any](_ V, _ audit.Receipt, err error) error { return err }

// Rosa records a first contact that opens a case.
func Rosa(t *testing.T, w *World) cases.Recorded {
	t.Helper()
	out, receipt, err := w.Desk.Cases.RecordContact(context.Background(), w.SignIn("anna"), cases.NewContact{
		Form: crypto.NewID(), OpenCase: true, Service: w.Units["service"], Share: []string{"number"},
		Contact: cases.Contact{Speaker: "she", Channel: "phone", Alias: "Rosa", Request: "dove dormire stanotte", Outcome: "social_service",
			Safe: rule.SafeContact{Channels: map[string]string{"call": "yes", "sms": "never"}, Number: "333 1234567", Hours: []rule.Hours{{From: "08:00", To: "09:00"}}, CodeWord: "girasole"}}})
	if err != nil {
		t.Fatalf("recording a contact: %v", err)
	}
	if len(receipt.Checkpoint) == 0 {
		t.Fatal("an acknowledged write has no checkpoint in its receipt")
	}
	return out
}

// Send gives an authorisation for some fields and sends the referral.
func Send(t *testing.T, w *World, caseID string, fields ...string) (consentID, referralID string) {
	t.Helper()
	ctx := context.Background()
	consentID, _, err := w.Desk.Sharing.GiveConsent(ctx, w.SignIn("anna"), caseID, sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support",
		Fields: fields, Feedback: "more", UntilReply: true, Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today", KeepCopy: true})
	if err != nil {
		t.Fatalf("giving consent: %v", err)
	}
	referralID, _, err = w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, consentID), consentID)
	if err != nil {
		t.Fatalf("sending: %v", err)
	}
	return consentID, referralID
}

// Backup copies the database as `sportello backup` does.
func Backup(t *testing.T, w *World) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "main.db")
	if err := store.CopyMain(context.Background(), w.Dir, path); err != nil {
		t.Fatalf("copying the database: %v", err)
	}
	return path
}

// Lift lifts the suspension of some people.
func Lift(t *testing.T, w *World, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := w.Office.Lift(context.Background(), acts.ConsoleCaller(), w.People[name].ID); err != nil {
			t.Fatalf("lifting %s: %v", name, err)
		}
	}
}

// Task is the task as one of the service reads it.
func Task(t *testing.T, w *World, who acts.Caller, id string) sharing.TaskView {
	t.Helper()
	v, _, err := w.Desk.Sharing.OpenTask(t.Context(), who, id)
	if err != nil {
		t.Fatalf("opening the task: %v", err)
	}
	return v
}
