package stages

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arignote/expr"
	"arignote/optimize"
)

// Node says what the page shows of a node.
type Node struct {
	ID   int    `json:"id"`
	Text []any  `json:"text"` // strings, and the numbers of arguments between them
	Type string `json:"type"`
	Leaf bool   `json:"leaf,omitempty"` // an input or a constant: shown by its text
	Full string `json:"full"`           // the expression in words
	At   string `json:"at,omitempty"`
}

// numbers gives equal nodes equal numbers.
type numbers struct {
	ids   map[*expr.Node]int
	byKey map[string]int
	nodes []*Node
	told  int // how many of nodes have been written
}

func newNumbers() numbers {
	return numbers{ids: make(map[*expr.Node]int), byKey: make(map[string]int)}
}

// fresh returns the nodes that were numbered since the last call.
func (k *numbers) fresh() []*Node {
	from := k.told
	k.told = len(k.nodes)
	return k.nodes[from:]
}

// of returns the number of n and numbers all that it is built of.
func (k *numbers) of(n *expr.Node) int {
	stack := []*expr.Node{n}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		before := len(stack)
		if _, known := k.ids[x]; !known {
			for _, a := range slices.Backward(x.Args()) {
				if _, known := k.ids[a]; !known {
					stack = append(stack, a)
				}
			}
		}
		if len(stack) == before {
			stack = stack[:before-1]
			k.number(x)
		}
	}
	return k.ids[n]
}

// number gives a node, whose arguments have numbers, the number of an equal
// one, or a new one.
func (k *numbers) number(n *expr.Node) {
	if _, known := k.ids[n]; known {
		return
	}
	key := k.key(n)
	id, known := k.byKey[key]
	if !known {
		id = len(k.nodes)
		k.byKey[key] = id
		k.nodes = append(k.nodes, k.describe(n, id))
	}
	k.ids[n] = id
}

func (k *numbers) key(n *expr.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %v", n.Op(), n.Type())
	for _, a := range n.Args() {
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(k.ids[a]))
	}
	if n.Attr() != nil {
		b.WriteString(" " + n.Attr().Key())
	}
	return b.String()
}

// describe says what is shown of n. The numbers of arguments stand between
// control characters, which no name and no constant has, until the text is cut
// there.
func (k *numbers) describe(n *expr.Node, id int) *Node {
	d := &Node{ID: id, Type: n.Type().String(), Full: optimize.Brief(n), At: n.Pos().String()}
	d.Leaf = n.Op() == expr.OpInput || n.Op() == expr.OpConst
	line := optimize.Line(n, func(a *expr.Node) string { return "\x00" + strconv.Itoa(k.ids[a]) + "\x00" })
	for i, part := range strings.Split(line, "\x00") {
		switch number, err := strconv.Atoi(part); {
		case i%2 == 1 && err == nil:
			d.Text = append(d.Text, number)
		case part != "":
			d.Text = append(d.Text, part)
		}
	}
	return d
}

// graph numbers a graph.
func (k *numbers) graph(g *expr.Graph, becomes map[*expr.Node]*expr.Node) Stage {
	s := Stage{Becomes: make(map[int]int)}
	seen := make(map[int]bool)
	add := func(n *expr.Node) {
		if id := k.of(n); !seen[id] {
			seen[id] = true
			s.Lines = append(s.Lines, id)
		}
	}
	for _, n := range g.Inputs {
		add(n)
	}
	for n := range g.Nodes() {
		add(n)
	}
	for _, n := range g.Outputs {
		s.Outputs = append(s.Outputs, k.of(n))
	}
	for n, m := range becomes {
		if m == nil {
			continue
		}
		if from, to := k.of(n), k.of(m); from != to {
			s.Becomes[from] = to
		}
	}
	return s
}

// same reports whether two stages show the same.
func (s Stage) same(t Stage) bool {
	return slices.Equal(s.Lines, t.Lines) && slices.Equal(s.Outputs, t.Outputs)
}

// mostInside bounds how many nodes of a rewrite are looked at.
const mostInside = 60

// inside returns the nodes near the root of before that after is not built of:
// they go into it.
func (k *numbers) inside(before, after *expr.Node) []int {
	kept := near(after)
	var list []int
	for n := range near(before) {
		if id := k.of(n); n != before && !kept[n] && n.Op() != expr.OpConst && n.Op() != expr.OpInput && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list
}

// near returns the nodes nearest to n, itself first.
func near(n *expr.Node) map[*expr.Node]bool {
	seen := map[*expr.Node]bool{n: true}
	queue := []*expr.Node{n}
	for len(queue) > 0 && len(seen) < mostInside {
		for _, a := range queue[0].Args() {
			if !seen[a] {
				seen[a] = true
				queue = append(queue, a)
			}
		}
		queue = queue[1:]
	}
	return seen
}
