package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"arignote/cmd/arignote/internal/npy"
	"arignote/expr"
	"arignote/expr/syntax"
)

// maxArray is the largest size in bytes of an array in a .npz file, which may
// be compressed a thousandfold.
const maxArray = 4 << 30

// readValue reads the value of an input that the program declares with the
// given dtype, or not at all (NoDType).
func (c *source) readValue(s *session, name, src string, declared expr.DType) (any, error) {
	t := text{where: "the value of " + name, src: src, shown: name + "="}
	var v any
	var err error
	switch file, member, isFile := splitFile(src); {
	case strings.TrimSpace(src) == "":
		err = fmt.Errorf("there is none")
	case src == "-":
		v, err = c.readPipe(s)
	case isFile && strings.HasSuffix(file, ".npy"):
		v, err = npy.ReadFile(file)
	case isFile:
		v, err = readMember(file, member, name)
	case strings.HasPrefix(strings.TrimSpace(src), "["):
		if _, wrong := syntax.Parse(src); wrong != nil {
			// Not from within the call below: the bracket that is missing
			// would be told of the call's.
			_, err = expr.Parse(src)
			break
		}
		t.skip = len(arrayCall)
		v, err = readList(src, declared)
	default:
		v, err = readExpression(src)
	}
	if err != nil {
		return nil, &mistake{t, err, valueAdvice(src, err)}
	}
	return v, nil
}

// valueAdvice says what a value may be where it looks like none.
func valueAdvice(src string, err error) string {
	info, none := os.Stat(src)
	e, ok := err.(*expr.Error)
	switch {
	case !ok:
		return ""
	case none == nil && info.Mode().IsRegular():
		return src + " is a file: of files, .npy and .npz are read."
	case strings.HasPrefix(e.Msg, "unknown name "):
		return "A value is a number, a list such as [1,2,3], an expression of these, a .npy file, data.npz:name, or - for .npy data from standard input."
	}
	return ""
}

// readPipe reads an array from standard input, which has one only.
func (c *source) readPipe(s *session) (*expr.Value, error) {
	if c.File == "-" || s.read {
		return nil, fmt.Errorf("standard input is read already")
	}
	s.read = true
	v, err := npy.Read(s.stdin, math.MaxInt64)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return v, nil
}

// splitFile splits "data.npz:name" into file and name. It reports false if src
// is no name of a .npy or .npz file.
func splitFile(src string) (file, member string, ok bool) {
	if strings.HasSuffix(src, ".npy") && !strings.Contains(src, ".npz:") || strings.HasSuffix(src, ".npz") {
		return src, "", true
	}
	if i := strings.LastIndex(src, ".npz:"); i >= 0 {
		return src[:i+len(".npz")], src[i+len(".npz:"):], true
	}
	return "", "", false
}

// readMember reads an array of a .npz file: the named one; without a name the
// one called like the input, or the only one.
func readMember(file, member, input string) (*expr.Value, error) {
	a, err := npy.Open(file)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if member == "" {
		member = input
		if names := a.Names(); len(names) == 1 && !slices.Contains(names, input) {
			member = names[0]
		}
	}
	v, err := a.Read(member, maxArray)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return v, nil
}

const arrayCall = "array("

// readList reads a list. Its numbers take the declared dtype if that holds
// them: integers can be floats, floats can be complex, but not the other way.
func readList(src string, declared expr.DType) (*expr.Value, error) {
	plain, err := expr.Parse(arrayCall + src + "\n)")
	if declared == expr.NoDType || err == nil && plain.DType() == declared {
		if err != nil {
			return nil, err
		}
		return plain.Value(), nil
	}
	if err == nil && !holds(declared, plain.DType()) {
		return nil, expr.Errorf(expr.ErrDType, "", "the elements are %v, but %v is declared", plain.DType(), declared)
	}
	n, err := expr.Parse(arrayCall + src + "\n, '" + declared.String() + "')")
	if err != nil {
		return nil, err
	}
	return n.Value(), nil
}

// holds reports whether numbers written as literals of dtype d may stand for
// numbers of the declared dtype.
func holds(declared, d expr.DType) bool {
	switch d {
	case expr.Int64, expr.Uint64:
		return declared != expr.Bool
	case expr.Float64:
		return declared.Inexact()
	}
	return declared.IsComplex() && d.IsComplex()
}

// readExpression evaluates an expression without inputs. A literal becomes a Go
// number, which takes the dtype of the input that it is for.
func readExpression(src string) (any, error) {
	n, err := expr.Parse(src)
	if err != nil {
		return nil, err
	}
	values, err := expr.NewGraph(nil, n).Evaluate(nil)
	if err != nil {
		return nil, err
	}
	v := values[0]
	if !n.Type().Weak {
		return v, nil
	}
	switch v.DType() {
	case expr.Int64:
		return int(v.Int(0)), nil
	case expr.Float64:
		return v.Float(0), nil
	case expr.Complex128:
		return v.Complex(0), nil
	}
	return v, nil
}
