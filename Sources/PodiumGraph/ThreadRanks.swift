internal import Foundation

/// Ranks that are threads of one process: a training divided as MPI divides it, without MPI.
package final class ThreadRanks: @unchecked Sendable {
    package let ranks: Int
    private let condition = NSCondition()
    /// Bytes on the way, by sender and receiver.
    private var messages: [Int: [[UInt8]]] = [:]
    private var isClosed = false

    package init(ranks: Int) { self.ranks = ranks }

    package func group(of rank: Int) throws(GraphError) -> RankGroup {
        try RankGroup { [self] in Link(self, rank: rank) }
    }

    /// Ends all exchanges with an error, as the death of a rank does.
    package func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    private func send(_ bytes: [UInt8], from sender: Int, to receiver: Int) {
        condition.lock()
        messages[sender * ranks + receiver, default: []].append(bytes)
        condition.broadcast()
        condition.unlock()
    }

    private func receive(from sender: Int, to receiver: Int) throws(GraphError) -> [UInt8] {
        condition.lock()
        defer { condition.unlock() }
        let way = sender * ranks + receiver
        while messages[way, default: []].isEmpty {
            if isClosed { throw GraphError(.device, "rank \(sender) is gone") }
            condition.wait()
        }
        return messages[way, default: []].removeFirst()
    }

    private final class Link: RankLink {
        let rank: Int
        private let threads: ThreadRanks
        var ranks: Int { threads.ranks }

        init(_ threads: ThreadRanks, rank: Int) { (self.threads, self.rank) = (threads, rank) }

        func exchange(with other: Int, _ pieces: [RankPiece]) throws(GraphError) {
            for piece in pieces { threads.send(Array(piece.sending), from: rank, to: other) }
            for piece in pieces {
                let bytes = try threads.receive(from: other, to: rank)
                guard bytes.count == piece.receiving.count else {
                    throw GraphError(.device, "rank \(other) sent \(bytes.count) bytes, not \(piece.receiving.count)")
                }
                piece.receiving.copyBytes(from: bytes)
            }
        }
    }
}
