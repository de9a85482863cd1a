package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// snapshot tells how much CPU time the machine and this process have used.
type snapshot struct {
	wall             time.Time
	busy, stolen, us float64 // seconds: of all processes, by the hypervisor, of this process
}

// clockTicks is the unit of /proc/stat, ticks per second; it is 100 on every
// Linux that Go runs on.
const clockTicks = 100

func takeSnapshot() snapshot {
	s := snapshot{wall: time.Now()}
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return s
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal ...
	for i, f := range fields {
		ticks, err := strconv.ParseFloat(f, 64)
		if err != nil {
			continue
		}
		switch i {
		case 1, 2, 3, 6, 7:
			s.busy += ticks / clockTicks
		case 8:
			s.stolen = ticks / clockTicks
		}
	}
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil {
		s.us = float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	return s
}

// since returns how many cores other processes and the hypervisor used from s
// until now.
func (s snapshot) since() (foreign, steal float64) {
	e := takeSnapshot()
	wall := max(e.wall.Sub(s.wall).Seconds(), 1e-3)
	return max(0, (e.busy-s.busy)-(e.us-s.us)) / wall, (e.stolen - s.stolen) / wall
}

// peakMB returns the largest resident set of this process so far in MB.
func peakMB() int {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return int(u.Maxrss / 1024)
}
