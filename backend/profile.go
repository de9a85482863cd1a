package backend

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"arignote/backend/internal/par"
	"arignote/expr"
	"arignote/expr/machine"
)

// ErrMemory is the kind of error of a run that would need more memory than
// Config.MemoryLimit, or than the machine has.
var ErrMemory = expr.ErrMemory

// checkMemory refuses a plan that needs more memory than the limit.
func (c *Config) checkMemory(q *Plan) error {
	limit, whose := c.MemoryLimit, "the limit is"
	if limit <= 0 {
		limit, whose = machine.Memory(), "the machine has"
	}
	if q.stage != nil || q.PeakBytes() <= limit {
		return nil
	}
	e := expr.Errorf(ErrMemory, "", "%s (%d bytes) are needed at least, %s %s (%d bytes)",
		sizeText(q.PeakBytes()), q.PeakBytes(), whose, sizeText(limit), limit)
	e.Pos = expr.Here()
	return e
}

// A StepProfile is what one step of a plan has taken, over all runs. Steps that
// run at the same time share the time that this takes.
type StepProfile struct {
	Step   string   // what the step stores, as text
	Pos    expr.Pos // the user's line of the last of these expressions
	Engine string   // interpreter, gonum, routine, reference; empty for what is no step
	Runs   int64
	Time   time.Duration
	Bytes  int64   // of one run: arguments, buffers and results that it touches
	Flops  float64 // of one run, estimated, in additions
}

// Profile returns the steps of all plans that are in the cache, those that took
// most time first, and after them what is no step: "forgotten plans", the steps
// of plans that are no longer in the cache, and "overhead", the rest of the time
// between the beginning and the end of runs: arguments, planning, memory. All
// rows together are the time that runs took, those that run now left out. It is
// empty unless the Program was compiled with Config.Profile.
func (p *Program) Profile() []StepProfile {
	if !p.config.Profile {
		return nil
	}
	runs, wall := p.whole.runs.Load(), p.whole.nanoseconds.Load()
	all, forgotten := p.profiles()
	rest := time.Duration(wall)
	for _, s := range all {
		rest -= s.Time
	}
	slices.SortStableFunc(all, func(a, b StepProfile) int { return cmp.Compare(b.Time, a.Time) })
	if forgotten > 0 {
		all = append(all, StepProfile{Step: "forgotten plans", Time: forgotten})
	}
	return append(all, StepProfile{Step: "overhead", Runs: runs, Time: rest - forgotten})
}

// profiles returns the steps of all plans, and the time of those of plans that
// are no longer in the cache.
func (p *Program) profiles() (all []StepProfile, forgotten time.Duration) {
	p.plans.Lock()
	defer p.plans.Unlock()
	forgotten = p.plans.forgotten
	for _, q := range p.plans.byKey {
		steps, gone := q.profiles()
		all, forgotten = append(all, steps...), forgotten+gone
	}
	return all, forgotten
}

// profiles returns the steps of a plan that have run.
func (q *Plan) profiles() (all []StepProfile, forgotten time.Duration) {
	if q.stage != nil {
		first, gone := q.stage.first.profiles()
		rest, goneToo := q.stage.rest.profiles()
		return append(first, rest...), gone + goneToo
	}
	if !slices.ContainsFunc(q.steps, func(s *step) bool { return s.runs.Load() > 0 }) {
		return nil, 0
	}
	for i, shown := range q.shown() {
		if s := q.steps[i]; s.runs.Load() > 0 {
			last := shown.stored[len(shown.stored)-1].node
			all = append(all, StepProfile{shortText(last), last.Pos(), s.engine(), s.runs.Load(), time.Duration(s.nanoseconds.Load()), shown.bytes(), shown.flops})
		}
	}
	return all, 0
}

// shown returns the steps as they are shown. Those of a plan that follows from
// another one have the nodes of that, which are about other lengths: so they are
// planned.
func (q *Plan) shown() []*step {
	if q.class == nil {
		return q.steps
	}
	if x := q.program.sampleOf(q.description); x != nil && len(x.plan.steps) == len(q.steps) {
		return x.plan.steps
	}
	return q.class.plan.steps
}

// took returns the time that all runs of a plan have taken.
func (q *Plan) took() time.Duration {
	total := int64(0)
	for _, s := range q.steps {
		total += s.nanoseconds.Load()
	}
	return time.Duration(total)
}

// engine returns the name of what runs the step.
func (s *step) engine() string {
	switch {
	case s.vertex == nil:
		return "interpreter"
	case s.counted > 0 && s.vertex.kind == kindProduct:
		return "gonum"
	case s.counted > 0:
		return "routine"
	}
	return "reference"
}

// clock is the time that something has taken, over all runs.
type clock struct {
	runs, nanoseconds atomic.Int64
}

func (c *clock) add(nanoseconds int64) {
	c.runs.Add(1)
	c.nanoseconds.Add(nanoseconds)
}

// clocked adds up the time of a run, from its beginning on.
func (p *Program) clocked(start time.Time) { p.whole.add(int64(time.Since(start))) }

// timed runs a batch and adds up the time of its steps: that of the whole batch,
// divided in proportion to what each of them took.
func (f *frame) timed(b batch) error {
	start := time.Now()
	err := f.batch(b)
	whole := int64(time.Since(start))
	sum := int64(0)
	for i := b.lo; i < b.hi; i++ {
		sum += f.steps[i].time
	}
	left := whole
	for i := b.lo; i < b.hi; i++ {
		share := left
		if i+1 < b.hi {
			share = min(left, int64(float64(whole)*float64(f.steps[i].time)/float64(max(sum, 1))))
		}
		left -= share
		f.q.steps[i].add(share)
		f.steps[i].time = 0
	}
	return err
}

// progressKey is the key of a context's progress function.
type progressKey struct{}

// WithProgress returns a context with which RunContext calls f again and again
// while it runs, and at its end: done of total parts have been computed. A
// program whose sizes depend on data counts anew for each segment.
func WithProgress(ctx context.Context, f func(done, total int64)) context.Context {
	return context.WithValue(ctx, progressKey{}, f)
}

// watched returns the options for a launch, which tell how far the whole run is:
// ended parts of its step are complete.
func (f *frame) watched(o par.Options, ended int64) par.Options {
	if f.progress != nil {
		before, report, total := f.done+ended, f.progress, f.total
		o.Progress = func(done, _ int) { report(before+int64(done), total) }
	}
	return o
}

// advance says that parts have ended. Within a batch that tells nobody.
func (f *frame) advance(parts int64) {
	if f.progress != nil {
		f.done += parts
		f.progress(f.done, f.total)
	}
}
