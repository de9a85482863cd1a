package kernel

// Accesses knows where a kernel loads and stores, so that many pairs of its
// buffers can be asked about after the kernel was read once.
type Accesses struct {
	loads, stores [][]site // by buffer
	lives         []life   // by value
	blocks        []block
}

// site is a load or store: its place, its address, and what it moves.
type site struct {
	block, at int // statement at of a block
	index     Index
	picks     bool // the address depends on computed values
	add       bool // a store that adds
	value     Value
}

// life says in which block a value is made and where in it, and where it is used
// last by stores and by other statements; -1 for nowhere.
type life struct{ block, made, stored, used int }

// block is a list of statements, the body of the kernel or nested in it.
type block struct {
	outer int
	loop  *Loop // of which it is the body; nil for the body of the kernel
	plain bool  // it and all around it run once for each element of an axis
	nests bool  // blocks are nested in it
}

// Accesses reads the kernel.
func (k *Kernel) Accesses() *Accesses {
	a := &Accesses{
		loads:  make([][]site, len(k.Buffers)),
		stores: make([][]site, len(k.Buffers)),
		lives:  make([]life, len(k.Values)),
	}
	for v := range a.lives {
		a.lives[v] = life{-1, -1, -1, -1}
	}
	a.read(k.Body, block{plain: true})
	return a
}

// read notes what a block and those nested in it do.
func (a *Accesses) read(body []Stmt, b block) {
	id := len(a.blocks)
	a.blocks = append(a.blocks, b)
	for at, s := range body {
		for _, v := range Defs(s) {
			a.lives[v].block, a.lives[v].made = id, at
		}
		for _, v := range Uses(s) {
			if _, ok := s.(*Store); ok {
				a.lives[v].stored = at
			} else {
				a.lives[v].used = at
			}
		}
		switch s := s.(type) {
		case *Load:
			a.loads[s.Buf] = append(a.loads[s.Buf], site{id, at, s.At, len(s.Picks) > 0, false, s.Dst})
		case *Store:
			a.stores[s.Buf] = append(a.stores[s.Buf], site{id, at, s.At, len(s.Picks) > 0, s.Add, s.Src})
		}
		for _, inner := range Blocks(s) {
			a.blocks[id].nests = true
			l, ok := s.(*Loop)
			a.read(inner, block{outer: id, loop: l, plain: ok && b.plain && l.By == Int{} && l.Block == 0})
		}
	}
}

// InPlace reports whether out, which has n elements of the dtype of in, may be
// the memory of in when the kernel runs with these parameters: every iteration
// stores one element of out, after the last use of what it has loaded of in, and
// loads no other element of in than that. It says no where that is not plain to
// see.
func (a *Accesses) InPlace(params []int, out, in Buf, n int) bool {
	if len(a.stores[out]) != 1 || len(a.loads[in]) == 0 {
		return false
	}
	store := a.stores[out][0]
	b := a.blocks[store.block]
	if !b.plain || b.nests || store.add || store.picks || len(store.index.Terms) == 0 || a.trips(store.block, params) != n {
		return false
	}
	if a.lives[store.value].block != store.block {
		return false // made outside of the loops
	}
	for _, l := range a.loads[in] {
		if l.block != store.block || l.at > store.at || l.picks || !samePlace(l.index, store.index, params) ||
			!a.usedBefore(l.value, store.value) {
			return false
		}
	}
	return true
}

// trips returns how many times a plain block runs.
func (a *Accesses) trips(id int, params []int) int {
	n := 1
	for ; a.blocks[id].loop != nil; id = a.blocks[id].outer {
		n *= a.blocks[id].loop.Trips(params)
	}
	return n
}

// samePlace reports whether two indices are the same element in every
// iteration.
func samePlace(x, y Index, params []int) bool {
	if x.Offset.Value(params) != y.Offset.Value(params) || len(x.Terms) != len(y.Terms) {
		return false
	}
	for _, t := range x.Terms {
		stride, ok := y.Stride(t.Var)
		if !ok || stride.Value(params) != t.Stride.Value(params) {
			return false
		}
	}
	return true
}

// usedBefore reports whether no statement takes the value v, which is loaded in
// the block that stores src, after the one that makes src, which an executor may
// make where it is stored. There are no blocks in that block.
func (a *Accesses) usedBefore(v, src Value) bool {
	made, u := a.lives[src].made, a.lives[v]
	return u.used <= made && (v == src || u.stored <= made)
}
