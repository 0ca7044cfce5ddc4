#!/usr/bin/env python3
"""Writes correlation-vectors.json: correlations with 60 digits (mpmath), checked against SciPy where it can be exact.

    python3 make_correlation_vectors.py > correlation-vectors.json
"""
import json
import random
import sys

from mpmath import mp, mpf, sqrt
from scipy import stats

mp.dps = 60
SEED = 20261126


def pearson(x, y):
    x = [mpf(value) for value in x]
    y = [mpf(value) for value in y]
    n = len(x)
    mx, my = sum(x) / n, sum(y) / n
    xx = sum((a - mx) ** 2 for a in x)
    yy = sum((b - my) ** 2 for b in y)
    xy = sum((a - mx) * (b - my) for a, b in zip(x, y))
    return float(xy / sqrt(xx * yy))


def main():
    rng = random.Random(SEED)
    vectors = []

    def add(name, x, y, scipy_holds=True):
        ranks = [stats.rankdata(values) for values in (x, y)]
        values = {"name": name, "x": x, "y": y, "pearson": pearson(x, y), "spearman": pearson(*ranks)}
        if scipy_holds:
            assert abs(values["pearson"] - stats.pearsonr(x, y)[0]) < 1e-12, name
        assert abs(values["spearman"] - stats.spearmanr(x, y)[0]) < 1e-12, name
        vectors.append(values)

    for number in range(40):
        n = rng.choice([5, 40, 300])
        x = [round(rng.uniform(0, 5), rng.choice([1, 3, 6])) for _ in range(n)]
        y = [a + rng.gauss(0, rng.choice([0.01, 0.5, 3])) for a in x]
        add(f"scores {number}", x, y)
        ties = [round(a) for a in y]
        if len(set(ties)) > 1:
            add(f"ties {number}", x, [float(t) for t in ties])
    for offset in (1e6, 1e10, 1e13, 1e15):
        x = [rng.randrange(200) * 0.125 if offset < 1e15 else float(rng.randrange(200)) for _ in range(200)]
        y = [a + rng.choice([-1.0, 0.0, 0.0, 1.0]) for a in x]
        add(f"both offset by {offset}", [a + offset for a in x], [b + offset for b in y], scipy_holds=False)
        add(f"one offset by {offset}", x, [b + offset for b in y], scipy_holds=False)
    x = [rng.uniform(-1, 1) for _ in range(100)]
    y = [a + rng.gauss(0, 0.3) for a in x]
    for exponent in (-300, -160, 160, 300):
        scale = float(f"1e{exponent}")
        add(f"scaled by {scale}", [a * scale for a in x], y, scipy_holds=False)
        add(f"both scaled by {scale}", [a * scale for a in x], [b * scale for b in y], scipy_holds=False)
    json.dump(vectors, sys.stdout, indent=0)
    print()


main()
