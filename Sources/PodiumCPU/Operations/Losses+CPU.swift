internal import CKernels
import Foundation
import PodiumGraph

extension SoftmaxCrossEntropy: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<3 }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (logits, labels) = (step.inputs[0], step.inputs[1].integers)
        let (rows, classes, kernels) = (logits.rows, logits.columns, step.kernels)
        let weights = average == .weighted ? step.inputs[2].floats : nil
        for row in 0..<rows where labels[row] >= classes {
            throw GraphError(.value, "label \(labels[row]) at row \(row) is not below \(classes)")
        }
        let logSumExp = step.scratch
        step.pool.run(rows) { row, _ in
            logSumExp[row] = kernels.log_sum_exp(logits.floats + row * classes, classes)
        }
        func weight(_ row: Int) -> Double { labels[row] < 0 ? 0 : weights.map { Double($0[row]) } ?? 1 }
        let denominator = Double(step.inputs[denominatorIndex].floats[0])
        let total = denominator + (average == .weighted ? Self.weightEpsilon : 0)
        var loss = 0.0
        for row in 0..<rows {
            let share = weight(row) == 0 ? 0 : weight(row) / total
            if share != 0 {
                loss += share * (Double(logSumExp[row]) - Double(logits.floats[row * classes + Int(labels[row])]))
            }
            step.outputs[1]?.floats[row] = logSumExp[row]
            step.outputs[2]?.floats[row] = Float(share)
        }
        step.output(0).floats[0] = Float(loss)
    }

    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) { (inputs[0][0], 0) }
}

extension SoftmaxCrossEntropyGradient: CPUOperation {
    var inPlace: [(output: Int, input: Int)] { [(output: 0, input: 1)] }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (loss, logits, labels) = (step.inputs[0].floats[0], step.inputs[1], step.inputs[2].integers)
        let (logSumExp, shares, output) = (step.inputs[3].floats, step.inputs[4].floats, step.output(0))
        let (classes, kernels) = (logits.columns, step.kernels)
        step.pool.run(logits.rows) { row, _ in
            let (target, share) = (output.floats + row * classes, shares[row] * loss)
            kernels.scaled_softmax(target, logits.floats + row * classes, logSumExp[row], share, classes)
            if labels[row] >= 0 { target[Int(labels[row])] -= share }
        }
    }
}

extension SpanCrossEntropy: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<3 }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (logits, offsets) = (step.inputs[0].floats, step.inputs[1].integers)
        let sequences = step.inputs[1].count - 1
        var loss = 0.0
        for side in 0..<2 {
            let targets = (0..<sequences).map { sequence -> Int? in
                let position = Int(step.inputs[2 + side].integers[sequence])
                if position >= 0, position < offsets[sequence + 1] - offsets[sequence] { return position }
                return outside == .first ? 0 : nil
            }
            let counted = Double(step.inputs[4].floats[side])
            for sequence in 0..<sequences {
                let rows = Int(offsets[sequence])..<Int(offsets[sequence + 1])
                let top = rows.reduce(-Double.infinity) { max($0, Double(logits[2 * $1 + side])) }
                let logSumExp = top + log(rows.reduce(0) { $0 + exp(Double(logits[2 * $1 + side]) - top) })
                step.outputs[1]?.floats[2 * sequence + side] = Float(logSumExp)
                step.outputs[2]?.floats[2 * sequence + side] = targets[sequence] == nil ? 0 : Float(0.5 / counted)
                guard let target = targets[sequence] else { continue }
                loss += 0.5 / counted * (logSumExp - Double(logits[2 * (rows.lowerBound + target) + side]))
            }
        }
        step.output(0).floats[0] = Float(loss)
    }
}

extension SpanCrossEntropyGradient: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (loss, logits, offsets) = (step.inputs[0].floats[0], step.inputs[1].floats, step.inputs[2].integers)
        let (logSumExp, shares, output) = (step.inputs[5].floats, step.inputs[6].floats, step.output(0).floats)
        for side in 0..<2 {
            for sequence in 0..<step.inputs[2].count - 1 {
                let rows = Int(offsets[sequence])..<Int(offsets[sequence + 1])
                let position = Int(step.inputs[3 + side].integers[sequence])
                let target = rows.lowerBound + ((0..<rows.count).contains(position) ? position : 0)
                let share = shares[2 * sequence + side] * loss
                for row in rows {
                    let probability = exp(logits[2 * row + side] - logSumExp[2 * sequence + side])
                    output[2 * row + side] = share * (probability - (row == target ? 1 : 0))
                }
            }
        }
    }
}

extension SquaredError: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (predictions, targets) = (step.inputs[0], step.inputs[1].floats)
        let sum = (0..<predictions.count).reduce(0.0) { sum, row in
            let difference = Double(predictions.floats[row]) - Double(targets[row])
            return sum + difference * difference
        }
        step.output(0).floats[0] = Float(sum / max(1, Double(step.inputs[2].floats[0])))
    }
}

extension SquaredErrorGradient: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (loss, predictions, targets) = (step.inputs[0].floats[0], step.inputs[1], step.inputs[2].floats)
        let factor = 2 * loss / max(1, step.inputs[3].floats[0])
        for row in 0..<predictions.count {
            step.output(0).floats[row] = factor * (predictions.floats[row] - targets[row])
        }
    }
}
