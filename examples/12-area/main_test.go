package main

func Example() {
	*largest = 1_000_000
	main()
	// Output:
	// 10 points: 8.149125000000
	//      1000 points: 8.174997412500
	//    100000 points: 8.174999999741
	//       exactly:  8.175
	// less than a megabyte: true
}
