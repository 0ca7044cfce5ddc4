#!/usr/bin/env python3
"""A BERT fine-tuning step in plain JAX, compiled for a TPU that need not be there: the peer of `podium plan`.

Span head, dropout, cross entropy over positions, gradients clipped to a global norm of 1, AdamW without bias
correction: the step that `podium plan` compiles, as one writes it in JAX. Prints the TPU compiler's own figures.

    pip install jax libtpu
    python plan_jax.py --model base --batch 12 --length 384 --topology v2:2x2 --json
"""

import argparse
import json
import os
import time

SIZES = {"tiny": (2, 128), "mini": (4, 256), "small": (4, 512), "medium": (8, 512), "base": (12, 768), "large": (24, 1024)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=SIZES, default="base")
    parser.add_argument("--layers", type=int, help="layers of the model, if not all")
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--length", type=int, default=384)
    parser.add_argument("--topology", default="v2:2x2")
    parser.add_argument("--activations", choices=["float32", "bfloat16"], default="bfloat16",
                        help="what layers compute and keep; weights and optimizer state are float32")
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

RATE = 0.1


def shapes(layers, hidden, vocabulary):
    """Shapes of all parameters."""
    norm = {"scale": (hidden,), "bias": (hidden,)}

    def dense(inner, outer):
        return {"kernel": (inner, outer), "bias": (outer,)}

    layer = {
        "qkv": dense(hidden, 3 * hidden), "output": dense(hidden, hidden), "norm1": norm,
        "up": dense(hidden, 4 * hidden), "down": dense(4 * hidden, hidden), "norm2": norm,
    }
    return {
        "word": (vocabulary, hidden), "position": (512, hidden), "type": (2, hidden), "norm": norm,
        "layers": [layer for _ in range(layers)], "span": dense(hidden, 2),
    }


def model(parameters, batch, key, heads, dtype):
    """Start and end logits, [batch, length, 2]."""
    keys = iter(jax.random.split(key, 1 + 3 * len(parameters["layers"])))

    def dropout(x):
        keep = jax.random.bernoulli(next(keys), 1 - RATE, x.shape)
        return jnp.where(keep, x / (1 - RATE), jnp.zeros((), x.dtype))

    def norm(p, x):
        x = x.astype(jnp.float32)
        mean = x.mean(-1, keepdims=True)
        variance = ((x - mean) ** 2).mean(-1, keepdims=True)
        return ((x - mean) * jax.lax.rsqrt(variance + 1e-12) * p["scale"] + p["bias"]).astype(dtype)

    def dense(p, x):
        return x @ p["kernel"].astype(dtype) + p["bias"].astype(dtype)

    ids, types, mask = batch["ids"], batch["types"], batch["mask"]
    b, s = ids.shape
    x = parameters["word"][ids] + parameters["position"][None, :s] + parameters["type"][types]
    x = dropout(norm(parameters["norm"], x))
    hidden = x.shape[-1]
    bias = jnp.where(mask, 0.0, -1e9)[:, None, None, :]
    for p in parameters["layers"]:
        q, k, v = jnp.split(dense(p["qkv"], x).reshape(b, s, 3 * heads, hidden // heads), 3, axis=2)
        scores = jnp.einsum("bqhd,bkhd->bhqk", q, k).astype(jnp.float32) / (hidden // heads) ** 0.5
        weights = dropout(jax.nn.softmax(scores + bias, axis=-1).astype(dtype))
        context = jnp.einsum("bhqk,bkhd->bqhd", weights, v).reshape(b, s, hidden)
        x = norm(p["norm1"], x + dropout(dense(p["output"], context)))
        inner = jax.nn.gelu(dense(p["up"], x), approximate=False)
        x = norm(p["norm2"], x + dropout(dense(p["down"], inner)))
    return dense(parameters["span"], x).astype(jnp.float32)


def loss(parameters, batch, key, heads, dtype):
    logits = jnp.where(batch["mask"][..., None], model(parameters, batch, key, heads, dtype), -1e9)
    targets = jnp.stack([batch["starts"], batch["ends"]], -1)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits, axis=1), targets[:, None, :], axis=1)
    return -chosen.mean()


def step(state, batch, rate, key, heads, dtype):
    """One training step; the state's memory is reused."""
    parameters, first, second = state
    value, gradients = jax.value_and_grad(loss)(parameters, batch, key, heads, dtype)
    norm = jnp.sqrt(sum((g * g).sum() for g in jax.tree.leaves(gradients)))
    gradients = jax.tree.map(lambda g: g / jnp.maximum(norm, 1.0), gradients)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)

    def update(p, m, v):
        decay = 0.01 if p.ndim > 1 else 0.0
        return p - rate * (m / (jnp.sqrt(v) + 1e-6) + decay * p)

    return (jax.tree.map(update, parameters, first, second), first, second), value, norm


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
        lambda state, batch, rate, key: step(state, batch, rate, key, hidden // 64, jnp.dtype(options.activations)),
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
        "activations": options.activations, "topology": options.topology, "deviceKind": device.device_kind,
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
