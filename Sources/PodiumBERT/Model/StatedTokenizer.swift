internal import PodiumText

/// What the files of a model folder say of its tokenizer, each thing with the file that says it.
///
/// `tokenizer_config.json` is believed before `tokenizer.json`, as `BertTokenizerFast` does.
struct StatedTokenizer {
    private(set) var lowercases: TokenizerSettings.Setting<Bool>?
    private(set) var stripsAccents: TokenizerSettings.Setting<Bool>?
    private(set) var splitsIdeographs: TokenizerSettings.Setting<Bool>?
    private(set) var maximumWordLength: TokenizerSettings.Setting<Int>?
    let vocabulary: Vocabulary
    private(set) var notes: [String] = []

    private static let configurationFile = "tokenizer_config.json"
    private static let pipelineFile = "tokenizer.json"

    /// Classes of transformers that cut text as BERT's does.
    private static let classes = ["Bert", "DistilBert", "Electra", "MobileBert", "ConvBert"]
        .flatMap { ["\($0)Tokenizer", "\($0)TokenizerFast"] }
    /// Classes that do what `tokenizer.json` says.
    private static let pipelineClasses = ["PreTrainedTokenizerFast", "TokenizersBackend"]

    init(folder: String) throws(BERTError) {
        let configuration = try Self.json(folder, Self.configurationFile)
        let pipeline = try TokenizerPipeline(folder: folder, file: Self.pipelineFile)
        let special = try Self.json(folder, "special_tokens_map.json")
        if let configuration {
            try Self.check(configuration, "\(folder)/\(Self.configurationFile)", hasPipeline: pipeline != nil)
        }
        let names = Self.specialNames(
            configuration,
            special,
            unknown: pipeline?.unknown
        )
        let added = try Self.addedTokens(folder, configuration, pipeline, names)
        let vocabularyPath = "\(folder)/vocab.txt"
        if !ModelFile.exists(vocabularyPath), let pipeline {
            vocabulary = try Self.text { () throws(TextError) in
                try Vocabulary(
                    pieces: pipeline.pieces,
                    name: pipeline.path,
                    specialNames: names,
                    addedTokens: added
                )
            }
        } else {
            let bytes = try ModelFile.read(vocabularyPath, limit: 1 << 27)
            vocabulary = try Self.text { () throws(TextError) in
                try Vocabulary(bytes: bytes, name: vocabularyPath, specialNames: names, addedTokens: added)
            }
            if let pipeline, let (id, piece) = pipeline.difference(from: vocabulary) {
                throw BERTError(
                    .mismatch,
                    "\(vocabularyPath): the piece of id \(id) is not \"\(piece)\", as tokenizer.json has it; remove the file that is not this model's"
                )
            }
        }
        try readSwitches(folder, configuration, pipeline)
        try checkAddedTokens(folder)
    }

    private static func json(_ folder: String, _ name: String) throws(BERTError) -> JSONValue? {
        let path = "\(folder)/\(name)"
        guard ModelFile.exists(path) else { return nil }
        let value = try ModelFile.json(JSONValue.self, path, limit: 1 << 24)
        guard value.object != nil else { throw BERTError(.malformed, "\(path): not a JSON object") }
        return value
    }

    private static func text<Result>(_ body: () throws(TextError) -> Result) throws(BERTError) -> Result {
        do {
            return try body()
        } catch {
            throw BERTError(.malformed, error.message)
        }
    }

    // MARK: What is refused

    private static func check(_ values: JSONValue, _ path: String, hasPipeline: Bool) throws(BERTError) {
        func refuse(_ what: String) -> BERTError { BERTError(.malformed, "\(path): \(what)") }
        for key in ["do_lower_case", "strip_accents", "tokenize_chinese_chars", "do_basic_tokenize"] {
            if let value = values[key], value.bool == nil { throw refuse("\(key) is neither true nor false") }
        }
        if let name = values["tokenizer_class"] {
            guard let name = name.string else { throw refuse("tokenizer_class is not a text") }
            if pipelineClasses.contains(name) {
                guard hasPipeline else { throw refuse("tokenizer_class is \(name), which needs a tokenizer.json") }
            } else if !classes.contains(name) {
                throw refuse(
                    "tokenizer_class is \"\(name)\", which cuts text otherwise than BERT's WordPiece; only BertTokenizer and its like are supported"
                )
            }
        }
        if values["do_basic_tokenize"]?.bool == false {
            throw refuse("do_basic_tokenize is false: text that is cut into words already is not supported")
        }
        if values["truncation_side"]?.string == "left" {
            throw refuse("truncation_side is \"left\"; only the end of a text is cut off here")
        }
        if let words = values["never_split"]?.array, !words.isEmpty {
            let names = values["never_split"]?.array?.compactMap(\.string) ?? []
            let special = Vocabulary.SpecialNames().all
            if let word = names.first(where: { !special.contains($0) }) {
                throw refuse("never_split has \"\(word)\", which is not supported; make it an added token")
            }
        }
    }

