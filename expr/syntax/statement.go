package syntax

import "strconv"

// The grammar of programs. Line ends count only outside brackets and directly inside braces.
//
//	program   = statements                                            with declarations
//	block     = "{" statements "}"                                    without
//	statements = {separator} {statement separator {separator}} outputs {separator}
//	separator = newline | ";"
//	statement = name "=" expr | declaration
//	outputs   = expr {"," expr}
//	declaration = name ":" name ["[" [dim {"," dim}] "]"]
//	dim       = integer | name | "?"

// Parse parses a whole program: declarations, assignments and, as the last statement, the output expressions. The error,
// if any, is an [*Error].
func Parse(src string) (*File, error) {
	p := start(src)
	f := &File{}
	p.statements(&f.Body, &f.Decls)
	if p.tok.kind != tokEnd {
		p.unexpected("a new statement")
	}
	if p.err != nil {
		return nil, p.err
	}
	return f, nil
}

// braces parses a block in braces, the first of which is the next token.
func (p *parser) braces() *Block {
	b := &Block{}
	pos := p.open()
	p.statements(b, nil)
	b.Pos = pos
	p.close("}", pos, "the end of the statement")
	return b
}

// statements parses statements into b, up to a closing brace or the end of input. Declarations go to decls; nil means
// that there may be none.
func (p *parser) statements(b *Block, decls *[]Decl) {
	p.skipSeparators()
	b.Pos = p.tok.pos
	last := b.Pos // position of the last statement
	for p.tok.kind != tokEnd && !p.tok.is("}") {
		if len(b.Outputs) > 0 {
			p.fail(last, "the value of this expression is not used: only the last statement may be an expression")
			return
		}
		last = p.tok.pos
		p.statement(b, decls)
		if p.tok.kind == tokEnd || p.tok.is("}") {
			break
		}
		if p.tok.kind != tokNewline && !p.tok.is(";") {
			p.unexpected("an operator or the end of the statement")
			return
		}
		p.skipSeparators()
	}
	switch {
	case len(b.Outputs) > 0 || p.tok.is("}") && decls != nil: // such a brace is reported by the caller
	case p.tok.kind == tokEnd && decls == nil: // so is a block without an end
	case decls != nil:
		p.fail(last, "no output expression: the last line must be an expression")
	default:
		p.fail(last, "no output expression: the last statement in the braces must be an expression")
	}
}

// skipSeparators steps over line ends and semicolons.
func (p *parser) skipSeparators() {
	for p.tok.kind == tokNewline || p.tok.is(";") {
		p.advance()
	}
}

// statement parses one declaration, assignment or list of outputs.
func (p *parser) statement(b *Block, decls *[]Decl) {
	first := p.tok
	x := p.expr()
	switch {
	case p.tok.is("="):
		if !isNameAt(x, first.pos) {
			p.fail(p.tok.pos, "unexpected '=', only a single name can be assigned to (did you mean '=='?)")
			return
		}
		p.advance()
		b.Stmts = append(b.Stmts, Stmt{first.pos, first.text, p.expr()})
		if p.tok.is(",") {
			p.fail(p.tok.pos, "unexpected ',', a tuple needs brackets here")
		}
	case p.tok.is(":") && isNameAt(x, first.pos):
		if decls == nil {
			p.fail(first.pos, "inputs can only be declared outside of braces")
			return
		}
		*decls = append(*decls, p.decl(first))
	default:
		b.Outputs = append(b.Outputs, x)
		for p.got(",") {
			b.Outputs = append(b.Outputs, p.expr())
		}
		if p.tok.is("=") {
			p.fail(p.tok.pos, "unexpected '=', only a single name can be assigned to")
		}
	}
}

// decl parses the rest of the declaration of a name, from the colon on.
func (p *parser) decl(name token) Decl {
	p.advance()
	d := Decl{Pos: name.pos, Name: name.text, DTypePos: p.tok.pos, DType: p.tok.text}
	if p.tok.kind != tokName {
		p.unexpected("a dtype such as float64")
		return d
	}
	p.advance()
	if p.tok.is("[") {
		pos := p.open()
		for p.tok.kind != tokEnd && !p.tok.is("]") {
			d.Dims = append(d.Dims, p.dim())
			if !p.got(",") {
				break
			}
		}
		p.close("]", pos, "','")
	}
	d.Scalar = len(d.Dims) == 0
	if p.tok.is("=") {
		p.fail(p.tok.pos, "unexpected '=', a declared input has no value")
	}
	return d
}

// dim parses one dimension of a declaration.
func (p *parser) dim() DeclDim {
	d := DeclDim{Pos: p.tok.pos, Size: -1}
	switch {
	case p.tok.kind == tokInt:
		size, err := strconv.ParseInt(p.tok.text, 0, strconv.IntSize)
		if err != nil {
			p.fail(p.tok.pos, "size out of range")
		}
		d.Size = int(size)
	case p.tok.kind == tokName:
		d.Name = p.tok.text
	case !p.tok.is("?"):
		p.unexpected("a size, a name or '?'")
	}
	p.advance()
	return d
}
