#!/usr/bin/env python3
"""Times BERT training steps of plain JAX against `podium bench engine`, in turns, on the CPU or a GPU.

The step of `jax_step.py`, compiled by XLA for this machine, on full rows of random tokens; weights and optimizer state are
donated. In every round each side measures once, so that both see the same machine; medians are compared. A ratio
above 1 means that Podium is faster.

    pip install jax
    python3 bench_jax.py --podium podium --sizes minilm-l6 base --rounds 3
    pip install "jax[cuda13]"; podium device install cuda
    python3 bench_jax.py --podium podium --device cuda --precisions bf16 --batch-rows 256

Prints JSON lines: name, both sides' examples a second, their ratio.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

from bench_torch import SIZES, ours


def peer(options):
    """One measurement, printed as JSON."""
    os.environ["JAX_PLATFORMS"] = options.device
    import jax
    import jax.numpy as jnp

    import jax_step

    layers, width, heads, rows, length = SIZES[options.size]
    rows = options.batch_rows or rows
    steps = 1 if options.device == "cpu" else 10
    keys = iter(jax.random.split(jax.random.key(1), 1000))
    parameters = jax.tree.map(
        lambda shape: 0.02 * jax.random.normal(next(keys), shape),
        jax_step.shapes(layers, width, 30522), is_leaf=lambda x: isinstance(x, tuple))
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, jax.tree.map(jnp.zeros_like, parameters))
    batch = {
        "ids": jax.random.randint(next(keys), (rows, length), 1000, 29000), "types": jnp.zeros((rows, length), jnp.int32),
        "mask": jnp.ones((rows, length), bool), "starts": jnp.zeros(rows, jnp.int32), "ends": jnp.zeros(rows, jnp.int32),
    }
    dtype = jnp.dtype("bfloat16" if options.precision == "bf16" else "float32")
    step = jax.jit(lambda state, batch, key: jax_step.step(state, batch, 1e-5, key, heads, dtype), donate_argnums=0)
    state, loss, _ = step(state, batch, next(keys))
    jax.block_until_ready(state)
    times = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        for _ in range(steps):
            state, loss, _ = step(state, batch, next(keys))
        jax.block_until_ready((state, loss))
        times.append((time.perf_counter() - start) / steps)
    print(json.dumps({"examples": rows / statistics.median(times),
                      "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


def theirs(options, size, precision):
    command = [sys.executable, os.path.abspath(__file__), "--peer", "--size", size, "--precision", precision, "--repeats",
               str(options.repeats), "--device", options.device, "--batch-rows", str(options.batch_rows)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().split("\n")[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--podium", default="podium")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["minilm-l6", "base"])
    parser.add_argument("--precisions", nargs="+", default=["float32", "bf16"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=2, help="within a round")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--batch-rows", type=int, default=0, help="of a batch, instead of the size's own")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--size", help=argparse.SUPPRESS)
    parser.add_argument("--precision", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options)
    options.threads, options.batches = os.cpu_count(), 1
    for size in options.sizes:
        for precision in options.precisions:
            pairs = [(ours(options, size, precision, "full-rows"), theirs(options, size, precision))
                     for _ in range(options.rounds)]

            def median(side, key):
                return statistics.median(pair[side][key] for pair in pairs)

            print(json.dumps({
                "name": f"engine/{size}/{precision}/full-rows", "peer": "jax",
                "podiumExamplesPerSecond": round(median(0, "examples"), 4),
                "peerExamplesPerSecond": round(median(1, "examples"), 4),
                "ratio": round(statistics.median(a["examples"] / b["examples"] for a, b in pairs), 4),
                "memoryRatio": round(median(0, "memory") / median(1, "memory"), 4),
            }), flush=True)


if __name__ == "__main__":
    main()
