#!/usr/bin/env python3
"""Writes the SQuAD fixtures from the official evaluation scripts, which are not kept here.

    python3 make_squad_cases.py evaluate-v1.1.py evaluate-v2.0.py dev-v1.1.json dev-v2.0.json [CASES [SEED]]

Writes beside itself:
- squad-cases.json: random small data sets and predictions with what the scripts print, or null where they fail;
- squad-dev.json: whole development sets, answered by the rule in `answer`;
- normalization-digests.json: one FNV-1a hash per 4096 code points of the normalised text of
  c, a c b, A c SIGMA and SIGMA c A for every code point c.
"""
import contextlib
import importlib.util
import io
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NASTY = [
    "the", "a", "an", "The", "A", "An", "THE", "the-an", "a.m.", "U.S.A.", "$5.2", "50%", "don't", "\u201cq\u201d", "caf\u00e9",
    "cafe\u0301", "\u039f\u0394\u039f\u03a3", "\u03a3", "\u0130stanbul", "a\u0301", "a\u4e2d", "a\u200db", "x\u00a0y", "z\u200bw", "f\u001cx",
    "\u1680", "\u3000the\u3000", "_a_", "a_b", "\u00e0", "Stra\u00dfe", "\u2028an\u2029", "\U0001d400", "\U00010400", "e\u0301a",
    "1,000", "--", "!", "", " ", "Paris", "paris", "PARIS", "in", "1999", "New", "York", "\ufb01n", "\u2126", "\u01c5", "\u00b2", "\u0660",
    "\x00", "a\x7fb", "the\x85a", "\ud800", "\udfff", "\u00aa", "\u1e9e", "\u13a0", "\uab70", "a\u0345\u03a3", "\u03a3\u0301", "\u2019a",
]


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_v1(module, data, preds):
    compute = getattr(module, "evaluate", None) or module.compute_score
    with contextlib.redirect_stderr(io.StringIO()):
        return compute(data, preds)


class Options:
    verbose = False
    out_image_dir = None
    out_file = None


def run_v2(module, data, preds, na, threshold):
    """What main() does, with values in place of files."""
    has = module.make_qid_to_has_ans(data)
    yes = [k for k, v in has.items() if v]
    no = [k for k, v in has.items() if not v]
    probs = na if na is not None else {k: 0.0 for k in preds}
    with contextlib.redirect_stdout(io.StringIO()):
        exact, f1 = module.get_raw_scores(data, preds)
    exact_t = module.apply_no_ans_threshold(exact, probs, has, threshold)
    f1_t = module.apply_no_ans_threshold(f1, probs, has, threshold)
    out = module.make_eval_dict(exact_t, f1_t)
    if yes:
        module.merge_eval(out, module.make_eval_dict(exact_t, f1_t, qid_list=yes), "HasAns")
    if no:
        module.merge_eval(out, module.make_eval_dict(exact_t, f1_t, qid_list=no), "NoAns")
    if na is not None:
        module.find_all_best_thresh(out, preds, exact, f1, probs, has)
    return out


def phrase(rng):
    return rng.choice(["", " ", "\t", "\u2003"]).join(rng.choice(NASTY) for _ in range(rng.randrange(6))) if rng.random() < 0.2 else " ".join(
        rng.choice(NASTY) for _ in range(rng.randrange(6))
    )


def case(rng, version, v1, v2):
    qas = []
    for index in range(rng.randrange(1, 14)):
        golds = [phrase(rng) for _ in range(rng.choice([1, 1, 3, 5]))]
        if version == "2.0" and rng.random() < 0.45:
            golds = []
        key = f"q{index}" if rng.random() < 0.9 else rng.choice(["\u00e9", "e\u0301", "q0"])
        qas.append({"id": key, "answers": [{"text": g, "answer_start": 0} for g in golds], "is_impossible": not golds})
    data = [{"title": "t", "paragraphs": [{"context": "c\\\"", "qas": qas}]}]
    preds, na = {}, {}
    for qa in qas:
        if rng.random() < (0.9 if version == "1.1" else 0.995):
            golds = [a["text"] for a in qa["answers"]] or [""]
            preds[qa["id"]] = rng.choice([rng.choice(golds), phrase(rng), rng.choice(golds) + " " + phrase(rng), ""])
        na[qa["id"]] = rng.choice([rng.random(), rng.choice([0, 0.5, 1.0]), rng.gauss(-2, 3)])
    if rng.random() < 0.2:
        preds["unknown"] = "x"
        na["unknown"] = 0.25
    order = list(na)
    rng.shuffle(order)
    na = {k: na[k] for k in order}
    use_na = version == "2.0" and rng.random() < 0.7
    threshold = rng.choice([1.0, 0.5, 0.0, -1.5]) if use_na else 1.0
    try:
        expected = run_v1(v1, data, preds) if version == "1.1" else run_v2(v2, data, preds, na if use_na else None, threshold)
        expected = {k: v for k, v in expected.items()}
    except (KeyError, ZeroDivisionError, ValueError):
        expected = None
    return {
        "version": version,
        "data": json.dumps({"version": version, "data": data}, ensure_ascii=True),
        "predictions": json.dumps(preds, ensure_ascii=True),
        "noAnswer": json.dumps(na) if use_na else None,
        "threshold": threshold,
        "expected": expected,
    }


def answer(k, golds):
    """A deterministic answer to question k, the same rule as in the Swift test."""
    if not golds:
        return ["", "the", "no idea"][k % 3]
    first, last = golds[0], golds[-1]
    return [first, "The " + last + "!", " ".join(reversed(first.split(" "))), "", first + " " + last][k % 5]


def whole(path, version, v1, v2):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)["data"]
    preds, na = {}, {}
    k = 0
    for article in data:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                preds[qa["id"]] = answer(k, [a["text"] for a in qa["answers"]])
                na[qa["id"]] = (k * 7919 % 1000) / 1000
                k += 1
    if version == "1.1":
        return [{"version": version, "threshold": 1.0, "noAnswer": False, "expected": run_v1(v1, data, preds)}]
    return [
        {"version": version, "threshold": t, "noAnswer": use, "expected": run_v2(v2, data, preds, na if use else None, t)}
        for t, use in [(1.0, False), (1.0, True), (0.5, True)]
    ]


def digests(normalize):
    result = []
    for block in range(0, 0x110000, 0x1000):
        value = 0xCBF29CE484222325
        for c in range(block, block + 0x1000):
            ch = chr(c)
            for text in (ch, "a" + ch + "b", "A" + ch + "\u03a3", "\u03a3" + ch + "A"):
                for byte in normalize(text).encode("utf-8", "surrogatepass") + b"\xff":
                    value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        result.append(f"{value:016x}")
    return result


def write(name, value):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")


def main():
    v1, v2 = load(sys.argv[1], "v1"), load(sys.argv[2], "v2")
    v2.OPTS = Options()
    count = int(sys.argv[5]) if len(sys.argv) > 5 else 100
    seed = int(sys.argv[6]) if len(sys.argv) > 6 else 19
    rng = random.Random(seed)
    cases = [case(rng, version, v1, v2) for version in ("1.1", "2.0") for _ in range(count)]
    write("squad-cases.json", {"seed": seed, "cases": cases})
    write("squad-dev.json", {"sets": whole(sys.argv[3], "1.1", v1, v2) + whole(sys.argv[4], "2.0", v1, v2)})
    if count <= 1000:
        write("normalization-digests.json", {"block": 0x1000, "digests": digests(v2.normalize_answer)})


if __name__ == "__main__":
    main()
