package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// order is the line of folders: a folder imports only folders to its left.
var order = []string{"crypto", "policies", "referrals", "server", "cmd"}

// never lists what a package may not import directly, beyond the order. A name
// of this module stands for that package alone.
var never = map[string][]string{
	"crypto":            {"net/http", "log"},
	"policies":          {"database/sql", "net/http", "os"},
	"policies/audit":    {"database/sql", "net/http"},
	"policies/acts":     {"net/http", "database/sql"},
	"policies/units":    {"net/http", "database/sql"},
	"policies/accounts": {"net/http", "database/sql"},
	"referrals":         {"net/http", "html/template", "database/sql", "filippo.io/age", "sportello/referrals/store", "sportello/policies/accounts"},
	"referrals/store":   {"sportello/crypto", "net/http", "filippo.io/age", "sportello/policies/accounts", "sportello/policies/units"},
	"server":            {"sportello/referrals/store", "database/sql", "filippo.io/age", "github.com/pquerna/otp/totp"},
	"server/locale":     {"sportello"},
}

// within is the order inside policies.
var within = map[string][]string{
	"policies":       {"sportello/policies/audit", "sportello/policies/acts", "sportello/policies/units", "sportello/policies/accounts"},
	"policies/audit": {"sportello/policies/acts", "sportello/policies/units", "sportello/policies/accounts"},
	"policies/acts":  {"sportello/policies/units", "sportello/policies/accounts"},
	"policies/units": {"sportello/policies/accounts"},
}

// clock are the calls that read or wait for the real time.
var clock = map[string]bool{"Now": true, "Since": true, "Until": true, "After": true, "AfterFunc": true, "NewTimer": true, "NewTicker": true, "Tick": true}

// TestImportOrder reads the imports of every file that is not a test.
func TestImportOrder(t *testing.T) {
	files := 0
	each(t, func(folder, path string, f *ast.File) {
		files++
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if left(name) > left("sportello/"+folder) {
				t.Errorf("%s imports %s, which stands to its right", path, name)
			}
			for _, bad := range append(never[folder], within[folder]...) {
				if name == bad || bad == "sportello" && strings.HasPrefix(name, "sportello/") {
					t.Errorf("%s imports %s", path, name)
				}
			}
		}
	})
	if files < 50 {
		t.Fatalf("only %d files were read: the test looks at the wrong folder", files)
	}
}

// TestNoClockInPolicies holds policies and all below it to the time they are
// given.
func TestNoClockInPolicies(t *testing.T) {
	each(t, func(folder, path string, f *ast.File) {
		if folder != "policies" && !strings.HasPrefix(folder, "policies/") && folder != "referrals" {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && clock[sel.Sel.Name] {
				t.Errorf("%s calls time.%s", path, sel.Sel.Name)
			}
			return true
		})
	})
}

// left is a package's place in the order; others stand left of all.
func left(name string) int {
	first, _, _ := strings.Cut(strings.TrimPrefix(name, "sportello/"), "/")
	if !strings.HasPrefix(name, "sportello/") {
		return -1
	}
	for i, folder := range order {
		if folder == first {
			return i
		}
	}
	return -1
}

func each(t *testing.T, f func(folder, path string, file *ast.File)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "storetest" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		f(filepath.ToSlash(rel), path, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
