package kernel_test

import (
	"strings"
	"testing"

	"arignote/backend/internal/kernel"
)

// TestInPlace: when may y be the memory of x?
func TestInPlace(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       bool
	}{
		{"map", `for i < n vector {
			a: float64 = load x[i]
			b: float64 = exp(a)
			store y[i] = b
		}`, true},
		{"used twice before", `for i < n vector {
			a: float64 = load x[i]
			b: float64 = exp(a)
			c: float64 = mul(a, b)
			store y[i] = c
		}`, true},
		{"used after", `for i < n vector {
			a: float64 = load x[i]
			b: float64 = exp(a)
			store y[i] = b
			c: float64 = mul(a, b)
			store z[i] = c
		}`, false},
		{"used after it is made", `for i < n vector {
			a: float64 = load x[i]
			b: float64 = exp(a)
			c: float64 = mul(a, b)
			store z[i] = c
			store y[i] = b
		}`, false},
		{"another place", `for i < n vector {
			a: float64 = load x[i + 1]
			b: float64 = exp(a)
			store y[i] = b
		}`, false},
		{"backwards", `for i < n vector {
			a: float64 = load x[i]
			b: float64 = exp(a)
			store y[i*-1 + n] = b
		}`, false},
		{"loaded twice", `for i < n vector {
			a: float64 = load x[i]
			b: float64 = load x[0]
			c: float64 = mul(a, b)
			store y[i] = c
		}`, false},
		{"made outside of the loop", `c: float64 = const 1
		for i < n vector {
			a: float64 = load x[i]
			store z[i] = a
			store y[i] = c
		}`, false},
		{"copied", `for i < n vector {
			a: float64 = load x[i]
			store z[i] = a
			store y[i] = a
		}`, true},
		{"stored twice", `for i < n vector {
			a: float64 = load x[i]
			store y[i] = a
		}
		for i2 < n vector {
			a2: float64 = load x[i2]
			store y[i2] = a2
		}`, false},
		{"loaded by an earlier loop", `k: float64 = const -0
		reduce j < n lanes 1 (s: float64 = k) {
			a: float64 = load x[j]
			b: float64 = add(s, a)
			next b
		} gives r
		for i < n vector {
			a2: float64 = load x[i]
			b2: float64 = mul(a2, r)
			store y[i] = b2
		}`, false},
	} {
		z := ""
		if strings.Contains(c.body, "store z") {
			z = ", z: float64 out"
		}
		k, err := kernel.Parse("kernel(x: float64 in, y: float64 out" + z + "; n) {\n" + c.body + "\n}")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		a := k.Accesses()
		if got := a.InPlace([]int{10}, 1, 0, 10); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if c.want && a.InPlace([]int{10}, 1, 0, 20) {
			t.Errorf("%s: though elements are left out", c.name)
		}
	}
}
