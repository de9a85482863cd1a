package main

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"

	"arignote/expr"
	"arignote/optimize"
)

// assumed returns what a rule takes for granted, found by computing both of its
// sides, "" for nothing and for exact rules.
func assumed(rule map[string]ast.Expr) string {
	if class(rule["class"]) == "exact" || class(rule["Class"]) == "exact" {
		return ""
	}
	if rule["Left"] == nil {
		return assumedByExample(text(rule["Name"]), text(rule["example"]))
	}
	left, right := text(rule["Left"]), text(rule["Right"])
	inputs := declared(left, text(rule["When"]))
	before, err := expr.Parse(axisName.ReplaceAllString(left, "axis=0"), inputs...)
	if err != nil {
		return ""
	}
	after, err := expr.Parse(axisName.ReplaceAllString(right, "axis=0"), inputs...)
	if err != nil {
		return ""
	}
	after = after.AsType(before.DType()) // as the engine does
	if !after.Type().SameShape(before.Type()) {
		after = after.BroadcastLike(before)
	}
	return optimize.Step{Before: before, After: after, Class: optimize.Real}.Try().Assumes
}

// assumedByExample returns what the rule takes for granted where it fires in
// its example.
func assumedByExample(rule, example string) string {
	g, err := expr.ParseGraph(example)
	if err != nil {
		return ""
	}
	_, trace, err := optimize.Run(g, optimize.Options{})
	if err != nil {
		return ""
	}
	for _, s := range trace.Steps {
		if s.Rule == rule {
			return s.Try().Assumes
		}
	}
	return ""
}

var (
	ruleName   = regexp.MustCompile(`\b[a-z]\b`)
	axisName   = regexp.MustCompile(`axis=[a-z]\b`)
	ofMatrices = regexp.MustCompile(`@|\.T\b|\b(inv|det|solve|trace|cholesky|logabsdet)\(`)
)

// declared returns inputs for the names of a rule: floats, matrices where there
// is linear algebra, and what its conditions say.
func declared(left, when string) []*expr.Node {
	var inputs []*expr.Node
	seen := []string{}
	for _, n := range ruleName.FindAllString(axisName.ReplaceAllString(left, ""), -1) {
		if slices.Contains(seen, n) {
			continue
		}
		seen = append(seen, n)
		says := func(property string) bool { return strings.Contains(when, n+" "+property) }
		d, dims := expr.Float64, []any{3}
		if says("matrix") || ofMatrices.MatchString(left) && !says("vector") {
			dims = []any{3, 3}
		}
		if says("integer") || strings.Contains(when, "result integer") {
			d = expr.Int64
		}
		if says("bool") || n == "c" {
			d = expr.Bool
		}
		inputs = append(inputs, expr.Input(n, d, dims...))
	}
	return inputs
}
