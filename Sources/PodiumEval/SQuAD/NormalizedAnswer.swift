package import PodiumPrimitives

/// An answer as the official SQuAD scripts compare it.
///
/// In this order: lower-case, delete ASCII punctuation, replace the words a, an
/// and the by a space, split on white space, join by one space. "Word", "space"
/// and "lower-case" mean what they mean in Python.
package struct NormalizedAnswer: Hashable, Sendable {
    /// The tokens joined by one space.
    package private(set) var text: ExactText
    /// Where each token lies in `text.bytes`.
    package private(set) var tokens: [Range<Int>]

    package init(_ answer: ExactText) {
        text = ExactText(bytes: [])
        tokens = []
        text.bytes.reserveCapacity(answer.bytes.count)
        if answer.bytes.allSatisfy(Self.isPlain) {
            appendPlain(answer.bytes)
        } else {
            appendGeneral(CodePoints.decode(answer.bytes))
        }
    }

    package init(_ answer: String) {
        self.init(ExactText(answer))
    }

    package var isEmpty: Bool { text.isEmpty }

    /// ASCII that is a word character, punctuation or a space: no other control characters.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20...0x7E, 0x09...0x0D, 0x1C...0x1F: true
        default: false
        }
    }

    /// The code points of a, an, the.
    private static let articles: [[UInt32]] = [[0x61], [0x61, 0x6E], [0x74, 0x68, 0x65]]

    private static func isPunctuation(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    /// With plain ASCII a token after deleting punctuation is one word, so articles are whole tokens.
    private mutating func appendPlain(_ bytes: [UInt8]) {
        var start = 0
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x61...0x7A: beginToken(&start, with: byte)
            case 0x41...0x5A: beginToken(&start, with: byte + 32)
            case 0x20, 0x09...0x0D, 0x1C...0x1F: endPlainToken(&start)
            default: continue
            }
        }
        endPlainToken(&start)
    }

    /// Appends to the open token, or opens one after a joining space.
    private mutating func beginToken(_ start: inout Int, with byte: UInt8) {
        if start == text.bytes.count, start > 0 {
            text.bytes.append(0x20)
            start += 1
        }
        text.bytes.append(byte)
    }

    private mutating func endPlainToken(_ start: inout Int) {
        let end = text.bytes.count
        guard end > start else { return }
        if isArticle(start..<end) {
            text.bytes.removeSubrange(max(0, start - 1)..<end)
        } else {
            tokens.append(start..<end)
        }
        start = text.bytes.count
    }

    private func isArticle(_ range: Range<Int>) -> Bool {
        switch range.count {
        case 1: return text.bytes[range.lowerBound] == 0x61
        case 2: return text.bytes[range].elementsEqual([0x61, 0x6E])
        case 3: return text.bytes[range].elementsEqual([0x74, 0x68, 0x65])
        default: return false
        }
    }

    private mutating func appendGeneral(_ scalars: [UInt32]) {
        let kept = PythonText.lower(scalars).filter { !Self.isPunctuation($0) }
        var token: [UInt32] = []
        var index = 0
        while index < kept.count {
            let scalar = kept[index]
            if PythonText.isSpace(scalar) {
                endToken(&token)
                index += 1
            } else if PythonText.isWord(scalar) {
                let end = kept[index...].firstIndex { !PythonText.isWord($0) } ?? kept.count
                let word = kept[index..<end]
                if Self.articles.contains(where: { word.elementsEqual($0) }) {
                    endToken(&token)
                } else {
                    token += word
                }
                index = end
            } else {
                token.append(scalar)
                index += 1
            }
        }
        endToken(&token)
    }

    private mutating func endToken(_ token: inout [UInt32]) {
        guard !token.isEmpty else { return }
        if !tokens.isEmpty { text.bytes.append(0x20) }
        let start = text.bytes.count
        for scalar in token { CodePoints.encode(scalar, into: &text.bytes) }
        tokens.append(start..<text.bytes.count)
        token.removeAll(keepingCapacity: true)
    }
}

extension NormalizedAnswer {
    /// How many tokens two answers share, counting repetitions: the size of the multiset intersection.
    package func sharedTokens(with other: NormalizedAnswer) -> Int {
        guard tokens.count * other.tokens.count <= 1024, other.tokens.count <= 64 else {
            return sharedOfMany(with: other)
        }
        var used: UInt64 = 0
        var shared = 0
        for token in tokens {
            for (place, candidate) in other.tokens.enumerated()
            where used >> UInt64(place) & 1 == 0 && token.count == candidate.count {
                guard text.bytes[token].elementsEqual(other.text.bytes[candidate]) else { continue }
                used |= 1 << UInt64(place)
                shared += 1
                break
            }
        }
        return shared
    }

    /// The same by a table, so that long texts take linear time.
    private func sharedOfMany(with other: NormalizedAnswer) -> Int {
        var supply: [ArraySlice<UInt8>: Int] = [:]
        for token in other.tokens { supply[other.text.bytes[token], default: 0] += 1 }
        return tokens.count { token in
            guard let left = supply[text.bytes[token]], left > 0 else { return false }
            supply[text.bytes[token]] = left - 1
            return true
        }
    }
}
