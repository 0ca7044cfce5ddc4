import PodiumGraph

extension Activation {
    func lowered(_ x: Tensor) -> Tensor {
        switch self {
        case .identity: x
        case .gelu: x * 0.5 * ((x * Float(0.5).squareRoot()).erf + 1)
        case .geluTanh: x * 0.5 * (Activation.inner(x).tanh + 1)
        case .tanh: x.tanh
        }
    }

    /// Derivative, from the sum before the activation, or for `tanh` from its result.
    func loweredDerivative(_ saved: Tensor) -> Tensor {
        switch self {
        case .identity: return saved.writer.constant(Float(1), saved.shape)
        case .gelu:
            let density = (saved * saved * -0.5).exp * (1 / (2 * Float.pi).squareRoot())
            return ((saved * Float(0.5).squareRoot()).erf + 1) * 0.5 + saved * density
        case .geluTanh:
            let t = Activation.inner(saved).tanh
            let slope = (saved * saved * (3 * Activation.cubic) + 1) * Activation.factor
            return (t + 1) * 0.5 + saved * 0.5 * (1 - t * t) * slope
        case .tanh: return 1 - saved * saved
        }
    }

    private static let factor = (2 / Float.pi).squareRoot()
    private static let cubic: Float = 0.044715

    private static func inner(_ x: Tensor) -> Tensor { (x + x * x * x * cubic) * factor }
}

extension Linear: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let x = step.operand(0)
        var sums = step.dot(x, step.operand(1), contracting: [(x.rank - 1, 1)])
        if hasBias { sums = sums + step.input(2) }
        let output = activation.lowered(sums)
        return activation.savesSums ? [output, sums] : [output]
    }

    func rematerialize(_ step: LoweringStep, after gradient: Tensor) -> Tensor? {
        guard activation.savesSums else { return nil }
        return activation.lowered(step.barrier(step.node.outputs[1], after: gradient).convert(.f32))
    }
}

extension ActivationGradient: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let arriving = step.block(0)
        if activation == .identity { return [arriving.columnSums] }
        let sums = arriving * activation.loweredDerivative(step.block(1))
        return [sums.columnSums, sums]
    }
}

extension Matmul: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let a = step.operand(0)
        let b = form == .firstTransposed ? step.rematerialized(1, after: a) : step.operand(1)
        let contracting =
            switch form {
            case .plain: [(a.rank - 1, 0)]
            case .secondTransposed: [(a.rank - 1, 1)]
            case .firstTransposed: (0..<a.rank - 1).map { ($0, $0) }
            }
        return [step.dot(a, b, contracting: contracting)]
    }
}
