package par

import "time"

const (
	pauseLength  = 4
	awaitYield   = 16
	awaitSpin    = 100 * time.Microsecond
	maxRounds    = 1 << 16
	watchLook    = 8
	watchYield   = 64
	watchIdle    = 100 * time.Microsecond
	watchRunning = time.Millisecond
	turnLength   = 32
	idleLife     = 5 * time.Second
)
