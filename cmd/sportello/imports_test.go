package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// order is the line of folders: a folder imports only folders to its left.
var order = []string{"crypto", "policies", "referrals", "server", "cmd"}

// casework is what no package of the casework imports.
var casework = []string{"net/http", "html/template", "database/sql", "filippo.io/age", "sportello/policies/accounts"}

// never lists what a package may not import directly, beyond the order. A name
// of this module stands for that package alone.
var never = map[string][]string{
	"crypto":             {"net/http", "log"},
	"policies":           {"database/sql", "net/http", "os"},
	"policies/audit":     {"database/sql", "net/http"},
	"policies/opening":   {"sportello", "database/sql", "net/http", "os"},
	"policies/acts":      {"net/http", "database/sql"},
	"policies/units":     {"net/http", "database/sql"},
	"policies/accounts":  {"net/http", "database/sql"},
	"referrals":          casework,
	"referrals/sheets":   append([]string{"os"}, casework...),
	"referrals/rule":     append([]string{"sportello/policies"}, casework...),
	"referrals/datafile": append([]string{"sportello", "os"}, casework...),
	"referrals/risk":     append([]string{"sportello/policies", "sportello/referrals/typed", "os"}, casework...),
	"referrals/towns":    append([]string{"sportello"}, casework...),
	"referrals/match":    append([]string{"sportello/crypto", "sportello/policies", "sportello/referrals/typed", "os"}, casework...),
	"referrals/store":    {"sportello/crypto", "net/http", "filippo.io/age", "sportello/policies/accounts", "sportello/policies/units"},
	"server/locale":      {"sportello"},
	"server/proxy":       {"sportello"},
}

// neverIn is what a package may not import, of casework what all of it may not.
func neverIn(folder string) []string {
	if list, ok := never[folder]; ok || !strings.HasPrefix(folder, "referrals/") {
		return list
	}
	return casework
}

// edge is what no package of the web edge imports.
var edge = []string{"sportello/referrals/store", "database/sql", "filippo.io/age", "github.com/pquerna/otp/totp"}

// shared are the packages below server that another one there may import: a room the
// frame and the parts and no other room, the parts the frame, the frame neither.
func shared(room string) []string {
	all := []string{"sportello/server/locale", "sportello/server/proxy", "sportello/server/words", "sportello/server/history", "sportello/server/merge"}
	if room != "frame" {
		all = append(all, "sportello/server/frame")
		if room != "parts" {
			all = append(all, "sportello/server/parts")
		}
	}
	return all
}

// bad are what a package may not import directly, beyond the order.
func bad(folder, name string) bool {
	first, room, _ := strings.Cut(folder, "/")
	if first == "server" && (slices.Contains(edge, name) ||
		room != "" && strings.HasPrefix(name, "sportello/server/") && !slices.Contains(shared(room), name)) {
		return true
	}
	return slices.ContainsFunc(append(rightOf(folder), neverIn(folder)...), func(never string) bool {
		return name == never || never == "sportello" && strings.HasPrefix(name, "sportello/")
	})
}

// lines are the orders inside two folders, as the README draws them on one screen: a
// package imports none that stands below it.
var lines = sync.OnceValue(func() [][]string {
	page, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		panic(err)
	}
	_, screen, _ := strings.Cut(string(page), "## The architecture on one screen\n\n")
	screen, _, _ = strings.Cut(screen, "\n\n")
	var all [][]string
	for _, first := range []string{"policies", "referrals"} {
		all = append(all, regexp.MustCompile(`\b`+first+`\b[/\w]*`).FindAllString(screen, -1))
	}
	return all
})

// rightOf are the packages that stand to the right of one in its line.
func rightOf(folder string) (all []string) {
	for _, line := range lines() {
		if i := slices.Index(line, folder); i >= 0 {
			for _, p := range line[i+1:] {
				all = append(all, "sportello/"+p)
			}
		}
	}
	return all
}

// inLine tells that a package of a folder with a line stands in it.
func inLine(folder string) bool {
	return slices.ContainsFunc(lines(), func(line []string) bool { return slices.Contains(line, folder) })
}

// clock are the calls that read or wait for the real time.
var clock = map[string]bool{"Now": true, "Since": true, "Until": true, "After": true, "AfterFunc": true, "NewTimer": true, "NewTicker": true, "Tick": true}

