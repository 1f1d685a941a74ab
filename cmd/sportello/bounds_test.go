package main

import (
	"go/ast"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The bounds of a room: beyond them nobody reads it whole.
const (
	mostMethods   = 60    // of a type
	mostLines     = 4_000 // of a package, with its templates, without its tests and what is written from templates
	mostOfOneKind = 20    // methods of an interface
)

// TestRoomsAreSmall counts, also in the packages that are for tests.
func TestRoomsAreSmall(t *testing.T) {
	methods, lines := map[string]int{}, map[string]int{}
	everyFile(t, func(folder, path string, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		if page, ok := strings.CutSuffix(path, "_templ.go"); ok {
			path = page + ".templ"
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines[folder] += strings.Count(string(text), "\n")
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					methods[folder+"."+receiver(n)]++
				}
			case *ast.TypeSpec:
				if i, ok := n.Type.(*ast.InterfaceType); ok && len(i.Methods.List) > mostOfOneKind {
					t.Errorf("%s.%s asks for %d methods", folder, n.Name.Name, len(i.Methods.List))
				}
			}
			return true
		})
	})
	for name, n := range methods {
		if n > mostMethods {
			t.Errorf("%s has %d methods", name, n)
		}
	}
	for name, n := range lines {
		if n > mostLines {
			t.Errorf("%s has %d lines", filepath.ToSlash(name), n)
		}
	}
	if len(lines) < 15 {
		t.Fatalf("only %d packages were read", len(lines))
	}
}

// receiver is the name of a method's type.
func receiver(f *ast.FuncDecl) string {
	x := f.Recv.List[0].Type
	for {
		switch e := x.(type) {
		case *ast.StarExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.IndexListExpr:
			x = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}
