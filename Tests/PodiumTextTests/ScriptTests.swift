import Foundation
import PodiumText
import Testing

/// Twelve scripts have the reference's ids, whatever becomes of case and accents (Fixtures/make_script_cases.py).
@Suite struct ScriptTests {
    struct Document: Decodable {
        struct Case: Decodable {
            var lowercases: Bool
            /// Nil for as case is treated.
            var stripsAccents: Bool?
            var ids: [String: [[Int32]]]
        }
        var vocabulary: [String]
        var texts: [String: [String]]
        var cases: [Case]
    }

    private static let document: Document? = try? JSONDecoder().decode(
        Document.self,
        from: Fixture.data("script-cases.json")
    )

    private static let scripts = [
        "Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Thai", "Han", "Japanese",
        "Korean",
    ]

    @Test(arguments: scripts) func idsEqualTheReference(script: String) throws {
        let document = try #require(Self.document)
        #expect(document.cases.count == 5 && document.texts.count == 12)
        let vocabulary = try Vocabulary(pieces: document.vocabulary.map { Array($0.utf8) }, name: "v")
        let texts = try #require(document.texts[script])
        var results: Set<[[Int32]]> = []
        for expected in document.cases {
            let tokenizer = Tokenizer(
                vocabulary: vocabulary,
                normalization: TextNormalization(
                    lowercases: expected.lowercases,
                    stripsAccents: expected.stripsAccents
                )
            )
            let ids = try #require(expected.ids[script])
            for (text, ids) in zip(texts, ids) { #expect(tokenizer.ids(of: text) == ids, "\(text)") }
            results.insert(ids)
        }
        // A switch that nothing hangs on would be compared with itself; these scripts have neither case nor accents.
        if !["Han", "Thai", "Tamil", "Bengali"].contains(script) { #expect(results.count > 1) }
    }
}
