package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file says which loops of a kernel run in vectors and which ones workers
// may share, and how much work there is.

// mark marks the loops of a kernel that may run in vectors or be split.
func mark(k *kernel.Kernel, params []int) {
	m := &marker{k: k, params: params, extents: make(map[kernel.Var]int)}
	m.vectors(k.Body, 64, false)
	m.folds = true
	m.vectors(k.Body, 64, false)
	m.vectors(k.Body, 4, false)
	m.splits()
}

type marker struct {
	k       *kernel.Kernel
	params  []int
	extents map[kernel.Var]int // of loops over blocks: the length of a block
	folds   bool               // whether an ordered fold may be a Vector loop: a loop around it does better
}

// vectors marks loops of at least n iterations as Vector, inner ones first, and
// reports whether there is one in body.
func (m *marker) vectors(body []kernel.Stmt, n int, inside bool) bool {
	found := false
	for _, s := range body {
		l := kernel.StmtLoop(s)
		if l == nil {
			continue
		}
		if l.By != (kernel.Int{}) {
			m.extents[l.Var] = min(l.By.Value(m.params), l.Extent.Value(m.params))
		}
		inner := m.vectors(l.Body, n, inside || l.Vector)
		if !inner && !inside && !l.Vector && m.trips(l) >= n && (m.folds || !oneLane(s)) && m.vectorizable(l) {
			l.Vector = true
		}
		found = found || inner || l.Vector
	}
	return found
}

func (m *marker) trips(l *kernel.Loop) int {
	if l.Block != 0 {
		return m.extents[l.Block]
	}
	return l.Extent.Value(m.params)
}

// oneLane reports whether s is a reduction of one lane: as a Vector loop it takes up
// its elements one by one.
func oneLane(s kernel.Stmt) bool {
	r, ok := s.(*kernel.Reduce)
	return ok && r.Lanes == 1
}

// vectorizable reports whether l may be a Vector loop.
func (m *marker) vectorizable(l *kernel.Loop) bool {
	if l.By != (kernel.Int{}) {
		return false
	}
	stored := make(map[kernel.Buf]int)
	for s := range kernel.All(l.Body) {
		switch s := s.(type) {
		case *kernel.Alloc:
			return false
		case *kernel.Store:
			_, depends := s.At.Stride(l.Var)
			if !depends && len(s.Picks) == 0 || len(s.Picks) > 0 && !slices.Contains(l.Body, kernel.Stmt(s)) {
				return false
			}
			if stored[s.Buf]++; stored[s.Buf] > 1 && len(s.Picks) > 0 {
				return false
			}
		}
	}
	return true
}

// splits marks the outermost loops that workers may share: nests of them that
// follow one another, or a reduction.
func (m *marker) splits() {
	if !m.splitNests(false) {
		m.splitReduce()
		return
	}
	m.splitNests(true)
}

// splitNests marks the loops of the body, or finds out whether it can: whether
// nothing else stores anything or takes long.
func (m *marker) splitNests(do bool) bool {
	units := 0
	for _, s := range m.k.Body {
		l, ok := s.(*kernel.Loop)
		switch {
		case ok && m.splittable(l):
			if do {
				m.splitNest(l)
			}
			units += l.Trips(m.params)
		case !m.harmless(s):
			return false
		}
	}
	return units > 1
}

// splitNest marks l and loops inside of it, as many as give enough parts.
func (m *marker) splitNest(l *kernel.Loop) {
	for units := 1; ; {
		l.Split = true
		units *= max(1, l.Trips(m.params))
		if l.Vector || units >= 1<<12 || len(l.Body) == 0 {
			return
		}
		last := len(l.Body) - 1
		inner, ok := l.Body[last].(*kernel.Loop)
		if !ok || !m.splittable(inner) {
			return
		}
		for _, s := range l.Body[:last] {
			if !m.harmless(s) {
				return
			}
		}
		l = inner
	}
}

// splitReduce marks the only loop of the kernel if that is a reduction of which
// workers may compute the elements.
func (m *marker) splitReduce() {
	var only *kernel.Reduce
	for _, s := range m.k.Body {
		if kernel.StmtLoop(s) == nil {
			if _, ok := s.(*kernel.Store); ok && only == nil {
				return // what stands before the loop may run more than once
			}
			continue
		}
		r, ok := s.(*kernel.Reduce)
		if !ok || only != nil {
			return
		}
		only = r
	}
	if only != nil && only.Trips(m.params) > 1 && !only.Vector && m.independent(only) {
		only.Split = true
	}
}

// harmless reports whether s, beside loops that are divided, may run for each
// of the parts.
func (m *marker) harmless(s kernel.Stmt) bool {
	switch s.(type) {
	case *kernel.Let, *kernel.Const, *kernel.Iota, *kernel.Load:
		return true
	}
	return false
}

// splittable reports whether the iterations of l may be divided.
func (m *marker) splittable(l *kernel.Loop) bool {
	if l.Block != 0 || l.By != (kernel.Int{}) {
		return false
	}
	for s := range kernel.All(l.Body) {
		if s, ok := s.(*kernel.Store); ok && m.k.Buffers[s.Buf].Mode != kernel.Scratch {
			if _, depends := s.At.Stride(l.Var); !depends || len(s.Picks) > 0 {
				return false
			}
		}
	}
	return true
}

// independent reports whether every store in r depends on its loop, or on one
// over its blocks.
func (m *marker) independent(r *kernel.Reduce) bool {
	blocks := map[kernel.Var]bool{r.Var: true}
	for s := range kernel.All(r.Body) {
		if l := kernel.StmtLoop(s); l != nil && l.Block == r.Var {
			blocks[l.Var] = true
		}
		st, ok := s.(*kernel.Store)
		if !ok || m.k.Buffers[st.Buf].Mode == kernel.Scratch {
			continue
		}
		if !slices.ContainsFunc(st.At.Terms, func(t kernel.Term) bool { return blocks[t.Var] }) || len(st.Picks) > 0 {
			return false
		}
	}
	return true
}

// work estimates the time of running a kernel once, in additions.
func (m *marker) work(body []kernel.Stmt) float64 {
	t := 0.0
	for _, s := range body {
		switch s := s.(type) {
		case *kernel.Let:
			t += opCost(s.Op)
		case *kernel.Load, *kernel.Store:
			t++
		}
		n := 1.0
		if w, ok := s.(*kernel.While); ok {
			n = float64(min(w.Bound.Value(m.params), likelySteps))
		}
		if l := kernel.StmtLoop(s); l != nil {
			if l.By != (kernel.Int{}) {
				m.extents[l.Var] = min(l.By.Value(m.params), l.Extent.Value(m.params))
				n = float64(l.Trips(m.params))
			} else {
				n = float64(m.trips(l))
			}
		}
		for _, b := range kernel.Blocks(s) {
			t += float64(n * m.work(b))
		}
	}
	return t
}
