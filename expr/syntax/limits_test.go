package syntax_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"arignote/expr/syntax"
)

// soon is the time that no answer takes unless there is none, on the busiest
// machine too: these tests look for hangs, not for speed.
const soon = time.Minute

// TestDepth checks that exactly MaxDepth levels of each kind of nesting are accepted.
func TestDepth(t *testing.T) {
	for _, c := range []struct{ name, open, middle, close string }{
		{"parens", "(", "a", ")"},
		{"list", "[", "a", "]"},
		{"call", "f(", "a", ")"},
		{"keyword", "f(k=", "a", ")"},
		{"method", "x.f(", "a", ")"},
		{"index", "x[", "a", "]"},
		{"slice", "x[:", "a", "]"},
		{"unary", "-", "a", ""},
		{"power", "a**", "a", ""},
		{"lambda", "lambda:", "a", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			nest := func(n int) string {
				return strings.Repeat(c.open, n) + c.middle + strings.Repeat(c.close, n)
			}
			if _, err := syntax.ParseExpr(nest(syntax.MaxDepth)); err != nil {
				t.Errorf("MaxDepth levels: %v", err)
			}
			_, err := syntax.ParseExpr(nest(syntax.MaxDepth + 1))
			if err == nil || !strings.Contains(err.Error(), "nested too deeply (the limit is 500 levels)") {
				t.Errorf("MaxDepth+1 levels: %v", err)
			}
			began := time.Now()
			if _, err := syntax.Parse(strings.Repeat(c.open, 10<<20/len(c.open))); err == nil {
				t.Error("10 MB of it: no error")
			}
			if d := time.Since(began); d > soon {
				t.Errorf("10 MB of it: took %v", d)
			}
		})
	}
	t.Run("blocks", func(t *testing.T) { // a lambda and its braces are a level each
		nest := func(n int) string { return strings.Repeat("lambda:{", n) + "a" + strings.Repeat("}", n) }
		if _, err := syntax.ParseExpr(nest(syntax.MaxDepth / 2)); err != nil {
			t.Error(err)
		}
		if _, err := syntax.ParseExpr(nest(syntax.MaxDepth/2 + 1)); err == nil {
			t.Error("no error")
		}
	})
	t.Run("side by side", func(t *testing.T) { // nesting is counted down again
		one := strings.Repeat("(-", 200) + "f(x[0])**2" + strings.Repeat(")", 200)
		if _, err := syntax.ParseExpr(strings.Repeat(one+"+(lambda:{a})+", 100) + "a"); err != nil {
			t.Error(err)
		}
	})
}

// TestChains parses chains of a million links, which are not nesting.
func TestChains(t *testing.T) {
	const n = 1_000_000
	for _, c := range []struct{ name, first, link string }{
		{"sum", "a", " + a"}, {"mixed", "a", "*b-c"}, {"or", "a", "|b"}, {"product", "a", "@a"},
		{"attribute", "x", ".T"}, {"index", "x", "[0]"}, {"method", "x", ".f(1)"}, {"powers", "a", "+b**-c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := syntax.ParseExpr(c.first + strings.Repeat(c.link, n))
			if err != nil {
				t.Fatal(err)
			}
			depth := 0
			for x := syntax.Left(e); x != nil; x = syntax.Left(x) {
				depth++
			}
			if depth < n {
				t.Errorf("%d links", depth)
			}
		})
	}
}

// TestWide parses lists of many items, and looks for repeated names among many.
func TestWide(t *testing.T) {
	var b strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&b, "k%d=%d,", i, i)
	}
	args := b.String()
	if _, err := syntax.ParseExpr("f(" + args + ")"); err != nil {
		t.Error(err)
	}
	if _, err := syntax.ParseExpr("f(" + args + "k7=1)"); err == nil || !strings.HasSuffix(err.Error(), "keyword argument 'k7' is repeated") {
		t.Errorf("repeated keyword: %v", err)
	}
	if _, err := syntax.ParseExpr("[" + strings.Repeat("1,", 1_000_000) + "]"); err != nil {
		t.Error(err)
	}
}

func TestMaxSource(t *testing.T) {
	_, err := syntax.Parse(strings.Repeat(" ", syntax.MaxSource+1))
	check(t, err, "1:1: the source has 67108865 bytes, more than the limit of 67108864")
	if _, err := syntax.Parse("a" + strings.Repeat(" ", syntax.MaxSource-1)); err != nil {
		t.Error(err)
	}
}

// TestHostile feeds single tokens and fragments repeated to 1 MB. Whatever the answer, it has to come soon.
func TestHostile(t *testing.T) {
	for _, s := range []string{
		"a", "1", "_", "é", "'", "\\", "\n", "\r", ";", "#", ".", "...", "a.", "1.", "1_", "0x", "\\\n", "'\\\n", "\"a\"", "e1",
		"a\n", "a;", "a=", "a=1\n", "a:", "a:b\n", "a:b[", "a,", "lambda ", "lambda a,", "{", "}", "(}", "({", "[(", "x[:", ")", "+", "-", "**", "~-",
		"a<", "a if ", "=", "==", "!", "?", "\x00", "\xff", "\u0301", "−", "\t", "# é\n", "'\\x41'", "'\\", "9",
	} {
		t.Run(fmt.Sprintf("%q", s), func(t *testing.T) {
			for _, src := range []string{s, "'" + s, "f(" + s, "0x" + s, "lambda:{" + s, "x: d[" + s, "#" + s} {
				src = src[:len(src)-len(s)] + strings.Repeat(s, 1<<20/len(s))
				began := time.Now()
				_, err := syntax.Parse(src)
				if d := time.Since(began); d > soon {
					t.Errorf("took %v", d)
				}
				var e *syntax.Error
				if errors.As(err, &e) && len(e.Msg) > 300 {
					t.Errorf("a message of %d bytes", len(e.Msg))
				}
			}
		})
	}
}

// program makes a program of n short assignments.
func program(n int) string {
	var b strings.Builder
	b.WriteString("x: float64[n, 3]\nt0 = x\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "t%d = t%d + 2*x\n", i, i-1)
	}
	fmt.Fprintf(&b, "t%d\n", n-1)
	return b.String()
}

func TestLongProgram(t *testing.T) {
	const n = 1_000_000
	began := time.Now()
	f, err := syntax.Parse(program(n))
	if err != nil {
		t.Fatal(err)
	}
	if d := time.Since(began); d > soon {
		t.Errorf("took %v", d)
	}
	if len(f.Body.Stmts) != n {
		t.Errorf("%d statements", len(f.Body.Stmts))
	}
}

func BenchmarkParse(b *testing.B) {
	src := program(1_000_000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := syntax.Parse(src); err != nil {
			b.Fatal(err)
		}
	}
}
