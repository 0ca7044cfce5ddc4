internal import CKernels
import PodiumGraph

extension Attention: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<2 }

    /// Room for a sequence that has all tokens.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        (0, scratch(tokens: inputs[0][0], width: outputs[0][1]))
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (output, logSumExp) = (step.output(0), step.outputs[1])
        let tasks = AttentionTasks(self, step.inputs[...], width: output.columns)
        let (kernels, base, perWorker) = (step.kernels, step.scratch(of: 0), step.workerScratch)
        tasks.run(on: step.pool) { attention, range, worker in
            kernels.attention_forward(
                output.floats,
                logSumExp?.floats,
                base + worker * perWorker,
                attention,
                range.lowerBound,
                range.upperBound
            )
        }
    }

    /// Elements that a worker needs.
    fileprivate func scratch(tokens: Int, width: Int) -> Int {
        (2 * (width / heads) + 2 * Int(PK_QUERIES)) * ((tokens + 15) / 16 * 16)
    }
}

extension AttentionGradient: CPUOperation {
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        (0, forward.scratch(tokens: inputs[3][0], width: inputs[0][1]))
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (gradient, output, logSumExp) = (step.inputs[0], step.inputs[1].floats, step.inputs[2].floats)
        let tasks = AttentionTasks(forward, step.inputs[3...], width: gradient.columns)
        let results = Projections((0..<forward.projections).map { step.output($0) }, width: gradient.columns)
        let (kernels, base, perWorker) = (step.kernels, step.scratch(of: 0), step.workerScratch)
        tasks.run(on: step.pool) { attention, range, worker in
            kernels.attention_backward(
                results.q,
                results.k,
                results.v,
                results.stride,
                gradient.floats,
                output,
                logSumExp,
                base + worker * perWorker,
                attention,
                range.lowerBound,
                range.upperBound
            )
        }
    }
}

/// Pointers into q, k, v (or their gradients), fused or apart.
private struct Projections {
    let q: UnsafeMutablePointer<Float>
    let k: UnsafeMutablePointer<Float>
    let v: UnsafeMutablePointer<Float>
    let stride: Int

    init(_ tensors: [TensorView], width: Int) {
        stride = tensors[0].columns
        if tensors.count == 1 {
            (q, k, v) = (tensors[0].floats, tensors[0].floats + width, tensors[0].floats + 2 * width)
        } else {
            (q, k, v) = (tensors[0].floats, tensors[1].floats, tensors[2].floats)
        }
    }
}

/// Every head of every sequence, each computed by one thread.
private struct AttentionTasks {
    private let attention: pk_attention
    private let count: Int

    /// Chunks of neighbouring heads per thread: enough to share the work evenly.
    private static let chunksPerThread = 8

    /// - Parameter inputs: the attention's own.
    init(_ operation: Attention, _ inputs: ArraySlice<TensorView>, width: Int) {
        let others = Array(inputs.dropFirst(operation.projections))
        let projections = Projections(Array(inputs.prefix(operation.projections)), width: width)
        var attention = pk_attention(
            q: projections.q,
            k: projections.k,
            v: projections.v,
            stride: projections.stride,
            heads: operation.heads,
            headWidth: width / operation.heads,
            offsets: others[0].integers,
            scale: 1 / Float(width / operation.heads).squareRoot(),
            causal: operation.mask == .causal
        )
        if let dropout = operation.dropout { attention.draw(dropout, from: others[1...]) }
        self.attention = attention
        count = (others[0].count - 1) * operation.heads
    }

    func run(on pool: WorkerPool, _ body: (UnsafePointer<pk_attention>, _ tasks: Range<Int>, _ worker: Int) -> Void) {
        let grain = max(1, min(attention.heads, count / (Self.chunksPerThread * pool.threads)))
        withUnsafePointer(to: attention) { attention in
            pool.run(ranges: count, of: grain) { range, _, worker in body(attention, range, worker) }
        }
    }
}

extension pk_attention {
    /// Without dropout.
    init(
        q: UnsafePointer<Float>,
        k: UnsafePointer<Float>,
        v: UnsafePointer<Float>,
        stride: Int,
        heads: Int,
        headWidth: Int,
        offsets: UnsafePointer<Int32>,
        scale: Float,
        causal: Bool
    ) {
        self.init(
            q: q,
            k: k,
            v: v,
            stride: stride,
            heads: heads,
            head_width: headWidth,
            offsets: offsets,
            scale: scale,
            causal: causal,
            drops: false,
            threshold: 0,
            seed: 0,
            step: 0,
            stream: 0,
            keep_scale: 1,
            examples: nil
        )
    }

    /// Sets dropout of the probabilities.
    ///
    /// - Parameter inputs: the operation's seed, step and examples.
    mutating func draw(_ dropout: Dropout, from inputs: ArraySlice<TensorView>) {
        let inputs = Array(inputs)
        drops = true
        threshold = dropout.threshold
        keep_scale = dropout.scale
        stream = dropout.stream
        seed = UInt32(bitPattern: inputs[0].integers[0])
        step = UInt32(bitPattern: inputs[1].integers[0])
        examples = UnsafePointer(inputs[2].integers)
    }
}
