#!/usr/bin/env python3
"""Times `podium bench tokenizer` against the tokenizers library (Rust) on one thread, and compares their ids.

The texts are the passages and questions of SQuAD files, or the lines of text
files. Rounds take turns. Podium's first figure is that of a tokenizer that has
met no word before; "again" is the same text a second time. Neither side's
start-up and reading of files count. Offsets are made by both.

    pip install tokenizers
    taskset -c 1 python3 tokenize_peer.py --podium podium --vocab vocab.txt train-v1.1.json novel.txt

Prints one JSON line a file: megabytes, MB/s of both (medians), their ratios,
and how many texts have other ids.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import BertWordPieceTokenizer  # noqa: E402  (it reads the settings above)


def read(path):
    """The texts of a file, none empty and none with a line feed."""
    with open(path, encoding="utf-8", newline="") as file:
        if not path.endswith(".json"):
            texts = file.read().split("\n")
        else:
            paragraphs = [paragraph for article in json.load(file)["data"] for paragraph in article["paragraphs"]]
            texts = [text for p in paragraphs for text in [p["context"]] + [qa["question"] for qa in p["qas"]]]
    return [text.replace("\n", " ") for text in texts if text]


def encode(tokenizer, texts):
    for start in range(0, len(texts), 1000):
        yield from tokenizer.encode_batch(texts[start : start + 1000], add_special_tokens=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--podium", required=True)
    parser.add_argument("--vocab", required=True)
    parser.add_argument("--cased", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    tokenizer = BertWordPieceTokenizer(options.vocab, lowercase=not options.cased)
    case = ["--cased"] if options.cased else []
    for path in options.files:
        texts = read(path)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".txt") as lines:
            lines.write("".join(text + "\n" for text in texts))
            lines.flush()
            megabytes = sum(len(text.encode()) for text in texts) / 1e6
            bench = [options.podium, "bench", "tokenizer", "--text", lines.name, "--vocab", options.vocab]
            bench += ["--threads", "1", "--repeats", "1", "--json"] + case
            ours, again, theirs = [], [], []
            for _ in range(options.repeats):
                start = time.perf_counter()
                for _ in encode(tokenizer, texts):
                    pass
                theirs.append(megabytes / (time.perf_counter() - start))
                figures = json.loads(subprocess.run(bench, check=True, capture_output=True).stdout)
                values = {figure["name"].split("/", 2)[-1]: figure["value"] for figure in figures}
                ours.append(values["1-thread"])
                again.append(values["1-thread/again"])
            with open(lines.name, "rb") as stdin:
                command = [options.podium, "tokenize", "--ids", "--vocab", options.vocab] + case
                output = subprocess.run(command, check=True, stdin=stdin, capture_output=True, text=True).stdout
        rows = output.split("\n")[:-1]
        different = abs(len(rows) - len(texts))
        for encoding, row in zip(encode(tokenizer, texts), rows):
            different += " ".join(map(str, encoding.ids)) != row
        peer, first, second = (statistics.median(values) for values in (theirs, ours, again))
        result = {"file": os.path.basename(path), "megabytes": megabytes, "tokenizers": peer, "podium": first}
        result.update({"podiumAgain": second, "ratio": first / peer, "ratioAgain": second / peer})
        print(json.dumps({**result, "differentTexts": different}), flush=True)


if __name__ == "__main__":
    main()
