"""What plans of seeds decide in simulated worlds: a second writing of Podium's test, in NumPy.

    python3 simulate.py

Looks after 5, 10, 15, 20 and 25 seeds, level 0.05, every two systems. "False" is the share of worlds in which two equal systems
are told apart at any look; seeds are the mean over systems and worlds.
"""

import itertools

import numpy as np

SIZE, LOOKS, LEVEL = 5, 5, 0.05
SUBSETS = np.array([[i in chosen for i in range(2 * SIZE)] for chosen in itertools.combinations(range(2 * SIZE), SIZE)])
# Of a pooled group: the difference of means for every way to divide it; the observed one is the first.
DIFFERENCES = (SUBSETS / SIZE - ~SUBSETS / SIZE).T


def levels(systems):
    part = 0.6 if systems > 2 else 1
    return [LEVEL * part * np.sqrt((look + 1) / LOOKS) for look in range(LOOKS)]


def world(rng, draw, worth, permutations):
    """One plan: the pairs that were told apart, and the seeds of each system."""
    systems = len(worth)
    pairs = np.array(list(itertools.combinations(range(systems), 2)))
    observed, drawn = np.zeros(len(pairs)), np.zeros((len(pairs), 1))
    boundary, spent, total, all_taken = np.inf, 0.0, 1, True
    decided, seeds = [], np.zeros(systems)
    for level in levels(systems):
        if not len(pairs):
            break
        group = draw(rng, (systems, SIZE)) + np.array(worth)[:, None]
        seeds[np.unique(pairs)] += SIZE
        added = np.concatenate([group[pairs[:, 0]], group[pairs[:, 1]]], axis=1) @ DIFFERENCES
        drawn = drawn[:, (np.abs(drawn) <= boundary + 1e-12).all(axis=0)]
        observed = observed + added[:, 0]
        all_taken = all_taken and total * len(SUBSETS) < permutations
        if all_taken:
            drawn, total = (added[:, :, None] + drawn[:, None, :]).reshape(len(pairs), -1), total * len(SUBSETS)
        else:
            places = rng.integers(len(SUBSETS), size=drawn.shape)
            places[:, 0] = 0
            drawn = drawn + np.take_along_axis(added, places, axis=1)
        is_open = np.ones(len(pairs), bool)
        while is_open.any():
            greatest = np.sort(np.abs(drawn[is_open]).max(axis=0))
            beyond = min(int(np.floor((level - spent) * total + 1e-9)), len(greatest) - 1)
            boundary = greatest[len(greatest) - 1 - beyond] if beyond >= 0 else np.inf
            furthest = np.where(is_open, np.abs(observed), -1).argmax()
            if np.abs(observed[furthest]) <= boundary + 1e-12:
                break
            is_open[furthest] = False
            decided.append(pairs[furthest])
        spent += max(beyond, 0) / total
        pairs, observed, drawn = pairs[is_open], observed[is_open], drawn[is_open]
    return decided, seeds


DRAWS = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "exponential": lambda rng, shape: rng.exponential(size=shape),
    "Student's t of 3": lambda rng, shape: rng.standard_t(3, size=shape),
    "normal in steps of a third": lambda rng, shape: np.round(rng.normal(size=shape) * 3) / 3,
}


def line(systems, distance, name, permutations, worlds):
    rng = np.random.default_rng(3)
    worth = [distance * system for system in range(systems)]
    false = found = seeds = 0
    for _ in range(worlds):
        decided, taken = world(rng, DRAWS[name], worth, permutations)
        false += any(worth[a] == worth[b] for a, b in decided)
        found += len(decided) / (systems * (systems - 1) / 2)
        seeds += taken.mean()
    outcome = f"found {100 * found / worlds:.1f} %" if distance else f"false {100 * false / worlds:.2f} %"
    print(f"{systems} systems {distance} apart, {name}, {permutations} permutations, {worlds} worlds: "
          f"{outcome}, {seeds / worlds:.2f} seeds", flush=True)


for systems in (2, 3, 5, 10):
    line(systems, 0, "normal", 10_000, 2000)
line(20, 0, "normal", 10_000, 500)
for name in list(DRAWS)[1:]:
    line(10, 0, name, 10_000, 1000)
line(3, 0, "normal", 100_000, 500)
line(2, 1, "normal", 100_000, 1000)
line(2, 2, "normal", 100_000, 1000)
line(3, 2, "normal", 10_000, 500)
line(10, 2, "normal", 10_000, 100)
