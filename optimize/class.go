package optimize

// Class says what a rewrite promises.
type Class uint8

const (
	// Exact rewrites give the same bits for all numbers: NaN stays NaN (of any
	// payload), infinities, -0 and rounding are as before.
	Exact Class = iota
	// Real rewrites are true over the real numbers. They may differ in the
	// last bits, and where a number is infinite, undefined or out of range on
	// the way: x/x is 1 also for x = 0, log(exp(x)) is x also for x = 1000.
	Real
)

// String returns "exact" or "real".
func (c Class) String() string {
	if c == Exact {
		return "exact"
	}
	return "real"
}
