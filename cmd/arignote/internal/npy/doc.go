// Package npy reads and writes NumPy's files: .npy, which holds one array, and
// .npz, a zip archive of such files.
//
// What comes in and goes out is an [expr.Value]. All dtypes of package expr,
// both byte orders, both memory orders, arrays without axes and without
// elements, and versions 1, 2 and 3 of the format are read, float16 as float32;
// version 1.0, little endian and row-major is written, byte for byte what
// numpy.save writes.
//
// Files are not trusted: lengths that a file claims are not believed until the
// bytes are there, nothing in a file is ever executed, and a damaged file is an
// error. Structured dtypes, strings, dates and Python objects are refused.
//
// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
//
// Read header.go first, then npy.go.
package npy
