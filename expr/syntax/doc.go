// Package syntax reads the text of the expression language.
//
// In comes source text: one expression ([ParseExpr]) or a whole program ([Parse]), which is declarations of inputs,
// assignments and, as its last statement, the output expressions. Out goes an untyped tree ([Expr], [File]) in which
// everything carries its position, or one [*Error] that says where the text is wrong and what was expected there.
//
// The grammar is that of Python expressions, with Python's precedence, without its conditional and boolean words.
// It is written down at the head of parser.go and statement.go.
//
// The package does not know which functions, methods, attributes or dtypes exist, whether a name is defined, or what an
// operator means: None outside an index, a list where a number belongs or a name assigned twice are all accepted here
// and judged by the caller.
//
// It is safe on untrusted input. It never panics, takes time linear in the size of the text, stops at the first
// error, and recurses at most in proportion to [MaxDepth]. Left-associative chains (a + a + ..., x.T.T..., x[0][0]...)
// are not limited in length, so a tree may be millions deep on its left side; see [Left] for how to walk such a tree.
//
// Read ast.go first, then parser.go; lexer.go, literal.go and token.go turn text into tokens.
package syntax
