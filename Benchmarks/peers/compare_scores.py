#!/usr/bin/env python3
"""Puts Podium's development scores beside those of finetune_transformers.py.

    podium run jobs/real-minilm.yaml --set data.root=PATH --report report
    python3 compare_scores.py report/report.json results.jsonl

Per task: each side's seeds, mean and standard deviation, the difference of the
means and the standard error of that difference. A side with one seed borrows
the other's standard deviation. Standard library only.
"""
import collections
import json
import statistics
import sys


def podium_scores(path):
    """Scores x1 by task, one a seed, of a report.json."""
    scores = collections.defaultdict(list)
    for run in json.load(open(path, encoding="utf-8"))["runs"]:
        if run.get("task") and run.get("score") is not None:
            scores[run["task"]].append(run["score"])
    return scores


def peer_scores(path):
    """Scores x1 by task, one a seed, of finetune_transformers.py's lines."""
    scores = collections.defaultdict(list)
    for line in open(path, encoding="utf-8"):
        row = json.loads(line)
        # SQuAD's score is F1, as in averages; its metrics are percentages.
        value = row["metrics"]["f1"] / 100 if row["task"].startswith("squad") else row["score"]
        scores[row["task"]].append(value)
    return scores


def main():
    ours, theirs = podium_scores(sys.argv[1]), peer_scores(sys.argv[2])
    print(f"{'task':<12} {'podium':>24} {'transformers':>24} {'diff':>7} {'SE':>6}  within 2 SE")
    for task in sorted(ours.keys() & theirs.keys()):
        a, b = ours[task], theirs[task]
        deviations = [statistics.stdev(x) if len(x) > 1 else None for x in (a, b)]
        known = [d for d in deviations if d is not None]
        if not known:
            print(f"{task:<12} one seed on both sides: no standard error")
            continue
        first, second = [d if d is not None else known[0] for d in deviations]
        error = (first**2 / len(a) + second**2 / len(b)) ** 0.5
        difference = statistics.mean(a) - statistics.mean(b)

        def show(values, deviation):
            spread = f" ± {100 * deviation:.2f}" if deviation is not None else ""
            return f"{100 * statistics.mean(values):.2f}{spread} (n={len(values)})"

        verdict = "yes" if abs(difference) <= 2 * error else "NO"
        print(
            f"{task:<12} {show(a, deviations[0]):>24} {show(b, deviations[1]):>24} "
            f"{100 * difference:>7.2f} {100 * error:>6.2f}  {verdict}"
        )


if __name__ == "__main__":
    main()
