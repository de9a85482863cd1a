// Package par runs parts of one computation on several cores.
//
// What comes in: a range cut into chunks ([For]) or a graph of tasks
// ([Tasks.Run]), and a function that computes one of them. What goes out: every
// chunk or task computed exactly once, by the calling goroutine and by at most
// Threads-1 workers of one pool that the whole process shares.
//
// The rules that make it predictable:
//
//   - Chunks are claimed from a counter, one at a time. The caller claims like
//     everybody else, so it never waits for a worker to begin, however busy the
//     machine is, only for the last chunks that workers have already begun.
//   - Where chunks begin and end depends on n and chunk only, never on the
//     number of threads. A reduction that combines one partial result per chunk
//     in order has the same bits on every machine.
//   - A call from inside a chunk is a call like any other.
//   - Nothing is allocated per call. A function literal that captures variables
//     is allocated where it is written, so callers that must not allocate keep
//     it in a structure that they use again.
//
// Workers are plain goroutines that start when first needed. A worker without
// work watches for some for a short time, because a watching worker begins
// within a microsecond where a sleeping one takes tens (spin.go has the
// measurements), then sleeps, and ends after a few idle seconds: an idle process
// uses no processor time. Workers that several calls want divide themselves among
// them evenly.
//
// In a bubble of testing/synctest use one thread, or end the test with a sleep
// longer than workers live: workers started in it belong to it.
//
// What it does not do: decide whether work is worth sharing, choose the length
// of chunks (tens of microseconds: long enough that a claim does not count, short
// enough that garbage collection, which waits for machine code to return, does
// not), or bind threads to cores.
//
// Read for.go first, then job.go (one call) and pool.go (the workers).
package par
