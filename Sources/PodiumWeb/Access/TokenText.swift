internal import PodiumFiles

/// The text of a token, which only its holder has; the store knows its hash.
package enum TokenText {
    private static let prefix = "podium_"

    /// 192 random bits.
    package static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return prefix + Digest.hexadecimal((0..<24).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    package static func sha256(_ text: String) -> String { Digest.sha256(Array(text.utf8)) }
}

/// Tells the forms of our own pages from forged ones.
///
/// A visitor has a random cookie; a form holds a code of it that only this process can make (HMAC-SHA-256).
struct FormSeal: Sendable {
    private let key: [UInt8]

    init() {
        var generator = SystemRandomNumberGenerator()
        key = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    func code(for visitor: String) -> String {
        func hash(_ pad: UInt8, _ message: [UInt8]) -> [UInt8] {
            var hash = SHA256()
            hash.update(key.map { $0 ^ pad })
            hash.update(message)
            return hash.finalize()
        }
        return Digest.hexadecimal(hash(0x5C, hash(0x36, Array(visitor.utf8))))
    }

    func accepts(_ code: String, for visitor: String) -> Bool {
        let right = Array(self.code(for: visitor).utf8)
        let given = Array(code.utf8)
        guard right.count == given.count else { return false }
        // Takes as long wherever they differ.
        return zip(right, given).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// A visitor's cookie.
    static func visitor() -> String {
        var generator = SystemRandomNumberGenerator()
        return Digest.hexadecimal((0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
}
