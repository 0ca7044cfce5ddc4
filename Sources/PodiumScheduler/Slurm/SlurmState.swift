package import PodiumCore

/// A state that Slurm reports of a job: its base states, and the flags that it shows in their place.
///
/// Names and abbreviations are those of Slurm's manual ("Job State Codes" and squeue(1)). Commands of one site may
/// write either; flags that have no abbreviation there are written in full everywhere.
package enum SlurmState: String, Sendable, CaseIterable {
    // Base states
    case bootFail = "BOOT_FAIL"
    case cancelled = "CANCELLED"
    case completed = "COMPLETED"
    case deadline = "DEADLINE"
    case failed = "FAILED"
    case nodeFail = "NODE_FAIL"
    case outOfMemory = "OUT_OF_MEMORY"
    case pending = "PENDING"
    case preempted = "PREEMPTED"
    case running = "RUNNING"
    case suspended = "SUSPENDED"
    case timeout = "TIMEOUT"
    // Flags
    case completing = "COMPLETING"
    case configuring = "CONFIGURING"
    case expediting = "EXPEDITING"
    case launchFailed = "LAUNCH_FAILED"
    case powerUpNode = "POWER_UP_NODE"
    case reconfigFail = "RECONFIG_FAIL"
    case requeued = "REQUEUED"
    case requeueFederation = "REQUEUE_FED"
    case requeueHold = "REQUEUE_HOLD"
    case resizing = "RESIZING"
    case reservationDeletedHold = "RESV_DEL_HOLD"
    case revoked = "REVOKED"
    case signaling = "SIGNALING"
    case specialExit = "SPECIAL_EXIT"
    case stageOut = "STAGE_OUT"
    case stopped = "STOPPED"
    case updateDatabase = "UPDATE_DB"

    private static let abbreviations: [String: SlurmState] = [
        "BF": .bootFail, "CA": .cancelled, "CD": .completed, "DL": .deadline, "F": .failed, "NF": .nodeFail,
        "OOM": .outOfMemory, "PD": .pending, "PR": .preempted, "R": .running, "S": .suspended, "TO": .timeout,
        "CG": .completing, "CF": .configuring, "RQ": .requeued, "RF": .requeueFederation, "RH": .requeueHold,
        "RS": .resizing, "RD": .reservationDeletedHold, "RV": .revoked, "SI": .signaling, "SE": .specialExit,
        "SO": .stageOut, "ST": .stopped,
    ]

    /// Reads either spelling; nil for a word that this table does not know.
    ///
    /// What follows the word is ignored: `CANCELLED by 1000`, `CANCELLED+`.
    package init?(word: some StringProtocol) {
        let name = String(word.uppercased().prefix { $0.isLetter || $0 == "_" })
        guard let state = SlurmState(rawValue: name) ?? Self.abbreviations[name] else { return nil }
        self = state
    }

    /// What the state means for a pilot.
    package var meaning: SlurmMeaning {
        switch self {
        case .pending, .expediting, .configuring, .powerUpNode: .queued
        case .running: .running
        case .suspended, .stopped: .paused
        case .completing, .signaling, .stageOut, .updateDatabase, .resizing: .ending
        case .completed, .failed: .over(.byItself)
        case .timeout, .deadline: .over(.timeLimit)
        case .outOfMemory: .over(.memory)
        case .nodeFail, .bootFail, .launchFailed, .reconfigFail: .over(.node)
        case .cancelled: .over(.cancelled)
        case .preempted: .preempted
        case .requeued, .requeueFederation: .requeued
        case .requeueHold, .specialExit, .reservationDeletedHold: .held
        case .revoked: .elsewhere
        }
    }
}

/// What Podium makes of a state.
///
/// All of it is a hint: whether work goes on is decided by leases and rows.
package enum SlurmMeaning: Sendable, Equatable {
    case queued
    case running
    /// Stopped without an end; its lease runs out, and it is fenced when it wakes.
    case paused
    case ending
    /// Taken off its node for a more urgent job; queued again where the partition requeues, over where it cancels.
    case preempted
    case requeued
    /// Until a person releases it.
    case held
    /// Slurm could not start it, holds it for that and will not try again.
    case givenUp
    /// Another cluster of the federation has it.
    case elsewhere
    case over(SlurmEnd)
    /// A word that nobody knows: nothing follows from it.
    case undecided

    /// - Parameters:
    ///   - words: the state, which may be several words (`RUNNING+COMPLETING`): flags outrank base states.
    ///   - reason: why it does not run, as `squeue` says it. Of jobs that are held in the queue nothing else tells.
    package init(of words: String, reason: String = "") {
        self.init(state: words)
        guard self == .queued || self == .requeued || self == .held else { return }
        // Versions of Slurm write spaces or underscores.
        let reason = String(reason.lowercased().filter { $0.isLetter })
        if Self.reasonsOfGivingUp.contains(reason) { self = .givenUp }
        if Self.reasonsOfHolding.contains(reason) { self = .held }
    }

    /// `launch failed requeued held`; `JobHoldMaxRequeue`, after as many failures as `max_batch_requeue` says.
    private static let reasonsOfGivingUp: Set = ["launchfailedrequeuedheld", "jobholdmaxrequeue"]
    private static let reasonsOfHolding: Set = [
        "jobheldadmin", "jobhelduser", "jobrequeuedinheldstate", "jobrequeuedinspecialexitstate",
    ]

    private init(state words: String) {
        let states = words.split { $0 == "+" || $0 == "," }.map { SlurmState(word: $0) }
        guard !states.isEmpty, !states.contains(nil) else {
            self = .undecided
            return
        }
        let known = states.compactMap(\.self)
        let flag = known.first { !$0.isBase }
        self = (flag ?? known.first)?.meaning ?? .undecided
    }
}

extension SlurmJob {
    package var meaning: SlurmMeaning { SlurmMeaning(of: state, reason: reason) }
}

extension PilotTask {
    package var meaning: SlurmMeaning { SlurmMeaning(of: state, reason: reason) }
}

/// How a job ended, as far as Slurm's word goes.
package enum SlurmEnd: String, Sendable {
    case byItself
    case timeLimit
    case memory
    case node
    case cancelled
}

extension SlurmState {
    /// Whether it is a base state; else it is a flag.
    package var isBase: Bool {
        switch self {
        case .bootFail, .cancelled, .completed, .deadline, .failed, .nodeFail, .outOfMemory, .pending, .preempted,
            .running, .suspended, .timeout:
            true
        default: false
        }
    }
}
