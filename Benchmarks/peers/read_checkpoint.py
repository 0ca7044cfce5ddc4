#!/usr/bin/env python3
"""Reads back with TensorFlow a checkpoint that `podium model convert --to tensorflow` wrote, and compares it with its source.

    pip install tensorflow-cpu safetensors
    podium model convert SOURCE CONVERTED --to tensorflow
    python3 read_checkpoint.py CONVERTED/bert_model.ckpt SOURCE

SOURCE is the folder of a safetensors model, or the prefix of another checkpoint. Prints how many tensors are the same, bit for
bit; the exit status is 1 where any is not.
"""
import os
import sys

import tensorflow as tf


def release(name):
    for old, new in [("encoder.layer.", "encoder.layer_"), ("LayerNorm.weight", "LayerNorm.gamma"),
                     ("LayerNorm.bias", "LayerNorm.beta"), ("_embeddings.weight", "_embeddings")]:
        name = name.replace(old, new)
    special = {
        "cls.predictions.bias": "cls.predictions.output_bias",
        "cls.seq_relationship.weight": "cls.seq_relationship.output_weights",
        "cls.seq_relationship.bias": "cls.seq_relationship.output_bias",
        "classifier.weight": "output_weights", "classifier.bias": "output_bias",
        "qa_outputs.weight": "cls.squad.output_weights", "qa_outputs.bias": "cls.squad.output_bias",
    }
    if name in special:
        return special[name].replace(".", "/"), False
    if name.split(".")[0] in ("embeddings", "encoder", "pooler"):
        name = "bert." + name
    if not name.startswith(("bert.", "cls.")) or name.endswith("position_ids"):
        return "safetensors." + name, False
    if name.endswith(".weight"):
        return name[:-len("weight")].replace(".", "/") + "kernel", True
    return name.replace(".", "/"), False


def source(path):
    if os.path.isdir(path):
        from safetensors.numpy import load_file

        result = {}
        for name, value in load_file(f"{path}/model.safetensors").items():
            if name.startswith("embeddings.position_ids"):
                result["safetensors." + name] = value
                continue
            new, transposed = release(name)
            result[new] = value.T if transposed else value
        return result
    reader = tf.train.load_checkpoint(path)
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


reader = tf.train.load_checkpoint(sys.argv[1])
written = reader.get_variable_to_shape_map()
expected = source(sys.argv[2])
wrong = sorted(set(written) ^ set(expected))
for name in set(written) & set(expected):
    value = reader.get_tensor(name)
    if value.shape != expected[name].shape or value.tobytes() != expected[name].tobytes():
        wrong.append(name)
print(f"{len(expected) - len(wrong)} of {len(expected)} tensors are the same")
for name in wrong[:20]:
    print("not the same:", name)
sys.exit(1 if wrong else 0)
