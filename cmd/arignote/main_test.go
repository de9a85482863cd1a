package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// The tests run the program as a user does. The files testdata/*.txt are
// transcripts: a line that begins with "$ " and what the command prints; the
// messages of a command that fails end with its exit code. To write them anew:
//
//	go test ./cmd/arignote -update

var update = flag.Bool("update", false, "write the transcripts anew")

// binary is the program under test.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "arignote")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "arignote")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	build := exec.Command("go", "build", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// execute runs the program in dir.
func execute(t *testing.T, dir, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	c := exec.Command(binary, args...)
	c.Dir, c.Stdin, c.Stdout, c.Stderr = dir, strings.NewReader(stdin), &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// workspace returns a directory with the files that the transcripts use.
func workspace(t *testing.T) string {
	dir := t.TempDir()
	for name, from := range map[string]string{
		"numpy.npz": "internal/npy/testdata/numpy.npz",
		"data.npy":  "internal/npy/testdata/version2.npy",
	} {
		data, err := os.ReadFile(filepath.FromSlash(from))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, data)
	}
	data, err := os.ReadFile(filepath.Join(dir, "data.npy"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "cut.npy", data[:len(data)-1])
	write(t, dir, "model.txt", []byte("# a line through the data\nx: float64[n]\na: float64\n\nmiddle = mean(x)\na*(x - middle), middle\n"))
	write(t, dir, "wrong.txt", []byte("x: float64[n]\ny = x + 1\n\tz = y @@ x\nz\n"))
	return dir
}

func write(t *testing.T, dir, name string, data []byte) {
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, rest, _ := strings.Cut(string(data), "$ ")
			var got strings.Builder
			got.WriteString(head)
			dir := workspace(t)
			for i, c := range strings.Split(rest, "\n$ ") {
				command, want, _ := strings.Cut(c, "\n")
				out := transcript(t, dir, command)
				if strings.TrimRight(want, "\n") != out && !*update {
					t.Errorf("$ %s\n got:\n%s\nwant:\n%s", command, out, want)
				}
				if i > 0 {
					got.WriteString("\n")
				}
				fmt.Fprintf(&got, "$ %s\n", command)
				if out != "" {
					got.WriteString(out + "\n")
				}
			}
			if *update {
				write(t, "testdata", filepath.Base(file), []byte(got.String()))
			}
		})
	}
}

// TestReadme: what the README shows is what the program prints.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(data), "```\n$ arignote ")
	if !found {
		t.Fatal("no transcript")
	}
	block, _, _ = strings.Cut(block, "\n```")
	for _, c := range strings.Split(block, "\n$ arignote ") {
		command, want, _ := strings.Cut(c, "\n")
		out, _, _ := strings.Cut(transcript(t, t.TempDir(), "arignote "+command), "\n[exit ")
		if strings.TrimRight(want, "\n") != out {
			t.Errorf("$ arignote %s\n got:\n%s\nwant:\n%s", command, out, want)
		}
	}
}

// TestPipe: an array goes from one command to the next.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	array, stderr, code := execute(t, dir, "", "eval", "arange(5)*0.5", "-o", "-")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"eval", "sum(x)", "x=-"}, "5.0\n"},
		{[]string{"eval", "x + y", "x=-", "y=-"}, "arignote: the value of y: standard input is read already\n"},
		{[]string{"eval", "-f", "-", "x=-"}, "arignote: the value of x: standard input is read already\n"},
		{[]string{"eval", "x, 2*x", "x=-", "-o", "-"}, "arignote: 2 results do not go to standard output as .npy data: use -o results.npz\nRun \"arignote eval -h\" for help.\n"},
	} {
		if stdout, stderr, _ := execute(t, dir, array, c.args...); stdout+stderr != c.want {
			t.Errorf("%q: %s%s, want %s", c.args, stdout, stderr, c.want)
		}
	}
	if _, stderr, code := execute(t, dir, array[:len(array)-1], "eval", "x", "x=-"); code != 1 || !strings.HasPrefix(stderr, "arignote: the value of x: standard input: the data ends") {
		t.Errorf("cut: exit %d, %s", code, stderr)
	}
}

// TestHTML: the page has the plan where there are values.
func TestHTML(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		command string
		plans   int
	}{
		{"arignote print 'x: float64[n]; exp(x)' --html stages.html", 0},
		{"arignote print 'exp(x)' 'x=[1,2]' --html stages.html", 1},
		{"arignote explain 'x: float64[n]; x/x' --html stages.html", 0},
		{"arignote eval 'exp(x)' 'x=[1,2]' --html stages.html", 1},
	} {
		transcript(t, dir, c.command)
		page, err := os.ReadFile(filepath.Join(dir, "stages.html"))
		if err != nil {
			t.Fatal(err)
		}
		for class, want := range map[string]int{"program": 1, "plan": c.plans} {
			if n := strings.Count(string(page), `<script type="application/json" class="`+class+`">`); n != want {
				t.Errorf("%s: %d blocks of a %s, want %d", c.command, n, class, want)
			}
		}
	}
}

