internal import Foundation
internal import Synchronization

/// The ranks that compute a training together, seen from one of them.
///
/// A thread of its own makes all calls to the link, in the order in which they are submitted: MPI libraries progress only
/// inside their calls, and the computing threads have other things to do.
package final class RankGroup: Sendable {
    package let rank: Int
    package let ranks: Int
    private let line: CommunicationLine?

    /// A rank that has no others.
    package static let alone = RankGroup()

    private init() { (rank, ranks, line) = (0, 1, nil) }

    /// - Parameter join: makes the link; called by the communication thread, which alone uses it.
    package init(join: @escaping @Sendable () throws(GraphError) -> any RankLink) throws(GraphError) {
        let line = CommunicationLine()
        Thread.detachNewThread { line.work(join) }
        (rank, ranks) = try line.joined()
        guard ranks > 0, ranks & (ranks - 1) == 0 else {
            line.close()
            throw GraphError(.unsupported, "\(ranks) ranks were started; their number must be a power of two")
        }
        self.line = line
    }

    deinit { line?.close() }

    /// Whether this rank reports and writes for all.
    package var isFirst: Bool { rank == 0 }

    /// Starts work on the link; it follows all that was submitted before.
    package func submit(_ work: @escaping @Sendable (any RankLink) throws(GraphError) -> Void) { line?.submit(work) }

    /// Waits until all submitted work is done, and throws what went wrong in it.
    package func wait() throws(GraphError) { try line?.wait() }

    /// Seconds that the communication thread has worked so far.
    package var secondsOfWork: Double { line?.secondsOfWork ?? 0 }

    /// The values of rank 0.
    package func ofFirst(_ values: [Double]) throws(GraphError) -> [Double] {
        guard ranks > 1 else { return values }
        let shared = Mutex(values)
        submit { link throws(GraphError) in
            var copy = shared.withLock { $0 }
            var failure: GraphError?
            copy.withUnsafeMutableBytes { bytes in
                do throws(GraphError) { try link.takeFirst(bytes) } catch { failure = error }
            }
            if let failure { throw failure }
            shared.withLock { $0 = copy }
        }
        try wait()
        return shared.withLock { $0 }
    }

    /// Returns when all ranks have called it.
    package func barrier() throws(GraphError) { _ = try ofFirst([0]) }

    /// Does something on the first rank before the others do it.
    package func firstBeforeOthers<Result>(_ body: () throws -> Result) throws -> Result {
        if !isFirst { try barrier() }
        let result = try body()
        if isFirst { try barrier() }
        return result
    }
}

/// Work for the communication thread.
private final class CommunicationLine: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting: [@Sendable (any RankLink) throws(GraphError) -> Void] = []
    private var isWorking = false
    private var isClosed = false
    private var failure: GraphError?
    private var place: (rank: Int, ranks: Int)?
    private var seconds = 0.0

    func joined() throws(GraphError) -> (rank: Int, ranks: Int) {
        condition.lock()
        defer { condition.unlock() }
        while place == nil, failure == nil { condition.wait() }
        if let failure { throw failure }
        return place ?? (0, 1)
    }

    func submit(_ work: @escaping @Sendable (any RankLink) throws(GraphError) -> Void) {
        condition.lock()
        waiting.append(work)
        condition.broadcast()
        condition.unlock()
    }

    func wait() throws(GraphError) {
        condition.lock()
        defer { condition.unlock() }
        while failure == nil, isWorking || !waiting.isEmpty { condition.wait() }
        if let failure { throw failure }
    }

    var secondsOfWork: Double {
        condition.lock()
        defer { condition.unlock() }
        return seconds
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    /// The communication thread.
    func work(_ join: @Sendable () throws(GraphError) -> any RankLink) {
        let link: any RankLink
        do {
            link = try join()
        } catch {
            return fail(error)
        }
        condition.lock()
        place = (link.rank, link.ranks)
        condition.broadcast()
        while true {
            while waiting.isEmpty, !isClosed { condition.wait() }
            guard !waiting.isEmpty else { break }
            let next = waiting.removeFirst()
            isWorking = true
            condition.unlock()
            let began = DispatchTime.now().uptimeNanoseconds
            do {
                try next(link)
            } catch {
                return fail(error)
            }
            condition.lock()
            seconds += Double(DispatchTime.now().uptimeNanoseconds - began) * 1e-9
            isWorking = false
            condition.broadcast()
        }
        condition.unlock()
    }

    private func fail(_ error: GraphError) {
        condition.lock()
        failure = error
        condition.broadcast()
        condition.unlock()
    }
}
