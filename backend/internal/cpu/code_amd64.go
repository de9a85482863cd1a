//go:build !purego

package cpu

// machineCode says whether machine code can be run at all.
const machineCode = true
