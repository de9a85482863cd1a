// Command ours runs the workloads of the peers by arignote and prints a line of
// JSON for each measurement, with the fields that the peers' driver prints.
//
//	ours list                  the workloads and their sizes
//	ours many W1,W12s 2        all sizes of some workloads by two threads
//	ours one W1 2 1000000      one size
//
// Inputs are read from the files that inputs.py has written to the folder -data,
// by default $PEERS_DATA. Without them inputs are random and there is no
// checksum.
//
// Read table.go first: the workloads as a user would write them.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

func main() {
	var set settings
	var maxMB float64
	flag.StringVar(&set.data, "data", os.Getenv("PEERS_DATA"), "folder of the input files")
	flag.Float64Var(&set.budget, "budget", fromEnvironment("PEERS_BUDGET", 1), "seconds for which calls are repeated")
	flag.Float64Var(&set.maxSeconds, "max-seconds", 5, "run a smaller size if one call would take longer")
	flag.Float64Var(&maxMB, "max-mb", 4096, "run a smaller size if one call would allocate more")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: ours [flags] list | many WORKLOADS THREADS | one WORKLOAD THREADS SIZE")
		flag.PrintDefaults()
	}
	flag.Parse()
	set.maxBytes = maxMB * 1e6
	if err := command(flag.Args(), set); err != nil {
		fmt.Fprintln(os.Stderr, "ours:", err)
		os.Exit(1)
	}
}

func fromEnvironment(name string, otherwise float64) float64 {
	if f, err := strconv.ParseFloat(os.Getenv(name), 64); err == nil {
		return f
	}
	return otherwise
}

func command(args []string, set settings) error {
	switch {
	case len(args) == 1 && args[0] == "list":
		for _, w := range workloads {
			for _, z := range w.sizes {
				fmt.Printf("%s\t%v\n", w.name, z.n)
			}
		}
		for _, l := range latencies {
			fmt.Printf("LAT\t%s\n", l.name)
		}
		return nil
	case len(args) == 3 && args[0] == "many", len(args) == 4 && args[0] == "one":
	default:
		flag.Usage()
		return fmt.Errorf("no such command: %s", strings.Join(args, " "))
	}
	threads, err := strconv.Atoi(args[2])
	if err != nil || threads < 1 {
		return fmt.Errorf("threads: %q is no number above 0", args[2])
	}
	runtime.GOMAXPROCS(threads)
	set.threads = threads
	only := ""
	if args[0] == "one" {
		only = args[3]
	}
	for _, name := range strings.Split(args[1], ",") {
		if err := run(name, only, set); err != nil {
			return err
		}
	}
	return nil
}

// run measures and prints the sizes of a workload, or only one of them.
func run(name, only string, set settings) error {
	lines := json.NewEncoder(os.Stdout)
	found := false
	for i := range workloads {
		w := &workloads[i]
		for _, z := range w.sizes {
			if w.name != name || only != "" && fmt.Sprint(z.n) != only {
				continue
			}
			found = true
			if err := lines.Encode(w.measure(z, set)); err != nil {
				return err
			}
			runtime.GC()
		}
	}
	for _, l := range latencies {
		if name != "LAT" || only != "" && l.name != only {
			continue
		}
		found = true
		if err := lines.Encode(latency(byName(l.name), l.length, set)); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("no workload %s %s", name, only)
	}
	return nil
}

func byName(name string) *workload {
	for i := range workloads {
		if workloads[i].name == name {
			return &workloads[i]
		}
	}
	return nil
}
