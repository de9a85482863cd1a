package syntax_test

import (
	"errors"
	"strings"
	"testing"

	"arignote/expr/syntax"
)

// mistakes holds programs and the error that Parse reports for them.
var mistakes = []struct{ name, src, want string }{
	// what is missing
	{"empty", "", "1:1: no output expression: the last line must be an expression"},
	{"only-comment", "# a\n", "2:1: no output expression: the last line must be an expression"},
	{"no-output", "x = 1\ny = 2\n\n", "2:1: no output expression: the last line must be an expression"},
	{"only-decl", "x: int32", "1:1: no output expression: the last line must be an expression"},
	{"unused-value", "x = 1\nx + 1\nx", "2:1: the value of this expression is not used: only the last statement may be an expression"},
	{"operand", "a +", "1:4: unexpected end of input, expected an expression"},
	{"operand-line", "a +\nb", "1:4: unexpected end of line, expected an expression"},
	{"operand-bracket", "f(a, b + )", "1:10: unexpected ')', expected an expression"},
	{"operand-comma", "a, , b", "1:4: unexpected ',', expected an expression"},
	{"output-after-comma", "a,", "1:3: unexpected end of input, expected an expression"},
	{"operand-open", "f(a, [b +", "1:10: unexpected end of input, expected an expression (the '[' at 1:6 is not closed)"},
	{"value", "x =\nx", "1:4: unexpected end of line, expected an expression"},

	// what is too much
	{"two-names", "a b", "1:3: unexpected name 'b', expected an operator or the end of the statement"},
	{"two-numbers", "a 1_0", "1:3: unexpected number 10, expected an operator or the end of the statement"},
	{"two-strings", "f('a' 'b')", "1:7: unexpected string, expected ',' or ')' to close the '(' at 1:2"},
	{"long-name", "a " + strings.Repeat("é", 100), "1:3: unexpected name '" + strings.Repeat("é", 20) + "...', expected an operator or the end of the statement"},

	// brackets
	{"close-paren", "(a + b", "1:7: unexpected end of input, expected ',' or ')' to close the '(' at 1:1"},
	{"close-call", "f(a\nb = 2\nb", "2:1: unexpected name 'b', expected ',' or ')' to close the '(' at 1:2"},
	{"close-list", "[a", "1:3: unexpected end of input, expected ',' or ']' to close the '[' at 1:1"},
	{"close-index", "x[a:b", "1:6: unexpected end of input, expected ',' or ']' to close the '[' at 1:2"},
	{"close-tuple", "(a, b", "1:6: unexpected end of input, expected ',' or ')' to close the '(' at 1:1"},
	{"close-block", "lambda a: {a", "1:13: unexpected end of input, expected the end of the statement or '}' to close the '{' at 1:11"},
	{"close-block-stmt", "lambda a: {b = a;", "1:18: unexpected end of input, expected the end of the statement or '}' to close the '{' at 1:11"},
	{"wrong-bracket", "(a]", "1:3: unexpected ']', expected ',' or ')' to close the '(' at 1:1"},
	{"wrong-bracket-empty", "f(]", "1:3: unexpected ']', expected an expression"},
	{"extra-paren", "a)", "1:2: unexpected ')', expected an operator or the end of the statement"},
	{"extra-brace", "a }", "1:3: unexpected '}', expected a new statement"},
	{"first-brace", "}", "1:1: unexpected '}', expected a new statement"},
	{"semicolon-in-brackets", "f(a; b)", "1:4: unexpected ';', expected ',' or ')' to close the '(' at 1:2"},
	{"index-empty", "x[]", "1:3: unexpected ']', expected an index"},
	{"index-comma", "x[,]", "1:3: unexpected ',', expected an expression"},
	{"slice-parts", "x[1:2:3:4]", "1:8: unexpected ':', expected ',' or ']' to close the '[' at 1:2"},
	{"slice-outside", "f(1:2)", "1:4: unexpected ':', expected ',' or ')' to close the '(' at 1:2"},
	{"braces", "{1, 2}", "1:1: unexpected '{', braces are only for the body of a lambda"},

	// words and operators of other languages
	{"and", "a and b", "1:3: unexpected 'and', use '&', with brackets around comparisons"},
	{"or", "a or b", "1:3: unexpected 'or', use '|', with brackets around comparisons"},
	{"not", "not a", "1:1: unexpected 'not', use '~', with brackets around comparisons"},
	{"not-in", "a not in b", "1:3: unexpected 'not', use '~', with brackets around comparisons"},
	{"if", "a if c else b", "1:3: unexpected 'if', use where(condition, a, b)"},
	{"if-statement", "if c: a", "1:1: unexpected 'if', use where(condition, a, b)"},
	{"else", "else", "1:1: unexpected 'else', use where(condition, a, b)"},
	{"is", "a is None", "1:3: unexpected 'is', use '=='"},
	{"for", "[a for a in b]", "1:4: unexpected 'for', there are no loop statements or comprehensions"},
	{"while", "while a: b", "1:1: unexpected 'while', there are no loop statements"},
	{"def", "def f(x): x", "1:1: unexpected 'def', use name = lambda a, b: ..."},
	{"return", "x = 1\nreturn x", "2:1: unexpected 'return', the last line is the result"},
	{"import", "import x", "1:1: unexpected 'import', it is a reserved word"},
	{"reserved-attribute", "x.is", "1:3: unexpected 'is', use '=='"},
	{"and-and", "a && b", "1:3: unexpected '&&', use '&', with brackets around comparisons"},
	{"or-or", "a || b", "1:3: unexpected '||', use '|', with brackets around comparisons"},
	{"bang", "!a", "1:1: unexpected '!', use '~' for not, '!=' for not equal"},
	{"unequal", "a <> b", "1:3: unexpected '<>', use '!='"},
	{"arrow", "a -> b", "1:3: unexpected '->', write lambda a: ..."},
	{"walrus", "(a := b)", "1:4: unexpected ':=', write name = value as a statement of its own"},
	{"augmented", "a **= b", "1:3: unexpected '**=', write name = name ... instead"},
	{"question", "a ? b : c", "1:3: unexpected '?', it is only for an unknown size in a declaration"},
	{"star-args", "f(*a)", "1:3: unexpected '*', expected an expression"},

	// comparisons and assignments
	{"chained", "a < b < c", "1:7: comparisons cannot be chained: write (a < b) & (b < c), with brackets because & and | bind tighter than '<'"},
	{"chained-and", "a < b & c == d", "1:11: comparisons cannot be chained: write (a < b) & (b < c), with brackets because & and | bind tighter than '=='"},
	{"equal-in-brackets", "(a = b)", "1:4: unexpected '=', did you mean '=='?"},
	{"equal-in-index", "x[a = b]", "1:5: unexpected '=', did you mean '=='?"},
	{"equal-in-call", "f(a.T = b)", "1:7: unexpected '=', did you mean '=='?"},
	{"equal-in-call-brackets", "f((a) = b)", "1:7: unexpected '=', did you mean '=='?"},
	{"equal-twice", "a = b = c", "1:7: unexpected '=', did you mean '=='?"},
	{"assign-to-index", "x[0] = 1\nx", "1:6: unexpected '=', only a single name can be assigned to (did you mean '=='?)"},
	{"assign-to-brackets", "(x) = 1\nx", "1:5: unexpected '=', only a single name can be assigned to (did you mean '=='?)"},
	{"assign-to-two", "a, b = f(x)\na", "1:6: unexpected '=', only a single name can be assigned to"},
	{"assign-tuple", "a = b, c\na", "1:6: unexpected ',', a tuple needs brackets here"},

	// calls and members
	{"call-of-call", "f(a)(b)", "1:5: unexpected '(', only a name or a method can be called"},
	{"call-of-brackets", "(f)(b)", "1:4: unexpected '(', only a name or a method can be called"},
	{"call-of-number", "2(b)", "1:2: unexpected '(', only a name or a method can be called"},
	{"keyword-twice", "f(k=1, k=2)", "1:8: keyword argument 'k' is repeated"},
	{"positional-last", "f(k=1, b)", "1:8: positional argument after a keyword argument"},
	{"keyword-value", "f(k=)", "1:5: unexpected ')', expected an expression"},
	{"member-number", "x.1", "1:2: unexpected number .1, expected an operator or the end of the statement"},
	{"member-none", "x.", "1:3: unexpected end of input, expected the name of an attribute or method after '.'"},
	{"member-bracket", "x.(a)", "1:3: unexpected '(', expected the name of an attribute or method after '.'"},

	// lambda
	{"lambda-operand", "1 + lambda a: a", "1:5: unexpected 'lambda', put the lambda in brackets"},
	{"lambda-colon", "lambda a a", "1:10: unexpected name 'a', expected ',' or ':' after the parameters of the lambda"},
	{"lambda-params", "lambda (a): a", "1:8: unexpected '(', expected a parameter name or ':'"},
	{"lambda-twice", "lambda a, a: a", "1:11: parameter 'a' is repeated"},
	{"lambda-body", "lambda a:", "1:10: unexpected end of input, expected an expression"},
	{"lambda-default", "lambda a=1: a", "1:9: unexpected '=', did you mean '=='?"},
	{"block-empty", "lambda a: {}", "1:12: no output expression: the last statement in the braces must be an expression"},
	{"block-no-output", "lambda a: {b = a}", "1:12: no output expression: the last statement in the braces must be an expression"},
	{"block-decl", "lambda a: {b: float64; b}", "1:12: inputs can only be declared outside of braces"},
	{"block-unused", "lambda a: {a; a}", "1:12: the value of this expression is not used: only the last statement may be an expression"},
	{"block-bracket", "f(lambda a: {a)", "1:15: unexpected ')', expected an operator or the end of the statement"},

	// declarations
	{"decl-dtype", "x: 3", "1:4: unexpected number 3, expected a dtype such as float64"},
	{"decl-dim", "x: float64[-1]", "1:12: unexpected '-', expected a size, a name or '?'"},
	{"decl-dim-float", "x: float64[1.5]", "1:12: unexpected number 1.5, expected a size, a name or '?'"},
	{"decl-dim-big", "x: float64[99999999999999999999]", "1:12: size out of range"},
	{"decl-close", "x: float64[3\nx", "2:1: unexpected name 'x', expected ',' or ']' to close the '[' at 1:11"},
	{"decl-value", "x: float64 = 3", "1:12: unexpected '=', a declared input has no value"},
	{"decl-rest", "x: float64 y", "1:12: unexpected name 'y', expected an operator or the end of the statement"},
	{"decl-two", "x, y: float64", "1:5: unexpected ':', expected an operator or the end of the statement"},
	{"decl-last", "x\ny: float64", "1:1: the value of this expression is not used: only the last statement may be an expression"},

	// numbers
	{"leading-zeros", "a + 007", "1:5: invalid number '007': leading zeros are not allowed (octal is 0o17)"},
	{"out-of-range", "1e400", "1:1: number out of range"},
	{"out-of-range-imag", "1e400j", "1:1: number out of range"},
	{"number-word", "2x", "1:1: invalid number '2x'"},
	{"number-words", "1.5abc1 + 2", "1:1: invalid number '1.5abc1'"},
	{"number-attribute", "1.T", "1:1: invalid number '1.T'"},
	{"underscore-last", "1_", "1:1: invalid number '1_'"},
	{"underscore-twice", "1__0", "1:1: invalid number '1__0'"},
	{"underscore-point", "1_.5", "1:1: invalid number '1_'"},
	{"exponent", "1e", "1:1: invalid number '1e'"},
	{"exponent-sign", "1e+", "1:1: invalid number '1e'"},
	{"hex-empty", "0x", "1:1: invalid number '0x'"},
	{"hex-digit", "0xg", "1:1: invalid number '0xg'"},
	{"hex-imag", "0x1j", "1:1: invalid number '0x1j'"},
	{"binary-digit", "0b12", "1:1: invalid number '0b12'"},
	{"octal-digit", "0o8", "1:1: invalid number '0o8'"},
	{"number-long", "1" + strings.Repeat("z", 100), "1:1: invalid number '1" + strings.Repeat("z", 39) + "...'"},

	// strings
	{"unterminated", "f('abc\n)", "1:3: unterminated string"},
	{"unterminated-end", "'abc", "1:1: unterminated string"},
	{"unterminated-escape", "'abc\\", "1:1: unterminated string"},
	{"unterminated-quote", `'abc\'`, "1:1: unterminated string"},
	{"triple", "'''abc'''", "1:1: strings in triple quotes are not supported"},
	{"escape-unknown", `'é\d'`, `1:3: unknown escape in a string (a backslash itself is written \\)`},
	{"escape-hex", `'\x4'`, "1:2: invalid escape in a string: expected 2 digits"},
	{"escape-short", `'\u12`, "1:2: invalid escape in a string: expected 4 digits"},
	{"escape-surrogate", `'\ud800'`, "1:2: invalid escape in a string: not a Unicode character"},
	{"escape-range", `'\U00110000'`, "1:2: invalid escape in a string: not a Unicode character"},
	{"prefix", "r'a'", "1:2: unexpected string, expected an operator or the end of the statement"},

	// characters
	{"invalid-utf8", "é + \xff", "1:5: invalid UTF-8 encoding (byte 0xff)"},
	{"invalid-utf8-name", "ab\xc3", "1:3: invalid UTF-8 encoding (byte 0xc3)"},
	{"invalid-utf8-string", "'a\xff'", "1:3: invalid UTF-8 encoding (byte 0xff)"},
	{"invalid-utf8-comment", "a # é\xff", "1:6: invalid UTF-8 encoding (byte 0xff)"},
	{"nul", "a\x00", "1:2: invalid NUL character"},
	{"nul-string", "'\x00'", "1:2: invalid NUL character"},
	{"nul-comment", "#\x00", "1:2: invalid NUL character"},
	{"control", "a \x01", "1:3: unexpected character U+0001"},
	{"dollar", "a $ b", "1:3: unexpected character '$' (U+0024)"},
	{"emoji", "a + 😀", "1:5: unexpected character '😀' (U+1F600)"},
	{"minus-sign", "a − b", "1:3: unexpected character '−' (U+2212), use '-'"},
	{"curly-quote", "f(“a”)", "1:3: unexpected character '“' (U+201C), use \""},
	{"no-break-space", "a\u00a0+ b", "1:2: unexpected character U+00A0, use a plain space"},
	{"mark", "a\u0301", "1:2: unexpected character U+0301"},
	{"backslash", "a \\ b", "1:3: unexpected '\\', it may only stand at the end of a line, to continue it"},
	{"backslash-end", "a \\", "1:3: unexpected '\\', it may only stand at the end of a line, to continue it"},
}

