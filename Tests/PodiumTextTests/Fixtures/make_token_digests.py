#!/usr/bin/env python3
"""Makes token-digests.json: what the reference tokenizer gives for every real GLUE and SQuAD text.

The reference is `BertWordPieceTokenizer` of the PyPI package `tokenizers`
(what transformers' BertTokenizer runs). A text is a line of a TSV file, or a
SQuAD context or question. The digest of 1,000 texts is FNV-1a (64 bits) over
their ids, four little-endian bytes each, with 0xFFFFFFFF after every text.

    pip install tokenizers
    python3 make_token_digests.py DATA_ROOT > token-digests.json
"""
import glob
import json
import os
import sys

from tokenizers import BertWordPieceTokenizer

BLOCK = 1000
VOCABULARIES = {
    "bert-base-uncased": True,
    "bert-base-multilingual-cased": False,
    "bert-base-chinese": True,
}


def fnv(data, state):
    for byte in data:
        state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return state


def texts(path):
    if path.endswith(".tsv"):
        data = open(path, "rb").read()
        return [line.decode("utf-8") for line in data.split(b"\n")]
    result = []
    for article in json.load(open(path, encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            result.append(paragraph["context"])
            result += [qa["question"] for qa in paragraph["qas"]]
    return result


def digests(tokenizer, lines):
    result = []
    for i in range(0, len(lines), BLOCK):
        state = 0xCBF29CE484222325
        for encoding in tokenizer.encode_batch(lines[i:i + BLOCK], add_special_tokens=False):
            state = fnv(b"".join(n.to_bytes(4, "little") for n in encoding.ids) + b"\xff\xff\xff\xff", state)
        result.append(f"{state:016x}")
    return result


root = sys.argv[1]
files = sorted(glob.glob(f"{root}/glue/*/*.tsv") + glob.glob(f"{root}/squad/*.json"))
document = {}
for name, lowercase in VOCABULARIES.items():
    vocabulary = [f for f in glob.glob(f"{root}/vocab/{name}/*") + glob.glob(f"{root}/vocab/{name}*") if os.path.isfile(f)][0]
    tokenizer = BertWordPieceTokenizer(vocabulary, lowercase=lowercase)
    # The reference wrapper treats special tokens in the text as such; ours, like the release, does not.
    chosen = files if name == "bert-base-uncased" else [f for f in files if "/dev" in f or "squad" in f]
    document[name] = {
        os.path.relpath(f, root): {"texts": len(texts(f)), "digests": digests(tokenizer, texts(f))} for f in chosen
    }
print(json.dumps(document, indent=0, sort_keys=True))
