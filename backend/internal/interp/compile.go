package interp

import (
	"fmt"
	"slices"

	"arignote/backend/internal/kernel"
)

// compiler makes the steps of a state.
type compiler struct {
	*state
	vector kernel.Var                  // of the Vector loop around this place, 0 if there is none
	mask   *vec[bool]                  // of the While around this place, nil if there is none
	values []value                     // indexed by Value
	lives  []lifetime                  // likewise
	free   [len(types)][2][]register   // by dtype, and whether they vary: those of values that are not used any more
	blocks map[kernel.Var]*kernel.Loop // the loops over blocks

	sections int32   // so many blocks have been begun
	room     []value // of args
	taken    []kernel.Value
}

// value is where a value is while steps are made.
type value struct {
	register
	vary  bool // one element for each iteration of a tile, else one for all
	owned bool // the register is of use for other values after the last use
}

// section is a block while its steps are made.
type section struct {
	*compiler
	id     int32
	body   []kernel.Stmt
	after  bool           // something is stored by what runs after body and may use the values to keep
	stored []int32        // how many of the first statements store something
	dying  []kernel.Value // in the order of their last uses
	ends   []int32        // where in dying those of each statement end
}

// lifetime is what sections know of a value: in which it is defined, and which
// statement of that uses it last: its own if there is none, the one behind the
// last if it is to keep.
type lifetime struct{ section, last int32 }

// newSection finds the last uses of the values that body defines.
func (c *compiler) newSection(body, after []kernel.Stmt, keep []kernel.Value) *section {
	c.sections++
	b := &section{compiler: c, id: c.sections, body: body, after: stores(after), stored: make([]int32, len(body)+1), ends: make([]int32, len(body)+2)}
	defined := make([]kernel.Value, 0, len(body))
	for i, s := range body {
		b.stored[i+1] = b.stored[i]
		if stores(body[i : i+1]) {
			b.stored[i+1]++
		}
		b.uses(i, body[i:i+1])
		n := len(defined)
		defined = kernel.AppendDefs(defined, s)
		for _, v := range defined[n:] {
			c.lives[v] = lifetime{b.id, int32(i)}
		}
	}
	b.use(len(body), keep)
	b.uses(len(body), after)
	b.order(defined)
	return b
}

// order collects for each statement the values that it uses last.
func (b *section) order(defined []kernel.Value) {
	for _, v := range defined {
		b.ends[b.last(v)+1]++
	}
	for i := range len(b.ends) - 1 {
		b.ends[i+1] += b.ends[i]
	}
	b.dying = make([]kernel.Value, len(defined))
	for _, v := range defined {
		end := &b.ends[b.last(v)]
		b.dying[*end] = v
		*end++
	}
}

// dies returns the values that statement i uses last.
func (b *section) dies(i int) []kernel.Value {
	from := int32(0)
	if i > 0 {
		from = b.ends[i-1]
	}
	return b.dying[from:b.ends[i]]
}

// last returns the number of the statement that uses v, which the block defines,
// last; that of none if another block defines v.
func (b *section) last(v kernel.Value) int {
	if l := b.lives[v]; l.section == b.id {
		return int(l.last)
	}
	return -1
}

// uses notes what statements, and those inside of them, take as uses by statement i.
func (b *section) uses(i int, body []kernel.Stmt) {
	for _, s := range body {
		b.taken = kernel.AppendUses(b.taken[:0], s)
		b.use(i, b.taken)
		for _, inner := range kernel.Blocks(s) {
			b.uses(i, inner)
		}
	}
}

func (b *section) use(i int, values []kernel.Value) {
	for _, v := range values {
		if l := &b.lives[v]; l.section == b.id {
			l.last = int32(i)
		}
	}
}

// changes reports whether something may be stored between statement i, a
// load, and the last use of the value v that it loads.
func (b *section) changes(i int, v kernel.Value) bool {
	end := b.last(v)
	if b.stored[max(i+1, end)] > b.stored[i+1] {
		return true
	}
	if end == len(b.body) {
		return b.after
	}
	_, direct := b.body[end].(*kernel.Store)
	return !direct && b.stored[end+1] > b.stored[end]
}

func stores(body []kernel.Stmt) bool {
	for s := range kernel.All(body) {
		if _, ok := s.(*kernel.Store); ok {
			return true
		}
	}
	return false
}

