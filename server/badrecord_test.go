package server_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"testing"

	"sportello/crypto"
	"sportello/referrals/cases"
	"sportello/referrals/store"
	"sportello/referrals/typed"
)

// TestBadRecordIsSaidAndWorkGoesOn takes a note out of the file of a running
// service: the check names it to the auditor, every page of the staff says that
// there is such a record, and the desk goes on working.
func TestBadRecordIsSaidAndWorkGoesOn(t *testing.T) {
	s := site.Standard(t)
	const said = "non corrispondono al registro"
	anna := s.SignIn("anna")
	out, _, err := s.Desk.Cases.RecordContact(t.Context(), anna, cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Alias: "Rosa", Outcome: "stay_in_touch"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Desk.Cases.AddNote(t.Context(), anna, out.CaseID, typed.NewForm(), "other", "una nota"); err != nil {
		t.Fatal(err)
	}
	b := s.SignedIn("anna")
	b.Silent(b.Status(b.Get("/agenda"), http.StatusOK), said)
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, store.MainFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if res, err := db.Exec("DELETE FROM note"); err != nil {
		t.Fatal(err)
	} else if n, _ := res.RowsAffected(); n != 1 {
		t.Fatalf("%d notes taken out", n)
	}
	v, err := s.Desk.AuditLog.CheckRecords(t.Context())
	if err != nil || len(v.Records.Problems) != 1 || v.Records.Problems[0].Table != "note" {
		t.Fatalf("the check: %v, %v", v.Records.Problems, err)
	}
	b.Says(b.Status(b.Get("/agenda"), http.StatusOK), said)
	b.Says(b.Status(b.Get("/schede/"+out.CaseID), http.StatusOK), said)
	got := b.Post("/contatti/nuovo", "step", "3", "go", "close", "id", crypto.NewID(), "speaker", "she", "name", "Chiara", "outcome", "info_only")
	b.Status(got, http.StatusSeeOther)
	b.Silent(s.Client(t).Get("/entra"), said)
	clara := s.SignedIn("clara")
	b.Says(clara.Status(clara.Get("/registro"), http.StatusOK), said, "note "+v.Records.Problems[0].ID)
}
