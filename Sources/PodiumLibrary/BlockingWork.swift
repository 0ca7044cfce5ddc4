internal import Foundation

/// Work that blocks its thread: files that are hashed, requests that are waited for.
package enum BlockingWork {
    /// Does it on a thread of its own, and lets all tasks go on meanwhile.
    package static func onThread<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try body() })
            }
        }
    }
}