    // MARK: Switches

    private mutating func readSwitches(
        _ folder: String,
        _ configuration: JSONValue?,
        _ pipeline: TokenizerPipeline?
    ) throws(BERTError) {
        let isPipelines = configuration?["tokenizer_class"]?.string.map(Self.pipelineClasses.contains) ?? false
        func setting(_ key: String, _ other: Bool?) -> (TokenizerSettings.Setting<Bool>?, note: String?) {
            let own = isPipelines ? nil : configuration?[key]?.bool
            guard let own else {
                return (other.map { .init(value: $0, source: .stated(Self.pipelineFile)) }, nil)
            }
            let note =
                other == nil || other == own
                ? nil
                : "\(folder): \(Self.configurationFile) says \"\(key)\": \(own), \(Self.pipelineFile) the opposite; the former counts, as in transformers"
            return (.init(value: own, source: .stated(Self.configurationFile)), note)
        }
        var note: String?
        (lowercases, note) = setting("do_lower_case", pipeline?.lowercases)
        if let note { notes.append(note) }
        (stripsAccents, note) = setting("strip_accents", pipeline?.stripsAccents)
        if let note { notes.append(note) }
        (splitsIdeographs, note) = setting("tokenize_chinese_chars", pipeline?.splitsIdeographs)
        if let note { notes.append(note) }
        if let length = configuration?["max_input_chars_per_word"] {
            guard let length = length.integer, length > 0 else {
                throw BERTError(
                    .malformed,
                    "\(folder)/\(Self.configurationFile): max_input_chars_per_word is not a positive whole number"
                )
            }
            maximumWordLength = .init(value: length, source: .stated(Self.configurationFile))
        } else if let length = pipeline?.maximumWordLength {
            maximumWordLength = .init(value: length, source: .stated(Self.pipelineFile))
        }
    }

    // MARK: Special and added tokens

    private static func specialNames(
        _ configuration: JSONValue?,
        _ special: JSONValue?,
        unknown: String?
    ) -> Vocabulary.SpecialNames {
        func name(_ key: String, _ usual: String) -> String {
            configuration?[key]?.token ?? special?[key]?.token ?? usual
        }
        var names = Vocabulary.SpecialNames()
        names.padding = name("pad_token", names.padding)
        names.unknown = name("unk_token", unknown ?? names.unknown)
        names.classification = name("cls_token", names.classification)
        names.separator = name("sep_token", names.separator)
        names.mask = name("mask_token", names.mask)
        return names
    }

    /// Tokens beside the special ones; the same token may stand in several files.
    private static func addedTokens(
        _ folder: String,
        _ configuration: JSONValue?,
        _ pipeline: TokenizerPipeline?,
        _ names: Vocabulary.SpecialNames
    ) throws(BERTError) -> [Vocabulary.AddedToken] {
        var tokens: [String: Int32] = [:]
        func add(_ token: JSONValue, id: Int?, _ file: String) throws(BERTError) {
            let path = "\(folder)/\(file)"
            guard let text = token.token, !text.isEmpty, let id, id >= 0 else {
                throw BERTError(.malformed, "\(path): an added token without text or id")
            }
            guard !names.all.contains(text) else { return }
            for flag in ["lstrip", "rstrip", "single_word"] where token[flag]?.bool == true {
                throw BERTError(
                    .malformed,
                    "\(path): the added token \"\(text)\" has \"\(flag)\": true, which is not supported"
                )
            }
            if let other = tokens[text], other != Int32(id) {
                throw BERTError(.mismatch, "\(path): the added token \"\(text)\" has the id \(id), elsewhere \(other)")
            }
            tokens[text] = Int32(id)
        }
        for (key, token) in configuration?["added_tokens_decoder"]?.object ?? [:] {
            try add(token, id: Int(key).flatMap { Int32(exactly: $0) }.map(Int.init), configurationFile)
        }
        for token in pipeline?.addedTokens ?? [] { try add(token, id: token["id"]?.integer, pipelineFile) }
        let more = try json(folder, "added_tokens.json")
        for (text, id) in more?.object ?? [:] { try add(.string(text), id: id.integer, "added_tokens.json") }
        return tokens.map { Vocabulary.AddedToken(text: $0.key, id: $0.value) }.sorted {
            ($0.id, $0.text) < ($1.id, $1.text)
        }
    }

    /// Tokens found in normalized text would be missed, as text is searched as it is written.
    private func checkAddedTokens(_ folder: String) throws(BERTError) {
        let lowers = lowercases?.value ?? !vocabulary.seemsCased
        guard lowers else { return }
        for token in vocabulary.addedTokens where !token.text.starts(with: "[") && !token.text.starts(with: "<") {
            throw BERTError(
                .malformed,
                "\(folder): the added token \"\(token.text)\" would have to be found in lower-cased text, which is not supported"
            )
        }
    }
}
