package syntax_test

import (
	"testing"

	"arignote/expr/syntax"
)

// expressions holds source texts and their trees.
var expressions = []struct{ name, src, want string }{
	// operators
	{"sum", "a - b + c", "(+ (- a b) c)"},
	{"product", "a / b * c // d % e @ f", "(@ (% (// (* (/ a b) c) d) e) f)"},
	{"product-in-sum", "a + b * c - d @ e", "(- (+ a (* b c)) (@ d e))"},
	{"sum-in-shift", "a << b + c >> d", "(>> (<< a (+ b c)) d)"},
	{"shift-in-and", "a & b << c", "(& a (<< b c))"},
	{"and-in-xor", "a ^ b & c ^ d", "(^ (^ a (& b c)) d)"},
	{"xor-in-or", "a | b ^ c | d", "(| (| a (^ b c)) d)"},
	{"or-in-compare", "a | b < c | d", "(< (| a b) (| c d))"},
	{"and-before-compare", "a & b == c", "(== (& a b) c)"},
	{"all-levels-up", "a<b|c^d&e<<f+g*-h**i", "(< a (| b (^ c (& d (<< e (+ f (* g (- (** h i)))))))))"},
	{"all-levels-down", "-a**b*c+d<<e&f^g|h<i", "(< (| (^ (& (<< (+ (* (- (** a b)) c) d) e) f) g) h) i)"},
	{"lt", "a < b", "(< a b)"}, {"le", "a <= b", "(<= a b)"}, {"eq", "a == b", "(== a b)"},
	{"ne", "a != b", "(!= a b)"}, {"gt", "a > b", "(> a b)"}, {"ge", "a >= b", "(>= a b)"},
	{"compare-brackets", "(a < b) == (c < d) ", "(== (< a b) (< c d))"},
	{"brackets", "(a + b) * c", "(* (+ a b) c)"},
	{"minus-product", "-a * b", "(* (- a) b)"},
	{"times-minus", "a * -b", "(* a (- b))"},
	{"unary-chain", "-+~a", "(- (+ (~ a)))"},
	{"double-minus", "a - -b --c", "(- (- a (- b)) (- c))"},
	{"minus-power", "-a ** b", "(- (** a b))"},
	{"power-minus", "2 ** -1", "(** 2 (- 1))"},
	{"power-right", "a ** b ** c", "(** a (** b c))"},
	{"power-minus-power", "a ** -b ** c", "(** a (- (** b c)))"},
	{"power-postfix", "a.T ** b[0]", "(** (.T a) (index b 0))"},
	{"power-product", "a * b ** c * d", "(* (* a (** b c)) d)"},
	{"not", "~a & b", "(& (~ a) b)"},

	// postfix
	{"attribute", "x.T.T", "(.T (.T x))"},
	{"attribute-sum", "-x.T + y", "(+ (- (.T x)) y)"},
	{"attribute-of-number", "1 .T", "(.T 1)"},
	{"attribute-of-brackets", "(x + y).T", "(.T (+ x y))"},
	{"method", "M.dot(v)", "(method dot M v)"},
	{"method-keywords", "x.sum(axis=0, keepdims=True)[0]", "(index (method sum axis=0 keepdims=true x) 0)"},
	{"method-chain", "x.exp().sum(-1).T", "(.T (method sum (method exp x) (- 1)))"},
	{"call-empty", "f()", "(call f)"},
	{"call", "f(a, b + c)", "(call f a (+ b c))"},
	{"call-comma", "f(a, k=v,)", "(call f k=v a)"},
	{"call-space", "f (a)", "(call f a)"},
	{"call-nested", "f(g(a), k=h(b)).T", "(.T (call f k=(call h b) (call g a)))"},
	{"call-tuple", "f((a, b), axis=(0, 1))", "(call f axis=(tuple 0 1) (tuple a b))"},
	{"call-string", "astype(x, 'float32')", `(call astype x "float32")`},
	{"call-equal", "f(a == b)", "(call f (== a b))"},
	{"index", "x[0]", "(index x 0)"},
	{"index-comma", "x[0,]", "(index x 0)"},
	{"index-chain", "x[0][1]", "(index (index x 0) 1)"},
	{"index-many", "x[i, -1, None, ..., [2, 0]]", "(index x i (- 1) None ... (list 2 0))"},
	{"index-empty-tuple", "x[()]", "(index x (tuple))"},
	{"index-tuple", "x[(0, 1)]", "(index x (tuple 0 1))"},
	{"slices", "x[:, ::, :n, m:, ::-1, a:b:c, a+1:b]", "(index x (slice _ _ _) (slice _ _ _) (slice _ n _) (slice m _ _) (slice _ _ (- 1)) (slice a b c) (slice (+ a 1) b _))"},
	{"slice-empty-step", "x[1:2:]", "(index x (slice 1 2 _))"},
	{"index-compare", "x[x > 0]", "(index x (> x 0))"},
	{"index-of-list", "[1, 2][0]", "(index (list 1 2) 0)"},

	// brackets
	{"tuple-empty", "()", "(tuple)"},
	{"tuple-one", "(a,)", "(tuple a)"},
	{"tuple", "(a, (b, c),)", "(tuple a (tuple b c))"},
	{"list", "[[1, 2], [], [3,]]", "(list (list 1 2) (list) (list 3))"},
	{"redundant", "(((a)))", "a"},
	{"lines-in-brackets", "f(a,\n  # comment )\n\n  b[0,\r\n 1],\r(c\n+ d))", "(call f a (index b 0 1) (+ c d))"},
	{"lines-around", "\n\n# first\n a # last\n\n", "a"},
	{"continued-line", "a + \\\n b \\\r\n + c", "(+ (+ a b) c)"},

	// lambda
	{"lambda", "lambda a, b: a + b < c", "(lambda [a b] (< (+ a b) c))"},
	{"lambda-none", "lambda: 1", "(lambda [] 1)"},
	{"lambda-comma", "lambda a,: a", "(lambda [a] a)"},
	{"lambda-nested", "lambda a: lambda b: a", "(lambda [a] (lambda [b] a))"},
	{"lambda-argument", "map(lambda a: a * 2, x)", "(call map (lambda [a] (* a 2)) x)"},
	{"lambda-keyword", "scan(f=lambda a: a, n=3)", "(call scan f=(lambda [a] a) n=3)"},
	{"lambda-block", "lambda a: {t = exp(a); t*t, t + 1}", "(lambda [a] t = (call exp a); (* t t), (+ t 1))"},
	{"lambda-block-lines", "f(lambda a: {\n  t = g(a,\n  1)\n\n  u = t # c\n ; t,\\\n u\n}, x,\n y)", "(call f (lambda [a] t = (call g a 1); u = t; t, u) x y)"},
	{"lambda-block-nested", "lambda a: {f = lambda b: {c = b\n c}; f}", "(lambda [a] f = (lambda [b] c = b; c); f)"},
	{"lambda-tuple", "(lambda a: a, b)", "(tuple (lambda [a] a) b)"},

	// literals
	{"int", "1_000", "1000"}, {"int-zero", "0", "0"}, {"int-zeros", "00", "00"}, {"int-zeros-underscore", "0_0", "00"},
	{"int-big", "123456789012345678901234567890", "123456789012345678901234567890"},
	{"int-hex", "0xFf_0", "0xFf0"}, {"int-octal", "0o17", "0o17"}, {"int-binary", "0B_101", "0B101"},
	{"float", "1.5", "1.5f"}, {"float-end", "1.", "1f"}, {"float-start", ".5", "0.5f"}, {"float-zero", "0.5", "0.5f"},
	{"float-exponent", "1e-3", "0.001f"}, {"float-exponent-plus", "1.5E+3", "1500f"}, {"float-point-exponent", "1.e2", "100f"},
	{"float-underscores", "1_0.2_5e1_0", "1.025e+11f"}, {"float-leading-zeros", "007.5", "7.5f"}, {"float-zeros-exponent", "007e1", "70f"},
	{"float-largest", "1.7976931348623157e308", "1.7976931348623157e+308f"}, {"float-underflow", "1e-400", "0f"},
	{"float-attribute", "1..T", "(.T 1f)"},
	{"imag", "2j", "2j"}, {"imag-float", "1.5J", "1.5j"}, {"imag-zeros", "007j", "7j"}, {"complex", "1+2e1j", "(+ 1 20j)"},
	{"words", "f(True, False, None, ...)", "(call f true false None ...)"},
	{"names", "_a1 + été + Δx٣ + Truex", "(+ (+ (+ _a1 été) Δx٣) Truex)"},
	{"string", `f('a"b', "c'd", '', "")`, `(call f "a\"b" "c'd" "" "")`},
	{"string-escapes", `'\\ \' \" \a\b\f\n\r\t\v'`, `"\\ ' \" \a\b\f\n\r\t\v"`},
	{"string-codes", `'\x41\xe9\u00e9\U0001F600\101\0\7z'`, `"Aéé😀A\x00\az"`},
	{"string-continued", "'a\\\nb\\\r\nc'", `"abc"`},
	{"string-unicode", "'é😀' ", `"é😀"`},
	{"string-hash", "'#' # '", `"#"`},
}

