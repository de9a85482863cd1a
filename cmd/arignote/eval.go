package main

// evalCommand computes the outputs of a program.
type evalCommand struct {
	source
	flags
	output
}

// Help is the text below the summary of "arignote eval -h".
func (*evalCommand) Help() string {
	return `Computes an expression, or every output of a program, and prints the results or writes them to a file.

Examples:

    arignote eval '1/3 + 2j'
    arignote eval 'M @ v' 'M=[[1,2],[3,4]]' 'v=[1,1]'
    arignote eval 'softmax(x)' x=scores.npy -o p.npy
    arignote eval 'svd(A)' A=data.npz:A -o usv.npz
    arignote eval 'grad(sum(x**3), x)' 'x=[1,2,3.5]'
    arignote eval -f model.txt x=data.npy
    arignote eval 'exp(x)' x=data.npy -o - | arignote eval 'sum(y)' y=-
    echo 'y = x - mean(x); y, sum(y*y)' | arignote eval -f - 'x=[1,2,6]'`
}

// Run is the command.
func (c *evalCommand) Run(s *session) error {
	p, err := c.load(s)
	if err != nil {
		return err
	}
	if err := c.check(len(p.names)); err != nil {
		return err
	}
	f, err := p.compile(c.config())
	if err != nil {
		return err
	}
	values, err := p.run(f)
	if err != nil {
		return err
	}
	return c.write(s, p.names, values)
}