// block makes the steps of body. The values in keep are used after it, by
// statements in after or otherwise.
func (c *compiler) block(body, after []kernel.Stmt, keep ...kernel.Value) steps {
	b := c.newSection(body, after, keep)
	all := make(steps, 0, len(body))
	for i := 0; i < len(body); i++ {
		if st := c.direct(b, i); st != nil {
			all = append(all, st)
			c.drop(b.dies(i))
			i++
		} else if st, n := c.polynomial(b, i); st != nil {
			all = append(all, st)
			for range n - 1 {
				c.drop(b.dies(i))
				i++
			}
		} else if st := c.stmt(b, i); st != nil {
			all = append(all, st)
		}
		c.drop(b.dies(i))
	}
	return all
}

// stmt makes the step of statement i, nil if there is nothing to do.
func (c *compiler) stmt(b *section, i int) step {
	switch s := b.body[i].(type) {
	case *kernel.Loop:
		return c.loop(s)
	case *kernel.Reduce:
		return c.reduce(s)
	case *kernel.While:
		return c.while(s)
	case *kernel.Let:
		return c.let(s, b.dies(i))
	case *kernel.Rare:
		return c.rare(s)
	case *kernel.Const:
		r := types[c.k.Values[s.Dst]].register()
		r.grow(1)
		r.setScalar(s.X)
		c.values[s.Dst] = value{register: r}
	case *kernel.Iota:
		return c.iota(s)
	case *kernel.Random:
		return c.random(s)
	case *kernel.Load:
		return c.load(s, !b.changes(i, s.Dst))
	case *kernel.Store:
		return c.store(s)
	}
	return nil // Alloc: memory is made when arguments are bound
}

// register returns a register for v; vary tells how long.
func (c *compiler) register(v kernel.Value, vary bool) register {
	var r register
	if free := c.freed(v, vary); len(*free) > 0 {
		last := len(*free) - 1
		r, *free = (*free)[last], (*free)[:last]
	} else {
		r = c.fresh(v, vary)
	}
	c.values[v] = value{r, vary, true}
	return r
}

// freed returns the registers that v could have.
func (c *compiler) freed(v kernel.Value, vary bool) *[]register {
	all := &c.free[c.k.Values[v]]
	if vary {
		return &all[1]
	}
	return &all[0]
}

// fresh returns a register that serves no other value before or after.
func (c *compiler) fresh(v kernel.Value, vary bool) register {
	r := types[c.k.Values[v]].register()
	c.reserve(r, 1, vary)
	return r
}

// reserve gives a register n elements, if it varies for each iteration of a tile.
func (c *compiler) reserve(r register, n int, vary bool) {
	if vary {
		c.wide = append(c.wide, wide{r, n})
	} else {
		r.grow(n)
	}
}

// vectorLoop notes that tiles are parts of l.
func (c *compiler) vectorLoop(l *kernel.Loop) {
	c.vector = l.Var
	longest := l.Extent
	if l.Block != 0 {
		longest = c.blocks[l.Block].By
	}
	c.tiled = append(c.tiled, c.int(longest))
}

// drop frees registers of values whose last use is behind.
func (c *compiler) drop(values []kernel.Value) {
	for _, v := range values {
		if x := &c.values[v]; x.owned {
			free := c.freed(v, x.vary)
			*free = append(*free, x.register)
			x.owned = false
		}
	}
}

// vary reports whether one of the values varies.
func (c *compiler) vary(values []kernel.Value) bool {
	for _, v := range values {
		if c.values[v].vary {
			return true
		}
	}
	return false
}

// int binds x to the parameters of each run.
func (c *compiler) int(x kernel.Int) *integer {
	n := &integer{Int: x}
	c.ints = append(c.ints, n)
	return n
}

// address binds an index; vary and unit tell how it runs through a tile.
func (c *compiler) address(at kernel.Index) (a *address, vary, unit bool) {
	a = &address{at: at}
	c.addresses = append(c.addresses, a)
	if c.vector == 0 {
		return a, false, false
	}
	stride, vary := at.Stride(c.vector)
	if vary {
		a.vector = c.vector
	}
	return a, vary, stride == kernel.N(1)
}

// place binds the place of a Load or Store.
func (c *compiler) place(at kernel.Index, picks []kernel.Picked, access int) place {
	p := place{state: c.state, access: access, mask: c.mask}
	p.at, p.vary, p.unit = c.address(at)
	for _, x := range picks {
		index := c.values[x.Index]
		p.vary = p.vary || index.vary
		p.picks = append(p.picks, pick{index.register.(*vec[int64]), c.int(x.Len), c.int(x.Stride)})
	}
	return p
}

func (c *compiler) load(s *kernel.Load, alias bool) step {
	p := c.place(s.At, s.Picks, s.Access)
	p.alias = alias
	d := types[c.k.Values[s.Dst]]
	if alias && p.vary && p.unit && len(p.picks) == 0 {
		r := d.register()
		c.values[s.Dst] = value{register: r, vary: true}
		return d.load(c.buffers[s.Buf], r, p)
	}
	return d.load(c.buffers[s.Buf], c.register(s.Dst, p.vary), p)
}