func TestParseExpr(t *testing.T) {
	for _, c := range expressions {
		t.Run(c.name, func(t *testing.T) {
			e, err := syntax.ParseExpr(c.src)
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(e); got != c.want {
				t.Errorf("ParseExpr(%q)\n got %s\nwant %s", c.src, got, c.want)
			}
			f, err := syntax.Parse("\n" + c.src + ";")
			if err != nil {
				t.Fatalf("as a program: %v", err)
			}
			if got := dumpFile(f); got != c.want {
				t.Errorf("Parse(%q)\n got %s\nwant %s", c.src, got, c.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"one", "a", "a"},
		{"outputs", "a, b + c, (d, e)", "a, (+ b c), (tuple d e)"},
		{"outputs-lambda", "lambda a: a, b", "(lambda [a] a), b"},
		{"assignments", "t = a + 1\nu = t * t\nt, u", "t = (+ a 1); u = (* t t); t, u"},
		{"semicolons", ";; t = a;; u = t; u ;;", "t = a; u = t; u"},
		{"line-ends", "t = a\r\nu = t\rv = u\n\n\r\n v \r\n", "t = a; u = t; v = u; v"},
		{"comments", "# head\nt = a # t = b\n\n# c\nt#", "t = a; t"},
		{"again", "t = a; t = t + 1; t", "t = a; t = (+ t 1); t"},
		{"byte-order-mark", "\ufefft = a\nt", "t = a; t"},
		{"indented", "  t = a\n\tt", "t = a; t"},
		{"output-compare", "t = a == b; t == c", "t = (== a b); (== t c)"},
		{"scalar", "a: float64\na", "a: float64; a"},
		{"no-dims", "a: float64[]; a", "a: float64; a"},
		{"dims", "x: float64[m, 3, ?]\nx", "x: float64[m 3 ?]; x"},
		{"dims-comma", "x: int32[0x10,\n 0,]\nx", "x: int32[16 0]; x"},
		{"decls-between", "x: bool[?]; t = ~x\ny:bool[n]\n t & y", "x: bool[?]; y: bool[n]; t = (~ x); (& t y)"},
		{"spaces", "x : float32 [ ? , n ] ; x", "x: float32[? n]; x"},
		{"lambda", "f = lambda x: {y = x; y}\nmap(f, a)", "f = (lambda [x] y = x; y); (call map f a)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := syntax.Parse(c.src)
			if err != nil {
				t.Fatal(err)
			}
			if got := dumpFile(f); got != c.want {
				t.Errorf("Parse(%q)\n got %s\nwant %s", c.src, got, c.want)
			}
		})
	}
}

// TestSample parses expressions of the kind that users write.
func TestSample(t *testing.T) {
	for _, src := range []string{
		"3*x**3 - 2*x**2 + x - 7",
		"(x + y) * (x - y) / (1 + x*x)",
		"u[1:-1, 1:-1] + 0.1*(u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4*u[1:-1, 1:-1])",
		"-g*m1*m2/sqrt(sum((p - q)**2))",
		"arange(6)", "arange(2, 10, 3)", "linspace(0, 1, 5)", "tril(x) * w", "x * i",
		"astype(x, 'int64')", "transpose(x, (0, 0))", "log(1 + exp(x))", "log_softmax(x) * w", "maximum(x, y)",
		"x[0] * 2", "x[:, None] * y", "x[..., ::-1]", "x[[2, 0]]", "x[i, j]", "x[-1:0:-2, None, ...]", "take(x, i) * w",
		"set_subtensor(x[1:3], v)", "inc_subtensor(x[i], 2.5)", "dimshuffle(x, (1, 'x', 0))",
		"dot(A, B)", "A @ B @ v", "C + dot(A.T, B.T)", "tensordot(a, b, axes=((0, 1), (1, 0)))",
		"solve_triangular(A, b, lower=True)", "x < y", "~(x < y) | (x == 1) & (y >= 2)",
		"where(x > 0, 1.0, -1.0) * x", "z * x + 1", "sum(x, axis=(0, -1), keepdims=True)", "logsumexp(x, axis=0)",
		"std(x)", "(-x) / (-y)", "transpose(transpose(x, (1, 2, 0)), (2, 0, 1))", "exp(x)[0]",
		"x[argsort(x)] * w", "grad(sum(x**3), x)", "hessian(sum(exp(x)), x)", "reshape(x, (-1, 2)) * w",
		"concatenate((x, y, x*2))", "x.T.T * 2", "sin(x)**2 + cos(x)**2", "x // 3 % y << 2 >> 1", "complex(x, 0) * 2j",
		"1e308*1e-308 + .5 + 5. + pi + inf - nan",
	} {
		t.Run(src, func(t *testing.T) {
			if _, err := syntax.ParseExpr(src); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPositions looks at the position of every kind of node. Columns count characters, not bytes.
func TestPositions(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"name", " \n  x", "2:3"}, {"int", " 1", "1:2"}, {"float", " .5", "1:2"}, {"imag", " 1j", "1:2"},
		{"string", " 'a'", "1:2"}, {"bool", " True", "1:2"}, {"none", " None", "1:2"}, {"ellipsis", " ...", "1:2"},
		{"unary", " -x", "1:2"}, {"binary", "x + y", "1:3"}, {"power", "x ** y", "1:3"}, {"call", " f (x)", "1:2"},
		{"index", "x [0]", "1:3"}, {"attribute", "x. T", "1:4"}, {"method", "x.sum()", "1:3"}, {"tuple", " (1,)", "1:2"},
		{"list", " [1]", "1:2"}, {"lambda", " lambda: 1", "1:2"},
		{"characters", "été + 1", "1:5"}, {"characters-string", "f('😀é', 'é').T", "1:14"},
		{"characters-comment", "# é\n(é # é\n) + 1", "3:3"},
		{"crlf", "\r\n\r\n\tx", "3:2"}, {"cr", "\r\rx", "3:1"}, {"continued", "x \\\n .T", "2:3"},
		{"string-continued", "'\\\n' + 1", "2:3"}, {"byte-order-mark", "\ufeffx", "1:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := syntax.ParseExpr(c.src)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.Position().String(); got != c.want {
				t.Errorf("ParseExpr(%q) is at %s, want %s", c.src, got, c.want)
			}
		})
	}
}

// TestInnerPositions looks at the positions of what is not an expression.
func TestInnerPositions(t *testing.T) {
	f, err := syntax.Parse("x: float64[m, ?]\n t = f(1, k=x[: 2])\n lambda a: { u = a; u}")
	if err != nil {
		t.Fatal(err)
	}
	d, s := f.Decls[0], f.Body.Stmts[0]
	call := s.Value.(*syntax.Call)
	lambda := f.Body.Outputs[0].(*syntax.Lambda)
	for _, c := range []struct {
		name string
		pos  syntax.Pos
		want string
	}{
		{"file", f.Body.Pos, "1:1"},
		{"decl", d.Pos, "1:1"}, {"dtype", d.DTypePos, "1:4"}, {"dim", d.Dims[0].Pos, "1:12"}, {"unknown dim", d.Dims[1].Pos, "1:15"},
		{"stmt", s.Pos, "2:2"}, {"keyword", call.Keywords[0].Pos, "2:11"},
		{"slice", call.Keywords[0].Value.(*syntax.Index).Items[0].Position(), "2:15"},
		{"param", lambda.Params[0].Pos, "3:9"}, {"block", lambda.Body.Pos, "3:12"}, {"block stmt", lambda.Body.Stmts[0].Pos, "3:14"},
	} {
		if got := c.pos.String(); got != c.want {
			t.Errorf("%s is at %s, want %s", c.name, got, c.want)
		}
	}
}

func TestIsName(t *testing.T) {
	for s, want := range map[string]bool{
		"x": true, "_": true, "x1": true, "été": true, "Lambda": true,
		"": false, "1x": false, "x-y": false, "x ": false, "lambda": false, "True": false, "and": false, "x\xff": false, "٣": false,
	} {
		if got := syntax.IsName(s); got != want {
			t.Errorf("IsName(%q) = %v", s, got)
		}
	}
}
