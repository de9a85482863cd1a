package main

func Example() {
	main()
	// Output:
	// sum(arange(n)) and t1 = arange(n); sum(where(t1 % 3 == 0, t1, 0))
	// n =        0: 0, 0
	// n =        1: 0, 0
	// n =       10: 45, 18
	// n = 10000000: 49999995000000, 16666668333333
	// less than a megabyte: true
}