func (c *compiler) store(s *kernel.Store) step {
	p := c.place(s.At, s.Picks, s.Access)
	x := c.values[s.Src]
	p.vary = p.vary || x.vary
	return types[c.k.Values[s.Src]].store(c.buffers[s.Buf], x.register, s.Add, p)
}

// let makes the step of an instruction. It frees the registers of values that
// die before it takes one for its result, so that this may be one of them.
func (c *compiler) let(s *kernel.Let, dying []kernel.Value) step {
	args, vary := c.args(s)
	c.drop(dying)
	dst := c.register(s.Dst, vary)
	if slices.Contains(dying, s.Dst) {
		defer c.drop(dying)
	}
	f := c.apply(s, value{register: dst, vary: vary}, args)
	if !vary {
		return func(int) { f() }
	}
	return func(w int) {
		dst.window(0, w)
		f()
	}
}

// rare makes the step of a Rare: the instruction goes over the elements of the
// tile one by one, where it is wanted.
func (c *compiler) rare(s *kernel.Rare) step {
	vary := c.vary(kernel.Uses(s))
	dst := c.register(s.Dst, vary) // none of the arguments'
	test, otherwise := c.values[s.Test].register.(*vec[bool]), c.values[s.Otherwise].register
	var args, one []value
	for _, a := range s.Args {
		args = append(args, c.values[a])
		one = append(one, value{register: types[c.k.Values[a]].register()})
	}
	result := value{register: types[c.k.Values[s.Dst]].register()}
	f := c.reference(&s.Let, result, one)
	return func(w int) {
		if !vary {
			w = 1
		}
		dst.window(0, w)
		dst.set(otherwise)
		always := each(len(test.s))
		for i := range w {
			if !test.s[i&always] {
				continue
			}
			for j, a := range args {
				k := i & each(a.size())
				one[j].view(a.register, k, k+1)
			}
			result.view(dst, i, i+1)
			f()
		}
	}
}

// args returns where the arguments of an instruction are, until the next call.
func (c *compiler) args(s *kernel.Let) (args []value, vary bool) {
	args = c.room[:0]
	for _, a := range s.Args {
		args = append(args, c.values[a])
	}
	c.room = args
	return args, c.vary(s.Args)
}

// direct makes one step of instruction i and a store of its result behind it,
// if that can go to the buffer directly; otherwise it returns nil.
func (c *compiler) direct(b *section, i int) step {
	if i+1 >= len(b.body) || c.vector == 0 || c.mask != nil {
		return nil
	}
	s, ok := b.body[i].(*kernel.Let)
	if !ok {
		return nil
	}
	st, ok := b.body[i+1].(*kernel.Store)
	if !ok || st.Src != s.Dst || len(st.Picks) > 0 || st.Add || b.last(s.Dst) != i+1 {
		return nil
	}
	args, vary := c.args(s)
	if stride, _ := st.At.Stride(c.vector); !vary || stride != kernel.N(1) {
		return nil
	}
	a, _, _ := c.address(st.At)
	d := types[c.k.Values[s.Dst]]
	dst := value{register: d.register(), vary: true}
	target := d.target(c.buffers[st.Buf], dst.register, a, c.vars)
	f := c.apply(s, dst, args)
	return func(w int) {
		target(w)
		f()
	}
}

// apply returns the function of an instruction on the windows of registers.
func (c *compiler) apply(s *kernel.Let, dst value, args []value) func() {
	if f := fast(s.Op, dst, args); f != nil {
		return f
	}
	return c.reference(s, dst, args)
}

// reference returns the function of an instruction that works by the reference
// meaning of its op.
func (c *compiler) reference(s *kernel.Let, dst value, args []value) func() {
	from := make([]any, len(args))
	for i, a := range args {
		from[i] = a.slice()
	}
	f, err := s.Op.Lanes(c.k.Attr(s), dst.slice(), from...)
	if err != nil {
		panic(fmt.Sprintf("interp: %v", err)) // Check has seen the same types
	}
	return f
}

func (c *compiler) iota(s *kernel.Iota) step {
	a, vary, _ := c.address(s.At)
	dst := c.register(s.Dst, vary).(*vec[int64])
	return func(w int) {
		x, n := int64(a.base(c.vars)), int64(a.stride)
		if !vary {
			dst.own[0] = x
			return
		}
		dst.s = dst.own[:w]
		for i := range dst.s {
			dst.s[i] = x
			x += n
		}
	}
}
