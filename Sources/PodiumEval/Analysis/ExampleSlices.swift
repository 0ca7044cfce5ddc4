package import PodiumCore

/// Into which parts of an evaluation set an example falls, by its task.
package enum ExampleSlices {
    /// Axis and name of each; examples that know nothing of an axis are in none of its parts.
    ///
    /// - Parameter traits: of the example's input; nil where nobody wrote them down.
    package static func keys(
        of example: ExamplePrediction,
        task: BenchmarkTask,
        traits: InputTraits?
    ) -> [PredictionDiff.SliceKey] {
        var keys: [PredictionDiff.SliceKey] = []
        switch task.output {
        case .classification: keys.append(.init("label", example.gold))
        case .regression(let lower, let upper):
            if let gold = Double(example.gold), gold.isFinite {
                let low = min(max(gold.rounded(.down), lower), upper - 1)
                keys.append(.init("gold score", "\(Int(low)) to \(Int(low) + 1)"))
            }
        case .span: keys += PredictionDiff.slices(of: example.gold.isEmpty ? nil : example.gold)
        }
        if task == .mnli { keys.append(.init("set", example.split == .devMatched ? "matched" : "mismatched")) }
        guard let traits else { return keys }
        keys.append(.init(task.isSQuAD ? "passage words" : "words", bucket(traits.words)))
        if let word = traits.questionWord { keys.append(.init("question", word)) }
        if let shared = traits.sharedWords {
            keys.append(
                .init(
                    "words of the second in the first",
                    shared < 25 ? "0–24 %" : shared < 50 ? "25–49 %" : shared < 75 ? "50–74 %" : "75–100 %"
                )
            )
        }
        if let windows = traits.windows {
            keys.append(.init("passage read", windows > 1 ? "in several parts" : "whole"))
        } else {
            keys.append(.init("input", traits.cutPieces > 0 ? "cut off" : "whole"))
        }
        keys.append(.init("[UNK]", traits.unknownPieces > 0 ? "in the input" : "not in the input"))
        return keys
    }

    /// Powers of two from 8 to 512.
    private static func bucket(_ words: Int) -> String {
        guard words <= 512 else { return "513 and more" }
        var upper = 8
        while upper < words { upper *= 2 }
        return upper == 8 ? "1–8" : "\(upper / 2 + 1)–\(upper)"
    }

    /// An example's own score between 0 and 1, of which a part's score is the mean.
    ///
    /// - Parameter score: the example's, as `ExamplePrediction` has it.
    package static func score(_ score: Double, task: BenchmarkTask) -> Double {
        guard case .regression(let lower, let upper) = task.output else { return min(1, max(0, score)) }
        return max(0, 1 - (-score).squareRoot() / (upper - lower))
    }

    /// What that mean is called.
    package static func metric(of task: BenchmarkTask) -> String {
        switch task.output {
        case .classification: "accuracy"
        case .regression: "1 − mean error ÷ range"
        case .span: "F1"
        }
    }
}

extension InputTraits {
    /// The traits of one input as several models read it: a word that one of them does not know, or a text that one of them
    /// cuts, counts for all.
    package func joined(with other: InputTraits?) -> InputTraits {
        guard let other else { return self }
        var traits = self
        traits.unknownPieces = max(unknownPieces, other.unknownPieces)
        traits.cutPieces = max(cutPieces, other.cutPieces)
        if let one = windows, let two = other.windows { traits.windows = max(one, two) }
        return traits
    }
}
