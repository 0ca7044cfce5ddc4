extension Parameter<Resources> {
    package static let all: [Parameter<Resources>] = [
        Parameter(
            "device",
            \.device,
            .choice(ComputeDevice.self),
            "Where the run is computed; workers of that device take it."
        ),
        Parameter(
            "label",
            \.label,
            .name,
            "Only workers with this label take the run (`podium worker --label big-memory`), and they take no others."
        ),
        Parameter(
            "threads",
            \.threads,
            .integer(1...1024),
            unit: "threads",
            "Processor threads that the run needs and uses, in each of its ranks."
        ),
        Parameter(
            "replicas",
            \.replicas,
            .integer(1...4096),
            unit: "devices",
            "Devices that each take a share of every batch; the CPU engine is one."
        ),
        Parameter(
            "ranks",
            \.ranks,
            .integer(1...1024),
            unit: "processes",
            "Processes that share a training's batchShards over MPI, a power of two; results do not depend on it. It needs Open MPI "
                + "(Debian: openmpi-bin)."
        ),
        Parameter(
            "nodes",
            \.nodes,
            .integer(1...1024),
            unit: "machines",
            "Machines that share the ranks evenly: the run waits for a worker of so many, and has all of them or none (`podium slurm "
                + "up --nodes 2`, `podium worker --hosts a,b`); results do not depend on it."
        ),
        Parameter(
            "memory",
            \.memory,
            .bytes,
            "The most memory that the run's process may hold, files it maps aside; beyond, the attempt ends as outOfMemory. "
                + "It is a limit and no reservation: workers do not count it."
        ),
        Parameter(
            "timeLimit",
            \.timeLimitSeconds,
            .seconds,
            "The most time that one attempt may take."
        ),
        Parameter(
            "progressDeadline",
            \.progressDeadlineSeconds,
            .seconds,
            "How long an engine may live without finishing a step or another piece of work; beyond, the attempt ends as stalled "
                + "and the next goes on from its checkpoint."
        ),
        Parameter(
            "preemptible",
            \.isPreemptible,
            .flag,
            "Whether a run of higher priority that waits may take its place: it checkpoints at its next step and goes back to the "
                + "queue, to its old place and without a retry charged."
        ),
    ]
}

extension Parameter<RetryPolicy> {
    package static let all: [Parameter<RetryPolicy>] = [
        Parameter(
            "limit",
            \.limit,
            .integer(0...100),
            unit: "attempts",
            "Attempts beyond the first, where a failure may pass; a lost worker's runs are not charged."
        ),
        Parameter(
            "backoff",
            \.backoffSeconds,
            .seconds,
            "The wait before the first retry, doubled for each later one, at most five minutes."
        ),
    ]
}

extension Parameter<SelectionRule> {
    package static let all: [Parameter<SelectionRule>] = [
        Parameter(
            "metric",
            \.metric,
            .choice(SelectionRule.Metric.self),
            "What configurations are compared by: dev is the task's score on its development set."
        ),
        Parameter(
            "rule",
            \.rule,
            .choice(SelectionRule.Rule.self),
            "How a sweep becomes rows: best (mean over seeds), or all for a row for each configuration."
        ),
    ]
}
