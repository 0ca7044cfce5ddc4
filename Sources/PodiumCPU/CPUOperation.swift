internal import CKernels
import PodiumGraph

/// What the CPU adds to an operation: its kernel and the kernel's memory needs.
protocol CPUOperation: Operation {
    /// Outputs that may overwrite an input which no later step reads.
    var inPlace: [(output: Int, input: Int)] { get }

    /// Outputs that get no memory if no step reads them; the others always have memory.
    var optionalOutputs: Range<Int> { get }

    /// Inputs and outputs that may have padding between their rows.
    var paddedInputs: Range<Int> { get }
    var paddedOutputs: Range<Int> { get }

    /// Elements of scratch memory: shared by all workers, and per worker.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int)

    /// Computes the outputs. Errors are those of fed values: an index out of range.
    func run(_ step: borrowing KernelStep) throws(GraphError)
}

extension CPUOperation {
    var inPlace: [(output: Int, input: Int)] { [] }
    var optionalOutputs: Range<Int> { 0..<0 }
    var paddedInputs: Range<Int> { 0..<0 }
    var paddedOutputs: Range<Int> { 0..<0 }
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) { (0, 0) }
}

/// The operands of one node and the resources to compute it.
struct KernelStep: ~Copyable {
    let inputs: [TensorView]
    /// `nil` for an optional output that no step reads.
    let outputs: [TensorView?]
    /// Scratch shared by all workers, then each worker's own.
    let scratch: UnsafeMutablePointer<Float>
    let sharedScratch: Int
    let workerScratch: Int
    let pool: WorkerPool
    let matmul: MatmulKernel
    let kernels: pk_kernels

    /// The memory of one worker.
    func scratch(of worker: Int) -> UnsafeMutablePointer<Float> {
        scratch + sharedScratch + worker * workerScratch
    }

    /// An output that always has memory.
    func output(_ index: Int) -> TensorView {
        guard let view = outputs[index] else { preconditionFailure("output \(index) has no memory") }
        return view
    }

    /// The dropout whose inputs begin at `first`, for the C kernels; `body` gets `nil` for none.
    func withDropout(_ carried: RowDropout?, first: Int, _ body: (UnsafePointer<pk_dropout>?) -> Void) {
        guard let carried else { return body(nil) }
        var dropout = pk_dropout(
            threshold: carried.dropout.threshold,
            scale: carried.dropout.scale,
            seed: UInt32(bitPattern: inputs[first].integers[0]),
            step: UInt32(bitPattern: inputs[first + 1].integers[0]),
            stream: carried.dropout.stream,
            examples: inputs[first + 2].integers,
            positions: carried.hasPositions ? UnsafePointer(inputs[first + 3].integers) : nil
        )
        withUnsafePointer(to: &dropout) { body($0) }
    }

    /// Adds up columns of partial sums, one row per block, in the order of blocks.
    func sumPartials(
        _ partials: UnsafePointer<Float>,
        blocks: Int,
        width: Int,
        into result: UnsafeMutablePointer<Float>
    ) {
        result.update(from: partials, count: width)
        for block in 1..<max(1, blocks) { kernels.add(result, result, partials + block * width, width) }
    }
}

/// Rows of one task of a row-wise kernel.
///
/// Sums over rows add up the sums of such blocks, in order.
let rowBlock = 64

/// Number of blocks of so many rows.
func blocks(of rows: Int) -> Int { (rows + rowBlock - 1) / rowBlock }
