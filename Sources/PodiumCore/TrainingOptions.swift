/// The hyper-parameters of one run, with the 2018 release's defaults.
///
/// Sources: google-research/bert `run_classifier.py`, `run_squad.py`,
/// `run_pretraining.py` and `optimization.py`.
package struct TrainingOptions: Codable, Hashable, Sendable {
    /// What products multiply; sums and weights are float32 always.
    package enum Precision: String, Codable, Hashable, Sendable, CaseIterable { case float32, bf16 }

    /// What is clipped to `clipNorm` where several devices share a batch; on one device both are the same.
    package enum Clipping: String, Codable, Hashable, Sendable, CaseIterable {
        /// The gradient of the whole batch.
        case global
        /// Each device's own, and then they are summed, as the release does on TPUs.
        case bert2018
    }

    package var epochs: Double = 3
    package var batchSize: Int = 32
    package var learningRate: Double = 5e-5
    package var warmupProportion: Double = 0.1
    /// `bert2018` or `linear`: see `LearningRateSchedule` of the engine.
    package var schedule: String = "bert2018"
    package var weightDecay: Double = 0.01
    package var adamEpsilon: Double = 1e-6
    package var biasCorrection: Bool = false
    package var clipNorm: Double = 1.0
    /// Nil for global.
    package var clipping: Clipping?
    /// Overrides the model's own dropout probabilities.
    package var dropout: Double?
    /// Nil for float32.
    package var precision: Precision?
    /// Whether gradients compute activations again instead of keeping them: less memory, about a third more work; nil
    /// for no.
    package var gradientCheckpointing: Bool?
    package var maxSequenceLength: Int = 128
    /// Ends training early; the schedule is computed on this many steps when it is set.
    package var maxSteps: Int?
    /// Ends pre-training after this many seconds of training; the schedule follows the share of time spent.
    package var maxSeconds: Double?
    /// Only the first so many training examples are used.
    package var trainExamples: Int?
    /// Only the first so many evaluation examples are used; the report says so.
    package var evaluationExamples: Int?
    /// Steps between checkpoints; nil saves about every half minute.
    package var checkpointEverySteps: Int?

    // SQuAD (`run_squad.py`)
    package var docStride: Int = 128
    package var maxQueryLength: Int = 64
    package var nBestSize: Int = 20
    package var maxAnswerLength: Int = 30

    // Pre-training (`create_pretraining_data.py`)
    package var maskedLMProbability: Double = 0.15
    package var maxPredictionsPerSequence: Int = 20
    package var shortSequenceProbability: Double = 0.1
    package var duplicateFactor: Int = 10
    /// Pieces of the vocabulary learned from the corpus when the model brings none.
    package var vocabularySize: Int = 4000

    package init() {}
}
