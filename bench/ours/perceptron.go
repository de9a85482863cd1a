package main

import (
	"fmt"
	"math"

	"arignote/autodiff"
	"arignote/expr"
)

// layers are the widths of the perceptron: inputs, two hidden layers, classes.
var layers = [...]int{784, 512, 512, 10}

// rate is the learning rate.
const rate = 0.01

// perceptron has the symbols of a multi-layer perceptron.
type perceptron struct {
	x             *expr.Node
	weights, bias []*expr.Node
}

func newPerceptron() perceptron {
	p := perceptron{x: expr.Matrix("X", expr.Float32)}
	for k := 1; k < len(layers); k++ {
		p.weights = append(p.weights, expr.Matrix(fmt.Sprint("W", k), expr.Float32))
		p.bias = append(p.bias, expr.Vector(fmt.Sprint("b", k), expr.Float32))
	}
	return p
}

// scores returns the last layer's values, before softmax.
func (p perceptron) scores() *expr.Node {
	h := p.x
	for k := range p.weights {
		if h = h.Dot(p.weights[k]).Add(p.bias[k]); k < len(p.weights)-1 {
			h = h.Relu()
		}
	}
	return h
}

// parameters returns weights and biases, layer by layer.
func (p perceptron) parameters() []*expr.Node {
	var all []*expr.Node
	for k := range p.weights {
		all = append(all, p.weights[k], p.bias[k])
	}
	return all
}

// perceptronStep builds a step of gradient descent: the loss, then the new
// parameters.
func perceptronStep() (*expr.Graph, error) {
	p := newPerceptron()
	y := expr.Vector("y", expr.Int64)
	logs := p.scores().LogSoftmax(1)
	loss := logs.Index(expr.Arange(0, y.Size(0), 1), y).Mean().Neg()
	outputs := []*expr.Node{loss}
	for i, g := range autodiff.Grads(loss, p.parameters()...) {
		outputs = append(outputs, p.parameters()[i].Sub(g.Mul(rate)))
	}
	return graph(append([]*expr.Node{p.x, y}, p.parameters()...), outputs...)
}

// perceptronUpdates says that each new parameter is an argument of the next
// step.
var perceptronUpdates = [][2]int{{1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}}

// perceptronForward builds the probabilities of the classes.
func perceptronForward() (*expr.Graph, error) {
	p := newPerceptron()
	return graph(append([]*expr.Node{p.x}, p.parameters()...), p.scores().Softmax(1))
}

// perceptronData returns a batch, its classes and the parameters.
func perceptronData(s *source, batch int) []any {
	inputs := perceptronInputs(s, batch)
	classes := slice[int64](s, "y", batch, integer(layers[len(layers)-1]))
	return append([]any{inputs[0], classes}, inputs[1:]...)
}

// perceptronInputs returns a batch and the parameters.
func perceptronInputs(s *source, batch int) []any {
	args := []any{matrix[float32](s, "X", batch, layers[0], normal(0, 1))}
	for k := 1; k < len(layers); k++ {
		from, to := layers[k-1], layers[k]
		args = append(args,
			matrix[float32](s, fmt.Sprint("W", k), from, to, normal(0, math.Sqrt(2/float64(from)))),
			vector[float32](s, fmt.Sprint("b", k), to, normal(0, 0)))
	}
	return args
}
