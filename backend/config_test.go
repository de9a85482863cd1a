package backend_test

import (
	"strings"
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/optimize"
)

// TestEnvironment: rules of the user's are checked and left out as the
// environment says.
func TestEnvironment(t *testing.T) {
	x := expr.Vector("x")
	c := backend.Config{Rules: []optimize.Rule{{Name: "sabotage", Left: "tanh(x)", Right: "1.01 * x", Class: optimize.Real}}}
	compile := func() (*backend.Program, error) { return c.Compile([]*expr.Node{x}, x.Tanh().Sum()) }
	p, err := compile()
	if err != nil || p.Trace().Hits()["sabotage"] != 1 {
		t.Fatalf("%v %v", p.Trace(), err)
	}
	t.Setenv("ARIGNOTE_CHECK", "1")
	if _, err := compile(); err == nil || !strings.Contains(err.Error(), "sabotage") {
		t.Errorf("error %v, want one that names the rule", err)
	}
	t.Setenv("ARIGNOTE_SKIP", "blas, sabotage")
	if p, err = compile(); err != nil || p.Trace().Hits()["sabotage"] != 0 {
		t.Errorf("%v %v", p.Trace(), err)
	}
}

// TestEnvironmentMistakes: a word that is not known is a mistake and not ignored.
func TestEnvironmentMistakes(t *testing.T) {
	for name, value := range map[string]string{"ARIGNOTE_CHECK": "yes", "ARIGNOTE_TRACE": "stages.txt", "ARIGNOTE_CPU": "sse"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			_, err := backend.Compile(nil, expr.Const(1.5))
			wrong(t, err, expr.ErrInput, value)
		})
	}
}
