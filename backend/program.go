package backend

import (
	"reflect"
	"sort"
	"strings"

	"gorgonia.org/tensor"

	"arignote/expr"
	"arignote/optimize"
)

// Program is a compiled function. It does not change: any number of goroutines
// may run it at the same time.
type Program struct {
	graph *expr.Graph
	trace *optimize.Trace
	steps []step
	slots int   // number of values of a run
	in    []int // slot of each input
	out   []int // slot of each output
}

// step computes one node.
type step struct {
	node *expr.Node
	args []int // slots of the arguments
	slot int   // slot of the result
	free []int // slots whose last use this is
}

// newProgram orders the nodes of a graph into steps.
func newProgram(g *expr.Graph, trace *optimize.Trace) *Program {
	p := &Program{graph: g, trace: trace}
	slots := make(map[*expr.Node]int)
	slot := func(n *expr.Node) int {
		if _, ok := slots[n]; !ok {
			slots[n] = len(slots)
		}
		return slots[n]
	}
	for _, in := range g.Inputs {
		p.in = append(p.in, slot(in))
	}
	last := make(map[int]int) // slot -> the step that uses it last
	for n := range g.Nodes() {
		if n.Op() == expr.OpInput {
			continue
		}
		s := step{node: n}
		for _, a := range n.Args() {
			s.args = append(s.args, slot(a))
			last[slots[a]] = len(p.steps)
		}
		s.slot = slot(n)
		p.steps = append(p.steps, s)
	}
	for _, out := range g.Outputs {
		p.out = append(p.out, slot(out))
		delete(last, slots[out])
	}
	for slot, i := range last {
		p.steps[i].free = append(p.steps[i].free, slot)
	}
	p.slots = len(slots)
	return p
}

// Graph returns the simplified graph that is run.
func (p *Program) Graph() *expr.Graph { return p.graph }

// Trace returns the rewrites that led from the given graph to Graph.
func (p *Program) Trace() *optimize.Trace { return p.trace }