// transcript runs a line "[printf TEXT |] arignote ARGS" and returns what it
// prints. Success writes to standard output alone, failure to standard error
// alone.
func transcript(t *testing.T, dir, line string) string {
	words := split(line)
	stdin := ""
	if len(words) > 3 && words[0] == "printf" && words[2] == "|" {
		stdin = strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(words[1])
		words = words[3:]
	}
	if words[0] != "arignote" {
		t.Fatalf("not a command: %s", line)
	}
	stdout, stderr, code := execute(t, dir, stdin, words[1:]...)
	switch {
	case code == 0 && stderr != "":
		t.Errorf("$ %s\nsucceeds and writes to standard error: %s", line, stderr)
	case code != 0 && stdout != "":
		t.Errorf("$ %s\nfails and writes to standard output: %s", line, stdout)
	case code != 0 && stderr == "":
		t.Errorf("$ %s\nfails without a message", line)
	}
	if code != 0 {
		return fmt.Sprintf("%s[exit %d]", stderr, code)
	}
	return strings.TrimRight(stdout, "\n")
}

var quoted = regexp.MustCompile(`(?:'[^']*'|[^\s'])+`)

// split splits a line into words as a shell does, as far as there are single
// quotes alone.
func split(line string) []string {
	words := quoted.FindAllString(line, -1)
	for i, w := range words {
		words[i] = strings.ReplaceAll(w, "'", "")
	}
	return words
}

// Each command has help with examples, and those that need no files work.
func TestHelp(t *testing.T) {
	stdout, _, code := execute(t, ".", "", "-h")
	if code != 0 {
		t.Fatalf("exit %d", code)
	}
	dir := workspace(t)
	for _, command := range []string{"eval", "print", "grad", "explain", "bench"} {
		if !strings.Contains(stdout, "  "+command+" ") {
			t.Errorf("arignote -h does not mention %s", command)
		}
		help, stderr, code := execute(t, ".", "", command, "-h")
		if code != 0 || stderr != "" || !strings.Contains(help, "Examples:") {
			t.Errorf("arignote %s -h: exit %d, %s%s", command, code, stderr, help)
		}
		for line := range strings.Lines(help) {
			words := split(line)
			if len(words) < 3 || words[0] != "arignote" || strings.Contains(line, " | ") ||
				strings.Contains(line, ".np") || strings.Contains(line, "model.txt") {
				continue
			}
			if command == "bench" {
				words = append(words, "--time", "1ms", "--samples", "1")
			}
			if _, stderr, code := execute(t, dir, "", words[1:]...); code != 0 {
				t.Errorf("%s: exit %d, %s", strings.TrimSpace(line), code, stderr)
			}
		}
	}
}

func TestBench(t *testing.T) {
	stdout, stderr, code := execute(t, ".", "", "bench", "sum(x*x), x + a", "x=linspace(0, 1, 1000)", "a=2", "--time", "20ms", "--samples", "5")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	const time = `[\d.]+ (ns|µs|ms|s)`
	calls := " +" + time + ` a call, the median of 5 samples of \d+ calls?
 +quartiles ` + time + " to " + time + ` \(\d+%\), fastest ` + time + ", slowest " + time + `
 +allocates [\d.]+ .?B in \d+ objects a call
( +the times vary much.*
)?`
	want := regexp.MustCompile(`^machine +.*
input +x: float64\[1000\]
input +a: int64
result +out0: float64
result +out1: float64\[1000\]
nodes +\d+ as written, \d+ simplified
compile +` + time + " the first time, then " + time + ` \(median of \d+\)
first call +` + time + "\nsteady" + calls + "reusing" + calls + "$")
	if !want.MatchString(stdout) {
		t.Errorf("got\n%s\nwant a match of\n%v", stdout, want)
	}
}

// A file that cannot be written is an error, and nothing is left behind.
func TestUnwritable(t *testing.T) {
	dir := workspace(t)
	_, stderr, code := execute(t, dir, "", "eval", "1 + 1", "-o", "none/out.npy")
	if code != 1 || !strings.Contains(stderr, "none") {
		t.Errorf("exit %d, %s", code, stderr)
	}
	if err := os.Mkdir(filepath.Join(dir, "out.npy"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code = execute(t, dir, "", "eval", "1 + 1", "-o", "out.npy"); code != 1 {
		t.Errorf("exit %d, %s", code, stderr)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.partial"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
