// Command compare runs arignote and the peers side by side and prints the
// ratios, a line for each workload, size and number of threads. Package bench
// describes the lines.
//
//	compare [-only W1,W9] [-rounds 5] [-threads 1,2] [-others 'numba|torch']
//
// It is run from the root of the module. It builds the peers and ours into a
// scratch folder, writes the inputs there, and then lets ours and the C
// reference take turns; each of the other peers runs once. What is not installed
// is skipped with a note.
//
// Read compare.go first, then peers.go for what is run and table.go for what is
// printed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	var o options
	var only, threads string
	flag.StringVar(&only, "only", "", "workloads, separated by commas; a number such as W2 means all its variants")
	flag.StringVar(&threads, "threads", "1,2", "numbers of threads, separated by commas")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of ours and C; slow or clearly lost comparisons get one")
	flag.Float64Var(&o.budget, "budget", 0.3, "seconds for which each measurement is repeated")
	flag.StringVar(&o.others, "others", "", "run only those of the other peers whose name matches; none for no others")
	flag.StringVar(&o.scratch, "scratch", filepath.Join(os.TempDir(), "arignote-peers"), "folder for programs and inputs")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "the Python that has the peers' packages")
	flag.BoolVar(&o.verbose, "v", false, "print every measurement as JSON to standard error")
	flag.Parse()
	if err := start(o, only, threads); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func start(o options, only, threads string) (err error) {
	if o.workloads, err = selected(only); err != nil {
		return err
	}
	for _, t := range strings.Split(threads, ",") {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			return fmt.Errorf("threads: %q is no number above 0", t)
		}
		o.threads = append(o.threads, n)
	}
	if o.scratch, err = filepath.Abs(o.scratch); err != nil {
		return err
	}
	c := &comparison{options: o}
	if err := c.build(); err != nil {
		return err
	}
	for _, w := range c.workloads {
		c.compare(w)
	}
	c.printNotes(os.Stdout)
	return nil
}

// all lists the workloads in the order in which they run. W16 (a file of 2 GB)
// must be asked for.
var all = strings.Fields("W1 W2v W2vg W3 W4 W5 W6 W7 W7b W8 W8b W9 W10d W10s W11 W11f W12s W12l W13 W13l W17 W18 OVH LAT")

// selected returns the workloads that a list of names selects: a name itself,
// or a number with all its variants: W2 means W2v and W2vg.
func selected(only string) ([]string, error) {
	if only == "" {
		return all, nil
	}
	var chosen []string
	for _, name := range strings.Split(only, ",") {
		name = strings.TrimSpace(name)
		before := len(chosen)
		for _, w := range append(all[:len(all):len(all)], "W16") {
			if w == name || strings.TrimRight(w, "bdfglsv") == name {
				chosen = append(chosen, w)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("no workload %s; there are %s W16", name, strings.Join(all, " "))
		}
	}
	return chosen, nil
}