// Run computes the outputs for arguments in the order of the inputs: Go
// numbers and slices, nested slices, *tensor.Dense of any strides, gonum
// matrices. Slices, *tensor.Dense and *mat.Dense are read in place, never
// written, and must not change during the run. The results are fresh,
// row-major and contiguous, and share no memory with each other.
func (p *Program) Run(args ...any) (results []*tensor.Dense, err error) {
	defer catch("run", p.graph, &err)
	outs, err := p.run(args)
	if err != nil {
		return nil, err
	}
	results = make([]*tensor.Dense, len(outs))
	for i, v := range outs {
		if results[i], err = v.Dense(); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// RunNamed is Run with arguments by the names of the inputs; each input must be
// named, and nothing else.
func (p *Program) RunNamed(args map[string]any) ([]*tensor.Dense, error) {
	ordered, err := p.order(args)
	if err != nil {
		return nil, err
	}
	return p.Run(ordered...)
}

// order brings named arguments into the order of the inputs.
func (p *Program) order(args map[string]any) ([]any, error) {
	ordered := make([]any, len(p.graph.Inputs))
	known := make(map[string]bool, len(ordered))
	var missing, unknown []string
	for i, in := range p.graph.Inputs {
		known[in.Name()] = true
		x, ok := args[in.Name()]
		if !ok {
			missing = append(missing, in.Name())
		}
		ordered[i] = x
	}
	for name := range args {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	sort.Strings(unknown)
	switch {
	case len(unknown) > 0:
		return nil, inputError("no input is called %s", strings.Join(unknown, " or "))
	case len(missing) > 0:
		return nil, inputError("no argument for %s", strings.Join(missing, ", "))
	}
	return ordered, nil
}

// RunInto is Run with the results written into out, one tensor of the right
// dtype and shape for each output, of any strides. A tensor in out may share
// memory with an argument: the arguments are read before out is written. If
// there is an error nothing is written.
func (p *Program) RunInto(out []*tensor.Dense, args ...any) (err error) {
	defer catch("run", p.graph, &err)
	if len(out) != len(p.out) {
		return inputError("%d tensors for %d outputs", len(out), len(p.out))
	}
	outs, err := p.run(args)
	if err != nil {
		return err
	}
	for i, v := range outs {
		if err := v.FitsDense(out[i]); err != nil {
			return located(err, "output %d", i+1)
		}
	}
	for i, v := range outs {
		v.CopyToDense(out[i])
	}
	return nil
}

// run binds the arguments and computes the outputs, which share no memory with
// the arguments or with each other.
func (p *Program) run(args []any) ([]*expr.Value, error) {
	values, err := p.bind(args)
	if err != nil {
		return nil, err
	}
	shared := make(map[uintptr]bool, len(values)) // memory that results must not lie in
	for _, v := range values {
		if v != nil {
			shared[address(v)] = true
		}
	}
	for i := range p.steps {
		s := &p.steps[i]
		v, err := s.run(values)
		if err != nil {
			return nil, err
		}
		if s.node.Op() == expr.OpConst {
			shared[address(v)] = true
		}
		values[s.slot] = v
		for _, slot := range s.free {
			values[slot] = nil
		}
	}
	outs := make([]*expr.Value, len(p.out))
	for i, slot := range p.out {
		v := values[slot]
		if !v.Contiguous() || shared[address(v)] {
			v = v.Clone()
		}
		shared[address(v)] = true
		outs[i] = v
	}
	return outs, nil
}

// bind converts the arguments and checks them against the inputs. The result
// has room for all values of the run.
func (p *Program) bind(args []any) ([]*expr.Value, error) {
	if len(args) != len(p.graph.Inputs) {
		return nil, inputError("%d arguments for %d inputs%s", len(args), len(p.graph.Inputs), p.signature())
	}
	bound := make([]*expr.Value, len(args))
	for i, in := range p.graph.Inputs {
		v, err := expr.ValueFor(in, args[i])
		if err != nil {
			return nil, located(err, "argument %d", i+1)
		}
		bound[i] = v
	}
	if err := expr.BindInputs(p.graph.Inputs, bound); err != nil {
		return nil, located(err, "arguments")
	}
	values := make([]*expr.Value, p.slots)
	for i, slot := range p.in {
		values[slot] = bound[i]
	}
	return values, nil
}

// signature lists the inputs for a message: " (x, y)".
func (p *Program) signature() string {
	if len(p.graph.Inputs) == 0 {
		return ""
	}
	names := make([]string, len(p.graph.Inputs))
	for i, in := range p.graph.Inputs {
		names[i] = in.Name()
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// run computes the step's node: by BLAS where that fits, else by the reference
// meaning.
func (s *step) run(values []*expr.Value) (*expr.Value, error) {
	args := make([]*expr.Value, len(s.args))
	for i, slot := range s.args {
		args[i] = values[slot]
	}
	if isProduct(s.node) {
		if _, err := s.node.Bind(args); err != nil {
			return nil, err
		}
		if v := product(s.node, args); v != nil {
			return v, nil
		}
	}
	return s.node.Eval(args)
}

// address identifies the memory of v.
func address(v *expr.Value) uintptr {
	if v.Data() == nil || v.Len() == 0 {
		return 0
	}
	return reflect.ValueOf(v.Data()).Pointer()
}

// Eval computes n for arguments by the names of its inputs. It compiles n each
// time: to compute more than once, use Compile.
func Eval(n *expr.Node, args map[string]any) (*tensor.Dense, error) {
	if err := n.Err(); err != nil {
		return nil, located(err, "expression")
	}
	var inputs []*expr.Node
	for m := range expr.Nodes(n) {
		if m.Op() == expr.OpInput {
			inputs = append(inputs, m)
		}
	}
	p, err := Compile(inputs, n)
	if err != nil {
		return nil, err
	}
	results, err := p.RunNamed(args)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}
