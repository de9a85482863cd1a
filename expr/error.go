package expr

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
)

// The kinds of mistakes. Every error of this module wraps one of them, so
// that errors.Is(err, expr.ErrShape) works on what Parse, Compile and Run
// return.
var (
	ErrShape    = errors.New("shape")    // shapes that do not fit: (3,) + (4,)
	ErrAxis     = errors.New("axis")     // an axis out of range or named twice: sum(x, axis=2) of a matrix
	ErrIndex    = errors.New("index")    // an index out of range, or too many of them: x[7] of five elements
	ErrEmpty    = errors.New("empty")    // a reduction of nothing that has no value: max of an empty array
	ErrSingular = errors.New("singular") // a matrix with a zero pivot: inv(zeros((2, 2)))
	ErrDomain   = errors.New("domain")   // a value outside of a function's domain: cholesky of an indefinite matrix
	ErrDType    = errors.New("dtype")    // an element type that the operation does not have: 1.5 & 2.5
	ErrSyntax   = errors.New("syntax")   // text that is no expression: "x +"
	ErrMemory   = errors.New("memory")   // more memory than there is: zeros(2**50) + x
	ErrInput    = errors.New("input")    // a wrong number of arguments, nil, an unknown or repeated name
)

// Error is a mistake in an expression or in the data given to it.
type Error struct {
	Kind error  // one of the Err variables
	Op   string // the operation, by its name in the language
	Pos  Pos    // where the user's program or text asked for it
	Msg  string // the facts
}

// Error returns "model.go:42: add: shapes (3, 4) and (5,) do not broadcast":
// place, operation, facts.
func (e *Error) Error() string {
	s := e.Msg
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if p := e.Pos.String(); p != "" {
		s = p + ": " + s
	}
	return s
}

// Unwrap returns the kind.
func (e *Error) Unwrap() error { return e.Kind }

// at returns e with the position p where it has none yet.
func (e *Error) at(p Pos) *Error {
	if e.Pos != (Pos{}) {
		return e
	}
	moved := *e
	moved.Pos = p
	return &moved
}

// Errorf returns an Error without a position.
func Errorf(kind error, op, format string, args ...any) *Error {
	return &Error{Kind: kind, Op: op, Msg: fmt.Sprintf(format, args...)}
}

// Pos is a place in a Go file (File and Line) or in the text of an expression
// (Line and Col, both from 1). The zero Pos is unknown.
type Pos struct {
	File string
	Line int
	Col  int
}

// String returns "model.go:42" with the last element of the file's path, or
// "3:14" for text, or "" where unknown.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return ""
	case p.File != "":
		return filepath.Base(p.File) + ":" + strconv.Itoa(p.Line)
	}
	return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Col)
}
