internal import PodiumFiles
package import PodiumGraph

/// Trains a model on a device, one step at a time.
///
/// The state is the weights, the optimizer's slots and the number of steps done. The order of examples and dropout
/// masks are functions of seed and step, so a trainer that resumes from a checkpoint computes the same bits as one that
/// never stopped.
package final class Trainer {
    package let model: any SequenceModel
    package let head: Head
    package let seed: UInt64
    /// Steps done so far, including a step that is still running.
    package private(set) var step: Int = 0
    /// Floating-point operations of the matrix products of all steps so far (`FLOPCounter`).
    package private(set) var flops = 0.0
    private var counter: FLOPCounter
    private var executor: any GraphExecutor
    /// Computes the gradients of a part of a batch, where batches come in parts; then `executor` is the update alone.
    private var parts: (any GraphExecutor)?
    private let stages: [TrainingStage]
    /// The number of the stage that is loaded.
    private var stage = 0
    /// Loads a stage's graphs over given variables.
    private let load: (TrainingStage, any VariableStore) throws(GraphError) -> Loaded
    /// Outputs of the last step, while it is running, and its learning rate.
    private var pending: PendingOutputs?
    private var pendingRate = 0.0
    /// The examples of the last step's batch.
    private var pendingExamples: [Int32] = []
    /// The last step's measurement, if the step was awaited before the caller asked for it.
    private var unread: Measurement?

    /// A stage's graphs on the device.
    private struct Loaded {
        var executor: any GraphExecutor
        var parts: (any GraphExecutor)?
        var counter: FLOPCounter
    }

    /// Measurements of one step.
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

    /// - Parameter inParts: whether batches come in parts (`advance(parts:)`), whose gradients are gathered before the update;
    ///   on a single replica only.
    /// - Parameter stages: which parameters learn from which step on, ascending from step 0; ever more of them.
    package init(
        model: any SequenceModel,
        head: Head,
        weights: Weights,
        optimizer: OptimizerOptions,
        seed: UInt64,
        device: any GraphDevice,
        checkpointing: Bool = false,
        returningGradients: Bool = false,
        inParts: Bool = false,
        stages: [TrainingStage] = [.everything]
    ) throws(GraphError) {
        precondition(stages.first?.start == 0, "the first stage begins with the first step")
        self.model = model
        self.head = head
        self.seed = seed
        self.stages = stages
        var optimizer = optimizer
        // A single replica's share is the whole batch.
        if device.replicas == 1 { optimizer.clippingScope = .batch }
        guard !inParts || device.replicas == 1 else {
            throw GraphError(.unsupported, "gradients are gathered over parts of a batch on one replica only")
        }
        load = { [optimizer] (stage, variables) throws(GraphError) in
            guard inParts else {
                let graph = model.trainingGraph(
                    head,
                    optimizer: optimizer,
                    checkpointing: checkpointing,
                    returningGradients: returningGradients,
                    deepest: stage.deepest
                )
                let executor = try device.load(graph, variables: variables)
                return Loaded(executor: executor, parts: nil, counter: FLOPCounter(graph))
            }
            let part = model.accumulationGraph(head, checkpointing: checkpointing, deepest: stage.deepest)
            let learning = model.learning(part.parameters, deepest: stage.deepest)
            return Loaded(
                executor: try device.load(model.updateGraph(of: learning, optimizer: optimizer), variables: variables),
                parts: try device.load(part, variables: variables),
                counter: FLOPCounter(part)
            )
        }
        let variables = device.makeVariables()
        try weights.write(into: variables)
        let first = try load(stages[0], variables)
        (executor, parts, counter) = (first.executor, first.parts, first.counter)
    }

    /// Loads the graphs of the stage that a step counted from 0 belongs to, unless they are loaded.
    private func enter(_ step: Int) throws {
        let number = TrainingStage.number(stages, at: step)
        guard number != stage else { return }
        // What runs on the graphs before reads the variables that change hands.
        try awaitPendingStep()
        let next = try load(stages[number], variables)
        (executor, parts, counter, stage) = (next.executor, next.parts, next.counter, number)
    }

    /// Weights and slots, for evaluation graphs on the same device.
    package var variables: any VariableStore { executor.variables }

    /// Memory in bytes that steps need beyond the parameters, which are resident: optimizer state and activations of a
    /// batch of the given sizes; nil if the device does not know.
    ///
    /// - Parameter sizes: of the graph's symbols: `tokens`, `sequences`, and those of the head.
    ///
    /// The last stage needs the most.
    package func additionalMemory(_ sizes: [String: Int]) -> Int? {
        let last = stage == stages.count - 1 ? nil : try? load(stages[stages.count - 1], variables)
        let (executor, parts) = (last?.executor ?? executor, last.map(\.parts) ?? parts)
        guard let parts else { return executor.additionalMemory(sizes) }
        return parts.additionalMemory(sizes).flatMap { part in executor.additionalMemory([:]).map { part + $0 } }
    }

    /// One step on a batch.
    package func train(_ batch: PackedBatch, learningRate: Double) throws -> Measurement {
        let (measurement, _) = try trainReturningOutputs(batch, learningRate: learningRate)
        return measurement
    }

    package func trainReturningOutputs(
        _ batch: PackedBatch,
        learningRate: Double
    ) throws -> (Measurement, [String: HostTensor]) {
        try awaitPendingStep()
        unread = nil
        try enter(step)
        let feeds = feeds(batch, learningRate)
        let outputs = try executor.run(feeds)
        flops += try counter.count(feeds)
        let measurement = try measurement(outputs, step: step + 1, learningRate, batch.examples)
        step += 1
        return (measurement, outputs)
    }

    /// Starts a step on a batch.
    ///
    /// An asynchronous device receives the batch while the previous step is still running, and the host meanwhile
    /// prepares the next batch; the result, or a thrown error, is then the previous step's, and `finish` returns the last
    /// step's. A synchronous device returns this step's measurement.
    package func advance(_ batch: PackedBatch, learningRate: Double) throws -> Measurement? {
        try enter(step)
        let feeds = feeds(batch, learningRate)
        let outputs = try executor.submit(feeds)
        flops += try counter.count(feeds)
        let before = try finish()
        if outputs.isDone {
            let measured = try measurement(outputs.wait(), step: step + 1, learningRate, batch.examples)
            step += 1
            return measured
        }
        step += 1
        pending = consume outputs
        pendingRate = learningRate
        pendingExamples = batch.examples
        return before
    }

    /// One step on a batch that comes in parts: its loss and update are the whole batch's but for the order of sums.
    ///
    /// Parts count by their sequences, as the losses of tasks do. Without `inParts` there is one part.
    package func advance(parts batches: [PackedBatch], learningRate: Double) throws -> Measurement? {
        try enter(step)
        guard let parts else {
            precondition(batches.count == 1, "the trainer was not made for parts")
            return try advance(batches[0], learningRate: learningRate)
        }
        let sequences = Float(batches.reduce(0) { $0 + $1.sequences })
        var loss = 0.0
        for (number, batch) in batches.enumerated() {
            let share = Float(batch.sequences) / sequences
            var feeds = feeds(batch, learningRate)
            feeds["learningRate"] = nil
            feeds["share"] = HostTensor(scalar: share)
            feeds["keep"] = HostTensor(scalar: number == 0 ? Float(0) : 1)
            loss += Double(share) * Double(try parts.run(feeds)["loss"]?.floats.first ?? .nan)
            flops += try counter.count(feeds)
        }
        var feeds = ["learningRate": HostTensor(scalar: Float(learningRate))]
        if executor.graph.inputs.contains(where: { $0.name == "step" }) {
            feeds["step"] = HostTensor(scalar: Int32(truncatingIfNeeded: step))
        }
        // Before the weights change: an update by no number would spoil them.
        guard loss.isFinite else {
            throw Divergence(step: step + 1, loss: loss, gradientNorm: .nan, examples: batches.flatMap(\.examples))
        }
        var outputs = try executor.run(feeds)
        outputs["loss"] = HostTensor(scalar: Float(loss))
        let measured = try measurement(outputs, step: step + 1, learningRate, batches.flatMap(\.examples))
        step += 1
        return measured
    }

    /// Waits for the running step.
    ///
    /// - Returns: its measurement; nil if it has been returned before.
    package func finish() throws -> Measurement? {
        try awaitPendingStep()
        defer { unread = nil }
        return unread
    }

    /// Waits for the running step and stores its measurement in `unread`.
    private func awaitPendingStep() throws {
        guard let outputs = pending.take() else { return }
        unread = try measurement(outputs.wait(), step: step, pendingRate, pendingExamples)
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
        _ learningRate: Double,
        _ examples: [Int32]
    ) throws -> Measurement {
        func scalar(_ name: String) -> Double? { outputs[name]?.floats.first.map(Double.init) }
        let measurement = Measurement(
            step: step,
            learningRate: learningRate,
            loss: scalar("loss") ?? .nan,
            gradientNorm: scalar("gradientNorm") ?? .nan,
            extra: head.objectives.reduce(into: [:]) { extra, objective in
                extra["\(objective.kind.rawValue)_loss"] = scalar(HeadTensor.loss(objective.kind))
            }
        )
        guard measurement.loss.isFinite, measurement.gradientNorm.isFinite else {
            throw Divergence(
                step: step,
                loss: measurement.loss,
                gradientNorm: measurement.gradientNorm,
                examples: examples
            )
        }
        return measurement
    }

    // MARK: Checkpoints

    /// What a checkpoint holds: gathered gradients are empty between steps.
    private var savedVariables: [Graph.Variable] {
        let graphs = [executor.graph] + (parts.map { [$0.graph] } ?? [])
        var names: Set<String> = []
        return graphs.flatMap(\.variables).filter {
            !$0.name.hasPrefix(BERTEncoder.accumulatorPrefix) && names.insert($0.name).inserted
        }
    }

    /// The parameters after all steps.
    package func weights() throws -> Weights {
        try awaitPendingStep()
        var weights = Weights()
        for parameter in (parts ?? executor).graph.parameters {
            weights.tensors[parameter.name] = try variables.read(parameter.name)
        }
        return weights
    }

    private static let stepKey = "podium.step"
    private static let seedKey = "podium.seed"
    private static let flopsKey = "podium.flops"

    /// Writes weights, optimizer state, the step and the operations so far, atomically.
    ///
    /// - Parameter metadata: further facts, returned by `resume`.
    package func save(to path: String, metadata: [String: String] = [:]) throws -> (bytes: Int64, sha256: String) {
        try awaitPendingStep()
        var tensors: [Safetensors.Tensor] = []
        for variable in savedVariables {
            let tensor = try variables.read(variable.name)
            tensors.append(Safetensors.Tensor(name: variable.name, shape: tensor.shape, floats: tensor.floats))
        }
        let all = metadata.merging([Self.stepKey: "\(step)", Self.seedKey: "\(seed)", Self.flopsKey: "\(flops)"]) {
            $1
        }
        let bytes = try Safetensors.write(tensors, metadata: all, to: path)
        return (bytes, try Digest.sha256(file: path))
    }

    /// Restores a checkpoint of the same model, head and seed.
    ///
    /// - Returns: the checkpoint's metadata.
    @discardableResult
    package func resume(from path: String) throws -> [String: String] {
        let file = try Safetensors(path: path)
        guard let saved = file.metadata[Self.stepKey].flatMap({ Int($0) }), saved >= 0,
            file.metadata[Self.seedKey] == "\(seed)",
            let spent = file.metadata[Self.flopsKey].flatMap({ Double($0) }), spent >= 0
        else {
            throw BERTError(.mismatch, "\(path): not a checkpoint of this run (seed \(seed))")
        }
        // The checkpoint was written by the stage of its last step.
        try enter(max(0, saved - 1))
        for variable in savedVariables {
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
        flops = spent
        return file.metadata
    }
}
