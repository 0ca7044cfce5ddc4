package import PodiumCore
internal import PodiumPrimitives

/// Budgets as a table for people.
package struct BudgetTable {
    private let budgets: [Budget]

    package init(_ budgets: [Budget]) {
        self.budgets = budgets
    }

    package func rendered() -> String {
        var table = TextTable([
            ("PROJECT", .left), ("HOURS", .right), ("USED", .right), ("LEFT", .right), ("SINCE", .left),
            ("RUNNING", .right), ("READY", .right), ("STATE", .left),
        ])
        for budget in budgets {
            table.add([
                budget.project, NumberText.fixed(budget.hours, digits: 2),
                NumberText.fixed(budget.usedHours, digits: 2),
                NumberText.fixed(max(0, budget.hours - budget.usedHours), digits: 2), LocalTime.text(budget.from),
                "\(budget.running)", "\(budget.ready)", budget.isSpent ? "used up: its runs wait" : "",
            ])
        }
        return table.rendered()
    }
}

/// What a user asks of a budget; what makes no sense is refused before a store is asked.
package struct BudgetRequest: Sendable, Equatable {
    package let project: String
    package let hours: Double
    /// Seconds since 1970; nil for now, or for what it was.
    package let from: Double?

    /// - Parameters:
    ///   - from: `2026-03-01`, `2026-03-01 14:30`, or an age such as `7d`.
    ///   - now: seconds since 1970; what ages count from.
    package init(project: String, hours: Double, from: String?, now: Double) throws(ExperimentError) {
        guard ParameterDomain.isName(project) else {
            throw ExperimentError(
                .invalidRequest,
                "a project is named by letters, digits, '.', '_' and '-', at most 100 of them, not \"\(project)\""
            )
        }
        guard hours >= 0, hours.isFinite else {
            throw ExperimentError(.invalidRequest, "hours must be 0 or more, not \(hours)")
        }
        self.project = project
        self.hours = hours
        self.from = try from.map { text throws(ExperimentError) in try HistoryRequest.moment(text, now: now) }
    }
}
