package main

func Example() {
	main()
	// Output:
	// exp(-(dimshuffle(x, (0, 'x')) - x)**2/(g**2*2))
	// [1.00000000e+00 6.06530660e-01 1.35335283e-01 1.11089965e-02 3.35462628e-04]
	// [1 0.5 0.5 1]
}
