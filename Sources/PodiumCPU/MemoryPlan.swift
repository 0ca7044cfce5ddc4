import PodiumGraph

/// The place of every tensor of a schedule in the arena, for one batch's sizes.
///
/// Tensors whose lifetimes do not overlap share memory. Tensors are placed by decreasing size, each at the lowest offset
/// that is free throughout its lifetime.
struct MemoryPlan {
    /// Offset of each slot, in elements of four bytes.
    let offsets: [Int]
    /// Offset of each step's scratch memory, and its parts.
    let scratch: [(offset: Int, shared: Int, perWorker: Int)]
    /// Elements that the arena must have.
    let total: Int

    init(_ schedule: Schedule, bindings: [String: Int], threads: Int) {
        var blocks = schedule.slots.map { slot in
            let columns = slot.type.shape.last.map { $0.size(in: bindings) } ?? 1
            let count = slot.type.count(in: bindings) / max(1, columns) * (columns + slot.padding)
            return (
                first: slot.first, last: slot.last, size: MemoryPlan.padded(slot.isBFloat16 ? (count + 1) / 2 : count)
            )
        }
        let needs = schedule.steps.map { step in
            let inputs = step.inputs.map { $0.type.dimensions(in: bindings) }
            let outputs = step.outputs.map { $0?.type.dimensions(in: bindings) ?? [] }
            return step.operation.scratch(inputs, outputs)
        }
        for (index, need) in needs.enumerated() {
            let size = MemoryPlan.padded(need.shared) + threads * MemoryPlan.padded(need.perWorker)
            blocks.append((first: index, last: index, size: size))
        }
        let placed = MemoryPlan.place(blocks)
        offsets = Array(placed.offsets.prefix(schedule.slots.count))
        let scratchOffsets = placed.offsets.dropFirst(schedule.slots.count)
        scratch = zip(scratchOffsets, needs).map { offset, need in
            (offset, MemoryPlan.padded(need.shared), MemoryPlan.padded(need.perWorker))
        }
        total = placed.total
    }

    /// Whole cache lines.
    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    private static func place(_ blocks: [(first: Int, last: Int, size: Int)]) -> (offsets: [Int], total: Int) {
        var offsets = Array(repeating: 0, count: blocks.count)
        var placed: [Int] = []
        var total = 0
        for index in blocks.indices.sorted(by: { (-blocks[$0].size, $0) < (-blocks[$1].size, $1) }) {
            let block = blocks[index]
            var offset = 0
            for other in placed where blocks[other].first <= block.last && block.first <= blocks[other].last {
                if offset + block.size <= offsets[other] { break }
                offset = max(offset, offsets[other] + blocks[other].size)
            }
            offsets[index] = offset
            let position = placed.firstIndex { offsets[$0] > offset } ?? placed.count
            if block.size > 0 { placed.insert(index, at: position) }
            total = max(total, offset + block.size)
        }
        return (offsets, total)
    }
}