func TestParseErrors(t *testing.T) {
	for _, c := range mistakes {
		t.Run(c.name, func(t *testing.T) {
			f, err := syntax.Parse(c.src)
			check(t, err, c.want)
			if f != nil {
				t.Error("a file besides the error")
			}
		})
	}
}

func TestParseExprErrors(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"empty", "", "1:1: unexpected end of input, expected an expression"},
		{"lines", "\n\n", "3:1: unexpected end of input, expected an expression"},
		{"two", "a\n+ b", "2:1: unexpected '+', expected an operator or the end of the expression"},
		{"tuple", "a, b", "1:2: unexpected ',', expected an operator or the end of the expression"},
		{"assignment", "a = b", "1:3: unexpected '=', did you mean '=='?"},
		{"statement", "a; b", "1:2: unexpected ';', expected an operator or the end of the expression"},
		{"decl", "a: b", "1:2: unexpected ':', expected an operator or the end of the expression"},
		{"chained", "a == b == c", "1:8: comparisons cannot be chained: write (a < b) & (b < c), with brackets because & and | bind tighter than '=='"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := syntax.ParseExpr(c.src)
			check(t, err, c.want)
			if e != nil {
				t.Error("an expression besides the error")
			}
		})
	}
}

// check compares an error with its expected text.
func check(t *testing.T, err error, want string) {
	t.Helper()
	var e *syntax.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want the error %q", err, want)
	}
	if e.Error() != want {
		t.Errorf("got  %s\nwant %s", e, want)
	}
}
