package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/units"
	"sportello/referrals/typed"
)

// readers are the functions that may read what is stored of a recovery recipient:
// the unit's, which is parsed once, and the old one of an agency, of which only
// is said that there was one.
var readers = map[string][]string{
	"InForce":     {"policies/units/recovery.go: recovery"},
	"OldRecovery": {"policies/units/recovery.go: older"},
	"OldProposed": {},
}

// TestOneReaderOfRecovery: whatever wraps a key for recovery asks RecoveryOf, and
// nothing else reads the columns. The fields have names of their own, and are
// looked for in every file that is not a test.
func TestOneReaderOfRecovery(t *testing.T) {
	found := map[string]bool{}
	for _, dir := range []string{"crypto", "policies", "referrals", "server", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "node_modules") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			name, _ := filepath.Rel(filepath.Join("..", ".."), path)
			for _, decl := range file.Decls {
				readsIn(decl, filepath.ToSlash(name), found)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for field, known := range readers {
		allowed := map[string]bool{}
		for _, where := range known {
			allowed[field+" in "+where] = true
			if !found[field+" in "+where] {
				t.Errorf("%s does not read %s: this test looks for something else than there is", where, field)
			}
		}
		for what := range found {
			if strings.HasPrefix(what, field+" in ") && !allowed[what] {
				t.Errorf("a second reader: %s", what)
			}
		}
	}
}

// readsIn notes where the fields are read; what is only written to is no reading.
func readsIn(decl ast.Decl, file string, found map[string]bool) {
	where := file + ": "
	if f, ok := decl.(*ast.FuncDecl); ok {
		where += f.Name.Name
	}
	written := map[ast.Expr]bool{}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				written[left] = true
			}
		case *ast.SelectorExpr:
			if _, ok := readers[n.Sel.Name]; ok && !written[n] {
				found[n.Sel.Name+" in "+where] = true
			}
		}
		return true
	})
}

// TestOldFolderAcceptsRecoveryAgain: after the upgrade each unit is told that the
// agency's recovery is worth nothing new, works on without, and accepts its own.
func TestOldFolderAcceptsRecoveryAgain(t *testing.T) {
	dir, people := oldFolder(t, "d081591")
	s := reopen(t, dir, people, afterOld)
	older := func(name string) bool {
		t.Helper()
		who := s.signIn(name)
		check(t, s.err)
		news, err := s.in.house.RecoveryNews(s.ctx, who)
		check(t, err)
		return len(news) > 0 && news[0].Kind == units.RecoveryOlder && news[0].Unit == who.Unit()
	}
	for _, name := range []string{"anna", "sofia", "clara"} {
		if !older(name) {
			t.Errorf("%s is not told", name)
		}
	}
	if older("bruna") {
		t.Error("a centre is told whose agency never had one")
	}
	anna := s.signIn("anna")
	_, err := s.in.desk.Cases.AddNote(s.ctx, anna, found(t, s, anna, "Vittoria"), typed.NewForm(), "phone", "Dopo l'aggiornamento.")
	check(t, err)
	if to, err := s.in.house.BackupRecipient(s.ctx, ""); !errors.Is(err, units.ErrNoRecovery) {
		t.Errorf("key files would be sealed to %s: %v", to, err)
	}
	id, err := crypto.NewIdentity()
	check(t, err)
	desk := anna.Unit()
	words, err := units.RecoveryWords(crypto.InProcess{}, id.Recipient(), desk)
	check(t, err)
	_, _, err = s.in.house.SetRecovery(s.ctx, s.stepUp("anna", policies.RecoverySet, desk), id.Recipient().String(), words)
	check(t, err)
	_, err = s.in.door.ConfirmRecovery(s.ctx, s.stepUp("lucia", policies.RecoveryConfirm, desk), words)
	check(t, err)
	if older("anna") {
		t.Error("she is still told, though her unit accepted one")
	}
	if to, err := s.in.house.BackupRecipient(s.ctx, desk); err != nil || to.String() != id.Recipient().String() {
		t.Errorf("the unit's own recipient for key files: %v", err)
	}
	verifies(t, s, "after the unit accepted its own")
}
