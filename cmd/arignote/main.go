// Command arignote evaluates, prints, differentiates and measures tensor
// expressions from the command line:
//
//	arignote eval 'M @ v + a/a' 'M=[[1,2],[3,4]]' v=data.npy a=2
//	arignote print 'x: float64[n]; x*x/x'
//	arignote grad 'x: float64[n]; sum(log(1 + exp(x)))' --wrt x
//	arignote explain 'x: float64[n]; log(1 + exp(x))'
//	arignote bench 'sum(x*x)' 'x=linspace(0, 1, 1000000)'
//
// arignote -h lists the commands, arignote eval -h says more about one. The exit
// code is 0 if all went well, 1 if an expression, a value or a file is wrong,
// and 2 if the command line is; then nothing is written to standard output.
//
// It is a thin layer: package expr reads the text, autodiff differentiates,
// backend compiles and runs. Read this file first, then program.go.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitOK    = 0
	exitWrong = 1 // a wrong expression, value or file
	exitUsage = 2 // a wrong command line
)

// commands is the command line.
type commands struct {
	Eval    evalCommand    `cmd:"" help:"Evaluate an expression."`
	Print   printCommand   `cmd:"" help:"Print an expression before and after simplification."`
	Grad    gradCommand    `cmd:"" help:"Print and evaluate the gradient of a scalar."`
	Explain explainCommand `cmd:"" help:"List the rewrites that simplify an expression."`
	Bench   benchCommand   `cmd:"" help:"Measure compiling and running."`
}

const description = `Tensor expressions: NumPy's meaning in Python's notation, simplified and compiled.

Example: arignote eval 'M @ v + 1' 'M=[[1,2],[3,4]]' v=data.npy`

// session is what a command reads from and writes to.
type session struct {
	stdin io.Reader
	read  bool         // an array has been read from stdin
	out   bytes.Buffer // goes to standard output if all went well
}

// usageError is a mistake in the command line.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the whole program; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := &session{stdin: stdin}
	helped := false
	parser, err := kong.New(new(commands),
		kong.Name("arignote"), kong.Description(description),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100, NoAppDescFormat: true}),
		kong.Writers(&s.out, stderr), kong.Exit(func(int) { helped = true }))
	if err != nil {
		panic(err) // a mistake in the tags of commands
	}
	ctx, err := parser.Parse(guard(args))
	switch {
	case helped:
	case err != nil:
		fmt.Fprintf(stderr, "arignote: %s\n", strings.ReplaceAll(err.Error(), `" -`, `"-`)) // without the blank of guard
		advise(stderr, args, err)
		return exitUsage
	default:
		err = ctx.Run(s)
	}
	if err != nil && !helped {
		return fail(stderr, err, ctx.Command())
	}
	if _, err := stdout.Write(s.out.Bytes()); err != nil {
		fmt.Fprintf(stderr, "arignote: %v\n", err)
		return exitWrong
	}
	return exitOK
}

// fail reports the error of a command and returns the exit code.
func fail(stderr io.Writer, err error, command string) int {
	fmt.Fprintf(stderr, "arignote: %v\n", err)
	var usage *usageError
	if !errors.As(err, &usage) {
		return exitWrong
	}
	command, _, _ = strings.Cut(command, " ")
	fmt.Fprintf(stderr, "Run \"arignote %s -h\" for help.\n", command)
	return exitUsage
}

// advise adds to the message about a command line that could not be read.
func advise(stderr io.Writer, args []string, err error) {
	for _, a := range args {
		if len(a) > 2 && a[0] == '-' && a[1] != '-' {
			fmt.Fprintln(stderr, "An expression that begins with -f, -h or -o goes in brackets, or after --: arignote eval -- '-f + x' f=1 x=2")
			break
		}
	}
	command := ""
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		command = parse.Context.Selected().Name + " "
	}
	fmt.Fprintf(stderr, "Run \"arignote %s-h\" for help.\n", command)
}

// guard marks arguments that begin with - but are expressions by a blank in
// front, so that they are not taken for flags.
func guard(args []string) []string {
	guarded := make([]string, len(args))
	for i, a := range args {
		if a == "--" {
			copy(guarded[i:], args[i:])
			break
		}
		if i > 0 && isExpression(a) {
			a = " " + a
		}
		guarded[i] = a
	}
	return guarded
}

// isExpression reports whether an argument is an expression such as "-x + 1"
// and no flag: -f, -h and -o, with or without their values, and long ones.
func isExpression(arg string) bool {
	if len(arg) < 2 || arg[0] != '-' {
		return false
	}
	if !strings.ContainsRune("-fho", rune(arg[1])) {
		return true
	}
	return arg[1] != '-' && len(arg) > 2 && strings.ContainsRune(" +*%@<>&|^()[", rune(arg[2]))
}
