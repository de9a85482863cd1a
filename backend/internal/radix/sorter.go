package radix

import "math"

// A Split calls body for [0, chunk), [chunk, 2*chunk) and so on up to n, several
// at the same time by workers of different numbers. What it returns ends the
// sort.
type Split func(n, chunk int, body func(worker, lo, hi int)) error

// A Sorter sorts all lines of an array along an axis. One goroutine at a time
// may use it.
type Sorter[K Word] struct {
	lines, length, step int
	coding              Coding
	ranks               bool
	workers             int
	long                bool // all workers do one line after the other

	in, out []K
	ranked  []int64
	keys    []K
	index   []uint32
	table   []uint32 // of a long line: buckets of each chunk

	// Of a long line.
	line          line[K]
	shift         int
	zeros         int // where they are in the sorted line
	run           func(worker, lo, hi int)
	phases        [5]func(worker, lo, hi int)
	width, chunks int
}

// line is where a line and its keys are.
type line[K Word] struct {
	in, out           []K
	ranked            []int64
	keys, spare       []K
	index, spareIndex []uint32
}

// Lengths of lines that are worth the work of all workers, and those that are
// always divided because workers may be told to stop between chunks; and the
// length of a chunk. A line of 2**19 words of 64 bits takes about 10 ms.
const worthDividing, mustDivide, chunkLength = 1 << 16, 1 << 19, 1 << 16

// MaxLength is the length of the longest line.
const MaxLength = math.MaxUint32

// New returns a sorter of lines of the given length, whose elements lie step
// apart, for up to so many workers. With ranks it writes places.
func New[K Word](lines, length, step int, c Coding, ranks bool, workers int) *Sorter[K] {
	s := &Sorter[K]{lines: lines, length: length, step: step, coding: c, ranks: ranks, workers: min(workers, lines)}
	s.long = length >= mustDivide || length >= worthDividing && lines < workers
	s.run = s.several
	if s.long {
		s.workers = 1
		s.chunks = (length + chunkLength - 1) / chunkLength
		s.phases = [...]func(worker, lo, hi int){s.encode, s.count, s.scatter, s.decode, s.restore}
	}
	s.width = s.length
	if !s.inPlace() {
		s.width *= 2
	}
	return s
}

// inPlace reports whether one of the two places for keys is that of the result.
func (s *Sorter[K]) inPlace() bool { return s.step == 1 && !s.ranks }

// Scratch returns the number of elements of the memory that Run works in.
func (s *Sorter[K]) Scratch() (keys, index, table int) {
	keys = s.workers * s.width
	if s.ranks {
		index = s.workers * 2 * s.length
	}
	if s.long {
		table = s.chunks * (len(buckets{}) + 2)
	}
	return keys, index, table
}

// passes returns the number of digits of a key.
func (s *Sorter[K]) passes() int { return bitsOf[K]() / 8 }

// Work estimates the additions that take as long as sorting: a digit takes about
// three nanoseconds for each element.
func (s *Sorter[K]) Work() float64 {
	return float64(s.lines) * float64(s.length) * float64(4*s.passes())
}

// lineChunk returns the number of lines that a worker does at a time: about
// 50 us.
func (s *Sorter[K]) lineChunk() int {
	return max(1, 1<<16/(4*s.passes()*max(s.length, 1)))
}

// Parts returns the number of chunks that Run has at most.
func (s *Sorter[K]) Parts() int {
	if s.long {
		return s.lines * s.chunks * (2*s.passes() + 3)
	}
	return (s.lines-1)/s.lineChunk() + 1
}

// Long reports whether workers share lines.
func (s *Sorter[K]) Long() bool { return s.long }

// Run sorts in to out, or ranks it to ranked. The arrays must not overlap.
func (s *Sorter[K]) Run(split Split, in, out []K, ranked []int64, keys []K, index, table []uint32) error {
	s.in, s.out, s.ranked, s.keys, s.index, s.table = in, out, ranked, keys, index, table
	if !s.long {
		return split(s.lines, s.lineChunk(), s.run)
	}
	for i := range s.lines {
		if err := s.divided(split, i); err != nil {
			return err
		}
	}
	return nil
}

// Release lets go of memory.
func (s *Sorter[K]) Release() {
	s.in, s.out, s.ranked, s.keys, s.index, s.table, s.line = nil, nil, nil, nil, nil, nil, line[K]{}
}

// at returns line i, with the memory of a worker.
func (s *Sorter[K]) at(worker, i int) line[K] {
	first := i/s.step*s.length*s.step + i%s.step
	l := line[K]{in: s.in[first:]}
	room := s.keys[worker*s.width:][:s.width]
	l.spare = room[:s.length]
	switch {
	case s.inPlace():
		l.out = s.out[first:]
		l.keys = l.out[:s.length]
		return l
	case s.ranks:
		l.ranked = s.ranked[first:]
		index := s.index[worker*2*s.length:][:2*s.length]
		l.index, l.spareIndex = index[:s.length], index[s.length:]
	default:
		l.out = s.out[first:]
	}
	l.keys = room[s.length:]
	return l
}

// several sorts the lines lo up to hi.
func (s *Sorter[K]) several(worker, lo, hi int) {
	for i := lo; i < hi; i++ {
		l := s.at(worker, i)
		encode(l.keys, l.in, s.step, s.coding)
		for i := range l.index {
			l.index[i] = uint32(i)
		}
		l.keys, l.index = sortKeys(l.keys, l.spare, l.index, l.spareIndex)
		if s.ranks {
			for i, at := range l.index {
				l.ranked[i*s.step] = int64(at)
			}
			continue
		}
		zero := below(l.keys)
		decode(l.out, l.keys, s.step, s.coding)
		if s.coding == Float {
			if zeros, nans := loose(l.in, s.length, s.step); zeros+nans > 0 {
				restore(l.out, l.in, s.length, s.step, zero, s.length-nans)
			}
		}
	}
}
