extension Parameter<Work> {
    private static let length = "length"

    /// Of everything that trains.
    static let training: [Hyperparameter] = [
        Hyperparameter(
            "maxDuration",
            \.optimization,
            \.maxSeconds,
            .seconds,
            group: length,
            "Ends training after this much time of training, over which the schedule is stretched."
        ),
        Hyperparameter(
            "maxFlops",
            \.optimization,
            \.maxFlops,
            .number(.above(0)),
            unit: "FLOP",
            group: length,
            "Ends training after so many floating-point operations of its matrix products, counted from the graph of a step, "
                + "over which the schedule is stretched."
        ),
        Hyperparameter(
            "maxSteps",
            \.optimization,
            \.maxSteps,
            .integer(1...1_000_000_000),
            unit: "steps",
            group: length,
            source: "transformers `max_steps`",
            "Ends training after so many steps, over which the schedule is stretched; overrides epochs of the same place."
        ),
        Hyperparameter(
            "epochs",
            \.optimization,
            \.epochs,
            .number(.above(0, through: 10_000)),
            unit: "passes",
            group: length,
            source: "`run_classifier.py`",
            "How often training goes over its examples; need not be whole."
        ),
        Hyperparameter(
            "batchSize",
            \.optimization,
            \.batchSize,
            .integer(1...65_536),
            unit: "sequences",
            source: "`run_classifier.py`",
            "Sequences a step, over all replicas together."
        ),
        Hyperparameter(
            "learningRate",
            \.optimization,
            \.learningRate,
            .number(.above(0, through: 1)),
            source: "`run_classifier.py`, `run_pretraining.py`",
            "The highest rate of the schedule."
        ),
        Hyperparameter(
            "warmupProportion",
            \.optimization,
            \.warmupProportion,
            .number(.from(0, below: 1)),
            source: "`run_classifier.py`",
            "The share of training in which the rate rises from 0."
        ),
        Hyperparameter(
            "schedule",
            \.optimization,
            \.schedule,
            .choice(ScheduleShape.self),
            source: "`optimization.py`",
            "How the rate moves: bert2018 counts its decay from step 0, linear (transformers) from the end of the warm-up."
        ),
        Hyperparameter(
            "weightDecay",
            \.optimization,
            \.weightDecay,
            .number(.closed(0, 1)),
            source: "`optimization.py`",
            "AdamW's decay, of all but biases and layer norms."
        ),
        Hyperparameter(
            "layerDecay",
            \.optimization,
            \.layerDecay,
            .number(.above(0, through: 1)),
            source: "ULMFiT's paper, section 3.2",
            "What a layer's learning rate is of that of the layer above it; the head has the whole rate, the embeddings the "
                + "least."
        ),
        Hyperparameter(
            "adamEpsilon",
            \.optimization,
            \.adamEpsilon,
            .number(.between(0, 1)),
            source: "`optimization.py`",
            "What is added to the root of Adam's second moment."
        ),
        Hyperparameter(
            "biasCorrection",
            \.optimization,
            \.biasCorrection,
            .flag,
            source: "`optimization.py`",
            "Whether Adam's moments are corrected for starting at 0; the release does not."
        ),
        Hyperparameter(
            "clipNorm",
            \.optimization,
            \.clipNorm,
            .number(.above(0)),
            source: "`optimization.py`",
            "The length that gradients are shortened to."
        ),
        Hyperparameter(
            "clipping",
            \.optimization,
            \.clipping,
            .choice(Clipping.self),
            source: "`optimization.py`",
            "What is clipped where replicas or shards share a batch: the batch's gradient (global), or that of each (bert2018)."
        ),
        Hyperparameter(
            "batchShards",
            \.optimization,
            \.batchShards,
            .integer(1...1024),
            unit: "shards",
            "Computes a batch's gradients in so many shards, a power of two, and sums them along a fixed tree: the same bits for any "
                + "`resources.ranks` that shares them; one where nothing is said. 512 tokens a shard, or more, keep it efficient."
        ),
        Hyperparameter(
            "dropout",
            \.optimization,
            \.dropout,
            .number(.from(0, below: 1)),
            source: "`modeling.py`",
            "Takes the place of the model's own dropout probabilities."
        ),
        Hyperparameter(
            "gradientCheckpointing",
            \.optimization,
            \.gradientCheckpointing,
            .flag,
            "Computes activations again for gradients instead of keeping them: less memory, about a third more work."
        ),
        Hyperparameter(
            "checkpointEverySteps",
            \.optimization,
            \.checkpointEverySteps,
            .integer(1...1_000_000_000),
            unit: "steps",
            "Steps from one checkpoint to the next; about every half minute where nothing is said."
        ),
        Hyperparameter(
            "keepCheckpoints",
            \.optimization,
            \.keepCheckpoints,
            .integer(1...1000),
            unit: "checkpoints",
            "How many of an attempt's checkpoints stay on the disk until the run ends, the newest; two where nothing is said."
        ),
        Hyperparameter(
            "microBatchSize",
            \.fineTuning,
            \.microBatchSize,
            .integer(1...65_536),
            unit: "sequences",
            "Computes a batch's gradients so many sequences at a time, for less memory: the same step but for rounding."
        ),
        Hyperparameter(
            "evaluateEverySteps",
            \.fineTuning,
            \.evaluateEverySteps,
            .integer(1...1_000_000_000),
            unit: "steps",
            source: "transformers `eval_steps`",
            "Steps from one look at the development set to the next, an epoch's where earlyStopping or checkpoint: best asks for "
                + "looks; the end of training is always one."
        ),
        Hyperparameter(
            "earlyStopping",
            \.fineTuning,
            \.earlyStopping,
            .integer(1...1_000_000),
            unit: "looks",
            source: "transformers `EarlyStoppingCallback`",
            "Ends training after so many looks without a better development score; the schedule stays the whole training's."
        ),
        Hyperparameter(
            "checkpoint",
            \.fineTuning,
            \.checkpoint,
            .choice(KeptModel.self),
            source: "transformers `load_best_model_at_end`",
            "Which model is kept and predicts: the last (where nothing is said), or the best of the looks at the development set, as "
                + "its row says."
        ),
        Hyperparameter(
            "unfreeze",
            \.fineTuning,
            \.unfreeze,
            .choice(Unfreezing.self),
            source: "ULMFiT's paper, section 3.3; BERT's paper, section 5.3",
            "Which layers below the head learn: all (where nothing is said), gradual (one more each epoch, from the top down), or "
                + "none (the model makes features, and the head alone learns)."
        ),
        Hyperparameter(
            "head",
            \.fineTuning,
            \.head,
            .choice(TaskHead.self),
            source: "BERT's paper, section 4 and table 5",
            "What stands on the model: a linear layer (where nothing is said), or an LSTM in each direction below it (bilstm)."
        ),
        Hyperparameter(
            "trainExamples",
            \.fineTuning,
            \.trainExamples,
            .integer(1...1_000_000_000),
            unit: "examples",
            "Trains on the first so many examples only."
        ),
        Hyperparameter(
            "evaluationExamples",
            \.examples,
            \.evaluationExamples,
            .integer(1...1_000_000_000),
            unit: "examples",
            "Scores the first so many examples only; the report says so."
        ),
    ]
}
