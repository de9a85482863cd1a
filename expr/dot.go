package expr

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// DOT writes the graph that the nodes need in the language of Graphviz: arrows
// go from arguments to users and are numbered, inputs are boxes, the given
// nodes have a double line. The functions of map and with_gradient are boxes
// around graphs of their own. Large constants are cut.
func DOT(w io.Writer, nodes ...*Node) error {
	d := &dotWriter{w: bufio.NewWriter(w)}
	d.w.WriteString("digraph {\n")
	d.graph(nodes)
	d.w.WriteString("}\n")
	return d.w.Flush()
}

type dotWriter struct {
	w     *bufio.Writer
	count int // nodes so far
}

// graph writes the nodes that the outputs need and returns their numbers.
func (d *dotWriter) graph(outputs []*Node) map[*Node]int {
	ids := map[*Node]int{}
	double := map[*Node]bool{}
	for _, n := range outputs {
		double[n] = true
		if n == nil || n.mistake() != nil {
			d.count++
			fmt.Fprintf(d.w, "\tn%d [label=%s, shape=plain];\n", d.count, dotQuote(n.String()))
		}
	}
	for n := range Nodes(sound(outputs)...) {
		d.count++
		ids[n] = d.count
		style := ""
		switch n.op {
		case OpInput:
			style = ", shape=box"
		case OpConst:
			style = ", shape=plain"
		}
		if double[n] {
			style += ", peripheries=2"
		}
		fmt.Fprintf(d.w, "\tn%d [label=%s%s];\n", ids[n], dotQuote(label(n)+"\n"+n.Type().String()), style)
		for i, a := range n.Args() {
			number := ""
			if len(n.Args()) > 1 {
				number = fmt.Sprintf(" [label=%d]", i)
			}
			fmt.Fprintf(d.w, "\tn%d -> n%d%s;\n", ids[a], ids[n], number)
		}
		if b, ok := n.attr.(Body); ok {
			d.body(b, ids[n])
		}
	}
	return ids
}

// body writes the body of the node with the given number as a cluster, with
// dashed arrows from its outputs to the node.
func (d *dotWriter) body(b Body, user int) {
	fmt.Fprintf(d.w, "\tsubgraph cluster%d {\n", user)
	ids := d.graph(b.Graph.Outputs)
	d.w.WriteString("\t}\n")
	for _, out := range b.Graph.Outputs {
		if ids[out] > 0 {
			fmt.Fprintf(d.w, "\tn%d -> n%d [style=dashed];\n", ids[out], user)
		}
	}
}

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func dotQuote(s string) string { return `"` + dotEscapes.Replace(s) + `"` }
