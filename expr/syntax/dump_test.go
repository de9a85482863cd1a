package syntax_test

import (
	"fmt"
	"strconv"
	"strings"

	"arignote/expr/syntax"
)

// dump writes an expression as an s-expression. It recurses, also along the left side.
func dump(e syntax.Expr) string {
	switch e := e.(type) {
	case nil:
		return "_"
	case *syntax.Name:
		return e.Ident
	case *syntax.Int:
		return e.Text
	case *syntax.Float:
		return strconv.FormatFloat(e.Value, 'g', -1, 64) + "f"
	case *syntax.Imag:
		return strconv.FormatFloat(e.Value, 'g', -1, 64) + "j"
	case *syntax.String:
		return strconv.Quote(e.Value)
	case *syntax.Bool:
		return fmt.Sprint(e.Value)
	case *syntax.None:
		return "None"
	case *syntax.Ellipsis:
		return "..."
	case *syntax.Unary:
		return form(e.Op, e.X)
	case *syntax.Binary:
		return form(e.Op, e.X, e.Y)
	case *syntax.Call:
		return form("call "+e.Fun+keywords(e.Keywords), e.Args...)
	case *syntax.Index:
		return form("index", append([]syntax.Expr{e.X}, e.Items...)...)
	case *syntax.Slice:
		return form("slice", e.Lo, e.Hi, e.Step)
	case *syntax.Attribute:
		return form("."+e.Name, e.X)
	case *syntax.MethodCall:
		return form("method "+e.Name+keywords(e.Keywords), append([]syntax.Expr{e.X}, e.Args...)...)
	case *syntax.Tuple:
		return form("tuple", e.Elems...)
	case *syntax.List:
		return form("list", e.Elems...)
	case *syntax.Lambda:
		names := make([]string, len(e.Params))
		for i, p := range e.Params {
			names[i] = p.Ident
		}
		return "(lambda [" + strings.Join(names, " ") + "] " + dumpBlock(e.Body) + ")"
	}
	return fmt.Sprintf("?%T", e)
}

// form writes a head and its operands in brackets.
func form(head string, operands ...syntax.Expr) string {
	var b strings.Builder
	b.WriteString("(" + head)
	for _, x := range operands {
		b.WriteString(" " + dump(x))
	}
	return b.String() + ")"
}

func keywords(ks []syntax.Keyword) string {
	var b strings.Builder
	for _, k := range ks {
		b.WriteString(" " + k.Name + "=" + dump(k.Value))
	}
	return b.String()
}

func dumpBlock(b *syntax.Block) string {
	var parts []string
	for _, s := range b.Stmts {
		parts = append(parts, s.Name+" = "+dump(s.Value))
	}
	outputs := make([]string, len(b.Outputs))
	for i, x := range b.Outputs {
		outputs[i] = dump(x)
	}
	return strings.Join(append(parts, strings.Join(outputs, ", ")), "; ")
}

func dumpFile(f *syntax.File) string {
	var b strings.Builder
	for _, d := range f.Decls {
		b.WriteString(d.Name + ": " + d.DType)
		if !d.Scalar {
			dims := make([]string, len(d.Dims))
			for i, dim := range d.Dims {
				switch {
				case dim.Size >= 0:
					dims[i] = strconv.Itoa(dim.Size)
				case dim.Name == "":
					dims[i] = "?"
				default:
					dims[i] = dim.Name
				}
			}
			b.WriteString("[" + strings.Join(dims, " ") + "]")
		}
		b.WriteString("; ")
	}
	return b.String() + dumpBlock(&f.Body)
}
