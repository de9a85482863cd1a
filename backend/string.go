package backend

import (
	"fmt"
	"slices"
	"strings"

	"arignote/backend/internal/kernel"
	"arignote/backend/internal/par"
	"arignote/expr"
)

// String lists the steps: what each stores and from what it is computed, the
// engine that runs it, its loops, the memory that it reads and writes, and
// estimates of bytes and operations; in the end the peak of memory.
func (q *Plan) String() string {
	var b strings.Builder
	if q.stage != nil {
		q.stage.write(&b)
		return b.String()
	}
	for _, batch := range q.batches {
		for k := batch.lo; k < batch.hi; k++ {
			q.steps[k].write(&b, k+1, batch)
		}
	}
	q.writeTotal(&b)
	return b.String()
}

// writeTotal writes the last line.
func (q *Plan) writeTotal(b *strings.Builder) {
	kernels := "kernels"
	if q.Kernels() == 1 {
		kernels = "kernel"
	}
	fmt.Fprintf(b, "%d %s, peak %s: arena %s, results %s", q.Kernels(), kernels, sizeText(q.PeakBytes()), sizeText(q.arena), sizeText(q.PeakBytes()-q.arena))
	fmt.Fprintf(b, "; %s, CPU level %v, %d threads\n", thrifts[q.thrift], q.program.level, par.Threads(q.program.config.Threads))
}

// thrifts says what plans do to save memory.
var thrifts = [...]string{
	fast:      "planned for speed",
	ordered:   "ordered to save memory",
	repeating: "computing again to save memory",
	apart:     "apart to save memory",
}

// write lists the two segments of a plan, if they are known.
func (st *stage) write(b *strings.Builder) {
	if st.head == nil {
		b.WriteString("sizes depend on data: see Program.Plan\n")
		return
	}
	b.WriteString(st.head.String())
	for _, n := range st.stops {
		fmt.Fprintf(b, "   reference: the size of %v depends on data\n", n.Op())
	}
	b.WriteString(st.tail.String())
}

// write lists one step of a batch.
func (s *step) write(b *strings.Builder, number int, batch batch) {
	names := make([]string, len(s.stored))
	for i, v := range s.stored {
		names[i] = shortText(v.node)
	}
	fmt.Fprintf(b, "%2d %s\n", number, strings.Join(names, "\n   "))
	switch {
	case len(s.launches) > 0:
		fmt.Fprintf(b, "   interpreter: %s\n", s.loops())
	case s.counted > 0 && s.vertex.kind == kindProduct:
		fmt.Fprintf(b, "   gonum: %s\n", s.text)
	case s.counted > 0:
		fmt.Fprintf(b, "   routine: %s%s\n", s.text, partsText(s.parts()))
	case s.vertex.kind == kindItem:
		b.WriteString("   no data is touched\n")
	default:
		fmt.Fprintf(b, "   reference: %s; it allocates\n", s.why)
	}
	fmt.Fprintf(b, "   reads %s, writes %s", storageText(s.reads), storageText(s.writes))
	if s.inPlace {
		b.WriteString(" in place")
	}
	fmt.Fprintf(b, "; %s", sizeText(s.bytes()))
	if s.flops > 0 { // unknown of the reference
		fmt.Fprintf(b, ", %.2g operations", s.flops)
	}
	if batch.hi-batch.lo > 1 {
		fmt.Fprintf(b, "; at the same time as steps %d to %d", batch.lo+1, batch.hi)
	}
	b.WriteByte('\n')
}

// productText describes the loops of a product: those of the result and that of
// the sum.
func productText(v *vertex, parts int64) string {
	text := strings.Join(fields(v.shape), " x ")
	summed := int(productFlops(v) / 2 / float64(max(1, product(v.shape))))
	text += fmt.Sprintf(" x (sum %d)", summed)
	return text + partsText(parts)
}

// partsText says in how many parts something is done, if there are several.
func partsText(parts int64) string {
	if parts <= 1 {
		return ""
	}
	return fmt.Sprintf(" in %d parts", parts)
}

// fields returns numbers as texts.
func fields(numbers []int) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = fmt.Sprint(n)
	}
	return out
}

// bytes returns the size of everything that the step reads and writes.
func (s *step) bytes() int64 {
	seen := make(map[*storage]bool)
	n := int64(0)
	for _, list := range [][]*storage{s.reads, s.writes} {
		for _, x := range list {
			if !seen[x] {
				seen[x] = true
				n += x.bytes()
			}
		}
	}
	return n
}

// loops describes the loops of a kernel step from outer to inner:
// "4096 x (sum 1024, sum 1024, 1024)".
func (s *step) loops() string {
	var parts []string
	for _, l := range s.launches {
		text := loopText(l.k.Body, l.params)
		if text == "" {
			text = "one element"
		}
		if l.units > l.chunk {
			text += fmt.Sprintf(" in %d parts", (l.units-1)/l.chunk+1)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; then ")
}

func loopText(body []kernel.Stmt, params []int) string {
	var parts []string
	for _, s := range body {
		l := kernel.StmtLoop(s)
		if l == nil {
			continue
		}
		head := "chunk"
		if l.Block == 0 {
			head = fmt.Sprint(l.Trips(params))
		}
		if _, ok := s.(*kernel.Reduce); ok {
			head = "reduce " + head
		}
		if inner := loopText(l.Body, params); inner != "" {
			head += " x (" + inner + ")"
		}
		parts = append(parts, head)
	}
	return strings.Join(parts, ", ")
}

// storageText lists storages by number and size.
func storageText(list []*storage) string {
	var parts []string
	seen := make(map[*storage]bool)
	for _, s := range list {
		if !seen[s] && (s.n > 0 || s.place != inArena) {
			seen[s] = true
			parts = append(parts, s.String())
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, " ")
}

// String returns what the storage is, its number and its size.
func (s *storage) String() string {
	name := [...]string{"argument", "constant", "buffer", "result", "value"}[s.place]
	n := s.id
	if s.place == inArgument || s.place == inResult {
		n = s.index + 1
	}
	return fmt.Sprintf("%s %d (%s)", name, n, sizeText(s.bytes()))
}

// sizeText writes a number of bytes.
func sizeText(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

// maxText is the length of an expression's text in a plan.
const maxText = 120

// shortText writes an expression as far as one line holds it.
func shortText(n *expr.Node) string {
	if tooDeep(n) {
		return n.Op().String() + "(...): " + n.Type().String()
	}
	text := strings.ReplaceAll(strings.TrimSpace(n.String()), "\n", "; ")
	if r := []rune(text); len(r) > maxText {
		text = string(r[:maxText]) + "..."
	}
	return text + ": " + n.Type().String()
}

// tooDeep reports whether n is made of more nodes than a line has room for. It
// looks at no more than that.
func tooDeep(n *expr.Node) bool {
	met := []*expr.Node{n}
	for i := 0; i < len(met); i++ {
		for _, a := range met[i].Args() {
			if !slices.Contains(met, a) {
				met = append(met, a)
			}
		}
		if len(met) > 60 {
			return true
		}
	}
	return false
}
