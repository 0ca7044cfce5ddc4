/// What Podium asks of Slurm.
package protocol SlurmCommands: Sendable {
    /// Every job of this user, also those that ended a short while ago; one call for all.
    func jobs() async throws -> [SlurmJob]
    /// A partition by name, or the default one.
    func partition(named name: String?) async throws -> SlurmPartition?
    /// Hands in a job array; returns its number.
    func submit(_ batch: SlurmBatch) async throws -> String
    func cancel(_ jobs: [String]) async throws
}

/// A task of a job as `squeue` lists it.
package struct SlurmJob: Sendable, Equatable {
    /// The number by which `scancel` finds it: `12_3`.
    package var id: String
    package var name: String
    /// The number in its array; nil for a job that is none.
    package var task: Int?
    package var state: String
    package var reason: String
    package var node: String

    package init(id: String, name: String, task: Int? = nil, state: String, reason: String = "", node: String = "") {
        self.id = id
        self.name = name
        self.task = task
        self.state = state
        self.reason = reason
        self.node = node
    }

    /// `squeue`'s format for `init(line:)`.
    ///
    /// The reason is last, because it may hold anything.
    package static let format = "%i|%j|%T|%N|%r"

    /// Reads a line of `squeue -h -r -o FORMAT`; nil for anything else, such as a warning.
    package init?(line: some StringProtocol) {
        let parts = String(line).split(separator: "|" as Character, maxSplits: 4, omittingEmptySubsequences: false)
            .map(String.init)
        guard parts.count == 5, let first = parts[0].first, first.isNumber else { return nil }
        let number = parts[0].split(separator: "_" as Character, maxSplits: 1)
        self.init(
            id: parts[0],
            name: parts[1],
            task: number.count == 2 ? Int(number[1]) : nil,
            state: parts[2],
            reason: parts[4] == "None" ? "" : parts[4],
            node: parts[3]
        )
    }
}

/// What matters of a partition.
package struct SlurmPartition: Sendable, Equatable {
    package var name: String
    package var isDefault: Bool
    /// Whether it queues preempted jobs again; else it cancels them, or preempts none.
    package var requeues: Bool

    package init(name: String, isDefault: Bool = false, requeues: Bool) {
        self.name = name
        self.isDefault = isDefault
        self.requeues = requeues
    }

    /// Reads a line of `scontrol show partition -o`.
    package init?(line: some StringProtocol) {
        var fields: [String: String] = [:]
        for word in String(line).split(separator: " " as Character) {
            guard let sign = word.firstIndex(of: "=") else { continue }
            fields[String(word[..<sign])] = String(word[word.index(after: sign)...])
        }
        guard let name = fields["PartitionName"] else { return nil }
        let modes = (fields["PreemptMode"] ?? "").split(separator: "," as Character)
        self.init(name: name, isDefault: fields["Default"] == "YES", requeues: modes.contains("REQUEUE"))
    }
}

/// A job array to hand in.
package struct SlurmBatch: Sendable, Equatable {
    package var name: String
    package var tasks: Int
    package var requeues: Bool
    package var options: SlurmOptions
    /// The program that each task runs, with its arguments.
    package var command: [String]
    /// Where the output of tasks is appended.
    package var outputFolder: String

    package init(
        name: String,
        tasks: Int,
        requeues: Bool,
        options: SlurmOptions,
        command: [String],
        outputFolder: String
    ) {
        self.name = name
        self.tasks = tasks
        self.requeues = requeues
        self.options = options
        self.command = command
        self.outputFolder = outputFolder
    }

    /// Seconds before the end of its time at which Slurm signals a pilot.
    package static let signalSeconds = 180

    /// The arguments of `sbatch`.
    ///
    /// What the user added comes last, so that it wins.
    package var arguments: [String] {
        var words = [
            "--parsable", "--job-name=\(name)", "--array=1-\(tasks)", "--open-mode=append",
            "--output=\(outputFolder)/%A_%a.log", "--signal=B:USR1@\(Self.signalSeconds)",
            requeues ? "--requeue" : "--no-requeue", "--export=ALL", "--ntasks=\(options.nodes)",
            "--cpus-per-task=\(options.threads)",
        ]
        if options.nodes > 1 { words += ["--nodes=\(options.nodes)", "--ntasks-per-node=1"] }
        if let partition = options.partition { words.append("--partition=\(partition)") }
        if let time = options.time { words.append("--time=\(time)") }
        if let memory = options.memory { words.append("--mem=\(memory)") }
        if let gres = options.gres { words.append("--gres=\(gres)") }
        words += options.extra
        // The shell becomes the pilot, so that signals for the batch shell reach it.
        return words + ["--wrap", "exec " + command.map(Self.quoted).joined(separator: " ")]
    }

    /// A word as the shell takes it for one.
    static func quoted(_ word: String) -> String {
        "'" + word.replacing("'", with: "'\\''") + "'"
    }
}

/// What the user asks of Slurm for each pilot.
package struct SlurmOptions: Sendable, Equatable {
    package var partition: String?
    /// Machines of a pilot; threads, memory and devices are each one's.
    package var nodes: Int
    package var threads: Int
    package var time: String?
    package var memory: String?
    package var gres: String?
    /// Further words for `sbatch`.
    package var extra: [String]

    package init(
        partition: String? = nil,
        nodes: Int = 1,
        threads: Int,
        time: String? = nil,
        memory: String? = nil,
        gres: String? = nil,
        extra: [String] = []
    ) {
        self.partition = partition
        self.nodes = nodes
        self.threads = threads
        self.time = time
        self.memory = memory
        self.gres = gres
        self.extra = extra
    }

    /// Threads of a pilot on all of its machines.
    package var allThreads: Int { nodes * threads }
}
