/// How gradients become an update of the parameters.
package struct OptimizerOptions: Hashable, Sendable {
    package var adam = AdamW.Options()
    /// Largest norm of all gradients together; nil for no clipping.
    package var clip: Float? = 1
    /// What is clipped where several replicas share a batch.
    ///
    /// `.replica` is the 2018 release's way on TPUs: it clips each replica's gradient of its own mean loss, and
    /// `CrossShardOptimizer.apply_gradients` sums what remains, without the scale that its `compute_gradients` has.
    package var clippingScope = MeanScope.batch
    /// What a layer's learning rate is of that of the layer above it.
    package var layerDecay: Float = 1

    package init() {}
}

extension Graph {
    /// Appends gradients of a loss, their sum over replicas, clipping by global norm, and an AdamW update.
    ///
    /// The graph's `meanScope` must be the options' `clippingScope` before the loss is built.
    ///
    /// - Parameters:
    ///   - loss: float32 scalar: this replica's share of the batch's loss, or its own (see `meanScope`).
    ///   - learningRate: float32 scalar.
    ///   - step: int32 scalar, counted from 0; needed to correct bias.
    ///   - decays: whether weight decay applies to a parameter of this name.
    ///   - rate: what multiplies the learning rate of a parameter of this name.
    /// - Returns: the norm of the gradients before clipping (with `.replica`, the replicas' mean), and the reduced
    ///   gradient of each parameter, in order.
    @discardableResult
    package mutating func minimize(
        _ loss: Value,
        parameters: [Variable],
        learningRate: Value,
        step: Value? = nil,
        options: OptimizerOptions = OptimizerOptions(),
        decays: (String) -> Bool,
        rate: (String) -> Float = { _ in 1 }
    ) -> (norm: Value, gradients: [Value]) {
        precondition(options.clippingScope == meanScope, "gradients are clipped in the scope that losses average over")
        let own = gradients(of: loss, withRespectTo: parameters.map(\.value))
        let (norm, reduced): (Value, [Value])
        let scale: Value?
        switch meanScope {
        case .batch:
            reduced = allReduce(own)
            norm = globalNorm(reduced)
            scale = options.clip.map { clipScale(norm, limit: $0) }
        case .replica:
            let ownNorm = globalNorm(own)
            norm = allReduce([ownNorm], .mean)[0]
            let clipped = options.clip.map { self.scale(own, by: clipScale(ownNorm, limit: $0)) } ?? own
            reduced = allReduce(clipped)
            scale = nil
        }
        adamW(
            parameters,
            gradients: reduced,
            scale: scale,
            learningRate: learningRate,
            step: step,
            options: options.adam,
            decays: decays,
            rate: rate
        )
        return (norm, reduced)
    }
}
