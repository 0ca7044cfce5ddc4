package import PodiumCore

/// Reads job files that come over the wire.
package struct JobFiles: Sendable {
    package struct Request: Sendable {
        package var yaml: String
        /// Whether models and data must be there.
        package var isForSubmission: Bool
        /// Whether no result of work that was done before is taken over, whatever the file says.
        package var isFresh: Bool
    }

    private let reader: @Sendable (Request) async throws -> Submission
    private let forecaster: @Sendable (Submission) async -> String?

    /// - Parameters:
    ///   - reader: throws a `DescribedError` with the place of what is wrong in the file.
    ///   - forecaster: says which runs of a submission are done already; nil for none, or where this machine cannot tell.
    package init(
        reader: @escaping @Sendable (Request) async throws -> Submission,
        forecaster: @escaping @Sendable (Submission) async -> String? = { _ in nil }
    ) {
        self.reader = reader
        self.forecaster = forecaster
    }

    func read(_ yaml: String, isForSubmission: Bool, isFresh: Bool) async throws -> Submission {
        try await reader(Request(yaml: yaml, isForSubmission: isForSubmission, isFresh: isFresh))
    }

    func forecast(_ submission: Submission) async -> String? { await forecaster(submission) }
}
