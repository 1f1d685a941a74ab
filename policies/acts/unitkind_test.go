package acts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
)

// TestUnitKinds: the table knows the kinds that the policy knows, and no others.
func TestUnitKinds(t *testing.T) {
	var codes []string
	for _, k := range acts.UnitKinds() {
		codes = append(codes, k.Code)
		if len(k.Roles) == 0 || len(k.Menu) == 0 {
			t.Errorf("nobody works in a unit of kind %s, or she has no first page", k.Code)
		}
	}
	want := []string{policies.UnitDesk, policies.UnitSocialService, policies.UnitCentre, policies.UnitAudit}
	if !slices.Equal(codes, want) {
		t.Errorf("got the kinds %v, want %v", codes, want)
	}
	if k, ok := acts.UnitKindOf("shelter"); ok || k.KeepsCases {
		t.Error("an unknown kind is one")
	}
}

// TestWhoMeets restates by hand whose words a unit compares: what a desk and a
// social service send to, what a centre answers.
func TestWhoMeets(t *testing.T) {
	want := map[string]string{
		acts.KindDesk:   "social_service centre",
		acts.KindSocial: "desk social_service centre",
		acts.KindCentre: "desk social_service",
		acts.KindAudit:  "desk social_service centre",
	}
	for _, from := range acts.UnitKinds() {
		var met []string
		for _, to := range acts.UnitKinds() {
			if from.MayMeet(to) {
				met = append(met, to.Code)
			}
		}
		if got := strings.Join(met, " "); got != want[from.Code] {
			t.Errorf("%s meets %q, want %q", from.Code, got, want[from.Code])
		}
	}
}

// TestKindsAreToldApartInOnePlace: whoever compares a unit's kind with a code says
// again, somewhere else, what such a unit does.
func TestKindsAreToldApartInOnePlace(t *testing.T) {
	root := "../.."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := filepath.ToSlash(path)
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") ||
			strings.Contains(name, "node_modules") || strings.Contains(name, "/storetest/") || strings.HasSuffix(name, "/unitkind.go") {
			return err
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			for _, e := range compared(n) {
				if kindCode(e) {
					t.Errorf("%s tells kinds of unit apart by a code", name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("reading the program: %d files, %v", files, err)
	}
}

// compared are what a node compares something with: the sides of a comparison, the
// cases of a switch, the keys of a map.
func compared(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if n.Op != token.EQL && n.Op != token.NEQ {
			return nil
		}
		if ofKind(n.X) || ofKind(n.Y) {
			return []ast.Expr{n.X, n.Y}
		}
		return named(n.X, n.Y)
	case *ast.CaseClause:
		return named(n.List...)
	case *ast.KeyValueExpr:
		return named(n.Key)
	}
	return nil
}

// named leaves out what is a text: of a text nobody knows what it is a code of.
func named(all ...ast.Expr) []ast.Expr {
	return slices.DeleteFunc(slices.Clone(all), func(e ast.Expr) bool {
		_, text := e.(*ast.BasicLit)
		return text
	})
}

// ofKind tells whether an expression is somebody's or something's kind of unit.
func ofKind(e ast.Expr) bool {
	if c, ok := e.(*ast.CallExpr); ok {
		e = c.Fun
	}
	s, ok := e.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "UnitKind"
}

// kindCode tells whether an expression is the code of one kind of unit.
func kindCode(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		for _, k := range acts.UnitKinds() {
			if e.Value == strconv.Quote(k.Code) {
				return true
			}
		}
	case *ast.Ident:
		return slices.Contains([]string{"KindDesk", "KindSocial", "KindCentre", "KindAudit"}, e.Name)
	}
	code := selected(e)
	return strings.HasPrefix(code, "acts.Kind") && code != "acts.KindOf" || strings.HasPrefix(code, "policies.Unit") && slices.Contains([]string{"policies.UnitDesk", "policies.UnitSocialService", "policies.UnitCentre", "policies.UnitAudit"}, code)
}

// TestTemplatesAskTheTable: a page that differs by a unit's kind asks what it does.
func TestTemplatesAskTheTable(t *testing.T) {
	files, err := filepath.Glob("../../server/*/*.templ")
	if err != nil || len(files) < 50 {
		t.Fatalf("finding the templates: %d, %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(`Kind (==|!=) "(desk|social_service|centre|audit)"`).Find(text); m != nil {
			t.Errorf("%s: %s", name, m)
		}
	}
}

// selected writes a package's name with a point and what is taken of it.
func selected(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name + "." + s.Sel.Name
		}
	}
	return ""
}
