package backend

import (
	"container/heap"
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file decides where in memory storages are: how long each is needed,
// which are written over others, and their places in the arena.

// number collects the storages of the steps and finds out how long each is
// needed.
func (q *Plan) number() {
	seen := make(map[*storage]bool)
	use := func(s *storage, at int) {
		if !seen[s] {
			seen[s] = true
			s.id, s.number, s.from = len(q.storages), len(q.storages), at
			q.storages = append(q.storages, s)
		}
		s.to = at
	}
	for _, v := range q.inputs {
		use(v.array.storage, 0)
	}
	for at, b := range q.batches {
		for _, s := range q.steps[b.lo:b.hi] {
			for _, r := range s.reads {
				use(r, at)
			}
			for _, w := range s.writes {
				use(w, at)
			}
		}
	}
	for _, a := range q.results {
		use(a.storage, len(q.batches))
	}
}

// reuse lets element-wise steps, and products that are added to something,
// write over an operand that nobody needs any more.
func (q *Plan) reuse() {
	for at, b := range q.batches {
		if b.hi-b.lo > 1 {
			continue // another step may read the operand at the same time
		}
		s := q.steps[b.lo]
		if c := s.addend(at); c != nil {
			s.vertex.array.writeOver(c)
			s.inPlace = true
		}
		if len(s.launches) != 1 {
			continue
		}
		l := s.launches[0]
		var accesses *kernel.Accesses
		for out, w := range l.bound {
			if w == nil || w.from != at || w.place != inArena && w.place != inResult || l.k.Buffers[out].Mode != kernel.Out {
				continue
			}
			if accesses == nil {
				accesses = l.k.Accesses()
			}
			if in := l.operand(accesses, kernel.Buf(out), at); in != nil {
				w.writeOver(in)
				s.inPlace = true
			}
		}
	}
	for _, s := range q.storages {
		r := s.root()
		s.id, s.place, s.index = r.id, r.place, r.index
	}
}

// addend returns the memory of C where the step is alpha*A@B + beta*C or alike,
// if the result can be written over it: it is in the arena, is not needed after
// batch at, has the elements in the order of the result and is neither A nor B.
func (s *step) addend(at int) *storage {
	v := s.vertex
	if v == nil || v.kind != kindProduct || v.array.from != at {
		return nil
	}
	last := len(v.args) - 1
	if op := v.node.Op(); op != expr.OpGer && last != 4 {
		return nil
	}
	c := v.args[last].located()
	root := c.root()
	if root.place != inArena || root.to != at || c.off != 0 || c.n != v.array.n || c.dtype != v.dtype || !c.contiguous(v.shape) {
		return nil
	}
	for _, a := range v.args[:last] {
		if a.located().root() == root {
			return nil
		}
	}
	return root
}

// operand returns an input of the launch that buffer out can be written over:
// memory in the arena that is not needed after batch at.
func (l *launch) operand(a *kernel.Accesses, out kernel.Buf, at int) *storage {
	w := l.bound[out]
	for in, r := range l.bound {
		if r == nil || l.k.Buffers[in].Mode != kernel.In || r.n != w.n || r.dtype != w.dtype {
			continue
		}
		if root := r.root(); root.place == inArena && root.to == at && a.InPlace(l.params, out, kernel.Buf(in), w.n) {
			return root
		}
	}
	return nil
}

// root returns the storage whose memory s has.
func (s *storage) root() *storage {
	for s.over != nil {
		s = s.over
	}
	return s
}

// writeOver gives w the memory of o, which is in the arena, or o that of w if w
// is a result.
func (w *storage) writeOver(o *storage) {
	if w.place == inResult {
		o.over, w.from = w, o.from
		return
	}
	w.over, o.to = o, w.to
}

// layOut gives each storage in the arena its place: the lowest that is free
// while it is needed. Storages are numbered in the order in which they are
// first used.
func (q *Plan) layOut() {
	var space freeSpace
	var live byEnd
	for _, s := range q.storages {
		if s.place != inArena || s.over != nil {
			continue
		}
		for len(live) > 0 && live[0].to < s.from {
			o := heap.Pop(&live).(*storage)
			space.free(int64(o.at), rounded(o.bytes()))
		}
		s.at = int(space.take(rounded(s.bytes())))
		heap.Push(&live, s)
	}
	q.arena = space.peak
}

// byEnd is a heap of storages: the first is the one that is needed for the
// shortest time.
type byEnd []*storage

func (h byEnd) Len() int           { return len(h) }
func (h byEnd) Less(i, j int) bool { return h[i].to < h[j].to }
func (h byEnd) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byEnd) Push(x any)        { *h = append(*h, x.(*storage)) }
func (h *byEnd) Pop() any {
	last := len(*h) - 1
	s := (*h)[last]
	*h = (*h)[:last]
	return s
}

// freeSpace is what is free of a piece of memory that can grow.
type freeSpace struct {
	gaps []gap // in order, not adjacent
	top  int64 // everything from here on is free
	peak int64
}

// gap is a free part of memory.
type gap struct{ at, end int64 }

// take returns the lowest place with n free bytes.
func (f *freeSpace) take(n int64) int64 {
	for i, g := range f.gaps {
		if g.end-g.at < n {
			continue
		}
		if f.gaps[i].at += n; f.gaps[i].at == g.end {
			f.gaps = slices.Delete(f.gaps, i, i+1)
		}
		return g.at
	}
	at := f.top
	f.top += n
	f.peak = max(f.peak, f.top)
	return at
}

// free gives back n bytes at a place.
func (f *freeSpace) free(at, n int64) {
	if n == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(f.gaps, at, func(g gap, at int64) int { return int(min(max(g.at-at, -1), 1)) })
	f.gaps = slices.Insert(f.gaps, i, gap{at, at + n})
	if i+1 < len(f.gaps) && f.gaps[i].end == f.gaps[i+1].at {
		f.gaps[i].end = f.gaps[i+1].end
		f.gaps = slices.Delete(f.gaps, i+1, i+2)
	}
	if i > 0 && f.gaps[i-1].end == f.gaps[i].at {
		f.gaps[i-1].end = f.gaps[i].end
		f.gaps = slices.Delete(f.gaps, i, i+1)
	}
	if last := len(f.gaps) - 1; f.gaps[last].end == f.top {
		f.top = f.gaps[last].at
		f.gaps = f.gaps[:last]
	}
}

// rounded returns n rounded up to whole cache lines.
func rounded(n int64) int64 { return (n + 63) &^ 63 }
