package npy_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arignote/cmd/arignote/internal/npy"
	"arignote/expr"
)

// The files in testdata are written by NumPy. numpy.npz holds for each dtype
// the same array row-major (c_), big endian (be_) and column-major (f_).

const limit = 1 << 24

// text writes an array with its type and all elements.
func text(v *expr.Value) string { return fmt.Sprint(v.Type(), v.Data()) }

// elements are those of the arrays called c_, be_ and f_.
func elements(d expr.DType) string {
	switch {
	case d == expr.Bool:
		return "[false true true false true false]"
	case d.IsUnsigned():
		return fmt.Sprintf("[0 1 2 %d 0 5]", uint64(math.MaxUint64)>>(64-8*d.Size()))
	case d.IsInteger():
		last := uint64(math.MaxInt64) >> (64 - 8*d.Size())
		return fmt.Sprintf("[0 1 2 %d %d 5]", last, -int64(last)-1)
	case d.IsFloat():
		return "[0 -0 1.5 NaN +Inf -Inf]"
	}
	return "[(0+0i) (1+2i) (-1.5-0.25i) (NaN+1i) (+Inf-Infi) (0+2i)]"
}

func open(t *testing.T, name string) *npy.Archive {
	a, err := npy.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func TestDTypesAndOrders(t *testing.T) {
	a := open(t, "numpy.npz")
	for _, d := range expr.DTypes() {
		for _, prefix := range []string{"c_", "be_", "f_"} {
			name := prefix + d.String()
			t.Run(name, func(t *testing.T) {
				v, err := a.Read(name, limit)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := text(v), d.String()+"[2, 3] "+elements(d); got != want {
					t.Errorf("got %s\nwant %s", got, want)
				}
			})
		}
	}
}

func TestShapes(t *testing.T) {
	a := open(t, "numpy.npz")
	for _, c := range []struct{ name, want string }{
		{"empty", "float32[0, 3] []"},
		{"scalar", "float64 [2.5]"},
		{"vector", "int64[3] [0 1 2]"},
		{"fortran3", "float64[2, 3, 4] [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23]"},
		{"view", "float64[2, 2] [5 2 17 14]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := a.Read(c.name, limit)
			if err != nil {
				t.Fatal(err)
			}
			if got := text(v); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestRefusedDTypes(t *testing.T) {
	a := open(t, "numpy.npz")
	for _, c := range []struct{ name, want string }{
		{"struct", "structured dtype"},
		{"text", "(text)"},
		{"long", `"<f16" is not supported`},
		{"date", "dates and times"},
		{"object", "never read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := a.Read(c.name, limit)
			if !errors.Is(err, expr.ErrDType) || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestHalf: numbers of float16 are those of float32.
func TestHalf(t *testing.T) {
	for i, want := range map[uint16]float64{
		0x0000: 0, 0x8000: math.Copysign(0, -1), 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: 0x1p-14, 0x03ff: 1023 * 0x1p-24,
		0x0001: 0x1p-24, 0x8001: -0x1p-24, 0x3555: 1365 * 0x1p-12, 0x7c00: math.Inf(1), 0xfc00: math.Inf(-1), 0x7e01: math.NaN(),
	} {
		for order, b := range map[string][]byte{"<": {byte(i), byte(i >> 8)}, ">": {byte(i >> 8), byte(i)}} {
			header := "{'descr': '" + order + "f2', 'fortran_order': False, 'shape': (2,), }\n"
			v, err := npy.Read(strings.NewReader(file(header, "\x00\x00"+string(b))), limit)
			if err != nil || v.DType() != expr.Float32 || v.Len() != 2 {
				t.Fatalf("%v: %v", v, err)
			}
			if got := v.Float(1); math.Float64bits(got) != math.Float64bits(want) && !(got != got && want != want) {
				t.Errorf("%s%04x is %v, want %v", order, i, got, want)
			}
		}
	}
	if v, err := open(t, "numpy.npz").Read("half", limit); err != nil || v.DType() != expr.Float32 {
		t.Errorf("%v, %v", v, err)
	}
}

func TestVersions(t *testing.T) {
	for _, name := range []string{"version2.npy", "version3.npy"} {
		v, err := npy.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := text(v); got != "float64[3] [0 1 2]" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// What is written is byte for byte what NumPy writes.
func TestWriteAsNumPy(t *testing.T) {
	z, err := zip.OpenReader(filepath.Join("testdata", "numpy.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		name := strings.TrimSuffix(f.Name, ".npy")
		if !strings.HasPrefix(name, "c_") && name != "empty" && name != "scalar" && name != "vector" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		v, err := npy.Read(bytes.NewReader(want), limit)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := npy.Write(&got, v); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got.Bytes(), want)
		}
	}
}

// Long arrays take several chunks.
func TestLong(t *testing.T) {
	data := make([]complex128, 1<<18+7)
	for i := range data {
		data[i] = complex(float64(i), -float64(i))
	}
	v, err := expr.NewValue([]int{len(data)}, data)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "long.npy")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := npy.Write(f, v); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := npy.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if text(w) != text(v) {
		t.Error("what is read is not what was written")
	}
}

func TestArchive(t *testing.T) {
	a := open(t, "compressed.npz")
	if got := strings.Join(a.Names(), " "); got != "zeros v" {
		t.Errorf("names %s", got)
	}
	if v, err := a.Read("zeros", limit); err != nil || v.Type().String() != "float64[300, 100]" {
		t.Errorf("got %v %v", v, err)
	}
	if _, err := a.Read("zeros", 1000); !errors.Is(err, expr.ErrShape) {
		t.Errorf("above the limit: %v", err)
	}
	if _, err := a.Read("w", limit); !errors.Is(err, expr.ErrInput) || !strings.Contains(err.Error(), `"zeros", "v"`) {
		t.Errorf("unknown name: %v", err)
	}
	if _, err := npy.NewArchive(strings.NewReader("PK"), 2); !errors.Is(err, expr.ErrInput) {
		t.Errorf("no archive: %v", err)
	}
	if _, err := npy.Open(filepath.Join("testdata", "none.npz")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestWriteArchive(t *testing.T) {
	one, two := expr.ScalarValue(1.5), expr.Zeros(expr.Bool, 2, 2)
	var b bytes.Buffer
	if err := npy.WriteArchive(&b, []string{"one", "two"}, []*expr.Value{one, two}); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	a, err := npy.NewArchive(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]*expr.Value{"one": one, "two": two} {
		if v, err := a.Read(name, limit); err != nil || text(v) != text(want) {
			t.Errorf("%s: %v %v", name, v, err)
		}
	}
	if err := npy.WriteArchive(io.Discard, []string{"x", "x"}, []*expr.Value{one, two}); !errors.Is(err, expr.ErrInput) {
		t.Errorf("equal names: %v", err)
	}

	// A byte that has changed is noticed by the check sum.
	at := bytes.Index(whole, []byte("\xf8\x3f")) // the end of 1.5
	whole[at]++
	if a, err = npy.NewArchive(bytes.NewReader(whole), int64(len(whole))); err == nil {
		_, err = a.Read("one", limit)
	}
	if !errors.Is(err, zip.ErrChecksum) {
		t.Errorf("changed byte: %v", err)
	}
}

// file makes a .npy file from a dictionary and elements.
func file(dictionary, elements string) string {
	b := []byte("\x93NUMPY\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dictionary)))
	return string(b) + dictionary + elements
}

const ok = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n"

func TestDamaged(t *testing.T) {
	whole := file(ok, strings.Repeat("\x00", 16))
	if _, err := npy.Read(strings.NewReader(whole), limit); err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if _, err := npy.Read(strings.NewReader(whole[:n]), limit); !errors.Is(err, expr.ErrInput) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	for _, c := range []struct{ name, file, want string }{
		{"other file", "GIF89a.......", "does not begin with"},
		{"version", "\x93NUMPY\x04\x00\x00\x00", "version 4.0"},
		{"huge header", "\x93NUMPY\x02\x00\xff\xff\xff\xff{", "a header of 4294967295 bytes"},
		{"huge shape", file(strings.Replace(ok, "(2,)", "(1000000000000,)", 1), ""), "more than the limit"},
		{"overflow", file(strings.Replace(ok, "(2,)", "(4294967296, 4294967296, 4)", 1), ""), "too large"},
		{"overflow beside 0", file(strings.Replace(ok, "(2,)", "(0, 4294967296, 4294967296, 4)", 1), ""), "too large"},
		{"long length", file(strings.Replace(ok, "2", "99999999999999999999", 1), ""), "not made of lengths"},
		{"negative length", file(strings.Replace(ok, "2", "-2", 1), ""), "not made of lengths"},
		{"many axes", file(strings.Replace(ok, "2,", strings.Repeat("1,", 65), 1), ""), "65 axes"},
		{"no dictionary", file("[]", ""), `'{' is missing`},
		{"empty dictionary", file("{}", ""), "no descr"},
		{"missing key", file("{'descr': '<f8', 'shape': ()}", ""), "no fortran_order"},
		{"repeated key", file("{'shape': (), 'shape': ()}", ""), "twice"},
		{"unknown key", file("{'color': 1}", ""), "unknown key"},
		{"open string", file("{'descr", ""), "string without end"},
		{"bad bool", file(strings.Replace(ok, "False", "0", 1), ""), "neither True nor False"},
		{"text after", file(ok+"1", ""), "after the dictionary"},
		{"unknown dtype", file(strings.Replace(ok, "<f8", "<q8", 1), ""), "not known"},
		{"two orders", file(strings.Replace(ok, "<f8", "<>f8", 1), ""), "dtype"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := npy.Read(strings.NewReader(c.file), limit)
			var e *expr.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// What is written in an unusual way but right is read.
func TestUnusualHeaders(t *testing.T) {
	for _, dictionary := range []string{
		"{'shape': (2,), 'fortran_order': False, 'descr': '<f8'}",
		`{"descr":"f8","fortran_order":True,"shape":(2)}`,
		" { 'descr' : '=f8' , 'fortran_order' : False , 'shape' : ( 2L , ) , } \n\n",
	} {
		v, err := npy.Read(strings.NewReader(file(dictionary, strings.Repeat("\x00", 16))), limit)
		if err != nil || text(v) != "float64[2] [0 0]" {
			t.Errorf("%s: %v %v", dictionary, v, err)
		}
	}
}

// A file that claims more than it holds costs little memory.
func TestClaims(t *testing.T) {
	claim := file(strings.Replace(ok, "(2,)", "(100000000000,)", 1), "12345678")
	name := filepath.Join(t.TempDir(), "claim.npy")
	if err := os.WriteFile(name, []byte(claim), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := npy.ReadFile(name); !errors.Is(err, expr.ErrInput) {
		t.Errorf("file: %v", err)
	}
	if _, err := npy.Read(strings.NewReader(claim), math.MaxInt64); !errors.Is(err, expr.ErrInput) {
		t.Errorf("reader: %v", err)
	}
}
