package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// options are those of the command line.
type options struct {
	workloads []string
	threads   []int
	rounds    int
	budget    float64
	others    string
	verbose   bool
	scratch   string
	python    string
}

// Where things are, from the root of the module and below the scratch folder.
const (
	peersFolder = "bench/peers"
	oursPackage = "./bench/ours"
)

func (o options) peersBuild() string { return filepath.Join(o.scratch, "build") }
func (o options) data() string       { return filepath.Join(o.scratch, "data") }
func (o options) ours() string       { return filepath.Join(o.scratch, "ours") }

// row is one measurement, as the peers' driver and ours print them.
type row struct {
	Workload string   `json:"workload"`
	Impl     string   `json:"impl"`
	Threads  int      `json:"threads"`
	N        any      `json:"n"`
	Median   float64  `json:"median_s"`
	Loop     float64  `json:"loop_s"` // W4: without starting the process
	Scaled   any      `json:"scaled"` // a number or a bool
	Check    *float64 `json:"check"`
	Foreign  float64  `json:"foreign"` // cores that other processes used meanwhile
	Steal    float64  `json:"steal"`   // and the hypervisor
	Note     string   `json:"note"`
	Error    string   `json:"error"`
}

// build compiles ours, and the peers where they are older than their sources.
func (c *comparison) build() error {
	if _, err := os.Stat(filepath.Join(peersFolder, "run.py")); err != nil {
		return fmt.Errorf("run me from the root of the module: %w", err)
	}
	for _, dir := range []string{c.peersBuild(), c.data()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if out, err := exec.Command("go", "build", "-o", c.ours(), oursPackage).CombinedOutput(); err != nil {
		return fmt.Errorf("ours does not build: %w\n%s", err, out)
	}
	// The driver stops at the first compiler that is missing; what it has
	// built before that can be used.
	if !upToDate(filepath.Join(c.peersBuild(), "diff2d_fast"), filepath.Join(peersFolder, "src")) {
		if _, err := c.python3(1, "", filepath.Join(peersFolder, "run.py"), "build"); err != nil {
			c.note("peers: not everything could be built (make peers-setup installs what it takes): %v", err)
		}
	}
	return nil
}

// upToDate reports whether file is newer than all files in folder.
func upToDate(file, folder string) bool {
	target, err := os.Stat(file)
	if err != nil {
		return false
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.ModTime().After(target.ModTime()) {
			return false
		}
	}
	return true
}

// inProcess runs the peers of a workload that are Python functions and match
// the pattern, in a process with the given environment of the peers' driver: ""
// or "thp" (huge pages) or "skylakex" (OpenBLAS kernels).
func (c *comparison) inProcess(workload string, threads int, environment, pattern string) []row {
	rows, err := c.python3(threads, environment, filepath.Join(peersFolder, "run.py"),
		"many", workload, fmt.Sprint(threads), environment, "", pattern)
	if err != nil {
		c.note("%s: peers: %v", workload, err)
	}
	return rows
}

// programs runs the peers of a workload that are programs of their own, with
// one and two threads.
func (c *comparison) programs(workload, pattern string) []row {
	if !slices.Contains([]string{"W4", "W10d", "W10s", "W11", "LAT"}, workload) {
		return nil
	}
	rows, err := c.python3(1, "", filepath.Join(peersFolder, "run.py"), "prog", workload, "--impl", pattern)
	if err != nil {
		c.note("%s: peers: %v", workload, err)
	}
	return rows
}

// inputs writes the inputs of a workload, and returns checksums for what has no
// C reference with the same inputs.
func (c *comparison) inputs(workload string) []row {
	rows, err := c.python3(1, "", "bench/inputs.py", workload)
	if err != nil {
		c.note("%s: no inputs and so no checksums: %v", workload, err)
	}
	return rows
}

// measureOurs runs ours.
func (c *comparison) measureOurs(workload string, threads int) []row {
	rows, err := c.run(threads, "", c.ours(), "many", workload, fmt.Sprint(threads))
	if err != nil {
		c.note("%s: ours: %v", workload, err)
	}
	return rows
}

func (c *comparison) python3(threads int, environment string, args ...string) ([]row, error) {
	return c.run(threads, environment, c.python, args...)
}

// longest is how long one process may run: NumPy needs minutes for some
// workloads.
const longest = 20 * time.Minute

// run runs a command and returns the rows that it prints.
func (c *comparison) run(threads int, environment, name string, args ...string) ([]row, error) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = c.environment(os.Environ(), threads, environment)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	rows := parse(out.String())
	if c.verbose {
		os.Stderr.Write(out.Bytes())
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(problems.String()), "\n")
		err = fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return rows, err
}

// notJSON are numbers that Python writes and JSON does not have.
var notJSON = regexp.MustCompile(`: (NaN|-?Infinity)\b`)

// parse returns the rows among the lines of an output.
func parse(output string) []row {
	var rows []row
	for line := range strings.Lines(output) {
		var r row
		line = notJSON.ReplaceAllString(line, ": null")
		if json.Unmarshal([]byte(line), &r) == nil && r.Workload != "" {
			rows = append(rows, r)
		}
	}
	return rows
}

// environment is base for a process with so many threads, as the peers' driver
// sets it: a chosen OpenBLAS kernel would distort the comparison and is removed.
func (c *comparison) environment(base []string, threads int, kind string) []string {
	set := map[string]string{
		"PEERS_BUILD": c.peersBuild(), "PEERS_DATA": c.data(), "PEERS_PYTHON": c.python,
		"PEERS_BUDGET": fmt.Sprint(c.budget), "PYTHONDONTWRITEBYTECODE": "1",
	}
	for _, name := range []string{"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS",
		"NUMEXPR_MAX_THREADS", "NUMBA_NUM_THREADS", "BLIS_NUM_THREADS", "GOMAXPROCS"} {
		set[name] = fmt.Sprint(threads)
	}
	switch kind {
	case "thp":
		set["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
	case "skylakex":
		set["OPENBLAS_CORETYPE"] = "SkylakeX"
	}
	var env []string
	for _, entry := range base {
		name, _, _ := strings.Cut(entry, "=")
		if _, ours := set[name]; !ours && name != "OPENBLAS_CORETYPE" && name != "OPENBLAS_L2_SIZE" {
			env = append(env, entry)
		}
	}
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return env
}
