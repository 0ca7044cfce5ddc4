import PodiumPretraining
import Testing

/// Paragraphs where sentences should be.
struct CorpusLinesTests {
    private func warning(_ lines: [String]) -> String? {
        var form = CorpusLines()
        for line in lines { form.add(line) }
        return form.warning
    }

    @Test func aParagraphALineIsWarnedOf() {
        let paragraph = "The river rose. Nobody saw it! Who would have? It was night."
        #expect(warning([String](repeating: paragraph, count: 30))?.contains("100 % of its lines") == true)
        let mixed = [String](repeating: paragraph, count: 15) + [String](repeating: "He slept.", count: 15)
        #expect(warning(mixed)?.contains("50 %") == true)
    }

    @Test func sentencesAreNot() {
        let sentences = [
            "Mr. Brown met Dr. Lee at 3 p.m. in Oslo.", "It cost 3.50 dollars.", "He asked: \"Who? Me?\"",
            "Nothing. Then a shot.",
        ]
        #expect(warning((0..<40).map { sentences[$0 % 4] }) == nil)
        // Too few lines say nothing.
        #expect(warning([String](repeating: "One. Two. Three. Four.", count: 19)) == nil)
    }
}
