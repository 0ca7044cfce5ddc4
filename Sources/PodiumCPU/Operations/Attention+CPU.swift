internal import CKernels
import PodiumGraph

/// Queries whose scores are held at once.
private let queryBlock = 128

/// Pointers into q, k, v (or their gradients), fused or apart.
private struct Projections {
    let q: UnsafeMutablePointer<Float>
    let k: UnsafeMutablePointer<Float>
    let v: UnsafeMutablePointer<Float>
    let stride: Int

    init(_ tensors: ArraySlice<TensorView>, width: Int) {
        let views = Array(tensors)
        stride = views[0].columns
        if views.count == 1 {
            (q, k, v) = (views[0].floats, views[0].floats + width, views[0].floats + 2 * width)
        } else {
            (q, k, v) = (views[0].floats, views[1].floats, views[2].floats)
        }
    }
}

/// One head of one sequence: where its rows begin and how its scores are masked.
private struct HeadTask {
    let start: Int
    let length: Int
    let head: Int
    let headWidth: Int
    let shape: pk_scores

    /// - Parameters:
    ///   - task: sequence · heads + head.
    ///   - inputs: the attention's own inputs.
    init(_ task: Int, _ operation: Attention, _ inputs: ArraySlice<TensorView>, headWidth: Int) {
        let views = Array(inputs[(inputs.startIndex + operation.projections)...])
        let sequence = task / operation.heads
        head = task % operation.heads
        start = Int(views[0].integers[sequence])
        length = Int(views[0].integers[sequence + 1]) - start
        self.headWidth = headWidth
        var shape = pk_scores()
        shape.keys = length
        shape.causal = operation.mask == .causal
        shape.head = UInt32(head)
        if let dropout = operation.dropout {
            shape.drops = true
            shape.threshold = dropout.threshold
            shape.keep_scale = dropout.scale
            shape.site = dropout.site
            shape.seed = UInt32(bitPattern: views[1].integers[0])
            shape.step = UInt32(bitPattern: views[2].integers[0])
            shape.example = UInt32(bitPattern: views[3].integers[sequence])
        }
        self.shape = shape
    }

    /// The masking of a block of queries.
    func shape(of block: Range<Int>) -> pk_scores {
        var shape = shape
        shape.first = block.lowerBound
        shape.queries = block.count
        return shape
    }

    func matrix(_ base: UnsafePointer<Float>, _ stride: Int, row: Int = 0, isTransposed: Bool = false)
        -> Products.Matrix
    {
        let corner = base + (start + row) * stride + head * headWidth
        return Products.Matrix(base: corner, stride: stride, isTransposed: isTransposed)
    }

    func forEachBlock(_ body: (Range<Int>) -> Void) {
        for first in stride(from: 0, to: length, by: queryBlock) { body(first..<min(length, first + queryBlock)) }
    }
}

extension Attention: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<2 }

    /// A block of scores: no sequence is longer than all tokens.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        (0, min(queryBlock, inputs[0][0]) * inputs[0][0])
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (output, logSumExp) = (step.output(0), step.outputs[1])
        let (width, inputs) = (output.columns, step.inputs)
        let headWidth = width / heads
        let qkv = Projections(inputs[0..<projections], width: width)
        let (kernels, products, base) = (step.kernels, step.products, step.scratch + step.sharedScratch)
        let (perWorker, scale) = (step.workerScratch, 1 / Float(headWidth).squareRoot())
        let sequences = inputs[projections].count - 1
        step.pool.run(sequences * heads) { number, worker in
            let task = HeadTask(number, self, inputs[...], headWidth: headWidth)
            let scores = base + worker * perWorker
            task.forEachBlock { block in
                products.multiply(
                    task.matrix(qkv.q, qkv.stride, row: block.lowerBound),
                    task.matrix(qkv.k, qkv.stride, isTransposed: true),
                    into: scores,
                    stride: task.length,
                    m: block.count,
                    n: task.length,
                    k: headWidth,
                    factor: scale
                )
                var shape = task.shape(of: block)
                let row = task.start + block.lowerBound
                let lse = logSumExp.map { $0.floats + row * heads + task.head }
                kernels.softmax(scores, lse, heads, &shape)
                products.multiply(
                    Products.Matrix(base: scores, stride: task.length),
                    task.matrix(qkv.v, qkv.stride),
                    into: output.floats + row * width + task.head * headWidth,
                    stride: width,
                    m: block.count,
                    n: headWidth,
                    k: task.length
                )
            }
        }
    }
}

extension AttentionGradient: CPUOperation {
    /// A block of scores and the gradient of one.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        (0, 2 * min(queryBlock, inputs[0][0]) * inputs[0][0])
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (gradient, output, logSumExp) = (step.inputs[0], step.inputs[1].floats, step.inputs[2].floats)
        let (width, heads, forward) = (gradient.columns, forward.heads, forward)
        let inputs = step.inputs[3...]
        let headWidth = width / heads
        let qkv = Projections(inputs.prefix(forward.projections), width: width)
        let results = (0..<forward.projections).map { step.output($0) }
        let gradients = Projections(results[...], width: width)
        let (kernels, products, base) = (step.kernels, step.products, step.scratch + step.sharedScratch)
        let (perWorker, scale) = (step.workerScratch, 1 / Float(headWidth).squareRoot())
        let sequences = step.inputs[3 + forward.projections].count - 1
        step.pool.run(sequences * heads) { number, worker in
            let task = HeadTask(number, forward, inputs, headWidth: headWidth)
            let scores = base + worker * perWorker
            let upstream = scores + perWorker / 2
            let arriving = UnsafePointer(gradient.floats)
            task.forEachBlock { block in
                let (first, count, length) = (block.lowerBound, block.count, task.length)
                products.multiply(
                    task.matrix(qkv.q, qkv.stride, row: first),
                    task.matrix(qkv.k, qkv.stride, isTransposed: true),
                    into: scores,
                    stride: length,
                    m: count,
                    n: length,
                    k: headWidth,
                    factor: scale
                )
                products.multiply(
                    task.matrix(arriving, width, row: first),
                    task.matrix(qkv.v, qkv.stride, isTransposed: true),
                    into: upstream,
                    stride: length,
                    m: count,
                    n: length,
                    k: headWidth
                )
                var shape = task.shape(of: block)
                let (row, column) = (task.start + first, task.head * headWidth)
                kernels.softmax_backward(
                    scores,
                    upstream,
                    logSumExp + row * heads + task.head,
                    heads,
                    arriving + row * width + column,
                    output + row * width + column,
                    width,
                    headWidth,
                    scale,
                    &shape
                )
                let corner = task.start * gradients.stride + column
                products.multiply(
                    Products.Matrix(base: scores, stride: length, isTransposed: true),
                    task.matrix(arriving, width, row: first),
                    into: gradients.v + corner,
                    stride: gradients.stride,
                    m: length,
                    n: headWidth,
                    k: count,
                    adds: first > 0
                )
                products.multiply(
                    Products.Matrix(base: upstream, stride: length, isTransposed: true),
                    task.matrix(qkv.q, qkv.stride, row: first),
                    into: gradients.k + corner,
                    stride: gradients.stride,
                    m: length,
                    n: headWidth,
                    k: count,
                    adds: first > 0
                )
                products.multiply(
                    Products.Matrix(base: upstream, stride: length),
                    task.matrix(qkv.k, qkv.stride),
                    into: gradients.q + corner + first * gradients.stride,
                    stride: gradients.stride,
                    m: count,
                    n: headWidth,
                    k: length
                )
            }
        }
    }
}
