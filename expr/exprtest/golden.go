// Package exprtest is a library for tests of packages that handle expressions:
// it reads golden cases, compares arrays within tolerances and makes random
// graphs. It is used by this module's own tests and by nothing else.
package exprtest

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"arignote/expr"
)

// Case is one golden case; the fields are documented in the README beside the
// golden files.
type Case struct {
	Name           string
	Expr           string
	Inputs         map[string]Array
	Value          *Array
	Grad           map[string]Array
	GradConvention map[string]Array `json:"grad_convention"`
	RTol, ATol     float64
	GradATol       *float64 `json:"grad_atol"`
	Error          string
	Optional       bool
	Note           string
	Expect         *Expect
	Stretch        bool
}

// Expect says what the graph of a case looks like after simplification.
type Expect struct {
	MaxNodes       *int     `json:"max_nodes"`
	MaxViews       *int     `json:"max_views"`
	MaxKernels     *int     `json:"max_kernels"`
	MustContain    []string `json:"must_contain"`
	MustNotContain []string `json:"must_not_contain"`
	ResultIs       string   `json:"result_is"`
}

// Array is an array as a golden file writes it.
type Array struct {
	DType string
	Shape []int
	Data  []json.RawMessage
}

// Area is one golden file.
type Area struct {
	Format int
	Area   string
	Cases  []Case
}

// Load reads all golden files (*.json) of a directory, sorted by name.
func Load(dir string) ([]Area, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no golden files", dir)
	}
	sort.Strings(files)
	areas := make([]Area, len(files))
	for i, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &areas[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		if areas[i].Format != 1 {
			return nil, fmt.Errorf("%s: format %d is not 1", f, areas[i].Format)
		}
	}
	return areas, nil
}

// InputNames returns the names of c's inputs in alphabetical order.
func (c *Case) InputNames() []string {
	names := make([]string, 0, len(c.Inputs))
	for name := range c.Inputs {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Symbols returns the symbolic inputs of c in alphabetical order, with the
// dims of the data or with unknown ones.
func (c *Case) Symbols(known bool) ([]*expr.Node, error) {
	var nodes []*expr.Node
	for _, name := range c.InputNames() {
		a := c.Inputs[name]
		d, ok := expr.ParseDType(a.DType)
		if !ok {
			return nil, fmt.Errorf("%s: dtype %q", c.Name, a.DType)
		}
		dims := make([]any, len(a.Shape))
		for i, n := range a.Shape {
			dims[i] = -1
			if known {
				dims[i] = n
			}
		}
		nodes = append(nodes, expr.Input(name, d, dims...))
	}
	return nodes, nil
}

// Values returns the data of c's inputs in alphabetical order of their names.
func (c *Case) Values() ([]*expr.Value, error) {
	var values []*expr.Value
	for _, name := range c.InputNames() {
		a := c.Inputs[name]
		v, err := a.Value()
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.Name, name, err)
		}
		values = append(values, v)
	}
	return values, nil
}

// Args returns the data of c's inputs as arguments of a compiled function.
func (c *Case) Args() ([]any, error) {
	values, err := c.Values()
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return args, err
}

// Value returns a as an array of expr.
func (a *Array) Value() (*expr.Value, error) {
	decode, ok := decoders[a.DType]
	if !ok {
		return nil, fmt.Errorf("dtype %q", a.DType)
	}
	return decode(a)
}

// decoders read the elements of an array by its dtype. The cases of this module
// have six of them.
var decoders = map[string]func(*Array) (*expr.Value, error){
	"bool": decode[bool],
	"int8": decode[int8], "int16": decode[int16], "int32": decode[int32], "int64": decode[int64],
	"uint8": decode[uint8], "uint16": decode[uint16], "uint32": decode[uint32], "uint64": decode[uint64],
	"float32": decode[float32], "float64": decode[float64],
	"complex64": decode[complex64], "complex128": decode[complex128],
}

func decode[T expr.Element](a *Array) (*expr.Value, error) {
	data := make([]T, len(a.Data))
	for i, text := range a.Data {
		if err := decodeElement(text, any(&data[i])); err != nil {
			return nil, err
		}
	}
	return expr.NewValue(a.Shape, data)
}

func decodeElement(text json.RawMessage, to any) error {
	switch to := to.(type) {
	case *float64:
		return decodeFloat(text, to)
	case *float32:
		var x float64
		err := decodeFloat(text, &x)
		*to = float32(x)
		return err
	case *complex64:
		var z complex128
		err := decodeElement(text, &z)
		*to = complex64(z)
		return err
	case *complex128:
		var parts [2]json.RawMessage
		var re, im float64
		if err := json.Unmarshal(text, &parts); err != nil {
			return err
		}
		if err := decodeFloat(parts[0], &re); err != nil {
			return err
		}
		err := decodeFloat(parts[1], &im)
		*to = complex(re, im)
		return err
	default:
		return json.Unmarshal(text, to)
	}
}

func decodeFloat(text json.RawMessage, to *float64) error {
	switch strings.Trim(string(text), `"`) {
	case "NaN":
		*to = math.NaN()
	case "Infinity":
		*to = math.Inf(1)
	case "-Infinity":
		*to = math.Inf(-1)
	default:
		return json.Unmarshal(text, to)
	}
	return nil
}
