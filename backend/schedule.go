package backend

import "slices"

// This file orders the steps of a plan and finds those that run at the same
// time.

// A batch is a run of steps, from lo up to hi, that do not touch what another
// one of them writes.
type batch struct{ lo, hi int }

const (
	// A step that is not divided itself and has more work than this, in
	// additions, runs at the same time as others like it: about 10 us, for which
	// two workers begin to pay (see minWork).
	alongside = 1 << 16

	// So many steps are looked at for others that can run at the same time.
	lookAhead = 16

	// Plans of more steps than this are not put into another order to save
	// memory, which takes a time that grows with the square of their number.
	maxOrdered = 4096
)

// schedule puts the steps in order and into batches.
func (q *Plan) schedule() {
	if q.thrift != fast && len(q.steps) <= maxOrdered {
		q.steps = newOrdering(q.steps).steps()
	}
	rest := q.steps
	q.steps = make([]*step, 0, len(rest))
	for len(rest) > 0 {
		b := batch{lo: len(q.steps)}
		q.steps, rest = append(q.steps, rest[0]), rest[1:]
		if q.thrift == fast && q.steps[b.lo].lonely() {
			rest = q.gather(b.lo, rest)
		}
		b.hi = len(q.steps)
		q.batches = append(q.batches, b)
	}
}

// gather moves steps that can run at the same time as those from lo on behind
// these, and returns the rest.
func (q *Plan) gather(lo int, rest []*step) []*step {
	var skipped []*step
	ahead := min(len(rest), lookAhead)
	for _, s := range rest[:ahead] {
		apart := func(o *step) bool { return !s.touches(o) }
		if s.lonely() && every(q.steps[lo:], apart) && every(skipped, apart) {
			q.steps = append(q.steps, s)
		} else {
			skipped = append(skipped, s)
		}
	}
	rest = rest[ahead-len(skipped):]
	copy(rest, skipped)
	return rest
}

func every[T any](all []T, f func(T) bool) bool {
	return !slices.ContainsFunc(all, func(x T) bool { return !f(x) })
}

// lonely reports whether the step is one for a single worker and long enough
// that another one can do something else meanwhile.
func (s *step) lonely() bool {
	if s.vertex == nil {
		work, one := 0.0, true
		for _, l := range s.launches {
			work += l.work
			one = one && l.parts() <= 1
		}
		return one && work >= alongside
	}
	switch s.vertex.kind {
	case kindProduct, kindRoutine:
		return s.flops >= alongside && s.counted == 1
	case kindReference:
		n := 0
		for _, a := range s.vertex.args {
			n += product(a.shape)
		}
		return n >= alongside/64 // what the reference does costs more than an addition
	}
	return false
}

// touches reports whether one of the steps writes what the other one reads or
// writes.
func (s *step) touches(o *step) bool {
	meet := func(a, b []*storage) bool {
		return slices.ContainsFunc(a, func(x *storage) bool { return slices.Contains(b, x) })
	}
	return meet(s.writes, o.writes) || meet(s.writes, o.reads) || meet(s.reads, o.writes)
}

// An ordering puts steps into an order that needs little memory: of the steps
// that can be next, the one after which least is kept.
type ordering struct {
	all    []*step
	needs  []int // how many steps each one waits for
	users  [][]int
	uses   map[*storage]int // steps that have yet to use it
	made   map[*storage]bool
	ready  []int
	result []*step
}

func newOrdering(all []*step) *ordering {
	o := &ordering{all: all, needs: make([]int, len(all)), users: make([][]int, len(all)), uses: make(map[*storage]int), made: make(map[*storage]bool)}
	writers, readers := make(map[*storage][]int), make(map[*storage][]int)
	wait := func(i int, before []int) {
		for _, k := range before {
			if k != i && !slices.Contains(o.users[k], i) {
				o.users[k] = append(o.users[k], i)
				o.needs[i]++
			}
		}
	}
	for i, s := range all {
		for _, x := range s.reads {
			wait(i, writers[x])
		}
		for _, x := range s.writes {
			wait(i, writers[x])
			wait(i, readers[x])
		}
		for x := range s.storages() {
			o.uses[x]++
		}
		for _, x := range s.writes {
			writers[x] = append(writers[x], i)
		}
		for _, x := range s.reads {
			readers[x] = append(readers[x], i)
		}
		if o.needs[i] == 0 {
			o.ready = append(o.ready, i)
		}
	}
	return o
}

// storages returns what the step reads and writes.
func (s *step) storages() map[*storage]bool {
	set := make(map[*storage]bool)
	for _, list := range [][]*storage{s.reads, s.writes} {
		for _, x := range list {
			set[x] = true
		}
	}
	return set
}

// steps returns the steps in order.
func (o *ordering) steps() []*step {
	for len(o.ready) > 0 {
		best := 0
		for k := range o.ready {
			if o.growth(o.all[o.ready[k]]) < o.growth(o.all[o.ready[best]]) {
				best = k
			}
		}
		i := o.ready[best]
		o.ready = slices.Delete(o.ready, best, best+1)
		o.take(i)
	}
	return o.result
}

// growth returns how many bytes more the arena has after a step.
func (o *ordering) growth(s *step) int64 {
	n := int64(0)
	for x := range s.storages() {
		if x.place != inArena {
			continue
		}
		if !o.made[x] {
			n += x.bytes()
		}
		if o.uses[x] == 1 {
			n -= x.bytes()
		}
	}
	return n
}

// take makes step i the next one.
func (o *ordering) take(i int) {
	s := o.all[i]
	o.result = append(o.result, s)
	for x := range s.storages() {
		o.uses[x]--
		o.made[x] = true
	}
	for _, u := range o.users[i] {
		if o.needs[u]--; o.needs[u] == 0 {
			o.ready = append(o.ready, u)
		}
	}
}
