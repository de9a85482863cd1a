package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"gorgonia.org/tensor"
)

// source provides the inputs of one workload at one size: from the files that
// inputs.py has written, or random numbers where a file is missing.
type source struct {
	dir    string // "" for random numbers only
	prefix string // WORKLOAD-SIZE-
	random *rand.Rand
	shared bool // all arrays so far came from files, so that checksums can be compared
	err    error
}

func newSource(dir, workload string, n any) *source {
	return &source{
		dir: dir, prefix: fmt.Sprintf("%s-%v-", workload, n),
		random: rand.New(rand.NewPCG(1, 2)), shared: true,
	}
}

// draw makes one random number.
type draw func(r *rand.Rand) float64

func uniform(lo, hi float64) draw {
	return func(r *rand.Rand) float64 { return lo + (hi-lo)*r.Float64() }
}

func normal(mean, deviation float64) draw {
	return func(r *rand.Rand) float64 { return mean + deviation*r.NormFloat64() }
}

func integer(below int) draw {
	return func(r *rand.Rand) float64 { return float64(r.IntN(below)) }
}

// number is an element type of the inputs.
type number interface{ float32 | float64 | int64 }

// slice returns the array called name with count elements.
func slice[T number](s *source, name string, count int, f draw) []T {
	data := make([]T, count)
	if s.dir != "" {
		file := filepath.Join(s.dir, s.prefix+name+".npy")
		err := readNPY(file, data)
		if err == nil {
			return data
		}
		if !os.IsNotExist(err) && s.err == nil {
			s.err = fmt.Errorf("%s: %w", file, err)
		}
	}
	s.shared = false
	for i := range data {
		data[i] = T(f(s.random))
	}
	return data
}

// matrix is slice for a matrix.
func matrix[T number](s *source, name string, rows, cols int, f draw) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(slice[T](s, name, rows*cols, f)))
}

// vector is slice for a vector that is a tensor, as results are.
func vector[T number](s *source, name string, n int, f draw) *tensor.Dense {
	return tensor.New(tensor.WithShape(n), tensor.WithBacking(slice[T](s, name, n, f)))
}

var npyHeader = regexp.MustCompile(`'descr': '([^']*)', 'fortran_order': (\w+), 'shape': \(([0-9, ]*)\)`)

// readNPY reads a NumPy file of version 1 with exactly len(data) elements of
// type T in row-major order.
func readNPY[T number](file string, data []T) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	start := make([]byte, 10)
	if _, err := io.ReadFull(f, start); err != nil {
		return err
	}
	if string(start[:8]) != "\x93NUMPY\x01\x00" {
		return fmt.Errorf("not a .npy file of version 1")
	}
	header := make([]byte, binary.LittleEndian.Uint16(start[8:]))
	if _, err := io.ReadFull(f, header); err != nil {
		return err
	}
	m := npyHeader.FindStringSubmatch(string(header))
	if m == nil || m[2] != "False" {
		return fmt.Errorf("header %q", header)
	}
	if want := map[string]string{"float32": "<f4", "float64": "<f8", "int64": "<i8"}[fmt.Sprintf("%T", data[:0])[2:]]; m[1] != want {
		return fmt.Errorf("elements %s, want %s", m[1], want)
	}
	var shape []int
	if err := json.Unmarshal([]byte("["+strings.TrimRight(m[3], ", ")+"]"), &shape); err != nil {
		return err
	}
	count := 1
	for _, n := range shape {
		count *= n
	}
	if count != len(data) {
		return fmt.Errorf("shape %v, want %d elements", shape, len(data))
	}
	return binary.Read(f, binary.LittleEndian, data)
}
