package kernel

import "arignote/expr"

// Kernel is one program. It is not changed once built; any number of
// goroutines may use it.
type Kernel struct {
	Buffers []Buffer     // indexed by Buf
	Params  []string     // parameter p is Params[p-1]
	Values  []expr.DType // indexed by Value
	Vars    []string     // loop variable v is Vars[v-1]
	Body    []Stmt
}

// Buf names a buffer of the kernel: an array argument or scratch.
type Buf int32

// Value names a scalar. It has one definition and may be used after it, in the
// same block and in blocks nested there.
type Value int32

// Var names a loop variable, from 1 on; 0 is none.
type Var int32

// Param names a parameter, from 1 on; 0 is none.
type Param int32

// Buffer is an array that the kernel reads or writes.
type Buffer struct {
	Name  string
	DType expr.DType
	Mode  Mode
	Len   Int // elements of Scratch; other buffers get their length from the arguments

	// Reduced names the loops along which the elements of an output were
	// combined: "j" for a row sum.
	Reduced []string
}

// Mode says what a buffer is there for.
type Mode uint8

// The modes of a buffer. Different buffers must not overlap, except that
// an Out buffer may be an In buffer where each element is read, last, by the
// iteration that writes it.
const (
	In      Mode = iota // an argument that is read
	Out                 // an argument that is written, not read
	InOut               // an argument that is read and written
	Scratch             // row-local memory: see Alloc
)

// Int is an integer known when the kernel runs: N, or a parameter plus N. A
// stride of exactly 1 must be written as N = 1 for executors to see it, and a
// stride of 0 by leaving out the term.
type Int struct {
	Param Param // 0 = none
	N     int
}

// Index is the place of an element in a buffer, an affine function of loop
// variables: Offset plus each variable times its stride.
type Index struct {
	Offset Int
	Terms  []Term // each variable at most once
}

// Term is a loop variable times a stride.
type Term struct {
	Var    Var
	Stride Int
}

// Picked is a term of an address whose index is a computed value: element i
// of an axis with Len elements that lie Stride apart. A negative i counts from
// the end; if i is out of range the kernel fails with an [IndexError].
type Picked struct {
	Index  Value // Int64
	Len    Int
	Stride Int
}

// Stmt is a statement: one of the pointer types of this file.
type Stmt interface{ stmt() }

// Loop runs its body for each value of Var in ascending order:
//
//	for i := 0; i < extent; i++ { body }
//
// With By it counts blocks of By elements; with Block, which names an
// enclosing loop with By, it runs over the elements of that loop's block:
//
//	for c := 0; c*by < extent; c++ {
//		for i := c*by; i < min(c*by+by, extent); i++ { body }
//	}
type Loop struct {
	Var    Var
	Extent Int
	By     Int // zero Int = no blocks
	Block  Var // 0 = none; otherwise Extent and By are not used

	// Split allows any part of the iterations to run without the others, on
	// any worker. Split loops are outermost: several nests of them may follow
	// one another, and inside of a nest each is the last statement of the
	// block around it. All else at their side stores to no argument and is run
	// for each part.
	Split bool
	// Vector promises that no iteration reads or writes what another one
	// writes. Executors run many iterations at once. Vector loops do not
	// nest; loops inside of one run in lockstep for all its iterations.
	Vector bool

	Body []Stmt
}

// Reduce is a loop with accumulators:
//
//	for k := 0; k < lanes; k++ { acc[k] = init }
//	for p := 0; p < extent; p++ {
//		state := acc[p%lanes]
//		body
//		acc[p%lanes] = next
//	}
//	for h := lanes / 2; h > 0; h /= 2 {
//		for k := 0; k < h; k++ { acc[k] = combine(acc[k], acc[k+h]) }
//	}
//	result = acc[0]
//
// where state, next and result stand for all States, and p counts from 0 in
// a loop over a block too. The initial state must be neutral: combining it
// with a state gives that state. With one lane and no Combine this is an
// ordered fold, and a Store in the body of what depends on the state is a scan.
type Reduce struct {
	Loop    // Split: a top-level Reduce that Divide may cut
	Lanes   int
	States  []State
	Combine *Combine // may be nil if Lanes is 1
}

// State is a scalar that a Reduce or While carries from iteration to iteration.
type State struct {
	Value  Value // the state that the body sees; defined here
	Init   Value // its value before the first iteration
	Next   Value // its value for the next iteration, of the body
	Result Value // its value after the last; defined here
}

// Combine joins two states of a Reduce: Body computes Next from Left and
// Right, all in the order of States. It has Let and Const only, and sees no
// other values of the kernel.
type Combine struct {
	Left, Right, Next []Value
	Body              []Stmt
}

