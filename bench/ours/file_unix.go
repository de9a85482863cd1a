//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"unsafe"
)

// mapped returns the float64 of the peers' large file, mapped into memory, or n
// random ones if there is no folder of inputs.
func mapped(s *source, n int) []any {
	if s.dir == "" {
		return []any{slice[float64](s, "x", n, uniform(0, 1))}
	}
	data, err := mapFile(filepath.Join(s.dir, "bigfile"))
	if err != nil {
		s.err = fmt.Errorf("the peers' file: %w", err)
	}
	return []any{data}
}

// mapFile maps a file for the life of the process.
func mapFile(name string) ([]float64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < 8 {
		return nil, fmt.Errorf("%s: %d bytes", name, info.Size())
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	// A mapping starts at a page, so that elements are aligned.
	return unsafe.Slice((*float64)(unsafe.Pointer(&b[0])), len(b)/8), nil
}
