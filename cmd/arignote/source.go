package main

import (
	"errors"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
	"arignote/expr/syntax"
)

// source says where a program and the values of its inputs come from. It is
// part of every command.
type source struct {
	File   string   `short:"f" placeholder:"FILE" help:"Read the program from a file, - for standard input, instead of EXPR."`
	Expr   string   `arg:"" optional:"" help:"The expression, or a program: declarations such as x: float64[n], assignments and outputs, separated by ; or line ends."`
	Values []string `arg:"" optional:"" sep:"none" name:"name=value" help:"Values of inputs: x=1.5, x=[1,2,3], x=data.npy, x=data.npz:name, x=- for .npy data from standard input, or an expression such as x=linspace(0,1,5). Inputs that are not declared take dtype and shape from their values."`
}

// flags say how to compile.
type flags struct {
	Strict  bool     `help:"Keep only rewrites that give the same bits for all values."`
	Skip    []string `placeholder:"NAME" help:"Leave out passes or rules of the optimizer."`
	Threads uint     `placeholder:"N" help:"Cores to use; all unless given."`
	HTML    string   `name:"html" placeholder:"FILE" help:"Write a page for a browser that shows every stage: the graph after each pass, the rewrites, plan and kernels."`
}

func (f *flags) config() backend.Config {
	return backend.Config{Strict: f.Strict, Skip: f.Skip, Threads: int(min(f.Threads, math.MaxInt)), Stages: f.HTML}
}

// program is a text that has been read, with the values given for its inputs.
type program struct {
	text   text
	graph  *expr.Graph
	names  []string       // of the outputs
	values map[string]any // by the names of inputs
}

// load reads the program and the values.
func (c *source) load(s *session) (*program, error) {
	p := &program{values: make(map[string]any)}
	assignments, err := c.read(s, &p.text)
	if err != nil {
		return nil, err
	}
	file, err := syntax.Parse(p.text.src)
	if err != nil {
		file = new(syntax.File) // the parser below says what is wrong
	}
	var inputs []*expr.Node
	for _, a := range assignments {
		in, err := c.assign(s, p, a, file)
		if err != nil {
			return nil, err
		}
		if in != nil {
			inputs = append(inputs, in)
		}
	}
	p.graph, err = expr.Parser{Inputs: inputs, Funcs: autodiff.Funcs}.ParseGraph(p.text.src)
	if err != nil {
		return nil, &mistake{p.text, err, p.advice(err)}
	}
	for _, in := range inputs {
		if !mentions(p.text.src, in.Name()) {
			return nil, p.mistake("%s has a value but does not occur in the program", in.Name())
		}
	}
	p.names = outputNames(file)
	p.spread()
	return p, nil
}

// read reads the text and returns the arguments that give values.
func (c *source) read(s *session, t *text) (assignments []string, err error) {
	switch {
	case c.File == "-":
		var b []byte
		b, err = io.ReadAll(io.LimitReader(s.stdin, syntax.MaxSource+1))
		t.src, t.where = string(b), "standard input"
	case c.File != "":
		var b []byte
		b, err = os.ReadFile(c.File)
		t.src, t.where = string(b), c.File
	case c.Expr == "":
		return nil, usagef("no expression: give one, or -f FILE")
	default:
		t.src = c.Expr
		if strings.HasPrefix(t.src, " -") {
			t.src = t.src[1:] // the blank that guard put there
		}
		return c.Values, nil
	}
	if err != nil {
		return nil, err
	}
	assignments = c.Values
	if c.Expr != "" {
		assignments = append([]string{c.Expr}, c.Values...)
	}
	return assignments, nil
}

// assign reads NAME=VALUE. It returns an input if the program declares none of
// that name.
func (c *source) assign(s *session, p *program, arg string, file *syntax.File) (*expr.Node, error) {
	name, value, ok := strings.Cut(arg, "=")
	name = strings.TrimSpace(name)
	if !ok || !syntax.IsName(name) {
		return nil, usagef("%s is no NAME=VALUE", strconv.Quote(strings.TrimPrefix(arg, " ")))
	}
	if _, twice := p.values[name]; twice {
		return nil, usagef("two values for %s", name)
	}
	declared := expr.NoDType
	i := slices.IndexFunc(file.Decls, func(d syntax.Decl) bool { return d.Name == name })
	if i >= 0 {
		declared, _ = expr.ParseDType(file.Decls[i].DType)
	}
	x, err := c.readValue(s, name, value, declared)
	if err != nil {
		return nil, err
	}
	p.values[name] = x
	if i >= 0 {
		return nil, nil
	}
	v, err := expr.ValueOf(x)
	if err != nil {
		return nil, err
	}
	return expr.InputOf(name, v.Type()), nil
}

