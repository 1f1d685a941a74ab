package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// spelled are the elements of a list that is written out, if all of them are texts.
func spelled(e ast.Expr) []string {
	c, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	var all []string
	for _, el := range c.Elts {
		b, ok := el.(*ast.BasicLit)
		if !ok || b.Kind != token.STRING {
			return nil
		}
		text, err := strconv.Unquote(b.Value)
		if err != nil {
			return nil
		}
		all = append(all, text)
	}
	return all
}

// TestListsAreSpelledOnce: the codes of the casework stand in the casework. A list of
// three or more of them that the pages write out again would go its own way one day.
func TestListsAreSpelledOnce(t *testing.T) {
	lists := map[string][]string{}
	each(t, func(folder, path string, f *ast.File) {
		if !inLine(folder) {
			return
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, value := range v.Values {
					if list := spelled(value); v.Names[i].IsExported() && len(list) >= 3 {
						lists[folder+"."+v.Names[i].Name] = list
					}
				}
			}
		}
	})
	if len(lists) < 20 {
		t.Fatalf("only %d lists were found: the test looks at the wrong folder", len(lists))
	}
	each(t, func(folder, path string, f *ast.File) {
		if folder != "server" {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			list := spelled(e)
			if len(list) < 3 {
				return true
			}
			for name, codes := range lists {
				if !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(codes, s) }) {
					t.Errorf("%s writes %v again, which is %s", path, list, name)
				}
			}
			return true
		})
	})
}
