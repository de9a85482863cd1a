package par

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// A Panic is what [For] and [Tasks.Run] panic with in the caller when a chunk or
// task that a worker ran has panicked.
type Panic struct {
	Value any    // what was panicked with
	Stack []byte // the worker's stack, as debug.Stack gives it
}

// errExit stands for runtime.Goexit in a worker.
var errExit = errors.New("runtime.Goexit called in a worker")

// newPanic is called by a deferred function of the panicking goroutine. A nil
// value means that there is no panic but runtime.Goexit.
func newPanic(value any) *Panic {
	if value == nil {
		value = errExit
	}
	return &Panic{Value: value, Stack: debug.Stack()}
}

// Error returns the value and the stack as text.
func (p *Panic) Error() string {
	return fmt.Sprintf("%v\n\nin a worker:\n%s", p.Value, p.Stack)
}

// Unwrap returns the value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
