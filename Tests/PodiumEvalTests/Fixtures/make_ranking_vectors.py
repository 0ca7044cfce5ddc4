"""Writes ranking-vectors.json: intervals, order statistics and rankings by SciPy and NumPy, from their definitions.

    python3 make_ranking_vectors.py > ranking-vectors.json
"""
import itertools
import json

import numpy as np
from scipy import integrate, stats

rng = np.random.default_rng(20240611)
out = {}

out["clopperPearson"] = []
for k, n in [(0, 20), (20, 20), (19, 20), (1, 71), (40, 71), (67, 71), (50, 99), (351, 408), (0, 1), (1, 1)]:
    ci = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    out["clopperPearson"].append([k, n, ci.low, ci.high])

# BCa of a mean, a correlation and a skewed ratio: SciPy's own draws, its own answer.
out["accelerated"] = []
for statistic, data in [
    (np.mean, rng.exponential(size=30)),
    (lambda x, axis=-1: np.var(x, axis=axis, ddof=1) / np.mean(x, axis=axis), rng.gamma(2.0, size=25)),
    (lambda x, axis=-1: np.max(x, axis=axis) - np.mean(x, axis=axis) ** 2, rng.normal(size=20)),
]:
    result = stats.bootstrap((data,), statistic, n_resamples=499, method="BCa", vectorized=True, rng=rng)
    jackknife = [float(statistic(np.delete(data, i))) for i in range(len(data))]
    out["accelerated"].append({
        "draws": result.bootstrap_distribution.tolist(), "estimate": float(statistic(data)), "jackknife": jackknife,
        "low": result.confidence_interval.low, "high": result.confidence_interval.high,
    })

out["expectedMaximum"] = []
for n in [1, 2, 3, 5, 10, 18, 25, 100]:
    value, _ = integrate.quad(lambda x: n * x * stats.norm.pdf(x) * stats.norm.cdf(x) ** (n - 1), -12, 12)
    out["expectedMaximum"].append([n, value])

# The cluster-robust standard error of a mean: sandwich estimator with G/(G-1).
sizes = rng.integers(3, 40, size=12).astype(float)
sums = np.array([rng.normal(0.6, 0.2) * s for s in sizes])
mean = sums.sum() / sizes.sum()
error = np.sqrt(12 / 11 * ((sums - mean * sizes) ** 2).sum()) / sizes.sum()
out["cluster"] = {"sums": sums.tolist(), "sizes": sizes.tolist(), "mean": mean, "error": error}

# Romano and Wolf's step-down over all pairs, naively: the maximum is taken anew for each set of hypotheses that is left.
centres = np.array([0.80, 0.795, 0.77, 0.70])
shared = rng.normal(0, 0.02, size=(400, 1))
draws = centres + shared + rng.normal(0, 0.012, size=(400, 4))
pairs = list(itertools.combinations(range(4), 2))
difference = np.array([centres[i] - centres[j] for i, j in pairs])
drawn = np.array([draws[:, i] - draws[:, j] for i, j in pairs])
error = drawn.std(axis=1, ddof=1)
observed = np.abs(difference) / error
null = np.abs(drawn - difference[:, None]) / error[:, None]
adjusted = np.zeros(len(pairs))
floor = 0.0
left = set(range(len(pairs)))
for h in np.argsort(-observed):
    greatest = null[sorted(left)].max(axis=0)
    floor = max(floor, (np.sum(greatest >= observed[h]) + 1) / (400 + 1))
    adjusted[h] = floor
    left.remove(h)
width = np.quantile(null.max(axis=0), 0.95)
better = [(i, j) if d > 0 else (j, i) for (i, j), d, p in zip(pairs, difference, adjusted) if p < 0.05]
out["ranking"] = {
    "estimates": centres.tolist(), "draws": draws.T.tolist(), "pairs": pairs, "adjusted": adjusted.tolist(),
    "low": (difference - width * error).tolist(), "high": (difference + width * error).tolist(),
    "best": [1 + sum(l == s for _, l in better) for s in range(4)],
    "worst": [4 - sum(w == s for w, _ in better) for s in range(4)],
}

# The smallest number of examples whose removal turns the order of two means, by trying all subsets.
out["fragility"] = []
for _ in range(8):
    a, b = rng.integers(0, 2, size=12), rng.integers(0, 2, size=12)
    d = a - b
    if d.sum() == 0:
        continue
    sign = 1 if d.sum() > 0 else -1
    found = None
    for k in range(1, 7):
        if any(sign * np.delete(d, list(gone)).sum() <= 0 for gone in itertools.combinations(range(12), k)):
            found = k
            break
    out["fragility"].append({"a": a.tolist(), "b": b.tolist(), "examples": found})

print(json.dumps(out))
