package syntax

import "strconv"

// Limits of what is accepted. Text beyond them is an error, not a crash.
const (
	// MaxSource is the largest length of a source text in bytes.
	MaxSource = 64 << 20
	// MaxDepth is how deep brackets (of all kinds, blocks included), unary operators, right operands of ** and lambdas
	// may be nested in each other, counted together.
	MaxDepth = 500
)

// A Pos is a place in the source text. The zero Pos is no place.
type Pos struct {
	Line int // from 1
	Col  int // from 1, in characters (not bytes)
}

// String gives "line:column", for example "3:14".
func (p Pos) String() string { return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Col) }

// An Error says where the text is wrong, and how. Every error of this package is an *Error.
type Error struct {
	Pos Pos
	Msg string // without the position
}

// Error gives position and message: "3:14: unexpected ')', expected an expression".
func (e *Error) Error() string { return e.Pos.String() + ": " + e.Msg }

// An Expr is an expression: a pointer to one of the types of this file that have a Position method. It is never nil
// in a parsed tree, except in the fields of [Slice].
type Expr interface {
	// Position is the place to name in a message about the expression: of an operator for Unary and Binary, of the
	// name for Call, Attribute and MethodCall, of the opening bracket for Index, Tuple and List, and of the first
	// character for everything else.
	Position() Pos
}

// Name is a name that stands for a value: x.
type Name struct {
	Pos   Pos
	Ident string
}

// Int is an integer literal: 12, 1_000, 0xff, 0o17, 0b101. Its value is never negative and may be of any size.
type Int struct {
	Pos  Pos
	Text string // as written, without underscores; strconv.ParseInt and big.Int.SetString read it with base 0
}

// Float is a floating literal: 1.5, 1e-3, .5, 1. (finite, never negative).
type Float struct {
	Pos   Pos
	Value float64
}

// Imag is an imaginary literal: 2j, 1.5j (finite, never negative).
type Imag struct {
	Pos   Pos
	Value float64 // the imaginary part
}

// String is a string literal in single or double quotes.
type String struct {
	Pos   Pos
	Value string // with escapes replaced; valid UTF-8
}

// Bool is True or False.
type Bool struct {
	Pos   Pos
	Value bool
}

// None is the word None.
type None struct{ Pos Pos }

// Ellipsis is the literal "...".
type Ellipsis struct{ Pos Pos }

// Unary is a prefix operator and its operand.
type Unary struct {
	Pos Pos
	Op  string // - + ~
	X   Expr
}

// Binary is an infix operator and its operands. X may be very deep (see [Left]).
type Binary struct {
	Pos  Pos    // of the operator
	Op   string // + - * / // % ** @ & | ^ << >> < <= == != > >=
	X, Y Expr
}

// Call is a call of a function by its name: f(a, b, k=v).
type Call struct {
	Pos      Pos // of the name
	Fun      string
	Args     []Expr
	Keywords []Keyword // names differ from each other
}

// Keyword is an argument given by name: k=v.
type Keyword struct {
	Pos   Pos // of the name
	Name  string
	Value Expr
}

// Index is x[items]. There is at least one item; x[()] has one item, a Tuple without elements. X may be very deep (see
// [Left]).
type Index struct {
	Pos   Pos // of the bracket
	X     Expr
	Items []Expr // any Expr, and Slice
}

// Slice is lo:hi:step, each part nil where it is not written. It occurs only among the Items of an [Index].
type Slice struct {
	Pos          Pos
	Lo, Hi, Step Expr
}

// Attribute is x.name, for example x.T. X may be very deep (see [Left]).
type Attribute struct {
	Pos  Pos // of the name
	X    Expr
	Name string
}

// MethodCall is x.name(args), for example x.sum(axis=0). X may be very deep (see [Left]).
type MethodCall struct {
	Pos      Pos // of the name
	X        Expr
	Name     string
	Args     []Expr
	Keywords []Keyword // names differ from each other
}

// Tuple is a tuple in round brackets: (a, b), (a,), ().
type Tuple struct {
	Pos   Pos
	Elems []Expr
}

// List is a list in square brackets: [a, b], [].
type List struct {
	Pos   Pos
	Elems []Expr
}

// Lambda is a function without a name: lambda a, b: a + b, or with a block: lambda a: {t = exp(a); t*t, t + 1}.
type Lambda struct {
	Pos    Pos
	Params []Name // names differ from each other
	Body   *Block // a body that is one expression is a Block with one output and no statements
}

// Block is a sequence of assignments followed by the expressions that are its result. It is the body of a program or of
// a lambda.
type Block struct {
	Pos     Pos // of the opening brace, or of the first character
	Stmts   []Stmt
	Outputs []Expr // at least one
}

// Stmt is an assignment: name = value. The same name may be assigned more than once.
type Stmt struct {
	Pos   Pos // of the name
	Name  string
	Value Expr
}

// Decl declares an input: "x: float64[m, 3, ?]", or "a: float64" for a scalar. Any word is accepted as dtype.
type Decl struct {
	Pos      Pos // of the name
	Name     string
	DTypePos Pos
	DType    string
	Dims     []DeclDim
	Scalar   bool // no dims: "a: float64" or "a: float64[]"
}

// DeclDim is one dimension of a [Decl].
type DeclDim struct {
	Pos  Pos
	Size int    // >= 0: the size. -1: unknown
	Name string // of an unknown size that has a name; "" for "?"
}

// File is a whole program.
type File struct {
	Decls []Decl // in order; the position tells where a declaration stands among the statements
	Body  Block
}

// Position returns Pos.
func (x *Name) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Int) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Float) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Imag) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *String) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Bool) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *None) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Ellipsis) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Unary) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Binary) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Call) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Index) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Slice) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Attribute) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *MethodCall) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Tuple) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *List) Position() Pos { return x.Pos }

// Position returns Pos.
func (x *Lambda) Position() Pos { return x.Pos }

// Left returns the operand of e that a chain of any length may hang from: X of a Binary, Index, Attribute or MethodCall,
// and nil for every other expression. Code that walks a tree must follow Left with a loop; it may recurse into all other
// children, which are nested at most a small multiple of [MaxDepth] deep:
//
//	var spine []Expr
//	for x := e; x != nil; x = Left(x) {
//		spine = append(spine, x)
//	}
//	// handle spine from its last element (the innermost operand) to its first (e itself)
func Left(e Expr) Expr {
	switch e := e.(type) {
	case *Binary:
		return e.X
	case *Index:
		return e.X
	case *Attribute:
		return e.X
	case *MethodCall:
		return e.X
	}
	return nil
}
