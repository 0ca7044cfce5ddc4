"""Writes sequential-vectors.json: what PyPI's adastop 0.1.3 decides, look by look.

    pip install adastop==0.1.3
    python make_sequential_vectors.py EXAMPLES    # the folder examples/ of github.com/TimotheeMathieu/adastop (MIT)

Both sides draw permutations by one rule: SplitMix64, and Fisher-Yates from the front for half of the places.

Every case is decided twice: by the package as it is ("upper": its boundary is a quantile of signed differences), and with
absolute differences in their place and levels of our own ("both"), which is how Podium uses the test. The scores of random
cases are whole numbers times a scale by which every mean is a whole number too, so that no rounding decides.
"""

import json
import math
import pathlib
import random
import sys

import adastop
import numpy as np
import pandas as pd

MASK = (1 << 64) - 1


class Rule:
    """Stands for numpy's generator; only the first half of a permutation is ever read."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def permutation(self, count):
        count = int(count)
        order = list(range(count))
        for place in range(count // 2):
            other = place + ((self.next() * (count - place)) >> 64)
            order[place], order[other] = order[other], order[place]
        return np.array(order)


class Absolute(adastop.MultipleAgentsComparator):
    """Quantiles of absolute differences; sums go on with their signs."""

    def compute_mean_diffs(self, k, Z):
        signed = super().compute_mean_diffs(k, Z)
        return {key: list(np.abs(values)) for key, values in signed.items()}


def decide(kind, case, draw, levels):
    """Looks until everything is decided; `draw(system, look)` gives a group of scores."""
    systems, size, looks = case["systems"], case["size"], case["looks"]
    pairs = np.array(case["pairs"])
    test = kind(n=size, K=looks, B=case["permutations"], comparisons=pairs, alpha=case["level"])
    test.rng = Rule(case["seed"])
    scores = {str(s): np.array([]) for s in range(systems)}
    result = []
    for look in range(looks):
        running = range(systems) if look == 0 else sorted(set(test.current_comparisons.ravel().tolist()))
        for system in running:
            scores[str(system)] = np.concatenate([scores[str(system)], draw(system, look)])
        if levels is not None:
            test.alpha = levels[look] * looks / (look + 1)
        test.partial_compare(scores, verbose=False)
        words = {"larger": "l", "smaller": "s", "continue": "u", "equal": "u"}
        boundary = float(test.boundary[-1][1])
        result.append(
            {
                "decisions": "".join(words[test.decisions[str(pair)]] for pair in pairs),
                "boundary": boundary if math.isfinite(boundary) else None,
            }
        )
        if test.is_finished:
            break
    return result


def random_case(number, rng):
    looks = rng.randint(1, 5)
    size = rng.choice([3, 3, 4, 4, 5, 6])
    ways = math.comb(2 * size, size)
    if looks == 1 and size > 4 and rng.random() < 0.5:
        permutations = rng.randint(ways // 2, ways)
    else:
        permutations = rng.choice([ways + 1, 10 * ways] + ([ways**2 + 1, 2 * ways**2] if size < 4 else []))
    systems = rng.randint(2, 4 if size > 4 else 5)
    every = [[a, b] for a in range(systems) for b in range(a + 1, systems)]
    pairs = every if rng.random() < 0.6 else [pair for pair in every if pair[0] == 0]
    scale = math.lcm(*(size * (k + 1) for k in range(looks)))
    worth = [rng.choice([0, 0, 15, 30]) for _ in range(systems)]
    groups = [
        [[round(rng.gauss(worth[s], 12)) for _ in range(size)] for s in range(systems)] for _ in range(looks)
    ]
    level = rng.choice([0.05, 0.1, 0.2])
    # Ours: the square root of the share of the seeds.
    levels = [level * math.sqrt((k + 1) / looks) for k in range(looks)]
    return {
        "systems": systems, "size": size, "looks": looks, "permutations": permutations, "pairs": pairs, "level": level,
        "levels": levels, "seed": number + 1, "scale": scale, "groups": groups,
    }


def example_case(folder):
    """The package's one example: six files, the last four of them of two systems."""
    names, groups = ["PPO", "DDPG", "SAC", "TRPO"], []
    for number in range(1, 7):
        frame = pd.read_csv(folder / f"walker{number}.csv", index_col=0)
        groups.append([frame[name].tolist() if name in frame else [] for name in names])
    return {
        "systems": 4, "size": 5, "looks": 6, "permutations": 10_000, "level": 0.05,
        "pairs": [[a, b] for a in range(4) for b in range(a + 1, 4)],
        "levels": [0.05 * math.sqrt((k + 1) / 6) for k in range(6)], "seed": 1, "scale": 1, "groups": groups,
    }


def main():
    rng = random.Random(17)
    cases = [example_case(pathlib.Path(sys.argv[1]))] + [random_case(n, rng) for n in range(200)]
    for case in cases:
        def draw(system, look):
            return case["scale"] * np.array(case["groups"][look][system], dtype=float)

        case["upper"] = decide(adastop.MultipleAgentsComparator, case, draw, None)
        # The files hold what was measured after the package's own decisions; ours may need what is not there.
        if case["scale"] > 1:
            case["both"] = decide(Absolute, case, draw, case["levels"])
            used = max(len(case["upper"]), len(case["both"]))
            case["groups"] = case["groups"][:used]
    here = pathlib.Path(__file__).parent
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (here / "sequential-vectors.json").write_text(f"[\n{lines}\n]\n")


main()
