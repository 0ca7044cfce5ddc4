internal import CCrypto
internal import Foundation

extension Digest {
    /// Git's name of a file's content: SHA-1 of `blob SIZE`, a zero byte and the content, in lower-case hexadecimal.
    package static func gitBlob(file path: String) throws(FileError) -> String {
        try hash(file: path, EVP_sha1()) { "blob \($0)\0" }
    }

    /// MD5, by which some hosts name their objects; good against accidents alone.
    package static func md5(file path: String) throws(FileError) -> String {
        try hash(file: path, EVP_md5()) { _ in "" }
    }

    /// Hashes a text made of the file's size, then the file.
    private static func hash(
        file path: String,
        _ algorithm: OpaquePointer?,
        after prefix: (UInt64) -> String
    ) throws(FileError) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw FileError(.unreadable, "\(path): the file cannot be read")
        }
        defer { try? file.close() }
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, algorithm, nil) == 1 else {
            preconditionFailure("libcrypto lacks the hash function, or no memory is left")
        }
        defer { EVP_MD_CTX_free(context) }
        func update(_ bytes: UnsafeRawBufferPointer) {
            precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto refuses to hash")
        }
        do {
            let size = try file.seekToEnd()
            try file.seek(toOffset: 0)
            Array(prefix(size).utf8).withUnsafeBytes { update($0) }
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { piece.withUnsafeBytes { update($0) } }
        } catch {
            throw FileError(.unreadable, "\(path): the file cannot be read (\(error.localizedDescription))")
        }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        precondition(EVP_DigestFinal_ex(context, &digest, &count) == 1, "libcrypto refuses to hash")
        return hexadecimal(digest.prefix(Int(count)))
    }
}
