package kernel

import (
	"fmt"
	"strconv"
	"strings"

	"arignote/expr"
)

// String returns the text of k, which [Parse] reads. Values are numbered in
// the order of their definition, so that kernels with the same structure and
// the same names have the same text.
//
//	kernel(x: float64 in, y: float64 out; n, m, sx) {
//	  for i < n split {
//	    scratch e: float64[m]
//	    v0: float64 = const -inf
//	    reduce j < m vector lanes 32 (v1: float64 = v0) {
//	      v2: float64 = load x[i*sx + j]
//	      v3: float64 = maximum(v1, v2)
//	      next v3
//	    } combine (v4; v5) {
//	      v6: float64 = maximum(v4, v5)
//	      next v6
//	    } gives v7
//	    ...
func (k *Kernel) String() string {
	p := &printer{k: k, number: make(map[Value]int)}
	args := make([]string, 0, len(k.Buffers))
	for _, b := range k.Buffers {
		if b.Mode == Scratch {
			continue
		}
		arg := fmt.Sprintf("%s: %v %v", b.Name, b.DType, b.Mode)
		if len(b.Reduced) > 0 {
			arg += " over " + strings.Join(b.Reduced, " ")
		}
		args = append(args, arg)
	}
	p.printf("kernel(%s; %s) {\n", strings.Join(args, ", "), strings.Join(k.Params, ", "))
	p.block(k.Body)
	p.printf("}\n")
	return p.String()
}

// String returns in, out, inout or scratch.
func (m Mode) String() string { return [...]string{"in", "out", "inout", "scratch"}[m] }

type printer struct {
	strings.Builder
	k      *Kernel
	number map[Value]int
	indent string
}

func (p *printer) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// line writes one line of the block that is being written.
func (p *printer) line(format string, args ...any) { p.printf(p.indent+format+"\n", args...) }

// block writes statements and, if there are any, the values of next.
func (p *printer) block(body []Stmt, next ...Value) {
	outer := p.indent
	p.indent += "  "
	for _, s := range body {
		p.stmt(s)
	}
	if len(next) > 0 {
		p.line("next %s", p.list(next))
	}
	p.indent = outer
}

func (p *printer) stmt(s Stmt) {
	switch s := s.(type) {
	case *Loop:
		p.line("for %s {", p.loop(s))
		p.block(s.Body)
		p.line("}")
	case *Reduce:
		p.reduce(s)
	case *While:
		p.line("while %s (%s) {", p.int(s.Bound), p.states(s.States))
		p.block(s.Cond, s.Test)
		p.line("} do {")
		p.block(s.Body, nexts(s.States)...)
		p.line("} gives %s", p.define(results(s.States)...))
	case *Let:
		call := p.call(s)
		p.line("%s = %s", p.typed(s.Dst), call)
	case *Rare:
		call := fmt.Sprintf("rare %s if %s else %s", p.call(&s.Let), p.name(s.Test), p.name(s.Otherwise))
		p.line("%s = %s", p.typed(s.Dst), call)
	case *Const:
		p.line("%s = const %s", p.typed(s.Dst), s.X.text(p.k.Values[s.Dst]))
	case *Iota:
		p.line("%s = iota[%s]", p.typed(s.Dst), p.index(s.At, nil))
	case *Random:
		key := p.list(s.Key[:])
		p.line("%s = random(%s)[%s]", p.typed(s.Dst...), key, p.index(s.At, nil))
	case *Load:
		at := p.access(s.Buf, s.At, s.Picks, s.Access)
		p.line("%s = load %s", p.typed(s.Dst), at)
	case *Store:
		assign := "="
		if s.Add {
			assign = "+="
		}
		p.line("store %s %s %s", p.access(s.Buf, s.At, s.Picks, s.Access), assign, p.name(s.Src))
	case *Alloc:
		b := p.k.Buffers[s.Buf]
		p.line("scratch %s: %v[%s]", b.Name, b.DType, p.int(b.Len))
	}
}