// mistake is an error about the program as a whole.
func (p *program) mistake(format string, args ...any) *mistake {
	return &mistake{text: p.text, err: expr.Errorf(expr.ErrInput, "", format, args...)}
}

// advice says what to do about an error of the parser.
func (p *program) advice(err error) string {
	var e *expr.Error
	if !errors.As(err, &e) || !strings.HasPrefix(e.Msg, "unknown name ") {
		return ""
	}
	lines := strings.Split(p.text.src, "\n")
	if e.Pos.Line < 1 || e.Pos.Line > len(lines) {
		return ""
	}
	name := word.FindString(string([]rune(lines[e.Pos.Line-1])[e.Pos.Col-1:]))
	if !syntax.IsName(name) {
		return ""
	}
	return "Give it a value, " + name + "=1.5 or " + name + "=[1,2,3] or " + name + "=data.npy, or declare it in front of the expression:\n" +
		"    " + name + ": float64        (a scalar)\n" +
		"    " + name + ": float64[m, n]  (a matrix)"
}

// word is what a name looks like, without its beginning being checked.
var word = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// mentions reports whether a name occurs in a program.
func mentions(src, name string) bool {
	return slices.Contains(word.FindAllString(src, -1), name)
}

// outputNames returns what to call the outputs of a program: their names where
// they are names, else out0, out1 and so on by their place.
func outputNames(file *syntax.File) []string {
	outputs := file.Body.Outputs
	if len(outputs) == 1 {
		if tuple, ok := outputs[0].(*syntax.Tuple); ok {
			outputs = tuple.Elems
		}
	}
	names := make([]string, len(outputs))
	for i, e := range outputs {
		n, ok := e.(*syntax.Name)
		if !ok || slices.Contains(names[:i], n.Ident) {
			names[i] = "out" + strconv.Itoa(i)
			continue
		}
		names[i] = n.Ident
	}
	return names
}

// spread replaces outputs that are several results, such as those of svd, by
// these.
func (p *program) spread() {
	var names []string
	var outputs []*expr.Node
	for i, n := range p.graph.Outputs {
		name := p.names[i] + "_"
		if name == "out0_" && len(p.names) == 1 {
			name = "out"
		}
		if !n.Type().IsTuple() {
			names, outputs = append(names, p.names[i]), append(outputs, n)
			continue
		}
		for k := range n.Type().Elems {
			names = append(names, name+strconv.Itoa(k))
			outputs = append(outputs, n.Item(k))
		}
	}
	p.names, p.graph = names, expr.NewGraph(p.graph.Inputs, outputs...)
}

// compile compiles the program.
func (p *program) compile(c backend.Config) (*backend.Program, error) {
	f, err := c.Compile(p.graph.Inputs, p.graph.Outputs...)
	if err != nil {
		return nil, &mistake{text: p.text, err: err}
	}
	return f, nil
}

// arguments returns the values in the order of the inputs, which they fit.
func (p *program) arguments() ([]any, error) {
	args := make([]any, len(p.graph.Inputs))
	values := make([]*expr.Value, len(args))
	for i, in := range p.graph.Inputs {
		x, ok := p.values[in.Name()]
		if !ok {
			m := p.mistake("no value for %s: %v", in.Name(), in.Type())
			m.hint = "Give it one: " + in.Name() + "=" + example(in.Rank()) + " or " + in.Name() + "=data.npy"
			return nil, m
		}
		v, err := expr.ValueFor(in, x)
		if err != nil {
			return nil, &mistake{text: p.text, err: err}
		}
		args[i], values[i] = v, v
	}
	if err := expr.BindInputs(p.graph.Inputs, values); err != nil {
		return nil, &mistake{text: p.text, err: err}
	}
	return args, nil
}

// run computes the outputs.
func (p *program) run(f *backend.Program) ([]*expr.Value, error) {
	args, err := p.arguments()
	if err != nil {
		return nil, err
	}
	results, err := f.Run(args...)
	if err != nil {
		return nil, &mistake{text: p.text, err: err}
	}
	values := make([]*expr.Value, len(results))
	for i, r := range results {
		if values[i], err = expr.ValueOf(r); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// example returns a value for an input of some rank.
func example(rank int) string {
	switch rank {
	case 0:
		return "1.5"
	case 1:
		return "[1,2,3]"
	}
	return strings.Repeat("[", rank-1) + "[1,2],[3,4]" + strings.Repeat("]", rank-1)
}
