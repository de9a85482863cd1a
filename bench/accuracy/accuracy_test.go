package main

import (
	"fmt"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"
)

// TestAccuracy holds the compiled expressions to the limits of the table, and
// docs/accuracy.md to what is measured.
func TestAccuracy(t *testing.T) {
	results, err := measure(storedOf, storedValues)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../../docs/accuracy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.compiled.worst > r.form.limit {
			t.Errorf("%s: compiled it is %v off, the limit is %v ulp", r.form.text, r.compiled.text(), r.form.limit)
		}
		if r.written.worst < 100 && r.written.worst < r.compiled.worst {
			t.Errorf("%s: as written it is only %v off", r.form.text, r.written.text())
		}
		if stated, ok := statedIn(string(docs), r.form); !ok || r.compiled.worst > stated {
			t.Errorf("%s is %s off, docs/accuracy.md says %v: run make accuracy", r.form.text, r.compiled.text(), stated)
		}
	}
}

// statedIn returns the worst error that the table in docs states for f.
func statedIn(docs string, f *form) (ulp float64, ok bool) {
	for line := range strings.Lines(docs) {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| `"+f.text+"` | "+f.where+" |") && len(cells) == 6 {
			n, _ := fmt.Sscanf(cells[4], "%g ulp", &ulp)
			return ulp, n == 1
		}
	}
	return 0, false
}

// TestValues computes some of the stored values anew.
func TestValues(t *testing.T) {
	for i := range forms {
		f := &forms[i]
		in, want, draws := f.points(storedOf), storedValues(i), storedOf/f.results()
		for k := 0; k < draws; k += draws / 10 {
			for j, v := range f.value(f.at(in, k)) {
				if w := want[k*f.results()+j]; f64(v) != w {
					t.Errorf("%s: point %d: %v is stored, %v computed", f.text, k, w, f64(v))
				}
			}
		}
	}
}

// TestBig compares the functions with constants from tables (Abramowitz and
// Stegun) and with identities.
func TestBig(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"pi", f64(pi), math.Pi},
		{"exp(1)", f64(exp(num(1))), math.E},
		{"log(10)", f64(log(num(10))), math.Ln10},
		{"log(2)", f64(log(num(2))), math.Ln2},
		{"erf(0.5)", f64(erf(num(0.5))), 0.5204998778130465},
		{"erfc(3)", f64(erfc(num(3))), 2.209049699858544e-5},
		{"erfc(4)", f64(erfc(num(4))), 1.541725790028002e-8},
		{"log(exp(-3))", f64(log(exp(num(-3)))), -3},
		{"log1p(2^-60)", f64(log1p(num(0x1p-60))), 0x1p-60},
		{"sin(2)", f64(first(sincos(num(2)))), 0.9092974268256817},
		{"sin(-100)", f64(first(sincos(num(-100)))), 0.5063656411097588},
	} {
		if math.Abs(c.got-c.want) > 1e-12*math.Abs(c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
}

func first(x, _ *big.Float) *big.Float { return x }
