package backend

import "testing"

// TestForms finds polynomials by their values on a lattice and compares them
// elsewhere, also at negative coordinates.
func TestForms(t *testing.T) {
	polynomials := []func(x, y int) int{
		func(x, y int) int { return 7 },
		func(x, y int) int { return 3*x - 2*y + 5 },
		func(x, y int) int { return (x + 4) * (y - 1) },
		func(x, y int) int { return x * x * (y + 10) },
		func(x, y int) int { return y*y*y - x },
	}
	g := newGrid(2, 3)
	if len(g.points) != 10 {
		t.Fatalf("%d points", len(g.points))
	}
	values := make([][]int, len(g.points))
	for i, p := range g.points {
		for _, f := range polynomials {
			values[i] = append(values[i], f(p[0], p[1]))
		}
	}
	forms := g.forms(values)
	basis := make([]int, len(g.points))
	for _, at := range [][]int{{0, 0}, {5, 9}, {-3, 1}, {1000, -1000}, {-7, -8}} {
		if !g.basis(basis, at) {
			t.Fatalf("%v is too large", at)
		}
		for k, f := range polynomials {
			if got, want := forms[k].value(basis), f(at[0], at[1]); got != want {
				t.Errorf("polynomial %d at %v: %d, want %d", k, at, got, want)
			}
		}
	}
	if g.basis(basis, []int{1 << 30, 1}) {
		t.Error("1 << 90 is not too large")
	}
}
