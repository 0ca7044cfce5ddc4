#!/usr/bin/env python3
"""Times sentence-transformers against `podium embed`, in turns, on the same sentences and threads, and compares the vectors.

    pip install torch sentence-transformers; podium model pull minilm-l6
    python3 bench_embed.py --podium podium --model ~/.local/share/podium/models/minilm-l6 --texts sentences.txt

The peer gets the model's folder with mean pooling; both read the same file and keep float32. In every round each side
measures once, so that both see the same machine; medians are compared. Loading is left out of the peer's time and is part of
ours. Prints one JSON line: sentences a second of both sides, their ratio, the largest difference of any number.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import numpy
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--podium", default="podium")
    parser.add_argument("--model", required=True)
    parser.add_argument("--texts", required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="float32")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    texts = [line.rstrip("\n") for line in open(options.texts, encoding="utf-8")]
    encoder = Transformer(options.model, max_seq_length=128)
    peer = SentenceTransformer(modules=[encoder, Pooling(encoder.get_word_embedding_dimension(), "mean")], device="cpu")
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/vectors.npy"
        for _ in range(options.rounds):
            start = time.perf_counter()
            subprocess.run(
                [options.podium, "embed", "--model", options.model, "--format", "npy", "--precision", options.precision,
                 "--threads", str(options.threads), options.texts, "--out", out], check=True, stderr=subprocess.DEVNULL)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            reference = peer.encode(texts, batch_size=32, show_progress_bar=False)
            theirs.append(time.perf_counter() - start)
        difference = float(numpy.abs(numpy.load(out) - reference).max())
    print(json.dumps({
        "name": f"embed/minilm-l6/{options.precision}", "texts": len(texts),
        "podium": len(texts) / statistics.median(ours), "sentence_transformers": len(texts) / statistics.median(theirs),
        "ratio": statistics.median(theirs) / statistics.median(ours), "difference": difference,
        "podium_seconds": statistics.median(ours)}))


main()
