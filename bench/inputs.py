#!/usr/bin/python3
"""Write the inputs of the peers as .npy files, so that other programs compute with the same numbers.

    inputs.py W1 W10d ...      into $PEERS_DATA: WORKLOAD-SIZE-NAME.npy; files that are there are kept

Where the peers' C program has no checksum, or one of inputs of its own, a JSON line with NumPy's checksum is printed.
"""
import json, os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
import numpy as np
import wl


def gemm(dtype):
    def arrays(n):
        r = wl.rng0()
        return {name: r.random((n, n)).astype(dtype) for name in "AB"}
    return arrays


def mlp(n):
    X, y, W, B = wl.w11d(n)
    return dict(X=X, y=y, **{f"W{k+1}": w for k, w in enumerate(W)}, **{f"b{k+1}": b for k, b in enumerate(B)})


def named(names, arrays):
    return dict(zip(names.split(), arrays))


# workload -> size -> the arrays by the names of our program's inputs
ARRAYS = {
    "W1": lambda n: named("a b", wl.w1data(n)),
    "W2v": lambda n: {"x": wl.w2x(n)}, "W2vg": lambda n: {"x": wl.w2x(n)},
    "W3": lambda n: named("M v", wl.w3d(n)[1:]),
    "W7b": lambda n: {"x": wl.rng0().random(n)},
    "W8": lambda n: named("target thumbs", wl.w8d(n)), "W8b": lambda n: named("target thumbs", wl.w8d(n)),
    "W10d": gemm(np.float64), "W10s": gemm(np.float32),
    "W11": mlp, "W11f": mlp,
    "W12s": lambda n: {"x": wl.w12d()[0]}, "W12l": lambda n: named("x g b", wl.w12d()),
    "W13": lambda n: {"x": wl.w13x(n)}, "W13l": lambda n: {"x": wl.w13l()},
    "W17": lambda n: {"X": wl.w17d(n)},
    "W18": lambda n: named("s K T", wl.w18d(n)),
}
# workload -> the peer whose checksum is printed
CHECKED = {"W10d": "numpy-openblas-default", "W10s": "numpy-openblas-default", "W11": "numpy", "W11f": "numpy"}


def write(workload, n):
    path = lambda name: os.path.join(wl.DATA, f"{workload}-{n}-{name}.npy")
    if os.path.exists(path("done")):
        return
    for name, array in ARRAYS[workload](n).items():
        np.save(path(name), np.ascontiguousarray(array))
    np.save(path("done"), np.zeros(0))


os.makedirs(wl.DATA, exist_ok=True)
for workload in sys.argv[1:]:
    if workload == "W16":
        wl.w16("2GB-warm")
    for n in wl.NS[workload] if workload in ARRAYS else []:
        write(workload, n)
        if workload in CHECKED:
            run, check = wl.BENCH[(workload, CHECKED[workload])][0](n, 1)[:2]
            print(json.dumps(dict(workload=workload, impl="numpy", threads=0, n=n, check=check(run()))), flush=True)
