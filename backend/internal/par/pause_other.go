//go:build !amd64 || purego

package par

// pause passes a moment without touching memory, about as long as n PAUSE
// instructions of amd64 do.
func pause(n int) {
	for n *= 64; n > 0; n-- {
	}
}
