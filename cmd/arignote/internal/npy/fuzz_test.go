package npy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"arignote/cmd/arignote/internal/npy"
	"arignote/expr"
)

const fuzzLimit = 1 << 20

// again writes v and reads it back.
func again(t *testing.T, v *expr.Value) {
	var b bytes.Buffer
	if err := npy.Write(&b, v); err != nil {
		t.Fatalf("%v: %v", v.Type(), err)
	}
	w, err := npy.Read(&b, fuzzLimit)
	if err != nil {
		t.Fatalf("%v: %v", v.Type(), err)
	}
	if text(w) != text(v) {
		t.Errorf("wrote %s, read %s", text(v), text(w))
	}
}

// FuzzRead reads damaged .npy files: an error or an array, which is the same
// after writing and reading, but no panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(file(ok, "0123456789abcdef")))
	f.Add([]byte(file("{'descr': '>c8', 'fortran_order': True, 'shape': (1, 2), }\n", "0123456789abcdef")))
	f.Add([]byte(file("{'descr': '|b1', 'fortran_order': True, 'shape': (0, 2), }\n", "")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := npy.Read(bytes.NewReader(data), fuzzLimit); err == nil {
			again(t, v)
		}
	})
}

// FuzzArchive reads damaged .npz files.
func FuzzArchive(f *testing.F) {
	for _, name := range []string{"numpy.npz", "compressed.npz"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := npy.NewArchive(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, name := range a.Names() {
			if v, err := a.Read(name, fuzzLimit); err == nil {
				again(t, v)
			}
		}
	})
}
