package import PodiumCore

/// Something about a result that a reader must know before trusting it.
package struct Finding: Hashable, Sendable {
    package enum Code: String, CaseIterable, Hashable, Sendable {
        /// No better than always giving the same answer.
        case collapsed
        /// Another assignment of the labels scores far better.
        case permutedLabels = "permuted-labels"
        /// Not the number of examples of the official set.
        case partialData = "partial-data"
        /// The file's bytes are not those of the official file.
        case unofficialData = "unofficial-data"
        /// Examples of the training set stand in the evaluation set.
        case leakedRows = "leaked-rows"
        /// Far outside what published systems reach.
        case implausible
        /// Words such as `unanswerable` where an empty answer was meant.
        case literalNoAnswer = "literal-no-answer"
        /// A set on which accuracy means little.
        case adversarialSet = "adversarial-set"
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension RunFinding {
    /// As a run's result keeps it.
    package init(_ finding: Finding) {
        self.init(code: finding.code.rawValue, message: finding.message)
    }
}
