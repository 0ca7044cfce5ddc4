#!/usr/bin/env python3
"""Fine-tunings through pilots on a real Slurm, with a node daemon killed, a pilot preempted, a pilot cancelled from
outside and the controller restarted in between; every run must have exactly one result. Then trainings on two nodes at
once, with a pilot cancelled, either node lost and a rank stopped; they must come to the bits of one node.

    Tests/slurm/run.py [--runs 50] [--controller-away 0] .build/release/podium
    Tests/slurm/run.py --calm --runs 1000 .build/release/podium
    Tests/slurm/run.py --only-nodes .build/release/podium

With --calm nothing is disturbed, runs are as short as they come, and what is printed is the share of the pilots' time in which
they had a run. Takes some minutes for 50 runs on two cores. Needs root and Debian's openmpi-bin, slurmctld, slurmd, slurm-client,
slurm-wlm-basic-plugins and munge. See cluster.py.
"""
import argparse
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from cluster import Cluster, wait_for

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("podium")
parser.add_argument("--runs", type=int, default=50)
parser.add_argument("--only-nodes", action="store_true", help="nothing but runs of several nodes")
parser.add_argument("--calm", action="store_true", help="disturb nothing, and measure")
parser.add_argument("--controller-away", type=float, default=0, metavar="SECONDS", help="how long the controller stays away")
arguments = parser.parse_args()
PODIUM = os.path.abspath(arguments.podium)
RUNS = arguments.runs
LENGTH = "maxSteps: 20" if arguments.calm else "epochs: 8"
JOB = f"""\
name: pilots
kind: suite
pretrain:
  - name: base
    model: {{preset: tiny}}
    corpus: sample
    training: {{maxDuration: 10s, batchSize: 16, learningRate: 1e-3, maxSequenceLength: 64, maxPredictionsPerSequence: 10}}
systems:
  - name: tiny
    model: {{run: base}}
tasks: [glue/RTE]
data: sample
training: {{{LENGTH}, batchSize: 16, learningRate: 5e-4, maxSequenceLength: 64, checkpointEverySteps: 20}}
sweep: {{seed: {{count: {RUNS}}}}}
resources: {{device: cpu, threads: 1}}
"""


def main():
    folder = tempfile.mkdtemp(prefix="podium-slurm-")
    os.chmod(folder, 0o755)
    cluster = Cluster(folder)
    others = []
    try:
        run(folder, cluster, others)
    except BaseException:
        for name in os.listdir(folder):
            if name.endswith((".out", ".log")):
                print(f"--- {name}", *open(f"{folder}/{name}", errors="replace").readlines()[-15:], sep="\n")
        raise
    finally:
        for process in reversed(others):
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        end_pilots(folder)
        cluster.stop()
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


