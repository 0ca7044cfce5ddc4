/// How like each other the vectors of one word are in several texts.
package struct WordSimilarity: Codable, Sendable, Equatable {
    package var word: String
    /// Where it stands, in the order of rows and columns: a text that has the word twice is there twice.
    package var texts: [String]
    /// Cosines, -1 to 1, by row and column; symmetric, 1 on the diagonal.
    package var cosines: [[Double]]

    package init(word: String, texts: [String], cosines: [[Double]]) {
        (self.word, self.texts, self.cosines) = (word, texts, cosines)
    }

    /// The cosine of the angle between every two vectors; 0 with a vector of zeros.
    package static func cosines(_ vectors: [[Float]]) -> [[Double]] {
        func product(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        let lengths = vectors.map { product($0, $0).squareRoot() }
        return vectors.indices.map { row in
            vectors.indices.map { column in
                let scale = lengths[row] * lengths[column]
                guard scale > 0 else { return 0 }
                return row == column ? 1 : min(1, max(-1, product(vectors[row], vectors[column]) / scale))
            }
        }
    }
}
