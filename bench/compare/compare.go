package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// comparison is one run of this command.
type comparison struct {
	options
	notes []string
}

// note keeps a remark for the end, once.
func (c *comparison) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(c.notes, text) {
		c.notes = append(c.notes, text)
	}
}

func (c *comparison) printNotes(w io.Writer) {
	for _, n := range c.notes {
		fmt.Fprintln(w, "note:", n)
	}
}

// Patterns for the peers' names of the C reference and of OpenBLAS.
const (
	referencePattern = `^c(-|$)`
	gemmPattern      = `^openblas-(default|skylakex)`
)

// otherPattern returns a pattern for the names of the other peers that are
// asked for, "" for none. Plain Python, which takes minutes, is left out.
func (c *comparison) otherPattern() string {
	if c.others == "none" {
		return ""
	}
	return fmt.Sprintf(`^(?!c(-|$)|python|openblas)(?=.*(%s))`, c.others)
}

// compare measures a workload and prints its lines.
func (c *comparison) compare(workload string) {
	t := newTable()
	t.add(c.inputs(workload)...)
	for round := range c.rounds {
		if round > 0 && t.decided() {
			break
		}
		c.round(workload, t)
	}
	if otherPattern := c.otherPattern(); otherPattern != "" {
		for _, threads := range c.threads {
			for _, environment := range []string{"", "thp", "skylakex"} {
				t.add(c.inProcess(workload, threads, environment, otherPattern)...)
			}
		}
		t.add(c.programs(workload, otherPattern)...)
	}
	for _, text := range t.failures() {
		c.note("%s", text)
	}
	t.print(os.Stdout)
}

// round measures ours and the reference once each, for all numbers of threads.
func (c *comparison) round(workload string, t *table) {
	for _, threads := range c.threads {
		t.add(c.measureOurs(workload, threads)...)
		t.add(c.inProcess(workload, threads, "", referencePattern)...)
	}
	switch {
	case strings.HasPrefix(workload, "W10"):
		t.add(c.programs(workload, gemmPattern)...)
	case workload != "LAT":
		t.add(c.programs(workload, referencePattern)...)
	}
}
