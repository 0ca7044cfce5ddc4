#!/usr/bin/env python3
"""Loads a database with one large suite and times what people do with it.

    python3 Benchmarks/peers/load_history.py --podium .build/release/podium [--runs 90000]

Submits one suite through `podium submit`, lets the database say that all of it succeeded, with scores drawn from a fixed
generator, and times the commands that read it. Needs no worker; a private server in a folder of its own goes with the script.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

FILL = """
set podium.deletes_runs = 'on';
delete from ready;
alter table runs disable trigger user;
update runs set state = 'succeeded', attempt = 1, started_at = submitted_at, ended_at = submitted_at + interval '60 s';
alter table runs enable trigger user;
insert into results (run_id, token, result, score)
select id, id, jsonb_build_object(
    'metrics', jsonb_build_object('accuracy', score, 'f1', score), 'score', score, 'examples', 408, 'notes', '[]'::jsonb,
    'trainedSteps', 345, 'trainingSeconds', 60, 'parameters', 22713216, 'modelSummary', '6 layers, 384 wide',
    'intervals', jsonb_build_object('score', jsonb_build_object(
        'low', score - 0.03, 'high', score + 0.03, 'level', 0.95, 'method', 'bootstrap')),
    'datasets', jsonb_build_array(jsonb_build_object('task', task, 'split', 'dev', 'origin', 'official', 'examples', 408,
        'files', jsonb_build_array(jsonb_build_object('name', 'dev.tsv', 'sha256', repeat('a', 64), 'bytes', 100))))
), score
from (select id, task, 0.7 + 0.2 * ((id * 7919) % 1000) / 1000.0 as score from runs where task is not null) as drawn;
analyze;
"""


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--podium", default="podium")
    options.add_argument("--runs", type=int, default=90_000)
    options = options.parse_args()
    podium = os.path.abspath(options.podium) if os.path.sep in options.podium else options.podium
    folder = tempfile.mkdtemp(prefix="podium-load-")
    os.chmod(folder, 0o755)
    # Nine tasks, five seeds; the rest is learning rates.
    rates = max(1, options.runs // 45)
    job = os.path.join(folder, "load.yaml")
    with open(job, "w") as file:
        file.write(
            "name: load\nkind: suite\nmodel: {preset: tiny}\ntasks: [glue]\n"
            f"sweep: {{learningRate: [{', '.join(f'{1e-6 * (n + 1):.6g}' for n in range(rates))}], seed: {{count: 5}}}}\n"
        )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    environment["PODIUM_DATA_DIR"] = os.path.join(folder, "data")
    daemon = subprocess.Popen([podium, "daemon"], env=environment, stderr=subprocess.PIPE, text=True)
    rows = []

    def measure(name, *words):
        start = time.monotonic()
        with open(os.path.join(folder, "out"), "w") as out:
            done = subprocess.Popen([podium, *words], env=environment, stdout=out, stderr=subprocess.PIPE)
            error = done.stderr.read()
            _, status, usage = os.wait4(done.pid, 0)
        seconds = time.monotonic() - start
        if status != 0:
            raise SystemExit(f"{name}: {error.decode()}")
        size = os.path.getsize(os.path.join(folder, "out"))
        rows.append({"name": name, "seconds": round(seconds, 2), "peakMiB": round(usage.ru_maxrss / 1024), "bytes": size})
        print(json.dumps(rows[-1]), flush=True)

    def sql(text):
        socket = os.path.join(environment["PODIUM_DATA_DIR"], "postgres")
        found = [r for r, _, names in os.walk(socket) if any(n.startswith(".s.PGSQL") and "lock" not in n for n in names)]
        port = re.search(r"\.s\.PGSQL\.(\d+)", " ".join(os.listdir(found[0]))).group(1)
        # The tables, not the views of the same names: the schema `podium` comes first for the user of that name.
        script = "set search_path = public;\n" + text
        command = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", found[0], "-p", port, "-U", "podium", "-d", "podium"]
        subprocess.run(command, input=script, text=True, check=True, env=environment)

    try:
        for _ in range(600):
            if subprocess.run([podium, "queue"], env=environment, capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
        measure("submit", "submit", job)
        measure("queue", "queue")
        measure("queue --json", "queue", "--json")
        sql(FILL)
        measure("leaderboard", "leaderboard", "--suite", "load")
        measure("history", "history")
        measure("history by score", "history", "--runs", "--task", "MRPC", "--order", "score")
        measure("best", "best", "MRPC")
        measure("trend", "trend", "tiny")
    finally:
        daemon.send_signal(signal.SIGINT)
        daemon.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
