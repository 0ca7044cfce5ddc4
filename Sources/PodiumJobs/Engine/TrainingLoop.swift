import Foundation
package import PodiumBERT
package import PodiumCore

/// Steps until the end, with measurements, checkpoints, and a stop when asked to.
package struct TrainingLoop {
    let context: JobContext
    let trainer: Trainer
    let training: Optimization
    /// Steps in all; nil when time decides.
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
    package func run(batch: (Int) throws -> PackedBatch) throws -> Summary {
        try run { [try batch($0)] }
    }

    /// Trains to the end on batches that come in parts.
    ///
    /// - Parameter parts: the parts of the batch of a step counted from 0.
    package func run(parts: (Int) throws -> [PackedBatch]) throws -> Summary {
        var checkpoints = Checkpoints(context: context, origin: origin, keep: training.keepCheckpoints ?? 2)
        do {
            return try run(&checkpoints, parts)
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

    private func run(_ checkpoints: inout Checkpoints, _ batch: (Int) throws -> [PackedBatch]) throws -> Summary {
        let earlier = try checkpoints.resume(trainer, totalSteps: totalSteps)
        try monitor?.restore(checkpoints.facts)
        var snapshots = Snapshots(context: context, write: writeModel)
        context.say(
            .started(
                totalSteps: totalSteps ?? 0,
                trainExamples: trainExamples,
                resumedFromStep: trainer.step > 0 ? trainer.step : nil
            )
        )
        let limit = training.maxSeconds
        let schedule = LearningRateSchedule(training)
        var all = Tally()
        var recent = Tally()
        var lastReport = -Double.infinity
        var saved = (step: trainer.step, time: clock())
        func shareDone(after seconds: Double) -> Double? {
            limit.map { min(1, seconds / $0) } ?? totalSteps.map { Double(trainer.step) / Double(max(1, $0)) }
        }
        snapshots.skip(step: trainer.step, share: shareDone(after: earlier))
        while true {
            let spent = earlier + all.seconds
            let share = limit.map { spent / $0 }
            if trainer.step >= totalSteps ?? Int.max || share ?? 0 >= 1 { break }
            if context.shouldStop() {
                _ = try trainer.finish()
                if trainer.step > saved.step {
                    try checkpoints.save(
                        trainer,
                        seconds: spent,
                        share: shareDone(after: spent),
                        extra: monitor?.metadata() ?? [:]
                    )
                }
                throw JobStopped()
            }
            let began = clock()
            let parts = try batch(trainer.step)
            let rate = share.map { schedule.rate(share: $0) } ?? schedule.rate(step: trainer.step, of: totalSteps ?? 1)
            // Of the step before, where the device is still at work on this one.
            var measured = try trainer.advance(parts: parts, learningRate: rate)
            let isLast = trainer.step == totalSteps
            let isDue =
                training.checkpointEverySteps.map { trainer.step % $0 == 0 }
                ?? (clock() - saved.time >= Self.checkpointInterval)
            let isWanted =
                !isLast && snapshots.isDue(step: trainer.step, share: shareDone(after: spent + clock() - began))
            let isLooked = monitor?.isDue(step: trainer.step) ?? false
            if isLast || isDue || isWanted || isLooked { measured = try trainer.finish() ?? measured }
            let ended = clock()
            all.add(parts, ended - began)
            recent.add(parts, ended - began)
            if let measured, ended - lastReport >= Self.reportInterval || isLast {
                lastReport = ended
                context.say(.progress(progress(measured, recent: recent, all: all, earlier: earlier)))
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
                    extra: monitor?.metadata() ?? [:]
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
            tokensPerSecond: all.tokensPerSecond
        )
    }

    private func progress(
        _ measured: Trainer.Measurement,
        recent: Tally,
        all: Tally,
        earlier: Double
    ) -> TrainingProgress {
        let spent = earlier + all.seconds
        let perStep = all.seconds / Double(max(1, all.steps))
        let stepsLeft = totalSteps.map { Double($0 - trainer.step) }
        let timeLeft = training.maxSeconds.map { max(0, $0 - spent) }
        let left = [stepsLeft.map { $0 * perStep }, timeLeft].compactMap(\.self).min() ?? 0
        let expected = totalSteps ?? (trainer.step + Int(perStep > 0 ? left / perStep : 0))
        var extra = measured.extra
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
