package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// source is a package as it is written.
type source struct {
	fset  *token.FileSet
	files []*ast.File
	funcs map[string]*ast.FuncDecl // functions, and methods as Type.Name
	vars  map[string]ast.Expr      // initial values of variables
	order []string                 // the names of vars as they stand in the files
}

// parse reads the package in a directory, without its tests.
func parse(dir string) (*source, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	s := &source{fset: token.NewFileSet(), funcs: make(map[string]*ast.FuncDecl), vars: make(map[string]ast.Expr)}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(s.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, f)
		for _, d := range f.Decls {
			s.declare(d)
		}
	}
	if s.files == nil {
		return nil, fmt.Errorf("no sources in %s", dir)
	}
	return s, nil
}

func (s *source) declare(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		s.funcs[qualified(d)] = d
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			v, ok := spec.(*ast.ValueSpec)
			if !ok || len(v.Names) != len(v.Values) {
				continue
			}
			for i, name := range v.Names {
				s.vars[name.Name] = v.Values[i]
				s.order = append(s.order, name.Name)
			}
		}
	}
}

// qualified returns the name of a function, Type.Name of a method.
func qualified(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	return name(t) + "." + d.Name.Name
}

// table returns the rows of a table: the elements of a variable's literal.
func (s *source) table(variable string) (*ast.CompositeLit, error) {
	lit, ok := s.vars[variable].(*ast.CompositeLit)
	if !ok {
		return nil, fmt.Errorf("no table %s", variable)
	}
	return lit, nil
}

// sections are the parts into which comments divide a table.
type section struct {
	title string // "" for rows before the first comment
	rows  []ast.Expr
}

// sections divides the rows of a table at the comments that stand between
// them.
func (s *source) sections(table *ast.CompositeLit) []section {
	var comments []*ast.CommentGroup
	for _, f := range s.files {
		for _, c := range f.Comments {
			if c.Pos() > table.Lbrace && c.End() < table.Rbrace {
				comments = append(comments, c)
			}
		}
	}
	slices.SortFunc(comments, func(a, b *ast.CommentGroup) int { return cmp.Compare(a.Pos(), b.Pos()) })
	list := []section{{}}
	last := table.Lbrace
	for _, row := range table.Elts {
		for len(comments) > 0 && comments[0].Pos() < row.Pos() {
			if s.line(comments[0].Pos()) > s.line(last) { // else it is a remark behind a row
				list = append(list, section{title: sentence(comments[0].Text())})
			}
			comments = comments[1:]
		}
		last = row.End()
		for len(comments) > 0 && comments[0].End() < last {
			comments = comments[1:] // inside of the row
		}
		list[len(list)-1].rows = append(list[len(list)-1].rows, row)
	}
	return slices.DeleteFunc(list, func(x section) bool { return x.rows == nil })
}

func (s *source) line(p token.Pos) int { return s.fset.Position(p).Line }

// fields returns the fields of a row that are named.
func fields(row ast.Expr) map[string]ast.Expr {
	m := make(map[string]ast.Expr)
	lit, ok := row.(*ast.CompositeLit)
	if !ok {
		return m
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			m[name(kv.Key)] = kv.Value
		}
	}
	return m
}

// name returns the identifier that e is or ends in, of a call that of the
// function: OpAdd for expr.OpAdd.
func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		return name(e.Fun)
	case *ast.IndexExpr:
		return name(e.X)
	}
	return ""
}

// text returns the value of a string literal, "" for anything else.
func text(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		s, err := strconv.Unquote(lit.Value)
		if err == nil {
			return s
		}
	}
	return ""
}

// doc returns the comment of a function on one line, without the function's
// name in front.
func (s *source) doc(function string) string {
	d := s.funcs[function]
	if d == nil || d.Doc == nil {
		return ""
	}
	t := strings.TrimPrefix(oneLine(d.Doc.Text()), d.Name.Name)
	return strings.TrimSpace(strings.TrimPrefix(t, ":"))
}

// oneLine joins the lines of the first paragraph of a comment.
func oneLine(t string) string {
	t, _, _ = strings.Cut(t, "\n\n")
	return strings.Join(strings.Fields(t), " ")
}

// sentence returns a comment on one line, without the full stop.
func sentence(t string) string { return strings.TrimSuffix(oneLine(t), ".") }

// cell writes a text as a cell of a table in Markdown.
func cell(t string) string { return strings.ReplaceAll(t, "|", `\|`) }

// code writes a text as code in a cell; "" stays empty.
func code(t string) string {
	if t == "" {
		return ""
	}
	return "`" + cell(t) + "`"
}

// codes writes texts as code, with commas.
func codes(list []string) string {
	marked := make([]string, len(list))
	for i, t := range list {
		marked[i] = code(t)
	}
	return strings.Join(marked, ", ")
}
