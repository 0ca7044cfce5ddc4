/// What a project may use of the machines: hours of one thread, or of one device where runs are computed on an accelerator.
package struct Budget: Codable, Sendable, Equatable {
    package var project: String
    package var hours: Double
    /// What was used before does not count; seconds since 1970.
    package var from: Double
    /// All attempts since then, whatever became of them, with those that run.
    package var usedHours: Double
    /// Whether runs of the project wait until there is more.
    package var isSpent: Bool
    /// Runs of the project that run, and that could if the budget or the machines allowed it.
    package var running: Int
    package var ready: Int

    package init(
        project: String,
        hours: Double,
        from: Double,
        usedHours: Double,
        isSpent: Bool,
        running: Int,
        ready: Int
    ) {
        self.project = project
        self.hours = hours
        self.from = from
        self.usedHours = usedHours
        self.isSpent = isSpent
        self.running = running
        self.ready = ready
    }
}

extension Budget {
    /// Why a run that could start does not.
    package static func reason(_ project: String) -> String { "the budget of project \(project) is used up" }
}

extension Resources {
    /// What a second of a run counts: its threads, on accelerators its devices.
    package var budgetUnits: Int {
        switch device {
        case .cpu, .xlaCPU: allThreads
        case .tpu, .cuda: replicas
        }
    }
}
