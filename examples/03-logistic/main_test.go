package main

func Example() {
	main()
	// Output:
	// gradient:   t1 = exp(-x); t2 = t1 + 1; -(-(1/t2/t2)*t1)
	// simplified: sigmoid(x)*sigmoid(-x)
	// ⎡0.25000000  0.19661193⎤
	// ⎢0.19661193  0.10499359⎥
	// ⎣0.00000000  0.00000000⎦
}
