/// Something that a run makes and others read: an edge of the graph of runs.
///
/// As its engine reports it; the file or folder is complete on disk by then.
package struct Artifact: Codable, Sendable, Hashable {
    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// The state of a training, for a later attempt of the same run.
        case checkpoint
        /// A folder with configuration, vocabulary and weights.
        case model
        /// JSON lines of `ExamplePrediction`.
        case predictions
        /// JSON lines of `TestPrediction`.
        case testPredictions = "test-predictions"
        /// A folder with `report.html` and its siblings.
        case report
        /// Encoded examples.
        case features
        /// A part of a pre-training corpus.
        case corpus
        /// Embeddings of a text.
        case vectors
    }

    package var kind: Kind
    /// Steps of training that went into it; nil where there was none.
    package var step: Int?
    /// The share of the training that went into it, 0…1; nil where there was none.
    package var share: Double?
    /// What `best` compares, larger is better: a development score; nil where none was taken.
    package var score: Double?
    /// An absolute path, as the machine that made it knows it.
    package var path: String
    /// Lower-case hexadecimal: of the file; of a model's weights; of a report's `report.xml`.
    package var sha256: String
    package var bytes: Int64

    package init(
        kind: Kind,
        step: Int? = nil,
        share: Double? = nil,
        score: Double? = nil,
        path: String,
        sha256: String,
        bytes: Int64
    ) {
        self.kind = kind
        self.step = step
        self.share = share
        self.score = score
        self.path = path
        self.sha256 = sha256
        self.bytes = bytes
    }
}

/// An artifact as the store keeps it, with where it came from.
package struct ArtifactRecord: Codable, Sendable, Equatable {
    package var id: Int64
    /// The run that it belongs to.
    package var run: RunID
    package var attempt: Int
    package var token: Int64
    package var artifact: Artifact
    package var createdAt: Double
    /// When its file was given up; nil while it is there.
    package var removedAt: Double?

    package init(
        id: Int64,
        run: RunID,
        attempt: Int,
        token: Int64,
        artifact: Artifact,
        createdAt: Double,
        removedAt: Double? = nil
    ) {
        self.id = id
        self.run = run
        self.attempt = attempt
        self.token = token
        self.artifact = artifact
        self.createdAt = createdAt
        self.removedAt = removedAt
    }
}

/// Which of a parent's artifacts of one kind.
package enum ArtifactSelector: Codable, Hashable, Sendable {
    /// The one with the most training.
    case last
    /// The one with the highest score; the last where none has a score.
    case best
    /// The first with at least so many steps.
    case step(atLeast: Int)
    /// The first after at least this share of the training, 0…1.
    case share(atLeast: Double)

    package var description: String {
        switch self {
        case .last: "last"
        case .best: "best"
        case .step(let step): "step ≥ \(step)"
        case .share(let share): "at \((share * 100).formattedPercent) %"
        }
    }

    /// The artifact that is meant; nil when there is none.
    ///
    /// - Parameter candidates: of one run and kind, in the order in which they were stored.
    package func choose(from candidates: [ArtifactRecord]) -> ArtifactRecord? {
        // A later one of the same training replaces an earlier one: another attempt passed the step again.
        func ordered(_ key: (Artifact) -> Double?) -> [(key: Double, record: ArtifactRecord)] {
            candidates.compactMap { record in key(record.artifact).map { ($0, record) } }
                .sorted { ($0.0, $0.1.id) < ($1.0, $1.1.id) }
        }
        func amount(_ artifact: Artifact) -> Double { artifact.step.map(Double.init) ?? .infinity }
        switch self {
        case .last: return ordered(amount).last?.record
        case .best: return ordered(\.score).last?.record ?? ordered(amount).last?.record
        case .step(let least):
            let enough = ordered { $0.step.map(Double.init) }.filter { $0.key >= Double(least) }
            return enough.last { $0.key == enough.first?.key }?.record
        case .share(let least):
            // Shares are quotients of step numbers: equal ones may differ in the last digit.
            let enough = ordered(\.share).filter { $0.key >= least - 1e-9 }
            return enough.last { $0.key == enough.first?.key }?.record
        }
    }
}

extension Double {
    /// `50`, `6.25`.
    fileprivate var formattedPercent: String {
        self == rounded() && abs(self) < 1e9 ? "\(Int(self))" : "\(self)"
    }
}

/// An artifact of another run of the suite that a run starts from.
package struct RunInput: Codable, Hashable, Sendable {
    /// What the run calls it: `model`.
    package var name: String
    /// The parent's name inside the suite.
    package var parent: String
    package var kind: Artifact.Kind
    package var selector: ArtifactSelector

    package init(name: String, parent: String, kind: Artifact.Kind, selector: ArtifactSelector = .last) {
        self.name = name
        self.parent = parent
        self.kind = kind
        self.selector = selector
    }
}

/// An input with the artifact that it came to when the run was claimed.
package struct ResolvedInput: Codable, Sendable, Equatable {
    package var input: RunInput
    /// Nil when the parent made none such.
    package var source: ArtifactRecord?

    package init(input: RunInput, source: ArtifactRecord?) {
        self.input = input
        self.source = source
    }
}

extension RunSpec {
    /// What the run reads of other runs of its suite.
    package var inputs: [RunInput] {
        guard case .run(let parent, let checkpoint) = model else { return [] }
        let selector: ArtifactSelector =
            switch checkpoint {
            case .last: .last
            case .share(let share): .share(atLeast: share)
            }
        return [RunInput(name: RunInput.model, parent: parent, kind: .model, selector: selector)]
    }
}

extension RunInput {
    /// The name of the model that a run starts from.
    package static let model = "model"
}