def run(folder, cluster, others):
    started = time.monotonic()

    def say(text):
        print(f"{time.monotonic() - started:6.1f} s  {text}", flush=True)

    cluster.start()
    say("Slurm is up: a controller and three nodes")
    data = f"{folder}/data"

    def spawn(name, *words):
        log = open(f"{folder}/{name}.out", "wb")
        process = subprocess.Popen([PODIUM, *words], stdout=log, stderr=log)
        others.append(process)
        return lambda: open(f"{folder}/{name}.out", errors="replace").read()

    daemon = spawn("daemon", "daemon", "--data-dir", data)
    found = wait_for("the daemon", lambda: re.search(r"database (\S+) at (\S+), port (\d+) as (\S+)\.", daemon()), 120)
    database = "dbname={} host={} port={} user={}".format(*found.groups())
    os.environ["PODIUM_DATABASE"] = database

    def podium(*words):
        result = subprocess.run([PODIUM, *words, "--data-dir", data], capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(f"FAILED: podium {' '.join(words)}: {result.stderr}")
        return result.stdout

    if arguments.only_nodes:
        several_nodes(folder, podium, cluster, database, spawn)
        return say("passed")
    with open(f"{folder}/job.yaml", "w") as file:
        file.write(JOB)
    suite = podium("submit", f"{folder}/job.yaml", "--parsable").strip()

    def succeeded():
        runs = json.loads(podium("queue", "--all", "--json"))
        return sum(run["state"] == "succeeded" and run["spec"]["kind"] == "finetune" for run in runs)

    keeper = spawn(
        "keeper", "slurm", "up", "--data-dir", data, "--pilots", "3", "--cpus-per-task", "1", "--partition", "low",
        "--time", "30", "--idle", "1", "--", "--comment=test",
    )

    def pilots(state, node=None):
        return [
            job for job in cluster.jobs()
            if job[1].startswith("podium-") and job[2] == state and (node is None or job[3] == node)
        ]

    wait_for("three pilots", lambda: len(pilots("RUNNING")) == 3, 900)
    say(f"suite {suite}: three pilots run; {RUNS} runs wait")

    if not arguments.calm:
        disturb(cluster, database, say, succeeded, pilots)
    wait_for("the end", lambda: not open_runs(podium), 3600, 3)
    say(f"the suite is over with {succeeded()} results")
    check(podium, cluster, database, suite)
    wait_for("idle pilots to leave", lambda: not pilots("RUNNING") and not pilots("PENDING"), 180)
    say("all pilots have left for want of work")
    podium("slurm", "down")
    wait_for("the keeper's end", lambda: "was closed" in keeper(), 60)
    say("the pool is closed")
    one_job_a_run(folder, podium, cluster, database, spawn)
    several_nodes(folder, podium, cluster, database, spawn)
    say("passed")


def disturb(cluster, database, say, succeeded, pilots):
    """Each fault is one, or the test fails: it is done while runs are left, and its trace is waited for."""

    def results(share):
        count = RUNS * share // 100
        wait_for(f"{count} results", lambda: succeeded() >= count, 900, 2)
        if succeeded() == RUNS:
            raise SystemExit("FAILED: all runs were over before all faults were done; give --runs more")

    def at_work(node=None):
        """Running pilots with a run, and that run's attempt."""
        tasks = {(name, task): token for name, task, token in rows(
            database,
            "select w.pilot, w.pilot_task, r.token from leases l join runs r on r.id = l.run_id"
            " join workers w on w.id = l.worker_id where r.state = 'running'",
        )}
        found = [(job, tasks.get((job[1], job[0].split("_")[-1]))) for job in pilots("RUNNING", node)]
        return [(job, token) for job, token in found if token]

    def interrupted(token):
        """The end of an attempt that a fault took the worker from; one that had just come to its result is over as well."""
        return wait_for(
            f"the end of the attempt with token {token}",
            lambda: [o for o, in rows(database, f"select outcome from attempts where token = {token}") if o], 120,
        )[0]

    results(10)
    wait_for("a pilot at work on n1", lambda: at_work("n1"), 300)
    cluster.kill("n1")
    say(f"slurmd of n1 is killed; {succeeded()} results so far")
    wait_for(
        "the loss of n1", lambda: cluster.say("sinfo", "-h", "-n", "n1", "-o", "%t", "-p", "low").startswith("down"), 180
    )
    say("Slurm has given n1 up and queued its pilot again, beside the one that still runs")
    time.sleep(5)
    cluster.start_node("n1")

    results(20)
    victim, token = wait_for("a pilot at work on n2", lambda: at_work("n2"), 300)[0]
    high = cluster.say("sbatch", "--parsable", "-p", "high", "-w", "n2", "-o", "/dev/null", "--wrap", "sleep 15")
    wait_for(
        "the preemption",
        lambda: any(job[0] == victim[0] and job[2] != "RUNNING" or job[0] == high and job[2] == "RUNNING" for job in cluster.jobs()),
        240,
    )
    say(f"pilot {victim[0]} on n2 is preempted by job {high}; its attempt: {interrupted(token)}; {succeeded()} results so far")

    results(30)
    victim, token = wait_for("a pilot at work", lambda: at_work(), 300)[-1]
    subprocess.run(["scancel", victim[0]], check=True)
    wait_for("the cancellation", lambda: victim[0] not in [job[0] for job in pilots("RUNNING")], 120)
    say(f"pilot {victim[0]} on {victim[3]} is cancelled from outside; its attempt: {interrupted(token)}; {succeeded()} results so far")

    results(40)
    wait_for("a pilot at work", lambda: at_work(), 300)
    # A controller that is killed forgets what it accepted since it last saved its state, gives the numbers out anew, and drains nodes
    # that know them from before: that is Slurm's loss, not Podium's. It saves within seconds.
    time.sleep(8)
    cluster.kill("controller")
    before = succeeded()
    say(f"the controller is killed; {before} results so far")
    time.sleep(arguments.controller_away)
    wait_for("results without a controller", lambda: succeeded() > before, 600, 2)
    cluster.start_controller()
    wait_for("the controller", lambda: "UP" in cluster.say("scontrol", "ping"), 60)
    say(f"the controller is back; {succeeded()} results so far")


def one_job_a_run(folder, podium, cluster, database, spawn):
    """`--runs 1`: as many Slurm jobs as runs, each with one attempt."""
    with open(f"{folder}/job.yaml") as file:
        job = file.read().replace(f"count: {RUNS}", "count: 4").replace("epochs: 8", "maxSteps: 20")
    with open(f"{folder}/single.yaml", "w") as file:
        file.write(job.replace("name: pilots", "name: single"))
    podium("submit", f"{folder}/single.yaml")
    keeper = spawn(
        "single", "slurm", "up", "--pool", "single", "--data-dir", f"{folder}/data", "--pilots", "3", "--runs", "1",
        "--cpus-per-task", "1", "--partition", "low", "--time", "30", "--idle", "1",
    )
    wait_for("the end of runs with a job each", lambda: not open_runs(podium), 900, 3)
    podium("slurm", "down", "--pool", "single")
    wait_for("the keeper's end", lambda: "was closed" in keeper(), 60)
    counts = rows(
        database,
        "select count(*) from workers w join pilots p on p.name = w.pilot"
        " join attempts a on a.worker_id = w.id where p.pool = 'single' group by w.id",
    )
    # Six: the pre-training, four fine-tunings and the report.
    if [count for count, in counts] != ["1"] * 6:
        raise SystemExit(f"FAILED: attempts of workers that were to do one run each: {counts}")
    print(f"          {len(counts)} runs in a job each")


NODES_JOB = """\
name: NAME
kind: suite
pretrain:
  - name: base
    model: {preset: tiny}
    corpus: sample
    training: {maxSteps: 40, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5, batchShards: 2}
systems:
  - name: tiny
    model: {run: base}
tasks: [glue/RTE]
training: {maxSteps: 400, batchSize: 16, maxSequenceLength: 64, batchShards: 2, checkpointEverySteps: 20}
sweep: {seed: {count: 3}}
resources: RESOURCES
reuse: false
"""


def several_nodes(folder, podium, cluster, database, spawn):
    """Two ranks on two nodes at once come to the bits of two ranks on one, whatever is lost in between."""

    def submit(name, resources):
        with open(f"{folder}/{name}.yaml", "w") as file:
            file.write(NODES_JOB.replace("NAME", name).replace("RESOURCES", resources))
        return podium("submit", f"{folder}/{name}.yaml", "--parsable").strip()

    gang = submit("pairs", "{ranks: 2, nodes: 2, threads: 1, progressDeadline: 20s}")
    waiting = json.loads(podium("queue", "--suite", gang, "--json"))
    reasons = {run.get("reason") for run in waiting if run["state"] == "ready"}
    if reasons != {"needs a worker of 2 nodes with device cpu; none is registered"}:
        raise SystemExit(f"FAILED: runs of two nodes wait for {reasons}")
    keeper = spawn(
        "pairs", "slurm", "up", "--pool", "pairs", "--nodes", "2", "--data-dir", f"{folder}/data", "--pilots", "1",
        "--cpus-per-task", "1", "--partition", "low", "--time", "30", "--idle", "1",
    )

    disturb_nodes(folder, cluster, database, gang)
    wait_for("the end of runs of two nodes", lambda: not open_runs(podium), 900, 2)
    podium("slurm", "down", "--pool", "pairs")
    wait_for("the keeper's end", lambda: "was closed" in keeper(), 60)
    hosts = submit("hosts", "{ranks: 2, nodes: 2, threads: 1}")
    worker_of_hosts(folder, podium, spawn)
    single = submit("one", "{ranks: 2, threads: 1}")
    worker = spawn("one-worker", "worker", "--data-dir", f"{folder}/data", "--threads", "2")
    wait_for("the end of runs of one node", lambda: not open_runs(podium), 900, 2)

    def models(suite):
        return rows(
            database,
            f"select r.name, a.sha256 from runs r join artifacts a on a.run_id = r.id where r.suite_id = {suite}"
            " and a.kind = 'model' and r.state = 'succeeded' and a.removed_at is null order by 1, 2",
        )

    if len(models(gang)) < 3 or models(gang) != models(single) or models(hosts) != models(single):
        raise SystemExit(
            f"FAILED: weights: {models(gang)} on two nodes, {models(hosts)} on two hosts, {models(single)} on one; {worker()[-300:]}"
        )
    results = rows(database, f"select count(*), count(distinct run_id) from results join runs r on r.id = run_id where suite_id = {gang}")
    if results != [["5", "5"]]:
        raise SystemExit(f"FAILED: results of five runs on two nodes: {results}")
    ends = dict(rows(
        database,
        f"select outcome, count(*) from attempts a join runs r on r.id = a.run_id where r.suite_id = {gang} group by 1",
    ))
    if set(ends) - {"succeeded", "released", "lost", "workerLost", "stalled"} or ends.get("stalled") != "1":
        raise SystemExit(f"FAILED: attempts on two nodes ended as {ends}")
    charged = rows(database, f"select sum(failures) from runs where suite_id = {gang}")
    if charged != [["1"]]:
        raise SystemExit(f"FAILED: the rank that stopped costs one retry, what was lost none; charged: {charged}")
    print(f"          {len(models(gang))} models of two nodes, and of two hosts without Slurm, have the bits of one; attempts there: {ends}")


def disturb_nodes(folder, cluster, database, suite):
    """Ends a pilot of two nodes, either of its nodes and a rank, each in the middle of a training."""

    def training():
        """(run, attempt, token) of what trains on two nodes and has saved a checkpoint since it began; and its ranks."""
        found = rows(
            database,
            f"select r.id, r.attempt, r.token from runs r where r.suite_id = {suite} and r.state = 'running'"
            " and exists (select from artifacts a where a.run_id = r.id and a.token = r.token and a.kind = 'checkpoint')",
        )
        for run, attempt, token in found:
            there = ranks(folder, token)
            if len(there) == 2 and len({node for node, _ in there.values()}) == 2:
                return run, int(attempt), token, there
        return None

    def fault(what, act, outcomes):
        run, attempt, token, there = wait_for("a training on two nodes", training, 300, 0.05)
        act(there)
        said = wait_for(
            f"the end of the attempt after {what}",
            lambda: [o for o, in rows(database, f"select outcome from attempts where token = {token}") if o], 180,
        )[0]
        if said not in outcomes:
            raise SystemExit(f"FAILED: the attempt ended as {said} after {what}")
        wait_for(f"the end of all ranks after {what}", lambda: not ranks(folder, token), 60)
        print(f"          {what}: attempt {attempt} of run {run} is {said}", flush=True)

        def resumed():
            return rows(
                database, f"select attempt from attempts where run_id = {run} and attempt > {attempt} and resumed_from_step > 0"
            )

        return lambda: wait_for(f"run {run} to go on from its checkpoint after {what}", resumed, 300)

    def lose(number):
        def act(there):
            lost.append(there[number][0])
            cluster.lose(lost[-1])

        return act

    def mend():
        node = lost.pop()
        wait_for(
            f"the loss of {node}", lambda: cluster.say("sinfo", "-h", "-n", node, "-o", "%t", "-p", "low").startswith("down"), 180
        )
        cluster.start_node(node)

    def cancel(_):
        pilots = [job for job in cluster.jobs() if job[1].startswith("podium-pairs") and job[2] == "RUNNING"]
        subprocess.run(["scancel", pilots[0][0]], check=True)

    lost = []
    fault("the pilot is cancelled from outside", cancel, {"released", "lost"})()
    for number, place in enumerate(["the first rank's node", "the other rank's node"]):
        goes_on = fault(f"{place} is lost", lose(number), {"lost", "workerLost"})
        mend()
        goes_on()
    fault("the far rank stops", lambda there: os.kill(there[1][1], signal.SIGSTOP), {"stalled"})()


def ranks(folder, token):
    """Rank → (node, process) of the engines of an attempt."""
    found = {}
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{process}/cmdline").read().split("\0")
            if words[1:2] != ["engine"] or not words[-2].startswith(f"{folder}/data") or not words[-2].endswith(f"attempt-{token}"):
                continue
            environment = open(f"/proc/{process}/environ").read().split("\0")
            values = dict(word.split("=", 1) for word in environment if "=" in word)
            found[int(values["OMPI_COMM_WORLD_RANK"])] = values["SLURMD_NODENAME"], int(process)
        except (OSError, IndexError, KeyError):
            continue
    return found


def worker_of_hosts(folder, podium, spawn):
    """A worker that stands for two machines, which mpirun reaches by what it takes for ssh."""
    with open(f"{folder}/ssh", "w") as file:
        # Called as `ssh HOST COMMAND`; the host is a namespace with that name.
        file.write(
            '#!/bin/sh\nwhile [ "${1#-}" != "$1" ]; do shift; done\nhost=$1\nshift\n'
            'exec unshare --uts sh -c \'hostname "$0"; exec sh -c "$*"\' "$host" "$@"\n'
        )
    os.chmod(f"{folder}/ssh", 0o755)
    os.environ["OMPI_MCA_plm_rsh_agent"] = f"{folder}/ssh"
    worker = spawn("hosts-worker", "worker", "--data-dir", f"{folder}/data", "--threads", "1", "--hosts", "a,b", "--runs", "5")
    del os.environ["OMPI_MCA_plm_rsh_agent"]
    wait_for("the end of runs of two hosts", lambda: not open_runs(podium), 300, 2)
    if "on each of 2 nodes" not in worker():
        raise SystemExit(f"FAILED: the worker of two hosts says {worker()}")


def open_runs(podium):
    return [run for run in json.loads(podium("queue", "--json"))]


def check(podium, cluster, database, suite):
    """Against the database itself, without Podium's code."""

    problems = []
    states = dict(rows(database, f"select state, count(*) from runs where suite_id = {suite} and kind = 'finetune' group by 1"))
    if states != {"succeeded": str(RUNS)}:
        problems.append(f"states: {states}")
    results = int(rows(database, f"select count(*) from results join runs on runs.id = run_id where suite_id = {suite} and kind = 'finetune'")[0][0])
    if results != RUNS:
        problems.append(f"{results} results for {RUNS} runs")
    ends = dict(rows(database, "select outcome, count(*) from attempts group by 1"))
    if set(ends) - {"succeeded", "released", "lost"}:
        problems.append(f"attempts were blamed: {ends}")
    double = rows(
        database,
        "select run_id from attempts where outcome = 'succeeded' group by 1 having count(*) > 1"
        " union all select r.run_id from results r join attempts a on a.run_id = r.run_id and a.outcome = 'succeeded'"
        " where a.token <> r.token"
    )
    if double:
        problems.append(f"runs with a doubled or foreign result: {double}")
    charged = rows(database, "select id from runs where failures > 0")
    if charged:
        problems.append(f"runs charged with a retry: {charged}")
    numbers = collections.defaultdict(set)
    for job, name, _, _ in cluster.jobs():
        if name.startswith("podium-"):
            numbers[name].add(job.split("_")[0])
    if any(len(jobs) > 1 for jobs in numbers.values()):
        problems.append(f"submitted twice: {dict(numbers)}")
    if problems:
        raise SystemExit("FAILED: " + "; ".join(problems))
    print(f"          {results} results, one each; attempts: {ends}; submissions: {len(numbers)}")
    busy, alive = rows(
        database,
        """
        with pilot as (select w.id, w.registered_at,
                (select max(ended_at) from attempts a where a.worker_id = w.id) as last_end
            from workers w where pilot is not null)
        select (select sum(extract(epoch from ended_at - started_at)) from attempts
                where worker_id in (select id from pilot)),
            (select sum(extract(epoch from last_end - registered_at)) from pilot)
        """
    )[0]
    print(f"          pilots had a run in {float(busy) / float(alive):.1%} of their time, until each one's last run ended")


def rows(database, sql):
    # Tables, not the views for people of the same names.
    environment = os.environ | {"PGOPTIONS": "-c search_path=public"}
    words = ["psql", database, "-XAtF", "|", "-c", sql]
    result = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    return [line.split("|") for line in result.stdout.splitlines()]


def end_pilots(folder):
    """Ends pilots that a failed test leaves: the processes whose data directory is the test's."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{process}/cmdline").read().split("\0")
            if f"{folder}/data" in words and int(process) != os.getpid():
                os.kill(int(process), signal.SIGKILL)
        except OSError:
            continue


main()
