package import PodiumCore

/// What to do about a pool of pilots, decided from one look at the store and one at Slurm.
///
/// Rules: a submission is made at most once, and its row comes first. What Slurm does not list is undecided until
/// nothing has been heard of it for `undecidedSeconds`; a worker whose lease holds is at work whatever Slurm says. While
/// Slurm does not answer nothing is done at all. Pilots are never cancelled for want of work: they leave by themselves. Only what Slurm
/// could not start and holds is cancelled, and another takes its place.
package struct PilotPlan: Sendable {
    /// Pilots at most.
    package var limit: Int
    /// Threads of each.
    package var threads: Int
    /// Whether preempted pilots come back by themselves.
    package var requeues: Bool
    /// Runs that a pilot does before it leaves; nil for as many as there are.
    package var runs: Int?

    /// For how long a submission whose number was never heard may be hidden from `squeue`.
    package static let hiddenSeconds = 60.0
    /// For how long a pilot that neither Slurm nor a worker speaks of may still be one.
    package static let undecidedSeconds = 120.0

    package init(limit: Int, threads: Int, requeues: Bool, runs: Int? = nil) {
        self.limit = limit
        self.threads = threads
        self.requeues = requeues
        self.runs = runs
    }

    package enum Action: Sendable, Equatable {
        /// Store a new submission of so many pilots under a new name, and hand it in.
        case add(tasks: Int)
        /// Hand in a submission that Slurm has not got.
        case submit(PilotSubmission)
        case note(PilotNote, submission: Int64)
        /// Take a job from Slurm that it holds for ever.
        case cancel(job: String)
        /// Say it to a person.
        case tell(String)
    }

    /// - Parameter listing: Slurm's jobs of this user; nil while Slurm does not answer.
    package func decide(_ snapshot: PilotSnapshot, listing: [SlurmJob]?) -> [Action] {
        guard let listing else { return [] }
        let jobs = Dictionary(grouping: listing, by: \.name)
        var actions: [Action] = []
        var active = 0
        var busy = 0
        for submission in snapshot.submissions {
            let found = jobs[submission.name] ?? []
            busy += Set(submission.workers.filter { $0.isAlive && $0.runs > 0 }.map(\.task)).count
            let (count, more) = decide(submission, found, now: snapshot.now)
            active += count
            actions += more
        }
        let waiting = max(
            Self.share(of: snapshot.waitingThreads, by: threads),
            runs.map { Self.share(of: snapshot.waitingRuns, by: $0) } ?? 0
        )
        let missing = min(limit - active, waiting - (active - busy))
        guard missing > 0 else { return actions }
        let pause = Self.pause(after: snapshot.fruitless)
        if let since = snapshot.fruitlessSince, snapshot.now < since + pause {
            actions.append(
                .tell(
                    "the last \(snapshot.fruitless) submission(s) started no worker; the next one waits "
                        + "\(Int((since + pause - snapshot.now).rounded(.up))) s. Read their output in the folder slurm/ "
                        + "of the data directory"
                )
            )
            return actions
        }
        return actions + [.add(tasks: missing)]
    }

    /// How many pilots it takes when each takes so much.
    private static func share(of amount: Int, by each: Int) -> Int { (amount + each - 1) / each }

    /// Seconds to wait after so many submissions in a row that came to nothing.
    package static func pause(after failures: Int) -> Double {
        failures == 0 ? 0 : min(600, 30 * Double(1 << min(failures - 1, 5)))
    }

    // MARK: One submission

    private enum Standing: Equatable {
        case active
        /// It never will be, and Slurm has it still.
        case givenUp
        case over(String)
    }

    /// How many of its pilots are, or may be, there; and what to do about it.
    private func decide(_ submission: PilotSubmission, _ found: [SlurmJob], now: Double) -> (Int, [Action]) {
        var actions: [Action] = []
        if submission.job == nil {
            if let number = found.first.map({ $0.id.prefix { $0 != "_" } }) {
                actions.append(.note(.accepted(job: String(number)), submission: submission.id))
            } else if submission.workers.isEmpty {
                // Nobody has heard of it. Slurm may yet have it, until it could no longer hide it.
                let wait = Self.hiddenSeconds * Double(1 << min(max(submission.tries - 1, 0), 4))
                guard now >= (submission.triedAt ?? submission.intendedAt) + wait else { return (submission.tasks, []) }
                return (submission.tasks, [.submit(submission)])
            }
        }
        let tasks = found.map {
            PilotTask(task: $0.task ?? 1, state: $0.state, reason: $0.reason, node: $0.node)
        }.sorted { $0.task < $1.task }
        if !tasks.isEmpty, tasks != submission.states || now > (submission.seenAt ?? 0) + Self.undecidedSeconds / 4 {
            actions.append(.note(.seen(tasks), submission: submission.id))
        }
        var standings: [Standing] = []
        for task in 1...submission.tasks {
            let standing = standing(of: task, submission, tasks.first { $0.task == task }, now)
            standings.append(standing)
            guard let job = found.first(where: { ($0.task ?? 1) == task }) else { continue }
            if job.meaning == .held {
                let why = job.reason.isEmpty ? job.state : job.reason
                actions.append(
                    .tell(
                        "pilot \(submission.name) number \(task) is held by Slurm (\(why)): scontrol release \(job.id)"
                    )
                )
            }
            if standing == .givenUp { actions.append(.cancel(job: job.id)) }
        }
        let active = standings.count { $0 == .active }
        let ends = standings.compactMap { if case .over(let why) = $0 { why } else { nil } }
        if ends.count == standings.count {
            actions.append(.note(.ended(reason: Self.summary(ends)), submission: submission.id))
        }
        return (active, actions)
    }

    private func standing(
        of task: Int,
        _ submission: PilotSubmission,
        _ listed: PilotTask?,
        _ now: Double
    ) -> Standing {
        let workers = submission.workers.filter { $0.task == task }
        // The lease decides, not the hint.
        if workers.contains(where: \.isAlive) { return .active }
        guard let listed else {
            if let last = submission.states.first(where: { $0.task == task }),
                case .over = last.meaning
            {
                return .over(last.state)
            }
            let heard = max(submission.seenAt ?? 0, submission.triedAt ?? submission.intendedAt)
            return now > heard + Self.undecidedSeconds ? .over("no longer listed") : .active
        }
        switch listed.meaning {
        case .givenUp: return .givenUp
        case .over: return .over(listed.reason.isEmpty ? listed.state : "\(listed.state) (\(listed.reason))")
        case .preempted: return requeues ? .active : .over(listed.state)
        case .queued, .running, .paused, .ending, .requeued, .held, .elsewhere, .undecided: return .active
        }
    }

    /// `2 COMPLETED, 1 NODE_FAIL`.
    private static func summary(_ ends: [String]) -> String {
        Dictionary(grouping: ends) { $0 }.map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
            .map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}
