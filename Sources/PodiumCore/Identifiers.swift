/// A suite's row: one submitted job file, whatever its kind.
package struct SuiteID: RawRepresentable, Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package var description: String { String(rawValue) }
    package static func < (a: SuiteID, b: SuiteID) -> Bool { a.rawValue < b.rawValue }
}

/// A run's row: one unit of work that a worker claims.
package struct RunID: RawRepresentable, Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package var description: String { String(rawValue) }
    package static func < (a: RunID, b: RunID) -> Bool { a.rawValue < b.rawValue }
}

/// A worker's row, new at each start of a worker process.
package struct WorkerID: RawRepresentable, Codable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package var description: String { String(rawValue) }
}

/// The right to write for one attempt of one run.
///
/// Tokens come from one ever-growing sequence. Every write of an attempt is
/// guarded by `run, state = running, token`; an attempt that was rescued or
/// cancelled behind its worker's back holds an old token and can change
/// nothing any more.
package struct Lease: Codable, Hashable, Sendable {
    package let run: RunID
    package let attempt: Int
    package let token: Int64

    package init(run: RunID, attempt: Int, token: Int64) {
        self.run = run
        self.attempt = attempt
        self.token = token
    }
}
