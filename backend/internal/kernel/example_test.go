package kernel_test

import (
	"fmt"
	"math"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// softmax builds the kernel of a softmax along rows.
func softmax() (*kernel.Kernel, error) {
	b := kernel.NewBuilder()
	x, y := b.In("x", expr.Float64), b.Out("y", expr.Float64)
	n, m, stride := b.Param("n"), b.Param("m"), b.Param("sx")
	low, zero := b.Const(expr.Float64, math.Inf(-1)), b.Const(expr.Float64, 0)
	b.For(kernel.Over{Name: "i", Extent: n, Split: true}, func(i kernel.Var) {
		e := b.Scratch("e", expr.Float64, m)
		row := kernel.Over{Name: "j", Extent: m, Vector: true}
		peak := b.Fold(row, 32, expr.OpMaximum, low, func(j kernel.Var) kernel.Value {
			return b.Load(x, kernel.At(i.Times(stride), j.Unit()))
		})
		total := b.Fold(row, 32, expr.OpAdd, zero, func(j kernel.Var) kernel.Value {
			v := b.Load(x, kernel.At(i.Times(stride), j.Unit()))
			v = b.Let(expr.OpExp, b.Let(expr.OpSub, v, peak))
			b.Store(e, kernel.At(j.Unit()), v)
			return v
		})
		b.For(row, func(j kernel.Var) {
			b.Store(y, kernel.At(i.Times(m), j.Unit()), b.Let(expr.OpDiv, b.Load(e, kernel.At(j.Unit())), total))
		})
	})
	return b.Kernel()
}

func ExampleBuilder() {
	k, err := softmax()
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(k)
	// Output:
	// kernel(x: float64 in, y: float64 out; n, m, sx) {
	//   v0: float64 = const -inf
	//   v1: float64 = const 0
	//   for i < n split {
	//     scratch e: float64[m]
	//     reduce j < m vector lanes 32 (v2: float64 = v0) {
	//       v3: float64 = load x[i*sx + j]
	//       v4: float64 = maximum(v2, v3)
	//       next v4
	//     } combine (v5; v6) {
	//       v7: float64 = maximum(v5, v6)
	//       next v7
	//     } gives v8
	//     reduce j < m vector lanes 32 (v9: float64 = v1) {
	//       v10: float64 = load x[i*sx + j]
	//       v11: float64 = sub(v10, v8)
	//       v12: float64 = exp(v11)
	//       store e[j] = v12
	//       v13: float64 = add(v9, v12)
	//       next v13
	//     } combine (v14; v15) {
	//       v16: float64 = add(v14, v15)
	//       next v16
	//     } gives v17
	//     for j < m vector {
	//       v18: float64 = load e[j]
	//       v19: float64 = div(v18, v17)
	//       store y[i*m + j] = v19
	//     }
	//   }
	// }
}

func ExampleKernel_Divide() {
	k, err := kernel.Parse(`kernel(x: float64 in, y: float64 out over c; n) {
		zero: float64 = const 0
		reduce c < n by 8192 split lanes 1 (s: float64 = zero) {
			reduce i in c vector lanes 32 (p: float64 = zero) {
				v: float64 = load x[i]
				t: float64 = add(p, v)
				next t
			} combine (a; b) {
				d: float64 = add(a, b)
				next d
			} gives chunk
			t: float64 = add(s, chunk)
			next t
		} combine (a; b) {
			d: float64 = add(a, b)
			next d
		} gives total
		store y[0] = total
	}`)
	if err != nil {
		fmt.Println(err)
	}
	first, second, _ := k.Divide()
	fmt.Print(first)
	fmt.Print(second)
	// Output:
	// kernel(x: float64 in, y: float64 in, part0: float64 out; n) {
	//   v0: float64 = const 0
	//   for c < n by 8192 split {
	//     reduce i in c vector lanes 32 (v1: float64 = v0) {
	//       v2: float64 = load x[i]
	//       v3: float64 = add(v1, v2)
	//       next v3
	//     } combine (v4; v5) {
	//       v6: float64 = add(v4, v5)
	//       next v6
	//     } gives v7
	//     store part0[c] = v7
	//   }
	// }
	// kernel(x: float64 in, y: float64 out over c, part0: float64 in; n) {
	//   v0: float64 = const 0
	//   reduce c < n by 8192 lanes 1 (v1: float64 = v0) {
	//     v2: float64 = load part0[c]
	//     v3: float64 = add(v1, v2)
	//     next v3
	//   } combine (v4; v5) {
	//     v6: float64 = add(v4, v5)
	//     next v6
	//   } gives v7
	//   store y[0] = v7
	// }
}
