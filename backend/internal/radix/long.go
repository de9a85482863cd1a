package radix

// This file sorts one long line by all workers, chunk by chunk.

// Numbers of phases.
const (
	encodePhase = iota
	countPhase
	scatterPhase
	decodePhase
	restorePhase
)

// divided sorts line i.
func (s *Sorter[K]) divided(split Split, i int) error {
	s.line = s.at(0, i)
	if err := split(s.length, chunkLength, s.phases[encodePhase]); err != nil {
		return err
	}
	for s.shift = 0; s.shift < bitsOf[K](); s.shift += 8 {
		if err := split(s.length, chunkLength, s.phases[countPhase]); err != nil {
			return err
		}
		if s.places() {
			continue
		}
		if err := split(s.length, chunkLength, s.phases[scatterPhase]); err != nil {
			return err
		}
		l := &s.line
		l.keys, l.spare, l.index, l.spareIndex = l.spare, l.keys, l.spareIndex, l.index
	}
	if !s.ranks {
		s.zeros = below(s.line.keys)
	}
	if err := split(s.length, chunkLength, s.phases[decodePhase]); err != nil {
		return err
	}
	if s.ranks || s.coding != Float || !s.loosePlaces() {
		return nil
	}
	return split(s.length, chunkLength, s.phases[restorePhase])
}

// buckets returns those of the chunk that begins at lo.
func (s *Sorter[K]) buckets(lo int) *buckets {
	return (*buckets)(s.table[lo/chunkLength*len(buckets{}):])
}

// loose returns the counts of zeros and of NaN in the chunk that begins at lo.
func (s *Sorter[K]) loose(lo int) *[2]uint32 {
	return (*[2]uint32)(s.table[s.chunks*len(buckets{})+2*(lo/chunkLength):])
}

// encode makes the keys of a chunk, and its indices.
func (s *Sorter[K]) encode(_, lo, hi int) {
	l := &s.line
	encode(l.keys[lo:hi], l.in[lo*s.step:], s.step, s.coding)
	if s.ranks {
		for i := lo; i < hi; i++ {
			l.index[i] = uint32(i)
		}
	} else if s.coding == Float {
		zeros, nans := loose(l.in[lo*s.step:], hi-lo, s.step)
		*s.loose(lo) = [2]uint32{uint32(zeros), uint32(nans)}
	}
}

// count counts the keys of a chunk in each bucket.
func (s *Sorter[K]) count(_, lo, hi int) {
	b := s.buckets(lo)
	clear(b[:])
	count(b, s.line.keys[lo:hi], s.shift)
}

// places makes of the counts the place of the first key of each bucket of each
// chunk: buckets lie in order, in each of them the chunks. It reports whether
// there is nothing to do because all keys are in one bucket.
func (s *Sorter[K]) places() bool {
	sum := uint32(0)
	for v := range (buckets{}) {
		before := sum
		for c := range s.chunks {
			p := &s.table[c*len(buckets{})+v]
			*p, sum = sum, sum+*p
		}
		if int(sum-before) == s.length {
			return true
		}
	}
	return false
}

// scatter moves the keys of a chunk to their buckets.
func (s *Sorter[K]) scatter(_, lo, hi int) {
	l := &s.line
	var index []uint32
	if s.ranks {
		index = l.index[lo:hi]
	}
	scatter(l.spare, l.keys[lo:hi], l.spareIndex, index, s.buckets(lo), s.shift)
}

// decode writes a chunk of the result.
func (s *Sorter[K]) decode(_, lo, hi int) {
	l := &s.line
	if !s.ranks {
		decode(l.out[lo*s.step:], l.keys[lo:hi], s.step, s.coding)
		return
	}
	for i := lo; i < hi; i++ {
		l.ranked[i*s.step] = int64(l.index[i])
	}
}

// loosePlaces makes of the counts of zeros and NaN the places of the first in each
// chunk, and reports whether there are any.
func (s *Sorter[K]) loosePlaces() bool {
	zeros, nans := uint32(0), uint32(0)
	for lo := 0; lo < s.length; lo += chunkLength {
		n := s.loose(lo)
		*n, zeros, nans = [2]uint32{zeros, nans}, zeros+n[0], nans+n[1]
	}
	for lo := 0; lo < s.length; lo += chunkLength {
		n := s.loose(lo)
		n[0] += uint32(s.zeros)
		n[1] += uint32(s.length) - nans
	}
	return zeros+nans > 0
}

// restore writes the zeros and NaN of a chunk.
func (s *Sorter[K]) restore(_, lo, hi int) {
	n := s.loose(lo)
	restore(s.line.out, s.line.in[lo*s.step:], hi-lo, s.step, int(n[0]), int(n[1]))
}
