"""BERT in plain JAX with a span head, and its training step: what `plan_jax.py` compiles and `bench_jax.py` times.

Dropout, cross entropy over positions, gradients clipped to a global norm of 1, AdamW without bias correction.
"""

import jax
import jax.numpy as jnp

SIZES = {  # layers, width
    "tiny": (2, 128), "mini": (4, 256), "minilm-l6": (6, 384), "small": (4, 512), "medium": (8, 512), "base": (12, 768),
    "large": (24, 1024),
}
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


@jax.custom_vjp
def wide_product(x, kernel):
    """x @ kernel in x's type, with a gradient of the kernel that is summed and kept in float32."""
    return x @ kernel.astype(x.dtype)


def _forward(x, kernel):
    return wide_product(x, kernel), (x, kernel)


def _backward(kept, g):
    x, kernel = kept
    rows = "".join("abc"[:x.ndim - 1])
    return (g @ kernel.astype(g.dtype).T,
            jnp.einsum(f"{rows}i,{rows}o->io", x, g, preferred_element_type=jnp.float32))


wide_product.defvjp(_forward, _backward)


def model(parameters, batch, key, heads, dtype, wide=False):
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
        product = wide_product(x, p["kernel"]) if wide else x @ p["kernel"].astype(dtype)
        return product + p["bias"].astype(dtype)

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


def loss(parameters, batch, key, heads, dtype, wide=False):
    logits = jnp.where(batch["mask"][..., None], model(parameters, batch, key, heads, dtype, wide), -1e9)
    targets = jnp.stack([batch["starts"], batch["ends"]], -1)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits, axis=1), targets[:, None, :], axis=1)
    return -chosen.mean()


def step(state, batch, rate, key, heads, dtype, wide=False):
    """One training step; the state's memory is reused.

    `wide` keeps the weights' gradients in float32 whatever `dtype` layers compute in; JAX left to itself rounds them to it.
    """
    parameters, first, second = state
    value, gradients = jax.value_and_grad(loss)(parameters, batch, key, heads, dtype, wide)
    norm = jnp.sqrt(sum((g * g).sum() for g in jax.tree.leaves(gradients)))
    gradients = jax.tree.map(lambda g: g / jnp.maximum(norm, 1.0), gradients)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)

    def update(p, m, v):
        decay = 0.01 if p.ndim > 1 else 0.0
        return p - rate * (m / (jnp.sqrt(v) + 1e-6) + decay * p)

    return (jax.tree.map(update, parameters, first, second), first, second), value, norm
