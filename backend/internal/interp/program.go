package interp

import (
	"slices"
	"sync"

	"arignote/backend/internal/kernel"
)

// Tile is the number of iterations of a Vector loop that run at once. Measured
// on a Xeon with BenchmarkSquares, in ns for an element: 256 2.1, 512 1.73,
// 1024 1.69, 2048 2.0, 4096 2.1. Shorter ones pay for calls, longer ones leave
// the first cache.
const Tile = 1024

// whileTile is used instead for a kernel with a While, which goes on for a
// whole tile until its last element is done.
const whileTile = 64

// Program is a kernel made ready. Any number of goroutines may run it.
type Program struct {
	k     *kernel.Kernel
	tile  int
	lanes int       // of the Reduce that has most
	pool  sync.Pool // of *state
}

// Compile checks k and makes it ready.
func Compile(k *kernel.Kernel) (*Program, error) {
	if err := k.Check(); err != nil {
		return nil, err
	}
	return New(k), nil
}

// New makes k ready, which Check has found right, or which follows from one that
// it has.
func New(k *kernel.Kernel) *Program {
	p := &Program{k: k, tile: Tile}
	p.lanes = 1
	hasWhile := false
	for s := range kernel.All(k.Body) {
		switch s := s.(type) {
		case *kernel.While:
			hasWhile = true
		case *kernel.Reduce:
			p.lanes = max(p.lanes, s.Lanes)
		}
	}
	if hasWhile {
		p.tile = max(whileTile, p.lanes) // a tile has whole turns of the lanes
	}
	return p
}

// Run runs a part of the iterations of the kernel's Split loops, for arguments
// that Verify found right. The error is a *kernel.IndexError or
// kernel.ErrStopped. Run does not allocate once as many states were made as it is called at the same time.
func (p *Program) Run(a *kernel.Args, part kernel.Range) error {
	s, _ := p.pool.Get().(*state)
	if s == nil {
		s = newState(p)
	}
	s.bind(a)
	s.restrict(part)
	s.body.run(1)
	err, ended := s.err, s.ended
	s.release()
	p.pool.Put(s)
	switch {
	case err != nil:
		return err
	case ended:
		return kernel.ErrStopped
	}
	return nil
}

// step is a statement made ready: it works on tiles of w iterations of the
// Vector loop around it, 1 outside of such loops.
type step func(w int)

// steps is a block made ready.
type steps []step

func (b steps) run(w int) {
	for _, s := range b {
		s(w)
	}
}

// state is a kernel with registers of its own. Its steps refer to it.
type state struct {
	vars      []int          // values of loop variables, indexed by Var; of a Vector loop the first of the tile
	buffers   []memory       // indexed by Buf
	ints      []*integer     // all that depend on parameters
	addresses []*address     // likewise
	split     []*kernel.Loop // the Split loops, nest by nest, and nil behind each nest
	nests     []int          // where in split a nest begins
	units     []int          // of each nest
	windows   []kernel.Range // for each Split loop the iterations of it and those inside that are wanted
	inner     []int          // for each Split loop the number of iterations of those inside
	tiled     []*integer     // the lengths of Vector loops
	wide      []wide         // the registers for tiles
	width     int            // they have memory for so many iterations
	narrow    int            // at least for these
	tile      int            // and at most
	body      steps
	err       *kernel.IndexError
	done      <-chan struct{}
	rounds    uint // of loops, since the beginning
	ended     bool // there is an error, or done is closed
	k         *kernel.Kernel
}

// integer is a kernel.Int bound to parameters.
type integer struct {
	kernel.Int
	v int
}

// wide is a register with n elements for each iteration of a tile.
type wide struct {
	register
	n int
}

// address is a kernel.Index bound to parameters.
type address struct {
	at     kernel.Index
	vector kernel.Var // the variable that runs through a tile, 0 if none is in the index
	offset int
	terms  []term
	stride int // of vector
}

// term is a variable times a stride.
type term struct{ v, stride int }

