// Command docs writes the reference of operations and rewrites, ops.md and
// rules.md beside it, from the tables of the packages:
//
//	go run ./docs
//
// All of it is read from the sources: the rows of the tables, and the comments
// of the functions that the rows name. So a row needs no text of its own to be
// documented, and what is said in the reference is what a reader of the code
// finds there. A test fails when the files are not up to date.
//
// Read source.go first, then ops.go and rules.go.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// documents are the files to write, and what writes them from the sources of
// the module in a directory.
var documents = []struct {
	name  string
	write func(module string) (string, error)
}{
	{"docs/ops.md", operations},
	{"docs/rules.md", rewrites},
}

func main() {
	for _, d := range documents {
		text, err := d.write(".")
		if err == nil {
			err = os.WriteFile(filepath.FromSlash(d.name), []byte(text), 0o666)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "docs: %s: %v\n", d.name, err)
			os.Exit(1)
		}
	}
}
