/// What the release's flags and transformers' training arguments are called in a job file.
///
/// For those who come with a command line at hand; only suggested, never read, because some count otherwise.
package enum ForeignKey {
    package static let names = [
        "num_train_epochs": "epochs", "max_steps": "maxSteps", "num_train_steps": "maxSteps",
        "train_batch_size": "batchSize", "per_device_train_batch_size": "batchSize",
        "per_gpu_train_batch_size": "batchSize", "gradient_accumulation_steps": "microBatchSize",
        "warmup_ratio": "warmupProportion", "warmup_steps": "warmupProportion", "num_warmup_steps": "warmupProportion",
        "lr": "learningRate", "lr_scheduler_type": "schedule", "layerwise_lr_decay": "layerDecay",
        "max_grad_norm": "clipNorm", "max_seq_length": "maxSequenceLength", "max_seq_len": "maxSequenceLength",
        "max_length": "maxSequenceLength", "n_best_size": "nBestSize", "save_steps": "checkpointEverySteps",
        "save_checkpoints_steps": "checkpointEverySteps", "save_total_limit": "keepCheckpoints",
        "eval_steps": "evaluateEverySteps", "early_stopping_patience": "earlyStopping",
        "load_best_model_at_end": "checkpoint", "fp16": "precision", "bf16": "precision",
        "max_train_samples": "trainExamples", "max_eval_samples": "evaluationExamples",
        "mlm_probability": "maskedLMProbability", "masked_lm_prob": "maskedLMProbability",
        "max_predictions_per_seq": "maxPredictionsPerSequence", "short_seq_prob": "shortSequenceProbability",
        "dupe_factor": "duplicateFactor", "do_whole_word_mask": "wholeWordMasking",
        "hidden_dropout_prob": "dropout", "vocab_size": "vocabularySize",
    ]

    /// What to write for such a name where that is among the known keys; spelled in any of the usual ways.
    static func meaning(of name: String, among known: [String]) -> String? {
        func plain(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != "-" } }
        let wanted = plain(name)
        return names.first { plain($0.key) == wanted && known.contains($0.value) }?.value
    }
}
