#!/usr/bin/env python3
"""A BERT fine-tuning step in plain JAX, compiled for a TPU that need not be there: the peer of `podium plan`.

The step of `jax_step.py`: the one that `podium plan` compiles, as one writes it in JAX. Prints the TPU compiler's own
figures.

    pip install jax libtpu
    python plan_jax.py --model base --batch 12 --length 384 --topology v2:2x2 --json
"""

import argparse
import json
import os
import time

def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=SIZES, default="base")
    parser.add_argument("--layers", type=int, help="layers of the model, if not all")
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--length", type=int, default=384)
    parser.add_argument("--topology", default="v2:2x2")
    parser.add_argument("--activations", choices=["float32", "bfloat16"], default="bfloat16",
                        help="what layers compute and keep; weights and optimizer state are float32")
    parser.add_argument("--gradients", choices=["float32", "activations"], default="activations",
                        help="type of the weights' gradients: float32, as Podium keeps them, or the activations'")
    parser.add_argument("--vocabulary", type=int, default=30522)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


# Read by libtpu when it is loaded: without them it asks the cloud's metadata server, and waits.
os.environ.setdefault("TPU_SKIP_MDS_QUERY", "1")
os.environ.setdefault("TPU_ACCELERATOR_TYPE", "v5litepod-4")
os.environ.setdefault("TPU_WORKER_HOSTNAMES", "localhost")
os.environ.setdefault("TPU_WORKER_ID", "0")
os.environ.setdefault("ALLOW_MULTIPLE_LIBTPU_LOAD", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from jax.experimental import topologies  # noqa: E402
from jax.sharding import SingleDeviceSharding  # noqa: E402

from jax_step import SIZES, shapes, step  # noqa: E402


def main():
    options = arguments()
    layers, hidden = SIZES[options.model]
    layers = options.layers or layers
    device = topologies.get_topology_desc(topology_name=options.topology, platform="tpu").devices[0]
    sharding = SingleDeviceSharding(device)

    def abstract(shape, dtype=jnp.float32):
        return jax.ShapeDtypeStruct(shape, dtype, sharding=sharding)

    parameters = jax.tree.map(abstract, shapes(layers, hidden, options.vocabulary), is_leaf=lambda x: isinstance(x, tuple))
    rows = (options.batch, options.length)
    batch = {
        "ids": abstract(rows, jnp.int32), "types": abstract(rows, jnp.int32), "mask": abstract(rows, jnp.bool_),
        "starts": abstract(rows[:1], jnp.int32), "ends": abstract(rows[:1], jnp.int32),
    }
    compiled_step = jax.jit(
        lambda state, batch, rate, key: step(state, batch, rate, key, hidden // 64, jnp.dtype(options.activations),
                                             options.gradients == "float32"),
        donate_argnums=0,
    )
    start = time.time()
    compiled = compiled_step.lower(
        (parameters, parameters, parameters), batch, abstract(()), abstract((2,), jnp.uint32)
    ).compile()
    seconds = time.time() - start
    cost = compiled.cost_analysis()
    cost = cost[0] if isinstance(cost, list) else cost
    memory = compiled.memory_analysis()
    result = {
        "model": options.model, "layers": layers, "batch": options.batch, "length": options.length,
        "activations": options.activations, "gradients": options.gradients, "topology": options.topology, "deviceKind": device.device_kind,
        "flops": cost.get("flops"), "bytesAccessed": cost.get("bytes accessed"),
        "optimalSeconds": cost.get("optimal_seconds"), "temporaryBytes": memory.temp_size_in_bytes,
        "hbmBytes": memory.argument_size_in_bytes + memory.output_size_in_bytes - memory.alias_size_in_bytes
        + memory.temp_size_in_bytes + memory.generated_code_size_in_bytes,
        "compileSeconds": seconds,
    }
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:16} {value}")


if __name__ == "__main__":
    main()
