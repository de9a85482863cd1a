package kernel

import (
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
func (k *Kernel) String() string { return string(k.Append(nil)) }

// Append appends the text of k.
func (k *Kernel) Append(text []byte) []byte {
	p := &printer{k: k, number: make([]int, len(k.Values)), b: text}
	p.put("kernel(")
	first := true
	for _, b := range k.Buffers {
		if b.Mode == Scratch {
			continue
		}
		if !first {
			p.put(", ")
		}
		first = false
		p.put(b.Name, ": ", b.DType.String(), " ", b.Mode.String())
		if len(b.Reduced) > 0 {
			p.put(" over ", strings.Join(b.Reduced, " "))
		}
	}
	p.put("; ", strings.Join(k.Params, ", "), ") {\n")
	p.block(k.Body)
	p.put("}\n")
	return p.b
}

// String returns in, out, inout or scratch.
func (m Mode) String() string { return [...]string{"in", "out", "inout", "scratch"}[m] }

// A printer appends to b. Kernels are told apart by their text, so that it is
// written for each kernel that is planned.
type printer struct {
	k       *Kernel
	b       []byte
	number  []int // of values, from 1 on; 0 = not defined yet
	defined int
	depth   int
}

func (p *printer) put(text ...string) {
	for _, t := range text {
		p.b = append(p.b, t...)
	}
}

// begin begins a line of the block that is being written.
func (p *printer) begin(text string) {
	for range p.depth {
		p.put("  ")
	}
	p.put(text)
}

// line writes a line without parts of its own.
func (p *printer) line(text string) {
	p.begin(text)
	p.put("\n")
}

// block writes statements and, if there are any, the values of next.
func (p *printer) block(body []Stmt, next ...Value) {
	p.depth++
	for _, s := range body {
		p.stmt(s)
	}
	if len(next) > 0 {
		p.begin("next ")
		p.list(next)
		p.put("\n")
	}
	p.depth--
}

func (p *printer) stmt(s Stmt) {
	switch s := s.(type) {
	case *Loop:
		p.begin("for ")
		p.loop(s)
		p.put(" {\n")
		p.block(s.Body)
		p.line("}")
	case *Reduce:
		p.reduce(s)
	case *While:
		p.while(s)
	case *Store:
		p.begin("store ")
		p.access(s.Buf, s.At, s.Picks, s.Access)
		if s.Add {
			p.put(" += ")
		} else {
			p.put(" = ")
		}
		p.name(s.Src)
		p.put("\n")
	case *Alloc:
		b := p.k.Buffers[s.Buf]
		p.begin("scratch ")
		p.put(b.Name, ": ", b.DType.String(), "[")
		p.int(b.Len)
		p.put("]\n")
	default:
		p.assignment(s)
	}
}

// assignment writes a statement that defines values by what they are computed
// from: these are defined before it.
func (p *printer) assignment(s Stmt) {
	values := Defs(s)
	p.begin("")
	for i, v := range values {
		if i > 0 {
			p.put(", ")
		}
		p.b = strconv.AppendInt(append(p.b, 'v'), int64(p.upcoming(v, i)), 10)
	}
	p.put(": ", p.k.Values[values[0]].String(), " = ")
	switch s := s.(type) {
	case *Let:
		p.call(s)
	case *Rare:
		p.put("rare ")
		p.call(&s.Let)
		p.put(" if ")
		p.name(s.Test)
		p.put(" else ")
		p.name(s.Otherwise)
	case *Const:
		p.put("const ", s.X.text(p.k.Values[s.Dst]))
	case *Iota:
		p.put("iota[")
		p.index(s.At, nil)
		p.put("]")
	case *Random:
		p.put("random(")
		p.list(s.Key[:])
		p.put(")[")
		p.index(s.At, nil)
		p.put("]")
	case *Load:
		p.put("load ")
		p.access(s.Buf, s.At, s.Picks, s.Access)
	}
	p.put("\n")
	p.define(values)
}

// call writes "exp(v1)" or "polygamma[2](v1)".
func (p *printer) call(s *Let) {
	p.put(s.Op.String())
	if s.Op == expr.OpPolygamma {
		p.put("[", strconv.Itoa(s.N), "]")
	}
	p.put("(")
	p.list(s.Args)
	p.put(")")
}

func (p *printer) reduce(r *Reduce) {
	p.begin("reduce ")
	p.loop(&r.Loop)
	p.put(" lanes ", strconv.Itoa(r.Lanes), " (")
	p.states(r.States)
	p.put(") {\n")
	p.block(r.Body, nexts(r.States)...)
	if c := r.Combine; c != nil {
		p.begin("} combine (")
		p.definitions(c.Left)
		p.put("; ")
		p.definitions(c.Right)
		p.put(") {\n")
		p.block(c.Body, c.Next...)
	}
	p.gives(r.States)
}

func (p *printer) while(w *While) {
	p.begin("while ")
	p.int(w.Bound)
	p.put(" (")
	p.states(w.States)
	p.put(") {\n")
	p.block(w.Cond, w.Test)
	p.line("} do {")
	p.block(w.Body, nexts(w.States)...)
	p.gives(w.States)
}

// gives ends a Reduce or While.
func (p *printer) gives(states []State) {
	p.begin("} gives ")
	p.definitions(results(states))
	p.put("\n")
}

func nexts(states []State) []Value {
	v := make([]Value, len(states))
	for i, s := range states {
		v[i] = s.Next
	}
	return v
}

// loop writes "i < n by 1024 split vector" or "i in c vector".
func (p *printer) loop(l *Loop) {
	p.put(p.k.Vars[l.Var-1])
	if l.Block != 0 {
		p.put(" in ", p.k.Vars[l.Block-1])
	} else {
		p.put(" < ")
		p.int(l.Extent)
	}
	if l.By != (Int{}) {
		p.put(" by ")
		p.int(l.By)
	}
	if l.Split {
		p.put(" split")
	}
	if l.Vector {
		p.put(" vector")
	}
}

// states defines states and writes "v1: float64 = v0".
func (p *printer) states(states []State) {
	for i, s := range states {
		if i > 0 {
			p.put(", ")
		}
		p.b = strconv.AppendInt(append(p.b, 'v'), int64(p.upcoming(s.Value, 0)), 10)
		p.put(": ", p.k.Values[s.Value].String(), " = ")
		p.name(s.Init)
		p.define([]Value{s.Value})
	}
}

// upcoming returns the number that v has, or gets if it is defined after i others.
func (p *printer) upcoming(v Value, i int) int {
	if n := p.number[v]; n > 0 {
		return n - 1
	}
	return p.defined + i
}

// define numbers values.
func (p *printer) define(values []Value) {
	for _, v := range values {
		if p.number[v] == 0 {
			p.defined++
			p.number[v] = p.defined
		}
	}
}

// definitions numbers values and lists them.
func (p *printer) definitions(values []Value) {
	p.define(values)
	p.list(values)
}

func (p *printer) list(values []Value) {
	for i, v := range values {
		if i > 0 {
			p.put(", ")
		}
		p.name(v)
	}
}

func (p *printer) name(v Value) {
	if int(v) >= len(p.number) || v < 0 || p.number[v] == 0 {
		p.put("undefined", strconv.Itoa(int(v)))
		return
	}
	p.b = strconv.AppendInt(append(p.b, 'v'), int64(p.number[v]-1), 10)
}

func (p *printer) access(b Buf, at Index, picks []Picked, access int) {
	p.put(p.k.Buffers[b].Name, "[")
	p.index(at, picks)
	p.put("]")
	if len(picks) > 0 {
		p.put(" access ", strconv.Itoa(access))
	}
}

// index writes "i*sx + j + pick(v3 of n)*m + 5".
func (p *printer) index(at Index, picks []Picked) {
	between := ""
	for _, t := range at.Terms {
		p.put(between, p.k.Vars[t.Var-1])
		p.times(t.Stride)
		between = " + "
	}
	for _, x := range picks {
		p.put(between, "pick(")
		p.name(x.Index)
		p.put(" of ")
		p.int(x.Len)
		p.put(")")
		p.times(x.Stride)
		between = " + "
	}
	if at.Offset != (Int{}) || between == "" {
		p.put(between)
		p.int(at.Offset)
	}
}

// times writes a factor: "", "*2", "*n", "*(n+1)".
func (p *printer) times(x Int) {
	switch {
	case x == N(1):
	case x.Param != 0 && x.N != 0:
		p.put("*(")
		p.int(x)
		p.put(")")
	default:
		p.put("*")
		p.int(x)
	}
}

func (p *printer) int(x Int) {
	switch {
	case x.Param == 0:
		p.b = strconv.AppendInt(p.b, int64(x.N), 10)
	case x.N == 0:
		p.put(p.k.Params[x.Param-1])
	default:
		p.put(p.k.Params[x.Param-1])
		if x.N > 0 {
			p.put("+")
		}
		p.b = strconv.AppendInt(p.b, int64(x.N), 10)
	}
}
