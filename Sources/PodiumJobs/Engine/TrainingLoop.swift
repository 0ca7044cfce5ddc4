import Foundation
package import PodiumBERT
package import PodiumCore
import PodiumGraph

/// Steps until the end, with measurements, checkpoints, and a stop when asked to.
package struct TrainingLoop {
    let context: JobContext
    let trainer: Trainer
    let training: Optimization
    /// Steps in all; nil when time or operations decide.
    let totalSteps: Int?
    /// How many examples there are to train on.
    let trainExamples: Int
    /// What a message calls examples of these numbers.
    let names: ([Int32]) -> [String]
    /// What the training is made from.
    let origin: TrainingOrigin
    /// Writes the model as it is into a folder.
    let writeModel: Snapshots.Write
    /// Looks at the development set on the way; nil where nobody asked for it.
    let monitor: DevelopmentMonitor?
    /// What is measured on the way; nil for nothing but the steps themselves.
    package var measurement: PeriodicMeasurement?

    package init(
        context: JobContext,
        trainer: Trainer,
        training: Optimization,
        totalSteps: Int?,
        trainExamples: Int,
        names: @escaping ([Int32]) -> [String],
        origin: TrainingOrigin,
        writeModel: @escaping Snapshots.Write,
        monitor: DevelopmentMonitor? = nil
    ) {
        self.context = context
        self.trainer = trainer
        self.training = training
        self.totalSteps = totalSteps
        self.trainExamples = trainExamples
        self.names = names
        self.origin = origin
        self.writeModel = writeModel
        self.monitor = monitor
    }

    /// What the training came to.
    package struct Summary {
        package var steps: Int
        /// Of training alone, over all attempts.
        package var seconds: Double
        package var examplesPerSecond: Double
        package var tokensPerSecond: Double
        /// What was measured after the last step; nil where nothing was.
        package var measured: [String: Double]?
    }

    /// Seconds between measurements sent, at least.
    private static let reportInterval = 0.1
    /// Seconds between checkpoints where the run does not say how many steps.
    private static let checkpointInterval = 30.0

    /// Work done in a stretch of time.
    private struct Tally {
        var steps = 0
        var examples = 0
        var tokens = 0
        var seconds = 0.0

        mutating func add(_ parts: [PackedBatch], _ time: Double) {
            steps += 1
            examples += parts.reduce(0) { $0 + $1.sequences }
            tokens += parts.reduce(0) { $0 + $1.tokens }
            seconds += time
        }

        var examplesPerSecond: Double { seconds > 0 ? Double(examples) / seconds : 0 }
        var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }
    }

    /// Trains to the end.
    ///
    /// - Parameter batch: the examples of a step counted from 0.
    package func run(batch: @escaping (Int) throws -> PackedBatch) throws -> Summary {
        try run(StepwiseBatches { [try batch($0)] })
    }

    /// Trains to the end on batches that come in parts.
    ///
    /// - Parameter parts: the parts of the batch of a step counted from 0.
    package func run(parts: @escaping (Int) throws -> [PackedBatch]) throws -> Summary {
        try run(StepwiseBatches(body: parts))
    }

    /// Trains to the end on what a source gives.
    package func run(_ source: some BatchSource) throws -> Summary {
        var checkpoints = Checkpoints(context: context, origin: origin, keep: training.keepCheckpoints ?? 2)
        var source = source
        do {
            return try run(&checkpoints, &source)
        } catch let divergence as Divergence {
            throw JobError(.diverged, describe(divergence, checkpoints))
        }
    }

    private func describe(_ divergence: Divergence, _ checkpoints: Checkpoints) -> String {
        let shown = 20
        let examples = names(Array(divergence.examples.prefix(shown))).joined(separator: ", ")
        let more = divergence.examples.count > shown ? " and \(divergence.examples.count - shown) more" : ""
        let checkpoint =
            checkpoints.last.map { "the last good checkpoint is of step \($0.step): \($0.path)" }
            ?? "no checkpoint was saved before"
        return "\(divergence); the batch was \(examples)\(more); \(checkpoint)"
    }

    /// The share of the training that is done; nil where nothing says how long it is.
    private func shareDone(after seconds: Double) -> Double? {
        switch training.length {
        case .seconds(let limit): min(1, seconds / limit)
        case .flops(let limit): min(1, trainer.flops / limit)
        case .steps, .epochs: totalSteps.map { Double(trainer.step) / Double(max(1, $0)) }
        }
    }

    private func run(_ checkpoints: inout Checkpoints, _ source: inout some BatchSource) throws -> Summary {
        let earlier = try checkpoints.resume(trainer, totalSteps: totalSteps)
        if trainer.step > 0 { try source.restore(checkpoints.facts) }
        try monitor?.restore(checkpoints.facts)
        var snapshots = Snapshots(context: context, write: writeModel)
        context.say(
            .started(
                totalSteps: totalSteps ?? 0,
                trainExamples: trainExamples,
                resumedFromStep: trainer.step > 0 ? trainer.step : nil
            )
        )
        var measurement = measurement
        var lastMeasured: (step: Int, values: [String: Double])?
        let schedule = LearningRateSchedule(training)
        var all = Tally()
        var recent = Tally()
        var lastReport = -Double.infinity
        var saved = (step: trainer.step, time: clock())
        func extra() throws -> [String: String] {
            (try monitor?.metadata() ?? [:]).merging(source.state) { $1 }
        }
        snapshots.skip(step: trainer.step, share: shareDone(after: earlier))
        if trainer.step > 0 { measurement?.skip(to: shareDone(after: earlier) ?? 0) }
        while true {
            // The first rank's clock and orders count for all, or they would part.
            let now = try context.ranks.ofFirst([earlier + all.seconds, context.shouldStop() ? 1 : 0])
            let spent = now[0]
            let share = shareDone(after: spent) ?? 0
            if trainer.step >= totalSteps ?? Int.max || share >= 1 { break }
            if now[1] != 0 {
                _ = try trainer.finish()
                if trainer.step > saved.step {
                    try checkpoints.save(
                        trainer,
                        seconds: spent,
                        share: shareDone(after: spent),
                        extra: try extra()
                    )
                }
                throw JobStopped()
            }
            let began = clock()
            let parts = try source.parts(step: trainer.step, share: share)
            let rate =
                totalSteps.map { schedule.rate(step: trainer.step, of: $0) } ?? schedule.rate(share: share)
            // Of the step before, where the device is still at work on this one.
            var measured = try trainer.advance(parts: parts, learningRate: rate)
            let isLast = trainer.step == totalSteps
            let times = try context.ranks.ofFirst([clock() - saved.time, clock() - began])
            let isDue =
                training.checkpointEverySteps.map { trainer.step % $0 == 0 } ?? (times[0] >= Self.checkpointInterval)
            let shareNow = shareDone(after: spent + times[1])
            let isWanted = !isLast && snapshots.isDue(step: trainer.step, share: shareNow)
            let isLooked = monitor?.isDue(step: trainer.step) ?? false
            let isMeasured = measurement?.isDue(shareNow ?? 0) ?? false
            if isLast || isDue || isWanted || isLooked || isMeasured { measured = try trainer.finish() ?? measured }
            let ended = clock()
            all.add(parts, ended - began)
            recent.add(parts, ended - began)
            var more: [String: Double] = [:]
            if isMeasured {
                more = try measurement?.measure() ?? [:]
                measurement?.skip(to: shareNow ?? 0)
                lastMeasured = (trainer.step, more)
            }
            if let measured, ended - lastReport >= Self.reportInterval || isLast || isMeasured {
                lastReport = ended
                context.say(.progress(progress(measured, recent: recent, all: all, earlier: earlier, more: more)))
                recent = Tally()
            }
            // Before the checkpoint, so that whoever goes on from that has it.
            if isWanted { try snapshots.take(step: trainer.step, share: shareDone(after: earlier + all.seconds)) }
            if isLooked, try monitor?.look(step: trainer.step, share: shareDone(after: earlier + all.seconds)) == true {
                break
            }
            if isDue && !isLast {
                let seconds = earlier + all.seconds
                try checkpoints.save(
                    trainer,
                    seconds: seconds,
                    share: shareDone(after: seconds),
                    extra: try extra()
                )
                saved = (trainer.step, clock())
            }
        }
        // A limit in time leaves a step under way.
        let began = clock()
        let last = try trainer.finish()
        all.seconds += clock() - began
        if let last { context.say(.progress(progress(last, recent: recent, all: all, earlier: earlier))) }
        _ = try monitor?.look(step: trainer.step, share: shareDone(after: earlier + all.seconds))
        return Summary(
            steps: trainer.step,
            seconds: earlier + all.seconds,
            examplesPerSecond: all.examplesPerSecond,
            tokensPerSecond: all.tokensPerSecond,
            measured: lastMeasured.flatMap { $0.step == trainer.step ? $0.values : nil }
        )
    }

    private func progress(
        _ measured: Trainer.Measurement,
        recent: Tally,
        all: Tally,
        earlier: Double,
        more: [String: Double] = [:]
    ) -> TrainingProgress {
        let spent = earlier + all.seconds
        let perStep = all.seconds / Double(max(1, all.steps))
        let stepsLeft = totalSteps.map { Double($0 - trainer.step) }
        let timeLeft =
            training.maxSeconds.map { max(0, $0 - spent) }
            ?? training.maxFlops.map { max(0, $0 / max(1, trainer.flops) - 1) * spent }
        let left = [stepsLeft.map { $0 * perStep }, timeLeft].compactMap(\.self).min() ?? 0
        let expected = totalSteps ?? (trainer.step + Int(perStep > 0 ? left / perStep : 0))
        var extra = measured.extra.merging(more) { $1 }
        extra["gradient_norm"] = measured.gradientNorm
        return TrainingProgress(
            step: measured.step,
            totalSteps: expected,
            loss: measured.loss,
            learningRate: measured.learningRate,
            examplesPerSecond: recent.examplesPerSecond,
            tokensPerSecond: recent.tokensPerSecond,
            remainingSeconds: left,
            extra: extra
        )
    }

    private func clock() -> Double {
        Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
    }
}
