#!/usr/bin/env python3
"""Writes slice-vectors.json: scores of parts of an evaluation set, and differences on them, computed by SciPy and NumPy.

    python3 make_slice_vectors.py > slice-vectors.json
"""
import json

import numpy as np
from scipy import stats

SEED = 2207


def wilson(p, n, z):
    """Wilson's interval of a share p of n, which need not be whole, as Korn and Graubard (1998) have it."""
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return float(centre - half), float(centre + half)


def holm(values):
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(len(values))
    floor = 0.0
    for place, index in enumerate(order):
        floor = max(floor, min(1.0, values[index] * (len(values) - place)))
        adjusted[index] = floor
    return adjusted.tolist()


def continuous(rng):
    """Scores between 0 and 1 of one run a system: the paired t-test."""
    scores = np.round(rng.beta(4, 2, size=(2, 90)), 6)
    parts = np.array([place % 3 == 0 for place in range(90)])
    rows = []
    for name, chosen in (("yes", parts), ("no", ~parts)):
        a, b = scores[0][chosen], scores[1][chosen]
        test = stats.ttest_rel(a, b)
        interval = test.confidence_interval(0.95)
        n = len(a)
        error = a.std(ddof=1) / np.sqrt(n)
        low, high = wilson(a.mean(), a.mean() * (1 - a.mean()) / error**2, stats.t.ppf(0.975, n - 1))
        rows.append({
            "name": name, "n": n, "first": float(a.mean()), "low": low, "high": high, "difference": float((a - b).mean()),
            "p": float(test.pvalue), "differenceLow": float(interval.low), "differenceHigh": float(interval.high),
        })
    for row, p in zip(rows, holm([row["p"] for row in rows])):
        row["adjusted"] = p
    return {"scores": scores.tolist(), "parts": parts.tolist(), "rows": rows}


def right_or_wrong(rng):
    """One run a system that is right or wrong: McNemar's exact test."""
    right = (rng.random((2, 120)) < [[0.8], [0.6]]).astype(int)
    parts = np.array([place % 4 == 0 for place in range(120)])
    rows = []
    for name, chosen in (("yes", parts), ("no", ~parts)):
        a, b = right[0][chosen], right[1][chosen]
        only = int((a > b).sum()), int((a < b).sum())
        low, high = stats.binomtest(int(a.sum()), len(a)).proportion_ci(0.95, method="exact" if len(a) < 100 else "wilson")
        rows.append({
            "name": name, "n": len(a), "first": float(a.mean()), "low": float(low), "high": float(high),
            "difference": float((a - b).mean()), "p": float(stats.binomtest(min(only), sum(only), 0.5).pvalue),
        })
    for row, p in zip(rows, holm([row["p"] for row in rows])):
        row["adjusted"] = p
    return {"scores": right.tolist(), "parts": parts.tolist(), "rows": rows}


def clustered(rng):
    """Twelve articles of several questions: the sandwich error, with the number of articles less one to know it by."""
    groups = np.sort(rng.integers(0, 12, size=150))
    shared = rng.normal(0, 0.15, size=12)
    scores = np.clip(np.round(0.6 + shared[groups] + rng.normal(0, 0.2, size=(2, 150)), 6), 0, 1)
    parts = np.array([place % 2 == 0 for place in range(150)])
    rows = []
    for name, chosen in (("yes", parts), ("no", ~parts)):
        d = (scores[0] - scores[1])[chosen]
        own = groups[chosen]
        names = np.unique(own)
        rest = np.array([(d[own == g] - d.mean()).sum() for g in names])
        count = len(names)
        error = np.sqrt(count / (count - 1) * (rest**2).sum()) / len(d)
        t = stats.t.ppf(0.975, count - 1)
        rows.append({
            "name": name, "n": len(d), "clusters": count, "difference": float(d.mean()),
            "p": float(2 * stats.t.sf(abs(d.mean()) / error, count - 1)),
            "differenceLow": float(d.mean() - t * error), "differenceHigh": float(d.mean() + t * error),
        })
    return {"scores": scores.tolist(), "groups": groups.tolist(), "parts": parts.tolist(), "rows": rows}


def main():
    rng = np.random.default_rng(SEED)
    print(json.dumps({
        "seed": SEED, "continuous": continuous(rng), "rightOrWrong": right_or_wrong(rng), "clustered": clustered(rng),
    }, separators=(",", ":")))


if __name__ == "__main__":
    main()
