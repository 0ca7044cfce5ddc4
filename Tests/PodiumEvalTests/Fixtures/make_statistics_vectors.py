#!/usr/bin/env python3
"""Writes statistics-vectors.json: intervals, tests and quantiles computed by SciPy and NumPy.

    python3 make_statistics_vectors.py > statistics-vectors.json
"""
import json
import math
import random

import numpy as np
from scipy import special, stats

SEED = 41


def main():
    rng = random.Random(SEED)
    wilson = []
    for k, n in [(345, 408), (40, 71), (187, 277), (0, 71), (277, 277)] + [
        (lambda n: (rng.randrange(n + 1), n))(rng.choice([1, 5, 71, 408, 9815])) for _ in range(40)
    ]:
        low, high = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        wilson.append([k, n, low, high])
    mcnemar = []
    for b, c in [(1, 8), (0, 5), (3, 14), (10, 25), (12, 12), (151, 126), (2000, 2100)] + [
        (rng.randrange(60), rng.randrange(1, 60)) for _ in range(40)
    ]:
        mcnemar.append([b, c, stats.binomtest(min(b, c), b + c, 0.5).pvalue])
    fisher = []
    for r, n in [(0.89, 1500), (0.1, 10), (-0.99, 30), (0.0, 5)]:
        reach = special.ndtri(0.975) / math.sqrt(n - 3)
        fisher.append([r, n, math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach)])
    student = [[p, df, stats.t.ppf(p, df)] for p in (0.6, 0.9, 0.975, 0.999) for df in (1, 2, 4, 9, 30, 200)]
    normal = [[p, special.ndtri(p)] for p in (1e-6, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999999)]
    seeds = [84.1, 85.0, 83.6, 84.8, 84.5]
    low, high = stats.t.interval(0.95, len(seeds) - 1, np.mean(seeds), stats.sem(seeds))
    quantiles = [[p, float(np.quantile(seeds, p))] for p in (0.0, 0.025, 0.3, 0.5, 0.975, 1.0)]
    binomial = [[n, p, stats.binom.mean(n, p), stats.binom.std(n, p)] for n, p in [(9, 0.3), (40, 0.1), (500, 0.4), (40430, 0.63), (40430, 1e-4), (60, 0.97)]]
    log_factorial = [[k, float(special.gammaln(k + 1))] for k in (0, 1, 2, 9, 10, 11, 50, 1000, 40430)]
    print(json.dumps({
        "seed": SEED, "wilson": wilson, "mcNemar": mcnemar, "fisher": fisher, "student": student, "normal": normal,
        "seeds": {"values": seeds, "mean": float(np.mean(seeds)), "sd": float(np.std(seeds, ddof=1)), "low": low, "high": high},
        "quantiles": quantiles, "binomial": binomial, "logFactorial": log_factorial,
    }, separators=(",", ":")))


if __name__ == "__main__":
    main()
