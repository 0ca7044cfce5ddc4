internal import CKernels
import PodiumGraph

/// A tensor that is summed over shards, in place.
enum ShardSum {
    case dense(TensorView)
    /// Rows of a table and their numbers (`SparseRows`).
    case sparse(TensorView, TensorView)

    /// Elements of four bytes that hold it.
    var count: Int {
        switch self {
        case .dense(let view): view.count
        case .sparse(let rows, let numbers): rows.count + numbers.count
        }
    }

    /// The sum over no shard.
    func clear() {
        switch self {
        case .dense(let view): view.floats.update(repeating: 0, count: view.count)
        case .sparse(let rows, let numbers):
            rows.floats.update(repeating: 0, count: rows.count)
            numbers.integers.update(repeating: SparseRows.none, count: numbers.count)
        }
    }

    /// The same tensor in other memory.
    func placed(at base: UnsafeMutablePointer<Float>) -> ShardSum {
        func view(_ like: TensorView, _ offset: Int) -> TensorView {
            TensorView(base: UnsafeMutableRawPointer(base + offset), type: like.type, shape: like.shape)
        }
        return switch self {
        case .dense(let like): .dense(view(like, 0))
        case .sparse(let rows, let numbers): .sparse(view(rows, 0), view(numbers, rows.count))
        }
    }

    func copy(from other: ShardSum, _ pool: WorkerPool) {
        for (target, source) in zip(views, other.views) {
            pool.run(ranges: target.count, of: Self.chunk) { range, _, _ in
                (target.floats + range.lowerBound).update(from: source.floats + range.lowerBound, count: range.count)
            }
        }
    }

    /// Adds another shard's tensor of the same shape.
    func add(_ other: ShardSum, _ pool: WorkerPool, _ kernels: pk_kernels) {
        switch (self, other) {
        case (.dense(let target), .dense(let source)):
            pool.run(ranges: target.count, of: Self.chunk) { range, _, _ in
                let first = target.floats + range.lowerBound
                kernels.add(first, first, source.floats + range.lowerBound, range.count)
            }
        case (.sparse(let rows, let numbers), .sparse(let otherRows, let otherNumbers)):
            let count = Self.present(otherNumbers)
            Self.merge(rows, numbers, otherRows.floats, otherNumbers.integers, count, kernels)
        default: preconditionFailure("a sparse tensor and a dense one are not summed")
        }
    }

    func scale(by factor: Float, _ kernels: pk_kernels) {
        guard case .dense(let view) = self else { preconditionFailure("means of sparse tensors are not taken") }
        kernels.scale(view.floats, view.floats, factor, view.count)
    }

    /// Rows of a sparse tensor that hold anything.
    static func present(_ numbers: TensorView) -> Int {
        (0..<numbers.count).first { numbers.integers[$0] == SparseRows.none } ?? numbers.count
    }

    /// Adds `count` rows with ascending numbers to a sparse tensor, whose numbers stay ascending.
    ///
    /// It fills from the back, so that no row is overwritten before it is read.
    static func merge(
        _ rows: TensorView,
        _ numbers: TensorView,
        _ otherRows: UnsafePointer<Float>,
        _ otherNumbers: UnsafePointer<Int32>,
        _ count: Int,
        _ kernels: pk_kernels
    ) {
        let (width, own) = (rows.columns, present(numbers))
        let (target, known) = (rows.floats, numbers.integers)
        var (left, right, union) = (0, 0, 0)
        while left < own || right < count {
            let (a, b) = (left < own ? known[left] : .max, right < count ? otherNumbers[right] : .max)
            if a <= b { left += 1 }
            if b <= a { right += 1 }
            union += 1
        }
        precondition(union <= numbers.count, "a sparse gradient has more rows than the batch has tokens")
        (left, right) = (own - 1, count - 1)
        for place in (0..<union).reversed() {
            let (a, b) = (left >= 0 ? known[left] : -1, right >= 0 ? otherNumbers[right] : -1)
            let row = target + place * width
            if a >= b {
                if left != place { row.update(from: target + left * width, count: width) }
                if a == b {
                    kernels.add(row, row, otherRows + right * width, width)
                    right -= 1
                }
                known[place] = a
                left -= 1
            } else {
                row.update(from: otherRows + right * width, count: width)
                known[place] = b
                right -= 1
            }
        }
    }

    private static let chunk = 1 << 16

    private var views: [TensorView] {
        switch self {
        case .dense(let view): [view]
        case .sparse(let rows, let numbers): [rows, numbers]
        }
    }
}
