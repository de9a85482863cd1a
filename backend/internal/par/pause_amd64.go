//go:build !purego

package par

// pause executes n PAUSE instructions, which tell the core that it spins: 40 to
// 140 cycles each in which the core's other thread and the memory system are
// left alone.
//
// The Go loop:
//
//	for ; n > 0; n-- {
//	}
//
//go:noescape
func pause(n int)
