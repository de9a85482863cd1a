package backend

import (
	"fmt"
	"runtime/debug"

	"arignote/backend/internal/cpu"
	"arignote/expr"
	"arignote/optimize"
)

// Compile turns a function, given by its inputs and the outputs computed from
// them, into a Program. Inputs that no output needs are fine. The error is an
// *expr.Error for a mistake in the expressions and an *InternalError for one in
// this module.
func (c Config) Compile(inputs []*expr.Node, outputs ...*expr.Node) (p *Program, err error) {
	c, err = c.withEnvironment()
	if err != nil {
		return nil, err
	}
	level, err := cpu.Parse(c.CPU)
	if err != nil {
		return nil, inputError("%v", err)
	}
	if err := checkSignature(inputs, outputs); err != nil {
		return nil, err
	}
	g := expr.NewGraph(append([]*expr.Node{}, inputs...), append([]*expr.Node{}, outputs...)...)
	defer catch("compile", g, &err)

	optimized, trace, err := optimize.Run(g, optimize.Options{
		Strict: c.Strict, Skip: c.skippedRewrites(), Rules: c.Rules, Check: c.Check, Trace: c.Trace, Stages: c.Stages != "",
	})
	if err != nil {
		return nil, err
	}
	p = newProgram(optimized, trace, c, level)
	p.source = g
	return p, p.show()
}

// checkSignature checks that inputs are distinct inputs and that outputs are
// right and need no others.
func checkSignature(inputs, outputs []*expr.Node) error {
	listed := make(map[*expr.Node]bool, len(inputs))
	names := make(map[string]*expr.Node, len(inputs))
	for i, in := range inputs {
		if err := in.Err(); err != nil {
			return located(err, "input %d", i+1)
		}
		if in.Op() != expr.OpInput {
			return inputError("input %d is %v, which is computed and not an input", i+1, in.Op())
		}
		if names[in.Name()] != nil {
			return inputError("two inputs are called %s", in.Name())
		}
		names[in.Name()], listed[in] = in, true
	}
	if len(outputs) == 0 {
		return inputError("no outputs")
	}
	for i, out := range outputs {
		if err := out.Err(); err != nil {
			return located(err, "output %d", i+1)
		}
		if out.Type().IsTuple() {
			return inputError("output %d has several results %v: pick them by their index", i+1, out.Type())
		}
	}
	for n := range expr.Nodes(outputs...) {
		if n.Op() != expr.OpInput || listed[n] {
			continue
		}
		if names[n.Name()] != nil {
			return inputError("an output needs another input called %s than the one listed", n.Name())
		}
		return inputError("an output needs %s, which is not among the inputs", n.Name())
	}
	return nil
}

// inputError is an ErrInput at the user's line.
func inputError(format string, args ...any) error {
	e := expr.Errorf(expr.ErrInput, "", format, args...)
	e.Pos = expr.Here()
	return e
}

// located gives an error without a place the user's line and says what it is
// about.
func located(err error, format string, args ...any) error {
	e, ok := err.(*expr.Error)
	if !ok || e.Pos != (expr.Pos{}) {
		return err
	}
	moved := *e
	moved.Pos = expr.Here()
	moved.Msg = fmt.Sprintf(format, args...) + ": " + e.Msg
	return &moved
}

// InternalError is a bug in this module, met while compiling or running.
type InternalError struct {
	Stage string      // "compile" or "run"
	Graph *expr.Graph // what was compiled or run
	Cause any         // the value of the panic
	Stack []byte
}

// Error says what happened; Graph and Stack are for the bug report.
func (e *InternalError) Error() string {
	return fmt.Sprintf("arignote: internal error in %s: %v", e.Stage, e.Cause)
}

// catch turns a panic into an *InternalError.
func catch(stage string, g *expr.Graph, err *error) {
	if r := recover(); r != nil {
		*err = &InternalError{Stage: stage, Graph: g, Cause: r, Stack: debug.Stack()}
	}
}
