internal import PodiumText

/// A `tokenizer.json`, of which only BERT's own pipeline is understood.
struct TokenizerPipeline {
    let path: String
    let lowercases: Bool?
    let stripsAccents: Bool?
    let splitsIdeographs: Bool?
    let maximumWordLength: Int?
    let unknown: String?
    let addedTokens: [JSONValue]
    /// By id.
    let pieces: [[UInt8]]

    private struct Document: Decodable {
        struct Model: Decodable {
            var type: String?
            var unk_token: String?
            var continuing_subword_prefix: String?
            var max_input_chars_per_word: Int?
            var vocab: [String: Int]
        }
        struct Kind: Decodable {
            var type: String?
        }
        var normalizer: JSONValue?
        var pre_tokenizer: Kind?
        var model: Model?
        var added_tokens: [JSONValue]?
    }

    /// Nil if there is no such file.
    init?(folder: String, file: String) throws(BERTError) {
        path = "\(folder)/\(file)"
        guard ModelFile.exists(path) else { return nil }
        let path = path
        func refuse(_ what: String) -> BERTError {
            BERTError(.malformed, "\(path): \(what); only the pipeline of a BertTokenizer is supported")
        }
        // The kind first: other models' vocabularies are of other shapes.
        struct Outline: Decodable {
            var model: Document.Kind?
        }
        let limit = 1 << 28
        if let kind = try ModelFile.json(Outline.self, path, limit: limit).model?.type, kind != "WordPiece" {
            throw refuse("the model is \(kind), not WordPiece")
        }
        let document = try ModelFile.json(Document.self, path, limit: limit)
        guard let model = document.model else { throw refuse("there is no model") }
        if let prefix = model.continuing_subword_prefix, prefix != "##" {
            throw refuse("continuing pieces begin with \"\(prefix)\", not ##")
        }
        if let kind = document.pre_tokenizer?.type, kind != "BertPreTokenizer" {
            throw refuse("the pre-tokenizer is \(kind)")
        }
        guard let normalizer = document.normalizer, normalizer["type"]?.string == "BertNormalizer" else {
            throw refuse("the normalizer is \(document.normalizer?["type"]?.string ?? "none"), not BertNormalizer")
        }
        if normalizer["clean_text"]?.bool == false { throw refuse("the normalizer's clean_text is false") }
        lowercases = normalizer["lowercase"]?.bool
        stripsAccents = normalizer["strip_accents"]?.bool
        splitsIdeographs = normalizer["handle_chinese_chars"]?.bool
        maximumWordLength = model.max_input_chars_per_word.flatMap { $0 > 0 ? $0 : nil }
        unknown = model.unk_token
        addedTokens = document.added_tokens ?? []
        let largest = model.vocab.values.max() ?? -1
        // Ids of pieces that stand in a file of lines twice are free.
        guard model.vocab.values.allSatisfy({ $0 >= 0 }), largest < 2 * model.vocab.count + 1000 else {
            throw refuse("the vocabulary's ids are not those of a list")
        }
        var pieces = [[UInt8]](repeating: [], count: largest + 1)
        for (piece, id) in model.vocab { pieces[id] = Array(piece.utf8) }
        self.pieces = pieces
    }

    /// A piece that the vocabulary has otherwise.
    func difference(from vocabulary: Vocabulary) -> (id: Int, piece: String)? {
        for (id, piece) in pieces.enumerated() where !piece.isEmpty {
            guard id < vocabulary.count, vocabulary.pieces[id] == piece else {
                return (id, String(decoding: piece, as: UTF8.self))
            }
        }
        return nil
    }
}
