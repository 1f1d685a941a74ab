package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestEveryFieldOfAPageIsFilled: a field of a struct of the pages that the program never
// writes shows what only the samples of the tests put there. One with a tag is filled by
// what reads forms or settings.
func TestEveryFieldOfAPageIsFilled(t *testing.T) {
	fset, loaded := loadedEdge(t)
	declared, written := map[string]string{}, map[string]bool{}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			t.Fatal(p.Errors)
		}
		w := &writes{p.TypesInfo, func(o types.Object) { written[fset.Position(o.Pos()).String()] = true }}
		for _, f := range p.Syntax {
			ast.Inspect(f, w.look)
			if strings.HasPrefix(p.PkgPath, "sportello/server") {
				fieldsOf(f, func(name string, at token.Pos) { declared[fset.Position(at).String()] = name })
			}
		}
	}
	for at, name := range declared {
		if !written[at] {
			t.Errorf("nothing fills %s", name)
		}
	}
	if len(declared) < 300 {
		t.Fatalf("only %d fields were found", len(declared))
	}
}

// edgeLoaded is the web edge and the command with their types, read once. Of what they
// import there are the types that the compiler wrote down: read from source, all of it
// stayed in memory, and was marked again at every passphrase that this process stretches.
var edgeLoaded = sync.OnceValues(func() (*token.FileSet, []*packages.Package) {
	fset := token.NewFileSet()
	loaded, err := packages.Load(&packages.Config{Fset: fset, Dir: filepath.Join("..", ".."),
		Mode: packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile}, "./server/...", "./cmd/sportello")
	if err != nil {
		return fset, nil
	}
	return fset, slices.DeleteFunc(loaded, func(p *packages.Package) bool { return forTests(p.PkgPath) })
})

func loadedEdge(t *testing.T) (*token.FileSet, []*packages.Package) {
	t.Helper()
	fset, loaded := edgeLoaded()
	if len(loaded) == 0 {
		t.Fatal("the web edge could not be loaded")
	}
	return fset, loaded
}

// fieldsOf calls f for each field of a struct without a tag.
func fieldsOf(file *ast.File, f func(name string, at token.Pos)) {
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, field := range s.Fields.List {
				for _, id := range field.Names {
					if field.Tag == nil && id.Name != "_" {
						f(spec.Name.Name+"."+id.Name, id.Pos())
					}
				}
			}
		}
		return true
	})
}

// writes finds what a program writes to: what a literal sets, what is assigned, and
// what somebody is handed a pointer to.
type writes struct {
	info *types.Info
	to   func(types.Object)
}

func (w *writes) look(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CompositeLit:
		w.literal(n)
	case *ast.AssignStmt:
		for _, x := range n.Lhs {
			w.target(x)
		}
	case *ast.IncDecStmt:
		w.target(n.X)
	case *ast.RangeStmt:
		w.target(n.Key)
		w.target(n.Value)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			w.target(n.X)
		}
	case *ast.CallExpr: // a method with a pointer to what it is called on
		if sel, ok := n.Fun.(*ast.SelectorExpr); ok && w.info.Selections[sel] != nil {
			if f, ok := w.info.Selections[sel].Obj().Type().(*types.Signature); ok && f.Recv() != nil {
				if _, pointer := f.Recv().Type().(*types.Pointer); pointer {
					w.target(sel.X)
				}
			}
		}
	}
	return true
}

func (w *writes) literal(l *ast.CompositeLit) {
	t := w.info.Types[l].Type
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, e := range l.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			w.to(w.info.Uses[pair.Key.(*ast.Ident)])
		} else {
			w.to(s.Field(i))
		}
	}
}

func (w *writes) target(x ast.Expr) {
	switch x := x.(type) {
	case *ast.SelectorExpr:
		if o := w.info.Uses[x.Sel]; o != nil {
			w.to(o)
		}
		w.target(x.X)
	case *ast.IndexExpr:
		w.target(x.X)
	case *ast.StarExpr:
		w.target(x.X)
	case *ast.ParenExpr:
		w.target(x.X)
	}
}

// forThePage are fields that only their page answers, in CSS: somebody stands beside
// her, and the page says how to see her alone.
var forThePage = []string{"Accompanied"}

