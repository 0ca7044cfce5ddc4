#!/usr/bin/env python3
"""Pre-training examples from text: a plain Python peer, in turns with `podium bench pretraining-data`.

The peer follows the published algorithm step by step (BERT paper, section 3.1 and appendix A.2; the choices of the
2018 release: all documents in memory, one random generator, lists of token strings), written anew for this
comparison, with the tokenizer in Python as the release has it. It makes one version of the text and writes no file.

With --release the release's own create_pretraining_data.py, from a checkout of google-research/bert, is timed in turns as
well: as it is, under TensorFlow's compat.v1; importing TensorFlow is not counted.

    python3 Benchmarks/peers/bench_pretraining_data.py --podium podium --vocab vocab.txt --text corpus.txt --megabytes 2
    pip install tensorflow && git clone https://github.com/google-research/bert
    python3 Benchmarks/peers/bench_pretraining_data.py --podium podium --vocab vocab.txt --text corpus.txt --release bert
"""
import argparse
import collections
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata


class Tokenizer:
    """Basic splitting, then greedy longest match first."""

    def __init__(self, vocab):
        with open(vocab, encoding="utf-8") as lines:
            self.ids = {line.rstrip("\n"): number for number, line in enumerate(lines)}

    def basic(self, text):
        out = []
        for char in text:
            code = ord(char)
            if code in (0, 0xFFFD) or (unicodedata.category(char) in ("Cc", "Cf") and char not in "\t\n\r"):
                continue
            if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF:
                out.append(" " + char + " ")
            else:
                out.append(" " if char in " \t\n\r" or unicodedata.category(char) == "Zs" else char)
        words = []
        for word in "".join(out).split():
            word = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if unicodedata.category(c) != "Mn")
            current = ""
            for char in word:
                code = ord(char)
                marks = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
                if marks or unicodedata.category(char).startswith("P"):
                    if current:
                        words.append(current)
                    words.append(char)
                    current = ""
                else:
                    current += char
            if current:
                words.append(current)
        return words

    def pieces(self, text):
        result = []
        for word in self.basic(text):
            if len(word) > 200:
                result.append("[UNK]")
                continue
            start, found = 0, []
            while start < len(word):
                end = len(word)
                while end > start:
                    piece = ("##" if start else "") + word[start:end]
                    if piece in self.ids:
                        found.append(piece)
                        break
                    end -= 1
                else:
                    found = ["[UNK]"]
                    break
                start = end
            result += found
        return result


def mask(tokens, vocabulary, rng, probability=0.15, most=20):
    places = [i for i, token in enumerate(tokens) if token not in ("[CLS]", "[SEP]")]
    rng.shuffle(places)
    count = min(most, max(1, int(round(len(tokens) * probability))))
    out, chosen = list(tokens), []
    for place in places[:count]:
        draw = rng.random()
        if draw < 0.8:
            out[place] = "[MASK]"
        elif rng.random() < 0.5:
            out[place] = vocabulary[rng.randint(0, len(vocabulary) - 1)]
        chosen.append((place, tokens[place]))
    return out, sorted(chosen)


def examples(documents, vocabulary, rng, length=128, short=0.1):
    room = length - 3
    for number, document in enumerate(documents):
        chunk, size, place = [], 0, 0
        target = rng.randint(2, room) if rng.random() < short else room
        while place < len(document):
            chunk.append(document[place])
            size += len(document[place])
            if place == len(document) - 1 or size >= target:
                split = rng.randint(1, len(chunk) - 1) if len(chunk) > 1 else 1
                first = [token for sentence in chunk[:split] for token in sentence]
                second, follows = [], True
                if len(chunk) == 1 or rng.random() < 0.5:
                    follows = False
                    other = number
                    while other == number:
                        other = rng.randint(0, len(documents) - 1)
                    for sentence in documents[other][rng.randint(0, len(documents[other]) - 1):]:
                        second += sentence
                        if len(second) >= target - len(first):
                            break
                    place -= len(chunk) - split
                else:
                    second = [token for sentence in chunk[split:] for token in sentence]
                while len(first) + len(second) > room:
                    longer = first if len(first) > len(second) else second
                    if rng.random() < 0.5:
                        del longer[0]
                    else:
                        longer.pop()
                tokens = ["[CLS]"] + first + ["[SEP]"] + second + ["[SEP]"]
                yield mask(tokens, vocabulary, rng), follows
                chunk, size = [], 0
                target = rng.randint(2, room) if rng.random() < short else room
            place += 1


