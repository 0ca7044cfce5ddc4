import Dispatch
import PodiumGraph

/// Runs a training step shard by shard, and sums over shards along a fixed binary tree.
///
/// This rank computes an aligned range of the shards, one after the other in one arena, and adds their sums up along its
/// part of the tree; the exchange with other ranks goes on along the rest. The last shard's gradients are exchanged in
/// buckets as soon as they are computed, while the computation goes on.
final class ShardedExecutor: GraphExecutor {
    private let bound: BoundSchedule
    private let stages: ShardStages
    private let shares: BatchShares
    /// The shards of this rank.
    private let owned: Range<Int>
    private let exchange: ShardExchange
    /// By stage and step: which sums are complete after it, so many of them that they are worth an exchange.
    private let buckets: [[Int: Range<Int>]]
    /// Sums of shards that wait for their neighbours, by stage; a shard's whole tensors each.
    private var waiting: [[FloatBuffer]]

    var graph: Graph { bound.graph }
    var variables: any VariableStore { bound.store }

    /// Bytes of gradients that are exchanged together, at least.
    private static let leastBucket = 8 << 20

    init(_ graph: Graph, variables: CPUVariables, device: CPUDevice) throws(GraphError) {
        bound = try BoundSchedule(graph, variables: variables, device: device, isDivided: true)
        guard let stages = bound.schedule.stages else { preconditionFailure("the schedule is divided") }
        self.stages = stages
        shares = try BatchShares(graph, shards: device.shards)
        let each = device.shards / device.ranks.ranks
        owned = device.ranks.rank * each..<(device.ranks.rank + 1) * each
        exchange = ShardExchange(device)
        buckets = stages.sums.indices.map { Self.buckets(stages, stage: $0) }
        waiting = stages.sums.map { _ in [] }
    }

    /// Divides a stage's sums, in the order in which they are computed.
    private static func buckets(_ stages: ShardStages, stage: Int) -> [Int: Range<Int>] {
        let sums = stages.sums[stage]
        var result: [Int: Range<Int>] = [:]
        var (first, bytes, next) = (0, 0, 0)
        for index in stages.ranges[stage] {
            let outputs = Set(stages.nodes[index].outputs)
            while next < sums.count, outputs.contains(sums[next].value) {
                if case .dense(let value) = sums[next].tensor { bytes += 4 * value.type.count(in: [:]) }
                next += 1
            }
            if bytes >= leastBucket || next == sums.count && first < next {
                result[index] = first..<next
                (first, bytes) = (next, 0)
            }
        }
        return result
    }

    func run(_ feeds: [String: HostTensor]) throws(GraphError) -> [String: HostTensor] {
        let whole = try graph.bindings(for: feeds)
        let parts = try shares.feeds(of: owned, feeds)
        MatmulKernel.prepareThread()
        // Sums of earlier stages, which every shard reads.
        var known: [(stage: Int, values: [[Float]])] = []
        for stage in stages.sums.indices {
            for (number, part) in parts.enumerated() {
                let layout = try layout(for: part, whole)
                bound.feed(part, to: layout)
                for (earlier, values) in known {
                    for (sum, elements) in zip(layout.sums[earlier], values) {
                        if case .dense(let view) = sum { view.copy(from: HostTensor(elements)) }
                    }
                }
                let isEmpty = part["offsets"]?.shape == [1] || (part["tokens"]?.shape == [0])
                try run(stage: stage, shard: number, isEmpty: isEmpty, layout)
            }
            let layout = try layout(for: parts[parts.count - 1], whole)
            try exchange.wait()
            for (sum, made) in zip(stages.sums[stage], layout.sums[stage]) where sum.isMean {
                made.scale(by: 1 / Float(bound.device.shards), bound.device.kernels)
            }
            guard stage < stages.sums.count - 1 else { continue }
            known.append(
                (
                    stage,
                    layout.sums[stage].map { sum in
                        guard case .dense(let view) = sum else { return [] }
                        return view.host().floats
                    }
                )
            )
        }
        let layout = try layout(for: parts[parts.count - 1], whole)
        for index in stages.ranges[stages.sums.count] { try bound.run(layout.steps[index]) }
        return bound.finish(layout)
    }