// TestImportOrder reads the imports of every file that is not a test.
func TestImportOrder(t *testing.T) {
	files := 0
	each(t, func(folder, path string, f *ast.File) {
		files++
		first, below, _ := strings.Cut(folder, "/")
		if (first == "policies" || first == "referrals") && !strings.HasPrefix(below, "internal/") && !inLine(folder) {
			t.Errorf("%s stands in no line", folder)
		}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if left(name) > left("sportello/"+folder) {
				t.Errorf("%s imports %s, which stands to its right", path, name)
			}
			if bad(folder, name) {
				t.Errorf("%s imports %s", path, name)
			}
			if forTests(name) {
				t.Errorf("%s imports %s, which is for tests", path, name)
			}
		}
	})
	for _, folder := range slices.Concat(lines()...) {
		if _, err := os.Stat(filepath.Join("..", "..", folder)); err != nil {
			t.Errorf("the README draws %s, which is not there: %v", folder, err)
		}
	}
	if files < 50 {
		t.Fatalf("only %d files were read: the test looks at the wrong folder", files)
	}
}

// TestNoClockInPolicies holds policies and all below it to the time they are
// given.
func TestNoClockInPolicies(t *testing.T) {
	each(t, func(folder, path string, f *ast.File) {
		if !inLine(folder) || folder == "referrals/store" {
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

// forTests tells that a package of this module is for tests: its name ends so.
func forTests(name string) bool {
	return strings.HasPrefix(name, "sportello/") && strings.HasSuffix(name, "test")
}

// TestRoomsAreTestedAlone: what a room's tests import is the room, the frame, its parts and
// what tests share, and beside them the way in, for the pages of signing in. Then a change
// of another room does not run them again.
func TestRoomsAreTestedAlone(t *testing.T) {
	files := 0
	everyFile(t, func(folder, path string, f *ast.File) {
		room, _, in := strings.Cut(strings.TrimPrefix(folder, "server/"), "/")
		if !strings.HasPrefix(folder, "server/") || !strings.HasSuffix(path, "_test.go") && !in && !forTests("sportello/"+folder) {
			return
		}
		files++
		mine := "sportello/server/" + room
		may := []string{mine, mine + "/" + room + "test", "sportello/server/frame", "sportello/server/locale", "sportello/server/servertest"}
		if room != "frame" {
			may = append(may, "sportello/server/parts")
		}
		if strings.HasSuffix(path, "_test.go") {
			may = append(may, "sportello/server/entry")
		}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if left(name) == slices.Index(order, "server") && !slices.Contains(may, name) {
				t.Errorf("%s imports %s", path, name)
			}
		}
	})
	if files < 30 {
		t.Fatalf("only %d files were read: the test looks at the wrong folder", files)
	}
}

// TestOnlyTheCostsOfCryptoStretch: no package of the program but crypto stretches
// anything, and what a door is told to stretch with is the program's own other process.
// What tests stretch with cannot be reached: nothing of the program imports it.
func TestOnlyTheCostsOfCryptoStretch(t *testing.T) {
	told, passed := 0, 0
	each(t, func(folder, path string, file *ast.File) {
		for _, i := range file.Imports {
			if name, _ := strconv.Unquote(i.Path.Value); name == "golang.org/x/crypto/argon2" && folder != "crypto" ||
				strings.HasSuffix(name, "/storetest") || strings.HasSuffix(name, "/actstest") {
				t.Errorf("%s imports %s", path, name)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "Stretch" && folder != "crypto" {
					t.Errorf("%s declares a Stretch of its own", path)
				}
			case *ast.CallExpr:
				sel, ok := n.Fun.(*ast.SelectorExpr)
				if !ok || sel.Sel.Name != "StretchWith" {
					return true
				}
				switch with := types.ExprString(n.Args[0]); {
				case folder == "cmd/sportello" && with == "o.stretcher":
					told++
				case folder == "policies/accounts" && types.ExprString(sel.X) == "d.house" && with == "s":
					passed++
				default:
					t.Errorf("%s has something stretched with %s", path, with)
				}
			case *ast.AssignStmt:
				if from := types.ExprString(n.Rhs[0]); types.ExprString(n.Lhs[0]) == "apart" && from != "startStretcher(n)" {
					t.Errorf("%s: its stretcher is %s", path, from)
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "stretcher" && folder == "cmd/sportello" && types.ExprString(n.Value) != "apart" {
					t.Errorf("%s: its stretcher is %s", path, types.ExprString(n.Value))
				}
			}
			return true
		})
	})
	if told != 1 || passed != 1 {
		t.Errorf("a door is told %d times, and tells its house %d times", told, passed)
	}
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

// each reads every file of the program.
func each(t *testing.T, f func(folder, path string, file *ast.File)) {
	t.Helper()
	everyFile(t, func(folder, path string, file *ast.File) {
		if !strings.HasSuffix(path, "_test.go") && !forTests("sportello/"+folder) {
			f(folder, path, file)
		}
	})
}

// everyFile reads every file, those of tests too.
func everyFile(t *testing.T, f func(folder, path string, file *ast.File)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
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
