package backend

import "strings"

// Kernels returns the text of the kernels of q.
func Kernels(q *Plan) string {
	var b strings.Builder
	for _, s := range q.steps {
		for _, l := range s.launches {
			b.WriteString(l.k.String())
		}
	}
	return b.String()
}
