#!/usr/bin/env python3
"""Makes tensorflow/: checkpoints that TensorFlow wrote, and a table that Snappy packed.

    pip install tensorflow-cpu safetensors python-snappy
    python3 make_tensorflow_fixtures.py

- release.ckpt.*: the weights of tiny-bert under the release's names, kernels transposed, with adam_m, adam_v and global_step,
  in two data files.
- types.ckpt.*: a tensor of every element type; types.json has their bytes.
- object.ckpt.index: of a checkpoint that tf.train.Checkpoint wrote.
- snappy.index: the index of release.ckpt, its blocks packed by Snappy, written by the table writer below.
"""
import json
import os
import struct
import tempfile

import numpy as np
import snappy
import tensorflow as tf
from safetensors.numpy import load_file

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.join(here, "tensorflow")
os.makedirs(out, exist_ok=True)


def save(prefix, tensors):
    names = sorted(tensors)
    tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=names, shape_and_slices=[""] * len(names), tensors=[tensors[n] for n in names]
    )


def release(name):
    name = name.replace("encoder.layer.", "encoder.layer_").replace("LayerNorm.weight", "LayerNorm.gamma")
    name = name.replace("LayerNorm.bias", "LayerNorm.beta").replace("_embeddings.weight", "_embeddings")
    special = {
        "cls.predictions.bias": "cls.predictions.output_bias",
        "cls.seq_relationship.weight": "cls.seq_relationship.output_weights",
        "cls.seq_relationship.bias": "cls.seq_relationship.output_bias",
        "classifier.weight": "output_weights", "classifier.bias": "output_bias",
        "qa_outputs.weight": "cls.squad.output_weights", "qa_outputs.bias": "cls.squad.output_bias",
    }
    name = special.get(name, name)
    if name.endswith(".weight"):
        return name[:-len("weight")].replace(".", "/") + "kernel", True
    return name.replace(".", "/"), False


random = np.random.default_rng(7)
tensors = {"global_step": tf.constant(1234567890123, tf.int64), "good_steps": tf.constant(3, tf.int32)}
for name, value in load_file(os.path.join(here, "tiny-bert", "model.safetensors")).items():
    new, transposed = release(name)
    value = value.T if transposed else value
    tensors[new] = tf.constant(value)
    tensors[new + "/adam_m"] = tf.constant(random.standard_normal(value.shape).astype(np.float32))
    tensors[new + "/adam_v"] = tf.constant(random.random(value.shape).astype(np.float32))

with tempfile.TemporaryDirectory() as folder:
    names = sorted(tensors)
    half = len(names) // 2
    for number, part in enumerate([names[:half], names[half:]]):
        save(f"{folder}/part{number}", {n: tensors[n] for n in part})
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=[f"{folder}/part0", f"{folder}/part1"],
        destination_prefix=f"{out}/release.ckpt",
        delete_old_dirs=False,
    )
    tf.train.Checkpoint(kernel=tf.Variable([[1.0]])).write(f"{folder}/object.ckpt")
    open(f"{out}/object.ckpt.index", "wb").write(open(f"{folder}/object.ckpt.index", "rb").read())

kinds = ["float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
typed = {kind: tf.cast(tf.constant([[0, 1, 2], [3, 100, 77]]), kind) for kind in kinds}
typed["bool"] = tf.constant([True, False, True])
typed["scalar"] = tf.constant(2.5)
typed["empty"] = tf.zeros([0, 4])
save(f"{out}/types.ckpt", typed)
with open(f"{out}/types.json", "w") as file:
    json.dump(
        {
            name: {"type": value.dtype.name, "shape": value.shape.as_list(), "bytes": value.numpy().tobytes().hex()}
            for name, value in typed.items()
        },
        file, indent=0, sort_keys=True,
    )


# A LevelDB table, read and written independently of TensorFlow.
def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(value):
    result = b""
    while value >= 0x80:
        result += bytes([value & 0x7F | 0x80])
        value >>= 7
    return result + bytes([value])


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def block_entries(data):
    end = len(data) - 4 - 4 * struct.unpack("<I", data[-4:])[0]
    at, key = 0, b""
    while at < end:
        shared, at = read_varint(data, at)
        rest, at = read_varint(data, at)
        length, at = read_varint(data, at)
        key = key[:shared] + data[at:at + rest]
        yield key, data[at + rest:at + rest + length]
        at += rest + length


def table_entries(data):
    footer = data[-48:]
    _, at = read_varint(footer, 0)
    _, at = read_varint(footer, at)
    offset, at = read_varint(footer, at)
    size, at = read_varint(footer, at)
    for _, handle in block_entries(data[offset:offset + size]):
        offset, at = read_varint(handle, 0)
        size, at = read_varint(handle, at)
        yield from block_entries(data[offset:offset + size])


def block(entries, interval):
    data, restarts, before = b"", [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % interval == 0:
            restarts.append(len(data))
        else:
            while shared < min(len(before), len(key)) and before[shared] == key[shared]:
                shared += 1
        data += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    restarts = restarts or [0]
    return data + b"".join(struct.pack("<I", r) for r in restarts) + struct.pack("<I", len(restarts))


def packed_table(entries, size):
    file = b""

    def add(content):
        nonlocal file
        packed = snappy.compress(content)
        handle = varint(len(file)) + varint(len(packed))
        file += packed + b"\x01" + struct.pack("<I", crc32c(packed + b"\x01"))
        return handle

    index = []
    for start in range(0, len(entries), size):
        part = entries[start:start + size]
        index.append((part[-1][0], add(block(part, 16))))
    footer = add(block([], 16)) + add(block(index, 1))
    return file + footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


entries = list(table_entries(open(f"{out}/release.ckpt.index", "rb").read()))
open(f"{out}/snappy.index", "wb").write(packed_table(entries, 40))