func newState(p *Program) *state {
	k := p.k
	s := &state{k: k, vars: make([]int, len(k.Vars)+1), tile: p.tile, narrow: min(p.tile, max(narrowTile, p.lanes))}
	for _, nest := range k.SplitNests() {
		s.nests = append(s.nests, len(s.split))
		s.split = append(append(s.split, nest...), nil)
	}
	s.units = make([]int, len(s.nests))
	s.windows = make([]kernel.Range, len(s.split))
	s.inner = make([]int, len(s.split))
	for _, b := range k.Buffers {
		s.buffers = append(s.buffers, types[b.DType].memory())
	}
	c := &compiler{state: s, values: make([]value, len(k.Values)), lives: make([]lifetime, len(k.Values)), blocks: make(map[kernel.Var]*kernel.Loop)}
	for n := range kernel.All(k.Body) {
		if l := kernel.StmtLoop(n); l != nil {
			c.blocks[l.Var] = l
		}
	}
	s.body = c.block(k.Body, nil)
	return s
}

// bind sets everything that depends on arguments.
func (s *state) bind(a *kernel.Args) {
	s.err, s.done, s.rounds, s.ended = nil, a.Done, 0, false
	for _, x := range s.ints {
		x.v = x.Value(a.Params)
	}
	for _, x := range s.addresses {
		x.bind(a.Params)
	}
	s.widen()
	for i, b := range s.k.Buffers {
		if b.Mode == kernel.Scratch {
			s.buffers[i].make(b.Len.Value(a.Params))
		} else {
			s.buffers[i].bind(a.Buffers[i])
		}
	}
	n := 1
	for i := len(s.split) - 1; i >= 0; i-- {
		if s.split[i] == nil {
			n = 1
			continue
		}
		s.inner[i] = n
		n *= s.split[i].Trips(a.Params)
		if k := slices.Index(s.nests, i); k >= 0 {
			s.units[k] = n
		}
	}
}

// narrowTile is the length of registers where all Vector loops are so short: memory
// for whole tiles, which a short run never touches, costs more to get than such a
// run takes.
const narrowTile = 64

// widen gives registers the memory that the Vector loops need.
func (s *state) widen() {
	width := s.narrow
	for _, n := range s.tiled {
		if n.v > width {
			width = s.tile
		}
	}
	if width <= s.width {
		return
	}
	s.width = width
	for _, r := range s.wide {
		r.grow(r.n * width)
	}
}

// restrict gives each nest of Split loops its share of a part of all.
func (s *state) restrict(part kernel.Range) {
	for k, first := range s.nests {
		n := s.units[k]
		s.windows[first] = kernel.Range{Lo: min(max(part.Lo, 0), n), Hi: max(min(part.Hi, n), 0)}
		part.Lo, part.Hi = part.Lo-n, part.Hi-n
	}
}

// release lets go of the arguments. Registers may still show parts of them,
// until the next run or until the pool drops the state.
func (s *state) release() {
	s.done = nil
	for i, b := range s.k.Buffers {
		if b.Mode != kernel.Scratch {
			s.buffers[i].release()
		}
	}
}

// looked is how many rounds of loops are made before a run looks whether it should
// stop: some microseconds in short rounds, a hundred in tiles of a long body.
const looked = 64

// goesOn reports whether loops go on: there is no error, and the run should not
// stop.
func (s *state) goesOn() bool {
	if s.rounds++; s.rounds%looked == 0 && s.done != nil {
		s.look()
	}
	return !s.ended
}

// look ends the run if it should stop.
func (s *state) look() {
	select {
	case <-s.done:
		s.ended = true
	default:
	}
}

// fail keeps the first error; loops stop when there is one.
func (s *state) fail(err *kernel.IndexError) {
	if s.err == nil {
		s.err, s.ended = err, true
	}
}

func (x *address) bind(params []int) {
	x.offset, x.stride = x.at.Offset.Value(params), 0
	x.terms = x.terms[:0]
	for _, t := range x.at.Terms {
		stride := t.Stride.Value(params)
		x.terms = append(x.terms, term{int(t.Var), stride})
		if t.Var == x.vector {
			x.stride = stride
		}
	}
}

// base returns the place of the first element of the tile.
func (x *address) base(vars []int) int {
	o := x.offset
	for _, t := range x.terms {
		o += t.stride * vars[t.v]
	}
	return o
}
