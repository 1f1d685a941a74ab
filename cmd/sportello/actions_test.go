package main

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"sportello/policies"
)

// TestEveryActionIsAsked: the policy has no action that no code asks about. What is
// only named on a route's line, or in a list, is not asked.
func TestEveryActionIsAsked(t *testing.T) {
	names := map[policies.Action]string{}
	asked := map[string]bool{}
	each(t, func(folder, path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if folder == "policies" {
				if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == 1 && len(v.Values) == 1 {
					if text, ok := v.Values[0].(*ast.BasicLit); ok {
						names[policies.Action(text.Value[1:len(text.Value)-1])] = v.Names[0].Name
					}
				}
				return true
			}
			if strings.HasPrefix(folder, "server") {
				return false
			}
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "policies" {
					asked[s.Sel.Name] = true
				}
			}
			return true
		})
	})
	if len(asked) < 50 {
		t.Fatalf("only %d names of policies are used: the test looks at the wrong folder", len(asked))
	}
	for _, a := range policies.Actions() {
		if !asked[names[a]] {
			t.Errorf("nothing asks whether somebody may %s (%s)", a, names[a])
		}
	}
}

// TestNothingIsOnlyDeclared: every message that a page can show, and every label that
// a key is derived under, is used by the program, not by its tests alone.
func TestNothingIsOnlyDeclared(t *testing.T) {
	declared, used := map[string]string{}, map[string]bool{}
	each(t, func(folder, path string, f *ast.File) {
		names := map[*ast.Ident]bool{} // where something is declared, not used
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST || !strings.HasPrefix(folder, "server/") && filepath.Base(path) != "label.go" {
				continue
			}
			for _, s := range g.Specs {
				for _, name := range s.(*ast.ValueSpec).Names {
					declared[name.Name], names[name] = filepath.ToSlash(path), true
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && !names[id] {
				used[id.Name] = true
			}
			return true
		})
	})
	if len(declared) < 100 {
		t.Fatalf("only %d names were found: the test looks at the wrong files", len(declared))
	}
	for name, where := range declared {
		if !used[name] {
			t.Errorf("%s of %s is used by nothing", name, where)
		}
	}
}
