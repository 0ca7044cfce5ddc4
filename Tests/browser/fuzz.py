#!/usr/bin/env python3
"""Fuzzes the API of a built podium from its own OpenAPI document with schemathesis.

usage: fuzz.py PODIUM [--examples N]

No answer may be a server error, have a status that is not documented, or differ from its schema. The stream of events
is left out: it has no end. Exits with schemathesis' status.
"""
import argparse
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from place import Podium

JOB = """name: fuzzed
kind: pretrain
model: {preset: tiny}
corpus: sample
training: {maxDuration: 10m, batchSize: 16, learningRate: 1e-3, maxSequenceLength: 64, maxPredictionsPerSequence: 10}
sweep: {seed: {count: 2}}
resources: {threads: 1}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("podium")
    parser.add_argument("--examples", type=int, default=50)
    options = parser.parse_args()
    podium = Podium(options.podium)
    try:
        with open(podium.folder + "/job.yaml", "w") as file:
            file.write(JOB)
        podium.run("submit", podium.folder + "/job.yaml")
        token = podium.run("token", "create", "fuzzer", "--role", "admin")
        return subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run",
             podium.address + "/api/v1/openapi.json", "-H", "Authorization: Bearer " + token,
             "--exclude-path", "/api/v1/events", "--max-examples", str(options.examples), "--no-color",
             "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
             "--phases", "examples,coverage,fuzzing,stateful", "--request-timeout", "20", "--seed", "1"],
            # It leaves a cache where it runs.
            cwd=podium.folder, env=dict(os.environ, PYTHONPATH=os.pathsep.join(os.path.abspath(p) for p in sys.path if p))).returncode
    finally:
        podium.stop()


sys.exit(main())
