package expr_test

import (
	"slices"
	"sync"
	"testing"

	. "arignote/expr"
)

// TestNumbers: two Numbers hold the same nodes, each in its own order, and
// neither disturbs the other when it is released.
func TestNumbers(t *testing.T) {
	nodes := []*Node{Scalar("a"), Scalar("b"), Scalar("c"), Scalar("d")}
	var up, down Numbers
	for i := range nodes {
		if up.Of(nodes[i]) != -1 || down.Of(nodes[3-i]) != -1 {
			t.Fatalf("node %d has a number before it is added", i)
		}
		up.Add(nodes[i])
		down.Add(nodes[3-i])
	}
	expect := func(s *Numbers, want ...int32) {
		t.Helper()
		var got []int32
		for _, n := range nodes {
			got = append(got, s.Of(n))
		}
		if !slices.Equal(got, want) {
			t.Errorf("numbers %v, want %v", got, want)
		}
	}
	expect(&up, 0, 1, 2, 3)
	expect(&down, 3, 2, 1, 0)
	if n := down.Node(0); n != nodes[3] || down.Len() != 4 {
		t.Errorf("node 0 of %d is %v", down.Len(), n)
	}
	other := Scalar("e")
	up.Replace(1, other)
	if expect(&up, 0, 1, 2, 3); up.Of(other) != 1 || up.Node(1) != other || up.Len() != 4 {
		t.Errorf("what replaces node 1 has number %d of %d", up.Of(other), up.Len())
	}
	up.Release()
	if expect(&up, -1, -1, -1, -1); up.Of(other) != -1 {
		t.Errorf("what has replaced a node keeps number %d", up.Of(other))
	}
	expect(&down, 3, 2, 1, 0)
	up.Add(nodes[2])
	expect(&up, -1, -1, 0, -1)
	down.Release()
	expect(&down, -1, -1, -1, -1)
	expect(&up, -1, -1, 0, -1)
}

// TestNodesNested: traversals of one graph inside of each other, one of them
// broken off, and at the same time, visit each node once.
func TestNodesNested(t *testing.T) {
	x := Scalar("x")
	n := x
	for range 50 {
		n = n.Add(n.Sin())
	}
	all := func() int { return len(slices.Collect(Nodes(n, x))) }
	outer := 0
	for range Nodes(n) {
		if outer++; all() != 101 {
			t.Fatal("an inner traversal does not visit 101 nodes")
		}
		for range Nodes(n) {
			break
		}
	}
	if outer != 101 {
		t.Errorf("%d nodes visited, want 101", outer)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 50 {
				if got := all(); got != 101 {
					t.Errorf("%d nodes visited by one of several goroutines, want 101", got)
				}
			}
		})
	}
	wait.Wait()
}
