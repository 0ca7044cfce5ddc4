internal import CKernels
import Foundation
import PodiumGraph

/// Elements of one task of an element-wise kernel.
private let chunk = 1 << 16

/// One range of one tensor of many.
private struct Chunks {
    private(set) var items: [(tensor: Int, range: Range<Int>)] = []

    init(_ counts: [Int]) {
        for (tensor, count) in counts.enumerated() {
            for first in stride(from: 0, to: count, by: chunk) {
                items.append((tensor, first..<min(count, first + chunk)))
            }
        }
    }
}

extension GlobalNorm: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let chunks = Chunks(step.inputs.map(\.count)).items
        let (inputs, kernels) = (step.inputs, step.kernels)
        var partials = Array(repeating: 0.0, count: chunks.count)
        partials.withUnsafeMutableBufferPointer { partials in
            let partials = partials
            step.pool.run(chunks.count) { index, _ in
                let (tensor, range) = chunks[index]
                partials[index] = kernels.sum_of_squares(inputs[tensor].floats + range.lowerBound, range.count)
            }
        }
        step.output(0).floats[0] = Float(partials.reduce(0, +).squareRoot())
    }
}

extension AdamW: CPUOperation {
    var inPlace: [(output: Int, input: Int)] {
        decays.indices.flatMap { parameter in
            (0..<3).map { (output: 3 * parameter + $0, input: firstParameter + 4 * parameter + $0) }
        }
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) { run(step, rowNumbers: [:]) }

    /// - Parameter rowNumbers: for each parameter with a sparse gradient, the input that holds its row numbers.
    func run(_ step: borrowing KernelStep, rowNumbers: [Int: Int]) {
        let inputs = step.inputs
        let outputs = decays.indices.map { parameter in (0..<3).map { step.output(3 * parameter + $0) } }
        var shared = pk_adam()
        shared.learning_rate = inputs[0].floats[0]
        (shared.beta1, shared.beta2, shared.epsilon) = (options.beta1, options.beta2, options.epsilon)
        shared.scale = scalesGradients ? inputs[1].floats[0] : 1
        (shared.correction1, shared.correction2) = (1, 1)
        if options.correctsBias {
            let time = Double(inputs[firstParameter - 1].integers[0]) + 1
            shared.correction1 = Float(1 - pow(Double(options.beta1), time))
            shared.correction2 = Float(1 - pow(Double(options.beta2), time))
        }
        let chunks = Chunks(outputs.map { $0[0].count }).items
        let (kernels, first, constants) = (step.kernels, firstParameter, shared)
        step.pool.run(chunks.count) { index, _ in
            let (parameter, range) = chunks[index]
            var constants = constants
            constants.decay = decays[parameter] ? options.weightDecay : 0
            constants.learning_rate *= rates[parameter]
            let group = first + 4 * parameter
            let pointers = (0..<3).map { part in
                let (source, target) = (inputs[group + part].floats, outputs[parameter][part].floats)
                if source != target {
                    (target + range.lowerBound).update(from: source + range.lowerBound, count: range.count)
                }
                return target + range.lowerBound
            }
            guard let numbers = rowNumbers[parameter] else {
                let gradient = inputs[group + 3].floats + range.lowerBound
                kernels.adam(pointers[0], pointers[1], pointers[2], gradient, range.count, &constants)
                return
            }
            let gradient = SparseRows(rows: inputs[group + 3], numbers: inputs[numbers].integers)
            gradient.forEachStretch(of: range) { stretch, values in
                let offset = stretch.lowerBound - range.lowerBound
                let (p, m, v) = (pointers[0] + offset, pointers[1] + offset, pointers[2] + offset)
                kernels.adam(p, m, v, values, stretch.count, &constants)
            }
        }
    }
}

extension Add: CPUOperation {
    var inPlace: [(output: Int, input: Int)] { [(output: 0, input: 0), (output: 0, input: 1)] }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (left, right, output, kernels) = (step.inputs[0], step.inputs[1], step.output(0), step.kernels)
        step.pool.run(ranges: output.count, of: chunk) { range, _, _ in
            let first = range.lowerBound
            kernels.add(output.floats + first, left.floats + first, right.floats + first, range.count)
        }
    }
}

extension Scale: CPUOperation {
    var inPlace: [(output: Int, input: Int)] { [(output: 0, input: 0)] }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (input, output, kernels, factor) = (step.inputs[0], step.output(0), step.kernels, factor)
        step.pool.run(ranges: output.count, of: chunk) { range, _, _ in
            kernels.scale(output.floats + range.lowerBound, input.floats + range.lowerBound, factor, range.count)
        }
    }
}

extension RematerializationBarrier: CPUOperation {
    var inPlace: [(output: Int, input: Int)] { [(output: 0, input: 0)] }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (input, output) = (step.inputs[0], step.output(0))
        guard output.base != input.base else { return }
        step.pool.run(ranges: output.count, of: chunk) { range, _, _ in
            (output.floats + range.lowerBound).update(from: input.floats + range.lowerBound, count: range.count)
        }
    }
}

extension Constant: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) { step.output(0).floats[0] = value }
}
