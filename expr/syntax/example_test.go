package syntax_test

import (
	"fmt"

	"arignote/expr/syntax"
)

func ExampleParse() {
	f, err := syntax.Parse(`
x: float64[m, 3]    # an input
t = x * 2
t.sum(axis=0), t
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Decls[0].Name, f.Decls[0].DType, f.Decls[0].Dims[1].Size)
	fmt.Println(f.Body.Stmts[0].Name, len(f.Body.Outputs))
	_, err = syntax.Parse("f(a, b + )")
	fmt.Println(err)
	// Output:
	// x float64 3
	// t 2
	// 1:10: unexpected ')', expected an expression
}

func ExampleParseExpr() {
	e, err := syntax.ParseExpr("a + b*c")
	if err != nil {
		fmt.Println(err)
		return
	}
	sum := e.(*syntax.Binary)
	fmt.Println(sum.Op, sum.Position(), sum.Y.(*syntax.Binary).Op)
	// Output: + 1:3 *
}

func ExampleLeft() {
	e, _ := syntax.ParseExpr("a.T[0] + b")
	for x := e; x != nil; x = syntax.Left(x) {
		fmt.Printf("%T %s\n", x, x.Position())
	}
	// Output:
	// *syntax.Binary 1:8
	// *syntax.Index 1:4
	// *syntax.Attribute 1:3
	// *syntax.Name 1:1
}
