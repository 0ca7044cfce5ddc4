/// Which of the models that a run saved is meant.
package enum CheckpointSelector: Hashable, Sendable {
    /// The one at the end of training.
    case last
    /// The first one after at least this share of the training, above 0 and at most 1.
    case share(Double)

    /// As a job file has it: `last`, `at 50 %`.
    package var description: String {
        switch self {
        case .last: "last"
        case .share(let share): ArtifactSelector.share(atLeast: share).description
        }
    }

    /// Reads `last`, `at 50 %`, `at 50%` or `at 0.5`; nil for anything else.
    package init?(_ text: String) {
        if text == "last" {
            self = .last
            return
        }
        guard text.hasPrefix("at "), let share = Share.value(text.dropFirst(3)) else { return nil }
        self = .share(share)
    }
}

/// A part of a whole, as people write it.
package enum Share {
    /// `6 %`, `6%` or `0.06`; nil where it is none, or not above 0 and at most 1.
    package static func value(_ text: some StringProtocol) -> Double? {
        let isPercent = text.hasSuffix("%")
        let digits = String(text).filter { $0 != " " && $0 != "%" }
        guard text.filter({ $0 == "%" }).count == (isPercent ? 1 : 0) else { return nil }
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || ".eE-".contains($0)) }), let number = Double(digits)
        else { return nil }
        let share = isPercent ? number / 100 : number
        return share > 0 && share <= 1 ? share : nil
    }
}

/// Where a run's starting weights come from.
package enum ModelReference: Hashable, Sendable {
    /// A model known by name, pulled into the data directory when first needed.
    case named(String)
    /// A folder with `model.safetensors`, `config.json`, `vocab.txt`, or a TensorFlow checkpoint's folder or prefix.
    case path(String)
    /// What another run of the same suite produced.
    case run(String, checkpoint: CheckpointSelector)
    /// Fresh weights of a named size (`tiny`, `mini`, `small`, `medium`, `base`, `large`).
    case preset(String)
    /// A text file of word vectors, GloVe's or word2vec's, as a context-free model.
    case vectors(String)

    package var description: String {
        switch self {
        case .named(let name): name
        case .path(let path): path
        case .run(let name, .last): "run \(name)"
        case .run(let name, let checkpoint): "run \(name), \(checkpoint.description)"
        case .preset(let name): "fresh \(name)"
        case .vectors(let path): "vectors of \(path)"
        }
    }

    /// The run of the same suite that has to be over first.
    package var parent: String? {
        if case .run(let name, _) = self { name } else { nil }
    }
}

/// Where a run's examples come from.
package enum DataReference: Hashable, Sendable {
    /// The generated sample that comes with Podium; its scores compare with nothing published.
    case sample
    /// A directory in the official layout.
    case root(String)

    package var description: String {
        switch self {
        case .sample: "sample"
        case .root(let path): path
        }
    }
}

/// The text that a run pre-trains on.
package enum CorpusReference: Hashable, Sendable {
    /// The text of the generated sample.
    case sample
    /// Plain text: a sentence a line, an empty line between documents.
    case files([String])
    /// A folder of prepared examples, as `podium data prepare` leaves it.
    case shards(String)
    /// The texts of a task's training set, each example a document.
    case task(BenchmarkTask, DataReference)
}

// MARK: JSON: the words of the job file

extension CheckpointSelector: Codable {
    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let text = try value.decode(String.self)
        guard let known = Self(text) else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "\"\(text)\" chooses no checkpoint")
        }
        self = known
    }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(description)
    }
}

extension ModelReference: Codable {
    private enum Keys: String, CodingKey { case named, path, run, checkpoint, preset, vectors }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Keys.self)
        if let name = try values.decodeIfPresent(String.self, forKey: .named) {
            self = .named(name)
        } else if let path = try values.decodeIfPresent(String.self, forKey: .path) {
            self = .path(path)
        } else if let run = try values.decodeIfPresent(String.self, forKey: .run) {
            self = .run(run, checkpoint: try values.decode(CheckpointSelector.self, forKey: .checkpoint))
        } else if let path = try values.decodeIfPresent(String.self, forKey: .vectors) {
            self = .vectors(path)
        } else {
            self = .preset(try values.decode(String.self, forKey: .preset))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Keys.self)
        switch self {
        case .named(let name): try values.encode(name, forKey: .named)
        case .path(let path): try values.encode(path, forKey: .path)
        case .preset(let name): try values.encode(name, forKey: .preset)
        case .vectors(let path): try values.encode(path, forKey: .vectors)
        case .run(let name, let checkpoint):
            try values.encode(name, forKey: .run)
            try values.encode(checkpoint, forKey: .checkpoint)
        }
    }
}

extension DataReference: Codable {
    private enum Keys: String, CodingKey { case root }

    package init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            guard name == "sample" else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "data is \"\(name)\", not sample")
                )
            }
            self = .sample
        } else {
            self = .root(try decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .root))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .sample:
            var value = encoder.singleValueContainer()
            try value.encode("sample")
        case .root(let path):
            var values = encoder.container(keyedBy: Keys.self)
            try values.encode(path, forKey: .root)
        }
    }
}

extension CorpusReference: Codable {
    private enum Keys: String, CodingKey { case shards, task, data }

    package init(from decoder: any Decoder) throws {
        if let values = try? decoder.container(keyedBy: Keys.self) {
            if let task = try values.decodeIfPresent(BenchmarkTask.self, forKey: .task) {
                self = .task(task, try values.decode(DataReference.self, forKey: .data))
                return
            }
            self = .shards(try values.decode(String.self, forKey: .shards))
            return
        }
        let value = try decoder.singleValueContainer()
        if let files = try? value.decode([String].self) {
            self = .files(files)
        } else {
            let name = try value.decode(String.self)
            guard name == "sample" else {
                throw DecodingError.dataCorruptedError(in: value, debugDescription: "corpus is \"\(name)\", not sample")
            }
            self = .sample
        }
    }

    package func encode(to encoder: any Encoder) throws {
        if case .shards(let folder) = self {
            var values = encoder.container(keyedBy: Keys.self)
            return try values.encode(folder, forKey: .shards)
        }
        if case .task(let task, let data) = self {
            var values = encoder.container(keyedBy: Keys.self)
            try values.encode(task, forKey: .task)
            return try values.encode(data, forKey: .data)
        }
        var value = encoder.singleValueContainer()
        switch self {
        case .sample, .shards, .task: try value.encode("sample")
        case .files(let files): try value.encode(files)
        }
    }
}
