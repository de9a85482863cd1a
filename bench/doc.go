// Package bench compares arignote with other implementations of the same jobs,
// side by side on one machine. It has no code of its own: the benchmarks in
// latency_test.go measure what a call and a compilation cost, the rest is in the
// directories below.
//
//   - peers: the other implementations (C, NumPy, numexpr, Numba, PyTorch, dask,
//     BLAS libraries) and their driver; peers/README.md describes them.
//   - ours: the same workloads by arignote, written as a user would. It prints
//     the same JSON lines as the peers' driver.
//   - compare: runs both in turns and prints their ratios, what "make peers" does.
//   - inputs.py: writes the peers' inputs to files, so that ours computes with
//     the same numbers and the checksums can be compared.
//
// From the root of the repository:
//
//	make peers-setup            # once: installs the peers from Debian
//	make peers                  # everything; the slow peers take most of an hour
//	make peers ONLY=W1,W9       # some workloads; a number means all of its variants
//	go run ./bench/compare -h   # rounds, threads, which of the other peers
//
// A line such as
//
//	W1 n=1e6 T1  ours 1.234 ms  C 0.22 ms  ratio=5.61  best other: numba 0.16 ms  check ok
//
// gives the medians for one workload, size and number of threads. C is the
// fastest of the hand-written references, the ratio is the median over rounds in
// which ours and C take turns, followed by the smallest and the largest if there
// are several rounds. "scaled" marks a time of ours that was measured at a
// smaller size and multiplied, because the full size would take too long or
// too much memory. The line says "check ok" where the checksums of the results of ours
// and the peers agree, and "check differs" where they do not. "disturbed" marks a line for which other processes used
// the CPU: measure again on a quiet machine.
//
// Everything is built and stored below $TMPDIR/arignote-peers, nothing in the
// repository.
package bench