def run(text, vocab):
    started = time.perf_counter()
    tokenizer = Tokenizer(vocab)
    documents = [[]]
    with open(text, encoding="utf-8") as lines:
        for line in lines:
            line = line.strip()
            if not line:
                documents.append([])
                continue
            tokens = tokenizer.pieces(line)
            if tokens:
                documents[-1].append(tokens)
    documents = [document for document in documents if document]
    rng = random.Random(12345)
    rng.shuffle(documents)
    vocabulary = list(tokenizer.ids)
    made = list(examples(documents, vocabulary, rng))
    rng.shuffle(made)
    return len(made), time.perf_counter() - started


RELEASE = """
import json, os, resource, runpy, sys, time
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
sys.modules["tensorflow"] = tf
folder = sys.argv.pop(1)
sys.path.insert(0, folder)
started = time.perf_counter()
try:
    runpy.run_path(os.path.join(folder, "create_pretraining_data.py"), run_name="__main__")
except SystemExit as end:
    if end.code:
        raise
print(json.dumps({"seconds": time.perf_counter() - started,
                  "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def release(folder, text, vocab):
    """The release's script with its own defaults, but for one version of the text."""
    with tempfile.TemporaryDirectory() as out:
        printed = subprocess.run(
            [sys.executable, "-c", RELEASE, folder, f"--input_file={text}", f"--output_file={out}/examples.tfrecord",
             f"--vocab_file={vocab}", "--do_lower_case=True", "--max_seq_length=128", "--max_predictions_per_seq=20",
             "--masked_lm_prob=0.15", "--random_seed=12345", "--dupe_factor=1"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return json.loads(printed.strip().split("\n")[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--podium", default="podium")
    parser.add_argument("--vocab", required=True)
    parser.add_argument("--text", required=True, help="plain text, an empty line between documents")
    parser.add_argument("--megabytes", type=float, default=2, help="of the text that the peer reads")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--release", help="a checkout of google-research/bert")
    parser.add_argument("--inner", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inner:
        count, seconds = run(options.inner, options.vocab)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"examples": count, "seconds": seconds, "memory": memory}))
        return
    with tempfile.NamedTemporaryFile("wb", suffix=".txt") as part:
        with open(options.text, "rb") as whole:
            part.write(whole.read(int(options.megabytes * 1e6)))
        part.flush()
        size = part.tell() / 1e6
        figures = collections.defaultdict(list)
        for _ in range(options.rounds):
            out = subprocess.run(
                [sys.executable, __file__, "--vocab", options.vocab, "--text", part.name, "--inner", part.name],
                check=True, capture_output=True, text=True)
            peer = json.loads(out.stdout)
            figures["peer"].append(size / peer["seconds"])
            figures["peer-memory"].append(peer["memory"] / 1e6)
            if options.release:
                own = release(options.release, part.name, options.vocab)
                figures["release"].append(size / own["seconds"])
                figures["release-memory"].append(own["memory"] / 1e6)
            out = subprocess.run(
                [options.podium, "bench", "pretraining-data", "--text", part.name, "--vocab", options.vocab,
                 "--threads", "1", "--repeats", "1", "--json"], check=True, capture_output=True, text=True)
            for row in json.loads(out.stdout):
                figures[row["name"]].append(row["value"])
        for name, values in figures.items():
            print(f"{name:40} {sorted(values)[len(values) // 2]:.3f}")
        for peer in ["peer", "release"]:
            pairs = zip(figures["pretraining-data/1-thread"], figures[peer])
            ratios = sorted(own / other for own, other in pairs)
            if ratios:
                print(f"{'times as fast as the ' + peer:40} {ratios[len(ratios) // 2]:.1f}")


if __name__ == "__main__":
    main()
