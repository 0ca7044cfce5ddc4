/// What decides the bits that a program computes, beside the work and what it reads.
package struct EngineIdentity: Codable, Hashable, Sendable {
    package var version: String
    package var commit: String
    /// The processor's own name: libraries choose their code by it.
    package var processor: String
    /// The kernels' instruction set: `avx512`.
    package var instructions: String
    package var matmulLibrary: String

    /// Nil for a build whose source nobody can name: of a tree with changes, or outside of a checkout.
    package init?(version: String, commit: String?, processor: String, instructions: String, matmulLibrary: String) {
        guard let commit, !commit.isEmpty, !commit.hasSuffix("-modified") else { return nil }
        self.version = version
        self.commit = commit
        self.processor = processor
        self.instructions = instructions
        self.matmulLibrary = matmulLibrary
    }
}

/// A run whose result another run took over.
package struct ReusedRun: Codable, Hashable, Sendable {
    package var run: RunID
    package var suite: SuiteID
    package var suiteName: String
    /// Time of all of its attempts together: what the result cost.
    package var wallSeconds: Double?

    package init(run: RunID, suite: SuiteID, suiteName: String, wallSeconds: Double? = nil) {
        self.wallSeconds = wallSeconds
        self.run = run
        self.suite = suite
        self.suiteName = suiteName
    }

    /// For people: `reused from run 12 of suite 3 (glue)`.
    package var description: String { "reused from run \(run) of suite \(suite) (\(suiteName))" }
    /// What a reader of the numbers must know.
    package var note: String {
        "\(description): the same work on the same data by the same engine; it is no further measurement"
    }
}

/// What became of an attempt to take over another run's result.
package enum ReuseAnswer: Sendable, Equatable {
    /// The run has succeeded with the other's result.
    case taken
    /// The other run is gone, archived, or lacks files; nothing was stored.
    case refused
    /// The attempt is another's by now; nothing was stored.
    case leaseLost
}

extension RunSpec {
    /// The run with all that decides its result and nothing else; nil where another run of it may come to another result.
    ///
    /// Names, places, the number of tries and of threads decide nothing. Only our own executor promises the same bits, and no
    /// training that ends by the clock has any.
    package var decisive: RunSpec? {
        guard kind != .report, resources.device == .cpu, work.optimization?.maxSeconds == nil else { return nil }
        let roots = Set(
            [work.examples?.data, work.corpusData].compactMap { data in
                if case .root(let path) = data { path } else { nil }
            }
        )
        // Files keep their names, which outputs may have; what is in them is told by their hashes.
        let placed = work.relocated { path in
            roots.contains(path) ? "" : path.split(separator: "/").last.map(String.init) ?? ""
        }
        return RunSpec(name: "", system: "", work: placed.withAnonymousModel)
    }
}

extension Work {
    fileprivate var corpusData: DataReference? {
        if case .task(_, let data) = pretraining?.corpus { data } else { nil }
    }

    /// The work with a model that is told by its content alone, wherever it comes from.
    fileprivate var withAnonymousModel: Work {
        func anonymous(_ reference: ModelReference) -> ModelReference {
            switch reference {
            case .named, .path, .run: .path("")
            case .preset, .vectors: reference
            }
        }
        switch self {
        case .pretrain(var work):
            if case .model(let reference) = work.start { work.start = .model(anonymous(reference)) }
            return .pretrain(work)
        case .finetune(var work):
            work.model = anonymous(work.model)
            return .finetune(work)
        case .evaluate(var work):
            work.model = anonymous(work.model)
            return .evaluate(work)
        case .embed(var work):
            work.model = anonymous(work.model)
            return .embed(work)
        case .report: return .report
        }
    }
}