// TestEveryFieldOfAFormIsRead: what a page asks and the program reads nowhere reaches
// nobody. What its own template shows of it does not count.
func TestEveryFieldOfAFormIsRead(t *testing.T) {
	fset, loaded := loadedEdge(t)
	asked, read, written := map[string]string{}, map[string]bool{}, map[*ast.Ident]bool{}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			t.Fatal(p.Errors)
		}
		for _, f := range p.Syntax {
			if strings.HasSuffix(fset.Position(f.Pos()).Filename, "_templ.go") {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.StructType:
					for _, field := range n.Fields.List {
						if field.Tag != nil && strings.Contains(field.Tag.Value, "form:") {
							asked[fset.Position(field.Names[0].Pos()).String()] = field.Names[0].Name
						}
					}
				case *ast.AssignStmt: // what is only written to is not read
					for _, x := range n.Lhs {
						if s, ok := x.(*ast.SelectorExpr); ok {
							written[s.Sel] = true
						}
					}
				case *ast.SelectorExpr:
					if o := p.TypesInfo.Uses[n.Sel]; o != nil && !written[n.Sel] {
						read[fset.Position(o.Pos()).String()] = true
					}
				}
				return true
			})
		}
	}
	for at, name := range asked {
		if !read[at] && !slices.Contains(forThePage, name) {
			t.Errorf("%s: nothing reads %s", at, name)
		}
	}
	if len(asked) < 100 {
		t.Fatalf("only %d fields were found", len(asked))
	}
}

// backOnThePage are fields that carry what was typed elsewhere on to the page that shows
// it, and are no part of what is done.
var backOnThePage = []string{"AcknowledgeStop.Text"}

// TestEveryFormIsReadWhole: what carries a form out reads every field of it, or hands the
// form on as a whole; or it takes no form by name, and its page reads it. A struct that two
// forms share would ask in one what only the other keeps.
func TestEveryFormIsReadWhole(t *testing.T) {
	_, loaded := loadedEdge(t)
	forms := 0
	for _, p := range loaded {
		if !strings.HasPrefix(p.PkgPath, "sportello/server/") {
			continue
		}
		for _, file := range p.Syntax {
			for _, d := range file.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || f.Recv != nil || f.Body == nil || len(f.Type.Params.List) != 2 || len(f.Type.Params.List[1].Names) != 1 {
					continue
				}
				name := f.Type.Params.List[1].Names[0]
				form, ok := p.TypesInfo.Defs[name].Type().(*types.Pointer)
				if !ok || types.TypeString(p.TypesInfo.Types[f.Type.Params.List[0].Type].Type, nil) != "*sportello/server/frame.Request" {
					continue
				}
				asked := inputsOfType(form.Elem())
				if len(asked) == 0 || name.Name == "_" || !strings.HasSuffix(types.TypeString(form.Elem(), nil), "Form") {
					continue
				}
				forms++
				whole, read := usesOf(p.TypesInfo, f.Body, p.TypesInfo.Defs[name])
				for _, field := range asked {
					if !whole && !read[field] && !slices.Contains(forThePage, field) && !slices.Contains(backOnThePage, f.Name.Name+"."+field) {
						t.Errorf("%s.%s does not read %s of its form", p.PkgPath, f.Name.Name, field)
					}
				}
			}
		}
	}
	if forms < 40 {
		t.Fatalf("only %d forms were found", forms)
	}
}

// inputsOfType are the fields of a form's struct, and of those in it, by name.
func inputsOfType(t types.Type) (names []string) {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for i := range s.NumFields() {
		switch f := s.Field(i); {
		case strings.Contains(s.Tag(i), "form:"):
			names = append(names, f.Name())
		case f.Embedded():
			names = append(names, inputsOfType(f.Type())...)
		}
	}
	return names
}

// usesOf are the fields that a body takes of a variable, and whether it hands the whole
// of it on.
func usesOf(info *types.Info, body *ast.BlockStmt, v types.Object) (whole bool, read map[string]bool) {
	read = map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && info.Uses[x] == v {
				if info.Selections[n].Kind() == types.FieldVal {
					read[n.Sel.Name] = true
					for _, inner := range inputsOfType(info.Selections[n].Type()) {
						read[inner] = true
					}
				} else {
					whole = true // a method has all of it
				}
				return false
			}
		case *ast.Ident:
			whole = whole || info.Uses[n] == v
		}
		return true
	})
	return whole, read
}
