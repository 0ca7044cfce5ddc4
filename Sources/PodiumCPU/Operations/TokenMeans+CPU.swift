internal import CKernels
import PodiumGraph

extension SequenceMean: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (x, offsets, output) = (step.inputs[0], step.inputs[1].integers, step.output(0))
        let (kernels, width) = (step.kernels, x.columns)
        step.pool.run(output.rows) { sequence, _ in
            let tokens = Int(offsets[sequence])..<Int(offsets[sequence + 1])
            let target = output.floats + sequence * width
            target.update(from: x.floats + tokens.lowerBound * width, count: width)
            for token in tokens.dropFirst() { kernels.add(target, target, x.floats + token * width, width) }
            kernels.scale(target, target, 1 / Float(tokens.count), width)
        }
    }
}

extension SequenceMeanGradient: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (gradient, offsets, output) = (step.inputs[0], step.inputs[1].integers, step.output(0))
        let (kernels, width) = (step.kernels, gradient.columns)
        step.pool.run(gradient.rows) { sequence, _ in
            let tokens = Int(offsets[sequence])..<Int(offsets[sequence + 1])
            for token in tokens {
                let source = gradient.floats + sequence * width
                kernels.scale(output.floats + token * width, source, 1 / Float(tokens.count), width)
            }
        }
    }
}

extension WindowMean: CPUOperation {
    /// Per worker: a scaled row.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) { (0, outputs[0][1]) }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (x, offsets, output) = (step.inputs[0], step.inputs[1].integers, step.output(0))
        let (kernels, width, base, perWorker) = (step.kernels, x.columns, step.scratch(of: 0), step.workerScratch)
        step.pool.run(step.inputs[1].count - 1) { sequence, worker in
            let tokens = Int(offsets[sequence])..<Int(offsets[sequence + 1])
            let scaled = base + worker * perWorker
            for token in tokens {
                let target = output.floats + token * width
                target.update(repeating: 0, count: width)
                let window = neighbours(of: token, in: tokens)
                for neighbour in window where neighbour != token {
                    let source = x.floats + neighbour * width
                    guard isTransposed else {
                        kernels.add(target, target, source, width)
                        continue
                    }
                    let count = neighbours(of: neighbour, in: tokens).count - 1
                    kernels.scale(scaled, source, 1 / Float(count), width)
                    kernels.add(target, target, scaled, width)
                }
                if !isTransposed, window.count > 1 {
                    kernels.scale(target, target, 1 / Float(window.count - 1), width)
                }
            }
        }
    }
}
