#!/usr/bin/env python3
"""Times `podium score squad` against the official evaluators on whole development sets, in one run.

Both read the same files and print their JSON; a run is a whole process, start-up
included. Every number of the output is compared, to the last bit. The official
scripts are evaluate-v1.1.py and evaluate-v2.0.py of the SQuAD site.

    python3 score_squad.py --podium podium --scripts DIR --data DIR [--repeats 5]

Prints JSON lines: set, seconds of both (medians), their ratio, whether the outputs agree.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time


def answer(number, golds):
    """A deterministic answer: right, nearly right, reordered, empty, too long."""
    if not golds:
        return ["", "the", "no idea"][number % 3]
    first, last = golds[0], golds[-1]
    return [first, "The " + last + "!", " ".join(reversed(first.split(" "))), "", first + " " + last][number % 5]


def predict(path, folder, name):
    with open(path, encoding="utf-8") as file:
        articles = json.load(file)["data"]
    questions = [qa for article in articles for paragraph in article["paragraphs"] for qa in paragraph["qas"]]
    answers = {qa["id"]: answer(k, [a["text"] for a in qa["answers"]]) for k, qa in enumerate(questions)}
    odds = {qa["id"]: (k * 7919 % 1000) / 1000 for k, qa in enumerate(questions)}
    paths = [os.path.join(folder, name + suffix) for suffix in (".json", "-odds.json")]
    for target, value in zip(paths, (answers, odds)):
        with open(target, "w", encoding="utf-8") as file:
            json.dump(value, file)
    return paths


def timed(command, repeats):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), json.loads(output)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--podium", required=True)
    parser.add_argument("--scripts", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for version in ("1.1", "2.0"):
            gold = os.path.join(options.data, f"dev-v{version}.json")
            predictions, odds = predict(gold, folder, version)
            script = [sys.executable, os.path.join(options.scripts, f"evaluate-v{version}.py"), gold, predictions]
            ours = [options.podium, "score", "squad", "--version", version, "--gold", gold]
            ours += ["--predictions", predictions, "--json"]
            if version == "2.0":
                script += ["--na-prob-file", odds]
                ours += ["--na-probs", odds]
            their_seconds, theirs = timed(script, options.repeats)
            our_seconds, output = timed(ours, options.repeats)
            row = {
                "name": f"scoring/squad-v{version}",
                "podiumSeconds": our_seconds,
                "officialSeconds": their_seconds,
                "ratio": their_seconds / our_seconds,
                "equal": output == {key: theirs[key] for key in output} and len(output) == len(theirs),
            }
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
