package par

import "time"

// Lengths of waiting, in time and in rounds of a waiting loop.
const (
	pauseLength = 4
	lookRounds  = 8
	yieldRounds = 256
	maxRounds   = 1 << 16

	awaitTime    = 100 * time.Microsecond
	watchIdle    = 100 * time.Microsecond
	watchRunning = time.Millisecond
	wakeWorth    = 20 * time.Microsecond
	turnLength   = 32
	idleLife     = 5 * time.Second
)
