internal import Crypto
internal import Foundation

/// SHA-256 of files and bytes, in lower-case hexadecimal.
package enum Digest {
    package static func sha256(_ bytes: some Sequence<UInt8>) -> String {
        hexadecimal(SHA256.hash(data: Data(bytes)))
    }

    /// Reads the file in pieces.
    package static func sha256(file path: String) throws(BERTError) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw BERTError(.file, "\(path): the file cannot be read")
        }
        defer { try? file.close() }
        var hash = SHA256()
        do {
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        } catch {
            throw BERTError(.file, "\(path): the file cannot be read (\(error.localizedDescription))")
        }
        return hexadecimal(hash.finalize())
    }

    private static func hexadecimal(_ digest: SHA256Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
