package backend

import (
	"cmp"
	"io"
	"os"
	"slices"
	"strings"

	"arignote/expr"
	"arignote/optimize"
)

// Config says how to compile. The zero value is what [Compile] uses. The
// environment adds to it: see the fields.
type Config struct {
	// Threads bounds the number of cores that a Program uses; 0 means all.
	// The results are the same, bit for bit.
	Threads int

	// CPU pretends that the processor is less than it is: "generic", "avx2"
	// or "avx512". Empty means what there is, or ARIGNOTE_CPU. Compile refuses
	// a level that the machine does not have. It decides nothing yet: all
	// levels run the interpreter.
	CPU string

	// MemoryLimit, in bytes, bounds results and intermediate arrays; 0 means the
	// memory of the machine on Linux, and no limit elsewhere. What would need more is planned again with more thrift: steps in
	// another order, values computed twice rather than stored. A run that
	// needs more even then is refused with ErrMemory and the least that it
	// needs. See [Plan.PeakBytes] for what is counted.
	MemoryLimit int64

	// Profile measures each step: see [Program.Profile].
	Profile bool

	// Strict keeps only rewrites that give the same bits for all values,
	// NaN, infinities and signed zeros included.
	Strict bool

	// Skip leaves out optimizer passes and rewrites by their names, those that
	// a trace shows; "fuse" gives each node a step of its own, "classes" plans
	// every shape from the start. An unknown name is an error.
	// ARIGNOTE_SKIP=canonicalize,div-self adds to it.
	Skip []string

	// Rules are rewrite rules of the user's own, tried in the pass simplify,
	// before its own.
	Rules []optimize.Rule

	// Check verifies the graph after every pass and compares what it
	// computes with the reference, on random values. ARIGNOTE_CHECK=1 sets
	// it.
	Check bool

	// Trace gets the graph after each pass that changed it, with the rules
	// that fired, as text. ARIGNOTE_TRACE=- sets it to standard error.
	Trace io.Writer

	// Stages names a file of HTML that shows the program as given, after each
	// pass, as planned and as kernels, with each rewrite and what it does to
	// numbers: open it in a browser. Programs that name the same file are
	// shown in it together; the first one of the process begins it anew, plans
	// are added when they are made. ARIGNOTE_TRACE=stages.html, or another
	// name that ends in .html, sets it.
	Stages string
}

// withEnvironment returns c with what the environment asks for. This is the
// only place that reads the environment.
func (c Config) withEnvironment() (Config, error) {
	switch check := os.Getenv("ARIGNOTE_CHECK"); check {
	case "", "0":
	case "1":
		c.Check = true
	default:
		return c, inputError("ARIGNOTE_CHECK=%s: not 0 or 1", check)
	}
	if c.CPU == "" {
		c.CPU = os.Getenv("ARIGNOTE_CPU")
	}
	switch trace := os.Getenv("ARIGNOTE_TRACE"); {
	case trace == "-":
		if c.Trace == nil {
			c.Trace = os.Stderr
		}
	case strings.HasSuffix(trace, ".html"):
		c.Stages = cmp.Or(c.Stages, trace)
	case trace != "":
		return c, inputError("ARIGNOTE_TRACE=%s: not - and no name that ends in .html", trace)
	}
	for _, name := range strings.Split(os.Getenv("ARIGNOTE_SKIP"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			c.Skip = append(c.Skip[:len(c.Skip):len(c.Skip)], name)
		}
	}
	return c, nil
}

// skips reports whether something is left out by name.
func (c *Config) skips(name string) bool { return slices.Contains(c.Skip, name) }

// skippedRewrites are the names of Skip that are not about planning.
func (c *Config) skippedRewrites() []string {
	return slices.DeleteFunc(slices.Clone(c.Skip), func(name string) bool { return name == "fuse" || name == "classes" })
}

// Compile turns a function of inputs into a Program by the defaults of
// [Config].
func Compile(inputs []*expr.Node, outputs ...*expr.Node) (*Program, error) {
	return Config{}.Compile(inputs, outputs...)
}
