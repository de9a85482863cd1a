package arignote_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// allowed lists, for each package of this module, which other packages of the
// module it may import.
var allowed = map[string][]string{
	"expr/syntax":          {},
	"expr/internal/scalar": {},
	"expr/layout":          {},
	"expr/machine":         {},
	"expr/linalg":          {"expr/internal/scalar"},
	"expr":                 {"expr/syntax", "expr/layout", "expr/machine", "expr/linalg", "expr/internal/scalar"},
	"expr/exprtest":        {"expr"},
	"autodiff":             {"expr"},
	"optimize":             {"expr", "expr/syntax"},
	"backend":              {"expr", "optimize", "backend/internal/kernel", "backend/internal/elementary", "backend/internal/interp", "backend/internal/par", "backend/internal/cpu", "backend/internal/stages", "backend/internal/radix", "expr/layout", "expr/machine", "expr/linalg"},

	"backend/internal/kernel":            {"expr"},
	"backend/internal/kernel/kerneltest": {"expr", "backend/internal/kernel"},
	"backend/internal/elementary":        {"expr", "backend/internal/kernel"},
	"backend/internal/interp":            {"expr", "backend/internal/kernel"},
	"backend/internal/par":               {},
	"backend/internal/radix":             {},
	"backend/internal/stages":            {"expr", "optimize"},
	"backend/internal/cpu":               {},
}

// outside lists who may import the packages that have one room only.
var outside = map[string][]string{
	"gorgonia.org/tensor":           {"expr", "backend", "examples", "bench"},
	"github.com/klauspost/cpuid/v2": {"backend/internal/cpu"},
	"github.com/alecthomas/kong":    {"cmd"},
}

// sources parses all Go files of the module that are not tests, by directory.
func sources(t *testing.T) (*token.FileSet, map[string][]*ast.File) {
	fset, files := token.NewFileSet(), make(map[string][]*ast.File)
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(file))
		files[dir] = append(files[dir], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files["expr"]) == 0 {
		t.Fatal("no sources found")
	}
	return fset, files
}

func TestImportDirections(t *testing.T) {
	fset, packages := sources(t)
	for dir, files := range packages {
		for _, f := range files {
			for _, imp := range f.Imports {
				name, err := strconv.Unquote(imp.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if !mayImport(dir, name) {
					t.Errorf("%v: %s must not import %s", fset.Position(imp.Pos()), dir, name)
				}
			}
		}
	}
}

func mayImport(dir, name string) bool {
	if users, ok := outside[name]; ok {
		return oneOf(dir, users) || oneOf(strings.SplitN(dir, "/", 2)[0], users)
	}
	inner, ok := strings.CutPrefix(name, "arignote/")
	rule, ruled := allowed[dir]
	return !ok || !ruled || oneOf(inner, rule)
}

func oneOf(name string, list []string) bool {
	for _, x := range list {
		if x == name {
			return true
		}
	}
	return false
}

func TestExportedNamesAreDocumented(t *testing.T) {
	fset, packages := sources(t)
	for dir, files := range packages {
		documented := false
		for _, f := range files {
			documented = documented || f.Doc != nil
			for _, d := range f.Decls {
				for _, id := range undocumented(d) {
					t.Errorf("%v: %s.%s has no comment", fset.Position(id.Pos()), dir, id.Name)
				}
			}
		}
		if !documented {
			t.Errorf("package %s has no comment", dir)
		}
	}
}

// undocumented returns the exported names that d declares without a comment. A
// comment on a group of constants or variables counts for all of them.
func undocumented(d ast.Decl) []*ast.Ident {
	var names []*ast.Ident
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			break
		}
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Doc == nil && s.Name.IsExported() {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				for _, id := range s.Names {
					if s.Doc == nil && s.Comment == nil && id.IsExported() {
						names = append(names, id)
					}
				}
			}
		}
	}
	return names
}

// exportedReceiver reports whether d is a function or a method of an exported
// type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}
