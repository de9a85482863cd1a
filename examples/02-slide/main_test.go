package main

func Example() {
	main()
	// Output:
	// As written:
	// add [id A] float64[?]
	//  ├─ div [id B] float64
	//  │  ├─ a [id C] float64
	//  │  └─ a [id C]
	//  └─ dot [id D] float64[?]
	//     ├─ add [id E] float64[?, ?]
	//     │  ├─ M [id F] float64[?, ?]
	//     │  └─ a [id C]
	//     └─ v [id G] float64[?]
	//
	// Simplified:
	// add [id A] float64[?]
	//  ├─ 1.0 [id B] float64
	//  └─ gemv [id C] float64[?]
	//     ├─ 1.0 [id B]
	//     ├─ add [id D] float64[?, ?]
	//     │  ├─ M [id E] float64[?, ?]
	//     │  └─ a [id F] float64
	//     └─ v [id G] float64[?]
	//
	// Because:
	// main.go:20: a/a -> array(1.0)   div-self (simplify, real; x / x = 1 over the reals)
	//     equal on 71 of 76 random and special values; differs at a = 0: NaN -> 1; assumes a != 0, finite
	// main.go:20: array(1.0) + (M + a) @ v -> 1.0 + (M + a) @ v   weaken-constant (simplify, exact)
	//     equal on 64 random, 24 special values
	// main.go:20: (M + a) @ v -> gemv(1.0, M + a, v)   gemv (blas, real; products are added in another order)
	//     equal on 64 random, 60 special values
	//
	// d = [ 46   86  126]
	//
	// Gradient with respect to M: broadcast_to(v, (size(M, 0), size(v)))
	// ⎡1  2  3  4⎤
	// ⎢1  2  3  4⎥
	// ⎣1  2  3  4⎦
}
