package main

func Example() {
	main()
	// Output:
	//    1000 points: 3.184
	// 1000000 points: 3.141128
	// with another key: 3.139552
}
