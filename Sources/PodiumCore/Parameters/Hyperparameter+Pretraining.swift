extension Parameter<Work> {
    /// Of pre-training and its examples.
    static let pretraining: [Hyperparameter] = [
        Hyperparameter(
            "objectives",
            \.pretraining,
            \.objectives,
            .list(.choice(PretrainingObjective.self)),
            source: "BERT's paper, section 3.1 and table 5",
            "What is learned: masked tokens (mlm), whether the second segment follows the first (nsp), the next token "
                + "(next-token, for one-way architectures)."
        ),
        Hyperparameter(
            "checkpointsAt",
            \.pretraining,
            \.checkpointsAt,
            .list(.share),
            source: "academic-budget-bert",
            "Shares of the training after which its model is kept, for `model: {run: X, checkpoint: at 25 %}` and for people."
        ),
        Hyperparameter(
            "heldOutShare",
            \.pretraining,
            \.heldOutShare,
            .number(.from(0, below: 0.5)),
            "The share of documents that are never trained on and measure what was learned; a text of too few documents "
                + "has none."
        ),
        Hyperparameter(
            "heldOutSequences",
            \.pretraining,
            \.heldOutSequences,
            .integer(1...100_000),
            unit: "sequences",
            "Held-out sequences that are measured each time, at most."
        ),
        Hyperparameter(
            "maskedLMProbability",
            \.masking,
            \.maskedLMProbability,
            .number(.between(0, 1)),
            source: "`create_pretraining_data.py`",
            "The share of pieces to be predicted."
        ),
        Hyperparameter(
            "maxPredictionsPerSequence",
            \.masking,
            \.maxPredictionsPerSequence,
            .integer(1...4096),
            unit: "pieces",
            source: "`create_pretraining_data.py`",
            "The most pieces to be predicted of one sequence."
        ),
        Hyperparameter(
            "wholeWordMasking",
            \.masking,
            \.wholeWordMasking,
            .flag,
            source: "`create_pretraining_data.py`",
            "Whether all pieces of a word are masked together."
        ),
        Hyperparameter(
            "shortSequenceProbability",
            \.masking,
            \.shortSequenceProbability,
            .number(.closed(0, 1)),
            source: "`create_pretraining_data.py`",
            "The share of sequences that are made shorter than they could be."
        ),
        Hyperparameter(
            "duplicateFactor",
            \.masking,
            \.duplicateFactor,
            .integer(1...1000),
            unit: "passes",
            source: "`create_pretraining_data.py`",
            "Passes over the text before the masks of the first come again."
        ),
        Hyperparameter(
            "architecture",
            \.fresh,
            \.architecture,
            .choice(Architecture.self),
            source: "BERT's paper, figure 3",
            "A fresh model's network and what it learns: bidirectional (BERT; masked tokens, next sentences), left-to-right "
                + "(GPT; next tokens), shallow-bidirectional (ELMo; next tokens both ways), context-free (word2vec; masked tokens)."
        ),
        Hyperparameter(
            "vocabularySize",
            \.fresh,
            \.vocabularySize,
            .integer(100...1_000_000),
            unit: "pieces",
            "Pieces of the vocabulary that a fresh model learns from the corpus."
        ),
    ]
}
