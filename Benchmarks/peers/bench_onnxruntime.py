#!/usr/bin/env python3
"""Times inference of ONNX Runtime's fused BERT against `podium bench engine` on real development sets, in turns.

The peer is at its best: transformers' model exported, attention, layer norm and
GELU fused by onnxruntime.transformers, sequences sorted by length, batches of 32
padded to their longest row only. A ratio above 1 means that Podium is faster.

    pip install torch transformers onnx onnxscript onnxruntime
    python3 bench_onnxruntime.py --podium podium --vocab vocab.txt --data ROOT --tasks MRPC RTE

Prints JSON lines: name, sequences per second of both sides (medians), their ratio.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import numpy
import onnxruntime
import torch
from onnxruntime.transformers import optimizer
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

SIZES = {"minilm-l6": (6, 384, 12), "base": (12, 768, 12)}
COLUMNS = {"CoLA": None, "STS-B": ("sentence1", "sentence2"), "MRPC": ("#1 String", "#2 String"),
           "RTE": ("sentence1", "sentence2")}


def fused_model(size, folder):
    layers, width, heads = SIZES[size]
    torch.manual_seed(1)
    model = BertForSequenceClassification(BertConfig(
        vocab_size=30522, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=4 * width, attn_implementation="eager")).eval()
    example = torch.ones(2, 16, dtype=torch.long)
    path = os.path.join(folder, "model.onnx")
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        model, (example, example, torch.zeros_like(example)), path, input_names=names, output_names=["logits"],
        dynamic_axes={name: {0: "rows", 1: "length"} for name in names}, opset_version=17, dynamo=False)
    fused = optimizer.optimize_model(path, model_type="bert", num_heads=heads, hidden_size=width)
    counts = fused.get_fused_operator_statistics()
    target = os.path.join(folder, "fused.onnx")
    fused.save_model_to_file(target)
    return target, {name: count for name, count in counts.items() if count}


def sequences(data, vocab, task):
    tokenizer = BertTokenizerFast(vocab, do_lower_case=True)
    root = os.path.join(data, "glue")
    path = os.path.join(root if os.path.isdir(root) else data, task, "dev.tsv")
    lines = [line.rstrip("\r").split("\t")
             for line in open(path, encoding="utf-8-sig", newline="").read().split("\n") if line.strip("\r")]
    if COLUMNS[task] is None:
        return tokenizer([line[3] for line in lines], truncation=True, max_length=128)["input_ids"]
    first, second = (lines[0].index(c) for c in COLUMNS[task])
    return tokenizer([line[first] for line in lines[1:]], [line[second] for line in lines[1:]], truncation=True,
                     max_length=128)["input_ids"]


def batches(rows):
    rows = sorted(rows, key=len)
    for start in range(0, len(rows), 32):
        part = rows[start:start + 32]
        width = len(part[-1])
        yield {"input_ids": numpy.array([row + [0] * (width - len(row)) for row in part], dtype=numpy.int64),
               "attention_mask": numpy.array([[1] * len(row) + [0] * (width - len(row)) for row in part],
                                             dtype=numpy.int64),
               "token_type_ids": numpy.zeros((len(part), width), dtype=numpy.int64)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--podium", default="podium")
    parser.add_argument("--vocab", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", choices=SIZES, default="minilm-l6")
    parser.add_argument("--tasks", nargs="+", choices=COLUMNS, default=list(COLUMNS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    with tempfile.TemporaryDirectory() as folder:
        path, fused = fused_model(options.size, folder)
        print(json.dumps({"fused": fused}), flush=True)
        session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        for task in options.tasks:
            rows = sequences(options.data, options.vocab, task)
            feeds = list(batches(rows))
            for feed in feeds:
                session.run(None, feed)
            ours, theirs = [], []
            for _ in range(options.rounds):
                start = time.perf_counter()
                for feed in feeds:
                    session.run(None, feed)
                theirs.append(len(rows) / (time.perf_counter() - start))
                figures = json.loads(subprocess.run(
                    [options.podium, "bench", "engine", f"engine/{options.size}/float32/{task}", "--precision",
                     "float32", "--repeats", "2", "--batches", "1", "--threads", str(options.threads), "--data",
                     options.data, "--vocab", options.vocab, "--json"],
                    check=True, capture_output=True, text=True).stdout)
                ours.append(next(f["value"] for f in figures if f["name"].endswith("/inference/examples")))
            ours, theirs = statistics.median(ours), statistics.median(theirs)
            print(json.dumps({"name": f"engine/{options.size}/float32/{task}/inference", "podiumPerSecond": round(ours, 1),
                              "peerPerSecond": round(theirs, 1), "ratio": round(ours / theirs, 3)}), flush=True)


main()
