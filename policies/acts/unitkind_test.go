package acts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
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
			b, ok := n.(*ast.BinaryExpr)
			if !ok || b.Op != token.EQL && b.Op != token.NEQ {
				return true
			}
			for _, side := range []ast.Expr{b.X, b.Y} {
				if code := selected(side); strings.HasPrefix(code, "acts.Kind") || strings.HasPrefix(code, "policies.Unit") {
					t.Errorf("%s compares with %s", name, code)
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

// selected writes a package's name with a point and what is taken of it.
func selected(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name + "." + s.Sel.Name
		}
	}
	return ""
}
