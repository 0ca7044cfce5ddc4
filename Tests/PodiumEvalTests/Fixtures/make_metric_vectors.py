#!/usr/bin/env python3
"""Writes metric-vectors.json: metrics computed by scikit-learn and SciPy.

    python3 make_metric_vectors.py > metric-vectors.json
"""
import json
import math
import random
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics

warnings.simplefilter("ignore")
SEED = 20240229


def number(value):
    value = float(value)
    return None if math.isnan(value) else value


def compute(name, gold, pred):
    if name == "accuracy":
        return metrics.accuracy_score(gold, pred)
    if name == "f1":
        return metrics.f1_score(gold, pred, pos_label=1, average="binary", zero_division=0)
    if name == "matthews":
        return metrics.matthews_corrcoef(gold, pred)
    if name == "pearson":
        return stats.pearsonr(gold, pred)[0]
    return stats.spearmanr(gold, pred)[0]


def main():
    rng = random.Random(SEED)
    vectors = []

    def add(metric, gold, pred):
        vectors.append({"metric": metric, "gold": gold, "pred": pred, "value": number(compute(metric, gold, pred))})

    # Cases with a name in the literature or a trap in the field.
    add("matthews", [0, 1, 1, 0, 1], [1, 1, 1, 1, 1])
    add("matthews", [1, 1, 1], [1, 1, 1])
    add("matthews", [0, 1, 0, 1], [1, 0, 1, 0])
    add("matthews", [1, 1, 1, 0, 0, 1, 0, 1], [1, 0, 1, 0, 1, 1, 0, 1])
    add("matthews", [0, 0, 0, 1, 1, 1, 2, 2, 2, 2], [0, 0, 1, 1, 1, 2, 2, 2, 0, 2])
    add("f1", [0, 0, 0], [0, 0, 0])
    add("f1", [1, 1, 0, 0], [1, 0, 0, 0])
    add("f1", [1, 1, 1, 0, 1, 0, 1, 1], [1] * 8)
    add("accuracy", [1, 1, 1, 0, 1, 0, 1, 1], [1] * 8)
    add("spearman", [1, 2, 2, 3, 4], [1, 3, 2, 2, 5])
    add("pearson", [1, 2, 2, 3, 4], [1, 3, 2, 2, 5])
    ties = ([5, 5, 3.2, 0, 1.6, 5, 2.4, 0], [4.8, 4.1, 3.0, 0.4, 0.4, 4.8, 2.9, 0.1])
    add("spearman", *ties)
    add("pearson", *ties)
    add("pearson", [1, 2, 3], [2, 2, 2])
    add("pearson", [0, 1, 2, 3, 4, 5], [3, 4, 5, 0, 1, 2])
    add("pearson", [0, 1, 2, 3, 4, 5], [-3, 1, 2, 3, 4, 9])
    add("pearson", [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5])
    add("spearman", [0, 1, 2, 3, 4, 5], [-3, -1, 2, 3, 6, 9])
    add("spearman", [0, 1, 2, 3, 4, 5], [0, 0, 2, 3, 5, 5])
    add("spearman", [0, 1, 2, 3, 4, 5], [0.0001, 0.0002, 0.0003, 3, 4, 5])
    add("spearman", [0, 1, 2, 3, 4, 5], [0.0, 0.0, 0.0, 3, 4, 5])
    # Random cases: skewed classes, ties, tiny spreads, constants.
    for _ in range(150):
        n = rng.choice([2, 3, 5, 17, 60])
        classes = rng.choice([2, 2, 3])
        weights = [rng.random() ** 3 + 0.01 for _ in range(classes)]
        gold = rng.choices(range(classes), weights, k=n)
        pred = [g if rng.random() < 0.6 else rng.randrange(classes) for g in gold]
        if rng.random() < 0.1:
            pred = [pred[0]] * n
        add("accuracy", gold, pred)
        add("matthews", gold, pred)
        if classes == 2:
            add("f1", gold, pred)
    for _ in range(150):
        n = rng.choice([3, 4, 9, 40])
        levels = rng.choice([2, 4, 1000])
        offset = rng.choice([0, 0, 1e6])
        gold = [round(rng.randrange(levels + 1) * 5 / levels, 3) for _ in range(n)]
        pred = [round(g + rng.gauss(0, rng.choice([0.1, 2])), rng.choice([1, 3])) + offset for g in gold]
        add("pearson", gold, pred)
        add("spearman", gold, pred)
    print(json.dumps({"seed": SEED, "vectors": vectors}, separators=(",", ":")))


if __name__ == "__main__":
    main()
