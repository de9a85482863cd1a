//go:build !amd64 || purego

package cpu

// machineCode says whether machine code can be run at all.
const machineCode = false
