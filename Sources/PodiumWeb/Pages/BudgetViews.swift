internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumStore

/// What projects may use and have used, as the template `budgets` lists them.
struct BudgetListView {
    struct Project {
        let name: String
        let kind: String
        let symbol: String
        let word: String
        /// Of the bar, which is 160 units wide; the template repeats the number.
        let width: String
        let used: String
        let left: String
        let since: String
        let running: String
        let ready: String
    }

    let projects: [Project]

    /// Nil without a budget.
    init?(_ budgets: [Budget]) {
        guard !budgets.isEmpty else { return nil }
        projects = budgets.map { budget in
            let state = StateView(budget)
            let share = budget.hours > 0 ? min(1, budget.usedHours / budget.hours) : 1
            return Project(
                name: budget.project,
                kind: state.kind,
                symbol: state.symbol,
                word: state.word,
                width: NumberText.fixed(160 * share, digits: 1),
                used: "\(Self.hours(budget.usedHours)) of \(Self.hours(budget.hours)) h",
                left: Self.hours(max(0, budget.hours - budget.usedHours)),
                since: LocalTime.text(budget.from),
                running: NumberText.grouped(budget.running),
                ready: NumberText.grouped(budget.ready)
            )
        }
    }

    private static func hours(_ value: Double) -> String { NumberText.fixed(value, digits: value < 100 ? 2 : 0) }

    /// Why runs of projects wait, a sentence for each whose budget is used up.
    static func hints(_ budgets: [Budget]) -> [String] {
        budgets.filter { $0.isSpent && $0.ready > 0 }.map { budget in
            let runs = NumberText.count(budget.ready, "run")
            let wait = budget.ready == 1 ? "waits" : "wait"
            return "\(Budget.reason(budget.project)): \(runs) \(wait) until it has more hours".sentence
        }
    }
}

extension StateView {
    init(_ budget: Budget) {
        self = budget.isSpent ? .usedUp : .withinBudget
    }
}

/// Budgets, counted for all who look: the database adds up every attempt of a project.
actor Budgets {
    private let store: PostgresStore
    private var known: (budgets: Task<[Budget], any Error>, version: ChangeID?, until: ContinuousClock.Instant)?

    init(store: PostgresStore) {
        self.store = store
    }

    /// By project; counting takes a tenth of the time at most, unless budgets change.
    func all() async throws -> [Budget] {
        let version = try await store.lastBudgetChange()
        if let known, known.until > .now, known.version == version { return try await known.budgets.value }
        let start = ContinuousClock.now
        let task = Task { [store] in try await store.budgets() }
        // Whoever comes while it is counted waits for the same count.
        known = (task, version, start + .seconds(60))
        do {
            let budgets = try await task.value
            known = (task, version, .now + (.now - start) * 9)
            return budgets
        } catch {
            known = nil
            throw error
        }
    }
}
