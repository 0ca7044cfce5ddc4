#!/usr/bin/env python3
"""Makes normalization-cases.json: what the reference tokenizer gives under every switch of case, accents and ideographs.

The reference is `BertWordPieceTokenizer` of the PyPI package `tokenizers`. The vocabulary has every character of the
normalized texts, plain and continuing, a few words, and two lines for one piece.

    pip install tokenizers
    python3 make_normalization_cases.py > normalization-cases.json
"""
import itertools
import json
import os
import tempfile

from tokenizers import BertWordPieceTokenizer

TEXTS = [
    "Résumé CAFÉ naïve Ångström", "İstanbul DİYARBAKIR ıIiİ", "ΣΊΣΥΦΟΣ Ὀδυσσεύς", "Ёлка ЙОД йод",
    "Việt Nam TIẾNG", "देवनागरी हिन्दी", "ภาษาไทย กำลัง", "தமிழ் எழுத்து", "한국어 각 힣", "日本語のテキスト、漢字ABC",
    "中文text混合 𠀀字", "שָׁלוֹם עולם", "مُحَمَّد السلام", "Straße ẞ ǅ ﬁ", "x\u0301y A\u030a e\u0301", "the The THE thë",
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SWITCHES = list(itertools.product([False, True], [None, False, True], [False, True]))


def tokenizer(path, lowercase, accents, ideographs):
    return BertWordPieceTokenizer(path, lowercase=lowercase, strip_accents=accents, handle_chinese_chars=ideographs)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "vocab.txt")
    open(path, "w", encoding="utf-8").write("\n".join(SPECIAL) + "\n")
    letters = set()
    for switches in SWITCHES:
        normalizer = tokenizer(path, *switches).normalizer
        for text in TEXTS:
            letters |= set(normalizer.normalize_str(text))
    letters = sorted(c for c in letters if not c.isspace())
    vocabulary = SPECIAL + letters + ["##" + c for c in letters] + ["the", "##é", "The", "caf", "the"]
    open(path, "w", encoding="utf-8").write("\n".join(vocabulary) + "\n")
    cases = []
    for switches in SWITCHES:
        reference = tokenizer(path, *switches)
        encoded = [reference.encode(text, add_special_tokens=False) for text in TEXTS]
        cases.append({
            "lowercases": switches[0], "stripsAccents": switches[1], "splitsIdeographs": switches[2],
            "ids": [e.ids for e in encoded],
        })
print(json.dumps({"vocabulary": vocabulary, "texts": TEXTS, "cases": cases}, ensure_ascii=True, indent=0))
