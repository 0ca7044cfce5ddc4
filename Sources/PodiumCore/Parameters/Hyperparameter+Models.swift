extension Parameter<Work> {
    /// Of everything that runs a model.
    static let model: [Hyperparameter] = [
        Hyperparameter(
            "maxSequenceLength",
            \.engine,
            \.maxSequenceLength,
            .integer(8...4096),
            unit: "pieces",
            source: "`run_classifier.py`, `run_squad.py`",
            "The longest sequence, special pieces included; at most the positions of the model."
        ),
        Hyperparameter(
            "precision",
            \.engine,
            \.precision,
            .choice(Precision.self),
            "What matrix products multiply; sums and weights are float32 always."
        ),
    ]

    /// Of SQuAD.
    static let spans: [Hyperparameter] = [
        Hyperparameter(
            "docStride",
            \.span,
            \.docStride,
            .integer(1...4096),
            unit: "pieces",
            source: "`run_squad.py`",
            "From the start of one window of a long passage to the start of the next."
        ),
        Hyperparameter(
            "maxQueryLength",
            \.span,
            \.maxQueryLength,
            .integer(1...1024),
            unit: "pieces",
            source: "`run_squad.py`",
            "Longer questions are cut."
        ),
        Hyperparameter(
            "nBestSize",
            \.span,
            \.nBestSize,
            .integer(1...1000),
            unit: "answers",
            source: "`run_squad.py`",
            "Candidates kept for each question."
        ),
        Hyperparameter(
            "maxAnswerLength",
            \.span,
            \.maxAnswerLength,
            .integer(1...1000),
            unit: "pieces",
            source: "`run_squad.py`",
            "Longer answers are not considered."
        ),
    ]
}
