package backend

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"arignote/backend/internal/par"
	"arignote/expr"
)

// ErrMemory is the kind of error of a run that would need more memory than
// Config.MemoryLimit.
var ErrMemory = errors.New("memory")

// checkMemory refuses a plan that needs more memory than the limit.
func (c *Config) checkMemory(q *Plan) error {
	if c.MemoryLimit <= 0 || q.stage != nil || q.PeakBytes() <= c.MemoryLimit {
		return nil
	}
	e := expr.Errorf(ErrMemory, "", "%s (%d bytes) are needed, the limit is %s (%d bytes)",
		sizeText(q.PeakBytes()), q.PeakBytes(), sizeText(c.MemoryLimit), c.MemoryLimit)
	e.Pos = expr.Here()
	return e
}

// A StepProfile is what one step of a plan has taken, over all runs.
type StepProfile struct {
	Step   string   // what the step stores, as text
	Pos    expr.Pos // the user's line of the last of these expressions
	Engine string   // interpreter, gonum, reference
	Runs   int64
	Time   time.Duration
	Bytes  int64   // of one run: arguments, buffers and results that it touches
	Flops  float64 // of one run, estimated, in additions
}

// Profile returns the steps of all plans that are in the cache, those that took
// most time first. It is empty unless the Program was compiled with
// Config.Profile.
func (p *Program) Profile() []StepProfile {
	p.plans.Lock()
	var all []StepProfile
	for _, q := range p.plans.byKey {
		if q.stage != nil {
			all = append(append(all, q.stage.first.Profile()...), q.stage.rest.Profile()...)
			continue
		}
		for _, s := range q.steps {
			if n := s.runs.Load(); n > 0 {
				last := s.stored[len(s.stored)-1].node
				all = append(all, StepProfile{shortText(last), last.Pos(), s.engine(), n, time.Duration(s.nanoseconds.Load()), s.bytes(), s.flops})
			}
		}
	}
	p.plans.Unlock()
	slices.SortStableFunc(all, func(a, b StepProfile) int { return int(b.Time - a.Time) })
	return all
}

// engine returns the name of what runs the step.
func (s *step) engine() string {
	switch {
	case s.vertex == nil:
		return "interpreter"
	case s.vertex.kind == kindProduct:
		return "gonum"
	}
	return "reference"
}

// clock is the time that a step has taken, over all runs.
type clock struct {
	runs, nanoseconds atomic.Int64
}

// timed runs step i and adds up its time.
func (f *frame) timed(i int, s *step, o par.Options) error {
	start := time.Now()
	err := f.step(i, s, o)
	s.runs.Add(1)
	s.nanoseconds.Add(int64(time.Since(start)))
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

// progress returns the options for launch k of step i, which tell f how far
// the whole run is.
func (q *Plan) progress(o par.Options, i, k int, f func(done, total int64)) par.Options {
	var before, total int64
	for at, s := range q.steps {
		for n, l := range s.launches {
			if at < i || at == i && n < k {
				before += l.parts()
			}
			total += l.parts()
		}
	}
	o.Progress = func(done, _ int) { f(before+int64(done), total) }
	return o
}

// parts returns the number of parts in which workers do a launch.
func (l *launch) parts() int64 {
	if l.units == 0 {
		return 0
	}
	return int64((l.units-1)/l.chunk + 1)
}
