package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func Example() {
	main()
	// Output:
	// t1 = arange(-128, 128)*(extent/256); t2 = complex(t1 + re, dimshuffle(t1 + im, (0, 'x'))); t3 = while_loop(lambda p0, p1, p2: square(abs(p0)) <= 4, lambda p0, p1, p2: (p0*p0 + p2, p1 + 1), (t2, 0), 255, t2); t3[1]
	// .........:::::::::::::::::::::::
	// ........::::::::::::::::::::::::
	// ......::::::::::::----=----:::::
	// .....::::::::::------++@+----:::
	// ....:::::::::-----+=*++@+==-=-::
	// ....::::::-------*@@@@@@@@@@=--:
	// ...::------=+++==@@@@@@@@@@@@--:
	// ...------=+@@@@@*@@@@@@@@@@@*---
	// ...------=+@@@@@*@@@@@@@@@@@*---
	// ...::------=+++==@@@@@@@@@@@@--:
	// ....::::::-------*@@@@@@@@@@=--:
	// ....:::::::::-----+=*++@+==-=-::
	// .....::::::::::------++@+----:::
	// ......::::::::::::----=----:::::
	// ........::::::::::::::::::::::::
	// .........:::::::::::::::::::::::
	// sum of counts: 3050149
	// points inside: 11132
}

func TestPicture(t *testing.T) {
	name := filepath.Join(t.TempDir(), "set.png")
	counts := make([]int64, size*size)
	counts[size+2] = steps - 1
	if err := draw(name, counts); err != nil {
		t.Fatal(err)
	}
	r, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	picture, err := png.Decode(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct {
		x, y int
		want uint32
	}{{2, 1, 0}, {1, 2, 0xFFFF}} {
		if got, _, _, _ := picture.At(p.x, p.y).RGBA(); got != p.want {
			t.Errorf("pixel %d, %d: %x, want %x", p.x, p.y, got, p.want)
		}
	}
}
