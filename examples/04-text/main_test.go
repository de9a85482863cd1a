package main

func Example() {
	main()
	// Output:
	// a: float64[n]
	// b: float64[n]
	// square(a + b)
	// 1000000 results, all (a+b)**2 = 1: 1.000000 1.000000 1.000000
	// main.go:42: arguments: b: shape (10,) does not fit float64[n]: n is 1000000 in a
	// 2:10: unexpected end of input, expected ',' or ')' to close the '(' at 2:8
}
