internal import PodiumFiles
package import PodiumGraph

/// A model in training: weights and optimizer state on a device, one step at a time.
///
/// The state is weights, slots and the number of steps done. Order of examples
/// and dropout masks are functions of seed and step, so a trainer resumed from a
/// checkpoint goes on bit for bit as if it had never stopped.
package final class Trainer {
    package let encoder: Encoder
    package let head: Head
    package let seed: UInt64
    /// Steps done so far; one under way counts.
    package private(set) var step: Int = 0
    private let executor: any GraphExecutor
    /// Outputs of the last step, while it is under way, and its rate.
    private var pending: PendingOutputs?
    private var pendingRate = 0.0
    /// What the last step measured, if it had to end before somebody asked.
    private var unread: Measurement?

    /// What a step measured.
    package struct Measurement: Sendable {
        /// Number of the step, counted from 1.
        package var step: Int
        package var learningRate: Double
        package var loss: Double
        /// Of all gradients together, before clipping.
        package var gradientNorm: Double
        /// Further scalars by name.
        package var extra: [String: Double]
    }

    package init(
        encoder: Encoder,
        head: Head,
        weights: Weights,
        optimizer: AdamW.Options,
        seed: UInt64,
        device: any GraphDevice,
        checkpointing: Bool = false,
        returningGradients: Bool = false
    ) throws(GraphError) {
        self.encoder = encoder
        self.head = head
        self.seed = seed
        let graph = encoder.trainingGraph(
            head,
            optimizer: optimizer,
            checkpointing: checkpointing,
            returningGradients: returningGradients
        )
        let variables = device.makeVariables()
        try weights.write(into: variables)
        executor = try device.load(graph, variables: variables)
    }

    /// Weights and slots, for evaluation graphs on the same device.
    package var variables: any VariableStore { executor.variables }

    /// One step on a batch.
    package func train(_ batch: PackedBatch, learningRate: Double) throws -> Measurement {
        let (measurement, _) = try trainReturningOutputs(batch, learningRate: learningRate)
        return measurement
    }

    package func trainReturningOutputs(
        _ batch: PackedBatch,
        learningRate: Double
    ) throws -> (Measurement, [String: HostTensor]) {
        try settle()
        unread = nil
        let outputs = try executor.run(feeds(batch, learningRate))
        let measurement = try measurement(outputs, step: step + 1, learningRate)
        step += 1
        return (measurement, outputs)
    }

    /// Starts a step on a batch.
    ///
    /// A device that works on its own gets the batch while the step before is still running, and the host prepares the next
    /// one meanwhile: then what is returned is the measurement of the step before, and an error may be that step's. `finish`
    /// returns the last. Devices that do not yield the step's own at once.
    package func advance(_ batch: PackedBatch, learningRate: Double) throws -> Measurement? {
        let outputs = try executor.submit(feeds(batch, learningRate))
        let before = try finish()
        if outputs.isDone {
            let measured = try measurement(outputs.wait(), step: step + 1, learningRate)
            step += 1
            return measured
        }
        step += 1
        pending = consume outputs
        pendingRate = learningRate
        return before
    }

    /// Waits for the step under way.
    ///
    /// - Returns: its measurement; nil if that has been returned before.
    package func finish() throws -> Measurement? {
        try settle()
        defer { unread = nil }
        return unread
    }

    /// Waits for the step under way and keeps its measurement.
    private func settle() throws {
        guard let outputs = pending.take() else { return }
        unread = try measurement(outputs.wait(), step: step, pendingRate)
    }

    private func feeds(_ batch: PackedBatch, _ learningRate: Double) -> [String: HostTensor] {
        var feeds = batch.feeds
        feeds["seed"] = HostTensor(scalar: Int32(truncatingIfNeeded: seed))
        feeds["step"] = HostTensor(scalar: Int32(truncatingIfNeeded: step))
        feeds["learningRate"] = HostTensor(scalar: Float(learningRate))
        return feeds
    }

    private func measurement(
        _ outputs: [String: HostTensor],
        step: Int,
        _ learningRate: Double
    ) throws -> Measurement {
        func scalar(_ name: String) -> Double? { outputs[name]?.floats.first.map(Double.init) }
        let measurement = Measurement(
            step: step,
            learningRate: learningRate,
            loss: scalar("loss") ?? .nan,
            gradientNorm: scalar("gradientNorm") ?? .nan,
            extra: ["maskedLoss": "mlm_loss", "nextLoss": "nsp_loss"].reduce(into: [:]) { extra, names in
                extra[names.value] = scalar(names.key)
            }
        )
        guard measurement.loss.isFinite, measurement.gradientNorm.isFinite else {
            throw BERTError(
                .diverged,
                "step \(step): the loss is \(measurement.loss) and the gradient's norm \(measurement.gradientNorm); a smaller learning rate or a longer warm-up usually helps"
            )
        }
        return measurement
    }

    // MARK: Checkpoints

    /// The trained parameters after all steps.
    package func weights() throws -> Weights {
        try settle()
        var weights = Weights()
        for parameter in executor.graph.parameters {
            weights.tensors[parameter.name] = try variables.read(parameter.name)
        }
        return weights
    }

    /// Writes weights, optimizer state and the step, atomically.
    ///
    /// - Parameter metadata: further facts to read back on resuming.
    package func save(to path: String, metadata: [String: String] = [:]) throws -> (bytes: Int64, sha256: String) {
        try settle()
        var tensors: [Safetensors.Tensor] = []
        for variable in executor.graph.variables {
            let tensor = try variables.read(variable.name)
            tensors.append(Safetensors.Tensor(name: variable.name, shape: tensor.shape, floats: tensor.floats))
        }
        let all = metadata.merging(["podium.step": "\(step)", "podium.seed": "\(seed)"]) { $1 }
        let bytes = try Safetensors.write(tensors, metadata: all, to: path)
        return (bytes, try Digest.sha256(file: path))
    }

    /// Takes over a checkpoint of the same model, head and seed.
    ///
    /// - Returns: the facts that were saved with it.
    @discardableResult
    package func resume(from path: String) throws -> [String: String] {
        let file = try Safetensors(path: path)
        guard let saved = file.metadata["podium.step"].flatMap({ Int($0) }), saved >= 0,
            file.metadata["podium.seed"] == "\(seed)"
        else {
            throw BERTError(.mismatch, "\(path): not a checkpoint of this run (seed \(seed))")
        }
        for variable in executor.graph.variables {
            let shape = variable.value.type.shape.map(\.fixed)
            guard let entry = file.tensor(named: variable.name), entry.shape == shape else {
                throw BERTError(
                    .mismatch,
                    "\(path): no tensor \(variable.name) of shape \(shape); the checkpoint is of another model or task"
                )
            }
            try variables.write(variable.name, HostTensor(try file.weights(entry), shape: shape))
        }
        step = saved
        return file.metadata
    }
}