    private func layout(
        for part: [String: HostTensor],
        _ whole: [String: Int]
    ) throws(GraphError) -> BoundSchedule.Layout {
        var bindings = try graph.bindings(for: part)
        bindings[Schedule.batchTokens.symbol ?? ""] = whole["tokens"] ?? 0
        return try bound.layout(for: bindings)
    }

    /// Computes a stage for the shard of that number among this rank's, and adds it to its neighbours.
    private func run(stage: Int, shard: Int, isEmpty: Bool, _ layout: BoundSchedule.Layout) throws(GraphError) {
        let sums = layout.sums[stage]
        let isLast = shard == owned.count - 1
        let merges = (shard + 1).trailingZeroBitCount
        if isEmpty {
            for sum in sums { sum.clear() }
        } else {
            for index in stages.ranges[stage] {
                try bound.run(layout.steps[index])
                if isLast, let bucket = buckets[stage][index] { try complete(bucket, stage, merges, sums) }
            }
        }
        guard isLast else { return try keep(sums, stage, merges) }
        if isEmpty { try complete(0..<sums.count, stage, merges, sums) }
        waitingCount[stage] = 0
    }

    /// How many subtrees' sums wait, by stage.
    private lazy var waitingCount = stages.sums.map { _ in 0 }

    /// Adds the waiting subtrees to the last shard's sums, and gives them to the other ranks.
    private func complete(_ bucket: Range<Int>, _ stage: Int, _ merges: Int, _ sums: [ShardSum]) throws(GraphError) {
        let device = bound.device
        for level in 0..<merges {
            let kept = kept(sums, stage, waitingCount[stage] - 1 - level)
            for index in bucket { sums[index].add(kept[index], device.pool, device.kernels) }
        }
        try exchange.sum(Array(sums[bucket]))
    }

    /// Keeps a shard's sums until its neighbour's are there, added to those that wait for it.
    private func keep(_ sums: [ShardSum], _ stage: Int, _ merges: Int) throws(GraphError) {
        let device = bound.device
        let size = sums.reduce(0) { $0 + Self.padded($1.count) }
        guard merges > 0 else {
            let level = waitingCount[stage]
            if waiting[stage].count == level {
                waiting[stage].append(try FloatBuffer(count: size))
            }
            if waiting[stage][level].count < size { waiting[stage][level] = try FloatBuffer(count: size + size / 16) }
            for (target, source) in zip(kept(sums, stage, level), sums) { target.copy(from: source, device.pool) }
            waitingCount[stage] += 1
            return
        }
        var top = waitingCount[stage] - 1
        for (target, source) in zip(kept(sums, stage, top), sums) { target.add(source, device.pool, device.kernels) }
        for _ in 1..<merges {
            for (target, source) in zip(kept(sums, stage, top - 1), kept(sums, stage, top)) {
                target.add(source, device.pool, device.kernels)
            }
            top -= 1
        }
        waitingCount[stage] = top + 1
    }

    /// The tensors of a waiting subtree, in the shapes that `sums` has.
    private func kept(_ sums: [ShardSum], _ stage: Int, _ level: Int) -> [ShardSum] {
        var base = waiting[stage][level].base.assumingMemoryBound(to: Float.self)
        return sums.map { sum in
            defer { base += Self.padded(sum.count) }
            return sum.placed(at: base)
        }
    }

    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    /// A shard has about its part of the batch.
    func additionalMemory(_ sizes: [String: Int]) -> Int? {
        var part = sizes.mapValues { min($0, $0 / bound.device.shards + $0 / (4 * bound.device.shards) + 1) }
        part[Schedule.batchTokens.symbol ?? ""] = sizes["tokens"] ?? 0
        let gradients = graph.parameters.reduce(0) { $0 + $1.value.type.count(in: [:]) }
        return bound.memory(part) + 4 * gradients * owned.count.trailingZeroBitCount
    }
}