// call writes "exp(v1)" or "polygamma[2](v1)".
func (p *printer) call(s *Let) string {
	op := s.Op.String()
	if s.Op == expr.OpPolygamma {
		op += "[" + strconv.Itoa(s.N) + "]"
	}
	return op + "(" + p.list(s.Args) + ")"
}

func (p *printer) reduce(r *Reduce) {
	p.line("reduce %s lanes %d (%s) {", p.loop(&r.Loop), r.Lanes, p.states(r.States))
	p.block(r.Body, nexts(r.States)...)
	if c := r.Combine; c != nil {
		left := p.define(c.Left...)
		p.line("} combine (%s; %s) {", left, p.define(c.Right...))
		p.block(c.Body, c.Next...)
	}
	p.line("} gives %s", p.define(results(r.States)...))
}

func nexts(states []State) []Value {
	v := make([]Value, len(states))
	for i, s := range states {
		v[i] = s.Next
	}
	return v
}

// loop writes "i < n by 1024 split vector" or "i in c vector".
func (p *printer) loop(l *Loop) string {
	s := p.k.Vars[l.Var-1]
	if l.Block != 0 {
		s += " in " + p.k.Vars[l.Block-1]
	} else {
		s += " < " + p.int(l.Extent)
	}
	if l.By != (Int{}) {
		s += " by " + p.int(l.By)
	}
	if l.Split {
		s += " split"
	}
	if l.Vector {
		s += " vector"
	}
	return s
}

// states defines states and writes "v1: float64 = v0".
func (p *printer) states(states []State) string {
	parts := make([]string, len(states))
	for i, s := range states {
		init := p.name(s.Init)
		parts[i] = p.typed(s.Value) + " = " + init
	}
	return strings.Join(parts, ", ")
}

// define numbers values and lists them.
func (p *printer) define(values ...Value) string {
	for _, v := range values {
		if _, ok := p.number[v]; !ok {
			p.number[v] = len(p.number)
		}
	}
	return p.list(values)
}

// typed defines values of one dtype and writes "v1, v2: float64".
func (p *printer) typed(values ...Value) string {
	return fmt.Sprintf("%s: %v", p.define(values...), p.k.Values[values[0]])
}

func (p *printer) list(values []Value) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = p.name(v)
	}
	return strings.Join(parts, ", ")
}

func (p *printer) name(v Value) string {
	n, ok := p.number[v]
	if !ok {
		return fmt.Sprintf("undefined%d", v)
	}
	return "v" + strconv.Itoa(n)
}

func (p *printer) access(b Buf, at Index, picks []Picked, access int) string {
	s := fmt.Sprintf("%s[%s]", p.k.Buffers[b].Name, p.index(at, picks))
	if len(picks) > 0 {
		s += fmt.Sprintf(" access %d", access)
	}
	return s
}

// index writes "i*sx + j + pick(v3 of n)*m + 5".
func (p *printer) index(at Index, picks []Picked) string {
	var parts []string
	for _, t := range at.Terms {
		parts = append(parts, p.k.Vars[t.Var-1]+p.times(t.Stride))
	}
	for _, x := range picks {
		parts = append(parts, fmt.Sprintf("pick(%s of %s)%s", p.name(x.Index), p.int(x.Len), p.times(x.Stride)))
	}
	if at.Offset != (Int{}) || len(parts) == 0 {
		parts = append(parts, p.int(at.Offset))
	}
	return strings.Join(parts, " + ")
}

// times writes a factor: "", "*2", "*n", "*(n+1)".
func (p *printer) times(x Int) string {
	switch {
	case x == N(1):
		return ""
	case x.Param != 0 && x.N != 0:
		return "*(" + p.int(x) + ")"
	}
	return "*" + p.int(x)
}

func (p *printer) int(x Int) string {
	switch {
	case x.Param == 0:
		return strconv.Itoa(x.N)
	case x.N == 0:
		return p.k.Params[x.Param-1]
	}
	return fmt.Sprintf("%s%+d", p.k.Params[x.Param-1], x.N)
}
