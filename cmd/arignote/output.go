package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"arignote/cmd/arignote/internal/npy"
	"arignote/expr"
)

// output says where results go. It is part of the commands that compute.
type output struct {
	Output string `short:"o" placeholder:"FILE" help:"Write the results to a .npy file (one result) or a .npz file instead of printing them; - writes .npy data to standard output."`
	Digits int    `default:"-1" placeholder:"N" help:"Significant digits of printed numbers, 0 for all; unless given 8 in arrays and all in scalars."`
	All    bool   `help:"Print all elements of large arrays."`
}

// check finds mistakes in the flags before anything is computed.
func (o *output) check(results int) error {
	switch ext := filepath.Ext(o.Output); {
	case o.Output == "" || ext == ".npz":
	case ext != ".npy" && o.Output != "-":
		return usagef("-o wants the name of a .npy or .npz file, or - for standard output, not %s", o.Output)
	case results > 1 && o.Output == "-":
		return usagef("%d results do not go to standard output as .npy data: use -o results.npz", results)
	case results > 1:
		return usagef("%d results do not go into a .npy file: use -o %s.npz", results, strings.TrimSuffix(o.Output, ext))
	}
	return nil
}

// write prints the results or writes them to the file.
func (o *output) write(s *session, names []string, values []*expr.Value) error {
	if o.Output == "" {
		o.print(&s.out, names, values)
		return nil
	}
	if o.Output == "-" {
		return npy.Write(&s.out, values[0])
	}
	return create(o.Output, func(w io.Writer) error {
		if filepath.Ext(o.Output) == ".npz" {
			return npy.WriteArchive(w, names, values)
		}
		return npy.Write(w, values[0])
	})
}

// print writes each result, with its type unless it is the only one and a
// scalar, and with its name unless it is the only one.
func (o *output) print(w io.Writer, names []string, values []*expr.Value) {
	for i, v := range values {
		if len(values) > 1 {
			fmt.Fprintf(w, "%s: ", names[i])
		}
		switch text := valueText(v, o.Digits, o.All); {
		case v.Rank() > 0:
			fmt.Fprintf(w, "%v\n%s\n", v.Type(), text)
		case len(values) > 1:
			fmt.Fprintf(w, "%v %s\n", v.Type(), text)
		default:
			fmt.Fprintln(w, text)
		}
	}
}

// create writes a file. A regular file is written beside its place first, so
// that an error does not leave half of it, or harm the one that was there.
func create(name string, write func(io.Writer) error) (err error) {
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return err
		}
		return firstError(write(f), f.Close())
	}
	partial := name + "." + strconv.Itoa(os.Getpid()) + ".partial"
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		var e *os.PathError
		if errors.As(err, &e) {
			e.Path = name
		}
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(partial)
		}
	}()
	if err = firstError(write(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(partial, name)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