// While repeats its body for each element until that element is done:
//
//	for t := 0; t < bound; t++ {
//		cond
//		if !test { break }
//		body
//		state = next
//	}
//	result = state
//
// Inside a Vector loop each iteration of that loop has states of its own, and
// one that is done keeps them while others go on. Cond and Body store nothing;
// Body sees the values that Cond defines.
type While struct {
	Bound  Int
	States []State
	Cond   []Stmt
	Test   Value // Bool, of Cond
	Body   []Stmt
}

// Let is one instruction: dst = op(args...). Arguments have the dtype in which
// op is computed, as [expr.Node.OperandDType] says; the condition of where is
// Bool, and integers of any two dtypes are compared. Sums and products have two
// arguments. N is the order of polygamma.
type Let struct {
	Dst  Value
	Op   expr.Op
	Args []Value
	N    int
}

// Rare is a Let that few elements need: an executor may be slow where test is
// true, but not elsewhere.
//
//	dst = otherwise
//	if test { dst = op(args...) }
type Rare struct {
	Let
	Test      Value // Bool
	Otherwise Value
}

// Const is dst = the number X.
type Const struct {
	Dst Value
	X   Scalar
}

// Iota is dst = int64(at): the value of an affine function of loop variables
// and parameters. With an offset alone it is the value of a parameter.
type Iota struct {
	Dst Value
	At  Index
}

// Random is a part of the stream of random numbers that belongs to a key:
//
//	for k := range dst { dst[k] = element(key, at*len(dst) + k) }
//
// Element e of a stream comes from Philox4x32-10 with counter (e/per low word,
// e/per high word, 0, 0); per and the words used depend on the dtype: see
// [RandomElement]. Asking for all elements of a counter at once is cheapest.
type Random struct {
	Dst []Value  // 1, 2 or 4 of Uint32 or Float32; 1 or 2 of Uint64 or Float64
	Key [2]Value // Uint32
	At  Index    // not negative
}

// Load is dst = buf[at + picks]. Access numbers the accesses with picks: see
// [IndexError].
type Load struct {
	Dst    Value
	Buf    Buf
	At     Index
	Picks  []Picked
	Access int
}

// Store is buf[at + picks] = src, or += with Add. With picks it is a scatter:
// where several iterations hit one element they do so in the order of the
// loop, also of a Vector loop.
type Store struct {
	Buf    Buf
	At     Index
	Picks  []Picked
	Access int
	Add    bool
	Src    Value
}

// Alloc makes Scratch memory: from here to the end of the block around it Buf
// has Len elements of no particular value. It is not inside a Vector loop.
type Alloc struct{ Buf Buf }

func (*Loop) stmt()   {}
func (*Reduce) stmt() {}
func (*While) stmt()  {}
func (*Let) stmt()    {}
func (*Const) stmt()  {}
func (*Iota) stmt()   {}
func (*Random) stmt() {}
func (*Load) stmt()   {}
func (*Store) stmt()  {}
func (*Alloc) stmt()  {}

// N returns the Int that is always n.
func N(n int) Int { return Int{N: n} }

// Plus returns x + n.
func (x Int) Plus(n int) Int { return Int{x.Param, x.N + n} }

// Times returns the term v*stride.
func (v Var) Times(stride Int) Term { return Term{v, stride} }

// Unit returns the term v*1.
func (v Var) Unit() Term { return Term{v, N(1)} }

// At returns the index that is the sum of terms.
func At(terms ...Term) Index { return Index{Terms: terms} }

// Plus returns the index x + offset. x has no parameter in its offset yet, or
// offset has none.
func (x Index) Plus(offset Int) Index {
	if x.Offset.Param == 0 {
		x.Offset.Param = offset.Param
	} else if offset.Param != 0 {
		panic("kernel: an offset with two parameters")
	}
	x.Offset.N += offset.N
	return x
}

// Stride returns the stride of v in x; ok is false if x does not depend on v.
func (x Index) Stride(v Var) (stride Int, ok bool) {
	for _, t := range x.Terms {
		if t.Var == v {
			return t.Stride, true
		}
	}
	return Int{}, false
}

// Lanes returns the number of lanes for sums and the like of dtype d along a
// long axis: 32 for Float64, which fill eight AVX2 or four AVX-512 registers,
// enough to hide the latency of an addition.
func Lanes(d expr.DType) int { return min(64, 256/d.Size()) }

// DType returns the dtype of v.
func (k *Kernel) DType(v Value) expr.DType { return k.Values[v] }

// StmtLoop returns the loop of s if s is a Loop or a Reduce, otherwise nil.
func StmtLoop(s Stmt) *Loop {
	switch s := s.(type) {
	case *Loop:
		return s
	case *Reduce:
		return &s.Loop
	}
	return nil
}
