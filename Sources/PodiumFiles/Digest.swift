internal import CCrypto

/// SHA-256 of bytes that arrive in pieces, by libcrypto.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no SHA-256, or no memory is left")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto refuses to hash")
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ text: String) {
        update(Array(text.utf8))
    }

    /// The digest's 32 bytes.
    package consuming func finalize() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        precondition(EVP_DigestFinal_ex(context, &digest, &count) == 1 && count == 32, "libcrypto refuses to hash")
        return digest
    }
}

/// SHA-256 of files and bytes, in lower-case hexadecimal.
package enum Digest {
    package static func sha256(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hexadecimal(hash.finalize())
    }

    /// Reads the file in pieces.
    package static func sha256(file path: String) throws(FileError) -> String {
        let file = try FileContent.open(path)
        defer { file.close() }
        var hash = SHA256()
        while true {
            let piece = try file.read(upTo: 1 << 20)
            if piece.isEmpty { return hexadecimal(hash.finalize()) }
            hash.update(piece)
        }
    }

    /// Two digits a byte.
    package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
