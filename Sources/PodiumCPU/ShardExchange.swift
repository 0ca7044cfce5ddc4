internal import CKernels
import Dispatch
import PodiumGraph

/// Sums tensors over ranks on the communication thread, while the computation goes on.
final class ShardExchange {
    private let ranks: RankGroup
    private let kernels: pk_kernels
    private let times: CommunicationTimes
    private let memory = ExchangeMemory()

    /// Tensors of fewer elements are exchanged as one.
    private static let leastAlone = 1 << 16

    init(_ device: CPUDevice) {
        (ranks, kernels, times) = (device.ranks, device.kernels, device.communicationTimes)
    }

    /// Starts summing tensors, in place; they must not be touched before `wait` has returned.
    func sum(_ sums: [ShardSum]) throws(GraphError) {
        guard ranks.ranks > 1 else { return }
        let bucket = Bucket(sums: sums, kernels: kernels)
        ranks.submit { [memory] link throws(GraphError) in
            let kernels = bucket.kernels
            var (whole, small): ([UnsafeMutableBufferPointer<Float>], [TensorView]) = ([], [])
            for sum in bucket.sums {
                switch sum {
                case .dense(let view) where view.count < Self.leastAlone: small.append(view)
                case .dense(let view): whole.append(UnsafeMutableBufferPointer(start: view.floats, count: view.count))
                case .sparse(let rows, let numbers):
                    try Self.sum(rows, numbers, over: link, memory, kernels)
                }
            }
            let packed = memory.packed(small.reduce(0) { $0 + $1.count })
            var place = packed
            for view in small {
                place.update(from: view.floats, count: view.count)
                place += view.count
            }
            let elements = whole + [UnsafeMutableBufferPointer(start: packed, count: place - packed)]
            let staging = memory.staging(elements.reduce(0) { $0 + ($1.count + 1) / 2 })
            try link.sum(elements, staging: staging) { kernels.add($0, $0, $1, $2) }
            place = packed
            for view in small {
                view.floats.update(from: place, count: view.count)
                place += view.count
            }
        }
    }

    /// Waits until all sums are complete.
    func wait() throws(GraphError) {
        guard ranks.ranks > 1 else { return }
        let began = DispatchTime.now().uptimeNanoseconds
        try ranks.wait()
        times.secondsExposed += Double(DispatchTime.now().uptimeNanoseconds - began) * 1e-9
    }

    /// Partners at distance 1, 2, 4, … exchange the rows that they have, and merge them.
    private static func sum(
        _ rows: TensorView,
        _ numbers: TensorView,
        over link: any RankLink,
        _ memory: ExchangeMemory,
        _ kernels: pk_kernels
    ) throws(GraphError) {
        let width = rows.columns
        var distance = 1
        while distance < link.ranks {
            let partner = link.rank ^ distance
            let own = ShardSum.present(numbers)
            let count = Int(try link.exchange(with: partner, number: Int64(own)))
            let otherRows = memory.staging(count * width + count + 1)
            let otherNumbers = UnsafeMutableRawPointer(otherRows + count * width).assumingMemoryBound(to: Int32.self)
            try link.exchange(
                with: partner,
                [
                    RankPiece(
                        sending: UnsafeRawBufferPointer(start: numbers.base, count: own * 4),
                        receiving: UnsafeMutableRawBufferPointer(start: otherNumbers, count: count * 4)
                    ),
                    RankPiece(
                        sending: UnsafeRawBufferPointer(start: rows.base, count: own * width * 4),
                        receiving: UnsafeMutableRawBufferPointer(start: otherRows, count: count * width * 4)
                    ),
                ]
            )
            ShardSum.merge(rows, numbers, otherRows, otherNumbers, count, kernels)
            distance *= 2
        }
    }

    /// Addresses in the executor's arena, which the computing thread leaves alone meanwhile.
    private struct Bucket: @unchecked Sendable {
        let sums: [ShardSum]
        let kernels: pk_kernels
    }
}

/// What a device's exchanges with other ranks have cost, for those who measure; read it between steps.
package final class CommunicationTimes {
    /// In which the computation had nothing left to do but wait.
    package var secondsExposed = 0.0

    package init() {}
}

/// Memory of the communication thread.
private final class ExchangeMemory: @unchecked Sendable {
    private var blocks: [Int: UnsafeMutableBufferPointer<Float>] = [:]

    func staging(_ count: Int) -> UnsafeMutablePointer<Float> { block(0, count) }
    func packed(_ count: Int) -> UnsafeMutablePointer<Float> { block(1, count) }

    private func block(_ number: Int, _ count: Int) -> UnsafeMutablePointer<Float> {
        if let known = blocks[number], known.count >= count, let base = known.baseAddress { return base }
        blocks[number]?.deallocate()
        let made = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, count))
        blocks[number] = made
        guard let base = made.baseAddress else { preconditionFailure("memory has an address") }
        return base
    }

    deinit { for block in blocks.values { block.deallocate() } }
}
