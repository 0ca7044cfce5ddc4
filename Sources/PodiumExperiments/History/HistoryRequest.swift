internal import Foundation
package import PodiumCore
internal import PodiumPrimitives

/// What a user asks of history, in words; `filter` makes values of them.
package struct HistoryRequest: Sendable, Equatable {
    /// Numbers or names; a name means every suite of that name.
    package var suites: [String] = []
    package var task: String?
    package var system: String?
    package var model: String?
    package var name: String?
    package var kind: String?
    package var states: [String] = []
    package var tag: String?
    /// `2026-03-01`, `2026-03-01 14:30`, or an age: `7d`, `12h`, `30m`.
    package var since: String?
    package var until: String?
    /// ×100, as tables print scores.
    package var minimumScore: Double?
    package var maximumScore: Double?
    package var includesArchived = false

    package init() {}

    /// - Parameter now: seconds since 1970; what ages count from.
    package func filter(in store: any JobStore, now: Double) async throws -> HistoryFilter {
        var filter = try filterOfAnySuite(now: now)
        for suite in suites {
            let found = try await store.suites(named: suite)
            // Says what there is instead.
            if found.isEmpty { _ = try await store.requireSuite(suite) }
            filter.suites += found.map(\.id)
        }
        return filter
    }

    /// All that can be said without a store: what makes no sense is refused before one is asked for.
    package func filterOfAnySuite(now: Double) throws -> HistoryFilter {
        var filter = HistoryFilter(includesArchived: includesArchived)
        if let task {
            guard let known = BenchmarkTask(named: task) else { throw Self.unknown("task", task, Self.taskNames) }
            filter.task = known
        }
        if let kind {
            guard let known = RunKind(rawValue: kind) else {
                throw Self.unknown("kind", kind, RunKind.allCases.map(\.rawValue))
            }
            filter.kind = known
        }
        for state in states {
            guard let known = RunStanding(rawValue: state) else {
                throw Self.unknown("state", state, RunStanding.allCases.map(\.rawValue))
            }
            filter.states.insert(known)
        }
        filter.system = system.map { NamePattern($0) }
        filter.model = model.map { NamePattern($0) }
        filter.name = name.map { NamePattern($0) }
        filter.tag = tag
        filter.submittedFrom = try since.map { try Self.moment($0, now: now) }
        filter.submittedBefore = try until.map { try Self.moment($0, now: now) }
        filter.minimumScore = minimumScore.map { $0 / 100 }
        filter.maximumScore = maximumScore.map { $0 / 100 }
        return filter
    }

    private static var taskNames: [String] { BenchmarkTask.allCases.map(\.rawValue) }

    private static func unknown(_ what: String, _ text: String, _ known: [String]) -> ExperimentError {
        ExperimentError(.invalidRequest, "\"\(text)\" is no \(what); there are \(known.joined(separator: ", "))")
    }

    /// A moment in local time, or so long before now.
    static func moment(_ text: String, now: Double) throws(ExperimentError) -> Double {
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400]
        if let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), count >= 0 {
            return now - count * unit
        }
        let digits = text.replacing("T", with: " ").split(separator: " ", maxSplits: 1).map(String.init)
        let day = digits.first?.split(separator: "-").compactMap { Int($0) } ?? []
        let clock = digits.count > 1 ? digits[1].split(separator: ":").map { Int($0) } : [0, 0]
        guard day.count == 3, (1970...9999).contains(day[0]), (1...12).contains(day[1]), (1...31).contains(day[2]),
            (2...3).contains(clock.count), clock.allSatisfy({ $0.map { (0..<60).contains($0) } ?? false }),
            (clock[0] ?? 24) < 24
        else {
            throw ExperimentError(
                .invalidRequest,
                "\"\(text)\" is no time; write 2026-03-01, \"2026-03-01 14:30\", or an age such as 7d, 12h or 30m"
            )
        }
        var parts = DateComponents(year: day[0], month: day[1], day: day[2])
        parts.hour = clock[0]
        parts.minute = clock[1]
        parts.second = clock.count > 2 ? clock[2] : 0
        guard let date = Calendar(identifier: .gregorian).date(from: parts) else {
            throw ExperimentError(.invalidRequest, "\"\(text)\" is no time of the calendar")
        }
        return date.timeIntervalSince1970
    }
}
