#!/bin/sh
# Install what the peers need from Debian: compilers, NumPy, SciPy, numexpr, Numba, PyTorch, dask, OpenBLAS and BLIS.
# A package that cannot be installed is left out; its peers are then skipped with a note.
set -u
apt-get update
for package in gcc g++ gfortran python3-numpy python3-scipy python3-numexpr python3-numba \
	libopenblas-dev libblis-openmp-dev python3-torch python3-dask; do
	apt-get install -y --no-install-recommends "$package" || echo "not installed: $package" >&2
done
