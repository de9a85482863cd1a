//go:build !linux

package main

// snapshot would tell how much CPU time the machine and this process have used;
// only Linux is asked.
type snapshot struct{}

func takeSnapshot() snapshot { return snapshot{} }

// since returns how many cores other processes and the hypervisor used from s
// until now.
func (snapshot) since() (foreign, steal float64) { return 0, 0 }

// peakMB returns the largest resident set of this process so far in MB.
func peakMB() int { return 0 }
