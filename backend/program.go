package backend

import (
	"context"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gorgonia.org/tensor"

	"arignote/backend/internal/cpu"
	"arignote/backend/internal/stages"
	"arignote/expr"
	"arignote/optimize"
)

// Program is a compiled function. It does not change: any number of goroutines
// may run it at the same time.
type Program struct {
	graph     *expr.Graph
	source    *expr.Graph // as the user wrote it: mistakes are told in its words
	trace     *optimize.Trace
	config    Config
	level     cpu.Level           // of the processor, or what it is to be taken for
	host      map[*expr.Node]bool // scalars whose values are needed for planning
	plans     planCache
	classes   classes     // used with plans locked
	calls     sync.Pool   // of *call: for RunInto
	whole     clock       // of runs, if they are profiled
	unwritten atomic.Bool // it was told that the page cannot be written
	page      *stages.Program
}

// newProgram returns the Program for a simplified graph.
func newProgram(g *expr.Graph, trace *optimize.Trace, c Config, level cpu.Level) *Program {
	return &Program{graph: g, trace: trace, config: c, level: level, host: hostNodes(g)}
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
	return p.RunContext(context.Background(), args...)
}

// RunContext is Run that ends early, with the context's error, when ctx is done:
// that is looked at between parts of steps, tens of microseconds apart, a few
// milliseconds in large products. One eigh, svd or qr is one part, and so is what
// the reference computes.
func (p *Program) RunContext(ctx context.Context, args ...any) (results []*tensor.Dense, err error) {
	defer catch("run", p.graph, &err)
	if p.config.Profile {
		defer p.clocked(time.Now())
	}
	values, err := p.bind(args)
	if err != nil {
		return nil, err
	}
	outs, err := p.run(ctx, values)
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
//
// A call like an earlier one (arguments of the same kinds and shapes, not nested
// slices) allocates nothing, unless the reference computes a step: see
// [Plan.String]. For that the Program keeps a few tensors of the last calls in
// memory, until the next garbage collections.
func (p *Program) RunInto(out []*tensor.Dense, args ...any) (err error) {
	defer catch("run", p.graph, &err)
	if p.config.Profile {
		defer p.clocked(time.Now())
	}
	if len(out) != len(p.graph.Outputs) {
		return inputError("%d tensors for %d outputs", len(out), len(p.graph.Outputs))
	}
	return p.runInto(out, args)
}

// bind converts the arguments and checks them against the inputs.
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
	return bound, nil
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
