package main

func Example() {
	main()
	// Output:
	// a + b = 4
	// main.go:29: add: shapes (3,) and (4,) do not broadcast
}
