package import PodiumText

/// How a model's text is to be cut, and which file says so.
package struct TokenizerSettings: Sendable {
    package enum Source: Hashable, Sendable, CustomStringConvertible {
        /// A file of the model says it.
        case stated(String)
        /// No file says it; it follows from what is given here.
        case guessed(String)
        /// What tools do where nothing is said.
        case usual

        package var description: String {
            switch self {
            case .stated(let file): "stated in \(file)"
            case .guessed(let from): "guessed from \(from)"
            case .usual: "the usual value"
            }
        }
    }

    package struct Setting<Value: Sendable & Equatable>: Sendable {
        package var value: Value
        package var source: Source
    }

    package private(set) var lowercases: Setting<Bool>
    package private(set) var stripsAccents: Setting<Bool>
    package private(set) var splitsIdeographs: Setting<Bool>
    package private(set) var maximumWordLength: Setting<Int>
    package let vocabulary: Vocabulary
    /// What a user of the model should know.
    package private(set) var notes: [String]

    package var tokenizer: Tokenizer {
        Tokenizer(
            vocabulary: vocabulary,
            normalization: TextNormalization(
                lowercases: lowercases.value,
                stripsAccents: stripsAccents.value,
                splitsIdeographs: splitsIdeographs.value
            ),
            maximumWordLength: maximumWordLength.value
        )
    }

    /// Reads `vocab.txt`, `tokenizer_config.json`, `tokenizer.json`, `special_tokens_map.json` and `added_tokens.json`,
    /// as many as there are.
    ///
    /// What they say is honoured; what cannot be honoured is refused with the reason.
    package init(folder: String) throws(BERTError) {
        let stated = try StatedTokenizer(folder: folder)
        vocabulary = stated.vocabulary
        notes = stated.vocabulary.notes + stated.notes
        lowercases =
            stated.lowercases
            ?? Setting(value: !vocabulary.seemsCased, source: .guessed("the pieces of the vocabulary"))
        if stated.lowercases == nil {
            notes.append(
                "\(folder): no file says whether the model is cased; its vocabulary looks \(lowercases.value ? "uncased" : "cased"), "
                    + "so text is \(lowercases.value ? "lower-cased and loses its accents" : "taken as it is"); "
                    + "\"do_lower_case\" in tokenizer_config.json would say it"
            )
        }
        if let said = stated.lowercases, said.value == vocabulary.seemsCased {
            notes.append(
                "\(folder): its files say that text is \(said.value ? "lower-cased" : "taken as it is"), but its vocabulary looks "
                    + "\(said.value ? "cased: pieces with capitals are never used" : "uncased: words with capitals become [UNK]")"
            )
        }
        stripsAccents = stated.stripsAccents ?? Setting(value: lowercases.value, source: .usual)
        splitsIdeographs = stated.splitsIdeographs ?? Setting(value: true, source: .usual)
        maximumWordLength =
            stated.maximumWordLength ?? Setting(value: Tokenizer.defaultMaximumWordLength, source: .usual)
    }
}
