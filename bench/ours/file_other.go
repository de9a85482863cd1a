//go:build !unix

package main

import "errors"

// mapped would map the peers' large file into memory.
func mapped(s *source, n int) []any {
	if s.dir != "" {
		s.err = errors.New("files are mapped on Unix only")
	}
	return []any{slice[float64](s, "x", n, uniform(0, 1))}
}
